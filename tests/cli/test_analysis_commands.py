"""``medyan info``, ``convert`` and ``analyze``."""

from itertools import pairwise

import numpy as np
import pytest
from simulariumio import FileConverter, InputFileData
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

import medyan_py as md
from medyan_py.analysis import TrajectoryError, read_snapshot
from medyan_py.analysis.convert import convert
from medyan_py.cli.entry import main


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    from start_medyan import INPUTS

    directory = tmp_path_factory.mktemp("run") / "out"
    deck = INPUTS / "actomyosin" / "systeminput.txt"
    assert main(["-s", str(deck), "-o", str(directory), "--runtime", "1", "--seed-fixed", "4"]) == 0
    return directory


def test_info(run, capsys):
    assert main(["info", str(run)]) == 0
    out = capsys.readouterr().out
    for text in (
        "3 frames, t = 0 to 1 s",
        "first frame: 30 filaments of 108 nm",
        "MOA:MOTOR",
        "seed: 4 (given)",
        "paraview",
    ):
        assert text in out
    assert main(["info", str(run / "traj.h5")]) == 0
    assert "seed 4" in capsys.readouterr().out


def test_there_and_back(run, tmp_path, capsys):
    chain = ["a.h5", "b.traj", "c.h5", "d.traj"]
    source = run
    for name in chain:
        assert main(["convert", str(source), str(tmp_path / name)]) == 0
        source = tmp_path / name
    assert "Wrote 3 frames" in capsys.readouterr().out
    assert (tmp_path / "b.traj").read_bytes() == (tmp_path / "d.traj").read_bytes()
    with md.open_trajectory(run) as old, md.open_trajectory(tmp_path / "d.traj") as new:
        for one, other in zip(old, new, strict=True):
            assert one.time == other.time
            np.testing.assert_array_equal(one.filaments.beads, other.filaments.beads)
            np.testing.assert_array_equal(one.motors.coords, other.motors.coords)


def test_a_directory_becomes_hdf5_without_losses(run, tmp_path, capsys):
    """Its traj.h5 has copy numbers, energies and the files of the deck, which snapshot.traj has not."""
    assert main(["convert", str(run), str(tmp_path / "a.h5")]) == 0
    assert capsys.readouterr().out.strip() == f"Wrote 3 frames of {run / 'traj.h5'} to {tmp_path / 'a.h5'}"
    assert (tmp_path / "a.h5").read_bytes() == (run / "traj.h5").read_bytes()


def test_a_directory_without_hdf5_is_read_as_text(run, tmp_path, capsys):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "snapshot.traj").write_bytes((run / "snapshot.traj").read_bytes())
    assert main(["convert", str(tmp_path / "text"), str(tmp_path / "a.h5")]) == 0
    assert f"of {tmp_path / 'text' / 'snapshot.traj'} to" in capsys.readouterr().out


def test_what_is_no_trajectory(run, tmp_path):
    with pytest.raises(TypeError, match="trajectory must be what open_trajectory returns"):
        convert(run, tmp_path / "a.h5")
    with pytest.raises(TrajectoryError, match=r"this is not a text file; open_trajectory reads traj\.h5"):
        list(read_snapshot(run / "traj.h5"))


def test_for_paraview(run, tmp_path):
    assert main(["convert", str(run / "traj.h5"), str(tmp_path / "vtk")]) == 0
    assert len(list((tmp_path / "vtk" / "paraview" / "motors").glob("*/*.vtp"))) == 3
    assert main(["render", str(tmp_path / "vtk"), "-o", str(tmp_path / "p.png")]) == 0
    assert (tmp_path / "p.png").stat().st_size > 10_000
    box = "paraview/box.vtp"
    assert (tmp_path / "vtk" / box).read_bytes() == (run / box).read_bytes()


def test_the_box_of_a_text_is_around_all_frames(run, tmp_path):
    assert main(["convert", str(run / "snapshot.traj"), str(tmp_path / "vtk")]) == 0
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(tmp_path / "vtk" / "paraview" / "box.vtp"))
    reader.Update()
    box = np.array(reader.GetOutput().GetBounds()).reshape(3, 2)
    with md.open_trajectory(run) as trajectory:
        beads = np.concatenate([frame.filaments.beads for frame in trajectory])
    np.testing.assert_allclose(box.T, [beads.min(axis=0), beads.max(axis=0)], rtol=1e-9)  # of all frames


