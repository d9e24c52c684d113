"""The bubbles of one model, what is attached to them, and who is near them.

Movable bubbles come before fixed ones in the coordinate vector. There are few bubbles, so neighbours are found by
trying all beads and bubbles. Lists hold what lies nearer than the cutoff, measured from surface to surface, and may be
felt before points have moved by the reach of the lists.
"""

from libc.math cimport sqrt

import numpy as np

from medyan_py.core.mechanics.arguments cimport columns, rows, take_doubles, take_ints
from medyan_py.core.mechanics.bubble_forces cimport pair_screening
from medyan_py.core.mechanics.buffers cimport Doubles, Ints, replace
from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.mechanics.surfaces cimport surface_distance

cdef double NEGLIGIBLE = 60     # screening lengths after which a repulsion cannot be seen in a sum


cdef inline double distance(const double *p, const double *q) noexcept nogil:
    return sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) + (p[2] - q[2]) * (p[2] - q[2]))


cdef int append(Ints out, Py_ssize_t a, Py_ssize_t b) except -1:
    out.resize(out.size + 2)
    out.data[out.size - 2] = <int> a
    out.data[out.size - 1] = <int> b
    return 0


cdef class Bubbles:
    """Arrays per bubble and per attachment, and three neighbour lists."""

    def __cinit__(self):
        self.x, self.radius, self.k, self.screening = Doubles(), Doubles(), Doubles(), Doubles()
        self.attachment_k = Doubles()
        self.fixed, self.plane, self.point, self.attached, self.attachment = Ints(), Ints(), Ints(), Ints(), Ints()
        self.mtoc, self.afm = Ints(), Ints()
        self.wall_list, self.bead_list, self.pair_list = Ints(), Ints(), Ints()

    cdef int load(self, object table, object attachments, Py_ssize_t planes, Ints filament_start) except -1:
        """Copy the mappings described at ``MechanicalModel.load``; None: no bubbles, no attachments."""
        cdef Py_ssize_t n = 0, b, f, filaments = filament_start.size - 1
        self.count = self.movable = 0
        for buffer in (self.point, self.wall_list, self.bead_list, self.pair_list):
            (<Ints> buffer).resize(0)
        for buffer in (self.attachment, self.mtoc, self.afm):
            (<Ints> buffer).resize(0)
        if table is None:
            if attachments is not None:
                raise ValueError("attachments: there are no bubbles to attach to")
            return 0
        table = columns("bubbles", table, ("x", "radius"), {"k": None, "screening": None, "fixed": None, "plane": None})
        n = rows("bubbles", table, "radius")
        take_doubles("bubbles['x']", table["x"], (n, 3), self.x, -1e15, 1e15)
        take_doubles("bubbles['radius']", table["radius"], (n,), self.radius, 0, 1e15)
        take_doubles("bubbles['k']", default_if_none(table["k"], n, 0), (n,), self.k, 0, 1e15)
        screening = default_if_none(table["screening"], n, 1)
        take_doubles("bubbles['screening']", screening, (n,), self.screening, 1e-9, 1e15)
        take_ints("bubbles['fixed']", default_if_none(table["fixed"], n, 0), (n,), self.fixed, 0, 1)
        take_ints("bubbles['plane']", default_if_none(table["plane"], n, -1), (n,), self.plane, -1, planes - 1)
        self.attached.resize(filaments)
        for f in range(filaments):
            self.attached.data[f] = -1
        self.count = n
        try:
            self.load_attachments(attachments, filament_start)
        except ValueError:
            self.count = 0
            raise
        for b in range(n):
            self.movable += not self.fixed.data[b]
        return 0

    cdef int load_attachments(self, object table, Ints filament_start) except -1:
        cdef Py_ssize_t n, a, filaments = filament_start.size - 1
        cdef Ints filament = Ints(), bubble = Ints(), probe = Ints()
        if table is None:
            return 0
        table = columns("attachments", table, ("bubble", "filament", "k"), {"afm": None})
        n = rows("attachments", table, "filament")
        take_ints("attachments['bubble']", table["bubble"], (n,), bubble, 0, self.count - 1)
        take_ints("attachments['filament']", table["filament"], (n,), filament, 0, filaments - 1)
        take_doubles("attachments['k']", table["k"], (n,), self.attachment_k, 0, 1e15)
        take_ints("attachments['afm']", default_if_none(table["afm"], n, 0), (n,), probe, 0, 1)
        for a in range(n):
            if self.attached.data[filament.data[a]] >= 0:
                raise ValueError(f"attachments['filament']: filament {filament.data[a]} is attached twice")
            self.attached.data[filament.data[a]] = bubble.data[a]
            append(self.attachment, bubble.data[a], filament_start.data[filament.data[a]])
            kind = self.afm if probe.data[a] else self.mtoc
            (<Ints> kind).resize((<Ints> kind).size + 1)
            (<Ints> kind).data[(<Ints> kind).size - 1] = <int> a
        return 0

    cdef int place(self, Doubles x, Py_ssize_t beads, Py_ssize_t between) except -1:
        """Put the centres behind the beads, movable ones first, fixed ones after ``between`` other points."""
        cdef Py_ssize_t b, i, movable = beads, fixed = beads + self.movable + between, at
        self.point.resize(self.count)
        for b in range(self.count):
            if self.fixed.data[b]:
                at = fixed
                fixed += 1
            else:
                at = movable
                movable += 1
            self.point.data[b] = <int> at
            for i in range(3):
                x.data[3 * at + i] = self.x.data[3 * b + i]
        return 0

    cdef int share(self, Network *net) except -1:
        net.bubbles = self.count
        net.bubble_point = self.point.data
        net.bubble_radius = self.radius.data
        net.bubble_k = self.k.data
        net.bubble_screening = self.screening.data
        net.bubble_plane = self.plane.data
        net.attached_bubble = self.attached.data if self.count else NULL
        net.attachments = self.attachment.size // 2
        net.attachment = self.attachment.data
        net.attachment_k = self.attachment_k.data
        net.mtoc_attachments = self.mtoc.size
        net.mtoc = self.mtoc.data
        net.afm_attachments = self.afm.size
        net.afm = self.afm.data
        return 0

    cdef bint search(self, Network *net, const double *x, bint walls, double boundary_cutoff, bint repel,
                     double cutoff, double reach) except -1:
        """Fill the three lists at coordinates x; True if any of them has changed."""
        cdef Ints wall = Ints(), bead = Ints(), pair = Ints()
        cdef Py_ssize_t b, c, s, f, i
        cdef double normal[3]
        cdef double gap
        cdef const double *p
        for b in range(self.count):
            p = x + 3 * self.point.data[b]
            if walls:
                for s in range(net.surfaces):
                    gap = surface_distance(net.surface + s, p, normal) - self.radius.data[b]
                    if s != self.plane.data[b] and gap < boundary_cutoff and \
                            gap < NEGLIGIBLE * net.boundary_screening + reach:
                        append(wall, b, s)
            if not repel:
                continue
            for c in range(b + 1, self.count):
                gap = distance(p, x + 3 * self.point.data[c]) - self.radius.data[b] - self.radius.data[c]
                if gap < cutoff and gap < NEGLIGIBLE * pair_screening(net, b, c) + 2 * reach:
                    append(pair, b, c)
            for f in range(net.filaments):
                if self.attached.data[f] == b:
                    continue
                for i in range(net.filament_start[f], net.filament_start[f + 1]):
                    gap = distance(p, x + 3 * i) - self.radius.data[b]
                    if gap < cutoff and gap < NEGLIGIBLE * self.screening.data[b] + 2 * reach:
                        append(bead, b, i)
        cdef bint changed = replace(self.wall_list, wall)
        changed |= replace(self.bead_list, bead)
        changed |= replace(self.pair_list, pair)
        net.bubble_walls, net.bubble_wall = self.wall_list.size // 2, self.wall_list.data
        net.bubble_beads, net.bubble_bead = self.bead_list.size // 2, self.bead_list.data
        net.bubble_pairs, net.bubble_pair = self.pair_list.size // 2, self.pair_list.data
        return changed


cdef object default_if_none(object values, Py_ssize_t n, int default):
    return np.full(n, default) if values is None else values
