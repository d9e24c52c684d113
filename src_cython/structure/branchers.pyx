"""Branchers: what holds the minus end of a daughter filament to a site of its mother."""

import numpy as np


cdef class Branchers(Table):
    """Branchers that are bound."""

    def __init__(self):
        super().__init__({
            "ident": (np.int64, 1, -1),
            "reaction": (np.int32, 1, 0),
            "site": (np.int32, 1, -1),
            "daughter": (np.int32, 1, -1),
            "force": (np.float64, 1, 0.0),
            "birth": (np.float64, 1, 0.0),
            "compartment": (np.int32, 1, 0),
        }, by_row=True)

    def bind(self):
        self.ident = self.columns["ident"]
        self.reaction = self.columns["reaction"]
        self.site = self.columns["site"]
        self.daughter = self.columns["daughter"]
        self.force = self.columns["force"]
        self.birth = self.columns["birth"]
        self.compartment = self.columns["compartment"]

    def state(self):
        """Columns, and the next id."""
        return {"table": Table.state(self), "next_ident": self.next_ident}

    def restore(self, saved):
        """Take a state over; errors as ``Table.restore``."""
        Table.restore(self, saved["table"])
        self.next_ident = saved["next_ident"]

    cdef int create(self, int reaction, int site, int daughter, double t) except -1 nogil:
        """A new brancher without force; the caller fills the compartment."""
        cdef int b = self.take()
        self.ident[b] = self.next_ident
        self.next_ident += 1
        self.reaction[b] = reaction
        self.site[b] = site
        self.daughter[b] = daughter
        self.force[b] = 0.0
        self.birth[b] = t
        return b
