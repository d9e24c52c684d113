"""Excluded volume of cylinder pairs, sampled: E = k Σ Σ (I₁ δ₁)(I₂ δ₂) / r⁴ over every I-th monomer of both cylinders.

A cylinder spans the monomer serials [S₁, S₂) of its two beads; sampled are the multiples of its interval I, at the
fraction (M − S₁ + ½)/(S₂ − S₁) of the segment. δ is the monomer size.
"""

from libc.math cimport INFINITY

from medyan_py.core.mechanics.network cimport Network


cdef inline int first_sample(int serial, int interval) noexcept nogil:
    """Smallest multiple of ``interval`` not below ``serial``, which may be negative."""
    cdef int rest = serial % interval
    if rest > 0:
        return serial - rest + interval
    return serial - rest


cdef double monomer_excluded_volume(const Network *net, const double *x, double *g,
                                    Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0, weight, u, v, r2, factor, push
    cdef double p[3]
    cdef double r[3]
    cdef Py_ssize_t n, i, ca, cb, a, b
    cdef int ma, mb, sa, sb, la, lb, start
    for n in range(first, last):
        if net.pair_kappa[n] == 0:
            continue
        ca = net.pair[2 * n]
        cb = net.pair[2 * n + 1]
        a = net.cylinder_bead[ca]
        b = net.cylinder_bead[cb]
        sa = net.serial[a]
        sb = net.serial[b]
        la = net.serial[a + 1] - sa
        lb = net.serial[b + 1] - sb
        weight = net.pair_kappa[n] * net.monomer_interval[ca] * net.monomer_interval[cb]
        ma = first_sample(sa, net.monomer_interval[ca])
        start = first_sample(sb, net.monomer_interval[cb])
        while ma < sa + la:
            u = (ma - sa + 0.5) / la
            for i in range(3):
                p[i] = (1 - u) * x[3 * a + i] + u * x[3 * a + 3 + i]
            mb = start
            while mb < sb + lb:
                v = (mb - sb + 0.5) / lb
                r2 = 0
                for i in range(3):
                    r[i] = (1 - v) * x[3 * b + i] + v * x[3 * b + 3 + i] - p[i]
                    r2 += r[i] * r[i]
                if r2 == 0:
                    return INFINITY
                energy += weight / (r2 * r2)
                factor = 4 * weight / (r2 * r2 * r2)
                for i in range(3):
                    push = factor * r[i]
                    g[3 * a + i] += (1 - u) * push
                    g[3 * a + 3 + i] += u * push
                    g[3 * b + i] -= (1 - v) * push
                    g[3 * b + 3 + i] -= v * push
                mb += net.monomer_interval[cb]
            ma += net.monomer_interval[ca]
    return energy
