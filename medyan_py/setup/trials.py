"""What placing things at random has in common."""

from __future__ import annotations

import numpy as np

from medyan_py.deck import Deck, Sizes

MOST_TRIALS = 100_000


def creation_box(deck: Deck) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner (nm) of the box (FILCREATIONBOUNDS) for the first ends of random filaments, and bubbles."""
    size, bounds = np.array(deck.geometry.size), deck.initial.creation_bounds
    return np.array(bounds[:3]) * size, np.array(bounds[3:]) * size


def sizes_of(deck: Deck, filament_type: int) -> Sizes:
    """Sizes of a filament type as shapes need them."""
    kind = deck.filament_types[filament_type]
    return Sizes(kind.cylinder_size, kind.monomer_size, kind.monomers_per_cylinder)
