"""Limited-memory BFGS on top of a preconditioner: what the last steps taught about the curvature.

Two-loop recursion with the initial matrix γ P⁻¹, γ = sᵀy / yᵀP⁻¹y of the newest pair of step s and change of gradient y
(Nocedal & Wright, Numerical Optimization (2006), algorithm 7.4). A pair without positive curvature is not kept.
"""

from libc.string cimport memcpy

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.preconditioner cimport Preconditioner

cdef double POSITIVE = 1e-12          # of |s| |y|: less is no curvature


cdef double inner(const double *u, const double *v, Py_ssize_t n) noexcept nogil:
    cdef double total = 0
    cdef Py_ssize_t i
    for i in range(n):
        total += u[i] * v[i]
    return total


cdef class CorrectionPairs:
    """The last ``MEMORY`` pairs, in a ring."""

    def __cinit__(self):
        self.steps, self.changes, self.work = Doubles(), Doubles(), Doubles()

    cdef int begin(self, Py_ssize_t n) except -1:
        """Forget everything; vectors have ``n`` components from now on."""
        self.n = n
        self.count = 0
        self.newest = -1
        self.scale = 1
        self.steps.resize(MEMORY * n)
        self.changes.resize(MEMORY * n)
        self.work.resize(n)
        return 0

    cdef void remember(self, const double *x, const double *moved, const double *before, const double *after,
                       Preconditioner matrix) noexcept nogil:
        """Keep the pair of a step from ``x`` to ``moved`` and the gradients before and after it."""
        cdef Py_ssize_t i, at = (self.newest + 1) % MEMORY
        cdef double *s = self.steps.data + at * self.n
        cdef double *y = self.changes.data + at * self.n
        cdef double product, length
        for i in range(self.n):
            s[i] = moved[i] - x[i]
            y[i] = after[i] - before[i]
        product = inner(s, y, self.n)
        length = inner(s, s, self.n) * inner(y, y, self.n)
        if product <= 0 or product * product <= POSITIVE * POSITIVE * length:
            return
        matrix.solve(y, self.work.data)
        self.scale = product / inner(y, self.work.data, self.n)
        self.inverse[at] = 1 / product
        self.newest = at
        self.count = min(self.count + 1, <Py_ssize_t> MEMORY)

    cdef void direction(self, const double *g, Preconditioner matrix, double *d) noexcept nogil:
        """d = −H g with the present approximation H of the inverse Hessian."""
        cdef double alpha[MEMORY]
        cdef double beta
        cdef double *q = self.work.data
        cdef const double *s
        cdef const double *y
        cdef Py_ssize_t k, i, at
        memcpy(q, g, self.n * sizeof(double))
        for k in range(self.count):
            at = (self.newest + MEMORY - k) % MEMORY
            s = self.steps.data + at * self.n
            y = self.changes.data + at * self.n
            alpha[k] = self.inverse[at] * inner(s, q, self.n)
            for i in range(self.n):
                q[i] -= alpha[k] * y[i]
        matrix.solve(q, d)
        for i in range(self.n):
            d[i] *= -self.scale
        for k in range(self.count - 1, -1, -1):
            at = (self.newest + MEMORY - k) % MEMORY
            s = self.steps.data + at * self.n
            y = self.changes.data + at * self.n
            beta = self.inverse[at] * inner(y, d, self.n)
            for i in range(self.n):
                d[i] -= (alpha[k] + beta) * s[i]
