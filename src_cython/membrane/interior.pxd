from medyan_py.core.mechanics.buffers cimport Doubles, Ints


cdef class Interior:
    cdef readonly Py_ssize_t count    # triangles
    cdef Doubles corner               # 9 per triangle, nm
    cdef Doubles box                  # 6 per node: low and high corner
    cdef Ints node                    # 3 per node: first triangle, one beyond the last, the right child or 0 in a leaf
    cdef int nodes

    cdef int branch(self, int first, int last) noexcept nogil
    cdef double outside(self, int node, const double *p) noexcept nogil
    cdef double distance(self, const double *point) noexcept nogil
    cdef bint contains(self, const double *point) noexcept nogil
