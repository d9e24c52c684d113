# The mechanical system as C arrays: what every interaction reads. Lengths nm, energies pN nm.
#
# Coordinates: beads filament by filament, movable bubbles, movable vertices of membranes; then fixed vertices and
# fixed bubbles. The first ``free`` points move.

from medyan_py.core.mechanics.surfaces cimport Surface
from medyan_py.core.membrane.sheets cimport Membranes

ctypedef double (*EnergyFunction)(const Network *, const double *, double *, Py_ssize_t, Py_ssize_t) noexcept nogil
# energy of the terms first … last−1 at coordinates x; their gradient is added to g

cdef enum BendingForm:
    BEND_COSINE                       # k (1 − cos φ)
    BEND_COSINE_ANGLE                 # k (1 − cos(φ − θ))
    BEND_ANGLE                        # ½ k (φ − θ)²

cdef struct Network:
    Py_ssize_t beads, filaments, cylinders, hinges, bonds, linkers, motors, surfaces, pairs, wall_terms
    Py_ssize_t points, free, branches, pins, bubbles, bubble_walls, bubble_beads, bubble_pairs
    Py_ssize_t attachments, mtoc_attachments, afm_attachments
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
    BendingForm bending
    const int *bond_bead              # 2 per bond: minus-side bead of the cylinder at each end
    const double *bond_fraction       # 2 per bond
    const double *bond_k
    const double *bond_rest
    const int *linker                 # bonds that are linkers
    const int *motor                  # bonds that are motors
    const int *mother                 # per cylinder: the one it branches from or −1; NULL without branches
    const int *branch_bead            # 2 per branch: minus-side bead of the mother cylinder, first bead of the daughter
    const double *branch_fraction
    const double *branch_stretching_k
    const double *branch_length
    const double *branch_bending_k
    const double *branch_angle
    const double *branch_dihedral_k
    const double *branch_position_k
    bint dihedral_about_mother, dihedral_quadratic
    const Surface *surface
    double boundary_k, boundary_screening
    double boundary_shift             # how far inside the surfaces the wall that beads feel lies
    const int *pair                   # 2 per pair: cylinders, smaller index first
    const double *pair_kappa          # k l l, pN nm⁵
    const int *wall                   # 2 per term: bead, surface
    const int *pin                    # beads
    const double *pin_place           # 3 per pin
    const double *pin_k
    const int *bubble_point           # per bubble: index of its coordinates
    const double *bubble_radius
    const double *bubble_k
    const double *bubble_screening
    const int *bubble_plane           # per bubble: plane that belongs to it, or −1
    const int *bubble_wall            # 2 per term: bubble, surface
    const int *bubble_bead            # 2 per term: bubble, bead
    const int *bubble_pair            # 2 per term: bubbles, smaller index first
    const int *attached_bubble        # per filament: bubble its minus end is attached to, or −1; NULL without bubbles
    const int *attachment             # 2 per attachment: bubble, bead
    const double *attachment_k
    const int *mtoc                   # attachments to centres of microtubules or filaments
    const int *afm                    # attachments to probes
    const Membranes *membranes
