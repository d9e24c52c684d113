"""How membranes and the volume exchange molecules.

What happens on membranes is one more group of the engine. Adsorption of a diffusing species is a channel of the
compartments, that of a bulk species one of the whole system: its members are vertices, weighted by the area
that no molecule covers. So a molecule that hops to another compartment costs one channel however many vertices are
there, and an event on the membrane costs the logarithm of their number.
"""

from libc.math cimport log
from libc.stdint cimport int64_t

from medyan_py.core.chemistry.channels cimport Channels
from medyan_py.core.chemistry.ledger cimport Ledger, rise
from medyan_py.core.chemistry.surface cimport Surface
from medyan_py.core.common.members cimport MemberSets
from medyan_py.core.common.random cimport RandomStream

import numpy as np

from medyan_py.core.chemistry.descriptions import SurfaceReaction
from medyan_py.core.chemistry.grid import nearest_active
from medyan_py.core.common.state import copied

MOST_COPIES = 2 ** 53                 # beyond, a propensity could not tell N from N + 1


cdef class SurfaceChannels(Channels):
    """Adds the surface to ``Channels``. Made by ``Engine``."""

    # ---------------------------------------------------------------- set-up

    def _set_surface(self, description):
        """Take the description of a ``SurfaceChemistry``, or None."""
        self.near_class = self.whole_class = -1
        self.cell_volume = float(np.prod(self.compartment_size))
        self.adsorptions = ()
        if description is None:
            return
        self.adsorptions = tuple(description.adsorptions)
        self.whole_grid = description.whole_grid
        for a in self.adsorptions:
            if not (0 <= a.on < float("inf") and 0 <= a.off < float("inf")):
                raise ValueError(f"rates of adsorption must be finite and not negative, got {a.on} and {a.off}")
        reactions = [*description.reactions,
                     *(SurfaceReaction((a.bound,), (), a.off, a.free, True, a.back_energy) for a in self.adsorptions)]
        self.surface_reactions = len(description.reactions)
        self.surface = Surface(description.mesh, description.species, reactions, description.through)
        self.source_bulk = np.array([a.free.bulk for a in self.adsorptions] or [0], dtype=np.uint8)
        self.source = np.array([a.free.index for a in self.adsorptions] or [0], dtype=np.int32)
        self.bound = np.array([a.bound for a in self.adsorptions] or [0], dtype=np.int32)
        free = [r.free if r.free not in self.constants else None for r in reactions]
        for pool in free:
            if pool is not None and not 0 <= pool.index < (self.bulks if pool.bulk else self.diffusing):
                raise ValueError(f"unknown species {pool}")
        self.freed = np.array([-1 if pool is None else pool.index for pool in free] or [-1], dtype=np.int32)
        self.freed_bulk = np.array([pool is not None and pool.bulk for pool in free] or [0], dtype=np.uint8)
        self.near_room, self.all_room = MemberSets(self.compartments), MemberSets(1)
        self.vertex_home = np.zeros(0, dtype=np.int32)

    def _add_adsorption(self, local, whole, int local_classes, int whole_classes):
        """Templates with those of adsorption; weights are areas (nm²), of the whole system over its volume (1/nm)."""
        for i, a in enumerate(self.adsorptions):
            if a.free.bulk:
                self.whole_class = whole_classes
            else:
                self.near_class = local_classes
            (whole if a.free.bulk else local).append({
                "rate": a.on / (1.0 if a.free.bulk else float(np.prod(self.compartment_size))),
                "reactants": (a.free,), "products": (), "members": whole_classes if a.free.bulk else local_classes,
                "action": ADSORB, "argument": i, **self._entry(a.free_energy)})
        return local, whole, local_classes + (self.near_class >= 0), whole_classes + (self.whole_class >= 0)

    def _keep_surface_books(self, description, Ledger ledger):
        """Have free energies of what happens on membranes, and between them and the volume, entered in a ledger."""
        energies = [r.free_energy for r in description.reactions] + [a.back_energy for a in self.adsorptions]
        entries = [self._entry(energy) for energy in energies]
        self.surface.keep_books(
            ledger, [self._account(f"DIF_{s.name}") for s in description.species],
            [e.get("account", -1) for e in entries], [e.get("free_energy", 0.0) for e in entries],
            [s.stored for s in description.species])
        onto = [self._entry(a.free_energy).get("account", -1) for a in self.adsorptions]
        self.adsorb_account = np.array([*onto, -1], dtype=np.int32)

    # ---------------------------------------------------------------- propensities

    cdef void refresh_all(self) noexcept nogil:
        Channels.refresh_all(self)
        if self.surface is not None:
            self.surface.refresh_all()
            self.touch(self.compartments + 1)

    cdef void scale_surface(self, int reaction, double factor) noexcept nogil:
        """Make the rate of a reaction on membranes, or of a desorption after these, its own times ``factor``."""
        self.surface.set_factor(reaction, factor)
        self.surface.refresh_all()
        self.touch(self.compartments + 1)

    cdef int refresh_room(self, int vertex) except -1 nogil:
        """The free area of a vertex has changed."""
        cdef double room
        if self.near_class < 0 and self.whole_class < 0:
            return 0
        room = self.surface.room(vertex)
        if self.near_class >= 0:
            self.near_room.place(vertex, self.vertex_home[vertex], room)
        if self.whole_class >= 0:
            self.all_room.place(vertex, 0, room)
        self.weigh_room(self.vertex_home[vertex])
        return 0

    cdef void weigh_room(self, int compartment) noexcept nogil:
        if self.near_class >= 0:
            self.weigh_local(compartment, self.near_class, self.near_room.total(compartment))
        if self.whole_class >= 0:
            self.weigh_whole(self.whole_class, self.all_room.total(0) / self.whole_volume)

    def _house_vertices(self):
        """Put every vertex into the active compartment it is in or nearest to, and weigh all free areas anew."""
        cdef int v, c, rows
        if self.surface is None:
            return
        rows = self.surface.cells.rows
        x = np.asarray(self.surface.cells.mesh.vertices["x"])[:rows]
        used = np.asarray(self.surface.cells.area) > 0
        place = np.clip((x / np.array(self.compartment_size)).astype(np.int64), 0, np.array(self.shape) - 1)
        index = place[:, 0] + self.shape[0] * (place[:, 1] + self.shape[1] * place[:, 2])
        if not np.array_equal(self.nearest_for, self.active_array):
            self.nearest_for = self.active_array.copy()
            self.nearest = nearest_active(self.shape, self.compartment_size, self.active_array)
        before = len(self.vertex_home)
        self.vertex_home = np.where(used, self.nearest[index], -1).astype(np.int32)
        inside = np.asarray(self.volume)[self.active_array == 1].sum()
        self.whole_volume = float(np.prod(self.compartment_size)) * (self.compartments if self.whole_grid else inside)
        for v in range(max(before, rows)):
            if v < rows and self.vertex_home[v] >= 0:
                if self.near_class >= 0:
                    self.near_room.place(v, self.vertex_home[v], self.surface.room(v))
                if self.whole_class >= 0:
                    self.all_room.place(v, 0, self.surface.room(v))
            else:
                self.near_room.remove(v)
                self.all_room.remove(v)
        for c in range(self.compartments):
            self.weigh_room(c)

    # ---------------------------------------------------------------- events

    cdef int adsorb(self, int which, int group, RandomStream random) except -1 nogil:
        """A molecule that is about to leave the compartment ``group``, or the bulk, goes onto a vertex."""
        cdef int vertex
        if group < self.compartments:
            vertex = self.near_room.draw(group, random.uniform() * self.near_room.total(group))
        else:
            vertex = self.all_room.draw(0, random.uniform() * self.all_room.total(0))
        if self.surface.ledger is not None and self.adsorb_account[which] >= 0:
            self.surface.ledger.enter(self.adsorb_account[which], self.surface.gain(vertex, self.bound[which], 1)
                                      - self.potential(which, self.vertex_home[vertex]))
        self.surface.win(vertex, self.bound[which], 1)
        self.surface.close(vertex)
        self.refresh_room(vertex)
        self.touch(self.compartments + 1)
        return 0

    cdef int fire_surface(self, double target, RandomStream random) except -1 nogil:
        """What happens on the membranes where the cumulative propensity passes ``target``."""
        cdef int leaf, to, reaction
        cdef int vertex = self.surface.pick(target, random, &leaf)
        if leaf < self.surface.species:
            to = self.surface.hop(vertex, leaf, random)
            if to >= 0 and self.surface.size[leaf] > 0.0:
                self.refresh_room(vertex)
                self.refresh_room(to)
        else:
            reaction = leaf - self.surface.species
            self.surface.react(vertex, reaction)
            self.refresh_room(vertex)
            if reaction >= self.surface_reactions and self.surface.ledger is not None:
                self.book_return(reaction, self.vertex_home[vertex])
            if self.freed[reaction] >= 0:
                self.change_pool(self.freed_bulk[reaction], self.freed[reaction], self.vertex_home[vertex], 1)
        self.touch(self.compartments + 1)
        return 0

    cdef double potential(self, int which, int compartment) noexcept nogil:
        """What the template of an adsorption leaves out of the free energy (kT) of a molecule in the volume: −ln V with
        V in nm³, and all that depends on the copy number if that never changes."""
        cdef double change, n
        if not self.source_bulk[which]:
            return -log(self.cell_volume)
        change = -log(self.whole_volume)
        if self.bulk_constant[self.source[which]]:
            n = <double> self.bulk_count[self.source[which]]
            change += log(n) + 1.0 if n > 0.0 else 0.0
        return change

    cdef void book_return(self, int reaction, int compartment) noexcept nogil:
        """Enter the part of the volume in a desorption, before the molecule is there."""
        cdef int which = reaction - self.surface_reactions
        cdef double change
        if self.surface.account[reaction] < 0:
            return
        change = self.potential(which, compartment)
        if not self.source_bulk[which]:
            change += rise(self.count[compartment * self.diffusing + self.source[which]], 1)
            change -= log(self.volume[compartment])
        elif self.freed[reaction] >= 0:
            change += rise(self.bulk_count[self.source[which]], 1)
        self.surface.ledger.enter(self.surface.account[reaction], change)

    cdef void settle(self, int fired) noexcept nogil:
        """Tell the clock, which ``Engine`` has."""

    # ---------------------------------------------------------------- state

    def state(self):
        """That of the channels, and of the surface if there is one."""
        saved = {"channels": Channels.state(self)}
        if self.surface is not None:
            saved |= {"surface": self.surface.state(), "vertex_home": copied(self.vertex_home),
                      "near_room": self.near_room.state(), "all_room": self.all_room.state(),
                      "whole_volume": self.whole_volume}
        return saved

    def restore(self, saved):
        """Take a state over; StateError if the system has other compartments, species or templates."""
        Channels.restore(self, saved["channels"])
        if self.surface is not None:
            self.surface.restore(saved["surface"])
            self.vertex_home = copied(saved["vertex_home"])
            self.near_room.restore(saved["near_room"])
            self.all_room.restore(saved["all_room"])
            self.whole_volume = saved["whole_volume"]

    # ---------------------------------------------------------------- Python access

    def update_surface(self, energies=None):
        """Membranes have moved, or their copy numbers or connections have changed: see what can happen on them now.

        To be called before the clock runs. ``energies``, float64 (kinds, rows) in kT, are those of the species that
        have an energy, at every row of the mesh's vertices; 0 if not given. Propensities follow at once. Raises
        ValueError for an array of another shape or an energy that is not finite.
        """
        if self.surface is None:
            return
        self.surface.measure(energies)
        self._house_vertices()
        self.touch(self.compartments + 1)
        self.settle(-1)

    def set_surface_count(self, int vertex, int species, int64_t n):
        """Set the copy number of a species of membranes at a row of the mesh's vertices.

        Raises ValueError for a row or species there is not, and copies below 0 or above 2^53.
        """
        if self.surface is None or not (0 <= vertex < self.surface.cells.rows and self.surface.cells.area[vertex] > 0
                                        and 0 <= species < self.surface.species and 0 <= n <= MOST_COPIES):
            raise ValueError(f"vertex {vertex}, species {species}, copies {n}")
        self.surface.win(vertex, species, n - self.surface.vertices.copies[vertex, species])
        self.surface.close(vertex)
        self.refresh_room(vertex)
        self.touch(self.compartments + 1)
        self.settle(-1)

    @property
    def surface_names(self):
        """Names of the species of membranes."""
        return () if self.surface is None else self.surface.names

    @property
    def surface_totals(self):
        """Copies of every species of membranes, int64 (species,)."""
        return np.zeros(0, dtype=np.int64) if self.surface is None else self.surface.counts.sum(axis=0)
