"""Bending of membranes: Σ 2 κ (H − c₀)² a over the inner vertices (Helfrich 1973, Z Naturforsch C 28:693).

Sums over the triangles around a vertex give the gradient p of their area A, their vector area 3 q, A itself and the
mixed Voronoi area. Four rules make the mean curvature H (positive for a sphere) and the area a of a vertex from them:

* ``with-sign``: H = p·q/(2 q·q), a = A/3 (Surface Evolver: Brakke 1992, Exp Math 1:141).
  It does not see the part of p across q: a rough mesh can crumple until p is at right angles to q and has then less
  than the 8πκ of a sphere. Smooth and well-kept meshes do not.
* ``squared``: H² = p·p/(4 q·q), a = A/3; without spontaneous curvature.
* ``mem3dg``: H = Σ l φ/(4 a) over the edges with length l and dihedral angle φ, a = A/3 (Zhu, Lee & Rangamani 2022,
  Biophys Rep 2:100062).
* ``mixed-voronoi``: H² = p·p/(4 a²) and H = p·q/(2 |q| a) with a the mixed area (Meyer, Desbrun, Schröder & Barr 2003).
  The only one whose H converges at each vertex, also where five edges meet.

The gradient comes by the chain rule in three passes: sums by triangle, slopes of the energy by these sums per vertex,
and for every triangle the gradient of the slopes times its share in the sums. That is exact, border or not, and as
cheap as the energy. A border vertex has no curvature and no bending energy but feels that of its neighbours.
"""

from libc.math cimport INFINITY, sqrt
from libc.string cimport memset

from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.membrane.sheets cimport (
    MEM3DG,
    MIXED_VORONOI,
    SQUARED,
    WITH_SIGN,
    Membranes,
    Policy,
    Sheet,
    VertexSums,
)
from medyan_py.core.membrane.triangle cimport (
    Hinge,
    Triangle,
    add_hinge_gradient,
    add_mixed_area_gradient,
    add_through_area_vector,
    measure_hinge,
    measure_triangle,
    mixed_areas,
)


cdef inline double dot(const double *u, const double *v) noexcept nogil:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


cdef inline void cross(const double *u, const double *v, double *out) noexcept nogil:
    out[0] = u[1] * v[2] - u[2] * v[1]
    out[1] = u[2] * v[0] - u[0] * v[2]
    out[2] = u[0] * v[1] - u[1] * v[0]


cdef void sum_around(const Membranes *m, const Sheet *s, const double *x) noexcept nogil:
    """Fill ``m.sums`` of one membrane from the places ``x`` of the vertices."""
    cdef Triangle shape
    cdef Hinge hinge
    cdef double area[3]
    cdef double at[3][3]
    cdef const int *corner
    cdef VertexSums *sums
    cdef Py_ssize_t t, k, i, n
    for n in range(s.first_member, s.last_member):
        memset(m.sums + m.member[n], 0, sizeof(VertexSums))
    for t in range(s.first_triangle, s.last_triangle):
        corner = m.corner + 3 * t
        measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], &shape)
        cross(shape.other, shape.normal, at[1])          # twice the gradients of the area at corners 1 and 2
        cross(shape.normal, shape.side, at[2])
        if m.policy == MIXED_VORONOI:
            mixed_areas(&shape, area)
        for k in range(3):
            sums = m.sums + corner[k]
            sums.area += 0.5 * shape.twice
            for i in range(3):
                sums.p[i] += 0.5 * (at[k][i] if k else -at[1][i] - at[2][i])
                sums.q[i] += shape.twice * shape.normal[i] / 6
            if m.policy == MIXED_VORONOI:
                sums.extra += area[k]
    if m.policy != MEM3DG:
        return
    for n in range(s.first_edge, s.last_edge):
        corner = m.edge + 4 * n
        if corner[3] < 0:
            continue
        measure_hinge(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], x + 3 * corner[3], &hinge)
        m.sums[corner[0]].extra += hinge.length * hinge.angle
        m.sums[corner[1]].extra += hinge.length * hinge.angle


