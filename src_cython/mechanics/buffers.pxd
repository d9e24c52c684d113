cdef class Doubles:
    cdef object array
    cdef double *data
    cdef Py_ssize_t size
    cdef int resize(self, Py_ssize_t size) except -1
    cdef object copy(self, tuple shape)


cdef class Ints:
    cdef object array
    cdef int *data
    cdef Py_ssize_t size
    cdef int resize(self, Py_ssize_t size) except -1
    cdef object copy(self, tuple shape)


cdef bint replace(Ints old, Ints new) except -1
