"""Linkers and motors: springs between two binding sites."""

import numpy as np


cdef class Bonds(Table):
    """Linkers and motors that are bound, in one table; ``motor`` tells them apart."""

    def __init__(self):
        super().__init__({
            "motor": (np.uint8, 1, 0),
            "reaction": (np.int32, 1, 0),
            "site": (np.int32, 2, -1),
            "compartment": (np.int32, 1, 0),
            "heads": (np.int32, 1, 0),
            "tension": (np.float64, 1, 0.0),
            "bound_heads": (np.float64, 1, 0.0),
            "rest_length": (np.float64, 1, 0.0),
            "stiffness": (np.float64, 1, 0.0),
            "ident": (np.int64, 1, -1),
            "birth": (np.float64, 1, 0.0),
        }, by_row=True)

    def bind(self):
        self.ident = self.columns["ident"]
        self.motor = self.columns["motor"]
        self.reaction = self.columns["reaction"]
        self.site = self.columns["site"]
        self.rest_length = self.columns["rest_length"]
        self.stiffness = self.columns["stiffness"]
        self.tension = self.columns["tension"]
        self.birth = self.columns["birth"]
        self.heads = self.columns["heads"]
        self.bound_heads = self.columns["bound_heads"]
        self.compartment = self.columns["compartment"]

    def state(self):
        """Columns, and the next ids of linkers and motors."""
        return {"table": Table.state(self), "next_ident": np.array([self.next_ident[0], self.next_ident[1]])}

    def restore(self, saved):
        """Take a state over; errors as ``Table.restore``."""
        Table.restore(self, saved["table"])
        self.next_ident[0], self.next_ident[1] = saved["next_ident"]

    cdef int create(self, int reaction, bint motor, int site_a, int site_b, double t) except -1 nogil:
        """A new bond without tension; the caller fills lengths, stiffness and heads."""
        cdef int b = self.take()
        self.ident[b] = self.next_ident[motor]
        self.next_ident[motor] += 1
        self.motor[b] = motor
        self.reaction[b] = reaction
        self.site[b, 0] = site_a
        self.site[b, 1] = site_b
        self.tension[b] = 0.0
        self.birth[b] = t
        self.heads[b] = 0
        self.bound_heads[b] = 0.0
        return b
