"""Well-mixed reactions of free molecules, as fast as they go: the direct method on flat arrays.

Up to ``MOST_RENEWED`` reactions of at most three molecules: one waiting time is drawn from the total propensity, then
the reaction in proportion to its share (Gillespie 1977, J Phys Chem 81:2340), and all propensities are formed anew,
which is quicker than finding out which have changed. Otherwise by composition and rejection (``Bins``), so that the
cost of an event does not grow with the number of reactions; only propensities that a firing changes are formed anew.

Reactions of infinite rate and space are matters of ``Engine``.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

import numpy as np

from medyan_py.core.chemistry.bins cimport Bins, Law
from medyan_py.core.common.prefetch cimport prefetch
from medyan_py.core.common.random cimport Layer, RandomStream, Words, layers, next_exponential, next_uniform

from medyan_py.core.chemistry.standstill import Standstill

cdef enum:
    EVENTS_PER_LOOK = 4_000_000   # about a second or less: how often a long run looks for an interrupt
    MOST_RENEWED = 20             # where bins overtake forming all propensities anew
    MANY = 30_000                 # reactions whose records do not fit into the nearer caches
    MOST_ASKED = 8                # entries of a list that are asked of memory ahead of an event
cdef double MOST_PROPENSITY = 1e290   # 1/s: sums of such stay finite
cdef int64_t MOST_COPIES = 2 ** 53    # beyond, a double does not count one by one
MOST_CONCERNS = 2 ** 31 - 1
MOST_RATE = 1e260                 # 1/s: far below it the next event is immediate, and sums stay finite
LAW = np.dtype([
    ("rate", "f8"), ("propensity", "f8"), ("equal", "f8"), ("first", "i4"), ("second", "i4"), ("change", "i4"),
    ("changes_end", "i4"), ("concern", "i4"), ("concerns_end", "i4"), ("exponent", "i4"), ("place", "i4"),
    ("padding", "i8"),
])
PART = np.dtype([("species", "i4"), ("amount", "i4")])
if LAW.itemsize != sizeof(Law) or PART.itemsize != sizeof(Part):
    raise ImportError("the records of reactions differ between NumPy and C")


cdef class Network:
    """Reactions and copy numbers of one well-mixed volume.

    Parameters
    ----------
    species : int, at least 1
    rates : float64 (reactions,), 1/s
        Finite stochastic constants; the propensity is rate × Π N!/(N − m)!.
    reactants, products : (start, species, amount)
        int32 arrays: reaction i takes ``amount[k]`` copies of ``species[k]`` for k from ``start[i]`` to
        ``start[i + 1]``, each species once.
    constant : bool (species,)
        Copy numbers that no reaction changes.
    most_renewed : int, at most 20
        Up to how many reactions all propensities are formed anew after every event.

    Raises
    ------
    ValueError
        For rates that are negative or not finite.
    MemoryError
        If firings change more than 2^31 propensities, each reaction counted once.
    """

    def __init__(self, int species, rates, reactants, products, constant, *, int most_renewed=MOST_RENEWED):
        rates = np.asarray(rates, dtype=float)
        if rates.size and not (np.isfinite(rates).all() and rates.min() >= 0):
            raise ValueError("rates must be finite and not negative")
        self.species, self.reactions = species, len(rates)
        self.random = RandomStream(0)
        laws = aligned(self.reactions + 1, LAW)
        laws["rate"][:self.reactions] = np.minimum(rates, MOST_RATE)
        factors = self._factors(laws, *reactants)
        change_start, changes = net_changes(self.reactions, species, reactants, products, constant)
        laws["change"], laws["changes_end"][:self.reactions] = change_start, change_start[1:]
        self.changing = np.unique(changes["species"][:change_start[self.reactions]])
        self._hold(laws, changes, factors)
        self._find_concerns(*reactants)
        orders = np.bincount(np.repeat(np.arange(self.reactions), np.diff(reactants[0])), weights=reactants[2])
        self.renewing = self.reactions <= min(most_renewed, MOST_RENEWED) and orders.max(initial=0) <= 3
        self.bins = Bins()
        self.bins.law = self.law
        self.time, self.next_time = 0.0, INFINITY

    def _factors(self, laws, start, species, amount):
        """Fill in the first two factors of every propensity; returns (start, values) of the others, None if none."""
        reaction = np.repeat(np.arange(self.reactions, dtype=np.int32), np.diff(start))
        # one row per molecule that takes part: the k-th of a species counts as N − k
        taken = np.repeat(np.arange(len(species)), amount)
        less = np.arange(len(taken)) - np.repeat(np.cumsum(amount) - amount, amount)
        reaction, which = reaction[taken], species[taken]
        begin = np.searchsorted(reaction, np.arange(self.reactions + 1))
        place = np.arange(len(reaction)) - begin[reaction]
        for name, k in (("first", 0), ("second", 1)):
            laws[name] = self.species
            laws[name][reaction[place == k]] = which[place == k]
        laws["equal"][reaction[place == 1]] = less[place == 1]
        more = place > 1
        if not more.any():
            return None
        values = np.zeros(more.sum(), dtype=PART)
        values["species"], values["amount"] = which[more], less[more]
        return np.searchsorted(reaction[more], np.arange(self.reactions + 1)).astype(np.int32), values

    def _hold(self, laws, changes, factors):
        """Keep the arrays and point to them."""
        cdef double[::1] counts = np.zeros(self.species + 1)
        cdef const unsigned char[::1] law = laws.view(np.uint8), change = changes.view(np.uint8)
        cdef const int[::1] start
        cdef const unsigned char[::1] factor
        counts[self.species] = 1.0
        self.count = &counts[0]
        self.law, self.change, self.factor_start = <Law *> &law[0], <Part *> &change[0], NULL
        self.arrays = [counts, laws, changes, factors]
        if factors is not None:
            start, factor = factors[0], factors[1].view(np.uint8)
            self.factor_start, self.factor = <int *> &start[0], <Part *> &factor[0]

    def _find_concerns(self, start, species, amount):
        """For every reaction, those that read what it changes."""
        cdef const int[::1] reader_start, reader
        cdef int[::1] mark = np.full(max(1, self.reactions), -1, dtype=np.int32), out
        cdef int64_t most = 0
        cdef int i, k
        reaction = np.repeat(np.arange(self.reactions, dtype=np.int32), np.diff(start))
        order = np.argsort(species, kind="stable")
        reader = np.append(reaction[order], np.int32(0))
        reader_start = np.searchsorted(species[order], np.arange(self.species + 1)).astype(np.int32)
        with nogil:
            for i in range(self.reactions):
                for k in range(self.law[i].change, self.law[i].changes_end):
                    most += reader_start[self.change[k].species + 1] - reader_start[self.change[k].species]
        if most > MOST_CONCERNS:
            raise MemoryError(f"{self.reactions} reactions change one another's propensities {most} times")
        out = np.zeros(max(1, most), dtype=np.int32)
        with nogil:
            self.list_concerns(reader_start, reader, &mark[0], out)
        self.concern = &out[0]
        self.arrays.append(out)

    cdef void list_concerns(self, const int[::1] start, const int[::1] reader, int *mark, int[::1] out) noexcept nogil:
        cdef int i, j, k, r, s, n = 0, at
        for i in range(self.reactions):
            self.law[i].concern = n
            for k in range(self.law[i].change, self.law[i].changes_end):
                s = self.change[k].species
                for j in range(start[s], start[s + 1]):
                    r = reader[j]
                    if mark[r] != i:
                        mark[r] = i
                        # lists of one species are in order: merging them by insertion is short work
                        at = n
                        while at > self.law[i].concern and out[at - 1] > r:
                            out[at] = out[at - 1]
                            at -= 1
                        out[at] = r
                        n += 1
            self.law[i].concerns_end = n

    cdef double further(self, int reaction, double a) noexcept nogil:
        """``a`` times the third and all further factors of a reaction; at most ``MOST_PROPENSITY``."""
        cdef int i
        for i in range(self.factor_start[reaction], self.factor_start[reaction + 1]):
            if a <= 0.0:
                return 0.0
            a *= self.count[self.factor[i].species] - self.factor[i].amount
            a = min(a, MOST_PROPENSITY)
        return a

    # ---------------------------------------------------------------- the clock

    cdef void begin(self) noexcept nogil:
        """Form all propensities and draw the time of the first event."""
        cdef int i
        cdef double sum = 0.0
        self.bins.clear()
        for i in range(self.reactions):
            self.law[i].exponent = 0
            if self.renewing:
                self.law[i].propensity = self.propensity(i)
                sum += self.law[i].propensity
            else:
                self.bins.set(i, self.propensity(i))
        if not self.renewing:
            self.bins.add_up()
            sum = self.bins.total()
        self.total = sum
        self.next_time = self.time + self.random.exponential() / sum if sum > 0.0 else INFINITY
        self.trials = 0
        if not self.renewing and sum > 0.0:
            for i in range(AHEAD):
                self.ahead[i].uniform = self.random.uniform()
                self.bins.choose(self.ahead[i].uniform * sum, &self.ahead[i].choice)
                self.ahead[i].reaction = self.bins.reaction(&self.ahead[i].choice)

    cdef int run_until(self, double end, int64_t most_events) noexcept nogil:
        """Fire what is due up to and including ``end`` and set the clock there; 1 if stopped by ``most_events``."""
        if self.renewing:
            self.run_renewing(end, self.events + most_events)
        else:
            self.run_drawing(end, self.events + most_events)
        if self.next_time <= end:
            return 1
        self.time = end
        return 0

    cdef void run_renewing(self, double end, int64_t last) noexcept nogil:
        cdef int64_t left = last - self.events
        cdef int j
        if self.factor_start != NULL:
            left = renew_all(self, end, left, self.reactions, 3)
        elif self.reactions == 2:     # the compiler unrolls the loops over reactions, which then need no memory
            left = renew_all(self, end, left, 2, 2)
        else:
            left = renew_all(self, end, left, self.reactions, 2)
        self.events = last - left
        for j in range(self.reactions):
            self.law[j].propensity = self.propensity(j)

    cdef int species_of(self, int reaction, int k) noexcept nogil:
        """The species of the k-th factor of a propensity, k below 3."""
        cdef Law *law = &self.law[reaction]
        if k < 2:
            return law.second if k else law.first
        if self.factor_start[reaction] == self.factor_start[reaction + 1]:
            return self.species
        return self.factor[self.factor_start[reaction]].species

    cdef double factor_of(self, int reaction, int k) noexcept nogil:
        """The value of the k-th factor of a propensity, k below 3."""
        cdef double n = self.count[self.species_of(reaction, k)]
        if k == 1:
            n -= self.law[reaction].equal
        elif k == 2 and self.factor_start[reaction] < self.factor_start[reaction + 1]:
            n -= self.factor[self.factor_start[reaction]].amount
        return n

    cdef double change_of(self, int reaction, int species) noexcept nogil:
        """By how much a firing changes a copy number."""
        cdef int i
        for i in range(self.law[reaction].change, self.law[reaction].changes_end):
            if self.change[i].species == species:
                return self.change[i].amount
        return 0.0

    cdef void run_drawing(self, double end, int64_t last) noexcept nogil:
        """Trials, of which those that are rejected take time and do nothing else.

        The numbers that choose reactions are drawn ``AHEAD`` trials early, and what is likely to be needed is asked
        of memory in the meantime. Each choice is made anew when its trial is due, so that looking ahead changes
        nothing but the time spent waiting.
        """
        cdef double time = self.time, next_time = self.next_time, total = self.total
        cdef double *count = self.count
        cdef Law *law
        cdef Part *change = self.change
        cdef int *concern = self.concern
        cdef Words words = self.random.words
        cdef Layer *ziggurat = layers()
        cdef int64_t events = self.events
        cdef Ahead *ahead
        cdef Choice choice
        cdef bint many = self.reactions >= MANY, moved
        cdef int i
        while next_time <= end and events < last:
            time = next_time
            ahead = &self.ahead[self.trials % AHEAD]
            self.bins.choose(ahead.uniform * total, &choice)
            # the trial that is due makes room for the one that comes last
            ahead.uniform = next_uniform(&words)
            self.trials += 1
            if many:
                self.bins.choose(ahead.uniform * total, &ahead.choice)
                self.look_ahead()
            law = &self.law[self.bins.reaction(&choice)]
            if choice.chance < law.propensity:
                events += 1
                for i in range(law.change, law.changes_end):
                    count[change[i].species] += change[i].amount
                moved = False
                for i in range(law.concern, law.concerns_end):
                    moved |= self.bins.set(concern[i], self.propensity(concern[i]))
                if moved:
                    self.bins.add_up()
                    total = self.bins.total()
            next_time = time + next_exponential(&words, ziggurat) / total if total > 0.0 else INFINITY
        self.random.words = words
        self.events, self.time, self.next_time, self.total = events, time, next_time, total

    cdef void look_ahead(self) noexcept nogil:
        """One step for each of the trials to come; what a step reads, an earlier one has asked for."""
        cdef int64_t next = self.trials
        cdef Ahead *ahead = &self.ahead[(next + 4 * STEP - 1) % AHEAD]
        cdef Law *law
        cdef int i
        prefetch(&self.bins.bin[ahead.choice.exponent].member[ahead.choice.place])
        ahead = &self.ahead[(next + 3 * STEP - 1) % AHEAD]
        ahead.reaction = self.bins.reaction(&ahead.choice)
        prefetch(&self.law[ahead.reaction])
        ahead = &self.ahead[(next + 2 * STEP - 1) % AHEAD]
        law = &self.law[ahead.reaction]
        if ahead.choice.chance < law.propensity:
            prefetch(&self.change[law.change])
            prefetch(&self.concern[law.concern])
            prefetch(&self.count[law.first])
            prefetch(&self.count[law.second])
        ahead = &self.ahead[(next + STEP - 1) % AHEAD]
        law = &self.law[ahead.reaction]
        if ahead.choice.chance < law.propensity:
            for i in range(law.change, min(law.changes_end, law.change + MOST_ASKED)):
                prefetch(&self.count[self.change[i].species])
            for i in range(law.concern, min(law.concerns_end, law.concern + MOST_ASKED)):
                prefetch(&self.law[self.concern[i]])

    # ---------------------------------------------------------------- Python access

    def restart(self, seed, counts):
        """Begin anew at time 0 with another random stream and these copy numbers, int64 (species,).

        ``seed`` is an int or a numpy.random.SeedSequence. Raises ValueError for an array of another shape or copy
        numbers that are negative or above 2^53.
        """
        counts = np.asarray(counts, dtype=np.int64)
        if counts.shape != (self.species,) or not 0 <= counts.min() <= counts.max() <= 2 ** 53:
            raise ValueError(f"{self.species} copy numbers from 0 to 2^53 are needed")
        self.random.reseed(seed)
        np.asarray(self.arrays[0])[:self.species] = counts
        self.events = 0
        self.time = 0.0
        with nogil:
            self.begin()

    def record(self, const double[::1] times, int64_t[:, ::1] out):
        """Run to each of ``times`` (s, float64 (n,), ascending) and write the copy numbers to ``out`` (n, species).

        Raises ValueError for an array of another shape, or times that are not finite or not ascending; OverflowError if
        a copy number that changes goes beyond 2^53; EndlessReactionsError if reactions are so fast that the clock would
        never arrive; RuntimeError when ``halted`` is set.
        """
        cdef Py_ssize_t i
        cdef int s, beyond = -1
        if out.shape[0] != times.shape[0] or out.shape[1] != self.species:
            raise ValueError(f"an array ({len(times)}, {self.species}) is needed")
        for i in range(times.shape[0]):
            if not (self.time if i == 0 else times[i - 1]) <= times[i] < float("inf"):
                raise ValueError("times must be finite, ascending and not before the clock")
        i = 0
        clock = Standstill(self.time, self.events, EVENTS_PER_LOOK)
        while i < times.shape[0]:
            with nogil:
                while i < times.shape[0] and self.run_until(times[i], EVENTS_PER_LOOK) == 0:
                    for s in range(self.species):
                        out[i, s] = <int64_t> self.count[s]
                        if out[i, s] >= MOST_COPIES and self.events > 0:
                            beyond = s
                    i += 1
            if beyond >= 0:
                self.check_counts(beyond)
            if self.halted:
                raise RuntimeError("halted")
            if self.bins.exhausted:
                raise MemoryError(f"no memory for the propensities of {self.reactions} reactions")
            PyErr_CheckSignals()
            if i < times.shape[0]:
                clock.look(self.time, self.events, times[i], self._molecules, str)

    def _molecules(self):
        """Number of all molecules that reactions change."""
        return int(self.counts[self.changing].sum())

    def check_counts(self, int species):
        """Raise OverflowError if a copy number is too large to count on and some reaction changes it."""
        cdef int i
        for i in range(self.law[self.reactions].change):
            if self.change[i].species == species:
                raise OverflowError(f"the copy number of species {species} is beyond 2^53")

    @property
    def counts(self):
        """Copy numbers, int64 (species,): a copy."""
        return np.asarray(self.arrays[0])[:self.species].astype(np.int64)

    @property
    def fastest(self):
        """Number of the reaction with the highest propensity; there must be one."""
        return int(self.propensities.argmax())

    @property
    def propensities(self):
        """Propensity of every reaction as the clock knows it (1/s): a copy."""
        return np.array(self.arrays[1]["propensity"][:self.reactions])


cdef inline int64_t renew_all(Network self, double end, int64_t left, const int n, const int most) noexcept nogil:
    """The loop for a handful of reactions: all propensities are formed anew after every event.

    The ``most`` factors of every propensity, two or three, are kept instead of copy numbers, since each firing moves
    each of them by a fixed amount: no look-up stands between the reaction that fires and the next propensities. Which
    one fires is counted out without a branch, for nobody can predict it. Fires up to ``left`` events and returns how
    many are left.
    """
    cdef double time = self.time, next_time = self.next_time, total = self.total, target, a
    cdef double[MOST_RENEWED] rate
    cdef double[MOST_RENEWED] running
    cdef double[3 * MOST_RENEWED] factor
    cdef double[3 * MOST_RENEWED * MOST_RENEWED] step       # of every factor, for every reaction that fires
    cdef int64_t[MOST_RENEWED] firings
    cdef Words words = self.random.words
    cdef Layer *ziggurat = layers()
    cdef int i, j, k, fired
    for j in range(n):
        rate[j], firings[j] = self.law[j].rate, 0
        running[j] = self.law[j].propensity + (running[j - 1] if j > 0 else 0.0)
        for k in range(most):
            factor[most * j + k] = self.factor_of(j, k)
            for fired in range(n):
                step[most * (n * fired + j) + k] = self.change_of(fired, self.species_of(j, k))
    while next_time <= end and left > 0:
        left -= 1
        time = next_time
        target = next_uniform(&words) * total
        fired = 0
        for j in range(n):
            fired += target >= running[j]
        if fired == n:
            # rounding carried the target past the end: the last reaction that can fire is meant
            fired = n - 1
            while fired > 0 and running[fired] == running[fired - 1]:
                fired -= 1
        firings[fired] += 1
        total = 0.0
        for j in range(n):
            a = rate[j]
            for k in range(most):
                factor[most * j + k] += step[most * (n * fired + j) + k]
                a *= factor[most * j + k]
            total += a if most == 2 else min(a, MOST_PROPENSITY)
            running[j] = total
        next_time = time + next_exponential(&words, ziggurat) / total if total > 0.0 else INFINITY
    self.random.words = words
    self.time, self.next_time, self.total = time, next_time, total
    for j in range(n):
        for i in range(self.law[j].change, self.law[j].changes_end):
            self.count[self.change[i].species] += <double> (firings[j] * self.change[i].amount)
    return left


def aligned(int n, dtype):
    """Zeros, of which no record lies across two cache lines if records are as long as one."""
    cdef int line = 64
    bytes = np.zeros(n * dtype.itemsize + line, dtype=np.uint8)
    begin = -bytes.ctypes.data % line
    return bytes[begin:begin + n * dtype.itemsize].view(dtype)


def net_changes(int reactions, int species, reactants, products, constant):
    """(start, values) of what each reaction changes: products less reactants, without constant species and zeros."""
    keys, amounts = [], []
    for (start, which, amount), sign in ((reactants, -1), (products, 1)):
        reaction = np.repeat(np.arange(reactions, dtype=np.int64), np.diff(start))
        keys.append(reaction * species + which)
        amounts.append(sign * amount)
    key, amount = np.concatenate(keys), np.concatenate(amounts)
    order = np.argsort(key, kind="stable")
    key, amount = key[order], amount[order]
    twice = np.flatnonzero(np.diff(key) == 0)        # on both sides: the second entry takes up the first
    amount[twice + 1] += amount[twice]
    amount[twice] = 0
    keep = (amount != 0) & ~np.asarray(constant, dtype=bool)[key % species]
    key, amount = key[keep], amount[keep]
    values = np.zeros(len(key) + 1, dtype=PART)
    values["species"][:len(key)], values["amount"][:len(key)] = key % species, amount
    return np.searchsorted(key, np.arange(reactions + 1) * np.int64(species)).astype(np.int32), values
