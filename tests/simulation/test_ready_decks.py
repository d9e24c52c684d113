"""The decks that come with the program are read without a remark, and run."""

from pathlib import Path

import pytest

from medyan_py import Simulation

DECKS = sorted((Path(__file__).parents[2] / "inputs").glob("*/systeminput.txt"))


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.parent.name)
def test_ready_deck_runs(path):
    simulation = Simulation.from_deck(path, seed=1)
    assert simulation.deck.warnings == () or all(w.severity == "hint" for w in simulation.deck.warnings)
    simulation.run(2 * simulation.deck.schedule.minimisation)
    assert simulation.cycles == 2 and simulation.chemistry.events > 0
    assert (path.parent / "README.md").is_file()


def test_the_branching_deck_branches():
    (path,) = (deck for deck in DECKS if deck.parent.name == "branching")
    simulation = Simulation.from_deck(path, seed=1)
    simulation.run(0.5)
    assert len(simulation.branchers) == 0  # Arp2/3 comes at 0.5 s
    simulation.run(1.0)
    assert len(simulation.branchers) > 5
    # a filament's minus end is free or held by a brancher
    assert len(simulation.filaments) == len(simulation.branchers) + simulation.copy_numbers("MA") > 8
