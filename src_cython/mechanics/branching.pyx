"""Branching points: how a daughter filament sits on its mother (Popov et al., PLoS Comput Biol 12, e1004877 (2016)).

With the mother cylinder c₁c₂, the site m = (1 − p) c₁ + p c₂ on it, the daughter's first cylinder c₃c₄, and
u = c₂ − c₁, r = c₃ − m, w = c₄ − c₃:

- stretching: ½ k (|r| − l)²;
- bending: k (1 − cos(φ − θ)), φ the angle between u and w;
- position: k (1 − sin φ), φ the angle between u and r, so that r is drawn perpendicular to the mother;
- dihedral: k (1 − cos ψ) or k ψ². ψ is the angle between the planes (u, r) and (w, r), a turn about r (COSINE,
  QUADRATIC), or between the planes (w, u) and (r, u), a turn about the mother (COSINEV2, QUADRATICV2). The turn about
  the mother is the better-conditioned one, for r is short.

A turn loses its meaning where an arm lies along its axis. There, within a sine of 0.05, the dihedral energy goes over
smoothly to its mean over all turns: without this it would jump, and a daughter pushed onto the axis would hold up the
relaxation of everything else.

Only the direction of the mother's axis enters the angles, so c₂ − c₁ serves for every p. Where two directions are
exactly parallel an angle has no gradient; it is taken as zero there.
"""

from libc.math cimport cos, sin, sqrt

from medyan_py.core.mechanics.network cimport Network

cdef extern from "angles.h" nogil:
    double angle_and_gradient(const double *u, const double *w, double *du, double *dw)
    double off_axis(const double *u, const double *b, double *gu, double *gb)
    double dihedral_and_gradient(const double *a, const double *b, const double *w, double *da, double *db, double *dw)

cdef double[3] NONE = [0, 0, 0]
cdef double MEAN_SQUARE = 3.289868133696453     # of an angle uniform in (−π, π]


cdef void find_branch(const Network *net, const double *x, Py_ssize_t n, Branch *b) noexcept nogil:
    """Beads and vectors of branch ``n``."""
    cdef const double *c
    cdef const double *d
    cdef Py_ssize_t i
    b.mother = net.branch_bead[2 * n]
    b.daughter = net.branch_bead[2 * n + 1]
    b.p = net.branch_fraction[n]
    c = x + 3 * b.mother
    d = x + 3 * b.daughter
    for i in range(3):
        b.u[i] = c[3 + i] - c[i]
        b.r[i] = d[i] - c[i] - b.p * b.u[i]
        b.w[i] = d[3 + i] - d[i]


cdef void spread(const Branch *b, double factor, const double *du, const double *dr, const double *dw,
                 double *mother, double *daughter) noexcept nogil:
    """Add factor × the gradient given with respect to u, r, w to the two beads of the mother and of the daughter."""
    cdef Py_ssize_t i
    for i in range(3):
        mother[i] -= factor * (du[i] + (1 - b.p) * dr[i])
        mother[3 + i] += factor * (du[i] - b.p * dr[i])
        daughter[i] += factor * (dr[i] - dw[i])
        daughter[3 + i] += factor * dw[i]


cdef double dihedral(const Network *net, const Branch *b, double *du, double *dr, double *dw) noexcept nogil:
    """The angle ψ in (−π, π] and its gradient with respect to u, r, w."""
    if net.dihedral_about_mother:
        return dihedral_and_gradient(b.w, b.u, b.r, dw, du, dr)
    return dihedral_and_gradient(b.u, b.r, b.w, du, dr, dw)


cdef double branching_stretching(const Network *net, const double *x, double *g,
                                 Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, d, stretch
    cdef Branch b
    cdef Py_ssize_t n
    for n in range(first, last):
        find_branch(net, x, n, &b)
        d = sqrt(b.r[0] * b.r[0] + b.r[1] * b.r[1] + b.r[2] * b.r[2])
        stretch = d - net.branch_length[n]
        energy += 0.5 * net.branch_stretching_k[n] * stretch * stretch
        if d != 0:
            spread(&b, net.branch_stretching_k[n] * stretch / d, NONE, b.r, NONE, g + 3 * b.mother, g + 3 * b.daughter)
    return energy


cdef double branching_bending(const Network *net, const double *x, double *g,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, off, half
    cdef double du[3]
    cdef double dw[3]
    cdef Branch b
    cdef Py_ssize_t n
    for n in range(first, last):
        find_branch(net, x, n, &b)
        off = angle_and_gradient(b.u, b.w, du, dw) - net.branch_angle[n]
        half = sin(0.5 * off)
        energy += 2 * net.branch_bending_k[n] * half * half
        spread(&b, net.branch_bending_k[n] * sin(off), du, NONE, dw, g + 3 * b.mother, g + 3 * b.daughter)
    return energy


cdef double branching_position(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, angle, cosine
    cdef double du[3]
    cdef double dr[3]
    cdef Branch b
    cdef Py_ssize_t n
    for n in range(first, last):
        find_branch(net, x, n, &b)
        angle = angle_and_gradient(b.u, b.r, du, dr)
        cosine = cos(angle)
        energy += net.branch_position_k[n] * cosine * cosine / (1 + sin(angle))
        spread(&b, -net.branch_position_k[n] * cosine, du, dr, NONE, g + 3 * b.mother, g + 3 * b.daughter)
    return energy


cdef double branching_dihedral(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, angle, half, factor, value, mean, k, s
    cdef double du[3]
    cdef double dr[3]
    cdef double dw[3]
    cdef Branch b
    cdef Py_ssize_t n
    for n in range(first, last):
        find_branch(net, x, n, &b)
        angle = dihedral(net, &b, du, dr, dw)
        k = net.branch_dihedral_k[n]
        if net.dihedral_quadratic:
            value = k * angle * angle
            mean = k * MEAN_SQUARE
            factor = 2 * k * angle
        else:
            half = sin(0.5 * angle)
            value = 2 * k * half * half
            mean = k
            factor = k * sin(angle)
        s = meaning(net, &b, value - mean, g)
        energy += s * value + (1 - s) * mean
        spread(&b, s * factor, du, dr, dw, g + 3 * b.mother, g + 3 * b.daughter)
    return energy


cdef double meaning(const Network *net, Branch *b, double excess, double *g) noexcept nogil:
    """How far both arms are off the axis of the turn, 0 to 1; adds the gradient of this times ``excess``."""
    cdef double *axis = &b.u[0] if net.dihedral_about_mother else &b.r[0]
    cdef double *arm = &b.r[0] if net.dihedral_about_mother else &b.u[0]
    cdef double arm_gradient[3]
    cdef double arm_axis[3]
    cdef double daughter_gradient[3]
    cdef double daughter_axis[3]
    cdef double s = off_axis(arm, axis, arm_gradient, arm_axis)
    cdef double t = off_axis(b.w, axis, daughter_gradient, daughter_axis)
    if s == 1 and t == 1:
        return 1
    if net.dihedral_about_mother:
        spread(b, t * excess, arm_axis, arm_gradient, NONE, g + 3 * b.mother, g + 3 * b.daughter)
        spread(b, s * excess, daughter_axis, NONE, daughter_gradient, g + 3 * b.mother, g + 3 * b.daughter)
    else:
        spread(b, t * excess, arm_gradient, arm_axis, NONE, g + 3 * b.mother, g + 3 * b.daughter)
        spread(b, s * excess, NONE, daughter_axis, daughter_gradient, g + 3 * b.mother, g + 3 * b.daughter)
    return s * t
