"""What filament ends meet besides the walls: bubbles, and the planes that go with probes.

The load on an end is the repulsion at its tip times the cosine between its growth direction and the outward direction,
summed over everything in reach (Popov, Komianos & Papoian 2016, PLoS Comput Biol 12:e1004877).
"""

from libc.math cimport exp, sqrt

from medyan_py.core.mechanics.surfaces cimport Surfaces, surface_distance

import numpy as np

from medyan_py.core.common.state import copied


cdef class Obstacles:
    """Bubbles and planes of one system; none to begin with."""

    def __init__(self):
        self.bubbles = 0
        self.x = np.zeros((0, 3))
        self.radius = self.strength = self.screening = np.zeros(0)
        self.cutoff, self.rises = 0.0, True
        self.rows = np.zeros((0, 6))
        self.planes = Surfaces(self.rows)
        self.plane_strength = 0.0
        self.plane_screening = 1.0

    def set_bubbles(self, spheres):
        """Take over ``Spheres``. Raises ValueError for arrays of different length and lengths that are not positive."""
        radius = np.array(spheres.radius, dtype=np.float64).reshape(-1)
        n = len(radius)
        x = np.array(spheres.x, dtype=np.float64).reshape(-1, 3)
        strength, screening = (np.array(a, dtype=np.float64).reshape(-1) for a in (spheres.strength, spheres.screening))
        if not len(x) == len(strength) == len(screening) == n:
            raise ValueError("bubbles: arrays of different length")
        if not (np.isfinite(x).all() and (radius >= 0).all() and (strength >= 0).all() and (screening > 0).all()):
            raise ValueError("bubbles: centres must be finite, radii and strengths ≥ 0, screening lengths > 0")
        self.x, self.radius, self.strength, self.screening = x, radius, strength, screening
        self.cutoff, self.rises = spheres.cutoff, spheres.rises
        self.bubbles = n

    def set_planes(self, planes, walls):
        """Planes (p, 6) that repel as ``walls`` (a ``Walls``) do."""
        self.rows = np.array(planes, dtype=np.float64).reshape(-1, 6)
        self.planes = Surfaces(self.rows)
        self.plane_strength, self.plane_screening = walls.strength, walls.screening
        self.plane_cutoff, self.plane_shift = walls.cutoff, walls.shift

    def state(self):
        """Bubbles and planes as last set; they may have been moved since."""
        return {"x": copied(self.x), "radius": copied(self.radius), "strength": copied(self.strength),
                "screening": copied(self.screening), "cutoff": self.cutoff, "rises": bool(self.rises),
                "rows": np.array(self.rows, dtype=np.float64)}

    def restore(self, saved, walls):
        """Take a state over; planes repel as ``walls`` do."""
        self.x, self.radius = saved["x"].copy(), saved["radius"].copy()
        self.strength, self.screening = saved["strength"].copy(), saved["screening"].copy()
        self.cutoff, self.rises, self.bubbles = saved["cutoff"], saved["rises"], len(saved["radius"])
        if len(saved["rows"]):
            self.set_planes(saved["rows"], walls)

    cdef bint inside(self, const double *r) noexcept nogil:
        """Whether a point lies inside a bubble or behind a plane."""
        cdef int b
        cdef double[3] normal
        for b in range(self.planes.count):
            if surface_distance(&self.planes.data[b], r, normal) < 0.0:
                return True
        for b in range(self.bubbles):
            if distance(r, &self.x[b, 0]) < self.radius[b]:
                return True
        return False

    cdef bint near(self, const double *middle, const double *tip, double length) noexcept nogil:
        """Whether an end may feel anything before it has grown by ``length`` (nm)."""
        cdef int i
        cdef double[3] normal
        if self.plane_strength > 0.0:
            for i in range(self.planes.count):
                if surface_distance(&self.planes.data[i], middle, normal) < self.plane_cutoff:
                    return True
        for i in range(self.bubbles):
            if self.strength[i] > 0.0 and distance(tip, &self.x[i, 0]) - self.radius[i] < self.cutoff + length:
                return True
        return False

    cdef double load(self, const double *tip, const double *direction, double ahead, int anchor) noexcept nogil:
        """Load (pN) on an end that has grown by ``ahead`` nm from ``tip``; the bubble ``anchor`` does not repel it."""
        cdef int i, k
        cdef double[3] at
        cdef double[3] normal
        cdef double facing, gap, force = 0.0
        for k in range(3):
            at[k] = tip[k] + ahead * direction[k]
        if self.plane_strength > 0.0:
            for i in range(self.planes.count):
                gap = surface_distance(&self.planes.data[i], at, normal)
                facing = 0.0
                for k in range(3):
                    facing -= normal[k] * direction[k]
                if facing > 0.0:
                    force += facing * self.plane_strength / self.plane_screening * exp(
                        (self.plane_shift - gap) / self.plane_screening)
        for i in range(self.bubbles):
            if i == anchor or self.strength[i] == 0.0:
                continue
            gap = distance(at, &self.x[i, 0])
            facing = 0.0
            if gap > 0.0:
                for k in range(3):
                    facing += (self.x[i, k] - at[k]) / gap * direction[k]
            gap = (gap if self.rises else distance(tip, &self.x[i, 0])) - self.radius[i]
            if facing > 0.0 and gap < self.cutoff:
                force += facing * self.strength[i] / self.screening[i] * exp(-gap / self.screening[i])
        return force


cdef inline double distance(const double *p, const double *q) noexcept nogil:
    return sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) + (p[2] - q[2]) * (p[2] - q[2]))
