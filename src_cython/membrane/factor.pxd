from medyan_py.core.mechanics.buffers cimport Doubles, Ints


cdef class Factor:
    cdef Ints start, row              # columns of the lower triangle, the diagonal of ones left out
    cdef Ints rank                    # place of every row in the order of elimination
    cdef Doubles value, inverse       # entries below the diagonal; inverse pivots
    cdef int take(self, object matrix) except -1
    cdef void solve(self, double *values, double *x) noexcept nogil


cdef int copy_doubles(const double[::1] values, Doubles out) except -1
cdef int copy_ints(const int[::1] values, Ints out) except -1
