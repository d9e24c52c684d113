from medyan_py.core.membrane.relocation cimport Relocation
from medyan_py.core.membrane.triangle cimport Triangle


cdef class Remesher(Relocation):
    cdef double max_size
    cdef readonly int rounds          # of the last call
    cdef object curvature_at          # of places on the surface, or None: it is found from the edges

    cdef double curvature(self, int v) noexcept
    cdef double border_edge(self, int v) noexcept
    cdef int measure_sizes(self) except -1
    cdef int grade(self, int[::1] rows) except -1
    cdef int smooth(self, int[::1] rows, double[::1] old) except -1
    cdef long long scan(self) except -1
    cdef bint split_edge(self, int h) except -1
    cdef bint collapse_edge(self, int h) except -1
    cdef double collapse_gain(self, int h) except? -2
    cdef bint agrees(self, const Triangle *new, int a, int d, int at, int b) noexcept
    cdef bint flip_edge(self, int h) except -1
    cdef long long flip_all(self) except -1
    cdef object surroundings(self)
    cdef bint looks_at(self, int h) noexcept
    cdef void touch(self, int v) noexcept
    cdef void activate_around(self, int v) noexcept
    cdef int relocate(self) except -1
