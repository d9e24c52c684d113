from medyan_py.core.mechanics.network cimport Network

cdef enum:
    PAIRS = 8                         # as many are computed at once

cdef double cylinder_excluded_volume(const Network *net, const double *x, double *g,
                                     Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double segment_distance(const double *p, const double *q, double *toward) noexcept nogil
cdef int pair_terms(const Network *net, const double *x, Py_ssize_t n, double *energy, double *gradient) noexcept nogil
