"""Exponential repulsion from walls: E = K exp(−d/λ), d the signed distance (positive inside) from one wall.

Popov et al., PLoS Comput Biol 12, e1004877 (2016). Beads may feel the wall a constant distance farther inside
(``boundary_shift``). Of a bubble counts the surface, d = distance of the centre − radius; it feels the wall itself.
Farther than 30 λ outside, the energy continues along its tangent, so that nothing overflows and the force still points
inward.
"""

from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.mechanics.surfaces cimport surface_distance

cdef extern from "screened.h" nogil:
    double screened(double depth, double *slope)


cdef double boundary_repulsion(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, depth, slope
    cdef double normal[3]
    cdef double *h
    cdef Py_ssize_t n, i
    for n in range(first, last):
        h = g + 3 * net.wall[2 * n]
        depth = surface_distance(net.surface + net.wall[2 * n + 1], x + 3 * net.wall[2 * n], normal)
        energy += net.boundary_k * screened((net.boundary_shift - depth) / net.boundary_screening, &slope)
        slope *= net.boundary_k / net.boundary_screening
        for i in range(3):
            h[i] -= slope * normal[i]
    return energy


cdef double boundary_bubble_repulsion(const Network *net, const double *x, double *g,
                                      Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, depth, slope
    cdef double normal[3]
    cdef Py_ssize_t n, i, bubble, point
    for n in range(first, last):
        bubble = net.bubble_wall[2 * n]
        point = 3 * net.bubble_point[bubble]
        depth = surface_distance(net.surface + net.bubble_wall[2 * n + 1], x + point, normal)
        depth -= net.bubble_radius[bubble]
        energy += net.boundary_k * screened(-depth / net.boundary_screening, &slope)
        slope *= net.boundary_k / net.boundary_screening
        for i in range(3):
            g[point + i] -= slope * normal[i]
    return energy
