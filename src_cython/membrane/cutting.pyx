"""How closed surfaces cut the cells of a rectilinear grid: volumes inside and wet areas of faces, exact up to rounding.

Each triangle is split along the grid. A line along an axis enters the region where it meets a triangle whose normal
points back and leaves it where one points ahead. So the areas of the pieces projected on the planes across an axis,
summed from one end of the grid up to a plane, are the wet areas of its faces; and the volume in a cell is the wet area
of its lower face across x times its width, plus the part of the cell beyond each piece in it (the divergence theorem
for the field x e_x). No piece is compared with another: any number of sheets may pass through a cell, vertices, edges
and triangles may lie on its faces, and both cells at a face report one area.
"""

import numpy as np
cimport numpy as cnp

from medyan_py.core.membrane.mesh cimport MembraneMesh

from medyan_py.core.membrane.cells import CutGrid

cnp.import_array()

cdef enum:
    MOST_CORNERS = 16                 # three and one more for each of six planes make nine

cdef struct Polygon:
    int corners
    double x[MOST_CORNERS][3]


cdef inline void add(Polygon *polygon, const double *point) noexcept nogil:
    cdef int k
    if polygon.corners == MOST_CORNERS:
        return
    for k in range(3):
        polygon.x[polygon.corners][k] = point[k]
    polygon.corners += 1


cdef void split(Polygon *whole, int axis, double at, Polygon *low, Polygon *high) noexcept nogil:
    """Part of a convex polygon below the plane x[axis] = at, and the rest."""
    cdef double *a
    cdef double *b
    cdef double crossing[3]
    cdef double part
    cdef int i, k
    low.corners = high.corners = 0
    for i in range(whole.corners):
        a, b = whole.x[i], whole.x[i + 1 if i + 1 < whole.corners else 0]
        add(low if a[axis] < at else high, a)
        if (a[axis] < at) == (b[axis] < at):
            continue
        if a[axis] > b[axis]:
            # always from below, so that both triangles at an edge get the same point
            a, b = b, a
        part = (at - a[axis]) / (b[axis] - a[axis])
        for k in range(3):
            crossing[k] = a[k] + part * (b[k] - a[k])
        crossing[axis] = at
        add(low, crossing)
        add(high, crossing)


