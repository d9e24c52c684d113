# The mechanical system as C arrays: what every interaction reads. Lengths nm, energies pN nm.

ctypedef double (*EnergyFunction)(const Network *, const double *, double *, Py_ssize_t, Py_ssize_t) noexcept nogil
# energy of the terms first … last−1 at coordinates x; their gradient is added to g

cdef struct Network:
    Py_ssize_t beads, filaments, cylinders, hinges, bonds, linkers, motors, planes, pairs, wall_terms
    const int *filament_start         # filaments + 1 offsets into the beads
    const int *cylinder_bead          # minus-side bead of each cylinder; the other one follows it
    const int *position               # of a cylinder in its filament
    const long long *filament_key     # per filament
    const int *cylinder_filament
    const double *rest_length         # per cylinder
    const double *stretching_k        # pN/nm
    const double *volume_k            # pN nm³
    const double *monomer_size
    const int *monomer_interval
    const int *serial                 # per bead
    const int *hinge                  # inner beads
    const double *hinge_k             # per bead, pN nm
    const double *hinge_theta         # per bead, rad
    bint hinge_angle                  # whether theta counts
    const int *bond_bead              # 2 per bond: minus-side bead of the cylinder at each end
    const double *bond_fraction       # 2 per bond
    const double *bond_k
    const double *bond_rest
    const int *linker                 # bonds that are linkers
    const int *motor                  # bonds that are motors
    const double *plane               # 6 per plane: point, inward unit normal
    double boundary_k, boundary_screening
    const int *pair                   # 2 per pair: cylinders, smaller index first
    const double *pair_kappa          # k l l, pN nm⁵
    const int *wall                   # 2 per term: bead, plane
