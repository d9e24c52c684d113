from medyan_py.core.common.prefetch cimport prefetch
from medyan_py.core.common.sumtree cimport sum8


cdef struct MemberSet:
    double total          # summed weight
    int count
    int capacity          # a power of two from 8 on, or 0 before the first member
    int *member
    double *tree          # leaves, then the sums of eight leaves, and so on up to the last eight; not of equal weights


cdef struct Membership:
    double weight
    int set               # −1 if the member is in none
    int leaf              # its place there


cdef inline int above(int nodes) noexcept nogil:
    """Nodes of the level above one with so many: one for eight, in whole eights."""
    return nodes >> 3 if nodes >= 64 else 8


cdef class MemberSets:
    cdef readonly int sets
    cdef readonly bint equal      # every weight is 1, and no tree is needed
    cdef MemberSet *of
    cdef int known                # members with a record
    cdef Membership *record

    cdef int know(self, int member) except -1 nogil
    cdef int grow(self, MemberSet *s) except -1 nogil

    cdef inline double total(self, int which) noexcept nogil:
        """Summed weight of the members of a set."""
        return self.of[which].total

    cdef inline int set_of(self, int member) noexcept nogil:
        """The set a member belongs to, −1 if none."""
        return self.record[member].set if member < self.known else -1

    cdef inline void fetch(self, int member) noexcept nogil:
        """Ask for what is known about a member."""
        if member < self.known:
            prefetch(&self.record[member])

    cdef inline bint has(self, int member, int which, double weight) noexcept nogil:
        """Whether a member is in a set with this weight, or in none for the set −1."""
        if member >= self.known:
            return which < 0
        return self.record[member].set == which and (which < 0 or self.record[member].weight == weight)

    cdef inline void weigh(self, MemberSet *s, int leaf, double weight) noexcept nogil:
        """Set a leaf; sums above it are formed anew from their parts."""
        cdef double *level = s.tree
        cdef int nodes = s.capacity, i = leaf
        cdef double part
        level[i] = weight
        while nodes > 8:
            i >>= 3
            part = sum8(&level[8 * i])
            level += nodes
            nodes = above(nodes)
            level[i] = part
        s.total = sum8(level)

    cdef int place(self, int member, int which, double weight) except -1 nogil
    cdef int remove(self, int member) except -1 nogil
    cdef int draw(self, int which, double target) noexcept nogil
