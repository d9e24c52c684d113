from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network


cdef class Couplings:
    cdef Doubles link, outer          # 9 values per bond; 12 per other coupling, six for each side
    cdef Ints outer_point             # 2 per coupling
    cdef Py_ssize_t others
    cdef const Network *net

    cdef int find(self, const Network *net, const double *x, double *band, bint contacts) except -1
    cdef int add_links(self, const double *x, double *band) except -1
    cdef int add_contacts(self, const double *x, double *band) except -1
    cdef int add_branches(self, const double *x, double *band) except -1
    cdef int add_attachments(self, const double *x, double *band) except -1
    cdef int keep(self, Py_ssize_t first, Py_ssize_t second, const double *change, double weight,
                  double *band) except -1
    cdef void subtract(self, const double *d, double *out) noexcept nogil
    cdef void subtract_links(self, const double *d, double *out) noexcept nogil
