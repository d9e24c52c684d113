"""Trees of partial sums: draw one of many weights in proportion, change a weight, in O(log n).

All trees have the same number of leaves and lie in one array. Eight children per node keep them flat: up to
eight leaves need no inner node, a thousand need three levels.
"""

import numpy as np

from medyan_py.core.common.state import copied, fill


cdef class SumTrees:
    """``trees`` independent sets of ``leaves`` non-negative weights.

    Raises ValueError for sizes below one or above 8^8 leaves.
    """

    def __init__(self, int trees, int leaves):
        if trees < 1 or leaves < 1 or leaves > 8 ** 8:
            raise ValueError(f"{trees} trees of {leaves} leaves: both must be at least 1, leaves at most 8^8")
        cdef int n = leaves
        self.trees = trees
        self.leaves = leaves
        self.depth = 0
        self.stride = 0
        while True:
            n = 8 * ((n + 7) // 8)
            self.level[self.depth] = self.stride
            self.width[self.depth] = n
            self.stride += n
            self.depth += 1
            if n == 8:
                break
            n //= 8
        self.node = np.zeros(self.stride * trees)

    def set_weight(self, int tree, int leaf, double weight):
        """Set one weight; raises ValueError for a bad index or a negative or non-finite weight."""
        self._check(tree, leaf)
        if not 0.0 <= weight < float("inf"):
            raise ValueError(f"a weight must be finite and not negative, got {weight}")
        self.put(tree, leaf, weight)

    def get_total(self, int tree):
        """Sum of the weights of a tree."""
        self._check(tree, 0)
        return self.total(tree)

    def pick(self, int tree, double target):
        """The leaf in which the cumulative weight passes ``target``."""
        self._check(tree, 0)
        return self.select(tree, target)

    def weights(self, int tree):
        """Copy of the weights of a tree, float64 (leaves,)."""
        self._check(tree, 0)
        cdef Py_ssize_t base = tree * self.stride
        return np.array(self.node[base:base + self.leaves])

    def state(self):
        """All weights and sums."""
        return {"node": copied(self.node)}

    def restore(self, saved):
        """Take a state over; StateError for another number of trees or leaves."""
        fill(self.node, saved["node"], "partial sums")

    def _check(self, int tree, int leaf):
        if not (0 <= tree < self.trees and 0 <= leaf < self.leaves):
            raise ValueError(f"no leaf {leaf} of {self.leaves} in tree {tree} of {self.trees}")
