from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network


cdef class Preconditioner:
    cdef Doubles band
    cdef Ints bound                   # rows of thread t: bound[t] … bound[t + 1] − 1
    cdef Py_ssize_t rows
    cdef int crew
    cdef int build(self, const Network *net, const double *x, int crew) except -1
    cdef int share_out(self, const Network *net, int crew) except -1
    cdef void assemble(self, const Network *net, const double *x) noexcept nogil
    cdef void solve(self, const double *rhs, double *out) noexcept nogil
