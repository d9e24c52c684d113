"""Reactions, diffusion and adsorption on membranes: rates by number, and every propensity after thousands of events."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surface_worlds import assert_agrees, begin, columns, make_engine, plain
from surfaces import distorted, equilateral

from medyan_py.core.chemistry.descriptions import (
    Adsorption,
    Bulk,
    Diffusing,
    Pool,
    Reaction,
    SurfaceReaction,
)
from medyan_py.core.common.state import StateError, differences
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.core.membrane.surgery import Surgery

ALGORITHMS = ("NRM", "GILLESPIE", "SIMPLEGILLESPIE")


def lattice(area):
    """A lattice whose inner vertices have this area (nm²), and the row of one of them."""
    x, triangles = equilateral(5, 5, np.sqrt(2 * area / np.sqrt(3)))
    return (x + 200, triangles), 12


def at_one_vertex(area, species, reactions=(), adsorptions=(), copies=(), **more):
    """Propensities of reactions at a vertex of this area with these copies; the engine."""
    surface, v = lattice(area)
    engine = make_engine([surface], species, reactions, adsorptions, **more)
    all_copies = np.zeros((25, len(species)), dtype=np.int64)
    all_copies[v, : len(copies)] = copies
    begin(engine, all_copies)
    return engine.surface.propensities[v, len(species) :], engine


# --- rates by number


@pytest.mark.parametrize(
    ("area", "reactants", "rate", "copies", "expected"),
    [
        (1000, (), 0.055, (0, 0), 55),
        (1000, (0,), 0.55, (7, 0), 3.85),
        (1000, (0, 1, 1), 1000, (5, 4), 0.06),
        (1000, (0, 1, 1), 1000, (5, 1), 0),
        (1385.640646, (), 0.055, (0, 0), 76.2102),
        (100, (0, 1), 2, (5, 4), 0.4),
        (100, (0, 1, 1), 1000, (3, 4), 3.6),
        (100, (1, 1, 1), 1000, (0, 2), 0),
        (100, (1, 1, 1), 1000, (0, 5), 1000 * 60 / 100**2),
    ],
)
def test_rates_of_reactions(area, reactants, rate, copies, expected):
    reaction = SurfaceReaction(reactants, (), rate)
    found, _ = at_one_vertex(area, [plain("P"), plain("Q")], [reaction], copies=copies)
    assert found[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("area", "adsorption", "n", "more", "expected"),
    [
        (900, Adsorption(Pool(False, 0), 0, 1, 0), 20000, {"size": 500.0}, 0.144),
        (
            1385.640646,
            Adsorption(Pool(False, 0), 0, 1, 0),
            100,
            {"size": 500.0, "volume_fraction": [0.5]},
            0.00221702503,
        ),
        (1385.640646, Adsorption(Pool(True, 0), 0, 1, 0), 10000, {"size": 500.0, "shape": (6, 6, 6)}, 0.000513200239),
    ],
)
def test_rates_of_adsorption(area, adsorption, n, more, expected):
    """At one vertex: its share of the weight of all."""
    _, engine = at_one_vertex(area, [plain()], adsorptions=[adsorption], **more)
    if adsorption.free.bulk:
        engine.set_bulk(0, n)
    else:
        engine.set_count(0, 0, n)
    local, whole = engine.channel_propensities
    total = whole[-1] if adsorption.free.bulk else local[0, -1]
    areas = engine.surface.cells.areas
    assert total * areas[12] / areas.sum() == pytest.approx(expected, rel=1e-6)


def test_bulk_is_spread_over_the_volume_inside():
    adsorption = Adsorption(Pool(True, 0), 0, 1.0, 0.0)
    space = {"shape": (2, 1, 1), "active": [1, 0], "volume_fraction": [0.5, 1]}
    rates = []
    for whole_grid in (False, True):
        engine = make_engine([lattice(900)[0]], [plain()], adsorptions=[adsorption], whole_grid=whole_grid, **space)
        begin(engine)
        engine.set_bulk(0, 100)
        rates.append(engine.channel_propensities[1][-1])
    assert rates[0] == pytest.approx(4 * rates[1])
    assert rates[0] == pytest.approx(100 / 0.5e9 * engine.surface.cells.areas.sum())


def test_covered_area_bars_adsorption():
    adsorption = Adsorption(Pool(True, 0), 0, 1.0, 1.0)
    surface, v = lattice(1000)
    engine = make_engine([surface], [plain("M", 0.0, 40.0)], adsorptions=[adsorption])
    copies = np.full((25, 1), 10**4)
    copies[v] = 30
    begin(engine, copies)
    engine.set_bulk(0, 1000)
    assert engine.surface.free_areas[v] == 0 and engine.channel_propensities[1][-1] == 0
    engine.set_surface_count(v, 0, 24)
    assert engine.surface.free_areas[v] == pytest.approx(40)
    assert engine.channel_propensities[1][-1] == pytest.approx(1000 / 1e9 * 40)


def test_area_comes_back_when_molecules_have_come_and_gone():
    """Adsorption at i, a hop to j, desorption there: each step is drawn from what can happen, which is one thing."""
    adsorption = Adsorption(Pool(False, 0), 0, 1.0, 1.0)
    engine = make_engine([icosphere(1, 100.0)], [plain("M", 1e5, 37.3)], adsorptions=[adsorption], size=400.0)
    engine.surface.cells.mesh.vertices["x"][:] += 200
    begin(engine)
    engine.set_count(0, 0, 3)
    first = engine.surface.free_areas
    while engine.surface.hops < 50 or engine.counts[0, 0] < 3:
        engine.run_events(1)
        covered = first - engine.surface.free_areas
        assert covered.sum() == pytest.approx(37.3 * engine.surface_totals[0], abs=1e-9)
    assert_allclose(engine.surface.free_areas, first, rtol=1e-12)


def test_desorption_is_lifted_by_energy():
    adsorption = Adsorption(Pool(False, 0), 0, 0.0, 2.0)
    surface, v = lattice(1000)
    engine = make_engine([surface], [plain("M", 0.0, 0.0, True)], adsorptions=[adsorption])
    energies = np.zeros((1, 25))
    energies[0, v] = 0.64 / 4.1
    begin(engine, np.full((25, 1), 5), energies)
    rates = engine.surface.propensities[:, 1]
    assert rates[v] == pytest.approx(10 * 1.168940, rel=1e-6) and rates[0] == pytest.approx(10)


def test_energies_without_measure():
    """An infinite exp(E) neither lifts a rate of 0 nor spoils the sums."""
    adsorptions = [Adsorption(Pool(False, 0), 0, 1.0, 0.0), Adsorption(Pool(False, 0), 1, 1.0, 1.0)]
    species = [plain("M", 1e4, 0.0, True), plain("N", 1e4, 0.0, True)]
    engine = make_engine([icosphere(1, 100.0)], species, adsorptions=adsorptions)
    energies = np.zeros((2, 42))
    energies[:, 5] = 1e4
    begin(engine, np.ones((42, 2), dtype=np.int64), energies)
    assert engine.surface.propensities[5, 2] == 0 and np.isfinite(engine.surface.propensities).all()
    assert engine.run_events(1000) == 1000
    assert engine.surface.counts[5].tolist() == [0, 0] and engine.surface_totals[0] >= 42


# --- every propensity after many events


SPECIES = [plain("P", 5e4, 40.0), plain("Q", 2e4, 0.0, True), plain("R", 0.0, 11.5), plain("S", 1e4, 3.0, True)]
REACTIONS = [
    SurfaceReaction((), (0,), 2e-4),
    SurfaceReaction((0, 1, 1), (1, 1, 1), 3e4),
    SurfaceReaction((1,), (), 0.3),
    SurfaceReaction((2, 3), (0,), 50.0),
    SurfaceReaction((0,), (2, 3), 3.0, Pool(False, 0)),
    SurfaceReaction((3, 3, 3), (3,), 1e4, Pool(True, 0)),
]
ADSORPTIONS = [
    Adsorption(Pool(False, 0), 0, 3000.0, 2.0),
    Adsorption(Pool(True, 0), 1, 4000.0, 1.0),
    Adsorption(Pool(False, 1), 3, 2000.0, 1.5),
    Adsorption(Pool(True, 1), 2, 100.0, 1.5),
]
SPACE = {"shape": (2, 2, 2), "size": 150.0}
VOLUME = np.array([1, 0.5, 0.7, 1, 1, 0.25, 1, 1.0])
FREE = {"diffusing": (Diffusing("A", 1e5), Diffusing("C", 2e4)), "bulk": (Bulk("B"), Bulk("K", True))}
GENERAL = [Reaction((Pool(False, 0),), (Pool(False, 1),), 0.5, True), Reaction((), (Pool(True, 0),), 20.0, False)]


def busy(seed, algorithm="NRM", level=1, copies=6):
    """Two vesicles with everything that can happen on them; the energies of their molecules."""
    rng = np.random.default_rng(seed)
    x, triangles = distorted(seed, level=level, radius=60.0, share=0.08)
    surfaces = [(x + 150, triangles), (0.5 * x + [60, 60, 240], triangles)]
    engine = make_engine(
        surfaces, SPECIES, REACTIONS, ADSORPTIONS, general=GENERAL, volume_fraction=VOLUME, seed=seed,
        algorithm=algorithm, **SPACE, **FREE,
    )  # fmt: skip
    energies = rng.normal(size=(2, 2 * len(x)))
    begin(engine, rng.integers(0, copies, (2 * len(x), 4)), energies)
    for s in range(2):
        engine.spread(s, 200)
        engine.set_bulk(s, 100)
    return engine, energies


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_propensities_after_every_few_events(algorithm):
    engine, energies = busy(2, algorithm)
    assert_agrees(engine, SPECIES, REACTIONS, ADSORPTIONS, energies)
    for _ in range(12 if algorithm != "SIMPLEGILLESPIE" else 4):
        engine.run_events(251)
        assert_agrees(engine, SPECIES, REACTIONS, ADSORPTIONS, energies)
    assert engine.surface.hops > 100 and engine.bulk_counts[1] == 100
    assert columns(engine.surface.cells.mesh).min() >= 0


def test_propensities_follow_space_and_copy_numbers():
    engine, energies = busy(3)
    for step in range(6):
        engine.run_events(100)
        if step % 2:
            volume = np.random.default_rng(step).uniform(0.2, 1, 8)
            engine.set_space(np.ones(8), volume)
        engine.set_surface_count(3 + step, step % 4, 10 * step)
        engine.set_bulk(0, 50 * step)
        assert_agrees(engine, SPECIES, REACTIONS, ADSORPTIONS, energies)


def test_propensities_and_copies_follow_the_mesh():
    """Flips, splits and collapses between runs: totals stay to the molecule, and every propensity is as defined."""
    engine, _ = busy(4, copies=30)
    mesh, rng = engine.surface.cells.mesh, np.random.default_rng(1)
    surgery = Surgery(mesh, 7, [True, False])
    operations = [surgery.try_flip, surgery.try_split, surgery.try_collapse]
    for _ in range(8):
        engine.run_events(100)
        before = engine.surface_totals
        for _ in range(40):
            a = int(rng.choice(mesh.vertices.rows))
            b = int(rng.choice(mesh.neighbours(a)))
            operations[rng.integers(3)](a, b)
        mesh.vertices["x"][mesh.vertices.rows] += rng.normal(size=(len(mesh.vertices), 3))
        mesh.check()
        energies = rng.normal(size=(2, mesh.vertices.top))
        engine.update_surface(energies)
        assert (engine.surface_totals == before).all()
        assert (columns(mesh)[mesh.vertices.rows].sum(0) == before).all()
        assert_agrees(engine, SPECIES, REACTIONS, ADSORPTIONS, energies)
    assert min(surgery.flips, surgery.splits, surgery.collapses) > 20


def test_membranes_grow_from_a_few_vertices_to_many():
    """Room for vertices is made as they come."""
    engine, _ = busy(5, copies=500)
    mesh = engine.surface.cells.mesh
    surgery, before = Surgery(mesh, 7, [True, True]), engine.surface_totals
    for _ in range(3):
        for a in mesh.vertices.rows.tolist():
            surgery.try_split(a, mesh.neighbours(a)[0])
        energies = np.zeros((2, mesh.vertices.top))
        engine.update_surface(energies)
        assert (engine.surface_totals == before).all()
        assert_agrees(engine, SPECIES, REACTIONS, ADSORPTIONS, energies)
        engine.run_events(200)
        before = engine.surface_totals
    assert len(mesh.vertices) > 500


# --- what changes, state, bad input


def test_reactions_change_what_they_say():
    """Each reaction alone: copies on the vertex and in its compartment."""
    for reaction, won in ((REACTIONS[1], (-1, 1, 0, 0)), (REACTIONS[3], (1, 0, -1, -1)), (REACTIONS[4], (-1, 0, 1, 1))):
        surface, v = lattice(100)
        still = [s._replace(coefficient=0.0) for s in SPECIES]
        engine = make_engine([surface], still, [reaction], diffusing=(Diffusing("A", 0.0),))
        copies = np.zeros((25, 4), dtype=np.int64)
        copies[v] = 2
        begin(engine, copies)
        assert engine.run_events(1) == 1
        assert (columns(engine.surface.cells.mesh)[v] - 2).tolist() == list(won)
        assert engine.counts[0, 0] == (reaction.free is not None)


def test_molecules_come_off_where_the_vertex_is():
    adsorption = Adsorption(Pool(False, 0), 0, 0.0, 1.0)
    engine = make_engine([icosphere(2, 90.0)], [plain()], adsorptions=[adsorption], shape=(2, 2, 2), size=100.0)
    mesh = engine.surface.cells.mesh
    mesh.vertices["x"][:] += 100
    begin(engine, np.ones((162, 1), dtype=np.int64))
    engine.run(1e3)
    index = (mesh.vertices["x"][mesh.vertices.rows] // 100).astype(int) @ [1, 2, 4]
    assert engine.counts[:, 0].tolist() == np.bincount(index, minlength=8).tolist()


def test_a_vertex_outside_belongs_to_the_nearest_active_compartment():
    adsorption = Adsorption(Pool(False, 0), 0, 0.0, 1.0)
    space = {"shape": (3, 1, 1), "size": 100.0, "active": [0, 1, 0]}
    engine = make_engine([icosphere(1, 20.0)], [plain()], adsorptions=[adsorption], **space)
    begin(engine, np.ones((42, 1), dtype=np.int64))
    engine.run(1e3)
    assert engine.counts[:, 0].tolist() == [0, 42, 0]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_goes_on_bit_for_bit(algorithm):
    engine, energies = busy(6, algorithm)
    engine.run_events(300)
    mesh = engine.surface.cells.mesh
    saved, saved_mesh = engine.state(), mesh.state()
    other, _ = busy(6, algorithm)
    other.run_events(33)
    other.restore(saved)
    other.surface.cells.mesh.restore(saved_mesh)
    for one in (engine, other):
        one.run_events(150)
        one.update_surface(2 * energies)
        one.run_events(150)
    assert not differences(engine.state(), other.state())
    assert not differences(mesh.state(), other.surface.cells.mesh.state())
    stranger = make_engine([icosphere(1, 9.0)], SPECIES[:3], **SPACE, **FREE)
    with pytest.raises((StateError, KeyError)):
        stranger.restore(saved)


def test_same_bits_without_a_membrane_in_the_system():
    """A mesh without species leaves the course of the rest as it is."""
    runs = []
    for surfaces in ([], [icosphere(1, 30.0)]):
        engine = make_engine(surfaces, [], general=GENERAL, **SPACE, **FREE)
        begin(engine)
        engine.spread(0, 100)
        engine.run(1.0)
        runs.append((engine.counts.tolist(), engine.bulk_counts.tolist(), engine.events))
    assert runs[0] == runs[1]


def test_bad_descriptions_are_refused():
    ball = icosphere(1, 10.0)
    for more in (
        {"species": [plain("M", -1.0)]},
        {"species": [plain("M", 0.0, float("nan"))]},
        {"species": [plain()], "reactions": [SurfaceReaction((0,), (1,), 1.0)]},
        {"species": [plain()], "reactions": [SurfaceReaction((0,), (), float("inf"))]},
        {"species": [plain()], "adsorptions": [Adsorption(Pool(False, 3), 0, 1.0, 1.0)]},
        {"species": [plain()], "adsorptions": [Adsorption(Pool(True, 0), 2, 1.0, 1.0)]},
        {"species": [plain()], "adsorptions": [Adsorption(Pool(True, 0), 0, float("inf"), 1.0)]},
    ):
        with pytest.raises(ValueError):
            make_engine([ball], **more)
    engine = begin(make_engine([ball], [plain()]))
    for vertex, species, n in ((-1, 0, 1), (42, 0, 1), (0, 1, 1), (0, 0, -1), (0, 0, 2**53 + 1)):
        with pytest.raises(ValueError):
            engine.set_surface_count(vertex, species, n)
    with pytest.raises(ValueError, match="energies"):
        engine.update_surface(np.zeros((1, 42)))


def test_there_is_room_for_very_many_copies():
    surface, v = lattice(1000)
    engine = make_engine([surface], [plain("M", 1e4)], [SurfaceReaction((0, 0), (), 1e-9)])
    copies = np.zeros((25, 1), dtype=np.int64)
    copies[v] = 2**40
    begin(engine, copies)
    assert engine.surface.propensities[v, 1] == pytest.approx(1e-12 * 2.0**80, rel=1e-9)
    mesh = engine.surface.cells.mesh
    new = Surgery(mesh, 1, [True]).try_split(v, v + 1)
    assert columns(mesh)[[v, new], 0].sum() == 2**40
    # half of two of the six triangles around
    assert columns(mesh)[new, 0] / 2**40 == pytest.approx(1 / 6, abs=5 * 2**-21)
