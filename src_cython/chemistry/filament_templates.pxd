from medyan_py.core.chemistry.filament_members cimport FilamentMembers


cdef double log_power_less_one(double ratio, double n) noexcept nogil


cdef class FilamentTemplates(FilamentMembers):
    cdef dict factors                 # (in compartments, template) → {cause: factor}

    cdef _binding_rates(self, int i, b)
