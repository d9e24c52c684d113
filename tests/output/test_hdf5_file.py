"""traj.h5 by the documented names, and when it cannot be written."""

import h5py
import numpy as np
import pytest
from fake_simulation import make_bubbles, make_sim

from medyan_py.output import OutputError
from medyan_py.output import journaled_file as journaled
from medyan_py.output.hdf5_file import Hdf5Recorder


def recorded(directory, *sims):
    recorder = Hdf5Recorder(directory)
    recorder.open(sims[0])
    for sim in sims:
        recorder.record(sim)
    recorder.close(sims[-1])
    return h5py.File(directory / "traj.h5")


def test_header(pair, tmp_path):
    pair.finished = True
    with recorded(tmp_path, pair, pair) as file:
        header = file["header"]
        assert header.attrs["version"] == "v5.4.0"
        assert header["count"][()] == 2 and header["count"].dtype == np.int64
        assert header["finished"][()] == 1 and header["finished"].dtype == np.uint8
        meta = {name: item.asstr()[()] for name, item in header["meta"].items() if h5py.check_string_dtype(item.dtype)}
        assert "(RUNTIME 1)\n" in meta["system"] and meta["chem"] == "(SPECIESFILAMENT AF 0)\n\n"
        assert header["provenance/s.txt"].asstr()[()] == "RUNTIME: 1 # s\n"
        assert list(meta["energyNames"]) == ["total", "FilamentStretching", "LinkerStretching"]
        assert list(meta["diffusingSpeciesNames"]) == ["A", "LD"]
        assert list(meta["globalSpeciesNames"]) == ["A", "LD", "AF", "PA", "MA", "LA", "MOA"]
        assert meta["globalFilamentModel"] == "bead-cylinder"
        assert header["meta/vertexColumnNamesInt64"].shape == (0,)
        assert header["meta/seed"][()] == 7


def test_snapshot(pair, tmp_path):
    with recorded(tmp_path, pair) as file:
        frame = file["snapshots/0"]
        assert frame["time"][()] == 0.15
        assert frame["energies"][:].tolist() == [6, 2, 4]
        assert frame["diffusingSpeciesCopyNumbers"][:].tolist() == [[[[4000, 49]]]]
        assert frame["globalSpeciesCopyNumbers"][:].tolist() == [4000, 49, 116, 2, 2, 1, 0]
        assert frame["filaments/count"][()] == 2
        assert frame["filaments/0"][:].tolist() == [[500, 500, 500], [608, 500, 500], [716.2, 500, 500]]
        assert frame["filaments/1"].shape == (2, 3)
        assert [int(frame[f"filaments/{i}"].attrs["id"]) for i in range(2)] == [0, 1]
        link = frame["linkers/0"]
        assert frame["linkers/count"][()] == 1
        assert (link["id"][()], link["type"].asstr()[()], link["subtype"][()]) == (0, "linker", 0)
        assert link["coords"][:].tolist() == [[543.2, 500, 500], [543.2, 535, 500]]
        assert frame["bubbles/count"][()] == frame["membranes/count"][()] == 0


def test_order_of_compartments_and_species(tmp_path):
    counts = np.arange(24 * 5).reshape(24, 5)
    sim = make_sim(shape=(2, 3, 4), diffusing_names=tuple("ABCDE"), diffusing_counts=counts)
    with recorded(tmp_path, sim) as file:
        data = file["snapshots/0/diffusingSpeciesCopyNumbers"][:]
        assert data.shape == (4, 3, 2, 5)
        assert data[3, 1, 0, 2] == counts[0 + 2 * (1 + 3 * 3), 2]


def test_links_of_all_kinds(network, tmp_path):
    with recorded(tmp_path, network, network) as file:
        for s in "01":
            links = file[f"snapshots/{s}/linkers"]
            kinds = [links[f"{i}/type"].asstr()[()] for i in range(links["count"][()])]
            assert kinds == ["linker"] * 40 + ["motor"] * 12 + ["brancher"] * 9
            for i, motor in enumerate(np.sort(network.motors.ids), start=40):
                which = np.flatnonzero(network.motors.ids == motor)[0]
                assert links[f"{i}/id"][()] == motor
                assert links[f"{i}/subtype"][()] == network.motors.types[which]
                np.testing.assert_array_equal(links[f"{i}/coords"][:], network.motors.coords[which])


