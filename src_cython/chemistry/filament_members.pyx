"""Who can react: filament ends, cylinders, bonds, heads and branchers as members of the engine's channels.

Members are numbered: an end is 2·filament + side, a head 2·bond + leg, a cylinder under a rule cylinder·rules + rule.
Each belongs to at most one class of its kind, with a weight: the Brownian-ratchet factor of a growing end, the
force-dependent rate of a bond or head, the number of monomers or sites of a cylinder that can react. The functions
named ``refresh_…`` bring the membership of one object up to date; events call them for exactly the objects they
concern, and ``update_all`` for everything after a minimisation.
"""

from libc.math cimport INFINITY, exp, sqrt
from libc.stdint cimport uint8_t

from medyan_py.core.chemistry cimport rate_laws
from medyan_py.core.chemistry.filament_places cimport FilamentPlaces
from medyan_py.core.common.members cimport MemberSets
from medyan_py.core.mechanics.surfaces cimport Surface
from medyan_py.core.structure.filaments cimport FILAMENT, MINUS, MINUS_END, PLUS, PLUS_END

# Zones where branches may form, in the order in which ``filament_templates`` names them.
cdef enum:
    EVERYWHERE
    NEAR_WALL
    NEAR_TOP
    NEAR_SIDE
    NEAR_RIGHT
    LOW
    IN_MEMBRANE


