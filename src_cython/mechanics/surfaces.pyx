"""Walls of the simulated volume: planes, and spheres, cylinders and capsules with a vertical axis.

A closed cylinder is three walls, its side and two lids. Energies of walls are summed, so nothing jumps where the
nearest wall changes.
"""

from libc.math cimport INFINITY

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.arguments cimport positive, take_doubles
from medyan_py.core.mechanics.buffers cimport Doubles

cnp.import_array()

cdef enum:
    SIZE = 9        # doubles in a Surface


cdef class Surfaces:
    """The walls of one volume.

    Parameters
    ----------
    planes : (p, 6) float64
        A point (nm) and the inward unit normal of every plane.
    shape : None or tuple
        ``('SPHERICAL', centre, radius)``, ``('CYLINDER', centre, radius, height)`` or
        ``('CAPSULE', centre, radius, height)`` with centre (3,) in nm and lengths in nm; the axis is along z. The
        height of a capsule is that of its cylindrical part, without the two half spheres.

    Raises
    ------
    ValueError
        For a wrong shape, a normal whose length is not 1, an unknown name or a length that is not positive.
    """

    def __init__(self, planes, shape=None):
        planes = np.asarray(planes, dtype=np.float64)
        if planes.size == 0:
            planes = planes.reshape(0, 6)
        if planes.ndim != 2 or planes.shape[1] != 6:
            raise ValueError(f"planes: shape {planes.shape}, expected (p, 6)")
        take_doubles("planes", planes, (len(planes), 6), Doubles(), -INFINITY, INFINITY)
        if np.any(np.abs(np.linalg.norm(planes[:, 3:], axis=1) - 1) > 1e-9):
            raise ValueError("planes: every normal (columns 3 to 5) must have length 1")
        self.buffer = Doubles()
        self.count = 0
        for row in planes:
            self.add_plane(row)
        self.planes = len(planes)
        if shape is None:
            return
        names = {"SPHERICAL": 3, "CYLINDER": 4, "CAPSULE": 4}
        if not isinstance(shape, tuple) or not shape or shape[0] not in names or len(shape) != names[shape[0]]:
            raise ValueError(
                f"boundary_shape: {shape!r}, must be ('SPHERICAL', centre, radius), "
                "('CYLINDER', centre, radius, height) or ('CAPSULE', centre, radius, height)"
            )
        centre = Doubles()
        take_doubles("boundary_shape: centre", shape[1], (3,), centre, -1e15, 1e15)
        x, y, z = centre.copy((3,))
        radius = positive("boundary_shape: radius", shape[2])
        half = 0.5 * positive("boundary_shape: height", shape[3]) if len(shape) == 4 else 0.0
        if shape[0] == "CYLINDER":
            self.add_round((x, y, z), radius, -INFINITY, INFINITY)
            self.add_plane((x, y, z - half, 0, 0, 1))
            self.add_plane((x, y, z + half, 0, 0, -1))
        else:
            self.add_round((x, y, z), radius, z - half, z + half)

    cdef int add_plane(self, object row) except -1:
        cdef Py_ssize_t i
        self.buffer.resize(SIZE * (self.count + 1))
        for i in range(SIZE):
            self.buffer.data[SIZE * self.count + i] = row[i] if i < 6 else 0
        self.count += 1
        self.data = <const Surface *> self.buffer.data
        return 0

    cdef int add_round(self, object centre, double radius, double low, double high) except -1:
        self.add_plane((*centre, 0, 0, 0))
        cdef Surface *s = <Surface *> self.buffer.data + (self.count - 1)
        s.radius, s.low, s.high = radius, low, high
        return 0

    def distance(self, points):
        """Distance (nm, positive inside) of points (n, 3) from the nearest wall, float64 (n,); ∞ without walls."""
        cdef Doubles x = Doubles()
        points = np.asarray(points)
        if points.ndim != 2 or points.shape[1] != 3:
            raise ValueError(f"points: shape {points.shape}, expected (n, 3)")
        take_doubles("points", points, (len(points), 3), x, -INFINITY, INFINITY)
        result = np.full(len(points), np.inf)
        cdef double[::1] d = result
        cdef double normal[3]
        cdef Py_ssize_t i, s
        for i in range(d.shape[0]):
            for s in range(self.count):
                d[i] = min(d[i], surface_distance(self.data + s, x.data + 3 * i, normal))
        return result
