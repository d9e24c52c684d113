"""Grid and boundary."""

from __future__ import annotations

import numpy as np

from medyan_py.deck import Deck


def wall_planes(deck: Deck) -> np.ndarray:
    """Planes of a cubic boundary, float64 (6, 6): point on the plane (nm), inward unit normal."""
    planes = np.zeros((6, 6))
    for axis, length in enumerate(deck.geometry.size):
        for side in range(2):
            row = planes[2 * axis + side]
            row[axis] = deck.boundary.inset if side == 0 else length - deck.boundary.inset
            row[3 + axis] = 1.0 - 2.0 * side
    return planes


def wall_distance(planes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance (nm) of points (n, 3) to the nearest plane, float64 (n,), positive inside."""
    return np.min(((points[:, None, :] - planes[None, :, :3]) * planes[None, :, 3:]).sum(axis=2), axis=1)


def active_compartments(deck: Deck) -> np.ndarray:
    """Which compartments take part, uint8 (compartments,).

    A compartment is active if, for every plane, its centre or the point half a compartment further inside lies in
    front of the plane.
    """
    shape, size = deck.geometry.shape, np.array(deck.geometry.compartment_size)
    index = np.indices(shape[::-1]).reshape(3, -1)[::-1].T
    centre = (index + 0.5) * size
    active = np.ones(len(centre), dtype=bool)
    for plane in wall_planes(deck):
        distance = (centre - plane[:3]) @ plane[3:]
        active &= (distance > 0) | (distance + 0.5 * abs(size @ plane[3:]) > 0)
    return active.astype(np.uint8)
