"""A matrix like the second derivative of the energy of membranes whose vertices are matter.

The area of every triangle resists, so moving a vertex along the surface costs energy and shapes relax by moves along
normals and along the surface at once: a sphere whose triangles become smaller has to turn each of them about its
neighbours. Neither part is well scaled without the other, so all three coordinates of all vertices go into one sparse
matrix, made anew from the present positions and factorised. With displacements u, and sums over triangles and vertices,
it is that of

    Σ k/A₀ (∇A·u)² + Σ τ⁺ A |∇(n·u)|² + Σ κ/a (n·δp)² + Σ κ (4π/S)² a |u|² + Σ k |u|²,   δp = Σ w (u − u'),

which are the stretching of triangles, the tension τ they are under if it is not negative, bending (p is the gradient of
the area around a vertex, w are the cotangent weights), a small term that keeps motions of the whole membrane with area
S finite, and springs. The first three do not feel translations, so a membrane that is pushed moves as a whole. All are
squares: the matrix is positive whatever the shape. The enclosed volume adds one mode (Sherman–Morrison).
"""

from libc.math cimport fabs
from libc.string cimport memset

import numpy as np

from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.accelerations cimport move_of, sheet_volume_acceleration
from medyan_py.core.membrane.factor cimport Factor, copy_ints
from medyan_py.core.membrane.sheets cimport Membranes
from medyan_py.core.membrane.triangle cimport Triangle, area_acceleration, measure_triangle

cdef extern from "mechanics/vectors.h" nogil:
    void cross3(const double *u, const double *v, double *out)

cdef double FLOOR = 0.05              # pN/nm, of vertices of membranes that do not bend


