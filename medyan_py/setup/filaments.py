"""The filaments a simulation starts with: those of the filament file, then random ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.deck import Deck, DeckError, Diagnostic, filament_beads
from medyan_py.setup.space import wall_distance, wall_planes

MOST_TRIALS = 100_000
END_MARGIN = 0.01  # nm by which the tested filament is shorter than the one created


def place_filaments(deck: Deck, chemistry: FilamentChemistry, rng: np.random.Generator) -> None:
    """Create the initial filaments.

    Raises DeckError if a filament of the file leaves the grid or has cylinders that are not full, or if random
    filaments find no place.
    """
    problems = []
    for line in deck.initial.file_filaments:
        kind = deck.filament_types[line.type]
        beads = filament_beads(line.points, kind.cylinder_size, deck.initial.projection)
        problem = _problem(deck, line.type, beads)
        if problem:
            problems.append(_diagnostic(deck, "FILAMENTFILE", line.line, problem))
        elif not problems:
            predefined = deck.initial.projection == "PREDEFINED"
            rest_length = kind.monomers_per_cylinder * kind.monomer_size if predefined else None
            chemistry.add_filament(line.type, beads, rest_length)
    if problems:
        raise DeckError(problems)
    kind = deck.filament_types[deck.initial.type]
    for beads in _random_filaments(deck, rng):
        chemistry.add_filament(deck.initial.type, filament_beads(beads, kind.cylinder_size, "STRAIGHT"))


def _problem(deck: Deck, filament_type: int, beads: np.ndarray) -> str | None:
    if (beads < 0).any() or (beads >= np.array(deck.geometry.size)).any():
        return f"the filament leaves the grid, which spans 0 … {' × '.join(f'{x:g}' for x in deck.geometry.size)} nm"
    kind = deck.filament_types[filament_type]
    lengths = np.linalg.norm(np.diff(beads, axis=0), axis=1)
    full = kind.monomers_per_cylinder * kind.monomer_size
    if deck.initial.projection == "PREDEFINED" and (abs(lengths - full) > kind.monomer_size / 2).any():
        worst = lengths[np.argmax(abs(lengths - full))]
        return (
            f"points {worst:.4g} nm apart: predefined cylinders that are not full ({full:g} nm) "
            "are not available in this version"
        )
    return None


def _diagnostic(deck: Deck, keyword: str, line: int | None, message: str) -> Diagnostic:
    file, keyword_line = deck.source_lines.get(keyword, (str(deck.system_path), None))
    if line is not None and deck.filament_path is not None:
        file, keyword_line = str(Path(deck.filament_path)), line
    return Diagnostic("error", file, keyword_line, keyword, message)


def _random_filaments(deck: Deck, rng: np.random.Generator):
    """End points (2, 3) of the random filaments: uniform first point and direction, both ends away from the walls."""
    initial = deck.initial
    size = np.array(deck.geometry.size)
    low, high = np.array(initial.creation_bounds[:3]) * size, np.array(initial.creation_bounds[3:]) * size
    planes, margin = wall_planes(deck), deck.boundary.cutoff / 4
    length = initial.cylinders * deck.filament_types[initial.type].cylinder_size - END_MARGIN
    for number in range(initial.count):
        for _ in range(MOST_TRIALS):
            first = low + (high - low) * rng.random(3)
            z, azimuth = rng.uniform(-1.0, 1.0), rng.uniform(0.0, 2.0 * np.pi)
            radial = np.sqrt(1.0 - z * z)
            direction = np.array([radial * np.cos(azimuth), radial * np.sin(azimuth), z])
            ends = np.array([first, first + length * direction])
            distance = wall_distance(planes, ends).min()
            if distance > 0.0 and distance >= margin:
                yield ends
                break
        else:
            raise DeckError(
                [
                    _diagnostic(
                        deck,
                        "NUMFILAMENTS",
                        None,
                        f"no place for random filament {number + 1} of {initial.count} ({length:g} nm long) in "
                        f"{MOST_TRIALS} trials: both ends must keep BOUNDARYCUTOFF/4 = {margin:g} nm from the boundary",
                    )
                ]
            )
