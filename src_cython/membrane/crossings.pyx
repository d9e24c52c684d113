"""Where segments pass through triangles: membranes through one another or themselves, filaments through membranes.

Two triangles cross where an edge of one passes through the other.
"""

from libc.math cimport INFINITY

import numpy as np

from medyan_py.core.mechanics.arguments cimport take_doubles, take_ints
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.box_grid cimport BoxGrid
from medyan_py.core.membrane.tips cimport crosses


cdef class Crossings:
    """Triangles, and a search for segments that pass through them.

    Parameters
    ----------
    x : float64 (n, 3)
        Vertices, nm.
    triangles : int (m, 3)
        Their vertices.
    """

    cdef Doubles x
    cdef Ints corner
    cdef Py_ssize_t count
    cdef BoxGrid grid

    def __init__(self, x, triangles):
        self.x, self.corner, self.grid = Doubles(), Ints(), BoxGrid()
        self.count = len(triangles)
        take_doubles("x", x, (len(x), 3), self.x, -1e15, 1e15)
        take_ints("triangles", triangles, (self.count, 3), self.corner, 0, len(x) - 1)
        if self.count:
            self.enter_triangles()

    cdef int enter_triangles(self) except -1:
        """Into cells as large as a triangle on average."""
        cdef double size = 0, value, low, high
        cdef Py_ssize_t i, k, t
        self.grid.box.resize(6 * self.count)
        for t in range(self.count):
            for i in range(3):
                low, high = INFINITY, -INFINITY
                for k in range(3):
                    value = self.x.data[3 * self.corner.data[3 * t + k] + i]
                    low = min(low, value)
                    high = max(high, value)
                self.grid.box.data[6 * t + i], self.grid.box.data[6 * t + 3 + i] = low, high
                size += high - low
        self.grid.lay(max(size / (3 * self.count), 1e-9))
        return 0

    cdef Py_ssize_t met(self, const double *p, const double *q, int own, int other) noexcept nogil:
        """A triangle that the segment from p to q passes through, without the vertices ``own`` and ``other``; or −1."""
        cdef double low[3]
        cdef double high[3]
        cdef double step[3]
        cdef int first[3]
        cdef int last[3]
        cdef int ix, iy, iz
        cdef Py_ssize_t i, n, cell
        cdef const int *c
        for i in range(3):
            low[i], high[i], step[i] = min(p[i], q[i]), max(p[i], q[i]), q[i] - p[i]
        self.grid.cells_of(low, high, first, last)
        for ix in range(first[0], last[0] + 1):
            for iy in range(first[1], last[1] + 1):
                for iz in range(first[2], last[2] + 1):
                    cell = (<Py_ssize_t> ix * self.grid.shape[1] + iy) * self.grid.shape[2] + iz
                    for n in range(self.grid.start.data[cell], self.grid.start.data[cell + 1]):
                        c = self.corner.data + 3 * self.grid.member.data[n]
                        if c[0] == own or c[1] == own or c[2] == own or c[0] == other or c[1] == other or c[2] == other:
                            continue
                        if crosses(self.x.data + 3 * c[0], self.x.data + 3 * c[1], self.x.data + 3 * c[2], p, step, 1):
                            return self.grid.member.data[n]
        return -1

    def of_segments(self, ends):
        """For segments (n, 2, 3), nm: a triangle that each passes through, int (n,), −1 for none.

        Raises ValueError for a wrong shape or coordinates that are not finite.
        """
        cdef Doubles places = Doubles()
        cdef Py_ssize_t i, n = len(ends)
        take_doubles("ends", ends, (n, 2, 3), places, -1e15, 1e15)
        out = np.full(n, -1, dtype=np.int64)
        cdef long long[::1] found = out
        if self.count:
            with nogil:
                for i in range(n):
                    found[i] = self.met(places.data + 6 * i, places.data + 6 * i + 3, -1, -1)
        return out

    def of_itself(self):
        """A vertex of an edge and one of a triangle that the edge passes through, (int, int), or None."""
        corner = np.asarray(<int[:self.count, :3]> self.corner.data) if self.count else np.zeros((0, 3), np.int32)
        ends = np.concatenate([corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [2, 0]]])
        ends = np.sort(ends.astype(np.int64), axis=1)
        cdef long long[::1] edge = np.unique(ends[:, 0] << 32 | ends[:, 1])
        cdef Py_ssize_t i, found = -1
        cdef int u, v
        with nogil:
            for i in range(edge.shape[0]):
                u, v = <int> (edge[i] >> 32), <int> edge[i]  # the lower half
                found = self.met(self.x.data + 3 * u, self.x.data + 3 * v, u, v)
                if found >= 0:
                    break
        return None if found < 0 else (int(u), int(corner[found, 0]))
