"""Local changes of a mesh that keep it an oriented surface: flip, split and collapse of an edge.

What the mesh carries stays conserved. Rest areas of the triangles concerned keep their sum and are shared in proportion
to the new areas; on a membrane with a lipid reservoir they become the present areas. Molecules on a vertex are
taken as spread evenly over its rest area: what each of them does when the area is divided is drawn at random, so no
vertex is favoured and every copy number keeps its total.

A flip is refused where the new edge exists already, and a collapse unless the ends of the edge have exactly the two
opposite vertices as common neighbours (Dey, Edelsbrunner, Guha & Nekhayev 1999, Publ Inst Math 66:23).
"""

from libc.stdint cimport int64_t

import numpy as np

from medyan_py.core.common.random cimport RandomStream
from medyan_py.core.membrane.mesh cimport MembraneMesh, next_of, previous_of
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle

cdef enum:
    RING = 256                   # most triangles around a vertex that a collapse can handle
    ONE_BY_ONE = 1000            # molecules that are dealt one at a time, about as fast as setting up another way


cdef class Surgery:
    """Operations on one mesh.

    Parameters
    ----------
    mesh : MembraneMesh
    seed : int or numpy.random.SeedSequence
        Of the stream that divides molecules.
    reservoir : sequence of bool
        Per membrane, whether it exchanges lipid with a reservoir.

    Attributes
    ----------
    flips, splits, collapses : int
        Done so far.
    """

    def __init__(self, MembraneMesh mesh, seed, reservoir):
        self.mesh = mesh
        self.stream = RandomStream(seed)
        self.reservoir = np.array(reservoir, dtype=np.uint8)
        if self.reservoir.shape != (mesh.membranes,):
            raise ValueError(f"reservoir: shape {self.reservoir.shape}, expected ({mesh.membranes},)")

    def state(self):
        """What decides how it goes on, besides the mesh: the random stream and what has been done."""
        return {"random": self.stream.state, "flips": self.flips, "splits": self.splits, "collapses": self.collapses}

    def restore(self, saved):
        """Take a state over."""
        self.stream.state = saved["random"]
        self.flips, self.splits, self.collapses = saved["flips"], saved["splits"], saved["collapses"]

    # --- flip

    cdef bint can_flip(self, int h) noexcept:
        cdef MembraneMesh mesh = self.mesh
        cdef int g = mesh.opposites()[h], c, d
        if g < 0:
            return False
        c, d = mesh.end_of(next_of(h)), mesh.end_of(next_of(g))
        if c == d or mesh.half_edge(c, d) >= 0 or mesh.half_edge(d, c) >= 0:
            return False
        return mesh.vertices.degree[mesh.start_of(h)] > 3 and mesh.vertices.degree[mesh.end_of(h)] > 3

    cdef int flip(self, int h) except -1:
        """Edge a–b between the triangles (a, b, c) and (b, a, d) becomes c–d; the triangles (a, d, c) and (d, b, c)."""
        cdef MembraneMesh mesh = self.mesh
        cdef int g = mesh.opposites()[h], t = h // 3, u = g // 3
        cdef int a = mesh.start_of(h), b = mesh.end_of(h), c = mesh.end_of(next_of(h)), d = mesh.end_of(next_of(g))
        cdef int bc = mesh.opposites()[next_of(h)], ca = mesh.opposites()[previous_of(h)]
        cdef int ad = mesh.opposites()[next_of(g)], db = mesh.opposites()[previous_of(g)]
        cdef double rest = mesh.triangles.rest_area[t] + mesh.triangles.rest_area[u]
        cdef int both[2]
        cdef int *corner = mesh.corners()
        corner[3 * t], corner[3 * t + 1], corner[3 * t + 2] = a, d, c
        corner[3 * u], corner[3 * u + 1], corner[3 * u + 2] = d, b, c
        mesh.opposites()[3 * t] = mesh.opposites()[3 * t + 2] = -1
        mesh.opposites()[3 * u] = mesh.opposites()[3 * u + 1] = -1
        mesh.join(3 * t, ad)
        mesh.join(3 * t + 1, 3 * u + 2)
        mesh.join(3 * t + 2, ca)
        mesh.join(3 * u, db)
        mesh.join(3 * u + 1, bc)
        mesh.refresh(a, 3 * t)
        mesh.refresh(d, 3 * t + 1)
        mesh.refresh(c, 3 * t + 2)
        mesh.refresh(b, 3 * u + 1)
        both[0], both[1] = t, u
        self.share(both, 2, rest)
        for a in (a, b, c, d):
            self.refresh_rest(a)
        self.flips += 1
        mesh.version += 1
        return 0

    # --- split

    cdef int split(self, int h, const double *x) except -1:
        """A new vertex at ``x`` on the inner edge a–b; returns its row."""
        cdef MembraneMesh mesh = self.mesh
        mesh.vertices.reserve(mesh.vertices.count + 1)
        mesh.triangles.reserve(mesh.triangles.count + 2)
        cdef int m = mesh.vertices.take(), t = h // 3, g = mesh.opposites()[h], u = g // 3
        cdef int v = mesh.triangles.take(), w = mesh.triangles.take(), i
        cdef int a = mesh.start_of(h), b = mesh.end_of(h), c = mesh.end_of(next_of(h)), d = mesh.end_of(next_of(g))
        cdef int bc = mesh.opposites()[next_of(h)], ca = mesh.opposites()[previous_of(h)]
        cdef int ad = mesh.opposites()[next_of(g)], db = mesh.opposites()[previous_of(g)]
        cdef double left = mesh.triangles.rest_area[t], right = mesh.triangles.rest_area[u]
        cdef int pair[2]
        cdef int *corner = mesh.corners()
        for i in range(3):
            mesh.vertices.x[m, i] = x[i]
        mesh.vertices.membrane[m] = mesh.vertices.membrane[a]
        mesh.vertices.attachments[m] = 0
        mesh.vertices.rest_area[m] = 0
        mesh.triangles.membrane[v] = mesh.triangles.membrane[w] = mesh.triangles.membrane[t]
        mesh.triangles.rest_area[v] = mesh.triangles.rest_area[w] = 0
        corner[3 * t], corner[3 * t + 1], corner[3 * t + 2] = a, m, c
        corner[3 * u], corner[3 * u + 1], corner[3 * u + 2] = m, a, d
        corner[3 * v], corner[3 * v + 1], corner[3 * v + 2] = m, b, c
        corner[3 * w], corner[3 * w + 1], corner[3 * w + 2] = b, m, d
        for i in range(3):
            mesh.opposites()[3 * t + i] = mesh.opposites()[3 * u + i] = -1
            mesh.opposites()[3 * v + i] = mesh.opposites()[3 * w + i] = -1
        mesh.join(3 * t, 3 * u)
        mesh.join(3 * t + 1, 3 * v + 2)
        mesh.join(3 * t + 2, ca)
        mesh.join(3 * v, 3 * w)
        mesh.join(3 * v + 1, bc)
        mesh.join(3 * u + 1, ad)
        mesh.join(3 * u + 2, 3 * w + 1)
        mesh.join(3 * w + 2, db)
        mesh.refresh(m, 3 * t + 1)
        mesh.refresh(a, 3 * t)
        mesh.refresh(b, 3 * v + 1)
        mesh.refresh(c, 3 * t + 2)
        mesh.refresh(d, 3 * u + 2)
        pair[0], pair[1] = t, v
        self.share(pair, 2, left)
        pair[0], pair[1] = u, w
        self.share(pair, 2, right)
        self.divide(m, a, b)
        for i in (c, d):
            self.refresh_rest(i)
        self.splits += 1
        mesh.version += 1
        return m

    def divide(self, int new, int a, int b):
        """Molecules of both ends of a split edge stay in proportion to what is left of their area."""
        cdef MembraneMesh mesh = self.mesh
        cdef int end, s
        cdef int64_t keep
        cdef double before, after
        for s in range(mesh.vertices.species):
            mesh.vertices.copies[new, s] = 0
        for end in (a, b):
            before = mesh.vertices.rest_area[end]
            self.refresh_rest(end)
            after = mesh.vertices.rest_area[end]
            for s in range(mesh.vertices.species):
                keep = self.binomial(mesh.vertices.copies[end, s], min(after / before, 1) if before > 0 else 1)
                mesh.vertices.copies[new, s] += mesh.vertices.copies[end, s] - keep
                mesh.vertices.copies[end, s] = keep
        self.refresh_rest(new)

    # --- collapse

    cdef bint can_collapse(self, int h) noexcept:
        """Whether the end of an inner edge can be drawn into its start."""
        cdef MembraneMesh mesh = self.mesh
        cdef int a = mesh.start_of(h), b = mesh.end_of(h), g = mesh.opposites()[h], c, d, first, at, v, common = 0
        if g < 0 or mesh.vertices.border[b] or mesh.vertices.attachments[b]:
            return False
        if mesh.vertices.degree[b] > RING or mesh.vertices.degree[a] > RING:
            return False
        c, d = mesh.end_of(next_of(h)), mesh.end_of(next_of(g))
        if c == d or mesh.vertices.degree[c] <= 3 or mesh.vertices.degree[d] <= 3:
            return False
        if mesh.vertices.degree[a] + mesh.vertices.degree[b] - 4 < 3:
            return False
        first = at = mesh.first_around(b)
        while at >= 0:
            v = mesh.end_of(at)
            if v != a and (mesh.half_edge(a, v) >= 0 or mesh.half_edge(v, a) >= 0):
                common += 1
            at = mesh.next_around(at)
            if at == first:
                break
        return common == 2

    cdef int collapse(self, int h) except -1:
        """The end b of edge a–b goes into a, which stays in its place; the two triangles of the edge vanish."""
        cdef MembraneMesh mesh = self.mesh
        cdef int g = mesh.opposites()[h], t = h // 3, u = g // 3
        cdef int a = mesh.start_of(h), b = mesh.end_of(h), c = mesh.end_of(next_of(h)), d = mesh.end_of(next_of(g))
        cdef int bc = mesh.opposites()[next_of(h)], ca = mesh.opposites()[previous_of(h)]
        cdef int ad = mesh.opposites()[next_of(g)], db = mesh.opposites()[previous_of(g)]
        cdef int ring[RING]
        cdef double before[RING]
        cdef int patch[2 * RING]
        cdef int around = 0, triangles = 0, at, first, v, i
        cdef double rest = mesh.triangles.rest_area[t] + mesh.triangles.rest_area[u]
        first = at = mesh.first_around(b)
        while True:                       # b is an inner vertex
            v = mesh.end_of(at)
            ring[around] = v
            before[around] = mesh.vertices.rest_area[v]
            around += 1
            if at // 3 != t and at // 3 != u:
                patch[triangles] = at // 3
                triangles += 1
                rest += mesh.triangles.rest_area[at // 3]
            at = mesh.next_around(at)
            if at == first:
                break
        for i in range(triangles):
            for v in range(3):
                if mesh.triangles.corner[patch[i], v] == b:
                    mesh.triangles.corner[patch[i], v] = a
        mesh.join(bc, ca)
        mesh.join(ad, db)
        mesh.triangles.release(t)
        mesh.triangles.release(u)
        mesh.vertices.release(b)
        # bc is c–b of the neighbour, now c–a; db is b–d, now a–d: both belong to triangles that stay
        mesh.refresh(c, bc)
        mesh.refresh(a, db)
        mesh.refresh(d, next_of(db))
        first = at = mesh.first_around(a)
        while at >= 0:
            for i in range(triangles):
                if patch[i] == at // 3:
                    break
            else:
                patch[triangles] = at // 3
                triangles += 1
                rest += mesh.triangles.rest_area[at // 3]
            at = mesh.next_around(at)
            if at == first:
                break
        self.share(patch, triangles, rest)
        at = first = mesh.first_around(a)
        self.refresh_rest(a)
        while at >= 0:
            self.refresh_rest(mesh.end_of(at))
            self.refresh_rest(mesh.end_of(next_of(at)))
            at = mesh.next_around(at)
            if at == first:
                break
        self.hand_over(b, a, [(ring[i], before[i]) for i in range(around)])
        self.collapses += 1
        mesh.version += 1
        return 0

    def hand_over(self, int gone, int kept, ring):
        """Molecules of a removed vertex go to its former neighbours in proportion to the area these have gained."""
        cdef MembraneMesh mesh = self.mesh
        cdef int v, s
        cdef int64_t left, part
        cdef double total = 0, gain, rest
        if mesh.vertices.species == 0:
            return
        gains = [(v, max(0, mesh.vertices.rest_area[v] - rest)) for v, rest in ring]
        for _, gain in gains:
            total += gain
        for s in range(mesh.vertices.species):
            left = mesh.vertices.copies[gone, s]
            rest = total
            for v, gain in gains:
                part = self.binomial(left, min(gain / rest, 1)) if rest > 0 else 0
                mesh.vertices.copies[v, s] += part
                left -= part
                rest -= gain
            mesh.vertices.copies[kept, s] += left
            mesh.vertices.copies[gone, s] = 0

    # --- what the mesh carries

    cdef double area(self, int triangle) noexcept nogil:
        cdef const int *corner = self.mesh.corners() + 3 * triangle
        cdef Triangle shape
        measure_triangle(self.mesh.place(corner[0]), self.mesh.place(corner[1]), self.mesh.place(corner[2]), &shape)
        return 0.5 * shape.twice

    cdef int share(self, int *triangle, int count, double total) except -1:
        """Give some triangles a common rest area in proportion to their areas, or with a reservoir just their areas."""
        cdef double sum = 0, area
        cdef int i
        cdef const unsigned char[::1] reservoir = self.reservoir
        for i in range(count):
            area = self.area(triangle[i])
            self.mesh.triangles.rest_area[triangle[i]] = area
            sum += area
        if reservoir[self.mesh.triangles.membrane[triangle[0]]]:
            return 0
        for i in range(count):
            area = self.mesh.triangles.rest_area[triangle[i]]
            self.mesh.triangles.rest_area[triangle[i]] = total * area / sum if sum > 0 else total / count
        return 0

    cdef double rest_around(self, int vertex) noexcept nogil:
        """Sum of the rest areas of the triangles around a vertex."""
        cdef int first = self.mesh.first_around(vertex), at = first
        cdef double total = 0
        while at >= 0:
            total += self.mesh.triangles.rest_area[at // 3]
            at = self.mesh.next_around(at)
            if at == first:
                break
        return total

    cdef int refresh_rest(self, int vertex) noexcept nogil:
        self.mesh.vertices.rest_area[vertex] = self.rest_around(vertex) / 3
        return 0

    cdef int64_t binomial(self, int64_t n, double p) except -1:
        """How many of n stay when each does so with probability p."""
        cdef int64_t found = 0
        if p >= 1 or n == 0:
            return n
        if n > ONE_BY_ONE:
            return self.stream.generator().binomial(n, p)
        for _ in range(n):
            found += self.stream.uniform() < p
        return found

    # --- for scripts and tests

    def try_flip(self, int a, int b):
        """Flip the edge between two vertices if the surface stays one; whether it was done."""
        cdef int h = self.edge(a, b)
        if not self.can_flip(h):
            return False
        self.flip(h)
        return True

    def try_split(self, int a, int b, x=None):
        """Split an inner edge at ``x`` (nm, default its middle); the row of the new vertex, or None on a border."""
        cdef int h = self.edge(a, b)
        if self.mesh.opposites()[h] < 0:
            return None
        middle = 0.5 * (self.mesh.vertices["x"][a] + self.mesh.vertices["x"][b])
        cdef double[::1] place = np.ascontiguousarray(middle if x is None else x, dtype=np.float64)
        if place.shape[0] != 3:
            raise ValueError(f"x: {place.shape[0]} numbers, expected 3")
        return self.split(h, &place[0])

    def try_collapse(self, int a, int b):
        """Draw vertex b into its neighbour a if the surface stays one; whether it was done."""
        cdef int h = self.edge(a, b)
        if not self.can_collapse(h):
            return False
        self.collapse(h)
        return True

    def edge(self, int a, int b):
        """A half-edge from a to b, or the other way along a border.

        Raises KeyError if there is no such edge.
        """
        cdef int h = -1
        v = self.mesh.vertices
        if min(a, b) >= 0 and max(a, b) < v.top and v["alive"][a] and v["alive"][b]:
            h = self.mesh.half_edge(a, b)
            if h < 0:
                h = self.mesh.half_edge(b, a)
        if h < 0:
            raise KeyError(f"no edge {a}–{b}")
        return h
