from libc.stdint cimport uint64_t
from numpy.random cimport bitgen_t


cdef class RandomStream:
    cdef bitgen_t *bits
    cdef readonly object generator

    cdef inline double uniform(self) noexcept nogil:
        """Uniform deviate in [0, 1)."""
        return self.bits.next_double(self.bits.state)

    cdef inline uint64_t below(self, uint64_t n) noexcept nogil:
        """Uniform integer in [0, n), n ≥ 1, by rejection: exactly uniform."""
        cdef uint64_t limit = (<uint64_t> 0 - n) % n, r
        while True:
            r = self.bits.next_uint64(self.bits.state)
            if r >= limit:
                return r % n

    cdef double exponential(self) noexcept nogil
