"""Nonsense in place of any argument of any public function or method: an error that says what is wrong, or a result."""

import inspect
from pathlib import Path

import numpy as np
import pytest

import medyan_py as md

DECK = Path(__file__).parents[2] / "inputs" / "two_filaments" / "systeminput.txt"
JUNK = [
    None,
    -1,
    2.5,
    "no such thing",
    float("nan"),
    float("inf"),
    10**30,
    [],
    {},
    object(),
    b"x",
    True,
    np.zeros((2, 2)),
]
CLEAR = (
    *(ValueError, TypeError, KeyError, IndexError, OSError, OverflowError, StopIteration),
    *(md.DeckError, md.OutputError, md.CheckpointError, md.TrajectoryError),
)
INTERNAL = ("object has no attribute", "unsupported operand", "not supported between", "ufunc")
REACTIONS = [("A -> B", 1.0)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a checkpoint and a trajectory in it."""
    path = tmp_path_factory.mktemp("public")
    simulation = md.Simulation.from_deck(DECK, seed=1)
    recorders = md.standard_recorders(md.claim_directory(path / "run"), ("snapshot",))
    recorders.open(simulation)
    simulation.run(0.1, recorders=recorders)
    recorders.close(simulation)
    simulation.save(path / "state.h5")
    return path


@pytest.fixture(scope="module")
def things(folder):
    """What methods are called on."""
    return {
        "Simulation": md.Simulation.from_deck(DECK, seed=1),
        "ReactionSystem": md.ReactionSystem({"A": 10}, REACTIONS, seed=1),
        "Trajectory": md.open_trajectory(folder / "run"),
    }


# Good arguments, by name, of every public function and method that takes any.
CALLS = {
    "Grid": {"shape": (2, 2, 2), "compartment_size": (1.0, 1.0, 1.0)},
    "ReactionSystem": {"species": {"A": 10}, "reactions": REACTIONS, "seed": 1, "grid": None, "diffusion": None},
    "ReactionSystem.run": {"times": [0.1]},
    "ReactionSystem.ensemble": {"n": 2, "times": [0.1]},
    "Simulation": {"deck": None, "seed": 1, "threads": 1},
    "Simulation.from_deck": {"system": DECK, "seed": 1, "input_dir": DECK.parent, "runtime": 1.0, "threads": 1},
    "Simulation.load": {"path": "state.h5", "deck": None, "runtime": 5.0},
    "Simulation.save": {"path": "other.h5"},
    "Simulation.run": {"duration": 0.01, "steps": None, "recorders": None, "on_cycle": None},
    "Simulation.every": {"seconds": 0.05, "function": print},
    "Simulation.set_copy_numbers": {"name": "A", "copies": 0, "compartment": (0, 0, 0)},
    "Simulation.copy_numbers": {"name": "A"},
    "Simulation.scale_rates": {"action": "bind", "factor": 1.0},
    "Simulation.pin_beads": {"beads": 0, "stiffness": 1.0},
    "Simulation.unpin_beads": {"beads": 0},
    "Trajectory.__getitem__": {"which": 0},
    "claim_directory": {"path": "claimed", "overwrite": False},
    "open_trajectory": {"path": "run"},
    "read_deck": {
        "system_path": DECK,
        "input_dir": DECK.parent,
        "runtime": 1.0,
        "compatibility": "none",
        "texts": None,
    },
    "standard_recorders": {"directory": "run", "which": ("snapshot",)},
}
NO_CALL = {"__version__", "Deck"}  # a Deck is made by read_deck


def test_every_public_name_is_called():
    classes = {"Simulation": md.Simulation, "ReactionSystem": md.ReactionSystem}
    for name in md.__all__:
        made = getattr(md, name)
        if not (isinstance(made, type) and issubclass(made, Exception)) and name not in NO_CALL:
            assert name in CALLS, name
    for name, made in classes.items():
        for method, function in inspect.getmembers(made, callable):
            if not method.startswith("_") and len(inspect.signature(function).parameters) > 1:
                known = f"{name}.{method}" in CALLS or method in ("record", "from_state", "restore")  # for recorders
                assert known, f"{name}.{method}"


def called(name, things, arguments):
    owner, _, method = name.rpartition(".")
    if owner and method not in ("from_deck", "load"):
        function = getattr(things[owner], method)
    else:
        function = getattr(getattr(md, owner), method) if owner else getattr(md, name)
    return function(**arguments) if method != "__getitem__" else function(arguments["which"])


@pytest.mark.parametrize(("name", "argument"), [(n, a) for n, good in CALLS.items() for a in good])
def test_nonsense(name, argument, things, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for junk in JUNK:
        good = dict(CALLS[name])
        if name == "Simulation" and argument != "deck":
            good["deck"] = md.read_deck(DECK)
        if name == "Simulation.run" and argument == "steps":
            good["duration"] = None
        if argument in ("duration", "steps") and isinstance(junk, int) and junk > 1:
            continue  # would be done, and take its time
        good[argument] = junk
        try:
            called(name, things, good)
        except CLEAR as error:
            text = str(error)
            assert text, (name, argument, junk)
            assert not any(words in text for words in INTERNAL), (name, argument, junk, text)
