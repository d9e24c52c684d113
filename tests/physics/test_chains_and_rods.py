"""Filaments as elastic rods: stretching, bending, buckling and pushing against closed formulas.

Landau & Lifshitz, Theory of Elasticity, §§ 17–21; elastica in terms of complete elliptic integrals.
"""

import numpy as np
import pytest
from chains import BENDING, FULL, STRETCHING, chain, hold, spring_forces
from scipy.optimize import brentq
from scipy.special import ellipe, ellipk


def relax(model):
    """To rest, as far as rounding lets it."""
    record = model.minimise(gradient_tolerance=1e-8, energy_change_relative_tolerance=0.0)
    assert record.residual < 1e-3 and record.predicted_decrease < 1e-6


@pytest.mark.parametrize("lengths", [[108] * 10, [2.7, 108, 108, 54, 29.7], [2.7], [27, 2.7]])
@pytest.mark.parametrize("pull", [30.0, -0.05])
def test_a_stretched_chain_is_springs_in_series(lengths, pull):
    """Cylinders of any lengths and the two springs at the ends: 1/k adds up, and every cylinder carries the force."""
    model, state = chain(lengths)
    total = sum(lengths)
    pins = hold([0, len(lengths)], [[0, 0, 0], [total + pull, 0, 0]], [50.0, 20.0])
    model.load(**state, pins=pins)
    relax(model)
    force = pull / (1 / 50 + 1 / 20 + total / STRETCHING)
    assert model.cylinder_tension == pytest.approx(np.full(len(lengths), force), rel=1e-5)
    assert spring_forces(model, pins)[:, 0] == pytest.approx([-force, force], rel=1e-5)
    steps = np.diff(model.positions[:, 0])
    assert steps == pytest.approx(np.array(lengths) * (1 + force / STRETCHING), rel=1e-7)


def cantilever(lengths, load):
    """Tip deflection of a chain whose first cylinder is clamped, under a side force of about ``load``; that force."""
    model, state = chain([FULL, *lengths])
    tip = len(lengths) + 1
    far, soft = 1e4, load / 1e4
    place = state["x"][tip] + [0, far, 0]
    pins = hold([0, 1, tip], [state["x"][0], state["x"][1], place], [1e6, 1e6, soft])
    model.load(**state, pins=pins)
    relax(model)
    # the soft spring pulls along the line to its far end; its side component is the load
    return model.positions[tip, 1] - model.positions[1, 1], spring_forces(model, pins)[2, 1]


@pytest.mark.parametrize("lengths", [[108.0] * 10, [54.0] * 20, [108, 108, 27, 81, 108, 2.7]])
def test_a_cantilever_bends_as_its_hinges_say(lengths):
    """Small loads: the tip moves by F Σ d²/k, d the distances of the hinges from the tip, k their constants."""
    deflection, force = cantilever(lengths, 2e-3)
    arm = np.cumsum(lengths[::-1])[::-1]  # from each hinge to the tip
    before = np.array([FULL, *lengths[:-1]])
    hinge = BENDING / (0.5 * (before + np.array(lengths)))
    assert deflection == pytest.approx(force * (arm**2 / hinge).sum(), rel=2e-3)


def test_a_cantilever_approaches_the_continuous_beam():
    """F L³/3EI in the limit of many cylinders; the error is 3/2 of a cylinder's share of the length."""
    length = 1080.0
    error = []
    for n in (10, 20, 40):
        deflection, force = cantilever([length / n] * n, 2e-3)
        # the hinge at the clamp belongs half to the clamped cylinder, which is as long as the others here
        hinge_correction = (0.5 * (FULL + length / n) / (length / n) - 1) * 3 / n
        error.append(deflection / (force * length**3 / (3 * BENDING)) - 1 - hinge_correction)
    assert error == pytest.approx([1.5 / n + 0.5 / n**2 for n in (10, 20, 40)], abs=3e-3)


def critical_load(n, cylinder):
    """Axial force (pN) at which a straight chain between two fixed points becomes unstable sideways."""
    model, state = chain([cylinder] * n)
    length = n * cylinder

    def softest(force):
        strained = state["x"] * (1 - force / STRETCHING)
        pins = hold([0, n], strained[[0, n]], [1e5, 1e5])
        pins["place"][:, 0] += np.array([1, -1]) * force / 1e5
        model.load(**(state | {"x": strained}), pins=pins)
        side = model.hessian().toarray()[1::3, 1::3]
        return np.linalg.eigvalsh(side)[0]

    euler = np.pi**2 * BENDING / length**2
    return brentq(softest, 0.5 * euler, 1.5 * euler, rtol=1e-9), euler


