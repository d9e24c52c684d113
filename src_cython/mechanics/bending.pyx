"""Filament bending at every inner bead: E = k (1 − cos(φ − θ)) or ½ k (φ − θ)², φ the angle between the cylinders.

Ott et al., Phys Rev E 48, R1642 (1993). With unit tangents a, b and θ = 0 this is ½ k |b − a|², the form used here
because it keeps its digits when the filament is nearly straight. With θ ≠ 0 the energy has a kink at φ = 0 and φ = π,
where the bending plane is undefined; the derivative of sin φ is taken as zero there, so an exactly straight filament
stays straight. The harmonic form has such a kink at φ = π for every θ.
"""

from libc.math cimport cos, sin, sqrt

from medyan_py.core.mechanics.network cimport BEND_ANGLE, BEND_COSINE_ANGLE, Network

cdef extern from "angles.h" nogil:
    double angle_and_gradient(const double *u, const double *w, double *du, double *dw)


cdef double harmonic_bending(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, off, factor
    cdef double a[3]
    cdef double b[3]
    cdef double da[3]
    cdef double db[3]
    cdef const double *p
    cdef double *h
    cdef Py_ssize_t n, i, bead
    for n in range(first, last):
        bead = net.hinge[n]
        p = x + 3 * (bead - 1)
        h = g + 3 * (bead - 1)
        for i in range(3):
            a[i] = p[3 + i] - p[i]
            b[i] = p[6 + i] - p[3 + i]
        off = angle_and_gradient(a, b, da, db) - net.hinge_theta[bead]
        energy += 0.5 * net.hinge_k[bead] * off * off
        factor = net.hinge_k[bead] * off
        for i in range(3):
            h[i] -= factor * da[i]
            h[3 + i] += factor * (da[i] - db[i])
            h[6 + i] += factor * db[i]
    return energy


cdef double filament_bending(const Network *net, const double *x, double *g,
                             Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, k, la, lb, lack, factor, sine, wx, wy, wz, ga, gb
    cdef double a[3]
    cdef double b[3]
    cdef const double *p
    cdef double *h
    cdef Py_ssize_t n, i, bead
    if net.bending == BEND_ANGLE:
        return harmonic_bending(net, x, g, first, last)
    for n in range(first, last):
        bead = net.hinge[n]
        p = x + 3 * (bead - 1)
        h = g + 3 * (bead - 1)
        k = net.hinge_k[bead]
        for i in range(3):
            a[i] = p[3 + i] - p[i]
            b[i] = p[6 + i] - p[3 + i]
        la = 1 / sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
        lb = 1 / sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2])
        lack = 0                      # 1 − cos φ
        for i in range(3):
            a[i] *= la
            b[i] *= lb
            lack += (b[i] - a[i]) * (b[i] - a[i])
        lack *= 0.5
        factor = k                    # −dE/d cos φ
        if net.bending == BEND_COSINE_ANGLE and net.hinge_theta[bead] != 0:
            wx = a[1] * b[2] - a[2] * b[1]
            wy = a[2] * b[0] - a[0] * b[2]
            wz = a[0] * b[1] - a[1] * b[0]
            sine = sqrt(wx * wx + wy * wy + wz * wz)
            energy += k * (1 - (1 - lack) * cos(net.hinge_theta[bead]) - sine * sin(net.hinge_theta[bead]))
            factor = k * cos(net.hinge_theta[bead])
            if sine > 0:
                factor -= k * sin(net.hinge_theta[bead]) * (1 - lack) / sine
        else:
            energy += k * lack
        for i in range(3):            # ∂cos φ/∂r = (b − a cos φ)/|r| for the first arm, likewise for the second
            ga = factor * la * (b[i] - a[i] + lack * a[i])
            gb = factor * lb * (a[i] - b[i] + lack * b[i])
            h[i] += ga
            h[3 + i] += gb - ga
            h[6 + i] -= gb
    return energy
