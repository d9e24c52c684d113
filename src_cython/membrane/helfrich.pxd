from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.membrane.sheets cimport Membranes, Policy, Sheet, VertexSums

cdef double membrane_bending(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef void sum_around(const Membranes *m, const Sheet *s, const double *x) noexcept nogil
cdef double mean_curvature(Policy policy, const VertexSums *sums) noexcept nogil
