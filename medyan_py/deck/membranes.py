"""Membranes of a deck: their shapes, mechanical constants and rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .settings import Entry, Settings
from .table_space import MEMBRANES
from .values import parse_number


@dataclass(frozen=True)
class Membrane:
    """One membrane.

    `mesh` is ('ELLIPSOID', 6 numbers), ('PLANE', 12 numbers) in nm or ('file', path). `system` is 'general' or
    'material', `pinning` 'none', 'border1' or 'border2'. area_k and tension in pN/nm, bending_k in pN nm,
    spontaneous_curvature in 1/nm, volume_k in pN/nm², volume_offset in nm³. `species` are pairs of a species of
    membranes and its initial copies. `line` is that of init-membrane.
    """

    mesh: tuple[str, tuple[float, ...] | Path]
    system: str
    reservoir: bool
    pinning: str
    area_k: float
    bending_k: float
    spontaneous_curvature: float
    tension: float
    volume_k: float
    rest_area_factor: float
    volume_offset: float
    species: tuple[tuple[str, int], ...]
    line: int


@dataclass(frozen=True)
class Attachment:
    """A spring of `k` (pN/nm) from `place` (nm) to the nearest vertex closer than `reach` (nm)."""

    place: tuple[float, float, float]
    reach: float
    k: float


@dataclass(frozen=True)
class MembraneRules:
    """The membranes of a deck and what holds for all of them.

    stretching is 'LOCAL_HARMONIC', 'GLOBAL_HARMONIC' or None, tension, bending, volume and bead_repulsion whether these
    energies are on. `bead_k` in pN nm³, `bead_cutoff` and `tip_cutoff` in nm for the energy and for the load on growing
    tips, `max_size` (nm) of the mesh, `adapts_within` whether it is adapted also within a minimisation.
    """

    membranes: tuple[Membrane, ...]
    stretching: str | None
    tension: bool
    bending: bool
    volume: bool
    policy: str
    bead_repulsion: bool
    bead_k: float
    bead_cutoff: float
    tip_cutoff: float
    max_size: float
    adapts_within: bool
    attachments: tuple[Attachment, ...]


def membrane_rules(settings: Settings, input_dir: Path) -> MembraneRules:
    """The membranes of a checked deck."""
    profiles = {entry.values[0]: entry for entry in settings.entries("membrane")}
    numbers = settings["init-fixed-vertex-attachment"]
    groups = [numbers[n : n + 5] for n in range(0, len(numbers), 5)]
    bending = settings["membrane-bending-ff-type"]
    quadratic = bending == "HELFRICH_QUADRATIC"
    adapter = {name: value for entry in settings.entries("mesh-adapter") for name, value in entry.properties.items()}
    return MembraneRules(
        membranes=tuple(
            _membrane(entry, profiles[entry.values[0]], input_dir) for entry in settings.entries("init-membrane")
        ),
        stretching=settings["membrane-stretching-ff-type"] or None,
        tension=bool(settings["membrane-tension-ff-type"]),
        bending=bool(bending),
        volume=bool(settings["volume-conservation-ff-type"]),
        policy="squared" if quadratic else settings["surface-curvature-policy"],
        bead_repulsion=bool(settings["triangle-bead-volume-ff-type"]),
        bead_k=settings["triangle-bead-volume-k"],
        bead_cutoff=settings["triangle-bead-volume-cutoff-mech"],
        tip_cutoff=settings["triangle-bead-volume-cutoff"],
        max_size=adapter.get("max-size", 60.0),
        adapts_within=settings["adapt-mesh-during-minimization"],
        attachments=tuple(Attachment(tuple(g[:3]), g[3], g[4]) for g in groups),
    )


def constants_of(profile: Entry) -> dict[str, object]:
    """Every constant of a profile by name, defaults where it says nothing."""
    return {prop.name: profile.properties.get(prop.name, prop.default) for prop in MEMBRANES[0].properties}


def _membrane(entry: Entry, profile: Entry, input_dir: Path) -> Membrane:
    constants = constants_of(profile)
    shape, *words = entry.properties["mesh"]
    mesh = (shape, input_dir / words[0]) if shape == "file" else (shape, tuple(parse_number(word) for word in words))
    return Membrane(
        mesh=mesh,
        system=constants["vertex-system"],
        reservoir=constants["has-lipid-reservoir"],
        pinning=constants["vertex-pinning"],
        area_k=constants["area-k"],
        bending_k=constants["bending-k"],
        spontaneous_curvature=constants["eq-curv"],
        tension=constants["tension"],
        volume_k=constants["volume-k"],
        rest_area_factor=entry.properties.get("eq-area-factor", 1.0),
        volume_offset=entry.properties.get("volume-offset", 0.0),
        species=tuple((name, int(parse_number(n))) for name, n in entry.properties.get("species", ())),
        line=entry.line,
    )
