"""Reactions and diffusion of molecules on membranes.

Every vertex is a well-mixed cell of the area A that ``VertexCells`` gives it. A reaction with m reactants goes at
k A^(1−m) Π N!/(N − n)!, and a molecule that leaves the membrane at k exp(E) with its energy E (kT) there. All that can
happen at a vertex are the leaves of a tree of partial sums, whose totals are the leaves of a tree over all vertices: an
event costs the logarithm of the size of the mesh and of the number of reactions. Copy numbers stand in the mesh, which
divides them when it is changed.
"""

from libc.math cimport exp, log
from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free

import numpy as np

from medyan_py.core.chemistry.templates import index_lists
from medyan_py.core.chemistry.ledger cimport Ledger, rise
from medyan_py.core.common.random cimport RandomStream
from medyan_py.core.common.state import copied, fill
from medyan_py.core.common.sumtree cimport SumTrees
from medyan_py.core.membrane.mesh cimport MembraneMesh
from medyan_py.core.membrane.vertex_cells cimport VertexCells

cdef double MOST = 1e290              # the next event is immediate well below this, and sums stay finite


def _not_negative(what, values):
    values = np.array(values, dtype=np.float64).reshape(-1)
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError(f"{what} must be finite and not negative, got {values}")
    return values


cdef class Surface:
    """Molecules on all membranes of a system.

    Parameters
    ----------
    mesh : MembraneMesh
        With as many species.
    species : sequence of SurfaceSpecies
    reactions : sequence of SurfaceReaction
    through : bool
        Molecules hop to vertices that others cover.

    Attributes
    ----------
    hops : int
        Done so far.

    Raises
    ------
    ValueError
        For rates, coefficients or areas that are negative or not finite, unknown species, or a mesh for another number
        of species.
    """

    def __init__(self, MembraneMesh mesh, species, reactions, bint through=False):
        self.species, self.reactions = len(species), len(reactions)
        if mesh.vertices.species != self.species:
            raise ValueError(f"the mesh is for {mesh.vertices.species} species, there are {self.species}")
        self.vertices, self.through = mesh.vertices, through
        self.names = tuple(s.name for s in species)
        self.diffusion = _not_negative("diffusion coefficients", [s.coefficient for s in species])
        self.size = _not_negative("areas of molecules", [s.area for s in species])
        kinds = np.zeros(self.species, dtype=np.int32)
        sensing = [i for i, s in enumerate(species) if s.energy]
        kinds[sensing] = np.arange(1, len(sensing) + 1)
        self.kind = kinds
        self.cells = VertexCells(mesh, len(sensing))
        self.rate = _not_negative("rates", [r.rate for r in reactions])
        self.plain_rate = np.array(self.rate)
        self.order = np.array([len(r.reactants) for r in reactions], dtype=np.int32)
        self.lifted = np.array([r.reactants[0] if r.leaves else -1 for r in reactions], dtype=np.int32)
        self._lay_out(reactions)
        self._make_trees(1)
        self.covered = np.zeros(0)

    def __dealloc__(self):
        free(self.read)
        free(self.change)

    def _lay_out(self, reactions):
        """What every reaction reads and changes, in flat arrays."""
        read, changed = [], []
        readers = [[] for _ in range(self.species)]
        for i, r in enumerate(reactions):
            if not all(0 <= s < self.species for s in (*r.reactants, *r.products)):
                raise ValueError(f"surface reaction {i} names a species there is not")
            amount = {s: r.reactants.count(s) for s in dict.fromkeys(r.reactants)}
            change = {s: r.products.count(s) - r.reactants.count(s) for s in dict.fromkeys(r.reactants + r.products)}
            read.append(list(amount.items()))
            changed.append([(s, d) for s, d in change.items() if d])
            for s in amount:
                readers[s].append(i)
        self.reader_start, self.reader = index_lists(readers)
        self.read_start, _ = index_lists(read)
        self.change_start, _ = index_lists(changed)
        self.read = parts([part for reaction in read for part in reaction])
        self.change = parts([part for reaction in changed for part in reaction])

    def keep_books(self, Ledger ledger, hop_accounts, accounts, free_energies, stored):
        """Enter free energies in ``ledger`` from now on.

        Parameters
        ----------
        hop_accounts : int (species,)
        accounts : int (reactions,)
            −1 for a reaction that is not entered.
        free_energies : float (reactions,), kT
            At one molecule per nm².
        stored : bool (species,)
            Whether the energy of a species is entered elsewhere.
        """
        self.hop_account = np.array([*hop_accounts, -1], dtype=np.int32)
        self.account = np.array([*accounts, -1], dtype=np.int32)
        self.free_energy = np.array([*free_energies, 0.0])
        self.stored = np.array([*stored, 0], dtype=np.uint8)
        self.ledger = ledger

    def _make_trees(self, int rows):
        self.own = SumTrees(max(1, rows), max(1, self.species + self.reactions))
        self.rows_tree = SumTrees(1, max(1, rows))

    # ---------------------------------------------------------------- propensities

    cdef double propensity(self, int vertex, int reaction) noexcept nogil:
        """Rate × A^(1−m) × falling factorials × exp(E) of what leaves, 1/s."""
        cdef double a = self.rate[reaction], area = self.cells.area[vertex]
        cdef int i, j
        cdef int64_t n
        if a == 0.0:                      # exp(E) may be infinite
            return 0.0
        if self.order[reaction] == 0:
            a *= area
        for _ in range(1, self.order[reaction]):
            a /= area
        for i in range(self.read_start[reaction], self.read_start[reaction + 1]):
            n = self.vertices.copies[vertex, self.read[i].species]
            if n < self.read[i].amount:
                return 0.0
            for j in range(self.read[i].amount):
                a *= <double> (n - j)
        if self.lifted[reaction] >= 0 and self.kind[self.lifted[reaction]]:
            a *= exp(self.cells.energy[self.kind[self.lifted[reaction]] * self.cells.rows + vertex])
        return a if a < MOST else MOST

    cdef void refresh_species(self, int vertex, int species) noexcept nogil:
        """Refresh the hops of a species at a vertex and the reactions that read it, not the sums above the vertex."""
        cdef int i
        cdef double away = self.cells.exit[self.kind[species] * self.cells.rows + vertex]
        cdef double a = <double> self.vertices.copies[vertex, species] * (self.diffusion[species] * away)
        self.own.put(vertex, species, a if a < MOST else MOST)
        for i in range(self.reader_start[species], self.reader_start[species + 1]):
            self.own.put(vertex, self.species + self.reader[i], self.propensity(vertex, self.reader[i]))

    cdef void refresh_vertex(self, int vertex) noexcept nogil:
        """Form everything at a vertex anew; nothing happens at one that is not there or has no area."""
        cdef int s, r
        cdef bint there = self.cells.area[vertex] > 0.0
        self.covered[vertex] = 0.0
        for s in range(self.species):
            if there:
                self.covered[vertex] += self.vertices.copies[vertex, s] * self.size[s]
                self.refresh_species(vertex, s)
            else:
                self.own.put(vertex, s, 0.0)
        for r in range(self.reactions):
            self.own.put(vertex, self.species + r, self.propensity(vertex, r) if there else 0.0)
        self.close(vertex)

    cdef void refresh_all(self) noexcept nogil:
        cdef int v
        for v in range(self.cells.rows):
            self.refresh_vertex(v)

    def measure(self, energies=None):
        """Take the mesh and its copy numbers as they are now; see ``VertexCells.measure``."""
        self.cells.measure(energies)
        if self.cells.rows > self.own.trees:
            self._make_trees(max(self.cells.rows, 2 * self.own.trees))
        if self.cells.rows > self.covered.shape[0]:
            self.covered = np.zeros(self.own.trees)
        self.refresh_all()

    # ---------------------------------------------------------------- events

    cdef void win(self, int vertex, int species, int64_t amount) noexcept nogil:
        """Change a copy number, and what follows from it but for the sums above the vertex."""
        self.vertices.copies[vertex, species] += amount
        self.covered[vertex] += amount * self.size[species]
        self.refresh_species(vertex, species)

    cdef int pick(self, double target, RandomStream random, int *leaf) noexcept nogil:
        """The vertex in which the cumulative propensity passes ``target`` in [0, total), and what happens there."""
        cdef int vertex = self.rows_tree.select(0, target)
        leaf[0] = self.own.select(vertex, random.uniform() * self.own.total(vertex))
        return vertex

    cdef int hop(self, int vertex, int species, RandomStream random) noexcept nogil:
        """A molecule passes to a neighbour, which is returned; −1 if it finds no room and stays.

        It finds room with the probability of the share of the neighbour's area that is free. With it, as with
        adsorption onto free area, the weight of n equal molecules of area a on a vertex is Π (A − k a)/n!, k < n.
        """
        cdef int kind = self.kind[species]
        cdef double away = self.cells.exit[kind * self.cells.rows + vertex]
        cdef int to = self.cells.through(vertex, kind, random.uniform() * away)
        if self.size[species] > 0.0 and not self.through and \
                random.uniform() * self.cells.area[to] >= self.room(to):
            return -1
        if self.ledger is not None:
            self.ledger.enter(self.hop_account[species],
                              self.gain(vertex, species, -1) + self.gain(to, species, 1))
        self.win(vertex, species, -1)
        self.win(to, species, 1)
        self.close(vertex)
        self.close(to)
        self.hops += 1
        return to

    cdef void react(self, int vertex, int reaction) noexcept nogil:
        cdef int i
        cdef double change = 0.0
        cdef bint booked = self.ledger is not None and self.account[reaction] >= 0
        if booked:
            change = self.free_energy[reaction]
        for i in range(self.change_start[reaction], self.change_start[reaction + 1]):
            if booked:
                change += self.gain(vertex, self.change[i].species, self.change[i].amount)
            self.win(vertex, self.change[i].species, self.change[i].amount)
        if booked:
            self.ledger.enter(self.account[reaction], change)
        self.close(vertex)

    cdef double gain(self, int vertex, int species, int amount) noexcept nogil:
        """Change of Σ (ℓ(N) − N ln A + N E), in kT with A in nm², by molecules about to be won (negative: lost)."""
        cdef double change = rise(self.vertices.copies[vertex, species], amount) - amount * log(self.cells.area[vertex])
        if self.kind[species] and not self.stored[species]:
            change += amount * self.cells.energy[self.kind[species] * self.cells.rows + vertex]
        return change

    cdef void set_factor(self, int reaction, double factor) noexcept nogil:
        """Make the rate of a reaction its own times ``factor``; propensities follow with ``refresh_all``."""
        self.rate[reaction] = self.plain_rate[reaction] * factor

    # ---------------------------------------------------------------- state

    def state(self):
        """Geometry as measured, propensities, areas covered; copy numbers are state of the mesh."""
        return {"cells": self.cells.state(), "own": self.own.state(), "rows_tree": self.rows_tree.state(),
                "trees": self.own.trees, "covered": copied(self.covered), "hops": self.hops, "rate": copied(self.rate)}

    def restore(self, saved):
        """Take a state over; StateError for other species or reactions."""
        self.cells.restore(saved["cells"])
        self._make_trees(saved["trees"])
        self.own.restore(saved["own"])
        self.rows_tree.restore(saved["rows_tree"])
        self.covered, self.hops = copied(saved["covered"]), saved["hops"]
        fill(self.rate, saved["rate"], "rates on membranes")

    # ---------------------------------------------------------------- Python access

    @property
    def counts(self):
        """Copy numbers, int64 (rows, species), a copy; 0 at rows not in use."""
        rows = self.cells.rows
        copies = np.array(self.vertices.copies[:rows]).reshape(rows, self.species)
        return np.where((np.asarray(self.cells.area) > 0)[:, None], copies, 0)

    @property
    def propensities(self):
        """Propensities (1/s) of hops of every species, then of every reaction, float64 (rows, species + reactions)."""
        rows = [self.own.weights(v) for v in range(self.cells.rows)]
        return np.array(rows).reshape(self.cells.rows, -1)[:, :self.species + self.reactions]

    @property
    def free_areas(self):
        """Area of every row that no molecule covers, float64 (rows,), nm²."""
        cdef int v
        return np.array([self.room(v) for v in range(self.cells.rows)])


cdef SurfacePart *parts(pairs) except NULL:
    """Pairs (species, amount) as a C array."""
    cdef SurfacePart *out = <SurfacePart *> calloc(max(1, len(pairs)), sizeof(SurfacePart))
    cdef int i
    if out == NULL:
        raise MemoryError(f"{len(pairs)} parts of surface reactions")
    for i in range(len(pairs)):
        out[i] = SurfacePart(pairs[i][0], pairs[i][1])
    return out
