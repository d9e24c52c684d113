"""Book-keeping of filament events: free energies of reactions whose members are drawn, and the log of bond events.

Nothing here changes the system or draws a random number, so a run takes the same course with and without it.
"""

from libc.math cimport log
from libc.stdint cimport int64_t

from medyan_py.core.chemistry.event_log cimport Event, EventLog
from medyan_py.core.chemistry.filament_members cimport BindingKind, EndAging, FilamentMembers
from medyan_py.core.chemistry.emission cimport EmissionTemplates
from medyan_py.core.chemistry.filament_templates cimport log_power_less_one
from medyan_py.core.chemistry.ledger cimport rise

import numpy as np

from medyan_py.core.chemistry.event_log import KINDS
from medyan_py.core.common.state import copied, fill


cdef class FilamentBooks(EmissionTemplates):
    """What ``FilamentChemistry`` remembers of its events."""

    def _open_books(self, bint track_events):
        self.logging = track_events
        self.event_log = EventLog()
        self.tally = np.zeros((len(self.filaments.kinds), 256), dtype=np.int64)
        self.tally_stale = True

    # ---------------------------------------------------------------- state

    def state(self):
        """Everything that decides what happens next, to be called between runs; see ``Engine.restore``."""
        return {"members": FilamentMembers.state(self), "factors": self._factor_state(),
                "emitters": self._emitter_state(),
                "event_log": self.event_log.state(), "tally": copied(self.tally), "tally_stale": bool(self.tally_stale)}

    def restore(self, saved):
        """Take over the state of a system of the same description; see ``Engine.restore``."""
        FilamentMembers.restore(self, saved["members"])
        self._restore_factors(saved["factors"])
        self._restore_emitters(saved["emitters"])
        self.event_log.restore(saved["event_log"])
        fill(self.tally, saved["tally"], "numbers of monomers by state")
        self.tally_stale = saved["tally_stale"]

    # ---------------------------------------------------------------- free energy

    cdef double log_volume(self, bint bulk, int compartment) noexcept nogil:
        """ln f of the compartment that a molecule goes to; a bulk species has the whole volume."""
        return 0.0 if bulk else log(self.volume[compartment])

    cdef void book_release(self, int account, double g, bint bulk, int species, int compartment) noexcept nogil:
        """A molecule will go free: g − ln f + ℓ(N + 1) − ℓ(N). A constant species does not change."""
        cdef int64_t n
        if bulk and self.bulk_constant[species]:
            self.ledger.enter(account, g)
            return
        n = self.bulk_count[species] if bulk else self.count[compartment * self.diffusing + species]
        self.ledger.enter(account, g - self.log_volume(bulk, compartment) + rise(n, 1))

    cdef void book_unbinding(self, int bond) noexcept nogil:
        """A linker will let go, with minus the constant of its binding; a motor, with ln(r^N − 1) for N heads."""
        cdef BindingKind *kind = &self.binding[self.bonds.reaction[bond]]
        cdef double g
        cdef int compartment = self.bonds.compartment[bond]
        if kind.motor:
            g = log_power_less_one(kind.free_energy, self.bonds.heads[bond])
            self.ledger.enter(kind.unbind_account, g - self.log_volume(kind.bulk, compartment))
        else:
            self.book_release(kind.unbind_account, -kind.free_energy, kind.bulk, kind.species, compartment)

    cdef void book_aging(self, int which, int type) noexcept nogil:
        """A monomer will change its kind: the numbers of both kinds on all filaments of the type count."""
        cdef EndAging *aging = &self.end_aging[which]
        if self.tally_stale:
            self.recount()
        if aging.state != aging.new_state:
            self.ledger.enter(aging.account, aging.free_energy + rise(self.tally[type, aging.state], -1)
                              + rise(self.tally[type, aging.new_state], 1))
        else:
            self.ledger.enter(aging.account, aging.free_energy)
        self.retally(type, aging.state, -1)
        self.retally(type, aging.new_state, 1)

    cdef void recount(self) noexcept nogil:
        """Count the monomers of every state anew."""
        cdef int c, slot, first
        self.tally[:, :] = 0
        for c in range(self.filaments.cylinders.top):
            if self.filaments.cylinders.alive[c]:
                first = self.filaments.cylinders.first[c]
                for slot in range(first, first + self.filaments.cylinders.monomers[c]):
                    self.tally[self.filaments.type_of(c), self.filaments.cylinders.kind[c, slot]] += 1
        self.tally_stale = False

    # ---------------------------------------------------------------- events of bonds

    cdef int log_event(self, int kind, int bond, int leg, int direction, int old) except -1 nogil:
        """Log what happens to a bond; a walking ``leg`` came from site ``old``, −1 for other events.

        The place is the middle of the attachment points at the present bead positions, before a step.
        """
        cdef Event *event = self.event_log.add()
        cdef int n = self.filaments.max_sites, k, i, site, c
        cdef double[3] r
        event.time, event.birth, event.ident = self.time, self.bonds.birth[bond], self.bonds.ident[bond]
        event.kind, event.type, event.leg, event.direction = kind, self.bonds.reaction[bond], leg, direction
        event.left[0] = event.left[1] = -1
        for k in range(3):
            event.middle[k] = 0.0
        for i in range(2):
            site = self.bonds.site[bond, i]
            c = site // n
            event.filament[i] = self.filaments.table.ident[self.filaments.cylinders.filament[c]]
            event.position[i] = self.filaments.cylinders.position[c]
            event.site[i] = site % n
            if i == leg:
                event.left[0], event.left[1] = self.filaments.cylinders.position[old // n], old % n
                site = old
            self.site_point(site, r)
            for k in range(3):
                event.middle[k] += 0.5 * r[k]
        return 0

    @property
    def bond_events(self):
        """Events of linkers and motors since the log was cleared, in order: name of the kind → structured array.

        Kinds are linkerbinding, linkerunbinding, motorbinding, motorunbinding, motorwalking. Fields: ``time``,
        ``birth_time`` (s); ``coords`` (nm), middle of the attachment points, before a step; ``id``; ``type``, number
        among the linker or motor reactions; ``filaments``, ``cylinders``, ``sites`` of both legs, after a step (ids,
        places of cylinders along their filaments, sites along their cylinders); ``leg`` that walked, cylinder and
        site it ``left``, ``direction`` (1 plus, 0 minus); −1 without a step.
        """
        events = self.event_log.events
        types = np.array([b.type for b in self.bindings] or [0], dtype=np.int32)
        events["type"] = types[events["type"]]
        return {name: events[events["kind"] == number] for number, name in enumerate(KINDS)}

    def clear_bond_events(self):
        """Begin a new log."""
        self.event_log.clear()