cdef double mean_curvature(Policy policy, const VertexSums *sums) noexcept nogil:
    """H of an inner vertex, 1/nm; with ``squared`` the root of H² with the sign of p·q."""
    cdef double pp = dot(sums.p, sums.p), pq = dot(sums.p, sums.q), qq = dot(sums.q, sums.q)
    if policy == WITH_SIGN:
        return 0.5 * pq / qq
    if policy == SQUARED:
        return 0.5 * sqrt(pp / qq) * (1 if pq >= 0 else -1)
    if policy == MEM3DG:
        return 0.75 * sums.extra / sums.area
    return 0.5 * sqrt(pp) / sums.extra * (1 if pq >= 0 else -1)


cdef inline double by_curvature(const Sheet *s, VertexSums *sums, const double *mismatch,
                                double h, double *slope) noexcept nogil:
    """Energy 2 κ (H − c₀)² A/3 + mismatch(H); its slope by H. ``sums.area`` becomes the slope by A."""
    cdef double excess = h - s.curvature, area = sums.area
    cdef double energy = 2 * s.bending_k * excess * excess * area / 3
    slope[0] = 4 * s.bending_k * excess * area / 3
    sums.area = 2 * s.bending_k * excess * excess / 3
    if mismatch != NULL:
        energy += mismatch[0] + h * (mismatch[1] + h * mismatch[2])
        slope[0] += mismatch[1] + 2 * h * mismatch[2]
    return energy


cdef double vertex_energy(const Membranes *m, const Sheet *s, Py_ssize_t vertex) noexcept nogil:
    """Energy of an inner vertex; its sums are replaced by the slopes of the energy by them."""
    cdef VertexSums *sums = m.sums + vertex
    cdef const double *mismatch = m.mismatch + 3 * vertex if m.mismatch != NULL else NULL
    cdef double pp = dot(sums.p, sums.p), pq = dot(sums.p, sums.q), qq = dot(sums.q, sums.q)
    cdef double h, energy, slope, in_p, in_q, area
    cdef Py_ssize_t i
    if m.policy == MEM3DG:
        if not sums.area > 0:
            return INFINITY
        h = 0.75 * sums.extra / sums.area
        area = sums.area
        energy = by_curvature(s, sums, mismatch, h, &slope)
        sums.area -= slope * h / area
        sums.extra = 0.75 * slope / area
        for i in range(3):
            sums.p[i] = sums.q[i] = 0
        return energy
    if not qq > 0:
        return INFINITY
    if m.policy == WITH_SIGN:
        h = 0.5 * pq / qq
        energy = by_curvature(s, sums, mismatch, h, &slope)
        for i in range(3):
            in_p = sums.p[i]
            in_q = sums.q[i]
            sums.p[i] = 0.5 * slope * in_q / qq
            sums.q[i] = slope * (0.5 * in_p - 2 * h * in_q) / qq
        return energy
    if m.policy == SQUARED:
        h = 0.25 * pp / qq
        energy = 2 * s.bending_k * h * sums.area / 3
        slope = 2 * s.bending_k * sums.area / 3
        sums.area = 2 * s.bending_k * h / 3
        for i in range(3):
            sums.p[i] *= 0.5 * slope / qq
            sums.q[i] *= -2 * slope * h / qq
        return energy
    return mixed_energy(s, sums, mismatch, pp, pq, qq)


cdef double mixed_energy(const Sheet *s, VertexSums *sums, const double *mismatch,
                         double pp, double pq, double qq) noexcept nogil:
    """2 κ (H² − 2 c₀ H + c₀²) a + mismatch(H) with H² = p·p/(4a²), H = p·q/(2|q|a) and the mixed area a."""
    cdef double area = sums.extra, length = sqrt(qq), c = s.curvature
    cdef double h = 0.5 * pq / (length * area), square = 0.25 * pp / (area * area)
    cdef double by_square = 2 * s.bending_k * area, by_h = -4 * s.bending_k * c * area
    cdef double energy = 2 * s.bending_k * (square - 2 * c * h + c * c) * area
    cdef double by_area = 2 * s.bending_k * (square - 2 * c * h + c * c), in_p
    cdef Py_ssize_t i
    if not area > 0:
        return INFINITY
    if mismatch != NULL:
        energy += mismatch[0] + mismatch[1] * h + mismatch[2] * square
        by_square += mismatch[2]
        by_h += mismatch[1]
    by_area -= (2 * by_square * square + by_h * h) / area
    for i in range(3):
        in_p = sums.p[i]
        sums.p[i] = 0.5 * (by_square * in_p / area + by_h * sums.q[i] / length) / area
        sums.q[i] = 0.5 * by_h * (in_p - pq / qq * sums.q[i]) / (length * area)
    sums.area = 0
    sums.extra = by_area
    return energy


