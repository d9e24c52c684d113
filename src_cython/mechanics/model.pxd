from medyan_py.core.mechanics.backtracking cimport BacktrackingMinimiser
from medyan_py.core.mechanics.loading cimport LoadedModel
from medyan_py.core.mechanics.minimiser cimport Minimiser


cdef class MechanicalModel(LoadedModel):
    cdef Minimiser minimiser
    cdef BacktrackingMinimiser backtracking
    cdef int set_table(self, dict switches) except -1
    cdef object force_of(self, tuple kinds)
