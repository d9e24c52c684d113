"""What happens next, and firing it: the inner loop of ``Engine``.

The clock says which group is next and when, a tree of partial sums what happens in it.

A template of infinite rate fires as soon as it can: time stands still while such channels fire one after another,
each time one of those that can, all with equal probability.
"""

from libc.float cimport DBL_MAX
from libc.math cimport INFINITY, log
from libc.stdint cimport int64_t

from medyan_py.core.chemistry.clock cimport SIMPLE
from medyan_py.core.chemistry.ledger cimport rise
from medyan_py.core.chemistry.surface_channels cimport ADSORB, SurfaceChannels
from medyan_py.core.chemistry.templates cimport Template
from medyan_py.core.common.prefetch cimport prefetch

from medyan_py.core.chemistry.errors import EndlessReactionsError
from medyan_py.core.chemistry.standstill import PER_MOLECULE
from medyan_py.core.common.state import copied, fill

cdef double UNLIMITED = DBL_MAX
cdef enum:
    MOST_INSTANT = 10_000_000         # infinitely fast firings at one time, besides those of molecules
cdef int64_t BURST_FIRINGS = PER_MOLECULE


cdef class EventLoop(SurfaceChannels):
    """The part of ``Engine`` that fires events; the rest of it sets everything up."""

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
