"""A matrix like the second derivative of the energy, cheap to solve with: it couples the beads of one filament only.

Positive parts of the second derivatives of stretching, bending, walls, pins and bonds, plus 0.05 pN/nm on the diagonal.
Of bonds and branches only the blocks within each cylinder count, of what bubbles do to others only the blocks of each
point. A bead couples to at most two beads on either side, so the lower triangle
has eight sub-diagonals, and Cholesky factorisation and solution cost O(beads). The stiffest modes (stretching of
one-monomer end cylinders is forty times stiffer than of full ones) and the bending of whole filaments both become
well scaled. Vertices of membranes have a matrix of their own (``membrane/stiffness.pyx``).
"""

from cython.parallel cimport prange
from libc.math cimport exp, fabs, sqrt

from medyan_py.core.mechanics.branching cimport Branch, dihedral, find_branch, spread
from medyan_py.core.mechanics.bubble_forces cimport pair_screening, pair_strength
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.mechanics.surfaces cimport Surface, surface_distance
from medyan_py.core.membrane.stiffness cimport SheetStiffness

cdef extern from "angles.h" nogil:
    double angle_and_gradient(const double *u, const double *w, double *du, double *dw)

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


cdef void add_outer(double *band, Py_ssize_t bead, Py_ssize_t other, const double *u, const double *v,
                    double weight) noexcept nogil:
    """Add weight × u ⊗ v to the block of ``bead`` and ``other`` ≤ bead."""
    cdef double block[9]
    cdef Py_ssize_t i, j
    for i in range(3):
        for j in range(3):
            block[3 * i + j] = u[i] * v[j]
    add_block(band, bead, other, block, weight)


cdef void add_branches(const Network *net, const double *x, double *band) noexcept nogil:
    """Of each branch k × the squared linear change of length and angles, within mother and daughter."""
    cdef Branch b
    cdef Py_ssize_t n, i, kind
    cdef double k, angle
    cdef double du[3]
    cdef double dr[3]
    cdef double dw[3]
    cdef double change[12]
    for n in range(net.branches):
        find_branch(net, x, n, &b)
        for kind in range(4):
            for i in range(3):
                du[i] = dr[i] = dw[i] = 0
            if kind == 0:
                k = net.branch_stretching_k[n]
                angle = sqrt(b.r[0] * b.r[0] + b.r[1] * b.r[1] + b.r[2] * b.r[2])
                for i in range(3):
                    dr[i] = b.r[i] / angle if angle > 0 else 0
            elif kind == 1:
                k = net.branch_bending_k[n]
                angle_and_gradient(b.u, b.w, du, dw)
            elif kind == 2:
                k = net.branch_position_k[n]
                angle_and_gradient(b.u, b.r, du, dr)
            else:
                k = net.branch_dihedral_k[n] * (2 if net.dihedral_quadratic else 1)
                dihedral(net, &b, du, dr, dw)
            for i in range(12):
                change[i] = 0
            spread(&b, 1, du, dr, dw, change, change + 6)
            for i in range(2):
                add_outer(band, b.mother + i, b.mother + i, change + 3 * i, change + 3 * i, k)
                add_outer(band, b.daughter + i, b.daughter + i, change + 6 + 3 * i, change + 6 + 3 * i, k)
            add_outer(band, b.mother + 1, b.mother, change + 3, change, k)
            add_outer(band, b.daughter + 1, b.daughter, change + 9, change + 6, k)


cdef void add_wall(const Network *net, const double *x, Py_ssize_t point, const Surface *surface, double offset,
                   double *band) noexcept nogil:
    cdef double normal[3]
    cdef double depth = (offset - surface_distance(surface, x + 3 * point, normal)) / net.boundary_screening
    cdef double weight = net.boundary_k / (net.boundary_screening * net.boundary_screening) * exp(min(depth, 30.0))
    add_outer(band, point, point, normal, normal, weight)