cdef class FilamentMembers(FilamentPlaces):
    """State and memberships of a system with filaments; ``FilamentChemistry`` adds what happens to them."""

    def _make_sets(self):
        cdef int whole = max(1, self.whole_classes), local = max(1, self.compartments * self.local_classes)
        self.growing, self.by_cylinder = MemberSets(local), MemberSets(local)
        self.growing_whole, self.unbinding, self.unbranching = MemberSets(whole), MemberSets(whole), MemberSets(whole)
        self.shrinking, self.aging_ends = MemberSets(whole, equal=True), MemberSets(whole, equal=True)
        self.falling_apart = MemberSets(whole, equal=True)
        self.walking, self.walking_back = MemberSets(whole), MemberSets(whole)
        self.by_cylinder_whole = MemberSets(whole)

    # ---------------------------------------------------------------- state

    def state(self):
        """Everything that decides what happens next, to be called between runs; see ``Engine.restore``."""
        return {"places": FilamentPlaces.state(self)} | {name: sets.state() for name, sets in self._sets().items()}

    def restore(self, saved):
        """Take over the state of a system of the same description; see ``Engine.restore``."""
        FilamentPlaces.restore(self, saved["places"])
        for name, sets in self._sets().items():
            sets.restore(saved[name])

    def _sets(self):
        """All sets of members by name."""
        return {"growing": self.growing, "growing_whole": self.growing_whole, "shrinking": self.shrinking,
                "aging_ends": self.aging_ends, "falling_apart": self.falling_apart, "unbinding": self.unbinding,
                "walking": self.walking, "walking_back": self.walking_back, "unbranching": self.unbranching,
                "by_cylinder": self.by_cylinder, "by_cylinder_whole": self.by_cylinder_whole}

    # ---------------------------------------------------------------- taking seats

    cdef int seat(self, MemberSets sets, int member, int member_class, double weight) except -1 nogil:
        """Put a member into a class of the whole system, or out of any with class −1."""
        cdef int old
        if sets.has(member, member_class, weight):
            return 0
        old = sets.set_of(member)
        if member_class < 0 or (old >= 0 and old != member_class):
            sets.remove(member)
            if old >= 0:
                self.weigh_whole(old, sets.total(old))
        if member_class >= 0:
            sets.place(member, member_class, weight)
            self.weigh_whole(member_class, sets.total(member_class))
        return 0

    cdef int seat_local(self, MemberSets sets, int member, int which, double weight) except -1 nogil:
        """The same for the classes of compartments: ``which`` is compartment · local_classes + class."""
        cdef int old
        if sets.has(member, which, weight):
            return 0
        old = sets.set_of(member)
        if which < 0 or (old >= 0 and old != which):
            sets.remove(member)
            if old >= 0:
                self.weigh_local(old // self.local_classes, old % self.local_classes, sets.total(old))
        if which >= 0:
            sets.place(member, which, weight)
            self.weigh_local(which // self.local_classes, which % self.local_classes, sets.total(which))
        return 0

    # ---------------------------------------------------------------- ends

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
        """Bring the memberships of an end up to date: where it can grow, whether it can shrink, age."""
        cdef int e = 2 * filament + side, type = self.filaments.table.type[filament]
        cdef int c = self.filaments.table.tip[filament, side], kind, k, inside
        cdef double weight = self.growth_factor[e], load
        if not self.has_end(filament, side):
            return self.forget_end(e)
        kind = self.filaments.cylinders.kind[c, self.filaments.end_slot(c, side)]
        kind -= PLUS_END if side == PLUS else MINUS_END
        if self.ratchet_length[type] > 0.0 or self.tip_membranes.count:
            load = self.load(e, self.load_index[e])
            # no end grows through a membrane, whether it feels loads or not
            weight *= 0.0 if load == INFINITY else rate_laws.ratchet_factor(load, self.ratchet_length[type])
        k = self.grow_class[type, side, kind]
        if k >= 0:
            k += self.filaments.cylinders.compartment[c] * self.local_classes
        self.seat_local(self.growing, e, k, weight)
        self.seat(self.growing_whole, e, self.grow_whole_class[type, side, kind], weight)
        self.seat(self.aging_ends, e, self.aging_class[type, side, kind], 1.0)
        inside = self.inside_kind(filament, side)
        return self.seat(self.shrinking, e, self.shrink_class[type, side, kind, inside] if inside >= 0 else -1, 1.0)

    cdef int refresh_filament(self, int filament) except -1 nogil:
        """Both ends, and whether the filament is down to its two ends and can fall apart."""
        cdef int type = self.filaments.table.type[filament], first = self.filaments.table.tip[filament, MINUS]
        cdef int last = self.filaments.table.tip[filament, PLUS], k = -1, monomers
        self.refresh_end(filament, MINUS)
        self.refresh_end(filament, PLUS)
        monomers = self.filaments.cylinders.monomers[first]
        if last != first:
            monomers += self.filaments.cylinders.monomers[last]
        if monomers == 2 and self.filaments.table.cylinders[filament] <= 2 and self.has_end(filament, MINUS):
            k = self.destruction_class[
                type, self.filaments.cylinders.kind[first, self.filaments.end_slot(first, MINUS)] - MINUS_END,
                self.filaments.cylinders.kind[last, self.filaments.end_slot(last, PLUS)] - PLUS_END]
        return self.seat(self.falling_apart, filament, k, 1.0)

    cdef int refresh_side(self, int filament, int side) except -1 nogil:
        """What changes when one end won or lost a monomer: on three cylinders or more the other end does not notice."""
        if self.filaments.table.cylinders[filament] > 2:
            return self.refresh_end(filament, side)
        return self.refresh_filament(filament)

    cdef int refresh_inner_of(self, int cylinder) except -1 nogil:
        """Refresh the ends whose next monomer may lie on a cylinder."""
        cdef int f = self.filaments.cylinders.filament[cylinder], side, tip
        for side in range(2):
            tip = self.filaments.table.tip[f, side]
            if cylinder == tip or cylinder == self.filaments.cylinders.neighbour[tip, 1 - side]:
                self.refresh_end(f, side)
        return 0

    cdef int forget_end(self, int end) except -1 nogil:
        self.seat_local(self.growing, end, -1, 0.0)
        self.seat(self.growing_whole, end, -1, 0.0)
        self.seat(self.shrinking, end, -1, 0.0)
        return self.seat(self.aging_ends, end, -1, 0.0)

    cdef int forget_ends(self, int filament) except -1 nogil:
        self.forget_end(2 * filament + MINUS)
        self.forget_end(2 * filament + PLUS)
        self.growth_factor[2 * filament + MINUS] = self.growth_factor[2 * filament + PLUS] = 1.0
        return self.seat(self.falling_apart, filament, -1, 0.0)

    cdef int forget_filament(self, int filament) except -1 nogil:
        """Take the ends and cylinders of a filament that will be deleted out of all classes."""
        cdef int c = self.filaments.table.tip[filament, MINUS]
        self.forget_ends(filament)
        while c >= 0:
            self.forget_cylinder(c)
            c = self.filaments.cylinders.neighbour[c, PLUS]
        return 0

    # ---------------------------------------------------------------- cylinders

    cdef bint in_zone(self, CylinderRule *rule, int site) noexcept nogil:
        """Whether a site lies where branches may form, at the position the candidate lists have for it."""
        cdef double *r = &self.candidates.where[site, 0]
        cdef double side = 1e300
        cdef const Surface *wall
        cdef int i
        if rule.zone == EVERYWHERE:
            return True
        if rule.zone == IN_MEMBRANE:
            return self.interior.contains(r)
        if self.boundary_distance(r) >= rule.distance:
            return False
        if rule.zone == NEAR_TOP:
            return r[2] >= 0.5 * self.grid[2] * self.compartment_edge[2]
        if rule.zone == NEAR_SIDE:
            for i in range(self.surfaces.count):
                wall = &self.surfaces.data[i]
                if wall.radius > 0.0 or wall.normal[2] == 0.0:
                    side = min(side, self.wall_distance(i, r))
            return side < rule.distance
        if rule.zone == LOW:
            return r[2] < rule.distance
        if rule.zone == NEAR_RIGHT:
            for i in range(self.surfaces.count):
                wall = &self.surfaces.data[i]
                if wall.radius == 0.0 and wall.normal[0] < 0.0:
                    side = self.wall_distance(i, r)
            return 0.0 < side < rule.distance
        return True

    cdef bint counts_slot(self, CylinderRule *rule, int cylinder, int slot) noexcept nogil:
        """Whether a monomer of a cylinder can react under a rule."""
        cdef uint8_t state = self.filaments.cylinders.kind[cylinder, slot]
        cdef int s, i
        if not FILAMENT <= state < PLUS_END or (rule.what != BRANCH and state != rule.state):
            return False
        if rule.what == AGE:
            return True
        s = self.filaments.slot_site[rule.filament_type, slot]
        if s < 0:
            return False
        if rule.what == BRANCH:
            return (self.filaments.cylinders.occupant[cylinder, 3 * s + rule.flag] < 0
                    and self.in_zone(rule, cylinder * self.filaments.max_sites + s))
        for i in range(3):
            if self.filaments.cylinders.occupant[cylinder, 3 * s + i] >= 0:
                return False
        return True

    cdef int cylinder_weight(self, CylinderRule *rule, int cylinder) noexcept nogil:
        """How many of a cylinder's monomers or sites can react under a rule."""
        cdef int i, n = 0, type = self.filaments.type_of(cylinder)
        cdef uint8_t *state = &self.filaments.cylinders.kind[cylinder, 0]
        if type != rule.filament_type:
            return 0
        if rule.what == AGE:      # no end and no empty slot has the state of an inner monomer
            for i in range(self.filaments.kind[type].slots):
                n += state[i] == rule.state
            return n
        for i in range(self.filaments.kind[type].sites):
            n += self.counts_slot(rule, cylinder, self.filaments.site_slot[type, i])
        return n

    cdef int refresh_cylinder(self, int cylinder) except -1 nogil:
        """Count anew what can react on a cylinder."""
        cdef int i, n, k
        cdef CylinderRule *rule
        for i in range(self.cylinder_rules):
            rule = &self.cylinder_rule[i]
            n = self.cylinder_weight(rule, cylinder)
            k = rule.member_class
            if rule.whole:
                self.seat(self.by_cylinder_whole, cylinder * self.cylinder_rules + i, k if n else -1, n)
            else:
                k += self.filaments.cylinders.compartment[cylinder] * self.local_classes
                self.seat_local(self.by_cylinder, cylinder * self.cylinder_rules + i, k if n else -1, n)
        return 0

    cdef int forget_cylinder(self, int cylinder) except -1 nogil:
        cdef int i
        for i in range(self.cylinder_rules):
            self.seat(self.by_cylinder_whole, cylinder * self.cylinder_rules + i, -1, 0.0)
            self.seat_local(self.by_cylinder, cylinder * self.cylinder_rules + i, -1, 0.0)
        return 0

    # ---------------------------------------------------------------- bonds, heads, branchers

    cdef int next_site(self, int site, int direction) noexcept nogil:
        """The site a walker on ``site`` would step to, if it exists and is free for motors; else −1."""
        cdef int n = self.filaments.max_sites, c = site // n, type = self.filaments.type_of(c)
        cdef int s = site % n + (1 if direction == PLUS else -1)
        if s < 0 or s == self.filaments.kind[type].sites:
            c = self.filaments.cylinders.neighbour[c, direction]
            s = 0 if direction == PLUS else self.filaments.kind[type].sites - 1
        if c < 0 or not self.filaments.has_site(c, s):
            return -1
        if self.filaments.cylinders.occupant[c, 3 * s + self.motor_flag[type]] >= 0:
            return -1
        return c * n + s

    cdef int motor_on(self, int site) noexcept nogil:
        """The motor that stands on a site, −1 if there is none."""
        cdef int n = self.filaments.max_sites, c = site // n, flag = self.motor_flag[self.filaments.type_of(c)], b
        if flag < 0:
            return -1
        b = self.filaments.cylinders.occupant[c, 3 * (site % n) + flag]
        # a brancher may use the same kind of site, and its number means nothing among bonds
        if (0 <= b < self.bonds.top and self.bonds.alive[b] and self.bonds.motor[b]
                and (self.bonds.site[b, 0] == site or self.bonds.site[b, 1] == site)):
            return b
        return -1

    cdef int refresh_walker_on(self, int site) except -1 nogil:
        """Refresh the motor head that stands on a site, if there is one."""
        cdef int b = self.motor_on(site)
        return self.refresh_head(b, 0 if self.bonds.site[b, 0] == site else 1) if b >= 0 else 0

    cdef int refresh_walkers_around(self, int site) except -1 nogil:
        """Refresh the heads one site towards either end of a site that changed."""
        cdef int n = self.filaments.max_sites, c = site // n, last, other
        last = self.filaments.kind[self.filaments.type_of(c)].sites - 1
        if site % n > 0:
            self.refresh_walker_on(site - 1)
        else:
            other = self.filaments.cylinders.neighbour[c, MINUS]
            if other >= 0:
                self.refresh_walker_on(other * n + last)
        if site % n < last:
            return self.refresh_walker_on(site + 1)
        other = self.filaments.cylinders.neighbour[c, PLUS]
        return self.refresh_walker_on(other * n) if other >= 0 else 0

    cdef int refresh_motors_on(self, int cylinder) except -1 nogil:
        """Refresh the heads of all motors on a cylinder whose bead moved: the direction of their load changed."""
        cdef int s, b, type = self.filaments.type_of(cylinder)
        if self.motor_flag[type] < 0:
            return 0
        for s in range(self.filaments.kind[type].sites):
            b = self.motor_on(cylinder * self.filaments.max_sites + s)
            if b >= 0:
                self.refresh_head(b, 0)
                self.refresh_head(b, 1)
        return 0

    cdef void strain_motor(self, int bond) noexcept nogil:
        """Set bound heads and stiffness of a motor from its last tension (Erdmann, Albert & Schwarz 2013)."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double heads = self.bonds.heads[bond]
        if kind.law == rate_laws.DUTY_CATCH or kind.law == rate_laws.DUTY_CATCH_SLIP:
            heads = rate_laws.bound_heads_of(heads, max(0.0, self.bonds.tension[bond]), kind.on, kind.off, kind.beta)
        self.bonds.bound_heads[bond] = heads
        self.bonds.stiffness[bond] = kind.stiffness * heads

    cdef int refresh_bond(self, int bond) except -1 nogil:
        """Unbinding rate of a linker or motor at its last tension."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double force = max(0.0, self.bonds.tension[bond]), rate = kind.off
        if kind.law == rate_laws.SLIP:
            rate *= rate_laws.slip_factor(force, kind.length[0])
        elif kind.law == rate_laws.CATCH_SLIP:
            rate *= rate_laws.catch_slip_factor(force, kind.amplitude[0], kind.length[0], kind.amplitude[1],
                                                kind.length[1])
        elif kind.law == rate_laws.DUTY_CATCH:
            rate = rate_laws.motor_unbinding(self.bonds.heads[bond], force, kind.on, kind.off, kind.beta,
                                             kind.unbinding_force[0])
        elif kind.law == rate_laws.DUTY_CATCH_SLIP:
            rate = rate_laws.motor_catch_slip(self.bonds.heads[bond], force, kind.on, kind.off, kind.beta,
                                              kind.unbinding_force[0], kind.unbinding_force[1])
        # beyond about 10^300 per second the next event is immediate in any case, and sums stay finite
        return self.seat(self.unbinding, bond, kind.unbind_class, min(rate, 1e300))

    cdef int refresh_brancher(self, int brancher) except -1 nogil:
        """Unbinding rate of a brancher at its last force."""
        cdef BranchingKind *kind = &self.branching[self.branchers.reaction[brancher]]
        cdef double rate = kind.off
        if kind.law == rate_laws.SLIP:
            rate *= rate_laws.slip_factor(self.branchers.force[brancher], kind.parameter)
        elif kind.law == rate_laws.SLIP_FORCE:
            rate *= exp(self.branchers.force[brancher] / kind.parameter)
        return self.seat(self.unbranching, brancher, kind.unbind_class, min(rate, 1e300))

    cdef double walking_speed(self, int bond, int leg, int direction) noexcept nogil:
        """Stepping rate (1/s) of a head towards one end under the load that opposes the step."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double force = max(0.0, self.bonds.tension[bond]), against = 0.0, d = 0.0
        cdef double[3] here
        cdef double[3] there
        cdef double[3] backward
        cdef int k
        if not kind.stalls:
            return kind.walking_rate[2 * direction + leg]
        self.site_point(self.bonds.site[bond, leg], here)
        self.site_point(self.bonds.site[bond, 1 - leg], there)
        self.filaments.outward(self.bonds.site[bond, leg] // self.filaments.max_sites, 1 - direction, backward)
        for k in range(3):
            against += (there[k] - here[k]) * backward[k]
            d += (there[k] - here[k]) * (there[k] - here[k])
        force = max(0.0, force * against / sqrt(d)) if d > 0.0 else 0.0
        return rate_laws.stalled_walking(kind.off, kind.step_fraction, force, kind.walking_force, kind.alpha)

    cdef int refresh_head(self, int bond, int leg) except -1 nogil:
        """Whether a head can step towards either end, and how fast."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef int n = self.filaments.max_sites, site = self.bonds.site[bond, leg], to, direction, gap, k
        cdef double rate
        cdef int here = site // n, other = self.bonds.site[bond, 1 - leg] // n
        for direction in range(2):
            if kind.walk_class[direction] < 0:
                continue
            to = -1
            if kind.walking_rate[2 * direction + leg] >= 0.0:
                to = self.next_site(site, direction)
            if to >= 0 and self.filaments.cylinders.filament[here] == self.filaments.cylinders.filament[other]:
                # heads on one filament keep their distance: neither may close up across a junction
                gap = self.filaments.cylinders.position[other] - self.filaments.cylinders.position[here]
                gap = gap if direction == PLUS else -gap
                if 0 <= gap <= 3 and to // n != here:
                    to = -1
            k = kind.walk_class[direction] if to >= 0 else -1
            rate = self.walking_speed(bond, leg, direction) if to >= 0 else 0.0
            if direction == PLUS:
                self.seat(self.walking, 2 * bond + leg, k, rate)
            else:
                self.seat(self.walking_back, 2 * bond + leg, k, rate)
        return 0

    # ---------------------------------------------------------------- everything

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

    cdef int update_all(self) except -1 nogil:
        """Compartments, loads, stiffnesses and all weights at the present positions and forces."""
        cdef int i
        self.candidates.room()
        for i in range(self.filaments.cylinders.top):
            if self.filaments.cylinders.alive[i]:
                self.house_cylinder(i)
                self.refresh_cylinder(i)
        for i in range(self.bonds.top):
            if self.bonds.alive[i]:
                self.house_bond(i)
                if self.bonds.motor[i]:
                    self.strain_motor(i)
                    self.refresh_head(i, 0)
                    self.refresh_head(i, 1)
                self.refresh_bond(i)
        for i in range(self.branchers.top):
            if self.branchers.alive[i]:
                self.house_brancher(i)
                self.refresh_brancher(i)
        for i in range(self.filaments.table.top):
            if self.filaments.table.alive[i]:
                self.snapshot_end(i, MINUS)
                self.snapshot_end(i, PLUS)
                self.refresh_filament(i)
        return 0
