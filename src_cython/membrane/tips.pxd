from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.membrane.box_grid cimport BoxGrid

cdef bint crosses(const double *a, const double *b, const double *c, const double *p, const double *d,
                  double length) noexcept nogil


cdef class TipObstacles:
    cdef readonly Py_ssize_t count
    cdef double k, cutoff, reach
    cdef Doubles corner               # 9 per triangle
    cdef BoxGrid grid                 # of what is within reach of the triangles

    cdef double load(self, const double *tip, const double *direction, double ahead, double step) noexcept nogil
