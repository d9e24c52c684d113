from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.network cimport Network


cdef class Preconditioner:
    cdef Doubles band
    cdef Py_ssize_t rows
    cdef int build(self, const Network *net, const double *x) except -1
    cdef void assemble(self, const Network *net, const double *x) noexcept nogil
    cdef void solve(self, const double *rhs, double *out) noexcept nogil
