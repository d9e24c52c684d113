from medyan_py.core.mechanics.buffers cimport Doubles, Ints


cdef class BoxGrid:
    cdef Py_ssize_t count
    cdef double cell                  # nm, edge
    cdef double low[3]
    cdef int shape[3]
    cdef Doubles box                  # nm, 6 per box: low and high corner
    cdef Ints start, member           # boxes by cell

    cdef int lay(self, double cell) except -1
    cdef void enter(self, bint fill) noexcept nogil
    cdef void cells_of(self, const double *low, const double *high, int *first, int *last) noexcept nogil
    cdef Py_ssize_t cell_at(self, const double *place) noexcept nogil
