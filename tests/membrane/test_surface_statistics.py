"""Molecules on membranes against theory: spreading, equilibria, reactions that end in known distributions."""

import numpy as np
import pytest
from chance import assert_distribution, assert_frequencies, assert_mean
from scipy.linalg import expm
from scipy.stats import binom, poisson
from surface_worlds import begin, columns, make_engine, plain
from surfaces import distorted, equilateral

from medyan_py.core.chemistry.descriptions import Adsorption, Bulk, Diffusing, Pool, SurfaceReaction
from medyan_py.core.membrane.shapes import icosphere

ALGORITHMS = ("NRM", "GILLESPIE", "SIMPLEGILLESPIE")


def spread(surface, start, copies, time, energies=None, coefficient=1000.0):
    """Copies at every vertex after ``copies`` molecules have walked for ``time`` s from one vertex; the cells."""
    engine = make_engine([surface], [plain("M", coefficient, 0.0, energies is not None)])
    first = np.zeros((len(surface[0]), 1), dtype=np.int64)
    first[start] = copies
    begin(engine, first, energies)
    engine.run(time)
    return columns(engine.surface.cells.mesh)[:, 0].copy(), engine.surface.cells


def walk(cells, kind=0, coefficient=1000.0):
    """Generator of the walk of one molecule: d p/dt = p Q."""
    q = np.zeros((cells.rows, cells.rows))
    start, end, rate = cells.passages(kind)
    np.add.at(q, (start, end), coefficient * rate)
    return q - np.diag(q.sum(1))


def test_mean_square_displacement_on_a_plane():
    """4 D t, before anything reaches the border; it is the sum of many steps, so exponentially distributed."""
    x, triangles = equilateral(41, 47, 10.0)
    centre, n, time = 23 * 41 + 20, 20000, 1.5
    copies, _ = spread((x, triangles), centre, n, time)
    square = ((x - x[centre]) ** 2).sum(1)
    assert abs((copies * square).sum() / n / (4 * 1000 * time) - 1) < 5 / np.sqrt(n)
    assert copies.sum() == n


def test_spreading_on_a_sphere():
    """⟨cos θ⟩ = exp(−2 D t/R²); the mesh is that of the integral, so within a percent of it."""
    x, triangles = icosphere(3, 100.0)
    n, time = 15000, 3.0
    copies, cells = spread((x, triangles), 0, n, time)
    cosine = x @ x[0] / 100**2
    mean, exact = (copies * cosine).sum() / n, np.exp(-2 * 1000 * time / 100**2)
    assert abs(mean - exact) < 5 / np.sqrt(2 * n) + 0.01 * exact
    assert_frequencies(copies, expm(walk(cells) * time)[0])


def test_walk_with_energies_on_a_bad_mesh():
    """The exact law of the walk, obtuse triangles and steps of several kT included."""
    x, triangles = distorted(3, level=2, share=0.2)
    energies = np.random.default_rng(4).normal(size=(1, len(x))) * 1.5
    copies, cells = spread((x, triangles), 7, 30000, 2.0, energies)
    assert_frequencies(copies, expm(walk(cells, 1) * 2.0)[7])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_equilibrium_is_boltzmann(algorithm):
    """Independent molecules, long after they were put on one vertex: N ∝ A exp(−E)."""
    x, triangles = distorted(5, closed=False, level=1, radius=30.0, share=0.1)
    energies = np.linspace(-1, 1, len(x))[None, :]
    engine = make_engine([(x, triangles)], [plain("M", 1000.0, 0.0, True)], algorithm=algorithm)
    first = np.zeros((len(x), 1), dtype=np.int64)
    first[3] = 1000
    begin(engine, first, energies)
    engine.run(8.0)
    weight = engine.surface.cells.areas * np.exp(-energies[0])
    assert_frequencies(columns(engine.surface.cells.mesh)[:, 0], weight / weight.sum())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_birth_and_death_is_poisson(algorithm):
    """k₀ A on and k₁ off per molecule: Poisson with k₀ A/k₁ on every vertex."""
    surface = icosphere(0, 10.0)
    reactions = [SurfaceReaction((), (0,), 0.02), SurfaceReaction((0,), (), 0.5)]
    engine = begin(make_engine([surface], [plain("M", 30.0)], reactions, algorithm=algorithm))
    area, samples = engine.surface.cells.areas.sum(), []
    for _ in range(1000 if algorithm != "SIMPLEGILLESPIE" else 300):
        engine.run(engine.time + 10.0)
        samples.append(int(engine.surface_totals[0]))
    assert_distribution(samples, lambda k: poisson.pmf(k, 0.02 * area / 0.5), int(max(samples) + 20))


