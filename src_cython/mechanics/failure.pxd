from medyan_py.core.mechanics.energy cimport EnergyModel

cdef object not_finite(EnergyModel model, const double *x)
cdef list largest_forces(EnergyModel model, Py_ssize_t count)
