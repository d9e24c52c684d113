from medyan_py.core.mechanics.network cimport Network

cdef double triangle_bead_repulsion(const Network *net, const double *x, double *g,
                                    Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double repulsion(const double *x0, const double *x1, const double *x2, const double *bead, double k,
                      double *g0, double *g1, double *g2, double *gb) noexcept nogil
