"""Numbers that describe a membrane: anything with ``vertices`` (n, 3), nm, ``triangles`` (m, 3), counter-clockwise seen
from outside, and ``borders``, which are empty if it is closed.
"""

from typing import Any

import numpy as np


def surface_area(membrane: Any) -> float:
    """Area, nm²."""
    return 0.5 * float(np.linalg.norm(_twice_areas(membrane), axis=1).sum())


def enclosed_volume(membrane: Any) -> float:
    """Volume inside, nm³; NaN where the membrane has a border."""
    if len(membrane.borders):
        return np.nan
    corners = _corners(membrane)
    corners = corners - corners.reshape(-1, 3).mean(axis=0)
    return float(np.einsum("ij,ij", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))) / 6.0


def reduced_volume(membrane: Any) -> float:
    """Volume ÷ that of a sphere of the same area: 1 for a sphere, less for other shapes; NaN if there is a border."""
    return 6.0 * np.sqrt(np.pi) * enclosed_volume(membrane) / surface_area(membrane) ** 1.5


def mean_curvature(membrane: Any) -> float:
    """Mean curvature (c₁ + c₂)/2 averaged over the area, 1/nm, positive for a sphere.

    Its integral is half the sum over inner edges of length × angle between the normals at both sides, which is exact
    for polyhedra (Steiner).
    """
    triangles, points = np.asarray(membrane.triangles), np.asarray(membrane.vertices)
    normals = _twice_areas(membrane)
    normals = normals / np.linalg.norm(normals, axis=1)[:, None]
    starts, ends = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    place = np.lexsort((np.maximum(starts, ends), np.minimum(starts, ends)))
    first, second = place[:-1], place[1:]
    paired = (starts[first] == ends[second]) & (ends[first] == starts[second])
    first, second = first[paired], second[paired]
    edge = points[ends[first]] - points[starts[first]]
    length = np.linalg.norm(edge, axis=1)
    one, other = normals[first // 3], normals[second // 3]
    sine = np.einsum("ij,ij->i", np.cross(one, other), edge) / length
    angle = np.arctan2(sine, np.einsum("ij,ij->i", one, other))
    return float(0.5 * (length * angle).sum() / surface_area(membrane))


def _corners(membrane: Any) -> np.ndarray:
    return np.asarray(membrane.vertices, dtype=np.float64)[np.asarray(membrane.triangles)]


def _twice_areas(membrane: Any) -> np.ndarray:
    """(m, 3) normals of the triangles as long as twice their areas."""
    corners = _corners(membrane)
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
