from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.backtracking cimport BacktrackingMinimiser
from medyan_py.core.mechanics.minimiser cimport Minimiser


cdef class MechanicalModel(EnergyModel):
    cdef Minimiser minimiser
    cdef BacktrackingMinimiser backtracking
    cdef Doubles gradient, plane
    cdef Doubles rest_length, stretching_k, hinge_k, hinge_theta, volume_k, monomer_size
    cdef Doubles bond_fraction, bond_k, bond_rest
    cdef Ints filament_start, cylinder_bead, cylinder_filament, position, monomer_interval, serial, hinge
    cdef Ints bond_cylinder, bond_bead, linker, motor
    cdef object key_array
    cdef bint bends
    cdef int share(self) except -1
    cdef int check_filaments(self) except -1
    cdef int sort_bonds(self, object kinds) except -1
