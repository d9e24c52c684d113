"""Decks with reactions that make, change and end filaments, from their lines to what a run shows."""

import numpy as np
import pytest
from small_run import BRANCHERS, distance_to_filaments, monomers

from medyan_py.analysis import read_snapshot
from medyan_py.output import standard_recorders

GROWTH = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.1\n"
SHRINKAGE = """\
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 200
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 200
"""
NUCLEATION = "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 1e-3\n"
DESTRUCTION = "DESTRUCTIONREACTION: 0 PA:PLUSEND + MA:MINUSEND -> A:DIFFUSING + A:DIFFUSING 20\n"
BRANCHING = "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND {} {} {} {}\n"
RANDOM = {"NUMFILAMENTS": "10", "FILAMENTLENGTH": "4"}
ON_FILAMENTS = ("FILAMENT", "PLUSEND", "MINUSEND")


def branching(on, off, zone="ALL", distance=0):
    return BRANCHERS + BRANCHING.format(on, off, zone, distance)


# --- branching


def test_branches_start_at_their_mothers_and_grow(runner):
    simulation = runner.start(branching(0.01, 0) + GROWTH, RANDOM)
    actin = simulation.copy_numbers("A").sum() + monomers(simulation, *ON_FILAMENTS)
    simulation.run(1.0)
    branchers, filaments = simulation.branchers, simulation.filaments
    n = len(branchers)
    assert n == simulation.copy_numbers("BA") == 20 - simulation.copy_numbers("BD").sum() > 5
    assert branchers.ids.tolist() == sorted(set(branchers.ids.tolist()))
    assert branchers.types.tolist() == [0] * n and branchers.coords.shape == (n, 2, 3)
    assert branchers.forces.shape == (n,) and (branchers.forces >= 0).all()
    assert (branchers.birth_times > 0).all() and (branchers.birth_times <= simulation.time).all()
    np.testing.assert_allclose(distance_to_filaments(branchers.coords[:, 0], filaments), 0, atol=1e-9)
    firsts = filaments.beads[filaments.start[:-1]]
    assert all((firsts == point).all(axis=1).any() for point in branchers.coords[:, 1])
    assert len(filaments) == 10 + n == simulation.copy_numbers("PA")
    assert simulation.copy_numbers("MA") == 10  # a daughter has no minus end of its own
    assert simulation.copy_numbers("A").sum() + monomers(simulation, *ON_FILAMENTS) == actin


@pytest.mark.parametrize(("forces", "length"), [({}, 10.0), ({"BRSTRETCHINGL": "6"}, 6.0)])
def test_a_branch_starts_as_far_from_its_mother_as_the_deck_says(runner, forces, length):
    if forces:
        forces = {**forces, "BRSTRETCHINGFFTYPE": "HARMONIC", "BRSTRETCHINGK": "100"}
    simulation = runner.start(branching(0.01, 0), {**RANDOM, **forces})
    simulation.chemistry.run(0.5)  # the branches are where they began: nothing has relaxed yet
    coords = simulation.branchers.coords
    assert len(coords) > 5
    np.testing.assert_allclose(np.linalg.norm(coords[:, 1] - coords[:, 0], axis=1), length, rtol=1e-9)


BRANCH_FORCES = {
    "BRSTRETCHINGFFTYPE": "HARMONIC", "BRSTRETCHINGK": "100", "BRSTRETCHINGL": "6", "BRBENDINGFFTYPE": "COSINE",
    "BRBENDINGK": "10", "BRBENDINGTHETA": "1.1", "BRDIHEDRALFFTYPE": "COSINEV2", "BRDIHEDRALK": "20",
    "BRPOSITIONFFTYPE": "COSINE", "BRPOSITIONK": "30",
}  # fmt: skip


