"""Trajectories: frames when asked for, the same from text and from HDF5."""

import pickle

import h5py
import numpy as np
import pytest

import medyan_py as md
from medyan_py.analysis import TrajectoryError, read_snapshot


def same(a, b, exact=True):
    assert a.time == pytest.approx(b.time, rel=1e-9)
    for kind in ("filaments", "linkers", "motors", "branchers", "bubbles"):
        one, other = getattr(a, kind), getattr(b, kind)
        np.testing.assert_array_equal(one.ids, other.ids)
        np.testing.assert_array_equal(one.types, other.types)
        points = "beads" if kind == "filaments" else "coords"
        np.testing.assert_allclose(getattr(one, points), getattr(other, points), rtol=0 if exact else 1e-9)


def test_frames_in_any_order(run):
    frames = list(read_snapshot(run / "snapshot.traj"))
    with md.open_trajectory(run) as trajectory:
        assert len(trajectory) == len(frames) == 5
        np.testing.assert_array_equal(trajectory.times, [f.time for f in frames])
        for i in (3, 0, 4, -1, -5):
            same(trajectory[i], frames[i])
        for one, other in zip(trajectory[1:4:2], frames[1:4:2], strict=True):
            same(one, other)
        assert sum(1 for _ in trajectory) == 5
        with pytest.raises(IndexError, match="has 5 frames, no frame 5"):
            trajectory[5]


@pytest.mark.parametrize("name", ["snapshot.traj", "traj.h5"])
def test_closed(run, name):
    trajectory = md.open_trajectory(run / name)
    trajectory.close()
    trajectory.close()
    calls = [lambda: trajectory[0], lambda: trajectory[1:], lambda: next(iter(trajectory))]
    if name == "traj.h5":
        calls += [lambda: trajectory.energies(0), lambda: trajectory.copy_numbers(0)]
    for call in calls:
        with pytest.raises(ValueError, match=rf"{name} is closed; open_trajectory opens it again"):
            call()
    assert len(trajectory) == 5
    again = pickle.loads(pickle.dumps(trajectory))
    assert again[0].time == 0 and not again.closed


def test_places_that_are_none(run):
    with md.open_trajectory(run / "traj.h5") as trajectory:
        for call in (trajectory.__getitem__, trajectory.energies, trajectory.copy_numbers):
            with pytest.raises(IndexError, match="has 5 frames, no frame 5"):
                call(5)
            with pytest.raises(TypeError, match="frames have whole numbers, not 'last'"):
                call("last")
        assert trajectory.energies(-1) == trajectory.energies(4)


def test_hdf5_tells_the_same(run):
    with md.open_trajectory(run / "traj.h5") as binary, md.open_trajectory(run / "snapshot.traj") as text:
        assert len(binary) == len(text)
        for one, other in zip(binary, text, strict=True):
            same(one, other, exact=False)
        assert binary.header["finished"] is False and binary.header["seed"] == 3
        counts = dict(binary.copy_numbers(-1 % len(binary)))
        last = text[-1]
        assert (counts["LA"], counts["MOA"]) == (len(last.linkers.ids), len(last.motors.ids))
        energies = binary.energies(2)
        assert energies["total"] == pytest.approx(sum(energies.values()) - energies["total"])


def test_layout_after_5_4(run, tmp_path):
    """There, a filament is a group."""
    path = tmp_path / "new.h5"
    path.write_bytes((run / "traj.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        for snapshot in file["snapshots"].values():
            group = snapshot["filaments"]
            for place in range(group["count"][()]):
                beads = group[str(place)][()]
                del group[str(place)]
                group.create_group(str(place))["beadCoords"] = beads
    with md.open_trajectory(path) as new, md.open_trajectory(run / "traj.h5") as old:
        np.testing.assert_array_equal(new[-1].filaments.beads, old[-1].filaments.beads)
        assert new[-1].filaments.ids.tolist() == list(range(30))


def test_run_that_was_killed_while_writing(run, tmp_path):
    text = (run / "snapshot.traj").read_bytes()
    (tmp_path / "snapshot.traj").write_bytes(text[:-200])
    with md.open_trajectory(tmp_path) as trajectory:
        assert len(trajectory) == 4


def test_blank_lines_between_frames(run, tmp_path):
    text = (run / "snapshot.traj").read_text()
    (tmp_path / "snapshot.traj").write_text("\n\n" + text.replace("\n\n", "\n\n\n \n"))
    with md.open_trajectory(tmp_path) as trajectory, md.open_trajectory(run) as other:
        assert len(trajectory) == 5
        same(trajectory[3], other[3])


def test_mistakes_have_their_line(run, tmp_path):
    lines = (run / "snapshot.traj").read_text().splitlines(keepends=True)
    second = next(i for i, line in enumerate(lines) if line.startswith("1 0.5 "))
    lines[second + 2] = "one two three\n"
    (tmp_path / "snapshot.traj").write_text("".join(lines))
    with md.open_trajectory(tmp_path) as trajectory:
        assert trajectory[0].time == 0
        with pytest.raises(TrajectoryError, match=rf"snapshot\.traj:{second + 3}: coordinates: number expected"):
            trajectory[1]


@pytest.mark.parametrize("name", ["snapshot.traj", "traj.h5"])
@pytest.mark.parametrize("content", [b"nonsense\nmore\n\n", b"\x89HDF\r\n\x1a\nrest", b"\xff\xfe\x00\n\n", b"1\n\n"])
def test_no_trajectory(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TrajectoryError, match=name.replace(".", r"\.")):
        md.open_trajectory(tmp_path)


def test_nothing_there(tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(TrajectoryError):
            md.open_trajectory(path)
    (tmp_path / "snapshot.traj").write_bytes(b"")
    assert len(md.open_trajectory(tmp_path)) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("header/meta/energyNames", None), ("header/finished", [[]]), ("snapshots/0/time", "soon")],
)
def test_objects_of_another_kind_are_refused(tmp_path, name, value):
    with h5py.File(tmp_path / "traj.h5", "w") as file:
        file["header/count"], file["header/finished"], file["header/meta/energyNames"] = 1, 1, ["Bubble"]
        file["snapshots/0/time"] = 0.0
        del file[name]
        if value is None:
            file.create_group(name)
        else:
            file[name] = value
    with pytest.raises(TrajectoryError, match=r"traj\.h5: this is no trajectory of MEDYAN"):
        md.open_trajectory(tmp_path / "traj.h5")


def test_borders_of_a_negative_length_do_not_hang(tmp_path):
    with h5py.File(tmp_path / "traj.h5", "w") as file:
        file["header/count"], file["header/finished"] = 1, 1
        file.create_group("header/meta")
        frame = file.create_group("snapshots/0")
        frame["time"] = 0.0
        for kind in ("filaments", "linkers", "bubbles"):
            frame[f"{kind}/count"] = 0
        frame["membranes/count"] = 1
        frame["membranes/0/packedBorderVertices"] = [-1, 2]
    with md.open_trajectory(tmp_path / "traj.h5") as trajectory, pytest.raises(TrajectoryError, match="a border of -1"):
        trajectory[0]


def test_names_that_are_no_words_are_refused(run, tmp_path):
    path = tmp_path / "names.h5"
    path.write_bytes((run / "traj.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        del file["header/meta/energyNames"]
        file["header/meta/energyNames"] = np.zeros((3, 2))
    with md.open_trajectory(path) as trajectory, pytest.raises(TrajectoryError, match="energyNames are no words"):
        trajectory.energies(0)
