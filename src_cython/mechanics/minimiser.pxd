from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.preconditioner cimport Preconditioner

cdef enum Rule:
    POLAK_RIBIERE
    FLETCHER_REEVES
    STEEPEST_DESCENT


cdef double dot(const double *u, const double *v, Py_ssize_t n) noexcept nogil
cdef double largest_component(const double *u, Py_ssize_t n) noexcept nogil


cdef class Minimiser:
    cdef EnergyModel model
    cdef Preconditioner matrix
    cdef Doubles g, z, d, trial_x, trial_g, best_x, best_g, start
    cdef Py_ssize_t evaluations, iterations, rebuilds, separated
    cdef double energy, slope, product, residual
    cdef bint steepest                # whether d is −z

    cdef int begin_search(self) except -1
    cdef double line_search(self, double first, double longest) noexcept nogil
    cdef void steepest_direction(self) noexcept nogil
    cdef void restart(self) noexcept nogil
    cdef void turn(self, Rule rule) noexcept nogil
    cdef bint follow_neighbours(self) except -1
    cdef str descend(self, Rule rule, double tolerance, double max_distance, double relative)
    cdef object run(self, Rule rule, double tolerance, double max_distance, double relative)