def branch_energies(u, r, w):
    """Of the constants above, with the mother's direction, the way from site to daughter, the daughter's cylinder."""
    length, n, m = np.linalg.norm(r), np.cross(r, u), np.cross(w, u)
    turn = n @ m / np.linalg.norm(n) / np.linalg.norm(m)
    angle = np.arccos(w @ u / np.linalg.norm(w))
    sine = np.linalg.norm(n) / length
    return np.array([50 * (length - 6) ** 2, 10 * (1 - np.cos(angle - 1.1)), 20 * (1 - turn), 30 * (1 - sine)])


def test_energies_and_forces_of_branch_points_are_those_of_the_deck(runner):
    """Branches begin without energy. When daughters have been moved by hand and have relaxed in part, energies and the
    force that lets go are those of the formulas."""
    changes = {**BRANCH_FORCES, "GRADIENTTOLERANCE": "50"}
    simulation = runner.start(branching(0.05, 0), changes, "FILAMENT 0 300 500 500 732 500 500\n", seed=2)
    simulation.run(0.1)
    record, names = (
        simulation.minimisation,
        [f"Branching{p}" for p in ("Stretching", "Bending", "Dihedral", "Position")],
    )
    assert len(simulation.branchers) > 2
    assert [record.energies_before[name] for name in names] == pytest.approx([0.0] * 4, abs=1e-12)
    filaments, beads = simulation.chemistry.filaments, simulation.chemistry.filaments.beads
    daughters = simulation.chemistry.branchers["daughter"][simulation.chemistry.branchers.rows]
    ends = filaments.cylinders["bead"][filaments.table["tip"][daughters, 0]]  # of each daughter's first cylinder
    beads["x"][ends.ravel()] += np.random.default_rng(1).normal(size=(ends.size, 3))
    simulation.chemistry.update()
    simulation._mechanics.relax()
    site, first = np.moveaxis(simulation.branchers.coords, 1, 0)
    mother = simulation.filaments.beads[: simulation.filaments.start[1]]
    u = np.diff(mother, axis=0)[np.searchsorted(mother[:, 0], site[:, 0]) - 1]
    u /= np.linalg.norm(u, axis=1)[:, None]
    arms = list(zip(u, first - site, np.diff(beads["x"][ends], axis=1)[:, 0], strict=True))
    expected = sum(branch_energies(*arm) for arm in arms)
    assert [simulation.energies[name] for name in names] == pytest.approx(expected, rel=1e-6) and expected.min() > 1e-4
    step = 1e-5 * np.eye(3)
    for force, (u, r, w) in zip(simulation.branchers.forces, arms, strict=True):
        slope = [(branch_energies(u, r + d, w - d) - branch_energies(u, r - d, w + d)).sum() / 2e-5 for d in step]
        assert force == pytest.approx(np.linalg.norm(slope), rel=1e-5) and force > 1e-3


def test_released_daughters_get_a_minus_end_or_go_free(runner):
    simulation = runner.start(branching(0.01, 5) + GROWTH, RANDOM)
    actin = simulation.copy_numbers("A").sum() + monomers(simulation, *ON_FILAMENTS)
    simulation.run(2.0)
    n = len(simulation.filaments)
    assert n == simulation.copy_numbers("PA") == simulation.copy_numbers("MA") + len(simulation.branchers)
    assert simulation.copy_numbers("MA") > 10
    assert simulation.copy_numbers("A").sum() + monomers(simulation, *ON_FILAMENTS) == actin
    assert simulation.copy_numbers("BD").sum() + len(simulation.branchers) == 20


def test_branching_at_one_wall(runner):
    """Of the sites only those near the right wall, which is at 975 nm, count."""
    changes = {**RANDOM, "NUMFILAMENTS": "40"}
    simulation = runner.start(branching(0.02, 0, "RIGHTBOUNDARY", 250), changes)
    simulation.chemistry.run(2.0)
    x = simulation.branchers.coords[:, 0, 0]
    assert len(x) > 5 and (x > 975 - 250).all()


