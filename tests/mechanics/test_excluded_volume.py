"""Integrated excluded volume of two cylinders in all geometries."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mechanical_networks import arrays as network_arrays
from mechanical_networks import make_model, slopes, solve
from numpy.testing import assert_allclose
from scipy.integrate import dblquad

NAME = "CylinderExcludeVolume"
KAPPA = 8.57 * 108**2


def pair(c, kappa=KAPPA):
    """Energy and bead forces of two cylinders with the constant κ (rest lengths 1 nm)."""
    c = np.array(c, float).reshape(4, 3)
    model, energy = solve([c[:2], c[2:]], model=make_model(volume_cutoff=1e6), rest=1.0, volume=kappa)
    return energy[NAME], model.forces


def quadrature(c, kappa=KAPPA):
    c = np.array(c, float).reshape(4, 3)

    def integrand(t, s):
        r = c[0] + s * (c[1] - c[0]) - c[2] - t * (c[3] - c[2])
        return 1 / (r @ r) ** 2

    return kappa * dblquad(integrand, 0, 1, 0, 1, epsabs=0, epsrel=1e-9)[0]


CASES = {
    "crossing": ([10, 0, 0, -10, 0, 0, 0, 10, 5, 0, -10, 5], 100, 0.0261075303102, [
        [0.00108595, 0, -0.006099212], [-0.00108595, 0, -0.006099212],
        [0, 0.00108595, 0.006099212], [0, -0.00108595, 0.006099212]]),
    "skew": ([0, 0, 0, 100, 0, 0, 30, 20, 15, 70, -60, 40], KAPPA, 0.0665074969463, [
        [-0.000525579, -0.000983551, -0.004774709], [0.000609514, -0.000302998, -0.00309526],
        [-0.000078187, 0.001524437, 0.006069365], [-0.000005749, -0.000237887, 0.001800604]]),
    "parallel": ([0, 0, 0, 108, 0, 0, 0, 10, 0, 108, 10, 0], KAPPA, 1.36840990917, [
        [-0.005941844, -0.209510065, 0], [0.005941844, -0.209510065, 0],
        [-0.005941844, 0.209510065, 0], [0.005941844, 0.209510065, 0]]),
    "coplanar": ([0, 0, 0, 100, 0, 0, 30, 20, 0, 70, 90, 0], KAPPA, 0.0239433275974, [
        [-0.000148122, -0.001741144, 0], [0.000209623, -0.000955076, 0],
        [-0.000057177, 0.002369012, 0], [-0.000004324, 0.000327208, 0]]),
    "collinear": ([0, 0, 0, 50, 0, 0, 80, 0, 0, 120, 0, 0], KAPPA, 0.00683249808673, [
        [-0.000113752, 0, 0], [-0.000431818, 0, 0], [0.000413688, 0, 0], [0.000131882, 0, 0]]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_worked_examples(name):
    c, kappa, energy, forces = CASES[name]
    found, acting = pair(c, kappa)
    assert found == pytest.approx(energy, rel=5e-12)
    assert_allclose(acting, forces, atol=6e-10)


@pytest.mark.parametrize("ratio", [2.0, 0.3, 0.1, 0.05, 1e-2, 1e-4])
def test_aligned_parallel_segments_at_any_distance(ratio):
    length = 108.0
    h = ratio * length
    inner = length / (2 * h**2 * (h**2 + length**2)) + np.arctan(length / h) / (2 * h**3)
    exact = 2 / length**2 * (length * inner - 0.5 * (1 / h**2 - 1 / (h**2 + length**2)))
    found, _ = pair([0, 0, 0, length, 0, 0, 0, h, 0, length, h, 0], 1.0)
    assert found == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize("gap", [300.0, 30.0, 1.0, 0.01])
@pytest.mark.parametrize("tilt", [0.0, 1e-9, 1e-6])
def test_collinear_segments(gap, tilt):
    a, b = 108.0, 2.7
    exact = (1 / gap**2 - 1 / (gap + a) ** 2 - 1 / (gap + b) ** 2 + 1 / (gap + a + b) ** 2) / (6 * a * b)
    found, _ = pair([0, 0, 0, a, 0, 0, a + gap, 0, 0, a + gap + b, b * tilt, 0], 1.0)
    assert found == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_against_quadrature(seed):
    rng = np.random.default_rng(seed)
    while True:
        c = rng.uniform(-60, 60, (4, 3))
        c[2:, 2] = c[2:, 2] * [0, 1e-3, 1, 1][seed % 4] + 20
        c[:2, 2] *= [0, 1e-3, 1, 1][seed % 4]
        if np.linalg.norm(c[0] - c[1]) > 5 and np.linalg.norm(c[2] - c[3]) > 5:
            break
    assert pair(c)[0] == pytest.approx(quadrature(c), rel=1e-8)


def placed(seed, flatness, scale, gap):
    """Segments of lengths 108 and 108·scale, midpoints about ``gap`` apart, triple product about ``flatness``."""
    rng = np.random.default_rng(seed)
    v, w, m = rng.normal(size=(3, 3))
    m[2], w[2] = gap / 20 * abs(m[2]), w[2] * flatness
    v[2] *= flatness
    v *= 54 / np.linalg.norm(v)
    w *= 54 * scale / np.linalg.norm(w)
    m = np.array([m[0] * gap / 2, m[1] * gap / 2, gap + m[2]])
    return np.array([-v, v, m - w, m + w])


def closest(c):
    """Shortest distance of the two segments."""
    v, w, r = c[1] - c[0], c[3] - c[2], c[0] - c[2]
    found = []
    if np.linalg.norm(np.cross(v, w)) > 1e-9 * np.linalg.norm(v) * np.linalg.norm(w):
        s, t = np.linalg.lstsq(np.stack([v, -w], axis=1), -r, rcond=None)[0]
        if 0 <= s <= 1 and 0 <= t <= 1:
            found.append(np.linalg.norm(r + s * v - t * w))
    for point, start, along in ((c[0], c[2], w), (c[1], c[2], w), (c[2], c[0], v), (c[3], c[0], v)):
        t = np.clip((point - start) @ along / (along @ along), 0, 1)
        found.append(np.linalg.norm(point - start - t * along))
    return min(found)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 0.1, 1e-2, 1e-3, 1e-6, 0.0]),
    st.sampled_from([1.0, 0.25, 0.025]),
    st.floats(3, 120),
)
def test_energy_keeps_its_symmetries(seed, flatness, scale, gap):
    c = placed(seed, flatness, scale, gap)
    assume(closest(c) > 0.1)
    energy, _ = pair(c)
    for order in ([2, 3, 0, 1], [1, 0, 2, 3], [0, 1, 3, 2]):
        assert pair(c[order])[0] == pytest.approx(energy, rel=3e-9)
    assert pair(3.0 * c)[0] == pytest.approx(energy / 81, rel=3e-9)
    # cut into 2 × 3 pieces whose rest lengths are cut in proportion
    total = 0.0
    for i in range(2):
        for j in range(3):
            piece = [c[0] + (c[1] - c[0]) * u / 2 for u in (i, i + 1)]
            piece += [c[2] + (c[3] - c[2]) * u / 3 for u in (j, j + 1)]
            total += pair(piece, KAPPA / 6)[0]
    assert total == pytest.approx(energy, rel=3e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 0.1, 1.2e-2, 1e-3, 1e-6, 0.0]),
    st.sampled_from([1.0, 0.25, 0.025]),
    st.floats(3, 120),
)
def test_force_is_the_derivative_of_the_energy(seed, flatness, scale, gap):
    c = placed(seed, flatness, scale, gap)
    assume(closest(c) > 0.1)
    state = network_arrays([c[:2], c[2:]], rest=1.0, volume=KAPPA)
    model = make_model(volume_cutoff=1e6)
    distance = closest(c)
    expected = slopes(model, state, h=0.02 * min(distance, 108 * scale))
    model.evaluate()
    assert np.abs(model.forces + expected).max() < 1e-6 * np.abs(expected).max()


@pytest.mark.parametrize("height", [1e-1, 1e-3, 1e-6])
def test_nearly_touching_segments_stay_exact(height):
    # far from their ends, two perpendicular lines at distance h have ∫∫ = π/(h² a b)
    energy, forces = pair([-50, 0, 0, 50, 0, 0, 0, -50, height, 0, 50, height], 1.0)
    assert energy == pytest.approx(np.pi / (height**2 * 1e4), rel=1e-5 + (height / 30) ** 2 * 3)
    assert forces[2:, 2].sum() == pytest.approx(2 * np.pi / (height**3 * 1e4), rel=1e-4)


def test_larger_constant_and_rest_lengths_scale_a_pair():
    c = np.array([0, 0, 0, 100, 0, 0, 30, 20, 15, 70, -60, 40.0]).reshape(4, 3)
    changes = {"volume_k": np.array([8.57, 857.0]), "rest_length": np.array([20.0, 30.0])}
    _, energy = solve([c[:2], c[2:]], **changes)
    assert energy[NAME] == pytest.approx(0.0665074969463 / KAPPA * 857 * 600)
