"""When the next event happens, and in which group of channels: the schedulers.

NRM
    A putative time for every group in an indexed heap; times of groups that did not fire are rescaled and reused
    (Gibson & Bruck 2000, J Phys Chem A 104:1876).
GILLESPIE
    The direct method (Gillespie 1977, J Phys Chem 81:2340): one waiting time drawn from the total propensity, then
    the group in proportion to its share, through a tree of partial sums.
SIMPLEGILLESPIE
    The direct method to the letter: before every event all propensities and their total are formed from scratch and
    the group is found by a linear search. Slow; it serves to check the others.

All are exact, so they agree in distribution; single trajectories differ. A waiting time drawn beyond the end of a
window stays valid, so splitting a run into windows changes nothing.
"""

import numpy as np

from medyan_py.core.common.state import copied, fill

METHODS = {"NRM": NEXT_REACTION, "GILLESPIE": DIRECT, "SIMPLEGILLESPIE": SIMPLE}


cdef class Clock:
    """Scheduler of ``groups`` groups.

    Parameters
    ----------
    algorithm : {'NRM', 'GILLESPIE', 'SIMPLEGILLESPIE'}
    groups : int, at least 1
    random : RandomStream

    Raises
    ------
    ValueError
        For another name of an algorithm.
    """

    def __init__(self, algorithm, int groups, RandomStream random):
        if algorithm not in METHODS:
            raise ValueError(f"unknown algorithm {algorithm!r}; known are {', '.join(METHODS)}")
        self.method = METHODS[algorithm]
        self.groups = groups
        self.random = random
        self.queue = EventQueue(groups if self.method == NEXT_REACTION else 1)
        self.sums = SumTrees(1, groups if self.method == DIRECT else 1)
        self.weight = np.zeros(groups if self.method == SIMPLE else 1)
        self.pending = INFINITY

    def state(self):
        """Putative times or propensities, and the next event where it is drawn ahead."""
        return {"queue": self.queue.state(), "sums": self.sums.state(), "weight": copied(self.weight),
                "pending": self.pending, "sum": self.sum, "stale": bool(self.stale)}

    def restore(self, saved):
        """Take a state over; StateError if it is that of another algorithm or number of groups."""
        self.queue.restore(saved["queue"])
        self.sums.restore(saved["sums"])
        fill(self.weight, saved["weight"], "propensities of groups")
        self.pending, self.sum, self.stale = saved["pending"], saved["sum"], saved["stale"]

    cdef double recount(self) noexcept nogil:
        cdef double total = 0.0
        cdef int g
        for g in range(self.groups):
            total += self.weight[g]
        return total

    cdef int scan(self, double target) noexcept nogil:
        """The group in which the running sum passes ``target``; the last possible one if rounding carries it past."""
        cdef int g, last = 0
        for g in range(self.groups):
            if self.weight[g] > 0.0:
                last = g
                if target < self.weight[g]:
                    break
                target -= self.weight[g]
        return last
