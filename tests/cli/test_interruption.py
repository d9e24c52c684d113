"""Runs that do not reach their end."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from start_medyan import start

from medyan_py.analysis import read_chemistry, read_snapshot
from medyan_py.cli import interrupted, main
from medyan_py.cli.signals import StopSignals
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.output import OutputError
from medyan_py.setup.mechanics import Mechanics


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_the_run_with_a_last_frame(network, tmp_path, number, code):
    words = ("-s", network, "-o", "out", "--runtime", "1000")
    process = start(*words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("[info] frame 2,"):
            break
    time.sleep(0.05)  # into a cycle that gives no frame of its own
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    when = re.search(rf"ended by {number.name} at t = (\S+) s of 1000 s, after a last frame", err)
    snapshots = list(read_snapshot(tmp_path / "out" / "snapshot.traj"))
    chemistry = list(read_chemistry(tmp_path / "out" / "chemistry.traj"))
    assert snapshots[-1].time == chemistry[-1].time == pytest.approx(float(when[1]))
    assert len(snapshots) == len(chemistry) == len({frame.time for frame in snapshots})
    lines = out.splitlines()
    assert lines[-2].startswith(f"Wrote {len(snapshots)} frames, t = 0 to {when[1]} s, to ")
    collection = (tmp_path / "out" / "paraview" / "motors.pvd").read_text()
    assert collection.count("<DataSet") == len(snapshots)
    assert main(["render", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupt_while_the_program_is_still_loading(monkeypatch, capsys):
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "medyan_py.cli.entry":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "medyan_py.cli.entry")
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    assert main(["check"]) == 130
    assert capsys.readouterr().err == "medyan: interrupted\n"


@pytest.mark.parametrize("ours", [True, False])
def test_what_python_makes_of_an_interrupt(ours):
    """Within the definition of a class it becomes a RuntimeError."""
    error = RuntimeError("Error calling __set_name__")
    error.__cause__ = KeyboardInterrupt() if ours else ValueError()
    assert interrupted(error) == ours


def test_further_sigint_ends_at_once():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), StopSignals() as stop:
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.received == signal.SIGTERM
            assert stop.exit_code == 143
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("not interrupted")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before[0])
    assert signal.getsignal(signal.SIGTERM) is before[1]


def test_ignored_signals_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with StopSignals() as stop:
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.received is None
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.fixture
def failing(monkeypatch, pair, tmp_path):
    """Runs the deck with an error injected into the minimisation with the given number, from 0."""

    def run(number, error):
        relax, done = Mechanics.relax, iter(range(number))

        def failing_relax(self):
            if next(done, None) is None:
                raise error
            relax(self)

        monkeypatch.setattr(Mechanics, "relax", failing_relax)
        return main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "5", "--no-vtk"])

    return run


def times(directory):
    return [frame.time for frame in read_snapshot(directory / "out" / "snapshot.traj")]


def test_minimisation_fails_during_the_run(failing, tmp_path, capsys):
    assert failing(12, MechanicsError("LinkerStretching: not finite for linker 3")) == 3
    err = capsys.readouterr().err
    assert err == (
        "[error] the network cannot be relaxed at t = 0.6 s: LinkerStretching: not finite for linker 3\n"
        "[error] frame 2 is this state, not relaxed\n"
        f"[error] the state is saved in {tmp_path / 'out' / 'failed-state.h5'}\n"
    )
    log = (tmp_path / "out" / "medyan.log").read_text()
    assert all(line in log for line in err.splitlines())
    assert times(tmp_path) == [0, 0.5, 0.6]


def test_first_minimisation_fails(failing, tmp_path, capsys):
    assert failing(0, MechanicsError("FilamentBending: not finite")) == 3
    err = capsys.readouterr().err
    assert err == (
        "medyan: error: the initial network cannot be relaxed: FilamentBending: not finite; nothing was written\n"
    )
    assert not (tmp_path / "out").exists()


def test_output_fails_during_the_run(failing, tmp_path, capsys):
    assert failing(12, OutputError("disk full")) == 3
    way_on = f"to go on: medyan run --continue {tmp_path / 'out'}"
    assert capsys.readouterr().err == f"[error] t = 0.6 s: disk full; the run ends; {way_on}\n"
    assert times(tmp_path) == [0, 0.5]


def test_bug(failing, tmp_path, capsys):
    assert failing(12, ZeroDivisionError("x")) == 1
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "ZeroDivisionError at t = 0.6 s: this is a mistake in medyan_py" in err
    log = (tmp_path / "out" / "medyan.log").read_text()
    assert "[error] Traceback (most recent call last):" in log
    assert "[error] ZeroDivisionError: x" in log
    assert times(tmp_path) == [0, 0.5]


def test_bug_before_anything_is_written(failing, tmp_path, capsys):
    assert failing(0, ZeroDivisionError("x")) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError: x" in err
    assert err.splitlines()[-1].startswith("medyan: this is a mistake in medyan_py, not in your input")
    assert not (tmp_path / "out").exists()


def test_abort(failing, tmp_path, capsys):
    assert failing(12, KeyboardInterrupt()) == 130
    out, err = capsys.readouterr()
    way_on = f"to go on: medyan run --continue {tmp_path / 'out'}"
    assert err == f"[warning] aborted at once; the frames written so far are complete; {way_on}\n"
    assert "Wrote" not in out
    assert times(tmp_path) == [0, 0.5]


def test_minimisations_that_do_not_converge_are_counted(monkeypatch, pair, tmp_path, capsys):
    relax, numbers = Mechanics.relax, iter(range(1000))

    def poor_relax(self):
        relax(self)
        if next(numbers) % 5 == 0:
            self.record = replace(self.record, status="stalled", residual=3.5)

    monkeypatch.setattr(Mechanics, "relax", poor_relax)
    assert main(["-s", str(pair), "-o", str(tmp_path), "--runtime", "0.5", "--no-vtk"]) == 0
    expected = "[warning] 3 of 11 minimisations did not converge (3 stalled), with forces up to 3.5 pN\n"
    assert capsys.readouterr().err == expected


def test_a_coordinate_that_is_no_number(monkeypatch, pair, tmp_path, capsys):
    """What is broken is named, what was written stays, and the state can be looked at."""
    relax, done = Mechanics.relax, iter(range(12))

    def spoil(self):
        if next(done, None) is None:
            filaments = self._chemistry.filaments
            filaments.beads["x"][filaments.ordered()["bead"][1], 2] = float("nan")
        relax(self)

    monkeypatch.setattr(Mechanics, "relax", spoil)
    assert main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "5", "--no-vtk"]) == 3
    err = capsys.readouterr().err
    assert re.search(
        r"cannot be relaxed at t = 0.6 s: coordinates are not finite: cylinder 0 of filament 0 at \(.*nan", err
    )
    assert f"the state is saved in {tmp_path / 'out' / 'failed-state.h5'}" in err
    assert times(tmp_path)[:2] == [0, 0.5]
    monkeypatch.undo()
    assert main(["run", "--continue", str(tmp_path / "out"), "--runtime", "1"]) == 0
    assert times(tmp_path) == [0, 0.5, 1]
