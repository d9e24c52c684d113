"""Reactions in bins by powers of two of their propensities: drawing one costs the same however many there are."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

cdef enum:
    EXPONENTS = 2047              # of positive finite numbers, as they are stored

# One reaction; as long as a cache line. The propensity is rate × N[first] × (N[second] − equal), times further factors
# if it has any. A factor that is not there reads the entry after the last species, which holds 1.
cdef struct Law:
    double rate                   # 1/s, so small that two factors cannot overflow
    double propensity             # 1/s, as the bins know it
    double equal                  # 1 if both factors are of the same species, otherwise 0
    int first, second             # species
    int change, changes_end       # where its changes begin and end
    int concern, concerns_end     # the reactions whose propensity it changes, in ascending order
    int exponent                  # of the propensity: its bin, 0 for none
    int place                     # in that bin
    int64_t padding               # to the length of a cache line

# All reactions of propensity from half of ``bound`` to below ``bound``.
cdef struct Bin:
    double bound                  # 1/s
    double inverse                # 1 / bound
    int *member                   # reactions, in no order
    int count, room
    int width                     # trials come as if it had so many members

# A reaction that is to fire if its propensity passes ``chance``, uniform in [0, bound of its bin), or none: infinity.
cdef struct Choice:
    double chance
    int exponent, place


cdef class Bins:
    cdef Law *law
    cdef Bin *bin                 # by exponent
    cdef int used                 # bins that have members
    cdef int[EXPONENTS] order     # their exponents, largest first
    cdef double[EXPONENTS + 1] running   # running sums of width × bound in that order, then infinity
    cdef bint exhausted           # memory did not suffice: a reaction is missing

    cdef inline void choose(self, double target, Choice *choice) noexcept nogil:
        """The bin that ``target`` in [0, total) falls to, and the place in it. Some bin must be in use."""
        cdef Bin *bin
        cdef int k = 0
        while target >= self.running[k]:
            k += 1
        if k >= self.used:        # rounding carried it past the end
            k = self.used - 1
        if k > 0:
            target -= self.running[k - 1]
        choice.exponent = self.order[k]
        bin = &self.bin[choice.exponent]
        choice.place = min(<int> (target * bin.inverse), bin.width - 1)
        choice.chance = target - choice.place * bin.bound
        if choice.place >= bin.count:
            choice.place, choice.chance = 0, INFINITY

    cdef inline int reaction(self, Choice *choice) noexcept nogil:
        """The reaction at a place; if chosen some time ago, one that was there or is now."""
        return self.bin[choice.exponent].member[choice.place]

    cdef inline double total(self) noexcept nogil:
        """Sum of the bounds of all reactions: 1/s of trials."""
        return self.running[self.used - 1] if self.used > 0 else 0.0

    cdef inline bint set(self, int reaction, double propensity) noexcept nogil:
        """Change a propensity; whether a bin changed its width, after which sums are to be formed anew."""
        cdef Law *law = &self.law[reaction]
        cdef int exponent = exponent_of(propensity)
        law.propensity = propensity
        if exponent == law.exponent:
            return False
        return self.move(reaction, exponent)

    cdef bint move(self, int reaction, int exponent) noexcept nogil
    cdef bint enlarge(self, Bin *bin) noexcept nogil
    cdef void widen(self, int exponent, int width) noexcept nogil
    cdef void add_up(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void admit(self, int exponent) noexcept nogil
    cdef void dismiss(self, int exponent) noexcept nogil


cdef extern from * nogil:
    """
    #include <stdint.h>
    #include <string.h>
    static inline int medyan_exponent(double x) {
        uint64_t bits;
        memcpy(&bits, &x, sizeof bits);
        return (int) (bits >> 52 & 0x7ff);  /* without the sign, for zero may have one */
    }
    """
    int exponent_of "medyan_exponent" (double x)  # as it is stored, of a number that is not below zero
