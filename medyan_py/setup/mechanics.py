"""The mechanical model of a deck, and the passage of the structure's state into it and back."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from medyan_py.bubbles import BubbleState
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.core.mechanics.model import MechanicalModel
from medyan_py.core.mechanics.record import MinimisationRecord
from medyan_py.deck import Deck
from medyan_py.escape import check_finite
from medyan_py.protocols import Pins
from medyan_py.setup.failure import failure
from medyan_py.setup.membranes import Membranes, membrane_terms
from medyan_py.setup.space import wall_planes, wall_shape

PROTECTION = "MembraneTriangleProtect"
REMEDY = "a mesh follows larger changes of shape with adapt-mesh-during-minimization true"
PIECE = 50  # evaluations of a minimisation between two remeshings within it
MOST_PIECES = 200
SETTLED = 1e-3  # of the energy, that a piece which comes to rest may have gained
SUMMED = ("iterations", "evaluations", "rebuilds", "separated")


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
    remeshed_energies : dict of str to float, or None
        Energies (pN nm, by interaction) after that, if it has changed a mesh.
    """

    def __init__(
        self,
        deck: Deck,
        chemistry: FilamentChemistry,
        pins: Pins,
        bubbles: BubbleState,
        membranes: Membranes | None = None,
        threads: int = 1,
    ):
        self._deck = deck
        self._bubbles = bubbles
        self._walls = wall_planes(deck)  # of the boundary, without those of probes
        self._pins = pins
        self._membranes = membranes
        self._chemistry = chemistry
        self._old_rules = deck.compatibility == "medyan-5.4"
        self._adapts_within = membranes is not None and deck.membranes.adapts_within
        types = deck.filament_types
        self._planes = np.vstack([self._walls, bubbles.planes()])  # that the model has
        self.model = MechanicalModel(
            **{
                **model_settings(deck),
                "planes": self._planes,
                "membranes": membrane_terms(deck) if membranes else None,
            }
        )
        self.model.threads = threads
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
        self.record: MinimisationRecord | None = None
        self.loaded: dict = {}
        self.remeshing_energy = 0.0
        self.remeshed_energies: dict[str, float] | None = None
        self._adapted = False  # whether the meshes have been looked at since they were made
        self._at_walls: tuple[np.ndarray, np.ndarray] | None = None

    def set_planes(self, planes: np.ndarray) -> None:
        """Move the walls of a cubic boundary, from the next ``relax`` on: float64 (6, 6), points (nm) and normals."""
        self._walls = planes

    def relax(self) -> None:
        """Minimise the energy from the present state; put positions, forces and tensions back into the structure.

        ``record`` then tells how the minimisation went and ``energies`` (pN nm, by interaction) what is left. Raises
        MechanicsError with a report of the state if the minimisation failed, and the structure is then as before; or if
        membranes cross afterwards, and the structure is then as it was found.
        """
        self._move_planes()
        check_finite(self._chemistry.filaments)
        self._at_walls = None
        self.load()
        before = self._changed_within() if self._adapts_within else None
        try:
            record = self._find_minimum()
        except MechanicsError:
            if before is not None:
                self._put_back(before)
            raise
        self.record = record
        self.remeshing_energy, self.remeshed_energies = 0.0, None
        crossing = None
        if self._membranes is not None:
            self._take_positions()
            # a mesh that needed nothing and has not moved since needs nothing
            if record.largest_displacement > 0 or self._membranes.remeshed > 0 or not self._adapted:
                self._adapt_membranes()
                self._membranes.hinder(self._chemistry.tip_membranes)
                self._membranes.enclose(self._chemistry.interior)
                self._adapted = True
                crossing = self._membranes.look_for_crossing(record.largest_displacement)
            self._membranes.keep_forces(self.model.vertex_forces)
        self._take_positions()
        self._chemistry.filaments.beads["force"][self.order["bead"]] = self.model.forces
        self._chemistry.bonds["tension"][self.bonds] = self.model.bond_tension
        self._chemistry.branchers["force"][self.branchers] = np.linalg.norm(self.model.branch_force, axis=1)
        self.energies = self.record.energies_after
        if crossing is not None:
            raise failure(self, self._chemistry, crossing, [])

    def _find_minimum(self) -> MinimisationRecord:
        """Minimise; a failure is told with the state of the model in which it came."""
        try:
            record = self._adapt_and_minimise() if self._adapts_within else self._minimise()
        except MechanicsError as error:
            raise failure(self, self._chemistry, str(error), error.culprits) from error
        self._judge(record)
        return record

    def _minimise(self, evaluations: int | None = None) -> MinimisationRecord:
        m = self._deck.minimisation
        old = {"scheme": "backtracking", "lambda_max": m.lambda_max, "recover": m.recover} if self._old_rules else {}
        return self.model.minimise(
            method=m.method,
            gradient_tolerance=m.gradient_tolerance,
            max_distance=m.max_distance,
            energy_change_relative_tolerance=m.energy_change_relative_tolerance,
            evaluations=evaluations,
            **old,
        )

    def _adapt_and_minimise(self) -> MinimisationRecord:
        """Minimise in pieces of ``PIECE`` evaluations with a remeshing between any two, at the end without.

        The end is where a piece comes to rest near where it began: rest on a mesh that had to follow a large change is
        not yet that of the surface. The record is that of the whole: energies before are those of the first piece,
        what is left that of the last.
        """
        pieces = []
        for _ in range(MOST_PIECES):
            pieces.append(self._minimise(PIECE))
            at_rest = pieces[-1].status != "limit"
            if at_rest and pieces[-1].energy_before - pieces[-1].energy_after <= SETTLED * abs(pieces[-1].energy_after):
                break
            self._take_positions()
            self._membranes.take(self.model.vertex_positions)
            if self._membranes.adapt():
                self.load()
            elif at_rest:
                break
        else:
            pieces.append(self._minimise())
        last = pieces[-1]
        sums = {name: sum(getattr(piece, name) for piece in pieces) for name in SUMMED}
        furthest = max(piece.largest_displacement for piece in pieces)
        return replace(last, energies_before=pieces[0].energies_before, largest_displacement=furthest, **sums)

    def state(self) -> dict:
        """Energies, record, planes and forces at walls of the last ``relax``; all else comes from the structure."""
        on_beads, on_walls = self._forces_at_walls()
        return {
            "energies": dict(self.energies),
            "record": asdict(self.record),
            "planes": self._planes.copy(),
            "remeshing_energy": float(self.remeshing_energy),
            "wall_forces": {"on_beads": on_beads, "on_walls": on_walls},
        }

    def restore(self, saved: dict) -> None:
        """Take over the state of a simulation of the same deck, whose structure and boundary are restored already."""
        self.energies, self.record = dict(saved["energies"]), MinimisationRecord(**saved["record"])
        self.remeshing_energy = saved["remeshing_energy"]
        self._set_model_planes(saved["planes"].copy())
        self.load()
        self._at_walls = tuple(saved["wall_forces"][name].copy() for name in ("on_beads", "on_walls"))
        if self._membranes is not None:
            self._membranes.hinder(self._chemistry.tip_membranes)
            self._membranes.enclose(self._chemistry.interior)
            self._adapted = True

    def _take_positions(self) -> None:
        """Hand positions of beads and bubbles back to the structure."""
        self._chemistry.filaments.beads["x"][self.order["bead"]] = self.model.positions
        self._take_bubbles()

    def _changed_within(self) -> tuple:
        """What a minimisation with remeshings changes before its end: places, and meshes with what they carry."""
        return self.loaded["x"].copy(), self._bubbles.state(), self._membranes.state()

    def _put_back(self, before: tuple) -> None:
        x, bubbles, membranes = before
        self._chemistry.filaments.beads["x"][self.order["bead"]] = x
        self._bubbles.restore(bubbles)
        self._membranes.restore(membranes)
        self.load()

    def _adapt_membranes(self) -> None:
        """Hand positions back to the meshes and remesh; forces are then those on the new meshes."""
        self._membranes.take(self.model.vertex_positions)
        if self._membranes.adapt():
            self.load()
            self.remeshed_energies = self.model.evaluate()
            self.remeshing_energy = sum(self.remeshed_energies.values()) - self.record.energy_after

    def load(self) -> None:
        """Copy the structure's present state into the model."""
        self.loaded = self.arrays()
        self.model.load(**self.loaded)

    def _move_planes(self) -> None:
        """Put the model's walls and planes of probes where they are now."""
        self._set_model_planes(np.vstack([self._walls, self._bubbles.planes()]))

    def _set_model_planes(self, planes: np.ndarray) -> None:
        if not np.array_equal(planes, self._planes):
            self.model.set_planes(planes)
            self._planes = planes

    def wall_forces(self, beads: np.ndarray) -> np.ndarray:
        """Forces (pN) of the walls on beads given by row at the last minimisation; 0 for what came since."""
        forces = np.zeros((self._chemistry.filaments.beads.capacity, 3))
        forces[self.order["bead"]] = self._forces_at_walls()[0]
        return forces[beads]

    @property
    def forces_on_walls(self) -> np.ndarray:
        """Forces (pN) of beads and bubbles on every wall at the last minimisation, float64 (walls, 3)."""
        return self._forces_at_walls()[1].copy()

    def _forces_at_walls(self) -> tuple[np.ndarray, np.ndarray]:
        """Forces (pN) of walls on beads, in the order of the model, and on walls.

        Which beads feel a wall is decided where neighbours were last searched, in the midst of the minimisation; a
        model that is loaded anew searches where it ended. So the forces are part of the state.
        """
        if self._at_walls is None:
            self._at_walls = self.model.boundary_force, self.model.wall_force
        return self._at_walls

    def point_keys(self) -> np.ndarray:
        """int64 (n,): who each moving point of the model is, the same as long as its filament (or bubble) lives.

        Of a bead it is made of the identity of its filament and its place along it, of a bubble of its number.
        """
        filaments, order = self._chemistry.filaments, self.order
        start = order["start"]
        of = np.repeat(np.arange(len(start) - 1), np.diff(start))
        first = filaments.cylinders["position"][order["cylinder"][start[:-1] - np.arange(len(start) - 1)]]
        place = np.arange(len(of)) - start[of] + first[of]
        beads = (filaments.table["ident"][order["filament"]][of].astype(np.int64) << 32) + place
        bubbles = len(self.model.moving_positions) - len(beads)
        return np.concatenate([beads, -1 - np.arange(bubbles, dtype=np.int64) - (1 << 62)])

    def bond_legs(self) -> tuple[np.ndarray, np.ndarray]:
        """Where linkers and motors, in the order of ``bonds``, sit in the model: int (n, 2) bead on the minus side of
        each leg, and float64 (n, 2) how far from it to the next one."""
        sites = self._chemistry.bonds["site"][self.bonds]
        return self._bead_before(sites), self._chemistry.filaments.fractions(sites)

    def brancher_legs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same for the sites of ``branchers`` on their mothers, both (n,), and the first bead of each daughter."""
        filaments, branchers = self._chemistry.filaments, self._chemistry.branchers
        sites = branchers["site"][self.branchers]
        bead = np.zeros(filaments.beads.capacity, dtype=np.int64)
        bead[self.order["bead"]] = np.arange(len(self.order["bead"]))
        first = filaments.table["tip"][branchers["daughter"][self.branchers], 0]
        return self._bead_before(sites), filaments.fractions(sites), bead[filaments.cylinders["bead"][first, 0]]

    def _bead_before(self, sites: np.ndarray) -> np.ndarray:
        filaments, start, c = self._chemistry.filaments, self.order["start"], self.order["cylinder"]
        bead = np.zeros(filaments.cylinders.capacity, dtype=np.int64)
        bead[c] = np.arange(len(c)) + np.repeat(np.arange(len(start) - 1), np.diff(start) - 1)
        return bead[sites // filaments.max_sites]

    def _judge(self, record: MinimisationRecord) -> None:
        """Raise MechanicsError if a minimisation has failed.

        A limit reached or a line search that found nothing is a failure as long as forces exceed the tolerance; by the
        rules of MEDYAN 5.4 a run goes on after the limit. Whatever the rules, so is a bead or bubble that the
        minimisation has thrown out of the grid, farther than a compartment.
        """
        reason, forces = None, record.residual >= self._deck.minimisation.gradient_tolerance
        if record.status == "no descent" and forces:
            reason = "the minimisation finds no lower energy although forces say there is one"
        elif record.status == "limit" and forces and not self._old_rules:
            reason = f"the minimisation is not at its end after {record.evaluations} evaluations"
        if reason is not None:
            reason += f" (largest force {record.residual:.4g} pN)"
            worst = self.model.largest_forces()
            if worst:
                reason += f": most of it is {worst[0].interaction} of {worst[0].text}"
            if worst and worst[0].interaction == PROTECTION and not self._adapts_within:
                reason += f"; {REMEDY}"
            if self._deck.surface.bending_proteins:
                reason += "; proteins bend the membrane, `medyan check` tells whether so strongly that it buds"
            raise failure(self, self._chemistry, reason, worst)
        geometry = self._deck.geometry
        if record.largest_displacement <= min(geometry.compartment_size):
            return
        x, before = self.model.positions, self.loaded["x"]
        beads = len(x)
        if len(self._bubbles):
            x = np.vstack([x, self.model.bubble_positions])
            before = np.vstack([before, self.loaded["bubbles"]["x"]])
        moved = np.linalg.norm(x - before, axis=1)
        outside = ((x < 0) | (x > geometry.size)).any(axis=1) & (moved > min(geometry.compartment_size))
        if outside.any():
            point = int(np.flatnonzero(outside)[moved[outside].argmax()])
            if point < beads:
                owner = np.searchsorted(self.loaded["filament_start"], point, side="right") - 1
                name = f"a bead of filament {self.loaded['filament_key'][owner]}"
            else:
                name = f"bubble {point - beads}"
            place = ", ".join(f"{c:.6g}" for c in x[point])
            reason = f"the minimisation has thrown {name} {moved[point]:.4g} nm out of the grid, "
            raise failure(self, self._chemistry, reason + f"to ({place}) nm", self.model.largest_forces())

    def arrays(self) -> dict:
        """The structure's present state as arguments of ``MechanicalModel.load``."""
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
        return {
            "x": beads["x"][order["bead"]],
            "filament_start": start,
            "filament_key": filaments.table["ident"][order["filament"]],
            "position": cylinders["position"][c],
            "rest_length": rest,
            "stretching_k": self._stretching_k[kind] * self._cylinder_size[kind] / rest,
            "hinge_k": hinge_k,
            "hinge_theta": hinge_theta,
            "volume_k": self._volume_k[kind],
            "serial": beads["serial"][order["bead"]],
            "monomer_size": self._monomer_size[kind],
            "monomer_interval": self._monomer_interval[kind],
            "bond_cylinders": number[site // filaments.max_sites],
            "bond_fractions": filaments.fractions(site),
            "bond_k": bonds["stiffness"][self.bonds],
            "bond_rest": bonds["rest_length"][self.bonds],
            "bond_is_motor": bonds["motor"][self.bonds],
            "branches": self._branches(number),
            "pins": self._pins.table(order["bead"]),
            "membranes": self._membranes.arrays() if self._membranes is not None else None,
            **self._bubble_tables(order["filament"]),
        }

    def _bubble_tables(self, filaments: np.ndarray) -> dict:
        if not len(self._bubbles):
            return {}
        attachments = self._bubbles.attachments(self._chemistry.filaments.table["anchor"][filaments])
        return {"bubbles": self._bubbles.table(len(self._walls)), "attachments": attachments}

    def _take_bubbles(self) -> None:
        """Places of bubbles and forces on them; the force on a probe is that on its plane, too."""
        bubbles = self._bubbles
        if not len(bubbles):
            return
        bubbles.x = self.model.bubble_positions
        bubbles.force = self.model.bubble_forces
        bubbles.attachment_force = self.model.attachment_force
        if len(bubbles.probes):
            first = len(self._walls)
            bubbles.force[bubbles.probes] += self.model.wall_force[first : first + len(bubbles.probes)]

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


def model_settings(deck: Deck) -> dict:
    """Arguments of ``MechanicalModel`` for a deck."""
    walls = deck.boundary.repulsion is not None
    return {
        "planes": wall_planes(deck),
        "boundary_shape": wall_shape(deck),
        "boundary_repulsion": deck.boundary.repulsion,
        "boundary_k": deck.boundary.interaction_k if walls else 1.0,
        "boundary_screening": deck.boundary.screening_length if walls else 1.0,
        "boundary_cutoff": deck.boundary.cutoff if walls else 1.0,
        "bending": deck.filament_types[0].bending,
        "excluded_volume": deck.excluded_volume.kind,
        "volume_cutoff": deck.excluded_volume.cutoff if deck.excluded_volume.kind else 1.0,
        "pinning": True,  # also a script may pin beads
        **_bubble_terms(deck),
        **_branch_terms(deck),
    }


def _bubble_terms(deck: Deck) -> dict:
    """Which energies bubbles have."""
    bubbles = deck.bubbles
    if not bubbles.any:
        return {}
    return {
        "bubbles": True,
        "bubble_repulsion": "REPULSIONEXP" if bubbles.repulsion else None,
        "bubble_cutoff": bubbles.cutoff if bubbles.repulsion else 1.0,
        "mtoc_attachment": "ATTACHMENTHARMONIC" if bubbles.mtoc_attachment else None,
        "afm_attachment": "ATTACHMENTHARMONIC" if bubbles.afm_attachment else None,
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
