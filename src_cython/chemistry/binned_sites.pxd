from medyan_py.core.structure.filaments cimport Filaments


cdef struct SiteRule:
    int filament_type[2]        # of the two legs
    int flag[2]
    int stride                  # every how-manieth site of a cylinder
    double r_min                # nm
    double r_max
    bint whole                  # pairs belong to the system, not to compartments


cdef struct BinnedSite:
    double x[3]                 # nm
    int site


cdef struct Bin:
    int count
    int capacity
    int passed                  # while all pairs are listed: sites in front that have had their turn
    BinnedSite *entry


cdef class BinnedSites:
    cdef readonly Filaments filaments
    cdef readonly int rules
    cdef SiteRule[16] rule
    cdef int[3] shape
    cdef double[3] size
    cdef int sites                      # size of the per-site arrays
    cdef double[:, ::1] where           # site positions of the last rebuild (or of the site's appearance), nm
    cdef int[:, ::1] bin_of             # [rule, site] bin, −1 if the site does not exist or is not free
    cdef int[:, ::1] place_in_bin       # [rule, site]
    cdef Bin *bins[16]
    cdef int bin_count[16]
    cdef int bin_shape[16][3]
    cdef double bin_size[16][3]

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