cdef class MatterStiffness:
    """``build`` at some positions, then ``solve`` as often as wanted."""

    def __cinit__(self):
        self.factor, self.vertex, self.place, self.first = Factor(), Ints(), Ints(), Ints()
        self.w, self.z, self.gain, self.values, self.work = Doubles(), Doubles(), Doubles(), Doubles(), Doubles()

    cdef bint is_matter(self, Py_ssize_t sheet) noexcept nogil:
        """Whether the triangles of a membrane resist."""
        cdef Py_ssize_t t
        for t in range(self.m.sheet[sheet].first_triangle, self.m.sheet[sheet].last_triangle):
            if self.m.stretching_k[t] > 0:
                return True
        return False

    cdef bint has(self, Py_ssize_t sheet) noexcept nogil:
        """Whether some of its vertices move, of a membrane of matter."""
        return self.first.data[sheet + 1] > self.first.data[sheet]

    cdef int build(self, const Membranes *m, const double *x, double damping) except -1:
        """At the coordinates ``x`` of the vertices."""
        cdef Py_ssize_t s, i
        self.m = m
        self.first.resize(m.sheets + 1)
        found = []
        for s in range(m.sheets):
            self.first.data[s] = <int> len(found)
            if self.is_matter(s):
                for i in range(m.sheet[s].first_member, m.sheet[s].last_member):
                    if m.member[i] < m.movable:
                        found.append(m.member[i])
        self.first.data[m.sheets] = <int> len(found)
        place = np.full(m.vertices, -1, np.intc)
        place[found] = np.arange(len(found))
        copy_ints(place, self.place)
        copy_ints(np.array(found, np.intc), self.vertex)
        for buffer in (self.w, self.z, self.values, self.work):
            (<Doubles> buffer).resize(3 * self.vertex.size)
        if self.vertex.size > 0:
            self.factorise(x, damping)
            self.find_volume_modes(x)
        return 0

    # --- the matrix

    cdef int factorise(self, const double *x, double damping) except -1:
        cdef const Membranes *m = self.m
        cdef Py_ssize_t s
        owner = np.zeros(m.triangles, np.intp)
        bending_k = np.zeros(m.sheets)
        for s in range(m.sheets):
            owner[m.sheet[s].first_triangle:m.sheet[s].last_triangle] = s
            bending_k[s] = m.sheet[s].bending_k
        springs = np.zeros(m.vertices)
        if m.attachments:
            np.add.at(springs, np.asarray(<int[:m.attachments]> <int *> m.attached),
                      np.asarray(<double[:m.attachments]> <double *> m.attached_k))
        stretching_k = np.asarray(<double[:m.triangles]> <double *> m.stretching_k)
        own = stretching_k > 0
        self.factor.take(matrix_of_matter(
            np.asarray(<double[:m.vertices, :3]> <double *> x),
            np.asarray(<int[:m.triangles, :3]> <int *> m.corner)[own],
            stretching_k[own] / np.asarray(<double[:m.triangles]> <double *> m.rest_area)[own],
            np.asarray(<double[:m.triangles]> <double *> m.rest_area)[own],
            owner[own],
            bending_k,
            np.asarray(<int[:m.vertices]> <int *> m.border) != 0,
            springs + damping,
            np.asarray(<int[:m.vertices]> self.place.data),
        ))
        return 0

    # --- volumes

    cdef int find_volume_modes(self, const double *x) except -1:
        """What the resistance of enclosed volumes adds; one solution serves all membranes."""
        cdef const Membranes *m = self.m
        cdef const int *corner
        cdef double place[3][3]
        cdef double part[3]
        cdef Py_ssize_t s, t, k, i, n
        cdef double constant, product
        cdef const int *at = self.place.data
        memset(self.w.data, 0, 3 * self.vertex.size * sizeof(double))
        self.gain.resize(m.sheets)
        for s in range(m.sheets):
            self.gain.data[s] = 0
            if not self.has(s) or not m.sheet[s].volume_k > 0:
                continue
            for t in range(m.sheet[s].first_triangle, m.sheet[s].last_triangle):
                corner = m.corner + 3 * t
                for k in range(3):
                    for i in range(3):
                        place[k][i] = x[3 * corner[k] + i] - m.sheet[s].origin[i]
                for k in range(3):
                    if at[corner[k]] >= 0:
                        cross3(place[(k + 1) % 3], place[(k + 2) % 3], part)
                        for i in range(3):
                            self.w.data[3 * at[corner[k]] + i] += part[i] / 6
        for n in range(3 * self.vertex.size):
            self.z.data[n] = self.w.data[n]
        self.factor.solve(self.z.data, self.work.data)
        for s in range(m.sheets):
            if not self.has(s) or not m.sheet[s].volume_k > 0:
                continue
            constant = m.sheet[s].volume_k / m.sheet[s].rest_volume
            product = 0
            for n in range(3 * self.first.data[s], 3 * self.first.data[s + 1]):
                product += self.w.data[n] * self.z.data[n]
            self.gain.data[s] = constant / (1 + constant * product)
        return 0

    cdef void correct(self, double *values) noexcept nogil:
        """Apply the modes of volumes."""
        cdef Py_ssize_t s, n
        cdef double share
        for s in range(self.m.sheets):
            if self.gain.data[s] == 0:
                continue
            share = 0
            for n in range(3 * self.first.data[s], 3 * self.first.data[s + 1]):
                share += self.w.data[n] * values[n]
            share *= self.gain.data[s]
            for n in range(3 * self.first.data[s], 3 * self.first.data[s + 1]):
                values[n] -= share * self.z.data[n]

    cdef void solve(self, const double *rhs, double *out) noexcept nogil:
        """out = P⁻¹ rhs for the vertices of matter, both three numbers per movable vertex; others are left alone."""
        cdef Py_ssize_t n, i
        cdef double *values = self.values.data
        if self.vertex.size == 0:
            return
        for n in range(self.vertex.size):
            for i in range(3):
                values[3 * n + i] = rhs[3 * self.vertex.data[n] + i]
        self.factor.solve(values, self.work.data)
        self.correct(values)
        for n in range(self.vertex.size):
            for i in range(3):
                out[3 * self.vertex.data[n] + i] = values[3 * n + i]

    # --- curved steps

    cdef void bow(self, const double *x, const double *d, double longest, double *out) noexcept nogil:
        """Second-order part of a step along ``d`` that leaves areas and volumes more nearly as they are.

        ``out`` (3 per movable vertex) goes with the square of the step: that is geodesic acceleration, the Gauss–Newton
        answer to the second derivatives of what resists along d (Transtrum & Sethna 2012, arXiv:1201.5885). At the
        ``longest`` step it is at most half as long as the straight part.
        """
        cdef Py_ssize_t s, n, i
        cdef double *values = self.values.data
        cdef double straight = 0, bent = 0, factor, weight
        memset(values, 0, 3 * self.vertex.size * sizeof(double))
        self.add_bow_of_areas(x, d, values)
        for s in range(self.m.sheets):
            if self.gain.data[s] != 0:
                weight = self.m.sheet[s].volume_k / self.m.sheet[s].rest_volume
                weight *= sheet_volume_acceleration(self.m, s, x, d)
                for n in range(3 * self.first.data[s], 3 * self.first.data[s + 1]):
                    values[n] += weight * self.w.data[n]
        self.factor.solve(values, self.work.data)
        self.correct(values)
        for n in range(self.vertex.size):
            for i in range(3):
                straight = max(straight, fabs(d[3 * self.vertex.data[n] + i]))
                bent = max(bent, fabs(values[3 * n + i]))
        factor = -0.5
        if bent * longest > straight:
            factor *= straight / (bent * longest)
        for n in range(self.vertex.size):
            for i in range(3):
                out[3 * self.vertex.data[n] + i] = factor * values[3 * n + i]

    cdef void add_bow_of_areas(self, const double *x, const double *d, double *out) noexcept nogil:
        """Add Σ k/A₀ A″ ∇A, with A″ the second derivative of the area along d."""
        cdef const Membranes *m = self.m
        cdef Triangle shape
        cdef const int *corner
        cdef double at[3][3]
        cdef double weight
        cdef Py_ssize_t t, k, i
        for t in range(m.triangles):
            if not m.stretching_k[t] > 0:
                continue
            corner = m.corner + 3 * t
            measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], &shape)
            weight = area_acceleration(&shape, move_of(m, d, corner[0]), move_of(m, d, corner[1]),
                                       move_of(m, d, corner[2]))
            weight *= 0.5 * m.stretching_k[t] / m.rest_area[t]
            cross3(shape.other, shape.normal, at[1])          # twice the gradients of the area at corners 1 and 2
            cross3(shape.normal, shape.side, at[2])
            for k in range(3):
                if self.place.data[corner[k]] < 0:
                    continue
                for i in range(3):
                    out[3 * self.place.data[corner[k]] + i] += \
                        weight * (at[k][i] if k else -at[1][i] - at[2][i])


