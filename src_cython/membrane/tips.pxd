from medyan_py.core.mechanics.buffers cimport Doubles, Ints

cdef bint crosses(const double *a, const double *b, const double *c, const double *p, const double *d,
                  double length) noexcept nogil


cdef class TipObstacles:
    cdef readonly Py_ssize_t count
    cdef double k, cutoff, reach, cell
    cdef double low[3]
    cdef int shape[3]
    cdef Doubles corner               # 9 per triangle
    cdef Ints start, member           # triangles by cell of a grid

    cdef int lay_grid(self, Py_ssize_t m) except -1
    cdef void enter(self, Py_ssize_t m, bint fill) noexcept nogil
    cdef double load(self, const double *tip, const double *direction, double ahead, double step) noexcept nogil
