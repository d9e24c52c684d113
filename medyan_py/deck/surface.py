"""Species of membranes of a deck, their reactions, and the curvature that their proteins ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .diagnostics import Report, quote
from .settings import Settings
from .values import parse_number

if TYPE_CHECKING:
    from .model import FreeEnergy, SpeciesRef
    from .species import SpeciesBook

MOST_COPIES = 2**53  # beyond, a propensity could not tell N from N + 1


@dataclass(frozen=True)
class MembraneSpecies:
    """Molecules on membranes: diffusion coefficient (nm²/s), area that one of them covers (nm²)."""

    name: str
    diffusion: float
    area: float


@dataclass(frozen=True)
class SurfaceReaction:
    """Reaction on membranes; species are repeated as often as they take part. `rate` in nm^(2(m−1))/s, m reactants."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    rate: float
    line: int
    free_energy: FreeEnergy | None = None


@dataclass(frozen=True)
class Adsorption:
    """Molecules of the volume go onto membranes (`on`, nm/s) and come off (`off`, 1/s)."""

    free: SpeciesRef
    membrane: str
    on: float
    off: float
    line: int


@dataclass(frozen=True)
class Mismatch:
    """A protein that asks for the mean curvature `curvature` (1/nm): 2 `k` (H − curvature)² a, with `k` in pN nm."""

    species: str
    k: float
    curvature: float


@dataclass(frozen=True)
class SurfaceRules:
    """What membranes carry. `sensing`: proteins feel curvature; `generation`: they bend the membrane."""

    species: tuple[MembraneSpecies, ...] = ()
    reactions: tuple[SurfaceReaction, ...] = ()
    adsorptions: tuple[Adsorption, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    sensing: bool = True
    generation: bool = True

    @property
    def bending_proteins(self) -> tuple[Mismatch, ...]:
        """Those whose energy is part of that of the membrane."""
        return tuple(m for m in self.mismatches if m.k > 0 and self._area(m) > 0) if self.generation else ()

    @property
    def sensing_proteins(self) -> tuple[Mismatch, ...]:
        """Those whose diffusion and desorption depend on the curvature."""
        return tuple(m for m in self.mismatches if m.k > 0 and self._area(m) > 0) if self.sensing else ()

    def _area(self, mismatch: Mismatch) -> float:
        return next(s.area for s in self.species if s.name == mismatch.species)


def surface_rules(settings: Settings, book: SpeciesBook, reactions) -> SurfaceRules:
    """What the membranes of a checked deck carry."""
    return SurfaceRules(
        species=tuple(book.membrane),
        reactions=tuple(reactions.surface),
        adsorptions=tuple(reactions.adsorptions),
        mismatches=tuple(Mismatch(*entry.values) for entry in settings.entries("curvature-mismatch")),
        sensing=settings["curvature-mismatch-enable-curvature-sensing"],
        generation=settings["curvature-mismatch-enable-curvature-generation"],
    )


def check_surface(settings: Settings, book: SpeciesBook, report: Report) -> None:
    """Report what makes no sense about species of membranes in the system deck."""
    for keyword, name, line in _named(settings):
        if book.kind_of(name) != "MEMBRANE" and not book.is_flawed(name):
            names = ", ".join(s.name for s in book.membrane) or "none is declared"
            message = "no such species-membrane-diffusing"
            report.error(settings.file, line, keyword, message, found=quote(name), allowed=names)
    for entry in settings.entries("init-membrane"):
        for name, copies in entry.properties.get("species", ()):
            number = parse_number(copies)
            if number is None or not 0 <= number <= MOST_COPIES or not number.is_integer():
                allowed = "a whole number from 0 to 2^53"
                message = f"species {name}"
                report.error(settings.file, entry.line, "init-membrane", message, found=quote(copies), allowed=allowed)
    _check_mismatches(settings, book, report)


def _named(settings: Settings):
    """(keyword, name, line) wherever the system deck names a species of membranes."""
    for entry in settings.entries("curvature-mismatch"):
        yield "curvature-mismatch", entry.values[0], entry.line
    for entry in settings.entries("init-membrane"):
        for name, _ in entry.properties.get("species", ()):
            yield "init-membrane", name, entry.line


def _check_mismatches(settings: Settings, book: SpeciesBook, report: Report) -> None:
    key, first = "curvature-mismatch", {}
    areas = {s.name: s.area for s in book.membrane}
    for entry in settings.entries(key):
        name, k, _ = entry.values
        if name in first:
            message = f"{quote(name)} has one in line {first[name]} already"
            report.error(settings.file, entry.line, key, message)
        first.setdefault(name, entry.line)
        if k < 0:
            report.error(settings.file, entry.line, key, "K", found=f"{k:g}", allowed="a number ≥ 0 (pN nm)")
        if areas.get(name) == 0:
            message = f"without effect: {quote(name)} covers no area (third value of species-membrane-diffusing)"
            report.warning(settings.file, entry.line, key, message)
    quadratic = settings["membrane-bending-ff-type"] == "HELFRICH_QUADRATIC"
    squared = quadratic or settings["surface-curvature-policy"] == "squared"
    if squared and first and settings["curvature-mismatch-enable-curvature-generation"]:
        message = (
            "proteins do not bend a membrane whose bending energy is that of the squared curvature; "
            "surface-curvature-policy mixed-voronoi knows the sign"
        )
        report.warning(settings.file, settings.lines[key], key, message)
