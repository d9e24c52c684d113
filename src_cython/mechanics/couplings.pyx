"""What couples one filament to another in the preconditioner: bonds, branches, contacts, springs to bubbles.

Each is the positive part of one term's second derivative, a matrix over two cylinders: the blocks within either go to
the band of the filaments, those between them are kept here. A bond is w ⊗ w · K with the weights w of its two ends and
the 3 × 3 matrix K of a spring; everything else a sum of squares of linear changes, u ⊗ u with twelve components.

Repulsion E of two cylinders falls like a product of powers: h⁻² with their distance and 1/sin θ with their angle if
they cross. The second derivative of such a product is, with g its gradient and g_h, g_θ the parts of that, positive:
g ⊗ g/E + g_h ⊗ g_h/2E + g_θ ⊗ g_θ/E. All that is needed is at hand with energy and gradient: g_h is the part of the
forces along their sum on either cylinder.
"""

from libc.math cimport sqrt

from medyan_py.core.mechanics.branching cimport Branch, dihedral, find_branch, spread
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.excluded_volume cimport PAIRS, pair_terms
from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.mechanics.springs cimport add_block, add_outer, spring_block

cdef extern from "angles.h" nogil:
    double angle_and_gradient(const double *u, const double *w, double *du, double *dw)

cdef double WEAK = 0.02            # pN/nm; contacts less stiff are left out


cdef void split(const double *g, double *normal, double *turning) noexcept nogil:
    """Parts of the gradient of two cylinders along the sum of that of the first one, and across."""
    cdef double n[3]
    cdef double square = 0, along
    cdef Py_ssize_t i, b
    for i in range(3):
        n[i] = g[i] + g[3 + i]
        square += n[i] * n[i]
    for b in range(0, 12, 3):
        along = (g[b] * n[0] + g[b + 1] * n[1] + g[b + 2] * n[2]) / square if square > 0 else 0
        for i in range(3):
            normal[b + i] = along * n[i]
            turning[b + i] = g[b + i] - normal[b + i]


