"""Which part of a box lies inside a curved or oblique boundary: volume and wet parts of the six faces.

A cylinder along z is exact: its cross-section is a circle cut by a rectangle. Spheres and capsules (axis along z) are
stacks of such circles; the integral over z is split where the circle passes an edge or a corner and each piece is
done by Gauss–Legendre quadrature in an angle that removes the square roots at its ends, so fractions are good to
1e-9. A plane is exact up to rounding, better than 1e-6 however flat it lies.

All functions take boxes as ``low`` and ``high`` corners, float64 (n, 3), in nm, and return

volume : float64 (n,)
    Inner part of each box, in [0, 1].
faces : float64 (n, 6)
    Wet part of its faces x−, x+, y−, y+, z−, z+, in [0, 1].

They raise ValueError for boxes without extent, sizes that are not positive and values that are not finite.
"""

from __future__ import annotations

import itertools

import numpy as np

FLAT = 1e-5  # components of a plane's normal below this part of its length are taken as zero
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def grid_boxes(shape, compartment_size) -> tuple[np.ndarray, np.ndarray]:
    """Corners (nm) of the compartments of a grid that begins at the origin, x fastest."""
    index = np.indices(tuple(shape)[::-1]).reshape(3, -1)[::-1].T
    size = np.asarray(compartment_size, dtype=float)
    return index * size, (index + 1) * size


def circle_rectangle_area(radius, x0, x1, y0, y1) -> np.ndarray:
    """Exact area common to circles about the origin and rectangles [x0, x1] × [y0, y1]; arguments broadcast."""
    radius = np.asarray(radius, dtype=float)
    scale = np.where(radius > 0, radius, 1.0)
    corners = [_corner_area(x / scale, y / scale) for x, y in ((x1, y1), (x0, y1), (x1, y0), (x0, y0))]
    area = corners[0] - corners[1] - corners[2] + corners[3]
    return np.where(radius > 0, np.maximum(area, 0.0) * radius**2, 0.0)


def cylinder_fractions(low, high, centre, radius) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and a cylinder along z about ``centre`` (x, y) or (x, y, z), without ends."""
    low, high = _boxes(low, high, (*_finite(centre, "centre")[:2], 0.0))
    radius = _positive(radius, "radius")
    size = high - low
    volume = _disc(np.full(len(low), radius), low, high) / (size[:, 0] * size[:, 1])
    faces = np.empty((len(low), 6))
    for side, corner in enumerate((low, high)):
        faces[:, side] = _chord(radius, corner[:, 0], low[:, 1], high[:, 1]) / size[:, 1]
        faces[:, 2 + side] = _chord(radius, corner[:, 1], low[:, 0], high[:, 0]) / size[:, 0]
        faces[:, 4 + side] = volume
    return _unit(volume), _unit(faces)


def chord_fractions(low, high, centre, radius) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and a cylinder along z whose arc in each box is replaced by its chord, as in MEDYAN 5.4.

    A box with no corner inside has no volume; faces that the circle does not cut count as wet altogether.
    """
    low, high = _boxes(low, high, (*_finite(centre, "centre")[:2], 0.0))
    radius = _positive(radius, "radius")
    volume, faces = np.zeros(len(low)), np.ones((len(low), 6))
    columns, of_column = np.unique(np.hstack([low[:, :2], high[:, :2]]), axis=0, return_inverse=True)
    for number, (x0, y0, x1, y1) in enumerate(columns):
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        polygon, wet = _chord_polygon(corners, radius)
        rows = np.flatnonzero(of_column.reshape(-1) == number)
        volume[rows] = _polygon_area(polygon) / ((x1 - x0) * (y1 - y0))
        for face, part in zip((2, 1, 3, 0), wet, strict=True):
            faces[rows, face] = part
        faces[rows, 4] = faces[rows, 5] = volume[rows]
    return _unit(volume), _unit(faces)


def box_fractions(low, high, corner, opposite) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and a box between ``corner`` and ``opposite`` (nm)."""
    low, high = _boxes(low, high, _finite(corner, "corner"))
    size, extent = high - low, _finite(opposite, "opposite") - _finite(corner, "corner")
    part = np.clip(np.minimum(high, extent) - np.maximum(low, 0.0), 0.0, None) / size
    faces = np.empty((len(low), 6))
    for axis, side in itertools.product(range(3), range(2)):
        at = (low, high)[side][:, axis]
        others = part[:, [a for a in range(3) if a != axis]].prod(axis=1)
        faces[:, 2 * axis + side] = np.where((at >= 0.0) & (at <= extent[axis]), others, 0.0)
    return _unit(part.prod(axis=1)), _unit(faces)


def sphere_fractions(low, high, centre, radius) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and a sphere about ``centre`` (x, y, z)."""
    return capsule_fractions(low, high, centre, radius, 0.0)


