from libc.stdint cimport int64_t

from medyan_py.core.common.table cimport Table


cdef class Branchers(Table):
    cdef int64_t[::1] ident
    cdef int[::1] reaction            # number of the branching reaction
    cdef int[::1] site                # binding site on the mother filament
    cdef int[::1] daughter            # row of the daughter filament
    cdef double[::1] force            # pN, magnitude on the daughter's first bead at the last force evaluation
    cdef double[::1] birth            # s
    cdef int[::1] compartment
    cdef int64_t next_ident

    cdef int create(self, int reaction, int site, int daughter, double t) except -1 nogil
