from libc.stdint cimport uint64_t

cdef enum:
    LAYERS = 256

# One layer of the ziggurat under exp(−x), narrowest on top; layer 0 is the base strip with the tail.
cdef struct Layer:
    uint64_t inside               # of 2^53 equal steps across the layer, those that lie wholly under the curve
    double step                   # width of one of them
    double height                 # exp(−x) at the right edge of the layer
    double rise                   # height of the layer


# State of xoshiro256++. A loop that draws at every turn keeps a copy in registers and puts it back at its end.
cdef struct Words:
    uint64_t s0, s1, s2, s3

cdef Layer *layers() noexcept nogil
cdef double exponential_at_edge(Words *words, Layer *layers, uint64_t bits) noexcept nogil


cdef inline uint64_t next_bits(Words *words) noexcept nogil:
    """64 random bits (Blackman & Vigna 2021)."""
    cdef uint64_t s0 = words.s0, s1 = words.s1, s2 = words.s2, s3 = words.s3, sum = s0 + s3
    cdef uint64_t result = ((sum << 23) | (sum >> 41)) + s0
    s2 ^= s0
    s3 ^= s1
    words.s1 = s1 ^ s2
    words.s0 = s0 ^ s3
    words.s2 = s2 ^ (s1 << 17)
    words.s3 = (s3 << 45) | (s3 >> 19)
    return result


cdef inline double next_uniform(Words *words) noexcept nogil:
    """Uniform deviate in [0, 1): a multiple of 2^−53."""
    return <double> (<long long> (next_bits(words) >> 11)) * (1.0 / 9007199254740992.0)


cdef inline double next_exponential(Words *words, Layer *layers) noexcept nogil:
    """Exponential deviate of mean 1, by the ziggurat (Marsaglia & Tsang 2000)."""
    cdef uint64_t bits = next_bits(words)
    cdef uint64_t across = bits >> 11
    cdef Layer *layer = &layers[bits & (LAYERS - 1)]
    cdef double x
    cdef Words copy
    if across < layer.inside:
        return <double> (<long long> across) * layer.step
    # through a copy, so that the caller's own can stay in registers
    copy = words[0]
    x = exponential_at_edge(&copy, layers, bits)
    words[0] = copy
    return x


cdef class RandomStream:
    cdef Words words
    cdef Layer *layer

    cdef inline uint64_t bits(self) noexcept nogil:
        return next_bits(&self.words)

    cdef inline double uniform(self) noexcept nogil:
        """Uniform deviate in [0, 1)."""
        return next_uniform(&self.words)

    cdef inline double exponential(self) noexcept nogil:
        """Exponential deviate of mean 1."""
        return next_exponential(&self.words, self.layer)

    cdef inline uint64_t below(self, uint64_t n) noexcept nogil:
        """Uniform integer in [0, n), n ≥ 1, by rejection: exactly uniform."""
        cdef uint64_t limit = (<uint64_t> 0 - n) % n, r
        while True:
            r = self.bits()
            if r >= limit:
                return r % n
