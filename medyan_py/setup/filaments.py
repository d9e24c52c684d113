"""The filaments a simulation starts with: those of the filament file, then random ones."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.deck import Deck, DeckError, Diagnostic, filament_beads
from medyan_py.setup.space import wall_distance, wall_planes

MOST_TRIALS = 100_000
END_MARGIN = 0.01  # nm by which the tested filament is shorter than the one created


def place_filaments(deck: Deck, chemistry: FilamentChemistry, rng: np.random.Generator) -> None:
    """Create the initial filaments.

    Raises DeckError if random filaments find no place.
    """
    predefined = deck.initial.projection == "PREDEFINED"
    for line in deck.initial.file_filaments:
        kind = deck.filament_types[line.type]
        beads = filament_beads(line.points, kind.cylinder_size, deck.initial.projection)
        rest_length = kind.monomers_per_cylinder * kind.monomer_size if predefined else None
        chemistry.add_filament(line.type, beads, rest_length)
    kind = deck.filament_types[deck.initial.type]
    for ends in _random_filaments(deck, rng):
        chemistry.add_filament(deck.initial.type, filament_beads(ends, kind.cylinder_size, "STRAIGHT"))


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
            file, line = deck.source_lines.get("NUMFILAMENTS", (str(deck.system_path), None))
            message = f"no place for random filament {number + 1} of {initial.count} in {MOST_TRIALS} trials"
            allowed = (
                f"{length:g} nm filaments with both ends at least {margin:g} nm (BOUNDARYCUTOFF/4) from the boundary"
            )
            raise DeckError([Diagnostic("error", file, line, "NUMFILAMENTS", message, allowed=allowed)])
