"""Walls of the volume, and which compartments lie inside them, by how much.

Round volumes have a vertical axis through the centre of the grid. What a compartment holds is in proportion to its
part inside the walls, and molecules pass through the wet part of its faces. Compartments with less than ``SLIVER`` of
their volume inside take no part: they would hold no molecule most of the time, and in exchange for a negligible volume
a single one in them would be at an enormous concentration. By the rules of MEDYAN 5.4 spheres and capsules cut no
compartment, and a cylinder cuts them along chords.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from medyan_py.core.mechanics.surfaces import Surfaces
from medyan_py.deck import Deck, DeckError, Diagnostic
from medyan_py.setup.volumes import (
    capsule_fractions,
    chord_fractions,
    cylinder_fractions,
    grid_boxes,
    sphere_fractions,
)

SLIVER = 1e-3  # part of a compartment below which it takes no part


class Space(NamedTuple):
    """Compartments of a grid that take part.

    Attributes
    ----------
    active : uint8 (compartments,)
    volume : float64 (compartments,)
        Part of each active compartment inside the walls, in (0, 1]; 1 for the others.
    faces : float64 (compartments, 6)
        Wet part of the faces x−, x+, y−, y+, z−, z+, in [0, 1].
    """

    active: np.ndarray
    volume: np.ndarray
    faces: np.ndarray


def wall_planes(deck: Deck) -> np.ndarray:
    """Planes of a cubic boundary, float64 (6, 6): point on the plane (nm), inward unit normal; none of a round one."""
    if deck.boundary.shape != "CUBIC":
        return np.zeros((0, 6))
    return planes_of_box((0.0, 0.0, 0.0), deck.geometry.size, deck.boundary.inset)


def planes_of_box(low, high, inset: float) -> np.ndarray:
    """Planes ``inset`` (nm) inside the faces of a box, float64 (6, 6): point (nm), inward unit normal."""
    planes = np.zeros((6, 6))
    for axis in range(3):
        for side in range(2):
            row = planes[2 * axis + side]
            row[axis] = low[axis] + inset if side == 0 else high[axis] - inset
            row[3 + axis] = 1.0 - 2.0 * side
    return planes


def wall_shape(deck: Deck) -> tuple | None:
    """The round boundary as ``Surfaces`` and ``MechanicalModel`` take it, None for a cubic one."""
    boundary, size = deck.boundary, deck.geometry.size
    if boundary.shape == "CUBIC":
        return None
    centre, radius = tuple(0.5 * length for length in size), 0.5 * boundary.diameter
    if boundary.shape == "CYLINDER":
        return ("CYLINDER", centre, radius, size[2])
    if boundary.shape == "CAPSULE" and size[2] > boundary.diameter:
        return ("CAPSULE", centre, radius, size[2] - boundary.diameter)
    return ("SPHERICAL", centre, radius)


def box_of_walls(deck, box=None) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], str]:
    """Two corners (nm) of the smallest box around the walls, and what fills it: 'CUBIC', 'SPHERICAL', ….

    Parameters
    ----------
    deck : Deck or Volume
    box : float64 (2, 3), nm, optional
        Where the faces of a cubic boundary have moved to; by default the grid.
    """
    size, shape = deck.geometry.size, wall_shape(deck)
    if shape is None:
        low, high = np.array([np.zeros(3), size]) if box is None else box
        inset = deck.boundary.inset
        return (tuple((low + inset).tolist()), tuple((high - inset).tolist())), "CUBIC"
    radius = shape[2]
    half = (radius, radius, radius if shape[0] == "SPHERICAL" else 0.5 * size[2])
    low = tuple(c - h for c, h in zip(shape[1], half, strict=True))
    high = tuple(c + h for c, h in zip(shape[1], half, strict=True))
    return (low, high), shape[0]


def walls(deck: Deck) -> Surfaces:
    """The walls of a deck, which tell distances (nm, positive inside)."""
    return Surfaces(wall_planes(deck), wall_shape(deck))


def space_of(deck: Deck) -> Space:
    """The compartments of a deck that take part at the start.

    Raises DeckError if there is none.
    """
    shape = wall_shape(deck)
    if shape is None:
        space = _full(_in_planes(deck))
    elif deck.compatibility == "medyan-5.4":
        space = _round_by_old_rules(deck, shape)
    else:
        boxes = grid_boxes(deck.geometry.shape, deck.geometry.compartment_size)
        volume, faces = round_fractions(boxes, shape)
        active = (volume >= SLIVER).astype(np.uint8)
        space = Space(active, np.where(active == 1, volume, 1.0), faces)
    if not space.active.any():
        file, line = deck.source_lines.get("BOUNDARYDIAMETER", (str(deck.system_path), None))
        message = "no compartment lies inside the boundary"
        raise DeckError([Diagnostic("error", file, line, "BOUNDARYDIAMETER", message, allowed="smaller compartments")])
    return space


def _full(active: np.ndarray) -> Space:
    return Space(active.astype(np.uint8), np.ones(len(active)), np.ones((len(active), 6)))


def _centres(deck: Deck) -> np.ndarray:
    low, high = grid_boxes(deck.geometry.shape, deck.geometry.compartment_size)
    return 0.5 * (low + high)


def _in_planes(deck: Deck) -> np.ndarray:
    """A compartment is active if, for every plane, its centre or the point half a compartment further inside lies in
    front of the plane.
    """
    size, centre = np.array(deck.geometry.compartment_size), _centres(deck)
    active = np.ones(len(centre), dtype=bool)
    for plane in wall_planes(deck):
        distance = (centre - plane[:3]) @ plane[3:]
        active &= (distance > 0) | (distance + 0.5 * abs(size @ plane[3:]) > 0)
    return active


def round_fractions(boxes: tuple[np.ndarray, np.ndarray], shape: tuple) -> tuple[np.ndarray, np.ndarray]:
    """True volume and face fractions of boxes in a round boundary, as ``wall_shape`` gives it."""
    if shape[0] == "CYLINDER":
        return cylinder_fractions(*boxes, shape[1], shape[2])
    if shape[0] == "CAPSULE":
        return capsule_fractions(*boxes, *shape[1:])
    return sphere_fractions(*boxes, shape[1], shape[2])


def _round_by_old_rules(deck: Deck, shape: tuple) -> Space:
    """Chord volumes in a cylinder; whole compartments in a sphere or capsule."""
    if shape[0] == "CYLINDER":
        boxes = grid_boxes(deck.geometry.shape, deck.geometry.compartment_size)
        volume, faces = chord_fractions(*boxes, shape[1], shape[2])
        active = volume > 0
        return Space(active.astype(np.uint8), np.where(active, volume, 1.0), faces)
    surface, centre = Surfaces(np.zeros((0, 6)), shape), _centres(deck)
    active = surface.distance(centre) > 0
    if shape[0] == "SPHERICAL":
        outward = centre - np.array(shape[1])
        length = np.linalg.norm(outward, axis=1, keepdims=True)
        inward = -outward / np.where(length > 0, length, 1.0)
        active |= surface.distance(centre + 0.5 * np.array(deck.geometry.compartment_size) * inward) > 0
    return _full(active)
