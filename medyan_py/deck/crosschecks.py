"""Checks that need the system deck and another file of the deck together."""

from __future__ import annotations

import numpy as np

from .derived import monomers_per_cylinder
from .diagnostics import Report, closest, quote
from .model import FilamentLine
from .settings import Entry, Settings
from .shapes import Sizes, filament_shape
from .species import SpeciesBook
from .surface import check_surface
from .values import parse_number


def check_species_of_system_deck(settings: Settings, book: SpeciesBook, report: Report) -> None:
    """Species that the system deck names are declared in the chemistry deck."""
    check_surface(settings, book, report)
    for keyword in ("init-mtoc", "init-afm"):
        for entry in settings.entries(keyword):
            for words in entry.properties.get("reaction-emi-abs", ()):
                _emission(words, entry, keyword, settings, book, report)


def _emission(
    words: tuple[str, ...], entry: Entry, keyword: str, settings: Settings, book: SpeciesBook, report: Report
) -> None:
    """`N0 GENERAL SPECIES diffusing/bulk EMI ABS none/force`."""
    copies, general, species, kind, emission, absorption, mode = words

    def wrong(found: str, allowed: str, suggestion: str = "") -> None:
        report.error(
            settings.file, entry.line, keyword, "reaction-emi-abs", found=found, allowed=allowed, suggestion=suggestion
        )

    number = parse_number(copies)
    if number is None or not 0 <= number <= 2**53 or not number.is_integer():
        wrong(quote(copies), "a whole number of copies from 0 to 2^53")
    for word in (emission, absorption):
        rate = parse_number(word)
        if rate is None or rate < 0:
            wrong(quote(word), "a rate ≥ 0")
    if not book.is_general(general) and not book.is_flawed(general):
        wrong(quote(general), "a species-general")
    if kind not in ("diffusing", "bulk"):
        wrong(quote(kind), "diffusing, bulk", closest(kind, ("diffusing", "bulk")))
    elif book.kind_of(species) != kind.upper() and not book.is_flawed(species):
        wrong(quote(species), f"a {kind} species")
    if mode not in ("none", "force"):
        wrong(quote(mode), "none, force", closest(mode, ("none", "force")))


def check_filaments(filaments: tuple[FilamentLine, ...], file: str, settings: Settings, report: Report) -> None:
    """The shapes of the initial filaments of a file are possible, and every bead lies in the grid."""
    shape = [settings[f"N{axis}"] for axis in "XYZ"]
    edges = [settings[f"COMPARTMENTSIZE{axis}"] for axis in "XYZ"]
    lengths, monomers, projection = settings["CYLINDERSIZE"], settings["MONOMERSIZE"], settings["PROJECTIONTYPE"]
    if None in shape or None in edges or len(lengths) != len(monomers) or not settings.sound("PROJECTIONTYPE"):
        return
    grid = np.array(shape) * np.array(edges)
    for filament in filaments:
        if filament.type >= len(lengths) or not lengths[filament.type] >= 3 * monomers[filament.type] * (1 - 1e-9):
            continue
        if projection != "PREDEFINED" and len(filament.points) > 2:
            message = f"PROJECTIONTYPE {projection} ignores all points after the second"
            report.warning(file, filament.line, "FILAMENT", message)
        beads = filament.points if projection == "PREDEFINED" else filament.points[:2]
        if _inside(beads, grid):
            size, monomer = lengths[filament.type], monomers[filament.type]
            sizes = Sizes(size, monomer, monomers_per_cylinder(size, monomer))
            beads = _beads(filament, sizes, file, settings, report, 0.5 * grid)
        if beads is None:
            continue
        outside = beads[~((beads >= 0) & (beads <= grid)).all(axis=1)]
        if len(outside):
            report.error(
                file,
                filament.line,
                "FILAMENT",
                "a bead lies outside the grid",
                found=" ".join(f"{x:g}" for x in outside[0]),
                allowed=" ".join(f"0 … {edge:g}" for edge in grid) + " (nm)",
            )


def _beads(
    filament: FilamentLine, sizes: Sizes, file: str, settings: Settings, report: Report, centre: np.ndarray
) -> np.ndarray | None:
    """Beads of a filament; None, and an error, if there can be none."""
    old_rules = settings["compatibility"] == "medyan-5.4"
    try:
        made = filament_shape(filament.points, sizes, settings["PROJECTIONTYPE"], centre, old_rules=old_rules)
    except ValueError as problem:
        report.error(file, filament.line, "FILAMENT", str(problem))
        return None
    if settings["PROJECTIONTYPE"] == "PREDEFINED" and not (
        len(made.beads) == len(filament.points) and np.allclose(made.beads, filament.points, rtol=0, atol=sizes.monomer)
    ):
        full = sizes.monomers * sizes.monomer
        message = (
            f"the points are not {full:g} nm apart, so the curve through them is cut into cylinders of that length"
        )
        report.hint(file, filament.line, "FILAMENT", message)
    return made.beads


def _inside(points: np.ndarray, grid: np.ndarray) -> bool:
    return bool(((points >= 0) & (points <= grid)).all())
