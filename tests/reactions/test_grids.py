"""Diffusion and reactions in compartments, whole and cut."""

import numpy as np
import pytest
from scipy.stats import chi2

import medyan_py as md

ALGORITHMS = ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_two_compartments_in_equilibrium_are_binomial(algorithm):
    system = md.ReactionSystem(
        {"X": [100, 0]}, [], grid=md.Grid((2, 1, 1), 500.0), diffusion={"X": 2e6}, seed=1, algorithm=algorithm
    )
    runs = system.ensemble(2000, [1.0])[:, 0, 0]
    np.testing.assert_array_equal(runs.sum(1), 100)
    assert abs(runs[:, 0].mean() - 50) < 5 * np.sqrt(25 / 2000)
    assert abs(runs[:, 0].var() / 25 - 1) < 5 * np.sqrt(2 / 2000)


def test_a_thousand_molecules_on_two_compartments():
    system = md.ReactionSystem({"X": 1000}, [], grid=md.Grid((2, 1, 1), 500.0), diffusion={"X": 0.2e6}, seed=2)
    first = system.ensemble(2000, [0.5])[:, 0, 0, 0]
    assert abs(first.mean() - 500) < 5 * np.sqrt(250 / 2000)
    assert abs(first.var() / 250 - 1) < 5 * np.sqrt(2 / 2000)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_diffusion_relaxes_as_fick_says_along_every_axis(algorithm):
    """Means obey dN/dt = −L N with the hop rates D/L² of each axis."""
    shape, size, d = (3, 2, 2), (250.0, 500.0, 1000.0), 1e6
    n = 12
    rates = np.zeros((n, n))
    for c in range(n):
        where = np.array([c % 3, c // 3 % 2, c // 6])
        for other in range(n):
            gap = np.abs(np.array([other % 3, other // 3 % 2, other // 6]) - where)
            if gap.sum() == 1:
                rates[other, c] = d / size[int(np.argmax(gap))] ** 2
    rates -= np.diag(rates.sum(0))
    values, vectors = np.linalg.eig(rates)
    t = 0.05
    chance = (vectors @ np.diag(np.exp(values * t)) @ np.linalg.inv(vectors))[:, 0].real
    start = [0] * n
    start[0] = 400
    system = md.ReactionSystem(
        {"X": start}, [], grid=md.Grid(shape, size), diffusion={"X": d}, seed=3, algorithm=algorithm
    )
    runs = system.ensemble(500, [t])[:, 0, 0]
    z = (runs.mean(0) - 400 * chance) / np.sqrt(400 * chance * (1 - chance) / 500)
    assert np.abs(z).max() < 5


def test_cut_compartments_fill_in_proportion_to_their_volume():
    """f = ½ and 1 with wet fractions ½ and 1 of the shared face: hop rates 120 and 60 /s, a third in the first."""
    faces = np.ones((2, 6))
    faces[0, 1] = 0.5
    grid = md.Grid((2, 1, 1), 500.0, volume_fraction=[0.5, 1.0], face_fraction=faces)
    system = md.ReactionSystem({"X": [0, 90]}, [], grid=grid, diffusion={"X": 20e6}, seed=4)
    times = [0.002, 1.0]
    first = system.ensemble(2000, times)[:, :, 0, 0]
    share = (1 - np.exp(-180.0 * np.array(times))) / 3
    z = (first.mean(0) - 90 * share) / np.sqrt(90 * share * (1 - share) / 2000)
    assert np.abs(z).max() < 5


def test_initial_copies_are_spread_by_volume():
    fractions = [0.1, 0.4, 1.0, 0.5]
    grid = md.Grid((4, 1, 1), 500.0, volume_fraction=fractions, active=[True, True, True, False])
    counts = md.ReactionSystem({"X": 500}, [], grid=grid, seed=5).ensemble(200, [0.0])[:, 0, 0]
    assert not counts[:, 3].any()
    expected = 500 * 200 * np.array(fractions[:3]) / 1.5
    total = counts[:, :3].sum(0)
    assert ((total - expected) ** 2 / expected).sum() < chi2.isf(1e-6, 2)
    assert len(np.unique(counts[:, 0])) > 5


@pytest.mark.parametrize(
    ("reaction", "start", "change", "power"),
    [("-> X", 0, 1, 1), ("X -> Y", 400, -1, 0), ("2 X -> Y", 40, -2, -1), ("3 X -> Y", 16, -3, -2)],
)
def test_rates_in_cut_compartments(reaction, start, change, power):
    """Events in a very short time: rate × f^(1 − order) × falling factorial."""
    grid = md.Grid((2, 1, 1), 500.0, volume_fraction=[0.5, 1.0])
    k, t = 2.0, 1e-3
    order = {"-> X": 0, "X -> Y": 1, "2 X -> Y": 2, "3 X -> Y": 3}[reaction]
    ways = np.prod([start - i for i in range(order)]) if order else 1
    k = 100.0 / ways
    runs = md.ReactionSystem({"X": [start, start]}, [(reaction, k)], grid=grid, seed=6).ensemble(4000, [t])[:, 0, 0]
    events = (runs - start).sum(0) / change
    expected = 4000 * 100.0 * t * np.array([0.5**power, 1.0])
    # reactants are used up a little: less than 2 % here
    assert (np.abs(events - expected) < 5 * np.sqrt(expected) + 0.02 * expected).all()


def test_constant_species_are_there_in_every_compartment():
    grid = md.Grid((2, 2, 1), 500.0)
    system = md.ReactionSystem(
        {"E": 3, "X": 0}, [("E -> E + X", 2.0), ("X ->", 1.0)], constant=["E"], grid=grid, diffusion={"X": 1e6}, seed=7
    )
    runs = system.ensemble(1000, [20.0])[:, 0]
    assert (runs[:, 0] == 3).all()
    assert (np.abs(runs[:, 1].mean(0) - 6) < 5 * np.sqrt(6 / 1000)).all()
    assert (np.abs(runs[:, 1].var(0) / 6 - 1) < 5 * np.sqrt(2.2 / 1000)).all()


def test_well_mixed_reactions_do_not_notice_the_grid():
    """Fast diffusion of two reacting species on 2 compartments equals one volume with half the constant."""
    grid = md.Grid((2, 1, 1), 100.0)
    rates = {"A": 1e6, "B": 1e6}
    gridded = md.ReactionSystem({"A": 20, "B": 20}, [("A + B -> C", 0.1)], grid=grid, diffusion=rates, seed=8)
    mixed = md.ReactionSystem({"A": 20, "B": 20}, [("A + B -> C", 0.05)], seed=9)
    a = gridded.ensemble(2000, [1.0])[:, 0, 2].sum(1)
    b = mixed.ensemble(2000, [1.0])[:, 0, 2]
    assert abs(a.mean() - b.mean()) < 5 * np.sqrt((a.var() + b.var()) / 2000)
