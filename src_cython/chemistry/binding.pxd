from medyan_py.core.structure.filaments cimport Filaments


cdef struct PairList:
    int count
    int capacity
    int *pair


cdef struct SiteRule:
    int filament_type[2]        # of the two legs
    int flag[2]
    int stride                  # every how-manieth site of a cylinder
    double r_min                # nm
    double r_max
    bint whole                  # pairs belong to the system, not to compartments


# Link 2·p + e stands for end e of pair p; its other end is the link with the last bit flipped.
cdef struct Pair:
    int site[2]                 # the lower number first
    int next[2]                 # links in the list of pairs of the site at each end, −1 for none
    int previous[2]
    int owner
    int rank                    # in the list of its owner


cdef struct BinnedSite:
    double x[3]                 # nm
    int site


cdef struct Bin:
    int count
    int capacity
    int passed                  # while all pairs are listed: sites in front that have had their turn
    BinnedSite *entry


cdef class Candidates:
    cdef readonly Filaments filaments
    cdef readonly int rules, owners
    cdef readonly bint same_filament
    cdef SiteRule[16] rule
    cdef int[3] shape
    cdef double[3] size
    cdef int[::1] home                  # the active compartment nearest to each one

    cdef int sites                      # size of the per-site arrays
    cdef double[:, ::1] where           # site positions of the last rebuild (or of the site's appearance), nm
    cdef int[:, ::1] head               # [rule, site] first link
    cdef int[:, ::1] bin_of             # [rule, site] bin, −1 if the site does not exist or is not free
    cdef int[:, ::1] place_in_bin       # [rule, site]
    cdef Bin *bins[16]
    cdef int bin_count[16]
    cdef int bin_shape[16][3]
    cdef double bin_size[16][3]

    cdef Pair *pair
    cdef int pairs_used, pairs_room, vacant_pair
    cdef PairList *owned                # [owner · rules + rule]
    cdef int[::1] changed
    cdef unsigned char[::1] is_changed
    cdef int changes

    cdef inline int number(self, int owner, int rule) noexcept nogil:
        return self.owned[owner * self.rules + rule].count

    cdef inline int flag_at(self, int rule, int cylinder) noexcept nogil:
        """The flag that a rule uses on a cylinder, by the type of its filament."""
        return self.rule[rule].flag[0 if self.filaments.type_of(cylinder) == self.rule[rule].filament_type[0] else 1]

    cdef inline bint free(self, int rule, int site) noexcept nogil:
        cdef int c = site // self.filaments.max_sites, s = site % self.filaments.max_sites
        return self.filaments.cylinders.occupant[c, 3 * s + self.flag_at(rule, c)] < 0

    cdef int room(self) except -1 nogil
    cdef bint fits(self, int rule, int cylinder, int ordinal) noexcept nogil
    cdef int lay_bins(self, int rule, int sites) except -1 nogil
    cdef void locate(self, int cylinder, int ordinal) noexcept nogil
    cdef int bin_index(self, int rule, int site) noexcept nogil
    cdef int put_in_bin(self, int rule, int site) except -1 nogil
    cdef void take_from_bin(self, int rule, int site) noexcept nogil
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
