from medyan_py.core.mechanics.network cimport Network

cdef double bubble_cylinder_repulsion(const Network *net, const double *x, double *g,
                                      Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double bubble_bubble_repulsion(const Network *net, const double *x, double *g,
                                    Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double mtoc_attachment(const Network *net, const double *x, double *g,
                            Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double afm_attachment(const Network *net, const double *x, double *g,
                           Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double pair_screening(const Network *net, Py_ssize_t a, Py_ssize_t b) noexcept nogil
cdef double pair_strength(const Network *net, Py_ssize_t a, Py_ssize_t b) noexcept nogil
