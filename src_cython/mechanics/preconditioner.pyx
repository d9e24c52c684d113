"""A matrix like the second derivative of the energy, cheap to solve with: it couples the beads of one filament only.

Positive parts of the second derivatives of stretching, bending, walls and bonds (of bonds only the blocks within each
cylinder), plus 0.05 pN/nm on the diagonal. A bead couples to at most two beads on either side, so the lower triangle
has eight sub-diagonals, and Cholesky factorisation and solution cost O(beads). The stiffest modes (stretching of
one-monomer end cylinders is forty times stiffer than of full ones) and the bending of whole filaments both become
well scaled.
"""

from libc.math cimport exp, sqrt

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.network cimport Network

cdef enum:
    WIDTH = 9                      # diagonal and eight sub-diagonals; column j of row i is stored at 9 i + 8 + j − i

cdef double FLOOR = 0.05           # pN/nm, keeps free translations finite


cdef inline void add_block(double *band, Py_ssize_t bead, Py_ssize_t other, const double *block,
                           double weight) noexcept nogil:
    """Add weight × block (3 × 3, row-major) to rows of ``bead``, columns of ``other`` ≤ bead; lower triangle only."""
    cdef Py_ssize_t i, j, row, column
    for i in range(3):
        row = 3 * bead + i
        for j in range(3):
            column = 3 * other + j
            if column <= row:
                band[WIDTH * row + WIDTH - 1 + column - row] += weight * block[3 * i + j]


cdef inline void spring_block(const double *r, double k, double rest, double *block) noexcept nogil:
    """k û⊗û + k max(0, 1 − l/d) (1 − û⊗û): positive part of a spring's second derivative."""
    cdef double d2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2], across = 0, along
    cdef Py_ssize_t i, j
    if d2 > rest * rest:
        across = k * (1 - rest / sqrt(d2))
    along = (k - across) / d2 if d2 > 0 else 0
    for i in range(3):
        for j in range(3):
            block[3 * i + j] = along * r[i] * r[j] + (across if i == j else 0)


cdef void add_stretching(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t c, i, bead
    cdef double r[3]
    cdef double block[9]
    for c in range(net.cylinders):
        bead = net.cylinder_bead[c]
        for i in range(3):
            r[i] = x[3 * bead + 3 + i] - x[3 * bead + i]
        spring_block(r, net.stretching_k[c], net.rest_length[c], block)
        add_block(band, bead, bead, block, 1)
        add_block(band, bead + 1, bead + 1, block, 1)
        add_block(band, bead + 1, bead, block, -1)


cdef void add_bending(const Network *net, const double *x, double *band) noexcept nogil:
    """k times the squared linear change of the difference of unit tangents."""
    cdef Py_ssize_t n, i, j, k, bead, p, q
    cdef double la, lb
    cdef double a[3]
    cdef double b[3]
    cdef double change[3][9]         # of tangent difference with each of the three beads
    cdef double block[9]
    for n in range(net.hinges):
        bead = net.hinge[n]
        for i in range(3):
            a[i] = x[3 * bead + i] - x[3 * bead - 3 + i]
            b[i] = x[3 * bead + 3 + i] - x[3 * bead + i]
        la = 1 / sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
        lb = 1 / sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2])
        for i in range(3):
            for j in range(3):
                change[0][3 * i + j] = la * ((1 if i == j else 0) - a[i] * a[j] * la * la)
                change[2][3 * i + j] = lb * ((1 if i == j else 0) - b[i] * b[j] * lb * lb)
                change[1][3 * i + j] = -change[0][3 * i + j] - change[2][3 * i + j]
        for p in range(3):
            for q in range(p + 1):
                for i in range(3):
                    for j in range(3):
                        block[3 * i + j] = 0
                        for k in range(3):
                            block[3 * i + j] += change[p][3 * k + i] * change[q][3 * k + j]
                add_block(band, bead - 1 + p, bead - 1 + q, block, net.hinge_k[bead])


