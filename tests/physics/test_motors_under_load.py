"""How motors walk against a load and let go under it, against the laws of Erdmann et al. 2013 and Hill 1938."""

import numpy as np
import pytest
from chance import RARE, assert_distribution, assert_exponential, assert_mean
from scipy.stats import kstest, poisson
from systems import BULK, NO_REACH, step, straight, system

from medyan_py.core.chemistry.descriptions import Binding, Bulk

OFF, STEP = 1.7, 6 / 27  # 1/s and head; part of the way to the next site
ALPHA = {"LOWDUTYSTALL": 0.2, "HIGHDUTYSTALL": 0.3}
BETA = {"LOWDUTYCATCH": 2.0, "HIGHDUTYCATCH": 1.0, "LOWDUTYCATCHSLIP": 2.0}
FORCES = {"LOWDUTYCATCHSLIP": (1.6, 10.0)}  # pN, else 12.62


def hill(force, stall, law):
    """Steps per second: k₀ (F₀ − F) / (F₀ + F / α), none beyond F₀; k₀ = k₋ s."""
    return max(0.0, OFF * STEP * (stall - force) / (stall + force / ALPHA[law]))


def walkers(n, force, stall, law, seed=1):
    """Motors under a load (pN): one leg walks, the other one stands 5 µm behind it, on a filament in the same line."""
    chains = []
    for _ in range(n):
        chains += [straight((6000, 100, 100), (1, 0, 0), 10), straight((900, 100, 100), (1, 0, 0), 1)]
    motor = Binding(True, 0, (0, 0), (0, 0), BULK, 0.0, OFF, **NO_REACH, stiffness=2.5, walking=(1.0, None),
                    distinct_legs=True, walking_law=law, walking_force=stall, step_fraction=STEP)  # fmt: skip
    chemistry = system(chains, bindings=[motor], bulk=[Bulk("M")], size=(9000.0,) * 3, seed=seed)
    first = np.concatenate([[0], np.cumsum([len(c) - 1 for c in chains])])[:-1] * chemistry.filaments.max_sites
    for k in range(n):
        chemistry.bind(0, int(first[2 * k]), int(first[2 * k + 1]))
    chemistry.scale("held", "unbind", 0.0)
    chemistry.bonds["tension"][chemistry.bonds.rows] = force
    chemistry.update()
    return chemistry, first[::2]


@pytest.mark.parametrize("law", ALPHA)
@pytest.mark.parametrize("force", [0.0, 10.0, 45.0, 80.0])
def test_steps_against_a_load_come_at_the_rate_of_the_stall_law(force, law):
    rate, n = hill(force, 90.0, law), 300
    time = 10.0 / rate
    chemistry, start = walkers(n, force, 90.0, law, seed=int(force) + len(law))
    waits, last = [], 0.0
    for _ in range(200):
        step(chemistry)
        waits.append(chemistry.time - last)
        last = chemistry.time
    assert_exponential(waits, n * rate)
    chemistry.run(time)
    steps = chemistry.bonds["site"][:n, 0] - start
    assert_distribution(steps, lambda k: poisson.pmf(k, rate * time), 39)
    assert_mean(steps, rate * time, rate * time)
    assert chemistry.events == steps.sum()


@pytest.mark.parametrize("law", ALPHA)
def test_nothing_walks_beyond_the_stall_force(law):
    chemistry, _ = walkers(10, 90.0, 90.0, law)
    assert chemistry.next_time == np.inf


@pytest.mark.parametrize("law", BETA)
@pytest.mark.parametrize("force", [0.0, 20.0, 60.0, 200.0])
def test_motors_with_drawn_numbers_of_heads_let_go_as_a_mixture(force, law):
    """Each motor keeps the number of heads that it drew, so lifetimes are a mixture of exponentials."""
    on, low, high = 0.2, 8, 16
    scales = FORCES.get(law, (12.62,))
    motor = Binding(True, 0, (0, 0), (0, 0), BULK, on, OFF, **NO_REACH, stiffness=2.5, heads_min=low, heads_max=high,
                    unbinding_law=law, unbinding_forces=scales)  # fmt: skip
    n = 1500
    chains = [straight((100, y, 100), (1, 0, 0), 375) for y in (100, 130)]
    chemistry = system(chains, bindings=[motor], bulk=[Bulk("M")], size=(50000.0,) * 3, seed=int(force) + len(law))
    for k in range(n):
        chemistry.bind(0, k, n + k)
    chemistry.bonds["tension"][chemistry.bonds.rows] = force
    chemistry.update()
    heads = np.arange(low, high + 1)
    bound = np.minimum(heads, on / (on + OFF) * heads + BETA[law] * force / heads)
    unloaded = on * heads / (((on + OFF) / OFF) ** heads - 1)
    scaled = [force / (bound * scale) for scale in scales]
    if law == "LOWDUTYCATCHSLIP":
        rates = unloaded * (0.92 * np.exp(-scaled[0]) + 0.08 * np.exp(scaled[1]))
    else:
        rates = unloaded * np.maximum(0.1, np.exp(-scaled[0]))
    lifetimes = []
    while chemistry.bonds.count:
        step(chemistry)
        lifetimes.append(chemistry.time)
    p = kstest(lifetimes, lambda t: (1 - np.exp(-np.outer(t, rates))).mean(axis=1)).pvalue
    assert p > RARE, f"p = {p}: mean {np.mean(lifetimes)} instead of {np.mean(1 / rates)}"