def matrix_of_matter(x, corner, resistance, rest_area, owner, bending_k, border, springs, column):
    """The sparse matrix without the modes of volumes.

    ``x`` (nv, 3): places, nm; ``corner`` (nt, 3): vertices of the triangles of matter; ``resistance``, ``rest_area``,
    ``owner`` (nt,): k/A₀ in pN/nm³, A₀ in nm², number of the membrane; ``bending_k`` by membrane, pN nm; ``border``,
    ``springs`` (nv,): whether a vertex lies on one, and spring constants in pN/nm; ``column`` (nv,): which unknowns the
    vertices are, −1 for those that do not move.
    """
    from scipy.sparse import coo_matrix, diags     # here, for it takes longer to import than a small model to relax

    unknowns, vertices, triangles = column.max() + 1, len(x), len(corner)
    a, b, c = (x[corner[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    twice = np.maximum(np.linalg.norm(normal, axis=1), 1e-12)
    normal /= twice[:, None]
    gradient = 0.5 * np.stack([np.cross(c - b, -normal), np.cross(c - a, normal), np.cross(normal, b - a)], axis=1)

    def squares(row, weight, at, derivative):
        """Σ weight (Σ derivative·u(at))², a term for each row; ``derivative`` has three components per entry."""
        moves = column[at] >= 0
        row, at, derivative = row[moves], column[at[moves]], derivative[moves]
        columns = (3 * at[:, None] + np.arange(3)).ravel()
        shape = len(weight), 3 * unknowns
        terms = coo_matrix((derivative.ravel(), (np.repeat(row, 3), columns)), shape=shape).tocsr()
        return terms.T @ diags(weight) @ terms

    index = np.arange(triangles)
    matrix = squares(np.repeat(index, 3), resistance, corner.ravel(), gradient.reshape(-1, 3))
    tension = np.maximum(0, resistance * (0.5 * twice - rest_area))
    if tension.any():
        slope = 2 * gradient / twice[:, None, None]            # of the linear function that is 1 at a corner
        for k in range(3):
            derivative = slope[:, :, k, None] * normal[:, None, :]
            matrix = matrix + squares(
                np.repeat(index, 3), 0.5 * tension * twice, corner.ravel(), derivative.reshape(-1, 3)
            )
    area, upward, sheet = np.zeros(vertices), np.zeros((vertices, 3)), np.zeros(vertices, np.intp)
    for k in range(3):
        np.add.at(area, corner[:, k], twice / 6)
        np.add.at(upward, corner[:, k], normal * twice[:, None])
        sheet[corner[:, k]] = owner
    upward /= np.maximum(np.linalg.norm(upward, axis=1), 1e-12)[:, None]
    stiffness = bending_k[sheet]
    if bending_k.any():
        rows, columns, weights = [], [], []
        for k in range(3):
            i, j, here = corner[:, (k + 1) % 3], corner[:, (k + 2) % 3], x[corner[:, k]]
            half = 0.5 * ((x[i] - here) * (x[j] - here)).sum(axis=1) / twice
            rows += [i, i, j, j]
            columns += [i, j, j, i]
            weights += [half, -half, half, -half]
        row, weight = np.concatenate(rows), np.concatenate(weights)
        resists = np.where(border, 0, stiffness) / np.maximum(area, 1e-12)
        matrix = matrix + squares(row, resists, np.concatenate(columns), weight[:, None] * upward[row])
    surface = np.maximum(np.bincount(sheet, area, minlength=len(bending_k)), 1e-12)
    small = np.where(stiffness > 0, stiffness * (4 * np.pi / surface[sheet]) ** 2 * area, FLOOR)
    diagonal = np.zeros(unknowns)
    diagonal[column[column >= 0]] = (small + springs)[column >= 0]
    return matrix + diags(np.repeat(diagonal, 3))
