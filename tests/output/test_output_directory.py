"""Claiming the output directory."""

import os
from pathlib import Path

import pytest

from medyan_py.output import OutputError, claim_directory, standard_recorders


def contents(directory):
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


@pytest.fixture
def used(tmp_path, pair):
    """A directory with the results of a run, and files of somebody."""
    directory = claim_directory(tmp_path / "run")
    (directory / "medyan.log").write_text("log")
    (directory / "deck.txt").write_text("deck")
    recorders = standard_recorders(directory)
    recorders.open(pair)
    recorders.record(pair)
    recorders.close(pair)
    (directory / "paraview" / "view.pvsm").write_text("view")
    return directory


def test_missing_directory_is_created_with_parents(tmp_path):
    assert claim_directory(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    assert contents(tmp_path) == {}


def test_directory_with_other_files_is_fine(tmp_path):
    (tmp_path / "systeminput.txt").write_text("deck")
    claim_directory(tmp_path)
    assert contents(tmp_path) == {"systeminput.txt": b"deck"}


@pytest.mark.parametrize("name", ["snapshot.traj", "chemistry.traj", "medyan.log", "paraview/motors.pvd"])
def test_results_are_never_overwritten_unasked(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("precious")
    with pytest.raises(OutputError, match=f"already holds results .{name.split('/')[0]}"):
        claim_directory(tmp_path)
    assert contents(tmp_path) == {name: b"precious"}


def test_names_of_recorders(tmp_path):
    for which, text in (
        ("snapshot", r"which must be a list of names, not the text 'snapshot'; write \['snapshot'\]"),
        (None, "which must be a list of names, not None"),
        ([["h5"]], "which must be a list of names"),
        (["snapshots"], "no recorder 'snapshots'; did you mean 'snapshot'"),
        (["nothing"], "no recorder 'nothing'; there are snapshot, birthtimes, "),
    ):
        with pytest.raises(ValueError, match=text):
            standard_recorders(tmp_path, which)


def test_overwriting_removes_only_results(used):
    claim_directory(used, overwrite=True)
    assert contents(used) == {"deck.txt": b"deck", "paraview/view.pvsm": b"view"}
    claim_directory(used)  # nothing is in the way any more


def test_overwriting_removes_what_a_killed_run_left(used):
    (used / "paraview" / "filaments" / "0000" / ".filaments_000004.vtp.part").write_text("half")
    (used / "paraview" / ".linkers.pvd.part").write_text("half")
    claim_directory(used, overwrite=True)
    assert contents(used) == {"deck.txt": b"deck", "paraview/view.pvsm": b"view"}


def test_a_second_run_starts_afresh(used, pair):
    first = contents(used)
    claim_directory(used, overwrite=True)
    recorders = standard_recorders(used)
    recorders.open(pair)
    recorders.record(pair)
    recorders.close(pair)
    assert contents(used) == {name: data for name, data in first.items() if name != "medyan.log"}


def test_file_in_place_of_the_directory(tmp_path):
    (tmp_path / "out").write_text("a file")
    for path in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(OutputError, match="out"):
            claim_directory(path, overwrite=True)
    assert contents(tmp_path) == {"out": b"a file"}


@pytest.mark.parametrize("name", ["snapshot.traj", "medyan.log"])
def test_directory_in_place_of_a_result(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / "chemistry.traj").write_text("precious")
    with pytest.raises(OutputError, match="is a directory"):
        claim_directory(tmp_path, overwrite=True)
    assert contents(tmp_path) == {"chemistry.traj": b"precious"}


def test_file_in_place_of_the_paraview_folder(tmp_path):
    (tmp_path / "paraview").write_text("a file")
    with pytest.raises(OutputError, match="paraview is a file"):
        claim_directory(tmp_path)


def test_directory_that_cannot_be_written_to(tmp_path, request):
    if os.geteuid() == 0:  # permissions do not stop the super-user, but the kernel's own directories do
        locked = Path("/proc/self/fdinfo")
    else:
        locked = tmp_path
        (locked / "snapshot.traj").write_text("precious")
        locked.chmod(0o555)
        request.addfinalizer(lambda: locked.chmod(0o755))
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(OutputError, match="cannot be used"):
        claim_directory(locked, overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_directory_that_cannot_be_created():
    with pytest.raises(OutputError, match="cannot be used"):
        claim_directory("/proc/self/nowhere")
