"""The filaments a simulation starts with: those of the filament file, then random ones."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.deck import Deck, DeckError, Diagnostic, filament_beads
from medyan_py.setup.membranes import Membranes
from medyan_py.setup.space import walls

MOST_TRIALS = 100_000
STEEPEST = 0.34  # largest cosine between a filament along the wall of a cylinder and the radius, seen from above
END_MARGIN = 0.01  # nm by which the tested filament is shorter than the one created


def place_filaments(
    deck: Deck, chemistry: FilamentChemistry, rng: np.random.Generator, membranes: Membranes | None = None
) -> None:
    """Create the initial filaments, random ones inside the closed membranes.

    Raises DeckError if random filaments find no place.
    """
    predefined = deck.initial.projection == "PREDEFINED"
    for line in deck.initial.file_filaments:
        kind = deck.filament_types[line.type]
        beads = filament_beads(line.points, kind.cylinder_size, deck.initial.projection)
        rest_length = kind.monomers_per_cylinder * kind.monomer_size if predefined else None
        chemistry.add_filament(line.type, beads, rest_length)
    kind = deck.filament_types[deck.initial.type]
    for ends in _random_filaments(deck, rng, membranes):
        chemistry.add_filament(deck.initial.type, filament_beads(ends, kind.cylinder_size, "STRAIGHT"))


def _fits_cylinder(deck: Deck, ends: np.ndarray) -> bool:
    """What a deck asks of random filaments in a cylinder: along its wall, both ends near its wall."""
    initial = deck.initial
    from_axis = ends[:, :2] - 0.5 * np.array(deck.geometry.size[:2])
    if initial.along_wall:
        middle, step = from_axis.mean(axis=0), from_axis[1] - from_axis[0]
        if abs(middle @ step) > STEEPEST * np.linalg.norm(middle) * np.linalg.norm(step):
            return False
    if initial.rings:
        gap = 0.5 * deck.boundary.diameter - np.linalg.norm(from_axis, axis=1)
        return bool((gap <= deck.geometry.size[0] / 8).all())
    return True


def _random_filaments(deck: Deck, rng: np.random.Generator, membranes: Membranes | None):
    """End points (2, 3) of the random filaments: uniform first point and direction, both ends away from the walls."""
    initial = deck.initial
    size = np.array(deck.geometry.size)
    low, high = np.array(initial.creation_bounds[:3]) * size, np.array(initial.creation_bounds[3:]) * size
    boundary, margin = walls(deck), deck.boundary.cutoff / 4
    length = initial.cylinders * deck.filament_types[initial.type].cylinder_size - END_MARGIN
    for number in range(initial.count):
        for _ in range(MOST_TRIALS):
            first = low + (high - low) * rng.random(3)
            z, azimuth = rng.uniform(-1.0, 1.0), rng.uniform(0.0, 2.0 * np.pi)
            radial = np.sqrt(1.0 - z * z)
            direction = np.array([radial * np.cos(azimuth), radial * np.sin(azimuth), z])
            ends = np.array([first, first + length * direction])
            distance = boundary.distance(ends).min()
            if distance <= 0.0 or distance < margin or not _fits_cylinder(deck, ends):
                continue
            if membranes is None or membranes.inside(ends).all():
                yield ends
                break
        else:
            file, line = deck.source_lines.get("NUMFILAMENTS", (str(deck.system_path), None))
            message = f"no place for random filament {number + 1} of {initial.count} in {MOST_TRIALS} trials"
            allowed = (
                f"{length:g} nm filaments with both ends at least {margin:g} nm (BOUNDARYCUTOFF/4) from the boundary"
            )
            if initial.along_wall or initial.rings:
                allowed += ", placed as restrict-cylinder-boundary-angle and form-rings say"
            if membranes is not None:
                allowed += ", and inside the closed membranes"
            raise DeckError([Diagnostic("error", file, line, "NUMFILAMENTS", message, allowed=allowed)])
