from medyan_py.core.chemistry.filament_books cimport FilamentBooks


cdef class FilamentTurnover(FilamentBooks):
    cdef int occupy_site(self, int site, int flag, int object) except -1 nogil
    cdef int free_site(self, int site, int flag) except -1 nogil
    cdef int site_appeared(self, int cylinder, int slot) except -1 nogil
    cdef int site_vanished(self, int cylinder, int slot) except -1 nogil
    cdef void fetch_end(self, int end) noexcept nogil
    cdef int grow_one(self, int which, int group) except -1 nogil
    cdef int shrink_one(self, int which) except -1 nogil
    cdef int bind_one(self, int which, int group) except -1 nogil
    cdef int make_bond(self, int which, int site_a, int site_b) except -1 nogil
    cdef int unbind_one(self, int which) except -1 nogil
    cdef int break_bond(self, int bond) except -1 nogil
    cdef int walk_one(self, int which, int direction) except -1 nogil
