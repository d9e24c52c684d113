"""Load of membranes on growing filament ends.

The repulsion of ``bead_repulsion.pyx`` pushes a tip back with −d·F, d the direction of growth and F the force on the
tip; forces that pull it on do not count. Where the next monomer would cross a triangle the load is infinite.
Triangles are entered into all cells of a grid that their bounding box, widened by the range of the force, touches, so a
tip looks into one cell.
"""

from libc.math cimport INFINITY
from libc.string cimport memset

import numpy as np

from medyan_py.core.mechanics.arguments cimport take_doubles
from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.membrane.bead_repulsion cimport repulsion
from medyan_py.core.membrane.box_grid cimport BoxGrid
from medyan_py.core.membrane.contacts cimport triangle_distance

cdef double IN_PLANE = 1e-9       # of the volume that three vectors of these lengths could span


cdef class TipObstacles:
    """Triangles that growing ends feel; none when made.

    They stand still until ``place`` is called again.
    """

    def __cinit__(self):
        self.corner, self.grid = Doubles(), BoxGrid()

    def place(self, corners, double k, double cutoff, double reach=0.0):
        """Take over triangles.

        Parameters
        ----------
        corners : (m, 3, 3) float64
            Corners of every triangle, nm.
        k : float
            Strength of the repulsion, pN nm³.
        cutoff : float
            Largest distance (nm, exclusive) at which a triangle is felt, positive.
        reach : float
            Largest step (nm) of a tip: triangles that it would cross count also beyond the cutoff.

        Raises
        ------
        ValueError
            For a wrong shape or a number out of range.
        """
        cdef Py_ssize_t m = len(corners), t, i
        cdef const double *a
        if not 0 < cutoff < INFINITY:
            raise ValueError(f"cutoff: {cutoff}, must be positive and finite")
        if not 0 <= k < INFINITY:
            raise ValueError(f"k: {k}, must be finite and not negative")
        self.count = 0
        take_doubles("corners", corners, (m, 3, 3), self.corner, -1e15, 1e15)
        if m == 0:
            return
        self.k, self.cutoff, self.reach = k, cutoff, max(cutoff, reach)
        self.grid.box.resize(6 * m)
        for t in range(m):
            a = self.corner.data + 9 * t
            for i in range(3):
                self.grid.box.data[6 * t + i] = min(a[i], min(a[3 + i], a[6 + i])) - self.reach
                self.grid.box.data[6 * t + 3 + i] = max(a[i], max(a[3 + i], a[6 + i])) + self.reach
        self.grid.lay(2 * self.reach)
        self.count = m

    cdef double load(self, const double *tip, const double *direction, double ahead, double step) noexcept nogil:
        """Load (pN) on a tip that stands ``ahead`` (nm) of ``tip`` along a unit vector and grows by ``step`` (nm)."""
        cdef double place[3]
        cdef double scratch[4][3]
        cdef const double *a
        cdef double total = 0, push
        cdef Py_ssize_t i, n, cell
        for i in range(3):
            place[i] = tip[i] + ahead * direction[i]
        if self.count == 0:
            return 0
        cell = self.grid.cell_at(place)
        if cell < 0:
            return 0
        for n in range(self.grid.start.data[cell], self.grid.start.data[cell + 1]):
            a = self.corner.data + 9 * self.grid.member.data[n]
            if crosses(a, a + 3, a + 6, tip, direction, ahead + step):
                return INFINITY
            if triangle_distance(a, a + 3, a + 6, place) >= self.cutoff:
                continue
            memset(scratch, 0, sizeof(scratch))
            repulsion(a, a + 3, a + 6, place, self.k, scratch[0], scratch[1], scratch[2], scratch[3])
            push = 0
            for i in range(3):
                push += scratch[3][i] * direction[i]
            total += max(0, push)
        return total

    def load_at(self, tip, direction, double ahead, double step):
        """Load (pN) on a tip grown from (3,) nm by ``ahead`` nm along the unit vector (3,), growing by ``step``."""
        cdef double[::1] place = np.ascontiguousarray(tip, dtype=np.float64)
        cdef double[::1] along = np.ascontiguousarray(direction, dtype=np.float64)
        if place.shape[0] != 3 or along.shape[0] != 3:
            raise ValueError("tip and direction have three components")
        return self.load(&place[0], &along[0], ahead, step)


cdef bint crosses(const double *a, const double *b, const double *c, const double *p, const double *d,
                  double length) noexcept nogil:
    """Whether the segment from p, ``length`` times d long, passes through the triangle (Möller & Trumbore 1997).

    One that lies in the plane of the triangle, but for rounding, does not.
    """
    cdef double u[3]
    cdef double v[3]
    cdef double r[3]
    cdef double h[3]
    cdef double q[3]
    cdef double determinant, s, t, along, uu = 0, vv = 0, dd = 0
    cdef Py_ssize_t i
    for i in range(3):
        u[i] = b[i] - a[i]
        v[i] = c[i] - a[i]
        r[i] = p[i] - a[i]
        uu += u[i] * u[i]
        vv += v[i] * v[i]
        dd += d[i] * d[i]
    for i in range(3):
        h[i] = d[(i + 1) % 3] * v[(i + 2) % 3] - d[(i + 2) % 3] * v[(i + 1) % 3]
        q[i] = r[(i + 1) % 3] * u[(i + 2) % 3] - r[(i + 2) % 3] * u[(i + 1) % 3]
    determinant = u[0] * h[0] + u[1] * h[1] + u[2] * h[2]
    if determinant * determinant <= IN_PLANE * IN_PLANE * uu * vv * dd:
        return False
    s = (r[0] * h[0] + r[1] * h[1] + r[2] * h[2]) / determinant
    t = (d[0] * q[0] + d[1] * q[1] + d[2] * q[2]) / determinant
    along = (v[0] * q[0] + v[1] * q[1] + v[2] * q[2]) / determinant
    return s >= 0 and t >= 0 and s + t <= 1 and 0 <= along <= length
