from medyan_py.core.chemistry.filament_members cimport FilamentMembers


cdef class FilamentTemplates(FilamentMembers):
    cdef dict factors                 # (in compartments, template) → {cause: factor}

    cdef _binding_rates(self, int i, b)
