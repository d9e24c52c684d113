from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.minimiser cimport Goal, Rule


cdef class BacktrackingMinimiser:
    cdef EnergyModel model
    cdef Doubles g, d, trial_x, trial_g, saved_x, start
    cdef Py_ssize_t evaluations, iterations, forces
    cdef double energy, trial_energy

    cdef double line_search(self, double first, double armijo) noexcept nogil
    cdef int take_trial(self) noexcept nogil
    cdef int steepest(self) noexcept nogil
    cdef int kick(self, double max_distance) except -1
    cdef object run(self, Rule rule, Goal goal, double lambda_max, bint recover)
