"""Excluded volume of cylinder pairs, integrated: E = κ ∫∫ ds dt / r⁴, κ = k l₁ l₂ with rest lengths l.

Popov et al., PLoS Comput Biol 12, e1004877 (2016). The numerics are in ``excluded_volume.h``. Intersecting segments
have infinite energy.
"""

from libc.math cimport sqrt

from medyan_py.core.mechanics.network cimport Network

cdef extern from "arctangent.h":
    pass

cdef extern from "vectors.h":
    pass

cdef extern from "excluded_volume.h" nogil:
    enum:
        BLOCK
    void prepare_segments()
    double segments_repulsion(int count, const double *x, double *g, const Py_ssize_t *first, const Py_ssize_t *second,
                              const double *kappa)
    void segments_each(int count, const double *x, const Py_ssize_t *first, const Py_ssize_t *second,
                       const double *kappa, double *energy, double (*grad)[BLOCK])

prepare_segments()


cdef double cylinder_excluded_volume(const Network *net, const double *x, double *g,
                                     Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    cdef double energy = 0
    cdef Py_ssize_t one[BLOCK]
    cdef Py_ssize_t two[BLOCK]
    cdef Py_ssize_t n = first, k
    cdef int count
    while n < last:
        count = <int> min(BLOCK, last - n)
        for k in range(count):
            one[k] = 3 * net.cylinder_bead[net.pair[2 * (n + k)]]
            two[k] = 3 * net.cylinder_bead[net.pair[2 * (n + k) + 1]]
        energy += segments_repulsion(count, x, g, one, two, net.pair_kappa + n)
        n += count
    return energy


cdef int pair_terms(const Network *net, const double *x, Py_ssize_t n, double *energy, double *gradient) noexcept nogil:
    """Energies of up to PAIRS pairs from the n-th on, and their gradients: component i of pair k at PAIRS i + k.

    Returns how many pairs there were; components are those of the beads of the first cylinder, then of the second.
    """
    cdef Py_ssize_t one[BLOCK]
    cdef Py_ssize_t two[BLOCK]
    cdef Py_ssize_t k
    cdef int count = <int> min(BLOCK, net.pairs - n)
    for k in range(count):
        one[k] = 3 * net.cylinder_bead[net.pair[2 * (n + k)]]
        two[k] = 3 * net.cylinder_bead[net.pair[2 * (n + k) + 1]]
    segments_each(count, x, one, two, net.pair_kappa + n, energy, <double (*)[BLOCK]> gradient)
    return count


cdef double clamp(double value) noexcept nogil:
    return 0 if value < 0 else 1 if value > 1 else value


cdef double segment_distance(const double *p, const double *q, double *toward) noexcept nogil:
    """Closest distance of segments p[0:3]–p[3:6] and q[0:3]–q[3:6]; ``toward``: vector from q's closest point to p's.

    Ericson, Real-Time Collision Detection (2005), section 5.1.9.
    """
    cdef double v[3]
    cdef double w[3]
    cdef double r[3]
    cdef double a = 0, b = 0, d = 0, e = 0, f = 0, s, t, denominator
    cdef Py_ssize_t i
    for i in range(3):
        v[i] = p[3 + i] - p[i]
        w[i] = q[3 + i] - q[i]
        r[i] = p[i] - q[i]
        a += v[i] * v[i]
        b += w[i] * w[i]
        d += v[i] * w[i]
        e += v[i] * r[i]
        f += w[i] * r[i]
    denominator = a * b - d * d
    s = clamp((d * f - b * e) / denominator) if denominator > 1e-14 * a * b else 0
    t = (d * s + f) / b
    if t < 0:
        t = 0
        s = clamp(-e / a)
    elif t > 1:
        t = 1
        s = clamp((d - e) / a)
    a = 0
    for i in range(3):
        toward[i] = r[i] + s * v[i] - t * w[i]
        a += toward[i] * toward[i]
    return sqrt(a)
