"""Indexed heap: the entries 0 … n−1 ordered by key, any key changeable in O(log n).

A node has four children, and keys stand in the heap itself: finding the earliest child costs one cache line a level.
"""

from libc.math cimport INFINITY
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc

import numpy as np

from medyan_py.core.common.state import fill

cdef enum:
    CACHE_LINE = 64               # bytes


cdef class EventQueue:
    """Putative times of a fixed set of entries, the earliest on top.

    Parameters
    ----------
    size : int
        Number of entries, at least 1. Every key starts at infinity.
    """

    def __cinit__(self, int size):
        cdef int i
        if size < 1:
            raise ValueError(f"an event queue needs at least one entry, got {size}")
        self.size = size
        self.memory = malloc((<size_t> size + 4) * sizeof(Node) + 2 * CACHE_LINE)
        self.where = <int *> malloc(size * sizeof(int))
        if self.memory == NULL or self.where == NULL:
            raise MemoryError(f"an event queue of {size} entries")
        # the first children, nodes 1 to 4, begin a cache line
        self.node = <Node *> ((<uintptr_t> self.memory // CACHE_LINE + 2) * CACHE_LINE - sizeof(Node))
        for i in range(size + 4):
            self.node[i].key, self.node[i].entry = INFINITY, i
        for i in range(size):
            self.where[i] = i

    def __dealloc__(self):
        free(self.memory)
        free(self.where)

    def set_key(self, int entry, double key):
        """Change the key of an entry; NaN and unknown entries raise ValueError."""
        if not 0 <= entry < self.size or key != key:
            raise ValueError(f"no entry {entry} of {self.size} or not a key: {key}")
        self.update(entry, key)

    def earliest(self):
        """(entry, key) of the smallest key."""
        return self.first(), self.smallest()

    def state(self):
        """Keys and their order in the heap."""
        return {"key": self.keys, "heap": self.order}

    def restore(self, saved):
        """Take a state over; StateError for another number of entries."""
        cdef int i
        keys, order = self.keys, self.order
        fill(keys, saved["key"], "putative times")
        fill(order, saved["heap"], "heap of putative times")
        for i in range(self.size):
            self.node[i].key, self.node[i].entry = keys[order[i]], order[i]
            self.where[self.node[i].entry] = i

    @property
    def keys(self):
        """All keys, float64 (size,): a copy."""
        return np.array([self.key_of(i) for i in range(self.size)])

    @property
    def order(self):
        """The entries in the order of the heap, int32 (size,): a copy."""
        return np.array([self.node[i].entry for i in range(self.size)], dtype=np.int32)
