"""The vertices of a mesh as well-mixed cells: how large they are, and how readily molecules pass from one to the next.

A vertex i has a third of the area of the triangles around it, A_i. A molecule of diffusion coefficient D passes to a
neighbour j at the rate

    (D/A_i) w_ij B(E_j − E_i),   w_ij = max(0, ½ (cot α + cot β)),   B(x) = x/(eˣ − 1),

with α and β the angles opposite to the edge (one of them at a border) and E the energy of the molecule in kT. Without
energies this is the finite-element Laplacian with lumped masses (Pinkall & Polthier 1993, Exp Math 2:15), whose rates
make the mean square displacement 4 D t; B is the exponential fit of Scharfetter & Gummel (1969, IEEE Trans Electron
Devices 16:64). Since w is symmetric and B(x) e^x = B(−x), forward and backward passages balance in the equilibrium
N ∝ A exp(−E), on any mesh.
"""

from libc.math cimport expm1
from libc.string cimport memset

import numpy as np

from medyan_py.core.common.state import copied
from medyan_py.core.membrane.mesh cimport MembraneMesh, next_of, previous_of
from medyan_py.core.membrane.triangle cimport Triangle, measure_triangle


cdef inline double bernoulli(double x) noexcept nogil:
    return 1.0 if x == 0.0 else x / expm1(x)


