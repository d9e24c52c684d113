from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.sheets cimport Membranes


cdef class RigidMotions:
    cdef const Membranes *m
    cdef Doubles normal, mass         # per vertex: unit vector; nm²
    cdef Ints free                    # per membrane: whether nothing ties it to a place
    cdef Doubles arm                  # per vertex: place from the centre of its membrane, nm
    cdef Doubles inverse_moments      # per membrane: 6 × 6
    cdef Doubles compliance           # per membrane: nm/pN of translations, 1/(pN nm) of rotations
    cdef int find(self, const Membranes *m, const double *x, Doubles normal, Doubles mass, Doubles sideways,
                  Doubles tension) except -1
    cdef void motion(self, Py_ssize_t vertex, double *out) noexcept nogil
    cdef void take_out(self, double *values, bint forces) noexcept nogil
    cdef void move(self, const double *rhs, double *out) noexcept nogil
