from libc.stdint cimport int64_t

from medyan_py.core.common.table cimport Table


cdef class Branchers(Table):
    cdef int64_t[:] ident
    cdef int[:] reaction            # number of the branching reaction
    cdef int[:] site                # binding site on the mother filament
    cdef int[:] daughter            # row of the daughter filament
    cdef double[:] force            # pN, magnitude on the daughter's first bead at the last force evaluation
    cdef double[:] birth            # s
    cdef int[:] compartment
    cdef int64_t next_ident

    cdef int create(self, int reaction, int site, int daughter, double t) except -1 nogil
