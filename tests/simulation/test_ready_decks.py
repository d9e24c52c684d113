"""The decks that come with the program are read without a remark, and run."""

from pathlib import Path

import numpy as np
import pytest
from small_run import distance_to_filaments, monomers

from medyan_py import Simulation

DECKS = sorted((Path(__file__).parents[2] / "inputs").glob("*/systeminput.txt"))


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.parent.name)
def test_ready_deck_runs(path):
    simulation = Simulation.from_deck(path, seed=1)
    assert all(w.severity == "hint" for w in simulation.deck.warnings)
    simulation.run(2 * simulation.deck.schedule.minimisation)
    assert simulation.cycles == 2 and simulation.chemistry.events > 0
    assert (path.parent / "README.md").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.parent.name)
def test_ready_deck_runs_to_its_end(path):
    simulation = Simulation.from_deck(path, seed=2)
    statuses = set()
    simulation.run(on_cycle=lambda s: statuses.add(s.minimisation.status))
    assert simulation.time == simulation.deck.schedule.runtime
    assert statuses == {"converged"}


def start(name, seed=1):
    (path,) = (deck for deck in DECKS if deck.parent.name == name)
    return Simulation.from_deck(path, seed=seed)


def chains(simulation):
    """Kinds of the monomers of each filament from its minus to its plus end: 1 … inner, 64 … plus, 128 … minus."""
    filaments, out = simulation.chemistry.filaments, []
    cylinders = filaments.cylinders
    for row in filaments.table.rows:
        c, kinds = int(filaments.table["tip"][row, 0]), []
        while c >= 0:
            kinds.append(cylinders["kind"][c])
            c = int(cylinders["neighbour"][c, 1])
        kinds = np.concatenate(kinds)
        out.append(kinds[kinds > 0])
    return out


def test_the_branching_deck_branches():
    simulation = start("branching")
    simulation.run(0.5)
    assert len(simulation.branchers) == 0  # Arp2/3 comes at 0.5 s
    simulation.run(1.0)
    assert len(simulation.branchers) > 5
    # a filament's minus end is free or held by a brancher
    assert len(simulation.filaments) == len(simulation.branchers) + simulation.copy_numbers("MA") > 8


def test_the_filopodium_deck_pushes_the_membrane_out():
    """Tips that feel the membrane grow more slowly than free ones, and stay inside."""
    simulation = start("filopodium")
    top = simulation.membranes[0].vertices[:, 2].max()
    free = 7 * (0.154 * 753 - 1.4) * 0.5  # monomers in half a second without load
    before = monomers(simulation, "FILAMENT", "PLUSEND")
    simulation.run(0.5)
    (membrane,) = simulation.membranes
    beads = simulation.filaments.beads
    assert membrane.vertices[:, 2].max() > top + 40
    assert simulation.chemistry.interior.inside(beads).all()
    grown = monomers(simulation, "FILAMENT", "PLUSEND") - before
    assert 0.2 * free < grown < 0.8 * free
    assert len(simulation.linkers) > 10
    held = membrane.vertices[membrane.vertices[:, 2] < 150]
    assert abs(held[:, :2].mean(axis=0) - 500).max() < 15  # the vesicle stays where it sticks


def test_the_nucleation_deck_makes_filaments_of_free_actin():
    simulation = start("nucleation")
    assert len(simulation.filaments) == 0
    numbers = []
    for _ in range(3):
        simulation.run(0.4)
        numbers.append(len(simulation.filaments))
        free = int(simulation.copy_numbers("A").sum() + 2 * simulation.copy_numbers("AA").sum())
        assert free + monomers(simulation, "FILAMENT", "PLUSEND", "MINUSEND") == 12000
    assert 5 < numbers[0] < numbers[1] < numbers[2] < 100
    assert simulation.filaments.monomers.sum() > 50 * numbers[2]  # they grow, too


