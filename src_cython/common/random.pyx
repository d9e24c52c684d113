"""A stream of random numbers whose state can be saved.

NumPy's PCG64 bit generator is called through its C interface, so a draw costs a few nanoseconds and the
state is the ordinary NumPy state.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer
from numpy.random.c_distributions cimport random_standard_exponential

import numpy as np


cdef class RandomStream:
    """Random deviates for compiled code, from a PCG64 generator.

    Parameters
    ----------
    seed : int or numpy.random.SeedSequence
        Independent streams come from ``SeedSequence(seed).spawn(n)``.
    """

    def __init__(self, seed):
        self.reseed(seed)

    def reseed(self, seed):
        """Begin another stream, from an int or a numpy.random.SeedSequence."""
        self.generator = np.random.PCG64(seed)
        self.bits = <bitgen_t *> PyCapsule_GetPointer(self.generator.capsule, "BitGenerator")

    cdef double exponential(self) noexcept nogil:
        """Exponential deviate of mean 1 (ziggurat)."""
        return random_standard_exponential(self.bits)

    @property
    def state(self):
        """State of the bit generator: a dictionary that NumPy documents; can be assigned."""
        return self.generator.state

    @state.setter
    def state(self, value):
        self.generator.state = value
