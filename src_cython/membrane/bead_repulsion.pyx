"""Repulsion of a bead b by a triangle: U = k ∫ dS/|s − b|⁴ over the triangle, k in pN nm³.

In the plane of the triangle, with the height h of the bead above it and r² = ρ² + h², the divergence theorem turns the
integrals of r⁻⁴ and r⁻⁶ into integrals along the edges. Two potentials serve: one regular at ρ = 0, for beads above
the triangle, whose terms are all positive; and one that decays at infinity, for the others, which stays finite when the
bead comes into the plane. Along an edge at the distance P from the foot of the bead, with Q² = P² + h²:

    above:  J₄ = Σ P W/(2h²),            J₆ = Σ P (W/h⁴ + E/h²)/4     W = ∫ dl/(l²+Q²),  E = ∫ dl/(l²+Q²)²
    beside: J₄ = −½ Σ G,                 J₆ = −¼ Σ K                  G = ∫ P dl/((l²+Q²)(l²+P²)),
                                                                      K = ∫ P dl/((l²+Q²)²(l²+P²))

G and K are differences that lose digits when h ≪ P; they are then averages of derivatives over [P², Q²], and where the
bead lies close to the line of the edge but not on the edge, integrals over 1/l. Both are done by Gauss–Legendre to
rounding level. Forces are the exact derivatives: a corner moves the edges (integrals of r⁻⁴ along them) and turns
the plane (r⁻⁶ over the triangle). The sum of the four forces is zero by construction.
"""

from libc.math cimport INFINITY, M_PI, atan2, sqrt

from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.membrane.sheets cimport Membranes
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle

cdef double CLOSE = 0.1      # Q²/l² or h²/P² below which quadrature replaces differences
cdef double AT_CORNER = 1e-20    # squared distance of the foot from a corner, over the edge, that counts as zero

cdef enum:
    NODES = 6

cdef double[NODES] node = [
    0.033765242898423975, 0.16939530676686776, 0.3806904069584015,
    0.6193095930415985, 0.8306046932331322, 0.966234757101576,
]
cdef double[NODES] weight = [
    0.08566224618958508, 0.1803807865240696, 0.23395696728634557,
    0.23395696728634557, 0.1803807865240696, 0.08566224618958508,
]

cdef struct Edge:
    double t[3]                  # unit vector along the edge
    double m[3]                  # outward in the plane of the triangle
    double length, p             # distance of the bead's foot from the line, positive on the inner side
    double la, lb                # ends of the edge, measured along t from the bead's foot
    double e                     # ∫ dl/r⁴
    double first                 # ∫ l dl/r⁴


cdef inline double dot(const double *u, const double *v) noexcept nogil:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


cdef inline void set_edge(const double *y, const double *z, const double *bead, const double *n,
                          Edge *edge) noexcept nogil:
    cdef Py_ssize_t i
    cdef double r[3]
    for i in range(3):
        edge.t[i] = z[i] - y[i]
        r[i] = y[i] - bead[i]
    edge.length = sqrt(dot(edge.t, edge.t))
    for i in range(3):
        edge.t[i] /= edge.length
    edge.m[0] = edge.t[1] * n[2] - edge.t[2] * n[1]
    edge.m[1] = edge.t[2] * n[0] - edge.t[0] * n[2]
    edge.m[2] = edge.t[0] * n[1] - edge.t[1] * n[0]
    edge.p = dot(edge.m, r)
    edge.la = dot(edge.t, r)
    edge.lb = edge.la + edge.length


cdef inline double w_integral(const Edge *edge, double y) noexcept nogil:
    """∫ dl/(l²+y), y > 0."""
    cdef double root = sqrt(y)
    return atan2(root * edge.length, y + edge.la * edge.lb) / root


cdef inline double square_integral(const Edge *edge, double y, double w) noexcept nogil:
    """∫ dl/(l²+y)², y not small against l² where the foot lies outside the edge; w = ∫ dl/(l²+y)."""
    return 0.5 * (edge.lb / (edge.lb * edge.lb + y) - edge.la / (edge.la * edge.la + y) + w) / y