cdef void add_walls(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t n, bubble
    for n in range(net.wall_terms):
        add_wall(net, x, net.wall[2 * n], net.surface + net.wall[2 * n + 1], net.boundary_shift, band)
    for n in range(net.bubble_walls):
        bubble = net.bubble_wall[2 * n]
        if net.bubble_point[bubble] < net.free:
            add_wall(net, x, net.bubble_point[bubble], net.surface + net.bubble_wall[2 * n + 1],
                     net.bubble_radius[bubble], band)


cdef void add_pins(const Network *net, double *band) noexcept nogil:
    cdef double block[9]
    cdef Py_ssize_t n
    for n in range(9):
        block[n] = 1 if n % 4 == 0 else 0
    for n in range(net.pins):
        add_block(band, net.pin[n], net.pin[n], block, net.pin_k[n])


cdef void add_repulsion(const Network *net, const double *x, Py_ssize_t a, Py_ssize_t b, double contact, double k,
                        double screening, double *band) noexcept nogil:
    cdef double r[3]
    cdef double d2 = 0, weight
    cdef Py_ssize_t i
    for i in range(3):
        r[i] = x[3 * b + i] - x[3 * a + i]
        d2 += r[i] * r[i]
    if d2 == 0:
        return
    weight = k / (screening * screening) * exp(min((contact - sqrt(d2)) / screening, 30.0)) / d2
    if a < net.free:
        add_outer(band, a, a, r, r, weight)
    if b < net.free:
        add_outer(band, b, b, r, r, weight)


cdef void add_bubbles(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t n, i, a, b, centre
    cdef double r[3]
    cdef double block[9]
    for n in range(net.bubble_beads):
        a = net.bubble_bead[2 * n]
        add_repulsion(net, x, net.bubble_point[a], net.bubble_bead[2 * n + 1], net.bubble_radius[a], net.bubble_k[a],
                      net.bubble_screening[a], band)
    for n in range(net.bubble_pairs):
        a = net.bubble_pair[2 * n]
        b = net.bubble_pair[2 * n + 1]
        add_repulsion(net, x, net.bubble_point[a], net.bubble_point[b], net.bubble_radius[a] + net.bubble_radius[b],
                      pair_strength(net, a, b), pair_screening(net, a, b), band)
    for n in range(net.attachments):
        centre = net.bubble_point[net.attachment[2 * n]]
        b = net.attachment[2 * n + 1]
        for i in range(3):
            r[i] = x[3 * b + i] - x[3 * centre + i]
        spring_block(r, net.attachment_k[n], net.bubble_radius[net.attachment[2 * n]], block)
        add_block(band, b, b, block, 1)
        if centre < net.free:
            add_block(band, centre, centre, block, 1)


cdef class Preconditioner:
    """Banded Cholesky factor; ``build`` at some positions, then ``solve`` as often as wanted."""

    def __cinit__(self):
        self.band = Doubles()
        self.bound = Ints()
        self.sheets = SheetStiffness()
        self.crew = 1
        self.rows = 0

    cdef int build(self, const Network *net, const double *x, int crew) except -1:
        """Assemble and factorise; filaments are shared out among ``crew`` threads, which changes no digit."""
        cdef int t
        self.rows = 3 * (net.free - net.membranes.movable)
        self.band.resize(WIDTH * self.rows)
        self.share_out(net, crew)
        with nogil:
            self.assemble(net, x)
            if crew == 1:
                factorise(self.band.data, 0, self.rows)
            else:
                for t in prange(crew, num_threads=crew, schedule="static", chunksize=1):
                    factorise(self.band.data, self.bound.data[t], self.bound.data[t + 1])
        self.sheets.build(net.membranes, x + 3 * net.membranes.base)
        return 0

    cdef int share_out(self, const Network *net, int crew) except -1:
        """Rows where one thread ends and the next begins, always between filaments, which do not couple."""
        cdef Py_ssize_t f = 0
        cdef int t
        self.crew = crew
        self.bound.resize(crew + 1)
        self.bound.data[0] = 0
        for t in range(1, crew):
            while f < net.filaments and net.filament_start[f] < net.beads * t // crew:
                f += 1
            self.bound.data[t] = 3 * net.filament_start[f]
        self.bound.data[crew] = <int> self.rows
        return 0

    cdef void assemble(self, const Network *net, const double *x) noexcept nogil:
        cdef double *band = self.band.data
        cdef Py_ssize_t i
        for i in range(WIDTH * self.rows):
            band[i] = 0
        for i in range(self.rows):
            band[WIDTH * i + WIDTH - 1] = FLOOR
        add_stretching(net, x, band)
        add_bending(net, x, band)
        add_bonds(net, x, band)
        add_branches(net, x, band)
        add_walls(net, x, band)
        add_pins(net, band)
        add_bubbles(net, x, band)

    cdef void solve(self, const double *rhs, double *out) noexcept nogil:
        """out = P⁻¹ rhs."""
        cdef int t, crew = self.crew
        self.sheets.solve(rhs + self.rows, out + self.rows)
        if crew == 1:
            substitute(self.band.data, 0, self.rows, rhs, out)
            return
        for t in prange(crew, num_threads=crew, schedule="static", chunksize=1):
            substitute(self.band.data, self.bound.data[t], self.bound.data[t + 1], rhs, out)

    cdef double largest(self, const double *g) noexcept nogil:
        """Largest force component in the directions in which points move."""
        cdef double most = self.sheets.largest(g + self.rows)
        cdef Py_ssize_t i
        for i in range(self.rows):
            most = max(most, fabs(g[i]))
        return most


cdef void substitute(const double *band, Py_ssize_t begin, Py_ssize_t end, const double *rhs,
                     double *out) noexcept nogil:
    """Forward and backward substitution in rows that couple to no others."""
    cdef const double *row
    cdef Py_ssize_t i, k
    cdef double total
    for i in range(begin, end):
        row = band + WIDTH * i + WIDTH - 1 - i
        total = rhs[i]
        for k in range(max(begin, i - WIDTH + 1), i):
            total -= row[k] * out[k]
        out[i] = total * row[i]
    for i in range(end - 1, begin - 1, -1):
        row = band + WIDTH * i + WIDTH - 1 - i
        out[i] *= row[i]
        total = out[i]
        for k in range(max(begin, i - WIDTH + 1), i):
            out[k] -= row[k] * total


cdef void factorise(double *band, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Cholesky factor in place, with the reciprocal of the diagonal stored on the diagonal."""
    cdef Py_ssize_t i, j, k, first
    cdef double total
    cdef double *row
    cdef double *other
    for i in range(begin, end):
        row = band + WIDTH * i + WIDTH - 1 - i
        first = max(begin, i - WIDTH + 1)
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
