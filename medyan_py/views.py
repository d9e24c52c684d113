"""What a running simulation shows of its structure: NumPy arrays, gathered when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from medyan_py.bubbles import KINDS, BubbleState
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry


class FilamentsView:
    """The filaments at one moment, ordered by id.

    Attributes
    ----------
    ids : int64 (F,)
    types : int32 (F,)
    start : int32 (F + 1,)
        Offsets into ``beads``; cylinder c of filament f lies between beads c + f and c + f + 1.
    beads : float64 (B, 3), nm
        From the minus to the plus end, filament by filament.
    forces : float64 (B, 3), pN
        At the last minimisation.
    wall_forces : float64 (B, 3), pN
        The part of it that comes from the walls.
    rest_lengths : float64 (C,), nm
    tensions : float64 (C,), pN
        Of the cylinders, positive when stretched.
    monomers : int32 (C,)
        Monomers of each cylinder.
    birth_times : float64 (B,), s
        Of the beads.
    delta_minus, delta_plus : int32 (F,)
        Cylinders won at each end since the last recorded frame.
    monomers_won, monomers_lost : int32 (F, 2)
        At the minus and the plus end, within a cylinder, since the last recorded frame.
    nucleated : bool (F,)
        Whether nucleated since the last recorded frame.
    split_from : int64 (F,)
        Id of the filament it was severed from since the last recorded frame, −1 if none.
    end_species : int32 (F, 2)
        Number, in the deck, of the minus-end and the plus-end species; −1 where the end has none, as the minus end of
        a branch at its brancher.
    """

    def __init__(
        self,
        chemistry: FilamentChemistry,
        stretching_k: np.ndarray,
        cylinder_size: np.ndarray,
        wall_forces: Callable[[np.ndarray], np.ndarray],
    ):
        filaments = chemistry.filaments
        order = filaments.ordered()
        rows, c = order["filament"], order["cylinder"]
        self.ids = filaments.table["ident"][rows]
        self.types = filaments.table["type"][rows]
        self.start = order["start"]
        self.beads = filaments.beads["x"][order["bead"]]
        self.forces = filaments.beads["force"][order["bead"]]
        self.rest_lengths = filaments.cylinders["rest_length"][c]
        self.monomers = filaments.cylinders["monomers"][c]
        self.birth_times = filaments.beads["birth"][order["bead"]]
        self.delta_minus, self.delta_plus = filaments.table["gained"][rows].T
        turnover = filaments.table["turnover"][rows]
        self.monomers_won, self.monomers_lost = turnover[:, :2], turnover[:, 2:]
        self.nucleated = filaments.table["nucleated"][rows].astype(bool)
        self.split_from = filaments.table["split_from"][rows]
        self.end_species = filaments.end_species(rows)
        self._wall_forces = partial(wall_forces, order["bead"])
        self._stiffness = (stretching_k * cylinder_size)[np.repeat(self.types, np.diff(self.start) - 1)]

    @cached_property
    def wall_forces(self) -> np.ndarray:
        return self._wall_forces()

    @cached_property
    def tensions(self) -> np.ndarray:
        steps = np.diff(self.beads, axis=0)
        inside = np.ones(len(steps), dtype=bool)
        inside[self.start[1:-1] - 1] = False
        lengths = np.linalg.norm(steps[inside], axis=1)
        return self._stiffness / self.rest_lengths * (lengths - self.rest_lengths)

    def __len__(self) -> int:
        return len(self.ids)


class BondsView:
    """The linkers or the motors at one moment, ordered by id.

    Attributes
    ----------
    ids : int64 (n,)
    types : int32 (n,)
        Number of the binding reaction among those of linkers or motors.
    coords : float64 (n, 2, 3), nm
        The two attachment points.
    tensions : float64 (n,), pN
        Positive when stretched, at the last minimisation; 0 for what bound since.
    rest_lengths : float64 (n,), nm
    birth_times : float64 (n,), s
    heads : int32 (n,)
        Of motors; 0 for linkers.
    bound_heads : float64 (n,)
        Mean number of them that are bound; 0 for linkers.
    filaments : int64 (n, 2)
        Ids of the filaments they hold together.
    """

    def __init__(self, chemistry: FilamentChemistry, motor: bool):
        bonds = chemistry.bonds
        rows = bonds.rows
        rows = rows[bonds["motor"][rows] == motor]
        rows = rows[np.argsort(bonds["ident"][rows])]
        kinds = np.array([b.type for b in chemistry.bindings] or [0], dtype=np.int32)
        self.ids = bonds["ident"][rows]
        self.types = kinds[bonds["reaction"][rows]]
        self.coords = chemistry.site_positions(bonds["site"][rows].ravel()).reshape(-1, 2, 3)
        self.tensions = bonds["tension"][rows]
        self.rest_lengths = bonds["rest_length"][rows]
        self.birth_times = bonds["birth"][rows]
        self.heads = bonds["heads"][rows]
        self.bound_heads = bonds["bound_heads"][rows]
        self.filaments = _filament_ids(chemistry, bonds["site"][rows])

    def __len__(self) -> int:
        return len(self.ids)


class BranchersView:
    """The branchers at one moment, ordered by id.

    Attributes
    ----------
    ids : int64 (n,)
    types : int32 (n,)
        Number of the brancher species in the order of their declaration.
    coords : float64 (n, 2, 3), nm
        The site on the mother filament, and the first bead of the daughter.
    forces : float64 (n,), pN
        Of the branch point on the daughter's first bead at the last minimisation; 0 for what bound since.
    birth_times : float64 (n,), s
    filaments : int64 (n, 2)
        Ids of the mother and the daughter.
    """

    def __init__(self, chemistry: FilamentChemistry):
        branchers, filaments = chemistry.branchers, chemistry.filaments
        rows = branchers.rows
        rows = rows[np.argsort(branchers["ident"][rows])]
        kinds = np.array([b.type for b in chemistry.branchings] or [0], dtype=np.int32)
        first_cylinder = filaments.table["tip"][branchers["daughter"][rows], 0]
        first_bead = filaments.cylinders["bead"][first_cylinder, 0]
        self.ids = branchers["ident"][rows]
        self.types = kinds[branchers["reaction"][rows]]
        self.coords = np.stack(
            [chemistry.site_positions(branchers["site"][rows]), filaments.beads["x"][first_bead]], axis=1
        )
        self.forces = branchers["force"][rows]
        self.birth_times = branchers["birth"][rows]
        daughters = filaments.table["ident"][branchers["daughter"][rows]]
        self.filaments = np.stack([_filament_ids(chemistry, branchers["site"][rows]), daughters], axis=1)

    def __len__(self) -> int:
        return len(self.ids)


def _filament_ids(chemistry: FilamentChemistry, sites: np.ndarray) -> np.ndarray:
    """Ids of the filaments on which binding sites are; same shape."""
    filaments = chemistry.filaments
    return filaments.table["ident"][filaments.cylinders["filament"][sites // filaments.max_sites]]


class BubblesView:
    """The bubbles, organising centres and probes at one moment, ordered by id.

    Attributes
    ----------
    ids : int64 (n,)
    types : int32 (n,)
    kinds : tuple of str (n,)
        'bubble', 'mtoc' or 'afm'.
    coords : float64 (n, 3), nm
        Centres. The plane of a probe goes through its centre.
    radii : float64 (n,), nm
    fixed : bool (n,)
    forces : float64 (n, 3), pN
        Of everything that acts on the bubble, and on the plane of a probe, at the last minimisation: what would have
        to be balanced to hold it.
    attachment_forces : float64 (n, 3), pN
        Of the attached filaments alone.
    filaments : tuple of int64 arrays
        Ids of the filaments attached to each.
    """

    def __init__(self, chemistry: FilamentChemistry, state: BubbleState):
        self.ids = np.arange(len(state), dtype=np.int64)
        self.types = state.type.copy()
        self.kinds = tuple(KINDS[kind] for kind in state.kind)
        self.coords = state.x.copy()
        self.radii = state.radius.copy()
        self.fixed = state.fixed.copy()
        self.forces = state.force.copy()
        self.attachment_forces = state.attachment_force.copy()
        table = chemistry.filaments.table
        rows = table.rows
        anchors, names = table["anchor"][rows], table["ident"][rows]
        self.filaments = tuple(np.sort(names[anchors == bubble]) for bubble in range(len(state)))

    def __len__(self) -> int:
        return len(self.ids)


class GridView(NamedTuple):
    """Compartments: ``shape``, ``compartment_size`` (nm), ``active`` (bool, one per compartment, x fastest)."""

    shape: tuple[int, int, int]
    compartment_size: tuple[float, float, float]
    active: np.ndarray


class BoundaryView(NamedTuple):
    """Walls: ``box``, two corners (nm) of the smallest box around them, and ``shape``, one of 'CUBIC', 'SPHERICAL',
    'CYLINDER' and 'CAPSULE'. Round walls have a vertical axis and fill the box, whose width is their diameter.
    """

    box: tuple[tuple[float, ...], tuple[float, ...]]
    shape: str = "CUBIC"
