"""The event queue always has the entry with the smallest key on top."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medyan_py.core.common.heap import EventQueue

KEYS = st.one_of(st.floats(allow_nan=False), st.integers(-3, 3).map(float))


@given(st.integers(1, 40), st.lists(st.tuples(st.integers(0, 39), KEYS), max_size=120))
def test_earliest_is_the_minimum_after_every_change(size, changes):
    queue, keys = EventQueue(size), [math.inf] * size
    for entry, key in changes:
        queue.set_key(entry % size, key)
        keys[entry % size] = key
        top, smallest = queue.earliest()
        assert smallest == min(keys) == keys[top]
    assert queue.keys.tolist() == keys


@given(st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_taking_the_earliest_again_and_again_sorts(size, seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, max(1, size // 2), size).astype(float)
    queue = EventQueue(size)
    for entry in rng.permutation(size):
        queue.set_key(int(entry), values[entry])
    taken = []
    for _ in range(size):
        entry, key = queue.earliest()
        assert values[entry] == key
        taken.append(key)
        queue.set_key(entry, math.inf)
    assert taken == sorted(values)
    assert sorted(queue.order) == list(range(size))


def test_keys_start_at_infinity():
    assert EventQueue(3).keys.tolist() == [math.inf] * 3


@pytest.mark.parametrize("entry, key", [(-1, 0.0), (4, 0.0), (0, math.nan)])
def test_unknown_entries_and_nan_are_refused(entry, key):
    queue = EventQueue(4)
    with pytest.raises(ValueError):
        queue.set_key(entry, key)
    assert queue.keys.tolist() == [math.inf] * 4


def test_a_queue_needs_an_entry():
    with pytest.raises(ValueError, match="at least one"):
        EventQueue(0)
