"""A log of what happened to linkers and motors, in a buffer that grows until it is cleared."""

from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

import numpy as np

from medyan_py.core.common.state import StateError

KINDS = ("linkerbinding", "linkerunbinding", "motorbinding", "motorunbinding", "motorwalking")
EVENT = np.dtype(
    [("time", "f8"), ("birth_time", "f8"), ("coords", "f8", 3), ("id", "i8"), ("filaments", "i8", 2),
     ("cylinders", "i4", 2), ("sites", "i4", 2), ("left", "i4", 2), ("kind", "i4"), ("type", "i4"), ("leg", "i4"),
     ("direction", "i4")])


cdef class EventLog:
    """Events in the order in which they happened."""

    def __dealloc__(self):
        free(self.event)

    cdef Event *add(self) except NULL nogil:
        """A new entry at the end, to be filled by the caller."""
        cdef Event *grown
        cdef int64_t capacity
        if self.count == self.capacity:
            capacity = 2 * self.capacity if self.capacity else 256
            grown = <Event *> realloc(self.event, <size_t> capacity * sizeof(Event))
            if grown == NULL:
                with gil:
                    raise MemoryError(f"no room for {capacity} events")
            self.event, self.capacity = grown, capacity
        self.count += 1
        return &self.event[self.count - 1]

    @property
    def events(self):
        """A copy of all entries, structured array of dtype ``EVENT``."""
        cdef char[::1] raw
        if EVENT.itemsize != sizeof(Event):
            raise RuntimeError(f"an event takes {sizeof(Event)} bytes, not {EVENT.itemsize}")
        out = np.zeros(self.count, dtype=EVENT)
        if self.count:
            raw = out.view("i1")
            memcpy(&raw[0], self.event, <size_t> self.count * sizeof(Event))
        return out

    def state(self):
        """All entries."""
        return {"events": self.events}

    def restore(self, saved):
        """Take a state over; StateError if its entries have other fields."""
        cdef const char[::1] raw
        cdef int64_t _i
        events = np.ascontiguousarray(saved["events"])
        if events.dtype != EVENT:
            raise StateError(f"events of {events.dtype} were saved where {EVENT} is needed")
        self.clear()
        for _i in range(len(events)):
            self.add()
        if self.count:
            raw = events.view("i1")
            memcpy(self.event, &raw[0], <size_t> self.count * sizeof(Event))

    def clear(self):
        """Forget all entries and give their memory back."""
        free(self.event)
        self.event = NULL
        self.count = self.capacity = 0
