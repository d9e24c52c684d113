"""Accounts of the free energy that reactions dissipate (Floyd, Papoian & Jarzynski 2019, Interface Focus 9:20180078).

The chemical free energy of the molecules is Σ (ℓ(N) − N ln f) over species and compartments, in kT, with
ℓ(N) = N ln N and f the volume of the compartment as a fraction of a full one. Every fired reaction enters the change
of that sum, plus a constant of the reaction, to the account of its name.
"""

import numpy as np

from medyan_py.core.common.state import copied, fill


def _longer(old, new):
    new[:len(old)] = old
    return new


cdef class Ledger:
    """Named accounts, in kT and double precision."""

    def __init__(self):
        self.names = []
        self.amount, self.opened = np.zeros(0), np.zeros(0, dtype=np.uint8)
        self.order = np.zeros(0, dtype=np.int32)

    def account(self, name):
        """The number of the account of a name; reactions of one name share it."""
        if name not in self.names:
            self.names.append(name)
            n = len(self.names)
            self.amount, self.opened = _longer(self.amount, np.zeros(n)), _longer(self.opened, np.zeros(n, np.uint8))
            self.order = _longer(self.order, np.zeros(n, dtype=np.int32))
        return self.names.index(name)

    @property
    def accounts(self):
        """Name → sum of all entries so far (kT), in the order of the first entries; untouched accounts are left out."""
        return {self.names[i]: self.amount[i] for i in self.order[:self.entries]}

    def state(self):
        """Sums, and the order of the first entries."""
        return {"amount": copied(self.amount), "opened": copied(self.opened), "order": copied(self.order),
                "entries": self.entries}

    def restore(self, saved):
        """Take a state over; StateError for another number of accounts."""
        fill(self.amount, saved["amount"], "accounts of free energy")
        fill(self.opened, saved["opened"], "accounts of free energy")
        fill(self.order, saved["order"], "order of accounts")
        self.entries = saved["entries"]

    def clear(self):
        """Forget all entries."""
        self.amount[:] = 0.0
        self.opened[:] = 0
        self.entries = 0
