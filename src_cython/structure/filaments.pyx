"""Filaments: chains of cylinders between beads, each cylinder a row of monomer slots.

A cylinder has as many slots as a full one has monomers; end cylinders may be partly filled: the one at the plus end
from its minus side, the one at the minus end from its plus side. The rest length of a cylinder is its number of
monomers times the monomer size, except for initial cylinders, whose rest length is their length as created (Popov,
Komianos & Papoian 2016, PLoS Comput Biol 12:e1004877).

Binding site ``s`` of cylinder ``c`` is addressed as the single number c·max_sites + s.
"""

from libc.math cimport sqrt

import numpy as np

cdef double NM_EPSILON = 1e-12


cdef class Beads(Table):
    """Beads: positions (nm), forces (pN), birth times (s), monomer serials."""

    def __init__(self):
        super().__init__({
            "x": (np.float64, 3, 0.0),
            "serial": (np.int64, 1, 0),
            "birth": (np.float64, 1, 0.0),
            "force": (np.float64, 3, 0.0),
        }, by_row=True)

    def bind(self):
        self.x = self.columns["x"]
        self.force = self.columns["force"]
        self.birth = self.columns["birth"]
        self.serial = self.columns["serial"]


cdef class Cylinders(Table):
    """Cylinders with their monomer slots and binding sites."""

    def __init__(self, int slots, int sites):
        super().__init__({
            "bead": (np.int32, 2, -1),
            "neighbour": (np.int32, 2, -1),
            "filament": (np.int32, 1, -1),
            "position": (np.int32, 1, 0),
            "first": (np.int32, 1, 0),
            "monomers": (np.int32, 1, 0),
            "compartment": (np.int32, 1, 0),
            "rest_length": (np.float64, 1, 0.0),
            "kind": (np.uint8, max(slots, 2), 0),
            "occupant": (np.int32, sites * FLAGS, -1),
        }, by_row=True)

    def bind(self):
        self.bead = self.columns["bead"]
        self.neighbour = self.columns["neighbour"]
        self.filament = self.columns["filament"]
        self.position = self.columns["position"]
        self.first = self.columns["first"]
        self.monomers = self.columns["monomers"]
        self.rest_length = self.columns["rest_length"]
        self.compartment = self.columns["compartment"]
        self.kind = self.columns["kind"]
        self.occupant = self.columns["occupant"]


cdef class FilamentTable(Table):
    """Filaments: identity, type, end cylinders."""

    def __init__(self):
        super().__init__({
            "nucleated": (np.uint8, 1, 0),
            "type": (np.int32, 1, 0),
            "tip": (np.int32, 2, -1),
            "cylinders": (np.int32, 1, 0),
            "brancher": (np.int32, 1, -1),
            "anchor": (np.int32, 1, -1),
            "gained": (np.int32, 2, 0),
            "turnover": (np.int32, 4, 0),
            "ident": (np.int64, 1, -1),
            "split_from": (np.int64, 1, -1),
        }, by_row=True)

    def bind(self):
        self.ident = self.columns["ident"]
        self.type = self.columns["type"]
        self.tip = self.columns["tip"]
        self.cylinders = self.columns["cylinders"]
        self.gained = self.columns["gained"]
        self.turnover = self.columns["turnover"]
        self.nucleated = self.columns["nucleated"]
        self.split_from = self.columns["split_from"]
        self.brancher = self.columns["brancher"]
        self.anchor = self.columns["anchor"]


