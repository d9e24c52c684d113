from medyan_py.core.mechanics.branches cimport Branches
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.interactions cimport KINDS
from medyan_py.core.mechanics.pins cimport Pins
from medyan_py.core.mechanics.surfaces cimport Surfaces


cdef class LoadedModel(EnergyModel):
    cdef Surfaces surfaces
    cdef Branches branches
    cdef Pins pins
    cdef Doubles gradient
    cdef Doubles rest_length, stretching_k, hinge_k, hinge_theta, volume_k, monomer_size
    cdef Doubles bond_fraction, bond_k, bond_rest
    cdef Ints filament_start, cylinder_bead, cylinder_filament, position, monomer_interval, serial, hinge
    cdef Ints bond_cylinder, bond_bead, linker, motor
    cdef object key_array, shape
    cdef bint bends, takes_pins, takes_bubbles, takes_membranes
    cdef bint busy                    # a thread works on the state outside the interpreter lock
    cdef bint active[KINDS]           # which interactions are switched on
    cdef int enter(self) except -1
    cdef int ignore_inactive(self) except -1
    cdef int share(self) except -1
    cdef int check_filaments(self) except -1
    cdef int sort_bonds(self, object kinds) except -1