@pytest.mark.parametrize(("law", "value"), [("SLIP", "LEN: 0.3"), ("SLIPF", "F: 12")])
def test_brancher_unbinding_laws_reach_the_engine(runner, law, value):
    name, _, number = value.partition(": ")
    changes = {**RANDOM, "DBUNBINDINGTYPE": law, f"DBUNBINDING{name}": number}
    simulation = runner.start(branching(0.01, 1), changes)
    (description,) = simulation.chemistry.branchings
    assert (description.unbinding_law, description.unbinding_parameter) == (law, float(number))
    simulation.run(0.5)
    assert simulation.chemistry.events > 0


def test_branchers_are_in_the_files(runner, tmp_path):
    simulation = runner.start(branching(0.01, 0) + GROWTH, RANDOM)
    recorders = standard_recorders(tmp_path)
    recorders.open(simulation)
    simulation.run(0.3, recorders=recorders)
    recorders.close(simulation)
    *_, last = read_snapshot(tmp_path / "snapshot.traj")
    branchers = simulation.branchers
    assert last.branchers.ids.tolist() == branchers.ids.tolist() != []
    np.testing.assert_allclose(last.branchers.coords, branchers.coords, rtol=1e-9)
    assert (tmp_path / "paraview" / "branchers.pvd").exists()
    assert not (tmp_path / "paraview" / "motors.pvd").exists()  # the deck has none
    assert f"BA:BRANCHER {len(branchers)}" in (tmp_path / "chemistry.traj").read_text().splitlines()


# --- nucleation and destruction


def test_nucleated_filaments_have_three_monomers(runner):
    simulation = runner.start(NUCLEATION)
    simulation.run(2.0)
    filaments = simulation.filaments
    n = len(filaments)
    assert n > 10
    assert simulation.copy_numbers("AF") == simulation.copy_numbers("PA") == simulation.copy_numbers("MA") == n
    assert simulation.copy_numbers("A").sum() == 400 - 2 * n  # two molecules make the three monomers
    np.testing.assert_allclose(filaments.rest_lengths, 3 * 2.7)
    assert (filaments.monomers == 3).all()
    assert ((filaments.beads > 25) & (filaments.beads < 975)).all()


def test_filaments_shrink_and_fall_apart(runner):
    simulation = runner.start(SHRINKAGE + DESTRUCTION, {**RANDOM, "FILAMENTLENGTH": "1"})
    simulation.run(2.0)
    assert len(simulation.filaments) == 0
    assert simulation.copy_numbers("A").sum() == 400 + 10 * 40


def test_destruction_knows_the_kinds_of_the_ends(runner):
    chemistry = "SPECIESPLUSEND: CA 0\n" + SHRINKAGE + DESTRUCTION.replace("PA:", "CA:")
    simulation = runner.start(chemistry, {**RANDOM, "FILAMENTLENGTH": "1"})
    simulation.run(2.0)
    assert len(simulation.filaments) == 10 == simulation.copy_numbers("PA")
    assert simulation.copy_numbers("AF") == 0


# --- aging and capping


def test_monomers_of_every_part_age(runner):
    chemistry = """\
SPECIESFILAMENT: AD 0
SPECIESPLUSEND: CA 0
SPECIESMINUSEND: MD 0
AGINGREACTION: 0 AF:FILAMENT -> AD:FILAMENT 20
AGINGREACTION: 0 PA:PLUSEND -> CA:PLUSEND 20
AGINGREACTION: 0 MA:MINUSEND -> MD:MINUSEND 20
"""
    simulation = runner.start(chemistry, {**RANDOM, "FILAMENTLENGTH": "2"})
    assert [simulation.copy_numbers(name) for name in ("AF", "AD", "PA", "CA", "MA", "MD")] == [780, 0, 10, 0, 10, 0]
    simulation.run(2.0)
    assert [simulation.copy_numbers(name) for name in ("AF", "AD", "PA", "CA", "MA", "MD")] == [0, 780, 0, 10, 0, 10]


