"""Chemistry of filaments, linkers and motors on top of the reaction–diffusion engine.

Members of channels are filament ends (number 2·filament + side), bonds and motor heads (number 2·bond + leg).
Firing a channel draws a member, changes the structure and refreshes exactly the members that the change concerns: the
two ends of the filament, the walkers next to a changed site, the candidate pairs of a changed site.

Forces enter through weights: the Brownian ratchet at ends that push against a wall, slip, catch–slip and ensemble
catch bonds at linkers and motors, the stall law of walking heads. They are refreshed after every minimisation, and
for the member concerned at every event.
"""

from libc.math cimport exp, sqrt
from libc.stdint cimport uint8_t

from medyan_py.core.chemistry cimport rate_laws
from medyan_py.core.chemistry.binding cimport Candidates, PairList
from medyan_py.core.chemistry.engine cimport BIND, GROW, NOTHING, SHRINK, UNBIND, WALK, Engine
from medyan_py.core.common.members cimport MemberSets
from medyan_py.core.structure.bonds cimport Bonds
from medyan_py.core.structure.filaments cimport FILAMENT, MINUS, MINUS_END, PLUS, PLUS_END, Filaments

import numpy as np

from medyan_py.core.chemistry.descriptions import Walls

LAWS = {None: rate_laws.CONSTANT, "SLIP": rate_laws.SLIP, "CATCHSLIP": rate_laws.CATCH_SLIP,
        "LOWDUTYCATCH": rate_laws.LOW_DUTY_CATCH}
ACTIONS = {NOTHING: "react", GROW: "grow", SHRINK: "shrink", BIND: "bind", UNBIND: "unbind", WALK: "walk"}


cdef uint8_t _end_state(int side, int kind):
    return (PLUS_END if side == PLUS else MINUS_END) + kind


def _extended(old, new):
    """``new`` with the content of ``old`` in its first rows."""
    new[:len(old)] = old
    return new


