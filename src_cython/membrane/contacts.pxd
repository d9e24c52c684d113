from medyan_py.core.mechanics.buffers cimport Ints

cdef int find_contacts(const double *x, Py_ssize_t beads, const double *vertices, const int *corner,
                       Py_ssize_t triangles, double cutoff, Ints out) except -1
cdef double triangle_distance(const double *a, const double *b, const double *c, const double *p) noexcept nogil
