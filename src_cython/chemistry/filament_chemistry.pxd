from libc.stdint cimport uint8_t

from medyan_py.core.chemistry.binding cimport Candidates
from medyan_py.core.chemistry.engine cimport Engine
from medyan_py.core.common.members cimport MemberSets
from medyan_py.core.structure.bonds cimport Bonds
from medyan_py.core.structure.filaments cimport Filaments


cdef struct EndChange:
    int side
    int member_class
    bint whole
    bint bulk
    int species
    uint8_t inside                # monomer state the old end gets (growth)
    uint8_t end                   # monomer state of the new end


cdef struct BindingKind:
    bint motor
    int flag
    int pair_class
    bint whole
    int unbind_class
    int walk_class                # −1: does not walk
    bint bulk
    int species
    double on, off                # 1/s per pair, per bond; motors: per head
    double stiffness              # pN/nm, motors: per bound head
    int heads_min, heads_max
    int law
    double[2] length              # nm
    double[2] amplitude
    double unbinding_force        # pN
    bint stalls
    double walking_force          # pN
    double step_fraction
    double walking_rate           # 1/s, without a law


cdef class FilamentChemistry(Engine):
    cdef readonly Filaments filaments
    cdef readonly Bonds bonds
    cdef readonly Candidates candidates
    cdef readonly object local_templates, whole_templates, bindings, growths, shrinkages, walls
    cdef object local_class_names, whole_class_names
    cdef readonly MemberSets growing, growing_whole, shrinking, unbinding, walking
    cdef EndChange[64] growth
    cdef EndChange[64] shrinkage
    cdef BindingKind[16] binding
    cdef int motor_flag
    cdef int[:, :, ::1] grow_class            # [type, side, end kind] local class, −1 if none
    cdef int[:, :, ::1] grow_whole_class
    cdef int[:, :, :, ::1] shrink_class       # [type, side, end kind, inner kind]
    cdef double[::1] ratchet_length           # nm per filament type, 0 without a law

    cdef int[3] grid
    cdef double[3] compartment_edge           # nm
    cdef int plane_count
    cdef double plane[16][6]
    cdef double wall_strength, wall_screening, wall_cutoff
    cdef int[::1] load_index                  # per end: monomers won since the last force evaluation
    cdef double[:, ::1] load_tip              # tip and growth direction at the last force evaluation
    cdef double[:, ::1] load_direction
    cdef unsigned int[::1] load_planes        # bit set of the planes within reach

    cdef int compartment_at(self, double *r) noexcept nogil
    cdef void house_cylinder(self, int cylinder) noexcept nogil
    cdef void house_bond(self, int bond) noexcept nogil
    cdef void snapshot_end(self, int filament, int side) noexcept nogil
    cdef double load(self, int end, int index) noexcept nogil
    cdef int seat(self, MemberSets sets, int member, int member_class, double weight) except -1 nogil
    cdef int seat_local(self, int end, int which, double weight) except -1 nogil
    cdef int refresh_end(self, int filament, int side) except -1 nogil
    cdef int refresh_inner_of(self, int cylinder) except -1 nogil
    cdef int inside_kind(self, int filament, int side) noexcept nogil
    cdef int next_site(self, int site) noexcept nogil
    cdef int refresh_walker_behind(self, int site) except -1 nogil
    cdef int refresh_motors_on(self, int cylinder) except -1 nogil
    cdef int refresh_bond(self, int bond) except -1 nogil
    cdef int refresh_head(self, int bond, int leg) except -1 nogil
    cdef double walking_speed(self, int bond, int leg) noexcept nogil
    cdef void site_point(self, int site, double *r) noexcept nogil
    cdef int occupy_site(self, int site, int flag, int bond) except -1 nogil
    cdef int free_site(self, int site, int flag) except -1 nogil
    cdef int drain(self) except -1 nogil
    cdef int grow_one(self, int which, int group) except -1 nogil
    cdef int shrink_one(self, int which) except -1 nogil
    cdef int bind_one(self, int which, int group) except -1 nogil
    cdef int make_bond(self, int which, int site_a, int site_b) except -1 nogil
    cdef int unbind_one(self, int which) except -1 nogil
    cdef int break_bond(self, int bond) except -1 nogil
    cdef int walk_one(self, int which) except -1 nogil
    cdef void strain_motor(self, int bond) noexcept nogil
    cdef int update_all(self) except -1 nogil
