from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.factor cimport Factor
from medyan_py.core.membrane.sheets cimport Membranes


cdef class MatterStiffness:
    cdef const Membranes *m
    cdef Factor factor
    cdef Ints vertex                  # those of matter that move, by membrane
    cdef Ints place                   # of every vertex among them, −1 for others
    cdef Ints first                   # per membrane, and at the end: where its vertices begin among them
    cdef Doubles w, z                 # derivatives of volumes by the coordinates, and what they solve to
    cdef Doubles gain                 # per membrane: 1/(1/c + w·z)
    cdef Doubles values, work
    cdef bint has(self, Py_ssize_t sheet) noexcept nogil
    cdef bint is_matter(self, Py_ssize_t sheet) noexcept nogil
    cdef int build(self, const Membranes *m, const double *x, double damping) except -1
    cdef int factorise(self, const double *x, double damping) except -1
    cdef int find_volume_modes(self, const double *x) except -1
    cdef void correct(self, double *values) noexcept nogil
    cdef void solve(self, const double *rhs, double *out) noexcept nogil
    cdef void bow(self, const double *x, const double *d, double longest, double *out) noexcept nogil
    cdef void add_bow_of_areas(self, const double *x, const double *d, double *out) noexcept nogil
