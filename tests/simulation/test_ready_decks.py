"""The decks that come with the program are read without a remark, and run."""

from pathlib import Path

import numpy as np
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


def deck(name):
    (path,) = (path for path in DECKS if path.parent.name == name)
    return path


def test_the_branching_deck_branches():
    simulation = Simulation.from_deck(deck("branching"), seed=1)
    simulation.run(0.5)
    assert len(simulation.branchers) == 0  # Arp2/3 comes at 0.5 s
    simulation.run(1.0)
    assert len(simulation.branchers) > 5
    # a filament's minus end is free or held by a brancher
    assert len(simulation.filaments) == len(simulation.branchers) + simulation.copy_numbers("MA") > 8


@pytest.mark.parametrize("seed", [1, 2])
def test_the_aster_opens(seed):
    """Every filament has its neighbours at about the 63° of an icosahedron, though all began on one side."""
    simulation = Simulation.from_deck(deck("mtoc"), seed=seed)
    view = simulation.filaments
    tips = view.beads[view.start[1:] - 1] - simulation.bubbles.coords[0]
    directions = tips / np.linalg.norm(tips, axis=1)[:, None]
    nearest = np.degrees(np.arccos((directions @ directions.T - 2 * np.eye(12)).max(axis=1)))
    assert nearest.min() > 50 and nearest.max() < 70
    assert len(simulation.bubbles.filaments[0]) == 12


def test_the_probe_feels_the_network():
    """Each indentation raises the force; between two it relaxes, because linkers let go."""
    simulation = Simulation.from_deck(deck("afm"), seed=1)
    forces = {}
    simulation.run(21.2, on_cycle=lambda s: forces.update({round(s.time, 2): s.bubbles.forces[0, 2]}))
    peaks = [max(f for t, f in forces.items() if start <= t < start + 1.2) for start in (5.0, 10.0, 15.0, 20.0)]
    rest = [forces[t] for t in (9.9, 14.9, 19.9)]
    assert peaks[3] > 1.5 * peaks[1] > 1.5 * 1.5 * peaks[0] > 3
    assert all(f < 0.6 * peak for f, peak in zip(rest, peaks, strict=False))
    assert simulation.bubbles.coords[0, 2] == pytest.approx(900 - 8 * 40)


def test_filaments_buckle_under_eulers_load():
    """A clamped chain of n links buckles at (K / l) (2 − 2 cos(π / (2n + 1))); beads above 150 nm are free: n = 7."""
    simulation = Simulation.from_deck(deck("buckling"), seed=1)
    forces = {}
    simulation.run(10.0, on_cycle=lambda s: forces.update({round(s.time, 1): s.forces_on_walls[5, 2] / 9}))
    load = 672 / 108 * (2 - 2 * np.cos(np.pi / 15))
    assert forces[5.0] == pytest.approx(0, abs=1e-3)  # the ceiling has not come so far
    assert forces[8.0] == pytest.approx(load, rel=0.1) and forces[10.0] == pytest.approx(load, rel=0.05)
    assert simulation.energies["FilamentBending"] > 20 * simulation.energies["FilamentStretching"]
    assert 0 < simulation.energies["BoundaryCylinderAttachment"] < 10
