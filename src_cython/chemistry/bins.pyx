"""Reactions in bins by powers of two of their propensities (composition and rejection).

A bin is drawn by its number of members times the bound of their propensities, a member uniformly, and the member fires
with probability propensity ÷ bound, which is at least one half. Trials come at the rate of the sum of all bounds, and
those that are rejected pass without effect: what fires, and when, is distributed exactly as in the direct method
(Slepoy, Thompson & Plimpton 2008, J Chem Phys 128:205101; Lewis & Shedler 1979 for the thinning).

Large bins take a sixteenth more than their members and reject what falls beyond them. So sums rarely change, and a
number drawn ahead of its time still means the same reaction when its trial is due. Sums are of whole numbers times
powers of two, formed anew when a width changes, so that nothing drifts.
"""

from libc.math cimport INFINITY, ldexp
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memmove


cdef enum:
    FEWEST = 64                   # room of a bin that gets its first member


cdef class Bins:
    """Bins for the reactions of a ``Network``, which sets ``law``; all empty."""

    def __cinit__(self):
        cdef int i
        self.bin = <Bin *> calloc(EXPONENTS, sizeof(Bin))
        if self.bin == NULL:
            raise MemoryError
        for i in range(EXPONENTS):
            # stored exponents are those of 2^(i − 1023), 0 that of zero and of what is too small for a normal number
            self.bin[i].bound = ldexp(1.0, i - 1022)
            self.bin[i].inverse = ldexp(1.0, 1022 - i)
        self.running[0] = INFINITY

    def __dealloc__(self):
        cdef int i
        if self.bin != NULL:
            for i in range(EXPONENTS):
                free(self.bin[i].member)
            free(self.bin)

    cdef bint move(self, int reaction, int exponent) noexcept nogil:
        """Take a reaction out of its bin and put it into another, 0 for none; whether a width changed."""
        cdef Law *law = &self.law[reaction]
        cdef Bin *bin
        cdef int last
        cdef bint changed = False
        if law.exponent > 0:
            bin = &self.bin[law.exponent]
            bin.count -= 1
            last = bin.member[bin.count]
            bin.member[law.place] = last
            self.law[last].place = law.place
            if bin.count + 2 * spare(bin.count) < bin.width:
                self.widen(law.exponent, bin.count + spare(bin.count))
                changed = True
        law.exponent = exponent
        if exponent > 0:
            bin = &self.bin[exponent]
            if bin.count == bin.room and not self.enlarge(bin):
                self.exhausted, law.exponent = True, 0
                return changed
            law.place = bin.count
            bin.member[bin.count] = reaction
            bin.count += 1
            if bin.count > bin.width:
                self.widen(exponent, bin.count + spare(bin.count))
                changed = True
        return changed

    cdef bint enlarge(self, Bin *bin) noexcept nogil:
        """Make room for more members; False if there is no memory."""
        cdef int room = max(FEWEST, 2 * bin.room)
        cdef int *member = <int *> realloc(bin.member, room * sizeof(int))
        if member == NULL:
            return False
        bin.member, bin.room = member, room
        return True

    cdef void widen(self, int exponent, int width) noexcept nogil:
        """Set the width of a bin, which is in use if it has any."""
        cdef Bin *bin = &self.bin[exponent]
        if bin.width == 0:
            self.admit(exponent)
        elif width == 0:
            self.dismiss(exponent)
        bin.width = width

    cdef void admit(self, int exponent) noexcept nogil:
        """Give a bin its place among those in use."""
        cdef int k = 0
        while k < self.used and self.order[k] > exponent:
            k += 1
        memmove(&self.order[k + 1], &self.order[k], (self.used - k) * sizeof(int))
        self.order[k] = exponent
        self.used += 1

    cdef void dismiss(self, int exponent) noexcept nogil:
        """Take a bin out of those in use."""
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
            sum += bin.width * bin.bound
            self.running[k] = sum
        self.running[self.used] = INFINITY

    cdef void clear(self) noexcept nogil:
        """Empty all bins; the reactions are to be set anew, from the exponent 0."""
        cdef int k
        for k in range(self.used):
            self.bin[self.order[k]].count = self.bin[self.order[k]].width = 0
        self.used = 0
        self.running[0] = INFINITY


cdef inline int spare(int count) noexcept nogil:
    """How much wider than its members a bin is."""
    return count >> 4
