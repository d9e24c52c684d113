"""Checks that need the system deck and another file of the deck together."""

from __future__ import annotations

import numpy as np

from .derived import monomers_per_cylinder
from .diagnostics import Report, closest, quote
from .filament_file import filament_beads
from .model import FilamentLine
from .settings import Entry, Settings
from .species import SpeciesBook
from .values import parse_number


def check_species_of_system_deck(settings: Settings, book: SpeciesBook, report: Report) -> None:
    """Species that the system deck names are declared in the chemistry deck."""
    for entry in settings.entries("curvature-mismatch"):
        _membrane_species(entry.values[0], entry, "curvature-mismatch", settings, book, report)
    for entry in settings.entries("init-membrane"):
        for name, _ in entry.properties.get("species", ()):
            _membrane_species(name, entry, "init-membrane", settings, book, report)
    for keyword in ("init-mtoc", "init-afm"):
        for entry in settings.entries(keyword):
            for words in entry.properties.get("reaction-emi-abs", ()):
                _emission(words, entry, keyword, settings, book, report)


def _membrane_species(
    name: str, entry: Entry, keyword: str, settings: Settings, book: SpeciesBook, report: Report
) -> None:
    if book.kind_of(name) != "MEMBRANE" and not book.is_flawed(name):
        report.error(settings.file, entry.line, keyword, "no such species-membrane-diffusing", found=quote(name))


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
    if number is None or number < 0 or not number.is_integer():
        wrong(quote(copies), "a whole number ≥ 0 of copies")
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


def check_start_positions(filaments: tuple[FilamentLine, ...], file: str, settings: Settings, report: Report) -> None:
    """Every bead of the initial filaments of a file lies in the grid."""
    shape = [settings[f"N{axis}"] for axis in "XYZ"]
    edges = [settings[f"COMPARTMENTSIZE{axis}"] for axis in "XYZ"]
    sizes, projection = settings["CYLINDERSIZE"], settings["PROJECTIONTYPE"]
    if None in shape or None in edges or projection not in ("STRAIGHT", "PREDEFINED"):
        return
    grid = np.array(shape) * np.array(edges)
    for filament in filaments:
        if filament.type >= len(sizes):
            continue
        beads = filament.points
        if projection == "STRAIGHT" and len(beads) > 2:
            report.warning(
                file, filament.line, "FILAMENT", "PROJECTIONTYPE STRAIGHT ignores all points after the second"
            )
            beads = beads[:2]
        if _inside(beads, grid):
            beads = filament_beads(filament.points, sizes[filament.type], projection)
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


def check_full_cylinders(filaments: tuple[FilamentLine, ...], file: str, settings: Settings, report: Report) -> None:
    """Predefined cylinders are full within half a monomer; other lengths would need partly filled cylinders."""
    sizes, monomers = settings["CYLINDERSIZE"], settings["MONOMERSIZE"]
    if settings["PROJECTIONTYPE"] != "PREDEFINED" or len(sizes) != len(monomers):
        return
    for filament in filaments:
        if filament.type >= len(sizes) or not sizes[filament.type] > monomers[filament.type] > 0:
            continue
        size, monomer = sizes[filament.type], monomers[filament.type]
        full = monomers_per_cylinder(size, monomer) * monomer
        lengths = np.linalg.norm(np.diff(filament.points, axis=0), axis=1)
        worst = lengths[np.argmax(np.abs(lengths - full))]
        if abs(worst - full) > monomer / 2:
            report.error(
                file,
                filament.line,
                "FILAMENT",
                "not available in this version: predefined cylinders that are not full",
                found=f"points {worst:.6g} nm apart",
                allowed=f"{full:g} nm within half a monomer",
            )


def _inside(points: np.ndarray, grid: np.ndarray) -> bool:
    return bool(((points >= 0) & (points <= grid)).all())
