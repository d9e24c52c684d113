"""Exact stochastic reaction and diffusion on a grid of compartments.

Everything that can happen in one compartment forms a group with one putative time: hops of its molecules to the
neighbours and its *channels*, one per reaction template. One more group holds what exists once in the system. The
earliest group is on top of an indexed heap; which member of the group fires is drawn from a tree of partial sums.
Putative times of groups that did not fire are rescaled and reused. This is the next-reaction method (Gibson & Bruck
2000, J Phys Chem A 104:1876) with the grouping of the next-subvolume method (Elf & Ehrenberg 2004, Syst Biol 1:230).

The propensity of a channel is rate × Π N!/(N − m)! × W, with W the summed weight of the *members* that can take part
(filament ends, bound motors, candidate pairs, …), or 1 for reactions of free molecules alone. A template that reads no
local copy number exists once, not once per compartment: its members are found wherever they are. Cost per event is
logarithmic in the numbers of compartments, species and templates, and independent of the number of members but for
the logarithm.
"""

from libc.stdlib cimport calloc, free

import numpy as np


def _index_lists(lists, int n):
    """Lists of integers, one per entry 0 … n − 1, as (start, values) int32 arrays."""
    start = np.zeros(n + 1, dtype=np.int32)
    start[1:] = np.cumsum([len(x) for x in lists])
    values = np.array([v for x in lists for v in x] or [0], dtype=np.int32)
    return start, values