cdef void add_bonds(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t bond, i, bead, side
    cdef double u, v
    cdef double r[3]
    cdef double block[9]
    cdef const double *p
    cdef const double *q
    for bond in range(net.bonds):
        p = x + 3 * net.bond_bead[2 * bond]
        q = x + 3 * net.bond_bead[2 * bond + 1]
        u = net.bond_fraction[2 * bond]
        v = net.bond_fraction[2 * bond + 1]
        for i in range(3):
            r[i] = (1 - v) * q[i] + v * q[3 + i] - (1 - u) * p[i] - u * p[3 + i]
        spring_block(r, net.bond_k[bond], net.bond_rest[bond], block)
        for side in range(2):
            bead = net.bond_bead[2 * bond + side]
            u = net.bond_fraction[2 * bond + side]
            add_block(band, bead, bead, block, (1 - u) * (1 - u))
            add_block(band, bead + 1, bead + 1, block, u * u)
            add_block(band, bead + 1, bead, block, u * (1 - u))


cdef void add_walls(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t n, i, j, bead
    cdef double depth, weight
    cdef double block[9]
    cdef const double *plane
    for n in range(net.wall_terms):
        bead = net.wall[2 * n]
        plane = net.plane + 6 * net.wall[2 * n + 1]
        depth = 0
        for i in range(3):
            depth -= plane[3 + i] * (x[3 * bead + i] - plane[i])
        depth /= net.boundary_screening
        weight = net.boundary_k / (net.boundary_screening * net.boundary_screening) * exp(min(depth, 30.0))
        for i in range(3):
            for j in range(3):
                block[3 * i + j] = plane[3 + i] * plane[3 + j]
        add_block(band, bead, bead, block, weight)


cdef class Preconditioner:
    """Banded Cholesky factor; ``build`` at some positions, then ``solve`` as often as wanted."""

    def __cinit__(self):
        self.band = Doubles()
        self.rows = 0

    cdef int build(self, const Network *net, const double *x) except -1:
        cdef Py_ssize_t i
        self.rows = 3 * net.beads
        self.band.resize(WIDTH * self.rows)
        cdef double *band = self.band.data
        for i in range(WIDTH * self.rows):
            band[i] = 0
        for i in range(self.rows):
            band[WIDTH * i + WIDTH - 1] = FLOOR
        add_stretching(net, x, band)
        add_bending(net, x, band)
        add_bonds(net, x, band)
        add_walls(net, x, band)
        factorise(band, self.rows)
        return 0

    cdef void solve(self, const double *rhs, double *out) noexcept nogil:
        """out = P⁻¹ rhs."""
        cdef const double *band = self.band.data
        cdef const double *row
        cdef Py_ssize_t i, k, n = self.rows
        cdef double total
        for i in range(n):
            row = band + WIDTH * i + WIDTH - 1 - i
            total = rhs[i]
            for k in range(max(0, i - WIDTH + 1), i):
                total -= row[k] * out[k]
            out[i] = total * row[i]
        for i in range(n - 1, -1, -1):
            row = band + WIDTH * i + WIDTH - 1 - i
            out[i] *= row[i]
            total = out[i]
            for k in range(max(0, i - WIDTH + 1), i):
                out[k] -= row[k] * total


cdef void factorise(double *band, Py_ssize_t n) noexcept nogil:
    """Cholesky factor in place, with the reciprocal of the diagonal stored on the diagonal."""
    cdef Py_ssize_t i, j, k, first
    cdef double total
    cdef double *row
    cdef double *other
    for i in range(n):
        row = band + WIDTH * i + WIDTH - 1 - i
        first = max(0, i - WIDTH + 1)
        for j in range(first, i):
            other = band + WIDTH * j + WIDTH - 1 - j
            total = row[j]
            for k in range(max(first, j - WIDTH + 1), j):
                total -= row[k] * other[k]
            row[j] = total * other[j]
        total = row[i]
        for k in range(first, i):
            total -= row[k] * row[k]
        row[i] = 1 / sqrt(total)
