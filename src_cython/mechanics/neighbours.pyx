"""Which cylinders repel each other and which beads feel which wall.

Cylinder midpoints are sorted into cubic cells at least as wide as the cutoff, so that partners lie in the 27 cells
around; the work is linear in the number of cylinders. Where midpoints are spread thinly the cells grow, which bounds
their number. Lists come out sorted by cylinder index, whatever the cells, so sums over them do not depend on the
search.
"""

from libc.math cimport floor

from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.mechanics.surfaces cimport surface_distance

# A wall term weaker than exp(-60) of the wall's energy scale cannot be seen in any sum it enters.
cdef double NEGLIGIBLE = 60


cdef void set_midpoints(const Network *net, const double *x, double *midpoint) noexcept nogil:
    cdef Py_ssize_t c, i
    cdef const double *p
    for c in range(net.cylinders):
        p = x + 3 * net.cylinder_bead[c]
        for i in range(3):
            midpoint[3 * c + i] = 0.5 * (p[i] + p[3 + i])


cdef class NeighbourSearch:
    """Cell lists with their scratch memory."""

    def __cinit__(self):
        self.midpoint = Doubles()
        self.cell = Ints()
        self.start = Ints()
        self.members = Ints()

    cdef int pairs(self, const Network *net, const double *x, double cutoff, Ints out) except -1:
        """Fill ``out`` with pairs (i < j) of midpoints at most ``cutoff`` apart.

        Left out: cylinders close to each other in a filament, and the first one of a branch with the one it sits on.
        """
        cdef Py_ssize_t n = net.cylinders, i, j, k, c, found = 0, row, begin, cells
        cdef int at[3]
        cdef int count[3]
        cdef double low[3]
        cdef double high[3]
        cdef double size = cutoff * 1.0001, wanted, dx, dy, dz
        cdef const double *m
        cdef int dx_cell, dy_cell
        out.resize(0)
        if n < 2:
            return 0
        self.midpoint.resize(3 * n)
        set_midpoints(net, x, self.midpoint.data)
        m = self.midpoint.data
        for k in range(3):
            low[k] = high[k] = m[k]
        for i in range(1, n):
            for k in range(3):
                low[k] = min(low[k], m[3 * i + k])
                high[k] = max(high[k], m[3 * i + k])
        while True:
            wanted = 1
            for k in range(3):
                wanted *= floor((high[k] - low[k]) / size) + 1
            if wanted <= 4 * n + 64:
                break
            size *= 1.26
        for k in range(3):
            count[k] = <int> floor((high[k] - low[k]) / size) + 1
        cells = <Py_ssize_t> count[0] * count[1] * count[2]
        self.cell.resize(n)
        self.members.resize(n)
        self.start.resize(cells + 1)
        cdef int *start = self.start.data
        cdef int *members = self.members.data
        for c in range(cells + 1):
            start[c] = 0
        for i in range(n):
            for k in range(3):
                at[k] = <int> floor((m[3 * i + k] - low[k]) / size)
            self.cell.data[i] = (at[0] * count[1] + at[1]) * count[2] + at[2]
            start[self.cell.data[i] + 1] += 1
        for c in range(cells):
            start[c + 1] += start[c]
        for i in range(n):                       # counting sort; start is shifted by one cell while it fills
            members[start[self.cell.data[i]]] = <int> i
            start[self.cell.data[i]] += 1
        for c in range(cells, 0, -1):
            start[c] = start[c - 1]
        start[0] = 0

        for i in range(n):
            c = self.cell.data[i]
            at[2] = <int> (c % count[2])
            at[1] = <int> (c // count[2] % count[1])
            at[0] = <int> (c // count[2] // count[1])
            begin = found
            for dx_cell in range(max(0, at[0] - 1), min(count[0], at[0] + 2)):
                for dy_cell in range(max(0, at[1] - 1), min(count[1], at[1] + 2)):
                    row = (<Py_ssize_t> dx_cell * count[1] + dy_cell) * count[2]
                    for k in range(start[row + max(0, at[2] - 1)], start[row + min(count[2], at[2] + 2)]):
                        j = members[k]
                        if j <= i:
                            continue
                        dx = m[3 * i] - m[3 * j]
                        dy = m[3 * i + 1] - m[3 * j + 1]
                        dz = m[3 * i + 2] - m[3 * j + 2]
                        if dx * dx + dy * dy + dz * dz > cutoff * cutoff or joined(net, i, j):
                            continue
                        out.resize(2 * found + 2)
                        insert(out.data, begin, found, <int> i, <int> j)
                        found += 1
        return 0

    cdef int walls(self, const Network *net, const double *x, double cutoff, double reach, Ints out) except -1:
        """Fill ``out`` with (bead, surface) for the beads of cylinders whose midpoint is nearer than ``cutoff``.

        Each bead once per surface: bead 2 of every such cylinder, and bead 1 where the cylinder is its filament's
        first. Beads so far that they cannot feel the wall before they have moved by ``reach`` are left out.
        """
        cdef Py_ssize_t c, s, found = 0, bead, last
        cdef double farthest = NEGLIGIBLE * net.boundary_screening + net.boundary_shift + reach
        cdef double normal[3]
        out.resize(0)
        if net.surfaces == 0:
            return 0
        self.midpoint.resize(3 * net.cylinders)
        set_midpoints(net, x, self.midpoint.data)
        for c in range(net.cylinders):
            last = net.cylinder_bead[c] + 1
            for s in range(net.surfaces):
                if surface_distance(net.surface + s, self.midpoint.data + 3 * c, normal) >= cutoff:
                    continue
                bead = last - 1 if last - 1 == net.filament_start[net.cylinder_filament[c]] else last
                for bead in range(bead, last + 1):
                    if surface_distance(net.surface + s, x + 3 * bead, normal) > farthest:
                        continue
                    out.resize(2 * found + 2)
                    out.data[2 * found] = <int> bead
                    out.data[2 * found + 1] = <int> s
                    found += 1
        return 0


cdef inline bint joined(const Network *net, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
    """Same filament, at most two positions apart, or mother and daughter: such cylinders do not repel each other."""
    cdef int apart = net.position[i] - net.position[j]
    if net.mother != NULL and (net.mother[i] == j or net.mother[j] == i):
        return True
    return net.filament_key[net.cylinder_filament[i]] == net.filament_key[net.cylinder_filament[j]] and -2 <= apart <= 2


cdef inline void insert(int *pair, Py_ssize_t begin, Py_ssize_t end, int i, int j) noexcept nogil:
    """Insert (i, j) into the pairs begin … end−1 of cylinder i, which are sorted by partner."""
    cdef Py_ssize_t at = end
    while at > begin and pair[2 * at - 1] > j:
        pair[2 * at] = pair[2 * at - 2]
        pair[2 * at + 1] = pair[2 * at - 1]
        at -= 1
    pair[2 * at] = i
    pair[2 * at + 1] = j
