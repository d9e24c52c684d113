"""What happens to whole filaments, and the public face of the chemistry.

Aging, destruction and severing; new filaments are in ``filament_seeding.pyx``, events at ends and bonds in
``filament_turnover.pyx``. The rules are those of the MEDYAN model (Popov, Komianos & Papoian 2016, PLoS Comput Biol
12:e1004877).
"""

from libc.stdint cimport uint8_t

from medyan_py.core.chemistry.binding cimport Candidates
from medyan_py.core.chemistry.engine cimport Engine
from medyan_py.core.chemistry.event_loop cimport (
    AGE_END,
    AGE_INNER,
    BIND,
    BRANCH_OFF,
    BRANCH_ON,
    DESTROY,
    GROW,
    NUCLEATE,
    SEVER_FILAMENT,
    SHRINK,
    UNBIND,
    WALK,
    WALK_BACK,
)
from medyan_py.core.chemistry.filament_members cimport DestructionKind, EndAging
from medyan_py.core.chemistry.filament_seeding cimport FilamentSeeding
from medyan_py.core.structure.bonds cimport Bonds
from medyan_py.core.structure.branchers cimport Branchers
from medyan_py.core.structure.filaments cimport FILAMENT, MINUS, MINUS_END, PLUS, PLUS_END, Filaments

import numpy as np

from medyan_py.core.chemistry.grid import nearest_active

