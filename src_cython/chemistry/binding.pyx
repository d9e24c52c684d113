"""Candidate pairs of binding sites for linkers and motors, kept equal to their definition after every event.

Two sites are a candidate pair of a binding rule when both exist, both are free for the rule's binding-site species,
their distance d obeys r_min < d < r_max, and they lie on different filaments, or, if that is allowed, on one filament
at least three cylinders apart. Positions are those of the last rebuild; a site that appears later keeps its position
at that moment until the next rebuild.

Sites are binned by position, with bins no smaller than r_max, so only neighbouring bins are searched. Pairs of a rule
hang in a doubly linked list at both their sites and stand in a swap-remove array of the compartment that owns them:
occupying or freeing a site costs its own pairs only and a uniform draw is one look-up. The owner is the compartment
of the pair's middle, or the nearest active one, because that is where the bond will sit.
"""

from libc.math cimport floor
from libc.stdlib cimport calloc, free, malloc, realloc

import numpy as np

cdef int SAME_FILAMENT_GAP = 3


def _longer(old, int rows, int columns):
    """An int32 array (rows, columns) that begins with the old columns; the rest is −1."""
    new = np.full((rows, columns), -1, dtype=np.int32)
    if old is not None:
        new[:, :old.shape[1]] = old
    return new


