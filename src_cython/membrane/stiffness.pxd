from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.factor cimport Factor
from medyan_py.core.membrane.matter cimport MatterStiffness
from medyan_py.core.membrane.rigid_motions cimport RigidMotions
from medyan_py.core.membrane.sheets cimport Membranes


cdef class SheetStiffness:
    cdef const Membranes *m
    cdef Py_ssize_t movable, springs
    cdef object made_of               # what the factors were made of
    cdef Factor first, second
    cdef MatterStiffness matter
    cdef RigidMotions whole
    cdef Ints spring                  # vertices with one
    cdef Doubles tension              # per membrane, pN/nm
    cdef Doubles mass, inverse_scale  # per vertex: nm²; 1 over pN nm
    cdef Doubles normal, sideways     # per vertex: unit vector; pN/nm
    cdef Doubles w, z                 # modes: of volumes, of areas, then one per spring
    cdef Doubles gain                 # 1/(1/c + w·z): per membrane for volume and area, then per spring
    cdef Doubles work
    cdef int build(self, const Membranes *m, const double *x, double damping) except -1
    cdef int find_tensions(self, const double *x) except -1
    cdef int factorise(self) except -1
    cdef int find_normals(self, const double *x) except -1
    cdef int resist_turns(self) except -1
    cdef int find_modes(self) except -1
    cdef int add_sheet_mode(self, int kind) except -1
    cdef int add_spring(self, Py_ssize_t vertex, double k) except -1
    cdef void bend(self, double *values) noexcept nogil
    cdef void correct(self, double *values, int kinds, Py_ssize_t springs) noexcept nogil
    cdef void solve(self, const double *rhs, double *out) noexcept nogil
    cdef bint bow(self, const double *x, const double *d, double slope, double longest, double *out) noexcept nogil
    cdef double largest(self, const double *g) noexcept nogil
