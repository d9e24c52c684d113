"""What happens to a run that is killed, or whose disk or files fail, and to its results."""

import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from compare_results import different_files, short_deck
from start_medyan import start

from medyan_py import Simulation
from medyan_py.analysis import read_snapshot
from medyan_py.checkpoint import CheckpointError, read_checkpoint, write_checkpoint
from medyan_py.cli import main
from medyan_py.output.directory import locked
from medyan_py.output.state_file import read_tree, write_tree

DIES = Path(__file__).with_name("dies_at_write.py")


class Reference:
    """A deck, and the results of a run of it that nothing disturbed."""

    def __init__(self, folder, *more):
        self.system = short_deck("actomyosin", folder, cycles=9)
        self.more = more
        self.whole = folder / "whole"
        assert main([str(word) for word in self.words(self.whole)]) == 0

    def words(self, directory):
        system = self.system
        return ("run", "-s", system, "-o", directory, "--seed-fixed", 6, "--checkpoint-every", "0.1", *self.more)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Without files for ParaView, which take a while."""
    return Reference(tmp_path_factory.mktemp("reference"), "--no-vtk")


@pytest.fixture(scope="module")
def full_reference(tmp_path_factory):
    """With all files."""
    return Reference(tmp_path_factory.mktemp("full"))


def finish(words, directory):
    """Begin or go on, as far as there is a checkpoint, until the end."""
    if (directory / "checkpoint.h5").exists() or (directory / "checkpoint-older.h5").exists():
        words = ("run", "--continue", directory)
    elif directory.exists():
        words = (*words, "--overwrite")
    assert main([str(word) for word in words]) == 0


def kill_at_random(reference, tmp_path, number):
    """Kill a run at a random moment, and go on; where it began to write, half of the time while it does."""
    whole = reference.whole
    rng, directory = random.Random(number), tmp_path / f"killed-{number}"
    words = reference.words(directory)
    process = start(*words, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not directory.exists() and process.poll() is None:
        time.sleep(0.001)
    time.sleep(rng.uniform(0.0, 1.2))
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    finish(words, directory)
    assert different_files(whole, directory) == []


@pytest.mark.parametrize("number", range(3))
def test_killed_at_a_random_moment(reference, tmp_path, number):
    kill_at_random(reference, tmp_path, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3, 23))
def test_killed_at_one_of_many_random_moments(full_reference, tmp_path, number):
    kill_at_random(full_reference, tmp_path, number)


def kill_at_write(reference, tmp_path, call):
    whole = reference.whole
    directory = tmp_path / "killed"
    words = reference.words(directory)
    done = subprocess.run(
        [sys.executable, DIES, str(call), *map(str, words)], cwd=tmp_path, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL
    finish(words, directory)
    assert different_files(whole, directory) == []


@pytest.mark.parametrize("call", [131])
def test_killed_at_a_write(reference, tmp_path, call):
    kill_at_write(reference, tmp_path, call)


@pytest.mark.slow
@pytest.mark.parametrize("call", [*range(2, 30, 3), *range(31, 440, 20)])
def test_killed_at_each_of_many_writes(full_reference, tmp_path, call):
    kill_at_write(full_reference, tmp_path, call)


@pytest.mark.slow
def test_killed_while_going_on(reference, tmp_path):
    """Twice in a row, once before anything new was written, once in the middle."""
    whole = reference.whole
    directory = tmp_path / "killed"
    for call, words in (
        (300, reference.words(directory)),
        (3, ("run", "--continue", directory)),
        (50, ("run", "--continue", directory)),
    ):
        words = [sys.executable, DIES, str(call), *map(str, words)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=120, check=False)
        assert done.returncode == -signal.SIGKILL
    finish((), directory)
    assert different_files(whole, directory) == []


@pytest.mark.parametrize(
    ("number", "code"), [pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow), (signal.SIGTERM, 143)]
)
def test_a_run_goes_on_after_a_signal(reference, tmp_path, number, code):
    """The last frame that a signal causes gives way when the run goes on."""
    whole = reference.whole
    directory = tmp_path / "stopped"
    words = reference.words(directory)
    process = start(*words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("[info] frame 1,"):
            break
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert f"after a last frame; to go on: medyan run --continue {directory}" in err
    last = list(read_snapshot(directory / "snapshot.traj"))[-1]
    checkpoint = read_checkpoint(directory / "checkpoint.h5")
    assert checkpoint.time == pytest.approx(last.time) and checkpoint.frame in (last.frame, last.frame + 1)
    finish((), directory)
    assert different_files(whole, directory) == []


# ---- disks and directories


@pytest.mark.parametrize("during", ["a frame", "a checkpoint"])
def test_a_full_disk(reference, tmp_path, monkeypatch, capsys, during):
    """Everything written until then stays, and the run goes on when there is room again."""
    whole = reference.whole
    directory = tmp_path / "full"
    real = os.write

    def write(descriptor, data):
        name = os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}"))
        hit = name == ".checkpoint.h5.new.part" if during == "a checkpoint" else name == "forces.traj"
        if hit and next(frames, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data)

    frames = iter(range(3))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        assert main([str(word) for word in reference.words(directory)]) == 3
    err = capsys.readouterr().err
    assert "No space left on device; the run ends; to go on: medyan run --continue" in err
    assert "Traceback" not in err
    assert len(list(read_snapshot(directory / "snapshot.traj"))) >= 2
    assert main(["run", "--continue", str(directory)]) == 0
    assert different_files(whole, directory) == []


def test_a_disk_that_is_full_from_the_beginning(reference, tmp_path, monkeypatch, capsys):
    """Nothing is there to go on from, and every message names the way out."""
    directory = tmp_path / "full"
    real = os.write

    def write(descriptor, data):
        if os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")) == "forces.traj":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data)

    words = [str(word) for word in reference.words(directory)]
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        assert main(words) == 3
    assert "no checkpoint yet: to begin anew, the same command with --overwrite" in capsys.readouterr().err
    assert main(["run", "--continue", str(directory)]) == 2
    anew = f"to begin the run anew: medyan run -s SYSTEM -o {directory} --overwrite\n"
    assert capsys.readouterr().err == f"medyan: error: there is no checkpoint in {directory}; {anew}"
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "already holds results" in err and err.endswith("with --overwrite\n")
    assert main([*words, "--overwrite"]) == 0
    assert different_files(reference.whole, directory) == []


def test_a_directory_that_cannot_be_written(reference, tmp_path, monkeypatch, capsys):
    whole = reference.whole
    directory = shutil.copytree(whole, tmp_path / "copy")

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("medyan_py.output.directory.tempfile.NamedTemporaryFile", refuse)
    assert main(["run", "--continue", str(directory)]) == 2
    expected = f"medyan: error: output directory {directory} cannot be used: Permission denied\n"
    assert capsys.readouterr().err == expected
    assert different_files(whole, directory) == []


def test_one_run_at_a_time(reference, tmp_path, capsys):
    directory = shutil.copytree(reference.whole, tmp_path / "copy")
    with locked(directory):
        for words in (("run", "--continue", directory), (*reference.words(directory), "--overwrite")):
            assert main([str(word) for word in words]) == 2
            assert f"another run is writing to {directory}" in capsys.readouterr().err
    assert different_files(reference.whole, directory) == []
    assert main(["run", "--continue", str(directory)]) == 0


@pytest.mark.parametrize("name", ["chemistry.traj", "traj.h5", "paraview/motors.pvd"])
@pytest.mark.parametrize("how", ["lost", "cut"])
def test_a_trajectory_that_was_lost_or_cut(full_reference, tmp_path, capsys, name, how):
    """Nothing is changed then: not even the files that could go on."""
    whole = full_reference.whole
    directory = shutil.copytree(whole, tmp_path / "copy")
    if how == "lost":
        (directory / name).unlink()
    else:
        os.truncate(directory / name, 100)
    shutil.copy(directory / "checkpoint-older.h5", directory / "checkpoint.h5")
    assert main(["run", "--continue", str(directory)]) == 2
    assert f"{directory / name}" in capsys.readouterr().err
    assert different_files(whole, directory) == [name]


def test_a_filament_leaves_the_grid(full_reference, tmp_path, capsys):
    """Without a boundary that repels, filaments grow out of the grid."""
    system = tmp_path / "systeminput.txt"
    shutil.copy(full_reference.system.parent / "chemistryinput.txt", tmp_path)
    lines = full_reference.system.read_text().splitlines()
    system.write_text("\n".join(line for line in lines if not line.startswith("BOUNDARYFFTYPE")) + "\n")
    directory = tmp_path / "out"
    assert main(["run", "-s", str(system), "-o", str(directory), "--runtime", "50", "--no-vtk"]) == 3
    err = capsys.readouterr().err
    found = re.search(r"\[error\] t = (\S+) s: cylinder (-?\d+) of filament (\d+) at \((.*?)\) nm", err)
    assert "left the grid of 1000 × 1000 × 500 nm" in err
    last = list(read_snapshot(directory / "snapshot.traj"))[-1]
    assert last.time == pytest.approx(float(found[1]))
    state = read_tree(directory / "failed-state.h5")
    assert state["time"] == pytest.approx(float(found[1])) and found[0].split(": ", 1)[1] in state["failure"]


# ---- checkpoints


def test_a_cut_checkpoint(reference, tmp_path, capsys):
    whole = reference.whole
    directory = shutil.copytree(whole, tmp_path / "copy")
    os.truncate(directory / "checkpoint.h5", 40000)
    assert main(["run", "--continue", str(directory)]) == 0
    said = f"{directory / 'checkpoint.h5'} is damaged (its content does not fit its checksum: it is cut short or has"
    assert capsys.readouterr().err.count(f"{said} been changed); the one before it is used") == 1
    assert said in (directory / "medyan.log").read_text()
    assert different_files(whole, directory) == []
    assert read_checkpoint(directory / "checkpoint.h5").time == read_checkpoint(whole / "checkpoint.h5").time


def test_both_checkpoints_damaged_or_none(reference, tmp_path, capsys):
    whole = reference.whole
    directory = shutil.copytree(whole, tmp_path / "copy")
    for name in ("checkpoint.h5", "checkpoint-older.h5"):
        (directory / name).write_bytes(b"")
    assert main(["run", "--continue", str(directory)]) == 2
    err = capsys.readouterr().err
    assert (
        f"every checkpoint in {directory} is damaged; the results are readable, but the run must be begun anew" in err
    )
    for name in ("checkpoint.h5", "checkpoint-older.h5"):
        (directory / name).unlink()
    assert main(["run", "--continue", str(directory)]) == 2
    assert f"there is no checkpoint in {directory}; to begin the run anew: " in capsys.readouterr().err
    assert main(["run", "--continue", str(tmp_path / "nowhere")]) == 2
    assert f"there is no directory {tmp_path / 'nowhere'}" in capsys.readouterr().err
    assert different_files(whole, directory) == []


def test_a_checkpoint_of_another_format(reference, tmp_path, capsys):
    whole = reference.whole
    directory = shutil.copytree(whole, tmp_path / "copy")
    tree = read_tree(directory / "checkpoint.h5")
    tree["program"] |= {"schema": 99, "version": "9.0.0", "revision": ""}
    write_tree(directory / "checkpoint.h5", tree)
    assert main(["run", "--continue", str(directory)]) == 2
    err = capsys.readouterr().err
    assert "was written by medyan_py 9.0.0 in format 99" in err and "go on with that version" in err
    assert different_files(whole, directory) == []


def test_a_checkpoint_of_another_version_of_the_same_format(reference, tmp_path, capsys):
    whole = reference.whole
    directory = shutil.copytree(whole, tmp_path / "copy")
    tree = read_tree(directory / "checkpoint.h5")
    tree["program"]["version"] = "0.0.9"
    write_tree(directory / "checkpoint.h5", tree)
    assert main(["run", "--continue", str(directory)]) == 0
    assert "the checkpoint is by medyan_py 0.0.9" in capsys.readouterr().err


def test_the_state_of_another_deck(runner_of_two, tmp_path):
    first, second = runner_of_two
    first.save(tmp_path / "state.h5")
    assert Simulation.load(tmp_path / "state.h5").time == first.time
    with pytest.raises(CheckpointError, match="does not fit the deck: "):
        Simulation.load(tmp_path / "state.h5", deck=second.deck)


@pytest.fixture
def runner_of_two(tmp_path):
    return [Simulation.from_deck(short_deck(name, tmp_path), seed=1) for name in ("two_filaments", "actomyosin")]


def test_python_saves_and_loads(runner_of_two, tmp_path):
    simulation = runner_of_two[1]
    simulation.run(0.2)
    simulation.save(tmp_path / "state.h5")
    again = Simulation.load(tmp_path / "state.h5", runtime=50.0)
    assert again.deck.schedule.runtime == 50.0
    for each in (simulation, again):
        each.run(0.2)
    assert again.filaments.beads.tobytes() == simulation.filaments.beads.tobytes()
    assert again.steps_done == simulation.steps_done
    (tmp_path / "state.h5").write_bytes(b"x")
    with pytest.raises(CheckpointError, match="is no whole checkpoint: it does not begin as one does"):
        Simulation.load(tmp_path / "state.h5")
    with pytest.raises(CheckpointError, match="cannot be read: No such file"):
        Simulation.load(tmp_path / "nothing.h5")


def test_the_state_of_a_failed_run_is_for_inspection(runner_of_two, tmp_path):
    write_checkpoint(tmp_path / "failed-state.h5", runner_of_two[0], failure="it broke")
    with pytest.raises(CheckpointError, match="the state of a run that failed, for inspection only: it broke"):
        Simulation.load(tmp_path / "failed-state.h5")
