"""Membranes as one mesh of triangles with borders where a membrane is open.

All membranes of a system share two tables, of vertices and of triangles, whose rows are stable numbers: an operation
on the mesh leaves all rows alone that it does not create or delete. A half-edge is three times the row of its triangle
plus its place in it, so neighbours inside a triangle need no storage, and one opposite per half-edge describes the
connections ("directed edges": Campagna, Kobbelt & Seidel 1998, J Graph Tools 3:4). Around a vertex, half-edges
that start there are visited counter-clockwise, at a border from one side of the gap to the other.
"""

import warnings

import numpy as np

from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.orientation import pair_half_edges, signed_volume


cdef class VertexTable(Table):
    """Vertices: columns ``x`` (nm), ``out``, ``degree``, ``border``, ``membrane``, ``attachments``, ``rest_area``
    (nm²), ``copies`` (one column per membrane species)."""

    def __init__(self, int species):
        self.species = species
        super().__init__({
            "x": (np.float64, 3, 0.0),
            "out": (np.int32, 1, -1),
            "degree": (np.int32, 1, 0),
            "border": (np.uint8, 1, 0),
            "membrane": (np.int32, 1, -1),
            "attachments": (np.int32, 1, 0),
            "rest_area": (np.float64, 1, 0.0),
            "copies": (np.int64, species, 0),
        })

    def bind(self):
        self.x = self.columns["x"]
        self.out = self.columns["out"]
        self.degree = self.columns["degree"]
        self.border = self.columns["border"]
        self.membrane = self.columns["membrane"]
        self.attachments = self.columns["attachments"]
        self.rest_area = self.columns["rest_area"]
        self.copies = self.columns["copies"].reshape(self.capacity, self.species)


cdef class TriangleTable(Table):
    """Triangles: columns ``corner`` (3 vertices), ``opposite`` (3 half-edges), ``membrane``, ``rest_area`` (nm²)."""

    def __init__(self):
        super().__init__({
            "corner": (np.int32, 3, -1),
            "opposite": (np.int32, 3, -1),
            "membrane": (np.int32, 1, -1),
            "rest_area": (np.float64, 1, 0.0),
        })

    def bind(self):
        self.corner = self.columns["corner"]
        self.opposite = self.columns["opposite"]
        self.membrane = self.columns["membrane"]
        self.rest_area = self.columns["rest_area"]


