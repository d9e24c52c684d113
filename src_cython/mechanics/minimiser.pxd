from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.preconditioner cimport Preconditioner
from medyan_py.core.mechanics.quasi_newton cimport CorrectionPairs

cdef enum Rule:
    POLAK_RIBIERE
    FLETCHER_REEVES
    STEEPEST_DESCENT
    LIMITED_BFGS

cdef struct Goal:
    double force                      # pN, largest force component of a relaxed state
    double decrease                   # pN nm, largest decrease still predicted there
    double relative                   # fraction of the energy; twenty steps in a row that gain less end a search
    double max_distance               # nm
    Py_ssize_t evaluations            # after which a search ends, 0: by the size of the model


cdef double dot(const double *u, const double *v, Py_ssize_t n) noexcept nogil
cdef bint finite(const double *u, Py_ssize_t n) noexcept nogil
cdef double largest_component(const double *u, Py_ssize_t n) noexcept nogil


cdef class Minimiser:
    cdef EnergyModel model
    cdef Preconditioner matrix
    cdef CorrectionPairs pairs
    cdef Doubles g, z, d, trial_x, trial_g, trial_d, best_x, best_g, best_d, start
    cdef Doubles bow                  # second-order part of a step, of vertices of membranes
    cdef Py_ssize_t evaluations, iterations, rebuilds, separated
    cdef double energy, slope, product, residual
    cdef bint steepest                # whether d is −z

    cdef int begin_search(self) except -1
    cdef double line_search(self, double first, double longest) noexcept nogil
    cdef void add_bow(self, double step) noexcept nogil
    cdef void steepest_direction(self) noexcept nogil
    cdef void restart(self) noexcept nogil
    cdef void turn(self, Rule rule) noexcept nogil
    cdef double limit_direction(self, double step, double reach) noexcept nogil
    cdef double damped(self, double damping, double accepted, double stiffness) noexcept nogil
    cdef bint follow_neighbours(self) except -1
    cdef str nothing_found(self)
    cdef str descend(self, Rule rule, Goal goal)
    cdef object run(self, Rule rule, Goal goal)
