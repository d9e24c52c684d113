# Triangle mesh by half-edges. Half-edge h = 3 t + k belongs to triangle t and leads from its corner k to the next one;
# its opposite runs the other way in the neighbouring triangle, −1 at a border.

from libc.stdint cimport int64_t, uint8_t

from medyan_py.core.common.table cimport Table


cdef inline int next_of(int h) noexcept nogil:
    return h - 2 if h % 3 == 2 else h + 1


cdef inline int previous_of(int h) noexcept nogil:
    return h + 2 if h % 3 == 0 else h - 1


cdef class VertexTable(Table):
    cdef double[:, ::1] x             # nm
    cdef int[::1] out                 # a half-edge that starts here; at a border the one along it
    cdef int[::1] degree              # neighbours
    cdef uint8_t[::1] border
    cdef int[::1] membrane
    cdef int[::1] attachments         # springs to fixed places; a vertex with one is never moved or removed
    cdef double[::1] rest_area        # nm², a third of the rest areas of the triangles around
    cdef int64_t[:, ::1] copies       # of every membrane species
    cdef readonly int species


cdef class TriangleTable(Table):
    cdef int[:, ::1] corner           # vertices, counter-clockwise seen from outside
    cdef int[:, ::1] opposite         # of the three half-edges
    cdef int[::1] membrane
    cdef double[::1] rest_area        # nm²


cdef class MembraneMesh:
    cdef readonly VertexTable vertices
    cdef readonly TriangleTable triangles
    cdef readonly int membranes       # made so far, numbered from 0
    cdef readonly int64_t version     # counts changes of the connections

    cdef int *corners(self) noexcept nogil
    cdef int *opposites(self) noexcept nogil
    cdef double *place(self, int vertex) noexcept nogil
    cdef int start_of(self, int h) noexcept nogil
    cdef int end_of(self, int h) noexcept nogil
    cdef int first_around(self, int vertex) noexcept nogil
    cdef int next_around(self, int h) noexcept nogil
    cdef int previous_around(self, int h) noexcept nogil
    cdef int half_edge(self, int start, int end) noexcept nogil
    cdef int join(self, int h, int g) noexcept nogil
    cdef int refresh(self, int vertex, int h) noexcept nogil
    cdef int insert(self, object x, object corner, int membrane) except -1
