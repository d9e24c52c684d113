"""Time courses of mean and variance judged as in the discrete stochastic models test suite.

Models, statistics and bounds are those of Evans, Gillespie & Wilkinson 2008 (Bioinformatics 24:285): 10,000 runs, and
at every time point t = 1 … 50

    Z = √n (sample mean − μ) / σ             within ±3
    Y = √(n/2) (Σ (x − μ)² / (n σ²) − 1)     within ±5

A right simulator leaves the bounds of Z at 0.27 % of the points, in runs of neighbours since a time course remembers; Y
of a distribution with excess kurtosis κ has the variance 1 + κ/2. So a few of 50 points may lie outside, here
``MOST_OUTSIDE``; points far outside are never chance. Reference values are formulas, or for dimerisation the solution
of the master equation.
"""

import numpy as np
import pytest
from scipy.linalg import expm

import medyan_py as md

RUNS = 10_000
TIMES = np.arange(1.0, 51.0)
MOST_OUTSIDE = 3
NEVER = (5.0, 8.0)  # |Z| and |Y| that no single point may reach
ALGORITHMS = [
    None,
    pytest.param("NRM", marks=pytest.mark.slow),
    pytest.param("GILLESPIE", marks=pytest.mark.slow),
]


def judge(samples, mean, variance):
    """Compare int (runs, times) with the exact moments."""
    n = len(samples)
    z = np.sqrt(n / variance) * (samples.mean(0) - mean)
    y = np.sqrt(n / 2) * (((samples - mean) ** 2).mean(0) / variance - 1)
    outside = (np.abs(z) > 3).sum(), (np.abs(y) > 5).sum()
    assert max(outside) <= MOST_OUTSIDE, f"{outside} of {len(TIMES)} means and variances are outside"
    assert np.abs(z).max() < NEVER[0]
    assert np.abs(y).max() < NEVER[1]


def birth_and_death(birth, death):
    """X → 2 X, X → ∅ from 100 molecules: each founds an independent linear birth–death process."""
    growth = np.exp((birth - death) * TIMES)
    variance = 100 * (birth + death) / (birth - death) * growth * (growth - 1)
    return {"X": 100}, [("X -> 2 X", birth), ("X ->", death)], 100 * growth, variance


def immigration_and_death(immigration, death):
    """∅ → X, X → ∅ from none: Poisson at all times."""
    mean = immigration / death * (1 - np.exp(-death * TIMES))
    return {"X": 0}, [("-> X", immigration), ("X ->", death)], mean, mean


def batch_immigration(rate, batch, death):
    """∅ → batch X, X → ∅ from none: shot noise.

    A batch of age u has left a binomial number with survival s = exp(−death u), whose second moment is
    batch (batch − 1) s² + batch s; Campbell's theorem integrates it over ages.
    """
    decay = np.exp(-death * TIMES)
    mean = batch * rate / death * (1 - decay)
    variance = rate * (batch * (batch - 1) * (1 - decay**2) / (2 * death) + batch * (1 - decay) / death)
    return {"X": 0}, [(f"-> {batch} X", rate), ("X ->", death)], mean, variance


def dimerisation(join, part, molecules):
    """2 P ↔ P2 with the constant ``join`` per pair of molecules: a one-step process in the number of dimers."""
    dimers = np.arange(molecules // 2 + 1)
    single = molecules - 2 * dimers
    up, down = join * single * (single - 1) / 2, part * dimers
    generator = np.diag(up[:-1], -1) + np.diag(down[1:], 1) - np.diag(up + down)
    step = expm(generator * (TIMES[1] - TIMES[0]))
    chance = expm(generator * TIMES[0])[:, 0]
    mean, variance = [], []
    for _ in TIMES:
        mean.append(single @ chance)
        variance.append(single**2 @ chance - mean[-1] ** 2)
        chance = step @ chance
    # the engine counts ordered pairs
    reactions = [("2 P -> P2", join / 2), ("P2 -> 2 P", part)]
    return {"P": molecules, "P2": 0}, reactions, np.array(mean), np.array(variance)


MODELS = {
    "birth-death": birth_and_death(0.1, 0.11),
    "birth-death, fast": birth_and_death(1.0, 1.1),
    "immigration-death": immigration_and_death(1.0, 0.1),
    "immigration-death, many": immigration_and_death(10.0, 0.1),
    "dimerisation": dimerisation(0.001, 0.01, 100),
    "dimerisation, fast": dimerisation(0.0002, 0.004, 1000),
    "batch immigration of 5": batch_immigration(1.0, 5, 0.2),
    "batch immigration of 10": batch_immigration(1.0, 10, 0.2),
}
SLOW = {"birth-death, fast", "dimerisation, fast"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in MODELS])
def test_time_course(name, algorithm):
    start, reactions, mean, variance = MODELS[name]
    system = md.ReactionSystem(start, reactions, seed=2008, algorithm=algorithm)
    judge(system.ensemble(RUNS, TIMES)[:, :, 0], mean, variance)


@pytest.mark.parametrize("share", [0.99, 1.01])
def test_a_rate_off_by_one_percent_is_noticed(share):
    start, _, mean, variance = immigration_and_death(10.0, 0.1)
    system = md.ReactionSystem(start, [("-> X", 10.0 * share), ("X ->", 0.1)], seed=2008)
    with pytest.raises(AssertionError, match="outside"):
        judge(system.ensemble(RUNS, TIMES)[:, :, 0], mean, variance)
