"""Comparison of samples with their exact distribution; a correct program fails about once in a million tests."""

import numpy as np
from scipy.stats import chisquare, kstest

RARE = 1e-6


def assert_mean(samples, mean, variance):
    """Mean of independent samples whose exact mean and variance are known."""
    samples = np.asarray(samples, dtype=float)
    z = (samples.mean() - mean) / np.sqrt(variance / samples.size)
    assert abs(z) < 5, f"mean {samples.mean()} instead of {mean}, z = {z}"


def assert_variance(samples, variance):
    """Variance of independent, nearly Gaussian samples."""
    samples = np.asarray(samples, dtype=float)
    z = (samples.var(ddof=1) / variance - 1) / np.sqrt(2 / (samples.size - 1))
    assert abs(z) < 5, f"variance {samples.var(ddof=1)} instead of {variance}, z = {z}"


def assert_frequencies(observed, probabilities):
    """Counts of outcomes; outcomes expected less than 10 times are taken together."""
    observed, probabilities = np.asarray(observed, dtype=float), np.asarray(probabilities, dtype=float)
    assert observed.shape == probabilities.shape and abs(probabilities.sum() - 1) < 1e-6
    assert observed[probabilities == 0].sum() == 0, "an impossible outcome was seen"
    expected = probabilities * observed.sum()
    rare = expected < 10
    assert (~rare).sum() > 1, "too few samples for a comparison"
    o, e = observed[~rare], expected[~rare]
    if expected[rare].sum() > 1:
        o, e = np.append(o, observed[rare].sum()), np.append(e, expected[rare].sum())
    else:
        assert observed[rare].sum() <= 20, "rare outcomes are not rare"
    p = chisquare(o, e * o.sum() / e.sum()).pvalue
    assert p > RARE, f"p = {p}: {o} instead of {e}"


def assert_distribution(values, pmf, largest):
    """Integers 0 … ``largest`` against their probability ``pmf(k)``, a function or an array."""
    values = np.asarray(values)
    assert values.min() >= 0 and values.max() <= largest, f"values {values.min()} … {values.max()}"
    k = np.arange(largest + 1)
    p = np.array(pmf(k) if callable(pmf) else pmf, dtype=float)
    assert_frequencies(np.bincount(values, minlength=largest + 1), np.append(p[:-1], 1 - p[:-1].sum()))


def assert_exponential(times, rate):
    """Independent waiting times of an event with constant rate (1/s)."""
    p = kstest(times, "expon", args=(0, 1 / rate)).pvalue
    assert p > RARE, f"p = {p}: mean {np.mean(times)} instead of {1 / rate}"
