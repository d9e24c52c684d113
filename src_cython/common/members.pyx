"""Objects sorted into weighted sets, each object in one set at most.

A channel of the chemistry (say, unbinding of one kind of linker) owns a set; the objects that can react are its
members, each with its own weight. Joining, leaving, changing weight and drawing a member in proportion to its
weight cost O(log n) of that set, or O(1) where all weights are equal. Sums are formed from their parts, so they do not
drift. Trees have eight children per node and everything known about a member lies together: what is far apart in
memory costs more than the arithmetic.
"""

from libc.stdlib cimport calloc, free, realloc

import numpy as np

from medyan_py.core.common.state import StateError
from medyan_py.core.common.sumtree cimport pick8


cdef class MemberSets:
    """``sets`` weighted sets over members that are numbered from 0; with ``equal`` the weight of all members is 1.

    The order of members inside a set depends on its history and decides which member a given random number draws;
    ``members`` gives it.
    """

    def __cinit__(self, int sets, bint equal=False):
        self.sets = sets
        self.equal = equal
        self.of = <MemberSet *> calloc(max(sets, 1), sizeof(MemberSet))
        if self.of == NULL:
            raise MemoryError(f"{sets} member sets")

    def __dealloc__(self):
        cdef int i
        if self.of != NULL:
            for i in range(self.sets):
                free(self.of[i].member)
                free(self.of[i].tree)
        free(self.of)
        free(self.record)

    cdef int know(self, int member) except -1 nogil:
        cdef int wanted = self.known if self.known else 64, i
        cdef Membership *record
        while wanted <= member:
            wanted *= 2
        if wanted == self.known:
            return 0
        record = <Membership *> realloc(self.record, wanted * sizeof(Membership))
        if record == NULL:
            with gil:
                raise MemoryError(f"{wanted} members")
        self.record = record
        for i in range(self.known, wanted):
            record[i].set = -1
        self.known = wanted
        return 0

    cdef int grow(self, MemberSet *s) except -1 nogil:
        cdef int capacity = 2 * s.capacity if s.capacity else 8, nodes = capacity, all = capacity, i
        cdef int *member = <int *> realloc(s.member, capacity * sizeof(int))
        cdef double *tree = NULL
        cdef double *level
        if member == NULL:
            with gil:
                raise MemoryError(f"a set of {capacity} members")
        s.member = member
        if not self.equal:
            while nodes > 8:
                nodes = above(nodes)
                all += nodes
            tree = <double *> calloc(all, sizeof(double))
            if tree == NULL:
                with gil:
                    raise MemoryError(f"a set of {capacity} members")
            for i in range(s.count):
                tree[i] = s.tree[i]
            level, nodes = tree, capacity
            while nodes > 8:
                for i in range(nodes >> 3):
                    level[nodes + i] = sum8(&level[8 * i])
                level += nodes
                nodes = above(nodes)
            free(s.tree)
            s.tree = tree
        s.capacity = capacity
        return 0

    cdef int place(self, int member, int which, double weight) except -1 nogil:
        """Put a member into a set with a weight, or change its weight if it is there already."""
        cdef MemberSet *s = &self.of[which]
        self.know(member)
        if self.record[member].set != which:
            self.remove(member)
            if s.count == s.capacity:
                self.grow(s)
            s.member[s.count] = member
            self.record[member].set = which
            self.record[member].leaf = s.count
            s.count += 1
        elif self.record[member].weight == weight:
            return 0
        self.record[member].weight = weight
        if self.equal:
            s.total = s.count
        else:
            self.weigh(s, self.record[member].leaf, weight)
        return 0

    cdef int remove(self, int member) except -1 nogil:
        """Take a member out of its set, if it is in one; the last member of the set takes its leaf."""
        cdef MemberSet *s
        cdef int leaf, last
        if member >= self.known or self.record[member].set < 0:
            return 0
        s = &self.of[self.record[member].set]
        leaf = self.record[member].leaf
        last = s.count - 1
        s.member[leaf] = s.member[last]
        self.record[s.member[leaf]].leaf = leaf
        s.count = last
        self.record[member].set = -1
        if self.equal:
            s.total = last
            return 0
        if leaf != last:
            self.weigh(s, leaf, s.tree[last])
        self.weigh(s, last, 0.0)
        return 0

    cdef int draw(self, int which, double target) noexcept nogil:
        """The member in which the cumulative weight passes ``target`` in [0, total)."""
        cdef MemberSet *s = &self.of[which]
        cdef int[12] begin
        cdef int nodes = s.capacity, levels = 0, i = 0
        if self.equal:
            return s.member[min(<int> target, s.count - 1)]
        begin[0] = 0
        while nodes > 8:
            begin[levels + 1] = begin[levels] + nodes
            nodes = above(nodes)
            levels += 1
        while levels >= 0:
            i = 8 * i + pick8(&s.tree[begin[levels] + 8 * i], &target)
            levels -= 1
        return s.member[i]

    def put(self, int member, int which, double weight):
        """Python access to ``place``; raises ValueError for a bad set, member or weight."""
        if not 0 <= which < self.sets or member < 0 or not 0.0 <= weight < float("inf") or self.equal and weight != 1.0:
            raise ValueError(f"member {member}, set {which} of {self.sets}, weight {weight}")
        self.place(member, which, weight)

    def drop(self, int member):
        """Python access to ``remove``."""
        if member >= 0:
            self.remove(member)

    def pick(self, int which, double target):
        """The member drawn by ``target``; raises ValueError if the set is unknown or empty."""
        if not 0 <= which < self.sets or self.of[which].count == 0:
            raise ValueError(f"set {which} of {self.sets} is unknown or has no members")
        return self.draw(which, target)

    def members(self, int which):
        """(members int32 (n,), weights float64 (n,)) of a set, in drawing order."""
        if not 0 <= which < self.sets:
            raise ValueError(f"no set {which} of {self.sets}")
        cdef MemberSet *s = &self.of[which]
        cdef int i
        return (np.array([s.member[i] for i in range(s.count)], dtype=np.int32),
                np.array([self.record[s.member[i]].weight for i in range(s.count)], dtype=np.float64))

    def state(self):
        """Members and weights of all sets in drawing order, one set after the other."""
        cdef int which, i, at = 0
        count = np.array([self.of[which].count for which in range(self.sets)], dtype=np.int32)
        capacity = np.array([self.of[which].capacity for which in range(self.sets)], dtype=np.int32)
        member, weight = np.zeros(count.sum(), dtype=np.int32), np.zeros(count.sum())
        cdef int[::1] members = member
        cdef double[::1] weights = weight
        for which in range(self.sets):
            for i in range(self.of[which].count):
                members[at] = self.of[which].member[i]
                weights[at] = self.record[members[at]].weight
                at += 1
        return {"count": count, "capacity": capacity, "member": member, "weight": weight}

    def restore(self, saved):
        """Take a state over; StateError for another number of sets."""
        cdef int[::1] count = saved["count"], capacity = saved["capacity"], member = saved["member"]
        cdef double[::1] weight = saved["weight"]
        cdef MemberSet *s
        cdef int which, i, _i, at = 0
        if len(count) != self.sets:
            raise StateError(f"{len(count)} member sets were saved where {self.sets} are needed")
        for i in range(self.known):
            self.record[i].set = -1
        for which in range(self.sets):
            s = &self.of[which]
            free(s.tree)
            s.tree = NULL
            s.count = s.capacity = 0
            s.total = 0.0
            while s.capacity < capacity[which]:
                self.grow(s)
            for _i in range(count[which]):
                self.place(member[at], which, weight[at])
                at += 1

    def total_weight(self, int which):
        """Summed weight of a set."""
        if not 0 <= which < self.sets:
            raise ValueError(f"no set {which} of {self.sets}")
        return self.total(which)
