from medyan_py.core.chemistry.filament_seeding cimport FilamentSeeding


cdef class FilamentChemistry(FilamentSeeding):
    cdef int age_end(self, int which) except -1 nogil
    cdef int age_inner(self, int which) except -1 nogil
    cdef int destroy_one(self, int which) except -1 nogil
    cdef int sever_one(self, int which) except -1 nogil
    cdef int cut(self, int cylinder) except -1 nogil
    cdef bint end_can_be(self, int cylinder, int slot) noexcept nogil
