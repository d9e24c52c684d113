"""Moving vertices along their surface."""

from libc.math cimport INFINITY, atan2, fabs, sqrt

import numpy as np

from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.mesh cimport MembraneMesh, next_of, previous_of
from medyan_py.core.membrane.surgery cimport Surgery
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle


cdef inline void cross(const double *u, const double *v, double *out) noexcept nogil:
    out[0] = u[1] * v[2] - u[2] * v[1]
    out[1] = u[2] * v[0] - u[0] * v[2]
    out[2] = u[0] * v[1] - u[1] * v[0]


cdef double quality(const double *a, const double *b, const double *c) noexcept nogil:
    """Circumradius over twice the inradius: 1 for an equilateral triangle, infinite without area."""
    cdef double x = sqrt(square_distance(b, c)), y = sqrt(square_distance(c, a)), z = sqrt(square_distance(a, b))
    cdef double s = 0.5 * (x + y + z), room = 8 * (s - x) * (s - y) * (s - z)
    return x * y * z / room if room > 0 else INFINITY


cdef class Relocation(Surgery):
    """Adds normals and movements to the operations on a mesh.

    ``adapted``: per membrane, whether its vertices may be moved.
    """

    def __init__(self, MembraneMesh mesh, seed, reservoir, adapted=None):
        super().__init__(mesh, seed, reservoir)
        adapted = np.ones(mesh.membranes, np.uint8) if adapted is None else np.array(adapted, dtype=np.uint8)
        if adapted.shape != (mesh.membranes,):
            raise ValueError(f"adapted: shape {adapted.shape}, expected ({mesh.membranes},)")
        self.mobile = adapted
        self.size = self.rough_size = np.zeros(0)
        self.normal = np.zeros((0, 3))
        self.touched = self.active = np.zeros(0, np.uint8)
        self.everything = True

    cdef int make_room(self) except -1:
        """Room for the numbers of every row, kept when rows are added."""
        cdef Py_ssize_t rows = self.mesh.vertices.capacity
        if self.size.shape[0] == rows:
            return 0
        size, rough_size, normal = np.zeros(rows), np.zeros(rows), np.zeros((rows, 3))
        touched, active = np.zeros(rows, np.uint8), np.zeros(rows, np.uint8)
        size[:self.size.shape[0]] = self.size
        rough_size[:self.size.shape[0]] = self.rough_size
        normal[:self.size.shape[0]] = self.normal
        touched[:self.size.shape[0]] = self.touched
        active[:self.size.shape[0]] = self.active
        self.size, self.rough_size, self.normal = size, rough_size, normal
        self.touched, self.active = touched, active
        return 0

    cdef int set_normal(self, int v) noexcept:
        """Mean of the normals around a vertex, weighted by the angles there."""
        cdef int first = self.mesh.first_around(v), h = first, i
        cdef double n[3]
        cdef double length, angle
        cdef Triangle shape
        n[0] = n[1] = n[2] = 0
        while h >= 0:
            measure_triangle(self.mesh.place(v), self.mesh.place(self.mesh.end_of(h)),
                             self.mesh.place(self.mesh.end_of(next_of(h))), &shape)
            angle = atan2(shape.twice, dot(shape.side, shape.other))
            for i in range(3):
                n[i] += angle * shape.normal[i]
            h = self.mesh.next_around(h)
            if h == first:
                break
        length = sqrt(dot(n, n))
        for i in range(3):
            self.normal[v, i] = n[i] / length if length > 0 else 0
        return 0

    cdef void measure(self, int t, Triangle *shape) noexcept:
        cdef const int *corner = self.mesh.corners() + 3 * t
        measure_triangle(self.mesh.place(corner[0]), self.mesh.place(corner[1]), self.mesh.place(corner[2]), shape)

    cdef int target(self, int v, double *x) noexcept:
        """Mean over the triangles of the place that would make each equilateral with its edge opposite to v."""
        cdef int first = self.mesh.first_around(v), h = first, i
        cdef Triangle shape
        cdef const double *y
        cdef const double *z
        cdef double r[3]
        cdef double turned[3]
        x[0] = x[1] = x[2] = 0
        while True:
            y, z = self.mesh.place(self.mesh.end_of(h)), self.mesh.place(self.mesh.end_of(next_of(h)))
            measure_triangle(self.mesh.place(v), y, z, &shape)
            subtract(z, y, r)
            cross(shape.normal, r, turned)
            for i in range(3):
                x[i] += 0.5 * (y[i] + z[i]) + 0.8660254037844386 * turned[i]
            h = self.mesh.next_around(h)
            if h == first:
                break
        for i in range(3):
            x[i] /= self.mesh.vertices.degree[v]
        return 0

    cdef int move_along(self, int v) noexcept:
        """Move an inner vertex along the surface; not if that would make a bad triangle."""
        cdef double *x = self.mesh.place(v)
        cdef const double *n = &self.normal[v, 0]
        cdef double goal[3]
        cdef double old[3]
        cdef double d[3]
        cdef double u[3]
        cdef double w[3]
        cdef double form[3]
        cdef double height, worst, length
        cdef int i, least = 0
        if dot(n, n) == 0:
            return 0
        self.target(v, goal)
        subtract(goal, x, d)
        height = dot(d, n)
        for i in range(3):
            d[i] -= height * n[i]
            if fabs(n[i]) < fabs(n[least]):
                least = i
        for i in range(3):
            w[i] = 1 if i == least else 0
        cross(w, n, u)
        length = sqrt(dot(u, u))
        for i in range(3):
            u[i] /= length
        cross(n, u, w)
        self.quadric(v, u, w, form)
        height = dot(d, u) * (form[0] * dot(d, u) + form[1] * dot(d, w)) + form[2] * dot(d, w) * dot(d, w)
        worst = self.worst_around(v)
        for i in range(3):
            old[i] = x[i]
            x[i] += d[i] + height * n[i]
        if self.worst_around(v) > max(worst, 2):
            for i in range(3):
                x[i] = old[i]
        return 0

    cdef double worst_around(self, int v) noexcept:
        """Worst quality of the triangles around a vertex; infinite where one is folded against the vertex's normal."""
        cdef int first = self.mesh.first_around(v), h = first
        cdef double worst = 1
        cdef Triangle shape
        while h >= 0:
            self.measure(h // 3, &shape)
            if dot(shape.normal, &self.normal[v, 0]) <= 0.3:
                return INFINITY
            worst = max(worst, quality(self.mesh.place(v), self.mesh.place(self.mesh.end_of(h)),
                                       self.mesh.place(self.mesh.end_of(next_of(h)))))
            h = self.mesh.next_around(h)
            if h == first:
                break
        return worst

    cdef int quadric(self, int v, const double *u, const double *w, double *form) noexcept:
        """Least squares a, b, c of the neighbours' heights a p² + b p q + c q² over the tangent plane (u, w)."""
        cdef int first = self.mesh.first_around(v), h = first, i, j
        cdef double r[3]
        cdef double row[3]
        cdef double m[3][3]
        cdef double y[3]
        cdef double p, q, z, scale, determinant
        for i in range(3):
            y[i] = 0
            for j in range(3):
                m[i][j] = 0
        while h >= 0:
            subtract(self.mesh.place(self.mesh.end_of(h)), self.mesh.place(v), r)
            p, q, z = dot(r, u), dot(r, w), dot(r, &self.normal[v, 0])
            scale = 1 / nonzero(dot(r, r))     # all neighbours count alike
            row[0], row[1], row[2] = p * p * scale, p * q * scale, q * q * scale
            for i in range(3):
                y[i] += row[i] * z * scale
                for j in range(3):
                    m[i][j] += row[i] * row[j]
            h = self.mesh.next_around(h)
            if h == first:
                break
        for i in range(3):
            m[i][i] += 1e-3               # a ring with neighbours in two directions only leaves the form open
        determinant = 0
        for i in range(3):
            determinant += m[0][i] * (m[1][(i + 1) % 3] * m[2][(i + 2) % 3] - m[1][(i + 2) % 3] * m[2][(i + 1) % 3])
        for j in range(3):
            form[j] = 0
            for i in range(3):            # cofactors of the symmetric matrix
                form[j] += y[i] * (m[(i + 1) % 3][(j + 1) % 3] * m[(i + 2) % 3][(j + 2) % 3]
                                   - m[(i + 1) % 3][(j + 2) % 3] * m[(i + 2) % 3][(j + 1) % 3]) / determinant
        return 0

    cdef int share_after_moves(self, int[::1] rows) except -1:
        """Rest areas after vertices have moved: with a reservoir the present areas, else shared within each ring."""
        cdef MembraneMesh mesh = self.mesh
        cdef int v, first, h, count
        cdef int ring[PLACES]
        cdef double total
        for v in rows:
            if mesh.vertices.border[v] or mesh.vertices.degree[v] > PLACES:
                continue
            total, count = 0, 0
            first = h = mesh.first_around(v)
            while True:
                ring[count] = h // 3
                total += mesh.triangles.rest_area[h // 3]
                count += 1
                h = mesh.next_around(h)
                if h == first:
                    break
            self.share(ring, count, total)
        for v in rows:
            first = h = mesh.first_around(v)
            self.refresh_rest(v)
            while h >= 0:
                self.refresh_rest(mesh.end_of(h))
                if mesh.opposites()[previous_of(h)] < 0:
                    self.refresh_rest(mesh.start_of(previous_of(h)))
                h = mesh.next_around(h)
                if h == first:
                    break
        return 0

    # --- volume

    cdef dict volumes(self):
        """Enclosed volume of every closed membrane that is adapted, nm³."""
        cdef int n
        shape = Geometry(self.mesh)
        return {n: shape.volume(n) for n in range(self.mesh.membranes) if self.mobile[n] and self.mesh.is_closed(n)}

    cdef int restore_volumes(self, dict wanted) except -1:
        """Shift the vertices of each membrane along the volume's gradient until it encloses what it did before."""
        cdef int n
        v = self.mesh.vertices
        for _ in range(2):
            shape = Geometry(self.mesh)
            for n, volume in wanted.items():
                free = v.rows[(v["membrane"][v.rows] == n) & (v["attachments"][v.rows] == 0)]
                slope = shape.volume_gradient[free]
                v.columns["x"][free] += (volume - shape.volume(n)) / max((slope**2).sum(), 1e-300) * slope
        return 0
