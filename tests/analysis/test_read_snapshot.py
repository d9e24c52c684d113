"""Reading snapshot.traj of several versions."""

import numpy as np
import pytest

from medyan_py.analysis import TrajectoryError, read_snapshot

EXAMPLE = """\
3 0.15 2 1 0 0 0 0
FILAMENT 0 0 3 0 0
500 500 500 608 500 500 716.2 500 500\x20
FILAMENT 1 0 2 -1 2
500 535 500 608 535 500\x20
LINKER 0 0
543.2 500 500 543.2 535 500\x20

"""


@pytest.fixture
def frames(tmp_path):
    def read(text):
        (tmp_path / "snapshot.traj").write_text(text)
        return list(read_snapshot(tmp_path / "snapshot.traj"))

    return read


def check_example(frame):
    assert (frame.frame, frame.time) == (3, 0.15)
    filaments = frame.filaments
    assert filaments.ids.tolist() == [0, 1]
    assert filaments.types.tolist() == [0, 0]
    assert filaments.start.tolist() == [0, 3, 5]
    assert filaments.delta_minus.tolist() == [0, -1]
    assert filaments.delta_plus.tolist() == [0, 2]
    assert filaments.beads.tolist() == [
        [500, 500, 500],
        [608, 500, 500],
        [716.2, 500, 500],
        [500, 535, 500],
        [608, 535, 500],
    ]
    assert frame.linkers.ids.tolist() == [0]
    assert frame.linkers.coords.tolist() == [[[543.2, 500, 500], [543.2, 535, 500]]]
    assert frame.motors.coords.shape == (0, 2, 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace(" \n", "\n"),  # no trailing blanks
        lambda text: text.rstrip("\n") + "\n",  # no blank line at the end
        lambda text: "\n" + text + "\n\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("1 0 0 0 0\nF", "1 0 0 0\nF"),  # no membranes yet
        lambda text: text.replace("1 0 0 0 0\nF", "1\nF"),
        lambda text: text.replace("FILAMENT", "F").replace("LINKER", "L"),
    ],
)
def test_variants_of_the_example(frames, change):
    (frame,) = frames(change(EXAMPLE))
    check_example(frame)


def test_frames_one_after_another(frames):
    first, second = frames(EXAMPLE + EXAMPLE.replace("3 0.15", "4 0.2", 1))
    check_example(first)
    assert (second.frame, second.time) == (4, 0.2)


def test_all_kinds_of_objects(frames):
    (frame,) = frames("""\
7 1e-05 0 0 2 2 1 1
MOTOR 4 1 1
1 2 3 4 5 6
M 6 0
1 2 3 4 5 nan
BRANCHER 0 0
1 1 1 2 2 2
B 1 0
3 3 3
BUBBLE 2 0
9 8 7
MEMBRANE 0 4 2 1
0 0 0
1 0 0
0 1 0
1 1 0
0 1 2
1 3 2
4 0 1 3 2

""")
    assert frame.time == 1e-5
    assert frame.motors.ids.tolist() == [4, 6]
    assert frame.motors.types.tolist() == [1, 0]
    np.testing.assert_array_equal(frame.motors.coords[1], [(1, 2, 3), (4, 5, np.nan)])
    np.testing.assert_array_equal(frame.branchers.coords[1], [(3, 3, 3), (np.nan,) * 3])
    assert frame.bubbles.coords.tolist() == [[9, 8, 7]]
    (membrane,) = frame.membranes
    assert membrane.vertices.shape == (4, 3)
    assert membrane.triangles.tolist() == [[0, 1, 2], [1, 3, 2]]
    assert membrane.borders == ((0, 1, 3, 2),)


def test_empty_file_has_no_frames(frames):
    assert frames("") == []
    assert frames("\n\n") == []


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("3 0.15 2 1", "3 0.15 x 1", 1, "header: whole numbers expected"),
        ("3 0.15 2", "3 soon 2", 1, "time: number expected, found 'soon'"),
        ("3 0.15 2 1 0 0 0 0", "3 0.15", 1, "header of a frame expected"),
        ("3 0.15 2 1 0 0 0 0", "FILAMENT 0 0 3 0 0", 1, "whole numbers expected"),
        ("LINKER 0 0", "LINKAGE 0 0", 6, "expected, found 'LINKAGE'"),
        ("LINKER 0 0", "LINKER 0", 6, "2 to 3 numbers expected after LINKER, found 1"),
        ("LINKER 0 0", "LINKER 0 0.5", 6, "LINKER: whole numbers expected"),
        ("LINKER 0 0", "LINKER 99999999999999999999 0", 6, "too large"),
        ("FILAMENT 0 0 3", "FILAMENT 0 0 4", 3, "4 points .12 numbers. expected, found 9"),
        ("FILAMENT 0 0 3", "FILAMENT 0 0 1", 2, "at least 2 beads"),
        ("716.2 500 500", "716.2 500", 3, "found 8"),
        ("716.2", "716,2", 3, "coordinates: number expected, found '716,2'"),
        ("LINKER 0 0\n543.2 500 500 543.2 535 500 \n", "", 5, "should hold 1 of kind LINKER but ends here with 0"),
        ("543.2 500 500 543.2 535 500 \n", "", 6, "ends where coordinates should follow"),
        ("535 500 \n\n", "535 50", 7, "ends within a line"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path, old, new, line, text):
    assert old in EXAMPLE
    path = tmp_path / "snapshot.traj"
    path.write_text(EXAMPLE.replace(old, new, 1) if "\n\n" not in old else new.join(EXAMPLE.rsplit(old, 1)))
    with pytest.raises(TrajectoryError, match=rf"snapshot\.traj:{line}: .*{text}"):
        list(read_snapshot(path))


def test_frames_before_a_mistake_are_given(tmp_path):
    path = tmp_path / "snapshot.traj"
    path.write_text(EXAMPLE + EXAMPLE[:60])
    frames = read_snapshot(path)
    check_example(next(frames))
    with pytest.raises(TrajectoryError, match=":11: the file ends within a line"):
        next(frames)


@pytest.mark.parametrize(
    "mesh",
    [
        "MEMBRANE 0 2 0 0\n0 0 0\n0 0",
        "MEMBRANE 0 3 1 0\n0 0 0\n1 0 0\n0 1 0\n0 1",
        "MEMBRANE 0 3 1 0\n0 0 0\n1 0 0\n0 1 0\n0 1 3",
        "MEMBRANE 0 3 0 1\n0 0 0\n1 0 0\n0 1 0\n3 0 1",
        "MEMBRANE 0 3 0 0\n0 0 0",
    ],
)
def test_damaged_membrane(frames, mesh):
    with pytest.raises(TrajectoryError):
        frames(f"0 0 0 0 0 0 0 1\n{mesh}\n\n")


def test_file_that_cannot_be_read(tmp_path):
    with pytest.raises(TrajectoryError, match="No such file"):
        read_snapshot(tmp_path / "snapshot.traj")
    (tmp_path / "binary").write_bytes(b"3 0.15 0 0\n\xff\xfe\x00\n")
    with pytest.raises(TrajectoryError, match="not a text file"):
        list(read_snapshot(tmp_path / "binary"))
