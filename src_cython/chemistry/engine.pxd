from libc.stdint cimport int64_t, uint8_t
from libc.math cimport INFINITY

from medyan_py.core.common.heap cimport EventQueue
from medyan_py.core.common.random cimport RandomStream
from medyan_py.core.common.sumtree cimport SumTrees

cdef enum:
    MOST_PARTS = 8

# What firing a template does besides changing copy numbers.
cdef enum:
    NOTHING = 0
    GROW = 1
    BIND = 2
    SHRINK = 3
    UNBIND = 4
    WALK = 5
    WALK_BACK = 6
    AGE_END = 7
    AGE_INNER = 8
    DESTROY = 9
    SEVER_FILAMENT = 10
    NUCLEATE = 11
    BRANCH_ON = 12
    BRANCH_OFF = 13


cdef struct Template:
    double rate
    int members                   # member class whose summed weight multiplies the propensity, −1 for none
    int action
    int argument
    int reactants                 # distinct species read
    int[8] species
    int[8] order
    bint[8] bulk
    int changes                   # distinct species changed
    int[8] changed
    int[8] delta
    bint[8] changed_bulk


cdef class Engine:
    cdef readonly int compartments, diffusing, bulks, locals, globals
    cdef readonly tuple shape, compartment_size
    cdef readonly double time
    cdef readonly int64_t events, hops
    cdef readonly RandomStream random
    cdef readonly object diffusing_names, bulk_names
    cdef readonly bint powers
    cdef object count_array, bulk_array, active_array

    cdef int64_t[::1] count           # [compartment · diffusing + species]
    cdef int64_t[::1] bulk_count
    cdef uint8_t[::1] bulk_constant
    cdef uint8_t[::1] active
    cdef double[::1] diffusion        # nm²/s per species
    cdef double[::1] exit_rate        # per compartment: summed face factors, 1/nm²
    cdef double[::1] face_rate        # 6 per compartment
    cdef int[::1] face_target

    cdef Template *local
    cdef Template *whole
    cdef int[::1] reader_start, reader            # diffusing species → local templates that read it
    cdef int[::1] bulk_local_start, bulk_local    # bulk species → local templates
    cdef int[::1] bulk_whole_start, bulk_whole    # bulk species → global templates
    cdef int local_classes, whole_classes
    cdef int[::1] local_class_start, local_class_reader
    cdef int[::1] whole_class_start, whole_class_reader
    cdef double[::1] local_weight     # [compartment · local_classes + class]
    cdef double[::1] whole_weight

    cdef SumTrees local_tree, whole_tree
    cdef EventQueue queue
    cdef double[::1] total            # propensity of each group when its putative time was set
    cdef int[::1] touched
    cdef uint8_t[::1] is_touched
    cdef int touches

    cdef _fill(self, Template *target, source, bint in_compartment)
    cdef double propensity(self, Template *template, int compartment, double weight) noexcept nogil
    cdef int run_until(self, double end) except -1 nogil
    cdef int fire(self, Template *template, int group) except -1 nogil
    cdef int act(self, int action, int argument, int group) except -1 nogil
    cdef void hop(self, int compartment, int species) noexcept nogil
    cdef void settle(self, int fired) noexcept nogil
    cdef void refresh_all(self) noexcept nogil

    cdef inline void touch(self, int group) noexcept nogil:
        if not self.is_touched[group]:
            self.is_touched[group] = 1
            self.touched[self.touches] = group
            self.touches += 1

    cdef inline void refresh_local(self, int compartment, int t) noexcept nogil:
        cdef Template *template = &self.local[t]
        cdef double weight = 1.0
        if template.members >= 0:
            weight = self.local_weight[compartment * self.local_classes + template.members]
        self.local_tree.put(compartment, self.diffusing + t, self.propensity(template, compartment, weight))

    cdef inline void refresh_whole(self, int t) noexcept nogil:
        cdef Template *template = &self.whole[t]
        cdef double weight = 1.0
        if template.members >= 0:
            weight = self.whole_weight[template.members]
        self.whole_tree.put(0, t, self.propensity(template, -1, weight))

    cdef inline void refresh_species(self, int compartment, int species) noexcept nogil:
        cdef int i
        self.local_tree.put(compartment, species, self.count[compartment * self.diffusing + species]
                            * (self.diffusion[species] * self.exit_rate[compartment]))
        for i in range(self.reader_start[species], self.reader_start[species + 1]):
            self.refresh_local(compartment, self.reader[i])

    cdef void change_local(self, int compartment, int species, int delta) noexcept nogil
    cdef void change_bulk(self, int species, int delta) noexcept nogil
    cdef void change_pool(self, bint bulk, int species, int compartment, int delta) noexcept nogil
    cdef void weigh_local(self, int compartment, int member_class, double weight) noexcept nogil
    cdef void weigh_whole(self, int member_class, double weight) noexcept nogil
