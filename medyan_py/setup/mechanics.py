"""The mechanical model of a deck, and the passage of the structure's state into it and back."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.mechanics.model import MechanicalModel
from medyan_py.deck import Deck
from medyan_py.protocols import Pins
from medyan_py.setup.membranes import Membranes, membrane_terms
from medyan_py.setup.space import wall_planes, wall_shape


class Mechanics:
    """Forces between filaments, linkers, motors and walls of one simulation.

    Attributes
    ----------
    model : MechanicalModel
    order : dict of int32 arrays
        Rows of filaments, beads and cylinders in the order of the model's arrays, from the last ``relax``.
    bonds, branchers : int32 (n,)
        Rows of linkers and motors, and of branchers, in that order.
    remeshing_energy : float
        Change of the energy (pN nm) by the remeshing after the last relaxation.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry, pins: Pins, membranes: Membranes | None):
        self._deck = deck
        self._pins = pins
        self._membranes = membranes
        self._chemistry = chemistry
        self._old_rules = deck.compatibility == "medyan-5.4"
        types = deck.filament_types
        walls = deck.boundary.repulsion is not None
        self.model = MechanicalModel(
            planes=wall_planes(deck),
            boundary_shape=wall_shape(deck),
            boundary_repulsion=deck.boundary.repulsion,
            boundary_k=deck.boundary.interaction_k if walls else 1.0,
            boundary_screening=deck.boundary.screening_length if walls else 1.0,
            boundary_cutoff=deck.boundary.cutoff if walls else 1.0,
            bending=types[0].bending,
            excluded_volume=deck.excluded_volume.kind,
            volume_cutoff=deck.excluded_volume.cutoff if deck.excluded_volume.kind else 1.0,
            pinning=deck.protocols.pinning,
            membranes=membrane_terms(deck) if membranes else None,
            **_branch_terms(deck),
        )
        self._cylinder_size = np.array([t.cylinder_size for t in types])
        self._stretching_k = np.array([t.stretching_k if t.stretching else 0.0 for t in types])
        self._bending_k = np.array([t.bending_k if t.bending else 0.0 for t in types])
        self._bending_theta = np.array([t.bending_theta if t.bending else 0.0 for t in types])
        self._volume_k = np.array([t.volume_k or 0.0 for t in types])
        self._monomer_size = np.array([t.monomer_size for t in types])
        self._monomer_interval = np.array([t.monomer_interval or 1 for t in types])
        self.order: dict[str, np.ndarray] = {}
        self._branch_constants = _branch_constants(deck)
        self.bonds = self.branchers = np.zeros(0, dtype=np.int32)
        self.energies: dict[str, float] = {}
        self.record = None
        self._planes: np.ndarray | None = None
        self.remeshing_energy = 0.0

    def set_planes(self, planes: np.ndarray) -> None:
        """Move the walls of a cubic boundary, from the next ``relax`` on: float64 (6, 6), points (nm) and normals."""
        self._planes = planes

    def relax(self) -> None:
        """Minimise the energy from the present state; put positions, forces and tensions back into the structure.

        ``record`` then tells how the minimisation went and ``energies`` (pN nm, by interaction) what is left.
        """
        self.load()
        if self._planes is not None:
            self.model.set_planes(self._planes)
            self._planes = None
        m = self._deck.minimisation
        self.record = self.model.minimise(
            method=m.method,
            gradient_tolerance=m.gradient_tolerance,
            max_distance=m.max_distance,
            energy_change_relative_tolerance=m.energy_change_relative_tolerance,
            **({"scheme": "backtracking", "lambda_max": m.lambda_max} if self._old_rules else {}),
        )
        if self._membranes is not None:
            self._adapt_membranes()
            self._membranes.hinder(self._chemistry.obstacles)
        beads = self._chemistry.filaments.beads
        beads["x"][self.order["bead"]] = self.model.positions
        beads["force"][self.order["bead"]] = self.model.forces
        self._chemistry.bonds["tension"][self.bonds] = self.model.bond_tension
        self._chemistry.branchers["force"][self.branchers] = np.linalg.norm(self.model.branch_force, axis=1)
        self.energies = self.record.energies_after

    def _adapt_membranes(self) -> None:
        """Hand positions back to the meshes and remesh; forces are then those on the new meshes."""
        self._membranes.take(self.model.vertex_positions)
        self.remeshing_energy = 0.0
        if self._membranes.adapt():
            beads = self._chemistry.filaments.beads
            beads["x"][self.order["bead"]] = self.model.positions
            self.load()
            self.remeshing_energy = sum(self.model.evaluate().values()) - self.record.energy_after

    def load(self) -> None:
        """Copy the structure's present state into the model."""
        filaments, bonds = self._chemistry.filaments, self._chemistry.bonds
        order = self.order = filaments.ordered()
        beads, cylinders = filaments.beads, filaments.cylinders
        c = order["cylinder"]
        start = order["start"]
        kind = np.repeat(filaments.table["type"][order["filament"]], np.diff(start) - 1)
        rest = cylinders["rest_length"][c]
        hinge_k, hinge_theta = self._hinges(start, kind, rest)
        self.bonds = bonds.rows
        number = np.zeros(cylinders.capacity, dtype=np.int32)  # of every cylinder in the model
        number[c] = np.arange(len(c), dtype=np.int32)
        site = bonds["site"][self.bonds]
        self.model.load(
            beads["x"][order["bead"]],
            start,
            filaments.table["ident"][order["filament"]],
            cylinders["position"][c],
            rest,
            self._stretching_k[kind] * self._cylinder_size[kind] / rest,
            hinge_k,
            hinge_theta,
            self._volume_k[kind],
            beads["serial"][order["bead"]],
            self._monomer_size[kind],
            self._monomer_interval[kind],
            number[site // filaments.max_sites],
            filaments.fractions(site),
            bonds["stiffness"][self.bonds],
            bonds["rest_length"][self.bonds],
            bonds["motor"][self.bonds],
            branches=self._branches(number),
            pins=self._pins.table(order["bead"]) if self._deck.protocols.pinning else None,
            membranes=self._membranes.arrays() if self._membranes is not None else None,
        )

    def _hinges(self, start, kind, rest):
        """Bending constant (pN nm) and angle of every bead; used at inner beads, between its two cylinders.

        The constant is that of a full cylinder times L₀ · 2/(l₋ + l₊), so that a chain bends like a continuous rod
        whatever the lengths of its segments; by the rules of MEDYAN 5.4 it is times L₀/l₊.
        """
        n = start[-1]
        hinge_k, hinge_theta = np.zeros(n), np.zeros(n)
        inner = np.ones(n, dtype=bool)
        inner[start[:-1]] = inner[start[1:] - 1] = False
        filament = np.repeat(np.arange(len(start) - 1), np.diff(start))
        after = (np.arange(n) - filament)[inner]  # cylinder on the plus side of the bead
        t = kind[after]
        length = rest[after] if self._old_rules else 0.5 * (rest[after - 1] + rest[after])
        hinge_k[inner] = self._bending_k[t] * self._cylinder_size[t] / length
        hinge_theta[inner] = self._bending_theta[t]
        return hinge_k, hinge_theta

    def _branches(self, number):
        """Branch points in the model's terms: mother, daughter's first cylinder, constants of the brancher's type."""
        filaments, branchers = self._chemistry.filaments, self._chemistry.branchers
        self.branchers = branchers.rows
        site = branchers["site"][self.branchers]
        kind = branchers["reaction"][self.branchers]
        first = filaments.table["tip"][branchers["daughter"][self.branchers], 0]
        return {
            "mother": number[site // filaments.max_sites],
            "daughter": number[first],
            "fraction": filaments.fractions(site),
            **{name: values[kind] for name, values in self._branch_constants.items()},
        }


def _branch_terms(deck: Deck) -> dict:
    """Which energies branch points have."""
    kinds = deck.branchings
    return {
        "branching_stretching": "HARMONIC" if any(b.stretching_k is not None for b in kinds) else None,
        "branching_bending": "COSINE" if any(b.bending_k is not None for b in kinds) else None,
        "branching_position": "COSINE" if any(b.position_k is not None for b in kinds) else None,
        "branching_dihedral": next((b.dihedral for b in kinds if b.dihedral is not None), None),
    }


def _branch_constants(deck: Deck) -> dict[str, np.ndarray]:
    """Constants of branch points by brancher type, under the model's names; zero where a term is off."""
    names = {
        "stretching_k": "stretching_k",
        "length": "stretching_length",
        "bending_k": "bending_k",
        "angle": "bending_theta",
        "dihedral_k": "dihedral_k",
        "position_k": "position_k",
    }
    return {
        theirs: np.array([getattr(b, ours) or 0.0 for b in deck.branchings] or [0.0]) for theirs, ours in names.items()
    }
