"""Factors of sparse symmetric positive definite matrices, made by SuperLU and solved with here, without Python."""

from libc.string cimport memcpy

import numpy as np

from medyan_py.core.mechanics.buffers cimport Doubles, Ints


cdef class Factor:
    """P = L D Lᵀ of a sparse symmetric positive definite matrix, in an order that keeps it sparse."""

    def __cinit__(self):
        self.start, self.row, self.rank = Ints(), Ints(), Ints()
        self.value, self.inverse = Doubles(), Doubles()

    cdef int take(self, object matrix) except -1:
        """Factorise."""
        from scipy.sparse.linalg import splu

        factor = splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0,
                      options={"SymmetricMode": True})
        lower, size = factor.L, matrix.shape[0]
        below = lower.indices != np.repeat(np.arange(size), np.diff(lower.indptr))
        copy_ints((lower.indptr - np.arange(size + 1)).astype(np.intc), self.start)
        copy_ints(lower.indices[below].astype(np.intc), self.row)
        copy_doubles(lower.data[below], self.value)
        copy_doubles(1 / factor.U.diagonal(), self.inverse)
        copy_ints(factor.perm_r.astype(np.intc), self.rank)
        return 0

    cdef void solve(self, double *values, double *x) noexcept nogil:
        """Replace ``values`` by P⁻¹ times them; ``x`` is room for as many."""
        cdef const int *start = self.start.data
        cdef const int *row = self.row.data
        cdef const int *rank = self.rank.data
        cdef const double *entry = self.value.data
        cdef Py_ssize_t i, k, n = self.inverse.size
        cdef double total
        for i in range(n):
            x[rank[i]] = values[i]
        for i in range(n):
            total = x[i]
            for k in range(start[i], start[i + 1]):
                x[row[k]] -= entry[k] * total
        for i in range(n - 1, -1, -1):
            total = x[i] * self.inverse.data[i]
            for k in range(start[i], start[i + 1]):
                total -= entry[k] * x[row[k]]
            x[i] = total
        for i in range(n):
            values[i] = x[rank[i]]


cdef int copy_doubles(const double[::1] values, Doubles out) except -1:
    out.resize(values.shape[0])
    if values.shape[0]:
        memcpy(out.data, &values[0], values.shape[0] * sizeof(double))
    return 0


cdef int copy_ints(const int[::1] values, Ints out) except -1:
    out.resize(values.shape[0])
    if values.shape[0]:
        memcpy(out.data, &values[0], values.shape[0] * sizeof(int))
    return 0