def test_the_severing_deck_cuts_old_filaments():
    simulation = start("severing")
    simulation.run(1.0)
    assert len(simulation.filaments) == 12  # too young to be cut
    simulation.run(9.0)
    assert len(simulation.filaments) > 13
    old = 3  # the third kind of inner monomers, with ADP
    halves = np.zeros((2, 2))
    for kinds in chains(simulation):
        inner = kinds[kinds < 64]
        for k, half in enumerate((inner[: len(inner) // 2], inner[len(inner) // 2 :])):
            halves[k] += (half == old).sum(), len(half)
    minus, plus = halves[:, 0] / halves[:, 1]
    assert minus > 1.3 * plus > 0.05, "old monomers are those near the minus end"


def test_the_capping_deck_stops_plus_ends_and_frees_actin():
    simulation = start("capping")
    simulation.run(8.0)
    free = simulation.copy_numbers("A").sum()
    assert abs(simulation.copy_numbers("CA") - 60 * (1 - np.exp(-8 * 0.07))) < 5 * np.sqrt(60 / 4)
    assert free < 200  # 12.8 in each compartment if all ends are open
    beads, table = simulation.chemistry.filaments.beads, simulation.chemistry.filaments.table
    cylinders = simulation.chemistry.filaments.cylinders

    def plus_ends():
        """Whether each filament is capped, and how many monomers its plus end has won."""
        capped = np.array([kinds[-1] == 65 for kinds in chains(simulation)])
        return capped, beads["serial"][cylinders["bead"][table["tip"][table.rows, 1], 1]]

    before, won_before = plus_ends()
    simulation.run(4.0)
    after, won = plus_ends()
    assert (won == won_before)[before & after].all()
    assert not (won == won_before)[~before & ~after].all()
    simulation.run(48.0)
    assert simulation.copy_numbers("A").sum() > free + 80  # towards 46 in each compartment


def test_the_deck_of_two_polymers_links_them():
    simulation = start("two_polymers")
    simulation.run(4.0)
    filaments = simulation.filaments
    assert np.bincount(filaments.types).tolist() == [30, 6]
    feet = {0: (0, 0), 1: (0, 1), 2: (1, 1)}  # filament types at both ends of each kind of linker
    linkers, motors = simulation.linkers, simulation.motors
    assert set(linkers.types) == {0, 1, 2} and len(motors) > 3
    for bonds, kinds in ((linkers, feet), (motors, {0: (0, 1)})):
        for kind, ends in kinds.items():
            for leg, filament_type in enumerate(ends):
                points = bonds.coords[bonds.types == kind][:, leg]
                assert distance_to_filaments(points, filaments, filament_type).max() < 1e-6


@pytest.mark.parametrize("seed", [1, 2])
def test_the_aster_opens(seed):
    """Every filament has its neighbours at about the 63° of an icosahedron, though all began on one side."""
    simulation = start("mtoc", seed)
    view = simulation.filaments
    tips = view.beads[view.start[1:] - 1] - simulation.bubbles.coords[0]
    directions = tips / np.linalg.norm(tips, axis=1)[:, None]
    nearest = np.degrees(np.arccos((directions @ directions.T - 2 * np.eye(12)).max(axis=1)))
    assert nearest.min() > 50 and nearest.max() < 70
    assert len(simulation.bubbles.filaments[0]) == 12


def test_the_probe_feels_the_network():
    """Each indentation raises the force; between two it relaxes, because linkers let go."""
    peaks, rest = [], []
    for seed in range(1, 5):
        simulation, forces = start("afm", seed), {}
        simulation.run(21.2, on_cycle=lambda s, f=forces: f.update({round(s.time, 2): s.bubbles.forces[0, 2]}))
        peaks.append(
            [max(f for t, f in forces.items() if begin <= t < begin + 1.2) for begin in (5.0, 10.0, 15.0, 20.0)]
        )
        rest.append([forces[t] for t in (9.9, 14.9, 19.9)])
        assert simulation.bubbles.coords[0, 2] == pytest.approx(900 - 8 * 40)
    first, second, _, fourth = np.mean(peaks, axis=0)
    assert fourth > 1.5 * second > 0 and fourth > 2 * first > 2
    # a fifth of the share that is left is chance, from one indentation to another
    assert np.mean(np.array(rest) / np.array(peaks)[:, :3]) < 0.55 + 5 * 0.2 / np.sqrt(12)


def test_filaments_buckle_under_eulers_load():
    """A clamped chain of n links buckles at (K / l) (2 − 2 cos(π / (2n + 1))); beads above 150 nm are free: n = 7."""
    simulation = start("buckling")
    forces = {}
    simulation.run(10.0, on_cycle=lambda s: forces.update({round(s.time, 1): s.forces_on_walls[5, 2] / 9}))
    load = 672 / 108 * (2 - 2 * np.cos(np.pi / 15))
    assert forces[5.0] == pytest.approx(0, abs=1e-3)  # the ceiling has not come so far
    assert forces[8.0] == pytest.approx(load, rel=0.1) and forces[10.0] == pytest.approx(load, rel=0.05)
    assert simulation.energies["FilamentBending"] > 20 * simulation.energies["FilamentStretching"]
    assert 0 < simulation.energies["BoundaryCylinderAttachment"] < 10