cdef class Engine:
    """Clock and copy numbers of a reaction–diffusion system.

    Parameters
    ----------
    shape : (nx, ny, nz)
        Number of compartments along each axis; compartment (i, j, k) has number i + nx (j + ny k).
    compartment_size : (sx, sy, sz), nm
    active : uint8 (compartments,)
        1 for compartments that take part. Walls and inactive compartments reflect.
    diffusing : sequence of Diffusing
    bulk : sequence of Bulk
    reactions : sequence of Reaction
    seed : int or numpy.random.SeedSequence
    powers : bool
        Count m equal reactants as N^m, as MEDYAN 5.4 does, instead of N!/(N − m)!.

    Raises
    ------
    ValueError
        For sizes that are not positive, no active compartment, negative or non-finite rates, unknown species, or more
        than 8 distinct species in a reaction.
    """

    def __cinit__(self, *args, **kwargs):
        self.local = NULL
        self.whole = NULL

    def __init__(self, shape, compartment_size, active, diffusing, bulk, reactions, seed, bint powers=False):
        self.random = RandomStream(seed)
        self.powers = powers
        self._lay_grid(shape, compartment_size, active)
        self._name_species(diffusing, bulk)
        self._register(*self._templates(reactions))

    def __dealloc__(self):
        free(self.local)
        free(self.whole)

    def _lay_grid(self, shape, compartment_size, active):
        cdef int nx, ny, nz, c, axis, side, at, n
        self.shape = tuple(int(n) for n in shape)
        self.compartment_size = tuple(float(s) for s in compartment_size)
        nx, ny, nz = self.shape
        sizes_fit = all(0.0 < s < float("inf") for s in self.compartment_size)
        if min(self.shape) < 1 or not sizes_fit or nx * ny * nz > 2 ** 28:
            raise ValueError(f"a grid needs positive sizes and at most 2^28 compartments: {shape}, {compartment_size}")
        n = self.compartments = nx * ny * nz
        self.active_array = np.array(active, dtype=np.uint8).reshape(-1)
        if len(self.active_array) != n or not self.active_array.any():
            raise ValueError(f"{n} activity flags are needed, one of them set; got {len(self.active_array)}")
        self.active = self.active_array
        self.face_rate = np.zeros(6 * n)
        self.face_target = np.full(6 * n, -1, dtype=np.int32)
        self.exit_rate = np.zeros(n)
        strides = (1, nx, nx * ny)
        for c in range(n):
            where = (c % nx, c // nx % ny, c // (nx * ny))
            for axis in range(3):
                for side in range(2):
                    at = where[axis] + 2 * side - 1
                    if not 0 <= at < self.shape[axis]:
                        continue
                    at = c + (2 * side - 1) * strides[axis]
                    if self.active[c] and self.active[at]:
                        self.face_target[6 * c + 2 * axis + side] = at
                        self.face_rate[6 * c + 2 * axis + side] = 1.0 / self.compartment_size[axis] ** 2
                        self.exit_rate[c] += 1.0 / self.compartment_size[axis] ** 2

    def _name_species(self, diffusing, bulk):
        self.diffusing_names = tuple(s.name for s in diffusing)
        self.bulk_names = tuple(s.name for s in bulk)
        self.diffusing = len(self.diffusing_names)
        self.bulks = len(self.bulk_names)
        self.diffusion = np.array([s.coefficient for s in diffusing] or [0.0])
        if not (np.isfinite(self.diffusion).all() and np.min(self.diffusion) >= 0):
            raise ValueError("diffusion coefficients must be finite and not negative")
        self.count_array = np.zeros(max(1, self.compartments * self.diffusing), dtype=np.int64)
        self.bulk_array = np.zeros(max(1, self.bulks), dtype=np.int64)
        self.count = self.count_array
        self.bulk_count = self.bulk_array
        self.bulk_constant = np.array([s.constant for s in bulk] or [False], dtype=np.uint8)

    def _templates(self, reactions):
        """(local, whole, local member classes, global member classes); templates are dictionaries."""
        local, whole = [], []
        for r in reactions:
            template = {"rate": r.rate, "reactants": r.reactants, "products": r.products,
                        "members": -1, "action": NOTHING, "argument": 0}
            (local if r.everywhere else whole).append(template)
        return local, whole, 0, 0

    def _register(self, local, whole, int local_classes, int whole_classes):
        cdef int groups = self.compartments + 1
        self.locals, self.globals = len(local), len(whole)
        self.local_classes, self.whole_classes = local_classes, whole_classes
        self.local = <Template *> calloc(max(1, self.locals), sizeof(Template))
        self.whole = <Template *> calloc(max(1, self.globals), sizeof(Template))
        if self.local == NULL or self.whole == NULL:
            raise MemoryError("reaction templates")
        for i, t in enumerate(local):
            self._fill(&self.local[i], t, True)
        for i, t in enumerate(whole):
            self._fill(&self.whole[i], t, False)
        self.reader_start, self.reader = self._readers(local, False, self.diffusing)
        self.bulk_local_start, self.bulk_local = self._readers(local, True, self.bulks)
        self.bulk_whole_start, self.bulk_whole = self._readers(whole, True, self.bulks)
        self.local_class_start, self.local_class_reader = _index_lists(
            [[i for i, t in enumerate(local) if t["members"] == k] for k in range(local_classes)], local_classes)
        self.whole_class_start, self.whole_class_reader = _index_lists(
            [[i for i, t in enumerate(whole) if t["members"] == k] for k in range(whole_classes)], whole_classes)
        self.local_weight = np.zeros(max(1, self.compartments * local_classes))
        self.whole_weight = np.zeros(max(1, whole_classes))
        self.local_tree = SumTrees(self.compartments, max(1, self.diffusing + self.locals))
        self.whole_tree = SumTrees(1, max(1, self.globals))
        self.queue = EventQueue(groups)
        self.total = np.zeros(groups)
        self.touched = np.zeros(groups, dtype=np.int32)
        self.is_touched = np.zeros(groups, dtype=np.uint8)

    cdef _fill(self, Template *target, source, bint in_compartment):
        read, changed = {}, {}
        for pool in source["reactants"]:
            self._check_pool(pool, in_compartment)
            read[pool] = read.get(pool, 0) + 1
            changed[pool] = changed.get(pool, 0) - 1
        for pool in source["products"]:
            self._check_pool(pool, in_compartment)
            changed[pool] = changed.get(pool, 0) + 1
        changed = {p: d for p, d in changed.items() if d and not (p.bulk and self.bulk_constant[p.index])}
        if max(len(read), len(changed)) > MOST_PARTS:
            raise ValueError(f"a reaction may involve at most {MOST_PARTS} distinct species")
        if not 0.0 <= source["rate"] < float("inf"):
            raise ValueError(f"a rate must be finite and not negative, got {source['rate']}")
        target.rate = source["rate"]
        target.members = source["members"]
        target.action = source["action"]
        target.argument = source["argument"]
        target.reactants, target.changes = len(read), len(changed)
        for i, (pool, order) in enumerate(read.items()):
            target.species[i], target.order[i], target.bulk[i] = pool.index, order, pool.bulk
        for i, (pool, delta) in enumerate(changed.items()):
            target.changed[i], target.delta[i], target.changed_bulk[i] = pool.index, delta, pool.bulk

    def _check_pool(self, pool, bint in_compartment):
        if not 0 <= pool.index < (self.bulks if pool.bulk else self.diffusing):
            raise ValueError(f"unknown species {pool}")
        if not pool.bulk and not in_compartment:
            raise ValueError("a reaction of the whole system cannot use diffusing species")

    def _readers(self, templates, bint bulk, int n):
        return _index_lists([[i for i, t in enumerate(templates)
                              if any(p.bulk == bulk and p.index == s for p in t["reactants"])] for s in range(n)], n)

    # ---------------------------------------------------------------- propensities

    cdef double propensity(self, Template *template, int compartment, double weight) noexcept nogil:
        cdef double a = template.rate * weight
        cdef int i, j
        cdef int64_t n
        if a == 0.0:
            return 0.0
        for i in range(template.reactants):
            if template.bulk[i]:
                n = self.bulk_count[template.species[i]]
            else:
                n = self.count[compartment * self.diffusing + template.species[i]]
            for j in range(template.order[i]):
                if n <= j:
                    return 0.0
                a *= <double> (n if self.powers else n - j)
        return a

    cdef void refresh_all(self) noexcept nogil:
        """Form every propensity anew and touch every group."""
        cdef int c, s, t
        for c in range(self.compartments):
            if self.active[c]:
                for s in range(self.diffusing):
                    self.local_tree.put(c, s, self.count[c * self.diffusing + s]
                                        * (self.diffusion[s] * self.exit_rate[c]))
                for t in range(self.locals):
                    self.refresh_local(c, t)
                self.touch(c)
        for t in range(self.globals):
            self.refresh_whole(t)
        self.touch(self.compartments)

    cdef void settle(self, int fired) noexcept nogil:
        """Give every touched group, and the one that fired, its next putative time."""
        cdef int i, g
        cdef double old, new
        if fired >= 0:
            self.touch(fired)
        for i in range(self.touches):
            g = self.touched[i]
            self.is_touched[g] = 0
            old = self.total[g]
            new = self.local_tree.total(g) if g < self.compartments else self.whole_tree.total(0)
            self.total[g] = new
            if new <= 0.0:
                self.queue.update(g, INFINITY)
            elif g == fired or old <= 0.0:
                self.queue.update(g, self.time + self.random.exponential() / new)
            elif new != old:
                self.queue.update(g, self.time + (self.queue.key[g] - self.time) * (old / new))
        self.touches = 0

    # ---------------------------------------------------------------- changes

    cdef void change_local(self, int compartment, int species, int delta) noexcept nogil:
        self.count[compartment * self.diffusing + species] += delta
        self.refresh_species(compartment, species)
        self.touch(compartment)

    cdef void change_bulk(self, int species, int delta) noexcept nogil:
        cdef int i, c
        if self.bulk_constant[species]:
            return
        self.bulk_count[species] += delta
        for i in range(self.bulk_local_start[species], self.bulk_local_start[species + 1]):
            for c in range(self.compartments):
                if self.active[c]:
                    self.refresh_local(c, self.bulk_local[i])
                    self.touch(c)
        for i in range(self.bulk_whole_start[species], self.bulk_whole_start[species + 1]):
            self.refresh_whole(self.bulk_whole[i])
            self.touch(self.compartments)

    cdef void change_pool(self, bint bulk, int species, int compartment, int delta) noexcept nogil:
        if bulk:
            self.change_bulk(species, delta)
        else:
            self.change_local(compartment, species, delta)

    cdef void weigh_local(self, int compartment, int member_class, double weight) noexcept nogil:
        """Set the summed weight of a member class in a compartment."""
        cdef int i, at = compartment * self.local_classes + member_class
        if self.local_weight[at] == weight:
            return
        self.local_weight[at] = weight
        for i in range(self.local_class_start[member_class], self.local_class_start[member_class + 1]):
            self.refresh_local(compartment, self.local_class_reader[i])
        self.touch(compartment)

    cdef void weigh_whole(self, int member_class, double weight) noexcept nogil:
        """Set the summed weight of a member class of the whole system."""
        cdef int i
        if self.whole_weight[member_class] == weight:
            return
        self.whole_weight[member_class] = weight
        for i in range(self.whole_class_start[member_class], self.whole_class_start[member_class + 1]):
            self.refresh_whole(self.whole_class_reader[i])
        self.touch(self.compartments)

    # ---------------------------------------------------------------- the clock

    cdef void hop(self, int compartment, int species) noexcept nogil:
        """One molecule moves to a neighbouring compartment. The commonest event by far."""
        cdef double target = self.random.uniform() * self.exit_rate[compartment], old, new
        cdef int face, to = -1, at = 6 * compartment
        for face in range(6):
            if self.face_rate[at + face] > 0.0:
                to = self.face_target[at + face]
                if target < self.face_rate[at + face]:
                    break
                target -= self.face_rate[at + face]
        self.hops += 1
        self.count[compartment * self.diffusing + species] -= 1
        self.count[to * self.diffusing + species] += 1
        self.refresh_species(compartment, species)
        self.refresh_species(to, species)
        new = self.local_tree.total(compartment)
        self.total[compartment] = new
        self.queue.update(compartment, self.time + self.random.exponential() / new if new > 0.0 else INFINITY)
        old = self.total[to]
        new = self.local_tree.total(to)
        self.total[to] = new
        if old > 0.0:
            self.queue.update(to, self.time + (self.queue.key[to] - self.time) * (old / new))
        else:
            self.queue.update(to, self.time + self.random.exponential() / new)

    cdef int run_until(self, double end) except -1 nogil:
        """Fire everything that is due up to and including ``end``; the clock then stands at ``end``."""
        cdef int group, leaf
        while True:
            group = self.queue.first()
            if not self.queue.key[group] <= end:
                break
            self.time = self.queue.key[group]
            self.events += 1
            if group < self.compartments:
                leaf = self.local_tree.select(group, self.random.uniform() * self.total[group])
                if leaf < self.diffusing:
                    self.hop(group, leaf)
                else:
                    self.fire(&self.local[leaf - self.diffusing], group)
            else:
                leaf = self.whole_tree.select(0, self.random.uniform() * self.total[group])
                self.fire(&self.whole[leaf], group)
        self.time = end
        return 0

    cdef int fire(self, Template *template, int group) except -1 nogil:
        cdef int i
        if template.action == NOTHING or self.act(template.action, template.argument, group) == 0:
            for i in range(template.changes):
                self.change_pool(template.changed_bulk[i], template.changed[i], group, template.delta[i])
        self.settle(group)
        return 0

    cdef int act(self, int action, int argument, int group) except -1 nogil:
        """What a firing does to the structure: 0, or 1 if it could not be done and nothing changes.

        A system of free molecules has no structure.
        """
        return 0

    # ---------------------------------------------------------------- Python access

    def start(self, double time=0.0):
        """Set the clock and draw a putative time for every group."""
        cdef int g
        if not time >= 0.0:
            raise ValueError(f"the clock must start at a time not negative, got {time}")
        self.time = time
        for g in range(self.compartments + 1):
            self.total[g] = 0.0
        with nogil:
            self.refresh_all()
            self.settle(-1)

    def run(self, double end):
        """Run the clock to ``end`` (s). Raises ValueError if that lies in the past."""
        if not self.time <= end < float("inf"):
            raise ValueError(f"the clock stands at {self.time} s and cannot run to {end} s")
        with nogil:
            self.run_until(end)

    def set_count(self, int compartment, int species, int64_t n):
        """Set the copy number of a diffusing species in a compartment."""
        if not (0 <= compartment < self.compartments and 0 <= species < self.diffusing and n >= 0):
            raise ValueError(f"compartment {compartment}, species {species}, copies {n}")
        if n and not self.active[compartment]:
            raise ValueError(f"compartment {compartment} is not active")
        self.count[compartment * self.diffusing + species] = n
        self.refresh_species(compartment, species)
        self.touch(compartment)
        self.settle(-1)

    def set_bulk(self, int species, int64_t n):
        """Set the copy number of a bulk species, also of a constant one."""
        if not (0 <= species < self.bulks and n >= 0):
            raise ValueError(f"bulk species {species}, copies {n}")
        self.bulk_count[species] = n
        self.refresh_all()
        self.settle(-1)

    @property
    def next_time(self):
        """Time of the next event (s), infinity if nothing can happen."""
        return self.queue.key[self.queue.first()]

    @property
    def counts(self):
        """Copy numbers of diffusing species, int64 (compartments, species): a read-only view."""
        view = self.count_array[:self.compartments * self.diffusing].reshape(self.compartments, self.diffusing)
        view.flags.writeable = False
        return view

    @property
    def bulk_counts(self):
        """Copy numbers of bulk species, int64: a read-only view."""
        view = self.bulk_array[:self.bulks]
        view.flags.writeable = False
        return view

    @property
    def active_compartments(self):
        """Boolean (compartments,): those that take part."""
        return self.active_array.astype(bool)

    @property
    def channel_propensities(self):
        """Propensities (1/s): (hops and channels of each compartment, channels of the whole system)."""
        local = np.array([self.local_tree.weights(c) for c in range(self.compartments)])
        return local[:, :self.diffusing + self.locals], self.whole_tree.weights(0)[:self.globals]
