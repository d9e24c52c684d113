"""A matrix like the second derivative of the energy of membranes, for the preconditioner of the minimiser.

Along the normals a membrane resists with κ ∇⁴ + σ ∇². Its discrete form is taken as a product,

    P = κ (L + β₁ M) M⁻¹ (L + β₂ M),   β₁ + β₂ = σ/κ,

with the Laplacian L of the mesh of equilateral triangles with the same connections and the areas M of the vertices at
rest; β₁ is small, 4π over the area of the membrane, and keeps translations finite. Both factors are sparse and
factorised once for a mesh (SuperLU, minimum degree), so P⁻¹ costs about as much as an evaluation of the bending energy
and mends its bad conditioning: the softest mode of a vesicle is (R/l)⁴ times softer than the stiffest, l the length of
edges. What factors depend on, connections, areas at rest and the rough size of tensions, seldom changes from one
minimisation to the next unless the mesh does, and courses do not depend on when they were made.

Volume, area and springs of vertices stiffen single modes, by c w wᵀ with the present normals (Sherman–Morrison).

A closed membrane that nothing ties to a place moves as a whole, with all its vertices, under the net force and torque
on it alone (``rigid_motions.pyx``).

Vertices of a fluid membrane are but places where the surface is sampled: moving them along it is no change of shape,
and what forces along it are left are errors of the sampling, which a minimiser would follow for thousands of steps
into distorted meshes. So inner vertices move along their normals only (remeshing moves them along the surface), and
only forces along normals count as residual. Vertices on a border or with a spring move in all directions, with a
diagonal matrix along the surface. Membranes with local elasticity, whose vertices are matter, have a matrix of their
own (``matter.pyx``).
"""

from libc.math cimport INFINITY, fabs, log2, round, sqrt
from libc.string cimport memcpy, memset

import numpy as np

from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.accelerations cimport sheet_area_acceleration, sheet_volume_acceleration
from medyan_py.core.membrane.factor cimport Factor, copy_doubles
from medyan_py.core.membrane.matter cimport MatterStiffness
from medyan_py.core.membrane.rigid_motions cimport RigidMotions
from medyan_py.core.membrane.sheets cimport Membranes, Sheet
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle

cdef extern from "mechanics/vectors.h" nogil:
    double dot3(const double *u, const double *v)
    void cross3(const double *u, const double *v, double *out)

cdef double FLOOR = 0.05              # pN/nm, resistance to sliding along the surface
cdef double COTANGENT = 0.5773502691896258     # weight of an edge between equilateral triangles
cdef double TURN = 30                 # see ``resist_turns``
cdef double TINY = 1e-12              # nm², against areas at rest of zero
cdef double NEGLIGIBLE = 0.02         # of a predicted decrease
cdef int MOST_SPRINGS = 32            # more springs of vertices than this are not worth a mode each


