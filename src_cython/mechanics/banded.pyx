"""Cholesky factorisation and solution of band matrices that couple a point to the two before and the two behind it.

Three rows per point. Row i of the lower triangle stands at 9 i; column j of it at 9 i + 8 + j − i. Of the eight
sub-diagonals a point's first row uses six, its second seven. Everything is written in blocks of 3 × 3 with loops of
fixed length: what is known early is summed first, so that a point waits for the one before it as briefly as possible.
"""

from libc.math cimport sqrt


cdef inline double entry(const double *row, Py_ssize_t i, Py_ssize_t column) noexcept nogil:
    """Entry of row i of a point, ``row``: start of its first row; columns 0 … 8: two points before, one before, own."""
    return row[WIDTH * i + 2 - i + column]


cdef inline void set_entry(double *row, Py_ssize_t i, Py_ssize_t column, double value) noexcept nogil:
    row[WIDTH * i + 2 - i + column] = value


cdef inline void solve_block(const double *factor, double *block) noexcept nogil:
    """block ← block · L⁻ᵀ with L the diagonal block (reciprocals on its diagonal) of the point at ``factor``."""
    cdef Py_ssize_t i
    for i in range(3):
        block[3 * i] *= entry(factor, 0, 6)
        block[3 * i + 1] = (block[3 * i + 1] - block[3 * i] * entry(factor, 1, 6)) * entry(factor, 1, 7)
        block[3 * i + 2] = (block[3 * i + 2] - block[3 * i] * entry(factor, 2, 6)
                            - block[3 * i + 1] * entry(factor, 2, 7)) * entry(factor, 2, 8)


cdef void factorise(double *band, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Cholesky factor in place, rows begin … end−1, with the reciprocal of the diagonal stored on the diagonal.

    ``begin`` and ``end`` are multiples of three, and no row in between couples to one before ``begin``.
    """
    cdef Py_ssize_t at = begin, i, j, k
    cdef double *row
    cdef double far[9]                # block of the point and the second before it
    cdef double near[9]               # … and the one before it
    cdef double own[9]
    while at < end:
        row = band + WIDTH * at
        for i in range(3):
            for j in range(3):
                far[3 * i + j] = entry(row, i, j) if at >= begin + 6 else 0
                near[3 * i + j] = entry(row, i, 3 + j) if at >= begin + 3 else 0
                own[3 * i + j] = entry(row, i, 6 + j) if j <= i else 0
        if at >= begin + 6:
            solve_block(row - 6 * WIDTH, far)
        if at >= begin + 3:
            for i in range(3):
                for j in range(3):
                    for k in range(3):
                        near[3 * i + j] -= far[3 * i + k] * entry(row - 3 * WIDTH, j, 3 + k)
            solve_block(row - 3 * WIDTH, near)
        for i in range(3):
            for j in range(i + 1):
                for k in range(3):
                    own[3 * i + j] -= far[3 * i + k] * far[3 * j + k] + near[3 * i + k] * near[3 * j + k]
        own[0] = 1 / sqrt(own[0])
        own[3] *= own[0]
        own[6] *= own[0]
        own[4] = 1 / sqrt(own[4] - own[3] * own[3])
        own[7] = (own[7] - own[6] * own[3]) * own[4]
        own[8] = 1 / sqrt(own[8] - own[6] * own[6] - own[7] * own[7])
        for i in range(3):
            for j in range(3):
                if at >= begin + 6:
                    set_entry(row, i, j, far[3 * i + j])
                if at >= begin + 3:
                    set_entry(row, i, 3 + j, near[3 * i + j])
                if j <= i:
                    set_entry(row, i, 6 + j, own[3 * i + j])
        at += 3


cdef void substitute(const double *band, Py_ssize_t begin, Py_ssize_t end, const double *rhs,
                     double *out) noexcept nogil:
    """Forward and backward substitution with the factor, rows begin … end−1; ``out`` may be ``rhs``."""
    cdef Py_ssize_t at = begin, i
    cdef const double *row
    cdef double far[3]                # solution at the second point before
    cdef double near[3]               # … at the one before
    cdef double x[3]
    for i in range(3):
        far[i] = near[i] = 0
    while at < end:
        row = band + WIDTH * at
        for i in range(3):
            x[i] = (rhs[at + i] - (entry(row, i, 0) * far[0] + entry(row, i, 1) * far[1] + entry(row, i, 2) * far[2])
                    - (entry(row, i, 3) * near[0] + entry(row, i, 4) * near[1]) - entry(row, i, 5) * near[2])
        x[0] *= entry(row, 0, 6)
        x[1] = (x[1] - entry(row, 1, 6) * x[0]) * entry(row, 1, 7)
        x[2] = (x[2] - entry(row, 2, 6) * x[0] - entry(row, 2, 7) * x[1]) * entry(row, 2, 8)
        for i in range(3):
            out[at + i] = x[i]
            far[i] = near[i]
            near[i] = x[i]
        at += 3
    for i in range(3):
        far[i] = near[i] = 0          # what the points behind subtract from the second before, and from the one before
    at = end - 3
    while at >= begin:
        row = band + WIDTH * at
        x[2] = (out[at + 2] - near[2]) * entry(row, 2, 8)
        x[1] = (out[at + 1] - near[1] - entry(row, 2, 7) * x[2]) * entry(row, 1, 7)
        x[0] = (out[at] - near[0] - entry(row, 2, 6) * x[2] - entry(row, 1, 6) * x[1]) * entry(row, 0, 6)
        for i in range(3):
            out[at + i] = x[i]
            near[i] = far[i] + (entry(row, 2, 3 + i) * x[2] + entry(row, 1, 3 + i) * x[1]) + entry(row, 0, 3 + i) * x[0]
            far[i] = entry(row, 2, i) * x[2] + entry(row, 1, i) * x[1] + entry(row, 0, i) * x[0]
        at -= 3
