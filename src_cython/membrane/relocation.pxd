from medyan_py.core.membrane.surgery cimport Surgery
from medyan_py.core.membrane.triangle cimport Triangle

cdef enum:
    PLACES = 512                 # most triangles around a vertex that is moved


cdef inline double dot(const double *u, const double *v) noexcept nogil:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


cdef inline double nonzero(double square) noexcept nogil:
    """A square length to divide by: edges shorter than 1e-12 nm have no direction."""
    return max(square, 1e-24)


cdef inline void subtract(const double *u, const double *v, double *out) noexcept nogil:
    cdef int i
    for i in range(3):
        out[i] = u[i] - v[i]


cdef inline double square_distance(const double *u, const double *v) noexcept nogil:
    cdef double r[3]
    subtract(u, v, r)
    return dot(r, r)


cdef double quality(const double *a, const double *b, const double *c) noexcept nogil


cdef class Relocation(Surgery):
    cdef double[::1] size             # wanted edge length per vertex, nm
    cdef double[::1] rough_size       # before it is smoothed
    cdef double[:, ::1] normal        # unit vectors per vertex
    cdef unsigned char[::1] mobile    # per membrane: whether it is adapted
    cdef unsigned char[::1] active    # per vertex: whether edges there are looked at, where ``everything`` is not
    cdef bint everything
    cdef unsigned char[::1] touched   # per vertex: whether something there has changed since vertices were moved

    cdef int make_room(self) except -1
    cdef int set_normal(self, int v) noexcept
    cdef void measure(self, int t, Triangle *shape) noexcept
    cdef int target(self, int v, double *x) noexcept
    cdef int move_along(self, int v) noexcept
    cdef double worst_around(self, int v) noexcept
    cdef int quadric(self, int v, const double *u, const double *w, double *form) noexcept
    cdef int share_after_moves(self, int[::1] rows) except -1
    cdef dict volumes(self)
    cdef int restore_volumes(self, dict wanted) except -1