cdef class SheetStiffness:
    """``build`` at some positions, then ``solve`` as often as wanted."""

    def __cinit__(self):
        self.first, self.second, self.spring = Factor(), Factor(), Ints()
        self.matter = MatterStiffness()
        self.mass, self.inverse_scale, self.normal, self.sideways = Doubles(), Doubles(), Doubles(), Doubles()
        self.w, self.z, self.gain, self.work = Doubles(), Doubles(), Doubles(), Doubles()
        self.whole = RigidMotions()
        self.tension = Doubles()
        self.movable = self.springs = 0

    cdef int build(self, const Membranes *m, const double *x, double damping) except -1:
        """At the coordinates ``x`` of the vertices; ``damping``, pN/nm, is added for those of matter."""
        self.m = m
        self.movable = m.movable
        if m.movable > 0:
            self.find_tensions(x)
            self.factorise()
            self.matter.build(m, x, damping)
            self.find_normals(x)
            self.find_modes()
            self.whole.find(m, x, self.normal, self.mass, self.sideways, self.tension)
        return 0

    # --- the factors

    cdef int find_tensions(self, const double *x) except -1:
        """Of every membrane, constant and by the elasticity of its area; not below 0.

        The latter is rounded to a power of two, so that the factors are made anew only where it changes much, and by
        what it is now alone.
        """
        cdef const Membranes *m = self.m
        cdef const Sheet *sheet
        cdef const int *corner
        cdef Triangle shape
        cdef Py_ssize_t s, t
        cdef double area, stretched
        self.tension.resize(m.sheets)
        for s in range(m.sheets):
            sheet = m.sheet + s
            self.tension.data[s] = max(0, sheet.tension)
            if not sheet.area_k > 0:
                continue
            area = 0
            for t in range(sheet.first_triangle, sheet.last_triangle):
                corner = m.corner + 3 * t
                measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], &shape)
                area += 0.5 * shape.twice
            stretched = sheet.area_k * (area - sheet.rest_area) / sheet.rest_area
            if stretched * area > sheet.bending_k:       # less is weaker than bending in the softest modes
                self.tension.data[s] += 2.0 ** round(log2(stretched))
        return 0

    cdef int factorise(self) except -1:
        """Make the two factors anew if anything that they are made of has changed."""
        cdef const Membranes *m = self.m
        cdef Py_ssize_t s
        corners = np.asarray(<int[:m.triangles, :3]> <int *> m.corner).copy()
        areas = np.asarray(<double[:m.triangles]> <double *> m.rest_area).copy()
        sheets = np.empty((m.sheets, 3))
        for s in range(m.sheets):
            sheets[s] = m.sheet[s].first_triangle, m.sheet[s].bending_k, self.tension.data[s]
        made_of = (np.array([m.movable, m.vertices]), corners, areas, sheets)
        if self.made_of is not None and all(map(np.array_equal, self.made_of, made_of)):
            return 0
        self.made_of = None
        self.make_factors(*made_of)
        self.made_of = made_of
        return 0

    def make_factors(self, counts, corners, areas, sheets):
        """Of movable and all vertices, corners, rest areas, and per membrane first triangle, κ and σ."""
        from scipy.sparse import coo_matrix, diags  # here, for it takes longer to import than a small model to relax

        movable, vertices = counts
        first, kappa, sigma = sheets.T
        owner = np.searchsorted(first, np.arange(len(corners)), side="right") - 1
        sheet, mass = np.zeros(vertices, np.intp), np.zeros(vertices)
        for k in range(3):
            sheet[corners[:, k]] = owner
            np.add.at(mass, corners[:, k], areas / 3)
        least = 4 * np.pi / np.maximum(np.bincount(sheet, mass, minlength=len(sheets)), TINY)
        mass = np.maximum(mass, max(1e-6 * mass.mean(), TINY))
        ends = np.concatenate([corners.ravel(), np.roll(corners, -1, axis=1).ravel()])
        others = np.concatenate([np.roll(corners, -1, axis=1).ravel(), corners.ravel()])
        edges = coo_matrix((np.full(len(ends), 0.5 * COTANGENT), (ends, others)), shape=(vertices, vertices)).tocsr()
        laplacian = (diags(np.asarray(edges.sum(axis=1)).ravel()) - edges)[:movable, :movable]
        sheet, mass = sheet[:movable], mass[:movable]
        # without κ there is one factor, σ (L + β₁M); the other is then M itself, and without σ so is the first
        bends, resists = (kappa > 0)[sheet], ((kappa > 0) | (sigma > 0))[sheet]
        scale = np.where(kappa > 0, kappa, np.where(sigma > 0, sigma, FLOOR))[sheet]
        beta = np.maximum(sigma / np.where(kappa > 0, kappa, 1), least)[sheet]
        matrix = diags(resists * 1.0) @ laplacian + diags(np.where(resists, least[sheet] * mass, 1))
        self.first.take(matrix)
        matrix = diags(bends * 1.0) @ laplacian + diags(np.where(bends, beta, 1) * mass)
        self.second.take(matrix)
        for values, out in ((mass, self.mass), (1 / scale, self.inverse_scale)):
            copy_doubles(np.ascontiguousarray(values), out)

    # --- what depends on the positions

    cdef int find_normals(self, const double *x) except -1:
        """Normals, the derivatives of volume and area along them, and the resistance to sliding."""
        cdef const Membranes *m = self.m
        cdef Triangle shape
        cdef const int *corner
        cdef Py_ssize_t s, t, k, i, v, n = self.movable
        cdef double at[3][3]
        cdef double length, resistance
        self.normal.resize(3 * n)
        self.sideways.resize(n)
        self.work.resize(3 * n)           # gradient of the area
        memset(self.normal.data, 0, 3 * n * sizeof(double))
        memset(self.work.data, 0, 3 * n * sizeof(double))
        for v in range(n):
            self.sideways.data[v] = FLOOR if m.border[v] else INFINITY
        for v in range(m.attachments):
            if m.attached[v] < n:
                self.sideways.data[m.attached[v]] = FLOOR
        for s in range(m.sheets):
            for t in range(m.sheet[s].first_triangle, m.sheet[s].last_triangle):
                corner = m.corner + 3 * t
                measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], &shape)
                cross3(shape.other, shape.normal, at[1])
                cross3(shape.normal, shape.side, at[2])
                resistance = FLOOR + self.tension.data[s]
                for k in range(3):
                    v = corner[k]
                    if v >= n:
                        continue
                    if m.stretching_k[t] > 0 and self.sideways.data[v] == INFINITY:
                        self.sideways.data[v] = resistance
                    self.sideways.data[v] = max(self.sideways.data[v], resistance)
                    for i in range(3):
                        self.normal.data[3 * v + i] += shape.twice * shape.normal[i] / 6
                        self.work.data[3 * v + i] += 0.5 * (at[k][i] if k else -at[1][i] - at[2][i])
        self.w.resize(2 * n)
        for v in range(n):
            length = sqrt(dot3(self.normal.data + 3 * v, self.normal.data + 3 * v))
            if length == 0 and self.sideways.data[v] == INFINITY:
                self.sideways.data[v] = FLOOR
            for i in range(3):
                self.normal.data[3 * v + i] /= length if length > 0 else 1
            self.w.data[v] = length
            self.w.data[n + v] = dot3(self.work.data + 3 * v, self.normal.data + 3 * v)
        self.resist_turns()
        return 0

    cdef int resist_turns(self) except -1:
        """Where normals differ from vertex to vertex, sliding along one of them is bending at the others."""
        cdef const Membranes *m = self.m
        cdef const int *corner
        cdef Py_ssize_t s, t, k, i, u, v, n = self.movable
        cdef double turn, change
        for s in range(m.sheets):
            for t in range(m.sheet[s].first_triangle, m.sheet[s].last_triangle):
                corner = m.corner + 3 * t
                for k in range(3):
                    u = corner[k]
                    v = corner[(k + 1) % 3]
                    if u >= n or v >= n:
                        continue
                    turn = 0
                    for i in range(3):
                        change = self.normal.data[3 * u + i] - self.normal.data[3 * v + i]
                        turn += change * change
                    turn *= 0.5 * TURN * m.sheet[s].bending_k
                    self.sideways.data[u] += turn / self.mass.data[v]
                    self.sideways.data[v] += turn / self.mass.data[u]
        return 0

    cdef int find_modes(self) except -1:
        """What volume, area and springs add."""
        cdef Py_ssize_t i, v
        self.z.resize(2 * self.movable)
        self.gain.resize(2 * self.m.sheets)
        self.springs = 0
        self.spring.resize(0)
        self.add_sheet_mode(0)
        self.add_sheet_mode(1)
        for i in range(self.m.attachments):
            v = self.m.attached[i]
            if v < self.movable and self.m.attached_k[i] > 0:
                self.sideways.data[v] += self.m.attached_k[i]
                if self.springs < MOST_SPRINGS:
                    self.add_spring(v, self.m.attached_k[i])
        return 0

    cdef int add_sheet_mode(self, int kind) except -1:
        """The elasticity of the volume (0) or area (1) of every membrane; one solution serves all."""
        cdef Py_ssize_t s, i, v, n = self.movable
        cdef const Sheet *sheet
        cdef double *w = self.w.data + kind * n
        cdef double *z = self.z.data + kind * n
        cdef double product, constant
        cdef bint any_of_them = False
        for s in range(self.m.sheets):
            sheet = self.m.sheet + s
            any_of_them = any_of_them or (sheet.area_k if kind else sheet.volume_k) > 0
            self.gain.data[kind * self.m.sheets + s] = 0
        memset(z, 0, n * sizeof(double))
        if not any_of_them:
            return 0
        memcpy(z, w, n * sizeof(double))
        self.bend(z)
        self.correct(z, kind, 0)
        for s in range(self.m.sheets):
            sheet = self.m.sheet + s
            constant = sheet.area_k / sheet.rest_area if kind and sheet.area_k > 0 else \
                sheet.volume_k / sheet.rest_volume if not kind and sheet.volume_k > 0 else 0
            product = 0
            for i in range(sheet.first_member, sheet.last_member):
                v = self.m.member[i]
                if v < n:
                    product += w[v] * z[v]
            self.gain.data[kind * self.m.sheets + s] = constant / (1 + constant * product)
        return 0

    cdef int add_spring(self, Py_ssize_t vertex, double k) except -1:
        cdef Py_ssize_t n = self.movable, at = 2 + self.springs
        self.z.resize((at + 1) * n)
        self.gain.resize(2 * self.m.sheets + self.springs + 1)
        self.spring.resize(self.springs + 1)
        self.spring.data[self.springs] = <int> vertex
        cdef double *z = self.z.data + at * n
        memset(z, 0, n * sizeof(double))
        z[vertex] = 1
        self.bend(z)
        self.correct(z, 2, self.springs)
        self.gain.data[2 * self.m.sheets + self.springs] = k / (1 + k * z[vertex])
        self.springs += 1
        return 0

    # --- solving

    cdef void bend(self, double *values) noexcept nogil:
        """Replace displacing forces along the normals by P⁻¹ times them, without modes."""
        cdef Py_ssize_t v, n = self.movable
        for v in range(n):
            values[v] *= self.inverse_scale.data[v]
        self.first.solve(values, self.work.data)
        for v in range(n):
            values[v] *= self.mass.data[v]
        self.second.solve(values, self.work.data)

    cdef void correct(self, double *values, int kinds, Py_ssize_t springs) noexcept nogil:
        """Apply the first modes, one after the other."""
        cdef Py_ssize_t s, i, v, n = self.movable
        cdef const double *w
        cdef const double *z
        cdef double share, gain
        cdef int kind
        for kind in range(kinds):
            w = self.w.data + kind * n
            z = self.z.data + kind * n
            for s in range(self.m.sheets):
                gain = self.gain.data[kind * self.m.sheets + s]
                if gain == 0:
                    continue
                share = 0
                for i in range(self.m.sheet[s].first_member, self.m.sheet[s].last_member):
                    v = self.m.member[i]
                    if v < n:
                        share += w[v] * values[v]
                for i in range(self.m.sheet[s].first_member, self.m.sheet[s].last_member):
                    v = self.m.member[i]
                    if v < n:
                        values[v] -= gain * share * z[v]
        for i in range(springs):
            z = self.z.data + (2 + i) * n
            share = self.gain.data[2 * self.m.sheets + i] * values[self.spring.data[i]]
            for v in range(n):
                values[v] -= share * z[v]

    cdef void solve(self, const double *rhs, double *out) noexcept nogil:
        """out = P⁻¹ rhs, both three numbers per movable vertex."""
        cdef Py_ssize_t v, i, n = self.movable
        cdef const double *normal = self.normal.data
        cdef double *along = self.work.data + n
        cdef double height
        if n == 0:
            return
        for v in range(n):
            along[v] = dot3(rhs + 3 * v, normal + 3 * v)
        for v in range(n):
            for i in range(3):
                out[3 * v + i] = (rhs[3 * v + i] - along[v] * normal[3 * v + i]) / self.sideways.data[v]
        self.whole.take_out(along, True)
        self.bend(along)
        self.correct(along, 2, self.springs)
        self.whole.take_out(along, False)
        for v in range(n):
            height = along[v]
            for i in range(3):
                out[3 * v + i] += height * normal[3 * v + i]
        self.whole.move(rhs, out)
        self.matter.solve(rhs, out)

    # --- curved steps

    cdef bint bow(self, const double *x, const double *d, double slope, double longest, double *out) noexcept nogil:
        """Second-order part of a step along ``d`` that keeps areas and volumes more nearly as they are; whether any.

        As in ``matter.pyx``; ``out`` goes with the square of the step. Where areas and volumes would change by less
        than matters beside the decrease that the ``slope`` predicts, steps stay straight.
        """
        cdef Py_ssize_t s, i, v, n = self.movable
        cdef const Sheet *sheet
        cdef double *along = self.work.data + n
        cdef double by_volume, by_area, error = 0, straight = 0, bent = 0, factor, step = min(1, longest)
        cdef bint any_of_matter = n > 0 and self.matter.vertex.size > 0
        if n == 0:
            return False
        memset(along, 0, n * sizeof(double))
        for s in range(self.m.sheets):
            sheet = self.m.sheet + s
            by_volume = by_area = 0
            if self.gain.data[s] != 0 and not self.matter.has(s):
                by_volume = sheet_volume_acceleration(self.m, s, x, d)
                error += 0.125 * sheet.volume_k / sheet.rest_volume * by_volume * by_volume * step ** 4
                by_volume *= sheet.volume_k / sheet.rest_volume
            if self.gain.data[self.m.sheets + s] != 0:
                by_area = sheet_area_acceleration(self.m, s, x, d)
                error += 0.125 * sheet.area_k / sheet.rest_area * by_area * by_area * step ** 4
                by_area *= sheet.area_k / sheet.rest_area
            if by_volume == 0 and by_area == 0:
                continue
            for i in range(sheet.first_member, sheet.last_member):
                v = self.m.member[i]
                if v < n:
                    along[v] += by_volume * self.w.data[v] + by_area * self.w.data[n + v]
        if error <= NEGLIGIBLE * fabs(slope) * step and not any_of_matter:
            return False
        memset(out, 0, 3 * n * sizeof(double))
        if error > NEGLIGIBLE * fabs(slope) * step:
            self.whole.take_out(along, True)
            self.bend(along)
            self.correct(along, 2, self.springs)
            self.whole.take_out(along, False)
            for v in range(n):
                bent = max(bent, fabs(along[v]))
                for i in range(3 * v, 3 * v + 3):
                    straight = max(straight, fabs(d[i]))
            factor = -0.5
            if bent * longest > straight:
                factor *= straight / (bent * longest)
            for v in range(n):
                for i in range(3):
                    out[3 * v + i] = factor * along[v] * self.normal.data[3 * v + i]
        if any_of_matter:
            self.matter.bow(x, d, longest, out)
        return True

    cdef double largest(self, const double *g) noexcept nogil:
        """Largest component of forces in the directions in which vertices move."""
        cdef double most = 0
        cdef Py_ssize_t v, i
        for v in range(self.movable):
            if self.sideways.data[v] == INFINITY:
                most = max(most, fabs(dot3(g + 3 * v, self.normal.data + 3 * v)))
            else:
                for i in range(3 * v, 3 * v + 3):
                    most = max(most, fabs(g[i]))
        return most
