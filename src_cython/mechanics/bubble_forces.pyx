"""Bubbles: repulsion of beads and of each other, K exp(−gap/λ), and springs to the filaments attached to them.

The gap is the distance from the surface of the bubble; deeper inside than 30 λ the energy continues along its tangent.
Two bubbles repel with K = √(K₁K₂) and the mean λ. A filament is attached by its minus end: E = ½ k (d − R)², d the
distance of its first bead from the centre, R the radius. At the very centre no direction is preferred and the force is
taken as zero.
"""

from libc.math cimport sqrt

from medyan_py.core.mechanics.network cimport Network

cdef extern from "screened.h" nogil:
    double screened(double depth, double *slope)


cdef inline double distance(const double *p, const double *q, double *r) noexcept nogil:
    """Length of r = q − p."""
    cdef Py_ssize_t i
    for i in range(3):
        r[i] = q[i] - p[i]
    return sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])


cdef inline void push(double *p, double *q, const double *r, double slope) noexcept nogil:
    """Add the gradient of an energy with derivative slope × |r| with respect to the length of r = q − p."""
    cdef Py_ssize_t i
    for i in range(3):
        p[i] -= slope * r[i]
        q[i] += slope * r[i]


cdef inline double repulsion(const double *x, double *g, Py_ssize_t a, Py_ssize_t b, double contact, double k,
                             double screening) noexcept nogil:
    """Repulsion of two points whose surfaces touch at the distance ``contact``."""
    cdef double r[3]
    cdef double d = distance(x + 3 * a, x + 3 * b, r), slope
    cdef double energy = k * screened((contact - d) / screening, &slope)
    if d != 0:
        push(g + 3 * a, g + 3 * b, r, -k * slope / (screening * d))
    return energy


cdef double pair_screening(const Network *net, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    return 0.5 * (net.bubble_screening[a] + net.bubble_screening[b])


cdef double pair_strength(const Network *net, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    return sqrt(net.bubble_k[a] * net.bubble_k[b])


cdef double bubble_cylinder_repulsion(const Network *net, const double *x, double *g,
                                      Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0
    cdef Py_ssize_t n, a
    for n in range(first, last):
        a = net.bubble_bead[2 * n]
        energy += repulsion(x, g, net.bubble_point[a], net.bubble_bead[2 * n + 1],
                            net.bubble_radius[a], net.bubble_k[a], net.bubble_screening[a])
    return energy


cdef double bubble_bubble_repulsion(const Network *net, const double *x, double *g,
                                    Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0
    cdef Py_ssize_t n, a, b
    for n in range(first, last):
        a = net.bubble_pair[2 * n]
        b = net.bubble_pair[2 * n + 1]
        energy += repulsion(x, g, net.bubble_point[a], net.bubble_point[b], net.bubble_radius[a] + net.bubble_radius[b],
                            pair_strength(net, a, b), pair_screening(net, a, b))
    return energy


cdef inline double attachments(const Network *net, const double *x, double *g, const int *members,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, d, stretch
    cdef double r[3]
    cdef Py_ssize_t m, n, centre, bead
    for m in range(first, last):
        n = members[m]
        centre = net.bubble_point[net.attachment[2 * n]]
        bead = net.attachment[2 * n + 1]
        d = distance(x + 3 * centre, x + 3 * bead, r)
        stretch = d - net.bubble_radius[net.attachment[2 * n]]
        energy += 0.5 * net.attachment_k[n] * stretch * stretch
        if d != 0:
            push(g + 3 * centre, g + 3 * bead, r, net.attachment_k[n] * stretch / d)
    return energy


cdef double mtoc_attachment(const Network *net, const double *x, double *g,
                            Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    return attachments(net, x, g, net.mtoc, first, last)


cdef double afm_attachment(const Network *net, const double *x, double *g,
                           Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    return attachments(net, x, g, net.afm, first, last)
