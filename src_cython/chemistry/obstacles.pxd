from medyan_py.core.mechanics.surfaces cimport Surfaces


cdef class Obstacles:
    cdef readonly int bubbles
    cdef double[:, ::1] x                     # nm
    cdef double[::1] radius, strength, screening
    cdef double cutoff
    cdef bint rises
    cdef object rows                          # planes as given
    cdef Surfaces planes
    cdef double plane_strength, plane_screening, plane_cutoff, plane_shift

    cdef bint inside(self, const double *r) noexcept nogil
    cdef bint near(self, const double *middle, const double *tip, double length) noexcept nogil
    cdef double load(self, const double *tip, const double *direction, double ahead, int anchor) noexcept nogil
