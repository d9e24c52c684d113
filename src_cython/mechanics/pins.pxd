from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network

cdef double pinning(const Network *net, const double *x, double *g, Py_ssize_t first, Py_ssize_t last) noexcept nogil


cdef class Pins:
    cdef Ints bead
    cdef Doubles place, k
    cdef int load(self, object table, Py_ssize_t beads) except -1
    cdef int share(self, Network *net) except -1
