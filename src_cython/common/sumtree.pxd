cdef inline double sum8(const double *n) noexcept nogil:
    """The sum of eight weights."""
    return ((n[0] + n[1]) + (n[2] + n[3])) + ((n[4] + n[5]) + (n[6] + n[7]))


cdef inline int pick8(const double *n, double *target) noexcept nogil:
    """Which of eight weights the cumulative weight passes ``target`` in; what comes before is taken off ``target``.

    The running sums passed are counted, for a branch that nobody can predict costs more than the comparisons. One of
    no weight is never chosen, whatever rounding does.
    """
    cdef double[8] before
    cdef double t = target[0]
    cdef int i
    before[0] = 0.0
    before[1] = n[0]
    before[2] = n[0] + n[1]
    before[4] = before[2] + (n[2] + n[3])
    before[6] = before[4] + (n[4] + n[5])
    before[3] = before[2] + n[2]
    before[5] = before[4] + n[4]
    before[7] = before[6] + n[6]
    i = (((t >= before[1]) + (t >= before[2])) + ((t >= before[3]) + (t >= before[4]))) + (
        ((t >= before[5]) + (t >= before[6])) + (t >= before[7]))
    if n[i] <= 0.0:
        i = last_before(n, i)
    target[0] = t - before[i]
    return i


cdef inline int last_before(const double *n, int i) noexcept nogil:
    """The last of the first ``i`` weights that is not zero, or else the first of all that is not."""
    while i > 0 and n[i] <= 0.0:
        i -= 1
    while i < 7 and n[i] <= 0.0:
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
