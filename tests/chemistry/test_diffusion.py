"""Hops between compartments: rates, directions, and the distribution they lead to."""

import numpy as np
import pytest
from chance import assert_distribution, assert_exponential, assert_frequencies, assert_mean, assert_variance
from scipy.stats import binom

from medyan_py.core.chemistry.descriptions import Diffusing
from medyan_py.core.chemistry.engine import Engine


def grid(shape, size, coefficients, seed=1, active=None):
    n = int(np.prod(shape))
    species = [Diffusing(f"S{i}", d) for i, d in enumerate(coefficients)]
    return Engine(shape, size, np.ones(n) if active is None else active, species, [], [], seed)


def hop_rates(engine):
    local, _ = engine.channel_propensities
    return local[:, : engine.diffusing]


def test_hop_rates_are_d_over_l_squared_per_face():
    engine = grid((2, 1, 1), (500.0,) * 3, [20e6, 2e6, 0.2e6])
    for species in range(3):
        engine.set_count(0, species, 1)
    assert hop_rates(engine)[0] == pytest.approx([80.0, 8.0, 0.8])
    assert (hop_rates(engine)[1] == 0).all()


def test_total_hop_rates_of_a_small_grid():
    engine = grid((2, 2, 1), (500.0,) * 3, [20e6, 2e6, 0.2e6], active=np.ones(4))
    for c in range(4):
        for species, n in enumerate((1250, 125, 12 + (c < 2))):
            engine.set_count(c, species, n)
    assert hop_rates(engine).sum(axis=0) == pytest.approx([8.0e5, 8.0e3, 80.0])


def test_first_hop_of_a_molecule_in_long_compartments():
    engine = grid((3, 3, 1), (250.0, 500.0, 500.0), [20e6], seed=3)
    engine.start()
    targets, waits = [], []
    for _ in range(4000):
        for c in np.flatnonzero(engine.counts[:, 0]):
            engine.set_count(int(c), 0, 0)
        engine.set_count(4, 0, 1)
        before = engine.time
        engine.run(engine.next_time)
        waits.append(engine.time - before)
        targets.append(int(np.flatnonzero(engine.counts[:, 0])[0]))
    rates = {3: 320.0, 5: 320.0, 1: 80.0, 7: 80.0}
    assert_exponential(waits, 800.0)
    assert_frequencies(np.bincount(targets, minlength=9), [rates.get(c, 0.0) / 800 for c in range(9)])


def test_two_compartments_share_molecules_binomially():
    engine = grid((2, 1, 1), (500.0,) * 3, [20e6], seed=4)
    engine.set_count(0, 0, 100)
    engine.start()
    samples = []
    for k in range(1, 2001):
        engine.run(0.06 * k)  # about ten relaxation times apart
        samples.append(int(engine.counts[0, 0]))
    assert_distribution(samples, lambda k: binom.pmf(k, 100, 0.5), 100)


def test_a_thousand_molecules_in_two_compartments():
    engine = grid((1, 2, 1), (500.0,) * 3, [20e6], seed=5)
    engine.set_count(1, 0, 1000)
    engine.start()
    samples = []
    for k in range(1, 401):
        engine.run(0.06 * k)
        samples.append(engine.counts[0, 0])
    assert_mean(samples, 500.0, 250.0)
    assert_variance(samples, 250.0)


def test_relaxation_towards_equilibrium():
    engine = grid((1, 1, 2), (500.0,) * 3, [20e6], seed=6)
    engine.set_count(0, 0, 100_000)
    engine.start()
    engine.run(0.005)
    p = 0.5 * (1 + np.exp(-2 * 80 * 0.005))
    assert abs(engine.counts[0, 0] - 1e5 * p) < 5 * np.sqrt(1e5 * p * (1 - p))
    assert engine.counts.sum() == 100_000


def test_equilibrium_is_uniform_over_active_compartments():
    active = np.ones(27)
    active[[13, 5]] = 0
    engine = grid((3, 3, 3), (250.0, 500.0, 400.0), [20e6, 0.0], seed=7, active=active)
    engine.set_count(0, 0, 5000)
    engine.set_count(0, 1, 7)
    engine.start()
    engine.run(0.5)
    assert_frequencies(engine.counts[:, 0], active / 25)
    assert engine.counts[:, 0].sum() == 5000
    assert engine.counts[:, 1].tolist() == [7] + 26 * [0], "a species without diffusion moved"


def test_inactive_compartments_are_walls():
    engine = grid((3, 1, 1), (500.0,) * 3, [20e6], active=[1, 0, 1])
    engine.set_count(0, 0, 10)
    engine.start()
    assert engine.next_time == np.inf
    engine.run(1.0)
    assert engine.counts[:, 0].tolist() == [10, 0, 0]
    with pytest.raises(ValueError, match="not active"):
        engine.set_count(1, 0, 1)


def test_species_diffuse_independently():
    engine = grid((2, 1, 1), (500.0,) * 3, [20e6, 5e6], seed=8)
    engine.set_count(0, 0, 20_000)
    engine.set_count(0, 1, 20_000)
    engine.start()
    engine.run(0.01)
    for species, k in enumerate((80.0, 20.0)):
        p = 0.5 * (1 + np.exp(-2 * k * 0.01))
        assert abs(engine.counts[0, species] - 2e4 * p) < 5 * np.sqrt(2e4 * p * (1 - p))
