from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.preconditioner cimport Preconditioner

cdef enum:
    MEMORY = 10                       # pairs kept


cdef class CorrectionPairs:
    cdef Doubles steps, changes, work
    cdef double inverse[MEMORY]       # 1/(sᵀy) of every pair
    cdef Py_ssize_t count, newest, n
    cdef double scale                 # sᵀy / yᵀP⁻¹y of the newest pair

    cdef int begin(self, Py_ssize_t n) except -1
    cdef void remember(self, const double *x, const double *moved, const double *before, const double *after,
                       Preconditioner matrix) noexcept nogil
    cdef void direction(self, const double *g, Preconditioner matrix, double *d) noexcept nogil
