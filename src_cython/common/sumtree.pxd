cdef class SumTrees:
    cdef readonly int trees, leaves, depth
    cdef Py_ssize_t stride
    cdef Py_ssize_t[8] level          # offset of each level inside a tree, leaves first
    cdef int[8] width                 # padded number of nodes of each level
    cdef double[::1] node

    cdef inline double leaf(self, int tree, int leaf) noexcept nogil:
        return self.node[tree * self.stride + leaf]

    cdef inline double sum8(self, Py_ssize_t at) noexcept nogil:
        return ((self.node[at] + self.node[at + 1]) + (self.node[at + 2] + self.node[at + 3])) + (
            (self.node[at + 4] + self.node[at + 5]) + (self.node[at + 6] + self.node[at + 7]))

    cdef inline double total(self, int tree) noexcept nogil:
        """Sum of all leaves of a tree."""
        return self.sum8(tree * self.stride + self.level[self.depth - 1])

    cdef inline void put(self, int tree, int leaf, double weight) noexcept nogil:
        """Set a leaf; sums above it are formed anew from their children, so nothing drifts."""
        cdef Py_ssize_t base = tree * self.stride
        cdef int i = leaf, up
        self.node[base + leaf] = weight
        for up in range(1, self.depth):
            i >>= 3
            self.node[base + self.level[up] + i] = self.sum8(base + self.level[up - 1] + 8 * i)

    cdef inline int select(self, int tree, double target) noexcept nogil:
        """The leaf in which the cumulative weight passes ``target`` in [0, total)."""
        cdef Py_ssize_t base = tree * self.stride, at
        cdef int i = 0, j, last, up
        for up in range(self.depth - 1, -1, -1):
            at = base + self.level[up] + 8 * i
            last = 0
            for j in range(8):
                if self.node[at + j] > 0.0:
                    last = j           # rounding may carry the target past the end: keep the last possible child
                    if target < self.node[at + j]:
                        break
                    target -= self.node[at + j]
            i = 8 * i + last
        return i
