"""Second derivatives of areas and volumes along straight moves of the vertices, which curved steps undo."""

from medyan_py.core.membrane.sheets cimport Membranes, Sheet
from medyan_py.core.membrane.triangle cimport Triangle, area_acceleration, measure_triangle

cdef extern from "mechanics/vectors.h" nogil:
    double dot3(const double *u, const double *v)
    void sub3(const double *u, const double *v, double *out)
    void cross3(const double *u, const double *v, double *out)

cdef double[3] STILL = [0.0, 0.0, 0.0]


cdef const double *move_of(const Membranes *m, const double *d, Py_ssize_t vertex) noexcept nogil:
    """How a vertex moves; ``d`` has three numbers per movable one."""
    return d + 3 * vertex if vertex < m.movable else STILL


cdef double sheet_area_acceleration(const Membranes *m, Py_ssize_t sheet, const double *x,
                                    const double *d) noexcept nogil:
    """Of the area of one membrane, nm², vertices at ``x``."""
    cdef const int *corner
    cdef Triangle shape
    cdef double total = 0
    cdef Py_ssize_t t
    for t in range(m.sheet[sheet].first_triangle, m.sheet[sheet].last_triangle):
        corner = m.corner + 3 * t
        measure_triangle(x + 3 * corner[0], x + 3 * corner[1], x + 3 * corner[2], &shape)
        total += area_acceleration(&shape, move_of(m, d, corner[0]), move_of(m, d, corner[1]), move_of(m, d, corner[2]))
    return total


cdef double sheet_volume_acceleration(const Membranes *m, Py_ssize_t sheet, const double *x,
                                      const double *d) noexcept nogil:
    """Of the volume of one membrane, nm³, vertices at ``x``."""
    cdef const Sheet *s = m.sheet + sheet
    cdef const int *corner
    cdef double place[3]
    cdef double turned[3]
    cdef double total = 0
    cdef Py_ssize_t t, k
    for t in range(s.first_triangle, s.last_triangle):
        corner = m.corner + 3 * t
        for k in range(3):
            sub3(x + 3 * corner[k], s.origin, place)
            cross3(move_of(m, d, corner[(k + 1) % 3]), move_of(m, d, corner[(k + 2) % 3]), turned)
            total += dot3(place, turned)
    return total / 3