cdef class VertexCells:
    """Areas and passages of all vertices of a mesh, as ``measure`` last found them.

    Parameters
    ----------
    mesh : MembraneMesh
    energies : int
        How many kinds of molecules have energies of their own. They are kinds 1 … energies; kind 0 has none.

    Attributes
    ----------
    rows : int
        Rows of the mesh's vertices there were.
    """

    def __init__(self, MembraneMesh mesh, int energies=0):
        self.mesh = mesh
        self.kinds = 1 + energies
        self.first = np.zeros(1, dtype=np.int32)
        self.neighbour = np.zeros(0, dtype=np.int32)
        self.area = self.energy = self.exit = self.running = np.zeros(0)

    def measure(self, energies=None):
        """Take the mesh as it is now.

        Parameters
        ----------
        energies : float64 (energies, rows), kT, optional
            Of one molecule of each kind at every row; what it is at rows not in use does not matter. All 0 by default.

        Raises
        ------
        ValueError
            For an array of another shape, or an energy that is not finite.
        """
        cdef MembraneMesh mesh = self.mesh
        cdef int rows = mesh.vertices.top
        used = np.asarray(mesh.vertices["alive"]) != 0
        given = np.zeros((self.kinds - 1, rows)) if energies is None else np.array(energies, dtype=np.float64)
        if given.shape != (self.kinds - 1, rows):
            raise ValueError(f"energies: shape {given.shape}, expected ({self.kinds - 1}, {rows})")
        given = np.where(used, given, 0.0)
        if not np.isfinite(given).all():
            raise ValueError("energies must be finite")
        self.rows = rows
        self.energy = np.concatenate([np.zeros(rows), given.reshape(-1)])
        self.area = np.zeros(rows)
        first = np.zeros(rows + 1, dtype=np.int32)
        first[1:] = np.cumsum(np.where(used, mesh.vertices["degree"], 0))
        self.first, self.links = first, int(first[rows])
        self.neighbour = np.zeros(self.links, dtype=np.int32)
        self.running, self.exit = np.zeros(self.kinds * self.links), np.zeros(self.kinds * rows)
        cdef double[::1] half = np.zeros(3 * mesh.triangles.top)
        cdef double[::1] weight = np.zeros(self.links)
        if rows:
            self.weigh_edges(half)
            self.link(half, weight)
            self.sum_passages(weight)

    cdef void weigh_edges(self, double[::1] half) noexcept:
        """Areas of vertices, and half the cotangent of the angle opposite to every half-edge."""
        cdef MembraneMesh mesh = self.mesh
        cdef Triangle shape
        cdef double at[3]
        cdef double along
        cdef const int *corner
        cdef int t, k, i
        for t in range(mesh.triangles.top):
            if not mesh.triangles.alive[t]:
                continue
            corner = mesh.corners() + 3 * t
            measure_triangle(mesh.place(corner[0]), mesh.place(corner[1]), mesh.place(corner[2]), &shape)
            memset(at, 0, sizeof(at))
            for i in range(3):
                along = shape.other[i] - shape.side[i]
                at[0] += shape.side[i] * shape.other[i]
                at[1] -= shape.side[i] * along
                at[2] += shape.other[i] * along
            for k in range(3):
                self.area[corner[k]] += shape.twice / 6
                # the half-edge opposite to corner k is the next one; a triangle without area is no way
                half[next_of(3 * t + k)] = 0.5 * at[k] / shape.twice if shape.twice > 0 else 0.0

    cdef void link(self, double[::1] half, double[::1] weight) noexcept:
        """Neighbours counter-clockwise, and the weights w of the edges to them."""
        cdef MembraneMesh mesh = self.mesh
        cdef int v, h, g, start, at, last
        for v in range(self.rows):
            if not mesh.vertices.alive[v]:
                continue
            at = self.first[v]
            start = h = last = mesh.first_around(v)
            while h >= 0:
                g = mesh.opposites()[h]
                self.neighbour[at] = mesh.end_of(h)
                weight[at] = max(0.0, half[h] + (half[g] if g >= 0 else 0.0))
                at += 1
                last = h
                h = mesh.next_around(h)
                if h == start:
                    break
            if h < 0:                     # the other side of the gap: its half-edge leads here
                self.neighbour[at] = mesh.start_of(previous_of(last))
                weight[at] = max(0.0, half[previous_of(last)])

    cdef void sum_passages(self, double[::1] weight) noexcept nogil:
        cdef int v, e, kind
        cdef double sum, own
        cdef const double *energy
        for kind in range(self.kinds):
            energy = &self.energy[kind * self.rows]
            for v in range(self.rows):
                if not self.area[v] > 0.0:
                    continue
                sum = 0.0
                own = energy[v]
                for e in range(self.first[v], self.first[v + 1]):
                    sum += weight[e] * bernoulli(energy[self.neighbour[e]] - own) / self.area[v]
                    self.running[kind * self.links + e] = sum
                self.exit[kind * self.rows + v] = sum

    cdef int through(self, int vertex, int kind, double target) noexcept nogil:
        """The neighbour in which the running sum of passages passes ``target`` in [0, exit)."""
        cdef int e, last = self.first[vertex]
        cdef double before = 0.0
        cdef const double *running = &self.running[kind * self.links]
        for e in range(self.first[vertex], self.first[vertex + 1]):
            if target < running[e]:
                return self.neighbour[e]
            if running[e] > before:
                last = e
            before = running[e]
        return self.neighbour[last]

    def state(self):
        """What was measured."""
        return {"rows": self.rows, "links": self.links, "area": copied(self.area), "energy": copied(self.energy),
                "exit": copied(self.exit), "first": copied(self.first), "neighbour": copied(self.neighbour),
                "running": copied(self.running)}

    def restore(self, saved):
        """Take over what was measured on a mesh that is, or will be, the same."""
        self.rows, self.links = saved["rows"], saved["links"]
        self.area, self.energy, self.exit = (copied(saved[name]) for name in ("area", "energy", "exit"))
        self.first, self.neighbour = copied(saved["first"]), copied(saved["neighbour"])
        self.running = copied(saved["running"])

    # --- for scripts and tests

    @property
    def areas(self):
        """Area of every row, float64 (rows,), nm²; 0 where there is no vertex."""
        return copied(self.area)

    def passages(self, int kind=0):
        """Passages of unit diffusion coefficient: rows from and to, int32 (n,), and their rates, float64 (n,), 1/nm².

        Raises ValueError for a kind there is not.
        """
        if not 0 <= kind < self.kinds:
            raise ValueError(f"no kind {kind} of {self.kinds}")
        start = np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.first))
        sums = np.array(self.running)[kind * self.links:(kind + 1) * self.links]
        first = np.asarray(self.first)[:self.rows]
        before = np.concatenate([[0.0], sums])[:self.links]
        before[first[np.diff(self.first) > 0]] = 0.0
        return start, copied(self.neighbour), sums - before
