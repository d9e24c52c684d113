"""Which beads are near which triangles.

Beads are sorted into cubic cells at least as wide as the cutoff; a triangle looks into the cells that its bounding
box, widened by the cutoff, touches. The work is linear in beads and triangles. Lists come out sorted by triangle and
then bead, whatever the cells.
"""

from libc.math cimport INFINITY, floor, sqrt

from medyan_py.core.mechanics.buffers cimport Ints


cdef inline double dot(const double *u, const double *v) noexcept nogil:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


cdef inline double segment_distance2(const double *a, const double *b, const double *p) noexcept nogil:
    cdef double d[3]
    cdef double r[3]
    cdef double s, along
    cdef Py_ssize_t i
    for i in range(3):
        d[i] = b[i] - a[i]
        r[i] = p[i] - a[i]
    along = dot(d, d)
    s = min(max(dot(r, d) / along, 0), 1) if along > 0 else 0
    for i in range(3):
        r[i] -= s * d[i]
    return dot(r, r)


cdef double triangle_distance(const double *a, const double *b, const double *c, const double *p) noexcept nogil:
    """Distance of a point from a triangle, nm."""
    cdef double u[3]
    cdef double v[3]
    cdef double n[3]
    cdef double r[3]
    cdef double s, t, square
    cdef Py_ssize_t i
    for i in range(3):
        u[i] = b[i] - a[i]
        v[i] = c[i] - a[i]
        r[i] = p[i] - a[i]
    n[0] = u[1] * v[2] - u[2] * v[1]
    n[1] = u[2] * v[0] - u[0] * v[2]
    n[2] = u[0] * v[1] - u[1] * v[0]
    square = dot(n, n)
    if square > 0:
        # barycentric weights of the foot: products of n with r × v and u × r
        s = (n[0] * (r[1] * v[2] - r[2] * v[1]) + n[1] * (r[2] * v[0] - r[0] * v[2])
             + n[2] * (r[0] * v[1] - r[1] * v[0]))
        t = (n[0] * (u[1] * r[2] - u[2] * r[1]) + n[1] * (u[2] * r[0] - u[0] * r[2])
             + n[2] * (u[0] * r[1] - u[1] * r[0]))
        if s >= 0 and t >= 0 and s + t <= square:
            return abs(dot(n, r)) / sqrt(square)
    return sqrt(min(segment_distance2(a, b, p), segment_distance2(b, c, p), segment_distance2(c, a, p)))


cdef int find_contacts(const double *x, Py_ssize_t beads, const double *vertices, const int *corner,
                       Py_ssize_t triangles, double cutoff, Ints out) except -1:
    """Fill ``out`` with pairs (triangle, bead) nearer than ``cutoff``."""
    cdef Ints cell = Ints(), start = Ints(), members = Ints()
    cdef double low[3]
    cdef double high[3]
    cdef double size = cutoff, wanted
    cdef Py_ssize_t i, k, t, c, cells, found = 0, begin, at, j
    cdef int count[3]
    cdef int first[3]
    cdef int last[3]
    cdef int ix, iy, iz
    cdef const double *p
    cdef const double *q
    cdef const double *r
    cdef bint near
    out.resize(0)
    if beads == 0 or triangles == 0:
        return 0
    for k in range(3):
        low[k] = INFINITY
        high[k] = -INFINITY
    for i in range(beads):
        for k in range(3):
            low[k] = min(low[k], x[3 * i + k])
            high[k] = max(high[k], x[3 * i + k])
    while True:
        wanted = 1
        for k in range(3):
            wanted *= floor((high[k] - low[k]) / size) + 1
        if wanted <= 4 * beads + 64:
            break
        size *= 1.26
    for k in range(3):
        count[k] = <int> floor((high[k] - low[k]) / size) + 1
    cells = <Py_ssize_t> count[0] * count[1] * count[2]
    cell.resize(beads)
    members.resize(beads)
    start.resize(cells + 1)
    for c in range(cells + 1):
        start.data[c] = 0
    for i in range(beads):
        c = 0
        for k in range(3):
            c = c * count[k] + <int> floor((x[3 * i + k] - low[k]) / size)
        cell.data[i] = <int> c
        start.data[c + 1] += 1
    for c in range(cells):
        start.data[c + 1] += start.data[c]
    for i in range(beads - 1, -1, -1):
        start.data[cell.data[i] + 1] -= 1
        members.data[start.data[cell.data[i] + 1]] = <int> i
    # the offsets have moved by one cell: start[c + 1] is now where cell c begins
    for c in range(cells):
        start.data[c] = start.data[c + 1]
    start.data[cells] = <int> beads
    for t in range(triangles):
        p = vertices + 3 * corner[3 * t]
        q = vertices + 3 * corner[3 * t + 1]
        r = vertices + 3 * corner[3 * t + 2]
        near = True
        for k in range(3):
            wanted = floor((min(p[k], q[k], r[k]) - cutoff - low[k]) / size)
            near = near and wanted < count[k]
            first[k] = <int> max(0, min(wanted, count[k]))
            wanted = floor((max(p[k], q[k], r[k]) + cutoff - low[k]) / size)
            near = near and wanted >= 0
            last[k] = <int> min(count[k] - 1, max(wanted, -1))
        if not near:
            continue
        begin = found
        for ix in range(first[0], last[0] + 1):
            for iy in range(first[1], last[1] + 1):
                for iz in range(first[2], last[2] + 1):
                    c = (<Py_ssize_t> ix * count[1] + iy) * count[2] + iz
                    for at in range(start.data[c], start.data[c + 1]):
                        i = members.data[at]
                        if triangle_distance(p, q, r, x + 3 * i) >= cutoff:
                            continue
                        out.resize(2 * found + 2)
                        j = found
                        while j > begin and out.data[2 * j - 1] > i:
                            out.data[2 * j + 1] = out.data[2 * j - 1]
                            j -= 1
                        out.data[2 * j + 1] = <int> i
                        out.data[2 * found] = <int> t
                        found += 1
    return 0
