from libc.math cimport sqrt

from medyan_py.core.mechanics.buffers cimport Doubles


# A wall. radius 0: the plane through ``point`` with the inward unit normal ``normal``. radius > 0: all points at this
# distance from the vertical segment through (point[0], point[1]) between the heights ``low`` and ``high``: a sphere
# (low = high), a capsule, or the side of a cylinder (−∞ … ∞).
cdef struct Surface:
    double point[3]
    double normal[3]
    double radius, low, high


cdef inline double surface_distance(const Surface *s, const double *x, double *normal) noexcept nogil:
    """Signed distance (nm, positive inside) of a point from a wall; ``normal``: its gradient, the inward normal.

    Nearer to centre or axis than a hundredth of the radius, the distance is rounded off (a polynomial with continuous
    second derivative), so that the normal turns through zero instead of flipping.
    """
    cdef double r[3]
    cdef double rho, core, t
    cdef int i
    if s.radius == 0:
        rho = 0
        for i in range(3):
            normal[i] = s.normal[i]
            rho += s.normal[i] * (x[i] - s.point[i])
        return rho
    r[0] = x[0] - s.point[0]
    r[1] = x[1] - s.point[1]
    r[2] = x[2] - min(max(x[2], s.low), s.high)
    rho = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    core = 0.01 * s.radius
    if rho >= core:
        for i in range(3):
            normal[i] = -r[i] / rho
        return s.radius - rho
    t = rho / core
    for i in range(3):
        normal[i] = -r[i] / core * (1.5 - 0.5 * t * t)
    return s.radius - core * (0.375 + t * t * (0.75 - 0.125 * t * t))


cdef class Surfaces:
    cdef Doubles buffer
    cdef const Surface *data
    cdef readonly Py_ssize_t count, planes
    cdef int add_plane(self, object row) except -1
    cdef int add_round(self, object centre, double radius, double low, double high) except -1
