"""Results written by a second process: the same files, and no error goes unnoticed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medyan_py import Simulation, read_deck
from medyan_py.output import RECORDERS, OutputError, standard_recorders
from medyan_py.output.background import BackgroundRecorder

DECK = Path(__file__).resolve().parents[2] / "inputs" / "actomyosin" / "systeminput.txt"

KILLED = """
import os, signal, sys
from medyan_py import Simulation, read_deck, standard_recorders
simulation = Simulation(read_deck(sys.argv[1]), seed=3)
recorders = standard_recorders(sys.argv[2], ["snapshot", "h5"], background=True)
recorders.open(simulation)
for _ in range(40):
    recorders.record(simulation)
    simulation.frame += 1
os.kill(os.getpid(), signal.SIGKILL)
"""


def contents(directory):
    return {
        path.relative_to(directory): path.read_bytes() for path in sorted(directory.rglob("*")) if not path.is_dir()
    }


def test_same_files_as_without(tmp_path):
    found = []
    for background in (False, True):
        directory = tmp_path / str(background)
        directory.mkdir()
        simulation = Simulation(read_deck(DECK), seed=5)
        recorders = standard_recorders(directory, background=background)
        recorders.open(simulation)
        simulation.run(1.5, recorders=recorders)
        recorders.close(simulation)
        found.append(contents(directory))
    direct, second = found
    assert len(direct) > 25
    assert direct.keys() == second.keys()
    for name, data in direct.items():
        assert second[name] == data, name


def test_existing_file_is_refused_at_once(pair, tmp_path):
    (tmp_path / "snapshot.traj").write_text("precious")
    recorder = BackgroundRecorder(tmp_path, ["snapshot"])
    with pytest.raises(OutputError, match=r"snapshot.traj exists already"):
        recorder.open(pair)
    assert (tmp_path / "snapshot.traj").read_text() == "precious"


def test_frame_that_cannot_be_written_is_reported(pair, tmp_path):
    recorder = BackgroundRecorder(tmp_path, ["snapshot", "vtk"])
    recorder.open(pair)
    recorder.record(pair)
    while not (tmp_path / "paraview" / "motors").exists():
        time.sleep(0.01)
    pair.frame = 2500
    (tmp_path / "paraview" / "motors" / "0002").write_text("in the way")
    recorder.record(pair)
    with pytest.raises(OutputError, match="0002"):
        recorder.close(pair)
    recorder.close(pair)
    assert (tmp_path / "paraview" / "filaments.pvd").read_text().count("DataSet") == 1


def test_end_of_the_second_process_is_reported(pair, tmp_path):
    recorder = BackgroundRecorder(tmp_path, ["snapshot"])
    recorder.open(pair)
    os.kill(recorder._process.pid, signal.SIGKILL)
    recorder._process.wait()
    with pytest.raises(OutputError, match=r"has ended \(signal 9\)"):
        recorder.record(pair)
    recorder.close(pair)


def test_frames_of_a_killed_run_are_written(tmp_path):
    from medyan_py.analysis import open_trajectory

    run = subprocess.run([sys.executable, "-c", KILLED, str(DECK), str(tmp_path)], timeout=60)
    assert run.returncode == -signal.SIGKILL
    end = time.monotonic() + 30
    while time.monotonic() < end and (tmp_path / "snapshot.traj").read_text().count("\n\n") < 40:
        time.sleep(0.02)
    assert (tmp_path / "snapshot.traj").read_text().count("\n\n") == 40
    while time.monotonic() < end and len(open_trajectory(tmp_path / "traj.h5")) < 40:
        time.sleep(0.02)
    assert len(open_trajectory(tmp_path / "traj.h5")) == 40


def test_mistake_in_the_second_process_is_told(pair, tmp_path):
    recorder = BackgroundRecorder(tmp_path, ["snapshot"])
    recorder.open(pair)
    pair.filaments.beads = None
    recorder.record(pair)
    with pytest.raises(RuntimeError, match="Traceback"):
        recorder.close(pair)
    recorder.close(pair)


def test_signals_of_the_keyboard_do_not_reach_it(pair, tmp_path):
    recorder = BackgroundRecorder(tmp_path, ["snapshot"])
    recorder.open(pair)
    os.kill(recorder._process.pid, signal.SIGINT)
    assert os.getpgid(recorder._process.pid) != os.getpgid(0)
    recorder.record(pair)
    recorder.close(pair)
    assert "FILAMENT" in (tmp_path / "snapshot.traj").read_text()


def test_every_name_is_known():
    from medyan_py.output.selection import IN_PLACE

    assert set(IN_PLACE) < set(RECORDERS)
