"""Where things are: compartments, walls, and the loads of filament ends."""

from libc.math cimport INFINITY, exp, sqrt

from medyan_py.core.chemistry.engine cimport Engine
from medyan_py.core.chemistry.obstacles cimport Obstacles
from medyan_py.core.mechanics.surfaces cimport Surfaces, surface_distance
from medyan_py.core.membrane.interior cimport Interior
from medyan_py.core.membrane.tips cimport TipObstacles
from medyan_py.core.structure.filaments cimport MINUS, PLUS, FilamentKind

import numpy as np

from medyan_py.core.chemistry.descriptions import Walls
from medyan_py.core.chemistry.grid import nearest_active
from medyan_py.core.common.state import copied, fill


def _extended(old, new):
    """``new`` with the content of ``old`` in its first rows."""
    new[:len(old)] = old
    return new


cdef class FilamentPlaces(Engine):
    """What exists in a system with filaments, and where."""

    def _set_walls(self, walls):
        self.walls = Walls() if walls is None else walls
        if self.obstacles is None:
            self.obstacles = Obstacles()
            self.tip_membranes = TipObstacles()
            self.interior = Interior()
        self.surfaces = Surfaces(self.walls.planes, self.walls.shape)
        if self.surfaces.count > MOST_WALLS or not self.walls.screening > 0:
            raise ValueError(f"at most {MOST_WALLS} walls with a positive screening length are possible")
        self.wall_strength, self.wall_screening = self.walls.strength, self.walls.screening
        self.wall_cutoff, self.wall_shift = self.walls.cutoff, self.walls.shift
        self.seed_margin, self.flat_seeds, self.seed_volume = self.walls.seeds

    def _find_homes(self):
        for k in range(3):
            self.grid[k], self.compartment_edge[k] = self.shape[k], self.compartment_size[k]
        self.home = nearest_active(self.shape, self.compartment_size, self.active_array)
        self.load_index = np.zeros(0, dtype=np.int32)
        self.growth_factor = self.load_axial = np.zeros(0)
        self.load_tip = self.load_direction = np.zeros((0, 3))
        self.load_walls = np.zeros(0, dtype=np.uint32)
        self.load_obstacles = np.zeros(0, dtype=np.uint8)
        self.room_for_ends()

    cdef int room_for_ends(self) except -1 nogil:
        """Make the per-end arrays as long as the filament table needs."""
        cdef int n = 2 * self.filaments.table.capacity
        if n <= self.load_index.shape[0]:
            return 0
        with gil:
            self.load_index = _extended(self.load_index, np.zeros(n, dtype=np.int32))
            self.growth_factor = _extended(self.growth_factor, np.ones(n))
            self.load_axial = _extended(self.load_axial, np.zeros(n))
            self.load_tip = _extended(self.load_tip, np.zeros((n, 3)))
            self.load_direction = _extended(self.load_direction, np.zeros((n, 3)))
            self.load_walls = _extended(self.load_walls, np.zeros(n, dtype=np.uint32))
            self.load_obstacles = _extended(self.load_obstacles, np.zeros(n, dtype=np.uint8))
        return 0

    # ---------------------------------------------------------------- state

    def state(self):
        """Everything that decides what happens next, to be called between runs; see ``Engine.restore``."""
        saved = {name: part.state() for name, part in self._parts().items()}
        saved |= {name: copied(array) for name, array in self._arrays_of_ends().items()}
        return saved | {"engine": Engine.state(self), "home": copied(self.home), "planes": self._planes(),
                        "obstacles": self.obstacles.state()}

    def restore(self, saved):
        """Take over the state of a system of the same description; see ``Engine.restore``."""
        Engine.restore(self, saved["engine"])
        for name, part in self._parts().items():
            part.restore(saved[name])
        self.room_for_ends()
        for name, array in self._arrays_of_ends().items():
            fill(array, saved[name], name)
        fill(self.home, saved["home"], "nearest active compartments")
        fill(self._planes(), saved["planes"], "plane walls")
        self._set_walls(self.walls._replace(planes=tuple(map(tuple, saved["planes"].tolist()))))
        self.obstacles.restore(saved["obstacles"], self.walls)

    def _planes(self):
        return np.array(self.walls.planes, dtype=np.float64).reshape(-1, 6)

    def _parts(self):
        """Parts with a state of their own, in the order in which they can be restored."""
        return {"filaments": self.filaments, "bonds": self.bonds, "branchers": self.branchers,
                "candidates": self.candidates}

    def _arrays_of_ends(self):
        """Arrays that grow with the filaments, by name."""
        return {"load_index": self.load_index, "growth_factor": self.growth_factor, "load_tip": self.load_tip,
                "load_direction": self.load_direction, "load_walls": self.load_walls,
                "load_obstacles": self.load_obstacles, "load_axial": self.load_axial}

    # ---------------------------------------------------------------- where things are

    cdef int compartment_at(self, double *r) noexcept nogil:
        """Active compartment of a point; a point outside the grid or the system belongs to the nearest one."""
        cdef int k, i, index = 0
        cdef double s
        for k in range(2, -1, -1):
            s = r[k] / self.compartment_edge[k]
            i = 0 if s < 0.0 else (self.grid[k] - 1 if s >= self.grid[k] else <int> s)
            index = index * self.grid[k] + i
        return self.home[index]

    cdef double wall_distance(self, int wall, double *r) noexcept nogil:
        """Signed distance (nm) of a point from a wall, positive inside."""
        cdef double[3] normal
        return surface_distance(&self.surfaces.data[wall], r, normal)

    cdef double boundary_distance(self, double *r) noexcept nogil:
        """Signed distance (nm) of a point from the nearest wall, positive inside; large without walls."""
        cdef double nearest = 1e300
        cdef int i
        for i in range(self.surfaces.count):
            nearest = min(nearest, self.wall_distance(i, r))
        return nearest

    cdef void house_cylinder(self, int cylinder) noexcept nogil:
        cdef int a = self.filaments.cylinders.bead[cylinder, MINUS], b = self.filaments.cylinders.bead[cylinder, PLUS]
        cdef double[3] r
        cdef int k
        for k in range(3):
            r[k] = 0.5 * (self.filaments.beads.x[a, k] + self.filaments.beads.x[b, k])
        self.filaments.cylinders.compartment[cylinder] = self.compartment_at(r)

    cdef void site_point(self, int site, double *r) noexcept nogil:
        """Attachment point of a site at the present bead positions (nm)."""
        cdef int c = site // self.filaments.max_sites, s = site % self.filaments.max_sites
        self.filaments.point(c, self.filaments.site_slot[self.filaments.type_of(c), s], r)

    cdef void house_bond(self, int bond) noexcept nogil:
        cdef double[3] p
        cdef double[3] q
        cdef int k
        self.site_point(self.bonds.site[bond, 0], p)
        self.site_point(self.bonds.site[bond, 1], q)
        for k in range(3):
            p[k] = 0.5 * (p[k] + q[k])
        self.bonds.compartment[bond] = self.compartment_at(p)

    cdef void house_brancher(self, int brancher) noexcept nogil:
        cdef double[3] p
        self.site_point(self.branchers.site[brancher], p)
        self.branchers.compartment[brancher] = self.compartment_at(p)

    # ---------------------------------------------------------------- loads

    cdef void snapshot_end(self, int filament, int side) noexcept nogil:
        """Remember what decides the load of an end until the next force evaluation.

        These are tip, growth direction and walls in reach, and the compression of its cylinder.
        """
        cdef int e = 2 * filament + side, c = self.filaments.table.tip[filament, side], k, i
        cdef int tip = self.filaments.cylinders.bead[c, side], base = self.filaments.cylinders.bead[c, 1 - side]
        cdef double[3] middle
        cdef double length2 = 0.0, rest = self.filaments.cylinders.rest_length[c]
        cdef FilamentKind *kind = &self.filaments.kind[self.filaments.table.type[filament]]
        self.load_index[e] = 0
        self.filaments.outward(c, side, &self.load_direction[e, 0])
        self.load_walls[e] = 0
        for k in range(3):
            self.load_tip[e, k] = self.filaments.beads.x[tip, k]
            middle[k] = 0.5 * (self.load_tip[e, k] + self.filaments.beads.x[base, k])
            length2 += (self.load_tip[e, k] - self.filaments.beads.x[base, k]) ** 2
        # a partial cylinder is stiffer than a full one
        self.load_axial[e] = max(
            0.0, self.axial_k[self.filaments.table.type[filament]] * kind.cylinder / rest * (rest - sqrt(length2)))
        self.load_obstacles[e] = self.obstacles.near(middle, &self.load_tip[e, 0], kind.cylinder)
        if self.wall_strength == 0.0:
            return
        for i in range(self.surfaces.count):
            if self.wall_distance(i, middle) < self.wall_cutoff:
                self.load_walls[e] |= 1u << i

    cdef double load(self, int end, int index) noexcept nogil:
        """Load (pN) on an end whose tip stands ``index`` monomers beyond its place at the last force evaluation.

        Repulsion at the tip times the cosine between growth direction and outward wall normal, summed over walls,
        bubbles and planes of probes, for which ``index`` is kept within one full cylinder; and what membranes add. With
        axial loads, the compression of the cylinder instead; but no tip grows through a membrane.
        """
        cdef int i, k, type = self.filaments.table.type[end // 2]
        cdef double ahead, facing, distance, force = 0.0, membranes = 0.0
        cdef double[3] tip
        cdef double[3] normal
        if self.tip_membranes.count:
            membranes = self.tip_membranes.load(&self.load_tip[end, 0], &self.load_direction[end, 0],
                                                max(0, index) * self.filaments.kind[type].monomer,
                                                self.filaments.kind[type].monomer)
        if self.axial_k[type] > 0.0:
            return self.load_axial[end] if membranes < INFINITY else INFINITY
        ahead = max(0, min(index, self.filaments.kind[type].slots - 1)) * self.filaments.kind[type].monomer
        for k in range(3):
            tip[k] = self.load_tip[end, k] + ahead * self.load_direction[end, k]
        for i in range(self.surfaces.count):
            if not self.load_walls[end] >> i & 1:
                continue
            distance = surface_distance(&self.surfaces.data[i], tip, normal)
            facing = 0.0
            for k in range(3):
                facing -= normal[k] * self.load_direction[end, k]
            if facing > 0.0:
                force += facing * self.wall_strength / self.wall_screening * exp(
                    -(distance - self.wall_shift) / self.wall_screening)
        if self.load_obstacles[end]:
            force += self.obstacles.load(&self.load_tip[end, 0], &self.load_direction[end, 0], ahead,
                                         self.filaments.table.anchor[end // 2])
        return force + membranes
