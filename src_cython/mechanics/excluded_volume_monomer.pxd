from medyan_py.core.mechanics.network cimport Network

cdef double monomer_excluded_volume(const Network *net, const double *x, double *g,
                                    Py_ssize_t first, Py_ssize_t last) noexcept nogil