cdef class FilamentChemistry(Engine):
    """Clock, copy numbers and structure of a system with filaments.

    Parameters
    ----------
    shape, compartment_size, active, diffusing, bulk, reactions, seed, powers :
        As for ``Engine``.
    filaments : Filaments
    growths : sequence of Growth
    shrinkages : sequence of Shrinkage
    bindings : sequence of Binding
    ratchet_lengths : sequence of float, nm
        Per filament type: length of the Brownian ratchet, or None for polymerisation that feels no load.
    walls : Walls
    same_filament_pairs : bool
        Whether linkers and motors may join two sites of one filament.

    Raises
    ------
    ValueError
        For descriptions that contradict each other or exceed 64 growths, 64 shrinkages, 16 bindings or 16 walls.
    """

    def __init__(self, shape, compartment_size, active, diffusing, bulk, reactions, seed, *, Filaments filaments,
                 growths=(), shrinkages=(), bindings=(), ratchet_lengths=(), walls=None, bint same_filament_pairs=True,
                 bint powers=False):
        if len(growths) > 64 or len(shrinkages) > 64 or len(bindings) > 16:
            raise ValueError("at most 64 polymerisations, 64 depolymerisations and 16 linkers and motors are possible")
        self.filaments = filaments
        self.bonds = Bonds()
        self.growths, self.shrinkages, self.bindings = tuple(growths), tuple(shrinkages), tuple(bindings)
        self._set_walls(Walls() if walls is None else walls)
        types = len(filaments.kinds)
        lengths = list(ratchet_lengths) or [None] * types
        if len(lengths) != types:
            raise ValueError(f"{types} ratchet lengths are needed, got {len(lengths)}")
        self.ratchet_length = np.array([0.0 if x is None else float(x) for x in lengths])
        super().__init__(shape, compartment_size, active, diffusing, bulk, reactions, seed, powers)
        for k in range(3):
            self.grid[k], self.compartment_edge[k] = self.shape[k], self.compartment_size[k]
        self.candidates = Candidates(
            filaments, [(b.filament_type, b.flag, b.stride, b.r_min, b.r_max, b.free.bulk) for b in bindings],
            self.shape, self.compartment_size, self.active_array, same_filament_pairs)
        self.growing = MemberSets(max(1, self.compartments * self.local_classes))
        self.growing_whole = MemberSets(max(1, self.whole_classes))
        self.shrinking = MemberSets(max(1, self.whole_classes))
        self.unbinding = MemberSets(max(1, self.whole_classes))
        self.walking = MemberSets(max(1, self.whole_classes))
        self.load_index = np.zeros(0, dtype=np.int32)
        self.load_tip = self.load_direction = np.zeros((0, 3))
        self.load_planes = np.zeros(0, dtype=np.uint32)
        self._room_for_ends()

    # ---------------------------------------------------------------- set-up

    def _set_walls(self, walls):
        self.walls = walls
        if len(walls.planes) > 16 or not walls.screening > 0:
            raise ValueError("at most 16 walls with a positive screening length are possible")
        self.plane_count = len(walls.planes)
        for i, row in enumerate(walls.planes):
            for k, value in enumerate(row):
                self.plane[i][k] = value
        self.wall_strength, self.wall_screening, self.wall_cutoff = walls.strength, walls.screening, walls.cutoff

    def _templates(self, reactions):
        local, whole, _, _ = Engine._templates(self, reactions)
        self.local_class_names, self.whole_class_names = [], []
        types = len(self.filaments.kinds)
        self.grow_class = np.full((types, 2, 64), -1, dtype=np.int32)
        self.grow_whole_class = np.full((types, 2, 64), -1, dtype=np.int32)
        self.shrink_class = np.full((types, 2, 64, 64), -1, dtype=np.int32)
        for i, g in enumerate(self.growths):
            self._growth_template(i, g, local, whole)
        for i, g in enumerate(self.shrinkages):
            self._shrinkage_template(i, g, whole)
        self.motor_flag = -1
        for i, b in enumerate(self.bindings):
            self._binding_templates(i, b, local, whole)
        self.local_templates = tuple((ACTIONS[t["action"]], t["argument"]) for t in local)
        self.whole_templates = tuple((ACTIONS[t["action"]], t["argument"]) for t in whole)
        return local, whole, len(self.local_class_names), len(self.whole_class_names)

    def _class(self, names, key):
        if key not in names:
            names.append(key)
        return names.index(key)

    def _growth_template(self, int i, g, local, whole):
        key = ("grow", g.filament_type, g.side, g.end)
        if g.free.bulk:
            k = self._class(self.whole_class_names, key)
            self.grow_whole_class[g.filament_type, g.side, g.end] = k
        else:
            k = self._class(self.local_class_names, key)
            self.grow_class[g.filament_type, g.side, g.end] = k
        self.growth[i] = EndChange(g.side, k, g.free.bulk, g.free.bulk, g.free.index, FILAMENT + g.inside,
                                   _end_state(g.side, g.new_end))
        (whole if g.free.bulk else local).append(
            {"rate": g.rate, "reactants": (g.free,), "products": (), "members": k, "action": GROW, "argument": i})

    def _shrinkage_template(self, int i, g, whole):
        k = self._class(self.whole_class_names, ("shrink", g.filament_type, g.side, g.end, g.inside))
        self.shrink_class[g.filament_type, g.side, g.end, g.inside] = k
        self.shrinkage[i] = EndChange(g.side, k, True, g.free.bulk, g.free.index, FILAMENT + g.inside,
                                      _end_state(g.side, g.new_end))
        whole.append({"rate": g.rate, "reactants": (), "products": (), "members": k, "action": SHRINK, "argument": i})

    def _binding_templates(self, int i, b, local, whole):
        cdef BindingKind *kind = &self.binding[i]
        if b.motor and not 1 <= b.heads_min <= b.heads_max:
            raise ValueError(f"motor heads must obey 1 ≤ min ≤ max, got {b.heads_min}, {b.heads_max}")
        kind.motor, kind.flag, kind.whole, kind.bulk = b.motor, b.flag, b.free.bulk, b.free.bulk
        kind.species, kind.on, kind.off, kind.stiffness = b.free.index, b.on, b.off, b.stiffness
        kind.heads_min, kind.heads_max, kind.law = b.heads_min, b.heads_max, LAWS[b.unbinding_law]
        for k in range(2):
            kind.length[k] = b.lengths[k] if k < len(b.lengths) else 0.0
            kind.amplitude[k] = b.amplitudes[k] if k < len(b.amplitudes) else 0.0
        kind.unbinding_force, kind.stalls = b.unbinding_force, b.walking_law is not None
        kind.walking_force, kind.step_fraction = b.walking_force, b.step_fraction
        kind.walk_class = -1
        heads = 0.5 * (b.heads_min + b.heads_max) if b.motor else 1.0
        names = self.whole_class_names if b.free.bulk else self.local_class_names
        kind.pair_class = self._class(names, ("pair", i))
        (whole if b.free.bulk else local).append(
            {"rate": b.on * heads, "reactants": (b.free,), "products": (), "members": kind.pair_class,
             "action": BIND, "argument": i})
        kind.unbind_class = self._class(self.whole_class_names, ("unbind", i))
        whole.append({"rate": 1.0, "reactants": (), "products": (), "members": kind.unbind_class,
                      "action": UNBIND, "argument": i})
        if b.motor:
            self.motor_flag = b.flag
        if b.walking_rate is not None:
            kind.walking_rate = b.walking_rate
            kind.walk_class = self._class(self.whole_class_names, ("walk", i))
            whole.append({"rate": 1.0, "reactants": (), "products": (), "members": kind.walk_class,
                          "action": WALK, "argument": i})

    def _room_for_ends(self):
        cdef int n = 2 * self.filaments.table.capacity
        if n > len(self.load_index):
            self.load_index = _extended(self.load_index, np.zeros(n, dtype=np.int32))
            self.load_tip = _extended(self.load_tip, np.zeros((n, 3)))
            self.load_direction = _extended(self.load_direction, np.zeros((n, 3)))
            self.load_planes = _extended(self.load_planes, np.zeros(n, dtype=np.uint32))

    def add_filament(self, int type, points, rest_length=None):
        """Create a filament of full cylinders through ``points`` (nm), minus end first; returns its row.

        To be followed by ``update`` and ``rebuild_candidates`` before the clock runs. Errors as ``Filaments.add``.
        """
        cdef int f = self.filaments.add(type, points, self.time, rest_length), c
        self._room_for_ends()
        c = self.filaments.table.tip[f, MINUS]
        while c >= 0:
            self.house_cylinder(c)
            c = self.filaments.cylinders.neighbour[c, PLUS]
        return f

    # ---------------------------------------------------------------- where things are

    cdef int compartment_at(self, double *r) noexcept nogil:
        """Compartment of a point; a point outside the grid belongs to the nearest compartment."""
        cdef int k, i, index = 0
        cdef double s
        for k in range(2, -1, -1):
            s = r[k] / self.compartment_edge[k]
            i = 0 if s < 0.0 else (self.grid[k] - 1 if s >= self.grid[k] else <int> s)
            index = index * self.grid[k] + i
        return index

    cdef void house_cylinder(self, int cylinder) noexcept nogil:
        cdef int a = self.filaments.cylinders.bead[cylinder, MINUS], b = self.filaments.cylinders.bead[cylinder, PLUS]
        cdef double[3] r
        cdef int k
        for k in range(3):
            r[k] = 0.5 * (self.filaments.beads.x[a, k] + self.filaments.beads.x[b, k])
        self.filaments.cylinders.compartment[cylinder] = self.compartment_at(r)

    cdef void site_point(self, int site, double *r) noexcept nogil:
        """Attachment point of a site at the present bead positions (nm)."""
        cdef int c = site // self.filaments.max_sites, s = site % self.filaments.max_sites
        self.filaments.point(c, self.filaments.site_slot[self.filaments.type_of(c), s], r)

    cdef void house_bond(self, int bond) noexcept nogil:
        cdef double[3] p
        cdef double[3] q
        cdef int k
        self.site_point(self.bonds.site[bond, 0], p)
        self.site_point(self.bonds.site[bond, 1], q)
        for k in range(3):
            p[k] = 0.5 * (p[k] + q[k])
        self.bonds.compartment[bond] = self.compartment_at(p)

    # ---------------------------------------------------------------- loads

    cdef void snapshot_end(self, int filament, int side) noexcept nogil:
        """Remember tip, growth direction and walls in reach: the load of an end until the next force evaluation."""
        cdef int e = 2 * filament + side, c = self.filaments.table.tip[filament, side], k, i
        cdef int tip = self.filaments.cylinders.bead[c, side], base = self.filaments.cylinders.bead[c, 1 - side]
        cdef double d
        self.load_index[e] = 0
        self.filaments.outward(c, side, &self.load_direction[e, 0])
        self.load_planes[e] = 0
        for k in range(3):
            self.load_tip[e, k] = self.filaments.beads.x[tip, k]
        for i in range(self.plane_count):
            d = 0.0
            for k in range(3):
                d += self.plane[i][3 + k] * (0.5 * (self.load_tip[e, k] + self.filaments.beads.x[base, k])
                                             - self.plane[i][k])
            if d < self.wall_cutoff:
                self.load_planes[e] |= 1u << i

    cdef double load(self, int end, int index) noexcept nogil:
        """Load (pN) on an end whose tip stands ``index`` monomers beyond its place at the last force evaluation.

        Wall repulsion at the tip times the cosine between growth direction and outward wall normal, summed over
        walls; ``index`` is kept within one full cylinder.
        """
        cdef int i, k, type = self.filaments.table.type[end // 2]
        cdef double ahead, facing, d, force = 0.0
        ahead = max(0, min(index, self.filaments.kind[type].slots - 1)) * self.filaments.kind[type].monomer
        for i in range(self.plane_count):
            if not self.load_planes[end] >> i & 1:
                continue
            facing = 0.0
            d = 0.0
            for k in range(3):
                facing -= self.plane[i][3 + k] * self.load_direction[end, k]
                d += self.plane[i][3 + k] * (self.load_tip[end, k] + ahead * self.load_direction[end, k]
                                             - self.plane[i][k])
            if facing > 0.0:
                force += facing * self.wall_strength / self.wall_screening * exp(-d / self.wall_screening)
        return force

    # ---------------------------------------------------------------- members of channels

    cdef int seat(self, MemberSets sets, int member, int member_class, double weight) except -1 nogil:
        """Put a member into a class of the whole system, or out of any with class −1."""
        cdef int old = sets.set_of(member)
        if member_class < 0 or (old >= 0 and old != member_class):
            sets.remove(member)
            if old >= 0:
                self.weigh_whole(old, sets.total(old))
        if member_class >= 0:
            sets.place(member, member_class, weight)
            self.weigh_whole(member_class, sets.total(member_class))
        return 0

    cdef int seat_local(self, int end, int which, double weight) except -1 nogil:
        """The same for growing ends and the sets of compartments."""
        cdef int old = self.growing.set_of(end)
        if which < 0 or (old >= 0 and old != which):
            self.growing.remove(end)
            if old >= 0:
                self.weigh_local(old // self.local_classes, old % self.local_classes, self.growing.total(old))
        if which >= 0:
            self.growing.place(end, which, weight)
            self.weigh_local(which // self.local_classes, which % self.local_classes, self.growing.total(which))
        return 0

    cdef int inside_kind(self, int filament, int side) noexcept nogil:
        """Filament kind of the monomer next to an end if the end may retract onto it, else −1."""
        cdef int slot = 0, c = self.filaments.inner(self.filaments.table.tip[filament, side], side, &slot), s, i
        cdef uint8_t state
        if c < 0:
            return -1
        state = self.filaments.cylinders.kind[c, slot]
        if not FILAMENT <= state < PLUS_END:
            return -1
        s = self.filaments.slot_site[self.filaments.table.type[filament], slot]
        if s >= 0:
            for i in range(3):
                if self.filaments.cylinders.occupant[c, 3 * s + i] >= 0:
                    return -1
        return state - FILAMENT

    cdef int refresh_end(self, int filament, int side) except -1 nogil:
        """Bring both memberships of an end up to date: where it can grow, whether it can shrink."""
        cdef int e = 2 * filament + side, type = self.filaments.table.type[filament]
        cdef int c = self.filaments.table.tip[filament, side], kind, k, inside
        cdef double weight = 1.0
        kind = self.filaments.cylinders.kind[c, self.filaments.end_slot(c, side)]
        kind -= PLUS_END if side == PLUS else MINUS_END
        if self.ratchet_length[type] > 0.0:
            weight = rate_laws.ratchet_factor(self.load(e, self.load_index[e]), self.ratchet_length[type])
        k = self.grow_class[type, side, kind]
        if k >= 0:
            k += self.filaments.cylinders.compartment[c] * self.local_classes
        self.seat_local(e, k, weight)
        self.seat(self.growing_whole, e, self.grow_whole_class[type, side, kind], weight)
        inside = self.inside_kind(filament, side)
        self.seat(self.shrinking, e, self.shrink_class[type, side, kind, inside] if inside >= 0 else -1, 1.0)
        return 0

    cdef int refresh_inner_of(self, int cylinder) except -1 nogil:
        """Refresh the ends whose next monomer may lie on a cylinder."""
        cdef int f = self.filaments.cylinders.filament[cylinder], side, tip
        for side in range(2):
            tip = self.filaments.table.tip[f, side]
            if cylinder == tip or cylinder == self.filaments.cylinders.neighbour[tip, 1 - side]:
                self.refresh_end(f, side)
        return 0

    cdef int next_site(self, int site) noexcept nogil:
        """The site a walker on ``site`` would step to, if it exists and is free for motors; else −1."""
        cdef int n = self.filaments.max_sites, c = site // n, s = site % n + 1
        if s == self.filaments.kind[self.filaments.type_of(c)].sites:
            s = 0
            c = self.filaments.cylinders.neighbour[c, PLUS]
        if c < 0 or not self.filaments.has_site(c, s):
            return -1
        if self.filaments.cylinders.occupant[c, 3 * s + self.motor_flag] >= 0:
            return -1
        return c * n + s

    cdef int refresh_walker_behind(self, int site) except -1 nogil:
        """Refresh the motor head that stands one site towards the minus end."""
        cdef int n = self.filaments.max_sites, c = site // n, s = site % n - 1, b
        if self.motor_flag < 0:
            return 0
        if s < 0:
            c = self.filaments.cylinders.neighbour[c, MINUS]
            if c < 0:
                return 0
            s = self.filaments.kind[self.filaments.type_of(c)].sites - 1
        b = self.filaments.cylinders.occupant[c, 3 * s + self.motor_flag]
        if b >= 0 and self.bonds.motor[b]:
            self.refresh_head(b, 0 if self.bonds.site[b, 0] == c * n + s else 1)
        return 0

    cdef int refresh_motors_on(self, int cylinder) except -1 nogil:
        """Refresh the heads of all motors on a cylinder whose bead moved: the direction of their load changed."""
        cdef int s, b
        if self.motor_flag < 0:
            return 0
        for s in range(self.filaments.kind[self.filaments.type_of(cylinder)].sites):
            b = self.filaments.cylinders.occupant[cylinder, 3 * s + self.motor_flag]
            if b >= 0 and self.bonds.motor[b]:
                self.refresh_head(b, 0)
                self.refresh_head(b, 1)
        return 0

    cdef int refresh_bond(self, int bond) except -1 nogil:
        """Unbinding rate of a linker or motor at its last tension."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double force = max(0.0, self.bonds.tension[bond]), rate = kind.off
        if kind.law == rate_laws.SLIP:
            rate *= rate_laws.slip_factor(force, kind.length[0])
        elif kind.law == rate_laws.CATCH_SLIP:
            rate *= rate_laws.catch_slip_factor(force, kind.amplitude[0], kind.length[0], kind.amplitude[1],
                                                kind.length[1])
        elif kind.law == rate_laws.LOW_DUTY_CATCH:
            rate = rate_laws.motor_unbinding(self.bonds.heads[bond], force, kind.on, kind.off, 2.0,
                                             kind.unbinding_force)
        # beyond about 10^300 per second the next event is immediate in any case, and sums stay finite
        return self.seat(self.unbinding, bond, kind.unbind_class, min(rate, 1e300))

    cdef double walking_speed(self, int bond, int leg) noexcept nogil:
        """Stepping rate (1/s) of a head towards the plus end under the load that opposes the step."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double force = max(0.0, self.bonds.tension[bond]), along = 0.0, d = 0.0
        cdef double[3] here
        cdef double[3] there
        cdef double[3] backward
        cdef int k
        if not kind.stalls:
            return kind.walking_rate
        self.site_point(self.bonds.site[bond, leg], here)
        self.site_point(self.bonds.site[bond, 1 - leg], there)
        self.filaments.outward(self.bonds.site[bond, leg] // self.filaments.max_sites, MINUS, backward)
        for k in range(3):
            along += (there[k] - here[k]) * backward[k]
            d += (there[k] - here[k]) * (there[k] - here[k])
        force = max(0.0, force * along / sqrt(d)) if d > 0.0 else 0.0
        return rate_laws.stalled_walking(kind.off, kind.step_fraction, force, kind.walking_force, 0.2)

    cdef int refresh_head(self, int bond, int leg) except -1 nogil:
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef int n = self.filaments.max_sites, site = self.bonds.site[bond, leg], to
        cdef int here = site // n, other = self.bonds.site[bond, 1 - leg] // n, gap
        if kind.walk_class < 0:
            return 0
        to = self.next_site(site)
        if to >= 0 and self.filaments.cylinders.filament[here] == self.filaments.cylinders.filament[other]:
            # heads on one filament stay at least three cylinders apart: the trailing one may not close up
            gap = self.filaments.cylinders.position[other] - self.filaments.cylinders.position[here]
            if 0 <= gap <= 3 and to // n != here:
                to = -1
        return self.seat(self.walking, 2 * bond + leg, kind.walk_class if to >= 0 else -1,
                         self.walking_speed(bond, leg) if to >= 0 else 0.0)

    # ---------------------------------------------------------------- sites

    cdef int occupy_site(self, int site, int flag, int bond) except -1 nogil:
        cdef int n = self.filaments.max_sites
        self.filaments.cylinders.occupant[site // n, 3 * (site % n) + flag] = bond
        self.candidates.occupy(site, flag)
        self.refresh_inner_of(site // n)
        return self.refresh_walker_behind(site)

    cdef int free_site(self, int site, int flag) except -1 nogil:
        cdef int n = self.filaments.max_sites
        self.filaments.cylinders.occupant[site // n, 3 * (site % n) + flag] = -1
        self.candidates.vacate(site, flag)
        self.refresh_inner_of(site // n)
        return self.refresh_walker_behind(site)

    cdef int drain(self) except -1 nogil:
        """Tell the binding channels how many candidate pairs they have now."""
        cdef int i, at, rule, rules = self.candidates.rules
        for i in range(self.candidates.changes):
            at = self.candidates.changed[i]
            self.candidates.is_changed[at] = 0
            rule = at % rules
            if self.binding[rule].whole:
                self.weigh_whole(self.binding[rule].pair_class, self.candidates.owned[at].count)
            else:
                self.weigh_local(at // rules, self.binding[rule].pair_class, self.candidates.owned[at].count)
        self.candidates.changes = 0
        return 0

    # ---------------------------------------------------------------- events

    cdef int act(self, int action, int argument, int group) except -1 nogil:
        if action == GROW:
            self.grow_one(argument, group)
        elif action == SHRINK:
            self.shrink_one(argument)
        elif action == BIND:
            self.bind_one(argument, group)
        elif action == UNBIND:
            self.unbind_one(argument)
        elif action == WALK:
            self.walk_one(argument)
        return self.drain()

    cdef int grow_one(self, int which, int group) except -1 nogil:
        """Polymerisation: an end of the drawn kind wins a monomer."""
        cdef EndChange *change = &self.growth[which]
        cdef int members = change.member_class, e, f, s, tip, old, slot
        if change.whole:
            e = self.growing_whole.draw(members, self.random.uniform() * self.growing_whole.total(members))
        else:
            members += group * self.local_classes
            e = self.growing.draw(members, self.random.uniform() * self.growing.total(members))
        f = e // 2
        old = self.filaments.table.tip[f, change.side]
        slot = self.filaments.end_slot(old, change.side)
        self.filaments.grow(f, change.side, change.inside, change.end, self.time)
        self.load_index[e] += 1
        tip = self.filaments.table.tip[f, change.side]
        if tip != old:
            self.house_cylinder(tip)
        s = self.filaments.slot_site[self.filaments.table.type[f], slot]
        if s >= 0:
            self.candidates.appear(old * self.filaments.max_sites + s)
            self.refresh_walker_behind(old * self.filaments.max_sites + s)
        self.refresh_motors_on(self.filaments.table.tip[f, change.side])
        self.refresh_end(f, MINUS)
        return self.refresh_end(f, PLUS)

    cdef int shrink_one(self, int which) except -1 nogil:
        """Depolymerisation: an end of the drawn kind loses its monomer to the compartment it was in."""
        cdef EndChange *change = &self.shrinkage[which]
        cdef int e = self.shrinking.draw(change.member_class,
                                         self.random.uniform() * self.shrinking.total(change.member_class))
        cdef int f = e // 2, tip = self.filaments.table.tip[f, change.side], slot = 0, s, c
        cdef int compartment = self.filaments.cylinders.compartment[tip]
        c = self.filaments.inner(tip, change.side, &slot)
        s = self.filaments.slot_site[self.filaments.table.type[f], slot]
        if s >= 0:
            self.candidates.vanish(c * self.filaments.max_sites + s)
        self.filaments.shrink(f, change.side, change.end)
        self.load_index[e] -= 1
        if s >= 0:
            self.refresh_walker_behind(c * self.filaments.max_sites + s)
        self.change_pool(change.bulk, change.species, compartment, 1)
        self.refresh_motors_on(self.filaments.table.tip[f, change.side])
        self.refresh_end(f, MINUS)
        return self.refresh_end(f, PLUS)

    cdef int bind_one(self, int which, int group) except -1 nogil:
        """A linker or motor binds to a candidate pair drawn uniformly."""
        cdef int owner = self.candidates.owners - 1 if self.binding[which].whole else group, p
        cdef PairList *pairs = &self.candidates.owned[owner * self.candidates.rules + which]
        p = pairs.pair[self.random.below(pairs.count)]
        self.make_bond(which, self.candidates.pair[p, 0], self.candidates.pair[p, 1])
        return 0

    cdef int make_bond(self, int which, int site_a, int site_b) except -1 nogil:
        """Create a bond without tension between two free sites; returns its row."""
        cdef BindingKind *kind = &self.binding[which]
        cdef int b = self.bonds.create(which, kind.motor, site_a, site_b, self.time), k
        cdef double[3] p
        cdef double[3] q
        cdef double d = 0.0
        self.site_point(site_a, p)
        self.site_point(site_b, q)
        for k in range(3):
            d += (p[k] - q[k]) * (p[k] - q[k])
        self.bonds.rest_length[b] = sqrt(d)
        self.bonds.stiffness[b] = kind.stiffness
        if kind.motor:
            self.bonds.heads[b] = kind.heads_min + <int> self.random.below(kind.heads_max - kind.heads_min + 1)
            self.strain_motor(b)
        self.house_bond(b)
        self.occupy_site(site_a, kind.flag, b)
        self.occupy_site(site_b, kind.flag, b)
        self.refresh_bond(b)
        if kind.motor:
            self.refresh_head(b, 0)
            self.refresh_head(b, 1)
        return b

    cdef int unbind_one(self, int which) except -1 nogil:
        """A linker or motor of the drawn kind lets go."""
        cdef int k = self.binding[which].unbind_class
        return self.break_bond(self.unbinding.draw(k, self.random.uniform() * self.unbinding.total(k)))

    cdef int break_bond(self, int bond) except -1 nogil:
        """Delete a bond: its molecule goes free in the compartment of its middle."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        self.seat(self.unbinding, bond, -1, 0.0)
        self.seat(self.walking, 2 * bond, -1, 0.0)
        self.seat(self.walking, 2 * bond + 1, -1, 0.0)
        self.bonds.release(bond)
        self.free_site(self.bonds.site[bond, 0], kind.flag)
        self.free_site(self.bonds.site[bond, 1], kind.flag)
        self.change_pool(kind.bulk, kind.species, self.bonds.compartment[bond], 1)
        return 0

    cdef int walk_one(self, int which) except -1 nogil:
        """A motor head steps to the next site towards the plus end."""
        cdef BindingKind *kind = &self.binding[which]
        cdef int head = self.walking.draw(kind.walk_class,
                                          self.random.uniform() * self.walking.total(kind.walk_class))
        cdef int bond = head // 2, leg = head % 2, old = self.bonds.site[bond, leg], new = self.next_site(old)
        self.bonds.site[bond, leg] = new
        self.occupy_site(new, kind.flag, bond)
        self.free_site(old, kind.flag)
        self.refresh_bond(bond)
        self.refresh_head(bond, 0)
        return self.refresh_head(bond, 1)

    cdef void strain_motor(self, int bond) noexcept nogil:
        """Set bound heads and stiffness of a motor from its last tension (Erdmann, Albert & Schwarz 2013)."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double heads = self.bonds.heads[bond]
        if kind.law == rate_laws.LOW_DUTY_CATCH:
            heads = rate_laws.bound_heads_of(heads, max(0.0, self.bonds.tension[bond]), kind.on, kind.off, 2.0)
        self.bonds.bound_heads[bond] = heads
        self.bonds.stiffness[bond] = kind.stiffness * heads

    cdef int update_all(self) except -1 nogil:
        """Compartments, loads, stiffnesses and all weights at the present positions and tensions."""
        cdef int i
        for i in range(self.filaments.cylinders.top):
            if self.filaments.cylinders.alive[i]:
                self.house_cylinder(i)
        for i in range(self.bonds.top):
            if self.bonds.alive[i]:
                self.house_bond(i)
                if self.bonds.motor[i]:
                    self.strain_motor(i)
                    self.refresh_head(i, 0)
                    self.refresh_head(i, 1)
                self.refresh_bond(i)
        for i in range(self.filaments.table.top):
            if self.filaments.table.alive[i]:
                self.snapshot_end(i, MINUS)
                self.snapshot_end(i, PLUS)
                self.refresh_end(i, MINUS)
                self.refresh_end(i, PLUS)
        return 0

    # ---------------------------------------------------------------- Python access

    def update(self):
        """Take over the positions and tensions that the mechanics left: compartments, loads, rates."""
        with nogil:
            self.update_all()
            self.settle(-1)

    def rebuild_candidates(self):
        """List all candidate pairs anew at the present positions."""
        with nogil:
            self.candidates.rebuild()
            self.drain()
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
                    and self.filaments.has_site(site // n, site % n)
                    and self.filaments.cylinders.occupant[site // n, 3 * (site % n) + self.binding[binding].flag] < 0):
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
