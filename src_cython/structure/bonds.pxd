from libc.stdint cimport int64_t, uint8_t

from medyan_py.core.common.table cimport Table


cdef class Bonds(Table):
    cdef int64_t[::1] ident           # counted separately for linkers and motors
    cdef uint8_t[::1] motor           # 1 for a motor, 0 for a linker
    cdef int[::1] reaction            # number of the binding reaction
    cdef int[:, ::1] site             # the two binding sites
    cdef double[::1] rest_length      # nm
    cdef double[::1] stiffness        # pN/nm
    cdef double[::1] tension          # pN, positive when stretched, at the last force evaluation
    cdef double[::1] birth            # s
    cdef int[::1] heads
    cdef double[::1] bound_heads
    cdef int[::1] compartment
    cdef int64_t[2] next_ident

    cdef int create(self, int reaction, bint motor, int site_a, int site_b, double t) except -1 nogil
