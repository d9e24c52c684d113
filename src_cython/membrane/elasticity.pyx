"""Energies of area and volume of membranes, and springs of vertices. A term is a membrane, or a spring.

* Local stretching Σ ½ k (A − A₀)²/A₀ over triangles, global stretching ½ k (A − A₀)²/A₀ of the whole area.
* Tension σ A.
* Volume ½ k (V − V₀)²/V₀, V the sum of the cones from the triangles to one point, plus an offset.
* Protection of triangles that become smaller than 0.35 of what they were when loaded: −½ k ln(1 − y²) with
  y = A/(0.35 A_loaded) − 1 and k = 2000 pN nm, infinite at A = 0. It keeps the mesh from folding between two
  remeshings.
* Springs ½ k |x − x₀|² of vertices to fixed places.

Borders count everywhere: forces are the exact gradients on open membranes too.
"""

from libc.math cimport INFINITY, log

from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.membrane.sheets cimport Membranes, Sheet
from medyan_py.core.membrane.triangle cimport Triangle, add_area_gradient, measure_triangle

cdef double PROTECTED = 0.35
cdef double PROTECTION_K = 2000      # pN nm


cdef inline void measure(const Membranes *m, const double *x, Py_ssize_t t, Triangle *shape) noexcept nogil:
    cdef const int *corner = m.corner + 3 * t
    measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], shape)


cdef inline void push(const Membranes *m, double *g, Py_ssize_t t, const Triangle *shape, double slope) noexcept nogil:
    """Add the gradient of an energy with this slope by the triangle's area."""
    cdef const int *corner = m.corner + 3 * t
    add_area_gradient(shape, slope, g + 3 * corner[0], g + 3 * corner[1], g + 3 * corner[2])


cdef double sheet_area(const Network *net, const double *x, Py_ssize_t sheet) noexcept nogil:
    """Area of one membrane, nm²."""
    cdef const Membranes *m = net.membranes
    cdef Triangle shape
    cdef double total = 0
    cdef Py_ssize_t t
    for t in range(m.sheet[sheet].first_triangle, m.sheet[sheet].last_triangle):
        measure(m, x + 3 * m.base, t, &shape)
        total += 0.5 * shape.twice
    return total


cdef double sheet_volume(const Network *net, const double *x, Py_ssize_t sheet) noexcept nogil:
    """Volume of one membrane with its offset, nm³."""
    cdef const Membranes *m = net.membranes
    cdef const Sheet *s = m.sheet + sheet
    cdef double corner[3][3]
    cdef double total = 0
    cdef Py_ssize_t t, i, k
    x += 3 * m.base
    for t in range(s.first_triangle, s.last_triangle):
        for k in range(3):
            for i in range(3):
                corner[k][i] = x[3 * m.corner[3 * t + k] + i] - s.origin[i]
        total += corner[0][0] * (corner[1][1] * corner[2][2] - corner[1][2] * corner[2][1])
        total += corner[0][1] * (corner[1][2] * corner[2][0] - corner[1][0] * corner[2][2])
        total += corner[0][2] * (corner[1][0] * corner[2][1] - corner[1][1] * corner[2][0])
    return total / 6 + s.volume_offset


