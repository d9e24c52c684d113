from libc.stdint cimport uint8_t

from medyan_py.core.chemistry.filament_places cimport FilamentPlaces
from medyan_py.core.common.members cimport MemberSets

cdef enum:
    MOST_RULES = 64               # of each kind
    MOST_BINDINGS = 16


# Polymerisation or depolymerisation of one end kind.
cdef struct EndChange:
    int side
    int member_class
    bint whole
    bint bulk
    int species
    uint8_t inside                # state the old end monomer gets (growth) or the next one has (shrinkage)
    uint8_t end                   # state of the new end monomer
    int account                   # of shrinkage in the ledger of free energies, −1 for none
    double free_energy            # kT


# What a cylinder is weighed by: how many of its monomers or sites can react.
cdef enum:
    AGE = 0                       # monomers of a state
    SEVER = 1                     # free sites whose monomer has a state
    BRANCH = 2                    # sites free for a flag, in a zone


cdef struct CylinderRule:
    int what
    int filament_type
    uint8_t state
    int flag
    int zone
    double distance               # nm
    bint whole
    int member_class


cdef struct EndAging:
    int side
    int member_class
    uint8_t state
    uint8_t new_state
    int account                   # in the ledger of free energies, −1 for none
    double free_energy            # kT


cdef struct DestructionKind:
    int member_class
    bint bulk[2]                  # what the plus and the minus end become
    int species[2]


cdef struct SeveringKind:
    int cylinder_rule
    bint minus_side


cdef struct NucleationKind:
    int filament_type
    uint8_t state[3]              # minus end, filament, plus end


cdef struct BindingKind:
    bint motor
    int flag[2]                   # per leg
    int filament_type[2]
    bint distinct_legs            # on one filament type, so which site gets which leg is drawn
    int pair_class
    bint whole
    int unbind_class
    int walk_class[2]             # to the minus end, to the plus end; −1: does not walk that way
    double walking_rate[4]        # 1/s, [2·direction + leg], < 0: this leg does not walk
    int unbind_account            # in the ledger of free energies, −1 for none
    double free_energy            # kT, of binding; of motors the ratio of rates
    int walk_account[4]           # [2·direction + leg]
    double walking_energy[4]      # kT per step
    bint bulk
    int species
    double on, off                # 1/s per pair, per bond; motors: per head
    double stiffness              # pN/nm, motors: per bound head
    int heads_min, heads_max
    int law
    double beta
    double length[2]              # nm
    double amplitude[2]
    double unbinding_force[2]     # pN; catch, slip
    bint stalls
    double alpha
    double walking_force          # pN
    double step_fraction


cdef struct BranchingKind:
    int filament_type
    int flag
    bint bulk[2]                  # brancher, monomer
    int species[2]
    int cylinder_rule
    int unbind_class
    double off                    # 1/s
    int law
    double parameter              # nm or pN
    double length                 # nm
    double angle                  # rad
    uint8_t plus_state


cdef class FilamentMembers(FilamentPlaces):
    cdef readonly object local_templates, whole_templates, surface_templates
    cdef readonly object bindings, growths, shrinkages, agings, destructions, severings, nucleations, branchings
    cdef readonly object emissions
    cdef object local_class_names, whole_class_names
    cdef readonly MemberSets growing, growing_whole, shrinking, aging_ends, falling_apart
    cdef readonly MemberSets unbinding, walking, walking_back, unbranching, by_cylinder, by_cylinder_whole
    cdef EndChange growth[MOST_RULES]
    cdef EndChange shrinkage[MOST_RULES]
    cdef EndAging end_aging[MOST_RULES]
    cdef CylinderRule cylinder_rule[MOST_RULES]
    cdef int cylinder_rules
    cdef int aging_rule[MOST_RULES]           # cylinder rule of an aging of inner monomers, −1 for one of ends
    cdef SeveringKind severing[MOST_RULES]
    cdef DestructionKind destruction[MOST_RULES]
    cdef NucleationKind nucleation[MOST_RULES]
    cdef int end_kinds[16][2]                 # per filament type: how many minus-end and plus-end kinds
    cdef BindingKind binding[MOST_BINDINGS]
    cdef BranchingKind branching[MOST_BINDINGS]
    cdef bint tallies                         # whether agings are entered in the ledger of free energies
    cdef int motor_flag[16]                   # per filament type, −1 without motors
    cdef int[:, :, ::1] grow_class            # [type, side, end kind] local class, −1 if none
    cdef int[:, :, ::1] grow_whole_class
    cdef int[:, :, ::1] aging_class
    cdef int[:, :, :, ::1] shrink_class       # [type, side, end kind, inner kind]
    cdef int[:, :, ::1] destruction_class     # [type, minus kind, plus kind]
    cdef double[::1] ratchet_length           # nm per filament type, 0 without a law

    cdef inline bint has_end(self, int filament, int side) noexcept nogil:
        """Whether there is an end to react at: the minus end of an attached daughter is none."""
        return side == 1 or self.filaments.table.brancher[filament] < 0

    cdef int seat(self, MemberSets sets, int member, int member_class, double weight) except -1 nogil
    cdef int seat_local(self, MemberSets sets, int member, int which, double weight) except -1 nogil
    cdef int inside_kind(self, int filament, int side) noexcept nogil
    cdef int refresh_end(self, int filament, int side) except -1 nogil
    cdef int refresh_filament(self, int filament) except -1 nogil
    cdef int refresh_side(self, int filament, int side) except -1 nogil
    cdef int refresh_inner_of(self, int cylinder) except -1 nogil
    cdef bint in_zone(self, CylinderRule *rule, int site) noexcept nogil
    cdef bint counts_slot(self, CylinderRule *rule, int cylinder, int slot) noexcept nogil
    cdef int cylinder_weight(self, CylinderRule *rule, int cylinder) noexcept nogil
    cdef int refresh_cylinder(self, int cylinder) except -1 nogil
    cdef int forget_end(self, int end) except -1 nogil
    cdef int forget_ends(self, int filament) except -1 nogil
    cdef int forget_cylinder(self, int cylinder) except -1 nogil
    cdef int forget_filament(self, int filament) except -1 nogil
    cdef int next_site(self, int site, int direction) noexcept nogil
    cdef int motor_on(self, int site) noexcept nogil
    cdef int refresh_walker_on(self, int site) except -1 nogil
    cdef int refresh_walkers_around(self, int site) except -1 nogil
    cdef int refresh_motors_on(self, int cylinder) except -1 nogil
    cdef void strain_motor(self, int bond) noexcept nogil
    cdef int refresh_bond(self, int bond) except -1 nogil
    cdef int refresh_brancher(self, int brancher) except -1 nogil
    cdef double walking_speed(self, int bond, int leg, int direction) noexcept nogil
    cdef int refresh_head(self, int bond, int leg) except -1 nogil
    cdef int drain(self) except -1 nogil
    cdef int update_all(self) except -1 nogil
