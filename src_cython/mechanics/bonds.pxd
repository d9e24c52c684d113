from medyan_py.core.mechanics.network cimport Network

cdef double linker_stretching(const Network *net, const double *x, double *g,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double motor_stretching(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef void bond_tensions(const Network *net, const double *x, double *tension) noexcept nogil
