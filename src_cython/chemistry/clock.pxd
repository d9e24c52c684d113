from libc.math cimport INFINITY

from medyan_py.core.common.heap cimport EventQueue
from medyan_py.core.common.prefetch cimport prefetch
from medyan_py.core.common.random cimport RandomStream
from medyan_py.core.common.sumtree cimport SumTrees

cdef enum Method:
    NEXT_REACTION = 0
    DIRECT = 1
    SIMPLE = 2


cdef class Clock:
    cdef readonly int groups
    cdef Method method
    cdef EventQueue queue         # next-reaction method: putative time of every group
    cdef SumTrees sums            # direct method: propensity of every group
    cdef double[::1] weight       # simple method: propensity of every group
    cdef double pending, sum      # the other two: time of the next event and the total it was drawn for
    cdef bint stale               # a total changed since
    cdef RandomStream random

    cdef double recount(self) noexcept nogil
    cdef int scan(self, double target) noexcept nogil

    cdef inline void fetch(self, int group) noexcept nogil:
        """Ask for what changes with the propensity of a group."""
        if self.method == NEXT_REACTION:
            prefetch(&self.queue.where[group])

    cdef inline double when(self) noexcept nogil:
        """Time of the next event, infinity if nothing can happen."""
        return self.queue.smallest() if self.method == NEXT_REACTION else self.pending

    cdef inline int which(self) noexcept nogil:
        """The group in which the next event happens. To be asked once per event: it may use a random number."""
        if self.method == NEXT_REACTION:
            return self.queue.first()
        if self.method == DIRECT:
            return self.sums.select(0, self.random.uniform() * self.sum)
        return self.scan(self.random.uniform() * self.sum)

    cdef inline void renew(self, int group, double total, double now) noexcept nogil:
        """A group that fired, or had nothing to do before, has this propensity now."""
        if self.method == NEXT_REACTION:
            self.queue.update(group, now + self.random.exponential() / total if total > 0.0 else INFINITY)
        else:
            self.note(group, total)

    cdef inline void rescale(self, int group, double old, double total, double now) noexcept nogil:
        """The propensity of a group that did not fire changed from ``old`` > 0."""
        cdef double due
        if self.method == NEXT_REACTION:
            due = now + (self.queue.key_of(group) - now) * (old / total) if total > 0.0 else INFINITY
            self.queue.update(group, due)
        else:
            self.note(group, total)

    cdef inline void resume(self, int group, double total, double next_time) noexcept nogil:
        """A group that is alone has this propensity and this time of its next event, drawn elsewhere."""
        if self.method == NEXT_REACTION:
            self.queue.update(group, next_time)
        else:
            self.note(group, total)
            self.stale = False
            self.sum = total
            self.pending = next_time

    cdef inline void note(self, int group, double total) noexcept nogil:
        self.stale = True
        if self.method == DIRECT:
            self.sums.put(0, group, total)
        else:
            self.weight[group] = total

    cdef inline void settle(self, double now) noexcept nogil:
        """All changes of an event are told: without putative times of groups, draw when the next event happens."""
        if self.method != NEXT_REACTION and self.stale:
            self.stale = False
            self.sum = self.sums.total(0) if self.method == DIRECT else self.recount()
            self.pending = now + self.random.exponential() / self.sum if self.sum > 0.0 else INFINITY
