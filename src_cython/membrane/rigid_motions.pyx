"""How closed membranes that nothing ties to a place move as a whole in a minimisation.

They do so with all their vertices, under the net force and torque on them alone. Were one to move by sliding its shape
along normals over vertices that stay, as the matrix P along the normals would have it where shapes are not round, then
proteins on the vertices would be left behind, which is no change without energy: such vesicles swam. So with N the six
rigid motions along the normals and W the areas, displacements u have NᵀWu = 0, as under friction without a net force,
and rigid motions R of all coordinates are added: Π P⁻¹ Πᵀ + R C Rᵀ, Π = 1 − N (NᵀWN)⁻¹ NᵀW.
"""

from libc.math cimport INFINITY

import numpy as np

from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.sheets cimport Membranes, Sheet

cdef extern from "mechanics/vectors.h" nogil:
    void cross3(const double *u, const double *v, double *out)

cdef int FEW = 24                     # vertices; of fewer, rigid motions along normals are most of what there is
cdef double LEAST_MOMENT = 1e-3      # of rotations, over those of translations: rounder shapes do not turn
cdef double FLOOR = 0.05              # pN/nm, instead of bending where there is none


cdef class RigidMotions:
    """``find`` them at some positions, then take them out of displacements along the normals and move by them."""

    def __cinit__(self):
        self.free, self.arm, self.inverse_moments, self.compliance = Ints(), Doubles(), Doubles(), Doubles()

    cdef int find(self, const Membranes *m, const double *x, Doubles normal, Doubles mass, Doubles sideways,
                  Doubles tension) except -1:
        """Of every membrane that nothing ties to a place, with vertices at ``x``.

        ``normal``, ``mass``, ``sideways`` by vertex and ``tension`` by membrane: of the matrix along the normals.
        """
        cdef const Sheet *sheet
        cdef Py_ssize_t s, i, j, k, v, n = m.movable
        cdef double centre[3]
        cdef double along[6]
        cdef double area, first, second
        cdef double[:, ::1] moments
        cdef double[:, ::1] inverse
        self.m, self.normal, self.mass = m, normal, mass
        self.free.resize(m.sheets)
        self.arm.resize(3 * n)
        self.inverse_moments.resize(36 * m.sheets)
        self.compliance.resize(2 * m.sheets)
        for s in range(m.sheets):
            sheet = m.sheet + s
            self.free.data[s] = sheet.last_member >= sheet.first_member + FEW
            centre[0] = centre[1] = centre[2] = area = 0
            for i in range(sheet.first_member, sheet.last_member):
                v = m.member[i]
                if v >= n or sideways.data[v] != INFINITY:
                    self.free.data[s] = 0
                    break
                area += self.mass.data[v]
                for k in range(3):
                    centre[k] += self.mass.data[v] * x[3 * v + k]
            if not self.free.data[s]:
                continue
            found = np.zeros((6, 6))
            moments = found
            for i in range(sheet.first_member, sheet.last_member):
                v = m.member[i]
                for k in range(3):
                    self.arm.data[3 * v + k] = x[3 * v + k] - centre[k] / area
                self.motion(v, along)
                for j in range(6):
                    for k in range(6):
                        moments[j, k] += self.mass.data[v] * along[j] * along[k]
            unit = np.array([1.0] * 3 + [np.sqrt(area)] * 3)
            values, vectors = np.linalg.eigh(found / np.outer(unit, unit))
            values = np.where(values > LEAST_MOMENT * area, 1 / np.maximum(values, 1e-300), 0.0)
            inverse = np.ascontiguousarray((vectors * values) @ vectors.T / np.outer(unit, unit))
            for j in range(6):
                for k in range(6):
                    self.inverse_moments.data[36 * s + 6 * j + k] = inverse[j, k]
            first = 4 * 3.141592653589793 / area
            second = max(first, tension.data[s] / sheet.bending_k) if sheet.bending_k > 0 else first
            first *= second * area * (sheet.bending_k if sheet.bending_k > 0 else FLOOR * area)
            self.compliance.data[2 * s] = 1 / first
            self.compliance.data[2 * s + 1] = 12 / (first * area)
        return 0

    cdef void motion(self, Py_ssize_t vertex, double *out) noexcept nogil:
        """Displacements of a vertex along its normal by the three translations and three rotations."""
        cdef Py_ssize_t k
        for k in range(3):
            out[k] = self.normal.data[3 * vertex + k]
        cross3(self.arm.data + 3 * vertex, self.normal.data + 3 * vertex, out + 3)

    cdef void take_out(self, double *values, bint forces) noexcept nogil:
        """Apply Π to displacements along the normals, or Πᵀ to forces."""
        cdef Py_ssize_t s, i, j, k, v
        cdef double along[6]
        cdef double total[6]
        cdef double share[6]
        cdef double weight
        for s in range(self.m.sheets):
            if not self.free.data[s]:
                continue
            for k in range(6):
                total[k] = share[k] = 0
            for i in range(self.m.sheet[s].first_member, self.m.sheet[s].last_member):
                v = self.m.member[i]
                self.motion(v, along)
                weight = values[v] if forces else values[v] * self.mass.data[v]
                for k in range(6):
                    total[k] += weight * along[k]
            for j in range(6):
                for k in range(6):
                    share[j] += self.inverse_moments.data[36 * s + 6 * j + k] * total[k]
            for i in range(self.m.sheet[s].first_member, self.m.sheet[s].last_member):
                v = self.m.member[i]
                self.motion(v, along)
                weight = 0
                for k in range(6):
                    weight += along[k] * share[k]
                values[v] -= weight * self.mass.data[v] if forces else weight

    cdef void move(self, const double *rhs, double *out) noexcept nogil:
        """Add the rigid motions that net forces and torques cause."""
        cdef Py_ssize_t s, i, k, v
        cdef double force[3]
        cdef double torque[3]
        cdef double part[3]
        for s in range(self.m.sheets):
            if not self.free.data[s]:
                continue
            for k in range(3):
                force[k] = torque[k] = 0
            for i in range(self.m.sheet[s].first_member, self.m.sheet[s].last_member):
                v = self.m.member[i]
                cross3(self.arm.data + 3 * v, rhs + 3 * v, part)
                for k in range(3):
                    force[k] += rhs[3 * v + k]
                    torque[k] += part[k]
            for k in range(3):
                force[k] *= self.compliance.data[2 * s]
                torque[k] *= self.compliance.data[2 * s + 1]
            for i in range(self.m.sheet[s].first_member, self.m.sheet[s].last_member):
                v = self.m.member[i]
                cross3(torque, self.arm.data + 3 * v, part)
                for k in range(3):
                    out[3 * v + k] += force[k] + part[k]
