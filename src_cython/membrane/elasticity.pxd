from medyan_py.core.mechanics.network cimport Network

cdef double local_stretching(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double global_stretching(const Network *net, const double *x, double *g,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double tension(const Network *net, const double *x, double *g,
                    Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double volume_conservation(const Network *net, const double *x, double *g,
                                Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double triangle_protection(const Network *net, const double *x, double *g,
                                Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double vertex_attachments(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double sheet_area(const Network *net, const double *x, Py_ssize_t sheet) noexcept nogil
cdef double sheet_volume(const Network *net, const double *x, Py_ssize_t sheet) noexcept nogil
