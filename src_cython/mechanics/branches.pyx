"""The branching points of one model: which daughter starts where, their constants, and which pairs do not repel."""

from medyan_py.core.mechanics.arguments cimport columns, rows, take_doubles, take_ints
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network

import numpy as np

CONSTANTS = ("stretching_k", "length", "bending_k", "angle", "dihedral_k", "position_k")


cdef class Branches:
    """Arrays per branch, and per cylinder the mother cylinder it branches from."""

    def __cinit__(self):
        self.mother, self.daughter, self.bead, self.mother_of = Ints(), Ints(), Ints(), Ints()
        self.fraction, self.stretching_k, self.length, self.bending_k = Doubles(), Doubles(), Doubles(), Doubles()
        self.angle, self.dihedral_k, self.position_k = Doubles(), Doubles(), Doubles()

    cdef int load(self, object table, Ints cylinder_bead, Ints cylinder_filament, Ints filament_start) except -1:
        """Copy the mapping described at ``MechanicalModel.load``, or nothing if it is None."""
        cdef Py_ssize_t n, b, c, cylinders = cylinder_bead.size
        self.bead.resize(0)
        if table is None:
            return 0
        table = columns("branches", table, ("mother", "daughter", "fraction"), dict.fromkeys(CONSTANTS))
        n = rows("branches", table, "daughter")
        take_ints("branches['mother']", table["mother"], (n,), self.mother, 0, cylinders - 1)
        take_ints("branches['daughter']", table["daughter"], (n,), self.daughter, 0, cylinders - 1)
        take_doubles("branches['fraction']", table["fraction"], (n,), self.fraction, 0, 1)
        buffers = (self.stretching_k, self.length, self.bending_k, self.angle, self.dihedral_k, self.position_k)
        for name, buffer in zip(CONSTANTS, buffers, strict=True):
            values = np.zeros(n) if table[name] is None else table[name]
            take_doubles(f"branches['{name}']", values, (n,), buffer, -10 if name == "angle" else 0, 1e15)
        self.mother_of.resize(cylinders)
        for c in range(cylinders):
            self.mother_of.data[c] = -1
        self.bead.resize(2 * n)
        for b in range(n):
            c = self.daughter.data[b]
            self.bead.data[2 * b] = cylinder_bead.data[self.mother.data[b]]
            self.bead.data[2 * b + 1] = cylinder_bead.data[c]
            try:
                if filament_start.data[cylinder_filament.data[c]] != cylinder_bead.data[c]:
                    raise ValueError(f"branches['daughter']: cylinder {c} is not the first one of its filament")
                if cylinder_filament.data[c] == cylinder_filament.data[self.mother.data[b]]:
                    raise ValueError(f"branches: filament {cylinder_filament.data[c]} branches from itself")
                if self.mother_of.data[c] >= 0:
                    raise ValueError(f"branches['daughter']: cylinder {c} has two mothers")
            except ValueError:
                self.bead.resize(0)
                raise
            self.mother_of.data[c] = self.mother.data[b]
        return 0

    cdef int share(self, Network *net) except -1:
        net.branches = self.bead.size // 2
        net.mother = self.mother_of.data if net.branches else NULL
        net.branch_bead = self.bead.data
        net.branch_fraction = self.fraction.data
        net.branch_stretching_k = self.stretching_k.data
        net.branch_length = self.length.data
        net.branch_bending_k = self.bending_k.data
        net.branch_angle = self.angle.data
        net.branch_dihedral_k = self.dihedral_k.data
        net.branch_position_k = self.position_k.data
        return 0
