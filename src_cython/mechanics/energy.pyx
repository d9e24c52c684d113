"""Energy and gradient of everything that is switched on, and the neighbour lists they are summed over.

Threads: the terms of every interaction are cut into as many equal runs as there are threads, each run adds to a
gradient of its own, and these are summed in the order of the runs. So results depend on the number of threads but not
on how they are scheduled. A system too small to gain from it is evaluated as if there were one thread.
"""

from cython.parallel cimport prange
from libc.math cimport INFINITY, fabs, sqrt
from libc.string cimport memcpy, memset

from medyan_py.core.mechanics.bubbles cimport Bubbles
from medyan_py.core.mechanics.buffers cimport Doubles, Ints, replace
from medyan_py.core.mechanics.excluded_volume cimport segment_distance
from medyan_py.core.mechanics.interactions cimport terms
from medyan_py.core.mechanics.neighbours cimport NeighbourSearch
from medyan_py.core.membrane.sheets cimport Sheets

from medyan_py.core.mechanics.interactions import NAMES

cdef extern from "openmp.h":
    const int COMPILED_WITH_OPENMP

cdef double TOUCHING = 0.01     # nm; closer than this two cylinders count as crossing …
cdef double GAP = 0.1           # nm; … and are moved so far apart before a search starts
cdef double SKIN = 5            # nm
cdef Py_ssize_t WORTHWHILE = 6000   # cylinders + pairs; below, waking threads costs more than they save (measured)


