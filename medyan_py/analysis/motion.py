"""How filaments and molecules move and how long they last, from several frames."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import minimize

from medyan_py.analysis.graph import nearest_filaments


def mean_square_displacement(frames: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Mean square displacement of the filaments' centres (mean of their beads).

    Parameters
    ----------
    frames : sequence of frames, in order of time; intervals must be equal

    Returns
    -------
    lags : float64 (n − 1,), s
    msd : float64 (n − 1,), nm²
        Mean over filaments present at both times and over all origins of time.

    Raises ValueError when the frames are not equally spaced in time, a last shorter interval left out.
    """
    times = np.array([frame.time for frame in frames])
    steps = np.diff(times)
    if len(steps) > 1 and not np.isclose(steps[-1], steps[0], rtol=1e-6):
        frames, times, steps = frames[:-1], times[:-1], steps[:-1]
    if len(steps) == 0 or not np.allclose(steps, steps[0], rtol=1e-6):
        raise ValueError("mean square displacement needs at least two frames that are equally spaced in time")
    centres = [_centres(frame.filaments) for frame in frames]
    msd = np.full(len(steps), np.nan)
    for lag in range(1, len(frames)):
        squares = [
            np.sum((after[number] - place) ** 2)
            for before, after in zip(centres, centres[lag:], strict=False)
            for number, place in before.items()
            if number in after
        ]
        if squares:
            msd[lag - 1] = np.mean(squares)
    return times[1:] - times[0], msd


def squared_displacement(before: Any, after: Any) -> float:
    """Mean square displacement (nm²) of the centres of the filaments that are in both frames; NaN without any."""
    old, new = _centres(before.filaments), _centres(after.filaments)
    squares = [np.sum((new[number] - place) ** 2) for number, place in old.items() if number in new]
    return float(np.mean(squares)) if squares else float("nan")


def motor_velocities(before: Any, after: Any) -> np.ndarray:
    """Velocity (nm/s) of the legs of the motors that are in both frames along their filaments, float64 (n, 2).

    Positive towards the plus end. The place of a leg is its distance from the minus end along the filament, so that
    growth there counts as well. NaN for a leg that is on another filament, or on none.
    """
    elapsed = after.time - before.time
    if not elapsed > 0:
        raise ValueError(f"the second frame must be later, not at {after.time} s after {before.time} s")
    both = np.intersect1d(before.motors.ids, after.motors.ids)
    (old, old_place), (new, new_place) = (_legs(frame, both) for frame in (before, after))
    return np.where((old == new) & (old >= 0), (new_place - old_place) / elapsed, np.nan)


