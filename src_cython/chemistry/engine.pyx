"""Exact stochastic reaction and diffusion on a grid of compartments.

Everything that can happen in one compartment forms a group with one putative time: hops of its molecules to the
neighbours and its *channels*, one per reaction template. One more group holds what exists once in the system, and
another what happens on membranes (``surface_channels.pyx``). The clock says which group is next and when; what happens
in the group is drawn from a tree of partial sums. With the clock's next-reaction method this is the next-subvolume
method (Elf & Ehrenberg 2004, Syst Biol 1:230).

The propensity of a channel is rate × Π N!/(N − m)! × W, with W the summed weight of the *members* that can take part
(filament ends, bound motors, candidate pairs, …), or 1 for reactions of free molecules alone. A template that reads no
local copy number exists once, not once per compartment: its members are found wherever they are. Cost per event is
logarithmic in the numbers of compartments, species and templates, and independent of the number of members but for
the logarithm.

A template of infinite rate fires as soon as it can: time stands still while such channels fire one after another,
each time one of those that can, all with equal probability.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.float cimport DBL_MAX
from libc.math cimport INFINITY, log
from libc.stdint cimport int64_t

import numpy as np

from medyan_py.core.chemistry.clock cimport SIMPLE, Clock
from medyan_py.core.chemistry.ledger cimport Ledger, rise
from medyan_py.core.chemistry.surface_channels cimport ADSORB, SurfaceChannels
from medyan_py.core.chemistry.templates cimport Template
from medyan_py.core.common.prefetch cimport prefetch
from medyan_py.core.common.random cimport RandomStream

from medyan_py.core.chemistry.descriptions import Pool
from medyan_py.core.chemistry.errors import EndlessReactionsError
from medyan_py.core.chemistry.grid import checked_grid, checked_space
from medyan_py.core.chemistry.standstill import PER_MOLECULE, Standstill, waited_for
from medyan_py.core.common.state import copied, fill

MOST_COPIES = 2 ** 53                 # beyond, a propensity could not tell N from N + 1
cdef double UNLIMITED = DBL_MAX       # an end that is never reached, yet before the infinite time of what cannot happen
cdef enum:
    EVENTS_PER_LOOK = 1_000_000       # a fraction of a second: how often a long run looks for an interrupt
    MOST_INSTANT = 10_000_000         # infinitely fast firings at one time, besides those of molecules
cdef int64_t BURST_FIRINGS = PER_MOLECULE


cdef class Engine(SurfaceChannels):
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
        Rates may be infinite.
    seed : int or numpy.random.SeedSequence
    powers : bool
        Count m equal reactants as N^m, as MEDYAN 5.4 does, instead of N!/(N − m)!, and speed up every reaction that
        reads e diffusing molecules by f^−e in a compartment of volume fraction f.
    algorithm : {'NRM', 'GILLESPIE', 'SIMPLEGILLESPIE'}
        The scheduler; see ``medyan_py.core.chemistry.clock``.
    volume_fraction : float (compartments,), optional
        Part f of each compartment that lies inside the system, in (0, 1]; 1 if not given. Reactions of e diffusing
        molecules go at f^(1−e) times the rate of a full compartment; channels with members at f^−e.
    face_fraction : float (compartments, 6), optional
        Wet part of the faces x−, x+, y−, y+, z−, z+, in [0, 1]; 1 if not given.
    track_dissipation : bool
        Enter the change of free energy of hops, and of reactions that have a ``free_energy``, in ``ledger``. The course
        of the system does not depend on it.
    surface : SurfaceChemistry, optional
        Species of membranes and their reactions.

    Raises
    ------
    ValueError
        For sizes that are not positive, no active compartment, fractions outside their range, negative rates or
        diffusion coefficients, unknown species or an unknown algorithm.
    """

    def __init__(self, shape, compartment_size, active, diffusing, bulk, reactions, seed, bint powers=False, *,
                 algorithm="NRM", volume_fraction=None, face_fraction=None, bint track_dissipation=False, surface=None):
        self.random = RandomStream(seed)
        self.powers = powers
        self.shape, self.compartment_size = checked_grid(shape, compartment_size)
        self.compartments = self.shape[0] * self.shape[1] * self.shape[2]
        self.clock = Clock(algorithm, self.compartments + 1 + (surface is not None), self.random)
        self._lay_grid(active, volume_fraction, face_fraction)
        self._name_species(diffusing, bulk)
        self.booking, self.ledger = track_dissipation, Ledger()
        self.hop_account = np.array([self._account(f"DIF_{name}") for name in self.diffusing_names] or [-1], np.int32)
        self._set_surface(surface)
        self._register(*self._add_adsorption(*self._templates(reactions)))
        if self.booking and surface is not None:
            self._keep_surface_books(surface, self.ledger)
        self.total = np.zeros(self.compartments + 2)
        self.mixed = self._is_mixed()

    def _is_mixed(self):
        cdef int i
        if self.diffusing or self.locals or self.clock.method == SIMPLE or self.surface is not None:
            return False
        for i in range(self.globals):
            if self.whole[i].members >= 0 or self.whole[i].action != NOTHING:
                return False
        return True

    def _templates(self, reactions):
        """(local, whole, local member classes, global member classes); templates are dictionaries."""
        local, whole = [], []
        for r in reactions:
            template = {"rate": r.rate, "reactants": r.reactants, "products": r.products,
                        "members": -1, "action": NOTHING, "argument": 0, **self._entry(r.free_energy)}
            (local if r.everywhere else whole).append(template)
        return local, whole, 0, 0

    def _account(self, name):
        return self.ledger.account(name) if self.booking else -1

    def _entry(self, free_energy):
        """Account and constant of a template that enters its firings as a whole, if it has a free energy."""
        if free_energy is None:
            return {}
        return {"account": self._account(free_energy.account), "free_energy": free_energy.value}

    cdef void settle(self, int fired) noexcept nogil:
        """Tell the clock the propensity of every touched group and of the one that fired (−1 for none)."""
        cdef int i, g
        cdef double old, new
        if self.clock.method == SIMPLE:
            self.refresh_all()
        if fired >= 0:
            self.touch(fired)
        for i in range(self.touches):
            g = self.touched[i]
            self.is_touched[g] = 0
            old = self.total[g]
            if g < self.compartments:
                new = self.local_tree.total(g)
            else:
                new = self.whole_tree.total(0) if g == self.compartments else self.surface.total()
            self.total[g] = new
            if g == fired or old <= 0.0:
                self.clock.renew(g, new, self.time)
            elif new != old:
                self.clock.rescale(g, old, new, self.time)
        self.touches = 0
        self.clock.settle(self.time)

    # ---------------------------------------------------------------- the clock

    cdef void book(self, Template *template, int group) noexcept nogil:
        """Enter the free energy of a firing, before copy numbers change: g + Σ (ℓ(N + d) − ℓ(N) − d ln f)."""
        cdef double change = template.free_energy
        cdef int i, species, d
        for i in range(template.changes):
            species, d = template.change[i].species, template.change[i].amount
            if not template.change[i].bulk:
                change -= d * log(self.volume[group])
                if template.ideal:
                    change += rise(self.count[group * self.diffusing + species], d)
            elif template.ideal:
                change += rise(self.bulk_count[species], d)
        self.ledger.enter(template.account, change)

    cdef void book_hop(self, int compartment, int to, int species) noexcept nogil:
        """Enter the free energy of a hop before it is done; compartments may have different volumes."""
        cdef double change = rise(self.count[compartment * self.diffusing + species], -1)
        change += rise(self.count[to * self.diffusing + species], 1)
        self.ledger.enter(self.hop_account[species], change + log(self.volume[compartment] / self.volume[to]))

    cdef void hop(self, int compartment, int species) noexcept nogil:
        """One molecule moves to a neighbouring compartment. The commonest event by far."""
        cdef double target = self.random.uniform() * self.exit_rate[compartment], old
        cdef double *limit = &self.face_limit[6 * compartment]
        cdef int to = self.face_target[6 * compartment + (target >= limit[0]) + (target >= limit[1])
                                       + (target >= limit[2]) + (target >= limit[3]) + (target >= limit[4])]
        prefetch(&self.count[to * self.diffusing + species])
        prefetch(&self.local_tree.node[to * self.local_tree.stride + species])
        prefetch(&self.exit_rate[to])
        prefetch(&self.total[to])
        self.clock.fetch(to)
        self.hops += 1
        if self.booking:
            self.book_hop(compartment, to, species)
        self.count[compartment * self.diffusing + species] -= 1
        self.count[to * self.diffusing + species] += 1
        if self.clock.method == SIMPLE:
            self.settle(compartment)
            return
        self.refresh_species(compartment, species)
        self.refresh_species(to, species)
        self.total[compartment] = self.local_tree.total(compartment)
        self.clock.renew(compartment, self.total[compartment], self.time)
        old = self.total[to]
        self.total[to] = self.local_tree.total(to)
        if old > 0.0:
            self.clock.rescale(to, old, self.total[to], self.time)
        else:
            self.clock.renew(to, self.total[to], self.time)
        self.clock.settle(self.time)

    cdef int run_until(self, double end, int64_t most_events) except -1 nogil:
        """Fire what is due up to and including ``end`` and set the clock there; 1 if stopped by ``most_events``.

        With an ``end`` of ``UNLIMITED`` the clock stays at the last event.
        """
        cdef int group, leaf
        cdef int64_t last = self.events + most_events
        while True:
            if self.readies:
                self.burst(last)
                if self.readies:
                    return 1
            if self.mixed:
                self.run_mixed(end, last)
                if self.readies:
                    continue
            if not self.clock.when() <= end:
                break
            if self.events >= last:
                return 1
            self.time = self.clock.when()
            group = self.clock.which()
            self.events += 1
            if group < self.compartments:
                leaf = self.local_tree.select(group, self.random.uniform() * self.total[group])
                if leaf < self.diffusing:
                    self.hop(group, leaf)
                else:
                    self.fire(&self.local[leaf - self.diffusing], group, group)
            elif group > self.compartments:
                self.fire_surface(self.random.uniform() * self.total[group], self.random)
                self.settle(group)
            else:
                leaf = self.whole_tree.select(0, self.random.uniform() * self.total[group])
                self.fire(&self.whole[leaf], group, group)
        if end < UNLIMITED:
            self.time = end
        return 0

    cdef void run_mixed(self, double end, int64_t last) noexcept nogil:
        """The loop of ``run_until`` for bulk species alone, as tight as it gets.

        With one group the schedulers are the same: one waiting time, then a draw from the tree. Stops before ``end``
        if an infinitely fast reaction can fire.
        """
        cdef Template *template
        cdef int group = self.compartments, i
        cdef double next_time = self.clock.when(), total = self.total[group]
        cdef int64_t events = self.events
        while next_time <= end and events < last:
            self.time = next_time
            events += 1
            template = &self.whole[self.whole_tree.select(0, self.random.uniform() * total)]
            for i in range(template.changes):
                self.bulk_count[template.change[i].species] += template.change[i].amount
            for i in range(template.concerns):
                self.refresh_whole_leaf(template.concern[i])
            self.whole_tree.sum_above(template.concern, template.concerns)
            total = self.whole_tree.total(0)
            next_time = next_time + self.random.exponential() / total if total > 0.0 else INFINITY
            if self.readies:
                break
        self.events = events
        self.total[group] = total
        self.clock.resume(group, total, next_time)

    cdef int burst(self, int64_t last) except -1 nogil:
        """Fire infinitely fast channels until none can fire, or until ``last`` events have been counted."""
        cdef int64_t most = MOST_INSTANT + BURST_FIRINGS * self.molecules
        cdef int channel, locals = self.local_list.instants, c
        cdef int[::1] local_templates = self.local_instants, whole_templates = self.whole_instants
        while self.readies and self.events < last:
            if self.instant_firings >= most:
                with gil:
                    raise EndlessReactionsError(f"infinitely fast reactions go on without end at {self.time} s: "
                                                f"{self._ready_text()}")
            self.instant_firings += 1
            self.events += 1
            channel = self.ready[self.random.below(self.readies)]
            if channel < self.compartments * locals:
                c = channel // locals
                self.fire(&self.local[local_templates[channel % locals]], c, -1)
            else:
                channel -= self.compartments * locals
                self.fire(&self.whole[whole_templates[channel]], self.compartments, -1)
        if not self.readies:
            self.instant_firings = 0
        return 0

    cdef int fire(self, Template *template, int group, int fired) except -1 nogil:
        """Change what a template changes; ``fired`` is the group whose putative time is used up, −1 for none."""
        cdef int i, species
        cdef bint here = group < self.compartments
        if template.action == ADSORB:
            self.adsorb(template.argument, group, self.random)
        elif template.action != NOTHING and self.act(template.action, template.argument, group) != 0:
            self.settle(fired)
            return 0
        if template.account >= 0:
            self.book(template, group)
        for i in range(template.changes):
            species = template.change[i].species
            if not template.change[i].bulk:
                self.count[group * self.diffusing + species] += template.change[i].amount
                if self.diffuses[species]:
                    self.refresh_hop(group, species)
            else:
                self.bulk_count[species] += template.change[i].amount
                if here or self.local_list.bulk_start[species] < self.local_list.bulk_start[species + 1]:
                    self.refresh_bulk(species)
        if here:
            for i in range(template.concerns):
                self.refresh_local(group, template.concern[i])
        else:
            for i in range(template.concerns):
                self.refresh_whole(template.concern[i])
        self.touch(group)
        self.settle(fired)
        return 0

    cdef int act(self, int action, int argument, int group) except -1 nogil:
        """What a firing does to the structure: 0, or 1 if it could not be done and nothing changes.

        A system of free molecules has no structure.
        """
        return 0

    # ---------------------------------------------------------------- state

    def state(self):
        """Everything that decides what happens next, to be called between runs; see ``restore``."""
        return {"channels": SurfaceChannels.state(self), "random": self.random.state, "clock": self.clock.state(),
                "ledger": self.ledger.state(), "total": copied(self.total), "time": self.time, "events": self.events,
                "hops": self.hops, "molecules": self.molecules, "instant_firings": self.instant_firings}

    def restore(self, saved):
        """Take over the ``state()`` of a system of the same description, instead of ``start``.

        What happens then is what would have happened there, bit for bit. Raises StateError if the description differs;
        the system is then good for nothing.
        """
        SurfaceChannels.restore(self, saved["channels"])
        self.random.state = saved["random"]
        self.clock.restore(saved["clock"])
        self.ledger.restore(saved["ledger"])
        fill(self.total, saved["total"], "propensities of groups")
        self.time, self.events, self.hops = saved["time"], saved["events"], saved["hops"]
        self.molecules, self.instant_firings = saved["molecules"], saved["instant_firings"]

    # ---------------------------------------------------------------- Python access

    def start(self, double time=0.0):
        """Set the clock and draw a putative time for every group."""
        cdef int g
        if not time >= 0.0:
            raise ValueError(f"the clock must start at a time not negative, got {time}")
        self.time = time
        self.instant_firings = 0
        for g in range(self.compartments + 2):
            self.total[g] = 0.0
        self.clock.stale = True
        with nogil:
            self.refresh_all()
            self.settle(-1)

    def run(self, double end):
        """Run the clock to ``end`` (s).

        Raises ValueError if that lies in the past, EndlessReactionsError if infinitely fast reactions never come to an
        end, or others are so fast that the clock would never arrive.
        """
        cdef bint more = True
        if not self.time <= end < float("inf"):
            raise ValueError(f"the clock stands at {self.time} s and cannot run to {end} s")
        self._weigh_bursts()
        clock = Standstill(self.time, self.events, EVENTS_PER_LOOK)
        while more:
            with nogil:
                more = self.run_until(end, EVENTS_PER_LOOK)
            PyErr_CheckSignals()
            if more:
                self._look_at(clock, end)

    def _look_at(self, clock, double end):
        """Raise EndlessReactionsError if the clock stands still, but for infinitely fast reactions."""
        if self.readies:
            clock.begin(self.time, self.events)
        else:
            clock.look(self.time, self.events, end, self._molecules, self._fastest_text)

    def run_events(self, int64_t most, double end=INFINITY):
        """Fire the next ``most`` events, but none after ``end`` (s); returns how many were fired.

        The clock then stands at the last of them. If fewer can happen it stands at ``end``, or, if that is infinite, at
        the last event there is. Hops of molecules count as events. Raises ValueError for a negative number or an end in
        the past, otherwise as ``run``.
        """
        cdef int64_t first = self.events, last
        cdef bint more = most > 0
        if most < 0 or not end >= self.time:
            raise ValueError(f"{most} events from {self.time} s to {end} s are not possible")
        last = first + min(most, MOST_COPIES)
        end = min(end, UNLIMITED)
        self._weigh_bursts()
        while more and self.events < last:
            with nogil:
                more = self.run_until(end, min(<int64_t> EVENTS_PER_LOOK, last - self.events))
            PyErr_CheckSignals()
        return self.events - first

    def record(self, const double[::1] times, int64_t[:, ::1] out):
        """Run to each of ``times`` (s, float64 (n,), ascending) and write the copy numbers there.

        ``out``, int64 (n, bulk species + diffusing species × compartments), gets the bulk species first, then the
        diffusing ones, compartments fastest. Errors as ``run``, ValueError for an array of another shape; RuntimeError
        when ``halted`` is set.
        """
        cdef Py_ssize_t i = 0
        if out.shape[0] != times.shape[0] or out.shape[1] != self.bulks + self.diffusing * self.compartments:
            raise ValueError(f"an array ({len(times)}, {self.bulks + self.diffusing * self.compartments}) is needed")
        for i in range(times.shape[0]):
            if not (self.time if i == 0 else times[i - 1]) <= times[i] < float("inf"):
                raise ValueError("times must be finite, ascending and not before the clock")
        i = 0
        self._weigh_bursts()
        clock = Standstill(self.time, self.events, EVENTS_PER_LOOK)
        while i < times.shape[0]:
            with nogil:
                while i < times.shape[0] and self.run_until(times[i], EVENTS_PER_LOOK) == 0:
                    self.write_counts(&out[i, 0])
                    i += 1
            if self.halted:
                raise RuntimeError("halted")
            PyErr_CheckSignals()
            if i < times.shape[0]:
                self._look_at(clock, times[i])

    def _weigh_bursts(self):
        """Count molecules, if the guard against endless bursts will ask for their number."""
        if self.local_list.instants or self.whole_list.instants:
            self.molecules = waited_for(self._molecules())

    def _molecules(self):
        """Number of all free molecules, without those whose number never changes."""
        bulk = [i for i in range(self.bulks) if Pool(True, i) not in self.constants]
        diffusing = [i for i in range(self.diffusing) if Pool(False, i) not in self.constants]
        return sum(self.bulk_array[bulk].tolist()) + sum(self.counts[:, diffusing].sum(axis=0).tolist())

    cdef void write_counts(self, int64_t *row) noexcept nogil:
        cdef int s, c, at = 0
        for s in range(self.bulks):
            row[s] = self.bulk_count[s]
        row += self.bulks
        for s in range(self.diffusing):
            for c in range(self.compartments):
                row[at] = self.count[c * self.diffusing + s]
                at += 1

    def restart(self, seed, counts, bulk_counts):
        """Begin anew at time 0 with another random stream and other copy numbers.

        Parameters
        ----------
        seed : int or numpy.random.SeedSequence
        counts : int64 (compartments, diffusing species)
        bulk_counts : int64 (bulk species,)

        Raises
        ------
        ValueError
            For arrays of another shape or copy numbers that are negative, above 2^53, or outside the active
            compartments.
        """
        counts, bulk_counts = np.asarray(counts, dtype=np.int64), np.asarray(bulk_counts, dtype=np.int64)
        if counts.shape != (self.compartments, self.diffusing) or bulk_counts.shape != (self.bulks,):
            raise ValueError(f"copy numbers of shape ({self.compartments}, {self.diffusing}) and ({self.bulks},) are "
                             f"needed, got {counts.shape} and {bulk_counts.shape}")
        for values in (counts, bulk_counts):
            if values.size and not 0 <= values.min() <= values.max() <= MOST_COPIES:
                raise ValueError("copy numbers must not be negative nor above 2^53")
        if counts[self.active_array == 0].any():
            raise ValueError("compartments that are not active cannot hold molecules")
        self.random.reseed(seed)
        self.count_array[:counts.size] = counts.reshape(-1)
        self.bulk_array[:self.bulks] = bulk_counts
        self.events = self.hops = 0
        self.ledger.clear()
        self.start()

    def spread(self, int species, int64_t n):
        """Add ``n`` copies of a diffusing species, each placed at random: probability in proportion to the volume."""
        if not (0 <= species < self.diffusing and 0 <= n <= MOST_COPIES):
            raise ValueError(f"species {species}, copies {n}")
        chance = np.where(self.active_array == 1, np.asarray(self.volume), 0.0)
        share = self.random.generator().multinomial(n, chance / chance.sum())
        for c in np.flatnonzero(share):
            self.set_count(c, species, self.counts[c, species] + share[c])

    def set_space(self, active, volume_fraction=None, face_fraction=None):
        """Change which compartments take part, and their volumes and faces; propensities follow at once.

        Arguments and errors as for the constructor; ValueError also if a compartment that is to leave holds molecules.
        """
        cdef int c, t
        new, _, _ = checked_space(self.compartments, active, volume_fraction, face_fraction)
        leaving = np.flatnonzero((self.active_array == 1) & (new == 0))
        if self.counts[leaving].any():
            raise ValueError("a compartment that holds molecules cannot be made inactive")
        self._lay_grid(active, volume_fraction, face_fraction)
        self._tabulate_volumes()
        for c in leaving:
            for t in range(self.diffusing + self.locals):
                self.local_tree.put(c, t, 0.0)
            for t in range(self.locals):
                if self.local[t].instant >= 0:
                    self.refresh_instant(&self.local[t], c, 0.0)
            self.touch(c)
        self._house_vertices()
        self.refresh_all()
        self.settle(-1)

    def set_count(self, int compartment, int species, int64_t n):
        """Set the copy number of a diffusing species in a compartment."""
        if not (0 <= compartment < self.compartments and 0 <= species < self.diffusing and 0 <= n <= MOST_COPIES):
            raise ValueError(f"compartment {compartment}, species {species}, copies {n}")
        if n and not self.active[compartment]:
            raise ValueError(f"compartment {compartment} is not active")
        self.count[compartment * self.diffusing + species] = n
        self.refresh_species(compartment, species)
        self.touch(compartment)
        self.settle(-1)

    def set_bulk(self, int species, int64_t n):
        """Set the copy number of a bulk species, also of a constant one."""
        if not (0 <= species < self.bulks and 0 <= n <= MOST_COPIES):
            raise ValueError(f"bulk species {species}, copies {n}")
        self.bulk_count[species] = n
        self.refresh_bulk(species)
        self.settle(-1)

    @property
    def next_time(self):
        """Time of the next event (s), infinity if nothing can happen."""
        return self.time if self.readies else self.clock.when()
