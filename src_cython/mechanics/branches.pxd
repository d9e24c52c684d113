from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network


cdef class Branches:
    cdef Ints mother, daughter, bead, mother_of
    cdef Doubles fraction, stretching_k, length, bending_k, angle, dihedral_k, position_k
    cdef int load(self, object table, Ints cylinder_bead, Ints cylinder_filament, Ints filament_start) except -1
    cdef int share(self, Network *net) except -1
