"""Reactions in bins by powers of two of their propensities (composition and rejection).

A bin is drawn by its number of members times the bound of their propensities, a member uniformly, and the member fires
with probability propensity ÷ bound, which is at least one half. Trials come at the rate of the sum of all bounds, and
those that are rejected pass without effect: what fires, and when, is distributed exactly as in the direct method
(Slepoy, Thompson & Plimpton 2008, J Chem Phys 128:205101; Lewis & Shedler 1979 for the thinning). Sums are of whole
numbers times powers of two, formed anew when a bin gains or loses a member, so that nothing drifts.
"""

from libc.math cimport INFINITY, ldexp
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memmove


cdef enum:
    FEWEST = 64                   # places of a bin that gets its first member


cdef class Bins:
    """Bins for the reactions of a ``Network``, which sets ``law``; all empty."""

    def __cinit__(self):
        cdef int i
        self.bin = <Bin *> calloc(EXPONENTS, sizeof(Bin))
        if self.bin == NULL:
            raise MemoryError
        for i in range(EXPONENTS):
            # stored exponents are those of 2^(i − 1023); 0 stands for zero and for what is too small for a normal number
            self.bin[i].bound = ldexp(1.0, i - 1022)
            self.bin[i].inverse = ldexp(1.0, 1022 - i)
        self.running[0] = INFINITY

    def __dealloc__(self):
        cdef int i
        if self.bin != NULL:
            for i in range(EXPONENTS):
                free(self.bin[i].member)
            free(self.bin)

    cdef void move(self, int reaction, int exponent) noexcept nogil:
        """Take a reaction out of its bin and put it into another; 0 stands for no bin."""
        cdef Law *law = &self.law[reaction]
        cdef Bin *bin
        cdef int *grown
        cdef int last
        if law.exponent > 0:
            bin = &self.bin[law.exponent]
            bin.count -= 1
            last = bin.member[bin.count]
            bin.member[law.place] = last
            self.law[last].place = law.place
            if bin.count == 0:
                self.dismiss(law.exponent)
        law.exponent = exponent
        if exponent > 0:
            bin = &self.bin[exponent]
            if bin.count == bin.room:
                last = max(FEWEST, 2 * bin.room)
                grown = <int *> realloc(bin.member, last * sizeof(int))
                if grown == NULL:
                    self.exhausted, law.exponent = True, 0
                    return
                bin.member, bin.room = grown, last
            if bin.count == 0:
                self.admit(exponent)
            law.place = bin.count
            bin.member[bin.count] = reaction
            bin.count += 1

    cdef void admit(self, int exponent) noexcept nogil:
        """A bin gets members: give it its place among those in use."""
        cdef int k = 0
        while k < self.used and self.order[k] > exponent:
            k += 1
        memmove(&self.order[k + 1], &self.order[k], (self.used - k) * sizeof(int))
        self.order[k] = exponent
        self.used += 1

    cdef void dismiss(self, int exponent) noexcept nogil:
        """A bin has no members any more."""
        cdef int k = 0
        while self.order[k] != exponent:
            k += 1
        self.used -= 1
        memmove(&self.order[k], &self.order[k + 1], (self.used - k) * sizeof(int))

    cdef void add_up(self) noexcept nogil:
        """Form the running sums anew."""
        cdef double sum = 0.0
        cdef int k
        cdef Bin *bin
        for k in range(self.used):
            bin = &self.bin[self.order[k]]
            sum += bin.count * bin.bound
            self.running[k] = sum
        self.running[self.used] = INFINITY

    cdef void clear(self) noexcept nogil:
        """Empty all bins; the reactions are to be set anew, from the exponent 0."""
        cdef int k
        for k in range(self.used):
            self.bin[self.order[k]].count = 0
        self.used = 0
        self.running[0] = INFINITY