def test_pairs_in_equilibrium():
    """2 M ⇌ P at one vertex, with falling factorials: the exact stationary law of the master equation."""
    on, off, n = 300.0, 0.7, 9
    x, triangles = icosphere(0, 10.0)
    engine = make_engine([(x, triangles)], [plain("M"), plain("P")],
                         [SurfaceReaction((0, 0), (1,), on), SurfaceReaction((1,), (0, 0), off)])  # fmt: skip
    begin(engine, np.array([[n, 0]] * 12))
    area, samples = engine.surface.cells.areas[0], []
    for _ in range(400):
        engine.run(engine.time + 4.0)
        samples += columns(engine.surface.cells.mesh)[:12, 1].tolist()
    weight = [1.0]
    for p in range(n // 2):
        m = n - 2 * p
        weight.append(weight[-1] * on / area * m * (m - 1) / (off * (p + 1)))
    assert_distribution(samples, np.array(weight) / sum(weight), n // 2)


@pytest.mark.parametrize("bulk", [False, True])
def test_adsorption_and_desorption_in_equilibrium(bulk):
    """Each molecule is on the membrane with odds k_on Σ A exp(−E)/(k_off V), whatever compartments and energies."""
    x, triangles = icosphere(1, 60.0)
    energies = np.linspace(-1.5, 1.0, len(x))[None, :]
    space = {"shape": (2, 2, 2), "size": 80.0, "volume_fraction": [1, 0.5, 1, 1, 0.3, 1, 1, 0.8]}
    adsorption = Adsorption(Pool(bulk, 0), 0, 40.0, 2.0)
    engine = make_engine([(x + 80, triangles)], [plain("M", 5000.0, 0.0, True)], adsorptions=[adsorption],
                         diffusing=(Diffusing("A", 5e4),), **space)  # fmt: skip
    begin(engine, energies=energies)
    if bulk:
        engine.set_bulk(0, 60)
    else:
        engine.spread(0, 60)
    volume = engine.volume_fractions.sum() * 80**3
    odds = 40.0 / 2.0 / volume * (engine.surface.cells.areas * np.exp(-energies[0])).sum()
    samples = []
    for _ in range(400):
        engine.run(engine.time + 4.0)
        samples.append(int(engine.surface_totals[0]))
        assert samples[-1] + engine.counts.sum() + engine.bulk_counts[0] == 60
    assert 0.1 < odds < 10
    assert_distribution(samples, lambda k: binom.pmf(k, 60, odds / (1 + odds)), 60)


def test_crowding_ends_adsorption():
    """Molecules that cover 40 nm² each on vertices of their own: on at a rate that falls with every one, off at N."""
    x, triangles = icosphere(0, 15.0)
    adsorption = Adsorption(Pool(True, 0), 0, 1e6, 1.0)
    engine = make_engine([(x, triangles)], [plain("M", 0.0, 40.0)], adsorptions=[adsorption], bulk=(Bulk("B", True),))
    begin(engine)
    engine.set_bulk(0, 50)
    area, samples = engine.surface.cells.areas[0], []
    for _ in range(400):
        engine.run(engine.time + 5.0)
        samples += columns(engine.surface.cells.mesh)[:12, 0].tolist()
    weight = [1.0]
    while area - 40 * (len(weight) - 1) > 0:
        weight.append(weight[-1] * 1e6 * 50 / 1e9 * (area - 40 * (len(weight) - 1)) / len(weight))
    assert len(weight) > 3
    assert_distribution(samples, np.array(weight) / sum(weight), len(weight) - 1)


@pytest.mark.parametrize("through", [False, True])
def test_molecules_hop_where_there_is_room(through):
    """Weights A (A − a) (A − 2a) …/n! · exp(−nE) on every vertex, at a fixed number of molecules; without, Aⁿ."""
    x, triangles = icosphere(0, 15.0)
    energies, size, n = np.linspace(-1, 1, 12)[None, :], 60.0, 14
    engine = make_engine([(x, triangles)], [plain("M", 400.0, size, True)], through=through)
    begin(engine, np.array([[2]] * 2 + [[1]] * 10), energies)
    area, samples = engine.surface.cells.areas[0], []
    for _ in range(1500):
        engine.run(engine.time + 4.0)
        samples.append(columns(engine.surface.cells.mesh)[:12, 0].copy())
    samples = np.array(samples)
    assert (samples.sum(1) == n).all()
    weight = []
    for energy in energies[0]:
        w = [1.0]
        for k in range(n):
            w.append(w[-1] * max(0.0, area if through else area - size * k) * np.exp(-energy) / (k + 1))
        weight.append(np.array(w))
    assert through or 3 < np.count_nonzero(weight[0]) < 6  # vertices get full
    for vertex in (0, 5, 11):
        rest = np.ones(1)
        for other in range(12):
            if other != vertex:
                rest = np.convolve(rest, weight[other])[: n + 1]
        p = weight[vertex] * rest[::-1]
        assert_distribution(samples[:, vertex], p / p.sum(), n)


def test_waiting_time_of_one_molecule():
    """First hop of one molecule: mean time A/(D Σ w), and each neighbour as often as its share."""
    x, triangles = distorted(8, level=1, share=0.05)
    engine = make_engine([(x, triangles)], [plain("M", 1000.0)], seed=3)
    one = np.zeros((len(x), 1), dtype=np.int64)
    one[0] = 1
    begin(engine, one)
    q = walk(engine.surface.cells)
    times, ends = [], []
    for _ in range(3000):
        before = engine.time
        engine.run_events(1)
        times.append(engine.time - before)
        ends.append(int(np.flatnonzero(columns(engine.surface.cells.mesh)[:, 0])[0]))
        engine.set_surface_count(ends[-1], 0, 0)
        engine.set_surface_count(0, 0, 1)
    assert_mean(times, -1 / q[0, 0], 1 / q[0, 0] ** 2)
    share = np.where(np.arange(len(x)) == 0, 0.0, q[0] / -q[0, 0])
    assert_frequencies(np.bincount(ends, minlength=len(x)), share)
