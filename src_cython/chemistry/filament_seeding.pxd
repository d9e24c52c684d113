from medyan_py.core.chemistry.filament_turnover cimport FilamentTurnover


cdef class FilamentSeeding(FilamentTurnover):
    cdef int draw_slot(self, int rule, int group, int *cylinder) noexcept nogil
    cdef int settle_filament(self, int filament) except -1 nogil
    cdef int nucleate_one(self, int which, int group) except -1 nogil
    cdef int tries_for_seed(self, int group) noexcept nogil
    cdef int place_seed(self, int which, int group, double *at, double *direction) noexcept nogil
    cdef int branch_one(self, int which, int group) except -1 nogil
    cdef int grow_branch(self, int which, int site, double *at, double *direction) except -1 nogil
    cdef int unbranch_one(self, int which) except -1 nogil
    cdef void random_direction(self, double *u) noexcept nogil