cdef class Candidates:
    """Candidate pairs of all binding rules.

    Parameters
    ----------
    filaments : Filaments
    rules : sequence of (filament_types, flags, stride, r_min, r_max, whole)
        Filament types and binding-site flags of the two legs; distances in nm; ``whole`` puts all pairs of the rule
        into one list of the system.
    shape, compartment_size :
        The grid; sizes in nm.
    home : int32 (compartments,)
        The active compartment nearest to each one.
    same_filament : bool
        Whether two sites of one filament may pair.

    Raises
    ------
    ValueError
        For more than 16 rules or distances that are not ordered.
    """

    def __cinit__(self, *args, **kwargs):
        self.owned = NULL
        for i in range(16):
            self.bins[i] = NULL

    def __init__(self, Filaments filaments, rules, shape, compartment_size, home, bint same_filament):
        cdef int n, k
        if len(rules) > 16:
            raise ValueError(f"at most 16 kinds of linkers and motors are possible, got {len(rules)}")
        self.filaments = filaments
        self.rules = len(rules)
        self.same_filament = same_filament
        for k, (types, flags, stride, r_min, r_max, whole) in enumerate(rules):
            if not 0 <= r_min <= r_max < float("inf") or stride < 1:
                raise ValueError(f"binding distances must obey 0 ≤ r_min ≤ r_max, got {r_min}, {r_max}")
            self.rule[k].filament_type[0], self.rule[k].filament_type[1] = types
            self.rule[k].flag[0], self.rule[k].flag[1] = flags
            self.rule[k].stride, self.rule[k].r_min, self.rule[k].r_max = stride, r_min, r_max
            self.rule[k].whole = whole
        for k in range(3):
            self.shape[k] = shape[k]
            self.size[k] = compartment_size[k]
        self.home = np.array(home, dtype=np.int32).reshape(-1)
        n = len(self.home)
        self.owners = n + 1
        self.owned = <PairList *> calloc(max(1, self.owners * self.rules), sizeof(PairList))
        if self.owned == NULL:
            raise MemoryError("candidate lists")
        self.changed = np.zeros(max(1, self.owners * self.rules), dtype=np.int32)
        self.is_changed = np.zeros(max(1, self.owners * self.rules), dtype=np.uint8)
        self.pair = np.zeros((256, 8), dtype=np.int32)
        self.vacant_pair = -1
        self.where = np.zeros((0, 3))
        self.room()

    def __dealloc__(self):
        cdef int i
        if self.owned != NULL:
            for i in range(self.owners * self.rules):
                free(self.owned[i].pair)
        free(self.owned)
        for i in range(16):
            free(self.bins[i])

    cdef int room(self) except -1 nogil:
        """Make the per-site arrays as long as the cylinder table needs."""
        cdef int wanted = self.filaments.cylinders.capacity * self.filaments.max_sites
        if wanted <= self.sites:
            return 0
        with gil:
            old = self.sites
            where = np.zeros((wanted, 3))
            where[:old] = self.where[:old]
            self.where = where
            self.head = _longer(self.head if old else None, max(1, self.rules), wanted)
            self.bin_of = _longer(self.bin_of if old else None, max(1, self.rules), wanted)
            self.bin_next = _longer(self.bin_next if old else None, max(1, self.rules), wanted)
            self.bin_previous = _longer(self.bin_previous if old else None, max(1, self.rules), wanted)
            self.sites = wanted
        return 0

    # ---------------------------------------------------------------- bins

    cdef bint fits(self, int rule, int cylinder, int ordinal) noexcept nogil:
        cdef int type = self.filaments.type_of(cylinder)
        return ((type == self.rule[rule].filament_type[0] or type == self.rule[rule].filament_type[1])
                and ordinal % self.rule[rule].stride == 0)

    cdef int bin_index(self, int rule, int site) noexcept nogil:
        cdef int k, i, index = 0
        for k in range(2, -1, -1):
            i = <int> floor(self.where[site, k] / self.bin_size[rule][k])
            i = 0 if i < 0 else min(i, self.bin_shape[rule][k] - 1)
            index = index * self.bin_shape[rule][k] + i
        return index

    cdef void put_in_bin(self, int rule, int site) noexcept nogil:
        cdef int b = self.bin_index(rule, site), first = self.bins[rule][b]
        self.bin_of[rule, site] = b
        self.bin_previous[rule, site] = -1
        self.bin_next[rule, site] = first
        if first >= 0:
            self.bin_previous[rule, first] = site
        self.bins[rule][b] = site

    cdef int lay_bins(self, int rule, int sites) except -1 nogil:
        """Choose bins no smaller than r_max and not many more of them than sites, all empty."""
        cdef int k, most, n = 1
        cdef double length
        most = 4
        while most * most * most < 2 * sites:
            most *= 2
        for k in range(3):
            length = self.shape[k] * self.size[k]
            self.bin_shape[rule][k] = max(1, min(most, <int> min(1024.0, length / max(self.rule[rule].r_max, 1e-3))))
            self.bin_size[rule][k] = length / self.bin_shape[rule][k]
            n *= self.bin_shape[rule][k]
        free(self.bins[rule])
        self.bins[rule] = <int *> malloc(n * sizeof(int))
        if self.bins[rule] == NULL:
            with gil:
                raise MemoryError(f"{n} bins of binding sites")
        for k in range(n):
            self.bins[rule][k] = -1
        return 0

    # ---------------------------------------------------------------- pairs

    cdef bint matches(self, int rule, int a, int b) noexcept nogil:
        """Whether two existing, free sites are a candidate pair."""
        cdef int ca, cb, gap, k
        cdef double d2 = 0.0, d
        for k in range(3):
            d = self.where[a, k] - self.where[b, k]
            d2 += d * d
        if not (self.rule[rule].r_min * self.rule[rule].r_min < d2 < self.rule[rule].r_max * self.rule[rule].r_max):
            return False
        ca = a // self.filaments.max_sites      # after the distance, which most pairs fail: divisions are slow
        cb = b // self.filaments.max_sites
        if (self.rule[rule].filament_type[0] != self.rule[rule].filament_type[1]
                and self.filaments.type_of(ca) == self.filaments.type_of(cb)):
            return False
        if self.filaments.cylinders.filament[ca] == self.filaments.cylinders.filament[cb]:
            gap = self.filaments.cylinders.position[ca] - self.filaments.cylinders.position[cb]
            return self.same_filament and (gap >= SAME_FILAMENT_GAP or -gap >= SAME_FILAMENT_GAP)
        return True

    cdef int owner_of(self, int rule, int a, int b) noexcept nogil:
        cdef int k, i, index = 0
        if self.rule[rule].whole:
            return self.owners - 1
        for k in range(2, -1, -1):
            i = <int> floor(0.5 * (self.where[a, k] + self.where[b, k]) / self.size[k])
            index = index * self.shape[k] + (0 if i < 0 else min(i, self.shape[k] - 1))
        return self.home[index]

    cdef void mark(self, int owner, int rule) noexcept nogil:
        cdef int at = owner * self.rules + rule
        if not self.is_changed[at]:
            self.is_changed[at] = 1
            self.changed[self.changes] = at
            self.changes += 1

    cdef int join(self, int rule, int a, int b) except -1 nogil:
        """List the pair of two sites."""
        cdef int p = self.vacant_pair, end, site, first, owner = self.owner_of(rule, a, b)
        cdef PairList *owned = &self.owned[owner * self.rules + rule]
        cdef int *longer
        if p >= 0:
            self.vacant_pair = self.pair[p, NEXT_A]
        else:
            if self.pairs_used == self.pair.shape[0]:
                with gil:
                    self.pair = np.concatenate([self.pair, np.zeros_like(self.pair)])
            p = self.pairs_used
            self.pairs_used += 1
        if owned.count == owned.capacity:
            longer = <int *> realloc(owned.pair, (2 * owned.capacity + 8) * sizeof(int))
            if longer == NULL:
                with gil:
                    raise MemoryError("a list of candidate pairs")
            owned.pair = longer
            owned.capacity = 2 * owned.capacity + 8
        self.pair[p, SITE_A] = min(a, b)
        self.pair[p, SITE_B] = max(a, b)
        self.pair[p, OWNER] = owner
        self.pair[p, RANK] = owned.count
        owned.pair[owned.count] = p
        owned.count += 1
        for end in range(2):
            site = self.pair[p, end]
            first = self.head[rule, site]
            self.pair[p, NEXT_A + 2 * end] = first
            self.pair[p, PREVIOUS_A + 2 * end] = -1
            if first >= 0:
                self.pair[first, PREVIOUS_A + 2 * (self.pair[first, SITE_B] == site)] = p
            self.head[rule, site] = p
        self.mark(owner, rule)
        return 0

    cdef void unlink(self, int rule, int pair, int end) noexcept nogil:
        """Take a pair out of the list that hangs at one of its two sites."""
        cdef int site = self.pair[pair, end]
        cdef int next = self.pair[pair, NEXT_A + 2 * end], previous = self.pair[pair, PREVIOUS_A + 2 * end]
        if previous >= 0:
            self.pair[previous, NEXT_A + 2 * (self.pair[previous, SITE_B] == site)] = next
        else:
            self.head[rule, site] = next
        if next >= 0:
            self.pair[next, PREVIOUS_A + 2 * (self.pair[next, SITE_B] == site)] = previous

    cdef void disconnect(self, int rule, int site) noexcept nogil:
        """Remove every pair of a site."""
        cdef int p, last
        cdef PairList *owned
        while self.head[rule, site] >= 0:
            p = self.head[rule, site]
            self.unlink(rule, p, 0)
            self.unlink(rule, p, 1)
            owned = &self.owned[self.pair[p, OWNER] * self.rules + rule]
            owned.count -= 1
            last = owned.pair[owned.count]
            owned.pair[self.pair[p, RANK]] = last
            self.pair[last, RANK] = self.pair[p, RANK]
            self.mark(self.pair[p, OWNER], rule)
            self.pair[p, NEXT_A] = self.vacant_pair
            self.vacant_pair = p

    cdef int connect(self, int rule, int site, bint later_only) except -1 nogil:
        """List every pair of a free site with the free sites around it; ``later_only``: with higher numbers only."""
        cdef int b = self.bin_of[rule, site], i, j, k, ix, iy, iz, other
        cdef int nx = self.bin_shape[rule][0], ny = self.bin_shape[rule][1], nz = self.bin_shape[rule][2]
        ix = b % nx
        iy = b // nx % ny
        iz = b // (nx * ny)
        for k in range(max(iz - 1, 0), min(iz + 2, nz)):
            for j in range(max(iy - 1, 0), min(iy + 2, ny)):
                for i in range(max(ix - 1, 0), min(ix + 2, nx)):
                    other = self.bins[rule][i + nx * (j + ny * k)]
                    while other >= 0:
                        if other > site or (not later_only and other != site):
                            if self.matches(rule, site, other) and self.free(rule, other):
                                self.join(rule, site, other)
                        other = self.bin_next[rule, other]
        return 0

    # ---------------------------------------------------------------- what the chemistry calls

    cdef int rebuild(self) except -1 nogil:
        """Take the positions of all sites anew and list all pairs."""
        cdef int c, s, r, site, k
        self.room()
        self.pairs_used = 0
        self.vacant_pair = -1
        for k in range(self.owners * self.rules):
            if self.owned[k].count:
                self.mark(k // self.rules, k % self.rules)
            self.owned[k].count = 0
        for r in range(self.rules):
            self.lay_bins(r, self.filaments.cylinders.count * self.filaments.max_sites)
            for site in range(self.filaments.cylinders.top * self.filaments.max_sites):
                self.head[r, site] = -1
                self.bin_of[r, site] = -1
        for c in range(self.filaments.cylinders.top):
            if not self.filaments.cylinders.alive[c]:
                continue
            for s in range(self.filaments.max_sites):
                if self.filaments.has_site(c, s):
                    site = c * self.filaments.max_sites + s
                    self.locate(c, s)
                    for r in range(self.rules):
                        if self.fits(r, c, s):
                            self.put_in_bin(r, site)
        for r in range(self.rules):
            for site in range(self.filaments.cylinders.top * self.filaments.max_sites):
                if self.bin_of[r, site] >= 0 and self.free(r, site):
                    self.connect(r, site, True)
        return 0

    cdef void locate(self, int cylinder, int ordinal) noexcept nogil:
        cdef int slot = self.filaments.site_slot[self.filaments.type_of(cylinder), ordinal]
        self.filaments.point(cylinder, slot, &self.where[cylinder * self.filaments.max_sites + ordinal, 0])

    cdef int appear(self, int site) except -1 nogil:
        """A site came into being, free."""
        cdef int r, c = site // self.filaments.max_sites, s = site % self.filaments.max_sites
        self.room()
        self.locate(c, s)
        for r in range(self.rules):
            self.head[r, site] = -1
            self.bin_of[r, site] = -1
            if self.fits(r, c, s):
                self.put_in_bin(r, site)
                if self.free(r, site):
                    self.connect(r, site, False)
        return 0

    cdef int vanish(self, int site) except -1 nogil:
        """A site ceased to exist."""
        cdef int r, next, previous
        for r in range(self.rules):
            if self.bin_of[r, site] < 0:
                continue
            self.disconnect(r, site)
            next, previous = self.bin_next[r, site], self.bin_previous[r, site]
            if previous >= 0:
                self.bin_next[r, previous] = next
            else:
                self.bins[r][self.bin_of[r, site]] = next
            if next >= 0:
                self.bin_previous[r, next] = previous
            self.bin_of[r, site] = -1
        return 0

    cdef int reconsider(self, int cylinder) except -1 nogil:
        """List the pairs of a cylinder's sites anew: what counts as the same filament has changed."""
        cdef int r, s, site
        for s in range(self.filaments.max_sites):
            site = cylinder * self.filaments.max_sites + s
            for r in range(self.rules):
                if self.bin_of[r, site] >= 0:
                    self.disconnect(r, site)
                    if self.free(r, site):
                        self.connect(r, site, False)
        return 0

    cdef int occupy(self, int site, int flag) except -1 nogil:
        """Something bound to a site; its occupant is set already."""
        cdef int r
        for r in range(self.rules):
            if self.bin_of[r, site] >= 0 and self.flag_at(r, site // self.filaments.max_sites) == flag:
                self.disconnect(r, site)
        return 0

    cdef int vacate(self, int site, int flag) except -1 nogil:
        """A site became free; its occupant is cleared already."""
        cdef int r
        for r in range(self.rules):
            if self.bin_of[r, site] >= 0 and self.flag_at(r, site // self.filaments.max_sites) == flag:
                self.connect(r, site, False)
        return 0

    # ---------------------------------------------------------------- Python access

    def pairs(self, int rule):
        """Candidate pairs of a rule: int32 (n, 3) of site, site, owner; owner by owner."""
        if not 0 <= rule < self.rules:
            raise ValueError(f"no rule {rule} of {self.rules}")
        rows = [(self.pair[p, SITE_A], self.pair[p, SITE_B], owner)
                for owner in range(self.owners)
                for p in [self.owned[owner * self.rules + rule].pair[i]
                          for i in range(self.owned[owner * self.rules + rule].count)]]
        return np.array(rows, dtype=np.int32).reshape(-1, 3)

    @property
    def positions(self):
        """Site positions in use, float64 (sites, 3), nm; rows of sites that do not exist hold left-over values."""
        return np.array(self.where)

    def take_positions(self):
        """Python access to a rebuild."""
        with nogil:
            self.rebuild()
