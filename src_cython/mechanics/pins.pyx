"""Pinned beads: E = ½ k |x − x₀|² for every pin, x₀ a fixed place."""

from medyan_py.core.mechanics.arguments cimport columns, rows, take_doubles, take_ints
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.network cimport Network


cdef double pinning(const Network *net, const double *x, double *g, Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, offset
    cdef Py_ssize_t n, i, bead
    for n in range(first, last):
        bead = net.pin[n]
        for i in range(3):
            offset = x[3 * bead + i] - net.pin_place[3 * n + i]
            energy += 0.5 * net.pin_k[n] * offset * offset
            g[3 * bead + i] += net.pin_k[n] * offset
    return energy


cdef class Pins:
    """The pins of one model."""

    def __cinit__(self):
        self.bead, self.place, self.k = Ints(), Doubles(), Doubles()

    cdef int load(self, object table, Py_ssize_t beads) except -1:
        """Copy a mapping with ``bead`` (m,), ``place`` (m, 3) nm and ``k`` (m,) pN/nm, or nothing if it is None."""
        cdef Py_ssize_t n = 0
        if table is None:
            self.bead.resize(0)
            return 0
        table = columns("pins", table, ("bead", "place", "k"), {})
        n = rows("pins", table, "bead")
        take_ints("pins['bead']", table["bead"], (n,), self.bead, 0, beads - 1)
        take_doubles("pins['place']", table["place"], (n, 3), self.place, -1e15, 1e15)
        take_doubles("pins['k']", table["k"], (n,), self.k, 0, 1e15)
        return 0

    cdef int share(self, Network *net) except -1:
        net.pins = self.bead.size
        net.pin = self.bead.data
        net.pin_place = self.place.data
        net.pin_k = self.k.data
        return 0
