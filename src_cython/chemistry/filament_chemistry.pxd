from libc.stdint cimport uint8_t

from medyan_py.core.chemistry.filament_books cimport FilamentBooks


cdef class FilamentChemistry(FilamentBooks):
    cdef int occupy_site(self, int site, int flag, int object) except -1 nogil
    cdef int free_site(self, int site, int flag) except -1 nogil
    cdef int site_appeared(self, int cylinder, int slot) except -1 nogil
    cdef int site_vanished(self, int cylinder, int slot) except -1 nogil
    cdef int grow_one(self, int which, int group) except -1 nogil
    cdef int shrink_one(self, int which) except -1 nogil
    cdef int bind_one(self, int which, int group) except -1 nogil
    cdef int make_bond(self, int which, int site_a, int site_b) except -1 nogil
    cdef int unbind_one(self, int which) except -1 nogil
    cdef int break_bond(self, int bond) except -1 nogil
    cdef int walk_one(self, int which, int direction) except -1 nogil
    cdef int age_end(self, int which) except -1 nogil
    cdef int age_inner(self, int which) except -1 nogil
    cdef int draw_slot(self, int rule, int group, int *cylinder) noexcept nogil
    cdef int destroy_one(self, int which) except -1 nogil
    cdef int sever_one(self, int which) except -1 nogil
    cdef int cut(self, int cylinder) except -1 nogil
    cdef bint end_can_be(self, int cylinder, int slot) noexcept nogil
    cdef int nucleate_one(self, int which, int group) except -1 nogil
    cdef int place_seed(self, int which, int group, double *at, double *direction) noexcept nogil
    cdef int branch_one(self, int which, int group) except -1 nogil
    cdef int grow_branch(self, int which, int site, double *at, double *direction) except -1 nogil
    cdef int unbranch_one(self, int which) except -1 nogil
    cdef int settle_filament(self, int filament) except -1 nogil
    cdef void random_direction(self, double *u) noexcept nogil
