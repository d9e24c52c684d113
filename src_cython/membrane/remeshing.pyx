"""Keeping a mesh fit to its surface: edges of a length that resolves the curvature, triangles near equilateral.

The wanted edge length of a vertex is 0.30 times its smallest radius of curvature, at most ``max_size``, then smoothed
over the neighbours, to at most 1.5 times as much (cf. Cristini, Bławzdziewicz & Loewenberg 2001, J Comput Phys 168:445;
Frey 2000, Int J Numer Methods Eng 49:359). The largest curvature is |H| + √(H² − K) from the mean and the scatter of
the normal curvatures along the edges, an average and therefore deaf to the noise of single edges. Edges longer than √2
times the wanted length are split, shorter than it over √2 collapsed, unless that would give an edge to be split again.
Flips improve the worse of two triangles. Where something has changed, vertices are then moved along the surface towards
the apices of equilateral triangles on the opposite edges: in the tangent plane and from there onto the quadric through
the neighbours, so that the surface stays where it is; what is left of a change of the enclosed volume is undone by a
shift along the normals.

A mesh that needs nothing is left alone. Only vertices that are neither on a border nor attached are moved or removed.
"""

from libc.math cimport fabs, sqrt

import numpy as np

from medyan_py.core.membrane.mesh cimport MembraneMesh, next_of, previous_of
from medyan_py.core.membrane.relocation cimport (
    Relocation,
    dot,
    nonzero,
    quality,
    square_distance,
    subtract,
)
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle

cdef double RESOLUTION = 0.30     # wanted edge length over radius of curvature
cdef double LEAST_SIZE = 2        # nm; a surface bent more sharply than its thickness has no curvature to resolve
cdef int LEAST_DEGREE = 4
cdef int MOST_DEGREE = 9
cdef double FLAT = 0.9            # least product of the normals of two triangles whose edge is flipped
cdef double FOLDED = 0.85         # and of triangles around a collapsed edge
cdef double WORSE = 0.6           # least ratio of qualities before and after a collapse
cdef int SCANS = 10
cdef int ROUNDS = 16
cdef int SWEEPS = 10
cdef int SMOOTHINGS = 4
cdef double SMOOTHED = 1.5         # most that smoothing may make of a size: it must not hide a sharp bend
cdef double GROWTH = 0.45         # of wanted lengths along an edge, where the curvature is known


def triangle_quality(a, b, c):
    """Circumradius over twice the inradius of the triangle with corners (3,) a, b, c."""
    cdef double[:, ::1] x = np.array([a, b, c], dtype=np.float64)
    return quality(&x[0, 0], &x[1, 0], &x[2, 0])


def snapped_middle(x0, n0, x1, n1):
    """Where an edge is split: between the middles of the arcs that leave its ends at right angles to their normals.

    ``x0``, ``x1`` (3,) nm are the ends and ``n0``, ``n1`` (3,) unit normals there.
    """
    cdef double[:, ::1] p = np.array([x0, x1], dtype=np.float64)
    cdef double[:, ::1] n = np.array([n0, n1], dtype=np.float64)
    result = np.zeros(3)
    cdef double[::1] out = result
    middle_of_arcs(&p[0, 0], &n[0, 0], &p[1, 0], &n[1, 0], &out[0])
    return result


cdef void middle_of_arcs(const double *x0, const double *n0, const double *x1, const double *n1,
                         double *out) noexcept nogil:
    cdef int i
    for i in range(3):
        out[i] = 0
    add_half_of_arc(x0, n0, x1, out)
    add_half_of_arc(x1, n1, x0, out)


cdef void add_half_of_arc(const double *x0, const double *n, const double *x1, double *out) noexcept nogil:
    """Add half of the middle of the circular arc from x0, tangent to the plane with normal n there, to x1.

    Where the arc is nearly straight, or more than a third of a circle, it is the middle of the edge: so sharp a turn
    says that the normal is not to be trusted.
    """
    cdef double r[3]
    cdef double g[3]
    cdef double rr, nr, radius, length
    cdef int i
    subtract(x1, x0, r)
    rr, nr = dot(r, r), dot(n, r)
    if fabs(nr) * 2e6 < sqrt(rr) or 4 * nr * nr > 3 * rr:
        for i in range(3):
            out[i] += 0.5 * (x0[i] + 0.5 * r[i])
        return
    radius = 0.5 * rr / nr
    for i in range(3):
        g[i] = 0.5 * r[i] - radius * n[i]
    length = sqrt(dot(g, g))
    for i in range(3):
        out[i] += 0.5 * (x0[i] + radius * n[i] + g[i] * fabs(radius) / length)


