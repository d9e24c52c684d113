"""The membranes of one mechanical model: arrays of vertices, triangles and edges, constants per membrane."""

from libc.string cimport memset

import numpy as np

from medyan_py.core.mechanics.arguments cimport columns, rows, take_doubles, take_ints
from medyan_py.core.mechanics.buffers cimport Doubles, Ints, replace
from medyan_py.core.membrane.contacts cimport find_contacts
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle

from medyan_py.core.membrane.orientation import opposites
from medyan_py.core.membrane.terms import POLICIES

CONSTANTS = {
    "bending_k": (0.0, 1e15), "spontaneous_curvature": (-1e3, 1e3), "tension": (-1e15, 1e15), "area_k": (0.0, 1e15),
    "rest_area": (0.0, 1e30), "volume_k": (0.0, 1e15), "rest_volume": (-1e30, 1e30), "volume_offset": (-1e30, 1e30),
}


cdef class Sheets:
    """Copies what ``MechanicalModel.load`` is given as ``membranes``."""

    def __cinit__(self):
        self.x, self.rest_area, self.stretching_k, self.first_area = Doubles(), Doubles(), Doubles(), Doubles()
        self.mismatch, self.attached_place, self.attached_k = Doubles(), Doubles(), Doubles()
        self.sheet_data, self.sums = Doubles(), Doubles()
        self.corner, self.edge, self.member, self.border = Ints(), Ints(), Ints(), Ints()
        self.order, self.rank, self.attached = Ints(), Ints(), Ints()
        self.contact, self.other_contact = Ints(), Ints()
        memset(&self.view, 0, sizeof(Membranes))

    cdef int load(self, object table) except -1:
        """Copy the mapping; None: no membranes.

        Raises ValueError naming the entry with a wrong shape, dtype or value; there are then no membranes.
        """
        cdef Py_ssize_t n, sheets
        self.count = self.movable = 0
        self.contact.resize(0)
        self.view.sheets = self.view.vertices = self.view.movable = self.view.triangles = self.view.edges = 0
        self.view.attachments = self.view.contacts = 0
        if table is None:
            return 0
        names = ("fixed", "triangle_rest_area", "triangle_first_area", "triangle_stretching_k", "mismatch",
                 "attachments", *CONSTANTS)
        optional = dict.fromkeys(names)
        table = columns("membranes", table, ("x", "triangles", "membrane"), optional)
        n = rows("membranes", table, "x")
        try:
            numbers = np.asarray(table["membrane"])
            sheets = int(numbers.max()) + 1 if numbers.size and numbers.dtype.kind in "iu" else 0
            self.load_vertices(table, n)
            self.load_triangles(table, n, sheets)
            self.load_constants(table, sheets)
            self.load_attachments(table["attachments"], n)
        except (ValueError, TypeError):
            self.movable = 0
            raise
        self.count = n
        self.view.sheets = sheets
        self.view.vertices, self.view.movable = n, self.movable
        return 0

    cdef int load_vertices(self, dict table, Py_ssize_t n) except -1:
        """Places, and the order of the vertices in the coordinate vector: movable ones first."""
        cdef Py_ssize_t v, movable = 0, fixed
        cdef Ints held = Ints()
        take_doubles("membranes['x']", table["x"], (n, 3), self.x, -1e15, 1e15)
        take_ints("membranes['fixed']", table["fixed"] if table["fixed"] is not None else np.zeros(n, np.int8), (n,),
                  held, 0, 1)
        self.order.resize(n)
        self.rank.resize(n)
        fixed = n - int(np.count_nonzero(held.copy((-1,))))
        self.movable = fixed
        for v in range(n):
            if held.data[v]:
                self.rank.data[v] = <int> fixed
                fixed += 1
            else:
                self.rank.data[v] = <int> movable
                movable += 1
            self.order.data[self.rank.data[v]] = <int> v
        mismatch = table["mismatch"]
        self.mismatch.resize(0)
        if mismatch is not None:
            take_doubles("membranes['mismatch']", mismatch, (n, 3), self.mismatch, -1e15, 1e15)
            take_doubles("membranes['mismatch']", self.mismatch.copy((n, 3))[self.order.copy((n,))], (n, 3),
                         self.mismatch, -1e15, 1e15)
        self.view.mismatch = self.mismatch.data if mismatch is not None else NULL
        self.sums.resize(n * (sizeof(VertexSums) // sizeof(double)))
        self.view.sums = <VertexSums *> self.sums.data
        return 0

    cdef int load_triangles(self, dict table, Py_ssize_t n, Py_ssize_t sheets) except -1:
        """Corners, edges and members of every membrane."""
        cdef Py_ssize_t m = rows("membranes", table, "triangles"), t
        cdef Triangle shape
        cdef const int *corner
        cdef Ints given = Ints(), numbers = Ints()
        cdef Doubles area = Doubles()
        take_ints("membranes['triangles']", table["triangles"], (m, 3), given, 0, n - 1)
        take_ints("membranes['membrane']", table["membrane"], (m,), numbers, 0, m)
        number = numbers.copy((m,))
        if (np.diff(number) < 0).any() or len(np.unique(number)) != sheets:
            raise ValueError("membranes['membrane']: triangles must be sorted by membrane, no number left out")
        self.connect(given.copy((m, 3)), number, n, sheets)
        self.split(sheets, number, *self.derived)
        area.resize(m)
        for t in range(m):
            corner = self.corner.data + 3 * t
            measure_triangle(self.x.data + 3 * self.order.data[corner[0]], self.x.data + 3 * self.order.data[corner[1]],
                             self.x.data + 3 * self.order.data[corner[2]], &shape)
            area.data[t] = 0.5 * shape.twice
        present = area.copy((m,))
        for name, out in (("triangle_rest_area", self.rest_area), ("triangle_first_area", self.first_area)):
            take_doubles(f"membranes['{name}']", present if table[name] is None else table[name], (m,), out, 0, 1e30)
        k = table["triangle_stretching_k"]
        take_doubles("membranes['triangle_stretching_k']", np.zeros(m) if k is None else k, (m,), self.stretching_k,
                     0, 1e15)
        if self.terms.stretching != "LOCAL_HARMONIC":
            memset(self.stretching_k.data, 0, m * sizeof(double))
        self.view.triangles, self.view.edges = m, self.edge.size // 4
        self.view.corner, self.view.edge, self.view.member = self.corner.data, self.edge.data, self.member.data
        self.view.border = self.border.data
        self.view.rest_area, self.view.stretching_k = self.rest_area.data, self.stretching_k.data
        self.view.first_area = self.first_area.data
        return 0

    cdef int connect(self, object given, object number, Py_ssize_t n, Py_ssize_t sheets) except -1:
        """Edges, members and borders of these triangles, found anew unless they are those of the last ``load``."""
        cdef Py_ssize_t m = len(given)
        rank = self.rank.copy((n,))
        topology = (given, number, rank)
        if self.topology is not None and all(map(np.array_equal, self.topology, topology)):
            return 0
        self.topology = None
        triangles = rank[given]
        take_ints("membranes['triangles']", triangles, (m, 3), self.corner, 0, n - 1)
        opposite = opposites(triangles, n).ravel()
        half_edge = np.flatnonzero((opposite < 0) | (opposite > np.arange(3 * m)))
        other = opposite[half_edge]
        flat, turned = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
        third = np.roll(triangles, -2, axis=1).ravel()
        edges = np.stack([flat[half_edge], turned[half_edge], third[half_edge],
                          np.where(other < 0, -1, third[other])], axis=1)
        take_ints("edges", edges, (len(edges), 4), self.edge, -1, n - 1)
        border = np.zeros(n, np.int8)
        border[flat[opposite < 0]] = border[turned[opposite < 0]] = 1
        take_ints("border", border, (n,), self.border, 0, 1)
        owner = np.full(n, -1)
        for k in range(3):
            owner[triangles[:, k]] = number
        if (owner < 0).any() or (owner[triangles] != number[:, None]).any():
            raise ValueError("membranes['triangles']: a vertex belongs to no membrane or to two")
        take_ints("members", np.argsort(owner, kind="stable"), (n,), self.member, 0, n - 1)
        self.derived = (number[half_edge // 3], np.sort(owner), opposite)
        self.topology = topology
        return 0

    def split(self, Py_ssize_t sheets, triangle_owner, edge_owner, vertex_owner, opposite):
        """Ranges of triangles, edges and members of every membrane, and the apex of its cones.

        A closed membrane encloses the same volume seen from any apex; its middle loses the fewest digits. The volume of
        an open one is that of the cone to the origin.
        """
        cdef Py_ssize_t s, i
        cdef Sheet *sheet
        self.sheet_data.resize(sheets * (sizeof(Sheet) // sizeof(double)))
        self.view.sheet = <const Sheet *> self.sheet_data.data
        bounds = [np.searchsorted(owner, np.arange(sheets + 1))
                  for owner in (triangle_owner, edge_owner, vertex_owner)]
        places = self.x.copy((-1, 3))[self.order.copy((-1,))]
        members = self.member.copy((-1,))
        for s in range(sheets):
            sheet = <Sheet *> self.sheet_data.data + s
            sheet.first_triangle, sheet.last_triangle = bounds[0][s], bounds[0][s + 1]
            sheet.first_edge, sheet.last_edge = bounds[1][s], bounds[1][s + 1]
            sheet.first_member, sheet.last_member = bounds[2][s], bounds[2][s + 1]
            closed = (opposite[3 * sheet.first_triangle:3 * sheet.last_triangle] >= 0).all()
            middle = places[members[sheet.first_member:sheet.last_member]].mean(axis=0)
            for i in range(3):
                sheet.origin[i] = middle[i] if closed else 0

    cdef int load_constants(self, dict table, Py_ssize_t sheets) except -1:
        cdef Py_ssize_t s
        cdef Sheet *sheet = <Sheet *> self.sheet_data.data
        cdef Doubles values = Doubles()
        for name, (low, high) in CONSTANTS.items():
            given = table[name]
            take_doubles(f"membranes['{name}']", np.zeros(sheets) if given is None else given, (sheets,), values, low,
                         high)
            for s in range(sheets):
                if name == "bending_k":
                    sheet[s].bending_k = values.data[s]
                elif name == "spontaneous_curvature":
                    sheet[s].curvature = values.data[s]
                elif name == "tension":
                    sheet[s].tension = values.data[s]
                elif name == "area_k":
                    sheet[s].area_k = values.data[s]
                elif name == "rest_area":
                    sheet[s].rest_area = values.data[s]
                elif name == "volume_k":
                    sheet[s].volume_k = values.data[s]
                elif name == "rest_volume":
                    sheet[s].rest_volume = values.data[s]
                else:
                    sheet[s].volume_offset = values.data[s]
        for s in range(sheets):
            if sheet[s].area_k > 0 and not sheet[s].rest_area > 0:
                raise ValueError(f"membranes['rest_area']: membrane {s} has {sheet[s].rest_area}, must be positive")
            if sheet[s].volume_k > 0 and not sheet[s].rest_volume > 0:
                raise ValueError(f"membranes['rest_volume']: membrane {s} has {sheet[s].rest_volume}, must be positive")
            # of energies that the model does not have, for the preconditioner reads constants too
            if self.terms.bending is None:
                sheet[s].bending_k = 0
            if self.terms.tension is None:
                sheet[s].tension = 0
            if self.terms.volume is None:
                sheet[s].volume_k = 0
            if self.terms.stretching != "GLOBAL_HARMONIC":
                sheet[s].area_k = 0
        return 0

    cdef int load_attachments(self, object table, Py_ssize_t n) except -1:
        cdef Py_ssize_t i, m
        if table is None:
            return 0
        table = columns("membranes['attachments']", table, ("vertex", "place", "k"), {})
        m = rows("membranes['attachments']", table, "vertex")
        take_ints("membranes['attachments']['vertex']", table["vertex"], (m,), self.attached, 0, n - 1)
        take_doubles("membranes['attachments']['place']", table["place"], (m, 3), self.attached_place, -1e15, 1e15)
        take_doubles("membranes['attachments']['k']", table["k"], (m,), self.attached_k, 0, 1e15)
        for i in range(m):
            self.attached.data[i] = self.rank.data[self.attached.data[i]]
        self.view.attachments = m
        self.view.attached = self.attached.data
        self.view.attached_place, self.view.attached_k = self.attached_place.data, self.attached_k.data
        return 0

    cdef int place(self, Doubles x, Py_ssize_t base) except -1:
        """Put the vertices into the coordinate vector, which has room for them, from point ``base`` on."""
        cdef Py_ssize_t v, i
        self.view.base = base
        for v in range(self.count):
            for i in range(3):
                x.data[3 * (base + v) + i] = self.x.data[3 * self.order.data[v] + i]
        return 0

    cdef int set_terms(self, object terms) except -1:
        """Take over the switches of a ``MembraneTerms``."""
        self.view.policy = <Policy> <int> POLICIES.index(terms.curvature_policy)
        self.repels = terms.bead_repulsion is not None
        self.cutoff = terms.bead_repulsion_cutoff
        self.terms = terms
        self.view.contact_k = terms.bead_repulsion_k
        return 0

    cdef bint search(self, const double *x, Py_ssize_t beads) except -1:
        """List the beads near triangles at coordinates ``x``; True if the list has changed."""
        if not self.repels:
            return False
        find_contacts(x, beads, x + 3 * self.view.base, self.corner.data, self.view.triangles, self.cutoff,
                      self.other_contact)
        cdef bint changed = replace(self.contact, self.other_contact)
        self.view.contacts = self.contact.size // 2
        self.view.contact = self.contact.data
        return changed

    cdef object by_vertex(self, Doubles values):
        """The part of a vector like the coordinates that belongs to the vertices, (n, 3), in the order of ``load``."""
        cdef Py_ssize_t base = self.view.base
        return values.copy((-1, 3))[base:base + self.count][self.rank.copy((-1,))[:self.count]]
