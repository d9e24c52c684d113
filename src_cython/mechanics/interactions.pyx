"""The table of interactions: name in reports, energy function, number of terms, which points a term touches.

The order is the order of evaluation and of reports. A new interaction is one file and one row in each function here.
"""

from medyan_py.core.mechanics.bending cimport filament_bending
from medyan_py.core.mechanics.bonds cimport linker_stretching, motor_stretching
from medyan_py.core.mechanics.boundary cimport boundary_bubble_repulsion, boundary_repulsion
from medyan_py.core.mechanics.branching cimport (
    branching_bending,
    branching_dihedral,
    branching_position,
    branching_stretching,
)
from medyan_py.core.mechanics.bubble_forces cimport (
    afm_attachment,
    bubble_bubble_repulsion,
    bubble_cylinder_repulsion,
    mtoc_attachment,
)
from medyan_py.core.mechanics.excluded_volume cimport cylinder_excluded_volume
from medyan_py.core.mechanics.excluded_volume_monomer cimport monomer_excluded_volume
from medyan_py.core.mechanics.network cimport EnergyFunction, Network
from medyan_py.core.mechanics.pins cimport pinning
from medyan_py.core.mechanics.stretching cimport filament_stretching
from medyan_py.core.membrane.bead_repulsion cimport triangle_bead_repulsion
from medyan_py.core.membrane.elasticity cimport (
    global_stretching,
    local_stretching,
    tension,
    triangle_protection,
    vertex_attachments,
    volume_conservation,
)
from medyan_py.core.membrane.helfrich cimport membrane_bending

NAMES = (
    "FilamentStretching",
    "FilamentBending",
    "LinkerStretching",
    "MotorStretching",
    "BranchingStretching",
    "BranchingBending",
    "BranchingDihedral",
    "BranchingPosition",
    "MembraneStretchingLocal",
    "MembraneStretchingGlobal",
    "MembraneTension",
    "MembraneBending",
    "MembraneTriangleProtect",
    "FixedVertexAttachmentStretching",
    "VolumeConservation",
    "CylinderExcludeVolume",
    "CylinderExcludedVolumeMonomer",
    "TriangleBeadExcludedVolume",
    "BoundaryCylinderRepulsion",
    "BoundaryCylinderRepulsionIn",
    "BoundaryBubbleRepulsion",
    "BoundaryCylinderAttachment",
    "BubbleCylinderRepulsion",
    "BubbleBubbleRepulsion",
    "MTOCAttachment",
    "AFMAttachment",
)

cdef EnergyFunction[KINDS] functions = [
    filament_stretching,
    filament_bending,
    linker_stretching,
    motor_stretching,
    branching_stretching,
    branching_bending,
    branching_dihedral,
    branching_position,
    local_stretching,
    global_stretching,
    tension,
    membrane_bending,
    triangle_protection,
    vertex_attachments,
    volume_conservation,
    cylinder_excluded_volume,
    monomer_excluded_volume,
    triangle_bead_repulsion,
    boundary_repulsion,
    boundary_repulsion,
    boundary_bubble_repulsion,
    pinning,
    bubble_cylinder_repulsion,
    bubble_bubble_repulsion,
    mtoc_attachment,
    afm_attachment,
]


cdef EnergyFunction energy_function(Kind kind) noexcept nogil:
    return functions[<int> kind]


cdef Py_ssize_t terms(const Network *net, Kind kind) noexcept nogil:
    if kind == FILAMENT_STRETCHING:
        return net.cylinders
    if kind == FILAMENT_BENDING:
        return net.hinges
    if kind == LINKER_STRETCHING:
        return net.linkers
    if kind == MOTOR_STRETCHING:
        return net.motors
    if BRANCHING_STRETCHING <= kind <= BRANCHING_POSITION:
        return net.branches
    if kind == VERTEX_ATTACHMENT:
        return net.membranes.attachments
    if MEMBRANE_STRETCHING_LOCAL <= kind <= VOLUME_CONSERVATION:
        return net.membranes.sheets
    if kind == EXCLUDED_VOLUME or kind == EXCLUDED_VOLUME_MONOMER:
        return net.pairs
    if kind == TRIANGLE_BEAD:
        return net.membranes.contacts
    if kind == BOUNDARY_REPULSION or kind == BOUNDARY_REPULSION_IN:
        return net.wall_terms
    if kind == BOUNDARY_BUBBLE_REPULSION:
        return net.bubble_walls
    if kind == PINNING:
        return net.pins
    if kind == BUBBLE_CYLINDER_REPULSION:
        return net.bubble_beads
    if kind == BUBBLE_BUBBLE_REPULSION:
        return net.bubble_pairs
    return net.mtoc_attachments if kind == MTOC_ATTACHMENT else net.afm_attachments


