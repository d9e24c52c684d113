"""Shapes of initial filaments: beads, and how many monomers each cylinder holds, from the points of a deck."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

CURVE_SAMPLES = 4001
BULGE_FAR, BULGE_NEAR = 300.0, 100.0  # nm; how far the control points of an arc lie off the straight line
LEAST_MONOMERS = 2  # of a filament: its two ends


class Shape(NamedTuple):
    """A filament to be created.

    Attributes
    ----------
    beads : float64 (n + 1, 3), nm
        Minus end first.
    monomers : int64 (n,) or None
        Of each cylinder, which is at rest with their length; None: all cylinders are full, and at rest as they are.
    """

    beads: np.ndarray
    monomers: np.ndarray | None


class Sizes(NamedTuple):
    """A filament type: length of a full cylinder and of a monomer (nm), monomers of a full cylinder."""

    cylinder: float
    monomer: float
    monomers: int


def filament_shape(
    points: np.ndarray,
    sizes: Sizes,
    projection: str,
    centre: np.ndarray,
    *,
    old_rules: bool = False,
    cylinders: int | None = None,
) -> Shape:
    """The filament through or from the given points.

    'STRAIGHT': full cylinders from the first point towards the second; as many as fit their distance best, at least
    one, when there are two points, and m − 1 otherwise. The last bead is in general not the last point.

    'ZIGZAG': the same number of full cylinders, in turn in the direction u of the two points and in (−u_y, u_x, u_z),
    or (u_x, −u_z, u_y) if u is vertical.

    'ARC': along the cubic Bézier curve from the first to the second point that bulges away from `centre`, the middle of
    the grid (nm).

    'PREDEFINED': along the given points. If all cylinders between them are full within half a monomer, but for the
    first and the last one, which may be shorter, the beads are the points. Otherwise, and for 'ARC', the curve is cut
    into full cylinders from its minus end on, and the rest of it, in whole monomers, is the last one.

    Parameters
    ----------
    points : float64 (m, 3), nm
    old_rules : bool
        As MEDYAN 5.4: every cylinder holds the monomers of a full one, whatever its length; the segments of a zigzag
        grow; the control points of an arc come in the other order, so that it doubles back; as many cylinders along an
        arc as along the straight line.
    cylinders : int, optional
        How many, instead of as many as fit; for the shapes with full cylinders, and all with `old_rules`.

    Raises
    ------
    ValueError
        For another projection, and curves too short for a filament.
    """
    points = np.asarray(points, dtype=np.float64)
    step = points[1] - points[0]
    distance = math.hypot(*step)
    if cylinders is None:
        cylinders = len(points) - 1 if len(points) > 2 else max(1, math.floor(distance / sizes.cylinder + 0.5))
    if projection == "STRAIGHT":
        return Shape(points[0] + np.arange(cylinders + 1)[:, None] * (sizes.cylinder / distance) * step, None)
    if projection == "ZIGZAG":
        return Shape(_zigzag(points[0], step / distance, cylinders, sizes.cylinder, old_rules), None)
    if projection == "PREDEFINED":
        if old_rules:
            return Shape(points.copy(), None)
        monomers = _as_given(points, sizes)
        return _resampled(points, sizes) if monomers is None else Shape(points.copy(), monomers)
    if projection != "ARC":
        raise ValueError(f"no beads for projection {projection!r}")
    curve = _arc(points[0], points[1], np.asarray(centre, dtype=np.float64), old_rules)
    return Shape(_spaced(curve, cylinders), None) if old_rules else _resampled(curve, sizes)


def _zigzag(start: np.ndarray, u: np.ndarray, n: int, length: float, old_rules: bool) -> np.ndarray:
    w = np.array([-u[1], u[0], u[2]])
    if old_rules:
        i = np.arange(n + 1)[:, None]
        return start + i * length * np.where(i % 2 == 0, u, w)
    if math.hypot(u[0], u[1]) < 1e-6:
        w = np.array([u[0], -u[2], u[1]])
    steps = np.where(np.arange(n)[:, None] % 2 == 0, u, w)
    return start + length * np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])


def _arc(first: np.ndarray, last: np.ndarray, centre: np.ndarray, old_rules: bool) -> np.ndarray:
    """Points of the curve, evenly spaced in its parameter."""
    near = 0.75 * first + 0.25 * last + BULGE_NEAR * _unit(first - centre)
    far = 0.5 * (first + last) + BULGE_FAR * _unit(last - centre)
    if old_rules:
        near, far = far, near
    t = np.linspace(0.0, 1.0, CURVE_SAMPLES)[:, None]
    return (1 - t) ** 3 * first + 3 * t * (1 - t) ** 2 * near + 3 * t**2 * (1 - t) * far + t**3 * last


def _unit(v: np.ndarray) -> np.ndarray:
    length = math.hypot(*v)
    return v / length if length > 0 else np.zeros(3)


def _spaced(curve: np.ndarray, n: int) -> np.ndarray:
    """n + 1 of the points of a curve: the first, those where an n-th of its length has passed, or a little more, since
    the one before, and the last."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    taken = [0]
    while len(taken) < n and taken[-1] < len(curve) - 1:
        taken.append(int(np.searchsorted(along, along[taken[-1]] + along[-1] / n)))
    if taken[-1] >= len(curve) - 1:  # what is too much has added up to a whole cylinder
        taken = np.searchsorted(along, np.arange(n) * along[-1] / n)
    return curve[[*taken, -1]]


