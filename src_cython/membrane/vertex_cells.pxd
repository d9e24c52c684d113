from medyan_py.core.membrane.mesh cimport MembraneMesh


cdef class VertexCells:
    cdef readonly MembraneMesh mesh
    cdef readonly int kinds, rows, links
    cdef double[::1] area             # nm² per row, 0 where there is no vertex
    cdef double[::1] energy           # [kind · rows + row], kT
    cdef double[::1] exit             # [kind · rows + row]: all passages of unit diffusion coefficient, 1/nm²
    cdef int[::1] first               # rows + 1: the links of each row
    cdef int[::1] neighbour           # per link
    cdef double[::1] running          # [kind · links + link]: running sum of passages within a row, 1/nm²

    cdef int through(self, int vertex, int kind, double target) noexcept nogil
    cdef void weigh_edges(self, double[::1] half) noexcept
    cdef void link(self, double[::1] half, double[::1] weight) noexcept
    cdef void sum_passages(self, double[::1] weight) noexcept nogil