def capsule_fractions(low, high, centre, radius, length) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and a capsule about ``centre``: a cylinder of ``length`` (nm, ≥ 0) along z with half-spheres as ends."""
    low, high = _boxes(low, high, _finite(centre, "centre"))
    radius = _positive(radius, "radius")
    length = float(_finite(length, "length"))
    if length < 0:
        raise ValueError(f"the length of a capsule must not be negative, got {length}")
    corners = np.stack([np.where(pick, high, low) for pick in itertools.product((False, True), repeat=3)])
    nearest = np.clip(0.0, low, high)
    far_outside = _capsule_distance(nearest, length) >= radius
    inside = (_capsule_distance(corners, length) <= radius).all(axis=0)  # a capsule is convex
    volume, faces = inside.astype(float), np.repeat(inside.astype(float)[:, None], 6, axis=1)
    cut = np.flatnonzero(~inside & ~far_outside)
    for start in range(0, len(cut), 500):
        part = cut[start : start + 500]
        volume[part], faces[part] = _capsule_cut(low[part], high[part], radius, length)
    return volume, faces


def plane_fractions(low, high, point, normal) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and the half-space in front of a plane: (x − ``point``)·``normal`` > 0."""
    low, high = _boxes(low, high, _finite(point, "point"))
    normal = _finite(normal, "normal")
    if not np.linalg.norm(normal) > 0:
        raise ValueError("the normal of a plane must not be zero")
    # the box becomes the cube around the origin with side 1: n·x > −d there
    n = normal[None, :] * (high - low)
    d = 0.5 * (low + high) @ normal
    scale = np.linalg.norm(n, axis=1)
    n, d = n / scale[:, None], d / scale
    faces = np.empty((len(low), 6))
    for axis, side in itertools.product(range(3), range(2)):
        others = [a for a in range(3) if a != axis]
        faces[:, 2 * axis + side] = _half_space(n[:, others], d + (side - 0.5) * n[:, axis])
    return _half_space(n, d), faces


# ---------------------------------------------------------------------- arguments


def _finite(value, what: str) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be numbers, got {value!r}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite, got {value!r}")
    return array


def _positive(value, what: str) -> float:
    number = float(_finite(value, what))
    if number <= 0:
        raise ValueError(f"{what} must be positive, got {value!r}")
    return number


def _boxes(low, high, origin):
    low, high = _finite(low, "low"), _finite(high, "high")
    if low.ndim != 2 or low.shape[1] != 3 or low.shape != high.shape or np.shape(origin) != (3,):
        raise ValueError(f"boxes need corners (n, 3) and a centre (3,), got {low.shape}, {high.shape}")
    if not (high > low).all():
        raise ValueError("boxes must have their high corner above the low one on every axis")
    return low - np.asarray(origin), high - np.asarray(origin)


def _unit(fraction):
    return np.clip(fraction, 0.0, 1.0)


# ---------------------------------------------------------------------- circles


def _corner_area(x, y):
    """Area of the unit disc with coordinates below (x, y)."""
    x, y = np.clip(x, -1.0, 1.0), np.clip(y, -1.0, 1.0)
    x, y = np.broadcast_arrays(x, y)
    b = np.sqrt(1.0 - y * y)
    middle = np.clip(x, -b, b)
    area = _half_disc(middle) - _half_disc(-b) + y * (middle + b)
    sides = 2.0 * (_half_disc(np.minimum(x, -b)) - _half_disc(-1.0))
    sides = sides + 2.0 * (_half_disc(np.maximum(x, b)) - _half_disc(b))
    return area + np.where(y > 0, sides, 0.0)


def _half_disc(x):
    """Integral of √(1 − x²)."""
    return 0.5 * (x * np.sqrt(np.maximum(0.0, 1.0 - x * x)) + np.arcsin(x))


def _chord(radius, across, start, end):
    """Length of [start, end] inside the circle, on the line at distance ``across`` from its centre."""
    half = np.sqrt(np.maximum(0.0, radius**2 - across**2))
    return np.maximum(0.0, np.minimum(end, half) - np.maximum(start, -half))


def _disc(radius, low, high):
    return circle_rectangle_area(radius, low[..., 0], high[..., 0], low[..., 1], high[..., 1])