def _legs(frame: Any, motors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ids of the filaments of the legs of motors, −1 for none, and places along them (nm); (n, 2) each."""
    filaments, ids = frame.filaments, np.asarray(frame.motors.ids)
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids[order], motors)]
    points = np.asarray(frame.motors.coords, dtype=np.float64)[rows].reshape(-1, 3)
    owner = nearest_filaments(filaments, points)
    places = np.full(len(points), np.nan)
    for i, f in enumerate(owner.tolist()):
        if f >= 0:
            places[i] = _place_along(filaments.beads[filaments.start[f] : filaments.start[f + 1]], points[i])
    owned = np.where(owner >= 0, np.asarray(filaments.ids)[owner] if len(filaments.ids) else -1, -1)
    return owned.reshape(-1, 2), places.reshape(-1, 2)


def _place_along(beads: np.ndarray, point: np.ndarray) -> float:
    steps = np.diff(beads, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    along = np.clip(((point - beads[:-1]) * steps).sum(axis=1) / np.maximum(lengths**2, 1e-12), 0.0, 1.0)
    nearest = np.argmin(np.linalg.norm(beads[:-1] + along[:, None] * steps - point, axis=1))
    return float(lengths[:nearest].sum() + along[nearest] * lengths[nearest])


def _centres(filaments: Any) -> dict[int, np.ndarray]:
    start, beads = np.asarray(filaments.start), np.asarray(filaments.beads)
    return {int(n): beads[start[f] : start[f + 1]].mean(axis=0) for f, n in enumerate(filaments.ids)}


def contractile_velocity(before: Any, after: Any) -> float:
    """Mean velocity (nm/s) of cylinder mid points towards the centre of all beads of the earlier frame.

    Cylinders are matched by filament and place from the minus end; where filaments gained or lost cylinders at their
    minus end since, as the later frame tells, places are shifted accordingly. NaN when no cylinder is in both, and for
    frames of traj.h5, which do not tell that.
    """
    elapsed = after.time - before.time
    if not elapsed > 0:
        raise ValueError(f"the second frame must be later, not at {after.time} s after {before.time} s")
    if not getattr(after.filaments, "gains_known", True):
        return float("nan")
    centre = np.asarray(before.filaments.beads).mean(axis=0) if len(before.filaments.beads) else None
    old, new = _middles(before.filaments), _middles(after.filaments)
    shift = dict(zip(after.filaments.ids.tolist(), np.asarray(after.filaments.delta_minus).tolist(), strict=True))
    speeds = []
    for number, middles in old.items():
        for c, middle in enumerate(middles):
            place = c + shift.get(number, 0)
            if number not in new or not 0 <= place < len(new[number]):
                continue
            towards = centre - middle
            distance = np.linalg.norm(towards)
            if distance > 0:
                speeds.append((new[number][place] - middle) @ towards / distance / elapsed)
    return float(np.mean(speeds)) if speeds else float("nan")


def _middles(filaments: Any) -> dict[int, np.ndarray]:
    start, beads = np.asarray(filaments.start), np.asarray(filaments.beads)
    pieces = (beads[a:b] for a, b in pairwise(start))
    return {int(n): 0.5 * (b[1:] + b[:-1]) for n, b in zip(filaments.ids, pieces, strict=True)}


def lifetimes(frames: Sequence[Any], kind: str) -> tuple[np.ndarray, np.ndarray]:
    """How long linkers or motors were seen.

    Parameters
    ----------
    frames : sequence of frames, in order of time
    kind : {'linkers', 'motors', 'branchers'}

    Returns
    -------
    seen : float64 (n,), s
        Time from the first to the last frame that has the object, one per id.
    whole : bool (n,)
        Whether it was neither in the first nor in the last frame of all; the lifetimes of the others are cut off.
        Lifetimes shorter than the interval between frames are missed.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for i, frame in enumerate(frames):
        for number in getattr(frame, kind).ids.tolist():
            first.setdefault(number, i)
            last[number] = i
    times = np.array([frame.time for frame in frames])
    begin = np.array([first[n] for n in sorted(first)], dtype=int)
    end = np.array([last[n] for n in sorted(first)], dtype=int)
    return times[end] - times[begin] if len(begin) else np.zeros(0), (begin > 0) & (end < len(times) - 1)


def enclosing_sphere(filaments: Any) -> tuple[np.ndarray, float]:
    """Centre (nm) and radius (nm) of the smallest sphere around all ends of filaments; NaN without filaments."""
    beads, start = np.asarray(filaments.beads, dtype=np.float64), np.asarray(filaments.start)
    if len(start) < 2:
        return np.full(3, np.nan), float("nan")
    ends = beads[np.concatenate([start[:-1], start[1:] - 1])]
    scale = np.ptp(ends, axis=0).max() or 1.0
    # smallest r with |ends − c|² ≤ r²: convex, so that a local minimum is the one
    guess = ends.mean(axis=0)
    start_radius = np.linalg.norm(ends - guess, axis=1).max()
    found = minimize(
        lambda p: p[3],
        np.append(guess / scale, start_radius / scale),
        jac=lambda p: np.array([0.0, 0.0, 0.0, 1.0]),
        constraints={
            "type": "ineq",
            "fun": lambda p: p[3] ** 2 - np.sum((ends / scale - p[:3]) ** 2, axis=1),
            "jac": lambda p: np.column_stack([2 * (ends / scale - p[:3]), np.full(len(ends), 2 * p[3])]),
        },
        method="SLSQP",
    )
    centre = found.x[:3] * scale
    return centre, float(np.linalg.norm(ends - centre, axis=1).max())


def density_map(filaments: Any, shape: tuple[int, int, int], size: tuple[float, float, float]) -> np.ndarray:
    """Length of filaments (nm) in each compartment, by the mid points of cylinders: float64 ``shape``.

    Parameters
    ----------
    shape : number of compartments along x, y, z
    size : edges of a compartment, nm
    """
    beads, start = np.asarray(filaments.beads, dtype=np.float64), np.asarray(filaments.start)
    first = np.delete(np.arange(len(beads)), start[1:] - 1) if len(start) > 1 else np.zeros(0, dtype=int)
    middles, lengths = 0.5 * (beads[first] + beads[first + 1]), np.linalg.norm(beads[first + 1] - beads[first], axis=1)
    place = np.clip((middles / np.asarray(size)).astype(int), 0, np.asarray(shape) - 1)
    total = np.zeros(shape)
    np.add.at(total, tuple(place.T), lengths)
    return total