cdef class Remesher(Relocation):
    """Adapts the mesh of all membranes that may be adapted.

    Parameters
    ----------
    mesh : MembraneMesh
    seed : int or numpy.random.SeedSequence
    reservoir : sequence of bool
        Per membrane, whether it exchanges lipid with a reservoir.
    max_size : float
        Largest wanted edge length, nm.
    adapted : sequence of bool, optional
        Per membrane, whether it is remeshed; all by default. A material membrane is not: its vertices are matter.
    """

    def __init__(self, MembraneMesh mesh, seed, reservoir, double max_size=60.0, adapted=None):
        super().__init__(mesh, seed, reservoir, adapted)
        if not 0 < max_size < float("inf"):
            raise ValueError(f"max_size: {max_size}, must be positive and finite")
        self.max_size = max_size

    def adapt(self, curvature_at=None):
        """Remesh; returns the number of flips, splits and collapses done.

        ``curvature_at`` gives the largest absolute normal curvature (n,), 1/nm, at places (n, 3), nm, of the surface
        that the mesh is to fit, where that is known; by default it is found from the edges.

        The enclosed volume of closed membranes is kept to rounding. After the first round edges are looked at only near
        what the last one has changed, and all once more when nothing is left to do there.
        """
        cdef long long before = self.flips + self.splits + self.collapses
        cdef bint changed
        volumes = self.volumes()
        self.curvature_at = curvature_at
        self.rounds, self.everything = 0, True
        while self.rounds < ROUNDS:
            self.measure_sizes()
            changed = self.scan() > 0
            changed |= self.flip_all() > 0
            if not changed and self.everything:
                break
            self.everything = not changed
            if changed:
                self.rounds += 1
                self.active[:] = 0
                self.relocate()
        if self.rounds:
            self.restore_volumes(volumes)
            self.share_after_moves(self.mesh.vertices.rows)
        self.curvature_at = None
        return self.flips + self.splits + self.collapses - before

    # --- sizes and normals

    def sizes(self):
        """Wanted edge length around every vertex, float64 (rows,), nm; nan for rows not in use."""
        self.everything = True
        self.measure_sizes()
        alive = np.asarray(self.mesh.vertices["alive"]) != 0
        return np.where(alive, np.asarray(self.size)[:self.mesh.vertices.top], np.nan)

    cdef double curvature(self, int v) noexcept:
        """Largest absolute normal curvature: |H| + √(H² − K), from the edges.

        In uniform directions the normal curvature has the mean H and the variance (H² − K)/2. Edges count by their
        squared length, for short ones tell least.
        """
        cdef int first = self.mesh.first_around(v), h = first
        cdef double r[3]
        cdef double along, rr, mean = 0, square = 0, total = 0
        while h >= 0:
            subtract(self.mesh.place(self.mesh.end_of(h)), self.mesh.place(v), r)
            along, rr = dot(&self.normal[v, 0], r), dot(r, r)
            mean -= 2 * along
            square += 4 * along * along / nonzero(rr)
            total += rr
            h = self.mesh.next_around(h)
            if h == first:
                break
        total = nonzero(total)
        mean /= total
        square /= total
        return fabs(mean) + sqrt(max(0, 2 * (square - mean * mean)))

    cdef double border_edge(self, int v) noexcept:
        """Length of the shorter of the two border edges of a border vertex."""
        cdef int h = self.mesh.first_around(v), last = h
        cdef double ahead = square_distance(self.mesh.place(v), self.mesh.place(self.mesh.end_of(h)))
        while h >= 0:
            last = h
            h = self.mesh.next_around(h)
        return sqrt(min(ahead, square_distance(self.mesh.place(v),
                                               self.mesh.place(self.mesh.start_of(previous_of(last))))))

    cdef int measure_sizes(self) except -1:
        cdef MembraneMesh mesh = self.mesh
        cdef int v
        cdef double k
        cdef int[::1] rows = mesh.vertices.rows
        cdef double[::1] known
        self.make_room()
        if self.curvature_at is not None:
            known = np.zeros(mesh.vertices.top)
            np.asarray(known)[rows] = self.curvature_at(np.asarray(mesh.vertices["x"])[rows])
        for v in rows:
            if self.everything or self.active[v]:
                self.set_normal(v)
        for v in rows:
            if self.everything or self.active[v]:
                k = self.curvature(v) if self.curvature_at is None else known[v]
                self.rough_size[v] = max(LEAST_SIZE, min(self.max_size, RESOLUTION / k if k > 0 else self.max_size))
                if mesh.vertices.border[v]:
                    self.rough_size[v] = min(self.rough_size[v], self.border_edge(v))
        self.size[:] = self.rough_size
        if self.curvature_at is not None:
            return self.grade(rows)
        for _ in range(SMOOTHINGS):
            old = np.array(self.size)
            self.smooth(rows, old)
        for v in rows:
            self.size[v] = min(self.size[v], SMOOTHED * self.rough_size[v])
        return 0

    cdef int grade(self, int[::1] rows) except -1:
        """Lower sizes until none is larger than that of a neighbour by more than GROWTH of the way there."""
        cdef MembraneMesh mesh = self.mesh
        cdef int v, h, first, e
        cdef double most
        cdef bint lowered = True
        while lowered:
            lowered = False
            for v in rows:
                first = h = mesh.first_around(v)
                while h >= 0:
                    e = mesh.end_of(h)
                    most = self.size[v] + GROWTH * sqrt(square_distance(mesh.place(v), mesh.place(e)))
                    if self.size[e] > most * (1 + 1e-9):
                        self.size[e] = most
                        lowered = True
                    h = mesh.next_around(h)
                    if h == first:
                        break
        return 0

    cdef int smooth(self, int[::1] rows, double[::1] old) except -1:
        """Replace each size by the mean of itself and the mean over the neighbours."""
        cdef MembraneMesh mesh = self.mesh
        cdef int v, h, first, last
        cdef double total
        for v in rows:
            total = 0
            first = h = last = mesh.first_around(v)
            while h >= 0:
                total += old[mesh.end_of(h)]
                last = h
                h = mesh.next_around(h)
                if h == first:
                    break
            if h < 0:
                total += old[mesh.start_of(previous_of(last))]
            self.size[v] = min(self.max_size, 0.5 * old[v] + 0.5 * total / mesh.vertices.degree[v])
        return 0

    # --- lengths of edges

    cdef long long scan(self) except -1:
        """Split and collapse edges until a scan changes nothing; how many."""
        cdef MembraneMesh mesh = self.mesh
        cdef long long done = 0, now, most
        cdef int h
        cdef double wanted, length
        for _ in range(SCANS):
            now = 0
            h = 0
            most = 8 * mesh.triangles.count
            while h < 3 * mesh.triangles.top and now < most:
                if self.looks_at(h):
                    wanted = 0.5 * (self.size[mesh.start_of(h)] + self.size[mesh.end_of(h)])
                    length = square_distance(mesh.place(mesh.start_of(h)), mesh.place(mesh.end_of(h)))
                    if length > 2 * wanted * wanted and self.split_edge(h) or \
                            2 * length < wanted * wanted and self.collapse_edge(h):
                        now += 1
                        continue
                h += 1
            done += now
            if now == 0:
                break
        return done

    cdef bint looks_at(self, int h) noexcept:
        """Whether a half-edge stands for an inner edge that may need something."""
        cdef MembraneMesh mesh = self.mesh
        return mesh.triangles.alive[h // 3] and mesh.opposites()[h] > h and \
            (self.everything or self.active[mesh.start_of(h)] or self.active[mesh.end_of(h)]) and \
            self.mobile[mesh.triangles.membrane[h // 3]]

    cdef void touch(self, int v) noexcept:
        self.touched[v] = self.active[v] = 1

    cdef bint split_edge(self, int h) except -1:
        """Split an edge that is the longest of its two triangles."""
        cdef MembraneMesh mesh = self.mesh
        cdef int g = mesh.opposites()[h], a = mesh.start_of(h), b = mesh.end_of(h), m, e
        cdef int c = mesh.end_of(next_of(h)), d = mesh.end_of(next_of(g))
        cdef double length = square_distance(mesh.place(a), mesh.place(b))
        cdef double x[3]
        if mesh.vertices.degree[c] >= MOST_DEGREE or mesh.vertices.degree[d] >= MOST_DEGREE:
            return False
        for e in (c, d):
            if square_distance(mesh.place(a), mesh.place(e)) > length or \
                    square_distance(mesh.place(b), mesh.place(e)) > length:
                return False
        middle_of_arcs(mesh.place(a), &self.normal[a, 0], mesh.place(b), &self.normal[b, 0], x)
        m = self.split(h, x)
        self.make_room()
        self.size[m] = 0.5 * (self.size[a] + self.size[b])
        self.set_normal(m)
        self.touch(m)
        for a, b in ((a, d), (d, b), (b, c), (c, a)):
            self.flip_edge(mesh.half_edge(a, b))
        return True

    cdef bint collapse_edge(self, int h) except -1:
        """Collapse an edge towards the end for which the triangles come out better, if they come out well enough."""
        cdef double there = self.collapse_gain(h), back = self.collapse_gain(self.mesh.opposites()[h])
        if max(there, back) < WORSE:
            return False
        h = h if there >= back else self.mesh.opposites()[h]
        self.touch(self.mesh.start_of(h))
        self.collapse(h)
        return True

    cdef double collapse_gain(self, int h) except? -2:
        """Worst quality before over after drawing the end b of an edge into its start a; −1 if that is not allowed."""
        cdef MembraneMesh mesh = self.mesh
        cdef int a = mesh.start_of(h), b = mesh.end_of(h), g = mesh.opposites()[h], first, at, c, d, over
        cdef int degrees = mesh.vertices.degree[a] + mesh.vertices.degree[b] - 4
        cdef double before = 0, after = 0, wanted, length
        cdef Triangle new
        cdef Triangle other
        if not self.can_collapse(h) or not LEAST_DEGREE <= degrees <= MOST_DEGREE:
            return -1
        for c in (mesh.end_of(next_of(h)), mesh.end_of(next_of(g))):
            if mesh.vertices.degree[c] <= LEAST_DEGREE - mesh.vertices.border[c]:
                return -1
        first = at = mesh.first_around(b)
        while True:
            c, d = mesh.end_of(at), mesh.end_of(next_of(at))
            before = max(before, quality(mesh.place(b), mesh.place(c), mesh.place(d)))
            if c != a and d != a:
                after = max(after, quality(mesh.place(a), mesh.place(c), mesh.place(d)))
                measure_triangle(mesh.place(a), mesh.place(c), mesh.place(d), &new)
                if new.twice == 0:
                    return -1
                # towards the triangle across the ring, and towards the next one around a
                over = mesh.opposites()[next_of(at)]
                if over >= 0:
                    self.measure(over // 3, &other)
                    if dot(new.normal, other.normal) < FOLDED:
                        return -1
                if not self.agrees(&new, a, d, mesh.next_around(at), b):
                    return -1
                if c == mesh.end_of(next_of(h)) or d == mesh.end_of(next_of(g)):
                    over = mesh.opposites()[previous_of(h)] if c == mesh.end_of(next_of(h)) else \
                        mesh.opposites()[next_of(g)]
                    if over >= 0:
                        self.measure(over // 3, &other)
                        if dot(new.normal, other.normal) < FOLDED:
                            return -1
            if c != a:
                wanted = 0.5 * (self.size[a] + self.size[c])
                length = square_distance(mesh.place(a), mesh.place(c))
                if length > 2 * wanted * wanted:
                    return -1             # it would be split again
            at = mesh.next_around(at)
            if at == first:
                break
        return before / after if after > 0 else -1

    cdef bint agrees(self, const Triangle *new, int a, int d, int at, int b) noexcept:
        """Whether the next triangle (b, d, e) around b, with a in the place of b, is not folded against ``new``."""
        cdef int e = self.mesh.end_of(next_of(at))
        cdef Triangle other
        if e == a or d == a:
            return True
        measure_triangle(self.mesh.place(a), self.mesh.place(d), self.mesh.place(e), &other)
        return other.twice > 0 and dot(new.normal, other.normal) >= FOLDED

    # --- flips

    cdef bint flip_edge(self, int h) except -1:
        """Flip an edge if the worse of its two triangles becomes better."""
        cdef MembraneMesh mesh = self.mesh
        cdef int g, a, b, c, d
        cdef Triangle left
        cdef Triangle right
        cdef double present, then
        if h < 0 or not self.can_flip(h):
            return False
        g = mesh.opposites()[h]
        a, b, c, d = mesh.start_of(h), mesh.end_of(h), mesh.end_of(next_of(h)), mesh.end_of(next_of(g))
        for g in (a, b):
            if mesh.vertices.degree[g] <= LEAST_DEGREE - mesh.vertices.border[g]:
                return False
        if mesh.vertices.degree[c] >= MOST_DEGREE or mesh.vertices.degree[d] >= MOST_DEGREE:
            return False
        present = max(quality(mesh.place(a), mesh.place(b), mesh.place(c)),
                      quality(mesh.place(b), mesh.place(a), mesh.place(d)))
        then = max(quality(mesh.place(a), mesh.place(d), mesh.place(c)),
                   quality(mesh.place(d), mesh.place(b), mesh.place(c)))
        if not then < present * (1 - 1e-9):
            return False
        measure_triangle(mesh.place(a), mesh.place(b), mesh.place(c), &left)
        measure_triangle(mesh.place(b), mesh.place(a), mesh.place(d), &right)
        if dot(left.normal, right.normal) < FLAT:
            return False
        measure_triangle(mesh.place(a), mesh.place(d), mesh.place(c), &left)
        measure_triangle(mesh.place(d), mesh.place(b), mesh.place(c), &right)
        if left.twice == 0 or right.twice == 0 or dot(left.normal, right.normal) < FLAT:
            return False
        self.flip(h)
        for g in (a, b, c, d):
            self.touch(g)
        return True

    cdef long long flip_all(self) except -1:
        """Offer every edge of the membranes that are adapted for flipping, again while that helps."""
        cdef MembraneMesh mesh = self.mesh
        cdef long long done = 0, now
        cdef int h
        for _ in range(SCANS):
            now = 0
            for h in range(3 * mesh.triangles.top):
                if self.looks_at(h):
                    now += self.flip_edge(h)
            done += now
            if now == 0:
                break
        return done

    # --- moving vertices

    cdef object surroundings(self):
        """Rows of the vertices within two edges of what has changed since the last call."""
        t = self.mesh.triangles
        corners = np.asarray(t["corner"])[t.rows]
        near = np.asarray(self.touched) != 0
        for _ in range(2):
            near[corners[near[corners].any(axis=1)].ravel()] = True
        self.touched[:] = 0
        alive = np.asarray(self.mesh.vertices["alive"]) != 0
        return np.flatnonzero(near[:len(alive)] & alive).astype(np.int32)

    cdef void activate_around(self, int v) noexcept:
        """Have edges of a vertex and of its neighbours looked at."""
        cdef int first = self.mesh.first_around(v), h = first
        self.active[v] = 1
        while h >= 0:
            self.active[self.mesh.end_of(h)] = self.active[self.mesh.end_of(next_of(h))] = 1
            h = self.mesh.next_around(h)
            if h == first:
                break

    cdef int relocate(self) except -1:
        """Move vertices near changes along the surface, then flip; three times or until nothing flips.

        Far from changes vertices stay, so that the cost is that of the changes.
        """
        cdef MembraneMesh mesh = self.mesh
        cdef int v
        cdef int[::1] rows
        for _ in range(3):
            rows = self.surroundings()
            for v in rows:
                self.activate_around(v)
            self.everything = False
            for _ in range(SWEEPS):
                for v in rows:
                    self.set_normal(v)
                for v in rows:
                    if not mesh.vertices.border[v] and mesh.vertices.attachments[v] == 0 and \
                            self.mobile[mesh.vertices.membrane[v]]:
                        self.move_along(v)
            self.share_after_moves(rows)
            if self.flip_all() == 0:
                break
        return 0

    # --- for scripts and tests

    def move(self, int vertex):
        """Move one inner vertex along the surface towards where its triangles are best.

        Raises KeyError for a row that is not in use, ValueError for a vertex on a border or with a spring.
        """
        v = self.mesh.vertices
        if not (0 <= vertex < v.top and v["alive"][vertex]):
            raise KeyError(f"no vertex {vertex}")
        if v["border"][vertex] or v["attachments"][vertex]:
            raise ValueError(f"vertex {vertex} lies on a border or has a spring")
        self.make_room()
        self.set_normal(vertex)
        self.move_along(vertex)
