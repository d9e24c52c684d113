"""Candidate pairs of binding sites for linkers and motors, kept equal to their definition after every event.

Two sites are a candidate pair of a binding rule when both exist, both are free for the rule's binding-site species,
their distance d obeys r_min < d < r_max, and they lie on different filaments, or, if that is allowed, on one filament
at least three cylinders apart. They are looked for in the bins of ``BinnedSites``.

Pairs of a rule hang in a doubly linked list at both their sites and stand in a swap-remove array of the compartment
that owns them: occupying or freeing a site costs its own pairs only and a uniform draw is one look-up. The owner is the
compartment of the pair's middle, or the nearest active one, because that is where the bond will sit.
"""

from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy

import numpy as np

from medyan_py.core.chemistry.binned_sites import extended
from medyan_py.core.common.prefetch cimport prefetch
from medyan_py.core.common.state import StateError, copied, fill

cdef int SAME_FILAMENT_GAP = 3
cdef enum:
    AT_ONCE = 64                  # sites whose distances are looked at together


cdef class Candidates(BinnedSites):
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
        self.pair = NULL

    def __init__(self, Filaments filaments, rules, shape, compartment_size, home, bint same_filament):
        cdef int n
        super().__init__(filaments, rules, shape, compartment_size)
        self.same_filament = same_filament
        self.home = np.array(home, dtype=np.int32).reshape(-1)
        n = len(self.home)
        self.owners = n + 1
        self.owned = <PairList *> calloc(max(1, self.owners * self.rules), sizeof(PairList))
        if self.owned == NULL:
            raise MemoryError("candidate lists")
        self.changed = np.zeros(max(1, self.owners * self.rules), dtype=np.int32)
        self.is_changed = np.zeros(max(1, self.owners * self.rules), dtype=np.uint8)
        self.vacant_pair = -1
        self.head = extended(None, max(1, self.rules), 0)
        self.room()

    def __dealloc__(self):
        cdef int i
        if self.owned != NULL:
            for i in range(self.owners * self.rules):
                free(self.owned[i].pair)
        free(self.owned)
        free(self.pair)

    cdef int room(self) except -1 nogil:
        """Make the per-site arrays as long as the cylinder table needs."""
        BinnedSites.room(self)
        if self.head.shape[1] < self.sites:
            with gil:
                self.head = extended(self.head, max(1, self.rules), self.sites)
        return 0

    # ---------------------------------------------------------------- state

    def state(self):
        """Positions, bins and pairs with their order, which decides what a random number draws."""
        cdef int k, i, at = 0
        saved = {name: copied(array) for name, array in self._arrays().items()}
        count = np.array([self.owned[k].count for k in range(self.owners * self.rules)], dtype=np.int32)
        owned = np.zeros(count.sum(), dtype=np.int32)
        cdef int[::1] pairs = owned
        for k in range(self.owners * self.rules):
            for i in range(self.owned[k].count):
                pairs[at] = self.owned[k].pair[i]
                at += 1
        for k in range(self.rules):
            if self.bins[k] != NULL:
                saved |= self._saved_bins(k)
        used = np.zeros((self.pairs_used, 8), dtype=np.int32)
        cdef int[:, ::1] rows = used
        if self.pairs_used:
            memcpy(&rows[0, 0], self.pair, self.pairs_used * sizeof(Pair))
        return saved | {"owned_count": count, "owned": owned, "pair": used, "vacant_pair": self.vacant_pair}

    def restore(self, saved):
        """Take a state over, after the filaments took theirs; StateError for other rules, sites or compartments."""
        cdef int k, i, at = 0
        cdef int[::1] count = saved["owned_count"], pairs = saved["owned"]
        cdef int[:, ::1] rows = saved["pair"]
        self.room()
        for name, array in self._arrays().items():
            fill(array, saved[name], name)
        if len(count) != self.owners * self.rules:
            raise StateError("candidate pairs of another number of rules or compartments were saved")
        for k in range(self.owners * self.rules):
            free(self.owned[k].pair)
            self.owned[k].pair = <int *> malloc(max(1, count[k]) * sizeof(int))
            if self.owned[k].pair == NULL:
                raise MemoryError("candidate lists")
            self.owned[k].count = self.owned[k].capacity = count[k]
            for i in range(count[k]):
                self.owned[k].pair[i] = pairs[at]
                at += 1
        for k in range(self.rules):
            if f"bins of rule {k}" in saved:
                self._restore_bins(k, *(saved[f"{what} of rule {k}"] for what in ("bin shape", "bin count", "bins")))
        self.pairs_used, self.vacant_pair = len(rows), saved["vacant_pair"]
        free(self.pair)
        self.pairs_room = max(1, self.pairs_used)
        self.pair = <Pair *> malloc(self.pairs_room * sizeof(Pair))
        if self.pair == NULL:
            raise MemoryError("candidate pairs")
        if self.pairs_used:
            memcpy(self.pair, &rows[0, 0], self.pairs_used * sizeof(Pair))

    def _arrays(self):
        """Arrays that keep their size, or grow with the cylinders, by name."""
        return BinnedSites._arrays(self) | {"head": self.head, "home": self.home}

    # ---------------------------------------------------------------- pairs

    cdef bint apart(self, int rule, int a, int b) noexcept nogil:
        """Whether two sites at a fitting distance may pair by the filaments they are on."""
        cdef int ca = a // self.filaments.max_sites, cb = b // self.filaments.max_sites, gap
        cdef int fa = self.filaments.cylinders.filament[ca], fb = self.filaments.cylinders.filament[cb]
        if fa == fb:
            gap = self.filaments.cylinders.position[ca] - self.filaments.cylinders.position[cb]
            return (self.same_filament and (gap >= SAME_FILAMENT_GAP or -gap >= SAME_FILAMENT_GAP)
                    and self.rule[rule].filament_type[0] == self.rule[rule].filament_type[1])
        return (self.rule[rule].filament_type[0] == self.rule[rule].filament_type[1]
                or self.filaments.table.type[fa] != self.filaments.table.type[fb])

    cdef int owner_of(self, int rule, int a, int b) noexcept nogil:
        cdef int k, index = 0
        cdef double t
        if self.rule[rule].whole:
            return self.owners - 1
        for k in range(2, -1, -1):
            t = 0.5 * (self.where[a, k] + self.where[b, k]) / self.size[k]
            index = index * self.shape[k]
            if t > 0.0:
                index += <int> min(t, self.shape[k] - 1.0)
        return self.home[index]

    cdef void mark(self, int owner, int rule) noexcept nogil:
        cdef int at = owner * self.rules + rule
        if not self.is_changed[at]:
            self.is_changed[at] = 1
            self.changed[self.changes] = at
            self.changes += 1

    cdef int join(self, int rule, int a, int b) except -1 nogil:
        """List the pair of two sites."""
        cdef int p = self.vacant_pair, end, first, owner = self.owner_of(rule, a, b)
        cdef PairList *owned = &self.owned[owner * self.rules + rule]
        cdef int *longer
        cdef Pair *more
        cdef Pair *pair
        if p >= 0:
            self.vacant_pair = self.pair[p].next[0]
        else:
            if self.pairs_used == self.pairs_room:
                more = <Pair *> realloc(self.pair, (2 * self.pairs_room + 256) * sizeof(Pair))
                if more == NULL:
                    with gil:
                        raise MemoryError("candidate pairs")
                self.pair = more
                self.pairs_room = 2 * self.pairs_room + 256
            p = self.pairs_used
            self.pairs_used += 1
        if owned.count == owned.capacity:
            longer = <int *> realloc(owned.pair, (2 * owned.capacity + 8) * sizeof(int))
            if longer == NULL:
                with gil:
                    raise MemoryError("a list of candidate pairs")
            owned.pair = longer
            owned.capacity = 2 * owned.capacity + 8
        pair = &self.pair[p]
        pair.site[0] = min(a, b)
        pair.site[1] = max(a, b)
        pair.owner = owner
        pair.rank = owned.count
        owned.pair[owned.count] = p
        owned.count += 1
        for end in range(2):
            first = self.head[rule, pair.site[end]]
            pair.next[end] = first
            pair.previous[end] = -1
            if first >= 0:
                self.pair[first >> 1].previous[first & 1] = 2 * p + end
            self.head[rule, pair.site[end]] = 2 * p + end
        self.mark(owner, rule)
        return 0

    cdef void disconnect(self, int rule, int site) noexcept nogil:
        """Remove every pair of a site."""
        cdef int link = self.head[rule, site], p, other, next, previous, last
        cdef Pair *pair
        cdef PairList *owned
        while link >= 0:
            p = link >> 1
            pair = &self.pair[p]
            other = 1 - (link & 1)
            link = pair.next[1 - other]
            # only the list at the other site goes on without this pair
            next, previous = pair.next[other], pair.previous[other]
            if previous >= 0:
                self.pair[previous >> 1].next[previous & 1] = next
            else:
                self.head[rule, pair.site[other]] = next
            if next >= 0:
                self.pair[next >> 1].previous[next & 1] = previous
            owned = &self.owned[pair.owner * self.rules + rule]
            owned.count -= 1
            last = owned.pair[owned.count]
            owned.pair[pair.rank] = last
            self.pair[last].rank = pair.rank
            self.mark(pair.owner, rule)
            pair.next[0] = self.vacant_pair
            self.vacant_pair = p
        self.head[rule, site] = -1

    cdef int connect(self, int rule, int site, bint later_only) except -1 nogil:
        """List every pair of a free site with the free sites around it.

        ``later_only``: with higher numbers only, for one site after the other, whose bins have them in this order.
        """
        cdef int at = self.bin_of[rule, site], n, k, i0, i1, i2, begin, hits, bins = 0
        cdef int[AT_ONCE] hit
        cdef int[3] here
        cdef double[3] x
        cdef double[3][3] gap2         # [axis, offset + 1]: squared distance (nm²) to the nearest plane of a bin
        cdef double near2 = self.rule[rule].r_min * self.rule[rule].r_min, d0, d1
        cdef double far2 = self.rule[rule].r_max * self.rule[rule].r_max
        cdef double limit = far2 * (1.0 + 1e-9)   # sites may be binned on the wrong side of a plane by a rounding
        cdef int *shape = self.bin_shape[rule]
        cdef Bin *near[27]
        cdef Bin *bin
        cdef BinnedSite *entry
        for k in range(3):
            here[k] = at % shape[k]
            at = at // shape[k]
            x[k] = self.where[site, k]
            d0 = x[k] - here[k] * self.bin_size[rule][k]
            d1 = (here[k] + 1) * self.bin_size[rule][k] - x[k]
            gap2[k][0] = d0 * d0 if d0 > 0.0 else 0.0
            gap2[k][1] = 0.0
            gap2[k][2] = d1 * d1 if d1 > 0.0 else 0.0
        # bins are asked of memory all at once, for they lie far apart
        for i2 in range(max(here[2] - 1, 0), min(here[2] + 2, shape[2])):
            for i1 in range(max(here[1] - 1, 0), min(here[1] + 2, shape[1])):
                d1 = gap2[2][i2 - here[2] + 1] + gap2[1][i1 - here[1] + 1]
                if d1 > limit:
                    continue
                for i0 in range(max(here[0] - 1, 0), min(here[0] + 2, shape[0])):
                    if d1 + gap2[0][i0 - here[0] + 1] <= limit:
                        near[bins] = &self.bins[rule][i0 + shape[0] * (i1 + shape[1] * i2)]
                        prefetch(near[bins])
                        bins += 1
        for k in range(bins):
            prefetch(near[k].entry)
        for k in range(bins):
            bin = near[k]
            if later_only:
                while bin.passed < bin.count and bin.entry[bin.passed].site <= site:
                    bin.passed += 1
            begin = bin.passed if later_only else 0
            while begin < bin.count:
                entry = &bin.entry[begin]
                hits = in_reach(entry, min(AT_ONCE, bin.count - begin), x, near2, far2, hit)
                for n in range(hits):
                    if self.apart(rule, site, entry[hit[n]].site):
                        self.join(rule, site, entry[hit[n]].site)
                begin += AT_ONCE
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
                        if self.fits(r, c, s) and self.free(r, site):
                            self.put_in_bin(r, site)
        for r in range(self.rules):
            for site in range(self.filaments.cylinders.top * self.filaments.max_sites):
                if self.bin_of[r, site] >= 0:
                    self.connect(r, site, True)
        return 0

    cdef int appear(self, int site) except -1 nogil:
        """A site came into being, free."""
        cdef int r, c = site // self.filaments.max_sites, s = site % self.filaments.max_sites
        self.room()
        self.locate(c, s)
        for r in range(self.rules):
            self.head[r, site] = -1
            self.bin_of[r, site] = -1
            if self.fits(r, c, s) and self.free(r, site):
                self.put_in_bin(r, site)
                self.connect(r, site, False)
        return 0

    cdef int vanish(self, int site) except -1 nogil:
        """A site ceased to exist."""
        cdef int r
        for r in range(self.rules):
            if self.bin_of[r, site] >= 0:
                self.disconnect(r, site)
                self.take_from_bin(r, site)
        return 0

    cdef int reconsider(self, int cylinder) except -1 nogil:
        """List the pairs of a cylinder's sites anew: what counts as the same filament has changed."""
        cdef int r, s, site
        for s in range(self.filaments.max_sites):
            site = cylinder * self.filaments.max_sites + s
            for r in range(self.rules):
                if self.bin_of[r, site] >= 0:
                    self.disconnect(r, site)
                    self.connect(r, site, False)
        return 0

    cdef int occupy(self, int site, int flag) except -1 nogil:
        """Something bound to a site; its occupant is set already."""
        cdef int r
        for r in range(self.rules):
            if self.bin_of[r, site] >= 0 and self.flag_at(r, site // self.filaments.max_sites) == flag:
                self.disconnect(r, site)
                self.take_from_bin(r, site)
        return 0

    cdef int vacate(self, int site, int flag) except -1 nogil:
        """A site that exists became free; its occupant is cleared already."""
        cdef int r, c = site // self.filaments.max_sites
        for r in range(self.rules):
            if (self.bin_count[r] and self.flag_at(r, c) == flag
                    and self.fits(r, c, site % self.filaments.max_sites)):
                self.put_in_bin(r, site)
                self.connect(r, site, False)
        return 0

    # ---------------------------------------------------------------- Python access

    def pairs(self, int rule):
        """Candidate pairs of a rule: int32 (n, 3) of site, site, owner; owner by owner."""
        if not 0 <= rule < self.rules:
            raise ValueError(f"no rule {rule} of {self.rules}")
        rows = [(self.pair[p].site[0], self.pair[p].site[1], owner)
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


cdef inline int in_reach(BinnedSite *entry, int n, double *x, double near2, double far2, int *hit) noexcept nogil:
    """Which of ``n`` sites lie farther than ``near2`` and nearer than ``far2`` (nm²).

    Their indices go to ``hit``, without a branch, for nobody can predict it. The site at ``x`` itself is at distance 0,
    which is not above r_min.
    """
    cdef int i, hits = 0
    cdef double d0, d1, d2, r2
    for i in range(n):
        d0, d1, d2 = x[0] - entry[i].x[0], x[1] - entry[i].x[1], x[2] - entry[i].x[2]
        r2 = d0 * d0 + d1 * d1 + d2 * d2
        hit[hits] = i
        hits += (r2 < far2) & (r2 > near2)
    return hits
