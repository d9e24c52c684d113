"""Force-dependent rates: values from the formulas, kT = 4.1 pN nm."""

import math

import pytest

from medyan_py.core.chemistry import rate_laws as laws


@pytest.mark.parametrize(
    "force, factor",
    [(0, 1), (1, 0.517608), (1.5, 0.372393), (5, 0.037154), (100, 2.512578e-29), (500, 2.512578e-29)],
)
def test_brownian_ratchet(force, factor):
    assert laws.brownian_ratchet(force, 2.7) == pytest.approx(factor, rel=2e-5)


@pytest.mark.parametrize("force, factor", [(5.586317, 0.025253), (0.374043, 0.781671), (1.191629, 0.456242)])
def test_brownian_ratchet_at_wall_loads(force, factor):
    assert laws.brownian_ratchet(force, 2.7) == pytest.approx(factor, rel=2e-5)


@pytest.mark.parametrize("force, factor", [(0, 1), (10, 1.795648), (50, 18.668344), (4.1 / 0.24, math.e)])
def test_slip(force, factor):
    assert laws.slip(force, 0.24) == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize("force, factor", [(0, 1), (5, 0.449835), (10, 0.417075), (20, 1.153036)])
def test_catch_slip(force, factor):
    assert laws.catch_slip(force, (0.9, 0.1), (1.0, 0.5)) == pytest.approx(factor, rel=2e-6)


@pytest.mark.parametrize(
    "heads, force, rate",
    [
        (15, 0, 0.697092),
        (15, 10, 0.531036),
        (15, 100, 0.409750),
        (15, 500, 0.0697092),
        (15, 5000, 0.0697092),
        (30, 0, 0.221173),
        (30, 50, 0.120132),
        (30, 100, 0.098731),
    ],
)
def test_unbinding_of_motor_ensembles(heads, force, rate):
    assert laws.duty_catch(heads, force, 0.2, 1.7, 12.62) == pytest.approx(rate, rel=5e-6)


@pytest.mark.parametrize(
    "force, rate",
    [(0, 0.697092), (5, 0.229158), (20, 0.123085), (100, 0.118749), (1000, 0.697092 * 0.08 * math.exp(20 / 3))],
)
def test_unbinding_of_ensembles_of_catch_slip_bonds(force, rate):
    assert laws.duty_catch_slip(15, force, 0.2, 1.7, 1.6, 10.0) == pytest.approx(rate, rel=5e-6)


def test_unbinding_of_a_slowly_cycling_ensemble():
    assert laws.duty_catch(15, 0, 0.2, 0.35, 12.62) == pytest.approx(0.00341346, rel=2e-6)


@pytest.mark.parametrize(
    "heads, force, beta, bound",
    [(15, 0, 2, 1.578947), (20, 0, 2, 2.10526316), (20, 20, 2, 4.10526316), (20, 1000, 2, 20), (20, 20, 1, 3.10526316)],
)
def test_bound_heads(heads, force, beta, bound):
    assert laws.bound_heads(heads, force, 0.2, 1.7, beta) == pytest.approx(bound, rel=5e-7)


@pytest.mark.parametrize("force, rate", [(0, 0.377778), (10, 0.215873), (45, 0.0539683), (90, 0), (1000, 0)])
def test_walking_against_a_load(force, rate):
    assert laws.duty_stall(1.7, 6 / 27, force, 90.0) == pytest.approx(rate, rel=2e-6)


@pytest.mark.parametrize("force, rate", [(0, 0.377778), (45, 0.0708333), (90, 0)])
def test_walking_of_heads_that_are_bound_most_of_the_time(force, rate):
    assert laws.duty_stall(1.7, 6 / 27, force, 90.0, 0.3) == pytest.approx(rate, rel=2e-6)