def _chord_polygon(corners, radius):
    """Corners inside the circle and its crossings with the sides between an inner and an outer one; the inner part of
    each side, 1 if it is not crossed.
    """
    distance = np.linalg.norm(corners, axis=1)
    inside = distance < radius
    polygon, wet = [], []
    for i, start in enumerate(corners):
        end = corners[(i + 1) % 4]
        if inside[i]:
            polygon.append(start)
        part = 1.0
        if inside[i] != inside[(i + 1) % 4]:
            step = end - start
            a, b, c = step @ step, start @ step, start @ start - radius**2
            root = np.sqrt(max(0.0, b * b - a * c))
            crossing = np.clip((-b + root if inside[i] else -b - root) / a, 0.0, 1.0)
            polygon.append(start + crossing * step)
            part = crossing if inside[i] else 1.0 - crossing
        wet.append(part)
    return np.array(polygon).reshape(-1, 2), wet


def _polygon_area(points):
    x, y = points.T
    return 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) if len(points) > 2 else 0.0


# ---------------------------------------------------------------------- capsules


def _capsule_distance(points, length):
    """Distance from the axis segment of the capsule."""
    beyond = np.maximum(np.abs(points[..., 2]) - 0.5 * length, 0.0)
    return np.sqrt(points[..., 0] ** 2 + points[..., 1] ** 2 + beyond**2)


def _profile(z, radius, length):
    """Radius of the capsule's cross-section at height z, 0 beyond its ends."""
    beyond = np.maximum(np.abs(z) - 0.5 * length, 0.0)
    return np.sqrt(np.maximum(0.0, radius**2 - beyond**2))


def _heights(low, high, radius, length):
    """Quadrature nodes and weights over the height of every box, (n, pieces · nodes)."""
    edge = np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], axis=1)
    corner = np.sqrt(edge[:, [0, 0, 1, 1]] ** 2 + edge[:, [2, 3, 2, 3]] ** 2)
    reach = np.concatenate([np.abs(edge), corner, np.zeros((len(low), 1))], axis=1)
    event = 0.5 * length + np.sqrt(np.maximum(0.0, radius**2 - reach**2))
    plain = np.full((len(low), 1), 0.5 * length)
    events = np.concatenate([event, -event, plain, -plain, low[:, 2:], high[:, 2:]], axis=1)
    knots = np.sort(np.clip(events, low[:, 2:], high[:, 2:]), axis=1)
    middle, half = 0.5 * (knots[:, 1:] + knots[:, :-1]), 0.5 * (knots[:, 1:] - knots[:, :-1])
    angle = 0.5 * np.pi * (_NODES + 1.0)  # z = middle − half cos(angle)
    z = middle[:, :, None] - half[:, :, None] * np.cos(angle)
    weight = half[:, :, None] * np.sin(angle) * (0.5 * np.pi * _WEIGHTS)
    return z.reshape(len(low), -1), weight.reshape(len(low), -1)


def _capsule_cut(low, high, radius, length):
    size = high - low
    z, weight = _heights(low, high, radius, length)
    rho = _profile(z, radius, length)
    a, b = low[:, None, :], high[:, None, :]
    volume = (weight * _disc(rho, a, b)).sum(axis=1) / size.prod(axis=1)
    faces = np.empty((len(low), 6))
    for side, corner in enumerate((a, b)):
        x_face = _chord(rho, corner[..., 0], a[..., 1], b[..., 1])
        y_face = _chord(rho, corner[..., 1], a[..., 0], b[..., 0])
        faces[:, side] = (weight * x_face).sum(axis=1) / (size[:, 1] * size[:, 2])
        faces[:, 2 + side] = (weight * y_face).sum(axis=1) / (size[:, 0] * size[:, 2])
        at = (low, high)[side][:, 2]
        faces[:, 4 + side] = _disc(_profile(at, radius, length), low, high) / (size[:, 0] * size[:, 1])
    return _unit(volume), _unit(faces)


# ---------------------------------------------------------------------- planes


def _half_space(n, d):
    """Part of the cube (or square) of side 1 around the origin where n·x + d > 0; n (m, k), d (m,).

    The volume of a cube in front of a plane is an alternating sum over its corners (Barrow & Smith 1979, Am Math Mon
    86:129); a component that is nearly zero has no corners of its own.
    """
    n, d = np.abs(n), np.asarray(d, dtype=float)
    result = np.empty(len(d))
    tilted = n > FLAT
    for pattern in np.unique(tilted, axis=0):
        rows = np.flatnonzero((tilted == pattern).all(axis=1))
        result[rows] = _corner_sum(n[rows][:, pattern], d[rows])
    return _unit(result)


def _corner_sum(n, d):
    k = n.shape[1]
    if k == 0:
        return 0.5 * (1.0 + np.sign(d))
    total = np.zeros(len(d))
    for corner in itertools.product((0, 1), repeat=k):
        height = d + 0.5 * n.sum(axis=1) - n @ np.array(corner, dtype=float)
        total += (-1) ** sum(corner) * np.maximum(height, 0.0) ** k
    factorial = (1, 2, 6)[k - 1]
    return total / (factorial * n.prod(axis=1))