cdef class Couplings:
    """``find`` them at some positions, then ``subtract`` their product with a vector as often as wanted."""

    def __cinit__(self):
        self.link, self.outer, self.outer_point = Doubles(), Doubles(), Ints()
        self.others = 0

    cdef int find(self, const Network *net, const double *x, double *band, bint contacts) except -1:
        """List all couplings and add their blocks within cylinders to ``band``; ``contacts``: of repulsion too."""
        self.net = net
        self.others = 0
        self.add_links(x, band)
        self.add_branches(x, band)
        self.add_attachments(x, band)
        if contacts:
            self.add_contacts(x, band)
        return 0

    cdef int add_links(self, const double *x, double *band) except -1:
        cdef const Network *net = self.net
        cdef Py_ssize_t bond, i, bead, side
        cdef double u, v
        cdef double r[3]
        cdef double *block
        cdef const double *p
        cdef const double *q
        self.link.resize(9 * net.bonds)
        for bond in range(net.bonds):
            p = x + 3 * net.bond_bead[2 * bond]
            q = x + 3 * net.bond_bead[2 * bond + 1]
            u = net.bond_fraction[2 * bond]
            v = net.bond_fraction[2 * bond + 1]
            for i in range(3):
                r[i] = (1 - v) * q[i] + v * q[3 + i] - (1 - u) * p[i] - u * p[3 + i]
            block = self.link.data + 9 * bond
            spring_block(r, net.bond_k[bond], net.bond_rest[bond], block)
            for side in range(2):
                bead = net.bond_bead[2 * bond + side]
                u = net.bond_fraction[2 * bond + side]
                add_block(band, bead, bead, block, (1 - u) * (1 - u))
                add_block(band, bead + 1, bead + 1, block, u * u)
                add_block(band, bead + 1, bead, block, u * (1 - u))
        return 0

    cdef int keep(self, Py_ssize_t first, Py_ssize_t second, const double *change, double weight,
                  double *band) except -1:
        """Add weight × change ⊗ change of the points first, first + 1, second, second + 1."""
        cdef Py_ssize_t at = self.others, i, side, point
        cdef const double *u
        self.others += 1
        self.outer.resize(12 * self.others)
        self.outer_point.resize(2 * self.others)
        self.outer_point.data[2 * at] = <int> first
        self.outer_point.data[2 * at + 1] = <int> second
        for i in range(12):
            self.outer.data[12 * at + i] = change[i] * sqrt(weight)
        for side in range(2):
            u = self.outer.data + 12 * at + 6 * side
            point = second if side else first
            add_outer(band, point, point, u, u, 1)
            add_outer(band, point + 1, point + 1, u + 3, u + 3, 1)
            add_outer(band, point + 1, point, u + 3, u, 1)
        return 0

    cdef int add_contacts(self, const double *x, double *band) except -1:
        cdef const Network *net = self.net
        cdef Py_ssize_t n = 0, k, i, one, two
        cdef double energy[PAIRS]
        cdef double gradient[12 * PAIRS]
        cdef double own[12]
        cdef double normal[12]            # the part along the sum of the forces on one cylinder
        cdef double turning[12]
        cdef double largest
        cdef int count
        while n < net.pairs:
            count = pair_terms(net, x, n, energy, gradient)
            for k in range(count):
                largest = 0
                for i in range(12):
                    own[i] = gradient[PAIRS * i + k]
                    largest = max(largest, own[i] * own[i])
                if 1.5 * largest <= WEAK * energy[k]:
                    continue
                split(own, normal, turning)
                one = net.cylinder_bead[net.pair[2 * (n + k)]]
                two = net.cylinder_bead[net.pair[2 * (n + k) + 1]]
                self.keep(one, two, own, 1 / energy[k], band)
                self.keep(one, two, normal, 0.5 / energy[k], band)
                self.keep(one, two, turning, 1 / energy[k], band)
            n += count
        return 0

    cdef int add_branches(self, const double *x, double *band) except -1:
        """Of each branch k × the squared linear change of length and angles."""
        cdef const Network *net = self.net
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
                if k > 0:
                    self.keep(b.mother, b.daughter, change, k, band)
        return 0

    cdef int add_attachments(self, const double *x, double *band) except -1:
        """Springs between movable bubbles and minus ends, along their lengths; a fixed bubble couples nothing."""
        cdef const Network *net = self.net
        cdef Py_ssize_t n, i, centre, bead
        cdef double square
        cdef double r[3]
        cdef double block[9]
        cdef double change[12]
        for n in range(net.attachments):
            centre = net.bubble_point[net.attachment[2 * n]]
            bead = net.attachment[2 * n + 1]
            square = 0
            for i in range(3):
                r[i] = x[3 * bead + i] - x[3 * centre + i]
                square += r[i] * r[i]
            if centre >= net.free or square == 0:
                spring_block(r, net.attachment_k[n], net.bubble_radius[net.attachment[2 * n]], block)
                add_block(band, bead, bead, block, 1)
                if centre < net.free:
                    add_block(band, centre, centre, block, 1)
                continue
            # the bubble takes the second place of its pair of points, for there may be no point behind it
            for i in range(3):
                change[i] = r[i] / sqrt(square)
                change[3 + i] = change[6 + i] = 0
                change[9 + i] = -change[i]
            self.keep(bead, centre - 1, change, net.attachment_k[n], band)
        return 0

    cdef void subtract(self, const double *d, double *out) noexcept nogil:
        """out ← out − C d, C the blocks between cylinders."""
        cdef Py_ssize_t n, i
        cdef double first, second
        cdef const double *u
        cdef const double *p
        cdef const double *q
        cdef double *y
        cdef double *z
        self.subtract_links(d, out)
        for n in range(self.others):
            p = d + 3 * self.outer_point.data[2 * n]
            q = d + 3 * self.outer_point.data[2 * n + 1]
            y = out + 3 * self.outer_point.data[2 * n]
            z = out + 3 * self.outer_point.data[2 * n + 1]
            u = self.outer.data + 12 * n
            first = (u[0] * p[0] + u[1] * p[1] + u[2] * p[2]) + (u[3] * p[3] + u[4] * p[4] + u[5] * p[5])
            second = (u[6] * q[0] + u[7] * q[1] + u[8] * q[2]) + (u[9] * q[3] + u[10] * q[4] + u[11] * q[5])
            for i in range(6):
                y[i] -= u[i] * second
                z[i] -= u[6 + i] * first

    cdef void subtract_links(self, const double *d, double *out) noexcept nogil:
        cdef const Network *net = self.net
        cdef Py_ssize_t bond, i
        cdef double u, v, first, second
        cdef double a[3]
        cdef double b[3]
        cdef const double *k
        cdef const double *p
        cdef const double *q
        cdef double *y
        cdef double *z
        for bond in range(net.bonds):
            p = d + 3 * net.bond_bead[2 * bond]
            q = d + 3 * net.bond_bead[2 * bond + 1]
            y = out + 3 * net.bond_bead[2 * bond]
            z = out + 3 * net.bond_bead[2 * bond + 1]
            u = net.bond_fraction[2 * bond]
            v = net.bond_fraction[2 * bond + 1]
            k = self.link.data + 9 * bond
            for i in range(3):
                a[i] = (1 - u) * p[i] + u * p[3 + i]
                b[i] = (1 - v) * q[i] + v * q[3 + i]
            for i in range(3):
                first = k[3 * i] * a[0] + k[3 * i + 1] * a[1] + k[3 * i + 2] * a[2]
                second = k[3 * i] * b[0] + k[3 * i + 1] * b[1] + k[3 * i + 2] * b[2]
                y[i] += (1 - u) * second
                y[3 + i] += u * second
                z[i] += (1 - v) * first
                z[3 + i] += v * first