cdef class Filaments:
    """All filaments of a system.

    Parameters
    ----------
    kinds : sequence of (monomer_size, cylinder_size, monomers_per_cylinder, binding_sites)
        One entry per filament type: sizes in nm, and the monomer slots that are binding sites, ascending.
    full_cylinder_fractions : bool
        Place monomers of a partly filled cylinder as if it were full, as MEDYAN 5.4 does, instead of by the monomers
        present.

    Raises
    ------
    ValueError
        For more than 16 types, fewer than 3 monomers in a cylinder, or sites outside the cylinder.
    """

    def __init__(self, kinds, bint full_cylinder_fractions=False):
        cdef int t, s
        self.full_cylinder_fractions = full_cylinder_fractions
        self.kinds = [(float(m), float(c), int(n), tuple(int(b) for b in sites)) for m, c, n, sites in kinds]
        if not 1 <= len(self.kinds) <= 16:
            raise ValueError(f"1 to 16 filament types are possible, got {len(self.kinds)}")
        for m, c, n, sites in self.kinds:
            if n < 3 or not m > 0 or not c > 0:
                raise ValueError(f"a cylinder needs at least 3 monomers of positive size, got {n} of {m} nm")
            if not sites or min(sites) < 0 or max(sites) >= n or list(sites) != sorted(set(sites)):
                raise ValueError(f"binding sites must be ascending slots 0 … {n - 1}, got {sites}")
        self.max_slots = max(n for _, _, n, _ in self.kinds)
        self.max_sites = max(len(sites) for _, _, _, sites in self.kinds)
        self.site_slot = np.full((len(self.kinds), self.max_sites), -1, dtype=np.int32)
        self.slot_site = np.full((len(self.kinds), self.max_slots), -1, dtype=np.int32)
        for t, (m, c, n, sites) in enumerate(self.kinds):
            self.kind[t] = FilamentKind(m, c, n, len(sites))
            for s, slot in enumerate(sites):
                self.site_slot[t, s] = slot
                self.slot_site[t, slot] = s
        self.beads = Beads()
        self.cylinders = Cylinders(self.max_slots, self.max_sites)
        self.table = FilamentTable()

    def add(self, int type, points, double time=0.0, rest_length=None, monomers=None):
        """Create a filament through the given points, minus end first, of first kinds everywhere.

        Parameters
        ----------
        points : float64 (n + 1, 3), nm
            Bead positions.
        rest_length : float, nm, optional
            Of every cylinder; without it each cylinder is at rest with the length given by its points.
        monomers : sequence of int (n,), optional
            Of every cylinder, whose rest length is then theirs; inner cylinders are full. Without it all are full.

        Returns the row of the filament. Raises ValueError for bad types, fewer than two points, non-finite or
        coinciding points, and monomers that no filament can have.
        """
        x = np.ascontiguousarray(points, dtype=np.float64)
        if not 0 <= type < len(self.kinds):
            raise ValueError(f"filament type {type} is not one of 0 … {len(self.kinds) - 1}")
        if x.ndim != 2 or x.shape[0] < 2 or x.shape[1] != 3 or not np.isfinite(x).all():
            raise ValueError("a filament needs at least two points with three finite coordinates each")
        lengths = np.linalg.norm(np.diff(x, axis=0), axis=1)
        if lengths.min() < 1e-6:
            raise ValueError("two consecutive points of a filament coincide")
        cdef int slots = self.kind[type].slots, bead, previous, c = -1, i, f, serial = 0
        counts = self._monomers(len(lengths), slots, monomers)
        if monomers is not None:
            lengths = counts * self.kind[type].monomer
        cdef double[:, ::1] points_view = x
        cdef uint8_t[:] row
        f = self._row(type)
        previous = self.bead_at(&points_view[0, 0], time, 0)
        for i in range(len(lengths)):
            serial += counts[i]
            bead = self.bead_at(&points_view[i + 1, 0], time, serial)
            c = self.add_cylinder(f, previous, bead)
            self.cylinders.rest_length[c] = lengths[i] if rest_length is None else rest_length
            # the first cylinder is filled from its plus side, the last one from its minus side
            self.cylinders.first[c] = slots - counts[i] if i == 0 and len(lengths) > 1 else 0
            self.cylinders.monomers[c] = counts[i]
            row = self.cylinders.kind[c]
            row[self.cylinders.first[c]:self.cylinders.first[c] + counts[i]] = FILAMENT
            previous = bead
        i = self.table.tip[f, MINUS]
        self.cylinders.kind[i, self.end_slot(i, MINUS)] = MINUS_END
        self.cylinders.kind[c, self.end_slot(c, PLUS)] = PLUS_END
        return f

    def _monomers(self, cylinders, slots, monomers):
        """Monomers of each cylinder of a new filament, int (cylinders,)."""
        if monomers is None:
            return np.full(cylinders, slots)
        counts = np.asarray(monomers)
        if counts.shape != (cylinders,) or counts.dtype.kind not in "iu":
            raise ValueError(f"monomers must be {cylinders} integers, got {monomers!r}")
        if (counts < 1).any() or (counts > slots).any() or (counts[1:-1] != slots).any() or counts.sum() < 2:
            raise ValueError(f"1 … {slots} monomers fit a cylinder, inner ones are full, and a filament has at least 2")
        return counts

    cdef int _row(self, int type) except -1 nogil:
        """A row for a new filament, without cylinders."""
        cdef int f = self.table.take(), k
        self.table.type[f] = type
        self.table.ident[f] = self.next_ident
        self.next_ident += 1
        self.table.tip[f, MINUS] = self.table.tip[f, PLUS] = -1
        self.table.cylinders[f] = 0
        self.table.gained[f, MINUS] = self.table.gained[f, PLUS] = 0
        for k in range(4):
            self.table.turnover[f, k] = 0
        self.table.nucleated[f] = False
        self.table.split_from[f] = -1
        self.table.brancher[f] = -1
        self.table.anchor[f] = -1
        return f

    cdef int bead_at(self, double *r, double t, int64_t serial) except -1 nogil:
        cdef int b = self.beads.take(), k
        for k in range(3):
            self.beads.x[b, k] = r[k]
            self.beads.force[b, k] = 0.0
        self.beads.birth[b] = t
        self.beads.serial[b] = serial
        return b

    cdef int create(self, int type, double *at, double *direction, int monomers, int first, double t) except -1 nogil:
        """A filament of one cylinder with few monomers, from ``at`` (nm) along a unit vector.

        The monomers fill slots from ``first`` on; the caller sets their states. Returns the row.
        """
        cdef int f = self._row(type), c, a, b, k
        cdef double length = monomers * self.kind[type].monomer
        cdef double[3] tip
        for k in range(3):
            tip[k] = at[k] + length * direction[k]
        a = self.bead_at(at, t, 0)
        b = self.bead_at(tip, t, monomers)
        c = self.add_cylinder(f, a, b)
        self.cylinders.rest_length[c] = length
        self.cylinders.first[c] = first
        self.cylinders.monomers[c] = monomers
        return f

    cdef int remove(self, int filament) except -1 nogil:
        """Delete a filament with its cylinders and beads; nothing may be bound to it."""
        cdef int c = self.table.tip[filament, MINUS], next
        self.beads.release(self.cylinders.bead[c, MINUS])
        while c >= 0:
            next = self.cylinders.neighbour[c, PLUS]
            self.beads.release(self.cylinders.bead[c, PLUS])
            self.cylinders.release(c)
            c = next
        self.table.release(filament)
        return 0

    cdef int split(self, int filament, int cylinder, double t) except -1 nogil:
        """Cut a filament at the minus side of a cylinder that is not its first; returns the row of the minus-side part.

        The shared bead is doubled and both copies draw back by half a monomer along their cylinders, so that the new
        ends do not touch. The caller sets the states of the new end monomers.
        """
        cdef int before = self.cylinders.neighbour[cylinder, MINUS], new, c, k, old_bead, bead, moved = 0
        cdef double half = 0.5 * self.kind[self.table.type[filament]].monomer
        cdef double[3] u
        new = self._row(self.table.type[filament])
        self.table.split_from[new] = self.table.ident[filament]
        self.table.tip[new, MINUS] = self.table.tip[filament, MINUS]
        self.table.tip[new, PLUS] = before
        self.table.brancher[new] = self.table.brancher[filament]
        self.table.brancher[filament] = -1
        self.table.anchor[new] = self.table.anchor[filament]
        self.table.anchor[filament] = -1
        self.table.tip[filament, MINUS] = cylinder
        self.cylinders.neighbour[before, PLUS] = -1
        self.cylinders.neighbour[cylinder, MINUS] = -1
        c = self.table.tip[new, MINUS]
        while c >= 0:
            self.cylinders.filament[c] = new
            moved += 1
            c = self.cylinders.neighbour[c, PLUS]
        self.table.cylinders[new] = moved
        self.table.cylinders[filament] -= moved
        old_bead = self.cylinders.bead[cylinder, MINUS]
        for k in range(3):
            u[k] = self.beads.x[old_bead, k]     # a copy: a new bead may move the whole table
        bead = self.bead_at(u, t, self.beads.serial[old_bead])
        self.outward(before, PLUS, u)
        self.cylinders.bead[before, PLUS] = bead
        for k in range(3):
            self.beads.x[bead, k] -= half * u[k]
        self.outward(cylinder, MINUS, u)
        for k in range(3):
            self.beads.x[old_bead, k] -= half * u[k]
        return new

    cdef int add_cylinder(self, int filament, int minus_bead, int plus_bead) except -1 nogil:
        """Append a cylinder at the end that holds one of the two beads; slots are empty, sites free."""
        cdef int c = self.cylinders.take(), side = PLUS, old, i
        old = self.table.tip[filament, PLUS]
        if old >= 0 and self.cylinders.bead[old, PLUS] != minus_bead:
            side = MINUS
            old = self.table.tip[filament, MINUS]
        self.cylinders.bead[c, MINUS] = minus_bead
        self.cylinders.bead[c, PLUS] = plus_bead
        self.cylinders.filament[c] = filament
        self.cylinders.neighbour[c, side] = -1
        self.cylinders.neighbour[c, 1 - side] = old
        if old >= 0:
            self.cylinders.neighbour[old, side] = c
            self.cylinders.position[c] = self.cylinders.position[old] + (1 if side == PLUS else -1)
        else:
            self.cylinders.position[c] = 0
            self.table.tip[filament, 1 - side] = c
        self.table.tip[filament, side] = c
        self.table.cylinders[filament] += 1
        for i in range(self.max_slots):
            self.cylinders.kind[c, i] = EMPTY
        for i in range(self.max_sites * FLAGS):
            self.cylinders.occupant[c, i] = -1
        return c

    cdef void point(self, int cylinder, int slot, double *r) noexcept nogil:
        """Position of a monomer (nm)."""
        cdef int a = self.cylinders.bead[cylinder, MINUS], b = self.cylinders.bead[cylinder, PLUS], k
        cdef double s = self.fraction(cylinder, slot)
        for k in range(3):
            r[k] = (1.0 - s) * self.beads.x[a, k] + s * self.beads.x[b, k]

    cdef void outward(self, int cylinder, int side, double *u) noexcept nogil:
        """Unit vector along a cylinder towards one side."""
        cdef int tip = self.cylinders.bead[cylinder, side], base = self.cylinders.bead[cylinder, 1 - side], k
        cdef double d = 0.0
        for k in range(3):
            u[k] = self.beads.x[tip, k] - self.beads.x[base, k]
            d += u[k] * u[k]
        d = sqrt(d)
        for k in range(3):
            u[k] = u[k] / d if d > NM_EPSILON else (1.0 if k == 0 else 0.0)

    cdef int inner(self, int cylinder, int side, int *slot) noexcept nogil:
        """Cylinder and slot of the monomer next to the end one; −1 if the end cylinder is all there is."""
        cdef int other
        if self.cylinders.monomers[cylinder] > 1:
            slot[0] = self.end_slot(cylinder, side) + (-1 if side == PLUS else 1)
            return cylinder
        other = self.cylinders.neighbour[cylinder, 1 - side]
        if other >= 0:
            slot[0] = self.end_slot(other, side)
        return other

    cdef int grow(self, int filament, int side, uint8_t inside, uint8_t end, double t) except -1 nogil:
        """Add a monomer at an end: the old end monomer becomes ``inside``, the new one ``end``.

        The bead moves outward by one monomer, or a new cylinder of one monomer begins. Returns the cylinder that
        holds the old end monomer.
        """
        cdef int c = self.table.tip[filament, side], old = self.end_slot(c, side), new, bead, k
        cdef int tip = self.cylinders.bead[c, side]
        cdef double step = self.kind[self.table.type[filament]].monomer
        cdef int slots = self.kind[self.table.type[filament]].slots
        cdef double[3] u
        self.outward(c, side, u)
        self.cylinders.kind[c, old] = inside
        if (old + 1 < slots) if side == PLUS else (old > 0):
            for k in range(3):
                self.beads.x[tip, k] += step * u[k]
            self.cylinders.rest_length[c] += step
            self.cylinders.monomers[c] += 1
            self.table.turnover[filament, side] += 1
            if side == MINUS:
                self.cylinders.first[c] -= 1
            self.cylinders.kind[c, self.end_slot(c, side)] = end
            self.beads.serial[tip] += 1 if side == PLUS else -1
            return c
        bead = self.beads.take()
        for k in range(3):
            self.beads.x[bead, k] = self.beads.x[tip, k] + step * u[k]
            self.beads.force[bead, k] = 0.0
        self.beads.birth[bead] = t
        self.beads.serial[bead] = self.beads.serial[tip] + (1 if side == PLUS else -1)
        new = self.add_cylinder(filament, tip if side == PLUS else bead, bead if side == PLUS else tip)
        self.cylinders.rest_length[new] = step
        self.cylinders.monomers[new] = 1
        self.cylinders.first[new] = 0 if side == PLUS else slots - 1
        self.cylinders.kind[new, self.cylinders.first[new]] = end
        self.cylinders.compartment[new] = self.cylinders.compartment[c]
        self.table.gained[filament, side] += 1
        return c

    cdef int shrink(self, int filament, int side, uint8_t end) except -1 nogil:
        """Remove the monomer at an end; the next one becomes ``end``. Returns the cylinder that holds it.

        The caller makes sure that there is a next monomer and that nothing is bound to it.
        """
        cdef int c = self.table.tip[filament, side], tip = self.cylinders.bead[c, side], other, k
        cdef double step = self.kind[self.table.type[filament]].monomer
        cdef double[3] u
        self.cylinders.kind[c, self.end_slot(c, side)] = EMPTY
        if self.cylinders.monomers[c] > 1:
            self.outward(c, side, u)
            for k in range(3):
                self.beads.x[tip, k] -= step * u[k]
            self.cylinders.rest_length[c] -= step
            self.cylinders.monomers[c] -= 1
            self.table.turnover[filament, 2 + side] += 1
            if side == MINUS:
                self.cylinders.first[c] += 1
            self.beads.serial[tip] -= 1 if side == PLUS else -1
            self.cylinders.kind[c, self.end_slot(c, side)] = end
            return c
        other = self.cylinders.neighbour[c, 1 - side]
        self.cylinders.neighbour[other, side] = -1
        self.table.tip[filament, side] = other
        self.table.cylinders[filament] -= 1
        self.table.gained[filament, side] -= 1
        self.cylinders.kind[other, self.end_slot(other, side)] = end
        self.beads.release(tip)
        self.cylinders.release(c)
        return other

    def state(self):
        """Beads, cylinders and filaments, and the next id."""
        return {"beads": self.beads.state(), "cylinders": self.cylinders.state(), "table": self.table.state(),
                "next_ident": self.next_ident}

    def restore(self, saved):
        """Take a state over; StateError if cylinders have other slots or sites."""
        self.beads.restore(saved["beads"])
        self.cylinders.restore(saved["cylinders"])
        self.table.restore(saved["table"])
        self.next_ident = saved["next_ident"]

    def fractions(self, sites):
        """Where sites sit on their cylinders, 0 (minus-side bead) to 1, float64, same shape as ``sites``.

        Raises ValueError for sites of cylinders that do not exist.
        """
        flat = np.ascontiguousarray(sites, dtype=np.int32).ravel()
        cdef int[::1] which = flat
        cdef double[::1] out = np.zeros(len(flat))
        cdef int i, c
        for i in range(len(which)):
            c = which[i] // self.max_sites
            if which[i] < 0 or c >= self.cylinders.top or not self.cylinders.alive[c]:
                raise ValueError(f"no site {which[i]}")
            out[i] = self.fraction(c, self.site_slot[self.type_of(c), which[i] % self.max_sites])
        return np.asarray(out).reshape(np.shape(sites))

    def ordered(self):
        """Everything the mechanics reads, filament by filament, minus end first.

        Returns a dictionary: ``filament`` (F,) rows in order of id, ``start`` (F + 1,) offsets into the beads,
        ``bead`` (B,) and ``cylinder`` (C,) rows; all int32.
        """
        rows = self.table.rows
        rows = rows[np.argsort(self.table["ident"][rows], kind="stable")]
        cdef int n = len(rows), i, f, c, at = 0
        order = rows.astype(np.int32)
        start = np.zeros(n + 1, dtype=np.int32)
        bead = np.empty(self.beads.count, dtype=np.int32)
        cylinder = np.empty(self.cylinders.count, dtype=np.int32)
        cdef int[::1] v_order = order, v_start = start, v_bead = bead, v_cylinder = cylinder
        for i in range(n):
            f = v_order[i]
            c = self.table.tip[f, MINUS]
            v_bead[at] = self.cylinders.bead[c, MINUS]
            while c >= 0:
                v_cylinder[at - i] = c
                at += 1
                v_bead[at] = self.cylinders.bead[c, PLUS]
                c = self.cylinders.neighbour[c, PLUS]
            at += 1
            v_start[i + 1] = at
        return {"filament": order, "start": start, "bead": bead, "cylinder": cylinder}

    def end_species(self, rows):
        """Kinds of the minus-end and plus-end monomers of filaments given by row: int32 (n, 2), −1 where there is none.

        The minus end of a branch has none while its brancher holds it.
        """
        cdef int[::1] which = np.ascontiguousarray(rows, dtype=np.int32)
        species = np.full((len(which), 2), -1, dtype=np.int32)
        cdef int[:, ::1] out = species
        cdef int i, side, c
        cdef int[2] base = [MINUS_END, PLUS_END]
        cdef uint8_t state
        for i in range(len(which)):
            for side in range(2):
                c = self.table.tip[which[i], side]
                state = self.cylinders.kind[c, self.end_slot(c, side)]
                if base[side] <= state < base[side] + 64:
                    out[i, side] = state - base[side]
        return species

    def kind_counts(self, int type):
        """Number of monomers of each kind on filaments of a type: (filament, plus, minus) arrays of length 64."""
        cylinders = self.cylinders.rows
        rows = cylinders[self.table["type"][self.cylinders["filament"][cylinders]] == type]
        counts = np.bincount(self.cylinders["kind"][rows].ravel(), minlength=256)
        return counts[FILAMENT:FILAMENT + 63], counts[PLUS_END:PLUS_END + 64], counts[MINUS_END:MINUS_END + 64]

    def reset_counters(self):
        """Start anew to count what filaments gain and lose, and which are nucleated or cut off."""
        for name, value in (("gained", 0), ("turnover", 0), ("nucleated", 0), ("split_from", -1)):
            self.table[name][:] = value
