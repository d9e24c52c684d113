from libc.stdint cimport uint8_t


cdef class Table:
    cdef readonly dict layout, columns
    cdef readonly int capacity, count, top
    cdef int[::1] vacant
    cdef int vacancies
    cdef bint by_row
    cdef uint8_t[:] alive

    cdef int reserve(self, int rows) except -1
    cdef int take(self) except -1 nogil
    cdef void release(self, int row) noexcept nogil