cdef inline double cube_integral(const Edge *edge, double y, double square) noexcept nogil:
    """∫ dl/(l²+y)³ from ∫ dl/(l²+y)²."""
    cdef double ra = edge.la * edge.la + y, rb = edge.lb * edge.lb + y
    return 0.25 * (edge.lb / (rb * rb) - edge.la / (ra * ra) + 3 * square) / y


cdef inline bint near_line(const Edge *edge, double y) noexcept nogil:
    cdef double least = min(edge.la * edge.la, edge.lb * edge.lb)
    return edge.la * edge.lb > 0 and y < CLOSE * least


cdef void by_inverse(Edge *edge, double h2, double *g, double *k) noexcept nogil:
    """E, G and K by quadrature over u = 1/l."""
    cdef double low = 1 / max(edge.la, edge.lb), high = 1 / min(edge.la, edge.lb), u2, q, p, p2 = edge.p * edge.p
    cdef double q2 = p2 + h2, scale = high - low
    cdef Py_ssize_t i
    if edge.la < 0:                       # the same on the other side of the foot
        low, high = -high, -low
    edge.e = g[0] = k[0] = 0
    for i in range(NODES):
        u2 = low + scale * node[i]
        u2 = u2 * u2
        q = 1 / (1 + q2 * u2)
        p = 1 / (1 + p2 * u2)
        edge.e += weight[i] * u2 * q * q
        g[0] += weight[i] * u2 * q * p
        k[0] += weight[i] * u2 * u2 * q * q * p
    edge.e *= scale
    g[0] *= scale * edge.p
    k[0] *= scale * edge.p


cdef inline double foot_angle(const Edge *edge) noexcept nogil:
    """Angle ∫ P dl/(l²+P²) at which the bead's foot sees an edge; a foot on the edge counts as just outside."""
    if edge.p == 0:
        return -M_PI if edge.la * edge.lb < 0 else 0
    return atan2(edge.p * edge.length, edge.p * edge.p + edge.la * edge.lb)


cdef void set_angles(const Edge *edge, double *angle) noexcept nogil:
    """Angles of the three edges for a foot outside the triangle.

    Their sum is zero, which tells what the two edges at a corner make together when the foot is that corner.
    """
    cdef double at_corner
    cdef Py_ssize_t n, before
    for n in range(3):
        angle[n] = foot_angle(edge + n)
    for n in range(3):
        before = (n + 2) % 3
        at_corner = edge[n].la * edge[n].la + edge[n].p * edge[n].p + edge[before].p * edge[before].p
        if at_corner < AT_CORNER * edge[n].length * edge[n].length:
            angle[n] = 0
            angle[before] = -angle[(n + 1) % 3]
            return


cdef void beside(Edge *edge, double h2, double angle, double *g, double *k) noexcept nogil:
    """E, G and K of an edge of a triangle that the bead is not above."""
    cdef double p2 = edge.p * edge.p, q2 = p2 + h2, w, y, square
    cdef Py_ssize_t i
    if near_line(edge, q2):
        by_inverse(edge, h2, g, k)
        return
    w = w_integral(edge, q2)
    edge.e = square_integral(edge, q2, w)
    if h2 < CLOSE * p2:
        g[0] = k[0] = 0
        for i in range(NODES):
            y = p2 + node[i] * h2
            square = square_integral(edge, y, w_integral(edge, y))
            g[0] += weight[i] * square
            k[0] += weight[i] * node[i] * 2 * cube_integral(edge, y, square)
        g[0] *= edge.p
        k[0] *= edge.p
        return
    g[0] = (angle - edge.p * w) / h2
    k[0] = (g[0] - edge.p * edge.e) / h2


