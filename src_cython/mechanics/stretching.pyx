"""Filament stretching: E = ½ k (d − l)² for every cylinder, d the distance of its beads, l its rest length.

Popov, Komianos, Papoian, PLoS Comput Biol 12, e1004877 (2016). Beads that coincide leave the direction undefined: the
gradient is then not a number, which the caller reports.
"""

from libc.math cimport sqrt

from medyan_py.core.mechanics.network cimport Network


cdef double filament_stretching(const Network *net, const double *x, double *g,
                                Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, d, stretch, factor
    cdef double r[3]
    cdef const double *p
    cdef double *h
    cdef Py_ssize_t c, i
    for c in range(first, last):
        p = x + 3 * net.cylinder_bead[c]
        h = g + 3 * net.cylinder_bead[c]
        for i in range(3):
            r[i] = p[3 + i] - p[i]
        d = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
        stretch = d - net.rest_length[c]
        energy += 0.5 * net.stretching_k[c] * stretch * stretch
        factor = net.stretching_k[c] * stretch / d
        for i in range(3):
            h[i] -= factor * r[i]
            h[3 + i] += factor * r[i]
    return energy


cdef void cylinder_tensions(const Network *net, const double *x, double *tension) noexcept nogil:
    """k (d − l) of every cylinder, pN, positive when stretched."""
    cdef const double *p
    cdef double dx, dy, dz
    cdef Py_ssize_t c
    for c in range(net.cylinders):
        p = x + 3 * net.cylinder_bead[c]
        dx = p[3] - p[0]
        dy = p[4] - p[1]
        dz = p[5] - p[2]
        tension[c] = net.stretching_k[c] * (sqrt(dx * dx + dy * dy + dz * dz) - net.rest_length[c])
