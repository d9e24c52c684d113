"""snapshot.traj and chemistry.traj, to the letter."""

import resource

import pytest
from fake_simulation import make_bonds, make_branchers, make_bubbles, make_filaments, make_sim

from medyan_py.output import ChemistryRecorder, OutputError, SnapshotRecorder

SNAPSHOT = """\
3 0.15 2 1 0 0 0 0
FILAMENT 0 0 3 0 0
500 500 500 608 500 500 716.2 500 500\x20
FILAMENT 1 0 2 0 0
500 535 500 608 535 500\x20
LINKER 0 0
543.2 500 500 543.2 535 500\x20

"""
CHEMISTRY = """\
3 0.15
A:DIFFUSING 4000
LD:DIFFUSING 49
AF:FILAMENT 116
PA:PLUSEND 2
MA:MINUSEND 2
LA:LINKER 1
MOA:MOTOR 0

"""


def recorded(recorder, *sims):
    recorder.open(sims[0])
    for sim in sims:
        recorder.record(sim)
    recorder.close(sims[-1])
    return recorder.path.read_text()


def test_snapshot_is_the_worked_example(pair, tmp_path):
    assert recorded(SnapshotRecorder(tmp_path), pair) == SNAPSHOT


def test_chemistry_is_the_worked_example(pair, tmp_path):
    assert recorded(ChemistryRecorder(tmp_path), pair) == CHEMISTRY


def test_frames_follow_each_other(pair, tmp_path):
    assert recorded(SnapshotRecorder(tmp_path), pair, pair) == SNAPSHOT + SNAPSHOT


def test_objects_are_sorted_and_ends_and_types_are_written(tmp_path):
    sim = make_sim(
        filaments=make_filaments([[(1, 2, 3), (4, 5, 6)]], ids=[7], types=[2]),
        linkers=make_bonds([[(1, 1, 1), (2, 2, 2)], [(3, 3, 3), (4, 4, 4)]], ids=[9, 5], types=[0, 1]),
        motors=make_bonds([[(0, 0, 0.5), (0, 0, 1)]], ids=[4], types=[3]),
        branchers=make_branchers([[(7, 7, 7), (8, 8, 8)], [(5, 5, 5), (6, 6, 6)]], ids=[3, 2], types=[0, 1]),
        bubbles=make_bubbles([(9, 9, 9), (1.5, 2, 3)], ids=[6, 0], types=[1, 0]),
    )
    sim.filaments.delta_minus[:] = -1
    sim.filaments.delta_plus[:] = 2
    assert recorded(SnapshotRecorder(tmp_path), sim).splitlines() == [
        "3 0.15 1 2 1 2 2 0",
        "FILAMENT 7 2 2 -1 2",
        "1 2 3 4 5 6 ",
        "LINKER 5 1",
        "3 3 3 4 4 4 ",
        "LINKER 9 0",
        "1 1 1 2 2 2 ",
        "MOTOR 4 3",
        "0 0 0.5 0 0 1 ",
        "BRANCHER 2 1",
        "5 5 5 6 6 6 ",
        "BRANCHER 3 0",
        "7 7 7 8 8 8 ",
        "BUBBLE 0 0",
        "1.5 2 3 ",
        "BUBBLE 6 1",
        "9 9 9 ",
        "",
    ]


def test_ten_digits_in_snapshots(tmp_path):
    points = [(1234.5678901234, 1 / 3, 1e-5), (500, 0.05, 0)]
    sim = make_sim(time=99.99999999999646, filaments=make_filaments([points], ids=[0]))
    lines = recorded(SnapshotRecorder(tmp_path), sim).splitlines()
    assert lines[0] == "3 100 1 0 0 0 0 0"
    assert lines[2] == "1234.56789 0.3333333333 1e-05 500 0.05 0 "


@pytest.mark.parametrize(("time", "text"), [(1234.5678901234, "1234.57"), (99.99999999999646, "100"), (0.0, "0")])
def test_six_digits_in_chemistry(tmp_path, time, text):
    assert recorded(ChemistryRecorder(tmp_path), make_sim(time=time)) == f"3 {text}\n\n"


def test_frame_is_on_disk_when_record_returns(pair, tmp_path):
    recorder = SnapshotRecorder(tmp_path)
    recorder.open(pair)
    recorder.record(pair)
    assert recorder.path.read_text() == SNAPSHOT
    recorder.close(pair)


@pytest.fixture
def limited_file_size():
    """Let the operating system refuse files above a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_failed_write_leaves_the_frames_before(pair, tmp_path, limited_file_size):
    recorder = SnapshotRecorder(tmp_path)
    recorder.open(pair)
    recorder.record(pair)
    limited_file_size(len(SNAPSHOT) + 20)
    with pytest.raises(OutputError, match=r"snapshot\.traj.*File too large"):
        recorder.record(pair)
    assert recorder.path.read_text() == SNAPSHOT
    limited_file_size(10**6)
    recorder.record(pair)
    recorder.close(pair)
    assert recorder.path.read_text() == SNAPSHOT + SNAPSHOT


def test_existing_trajectory_is_not_touched(pair, tmp_path):
    (tmp_path / "snapshot.traj").write_text("precious")
    with pytest.raises(OutputError, match="exists already"):
        SnapshotRecorder(tmp_path).open(pair)
    assert (tmp_path / "snapshot.traj").read_text() == "precious"


def test_missing_directory_is_said(pair, tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        ChemistryRecorder(tmp_path / "nowhere").open(pair)


def test_record_before_open_is_a_mistake_of_the_caller(pair, tmp_path):
    with pytest.raises(RuntimeError, match="not open"):
        SnapshotRecorder(tmp_path).record(pair)


def test_what_bubbles_and_membranes_hold_is_not_listed(tmp_path):
    totals = [("A", "DIFFUSING", 4), ("M", "MEMBRANE", 3), ("G", "GENERAL", 2), ("AF", "FILAMENT", 1)]
    sim = make_sim(species_totals=lambda: totals)
    assert ChemistryRecorder.text(sim) == "3 0.15\nA:DIFFUSING 4\nAF:FILAMENT 1\n\n"
