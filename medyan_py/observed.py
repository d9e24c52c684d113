"""What there is to see of a simulation: views of its objects, copy numbers, energies, records."""

from __future__ import annotations

import numpy as np

from medyan_py.arguments import unknown
from medyan_py.dissipation import Dissipation
from medyan_py.membrane import MembraneView, membrane_views
from medyan_py.normal_modes import HessianTracker
from medyan_py.output.dump_text import dump_text
from medyan_py.setup.space import box_of_walls
from medyan_py.views import BondsView, BoundaryView, BranchersView, BubblesView, FilamentsView, GridView


class Observed:
    """The part of ``Simulation`` that only looks."""

    @property
    def time(self) -> float:
        """Simulated time, s."""
        return self.chemistry.time

    @property
    def dump_cycles(self) -> int:
        """Cycles between two restart dumps."""
        return self._timetable.dump_cycles

    def restart_dump(self) -> str:
        """The present state in the format of a restart dump of MEDYAN 5.4; ``save`` keeps more."""
        return dump_text(self)

    @property
    def finished(self) -> bool:
        """Whether the deck's RUNTIME, or its RUNSTEPS, is reached."""
        schedule = self.deck.schedule
        if schedule.by_steps:
            return self.exhausted or self.steps_done >= schedule.run_steps
        return self.time >= self._timetable.whole(schedule.runtime)

    @property
    def steps_done(self) -> int:
        """Reactions and hops of molecules so far."""
        return self.chemistry.events

    @property
    def grid(self) -> GridView:
        """Compartments of the chemistry."""
        return GridView(self.chemistry.shape, self.chemistry.compartment_size, self.chemistry.active_compartments)

    @property
    def boundary(self) -> BoundaryView:
        """Walls."""
        return BoundaryView(*box_of_walls(self.deck, self._boundary.box))

    @property
    def filaments(self) -> FilamentsView:
        """Filaments as they are now."""
        types = self.deck.filament_types
        stretching_k = np.array([t.stretching_k if t.stretching else 0.0 for t in types])
        sizes = np.array([t.cylinder_size for t in types])
        return FilamentsView(self.chemistry, stretching_k, sizes, self._mechanics.wall_forces)

    @property
    def linkers(self) -> BondsView:
        """Linkers as they are now."""
        return BondsView(self.chemistry, motor=False)

    @property
    def motors(self) -> BondsView:
        """Motors as they are now."""
        return BondsView(self.chemistry, motor=True)

    @property
    def branchers(self) -> BranchersView:
        """Branchers as they are now."""
        return BranchersView(self.chemistry)

    @property
    def bubbles(self) -> BubblesView:
        """Bubbles, organising centres and probes as they are now."""
        return BubblesView(self.chemistry, self._bubbles)

    @property
    def never(self) -> frozenset[str]:
        """Of linkers, motors, branchers, bubbles and membranes, those that are not there and that nothing can make."""
        made = {"linkers": self.deck.linkers, "motors": self.deck.motors, "branchers": self.deck.branchings}
        kinds = ("linkers", "motors", "branchers", "bubbles", "membranes")
        return frozenset(kind for kind in kinds if not made.get(kind) and not len(getattr(self, kind)))

    @property
    def forces_on_walls(self) -> np.ndarray:
        """Force (pN) of beads and bubbles on every wall at the last minimisation, float64 (walls, 3).

        Walls of a cubic boundary are x low, x high, y low, … z high; then come the planes of probes, then a round wall,
        then the lids of a cylinder, below and above.
        """
        return self._mechanics.forces_on_walls

    @property
    def membranes(self) -> tuple[MembraneView, ...]:
        """Membranes as they are now."""
        return membrane_views(self._membranes, self.membrane_names)

    @property
    def membrane_names(self) -> tuple[str, ...]:
        """Names of the species of membranes, in the order of the deck."""
        return tuple(s.name for s in self.deck.surface.species)

    @property
    def energies(self) -> dict[str, float]:
        """Mechanical energy (pN nm) of every force field of the deck after the last minimisation."""
        return {name: self._mechanics.energies.get(name, 0.0) for name in self.deck.force_fields}

    @property
    def remeshing_energy(self) -> float:
        """Change of the mechanical energy (pN nm) by the remeshing after the last minimisation."""
        return self._mechanics.remeshing_energy

    @property
    def minimisation(self):
        """Record of the last minimisation, a ``MinimisationRecord``."""
        return self._mechanics.record

    @property
    def dissipation(self) -> Dissipation | None:
        """Free energy stored and dissipated in the cycles done, None unless the deck says DISSIPATIONTRACKING ON."""
        return self._dissipation

    @property
    def events(self) -> dict[str, np.ndarray] | None:
        """Events of linkers and motors since the last recorded frame, None unless the deck says EVENTTRACKING ON.

        A structured array, in the order of time, for each of linkerbinding, linkerunbinding, motorbinding,
        motorunbinding and motorwalking. Fields: ``time`` and ``birth_time`` (s); ``coords`` (nm), middle of the two
        attachment points, before a step; ``id`` and ``type`` of the linker or motor; ``filaments``, ``cylinders``,
        ``sites`` of its legs (after a step): filament ids, places of cylinders along their filaments, binding sites
        along their cylinders; for a step the ``leg``, the cylinder and site it ``left`` and the ``direction`` (1 plus
        end, 0 minus end).
        """
        return self.chemistry.bond_events if self.deck.track_events else None

    @property
    def hessians(self) -> HessianTracker | None:
        """Second derivatives of the energy and normal modes, None unless the deck says HESSIANTRACKING.

        Its ``records`` are those since the last recorded frame; without recorders only the latest.
        """
        return self._hessians

    @property
    def diffusing_names(self) -> tuple[str, ...]:
        """Names of the diffusing species, in the order of the deck."""
        return self.chemistry.diffusing_names

    @property
    def diffusing_counts(self) -> np.ndarray:
        """Copy numbers of diffusing species, int64 (compartments, species), read-only view."""
        return self.chemistry.counts

    def copy_numbers(self, name: str) -> np.ndarray | int:
        """Copy numbers of a species by name.

        Returns int64 (nx, ny, nz) for a diffusing species, a read-only view; an int, the total, for every other kind.
        Those of a membrane by vertex are in ``membranes``.

        Raises KeyError for an unknown name.
        """
        if name in self.diffusing_names:
            column = self.diffusing_counts[:, self.diffusing_names.index(name)]
            return column.reshape(self.chemistry.shape[::-1]).T
        for other, kind, count in self.species_totals():
            if other == name and kind != "DIFFUSING":
                return count
        raise KeyError(unknown("species", name, dict.fromkeys(n for n, _, _ in self.species_totals())))

    def species_totals(self) -> list[tuple[str, str, int]]:
        """(name, kind, copies in the whole system) of every species: diffusing, bulk, of membranes, then the others.

        A linker or motor counts under the species of its first leg. What bubbles hold is of kind 'GENERAL'.
        """
        totals = [
            (n, "DIFFUSING", int(c)) for n, c in zip(self.diffusing_names, self.diffusing_counts.sum(0), strict=True)
        ]
        bulk = list(zip(self.chemistry.bulk_names, self.chemistry.bulk_counts.tolist(), strict=True))
        totals += [(name, "BULK", n) for name, n in bulk[: len(self.deck.bulk)]]
        totals += self._membrane_totals()
        held = bulk[len(self.deck.bulk) :]
        totals += [(name, "GENERAL", sum(n for o, n in held if o == name)) for name in dict(held)]
        bound = self._bound_objects()
        for number, t in enumerate(self.deck.filament_types):
            kinds = self.chemistry.filaments.kind_counts(number)
            names = (t.filament_species, t.plus_end_species, t.minus_end_species)
            for kind, species, counts in zip(("FILAMENT", "PLUSEND", "MINUSEND"), names, kinds, strict=True):
                totals += [(name, kind, int(n)) for name, n in zip(species, counts, strict=False)]
            for kind, species in (
                ("LINKER", t.linker_species),
                ("MOTOR", t.motor_species),
                ("BRANCHER", t.brancher_species),
            ):
                totals += [(name, kind, bound.get(name, 0)) for name in species]
        return totals

    def _membrane_totals(self) -> list[tuple[str, str, int]]:
        names = self.membrane_names
        counts = self.chemistry.surface_totals if self._membranes is not None and names else np.zeros(len(names), int)
        return [(name, "MEMBRANE", int(n)) for name, n in zip(names, counts, strict=True)]

    def _bound_objects(self) -> dict[str, int]:
        """Linkers, motors and branchers by species."""
        bonds, branchers = self.chemistry.bonds, self.chemistry.branchers
        firsts = [reaction.species[0] for reaction in (*self.deck.linkers, *self.deck.motors)]
        counts: dict[str, int] = {}
        for table, names in ((bonds, firsts), (branchers, [reaction.species for reaction in self.deck.branchings])):
            for name, n in zip(names, np.bincount(table["reaction"][table.rows], minlength=len(names)), strict=True):
                counts[name] = counts.get(name, 0) + int(n)
        return counts
