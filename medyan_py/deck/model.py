"""The typed deck: what a simulation is made of. Units: nm, s, pN, pN nm. All objects are immutable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .diagnostics import Diagnostic
from .dump_file import Dump
from .membranes import MembraneRules
from .protocols import Protocols, RateChange
from .surface import SurfaceRules

if TYPE_CHECKING:
    from .bubbles import Bubbles

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Geometry:
    """Grid of compartments: `shape` counts them per axis, `compartment_size` is the edge of one (nm)."""

    shape: tuple[int, int, int]
    compartment_size: Vector

    @property
    def size(self) -> Vector:
        """Edges of the whole grid (nm); it spans 0 … size."""
        return tuple(n * edge for n, edge in zip(self.shape, self.compartment_size, strict=True))


@dataclass(frozen=True)
class Motion:
    """How planes of a cubic boundary move: those across axis 0, 1, 2 on the low (0) or high (1) side, as (axis, side)
    in `sides`.

    With a `speed` (nm/s) they go inwards between the times `start` and `end` (s); if it is None they keep two
    compartments from the filaments.
    """

    sides: tuple[tuple[int, int], ...]
    speed: float | None
    start: float = 0.0
    end: float = math.inf


@dataclass(frozen=True)
class Boundary:
    """Boundary of the volume: six planes `inset` (nm) inside the faces of the grid, or a sphere, a capsule or a
    cylinder of `diameter` (nm) about the vertical axis through its centre, both as high as the grid.

    `shape` is 'CUBIC', 'SPHERICAL', 'CAPSULE' or 'CYLINDER'; `repulsion` 'REPULSIONEXP', 'REPULSIONEXPIN' (repels
    100 nm further inside) or None; `cutoff` and `screening_length` in nm, `interaction_k` in pN nm.
    """

    shape: str
    repulsion: str | None
    cutoff: float
    interaction_k: float
    screening_length: float
    inset: float = 25.0
    diameter: float = 0.0
    motion: Motion | None = None


@dataclass(frozen=True)
class Minimisation:
    """Energy minimisation: tolerance on force components (pN), on the relative energy change of a step; largest move
    of a bead in a line search (nm) and largest step factor (nm/pN); `recover`: go on after a failed line search."""

    method: str
    gradient_tolerance: float
    energy_change_relative_tolerance: float
    max_distance: float
    lambda_max: float
    recover: bool = True


@dataclass(frozen=True)
class HessianTracking:
    """What is to be known of the second derivatives of the energy.

    They are computed after the first minimisation and every `skip`-th one after it. `dense`: all eigenvalues, by the
    dense solver; `rock`: a film of each mode at the end; `write_matrix`: the matrix itself goes into a file;
    `eigenvalues`: whether any are computed.
    """

    skip: int
    dense: bool
    rock: bool
    write_matrix: bool
    eigenvalues: bool


@dataclass(frozen=True)
class ExcludedVolume:
    """Repulsion between cylinders: `kind` None, 'integral' or 'monomer'; `cutoff` between mid points (nm)."""

    kind: str | None
    cutoff: float


@dataclass(frozen=True)
class FilamentType:
    """One type of filament.

    Sizes in nm. `binding_sites` are monomer slots of a full cylinder. The `…_species` are names in order of appearance;
    index 0 of filament, plus and minus end is what initial filaments are made of. `…_site` is the bound species a
    linker, motor or brancher occupies; without a declaration it is the first bound species, as it is resolved here.
    `stretching_k` in pN/nm and `bending_k` in pN nm are those of a full cylinder, `bending_theta` is in rad;
    `volume_k` belongs to the excluded volume; `monomer_interval` to its kind 'monomer' (None when not given);
    `ratchet_length` (nm) is None when growth does not feel load; `ratchet_axial` tells that the load is the compression
    of the cylinder at the end instead of the repulsion of its tip.
    """

    monomer_size: float
    cylinder_size: float
    monomers_per_cylinder: int
    binding_sites: tuple[int, ...]
    filament_species: tuple[str, ...]
    plus_end_species: tuple[str, ...]
    minus_end_species: tuple[str, ...]
    bound_species: tuple[str, ...]
    linker_species: tuple[str, ...]
    motor_species: tuple[str, ...]
    brancher_species: tuple[str, ...]
    linker_site: str
    motor_site: str
    brancher_site: str
    stretching: str | None
    stretching_k: float | None
    bending: str | None
    bending_k: float | None
    bending_theta: float | None
    volume_k: float | None
    monomer_interval: int | None
    ratchet_length: float | None
    ratchet_axial: bool
    requested_binding_sites: int = 0


@dataclass(frozen=True)
class DiffusingSpecies:
    """Molecules on the grid: copies, diffusion coefficient (nm²/s), release and removal time (s; 0: never removed).

    `held` is the concentration (µM) that is kept at the wall opposite to the one that moves, or None.
    """

    name: str
    copies: int
    diffusion: float
    release: float
    removal: float
    held: float | None = None


@dataclass(frozen=True)
class BulkSpecies:
    """Molecules of the whole volume; reactions do not change `constant` ones; `held`: concentration (µM) or None."""

    name: str
    copies: int
    release: float
    removal: float
    constant: bool
    held: float | None = None


@dataclass(frozen=True)
class SpeciesRef:
    """A diffusing or bulk species in a reaction; `kind` is 'diffusing' or 'bulk'."""

    kind: str
    name: str


@dataclass(frozen=True)
class FreeEnergy:
    """`DELTAG:ID` before a reaction: constant part of its free energy change (kT) and name of its account. Of a motor
    the value is the ratio (on + off) / off of one head."""

    value: float
    account: str


@dataclass(frozen=True)
class Reaction:
    """General or bulk reaction; `rate` is the stochastic constant of one full compartment (or of the bulk)."""

    reactants: tuple[SpeciesRef, ...]
    products: tuple[SpeciesRef, ...]
    rate: float
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class Polymerisation:
    """A free molecule joins an end. `end` is 'plus' or 'minus'; `end_before` and `end_after` index the end species of
    the filament type, `filament` its filament species (the kind the old end monomer becomes); rate in 1/s."""

    filament_type: int
    free: SpeciesRef
    end: str
    end_before: int
    end_after: int
    filament: int
    rate: float
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class Depolymerisation:
    """An end monomer leaves as a free molecule; the next monomer, of kind `filament`, becomes end `end_after`."""

    filament_type: int
    free: SpeciesRef
    end: str
    end_before: int
    end_after: int
    filament: int
    rate: float
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class LinkerReaction:
    """Binding and unbinding of a linker.

    `species` and `filament_types` and `bound` belong to leg 1 and leg 2; on and off in 1/s, r_min and r_max in nm,
    stretching_k in pN/nm (None: no force field), unbinding 'SLIP', 'CATCHSLIP' or None with its lengths (nm) and
    amplitudes. `index` is the linker type of trajectories and parameters.
    """

    index: int
    species: tuple[str, str]
    filament_types: tuple[int, int]
    bound: tuple[str, str]
    free: SpeciesRef
    on: float
    off: float
    r_min: float
    r_max: float
    stretching_k: float | None
    unbinding: str | None
    unbinding_lengths: tuple[float, ...]
    unbinding_amplitudes: tuple[float, ...]
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class MotorReaction:
    """Binding and unbinding of a motor; first fields as in :class:`LinkerReaction`.

    on and off are per head; stretching_k per head; step_size (nm) of one head; forces in pN: those of unbinding as the
    law needs them (one, or catch and slip), that of walking None without a law.
    """

    index: int
    species: tuple[str, str]
    filament_types: tuple[int, int]
    bound: tuple[str, str]
    free: SpeciesRef
    on: float
    off: float
    r_min: float
    r_max: float
    stretching_k: float | None
    heads_min: int
    heads_max: int
    step_size: float
    unbinding: str | None
    unbinding_forces: tuple[float, ...]
    walking: str | None
    walking_force: float | None
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class WalkingReaction:
    """A motor head moves to the next binding site towards the 'plus' or 'minus' end; rate in 1/s."""

    filament_type: int
    motor_species: str
    direction: str
    rate: float
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class Aging:
    """Monomers change their kind. `part` is 'filament', 'plus' or 'minus'; `before` and `after` index the species of
    that part of the filament type; rate in 1/s per monomer."""

    filament_type: int
    part: str
    before: int
    after: int
    rate: float
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class Destruction:
    """A filament of nothing but a plus and a minus end (indices of end species) falls apart into two molecules."""

    filament_type: int
    plus: int
    minus: int
    products: tuple[SpeciesRef, SpeciesRef]
    rate: float
    line: int


@dataclass(frozen=True)
class Severing:
    """A filament is cut next to a free binding site whose monomer has kind `filament`; rate in 1/s per site."""

    filament_type: int
    filament: int
    rate: float
    line: int


@dataclass(frozen=True)
class Nucleation:
    """Two molecules become a filament of three monomers: `plus`, `filament` and `minus` index their species."""

    filament_type: int
    reactants: tuple[SpeciesRef, SpeciesRef]
    plus: int
    filament: int
    minus: int
    rate: float
    line: int


@dataclass(frozen=True)
class Branching:
    """A brancher and a monomer start a daughter filament at a site of its mother; the brancher lets go again.

    `index` counts the brancher species in the order of their declaration, those of all filament types together: it is
    the brancher type of trajectories and of the parameters of the system deck. `free` is the brancher molecule,
    `monomer` the molecule that becomes the daughter's first monomer, of end species `plus`. on (per site and pair of
    molecules) and off in 1/s. Sites count inside `zone`, which reaches `distance` (nm) from the boundary.

    Constants are None where the force field is off: stretching_k in pN/nm with its rest length (nm); bending_k in pN nm
    with the angle of the branch (rad); `dihedral` 'COSINE', 'COSINEV2', 'QUADRATIC', 'QUADRATICV2' or None, with
    dihedral_k in pN nm; position_k in pN nm. unbinding is 'SLIP' with its length (nm), 'SLIPF' with its force (pN), or
    None.
    """

    index: int
    species: str
    filament_type: int
    bound: str
    free: SpeciesRef
    monomer: SpeciesRef
    plus: int
    on: float
    off: float
    zone: str
    distance: float
    stretching_k: float | None
    stretching_length: float | None
    bending_k: float | None
    bending_theta: float | None
    dihedral: str | None
    dihedral_k: float | None
    position_k: float | None
    unbinding: str | None
    unbinding_length: float | None
    unbinding_force: float | None
    line: int


@dataclass(frozen=True)
class Schedule:
    """When things happen, in time mode or in step mode.

    Time mode: times in s; `snapshot` and `neighbour_list` of 0 mean every cycle. Step mode, when `runtime` is 0: a run
    of `run_steps` events, with the other steps in place of the times. `checkpoint`: simulated time (s) between
    checkpoints, 0 for those by wall time only.
    """

    runtime: float
    snapshot: float
    minimisation: float
    neighbour_list: float
    initial_slowdown: float
    data_dump: float
    run_steps: int = 0
    minimisation_steps: int = 0
    snapshot_steps: int = 0
    neighbour_list_steps: int = 0
    checkpoint: float = 0.0

    @property
    def by_steps(self) -> bool:
        """Whether the run is measured in events and not in time."""
        return self.runtime == 0


@dataclass(frozen=True, eq=False)
class FilamentLine:
    """One filament of a filament file: type, points (float64 array (m, 3), nm, m ≥ 2), line of the file."""

    type: int
    points: np.ndarray
    line: int


@dataclass(frozen=True)
class InitialNetwork:
    """Filaments at the start: those of the file, then `count` random ones of `cylinders` cylinders and type `type`.

    `projection` is 'STRAIGHT', 'ZIGZAG', 'ARC' or 'PREDEFINED'; `creation_bounds` are x0 y0 z0 x1 y1 z1 as fractions of
    the grid.
    In a cylindrical boundary random filaments lie `along_wall`, or with both ends near it (`rings`), when so asked.
    With a restart `dump` the network is the one in there instead, and so are the copy numbers, but not of diffusing
    species with `own_copies`.
    """

    file_filaments: tuple[FilamentLine, ...]
    count: int
    cylinders: int
    type: int
    projection: str
    creation_bounds: tuple[float, float, float, float, float, float]
    along_wall: bool = False
    rings: bool = False
    dump: Dump | None = None
    own_copies: bool = False


@dataclass(frozen=True)
class Deck:
    """A checked deck: everything a simulation needs to start. Made by :func:`medyan_py.deck.read_deck`.

    `track_dissipation` and `track_events` tell which books are kept, `hessian` (or None)
    what is computed of the second derivatives of the energy. `compatibility` is 'none' or 'medyan-5.4': whether
    the rules of that program hold where the default differs. `algorithm` is 'NRM', 'GILLESPIE' or 'SIMPLEGILLESPIE';
    `rate_change` is None without one. `source_lines` tells of every keyword and directive where it was last set:
    name → (file, line). `texts` holds the files as read: path → text.
    """

    system_path: Path
    chemistry_path: Path
    input_dir: Path
    texts: Mapping[Path, str]
    warnings: tuple[Diagnostic, ...]
    geometry: Geometry
    boundary: Boundary
    minimisation: Minimisation
    excluded_volume: ExcludedVolume
    filament_types: tuple[FilamentType, ...]
    diffusing: tuple[DiffusingSpecies, ...]
    bulk: tuple[BulkSpecies, ...]
    general_reactions: tuple[Reaction, ...]
    bulk_reactions: tuple[Reaction, ...]
    polymerisations: tuple[Polymerisation, ...]
    depolymerisations: tuple[Depolymerisation, ...]
    linkers: tuple[LinkerReaction, ...]
    motors: tuple[MotorReaction, ...]
    walking: tuple[WalkingReaction, ...]
    agings: tuple[Aging, ...]
    destructions: tuple[Destruction, ...]
    severings: tuple[Severing, ...]
    nucleations: tuple[Nucleation, ...]
    branchings: tuple[Branching, ...]
    linker_binding_skip: int
    allow_same_filament_pairs: bool
    algorithm: str
    schedule: Schedule
    rate_change: RateChange | None
    protocols: Protocols
    bubbles: Bubbles
    initial: InitialNetwork
    membranes: MembraneRules
    surface: SurfaceRules
    force_fields: tuple[str, ...]
    compatibility: str
    track_dissipation: bool
    track_events: bool
    hessian: HessianTracking | None
    log_each_cycle: bool
    source_lines: Mapping[str, tuple[str, int]]