cdef class MembraneMesh:
    """The surfaces of all membranes of a system.

    Parameters
    ----------
    species : int
        Number of membrane species; vertices carry copy numbers of each.
    """

    def __init__(self, int species=0):
        self.vertices = VertexTable(species)
        self.triangles = TriangleTable()

    def add(self, x, triangles):
        """A new membrane; returns its number.

        Parameters
        ----------
        x : (n, 3) float64
            Vertices, nm.
        triangles : (m, 3) int
            Their corners by index into ``x``, counter-clockwise seen from outside. A closed surface that is given
            inside out is turned, with a warning. Rest areas are set to the present areas.

        Raises
        ------
        MeshError
            Where the triangles do not form one connected, oriented surface in which every edge belongs to at most
            two triangles and every vertex to one fan of triangles; a triangle without area; a vertex in no triangle.
        """
        x = np.array(x, dtype=np.float64)
        corner = np.array(triangles)
        if x.ndim != 2 or x.shape[1:] != (3,) or not np.isfinite(x).all():
            raise MeshError(f"vertices: shape {x.shape}, expected finite numbers (n, 3)")
        if corner.ndim != 2 or corner.shape[1:] != (3,) or corner.dtype.kind not in "iu" or len(corner) == 0:
            raise MeshError(f"triangles: {corner.dtype} of shape {corner.shape}, expected integers (m, 3), m > 0")
        opposite = pair_half_edges(len(x), corner)
        if (opposite >= 0).all() and signed_volume(x, corner) < 0:
            warnings.warn("membrane given inside out, its triangles have been turned", stacklevel=2)
            corner = corner[:, ::-1]
        sides = x[corner[:, 1:]] - x[corner[:, :1]]
        area = 0.5 * np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1)
        if not (area > 0).all():
            raise MeshError(f"triangle {np.flatnonzero(~(area > 0))[0]} has no area")
        self.insert(x, np.ascontiguousarray(corner, dtype=np.int32), self.membranes)
        self.membranes += 1
        return self.membranes - 1

    cdef int insert(self, object x, object corner, int membrane) except -1:
        cdef VertexTable v = self.vertices
        cdef TriangleTable t = self.triangles
        cdef Py_ssize_t i, k
        cdef int h
        v.reserve(v.count + len(x))
        t.reserve(t.count + len(corner))
        vertex = np.array([v.take() for _ in range(len(x))], dtype=np.int32)
        triangle = np.array([t.take() for _ in range(len(corner))], dtype=np.int32)
        for name, value in (("x", x), ("degree", 0), ("border", 0), ("membrane", membrane), ("attachments", 0),
                            ("rest_area", 0.0), ("copies", 0)):
            v.columns[name][vertex] = value
        opposite = pair_half_edges(len(x), corner)
        other, place = np.divmod(opposite, 3)
        t.columns["corner"][triangle] = vertex[corner]
        t.columns["opposite"][triangle] = np.where(opposite < 0, -1, 3 * triangle[other] + place)
        t.columns["membrane"][triangle] = membrane
        cdef int[::1] rows = triangle
        for i in range(rows.shape[0]):
            for k in range(3):
                h = 3 * rows[i] + <int> k
                self.refresh(t.corner[rows[i], k], h)
        self.version += 1
        self.reset_rest_areas(1.0, membrane)
        return 0

    def reset_rest_areas(self, double factor=1.0, membrane=None):
        """Set the rest areas of triangles and vertices to ``factor`` times the present areas, of one membrane or all.

        Raises ValueError for a factor that is not positive.
        """
        if not factor > 0:
            raise ValueError(f"factor: {factor}, must be positive")
        cdef VertexTable v = self.vertices
        cdef TriangleTable t = self.triangles
        rows = t.rows if membrane is None else t.rows[t["membrane"][t.rows] == membrane]
        corners = t["corner"][rows]
        a, b, c = (v["x"][corners[:, k]] for k in range(3))
        t.columns["rest_area"][rows] = 0.5 * factor * np.linalg.norm(np.cross(b - a, c - a), axis=1)
        own = v.rows if membrane is None else v.rows[v["membrane"][v.rows] == membrane]
        v.columns["rest_area"][own] = 0
        for k in range(3):
            np.add.at(v.columns["rest_area"], corners[:, k], t["rest_area"][rows] / 3)

    # --- walking over the mesh

    cdef int *corners(self) noexcept nogil:
        return &self.triangles.corner[0, 0]

    cdef int *opposites(self) noexcept nogil:
        return &self.triangles.opposite[0, 0]

    cdef double *place(self, int vertex) noexcept nogil:
        return &self.vertices.x[vertex, 0]

    cdef int start_of(self, int h) noexcept nogil:
        return self.triangles.corner[h // 3, h % 3]

    cdef int end_of(self, int h) noexcept nogil:
        return self.start_of(next_of(h))

    cdef int first_around(self, int vertex) noexcept nogil:
        """The first half-edge of a walk around a vertex with ``next_around``."""
        return self.vertices.out[vertex]

    cdef int next_around(self, int h) noexcept nogil:
        """The next half-edge counter-clockwise with the same start, −1 behind the last one at a border."""
        h = previous_of(h)
        return self.triangles.opposite[h // 3, h % 3]

    cdef int previous_around(self, int h) noexcept nogil:
        """The one before, −1 for the first one at a border."""
        h = self.triangles.opposite[h // 3, h % 3]
        return next_of(h) if h >= 0 else -1

    cdef int half_edge(self, int start, int end) noexcept nogil:
        """The half-edge between two vertices in this direction, −1 if there is none."""
        cdef int first = self.first_around(start), h = first
        while h >= 0:
            if self.end_of(h) == end:
                return h
            h = self.next_around(h)
            if h == first:
                break
        return -1

    cdef int join(self, int h, int g) noexcept nogil:
        """Make two half-edges opposite to each other; either may be −1, a border."""
        if h >= 0:
            self.triangles.opposite[h // 3, h % 3] = g
        if g >= 0:
            self.triangles.opposite[g // 3, g % 3] = h
        return 0

    cdef int refresh(self, int vertex, int h) noexcept nogil:
        """Set a vertex's first half-edge, number of neighbours and border mark from any half-edge that starts there."""
        cdef int first = h, g, count = 1
        g = self.previous_around(h)
        while g >= 0 and g != h:
            first = g
            g = self.previous_around(g)
        self.vertices.border[vertex] = g < 0
        self.vertices.out[vertex] = first if g < 0 else h
        g = self.next_around(self.vertices.out[vertex])
        while g >= 0 and g != self.vertices.out[vertex]:
            count += 1
            g = self.next_around(g)
        self.vertices.degree[vertex] = count + (g < 0)
        return 0

    def neighbours(self, int vertex):
        """Rows of the neighbours of a vertex, counter-clockwise; at a border from one side of the gap to the other.

        Raises KeyError for a row that is not in use.
        """
        if not (0 <= vertex < self.vertices.top and self.vertices.alive[vertex]):
            raise KeyError(f"no vertex {vertex}")
        cdef int first = self.first_around(vertex), h = first, last = first
        found = []
        while h >= 0:
            found.append(self.end_of(h))
            last = h
            h = self.next_around(h)
            if h == first:
                return found
        found.append(self.start_of(previous_of(last)))
        return found

    def borders(self, membrane=None):
        """Border loops: arrays of vertex rows that follow the triangles' sense of rotation."""
        cdef int vertex, v, h
        cdef TriangleTable t = self.triangles
        rows = t.rows
        if membrane is not None:
            rows = rows[t["membrane"][rows] == membrane]
        start = t["corner"][rows][t["opposite"][rows] < 0]
        seen, loops = set(), []
        for vertex in start:
            if vertex in seen:
                continue
            loop = []
            v = vertex
            while v not in seen:
                seen.add(v)
                loop.append(v)
                h = self.vertices.out[v]
                v = self.end_of(h)
            loops.append(np.array(loop, dtype=np.int32))
        return loops

    def is_closed(self, membrane):
        """Whether a membrane has no border."""
        t = self.triangles
        rows = t.rows[t["membrane"][t.rows] == membrane]
        return bool((t["opposite"][rows] >= 0).all())

    def counts(self, membrane=None):
        """(vertices, edges, triangles) of one membrane or all."""
        v, t = self.vertices, self.triangles
        own, rows = v.rows, t.rows
        if membrane is not None:
            own, rows = own[v["membrane"][own] == membrane], rows[t["membrane"][rows] == membrane]
        border = int((t["opposite"][rows] < 0).sum())
        return len(own), (3 * len(rows) + border) // 2, len(rows)

    def check(self):
        """Verify every rule of the data structure.

        Raises
        ------
        MeshError
            Naming the first element that breaks a rule: opposites that do not match, an edge of three triangles or
            twice between the same vertices, a vertex with two fans, wrong degree, border mark or first half-edge, a
            vertex in no triangle, elements of two membranes joined.
        """
        cdef VertexTable v = self.vertices
        cdef TriangleTable t = self.triangles
        cdef int row, k, h, g, first
        cdef long long total = 0
        rows = t.rows
        corner = t["corner"][rows]
        if len(rows) and not (v["alive"][corner] != 0).all():
            raise MeshError("a triangle has a corner that was deleted")
        pair_half_edges_of_rows(rows, corner, t["opposite"])
        if not (v["membrane"][corner] == t["membrane"][rows][:, None]).all():
            raise MeshError("a triangle and its corners belong to different membranes")
        for row in v.rows:
            h = first = v.out[row]
            if h < 0 or not t.alive[h // 3] or self.start_of(h) != row:
                raise MeshError(f"vertex {row}: its first half-edge {h} does not start there")
            k = 0
            while h >= 0:
                k += 1
                h = self.next_around(h)
                if h == first or k > 3 * t.count:
                    break
            total += k
            g = self.previous_around(first)
            if v.border[row] != (h < 0) or (h < 0) != (g < 0):
                raise MeshError(f"vertex {row}: border mark {v.border[row]} or first half-edge is wrong")
            if v.degree[row] != k + (h < 0):
                raise MeshError(f"vertex {row}: degree {v.degree[row]}, but {k + (h < 0)} neighbours")
        if total != 3 * len(rows):
            raise MeshError("a vertex belongs to more than one fan of triangles")

    def state(self):
        """Vertices and triangles with their connections, and how often these have changed."""
        return {"vertices": self.vertices.state(), "triangles": self.triangles.state(), "version": self.version}

    def restore(self, saved):
        """Take over the state of a mesh of as many membranes."""
        self.vertices.restore(saved["vertices"])
        self.triangles.restore(saved["triangles"])
        self.version = saved["version"]


def pair_half_edges_of_rows(rows, corner, opposite):
    """Compare stored opposites with those that follow from the corners; MeshError where they differ."""
    vertices, local = np.unique(corner, return_inverse=True)
    expected = pair_half_edges(len(vertices), local.reshape(-1, 3), connected=False)
    other, place = np.divmod(expected, 3)
    expected = np.where(expected < 0, -1, 3 * rows[other] + place)
    wrong = np.argwhere(expected != opposite[rows])
    if len(wrong):
        i, k = wrong[0]
        raise MeshError(f"half-edge {3 * rows[i] + k}: opposite {opposite[rows[i], k]}, should be {expected[i, k]}")