cdef class FilamentChemistry(FilamentSeeding):
    """Clock, copy numbers and structure of a system with filaments.

    Parameters
    ----------
    shape, compartment_size, active, diffusing, bulk, reactions, seed, powers, algorithm, volume_fraction,
    face_fraction, track_dissipation, surface :
        As for ``Engine``.
    filaments : Filaments
    growths, shrinkages, agings, destructions, severings, nucleations, branchings, bindings, emissions :
        Sequences of the descriptions of these names.
    ratchet_lengths : sequence of float, nm
        Per filament type: length of the Brownian ratchet, or None for polymerisation that feels no load.
    axial_loads : sequence of float, pN/nm
        Per filament type: stretching constant of a full cylinder, if the load of an end is the compression of its
        cylinder, or None if it is the repulsion of its tip; all None by default.
    end_kinds : sequence of (int, int)
        Per filament type: how many kinds of minus ends and plus ends there are; 1 and 1 by default.
    walls : Walls
    same_filament_pairs : bool
        Whether linkers and motors may join two sites of one filament.
    track_events : bool
        Log what happens to linkers and motors in ``bond_events``. The course of the system does not depend on it.

    Raises
    ------
    ValueError
        For descriptions that contradict each other, or too many of them.
    """

    def __init__(self, shape, compartment_size, active, diffusing, bulk, reactions, seed, *, Filaments filaments,
                 growths=(), shrinkages=(), agings=(), destructions=(), severings=(), nucleations=(), branchings=(),
                 bindings=(), emissions=(), ratchet_lengths=(), axial_loads=(), end_kinds=None, walls=None,
                 bint same_filament_pairs=True, bint powers=False, algorithm="NRM", volume_fraction=None,
                 face_fraction=None, bint track_dissipation=False, bint track_events=False, surface=None):
        self.filaments = filaments
        self.bonds = Bonds()
        self.branchers = Branchers()
        self.growths, self.shrinkages, self.bindings = tuple(growths), tuple(shrinkages), tuple(bindings)
        self.agings, self.destructions, self.severings = tuple(agings), tuple(destructions), tuple(severings)
        self.nucleations, self.branchings, self.emissions = tuple(nucleations), tuple(branchings), tuple(emissions)
        self._set_walls(walls)
        types = len(filaments.kinds)
        lengths = list(ratchet_lengths) or [None] * types
        axial = list(axial_loads) or [None] * types
        if len(lengths) != types or len(axial) != types:
            raise ValueError(f"{types} ratchet lengths and axial loads are needed, got {len(lengths)} and {len(axial)}")
        for t, counts in enumerate(end_kinds or [(1, 1)] * types):
            self.end_kinds[t][MINUS], self.end_kinds[t][PLUS] = counts
        self.ratchet_length = np.array([0.0 if x is None else float(x) for x in lengths])
        self.axial_k = np.array([0.0 if k is None else float(k) for k in axial])
        self._open_books(track_events)
        super().__init__(shape, compartment_size, active, diffusing, bulk, reactions, seed, powers, algorithm=algorithm,
                         volume_fraction=volume_fraction, face_fraction=face_fraction,
                         track_dissipation=track_dissipation, surface=surface)
        self._find_homes()
        self._make_sets()
        self.candidates = Candidates(
            filaments, [(b.filament_types, b.flags, b.stride, b.r_min, b.r_max, b.free.bulk) for b in bindings],
            self.shape, self.compartment_size, self.home, same_filament_pairs)

    def add_filament(self, int type, points, rest_length=None, monomers=None):
        """Create a filament through ``points`` (nm), minus end first; returns its row.

        To be followed by ``update`` and ``rebuild_candidates`` before the clock runs. Arguments and errors as
        ``Filaments.add``.
        """
        cdef int f = self.filaments.add(type, points, self.time, rest_length, monomers), c
        self.room_for_ends()
        self.tally_stale = True
        c = self.filaments.table.tip[f, MINUS]
        while c >= 0:
            self.house_cylinder(c)
            c = self.filaments.cylinders.neighbour[c, PLUS]
        return f

    def take_structure(self, filaments, bonds, branchers):
        """Begin with filaments, bonds and branchers built elsewhere: states of these tables.

        They must be consistent. To be followed by ``update`` and ``rebuild_candidates`` before the clock runs.
        """
        self.filaments.restore(filaments)
        self.bonds.restore(bonds)
        self.branchers.restore(branchers)
        self.room_for_ends()
        self.tally_stale = True

    # ---------------------------------------------------------------- events

    cdef int act(self, int action, int argument, int group) except -1 nogil:
        cdef int called_off = 0
        if action == GROW:
            self.grow_one(argument, group)
        elif action == SHRINK:
            self.shrink_one(argument)
        elif action == WALK or action == WALK_BACK:
            self.walk_one(argument, PLUS if action == WALK else MINUS)
        elif action == BIND:
            self.bind_one(argument, group)
        elif action == UNBIND:
            self.unbind_one(argument)
        elif action == AGE_END:
            self.age_end(argument)
        elif action == AGE_INNER:
            self.age_inner(argument)
        elif action == DESTROY:
            self.destroy_one(argument)
        elif action == SEVER_FILAMENT:
            self.sever_one(argument)
        elif action == NUCLEATE:
            called_off = self.nucleate_one(argument, group)
        elif action == BRANCH_ON:
            called_off = self.branch_one(argument, group)
        elif action == BRANCH_OFF:
            self.unbranch_one(argument)
        if action >= DESTROY:
            self.tally_stale = True
        self.drain()
        return called_off

    # ---------------------------------------------------------------- aging, destruction, severing

    cdef int age_end(self, int which) except -1 nogil:
        """An end monomer changes its kind."""
        cdef EndAging *aging = &self.end_aging[which]
        cdef int e = self.aging_ends.draw(aging.member_class,
                                          self.random.uniform() * self.aging_ends.total(aging.member_class))
        cdef int f = e // 2, c = self.filaments.table.tip[f, aging.side]
        if aging.account >= 0:
            self.book_aging(which, self.filaments.table.type[f])
        elif self.tallies:
            self.tally_stale = True
        self.filaments.cylinders.kind[c, self.filaments.end_slot(c, aging.side)] = aging.new_state
        return self.refresh_filament(f)

    cdef int age_inner(self, int which) except -1 nogil:
        """An inner monomer changes its kind, whether something is bound to it or not."""
        cdef int c = 0, slot = self.draw_slot(self.aging_rule[which], -1, &c)
        if self.end_aging[which].account >= 0:
            self.book_aging(which, self.filaments.type_of(c))
        elif self.tallies:
            self.tally_stale = True
        self.filaments.cylinders.kind[c, slot] = self.end_aging[which].new_state
        self.refresh_cylinder(c)
        return self.refresh_inner_of(c)

    cdef int destroy_one(self, int which) except -1 nogil:
        """A filament of two end monomers falls apart; each goes free in the compartment of its cylinder."""
        cdef DestructionKind *kind = &self.destruction[which]
        cdef int k = kind.member_class, f, plus_side, minus_side
        f = self.falling_apart.draw(k, self.random.uniform() * self.falling_apart.total(k))
        plus_side = self.filaments.cylinders.compartment[self.filaments.table.tip[f, PLUS]]
        minus_side = self.filaments.cylinders.compartment[self.filaments.table.tip[f, MINUS]]
        self.forget_filament(f)
        self.filaments.remove(f)
        self.change_pool(kind.bulk[0], kind.species[0], plus_side, 1)
        self.change_pool(kind.bulk[1], kind.species[1], minus_side, 1)
        return 0

    cdef bint end_can_be(self, int cylinder, int slot) noexcept nogil:
        """Whether an inner monomer may become an end: nothing is bound to it."""
        cdef int s = self.filaments.slot_site[self.filaments.type_of(cylinder), slot], i
        cdef uint8_t state = self.filaments.cylinders.kind[cylinder, slot]
        if not FILAMENT <= state < PLUS_END:
            return False
        if s >= 0:
            for i in range(3):
                if self.filaments.cylinders.occupant[cylinder, 3 * s + i] >= 0:
                    return False
        return True

    cdef int sever_one(self, int which) except -1 nogil:
        """A filament is cut at the junction next to a free site, if both monomers there may become ends."""
        cdef int c = 0, slot = self.draw_slot(self.severing[which].cylinder_rule, -1, &c), ahead, before
        before = slot - self.filaments.cylinders.first[c]
        ahead = self.filaments.end_slot(c, PLUS) - slot
        if before > ahead and not self.severing[which].minus_side:
            c = self.filaments.cylinders.neighbour[c, PLUS]
        if c < 0 or self.filaments.cylinders.neighbour[c, MINUS] < 0:
            return 0
        if not (self.end_can_be(c, self.filaments.end_slot(c, MINUS))
                and self.end_can_be(self.filaments.cylinders.neighbour[c, MINUS],
                                    self.filaments.end_slot(self.filaments.cylinders.neighbour[c, MINUS], PLUS))):
            return 0
        return self.cut(c)

    cdef int cut(self, int cylinder) except -1 nogil:
        """Cut at the minus side of a cylinder; the minus-side part becomes a new filament."""
        cdef int f = self.filaments.cylinders.filament[cylinder], type = self.filaments.table.type[f]
        cdef int before = self.filaments.cylinders.neighbour[cylinder, MINUS], new, c, near, _near, brancher
        cdef int last = self.filaments.end_slot(before, PLUS), first = self.filaments.end_slot(cylinder, MINUS), kind
        self.forget_ends(f)
        new = self.filaments.split(f, cylinder, self.time)
        self.room_for_ends()
        kind = self.filaments.cylinders.kind[before, last] - FILAMENT
        self.filaments.cylinders.kind[before, last] = PLUS_END + (kind if kind < self.end_kinds[type][PLUS] else 0)
        kind = self.filaments.cylinders.kind[cylinder, first] - FILAMENT
        self.filaments.cylinders.kind[cylinder, first] = MINUS_END + (kind if kind < self.end_kinds[type][MINUS] else 0)
        self.site_vanished(before, last)
        self.site_vanished(cylinder, first)
        c = before
        near = 0
        while c >= 0 and (near < 2 or not self.candidates.same_filament):
            # sites that were too near on one filament, or on one at all, may pair across the cut
            self.candidates.reconsider(c)
            c = self.filaments.cylinders.neighbour[c, MINUS]
            near += 1
        brancher = self.filaments.table.brancher[new]
        if brancher >= 0:
            self.branchers.daughter[brancher] = new
        self.refresh_cylinder(before)
        c = before
        for _near in range(3):
            # heads up to three cylinders apart may close up now that they are on two filaments
            if c >= 0:
                self.refresh_motors_on(c)
                c = self.filaments.cylinders.neighbour[c, MINUS]
        self.settle_filament(new)
        self.refresh_cylinder(cylinder)
        self.refresh_motors_on(cylinder)
        return self.settle_filament(f)

    # ---------------------------------------------------------------- Python access

    def update(self):
        """Take over the positions and forces that the mechanics left: compartments, loads, rates."""
        with nogil:
            self.update_all()
            self.settle(-1)

    def wall_distances(self, points):
        """Signed distance (nm) of points (n, 3) from the nearest wall where the walls are now, float64 (n,)."""
        return self.surfaces.distance(points)

    def set_obstacles(self, spheres, planes):
        """Bubbles (``Spheres``) and planes of probes (p, 6); loads follow with the next ``update``."""
        self.obstacles.set_bubbles(spheres)
        self.obstacles.set_planes(planes, self.walls)

    def set_planes(self, planes):
        """Move the plane walls (rows as in ``Walls``); loads follow with the next ``update``."""
        self._set_walls(self.walls._replace(planes=tuple(map(tuple, planes))))

    def set_space(self, active, volume_fraction=None, face_fraction=None):
        """As ``Engine.set_space``; what is in a compartment that leaves belongs to the nearest one that stays."""
        before = self.active_array
        Engine.set_space(self, active, volume_fraction, face_fraction)
        if np.array_equal(before, self.active_array):
            return
        self.home = nearest_active(self.shape, self.compartment_size, self.active_array)
        self.candidates.home = self.home
        self.update()
        self.rebuild_candidates()

    def scale_growth(self, filaments, int side, double factor):
        """Multiply the polymerisation rates of the ends on one side of the filaments at these rows by ``factor``.

        All other ends on that side return to a factor of 1; new filaments begin with 1. Raises ValueError for rows that
        are no filaments, another side than 0 (minus) or 1 (plus), and a factor that is negative or not finite.
        """
        cdef int f
        chosen = np.zeros(self.filaments.table.top, dtype=bool)
        rows = np.asarray(filaments, dtype=np.int64).reshape(-1)
        if side not in (MINUS, PLUS) or not 0.0 <= factor < float("inf"):
            raise ValueError(f"side {side} and factor {factor}")
        if not np.isin(rows, self.filaments.table.rows).all():
            raise ValueError(f"there are no filaments {rows.tolist()}")
        chosen[rows] = True
        for f in self.filaments.table.rows:
            self.growth_factor[2 * f + side] = factor if chosen[f] else 1.0
            self.refresh_end(f, side)
        self.settle(-1)

    def rebuild_candidates(self):
        """List all candidate pairs, and sites in branching zones, anew at the present positions."""
        cdef int c
        with nogil:
            self.candidates.rebuild()
            self.drain()
            for c in range(self.filaments.cylinders.top):
                if self.filaments.cylinders.alive[c]:
                    self.refresh_cylinder(c)
            self.settle(-1)

    def bind(self, int binding, int site_a, int site_b):
        """Create a bond between two free sites, taking no molecule; returns its row.

        Raises ValueError if a site does not exist or is not free.
        """
        cdef int site, n = self.filaments.max_sites, b
        if not 0 <= binding < len(self.bindings) or site_a == site_b:
            raise ValueError(f"binding {binding}, sites {site_a} and {site_b}")
        for site in (site_a, site_b):
            if not (0 <= site < self.filaments.cylinders.top * n and self.filaments.cylinders.alive[site // n]
                    and self.filaments.has_site(site // n, site % n) and self.candidates.fits(binding, site // n, 0)
                    and self.candidates.free(binding, site)):
                raise ValueError(f"site {site} does not exist or is not free")
        b = self.make_bond(binding, site_a, site_b)
        self.drain()
        self.settle(-1)
        return b

    def site_positions(self, sites):
        """Attachment points of sites at the present bead positions, float64 (n, 3), nm."""
        cdef int[::1] which = np.ascontiguousarray(sites, dtype=np.int32)
        cdef double[:, ::1] out = np.zeros((len(which), 3))
        cdef int i
        for i in range(len(which)):
            if not (0 <= which[i] < self.filaments.cylinders.top * self.filaments.max_sites
                    and self.filaments.cylinders.alive[which[i] // self.filaments.max_sites]):
                raise ValueError(f"no site {which[i]}")
            self.site_point(which[i], &out[i, 0])
        return np.asarray(out)

    def end_load(self, int end, int index):
        """Load (pN) on end 2·filament + side after ``index`` monomers since the last force evaluation."""
        if not 0 <= end < 2 * self.filaments.table.top or not self.filaments.table.alive[end // 2]:
            raise ValueError(f"no filament end {end}")
        return self.load(end, index)

    @property
    def loads(self):
        """Monomers won by each end since the last force evaluation, int32 (2 · filament rows,)."""
        return np.array(self.load_index[:2 * self.filaments.table.top])
