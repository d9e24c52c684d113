"""What happens at sites, filament ends and bonds when a channel fires: growth, shrinkage, binding, unbinding, walking.

An event draws a member of its channel, changes the structure and refreshes exactly the members that the change
concerns: the ends of the filament, the walkers next to a changed site, the candidate pairs of a changed site, the
counts of a changed cylinder. The rules are those of the MEDYAN model (Popov, Komianos & Papoian 2016, PLoS Comput Biol
12:e1004877).
"""

from libc.math cimport sqrt

from medyan_py.core.chemistry.binding cimport PairList
from medyan_py.core.chemistry.event_log cimport (
    LINKER_BINDING,
    LINKER_UNBINDING,
    MOTOR_BINDING,
    MOTOR_UNBINDING,
    MOTOR_WALKING,
)
from medyan_py.core.chemistry.filament_books cimport FilamentBooks
from medyan_py.core.chemistry.filament_members cimport BindingKind, EndChange
from medyan_py.core.common.prefetch cimport prefetch
from medyan_py.core.structure.filaments cimport PLUS


cdef class FilamentTurnover(FilamentBooks):
    """The part of ``FilamentChemistry`` that does not create or delete filaments."""

    # ---------------------------------------------------------------- sites

    cdef int occupy_site(self, int site, int flag, int object) except -1 nogil:
        cdef int n = self.filaments.max_sites
        self.filaments.cylinders.occupant[site // n, 3 * (site % n) + flag] = object
        self.candidates.occupy(site, flag)
        self.refresh_inner_of(site // n)
        self.refresh_cylinder(site // n)
        return self.refresh_walkers_around(site)

    cdef int free_site(self, int site, int flag) except -1 nogil:
        cdef int n = self.filaments.max_sites
        self.filaments.cylinders.occupant[site // n, 3 * (site % n) + flag] = -1
        self.candidates.vacate(site, flag)
        self.refresh_inner_of(site // n)
        self.refresh_cylinder(site // n)
        return self.refresh_walkers_around(site)

    cdef int site_appeared(self, int cylinder, int slot) except -1 nogil:
        """A monomer became an inner one; if it is a binding site, that now exists."""
        cdef int s = self.filaments.slot_site[self.filaments.type_of(cylinder), slot]
        if s < 0:
            return 0
        self.candidates.appear(cylinder * self.filaments.max_sites + s)
        return self.refresh_walkers_around(cylinder * self.filaments.max_sites + s)

    cdef int site_vanished(self, int cylinder, int slot) except -1 nogil:
        """A monomer ceased to be an inner one."""
        cdef int s = self.filaments.slot_site[self.filaments.type_of(cylinder), slot]
        if s < 0:
            return 0
        self.candidates.vanish(cylinder * self.filaments.max_sites + s)
        return self.refresh_walkers_around(cylinder * self.filaments.max_sites + s)

    # ---------------------------------------------------------------- ends and bonds

    cdef void fetch_end(self, int end) noexcept nogil:
        """Ask for what an event at an end reads. One object out of many is rarely in the cache."""
        cdef int f = end // 2, c
        prefetch(&self.filaments.table.type[f])
        prefetch(&self.growth_factor[end])
        prefetch(&self.load_index[end])
        self.growing.fetch(end)
        self.shrinking.fetch(end)
        c = self.filaments.table.tip[f, end % 2]
        prefetch(&self.filaments.cylinders.bead[c, 0])
        prefetch(&self.filaments.cylinders.kind[c, self.filaments.kind[self.filaments.table.type[f]].slots // 2])
        prefetch(&self.filaments.beads.x[self.filaments.cylinders.bead[c, 0], 0])
        prefetch(&self.filaments.beads.x[self.filaments.cylinders.bead[c, 1], 0])

    cdef int grow_one(self, int which, int group) except -1 nogil:
        """Polymerisation: an end of the drawn kind wins a monomer."""
        cdef EndChange *change = &self.growth[which]
        cdef int members = change.member_class, e, f, tip, old, slot
        if change.whole:
            e = self.growing_whole.draw(members, self.random.uniform() * self.growing_whole.total(members))
        else:
            members += group * self.local_classes
            e = self.growing.draw(members, self.random.uniform() * self.growing.total(members))
        self.fetch_end(e)
        f = e // 2
        old = self.filaments.table.tip[f, change.side]
        slot = self.filaments.end_slot(old, change.side)
        self.retally(self.filaments.table.type[f], self.filaments.cylinders.kind[old, slot], -1)
        self.retally(self.filaments.table.type[f], change.inside, 1)
        self.retally(self.filaments.table.type[f], change.end, 1)
        self.filaments.grow(f, change.side, change.inside, change.end, self.time)
        self.load_index[e] += 1
        tip = self.filaments.table.tip[f, change.side]
        if tip != old:
            self.house_cylinder(tip)
            self.refresh_cylinder(tip)
        self.site_appeared(old, slot)
        self.refresh_cylinder(old)
        self.refresh_motors_on(tip)
        return self.refresh_side(f, change.side)

    cdef int shrink_one(self, int which) except -1 nogil:
        """Depolymerisation: an end of the drawn kind loses its monomer to the compartment it was in."""
        cdef EndChange *change = &self.shrinkage[which]
        cdef int e = self.shrinking.draw(change.member_class,
                                         self.random.uniform() * self.shrinking.total(change.member_class))
        cdef int f, tip, compartment, type, slot = 0, c
        self.fetch_end(e)
        f = e // 2
        tip = self.filaments.table.tip[f, change.side]
        compartment, type = self.filaments.cylinders.compartment[tip], self.filaments.table.type[f]
        c = self.filaments.inner(tip, change.side, &slot)
        if c != tip:
            self.forget_cylinder(tip)
        self.retally(type, self.filaments.cylinders.kind[tip, self.filaments.end_slot(tip, change.side)], -1)
        self.retally(type, self.filaments.cylinders.kind[c, slot], -1)
        self.retally(type, change.end, 1)
        if change.account >= 0:
            self.book_release(change.account, change.free_energy, change.bulk, change.species, compartment)
        self.filaments.shrink(f, change.side, change.end)
        self.load_index[e] -= 1
        self.site_vanished(c, slot)
        self.change_pool(change.bulk, change.species, compartment, 1)
        self.refresh_cylinder(c)
        self.refresh_motors_on(c)
        return self.refresh_side(f, change.side)

    cdef int bind_one(self, int which, int group) except -1 nogil:
        """A linker or motor binds to a candidate pair drawn uniformly."""
        cdef int owner = self.candidates.owners - 1 if self.binding[which].whole else group, p
        cdef PairList *pairs = &self.candidates.owned[owner * self.candidates.rules + which]
        cdef int bond, first
        p = pairs.pair[self.random.below(pairs.count)]
        first = <int> self.random.below(2) if self.binding[which].distinct_legs else 0
        bond = self.make_bond(which, self.candidates.pair[p].site[first], self.candidates.pair[p].site[1 - first])
        if self.logging:
            self.log_event(MOTOR_BINDING if self.binding[which].motor else LINKER_BINDING, bond, -1, -1, -1)
        return 0

    cdef int make_bond(self, int which, int site_a, int site_b) except -1 nogil:
        """Create a bond without tension between two free sites; returns its row."""
        cdef BindingKind *kind = &self.binding[which]
        cdef int b, k
        cdef double[3] p
        cdef double[3] q
        cdef double d = 0.0
        if self.filaments.type_of(site_a // self.filaments.max_sites) != kind.filament_type[0]:
            site_a, site_b = site_b, site_a
        b = self.bonds.create(which, kind.motor, site_a, site_b, self.time)
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
        self.occupy_site(site_a, kind.flag[0], b)
        self.occupy_site(site_b, kind.flag[1], b)
        self.refresh_bond(b)
        if kind.motor:
            self.refresh_head(b, 0)
            self.refresh_head(b, 1)
        return b

    cdef int unbind_one(self, int which) except -1 nogil:
        """A linker or motor of the drawn kind lets go."""
        cdef int k = self.binding[which].unbind_class
        cdef int bond = self.unbinding.draw(k, self.random.uniform() * self.unbinding.total(k))
        if self.binding[which].unbind_account >= 0:
            self.book_unbinding(bond)
        if self.logging:
            self.log_event(MOTOR_UNBINDING if self.binding[which].motor else LINKER_UNBINDING, bond, -1, -1, -1)
        return self.break_bond(bond)

    cdef int break_bond(self, int bond) except -1 nogil:
        """Delete a bond: its molecule goes free in the compartment of its middle."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef int leg
        self.seat(self.unbinding, bond, -1, 0.0)
        self.bonds.release(bond)
        for leg in range(2):
            self.free_site(self.bonds.site[bond, leg], kind.flag[leg])
        for leg in range(2):
            self.seat(self.walking, 2 * bond + leg, -1, 0.0)
            self.seat(self.walking_back, 2 * bond + leg, -1, 0.0)
        self.change_pool(kind.bulk, kind.species, self.bonds.compartment[bond], 1)
        return 0

    cdef int walk_one(self, int which, int direction) except -1 nogil:
        """A motor head steps to the next site towards one end."""
        cdef BindingKind *kind = &self.binding[which]
        cdef int k = kind.walk_class[direction], head, bond, leg, old, new
        if direction == PLUS:
            head = self.walking.draw(k, self.random.uniform() * self.walking.total(k))
        else:
            head = self.walking_back.draw(k, self.random.uniform() * self.walking_back.total(k))
        bond, leg = head // 2, head % 2
        old = self.bonds.site[bond, leg]
        new = self.next_site(old, direction)
        self.bonds.site[bond, leg] = new
        if kind.walk_account[2 * direction + leg] >= 0:
            self.ledger.enter(kind.walk_account[2 * direction + leg], kind.walking_energy[2 * direction + leg])
        if self.logging:
            self.log_event(MOTOR_WALKING, bond, leg, direction, old)
        self.occupy_site(new, kind.flag[leg], bond)
        self.free_site(old, kind.flag[leg])
        self.refresh_bond(bond)
        self.refresh_head(bond, 0)
        return self.refresh_head(bond, 1)
