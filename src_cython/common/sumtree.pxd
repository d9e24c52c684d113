cdef inline double sum8(const double *n) noexcept nogil:
    """The sum of eight weights."""
    return ((n[0] + n[1]) + (n[2] + n[3])) + ((n[4] + n[5]) + (n[6] + n[7]))


cdef inline int pick8(const double *n, double *target) noexcept nogil:
    """Which of eight weights the cumulative weight passes ``target`` in; what comes before is taken off ``target``.

    Halves in the order of ``sum8``, without branches; a half of no weight is never entered, whatever rounding does.
    """
    cdef double low = (n[0] + n[1]) + (n[2] + n[3])
    cdef int i = 0
    if target[0] >= low and (n[4] + n[5]) + (n[6] + n[7]) > 0.0:
        target[0] -= low
        i = 4
    low = n[i] + n[i + 1]
    if target[0] >= low and n[i + 2] + n[i + 3] > 0.0:
        target[0] -= low
        i += 2
    if target[0] >= n[i] and n[i + 1] > 0.0:
        target[0] -= n[i]
        i += 1
    return i


cdef class SumTrees:
    cdef readonly int trees, leaves, depth
    cdef Py_ssize_t stride
    cdef Py_ssize_t[8] level          # offset of each level inside a tree, leaves first
    cdef int[8] width                 # padded number of nodes of each level
    cdef double[::1] node

    cdef inline double leaf(self, int tree, int leaf) noexcept nogil:
        return self.node[tree * self.stride + leaf]

    cdef inline double total(self, int tree) noexcept nogil:
        """Sum of all leaves of a tree."""
        return sum8(&self.node[tree * self.stride + self.level[self.depth - 1]])

    cdef inline void put(self, int tree, int leaf, double weight) noexcept nogil:
        """Set a leaf; sums above it are formed anew from their children, so nothing drifts."""
        cdef Py_ssize_t base = tree * self.stride
        cdef int i = leaf, up
        self.node[base + leaf] = weight
        for up in range(1, self.depth):
            i >>= 3
            self.node[base + self.level[up] + i] = sum8(&self.node[base + self.level[up - 1] + 8 * i])

    cdef inline void sum_above(self, int *leaves, int n) noexcept nogil:
        """Form anew all sums above ``n`` leaves of the first tree, given in ascending order, each sum once."""
        cdef int up, i, node, last
        for up in range(1, self.depth):
            last = -1
            for i in range(n):
                node = leaves[i] >> (3 * up)
                if node != last:
                    self.node[self.level[up] + node] = sum8(&self.node[self.level[up - 1] + 8 * node])
                    last = node

    cdef inline void sum_all(self) noexcept nogil:
        """Form anew all sums of the first tree."""
        cdef int up, i
        for up in range(1, self.depth):
            for i in range(self.width[up - 1] // 8):
                self.node[self.level[up] + i] = sum8(&self.node[self.level[up - 1] + 8 * i])

    cdef inline int select(self, int tree, double target) noexcept nogil:
        """The leaf in which the cumulative weight passes ``target`` in [0, total)."""
        cdef Py_ssize_t base = tree * self.stride
        cdef int i = 0, up
        for up in range(self.depth - 1, -1, -1):
            i = 8 * i + pick8(&self.node[base + self.level[up] + 8 * i], &target)
        return i
