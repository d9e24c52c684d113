"""Random deviates of the core: known values of the generator, distributions, streams, saved states."""

import numpy as np
import pytest
from scipy import stats

from medyan_py.core.common.random import RandomStream

N = 2_000_000
LEAST = 1e-6  # smallest p value that passes


def test_bits_are_those_of_the_published_generator():
    """xoshiro256++ written out in Python integers."""
    stream, mask = RandomStream(5), 2**64 - 1
    s = list(stream.state["state"])

    def rotated(x, k):
        return (x << k | x >> 64 - k) & mask

    for drawn in stream.integers(1000, 0).tolist():
        assert drawn == (rotated(s[0] + s[3] & mask, 23) + s[0]) & mask
        t = s[1] << 17 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 45)
    assert stream.state["state"] == s


def test_every_bit_is_one_half_of_the_time_and_pairs_of_bits_agree_half_of_the_time():
    bits = np.unpackbits(RandomStream(1).integers(200_000, 0).view(np.uint8)).reshape(-1, 64).astype(float) * 2 - 1
    assert np.abs(bits.sum(0)).max() < 6 * np.sqrt(len(bits))
    for later in (0, 1, 2):
        agreement = bits[: len(bits) - later].T @ bits[later:] / np.sqrt(len(bits) - later)
        if later == 0:
            np.fill_diagonal(agreement, 0.0)
        assert np.abs(agreement).max() < 7


def test_uniform_deviates():
    u = RandomStream(2).uniforms(N)
    assert 0.0 <= u.min() < u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > LEAST
    assert stats.chisquare(np.histogram(u, 4096, (0, 1))[0]).pvalue > LEAST
    pairs = np.histogram2d(u[::2], u[1::2], 64, [[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > LEAST
    # the last of the 53 bits are as good as the first
    assert stats.chisquare(np.bincount((u * 2.0**53).astype(np.uint64).astype(np.int64) & 1023)).pvalue > LEAST


@pytest.mark.parametrize("bound", [1, 2, 3, 10, 1000])
def test_integers_below_a_bound(bound):
    drawn = RandomStream(3).integers(200_000, bound)
    counts = np.bincount(drawn.astype(np.int64), minlength=bound)
    assert len(counts) == bound
    assert stats.chisquare(counts).pvalue > LEAST or bound == 1


def test_large_bounds_are_reached_without_bias():
    """Of [0, 3·2^62) a remainder without rejection would hit the first quarter twice as often."""
    drawn = RandomStream(4).integers(200_000, 3 * 2**62)
    assert stats.kstest(drawn.astype(float) / (3 * 2.0**62), "uniform").pvalue > LEAST


def test_exponential_deviates():
    x = RandomStream(6).exponentials(N)
    assert x.min() >= 0.0
    assert stats.kstest(x, "expon").pvalue > LEAST
    # E x^n = n!, Var x^n = (2n)! − n!²
    for n, (mean, second) in {1: (1, 2), 2: (2, 24), 3: (6, 720), 4: (24, 40320)}.items():
        assert abs((x**n).mean() - mean) < 5 * np.sqrt((second - mean**2) / N)
    # fine bins: a flaw of one of the 256 layers shows, since their edges are nowhere nearer than these
    edges = stats.expon.ppf(np.linspace(0, 1, 4097))
    assert stats.chisquare(np.histogram(x, edges)[0]).pvalue > LEAST


def test_tail_of_exponential_deviates():
    """Beyond the edge of the base layer, 7.697, the waiting time is exponential again."""
    x = RandomStream(7).exponentials(8_000_000)
    tail = x[x > 7.69711747013104972] - 7.69711747013104972
    expected = len(x) * np.exp(-7.69711747013104972)
    assert abs(len(tail) - expected) < 5 * np.sqrt(expected)
    assert stats.kstest(tail, "expon").pvalue > LEAST
    assert x.max() > 12


def test_successive_exponential_deviates_are_independent():
    x = RandomStream(8).exponentials(N) - 1.0
    for later in (1, 2, 3, 4):
        assert abs((x[:-later] * x[later:]).sum()) < 5 * np.sqrt(N)


def test_streams_of_one_seed_are_independent():
    first, second = (RandomStream(s).uniforms(N) - 0.5 for s in np.random.SeedSequence(9).spawn(2))
    assert abs((first * second).sum()) < 5 * np.sqrt(N) / 12
    np.testing.assert_array_equal(RandomStream(9).uniforms(9), RandomStream(np.random.SeedSequence(9)).uniforms(9))


def test_state_can_be_saved_and_restored():
    first, second = RandomStream(5), RandomStream(6)
    first.exponentials(11)
    second.state = first.state
    assert second.state == first.state
    np.testing.assert_array_equal(first.uniforms(100), second.uniforms(100))
    np.testing.assert_array_equal(first.generator().random(5), second.generator().random(5))


@pytest.mark.parametrize("state", [None, {}, {"bit_generator": "PCG64", "state": [1, 2, 3, 4]},
                                   {"bit_generator": "xoshiro256++", "state": [1, 2, 3]},
                                   {"bit_generator": "xoshiro256++", "state": [0, 0, 0, 0]}])  # fmt: skip
def test_states_of_something_else_are_refused(state):
    stream = RandomStream(1)
    before = stream.state
    with pytest.raises(ValueError, match="state"):
        stream.state = state
    assert stream.state == before


@pytest.mark.parametrize("seed", [-1, "x", 1.5])
def test_bad_seeds_are_refused(seed):
    with pytest.raises((TypeError, ValueError)):
        RandomStream(seed)
