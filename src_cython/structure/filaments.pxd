from libc.stdint cimport int64_t, uint8_t

from medyan_py.core.common.table cimport Table

# State of a monomer slot: 0 nothing, then filament kinds, plus-end kinds and minus-end kinds.
cdef enum:
    EMPTY = 0
    FILAMENT = 1
    PLUS_END = 64
    MINUS_END = 128

# The two ends of a filament; end number = 2·filament + side.
cdef enum:
    MINUS = 0
    PLUS = 1

# A binding-site flag: one per distinct binding-site species of a filament type.
cdef enum:
    FLAGS = 3


cdef class Beads(Table):
    cdef double[:, :] x             # nm
    cdef double[:, :] force         # pN, at the last force evaluation
    cdef double[:] birth            # s
    cdef int64_t[:] serial          # monomer serial, stays with the monomer


cdef class Cylinders(Table):
    cdef int[:, :] bead             # minus side, plus side
    cdef int[:, :] neighbour        # cylinder towards the minus and the plus end, −1 at an end
    cdef int[:] filament
    cdef int[:] position            # along the filament, relative to its first cylinder ever
    cdef int[:] first               # slot of the first monomer present
    cdef int[:] monomers            # number of monomers present
    cdef double[:] rest_length      # nm
    cdef int[:] compartment
    cdef uint8_t[:, :] kind         # state of each monomer slot
    cdef int[:, :] occupant         # per site and flag: the object bound there, −1 if free


cdef class FilamentTable(Table):
    cdef int64_t[:] ident
    cdef int[:] type
    cdef int[:, :] tip              # end cylinders: minus side, plus side
    cdef int[:] cylinders           # how many
    # since the counters were reset:
    cdef int[:, :] gained           # cylinders won at each end
    cdef int[:, :] turnover         # monomers won at the ends, lost at the ends, within a cylinder
    cdef uint8_t[:] nucleated       # whether the filament was nucleated
    cdef int64_t[:] split_from      # id of the filament it was cut from, −1 if none
    cdef int[:] brancher            # the brancher that holds the minus end, −1 if the filament is free
    cdef int[:] anchor              # the bubble that the minus end is attached to, −1 if there is none


cdef struct FilamentKind:
    double monomer                    # nm
    double cylinder                   # nm
    int slots                         # monomers of a full cylinder
    int sites                         # binding sites of a full cylinder


cdef class Filaments:
    cdef readonly Beads beads
    cdef readonly Cylinders cylinders
    cdef readonly FilamentTable table
    cdef readonly object kinds
    cdef FilamentKind[16] kind
    cdef int[:, ::1] site_slot        # per filament type and site ordinal: monomer slot
    cdef int[:, ::1] slot_site        # the inverse, −1 where there is no site
    cdef readonly int max_slots, max_sites
    cdef readonly bint full_cylinder_fractions
    cdef readonly int64_t next_ident

    cdef inline int type_of(self, int cylinder) noexcept nogil:
        return self.table.type[self.cylinders.filament[cylinder]]

    cdef inline int end_slot(self, int cylinder, int side) noexcept nogil:
        """Slot of the outermost monomer of a cylinder on one side."""
        if side == PLUS:
            return self.cylinders.first[cylinder] + self.cylinders.monomers[cylinder] - 1
        return self.cylinders.first[cylinder]

    cdef inline bint has_site(self, int cylinder, int ordinal) noexcept nogil:
        """Whether a binding site exists: its monomer is there and is no end."""
        cdef uint8_t state
        if ordinal >= self.kind[self.type_of(cylinder)].sites:
            return False
        state = self.cylinders.kind[cylinder, self.site_slot[self.type_of(cylinder), ordinal]]
        return FILAMENT <= state < PLUS_END

    cdef inline double fraction(self, int cylinder, int slot) noexcept nogil:
        """Where a monomer sits on the segment between the beads: 0 … 1."""
        if self.full_cylinder_fractions:
            return <double> slot / self.kind[self.type_of(cylinder)].slots
        return <double> (slot - self.cylinders.first[cylinder]) / self.cylinders.monomers[cylinder]

    cdef void point(self, int cylinder, int slot, double *r) noexcept nogil
    cdef void outward(self, int cylinder, int side, double *u) noexcept nogil
    cdef int inner(self, int cylinder, int side, int *slot) noexcept nogil
    cdef int grow(self, int filament, int side, uint8_t inside, uint8_t end, double t) except -1 nogil
    cdef int shrink(self, int filament, int side, uint8_t end) except -1 nogil
    cdef int _row(self, int type) except -1 nogil
    cdef int create(self, int type, double *at, double *direction, int monomers, int first, double t) except -1 nogil
    cdef int remove(self, int filament) except -1 nogil
    cdef int split(self, int filament, int cylinder, double t) except -1 nogil
    cdef int bead_at(self, double *r, double t, int64_t serial) except -1 nogil
    cdef int add_cylinder(self, int filament, int minus_bead, int plus_bead) except -1 nogil
