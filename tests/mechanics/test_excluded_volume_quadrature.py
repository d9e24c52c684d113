"""Integrated excluded volume against numerical quadrature: energy and forces, in general and in degenerate places."""

import numpy as np
import pytest
from mechanical_networks import arrays, make_model, rotation
from scipy.integrate import dblquad

KAPPA = 8.57 * 108**2
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


def acting(c):
    model = make_model(volume_cutoff=1e6)
    c = np.array(c, float)
    model.load(**arrays([c[:2], c[2:]], rest=1.0, volume=KAPPA))
    return model.evaluate()["CylinderExcludeVolume"], model.forces


def graded(middle, panels):
    """Gauss–Legendre nodes and weights on [0, 1]: equal panels, and such as shrink towards ``middle``."""
    steps = 2.0 ** -np.arange(16)
    edges = np.concatenate([middle - steps, [middle], middle + steps, np.linspace(0, 1, panels + 1)])
    edges = np.unique(np.clip(edges, 0, 1))
    half, centre = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (centre[:, None] + half[:, None] * NODES).ravel(), (half[:, None] * WEIGHTS).ravel()


def nearest(c):
    """Parameters of the closest points of two segments."""
    s = np.linspace(0, 1, 2001)
    w = c[3] - c[2]
    p = c[0] + s[:, None] * (c[1] - c[0])
    t = np.clip((p - c[2]) @ w / (w @ w), 0, 1)
    best = np.argmin(((p - c[2] - t[:, None] * w) ** 2).sum(axis=1))
    return s[best], t[best]


def by_quadrature(c, panels=6):
    """κ ∫∫ 1/r⁴ and its derivative under the integral, 4 κ ∫∫ r/r⁶ times the share of each bead."""
    c = np.array(c, float)
    (s, ws), (t, wt) = (graded(middle, panels) for middle in nearest(c))
    p = c[0] + s[:, None] * (c[1] - c[0])
    q = c[2] + t[:, None] * (c[3] - c[2])
    r = p[:, None] - q[None]
    weight = KAPPA * ws[:, None] * wt[None]
    square = (r**2).sum(axis=2)
    push = 4 * (weight / square**3)[..., None] * r
    rows, columns = push.sum(axis=1), push.sum(axis=0)
    forces = np.array([(1 - s) @ rows, s @ rows, -(1 - t) @ columns, -t @ columns])
    return (weight / square**2).sum(), forces


PLACES = {
    "parallel": [[0, 0, 0], [108, 0, 0], [0, 10, 0], [108, 10, 0]],
    "parallel, shifted": [[0, 0, 0], [108, 0, 0], [60, 7, 0], [87, 7, 0]],
    "antiparallel, nearly": [[0, 0, 0], [108, 0, 0], [108, 10, 1e-7], [0, 10, 0]],
    "parallel, near": [[0, 0, 0], [108, 0, 0], [0, 1, 0], [108, 1, 0]],
    "in one plane": [[0, 0, 0], [100, 0, 0], [30, 20, 0], [70, 90, 0]],
    "nearly in one plane": [[0, 0, 0], [100, 0, 0], [30, 20, 1e-6], [70, 90, -1e-6]],
    "crossing": [[-50, 0, 0], [58, 0, 0], [0, -40, 3], [0, 68, 3]],
    "crossing, near": [[-50, 0, 0], [58, 0, 0], [0, -40, 0.2], [1, 68, 0.2]],
    "in line": [[0, 0, 0], [50, 0, 0], [80, 0, 0], [120, 0, 0]],
    "nearly in line": [[0, 0, 0], [50, 0, 0], [80, 1e-6, 0], [120, -1e-6, 1e-7]],
    "in line, near": [[0, 0, 0], [108, 0, 0], [110.7, 0, 0], [113.4, 0, 0]],
    "end over the middle": [[0, 0, 0], [108, 0, 0], [54, 0, 4], [54, 0, 112]],
    "at the limit of the closed form": [[0, 0, 0], [100, 0, 0], [30, 20, 1.001], [70, 90, 0]],
    "one monomer": [[0, 0, 0], [2.7, 0, 0], [-20, 8, 1], [88, 8, 3]],
    "sharp angle from one point apart": [[0, 0, 0], [108, 0, 0], [-1, 1, 0], [107, 30, 0]],
}


@pytest.mark.parametrize("name", PLACES)
def test_forces_and_energy(name):
    turn = rotation(np.random.default_rng(4))
    for c in (np.array(PLACES[name], float), np.array(PLACES[name]) @ turn.T + 100):
        energy, forces = by_quadrature(c, 60 if name == "parallel, near" else 12)
        found, acting_forces = acting(c)
        assert found == pytest.approx(energy, rel=1e-7)
        assert np.abs(acting_forces - forces).max() < 1e-6 * np.abs(forces).max()