def test_equal_runs_make_equal_files(network, tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        recorded(tmp_path / name, network, network).close()
    assert (tmp_path / "a/traj.h5").read_bytes() == (tmp_path / "b/traj.h5").read_bytes()


def test_readable_after_every_frame_of_a_killed_run(network, tmp_path):
    recorder = Hdf5Recorder(tmp_path)
    recorder.open(network)
    for n in range(1, 4):
        recorder.record(network)
        copy = tmp_path / f"{n}.h5"
        copy.write_bytes((tmp_path / "traj.h5").read_bytes())
        with h5py.File(copy) as file:
            assert file["header/count"][()] == len(file["snapshots"]) == n
            assert file["header/finished"][()] == 0
    recorder.close(network)


@pytest.mark.parametrize("fail_at", range(1, 13))
def test_frame_that_cannot_be_written(network, tmp_path, monkeypatch, fail_at):
    recorder = Hdf5Recorder(tmp_path)
    recorder.open(network)
    recorder.record(network)
    good = (tmp_path / "traj.h5").read_bytes()
    write, calls = journaled._write_at, []

    def full(descriptor, data, offset):
        calls.append(offset)
        if len(calls) >= fail_at:
            raise OSError(28, "No space left on device")
        write(descriptor, data, offset)

    monkeypatch.setattr(journaled, "_write_at", full)
    with pytest.raises(OutputError, match=r"traj\.h5: a frame cannot be written: No space left on device"):
        recorder.record(network)
    recorder.close(network)
    monkeypatch.undo()
    assert (tmp_path / "traj.h5").read_bytes() == good
    with h5py.File(tmp_path / "traj.h5") as file:
        assert file["header/count"][()] == 1


def test_bubbles(tmp_path):
    sim = make_sim(bubbles=make_bubbles([(1, 2, 3), (4, 5, 6)], ids=[7, 3], types=[0, 1], radii=[100, 250]))
    with recorded(tmp_path, sim) as file:
        bubbles = file["snapshots/0/bubbles"]
        assert bubbles["count"][()] == 2
        assert [bubbles[f"{i}/id"][()] for i in range(2)] == [3, 7]
        assert bubbles["0/type"][()] == 1 and bubbles["0/radius"][()] == 250
        assert bubbles["0/coords"][()].tolist() == [[4, 5, 6]]


def test_species_of_membranes_are_counted_but_not_those_of_bubbles(tmp_path):
    totals = [("A", "DIFFUSING", 4), ("M", "MEMBRANE", 3), ("G", "GENERAL", 2), ("AF", "FILAMENT", 1)]
    with recorded(tmp_path, make_sim(species_totals=lambda: totals)) as file:
        assert list(file["header/meta/globalSpeciesNames"].asstr()[()]) == ["A", "M", "AF"]
        assert file["snapshots/0/globalSpeciesCopyNumbers"][()].tolist() == [4, 3, 1]


def test_frames_after_a_checkpoint_are_replaced(pair, tmp_path):
    """A run that goes on from frame 40 of 80 leaves the frames that one without a break leaves."""
    for directory in ("broken", "whole"):
        (tmp_path / directory).mkdir()
        recorder, states = Hdf5Recorder(tmp_path / directory), {}
        recorder.open(pair)
        for i in range(80):
            states[i] = recorder.state()
            pair.time = float(i)
            recorder.record(pair)
        if directory == "broken":
            pair.finished = True
            recorder.close(pair)
            recorder = Hdf5Recorder(tmp_path / directory)
            recorder.check(pair, states[40])
            recorder.resume(pair, states[40])
            with h5py.File(tmp_path / "broken/traj.h5") as file:
                assert file["header/count"][()] == len(file["snapshots"]) == 40 and file["header/finished"][()] == 0
            for i in range(40, 80):
                pair.time = float(i)
                recorder.record(pair)
        recorder.close(pair)
    with h5py.File(tmp_path / "broken/traj.h5") as one, h5py.File(tmp_path / "whole/traj.h5") as other:
        assert one["header/count"][()] == len(one["snapshots"]) == len(other["snapshots"]) == 80
        for i in range(80):
            assert one[f"snapshots/{i}/time"][()] == i
        last = [file["snapshots/79/linkers/0/coords"][()] for file in (one, other)]
        np.testing.assert_array_equal(*last)


def test_file_of_another_program_is_not_continued(network, tmp_path):
    with h5py.File(tmp_path / "traj.h5", "w", libver="latest") as file:
        file["header/count"] = 5
        file.create_group("snapshots")
    with pytest.raises(OutputError, match=r"traj\.h5 cannot be continued"):
        Hdf5Recorder(tmp_path).check(network, {"frames": 1, "bytes": 2000})
