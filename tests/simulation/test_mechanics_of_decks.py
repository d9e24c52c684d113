"""From the constants of a deck to those of its cylinders and hinges; where filaments start; energies by name."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_run import SECOND_TYPE, TWO_TYPES

from medyan_py.dissipation import Dissipation
from medyan_py.units import KT

TWO_IN_FILE = "FILAMENT {} 300 500 500 408 500 500\nFILAMENT {} 300 520 515 400 440 540\n"

GROWTH = """\
POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.2
POLYMERIZATIONREACTION: 0 A:DIFFUSING + MA:MINUSEND -> AF:FILAMENT + MA:MINUSEND 0.1
"""
NUCLEATION = "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 1e-3\n"


def constants(simulation):
    """What the mechanical model is given at present."""
    arrays = simulation._mechanics.arrays()
    return SimpleNamespace(start=arrays["filament_start"], rest=arrays["rest_length"], **arrays)


@pytest.mark.parametrize("compatibility", ["none", "medyan-5.4"])
def test_constants_follow_rest_lengths(runner, compatibility):
    """Stretching K L₀/l; bending K L₀ · 2/(l₋ + l₊), by old rules K L₀/l₊."""
    changes = {"NUMFILAMENTS": "5", "FILAMENTLENGTH": "2", "compatibility": compatibility}
    simulation = runner.start(GROWTH, changes)
    simulation.run(1.0)
    given = constants(simulation)
    assert len(np.unique(given.rest.round(6))) > 3
    assert given.stretching_k == pytest.approx(100 * 108 / given.rest)
    first = 0
    for start, end in zip(given.start[:-1], given.start[1:], strict=True):
        rest = given.rest[first : first + end - start - 1]
        first += end - start - 1
        mean = rest[1:] if compatibility == "medyan-5.4" else 0.5 * (rest[1:] + rest[:-1])
        assert given.hinge_k[start + 1 : end - 1] == pytest.approx(672 * 108 / mean)
        assert given.hinge_k[start] == given.hinge_k[end - 1] == 0


@pytest.mark.parametrize(
    ("compatibility", "before", "after", "value"),
    [
        ("none", 108, 2.7, 1311.2195), ("none", 2.7, 108, 1311.2195), ("none", 108, 108, 672),
        ("medyan-5.4", 108, 2.7, 26880), ("medyan-5.4", 108, 27, 2688), ("medyan-5.4", 2.7, 108, 672),
    ],
)  # fmt: skip
def test_a_hinge_between_two_cylinders(runner, compatibility, before, after, value):
    mechanics = runner.start("", {"compatibility": compatibility})._mechanics
    hinge_k, _ = mechanics._hinges(np.array([0, 3]), np.array([0, 0]), np.array([before, after], float))
    assert hinge_k == pytest.approx([0, value, 0], rel=1e-7)


@pytest.mark.parametrize(
    ("compatibility", "points", "values"),
    [
        ("none", (300, 408, 410.7), (100, 4000)), ("none", (300, 327), (400,)), ("none", (300, 356.7), (190.476190,)),
        ("medyan-5.4", (300, 400, 520), (108, 90)),
    ],
)  # fmt: skip
def test_stretching_constants_of_given_cylinders(runner, compatibility, points, values):
    text = "FILAMENT 0 " + " ".join(f"{x} 500 500" for x in points) + "\n"
    simulation = runner.start("", {"PROJECTIONTYPE": "PREDEFINED", "compatibility": compatibility}, filaments=text)
    given = constants(simulation)
    assert given.rest == pytest.approx(np.diff(points))
    assert given.stretching_k == pytest.approx(values, rel=1e-8)
    assert simulation.energies["FilamentStretching"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("form", ["COSINE", "ANGLE"])
def test_preferred_angle_of_a_deck(runner, form):
    kink = 0.3
    tip = 408 + 108 * np.cos(kink), 500 + 108 * np.sin(kink)
    text = f"FILAMENT 0 300 500 500 408 500 500 {tip[0]} {tip[1]} 500\n"
    changes = {"PROJECTIONTYPE": "PREDEFINED", "FBENDINGTHETA": "0.5", "FBENDINGFFTYPE": form}
    before = runner.start("", changes, filaments=text).minimisation.energies_before["FilamentBending"]
    assert before == pytest.approx(672 * (1 - np.cos(0.2) if form == "COSINE" else 0.5 * 0.2**2), rel=1e-9)


def sampled(first, second, k, intervals=(1, 1), sizes=(2.7, 2.7)):
    """Sum over every I-th monomer of two full cylinders, from number 0 on, of k (I δ)(I δ)/r⁴."""
    points = []
    for (a, b), interval, size in zip((first, second), intervals, sizes, strict=True):
        n = round(np.linalg.norm(np.subtract(b, a)) / size)
        u = (np.arange(0, n, interval) + 0.5) / n
        points.append(a + u[:, None] * np.subtract(b, a))
    r2 = ((points[0][:, None] - points[1][None]) ** 2).sum(axis=2)
    return k * np.prod(intervals) * np.prod(sizes) * (r2**-2.0).sum()


@pytest.mark.parametrize("interval", [1, 4, 7])
def test_sampled_excluded_volume_of_a_deck(runner, interval):
    changes = {"VOLUMEFFTYPE": "monomer", "VOLUMEK": "8.57", "VOLUMECUTOFF": "200"}
    changes |= {"volume-exclusion-monomer-interval": str(interval)}
    simulation = runner.start("", changes, filaments=TWO_IN_FILE.format(0, 0))
    (a, b, c, d) = runner.points(TWO_IN_FILE)
    d = c + 108 * (d - c) / np.linalg.norm(d - c)
    expected = sampled((a, b), (c, d), 8.57, (interval, interval))
    found = simulation.minimisation.energies_before["CylinderExcludedVolumeMonomer"]
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("types", "k"), [((0, 0), 8.57), ((0, 1), 857.0), ((1, 0), 857.0), ((1, 1), 857.0)])
def test_excluded_volume_constants_of_two_filament_types(runner, types, k):
    """Two different types repel with the larger constant; energies go with the constant and the rest lengths."""
    changes = TWO_TYPES | {"CYLINDERSIZE": "108 108", "VOLUMEFFTYPE": "integral", "VOLUMECUTOFF": "200"}
    energies = []
    for constants in ("8.57 857", "1 1"):
        settings = changes | {"VOLUMEK": constants, "GRADIENTTOLERANCE": "1e6"}
        simulation = runner.start(SECOND_TYPE, settings, filaments=TWO_IN_FILE.format(*types))
        energies.append(simulation.minimisation.energies_before["CylinderExcludeVolume"])
    assert energies[0] == pytest.approx(k * energies[1], rel=1e-9) and energies[1] > 0


def test_random_filaments_keep_a_quarter_of_the_cutoff_from_the_walls(runner):
    """Walls 25 nm inside the box, 75 nm from them; the tested end lies 0.01 nm before the created one."""
    changes = {"NUMFILAMENTS": "300", "FILAMENTLENGTH": "2", "BOUNDARYCUTOFF": "300"}
    simulation = runner.start("", changes)
    filaments = simulation.filaments
    first, last = filaments.beads[filaments.start[:-1]], filaments.beads[filaments.start[1:] - 1]
    assert np.linalg.norm(last - first, axis=1) == pytest.approx(216)
    assert first.min() >= 100 and first.max() <= 900
    assert last.min() >= 100 - 0.011 and last.max() <= 900 + 0.011
    assert first.min() < 110 and last.max() > 890


def test_serials_of_new_filaments(runner):
    simulation = runner.start(NUCLEATION)
    simulation.run(1.0)
    filaments = simulation.chemistry.filaments
    order = filaments.ordered()
    assert len(order["filament"]) > 3
    serials = filaments.beads["serial"][order["bead"]].reshape(-1, 2)
    assert (serials == [0, 3]).all()


def test_books_of_two_cycles():
    """G₁ = (10, 5), G_mid = (14, 9), G₂ = (11, 6) pN nm; the next cycle starts from G₂."""
    books = Dissipation(["A", "B"], {"A": 10.0, "B": 5.0})
    books.add_cycle({}, {"A": 14.0, "B": 9.0}, {"A": 11.0, "B": 6.0})
    assert books.force_fields["A"] == pytest.approx((0.243902439, -0.731707317))
    assert books.force_fields["B"] == pytest.approx((0.243902439, -0.731707317))
    books.add_cycle({}, {"A": 11.0, "B": 6.0}, {"A": 10.0, "B": 6.0})
    assert books.force_fields["A"] == pytest.approx((0, (-3 - 1) / KT))
    assert books.force_fields["B"] == pytest.approx((1 / KT, -3 / KT))
    assert books.mechenergy == pytest.approx(1 / KT) and books.mechdiss == pytest.approx(-7 / KT)


def test_energies_by_name_sum_up(runner):
    """Of a strained start: every name of the deck, in the order of reports, and the sum is that of the minimiser."""
    changes = {
        "NUMFILAMENTS": "30", "FILAMENTLENGTH": "3", "VOLUMEFFTYPE": "integral", "VOLUMEK": "857",
        "VOLUMECUTOFF": "120", "DISSIPATIONTRACKING": "ON", "GRADIENTTOLERANCE": "1e-3",
        "FILCREATIONBOUNDS": "0.3 0.3 0.3 0.7 0.7 0.7",
    }  # fmt: skip
    growth = GROWTH.replace("REACTION: 0", "REACTION: -7.451:GROW 0")
    simulation = runner.start(growth, changes)
    simulation.run(0.5)
    energies, record = simulation.energies, simulation.minimisation
    assert tuple(energies) == simulation.deck.force_fields
    assert sum(energies.values()) == pytest.approx(record.energy_after) == sum(record.energies_after.values())
    assert sum(record.energies_before.values()) == pytest.approx(record.energy_before)
    pins = "BoundaryCylinderAttachment"  # always there, as a script may pin beads; without pins it has no energy
    assert set(record.energies_after) - set(energies) <= {"LinkerStretching", "MotorStretching", pins}
    assert record.energies_after[pins] == 0.0
    assert energies["FilamentBending"] > 0 and energies["CylinderExcludeVolume"] > 0
    books = simulation.dissipation
    assert sum(stored for stored, _ in books.force_fields.values()) == pytest.approx(books.mechenergy)
    assert books.mechdiss < 0
