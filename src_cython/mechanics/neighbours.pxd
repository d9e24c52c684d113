from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network


cdef class NeighbourSearch:
    cdef Doubles midpoint
    cdef Ints cell, start, members
    cdef int pairs(self, const Network *net, const double *x, double cutoff, Ints out) except -1
    cdef int walls(self, const Network *net, const double *x, double cutoff, double reach, Ints out) except -1
