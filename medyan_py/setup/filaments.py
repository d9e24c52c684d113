"""The filaments a simulation starts with: those of the filament file, then random ones."""

from __future__ import annotations

import numpy as np

from medyan_py.bubbles import BubbleState
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.membrane.interior import Interior
from medyan_py.deck import Deck, DeckError, Diagnostic, filament_shape
from medyan_py.deck.possible import file_of_filaments
from medyan_py.setup.membranes import Membranes
from medyan_py.setup.space import walls
from medyan_py.setup.trials import MOST_TRIALS, creation_box, sizes_of

STEEPEST = 0.34  # largest cosine between a filament along the wall of a cylinder and the radius, seen from above
END_MARGIN = 0.01  # nm by which the tested filament is shorter than the one created


def place_filaments(
    deck: Deck,
    chemistry: FilamentChemistry,
    bubbles: BubbleState,
    rng: np.random.Generator,
    membranes: Membranes | None = None,
) -> list[Diagnostic]:
    """Create the initial filaments, random ones inside the closed membranes; returns what was noticed.

    Raises DeckError if random filaments find no place, and for filaments of a file that pass through a membrane which
    repels them.
    """
    middle = 0.5 * np.array(deck.geometry.size)
    old_rules = deck.compatibility == "medyan-5.4"
    noticed = []
    for line in deck.initial.file_filaments:
        sizes = sizes_of(deck, line.type)
        shape = filament_shape(line.points, sizes, deck.initial.projection, middle, old_rules=old_rules)
        if membranes is not None and deck.membranes.bead_repulsion:
            _check_pierced(deck, line, membranes.pierced(np.stack([shape.beads[:-1], shape.beads[1:]], axis=1)))
        if chemistry.interior.count and not chemistry.interior.inside(shape.beads).any():
            message = "lies outside the closed membranes, which hold all molecules inside"
            noticed.append(Diagnostic("warning", file_of_filaments(deck), line.line, "FILAMENT", message))
        chemistry.add_filament(line.type, shape.beads, monomers=shape.monomers)
    for shape in _random_filaments(deck, bubbles, rng, chemistry.interior):
        chemistry.add_filament(deck.initial.type, shape.beads, monomers=shape.monomers)
    return noticed


def _check_pierced(deck: Deck, line, pierced: np.ndarray) -> None:
    if (pierced >= 0).any():
        cylinder = int(np.flatnonzero(pierced >= 0)[0])
        message = f"cylinder {cylinder} passes through membrane {pierced[cylinder]}, which repels filaments"
        raise DeckError([Diagnostic("error", file_of_filaments(deck), line.line, "FILAMENT", message)])


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


def _random_filaments(deck: Deck, bubbles: BubbleState, rng: np.random.Generator, interior: Interior):
    """Shapes of the random filaments: uniform first point and direction, both ends away from the walls, outside all
    bubbles and below probes. A bent filament lies inside the boundary with all its beads.
    """
    initial = deck.initial
    low, high = creation_box(deck)
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
            if not (distance > 0.0 and distance >= margin and _fits_cylinder(deck, ends)) or bubbles.blocks(ends):
                continue
            shape = _random_shape(deck, ends)
            if not interior.inside(shape.beads).all():
                continue
            if initial.projection in ("STRAIGHT", "PREDEFINED") or boundary.distance(shape.beads).min() > 0.0:
                yield shape
                break
        else:
            file, line = deck.source_lines.get("NUMFILAMENTS", (str(deck.system_path), None))
            message = f"no place for random filament {number + 1} of {initial.count} in {MOST_TRIALS} trials"
            allowed = (
                f"{length:g} nm filaments with both ends at least {margin:g} nm (BOUNDARYCUTOFF/4) from the boundary"
            )
            if initial.along_wall or initial.rings:
                allowed += ", placed as restrict-cylinder-boundary-angle and form-rings say"
            if interior.count:
                allowed += ", and inside the closed membranes"
            raise DeckError([Diagnostic("error", file, line, "NUMFILAMENTS", message, allowed=allowed)])


def _random_shape(deck: Deck, ends: np.ndarray):
    initial = deck.initial
    sizes = sizes_of(deck, initial.type)
    projection = "STRAIGHT" if initial.projection == "PREDEFINED" else initial.projection
    return filament_shape(
        ends,
        sizes,
        projection,
        0.5 * np.array(deck.geometry.size),
        old_rules=deck.compatibility == "medyan-5.4",
        cylinders=initial.cylinders,
    )
