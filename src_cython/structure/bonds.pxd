from libc.stdint cimport int64_t, uint8_t

from medyan_py.core.common.table cimport Table


cdef class Bonds(Table):
    cdef int64_t[:] ident           # counted separately for linkers and motors
    cdef uint8_t[:] motor           # 1 for a motor, 0 for a linker
    cdef int[:] reaction            # number of the binding reaction
    cdef int[:, :] site             # the two binding sites
    cdef double[:] rest_length      # nm
    cdef double[:] stiffness        # pN/nm
    cdef double[:] tension          # pN, positive when stretched, at the last force evaluation
    cdef double[:] birth            # s
    cdef int[:] heads
    cdef double[:] bound_heads
    cdef int[:] compartment
    cdef int64_t[2] next_ident

    cdef int create(self, int reaction, bint motor, int site_a, int site_b, double t) except -1 nogil
