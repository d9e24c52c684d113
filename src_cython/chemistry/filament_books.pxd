from libc.stdint cimport int64_t, uint8_t

from medyan_py.core.chemistry.event_log cimport EventLog
from medyan_py.core.chemistry.emission cimport EmissionTemplates


cdef class FilamentBooks(EmissionTemplates):
    cdef EventLog event_log
    cdef bint logging                 # whether events are logged
    cdef int64_t[:, ::1] tally        # monomers [filament type, state], kept while agings have accounts
    cdef bint tally_stale

    cdef double log_volume(self, bint bulk, int compartment) noexcept nogil
    cdef void book_release(self, int account, double g, bint bulk, int species, int compartment) noexcept nogil
    cdef void book_unbinding(self, int bond) noexcept nogil
    cdef void book_aging(self, int which, int type) noexcept nogil
    cdef void recount(self) noexcept nogil
    cdef int log_event(self, int kind, int bond, int leg, int direction, int old) except -1 nogil

    cdef inline void retally(self, int type, uint8_t state, int more) noexcept nogil:
        if self.tallies:
            self.tally[type, state] += more
