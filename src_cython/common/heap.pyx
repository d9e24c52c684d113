"""Indexed binary heap: the entries 0 … n−1 ordered by key, any key changeable in O(log n)."""

import numpy as np

from medyan_py.core.common.state import copied, fill


cdef class EventQueue:
    """Putative times of a fixed set of entries, the earliest on top.

    Parameters
    ----------
    size : int
        Number of entries, at least 1. Every key starts at infinity.
    """

    def __init__(self, int size):
        if size < 1:
            raise ValueError(f"an event queue needs at least one entry, got {size}")
        self.size = size
        self.key = np.full(size, np.inf)
        self.heap = np.arange(size, dtype=np.int32)
        self.where = np.arange(size, dtype=np.int32)

    def set_key(self, int entry, double key):
        """Change the key of an entry; NaN and unknown entries raise ValueError."""
        if not 0 <= entry < self.size or key != key:
            raise ValueError(f"no entry {entry} of {self.size} or not a key: {key}")
        self.update(entry, key)

    def earliest(self):
        """(entry, key) of the smallest key."""
        return self.heap[0], self.key[self.heap[0]]

    def state(self):
        """Keys and their order in the heap."""
        return {"key": copied(self.key), "heap": copied(self.heap)}

    def restore(self, saved):
        """Take a state over; StateError for another number of entries."""
        fill(self.key, saved["key"], "putative times")
        fill(self.heap, saved["heap"], "heap of putative times")
        np.asarray(self.where)[saved["heap"]] = np.arange(self.size, dtype=np.int32)

    @property
    def keys(self):
        """Copy of all keys, float64 (size,)."""
        return np.array(self.key)

    @property
    def order(self):
        """Copy of the heap array, int32 (size,)."""
        return np.array(self.heap)
