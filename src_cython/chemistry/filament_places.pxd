from libc.stdint cimport uint8_t

from medyan_py.core.chemistry.binding cimport Candidates
from medyan_py.core.chemistry.engine cimport Engine
from medyan_py.core.chemistry.obstacles cimport Obstacles
from medyan_py.core.mechanics.surfaces cimport Surfaces
from medyan_py.core.membrane.interior cimport Interior
from medyan_py.core.membrane.tips cimport TipObstacles
from medyan_py.core.structure.bonds cimport Bonds
from medyan_py.core.structure.branchers cimport Branchers
from medyan_py.core.structure.filaments cimport Filaments

cdef enum:
    MOST_WALLS = 32


cdef class FilamentPlaces(Engine):
    cdef readonly Filaments filaments
    cdef readonly Bonds bonds
    cdef readonly Branchers branchers
    cdef readonly Candidates candidates
    cdef readonly object walls

    cdef int grid[3]
    cdef double compartment_edge[3]           # nm
    cdef int[::1] home                        # the nearest active compartment to each one
    cdef Surfaces surfaces
    cdef double wall_strength, wall_screening, wall_cutoff, wall_shift
    cdef double seed_margin, seed_volume
    cdef bint flat_seeds
    cdef double[::1] growth_factor            # per end: multiplies its polymerisation rates
    cdef double[::1] axial_k                  # pN/nm per filament type, 0 where repulsion is the load
    cdef double[::1] load_axial               # per end: compression of its cylinder at the last force evaluation, pN
    cdef int[::1] load_index                  # per end: monomers won since the last force evaluation
    cdef double[:, ::1] load_tip              # tip and growth direction at the last force evaluation
    cdef double[:, ::1] load_direction
    cdef unsigned int[::1] load_walls         # bit set of the walls within reach
    cdef readonly Obstacles obstacles         # bubbles and the planes of probes
    cdef readonly TipObstacles tip_membranes  # membranes that growing ends feel
    cdef readonly Interior interior           # of the membranes that hold everything in
    cdef uint8_t[::1] load_obstacles          # whether any of them may be within reach

    cdef int compartment_at(self, double *r) noexcept nogil
    cdef double wall_distance(self, int wall, double *r) noexcept nogil
    cdef double boundary_distance(self, double *r) noexcept nogil
    cdef void house_cylinder(self, int cylinder) noexcept nogil
    cdef void house_bond(self, int bond) noexcept nogil
    cdef void house_brancher(self, int brancher) noexcept nogil
    cdef void site_point(self, int site, double *r) noexcept nogil
    cdef void snapshot_end(self, int filament, int side) noexcept nogil
    cdef double load(self, int end, int index) noexcept nogil
    cdef int room_for_ends(self) except -1 nogil
