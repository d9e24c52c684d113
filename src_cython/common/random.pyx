"""A stream of random numbers whose state can be saved.

The generator is xoshiro256++ (Blackman & Vigna 2021, ACM Trans Math Softw 47:36). It is compiled into the loops that
draw, so that a draw costs about a nanosecond and no call through a pointer.
"""

from libc.math cimport exp, log
from libc.stdint cimport uint64_t

import numpy as np

NAME = "xoshiro256++"
cdef double TAIL = 7.69711747013104972          # right edge of the base layer of 256 equal areas, Marsaglia & Tsang
cdef double AREA = 0.0039496598225815571993     # of each
cdef Layer[LAYERS] ziggurat


cdef void build_ziggurat() noexcept:
    cdef double right = AREA * exp(TAIL), inner = TAIL   # base strip: as wide as a rectangle of its area
    cdef int i
    for i in range(LAYERS):
        # left of ``inner`` the curve lies above the layer
        ziggurat[i].inside = <uint64_t> (inner / right * 2.0 ** 53)
        ziggurat[i].step = right * 2.0 ** -53
        ziggurat[i].height = exp(-right) if i else 0.0
        ziggurat[i].rise = (exp(-inner) if i < LAYERS - 1 else 1.0) - ziggurat[i].height
        right = inner
        inner = -log(exp(-right) + AREA / right) if i < LAYERS - 2 else 0.0


build_ziggurat()


cdef Layer *layers() noexcept nogil:
    """The layers of the ziggurat, for ``next_exponential``."""
    return &ziggurat[0]


cdef double exponential_at_edge(Words *words, Layer *layers, uint64_t bits) noexcept nogil:
    """Rest of ``next_exponential`` when the point may lie above the curve; drawn anew until one lies below."""
    cdef double x
    cdef Layer *layer
    while True:
        layer = &layers[bits & (LAYERS - 1)]
        x = <double> (<long long> (bits >> 11)) * layer.step
        if (bits >> 11) < layer.inside:
            return x
        if bits & (LAYERS - 1) == 0:
            return TAIL + next_exponential(words, layers)      # beyond the last edge the curve looks as from the start
        if layer.height + next_uniform(words) * layer.rise < exp(-x):
            return x
        bits = next_bits(words)


cdef class RandomStream:
    """Random deviates for compiled code.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        Independent streams come from ``SeedSequence(seed).spawn(n)``.

    Raises
    ------
    TypeError, ValueError
        For a seed that ``numpy.random.SeedSequence`` does not take.
    """

    def __init__(self, seed):
        self.layer = &ziggurat[0]
        self.reseed(seed)

    def reseed(self, seed):
        """Begin another stream, from an int or a numpy.random.SeedSequence."""
        sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        self._set(sequence.generate_state(4, np.uint64).tolist())

    def _set(self, words):
        if not any(words):
            raise ValueError(f"the state of {NAME} must not be zero")
        self.words.s0, self.words.s1, self.words.s2, self.words.s3 = words

    def generator(self):
        """A ``numpy.random.Generator`` seeded by the next four draws of the stream, for what arrays do better."""
        return np.random.default_rng([self.bits() for _ in range(4)])

    def integers(self, int n, uint64_t bound):
        """The next ``n`` deviates of ``below(bound)``, uint64; with bound 0 those of 64 random bits."""
        cdef uint64_t[::1] out = np.empty(n, dtype=np.uint64)
        cdef int i
        for i in range(n):
            out[i] = self.below(bound) if bound else self.bits()
        return np.asarray(out)

    def uniforms(self, int n):
        """The next ``n`` uniform deviates in [0, 1), float64."""
        cdef double[::1] out = np.empty(n)
        cdef int i
        for i in range(n):
            out[i] = self.uniform()
        return np.asarray(out)

    def exponentials(self, int n):
        """The next ``n`` exponential deviates of mean 1, float64."""
        cdef double[::1] out = np.empty(n)
        cdef int i
        for i in range(n):
            out[i] = self.exponential()
        return np.asarray(out)

    @property
    def state(self):
        """{'bit_generator': name, 'state': four 64-bit integers}; can be assigned.

        Assigning anything else raises ValueError.
        """
        return {"bit_generator": NAME, "state": [self.words.s0, self.words.s1, self.words.s2, self.words.s3]}

    @state.setter
    def state(self, value):
        if not isinstance(value, dict) or value.get("bit_generator") != NAME or len(value.get("state", ())) != 4:
            raise ValueError(f"not a state of {NAME}: {value!r}")
        self._set([int(word) for word in value["state"]])
