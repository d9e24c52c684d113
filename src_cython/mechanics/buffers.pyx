"""Arrays that only ever grow, so that state can be loaded many times a second without allocation.

The memory belongs to a NumPy array: a view handed out earlier stays valid (with its old contents) after growth.
"""

import numpy as np
cimport numpy as cnp

cnp.import_array()


cdef Py_ssize_t capacity(Py_ssize_t size) noexcept nogil:
    return size + size // 2 + 16


cdef class Doubles:
    """Growing array of float64."""

    def __cinit__(self):
        self.array = np.zeros(16)
        self.data = <double *> cnp.PyArray_DATA(<cnp.ndarray> self.array)
        self.size = 0

    cdef int resize(self, Py_ssize_t size) except -1:
        """Make room for ``size`` values; contents are kept."""
        if size > (<cnp.ndarray> self.array).shape[0]:
            grown = np.zeros(capacity(size))
            grown[:self.size] = self.array[:self.size]
            self.array = grown
            self.data = <double *> cnp.PyArray_DATA(<cnp.ndarray> self.array)
        self.size = size
        return 0

    cdef object copy(self, tuple shape):
        return self.array[:self.size].reshape(shape).copy()


cdef class Ints:
    """Growing array of C int."""

    def __cinit__(self):
        self.array = np.zeros(16, np.intc)
        self.data = <int *> cnp.PyArray_DATA(<cnp.ndarray> self.array)
        self.size = 0

    cdef int resize(self, Py_ssize_t size) except -1:
        """Make room for ``size`` values; contents are kept."""
        if size > (<cnp.ndarray> self.array).shape[0]:
            grown = np.zeros(capacity(size), np.intc)
            grown[:self.size] = self.array[:self.size]
            self.array = grown
            self.data = <int *> cnp.PyArray_DATA(<cnp.ndarray> self.array)
        self.size = size
        return 0

    cdef object copy(self, tuple shape):
        return self.array[:self.size].reshape(shape).copy()


cdef bint replace(Ints old, Ints new) except -1:
    """Copy ``new`` into ``old``; True if they differed."""
    cdef Py_ssize_t i
    cdef bint changed = old.size != new.size
    old.resize(new.size)
    for i in range(new.size):
        changed = changed or old.data[i] != new.data[i]
        old.data[i] = new.data[i]
    return changed
