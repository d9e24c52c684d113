"""Runs that start from a frame of snapshot.traj."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from medyan_py import DeckError, Simulation, read_deck
from medyan_py.analysis import read_snapshot
from medyan_py.cli import main
from medyan_py.output import Recorders, SnapshotRecorder
from medyan_py.setup.frame_start import start_from_frame

INPUTS = Path(__file__).parents[2] / "inputs"


def last_frame(simulation, folder):
    recorders = Recorders([SnapshotRecorder(folder)])
    recorders.open(simulation)
    recorders.record(simulation)
    recorders.close(simulation)
    return list(read_snapshot(folder / "snapshot.traj"))[-1]


@pytest.mark.parametrize("old_rules", [False, True])
@pytest.mark.parametrize("name", ["actomyosin", "branching"])
def test_the_network_of_a_frame(tmp_path, name, old_rules):
    """All filaments, links and branches come back: same ids, same cylinders and sites, places as relaxed before."""
    deck = read_deck(INPUTS / name / "systeminput.txt", compatibility="medyan-5.4" if old_rules else None)
    first = Simulation(deck, 3)
    first.run(1.0)
    frame = last_frame(first, tmp_path)
    second = Simulation(start_from_frame(deck, frame, "snapshot.traj"), 4)
    assert second.time == 0.0
    assert second.filaments.ids.tolist() == first.filaments.ids.tolist()
    assert second.filaments.monomers.tolist() == first.filaments.monomers.tolist()
    assert np.abs(second.filaments.beads - first.filaments.beads).max() < 10
    for kind in ("linkers", "motors", "branchers"):
        one, other = getattr(first, kind), getattr(second, kind)
        assert other.ids.tolist() == one.ids.tolist() and other.types.tolist() == one.types.tolist()
        assert other.filaments.tolist() == one.filaments.tolist()
    bound = {"actomyosin": len(first.linkers) + len(first.motors), "branching": len(first.branchers)}[name]
    assert bound > 5
    assert second.diffusing_counts.sum() == Simulation(deck, 1).diffusing_counts.sum()
    second.run(0.2)


@pytest.fixture
def trajectory(tmp_path):
    """A folder with a deck and the trajectory of a run of it."""
    shutil.copytree(INPUTS / "actomyosin", tmp_path / "deck")
    system = tmp_path / "deck" / "systeminput.txt"
    words = ("-s", str(system), "-o", str(tmp_path / "out"), "--runtime", "1", "--record", "snapshot,h5")
    assert main(["run", *words, "--seed-fixed", "2"]) == 0
    return system, tmp_path / "out" / "snapshot.traj"


def test_the_command_line(trajectory, tmp_path, capsys):
    system, path = trajectory
    words = [
        "run",
        "-s",
        str(system),
        "--seed-fixed",
        "5",
        "--runtime",
        "0.2",
        "--record",
        "snapshot",
        "--start-from",
        str(path),
    ]
    assert main([*words, "-o", str(tmp_path / "last")]) == 0
    err = capsys.readouterr().err
    assert f"begins with frame 2 of {path}; not in a frame: kinds of monomers, copy numbers (those of the deck" in err
    frames = list(read_snapshot(path))
    begun = next(read_snapshot(tmp_path / "last" / "snapshot.traj"))
    assert begun.time == 0 and begun.linkers.ids.tolist() == frames[2].linkers.ids.tolist()
    for number, name in (("1", "middle"), ("-2", "from the end")):
        assert main([*words, "--start-frame", number, "-o", str(tmp_path / name)]) == 0
        begun = next(read_snapshot(tmp_path / name / "snapshot.traj"))
        assert begun.motors.ids.tolist() == frames[1].motors.ids.tolist()
    words[-1] = str(path.with_name("traj.h5"))
    assert main([*words, "--start-frame", "1", "-o", str(tmp_path / "binary")]) == 0
    binary = next(read_snapshot(tmp_path / "binary" / "snapshot.traj"))
    assert binary.filaments.beads == pytest.approx(begun.filaments.beads, abs=1e-6)  # the text has ten digits
    assert binary.motors.ids.tolist() == begun.motors.ids.tolist()
    assert main(["run", "--continue", str(tmp_path / "middle"), "--runtime", "0.3"]) == 0


def test_what_does_not_fit(trajectory, tmp_path, capsys):
    system, path = trajectory
    words = ["run", "-s", str(system), "-o", str(tmp_path / "new")]
    assert main([*words, "--start-from", str(path), "--start-frame", "77"]) == 2
    assert f"{path}: there is no frame 77; it has 3 frames" in capsys.readouterr().err
    assert main([*words, "--start-from", str(path), "--start-frame", "-4"]) == 2
    assert f"{path}: there is no frame -4; it has 3 frames" in capsys.readouterr().err
    assert main([*words, "--start-from", str(tmp_path / "nothing")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err
    deck = system.read_text()
    frame = list(read_snapshot(path))[-1]
    for old, new, message in (
        (r"^NX: .*", "NX: 1", r"a bead at .* allowed: 0 … 500 0 … 1000 0 … 500 \(nm\)"),
        (r"^NUMBINDINGSITES: .*", "NUMBINDINGSITES: 2", r"(linker|motor) \d+ ends at .*, where no binding site is"),
    ):
        system.write_text(re.sub(old, new, deck, flags=re.M))
        with pytest.raises(DeckError, match=rf"frame 2 does not fit the deck: {message}"):
            start_from_frame(read_deck(system), frame, "snapshot.traj")
    other = str(INPUTS / "treadmilling" / "systeminput.txt")
    assert main(["run", "-s", other, "-o", str(tmp_path / "new"), "--start-from", str(path.parent)]) == 2
    err = capsys.readouterr().err
    for kind, n in (("linker", len(frame.linkers.ids)), ("motor", len(frame.motors.ids))):
        assert f"{path}: frame 2 does not fit the deck: it has {n} {kind}s of type 0, and the deck has none\n" in err
    frame.motors.types[1] = 5
    system.write_text(deck)
    with pytest.raises(DeckError, match=r"it has 1 motor of type 5, and those of the deck are of type 0 \(MOA\)$"):
        start_from_frame(read_deck(system), frame, "snapshot.traj")
    assert not (tmp_path / "new").exists()
