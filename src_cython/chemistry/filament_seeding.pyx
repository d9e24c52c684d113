"""How filaments begin and branches let go: nucleation, branching, unbinding of branchers.

The rules are those of the MEDYAN model (Popov, Komianos & Papoian 2016, PLoS Comput Biol 12:e1004877).
"""

from libc.math cimport cos, sin, sqrt

from medyan_py.core.chemistry.filament_members cimport BranchingKind, CylinderRule, NucleationKind
from medyan_py.core.chemistry.filament_turnover cimport FilamentTurnover
from medyan_py.core.structure.filaments cimport FILAMENT, MINUS, MINUS_END, PLUS, PLUS_END

cdef int MOST_TRIES = 100          # placements of a new filament before the event is called off
cdef int MOST_SEED_TRIES = 1_000_000
cdef double PI = 3.141592653589793


cdef class FilamentSeeding(FilamentTurnover):
    """The part of ``FilamentChemistry`` that creates filaments and looses branches."""

    cdef int draw_slot(self, int rule, int group, int *cylinder) noexcept nogil:
        """A monomer drawn uniformly among those that count under a cylinder rule: its slot."""
        cdef CylinderRule *r = &self.cylinder_rule[rule]
        cdef int k = r.member_class, c, slot, n
        if r.whole:
            c = self.by_cylinder_whole.draw(k, self.random.uniform() * self.by_cylinder_whole.total(k))
        else:
            k += group * self.local_classes
            c = self.by_cylinder.draw(k, self.random.uniform() * self.by_cylinder.total(k))
        c //= self.cylinder_rules
        cylinder[0] = c
        n = <int> self.random.below(self.cylinder_weight(r, c))
        slot = self.filaments.cylinders.first[c]
        while True:
            if self.counts_slot(r, c, slot):
                if n == 0:
                    return slot
                n -= 1
            slot += 1

    cdef int settle_filament(self, int filament) except -1 nogil:
        """Loads and memberships of a filament that is new or was cut."""
        self.snapshot_end(filament, MINUS)
        self.snapshot_end(filament, PLUS)
        return self.refresh_filament(filament)

    cdef void random_direction(self, double *u) noexcept nogil:
        """A unit vector, uniform on the sphere."""
        cdef double z = 2.0 * self.random.uniform() - 1.0, azimuth = 2.0 * PI * self.random.uniform()
        cdef double radius = sqrt(1.0 - z * z)
        u[0] = radius * cos(azimuth)
        u[1] = radius * sin(azimuth)
        u[2] = z

    cdef int tries_for_seed(self, int group) noexcept nogil:
        """Placements that are tried: more where less of the volume lies inside."""
        cdef double inside = 0.0
        cdef int c
        if group < self.compartments:
            return <int> min(MOST_TRIES / self.volume[group], MOST_SEED_TRIES)
        for c in range(self.compartments):
            if self.active[c]:
                inside += self.volume[c]
        return <int> min(MOST_TRIES * self.compartments / inside, MOST_SEED_TRIES)

    cdef int place_seed(self, int which, int group, double *at, double *direction) noexcept nogil:
        """A place for a new filament inside the walls; its compartment, −1 if none was found in many tries."""
        cdef NucleationKind *kind = &self.nucleation[which]
        cdef double length = 3 * self.filaments.kind[kind.filament_type].monomer, azimuth
        cdef double[3] tip
        cdef int c, k, at_k, _turn
        for _turn in range(self.tries_for_seed(group)):
            c = group if group < self.compartments else <int> self.random.below(self.compartments)
            if not self.active[c] or self.volume[c] < self.seed_volume:
                continue
            at_k = c
            for k in range(3):
                at[k] = (at_k % self.grid[k] + self.random.uniform()) * self.compartment_edge[k]
                at_k //= self.grid[k]
            if self.flat_seeds:
                azimuth = 2.0 * PI * self.random.uniform()
                direction[0], direction[1], direction[2] = cos(azimuth), sin(azimuth), 0.0
            else:
                self.random_direction(direction)
            for k in range(3):
                tip[k] = at[k] + length * direction[k]
            if self.obstacles.inside(at) or self.obstacles.inside(tip):
                continue
            if not (self.interior.contains(at) and self.interior.contains(tip)):
                continue
            if self.boundary_distance(at) > self.seed_margin and self.boundary_distance(tip) > self.seed_margin:
                return c
        return -1

    cdef int nucleate_one(self, int which, int group) except -1 nogil:
        """A filament of three monomers forms in a compartment, in any direction; called off where none fits."""
        cdef NucleationKind *kind = &self.nucleation[which]
        cdef int slots = self.filaments.kind[kind.filament_type].slots, first, f, c, k
        cdef double[3] at
        cdef double[3] direction
        if self.place_seed(which, group, at, direction) < 0:
            return 1
        first = min(slots // 2, slots - 3)
        f = self.filaments.create(kind.filament_type, at, direction, 3, first, self.time)
        self.filaments.table.nucleated[f] = True
        self.room_for_ends()
        c = self.filaments.table.tip[f, MINUS]
        for k in range(3):
            self.filaments.cylinders.kind[c, first + k] = kind.state[k]
        self.house_cylinder(c)
        self.site_appeared(c, first + 1)
        self.refresh_cylinder(c)
        self.settle_filament(f)
        return 0

    cdef int branch_one(self, int which, int group) except -1 nogil:
        """A daughter filament of one monomer starts beside a site; called off where it does not fit."""
        cdef BranchingKind *kind = &self.branching[which]
        cdef int c = 0, slot = self.draw_slot(kind.cylinder_rule, group, &c), k, _turn
        cdef double monomer = self.filaments.kind[kind.filament_type].monomer, d
        cdef double[3] along
        cdef double[3] point
        cdef double[3] across
        cdef double[3] at
        cdef double[3] tip
        cdef double[3] direction
        self.filaments.outward(c, PLUS, along)
        self.filaments.point(c, slot, point)
        for _turn in range(MOST_TRIES):
            self.random_direction(across)
            d = across[0] * along[0] + across[1] * along[1] + across[2] * along[2]
            if d * d > 0.999:
                continue
            for k in range(3):
                across[k] = (across[k] - d * along[k]) / sqrt(1.0 - d * d)
                at[k] = point[k] + kind.length * across[k]
                direction[k] = cos(kind.angle) * along[k] + sin(kind.angle) * across[k]
                tip[k] = at[k] + monomer * direction[k]
            if (self.boundary_distance(at) > 0.0 and self.boundary_distance(tip) > 0.0
                    and self.interior.contains(at) and self.interior.contains(tip)):
                self.grow_branch(which, c * self.filaments.max_sites
                                 + self.filaments.slot_site[kind.filament_type, slot], at, direction)
                return 0
        return 1

    cdef int grow_branch(self, int which, int site, double *at, double *direction) except -1 nogil:
        """Create the daughter and its brancher; returns the brancher's row."""
        cdef BranchingKind *kind = &self.branching[which]
        cdef int f = self.filaments.create(kind.filament_type, at, direction, 1, 0, self.time), c, b
        self.room_for_ends()
        c = self.filaments.table.tip[f, MINUS]
        self.filaments.cylinders.kind[c, 0] = kind.plus_state
        b = self.branchers.create(which, site, f, self.time)
        self.filaments.table.brancher[f] = b
        self.house_cylinder(c)
        self.house_brancher(b)
        self.refresh_cylinder(c)
        self.settle_filament(f)
        self.occupy_site(site, kind.flag, b)
        self.refresh_brancher(b)
        return b

    cdef int unbranch_one(self, int which) except -1 nogil:
        """A brancher lets go: the daughter gets a minus end, or goes free with it if it is a lone plus end."""
        cdef BranchingKind *kind = &self.branching[which]
        cdef int b = self.unbranching.draw(kind.unbind_class, self.random.uniform()
                                           * self.unbranching.total(kind.unbind_class))
        cdef int f = self.branchers.daughter[b], c = self.filaments.table.tip[f, MINUS], state
        cdef int slot = self.filaments.cylinders.first[c], compartment = self.branchers.compartment[b]
        self.seat(self.unbranching, b, -1, 0.0)
        self.branchers.release(b)
        self.free_site(self.branchers.site[b], kind.flag)
        self.change_pool(kind.bulk[0], kind.species[0], compartment, 1)
        state = self.filaments.cylinders.kind[c, slot]
        if state >= PLUS_END:
            self.forget_filament(f)
            self.filaments.remove(f)
            self.change_pool(kind.bulk[1], kind.species[1], compartment, 1)
            return 0
        self.site_vanished(c, slot)
        state -= FILAMENT
        self.filaments.cylinders.kind[c, slot] = MINUS_END + (
            state if state < self.end_kinds[kind.filament_type][MINUS] else 0)
        self.filaments.table.brancher[f] = -1
        self.refresh_cylinder(c)
        return self.settle_filament(f)
