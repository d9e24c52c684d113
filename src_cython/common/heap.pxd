cdef class EventQueue:
    cdef readonly int size
    cdef double[::1] key
    cdef int[::1] heap
    cdef int[::1] where

    cdef inline int first(self) noexcept nogil:
        """The entry with the smallest key."""
        return self.heap[0]

    cdef inline void update(self, int entry, double key) noexcept nogil:
        """Give an entry a new key."""
        cdef int hole = self.where[entry], n = self.size, parent, child, other
        self.key[entry] = key
        while hole > 0:
            parent = (hole - 1) >> 1
            other = self.heap[parent]
            if self.key[other] <= key:
                break
            self.heap[hole] = other
            self.where[other] = hole
            hole = parent
        while True:
            child = 2 * hole + 1
            if child >= n:
                break
            if child + 1 < n and self.key[self.heap[child + 1]] < self.key[self.heap[child]]:
                child += 1
            other = self.heap[child]
            if self.key[other] >= key:
                break
            self.heap[hole] = other
            self.where[other] = hole
            hole = child
        self.heap[hole] = entry
        self.where[entry] = hole