@pytest.mark.parametrize("seed", range(30))
def test_random_pairs(seed):
    rng = np.random.default_rng(seed)
    c = rng.uniform(-60, 60, (4, 3))
    c[2:, 2] *= [1, 1e-2, 1e-5, 0][seed % 4]
    c[:2, 2] *= [1, 1e-2, 1e-5, 0][seed % 4]
    c[2:, 2] += rng.uniform(1, 30)
    energy, forces = by_quadrature(c)
    found, acting_forces = acting(c)
    assert found == pytest.approx(energy, rel=1e-8)
    assert np.abs(acting_forces - forces).max() < 1e-7 * np.abs(forces).max()
    scale = np.abs(acting_forces).max()
    assert np.abs(acting_forces.sum(axis=0)).max() < 1e-10 * scale
    assert np.abs(np.cross(c, acting_forces).sum(axis=0)).max() < 1e-10 * scale * np.abs(c).max()


def flatness(c):
    """Triple product of the two segments and what joins them, relative to the product of the segments' lengths."""
    v, w = c[1] - c[0], c[3] - c[2]
    return abs(np.cross(v, w) @ (c[0] - c[2])) / (np.linalg.norm(v) * np.linalg.norm(w))


@pytest.mark.parametrize("tilt", [0.9, 0.3, 0.1, 0.03, 1e-2, 1e-3, 1e-5, 1e-8, 1e-11, 0.0])
@pytest.mark.parametrize("shape", ["beside", "across", "behind"])
def test_from_skew_to_flat(shape, tilt):
    """One geometry that flattens through all branches of the numerics."""
    a, b = np.cos(tilt), np.sin(tilt)
    place, along = {
        "beside": ([0, 12, 0], [100 * a, 0, 100 * b]),
        "across": ([40, 15, 0], [30, 80 * a, 80 * b]),
        "behind": ([116, 3, 0], [80 * a, 0, 80 * b]),
    }[shape]
    c = np.array([[0, 0, 0], [108, 0, 0], place, np.add(place, along)], float)
    assert flatness(c) == pytest.approx(place[1] * b if shape != "across" else 15 * 80 * b / np.hypot(30, 80), abs=1e-9)
    energy, forces = by_quadrature(c, 12)
    found, acting_forces = acting(c)
    assert found == pytest.approx(energy, rel=1e-8)
    assert np.abs(acting_forces - forces).max() < 1e-7 * np.abs(forces).max()


def test_rather_flat_pairs():
    """Around the flatness of 0.01 below which the closed form has lost too many digits to be used."""
    rng, pairs = np.random.default_rng(1), 0
    while pairs < 80:
        c = rng.uniform(-60, 60, (4, 3))
        c[:, 2] *= 10 ** rng.uniform(-3, -1)
        if pairs % 2:
            c[3] = c[2] + rng.uniform(0.3, 1.2) * (c[1] - c[0]) + rng.normal(size=3)
        s, t = nearest(c)
        distance = np.linalg.norm(c[0] + s * (c[1] - c[0]) - c[2] - t * (c[3] - c[2]))
        joining = np.linalg.norm(c[0] - c[2])
        if not 5e-4 < flatness(c) / joining < 3e-2 or distance < 3:
            continue
        energy, forces = by_quadrature(c)
        found, acting_forces = acting(c)
        assert found == pytest.approx(energy, rel=1e-10)
        assert np.abs(acting_forces - forces).max() < 2e-8 * np.abs(forces).max(), c
        pairs += 1


@pytest.mark.parametrize("seed", range(3))
def test_the_quadrature_itself(seed):
    """The yardstick of the tests above against an adaptive rule."""
    rng = np.random.default_rng(seed)
    c = [*rng.uniform(-60, 60, (4, 3)), [0, 0, 0], [0, 0, 0], [0, 0, 60], [0, 0, 60]]

    def integrand(t, s, axis=None):
        r = c[0] + s * (c[1] - c[0]) - c[2] - t * (c[3] - c[2])
        return KAPPA / (r @ r) ** 2 if axis is None else 4 * KAPPA * (1 - s) * r[axis] / (r @ r) ** 3

    energy, forces = by_quadrature(c)
    assert energy == pytest.approx(dblquad(integrand, 0, 1, 0, 1, epsrel=1e-9)[0], rel=1e-8)
    for axis in range(3):
        exact = dblquad(lambda t, s, axis=axis: integrand(t, s, axis), 0, 1, 0, 1, epsrel=1e-9)[0]
        assert forces[0, axis] == pytest.approx(exact, rel=1e-6, abs=1e-9 * np.abs(forces).max())
