"""The bubbles a simulation starts with, and the filaments attached to them."""

from __future__ import annotations

import numpy as np

from medyan_py.bubbles import BubbleState
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.membrane.interior import Interior
from medyan_py.deck import Anchor, Deck, DeckError, Diagnostic, filament_shape
from medyan_py.setup.space import walls
from medyan_py.setup.trials import MOST_TRIALS, creation_box, sizes_of

OLD_MARGIN = 0.01  # nm by which MEDYAN 5.4 makes attached filaments shorter
REACH = 50.0  # nm; attached filaments of a dump begin so near to the surface of their bubble


def place_bubbles(deck: Deck, state: BubbleState, rng: np.random.Generator) -> None:
    """Bubbles of the file, random ones inside the boundary, organising centres, probes.

    Raises DeckError if random bubbles find no place.
    """
    for line in deck.bubbles.from_file:
        state.add(line.type, line.centre)
    if deck.bubbles.count:
        low, high = creation_box(deck)
        boundary, radius = walls(deck), deck.bubbles.types[deck.bubbles.type].radius
        for number in range(deck.bubbles.count):
            state.add(deck.bubbles.type, _random_centre(deck, number, low, high, boundary, radius, rng))
    for anchor in deck.bubbles.anchors:
        state.add(anchor.bubble_type, anchor.centre, anchor)
    if deck.initial.dump is not None and deck.initial.dump.bubbles is not None:
        state.x[:] = deck.initial.dump.bubbles


def _random_centre(deck: Deck, number: int, low, high, boundary, radius: float, rng) -> np.ndarray:
    for _ in range(MOST_TRIALS):
        centre = low + (high - low) * rng.random(3)
        if boundary.distance(centre[None])[0] > radius:
            return centre
    file, line = deck.source_lines["NUMBUBBLES"]
    message = f"no place for random bubble {number + 1} of {deck.bubbles.count} in {MOST_TRIALS} trials"
    allowed = f"bubbles of radius {radius:g} nm inside the boundary"
    raise DeckError([Diagnostic("error", file, line, "NUMBUBBLES", message, allowed=allowed)])


def attach_filaments(deck: Deck, chemistry: FilamentChemistry, state: BubbleState, rng: np.random.Generator) -> None:
    """Create the filaments of organising centres and probes, their minus ends on the surface of the bubble.

    They are straight, radial and full, and their directions are uniform in the solid angle of the deck's window. By the
    rules of MEDYAN 5.4 the elevation is uniform instead, the filaments follow the arc of that program, and n ≥ 2
    cylinders are n − 1 longer ones.

    Raises DeckError if a filament finds no place inside the boundary.
    """
    first = len(state) - len(deck.bubbles.anchors)
    boundary = walls(deck)
    for number, anchor in enumerate(deck.bubbles.anchors):
        bubble = first + number
        for _ in range(anchor.filaments):
            shape = _attached(deck, anchor, state.x[bubble], state.radius[bubble], boundary, chemistry.interior, rng)
            row = chemistry.add_filament(anchor.filament_type, shape.beads)
            chemistry.filaments.table["anchor"][row] = bubble


def attach_dumped(deck: Deck, chemistry: FilamentChemistry, state: BubbleState) -> None:
    """Attach filaments that come from a dump, which does not tell which ones are.

    Each organising centre or probe gets as many as the deck says: those of its type whose minus ends are nearest to the
    surface of its bubble. A daughter of a branch is never attached.

    Raises DeckError if not enough minus ends are within 50 nm of the surface.
    """
    filaments = chemistry.filaments
    order = filaments.ordered()
    rows, minus_ends = order["filament"], filaments.beads["x"][order["bead"][order["start"][:-1]]]
    free = filaments.table["brancher"][rows] < 0
    first = len(state) - len(deck.bubbles.anchors)
    for bubble, anchor in enumerate(deck.bubbles.anchors, first):
        distance = np.abs(np.linalg.norm(minus_ends - state.x[bubble], axis=1) - state.radius[bubble])
        able = np.flatnonzero(free & (filaments.table["type"][rows] == anchor.filament_type) & (distance <= REACH))
        if len(able) < anchor.filaments:
            centre = " ".join(f"{x:g}" for x in state.x[bubble])
            message = (
                f"{len(able)} filaments of {deck.initial.dump.file} begin within {REACH:g} nm of the surface of the "
                f"bubble at {centre}, and {anchor.filaments} are attached to it; set bubble-coord to where it was, or "
                "num-filaments to how many were left"
            )
            raise DeckError([Diagnostic("error", str(deck.system_path), anchor.line, f"init-{anchor.kind}", message)])
        chosen = able[np.argsort(distance[able], kind="stable")][: anchor.filaments]
        filaments.table["anchor"][rows[chosen]] = bubble
        free[chosen] = False


def _attached(deck: Deck, anchor: Anchor, centre, radius: float, boundary, interior: Interior, rng):
    """Shape of one attached filament; its plus end lies inside the boundary, below the plane of a probe, and inside
    closed membranes if the bubble does.
    """
    sizes = sizes_of(deck, anchor.filament_type)
    middle = 0.5 * np.array(deck.geometry.size)
    old_rules = deck.compatibility == "medyan-5.4"
    for _ in range(MOST_TRIALS):
        direction = _direction(anchor, old_rules, rng)
        start = centre + radius * direction
        if old_rules:
            return _old_shape(deck, anchor, centre, start, direction, sizes, middle)
        end = start + anchor.cylinders * sizes.cylinder * direction
        below = anchor.kind == "mtoc" or direction[2] <= 1e-9
        held = interior.inside([centre, end])
        if below and held[0] == held[1] and boundary.distance(end[None])[0] > 0.0:
            return filament_shape([start, end], sizes, "STRAIGHT", middle, cylinders=anchor.cylinders)
    keyword = f"init-{anchor.kind}"
    message = f"no direction in which an attached filament ends inside the boundary in {MOST_TRIALS} trials"
    allowed = "shorter filaments, another window of angles or place of the bubble"
    if anchor.kind == "afm":
        allowed += "; filaments of a probe point downwards"
    file = str(deck.system_path)
    raise DeckError([Diagnostic("error", file, anchor.line, keyword, message, allowed=allowed)])


def _direction(anchor: Anchor, old_rules: bool, rng) -> np.ndarray:
    azimuth = 2.0 * np.pi * rng.uniform(*anchor.theta)
    low, high = (np.pi * phi - 0.5 * np.pi for phi in anchor.phi)
    height = np.sin(rng.uniform(low, high)) if old_rules else rng.uniform(np.sin(low), np.sin(high))
    radial = np.sqrt(max(0.0, 1.0 - height * height))
    return np.array([radial * np.cos(azimuth), height, radial * np.sin(azimuth)])


def _old_shape(deck: Deck, anchor: Anchor, centre, start, direction, sizes, middle):
    if anchor.kind == "mtoc" and deck.boundary.shape == "CYLINDER":
        start = np.array([start[0], start[1], centre[2]])
        direction = (start - centre) / np.linalg.norm(start - centre)
    length = anchor.cylinders * sizes.cylinder - OLD_MARGIN
    n = max(1, int(length / sizes.cylinder))
    return filament_shape([start, start + length * direction], sizes, "ARC", middle, old_rules=True, cylinders=n)
