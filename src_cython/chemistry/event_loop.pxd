from libc.stdint cimport int64_t

from medyan_py.core.chemistry.clock cimport Clock
from medyan_py.core.chemistry.ledger cimport Ledger
from medyan_py.core.chemistry.surface_channels cimport SurfaceChannels
from medyan_py.core.chemistry.templates cimport Template
from medyan_py.core.common.random cimport RandomStream

# What firing a template does besides changing copy numbers.
cdef enum:
    NOTHING = 0
    GROW = 1
    BIND = 2
    SHRINK = 3
    UNBIND = 4
    WALK = 5
    WALK_BACK = 6
    AGE_END = 7
    AGE_INNER = 8
    DESTROY = 9
    SEVER_FILAMENT = 10
    NUCLEATE = 11
    BRANCH_ON = 12
    BRANCH_OFF = 13

cdef double UNLIMITED       # an end that is never reached, yet before the infinite time of what cannot happen


cdef class EventLoop(SurfaceChannels):
    cdef public bint halted           # set it, from any thread, to make ``record`` end with an error
    cdef readonly double time
    cdef readonly int64_t events, hops
    cdef readonly RandomStream random
    cdef Clock clock
    cdef double[::1] total            # propensity of each group when the clock was last told
    cdef int64_t molecules            # that a burst is waited for when the run begins, if there are infinite rates
    cdef readonly Ledger ledger       # free energies of what fired
    cdef bint booking                 # whether it is kept
    cdef int[::1] hop_account         # per diffusing species
    cdef int64_t instant_firings      # in the burst that goes on now
    cdef bint mixed                   # nothing but reactions of bulk species: one group, no structure

    cdef int run_until(self, double end, int64_t most_events) except -1 nogil
    cdef void run_mixed(self, double end, int64_t last) noexcept nogil
    cdef int burst(self, int64_t last) except -1 nogil
    cdef int fire(self, Template *template, int group, int fired) except -1 nogil
    cdef int act(self, int action, int argument, int group) except -1 nogil
    cdef void book(self, Template *template, int group) noexcept nogil
    cdef void book_hop(self, int compartment, int to, int species) noexcept nogil
    cdef void hop(self, int compartment, int species) noexcept nogil
