from medyan_py.core.mechanics.network cimport Network

cdef double longest_vector(const double *u, Py_ssize_t points) noexcept nogil
cdef void advance(const Network *net, const double *x, const double *d, double step, double *y,
                  double *v) noexcept nogil
cdef double shorten(const Network *net, const double *g, double longest, double *d) noexcept nogil
