from medyan_py.core.chemistry.filament_templates cimport FilamentTemplates


cdef class EmissionTemplates(FilamentTemplates):
    cdef readonly dict emission_class         # per emission: member class of emission and of absorption
    cdef readonly object emitters             # int32 per emission: compartment of its bubble, −1 before it has one
