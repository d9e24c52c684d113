from medyan_py.core.mechanics.network cimport EnergyFunction, Network

cdef enum Kind:
    FILAMENT_STRETCHING
    FILAMENT_BENDING
    LINKER_STRETCHING
    MOTOR_STRETCHING
    BRANCHING_STRETCHING
    BRANCHING_BENDING
    BRANCHING_DIHEDRAL
    BRANCHING_POSITION
    MEMBRANE_STRETCHING_LOCAL
    MEMBRANE_STRETCHING_GLOBAL
    MEMBRANE_TENSION
    MEMBRANE_BENDING
    MEMBRANE_PROTECTION
    VERTEX_ATTACHMENT
    VOLUME_CONSERVATION
    EXCLUDED_VOLUME
    EXCLUDED_VOLUME_MONOMER
    TRIANGLE_BEAD
    BOUNDARY_REPULSION
    BOUNDARY_REPULSION_IN
    BOUNDARY_BUBBLE_REPULSION
    PINNING
    BUBBLE_CYLINDER_REPULSION
    BUBBLE_BUBBLE_REPULSION
    MTOC_ATTACHMENT
    AFM_ATTACHMENT
    KINDS

cdef EnergyFunction energy_function(Kind kind) noexcept nogil
cdef Py_ssize_t terms(const Network *net, Kind kind) noexcept nogil
cdef list term_points(const Network *net, Kind kind, Py_ssize_t term)
cdef str describe(const Network *net, const double *x, Kind kind, Py_ssize_t term)
