"""Means and variances of standard stochastic test models against the solution of their master equations.

The models are those of the discrete stochastic models test suite (Evans, Gillespie & Wilkinson 2008, Bioinformatics
24:285); the reference values are computed here.
"""

import numpy as np
import pytest
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import expm_multiply

import medyan_py as md

RUNS = 10_000
TIMES = np.array([0.0, 1.0, 2.0, 5.0, 10.0])
ALGORITHMS = [None, "NRM", "GILLESPIE", "SIMPLEGILLESPIE"]


def z_scores(samples, mean, variance):
    """Deviation of sample mean and sample variance in standard errors, for columns that are not certain."""
    n = len(samples)
    certain = variance == 0
    np.testing.assert_array_equal(samples[:, certain], np.broadcast_to(mean[certain], (n, certain.sum())))
    samples, mean, variance = samples[:, ~certain], mean[~certain], variance[~certain]
    z = (samples.mean(0) - mean) / np.sqrt(variance / n)
    squares = (samples - mean) ** 2
    y = (squares.mean(0) - variance) / (squares.std(0) / np.sqrt(n))
    return np.concatenate([z, y])


def agree(system, column, mean, variance, runs=RUNS):
    samples = system.ensemble(runs, TIMES)[:, :, column].astype(float)
    assert np.abs(z_scores(samples, np.asarray(mean), np.asarray(variance))).max() < 5


def master_moments(start, most, jumps):
    """Mean and variance at TIMES of a one-step process on 0 … most; ``jumps`` are (change, propensity of n)."""
    generator = lil_matrix((most + 1, most + 1))
    for change, propensity in jumps:
        for n in range(most + 1):
            if propensity(n) and 0 <= n + change <= most:
                generator[n + change, n] += propensity(n)
                generator[n, n] -= propensity(n)
    p0 = np.zeros(most + 1)
    p0[start] = 1.0
    n = np.arange(most + 1)
    p = [p0 if t == 0 else expm_multiply(generator.tocsc() * t, p0) for t in TIMES]
    mean = np.array([n @ q for q in p])
    return mean, np.array([(n**2) @ q for q in p]) - mean**2


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_birth_and_death(algorithm):
    birth, death, n = 0.1, 0.11, 100
    growth = np.exp((birth - death) * TIMES)
    system = md.ReactionSystem({"X": n}, [("X -> 2 X", birth), ("X ->", death)], seed=1, algorithm=algorithm)
    agree(system, 0, n * growth, n * (birth + death) / (birth - death) * growth * (growth - 1))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_immigration_and_death(algorithm):
    k, d = 3.0, 0.5
    mean = k / d * (1 - np.exp(-d * TIMES))
    agree(md.ReactionSystem({"X": 0}, [("-> X", k), ("X ->", d)], seed=2, algorithm=algorithm), 0, mean, mean)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_birth_from_a_constant_source(algorithm):
    mean = 6.0 * (1 - np.exp(-0.5 * TIMES))
    system = md.ReactionSystem(
        {"A": 0, "C": 1}, [("C -> C + A", 3.0), ("A -> B", 0.5)], constant=["C"], seed=3, algorithm=algorithm
    )
    agree(system, 0, mean, mean)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_batch_immigration(algorithm):
    k, d, batch = 1.0, 0.2, 5
    decay = np.exp(-d * TIMES)
    mean = batch * k / d * (1 - decay)
    # Var = Σ over immigrants of k ∫ batch(batch − 1) s² + batch s with s = exp(−d u)
    variance = k * (batch * (batch - 1) * (1 - decay**2) / (2 * d) + batch * (1 - decay) / d)
    system = md.ReactionSystem({"X": 0}, [("-> 5 X", k), ("X ->", d)], seed=4, algorithm=algorithm)
    agree(system, 0, mean, variance)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_dimerisation(algorithm):
    k, back = 5e-3, 0.1
    pairs = 25

    def join(p):
        n = 2 * (pairs - p)
        return k * n * (n - 1)

    mean, variance = master_moments(0, pairs, [(1, join), (-1, lambda p: back * p)])
    system = md.ReactionSystem({"P": 50, "D": 0}, [("2 P <-> D", (k, back))], seed=5, algorithm=algorithm)
    agree(system, 1, mean, variance)


def test_third_order():
    k = 1e-3

    def rate(n):
        return k * n * (n - 1) * (n - 2)

    mean, variance = master_moments(30, 30, [(-3, rate)])
    agree(md.ReactionSystem({"X": 30}, [("3 X -> Y", k)], seed=6), 0, mean, variance)


def test_unimolecular_decay_of_a_thousand():
    runs = md.ReactionSystem({"A": 1000}, [("A -> B", 2.0)], seed=7).ensemble(2000, [0.5])[:, 0, 0]
    assert abs(runs.mean() - 367.88) < 5 * np.sqrt(232.54 / 2000)
    assert abs(runs.var() / 232.54 - 1) < 5 * np.sqrt(2 / 2000)


def test_two_ways_out():
    """Rates 3 and 1 compete: three quarters of the molecules take the first way, after 0.25 s on average."""
    last = md.ReactionSystem({"X": 10_000}, [("X -> A", 3.0), ("X -> B", 1.0)], seed=8).run([0.25, 100.0])
    assert abs(last[1, 1] - 7500) < 5 * np.sqrt(10_000 * 0.75 * 0.25)
    left = np.exp(-1.0)
    assert abs(last[0, 0] - 10_000 * left) < 5 * np.sqrt(10_000 * left * (1 - left))


def test_too_few_equal_reactants_never_react():
    system = md.ReactionSystem({"X": 1, "Y": 2}, [("X + X ->", 1e6), ("3 Y ->", 1e6)], seed=9)
    np.testing.assert_array_equal(system.run([0.0, 10.0])[-1], [1, 2])
