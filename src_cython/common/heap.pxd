cdef struct Node:
    double key
    int entry


cdef class EventQueue:
    cdef readonly int size
    cdef void *memory
    cdef Node *node               # four children each, side by side in one cache line; infinite keys after the last
    cdef int *where               # entry → its node

    cdef inline int first(self) noexcept nogil:
        """The entry with the smallest key."""
        return self.node[0].entry

    cdef inline double smallest(self) noexcept nogil:
        return self.node[0].key

    cdef inline double key_of(self, int entry) noexcept nogil:
        return self.node[self.where[entry]].key

    cdef inline void update(self, int entry, double key) noexcept nogil:
        """Give an entry a new key."""
        cdef Node *node = self.node
        cdef int hole = self.where[entry], n = self.size, above, child, one, other
        while hole > 0:
            above = (hole - 1) >> 2
            if node[above].key <= key:
                break
            node[hole] = node[above]
            self.where[node[hole].entry] = hole
            hole = above
        while True:
            child = 4 * hole + 1
            if child >= n:
                break
            one = child + (node[child + 1].key < node[child].key)
            other = child + 2 + (node[child + 3].key < node[child + 2].key)
            child = other if node[other].key < node[one].key else one
            if node[child].key >= key:
                break
            node[hole] = node[child]
            self.where[node[hole].entry] = hole
            hole = child
        node[hole].key, node[hole].entry = key, entry
        self.where[entry] = hole