cdef double local_stretching(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef Triangle shape
    cdef double energy = 0, change, slope
    cdef Py_ssize_t s, t
    x += 3 * m.base
    g += 3 * m.base
    for s in range(first, last):
        for t in range(m.sheet[s].first_triangle, m.sheet[s].last_triangle):
            if m.stretching_k[t] == 0:
                continue
            measure(m, x, t, &shape)
            change = 0.5 * shape.twice - m.rest_area[t]
            slope = m.stretching_k[t] * change / m.rest_area[t]
            energy += 0.5 * slope * change
            push(m, g, t, &shape, slope)
    return energy


cdef void pull(const Membranes *m, const Sheet *s, const double *x, double *g, double slope) noexcept nogil:
    """Add the gradient of an energy with this slope by the area of a membrane."""
    cdef Triangle shape
    cdef Py_ssize_t t
    for t in range(s.first_triangle, s.last_triangle):
        measure(m, x, t, &shape)
        push(m, g, t, &shape, slope)


cdef double global_stretching(const Network *net, const double *x, double *g,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef double energy = 0, change, slope
    cdef Py_ssize_t s
    for s in range(first, last):
        if m.sheet[s].area_k == 0:
            continue
        change = sheet_area(net, x, s) - m.sheet[s].rest_area
        slope = m.sheet[s].area_k * change / m.sheet[s].rest_area
        energy += 0.5 * slope * change
        pull(m, m.sheet + s, x + 3 * m.base, g + 3 * m.base, slope)
    return energy


cdef double tension(const Network *net, const double *x, double *g,
                    Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef Triangle shape
    cdef double energy = 0, total
    cdef Py_ssize_t s, t
    x += 3 * m.base
    g += 3 * m.base
    for s in range(first, last):
        if m.sheet[s].tension == 0:
            continue
        total = 0
        for t in range(m.sheet[s].first_triangle, m.sheet[s].last_triangle):
            measure(m, x, t, &shape)
            total += 0.5 * shape.twice
            push(m, g, t, &shape, m.sheet[s].tension)
        energy += m.sheet[s].tension * total
    return energy


cdef double volume_conservation(const Network *net, const double *x, double *g,
                                Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef const Sheet *sheet
    cdef double corner[3][3]
    cdef double energy = 0, change, slope
    cdef Py_ssize_t s, t, k, i, a, b
    for s in range(first, last):
        sheet = m.sheet + s
        if sheet.volume_k == 0:
            continue
        change = sheet_volume(net, x, s) - sheet.rest_volume
        slope = sheet.volume_k * change / sheet.rest_volume
        energy += 0.5 * slope * change
        slope /= 6
        for t in range(sheet.first_triangle, sheet.last_triangle):
            for k in range(3):
                for i in range(3):
                    corner[k][i] = x[3 * (m.base + m.corner[3 * t + k]) + i] - sheet.origin[i]
            for k in range(3):
                a = (k + 1) % 3
                b = (k + 2) % 3
                i = 3 * (m.base + m.corner[3 * t + k])
                g[i] += slope * (corner[a][1] * corner[b][2] - corner[a][2] * corner[b][1])
                g[i + 1] += slope * (corner[a][2] * corner[b][0] - corner[a][0] * corner[b][2])
                g[i + 2] += slope * (corner[a][0] * corner[b][1] - corner[a][1] * corner[b][0])
    return energy


cdef double triangle_protection(const Network *net, const double *x, double *g,
                                Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef Triangle shape
    cdef double energy = 0, least, y
    cdef Py_ssize_t s, t
    x += 3 * m.base
    g += 3 * m.base
    for s in range(first, last):
        for t in range(m.sheet[s].first_triangle, m.sheet[s].last_triangle):
            measure(m, x, t, &shape)
            least = PROTECTED * m.first_area[t]
            y = 0.5 * shape.twice / least - 1
            if y >= 0:
                continue
            if y <= -1:
                return INFINITY
            energy -= 0.5 * PROTECTION_K * log(1 - y * y)
            push(m, g, t, &shape, PROTECTION_K * y / ((1 - y * y) * least))
    return energy


cdef double vertex_attachments(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef const Membranes *m = net.membranes
    cdef double energy = 0, offset
    cdef Py_ssize_t n, i, at
    for n in range(first, last):
        at = 3 * (m.base + m.attached[n])
        for i in range(3):
            offset = x[at + i] - m.attached_place[3 * n + i]
            energy += 0.5 * m.attached_k[n] * offset * offset
            g[at + i] += m.attached_k[n] * offset
    return energy
