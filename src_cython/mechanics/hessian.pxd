from medyan_py.core.mechanics.energy cimport EnergyModel

cdef object sparse_hessian(EnergyModel model)