@pytest.mark.parametrize(("n", "bound"), [(20, 0.05), (40, 0.0125)])
def test_euler_buckling_load(n, bound):
    """π² EI/L² for hinged ends, and much nearer the load of a chain of n links, 4 (k/l) sin²(π/2n)."""
    found, euler = critical_load(n, FULL)
    assert found == pytest.approx(euler, rel=bound)
    exact = 4 * BENDING / FULL**2 * np.sin(np.pi / (2 * n)) ** 2
    assert found == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_a_column_under_a_load_buckles_above_the_critical_force_only(factor):
    """Clamped below, free above, pressed by a force that keeps its size and direction; bent at first.

    The critical load of n links is 4 (k/l) sin²(π/(4n + 2)), for many links π² EI/4L²; 3 % above it the tip leans
    over by 28 degrees.
    """
    n = 20
    model, state = chain([FULL] * (n + 1))
    critical = 4 * BENDING / FULL**2 * np.sin(np.pi / (4 * n + 2)) ** 2
    assert critical == pytest.approx(np.pi**2 * BENDING / (2 * n * FULL) ** 2, rel=0.06)
    lean = (0.05 if factor < 1 else 0.5) * np.sin(np.pi * np.arange(1, n + 1) / (2 * n))
    state["x"][2:] = state["x"][1] + FULL * np.cumsum(np.stack([np.cos(lean), np.sin(lean), 0 * lean], axis=1), axis=0)
    soft = 4e-9  # a spring of 10⁷ nm, which keeps its direction
    away = [(n + 1) * FULL - factor * critical / soft, 0, 0]
    model.load(**state, pins=hold([0, 1, n + 1], [state["x"][0], state["x"][1], away], [1e3, 1e3, soft]))
    relax(model)
    lean = np.arctan2(*(model.positions[-1] - model.positions[-2])[1::-1])
    if factor < 1:
        assert lean == pytest.approx(0, abs=0.01)
    else:  # elastica: √(P/P₀) = 2 K(k)/π with k = sin(lean/2)
        modulus = brentq(lambda k: (2 * ellipk(k * k) / np.pi) ** 2 - factor, 1e-3, 0.9)
        assert lean == pytest.approx(2 * np.arcsin(modulus), rel=0.03)


@pytest.mark.parametrize("ratio", [0.95, 0.8, 0.5])
@pytest.mark.parametrize("bending", ["COSINE", "ANGLE"])
def test_a_buckled_filament_is_an_elastica(ratio, bending):
    """Ends held nearer than the length: deflection, force and tangent at the ends of Euler's elastica, 20 cylinders."""
    n = 20
    model, state = chain([FULL] * n, bending)
    length = n * FULL
    x = np.linspace(0, ratio * length, n + 1)
    state["x"] = np.stack([x, 0.3 * length * np.sin(np.pi * x / x[-1]), np.zeros(n + 1)], axis=1)
    pins = hold([0, n], state["x"][[0, n]], [1e4, 1e4])
    model.load(**state, pins=pins)
    relax(model)
    modulus = brentq(lambda k: 2 * ellipe(k * k) / ellipk(k * k) - 1 - ratio, 1e-6, 0.95)
    quarter = ellipk(modulus**2)
    beads = model.positions
    assert beads[:, 1].max() == pytest.approx(2 * modulus / (2 * quarter) * length, rel=0.01)
    force = spring_forces(model, pins)
    assert force[0] == pytest.approx(-force[1], abs=1e-3 * abs(force[0, 0]))
    assert force[0, 0] == pytest.approx(BENDING * (2 * quarter / length) ** 2, rel=0.02)
    # the first cylinder has the direction of the curve in its middle, half a cylinder from the end
    first = beads[1] - beads[0]
    assert np.arctan2(first[1], first[0]) == pytest.approx(2 * np.arcsin(modulus), rel=0.02)
    assert beads[:, 1] == pytest.approx(beads[::-1, 1], abs=1.0)


@pytest.mark.parametrize("lengths", [[108.0], [108.0, 108.0, 27.0]])
def test_a_filament_pressed_against_a_wall(lengths):
    """A held filament reaches to 1 nm before a wall: compression of the chain balances the wall's repulsion."""
    total = sum(lengths)
    model, state = chain(lengths, wall=total + 1.0)
    pins = hold([0], [[0, 0, 0]], [50.0])
    model.load(**state, pins=pins)
    relax(model)
    stiffness = 1 / (1 / 50 + total / STRETCHING)
    gap = brentq(lambda d: 41 / 2.7 * np.exp(-d / 2.7) - stiffness * (d - 1), 1, 50)
    force = stiffness * (gap - 1)
    assert model.positions[-1, 0] == pytest.approx(total + 1 - gap, abs=1e-4)
    assert model.boundary_force[-1, 0] == pytest.approx(-force, rel=1e-4)
    assert model.cylinder_tension == pytest.approx(np.full(len(lengths), -force), rel=1e-4)