cdef list term_points(const Network *net, Kind kind, Py_ssize_t term):
    """Indices of the beads and bubble centres, in the coordinate vector, whose positions the term depends on."""
    cdef Py_ssize_t first, second, bond, n
    if kind == TRIANGLE_BEAD:
        first = net.membranes.contact[2 * term]
        return [*[net.membranes.base + net.membranes.corner[3 * first + n] for n in range(3)],
                net.membranes.contact[2 * term + 1]]
    if kind == VERTEX_ATTACHMENT:
        return [net.membranes.base + net.membranes.attached[term]]
    if MEMBRANE_STRETCHING_LOCAL <= kind <= VOLUME_CONSERVATION:
        return [net.membranes.base + net.membranes.member[n] for n in range(
            net.membranes.sheet[term].first_member, net.membranes.sheet[term].last_member)]
    if kind == FILAMENT_STRETCHING:
        first = net.cylinder_bead[term]
        return [first, first + 1]
    if kind == FILAMENT_BENDING:
        first = net.hinge[term]
        return [first - 1, first, first + 1]
    if kind == BOUNDARY_REPULSION or kind == BOUNDARY_REPULSION_IN:
        return [net.wall[2 * term]]
    if kind == BOUNDARY_BUBBLE_REPULSION:
        return [net.bubble_point[net.bubble_wall[2 * term]]]
    if kind == PINNING:
        return [net.pin[term]]
    if kind == BUBBLE_CYLINDER_REPULSION:
        return [net.bubble_point[net.bubble_bead[2 * term]], net.bubble_bead[2 * term + 1]]
    if kind == BUBBLE_BUBBLE_REPULSION:
        return [net.bubble_point[net.bubble_pair[2 * term + n]] for n in range(2)]
    if kind == MTOC_ATTACHMENT or kind == AFM_ATTACHMENT:
        n = net.mtoc[term] if kind == MTOC_ATTACHMENT else net.afm[term]
        return [net.bubble_point[net.attachment[2 * n]], net.attachment[2 * n + 1]]
    if kind == LINKER_STRETCHING or kind == MOTOR_STRETCHING:
        bond = net.linker[term] if kind == LINKER_STRETCHING else net.motor[term]
        first, second = net.bond_bead[2 * bond], net.bond_bead[2 * bond + 1]
    elif BRANCHING_STRETCHING <= kind <= BRANCHING_POSITION:
        first, second = net.branch_bead[2 * term], net.branch_bead[2 * term + 1]
    else:
        first = net.cylinder_bead[net.pair[2 * term]]
        second = net.cylinder_bead[net.pair[2 * term + 1]]
    return [first, first + 1, second, second + 1]


cdef str objects(const Network *net, Kind kind, Py_ssize_t term):
    """The objects of one term with their indices."""
    if kind == TRIANGLE_BEAD:
        return f"triangle {net.membranes.contact[2 * term]} and bead {net.membranes.contact[2 * term + 1]}"
    if kind == VERTEX_ATTACHMENT:
        return f"attachment of vertex {net.membranes.attached[term]}"
    if MEMBRANE_STRETCHING_LOCAL <= kind <= VOLUME_CONSERVATION:
        return f"membrane {term}"
    if kind == FILAMENT_STRETCHING:
        return f"cylinder {term}"
    if kind == FILAMENT_BENDING:
        return f"hinge at bead {net.hinge[term]}"
    if kind == LINKER_STRETCHING:
        return f"bond {net.linker[term]}"
    if kind == MOTOR_STRETCHING:
        return f"bond {net.motor[term]}"
    if BRANCHING_STRETCHING <= kind <= BRANCHING_POSITION:
        return f"branch {term}"
    if kind == BOUNDARY_REPULSION or kind == BOUNDARY_REPULSION_IN:
        return f"bead {net.wall[2 * term]} and wall {net.wall[2 * term + 1]}"
    if kind == BOUNDARY_BUBBLE_REPULSION:
        return f"bubble {net.bubble_wall[2 * term]} and wall {net.bubble_wall[2 * term + 1]}"
    if kind == PINNING:
        return f"pin {term}"
    if kind == BUBBLE_CYLINDER_REPULSION:
        return f"bubble {net.bubble_bead[2 * term]} and bead {net.bubble_bead[2 * term + 1]}"
    if kind == BUBBLE_BUBBLE_REPULSION:
        return f"bubbles {net.bubble_pair[2 * term]} and {net.bubble_pair[2 * term + 1]}"
    if kind == MTOC_ATTACHMENT or kind == AFM_ATTACHMENT:
        return f"attachment {net.mtoc[term] if kind == MTOC_ATTACHMENT else net.afm[term]}"
    return f"cylinders {net.pair[2 * term]} and {net.pair[2 * term + 1]}"


cdef str describe(const Network *net, const double *x, Kind kind, Py_ssize_t term):
    """The objects of one term with their indices and coordinates, for an error message."""
    if MEMBRANE_STRETCHING_LOCAL <= kind <= VOLUME_CONSERVATION and kind != VERTEX_ATTACHMENT:
        return objects(net, kind, term)
    places = ", ".join(
        f"{'bead' if point < net.beads else 'centre'} {point} "
        f"({x[3 * point]:.6g}, {x[3 * point + 1]:.6g}, {x[3 * point + 2]:.6g})"
        for point in term_points(net, kind, term)
    )
    return f"{objects(net, kind, term)} with {places} nm"
