"""How points move along a search direction: cylinders turn instead of being drawn along a straight line.

A straight step in which a cylinder of length l turns by s stretches it by s²/2l: 5 nm at an end put 10 pN into a full
cylinder, hundreds into one of one monomer. So a filament is moved by its cylinders: each turns by the part of the
direction across it and changes its length by the part along it, and their chain is hung up at the mean of its beads,
which moves straight. To first order that is the straight step. Bubbles and vertices of membranes move straight.
"""

from libc.math cimport sqrt

from medyan_py.core.mechanics.network cimport Network


cdef double longest_vector(const double *u, Py_ssize_t points) noexcept nogil:
    cdef double largest = 0
    cdef Py_ssize_t b
    for b in range(points):
        largest = max(largest, u[3 * b] * u[3 * b] + u[3 * b + 1] * u[3 * b + 1] + u[3 * b + 2] * u[3 * b + 2])
    return sqrt(largest)


cdef void advance(const Network *net, const double *x, const double *d, double step, double *y,
                  double *v) noexcept nogil:
    """Positions ``y`` a ``step`` along ``d`` from ``x``, and their derivative ``v`` by the step."""
    cdef Py_ssize_t f, i
    for f in range(net.filaments):
        advance_filament(net.filament_start[f + 1] - net.filament_start[f], x + 3 * net.filament_start[f],
                         d + 3 * net.filament_start[f], step, y + 3 * net.filament_start[f],
                         v + 3 * net.filament_start[f])
    for i in range(3 * net.beads, 3 * net.free):
        y[i] = x[i] + step * d[i]
        v[i] = d[i]


cdef inline void advance_filament(Py_ssize_t beads, const double *x, const double *d, double step, double *y,
                                  double *v) noexcept nogil:
    cdef Py_ssize_t b, i
    cdef double length, along, turned, shrink, reach, square, unit, speed
    cdef double u[3]                  # unit vector along the cylinder
    cdef double across[3]
    cdef double place[3]              # sums over beads: where they should be minus where the chain puts them
    cdef double drift[3]
    for i in range(3):
        y[i] = x[i]
        v[i] = d[i]
        place[i] = step * d[i]
        drift[i] = 0
    for b in range(3, 3 * beads, 3):
        length = along = square = 0
        for i in range(3):
            u[i] = x[b + i] - x[b - 3 + i]
            length += u[i] * u[i]
        length = sqrt(length)
        for i in range(3):
            u[i] /= length
            across[i] = d[b + i] - d[b - 3 + i]
            along += u[i] * across[i]
        for i in range(3):
            across[i] = (across[i] - along * u[i]) / length
            square += across[i] * across[i]
        shrink = 1 / sqrt(1 + step * step * square)
        turned = step * square * shrink * shrink
        reach = length + step * along
        for i in range(3):
            unit = (u[i] + step * across[i]) * shrink
            speed = along * unit + reach * (across[i] * shrink - unit * turned)
            y[b + i] = y[b - 3 + i] + reach * unit
            v[b + i] = v[b - 3 + i] + speed
            place[i] += x[b + i] + step * d[b + i] - y[b + i]
            drift[i] += d[b + i] - v[b + i]
    for i in range(3):
        place[i] /= beads
        drift[i] /= beads
    for b in range(0, 3 * beads, 3):
        for i in range(3):
            y[b + i] += place[i]
            v[b + i] += drift[i]


cdef double shorten(const Network *net, const double *g, double longest, double *d) noexcept nogil:
    """Scale the part of ``d`` of every filament and bubble that moves a point farther than ``longest``.

    Returns by how much that changes the product of d with the gradient ``g``. One floppy filament then shortens its own
    step and not that of all others.
    """
    cdef Py_ssize_t f, point, bubbles = min(net.bubbles, net.free - net.beads)
    cdef double change = 0
    for f in range(net.filaments):
        point = net.filament_start[f]
        change += shorten_one(net.filament_start[f + 1] - point, g + 3 * point, longest, d + 3 * point)
    for f in range(bubbles):
        point = net.bubble_point[f]
        if point < net.free:
            change += shorten_one(1, g + 3 * point, longest, d + 3 * point)
    return change


cdef inline double shorten_one(Py_ssize_t points, const double *g, double longest, double *d) noexcept nogil:
    cdef double length = longest_vector(d, points), factor, product = 0
    cdef Py_ssize_t i
    if length <= longest:
        return 0
    factor = longest / length
    for i in range(3 * points):
        product += g[i] * d[i]
        d[i] *= factor
    return (factor - 1) * product