cdef double repulsion(const double *x0, const double *x1, const double *x2, const double *bead, double k,
                      double *g0, double *g1, double *g2, double *gb) noexcept nogil:
    """Energy of one pair, pN nm; adds the gradients at the three corners and at the bead, pN."""
    cdef Triangle shape
    cdef Edge edge[3]
    cdef double r[3]
    cdef double total[3]
    cdef double angle[3]
    cdef const double *corner[3]
    cdef double *g[3]
    cdef double h, h2, four = 0, six = 0, a, b, w, moment, height, slope
    cdef Py_ssize_t i, j, n, before, opposite
    measure_triangle(x0, x1, x2, &shape)
    if shape.twice == 0:
        return 0
    corner[0], corner[1], corner[2] = x0, x1, x2
    g[0], g[1], g[2] = g0, g1, g2
    for i in range(3):
        r[i] = bead[i] - x0[i]
    h = dot(shape.normal, r)
    h2 = h * h
    for n in range(3):
        set_edge(corner[n], corner[(n + 1) % 3], bead, shape.normal, edge + n)
    if edge[0].p > 0 and edge[1].p > 0 and edge[2].p > 0:   # above
        if h2 == 0:
            return INFINITY
        for n in range(3):
            w = w_integral(edge + n, edge[n].p * edge[n].p + h2)
            if near_line(edge + n, edge[n].p * edge[n].p + h2):
                by_inverse(edge + n, h2, &a, &b)
            else:
                edge[n].e = square_integral(edge + n, edge[n].p * edge[n].p + h2, w)
            four += 0.5 * edge[n].p * w / h2
            six += 0.25 * edge[n].p * (w / h2 + edge[n].e) / h2
    else:
        set_angles(edge, angle)
        for n in range(3):
            if edge[n].p * edge[n].p + h2 == 0 and edge[n].la * edge[n].lb <= 0:
                return INFINITY
            beside(edge + n, h2, angle[n], &a, &b)
            four -= 0.5 * a
            six -= 0.25 * b
    for n in range(3):
        a = edge[n].la * edge[n].la + edge[n].p * edge[n].p + h2
        b = edge[n].lb * edge[n].lb + edge[n].p * edge[n].p + h2
        edge[n].first = 0.5 * edge[n].length * (edge[n].la + edge[n].lb) / (a * b)
    total[0] = total[1] = total[2] = 0
    for n in range(3):
        before = (n + 2) % 3
        opposite = (n + 1) % 3
        moment = 0                        # of the weight of corner n with r⁻⁶
        for j in range(3):
            moment += 0.25 * dot(edge[opposite].m, edge[j].m) * edge[j].e
        height = shape.twice / edge[opposite].length
        moment = (moment + edge[opposite].p * six) / height
        a = (edge[n].lb * edge[n].e - edge[n].first) / edge[n].length
        b = (edge[before].first - edge[before].la * edge[before].e) / edge[before].length
        for i in range(3):
            slope = k * (edge[n].m[i] * a + edge[before].m[i] * b + 4 * h * moment * shape.normal[i])
            g[n][i] += slope
            total[i] += slope
    for i in range(3):
        gb[i] -= total[i]
    return k * four


cdef double triangle_bead_repulsion(const Network *net, const double *x, double *g,
                                    Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef const double *v = x + 3 * m.base
    cdef double *gv = g + 3 * m.base
    cdef const int *corner
    cdef double energy = 0
    cdef Py_ssize_t n, bead
    for n in range(first, last):
        corner = m.corner + 3 * m.contact[2 * n]
        bead = m.contact[2 * n + 1]
        energy += repulsion(v + 3 * corner[0], v + 3 * corner[1], v + 3 * corner[2], x + 3 * bead, m.contact_k,
                            gv + 3 * corner[0], gv + 3 * corner[1], gv + 3 * corner[2], g + 3 * bead)
    return energy


def triangle_bead_energy(triangle, bead, double k):
    """Energy (pN nm) and gradients at the corners and the bead, float64 (4, 3), pN, of one pair; k in pN nm³."""
    import numpy as np
    cdef double[:, ::1] x = np.ascontiguousarray(triangle, dtype=np.float64)
    cdef double[::1] b = np.ascontiguousarray(bead, dtype=np.float64)
    if x.shape[0] != 3 or x.shape[1] != 3 or b.shape[0] != 3:
        raise ValueError("a triangle is (3, 3) and a bead is (3,)")
    gradient = np.zeros((4, 3))
    cdef double[:, ::1] g = gradient
    cdef double energy = repulsion(&x[0, 0], &x[1, 0], &x[2, 0], &b[0], k, &g[0, 0], &g[1, 0], &g[2, 0], &g[3, 0])
    return energy, gradient
