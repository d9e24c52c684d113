cdef enum:
    WIDTH = 9                         # diagonal and eight sub-diagonals

cdef void factorise(double *band, Py_ssize_t begin, Py_ssize_t end) noexcept nogil
cdef void substitute(const double *band, Py_ssize_t begin, Py_ssize_t end, const double *rhs,
                     double *out) noexcept nogil