def test_for_simularium(run, tmp_path, capfd):
    assert main(["convert", str(run), str(tmp_path / "a.simularium")]) == 0
    assert capfd.readouterr().out.splitlines() == [
        f"Wrote 3 frames of {run / 'snapshot.traj'} to {tmp_path / 'a.simularium'}"
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["a.simularium"]
    converted = FileConverter(InputFileData(str(tmp_path / "a.simularium")))._data
    agents, box = converted.agent_data, converted.meta_data.box_size
    with md.open_trajectory(run) as trajectory:
        middles = []
        for number, frame in enumerate(trajectory):
            assert agents.times[number] == pytest.approx(frame.time)
            assert agents.n_agents[number] == sum(len(g.ids) for g in (frame.filaments, frame.linkers, frame.motors))
            for f, (first, last) in enumerate(pairwise(frame.filaments.start)):
                points = agents.subpoints[number][f][: 3 * (last - first)].reshape(-1, 3)
                points = points + agents.positions[number][f]
                middles.append(frame.filaments.beads[first:last] - points / 0.1)
                assert (np.abs(points) <= 0.5 * box + 1e-4).all()
    middle = np.concatenate(middles)
    np.testing.assert_allclose(middle, np.broadcast_to(middle[0], middle.shape), atol=1e-3)  # the same in all frames


def test_analyze(run, tmp_path, capsys):
    csv, png = tmp_path / "a.csv", tmp_path / "a.png"
    assert main(["analyze", str(run), str(run), "-o", str(csv), "--plot", str(png), "--what", "motors,clusters"]) == 0
    table = np.genfromtxt(csv, delimiter=",", names=True)
    assert table.dtype.names == ("time_s", "runs", "motors_mean", "motors_sd", "clusters_mean", "clusters_sd")
    assert table["motors_sd"].tolist() == [0, 0, 0] and table["motors_mean"][-1] > 0
    assert png.read_bytes()[:4] == b"\x89PNG"
    capsys.readouterr()
    assert main(["analyze", str(run), "--what", "filaments"]) == 0
    assert capsys.readouterr().out.splitlines() == ["time_s,filaments", "0,30", "0.5,30", "1,30"]
    assert main(["analyze", "--list"]) == 0
    assert "polar_order" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["info", "{missing}"], "cannot be read: No such file"),
        (["analyze", "{missing}"], "cannot be read: No such file"),
        (["analyze", "{run}", "--what", "motor"], "did you mean 'motors'?"),
        (["analyze", "{run}", "--what", "motors", "--distribution", "degree"], "give one of them"),
        (["analyze", "{run}", "--bins", "3"], "--bins is for the histogram of --distribution NAME"),
        (["analyze", "{run}", "-o", "{missing}/a.csv", "--what", "motors"], "cannot be written"),
        (["convert", "{run}"], "where it goes is given second"),
        (["convert"], "what to convert is given first"),
        (["convert", "{run}", "{run}/snapshot.traj"], "exists already"),
        (["convert", "{run}", "{missing}/a.h5"], "there is no directory"),
        (["convert", "{run}", "a.pdf"], "nothing is written under the ending '.pdf'"),
        (["info", "{run}/medyan.log"], "no trajectory of positions; these are in snapshot.traj and traj.h5"),
        (["info", "{run}/forces.traj"], "no trajectory of positions; these are in snapshot.traj and traj.h5"),
        (["info", "{run}/paraview/filaments.pvd"], "header of a frame expected"),
        (["info", "{run}/.."], "neither snapshot.traj nor traj.h5; there are some in out"),
    ],
)
def test_refused(words, text, run, tmp_path, capsys):
    places = {"run": run, "missing": tmp_path / "missing"}
    assert main([word.format(**places) for word in words]) == 2
    err = capsys.readouterr().err
    assert text in err and "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_distributions(run, tmp_path, capsys):
    plot = tmp_path / "lengths.png"
    assert main(["analyze", str(run), "--distribution", "length_nm", "--bins", "3", "--plot", str(plot)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "low,high,count,fraction" and sum(float(line.split(",")[2]) for line in lines[1:]) == 30
    assert plot.read_bytes().startswith(b"\x89PNG")
    csv = tmp_path / "a.csv"
    assert main(["analyze", str(run), "-o", str(csv), "--plot", str(tmp_path / "a.foo")]) == 2
    err = capsys.readouterr().err
    assert "a.foo: pictures end in ." in err and "not in '.foo'" in err and not csv.exists()
    assert main(["analyze", str(run), "--distribution", "lengths"]) == 2
    assert "no distribution 'lengths'" in capsys.readouterr().err
    assert main(["analyze", "--list"]) == 0
    assert "distributions: length_nm, linker_lifetime_s" in capsys.readouterr().out