cdef inline int slab(const double *lines, int count, double x) noexcept nogil:
    """Number of the interval that begins at or below x: −1 below the first line, the last line's number beyond it."""
    cdef int low = 0, high = count, middle
    while low < high:
        middle = (low + high) // 2
        if lines[middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low - 1


cdef class Cutter:
    """Sums over the pieces of triangles, by cell and by face."""

    cdef object arrays                # that own the memory
    cdef int cells[3]                 # along x, y, z
    cdef const double *line[3]        # planes of the grid, one more than cells
    cdef double *wet[3]               # projected areas that begin at a plane, nm²; [z, y, x]
    cdef double *beyond               # volume of a cell beyond the pieces in it, nm³

    def __init__(self, lines):
        cdef int k
        n = [len(line) - 1 for line in lines]
        wet = [np.zeros((n[2] + (k == 2), n[1] + (k == 1), n[0] + (k == 0))) for k in range(3)]
        beyond = np.zeros((n[2], n[1], n[0]))
        self.arrays = (lines, wet, beyond)
        for k in range(3):
            self.cells[k] = n[k]
            self.line[k] = <const double *> cnp.PyArray_DATA(<cnp.ndarray> lines[k])
            self.wet[k] = <double *> cnp.PyArray_DATA(<cnp.ndarray> wet[k])
        self.beyond = <double *> cnp.PyArray_DATA(<cnp.ndarray> beyond)

    def grid(self):
        """The ``CutGrid`` that the sums make."""
        lines, wet, beyond = self.arrays
        for k in range(3):
            np.cumsum(wet[k], axis=2 - k, out=wet[k])
        return CutGrid(beyond + wet[0][:, :, :-1] * np.diff(lines[0]), tuple(wet))

    cdef void cut(self, Polygon *whole, int axis, int *cell) noexcept nogil:
        """Split a polygon along one axis and the ones after it; ``cell`` holds the places along those before."""
        cdef double least = whole.x[0][axis], most = least
        cdef Polygon low, high, rest
        cdef int i, first, last
        if axis == 3:
            self.enter(whole, cell)
            return
        for i in range(1, whole.corners):
            least, most = min(least, whole.x[i][axis]), max(most, whole.x[i][axis])
        first = slab(self.line[axis], self.cells[axis] + 1, least)
        last = slab(self.line[axis], self.cells[axis] + 1, most)
        if first == last:
            cell[axis] = first
            self.cut(whole, axis + 1, cell)
            return
        rest = whole[0]
        for i in range(first, last):
            split(&rest, axis, self.line[axis][i + 1], &low, &high)
            cell[axis] = i
            if low.corners > 2:
                self.cut(&low, axis + 1, cell)
            if high.corners < 3:
                return
            rest = high
        cell[axis] = last
        self.cut(&rest, axis + 1, cell)

    cdef void enter(self, Polygon *piece, const int *cell) noexcept nogil:
        """Add up a piece that lies in one cell, or beside the grid."""
        cdef double area[3]           # area vector, nm²
        cdef double u[3]
        cdef double v[3]
        cdef double part, ahead = 0.0
        cdef int x = cell[0], y = cell[1], z = cell[2], i, k
        cdef int nx = self.cells[0], ny = self.cells[1], nz = self.cells[2]
        cdef bint in_x = 0 <= x < nx, in_y = 0 <= y < ny, in_z = 0 <= z < nz
        for k in range(3):
            area[k] = 0.0
        for i in range(1, piece.corners - 1):
            for k in range(3):
                u[k], v[k] = piece.x[i][k] - piece.x[0][k], piece.x[i + 1][k] - piece.x[0][k]
            for k in range(3):
                part = 0.5 * (u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3])
                area[k] += part
                if k == 0 and in_x:
                    ahead -= part * (self.line[0][x + 1]
                                     - (piece.x[0][0] + piece.x[i][0] + piece.x[i + 1][0]) / 3.0)
        if in_y and in_z and x < nx:
            self.wet[0][(z * ny + y) * (nx + 1) + x + 1] -= area[0]
            if in_x:
                self.beyond[(z * ny + y) * nx + x] += ahead
        if in_x and in_z and y < ny:
            self.wet[1][(z * (ny + 1) + y + 1) * nx + x] -= area[1]
        if in_x and in_y and z < nz:
            self.wet[2][((z + 1) * ny + y) * nx + x] -= area[2]


def cut_grid(MembraneMesh mesh, members, lines):
    """Which part of each cell of a grid lies inside closed membranes.

    Parameters
    ----------
    mesh : MembraneMesh
    members : sequence of int
        Numbers of the membranes; they must not cross each other. Membranes side by side add up.
    lines : three float64 arrays (nx + 1,), (ny + 1,), (nz + 1,), nm
        Planes of the grid along each axis, ascending.

    Returns
    -------
    CutGrid

    Raises
    ------
    ValueError
        For an open membrane, and lines that do not ascend.
    """
    cdef Cutter cutter
    cdef Polygon whole
    cdef int cell[3]
    cdef int row, i, k
    lines = [np.array(line, dtype=np.float64) for line in lines]
    for line in lines:
        if line.ndim != 1 or len(line) < 2 or not (np.isfinite(line).all() and (np.diff(line) >= 0).all()):
            raise ValueError(f"lines of a grid must be at least two finite numbers that ascend, not {line}")
    for member in members:
        if not mesh.is_closed(member):
            raise ValueError(f"membrane {member} is open")
    rows = mesh.triangles.rows
    cdef int[::1] chosen = rows[np.isin(mesh.triangles["membrane"][rows], members)].astype(np.int32)
    cutter = Cutter(lines)
    with nogil:
        for i in range(chosen.shape[0]):
            row = chosen[i]
            whole.corners = 0
            for k in range(3):
                add(&whole, mesh.place(mesh.triangles.corner[row, k]))
            cutter.cut(&whole, 0, cell)
    return cutter.grid()