cdef class EnergyModel:
    """Base of ``MechanicalModel``: holds the network; knows nothing about loading it or minimising."""

    def __cinit__(self):
        self.search = NeighbourSearch()
        self.bubbles = Bubbles()
        self.membranes = Sheets()
        self.x = Doubles()
        self.listed_at = Doubles()
        self.pair_kappa = Doubles()
        self.scratch = Doubles()
        self.own_gradient, self.own_energy = Doubles(), Doubles()
        self.crew = 1
        self.pair = Ints()
        self.wall = Ints()
        self.other_pair = Ints()
        self.other_wall = Ints()
        memset(&self.net, 0, sizeof(self.net))
        self.net.membranes = &self.membranes.view

    cdef double total(self, const double *x, double *g) noexcept nogil:
        """Total energy; overwrites ``g`` with the gradient. Not finite if any interaction is not."""
        cdef int i, t, crew = self.useful_crew()
        cdef double energy = 0
        if crew > 1:
            for t in prange(crew, num_threads=crew, schedule="static", chunksize=1):
                self.evaluate_run(t, x)
            for t in prange(crew, num_threads=crew, schedule="static", chunksize=1):
                self.gather_run(t, g)
            for i in range(self.interactions):
                self.energy[i] = 0
                for t in range(crew):
                    self.energy[i] += self.own_energy.data[t * KINDS + i]
                energy += self.energy[i]
            return energy
        memset(g, 0, 3 * self.net.points * sizeof(double))
        for i in range(self.interactions):
            self.energy[i] = self.function[i](&self.net, x, g, 0, terms(&self.net, self.kind[i]))
            energy += self.energy[i]
        return energy

    cdef int useful_crew(self) noexcept nogil:
        """How many threads a system of this size gains from."""
        return self.crew if self.net.cylinders + self.net.pairs >= WORTHWHILE else 1

    cdef void evaluate_run(self, int run, const double *x) noexcept nogil:
        """Energies and gradient of one run of the terms of every interaction, into the memory of that run."""
        cdef double *g = self.own_gradient.data + 3 * self.net.points * run
        cdef Py_ssize_t count
        cdef int i
        memset(g, 0, 3 * self.net.points * sizeof(double))
        for i in range(self.interactions):
            count = terms(&self.net, self.kind[i])
            self.own_energy.data[run * KINDS + i] = self.function[i](
                &self.net, x, g, count * run // self.crew, count * (run + 1) // self.crew)

    cdef void gather_run(self, int run, double *g) noexcept nogil:
        """Sum one run of the components of the gradient over the memories of all runs."""
        cdef Py_ssize_t i, size = 3 * self.net.points
        cdef const double *own = self.own_gradient.data
        cdef int t
        for i in range(size * run // self.crew, size * (run + 1) // self.crew):
            g[i] = own[i]
            for t in range(1, self.crew):
                g[i] += own[t * size + i]

    cdef int provide(self) except -1:
        """Memory for the threads."""
        if self.crew > 1:
            self.own_gradient.resize(3 * self.net.points * self.crew)
            self.own_energy.resize(KINDS * self.crew)
        return 0

    cdef bint rebuild_lists(self, bint lasting=False) except -1:
        """Search neighbours at the present positions; True if the energy function has changed.

        ``lasting``: walls and bubbles that a bead does not feel before it has gone a long way are listed too, for
        searches that do not renew the lists.
        """
        cdef double longest = 0, d2, reach
        cdef const double *p
        cdef Py_ssize_t c, i
        cdef bint changed = False
        for c in range(self.net.cylinders):
            p = self.x.data + 3 * self.net.cylinder_bead[c]
            d2 = 0
            for i in range(3):
                d2 += (p[3 + i] - p[i]) * (p[3 + i] - p[i])
            longest = max(longest, d2)
        longest = sqrt(longest)
        self.reach = SKIN
        if self.integral or self.sampled:
            self.reach = max(SKIN, 0.5 * (self.volume_cutoff - longest))
            self.search.pairs(&self.net, self.x.data, self.volume_cutoff, self.other_pair)
            changed |= replace(self.pair, self.other_pair)
            self.set_pair_constants()
        reach = INFINITY if lasting else self.reach
        if self.walls:
            self.search.walls(&self.net, self.x.data, self.boundary_cutoff, reach, self.other_wall)
            changed |= replace(self.wall, self.other_wall)
        if self.bubbles.count:
            changed |= self.bubbles.search(&self.net, self.x.data, self.walls, self.boundary_cutoff,
                                           self.bubbles_repel, self.bubble_cutoff, reach)
        if self.membranes.count:
            changed |= self.membranes.search(self.x.data, self.net.beads)
        self.net.pairs = self.pair.size // 2
        self.net.pair = self.pair.data
        self.net.wall_terms = self.wall.size // 2
        self.net.wall = self.wall.data
        self.provide()
        self.listed_at.resize(3 * self.net.points)
        memcpy(self.listed_at.data, self.x.data, 3 * self.net.points * sizeof(double))
        return changed

    cdef int set_pair_constants(self) except -1:
        """κ of every listed pair: the larger of the two constants times rest lengths (or monomer sizes)."""
        cdef Py_ssize_t n, pairs = self.pair.size // 2
        cdef int a, b
        self.pair_kappa.resize(pairs)
        for n in range(pairs):
            a = self.pair.data[2 * n]
            b = self.pair.data[2 * n + 1]
            self.pair_kappa.data[n] = max(self.net.volume_k[a], self.net.volume_k[b])
            if self.integral:
                self.pair_kappa.data[n] *= self.net.rest_length[a] * self.net.rest_length[b]
            else:
                self.pair_kappa.data[n] *= self.net.monomer_size[a] * self.net.monomer_size[b]
        self.net.pair_kappa = self.pair_kappa.data
        return 0

    cdef double moved(self) noexcept nogil:
        """Largest distance of a point from where it was when the lists were built, nm."""
        return largest_move(self.x.data, self.listed_at.data, self.net.free)

    cdef int separate(self) except -1:
        """Move listed cylinders that touch apart, and what lies in the centre of a bubble; returns how many were moved.

        The excluded volume of crossing segments is infinite and gives no direction. Each of the two cylinders is
        shifted by half of 0.1 nm along the line between the closest points, or along the common normal where they
        intersect exactly. The repulsion of coinciding points has no direction either: one is shifted along x.
        """
        cdef Py_ssize_t n, i, turn, count = 0, now
        cdef double *p
        cdef double *q
        cdef double distance, shift
        cdef double away[3]
        for turn in range(20):
            now = 0
            for n in range(self.net.pairs):
                if self.net.pair_kappa[n] == 0:
                    continue
                p = self.x.data + 3 * self.net.cylinder_bead[self.net.pair[2 * n]]
                q = self.x.data + 3 * self.net.cylinder_bead[self.net.pair[2 * n + 1]]
                distance = segment_distance(p, q, away)
                if distance >= TOUCHING:
                    continue
                now += 1
                if distance < 1e-9:
                    distance = common_normal(p, q, away)
                for i in range(3):
                    shift = 0.5 * GAP * away[i] / distance
                    p[i] += shift
                    p[3 + i] += shift
                    q[i] -= shift
                    q[3 + i] -= shift
            if turn == 0:
                count = now
            if now == 0:
                break
        for n in range(self.net.bubble_pairs):
            count += self.part(self.net.bubble_point[self.net.bubble_pair[2 * n]],
                               self.net.bubble_point[self.net.bubble_pair[2 * n + 1]])
        for n in range(self.net.bubble_beads):
            count += self.part(self.net.bubble_point[self.net.bubble_bead[2 * n]], self.net.bubble_bead[2 * n + 1])
        return count

    cdef int part(self, Py_ssize_t a, Py_ssize_t b) except -1:
        """If two points coincide, move one that can move; whether that was so."""
        cdef const double *p = self.x.data + 3 * a
        cdef const double *q = self.x.data + 3 * b
        if max(fabs(p[0] - q[0]), fabs(p[1] - q[1]), fabs(p[2] - q[2])) > 1e-9 or min(a, b) >= self.net.free:
            return False
        if b < self.net.free:
            self.x.data[3 * b] += GAP
        else:
            self.x.data[3 * a] += GAP
        return True

    cdef dict energies(self):
        """Energies of the last evaluation by name, pN nm."""
        return {NAMES[<int> self.kind[i]]: self.energy[i] for i in range(self.interactions)}


cdef bint compiled_with_openmp() noexcept nogil:
    return COMPILED_WITH_OPENMP


cdef double largest_move(const double *x, const double *y, Py_ssize_t points) noexcept nogil:
    cdef Py_ssize_t b, i
    cdef double largest = 0, d2
    for b in range(points):
        d2 = 0
        for i in range(3 * b, 3 * b + 3):
            d2 += (x[i] - y[i]) * (x[i] - y[i])
        largest = max(largest, d2)
    return sqrt(largest)


cdef double common_normal(const double *p, const double *q, double *n) noexcept nogil:
    """A vector perpendicular to both segments (to the first one, if they are parallel); returns its length."""
    cdef double v[3]
    cdef double w[3]
    cdef double length, scale
    cdef Py_ssize_t i, least = 0
    for i in range(3):
        v[i] = p[3 + i] - p[i]
        w[i] = q[3 + i] - q[i]
    scale = sqrt((v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) * (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]))
    length = cross(v, w, n)
    if length > 1e-6 * scale:
        return length
    for i in range(1, 3):
        if fabs(v[i]) < fabs(v[least]):
            least = i
    for i in range(3):
        w[i] = 1 if i == least else 0
    return cross(v, w, n)


cdef double cross(const double *v, const double *w, double *n) noexcept nogil:
    n[0] = v[1] * w[2] - v[2] * w[1]
    n[1] = v[2] * w[0] - v[0] * w[2]
    n[2] = v[0] * w[1] - v[1] * w[0]
    return sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