cdef double membrane_bending(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef double energy = 0, value
    cdef Py_ssize_t s, n, vertex
    x += 3 * m.base
    g += 3 * m.base
    for s in range(first, last):
        if m.sheet[s].bending_k == 0 and m.mismatch == NULL:
            continue
        sum_around(m, m.sheet + s, x)
        for n in range(m.sheet[s].first_member, m.sheet[s].last_member):
            vertex = m.member[n]
            if m.border[vertex]:
                memset(m.sums + vertex, 0, sizeof(VertexSums))
                continue
            value = vertex_energy(m, m.sheet + s, vertex)
            if value == INFINITY:
                return INFINITY
            energy += value
        add_gradient(m, m.sheet + s, x, g)
    return energy


cdef void add_gradient(const Membranes *m, const Sheet *s, const double *x, double *g) noexcept nogil:
    """Gradient of Σ slope × sum, the slopes standing in ``m.sums``.

    Σ p-slope · ∇A is the derivative of the area when the corners move by their p-slopes, ½ n·Ṅ; its gradient is the
    second derivative of the area applied to these slopes.
    """
    cdef Triangle shape
    cdef Hinge hinge
    cdef double d1[3]
    cdef double d2[3]
    cdef double u[3]
    cdef double v[3]
    cdef double change[3]
    cdef double by_vector[3]
    cdef double weight[3]
    cdef double along, by_area, inverse
    cdef const int *corner
    cdef const VertexSums *a
    cdef const VertexSums *b
    cdef const VertexSums *c
    cdef double *ga
    cdef double *gb
    cdef double *gc
    cdef Py_ssize_t t, i
    for t in range(s.first_triangle, s.last_triangle):
        corner = m.corner + 3 * t
        a, b, c = m.sums + corner[0], m.sums + corner[1], m.sums + corner[2]
        ga, gb, gc = g + 3 * corner[0], g + 3 * corner[1], g + 3 * corner[2]
        measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], &shape)
        inverse = 0.5 / shape.twice if shape.twice > 0 else 0
        for i in range(3):
            d1[i] = b.p[i] - a.p[i]
            d2[i] = c.p[i] - a.p[i]
        cross(d1, shape.other, u)
        cross(shape.side, d2, v)
        for i in range(3):
            change[i] = u[i] + v[i]
        along = dot(shape.normal, change)
        by_area = 0.5 * (a.area + b.area + c.area)
        for i in range(3):
            by_vector[i] = (change[i] - along * shape.normal[i]) * inverse + by_area * shape.normal[i] \
                + (a.q[i] + b.q[i] + c.q[i]) / 6
        if m.policy == MIXED_VORONOI:
            weight[0], weight[1], weight[2] = a.extra, b.extra, c.extra
            add_mixed_area_gradient(&shape, weight, by_vector, ga, gb, gc)
        add_through_area_vector(&shape, by_vector, ga, gb, gc)
        cross(d2, shape.normal, u)
        cross(shape.normal, d1, v)
        for i in range(3):
            gb[i] += 0.5 * u[i]
            gc[i] += 0.5 * v[i]
            ga[i] -= 0.5 * (u[i] + v[i])
    if m.policy != MEM3DG:
        return
    for t in range(s.first_edge, s.last_edge):
        corner = m.edge + 4 * t
        along = m.sums[corner[0]].extra + m.sums[corner[1]].extra
        if corner[3] < 0 or along == 0:
            continue
        measure_hinge(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], x + 3 * corner[3], &hinge)
        add_hinge_gradient(&hinge, along, g + 3 * corner[0], g + 3 * corner[1], g + 3 * corner[2], g + 3 * corner[3])
