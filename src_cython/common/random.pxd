from libc.stdint cimport uint64_t

cdef enum:
    LAYERS = 256

# One layer of the ziggurat under exp(−x), narrowest on top; layer 0 is the base strip with the tail.
cdef struct Layer:
    uint64_t inside               # of 2^53 equal steps across the layer, those that lie wholly under the curve
    double step                   # width of one of them
    double height                 # exp(−x) at the right edge of the layer
    double rise                   # height of the layer


cdef class RandomStream:
    cdef uint64_t s0, s1, s2, s3
    cdef Layer *layer

    cdef inline uint64_t bits(self) noexcept nogil:
        """64 random bits: xoshiro256++ (Blackman & Vigna 2021)."""
        cdef uint64_t s0 = self.s0, s1 = self.s1, s2 = self.s2, s3 = self.s3, sum = s0 + s3
        cdef uint64_t result = ((sum << 23) | (sum >> 41)) + s0
        s2 ^= s0
        s3 ^= s1
        self.s1 = s1 ^ s2
        self.s0 = s0 ^ s3
        self.s2 = s2 ^ (s1 << 17)
        self.s3 = (s3 << 45) | (s3 >> 19)
        return result

    cdef inline double uniform(self) noexcept nogil:
        """Uniform deviate in [0, 1): a multiple of 2^−53."""
        return <double> (<long long> (self.bits() >> 11)) * (1.0 / 9007199254740992.0)

    cdef inline uint64_t below(self, uint64_t n) noexcept nogil:
        """Uniform integer in [0, n), n ≥ 1, by rejection: exactly uniform."""
        cdef uint64_t limit = (<uint64_t> 0 - n) % n, r
        while True:
            r = self.bits()
            if r >= limit:
                return r % n

    cdef inline double exponential(self) noexcept nogil:
        """Exponential deviate of mean 1, by the ziggurat (Marsaglia & Tsang 2000)."""
        cdef uint64_t bits = self.bits()
        cdef uint64_t across = bits >> 11
        cdef Layer *layer = &self.layer[bits & (LAYERS - 1)]
        if across < layer.inside:
            return <double> (<long long> across) * layer.step
        return self.exponential_at_edge(bits)

    cdef double exponential_at_edge(self, uint64_t bits) noexcept nogil
