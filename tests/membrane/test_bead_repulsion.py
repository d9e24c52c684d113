"""Repulsion of beads by triangles: values, accuracy near the plane, forces, who is listed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import dblquad
from surfaces import distorted, make_model, no_filaments, slopes, solve, table

from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.core.membrane.bead_repulsion import triangle_bead_energy
from medyan_py.core.membrane.shapes import icosphere

K = 650.0
EQUILATERAL = np.array([[0, 0, 0], [50, 0, 0], [25, 25 * 3**0.5, 0]], float)
RIGHT = np.array([[0, 0, 0], [40, 0, 0], [0, 30, 0]], float)


@pytest.mark.parametrize(
    ("height", "energy", "force"),
    [
        (2, 503.6843787, 510.407484),
        (5, 75.34816005, 32.4565372),
        (10, 15.36333154, 3.81544659),
        (20, 2.259921902, 0.347183334),
        (40, 0.2198544873, 0.0198535993),
    ],
)
def test_above_the_middle(height, energy, force):
    found, gradient = triangle_bead_energy(EQUILATERAL, EQUILATERAL.mean(0) + np.array([0, 0, height]), K)
    assert found == pytest.approx(energy, rel=1e-9)
    assert_allclose(-gradient[3], [0, 0, force], rtol=1e-8, atol=1e-12)


def test_above_an_oblique_triangle():
    oblique = np.array([[0, 0, 0], [60, 0, 0], [20, 50, 0]], float)
    found, gradient = triangle_bead_energy(oblique, np.array([25.0, 18.0, 30.0]), K)
    assert found == pytest.approx(0.7497234353, rel=1e-10)
    assert_allclose(-gradient[3], [-0.00125744, 0.00169312, 0.08209038], atol=6e-9)


@pytest.mark.parametrize(
    ("bead", "energy", "force"),
    [
        ((10, 10, 5), 69.87804404, (-0.20851598, -0.08030236, 31.90914232)),
        ((10, 10, -5), 69.87804404, (-0.20851598, -0.08030236, -31.90914232)),
        ((50, 10, 8), 0.4136568151, (0.05805205, 0.01727191, 0.02306344)),
        ((-5, -5, 3), 2.947841405, (-0.58366848, -0.58142198, 0.21564525)),
        ((50, 10, 0), 0.5307050404, None),
        ((60, 0, 0), 0.1411737986, None),
    ],
)
def test_beside_and_below(bead, energy, force):
    found, gradient = triangle_bead_energy(RIGHT, bead, K)
    assert found == pytest.approx(energy, rel=1e-9)
    assert np.isfinite(gradient).all()
    if force is not None:
        assert_allclose(-gradient[3], force, atol=1e-8)
    for turn in (1, 2):  # any corner may be named first
        other, turned = triangle_bead_energy(np.roll(RIGHT, turn, axis=0), bead, K)
        assert other == pytest.approx(found, rel=1e-13)
        assert_allclose(np.roll(turned[:3], -turn, axis=0), gradient[:3], rtol=1e-10, atol=1e-13)


def integral(corners, bead):
    a, b, c = corners
    twice = np.linalg.norm(np.cross(b - a, c - a))

    def integrand(w, u):
        return u * twice / ((a + u * (b - a) + u * w * (c - b) - bead) ** 2).sum() ** 2

    return dblquad(integrand, 0, 1, 0, 1, epsabs=0, epsrel=1e-10)[0]


PLACES = {
    "near the plane": (47, 9, 1e-6),
    "in the plane": (-7, 12, 0),
    "beyond a corner, near an edge line": (61, 1e-5, 1e-4),
    "near an edge": (20, -0.5, 0.3),
    "above an edge": (20, 0, 3),
    "above a corner": (40, 0, 3),
    "nearly above a corner": (40 - 1e-9, 1e-10, 3),
    "above, low": (12, 9, 0.7),
    "far": (150, -200, 90),
}


@pytest.mark.parametrize("place", PLACES)
def test_energy_is_the_integral(place):
    bead = np.array(PLACES[place], float)
    assert triangle_bead_energy(RIGHT, bead, 1.0)[0] == pytest.approx(integral(RIGHT, bead), rel=1e-8)


@pytest.mark.parametrize("place", PLACES)
def test_forces_are_the_gradient_and_sum_to_zero(place):
    points = np.vstack([RIGHT, PLACES[place]])
    energy, gradient = triangle_bead_energy(RIGHT, points[3], K)
    slope = slopes(lambda p: triangle_bead_energy(p[:3], p[3], K)[0], points, 1e-3)
    assert_allclose(gradient, slope, atol=2e-7 * np.abs(gradient).max())
    assert_allclose(gradient.sum(0), 0, atol=1e-12 * np.abs(gradient).max())
    assert (points * gradient).sum() == pytest.approx(-2 * energy, rel=1e-9)


def test_accuracy_does_not_jump_where_the_rule_changes():
    """Walks across all boundaries between rules: second differences stay at the size of the second derivative."""
    for start, end in (
        ((60, 1e-4, 0), (60, 40, 0.1)),
        ((20, -3, 0.1), (20, 3, 6)),
        ((39, -5, 1), (41, 5, 1)),
        ((50, 10, 0), (50, 10, 20)),
    ):
        line = np.linspace(start, end, 2001)
        value = np.log([triangle_bead_energy(RIGHT, p, 1.0)[0] for p in line])
        assert np.abs(np.diff(value, 2)).max() < 1e-3
        rough = np.abs(np.diff(value, 4)).max()
        assert rough < 1e-8


def test_scale():
    small, large = triangle_bead_energy(RIGHT, (9, 3, 7), K), triangle_bead_energy(2 * RIGHT, (18, 6, 14), K)
    assert large[0] == pytest.approx(small[0] / 4)
    assert_allclose(large[1], small[1] / 8)


def test_bead_on_the_triangle_is_infinite():
    assert triangle_bead_energy(RIGHT, (10, 10, 0), K)[0] == np.inf
    assert triangle_bead_energy(RIGHT, (20, 0, 0), K)[0] == np.inf
    assert triangle_bead_energy(RIGHT, (40, 0, 0), K)[0] == np.inf
    model = make_model(bending=None, bead_repulsion="REPULSION", bead_repulsion_k=K, bead_repulsion_cutoff=60.0)
    with pytest.raises(MechanicsError, match=r"TriangleBeadExcludedVolume.*triangle 0 and bead 0"):
        solve(model, RIGHT, [[0, 1, 2]], beads=[(10, 10, 0), (90, 0, 0)])


def distance(corners, bead):
    """Distance from a triangle by brute force: the foot, or the nearest point of an edge."""
    a, b, c = corners
    n = np.cross(b - a, c - a)
    n /= np.linalg.norm(n)
    foot = bead - n * (n @ (bead - a))
    sides = [(a, b), (b, c), (c, a)]
    if all(np.cross(q - p, foot - p) @ n >= 0 for p, q in sides):
        return abs(n @ (bead - a))
    s = [np.clip((bead - p) @ (q - p) / ((q - p) @ (q - p)), 0, 1) for p, q in sides]
    return min(np.linalg.norm(p + t * (q - p) - bead) for t, (p, q) in zip(s, sides, strict=True))


@pytest.mark.parametrize("cutoff", [20.0, 60.0])
def test_all_pairs_within_the_cutoff_count(cutoff):
    rng = np.random.default_rng(4)
    x, triangles = icosphere(2, 100.0)
    x += rng.normal(size=x.shape) * 5
    beads = rng.normal(size=(60, 3)) * 90
    near = [(t, b) for t in range(len(triangles)) for b in range(60) if distance(x[triangles[t]], beads[b]) < cutoff]
    expected = sum(triangle_bead_energy(x[triangles[t]], beads[b], K)[0] for t, b in near)
    model = make_model(bending=None, bead_repulsion="REPULSION", bead_repulsion_k=K, bead_repulsion_cutoff=cutoff)
    energy = solve(model, x, triangles, beads=beads)[0]
    assert energy["TriangleBeadExcludedVolume"] == pytest.approx(expected, rel=1e-11)
    assert [tuple(pair) for pair in model.triangle_bead_pairs.tolist()] == near


@pytest.mark.parametrize("closed", [True, False])
def test_beads_push_the_membrane(closed):
    """Forces on beads and vertices in the model, against differences; no net force."""
    rng = np.random.default_rng(4)
    x, triangles = distorted(3, closed, share=0.05)
    beads = rng.normal(size=(4, 3)) * 50
    model = make_model(bending=None, bead_repulsion="REPULSION", bead_repulsion_k=K, bead_repulsion_cutoff=1e3)

    def energy(points):
        model.load(**no_filaments(points[:4]), membranes=table(points[4:], triangles))
        return sum(model.evaluate().values())

    points = np.concatenate([beads, x])
    slope = slopes(energy, points)
    energy(points)
    force = np.concatenate([model.forces, model.vertex_forces])
    assert_allclose(force, -slope, atol=1e-7 * np.abs(force).max())
    assert_allclose(force.sum(0), 0, atol=1e-10)
