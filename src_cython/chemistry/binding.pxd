from medyan_py.core.chemistry.binned_sites cimport Bin, BinnedSite, BinnedSites
from medyan_py.core.structure.filaments cimport Filaments


cdef struct PairList:
    int count
    int capacity
    int *pair


# Link 2·p + e stands for end e of pair p; its other end is the link with the last bit flipped.
cdef struct Pair:
    int site[2]                 # the lower number first
    int next[2]                 # links in the list of pairs of the site at each end, −1 for none
    int previous[2]
    int owner
    int rank                    # in the list of its owner


cdef class Candidates(BinnedSites):
    cdef readonly int owners
    cdef readonly bint same_filament
    cdef int[::1] home                  # the active compartment nearest to each one

    cdef int[:, ::1] head               # [rule, site] first link
    cdef Pair *pair
    cdef int pairs_used, pairs_room, vacant_pair
    cdef PairList *owned                # [owner · rules + rule]
    cdef int[::1] changed
    cdef unsigned char[::1] is_changed
    cdef int changes

    cdef inline int number(self, int owner, int rule) noexcept nogil:
        return self.owned[owner * self.rules + rule].count

    cdef int room(self) except -1 nogil
    cdef bint apart(self, int rule, int a, int b) noexcept nogil
    cdef int connect(self, int rule, int site, bint later_only) except -1 nogil
    cdef int join(self, int rule, int a, int b) except -1 nogil
    cdef void disconnect(self, int rule, int site) noexcept nogil
    cdef void mark(self, int owner, int rule) noexcept nogil
    cdef int owner_of(self, int rule, int a, int b) noexcept nogil
    cdef int rebuild(self) except -1 nogil
    cdef int appear(self, int site) except -1 nogil
    cdef int vanish(self, int site) except -1 nogil
    cdef int reconsider(self, int cylinder) except -1 nogil
    cdef int occupy(self, int site, int flag) except -1 nogil
    cdef int vacate(self, int site, int flag) except -1 nogil
