from libc.stdint cimport int64_t, uint8_t

from medyan_py.core.chemistry.templates cimport Template, Templates
from medyan_py.core.common.sumtree cimport SumTrees


cdef class Channels:
    cdef readonly int compartments, diffusing, bulks, locals, globals
    cdef readonly tuple shape, compartment_size
    cdef readonly object diffusing_names, bulk_names
    cdef readonly bint powers
    cdef object count_array, bulk_array, active_array, constants

    cdef int64_t[::1] count           # [compartment · diffusing + species]
    cdef int64_t[::1] bulk_count
    cdef uint8_t[::1] bulk_constant
    cdef uint8_t[::1] active
    cdef double[::1] diffusion        # nm²/s per species
    cdef uint8_t[::1] diffuses
    cdef double[::1] volume           # fraction of each compartment inside the system
    cdef double[::1] volume_power     # [compartment · exponents + power]
    cdef int exponents                # 0 while all compartments are full
    cdef double[::1] exit_rate        # per compartment: summed hop rates of unit diffusion coefficient, 1/nm²
    cdef double[::1] face_limit       # 6 per compartment: running sums of these, infinite from the last one on
    cdef int[::1] face_target

    cdef Templates local_list, whole_list
    cdef Template *local
    cdef Template *whole
    cdef int local_classes, whole_classes
    cdef double[::1] local_weight     # [compartment · local_classes + class]
    cdef double[::1] whole_weight

    cdef SumTrees local_tree, whole_tree
    cdef int[::1] touched
    cdef uint8_t[::1] is_touched
    cdef int touches

    cdef int[::1] ready               # infinitely fast channels that can fire now, in no order
    cdef int[::1] ready_at            # channel → its place there, −1 if it cannot fire
    cdef int readies
    cdef int[::1] local_instants, whole_instants  # infinitely fast templates

    cdef void refresh_instant(self, Template *template, int compartment, double weight) noexcept nogil
    cdef void refresh_all(self) noexcept nogil
    cdef void refresh_bulk(self, int species) noexcept nogil
    cdef void set_factor(self, bint in_compartments, int template, double factor) noexcept nogil

    cdef inline void touch(self, int group) noexcept nogil:
        if not self.is_touched[group]:
            self.is_touched[group] = 1
            self.touched[self.touches] = group
            self.touches += 1

    cdef inline double propensity(self, Template *template, int compartment, double weight) noexcept nogil:
        """Rate × falling factorials × weight × power of the volume fraction, 1/s."""
        cdef double a = template.rate * weight
        cdef int i
        cdef int64_t n
        for i in range(template.reads):
            if template.read[i].bulk:
                n = self.bulk_count[template.read[i].species]
            else:
                n = self.count[compartment * self.diffusing + template.read[i].species]
            a *= <double> n
            if template.read[i].amount > 1:
                a *= self.further(n, template.read[i].amount)
        if self.exponents and template.power >= 0:
            a *= self.volume_power[compartment * self.exponents + template.power]
        # the next event is immediate well below this, and sums stay finite; what overflowed and met a 0 is no number
        return a if a < 1e290 else (1e290 if a >= 1e290 else 0.0)

    cdef inline double further(self, int64_t n, int amount) noexcept nogil:
        """(n − 1) (n − 2) … for ``amount`` equal reactants, 0 if there are not enough."""
        cdef double a = 1.0
        cdef int j
        if n < amount:
            return 0.0
        for j in range(1, amount):
            a *= <double> (n if self.powers else n - j)
        return a

    cdef inline void refresh_local(self, int compartment, int t) noexcept nogil:
        cdef Template *template = &self.local[t]
        cdef double weight = 1.0
        if template.members >= 0:
            weight = self.local_weight[compartment * self.local_classes + template.members]
        if template.instant >= 0:
            self.refresh_instant(template, compartment, weight)
        else:
            self.local_tree.put(compartment, self.diffusing + t, self.propensity(template, compartment, weight))

    cdef inline void refresh_whole(self, int t) noexcept nogil:
        cdef Template *template = &self.whole[t]
        cdef double weight = 1.0
        if template.members >= 0:
            weight = self.whole_weight[template.members]
        if template.instant >= 0:
            self.refresh_instant(template, -1, weight)
        else:
            self.whole_tree.put(0, t, self.propensity(template, -1, weight))

    cdef inline void refresh_whole_leaf(self, int t) noexcept nogil:
        """The same for a template without members; the sums above the leaf are left to the caller."""
        cdef Template *template = &self.whole[t]
        if template.instant >= 0:
            self.refresh_instant(template, -1, 1.0)
        else:
            self.whole_tree.node[t] = self.propensity(template, -1, 1.0)

    cdef inline void refresh_hop(self, int compartment, int species) noexcept nogil:
        self.local_tree.put(compartment, species, self.count[compartment * self.diffusing + species]
                            * (self.diffusion[species] * self.exit_rate[compartment]))

    cdef inline void refresh_species(self, int compartment, int species) noexcept nogil:
        cdef int i
        if self.diffuses[species]:
            self.refresh_hop(compartment, species)
        for i in range(self.local_list.reader_start[species], self.local_list.reader_start[species + 1]):
            self.refresh_local(compartment, self.local_list.reader[i])

    cdef void change_local(self, int compartment, int species, int delta) noexcept nogil
    cdef void change_bulk(self, int species, int delta) noexcept nogil
    cdef void change_pool(self, bint bulk, int species, int compartment, int delta) noexcept nogil
    cdef void weigh_local(self, int compartment, int member_class, double weight) noexcept nogil
    cdef void weigh_whole(self, int member_class, double weight) noexcept nogil
