"""The channels of a reaction–diffusion system: copy numbers, and the propensity of everything that can happen.

A channel is a reaction template in a compartment, or in the whole system. Its propensity is
rate × Π N!/(N − m)! × W × f^e, with W the summed weight of its members (1 for reactions of free molecules alone) and f
the volume fraction of the compartment. Propensities, and those of hops, are the leaves of one tree of partial sums
per compartment and one for the whole system. Changing a copy number or a weight refreshes exactly the channels that
read it and marks their group as touched. Channels of infinite rate that can fire are listed apart.
"""

import numpy as np

from medyan_py.core.chemistry.templates cimport Template, Templates
from medyan_py.core.common.sumtree cimport SumTrees

from medyan_py.core.chemistry.descriptions import Pool
from medyan_py.core.chemistry.grid import checked_space, cumulative_faces, hop_table
from medyan_py.core.common.state import copied, fill


cdef str reaction_text(Channels channels, Template *t):
    """The free reactants of a template, for messages."""
    cdef int i
    names = [(channels.bulk_names if t.read[i].bulk else channels.diffusing_names)[t.read[i].species]
             for i in range(t.reads)]
    return "reaction of " + (" + ".join(names) or "nothing")


cdef class Channels:
    """State that ``Engine`` runs: grid, copy numbers, templates, propensities. Made by ``Engine``."""

    # ---------------------------------------------------------------- set-up

    def _lay_grid(self, active, volume_fraction, face_fraction):
        self.active_array, volume, faces = checked_space(self.compartments, active, volume_fraction, face_fraction)
        self.active = self.active_array
        self.volume = volume
        target, rate = hop_table(self.shape, self.compartment_size, self.active_array, volume, faces)
        self.face_target = target.reshape(-1)
        self.exit_rate = rate.sum(axis=1)
        self.face_limit = cumulative_faces(rate).reshape(-1)

    def _name_species(self, diffusing, bulk):
        self.diffusing_names = tuple(s.name for s in diffusing)
        self.bulk_names = tuple(s.name for s in bulk)
        self.diffusing = len(self.diffusing_names)
        self.bulks = len(self.bulk_names)
        coefficients = np.array([s.coefficient for s in diffusing] or [0.0])
        if not (np.isfinite(coefficients).all() and np.min(coefficients) >= 0):
            raise ValueError("diffusion coefficients must be finite and not negative")
        self.diffusion = coefficients
        self.diffuses = (coefficients > 0).astype(np.uint8)
        self.count_array = np.zeros(max(1, self.compartments * self.diffusing), dtype=np.int64)
        self.bulk_array = np.zeros(max(1, self.bulks), dtype=np.int64)
        self.count = self.count_array
        self.bulk_count = self.bulk_array
        self.bulk_constant = np.array([s.constant for s in bulk] or [False], dtype=np.uint8)
        self.constants = {Pool(False, i) for i, s in enumerate(diffusing) if s.constant}
        self.constants |= {Pool(True, i) for i, s in enumerate(bulk) if s.constant}

    def _register(self, local, whole, int local_classes, int whole_classes):
        cdef int groups = self.compartments + 2   # every compartment, the whole system, membranes
        self.local_list = Templates(local, True, self.diffusing, self.bulks, local_classes, self.constants, self.powers)
        self.whole_list = Templates(whole, False, self.diffusing, self.bulks, whole_classes, self.constants,
                                    self.powers)
        self.local, self.whole = self.local_list.at, self.whole_list.at
        self.locals, self.globals = len(local), len(whole)
        self.local_classes, self.whole_classes = local_classes, whole_classes
        self.local_weight = np.zeros(max(1, self.compartments * local_classes))
        self.whole_weight = np.zeros(max(1, whole_classes))
        self.local_tree = SumTrees(self.compartments, max(1, self.diffusing + self.locals))
        self.whole_tree = SumTrees(1, max(1, self.globals))
        self.touched = np.zeros(groups, dtype=np.int32)
        self.is_touched = np.zeros(groups, dtype=np.uint8)
        instants = self.compartments * self.local_list.instants + self.whole_list.instants
        self.ready = np.zeros(max(1, instants), dtype=np.int32)
        self.ready_at = np.full(max(1, instants), -1, dtype=np.int32)
        self.local_instants, self.whole_instants = self.local_list.instant_templates, self.whole_list.instant_templates
        self._tabulate_volumes()

    def _tabulate_volumes(self):
        full = np.asarray(self.volume)[self.active_array == 1].min() == 1.0
        exponents = np.array(() if full else self.local_list.volume_exponents, dtype=float)
        self.exponents = len(exponents)
        # what is not active has no volume; it is never asked for
        volume = np.where(self.active_array == 1, np.asarray(self.volume), 1.0)
        self.volume_power = (volume[:, None] ** exponents[None, :]).reshape(-1) if self.exponents else np.ones(1)

    # ---------------------------------------------------------------- state

    def state(self):
        """Space, copy numbers, factors of rates, weights, propensities, infinitely fast channels that can fire."""
        cdef int t
        saved = {name: copied(array) for name, array in self._arrays().items()}
        saved |= {"local_tree": self.local_tree.state(), "whole_tree": self.whole_tree.state(), "readies": self.readies}
        rates = self._no_rates()
        for t in range(self.locals):
            rates[t] = self.local[t].rate, self.local[t].off
        for t in range(self.globals):
            rates[self.locals + t] = self.whole[t].rate, self.whole[t].off
        saved["rates"] = rates
        return saved | {"volume_power": copied(self.volume_power), "exponents": self.exponents}

    def restore(self, saved):
        """Take a state over; StateError if the system has other compartments, species or templates."""
        cdef int t
        rates = self._no_rates()
        for name, array in self._arrays().items():
            fill(array, saved[name], name)
        self.local_tree.restore(saved["local_tree"])
        self.whole_tree.restore(saved["whole_tree"])
        self.readies = saved["readies"]
        fill(rates, saved["rates"], "rates of reactions")
        for t in range(self.locals):
            self.local[t].rate, self.local[t].off = rates[t]
        for t in range(self.globals):
            self.whole[t].rate, self.whole[t].off = rates[self.locals + t]
        self.volume_power, self.exponents = copied(saved["volume_power"]), saved["exponents"]

    def _no_rates(self):
        return np.zeros((self.locals + self.globals, 2))

    def _arrays(self):
        """Arrays that keep their size, by name."""
        return {"count": self.count_array, "bulk_count": self.bulk_array, "active": self.active_array,
                "volume": self.volume, "exit_rate": self.exit_rate, "face_limit": self.face_limit,
                "face_target": self.face_target, "local_weight": self.local_weight, "whole_weight": self.whole_weight,
                "ready": self.ready, "ready_at": self.ready_at}

    # ---------------------------------------------------------------- propensities

    cdef void refresh_instant(self, Template *template, int compartment, double weight) noexcept nogil:
        """List or unlist a channel of infinite rate, as it can or cannot fire."""
        cdef int i, channel, at
        cdef bint can = weight > 0.0 and not template.off
        cdef int64_t n
        for i in range(template.reads):
            if template.read[i].bulk:
                n = self.bulk_count[template.read[i].species]
            else:
                n = self.count[compartment * self.diffusing + template.read[i].species]
            can = can and n >= template.read[i].amount
        if compartment >= 0:
            channel = compartment * self.local_list.instants + template.instant
        else:
            channel = self.compartments * self.local_list.instants + template.instant
        at = self.ready_at[channel]
        if can and at < 0:
            self.ready[self.readies] = channel
            self.ready_at[channel] = self.readies
            self.readies += 1
        elif at >= 0 and not can:
            self.readies -= 1
            self.ready[at] = self.ready[self.readies]
            self.ready_at[self.ready[at]] = at
            self.ready_at[channel] = -1

    cdef void refresh_all(self) noexcept nogil:
        """Form every propensity anew and touch every group."""
        cdef int c, s, t
        for c in range(self.compartments):
            if self.active[c]:
                for s in range(self.diffusing):
                    if self.diffuses[s]:
                        self.refresh_hop(c, s)
                for t in range(self.locals):
                    self.refresh_local(c, t)
                self.touch(c)
        for t in range(self.globals):
            self.refresh_whole(t)
        self.touch(self.compartments)

    # ---------------------------------------------------------------- changes

    cdef void change_local(self, int compartment, int species, int delta) noexcept nogil:
        self.count[compartment * self.diffusing + species] += delta
        self.refresh_species(compartment, species)
        self.touch(compartment)

    cdef void change_bulk(self, int species, int delta) noexcept nogil:
        if self.bulk_constant[species]:
            return
        self.bulk_count[species] += delta
        self.refresh_bulk(species)

    cdef void refresh_bulk(self, int species) noexcept nogil:
        """Refresh everything that reads a bulk species."""
        cdef int i, c
        for i in range(self.local_list.bulk_start[species], self.local_list.bulk_start[species + 1]):
            for c in range(self.compartments):
                if self.active[c]:
                    self.refresh_local(c, self.local_list.bulk[i])
                    self.touch(c)
        for i in range(self.whole_list.bulk_start[species], self.whole_list.bulk_start[species + 1]):
            self.refresh_whole(self.whole_list.bulk[i])
            self.touch(self.compartments)

    cdef void set_factor(self, bint in_compartments, int template, double factor) noexcept nogil:
        """Make the rate of a template its own times ``factor``; 0 switches it off, whatever its rate."""
        cdef Template *t = &self.local[template] if in_compartments else &self.whole[template]
        cdef int c
        t.rate = t.plain_rate * factor
        t.off = factor == 0.0
        if not in_compartments:
            self.refresh_whole(template)
            self.touch(self.compartments)
            return
        for c in range(self.compartments):
            if self.active[c]:
                self.refresh_local(c, template)
                self.touch(c)

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
        for i in range(self.local_list.class_start[member_class], self.local_list.class_start[member_class + 1]):
            self.refresh_local(compartment, self.local_list.class_reader[i])
        self.touch(compartment)

    cdef void weigh_whole(self, int member_class, double weight) noexcept nogil:
        """Set the summed weight of a member class of the whole system."""
        cdef int i
        if self.whole_weight[member_class] == weight:
            return
        self.whole_weight[member_class] = weight
        for i in range(self.whole_list.class_start[member_class], self.whole_list.class_start[member_class + 1]):
            self.refresh_whole(self.whole_list.class_reader[i])
        self.touch(self.compartments)

    # ---------------------------------------------------------------- Python access

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
    def volume_fractions(self):
        """Part of each compartment that lies inside the system, float64 (compartments,)."""
        return np.array(self.volume)

    @property
    def neighbours(self):
        """The compartment behind each face x−, x+, y−, y+, z−, z+, int32 (compartments, 6); −1 where nothing passes."""
        return np.array(self.face_target).reshape(self.compartments, 6)

    def _ready_text(self):
        """Reactants of the infinitely fast reactions that can fire, for messages."""
        cdef int channel
        texts = []
        for channel in self.ready[:min(self.readies, 8)]:
            if channel < self.compartments * self.local_list.instants:
                texts.append(reaction_text(self, &self.local[self.local_instants[channel % self.local_list.instants]]))
            else:
                channel -= self.compartments * self.local_list.instants
                texts.append(reaction_text(self, &self.whole[self.whole_instants[channel]]))
        return "; ".join(dict.fromkeys(texts))

    def _fastest_text(self):
        """Reactants of the channel with the highest propensity, or the species that hops most often, for messages."""
        cdef int fastest
        local, whole = self.channel_propensities
        fastest = np.concatenate((local.max(axis=0), whole)).argmax()
        if fastest < self.diffusing:
            return "hops of " + self.diffusing_names[fastest]
        fastest -= self.diffusing
        if fastest < self.locals:
            return reaction_text(self, &self.local[fastest])
        return reaction_text(self, &self.whole[fastest - self.locals])

    @property
    def channel_propensities(self):
        """Propensities (1/s): (hops and channels of each compartment, channels of the whole system)."""
        local = np.array([self.local_tree.weights(c) for c in range(self.compartments)])
        return local[:, :self.diffusing + self.locals], self.whole_tree.weights(0)[:self.globals]
