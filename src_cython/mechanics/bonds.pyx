"""Linker and motor stretching: E = ½ k (d − l)², d the distance of the two attachment points.

The point on a cylinder at fraction α is (1 − α) x₁ + α x₂. Didonna & Levine, Phys Rev E 75, 041909 (2007); Popov et
al., PLoS Comput Biol 12, e1004877 (2016). Where the two points coincide the direction is undefined and the force is
taken as zero: by symmetry none is better than another.
"""

from libc.math cimport sqrt

from medyan_py.core.mechanics.network cimport Network


cdef inline double separation(const Network *net, const double *x, Py_ssize_t bond, double *r) noexcept nogil:
    """Distance of the attachment points; r points from the first to the second."""
    cdef const double *p = x + 3 * net.bond_bead[2 * bond]
    cdef const double *q = x + 3 * net.bond_bead[2 * bond + 1]
    cdef double u = net.bond_fraction[2 * bond], v = net.bond_fraction[2 * bond + 1]
    cdef Py_ssize_t i
    for i in range(3):
        r[i] = (1 - v) * q[i] + v * q[3 + i] - (1 - u) * p[i] - u * p[3 + i]
    return sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])


cdef inline double stretching(const Network *net, const double *x, double *g, const int *members,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, d, stretch, factor, force, u, v
    cdef double r[3]
    cdef double *h
    cdef double *k
    cdef Py_ssize_t m, i, bond
    for m in range(first, last):
        bond = members[m]
        d = separation(net, x, bond, r)
        stretch = d - net.bond_rest[bond]
        energy += 0.5 * net.bond_k[bond] * stretch * stretch
        if d == 0:
            continue
        factor = net.bond_k[bond] * stretch / d
        u = net.bond_fraction[2 * bond]
        v = net.bond_fraction[2 * bond + 1]
        h = g + 3 * net.bond_bead[2 * bond]
        k = g + 3 * net.bond_bead[2 * bond + 1]
        for i in range(3):
            force = factor * r[i]
            h[i] -= (1 - u) * force
            h[3 + i] -= u * force
            k[i] += (1 - v) * force
            k[3 + i] += v * force
    return energy


cdef double linker_stretching(const Network *net, const double *x, double *g,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    return stretching(net, x, g, net.linker, first, last)


cdef double motor_stretching(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    return stretching(net, x, g, net.motor, first, last)


cdef void bond_tensions(const Network *net, const double *x, double *tension) noexcept nogil:
    """k (d − l) of every bond, pN, positive when stretched."""
    cdef Py_ssize_t bond
    cdef double r[3]
    for bond in range(net.bonds):
        tension[bond] = net.bond_k[bond] * (separation(net, x, bond, r) - net.bond_rest[bond])
