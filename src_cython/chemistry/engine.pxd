from libc.stdint cimport int64_t

from medyan_py.core.chemistry.event_loop cimport EventLoop


cdef class Engine(EventLoop):
    cdef void write_counts(self, int64_t *row) noexcept nogil