def _as_given(points: np.ndarray, sizes: Sizes) -> np.ndarray | None:
    """Monomers of the cylinders between points, None if an inner one is not full or an outer one too long."""
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    full = sizes.monomers * sizes.monomer
    if (lengths > full + 0.5 * sizes.monomer).any() or (lengths[1:-1] < full - 0.5 * sizes.monomer).any():
        return None
    monomers = np.clip(np.floor(lengths / sizes.monomer + 0.5), 0, sizes.monomers).astype(np.int64)
    monomers[1:-1] = sizes.monomers
    _check_length(int(monomers.sum()), lengths.sum(), sizes)
    return monomers if (monomers >= 1).all() else None


def _resampled(curve: np.ndarray, sizes: Sizes) -> Shape:
    """Beads on a curve one full cylinder apart, and the rest of it in whole monomers."""
    full = sizes.monomers * sizes.monomer
    beads, segment, at = [curve[0]], 0, 0.0
    while (found := _next_bead(curve, segment, at, beads[-1], full)) is not None:
        segment, at = found
        beads.append(curve[segment] + at * (curve[segment + 1] - curve[segment]))
    monomers = [sizes.monomers] * (len(beads) - 1)
    rest = curve[-1] - beads[-1]
    left = math.floor(math.hypot(*rest) / sizes.monomer + 0.5)
    if left:
        left = min(left, sizes.monomers)
        beads.append(beads[-1] + left * sizes.monomer * _unit(rest))
        monomers.append(left)
    _check_length(sum(monomers), np.linalg.norm(np.diff(curve, axis=0), axis=1).sum(), sizes)
    return Shape(np.array(beads), np.array(monomers))


def _next_bead(curve: np.ndarray, segment: int, at: float, bead: np.ndarray, length: float):
    """Segment and place on it (0 … 1) of the first point of a curve at a distance from a bead, or None."""
    for i in range(segment, len(curve) - 1):
        a, b = curve[i] - bead, curve[i + 1] - curve[i]
        if math.hypot(*(a + b)) < length:
            continue
        # |a + s b| = length, the larger root: the curve leaves the sphere around the bead here
        p, q = a @ b, b @ b
        s = (-p + math.sqrt(max(p * p - q * (a @ a - length * length), 0.0))) / q
        if i > segment or s >= at:
            return i, min(s, 1.0)
    return None


def _check_length(monomers: int, length: float, sizes: Sizes) -> None:
    if monomers < LEAST_MONOMERS:
        raise ValueError(f"{length:.6g} nm are too short for a filament, which has at least {LEAST_MONOMERS} monomers")
