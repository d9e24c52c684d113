from medyan_py.core.mechanics.network cimport Network

cdef double boundary_repulsion(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double boundary_bubble_repulsion(const Network *net, const double *x, double *g,
                                      Py_ssize_t first, Py_ssize_t last) noexcept nogil
