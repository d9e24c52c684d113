# Blocks of second derivatives and how they are added to a band matrix (see banded.pyx); shared by the preconditioner's
# parts, inline because they are its inner loops.

from libc.math cimport sqrt

from medyan_py.core.mechanics.banded cimport WIDTH


cdef inline void add_block(double *band, Py_ssize_t point, Py_ssize_t other, const double *block,
                           double weight) noexcept nogil:
    """Add weight × block (3 × 3, row-major) to rows of ``point``, columns of ``other`` ≤ point; lower triangle only."""
    cdef Py_ssize_t i, j, row, column
    for i in range(3):
        row = 3 * point + i
        for j in range(3):
            column = 3 * other + j
            if column <= row:
                band[WIDTH * row + WIDTH - 1 + column - row] += weight * block[3 * i + j]


cdef inline void add_outer(double *band, Py_ssize_t point, Py_ssize_t other, const double *u, const double *v,
                           double weight) noexcept nogil:
    """Add weight × u ⊗ v to the block of ``point`` and ``other`` ≤ point."""
    cdef double block[9]
    cdef Py_ssize_t i, j
    for i in range(3):
        for j in range(3):
            block[3 * i + j] = u[i] * v[j]
    add_block(band, point, other, block, weight)


cdef inline void spring_block(const double *r, double k, double rest, double *block) noexcept nogil:
    """k û⊗û + k max(0, 1 − l/d) (1 − û⊗û): positive part of a spring's second derivative."""
    cdef double d2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2], across = 0, along
    cdef Py_ssize_t i, j
    if d2 > rest * rest:
        across = k * (1 - rest / sqrt(d2))
    along = (k - across) / d2 if d2 > 0 else 0
    for i in range(3):
        for j in range(3):
            block[3 * i + j] = along * r[i] * r[j] + (across if i == j else 0)
