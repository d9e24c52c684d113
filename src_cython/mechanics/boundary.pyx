"""Exponential repulsion of beads from planes: E = K exp(−d/λ), d the signed distance from the plane (positive inside).

Popov et al., PLoS Comput Biol 12, e1004877 (2016). Farther than 30 λ outside, the energy continues along its tangent,
so that nothing overflows and the force still points inward.
"""

from libc.math cimport exp

from medyan_py.core.mechanics.network cimport Network

cdef double STEEPEST = 30      # depth outside, in screening lengths, where the tangent takes over


cdef double boundary_repulsion(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, depth, value, slope
    cdef const double *p
    cdef const double *plane
    cdef double *h
    cdef Py_ssize_t n, i
    for n in range(first, last):
        p = x + 3 * net.wall[2 * n]
        h = g + 3 * net.wall[2 * n]
        plane = net.plane + 6 * net.wall[2 * n + 1]
        depth = 0
        for i in range(3):
            depth -= plane[3 + i] * (p[i] - plane[i])
        depth /= net.boundary_screening
        if depth > STEEPEST:
            value = net.boundary_k * exp(STEEPEST)
            energy += value * (1 + depth - STEEPEST)
        else:
            value = net.boundary_k * exp(depth)
            energy += value
        slope = value / net.boundary_screening
        for i in range(3):
            h[i] -= slope * plane[3 + i]
    return energy
