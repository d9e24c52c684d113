"""The table of interactions: name in reports, energy function, number of terms, which beads a term touches.

The order is the order of evaluation and of reports. A new interaction is one file and one row in each function here.
"""

from medyan_py.core.mechanics.bending cimport filament_bending
from medyan_py.core.mechanics.bonds cimport linker_stretching, motor_stretching
from medyan_py.core.mechanics.boundary cimport boundary_repulsion
from medyan_py.core.mechanics.excluded_volume cimport cylinder_excluded_volume
from medyan_py.core.mechanics.excluded_volume_monomer cimport monomer_excluded_volume
from medyan_py.core.mechanics.network cimport EnergyFunction, Network
from medyan_py.core.mechanics.stretching cimport filament_stretching

NAMES = (
    "FilamentStretching",
    "FilamentBending",
    "LinkerStretching",
    "MotorStretching",
    "CylinderExcludeVolume",
    "CylinderExcludedVolumeMonomer",
    "BoundaryCylinderRepulsion",
)


cdef EnergyFunction energy_function(Kind kind) noexcept nogil:
    if kind == FILAMENT_STRETCHING:
        return filament_stretching
    if kind == FILAMENT_BENDING:
        return filament_bending
    if kind == LINKER_STRETCHING:
        return linker_stretching
    if kind == MOTOR_STRETCHING:
        return motor_stretching
    if kind == EXCLUDED_VOLUME:
        return cylinder_excluded_volume
    if kind == EXCLUDED_VOLUME_MONOMER:
        return monomer_excluded_volume
    return boundary_repulsion


cdef Py_ssize_t terms(const Network *net, Kind kind) noexcept nogil:
    if kind == FILAMENT_STRETCHING:
        return net.cylinders
    if kind == FILAMENT_BENDING:
        return net.hinges
    if kind == LINKER_STRETCHING:
        return net.linkers
    if kind == MOTOR_STRETCHING:
        return net.motors
    if kind == EXCLUDED_VOLUME or kind == EXCLUDED_VOLUME_MONOMER:
        return net.pairs
    return net.wall_terms


cdef list term_beads(const Network *net, Kind kind, Py_ssize_t term):
    """Indices of the beads whose positions the term depends on."""
    cdef Py_ssize_t first, second, bond
    if kind == FILAMENT_STRETCHING:
        first = net.cylinder_bead[term]
        return [first, first + 1]
    if kind == FILAMENT_BENDING:
        first = net.hinge[term]
        return [first - 1, first, first + 1]
    if kind == BOUNDARY_REPULSION:
        return [net.wall[2 * term]]
    if kind == LINKER_STRETCHING or kind == MOTOR_STRETCHING:
        bond = net.linker[term] if kind == LINKER_STRETCHING else net.motor[term]
        first, second = net.bond_bead[2 * bond], net.bond_bead[2 * bond + 1]
    else:
        first = net.cylinder_bead[net.pair[2 * term]]
        second = net.cylinder_bead[net.pair[2 * term + 1]]
    return [first, first + 1, second, second + 1]


cdef str describe(const Network *net, const double *x, Kind kind, Py_ssize_t term):
    """The objects of one term with their indices and bead coordinates, for an error message."""
    if kind == FILAMENT_STRETCHING:
        what = f"cylinder {term}"
    elif kind == FILAMENT_BENDING:
        what = f"hinge at bead {net.hinge[term]}"
    elif kind == LINKER_STRETCHING:
        what = f"bond {net.linker[term]}"
    elif kind == MOTOR_STRETCHING:
        what = f"bond {net.motor[term]}"
    elif kind == BOUNDARY_REPULSION:
        what = f"bead {net.wall[2 * term]} and plane {net.wall[2 * term + 1]}"
    else:
        what = f"cylinders {net.pair[2 * term]} and {net.pair[2 * term + 1]}"
    places = ", ".join(
        f"bead {bead} ({x[3 * bead]:.6g}, {x[3 * bead + 1]:.6g}, {x[3 * bead + 2]:.6g})"
        for bead in term_beads(net, kind, term)
    )
    return f"{what} with {places} nm"
