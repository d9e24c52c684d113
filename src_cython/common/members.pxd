cdef struct MemberSet:
    int count
    int capacity          # a power of two, or 0 before the first member
    int *member
    double *tree          # 2·capacity nodes: root at 1, leaf i at capacity + i


cdef class MemberSets:
    cdef readonly int sets
    cdef MemberSet *of
    cdef int known                # members with a record
    cdef int *home                # set of each member, −1 if none
    cdef int *place_of            # its leaf there

    cdef int know(self, int member) except -1 nogil
    cdef int grow(self, MemberSet *s) except -1 nogil

    cdef inline double total(self, int which) noexcept nogil:
        """Summed weight of the members of a set."""
        return self.of[which].tree[1] if self.of[which].count else 0.0

    cdef inline int set_of(self, int member) noexcept nogil:
        """The set a member belongs to, −1 if none."""
        return self.home[member] if member < self.known else -1

    cdef inline void weigh(self, MemberSet *s, int leaf, double weight) noexcept nogil:
        cdef int i = s.capacity + leaf
        s.tree[i] = weight
        while i > 1:
            i >>= 1
            s.tree[i] = s.tree[2 * i] + s.tree[2 * i + 1]

    cdef int place(self, int member, int which, double weight) except -1 nogil
    cdef int remove(self, int member) except -1 nogil
    cdef int draw(self, int which, double target) noexcept nogil
