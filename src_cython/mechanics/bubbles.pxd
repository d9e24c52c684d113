from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network


cdef class Bubbles:
    cdef Doubles x, radius, k, screening, attachment_k
    cdef Ints fixed, plane, point, attached, attachment, mtoc, afm
    cdef Ints wall_list, bead_list, pair_list
    cdef readonly Py_ssize_t movable, count
    cdef int load(self, object table, object attachments, Py_ssize_t planes, Ints filament_start) except -1
    cdef int load_attachments(self, object table, Ints filament_start) except -1
    cdef int place(self, Doubles x, Py_ssize_t beads, Py_ssize_t between) except -1
    cdef int share(self, Network *net) except -1
    cdef bint search(self, Network *net, const double *x, bint walls, double boundary_cutoff, bint repel,
                     double cutoff, double reach) except -1
