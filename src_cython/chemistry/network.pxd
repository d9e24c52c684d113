from libc.stdint cimport int64_t

from medyan_py.core.chemistry.bins cimport Bins, Choice, Law
from medyan_py.core.common.random cimport RandomStream

# A copy number that a reaction changes, or, as a further factor, one that it reads less ``amount``.
cdef struct Part:
    int species
    int amount

cdef enum:
    STEP = 8                      # trials between two steps of looking ahead
    AHEAD = 4 * STEP              # trials

# What is known of a trial that is not yet due.
cdef struct Ahead:
    double uniform                # times the sum of all bounds, it chooses the reaction
    Choice choice                 # as things stand
    int reaction


cdef class Network:
    cdef readonly int species, reactions
    cdef readonly int64_t events
    cdef readonly double time, next_time
    cdef readonly RandomStream random
    cdef public bint halted       # set it, from any thread, to make a long run end with an error
    cdef bint renewing            # few reactions: no bins
    cdef double total
    cdef object changing          # species whose copy numbers some reaction changes
    cdef object arrays            # keeps alive what the pointers point to
    cdef double *count            # whole numbers up to 2^53, one entry more than species
    cdef Law *law
    cdef Part *change
    cdef int *concern
    cdef int *factor_start        # NULL if no reaction has further factors
    cdef Part *factor
    cdef Bins bins
    cdef int64_t trials           # so far
    cdef Ahead[AHEAD] ahead       # of trial number i at i % AHEAD

    cdef double further(self, int reaction, double a) noexcept nogil

    cdef inline double propensity(self, int reaction) noexcept nogil:
        cdef Law *law = &self.law[reaction]
        cdef double a = law.rate * self.count[law.first] * (self.count[law.second] - law.equal)
        return a if self.factor_start == NULL else self.further(reaction, a)

    cdef void begin(self) noexcept nogil
    cdef int run_until(self, double end, int64_t most_events) noexcept nogil
    cdef void run_renewing(self, double end, int64_t last) noexcept nogil
    cdef double change_of(self, int reaction, int species) noexcept nogil
    cdef int species_of(self, int reaction, int k) noexcept nogil
    cdef double factor_of(self, int reaction, int k) noexcept nogil
    cdef void run_drawing(self, double end, int64_t last) noexcept nogil
    cdef void look_ahead(self) noexcept nogil
    cdef void list_concerns(self, const int[::1] start, const int[::1] reader, int *mark, int[::1] out) noexcept nogil
