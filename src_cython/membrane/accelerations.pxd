from medyan_py.core.membrane.sheets cimport Membranes

cdef const double *move_of(const Membranes *m, const double *d, Py_ssize_t vertex) noexcept nogil
cdef double sheet_area_acceleration(const Membranes *m, Py_ssize_t sheet, const double *x,
                                    const double *d) noexcept nogil
cdef double sheet_volume_acceleration(const Membranes *m, Py_ssize_t sheet, const double *x,
                                      const double *d) noexcept nogil
