"""Emission and absorption of molecules at bubbles.

Molecules on a bubble are a bulk species of its own. They go free in the compartment where the bubble is, and free ones
of that compartment return: two channels whose only member is the bubble, so that moving it to another compartment is
moving a weight. The weight of emission is a factor between 0 and 1 that follows from the force on the bubble.
"""

from medyan_py.core.chemistry.event_loop cimport NOTHING
from medyan_py.core.chemistry.filament_templates cimport FilamentTemplates

import numpy as np

from medyan_py.core.common.state import fill


cdef class EmissionTemplates(FilamentTemplates):
    """Base of ``FilamentChemistry``: emissions as templates, and where their bubbles are."""

    def _emission(self, int i, e, local, whole):
        if not e.held.bulk:
            raise ValueError("molecules on a bubble are counted by a bulk species")
        if self.emission_class is None:
            self.emission_class = {}
        names = self.whole_class_names if e.free.bulk else self.local_class_names
        templates = whole if e.free.bulk else local
        classes = (self._class(names, "emit", i), self._class(names, "absorb", i))
        ways = (e.emission, e.held, e.free, e.free_energy), (e.absorption, e.free, e.held, e.back_energy)
        for k, (rate, source, target, free_energy) in zip(classes, ways, strict=True):
            self._add(templates, rate, k, NOTHING, i, (source,), {"products": (target,), **self._entry(free_energy)})
        self.emission_class[i] = classes
        self.emitters = np.full(i + 1, -1, dtype=np.int32)

    def _emitter_state(self):
        return np.array([] if self.emitters is None else self.emitters, dtype=np.int32)

    def _restore_emitters(self, saved):
        if self.emitters is not None:
            fill(self.emitters, saved, "compartments of bubbles")

    def set_emissions(self, points, factors):
        """Where the bubbles of all emissions are, (n, 3) nm, and the factors, (n,) in [0, 1], of their emission.

        Raises ValueError for arrays of another length and factors out of range.
        """
        cdef int i, c, emit, absorb
        cdef double[:, ::1] x = np.array(points, dtype=np.float64).reshape(-1, 3)
        cdef double[::1] factor = np.array(factors, dtype=np.float64).reshape(-1)
        if not x.shape[0] == factor.shape[0] == len(self.emissions):
            raise ValueError(f"{len(self.emissions)} points and factors are needed")
        for i in range(x.shape[0]):
            if not 0.0 <= factor[i] <= 1.0 or not np.isfinite(x[i]).all():
                raise ValueError(f"emission {i}: point {np.asarray(x[i])}, factor {factor[i]}")
            emit, absorb = self.emission_class[i]
            if self.emissions[i].free.bulk:
                self.weigh_whole(emit, factor[i])
                self.weigh_whole(absorb, 1.0)
                continue
            c = self.compartment_at(&x[i, 0])
            if self.emitters[i] not in (-1, c):
                self.weigh_local(self.emitters[i], emit, 0.0)
                self.weigh_local(self.emitters[i], absorb, 0.0)
            self.emitters[i] = c
            self.weigh_local(c, emit, factor[i])
            self.weigh_local(c, absorb, 1.0)
        self.settle(-1)
