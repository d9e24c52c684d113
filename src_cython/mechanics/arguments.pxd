from medyan_py.core.mechanics.buffers cimport Doubles, Ints

cdef int take_doubles(str name, object values, tuple shape, Doubles out, double low, double high) except -1
cdef int take_ints(str name, object values, tuple shape, Ints out, long long low, long long high) except -1
cdef double positive(str name, object value, bint infinite=*) except -1
cdef object one_of(str name, object value, tuple allowed)
cdef dict columns(str name, object table, tuple required, dict optional)
cdef Py_ssize_t rows(str name, object table, str column) except -1
