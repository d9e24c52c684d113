"""Boxes entered into the cells of a grid that they touch, so that a search costs the boxes around a place only."""

from libc.math cimport INFINITY, floor

from medyan_py.core.mechanics.buffers cimport Doubles, Ints


cdef class BoxGrid:
    """A grid that its owner fills: ``box`` first, then ``lay``. Empty at first."""

    def __cinit__(self):
        self.box, self.start, self.member = Doubles(), Ints(), Ints()

    cdef int lay(self, double cell) except -1:
        """Enter every box into its cells, of ``cell`` nm or larger if there were many more of them than boxes."""
        cdef double high[3]
        cdef double wanted
        cdef Py_ssize_t i, t, n, cells = 1
        self.count, self.cell = self.box.size // 6, cell
        if self.count == 0:
            return 0
        for i in range(3):
            self.low[i], high[i] = INFINITY, -INFINITY
        for t in range(self.count):
            for i in range(3):
                self.low[i] = min(self.low[i], self.box.data[6 * t + i])
                high[i] = max(high[i], self.box.data[6 * t + 3 + i])
        while True:
            wanted = 1
            for i in range(3):
                wanted *= floor((high[i] - self.low[i]) / self.cell) + 1
            if wanted <= 8 * self.count + 64:
                break
            self.cell *= 1.26
        for i in range(3):
            self.shape[i] = <int> floor((high[i] - self.low[i]) / self.cell) + 1
            cells *= self.shape[i]
        self.start.resize(cells + 2)
        for n in range(cells + 2):
            self.start.data[n] = 0
        # counted two cells ahead, entered one cell ahead: afterwards start[c] is where cell c begins
        self.enter(False)
        for n in range(1, cells + 2):
            self.start.data[n] = self.start.data[n] + self.start.data[n - 1]
        self.member.resize(self.start.data[cells + 1])
        self.enter(True)
        return 0

    cdef void enter(self, bint fill) noexcept nogil:
        cdef int first[3]
        cdef int last[3]
        cdef int ix, iy, iz
        cdef Py_ssize_t t, cell
        cdef int *start = self.start.data
        cdef int *member = self.member.data
        for t in range(self.count):
            self.cells_of(self.box.data + 6 * t, self.box.data + 6 * t + 3, first, last)
            for ix in range(first[0], last[0] + 1):
                for iy in range(first[1], last[1] + 1):
                    for iz in range(first[2], last[2] + 1):
                        cell = (<Py_ssize_t> ix * self.shape[1] + iy) * self.shape[2] + iz
                        if fill:
                            member[start[cell + 1]] = <int> t
                            start[cell + 1] += 1
                        else:
                            start[cell + 2] += 1

    cdef void cells_of(self, const double *low, const double *high, int *first, int *last) noexcept nogil:
        """The range of cells that a box touches; none if ``last`` is below ``first``."""
        cdef Py_ssize_t i
        for i in range(3):
            first[i] = <int> max(0, min(self.shape[i], floor((low[i] - self.low[i]) / self.cell)))
            last[i] = <int> max(-1, min(self.shape[i] - 1, floor((high[i] - self.low[i]) / self.cell)))

    cdef Py_ssize_t cell_at(self, const double *place) noexcept nogil:
        """The cell of a point, −1 outside the grid."""
        cdef Py_ssize_t i, cell = 0
        cdef double at
        for i in range(3):
            at = floor((place[i] - self.low[i]) / self.cell)
            if not 0 <= at < self.shape[i]:
                return -1
            cell = cell * self.shape[i] + <Py_ssize_t> at
        return cell
