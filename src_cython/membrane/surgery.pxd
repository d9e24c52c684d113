from libc.stdint cimport int64_t

from medyan_py.core.common.random cimport RandomStream
from medyan_py.core.membrane.mesh cimport MembraneMesh


cdef class Surgery:
    cdef readonly MembraneMesh mesh
    cdef readonly RandomStream stream
    cdef readonly object reservoir    # per membrane: whether rest areas follow the present areas
    cdef readonly long long flips, splits, collapses

    cdef bint can_flip(self, int h) noexcept
    cdef bint can_collapse(self, int h) noexcept
    cdef int flip(self, int h) except -1
    cdef int split(self, int h, const double *x) except -1
    cdef int collapse(self, int h) except -1
    cdef double area(self, int triangle) noexcept nogil
    cdef double rest_around(self, int vertex) noexcept nogil
    cdef int share(self, int *triangle, int count, double total) except -1
    cdef int refresh_rest(self, int vertex) noexcept nogil
    cdef int64_t binomial(self, int64_t n, double p) except -1