def test_capped_ends_stop_growing(runner):
    cap = "SPECIESPLUSEND: CA 0\nAGINGREACTION: 0 PA:PLUSEND -> CA:PLUSEND 20\n"
    simulation = runner.start(cap + GROWTH, RANDOM)
    simulation.run(2.0)
    assert simulation.copy_numbers("CA") == 10
    actin = simulation.copy_numbers("A").sum()
    simulation.run(1.0)
    assert simulation.copy_numbers("A").sum() == actin > 100


def test_a_cap_comes_and_goes_with_a_monomer(runner):
    chemistry = """\
SPECIESDIFFUSING: CP 30 20e6 0 0 REG
SPECIESPLUSEND: CA 0
POLYMERIZATIONREACTION: 0 CP:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + CA:PLUSEND 5
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + CA:PLUSEND -> CP:DIFFUSING + PA:PLUSEND 1
"""
    simulation = runner.start(chemistry, RANDOM)
    simulation.run(2.0)
    capped = simulation.copy_numbers("CA")
    assert capped > 0 and capped + simulation.copy_numbers("PA") == 10
    assert capped + simulation.copy_numbers("CP").sum() == 30


# --- severing


@pytest.mark.parametrize("compatibility", ["none", "medyan-5.4"])
def test_severing_cuts_filaments_to_their_cylinders(runner, compatibility):
    changes = {**RANDOM, "compatibility": compatibility}
    simulation = runner.start("SEVERINGREACTION: 0 AT AF:FILAMENT 10\n", changes)
    before = monomers(simulation, *ON_FILAMENTS)
    assert simulation.chemistry.severings[0].minus_side is (compatibility == "medyan-5.4")
    simulation.run(2.0)
    filaments = simulation.filaments
    assert len(filaments) == 40 == simulation.copy_numbers("PA") == simulation.copy_numbers("MA")
    assert (np.diff(filaments.start) == 2).all()  # one cylinder each
    assert monomers(simulation, *ON_FILAMENTS) == before


def test_severing_of_aged_monomers_only(runner):
    chemistry = "SPECIESFILAMENT: AD 0\nSEVERINGREACTION: 0 AT AD:FILAMENT 10\n"
    simulation = runner.start(chemistry, RANDOM)
    simulation.run(1.0)
    assert len(simulation.filaments) == 10
    simulation = runner.start(chemistry + "AGINGREACTION: 0 AF:FILAMENT -> AD:FILAMENT 20\n", RANDOM)
    simulation.run(2.0)
    assert len(simulation.filaments) == 40


# --- averaged species


def test_averaged_species_are_exact(runner):
    """A hint to average changes nothing: the same seed gives the same copy numbers."""
    line = "SPECIESDIFFUSING: B 50 20e6 0 0 {}\nGENREACTION: B:DIFFUSING -> A:DIFFUSING 0.5\n"
    averaged, exact = (runner.start(line.format(mode)) for mode in ("AVG 5", "REG"))
    averaged.run(1.0)
    exact.run(1.0)
    np.testing.assert_array_equal(averaged.diffusing_counts, exact.diffusing_counts)
    assert 0 < exact.copy_numbers("B").sum() < 50


def test_what_reads_an_averaged_species_sees_its_mean_over_time(runner):
    """10 copies for 0.2 s, 11 and 12 for 0.1 s each are 10.75 on average: what averaging aims at comes out exactly."""
    chemistry = (
        "SPECIESDIFFUSING: B 0 0 0 0 AVG 2\nSPECIESBULK: C 0 0 0 REG\n"
        "GENREACTION: B:DIFFUSING -> B:DIFFUSING + C:BULK 1e5\n"
    )
    simulation = runner.start(chemistry, seed=5)
    for copies, duration in ((10, 0.2), (11, 0.1), (12, 0.1)):
        simulation.set_copy_numbers("B", copies, (0, 0, 0))
        simulation.run(duration)
    mean = 10.75 * 0.4 * 1e5
    assert abs(simulation.copy_numbers("C") - mean) < 4.9 * np.sqrt(mean)
