"""Deck and seed decide the whole course of a simulation."""

import numpy as np
import pytest
from small_system import write

from medyan_py import Simulation


@pytest.fixture
def deck(tmp_path):
    return write(tmp_path)


def state(simulation):
    """Everything the course depends on or leads to, as plain numbers."""
    chemistry = simulation.chemistry
    tables = (chemistry.bonds, chemistry.filaments.table, chemistry.filaments.cylinders, chemistry.filaments.beads)
    columns = [table[name][table.rows].tolist() for table in tables for name in sorted(table.layout)]
    return {
        "time": simulation.time,
        "cycles": simulation.cycles,
        "events": chemistry.events,
        "counts": simulation.diffusing_counts.tolist(),
        "structure": columns,
        "energies": simulation.energies,
        "next": chemistry.next_time,
        "random": chemistry.random.state,
    }


def test_the_deck_makes_everything_happen(deck):
    simulation = Simulation.from_deck(deck, seed=1)
    simulation.run()
    assert simulation.time == 0.2 and simulation.cycles == 10
    assert len(simulation.linkers) > 2 and len(simulation.motors) > 2
    assert simulation.chemistry.events - simulation.chemistry.hops > 50


def test_same_seed_same_course(deck):
    one, two, other = (Simulation.from_deck(deck, seed=s) for s in (1, 1, 2))
    assert state(one) == state(two)
    assert one.filaments.beads.tolist() != other.filaments.beads.tolist()
    for simulation in (one, two, other):
        simulation.run()
    assert state(one) == state(two)
    assert one.diffusing_counts.tolist() != other.diffusing_counts.tolist()


def test_a_drawn_seed_can_be_used_again(deck):
    drawn = Simulation.from_deck(deck)
    again = Simulation.from_deck(deck, seed=drawn.seed)
    drawn.run(0.04)
    again.run(0.04)
    assert state(drawn) == state(again)
    assert Simulation.from_deck(deck).seed != drawn.seed


@pytest.mark.parametrize("pieces", [[0.1, 0.1], [0.02] * 10, [0.06, 0.14]], ids=["halves", "cycles", "unequal"])
def test_pieces_of_whole_cycles_make_the_same_course(deck, pieces):
    whole, parts = Simulation.from_deck(deck, seed=3), Simulation.from_deck(deck, seed=3)
    whole.run()
    for piece in pieces:
        parts.run(piece)
    assert parts.cycles == whole.cycles
    assert state(parts) == state(whole)


def test_looking_does_not_change_the_course(deck):
    blind, watched = Simulation.from_deck(deck, seed=4), Simulation.from_deck(deck, seed=4)
    blind.run()

    def look(simulation):
        views = [simulation.filaments, simulation.linkers, simulation.motors]
        assert np.isfinite(views[0].tensions).all() and np.isfinite(views[1].coords).all()
        assert simulation.copy_numbers("A").sum() >= 0 and simulation.species_totals() and simulation.energies
        assert simulation.chemistry.channel_propensities and simulation.chemistry.next_time > simulation.time
        simulation.chemistry.candidates.pairs(0)

    watched.run(on_cycle=look)
    assert state(watched) == state(blind)


def test_simulations_in_one_process_do_not_disturb_each_other(deck):
    alone = Simulation.from_deck(deck, seed=5)
    alone.run(0.1)
    mixed, company = Simulation.from_deck(deck, seed=5), Simulation.from_deck(deck, seed=6)
    for _ in range(5):
        mixed.run(0.02)
        company.run(0.02)
    assert state(mixed) == state(alone)


def test_molecules_enter_and_leave_at_their_times(deck):
    simulation = Simulation.from_deck(deck, seed=7)
    counts = {}

    def note(s):
        counts[s.cycles] = s.copy_numbers("MD").sum() + len(s.motors), s.copy_numbers("LD").sum()

    simulation.run(on_cycle=note)
    assert [counts[k][0] for k in range(1, 11)] == [0, 0] + [20] * 8  # released at 0.05 s, inside the third cycle
    assert counts[7][1] > 10 and counts[8][1] < 10  # removed at 0.15 s, inside the eighth; some unbind afterwards


def test_molecules_and_monomers_are_conserved(deck):
    simulation = Simulation.from_deck(deck, seed=8)

    def actin(s):
        return s.copy_numbers("A").sum() + s.filaments.monomers.sum()

    before = actin(simulation)
    polymerised = simulation.filaments.monomers.sum()
    simulation.run()
    assert actin(simulation) == before
    assert simulation.filaments.monomers.sum() > polymerised
