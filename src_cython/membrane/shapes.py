"""First meshes: spheres and ellipsoids from an icosahedron, planes from equilateral triangles."""

import numpy as np

MOST_TRIANGLES = 10**6
UNEVEN = 0.05  # of an edge: a mesh as even as an icosahedron keeps vesicles in saddles between shapes


def icosahedron():
    """Vertices (12, 3) on the unit sphere and triangles (20, 3)."""
    golden = (1 + 5**0.5) / 2
    x = np.array([(a, b * golden, 0) for a in (-1, 1) for b in (-1, 1)])
    x = np.concatenate([x, np.roll(x, 1, axis=1), np.roll(x, 2, axis=1)]) / np.hypot(1, golden)
    from scipy.spatial import ConvexHull

    triangles = ConvexHull(x).simplices
    a, b, c = (x[triangles[:, k]] for k in range(3))
    inward = (np.cross(b - a, c - a) * a).sum(1) < 0
    triangles[inward] = triangles[inward, ::-1]
    return x, triangles.astype(np.int32)


def subdivide(x, triangles, parts):
    """Cut every triangle into ``parts``² equal ones; corners keep their numbers, common edges stay common."""
    if parts < 1:
        raise ValueError(f"parts: {parts}, must be at least 1")
    steps = [(i, j) for i in range(parts + 1) for j in range(parts + 1 - i)]
    weights = np.array([(parts - i - j, i, j) for i, j in steps])
    number = {step: n for n, step in enumerate(steps)}
    points = np.einsum("nk,tkd->tnd", weights / parts, x[triangles])
    keys = _keys(triangles, weights)
    flat = keys.reshape(-1, keys.shape[-1])
    order = np.lexsort((*flat.T, (flat[:, 1] >= 0).astype(int)))  # corners of the old triangles first
    sorted_keys = flat[order]
    fresh = np.r_[True, (sorted_keys[1:] != sorted_keys[:-1]).any(1)]
    vertex = np.empty(len(flat), dtype=np.int64)
    vertex[order] = np.cumsum(fresh) - 1
    small = [(number[i, j], number[i + 1, j], number[i, j + 1]) for i, j in steps if i + j < parts]
    small += [(number[i + 1, j], number[i + 1, j + 1], number[i, j + 1]) for i, j in steps if i + j < parts - 1]
    cut = vertex.reshape(len(triangles), -1)[:, small].reshape(-1, 3)
    return points.reshape(-1, 3)[order[fresh]], cut.astype(np.int32)


def _keys(triangles, weights):
    """Names of points that are equal exactly for the same point of two triangles: corners with weights, sorted."""
    corner = np.where(weights[None] > 0, triangles[:, None, :].astype(np.int64), -1)
    weight = np.broadcast_to(weights[None], corner.shape)
    order = np.argsort(-corner, axis=2, kind="stable")
    sorted_corner = np.take_along_axis(corner, order, 2)
    sorted_weight = np.where(sorted_corner >= 0, np.take_along_axis(weight, order, 2), 0)
    return np.concatenate([sorted_corner, sorted_weight], axis=2)[:, :, [0, 1, 2, 3, 4, 5]]


def icosphere(levels, radius=1.0):
    """Icosahedron whose edges are halved ``levels`` times, each time with the vertices put on the sphere.

    Returns vertices (10·4ⁿ + 2, 3), nm, and triangles (20·4ⁿ, 3).
    """
    x, triangles = icosahedron()
    for _ in range(levels):
        x, triangles = subdivide(x, triangles, 2)
        x /= np.linalg.norm(x, axis=1)[:, None]
    return radius * x, triangles


def geodesic_sphere(parts):
    """Unit sphere: icosahedron with edges cut into any number of parts, (10 parts² + 2, 3) vertices and triangles.

    The points are spread so that their distances differ little: barycentric coordinates are angles along the edges.
    """
    x, triangles = icosahedron()
    x, triangles = subdivide(x, triangles, parts)
    return x / np.linalg.norm(x, axis=1)[:, None], triangles


def ellipsoid(centre, semi_axes, edge):
    """Ellipsoid with axes along x, y, z whose edges are about ``edge`` long (nm), never fewer than 42 vertices.

    Vertices are a little uneven, always in the same way. Returns vertices (n, 3), nm, exactly on the surface, and
    triangles (m, 3).
    """
    semi_axes = np.asarray(semi_axes, dtype=np.float64)
    if not ((semi_axes > 0).all() and edge > 0):
        raise ValueError(f"semi-axes {semi_axes.tolist()} and edge {edge} must be positive")
    products = [(semi_axes[i] * semi_axes[j]) ** 1.6075 for i, j in ((0, 1), (0, 2), (1, 2))]
    area = 4 * np.pi * (sum(products) / 3) ** (1 / 1.6075)  # Thomsen's approximation, good to 1 %
    check_number(area, edge)
    parts = max(2, round(np.sqrt(area / (20 * np.sqrt(3) / 4 * edge**2))))
    x, triangles = geodesic_sphere(parts)
    x += UNEVEN / parts * np.random.default_rng(0).normal(size=x.shape)
    x /= np.linalg.norm(x, axis=1)[:, None]
    return np.asarray(centre) + x * semi_axes, triangles


def check_number(area, edge):
    """``ValueError`` for more triangles than any computation could use."""
    triangles = area / (np.sqrt(3) / 4 * edge**2)
    if not triangles <= MOST_TRIANGLES:
        raise ValueError(f"{triangles:.3g} triangles with edges of {edge:.3g} nm, allowed: at most {MOST_TRIANGLES}")


def plane(point, normal, origin, size, edge):
    """Flat patch: the plane through ``point`` with ``normal``, where it lies in the box from ``origin`` of ``size``.

    Equilateral triangles with edges of about ``edge`` (nm) inside, evenly spaced vertices along the border.
    Returns vertices (n, 3), nm, and triangles (m, 3), counter-clockwise seen from where the normal points.

    Raises
    ------
    ValueError
        If the plane does not cut the box, the normal is zero, or the cut is smaller than a triangle.
    """
    from scipy.spatial import Delaunay

    normal = np.asarray(normal, dtype=np.float64)
    if not np.linalg.norm(normal) > 0:
        raise ValueError("the normal of a plane cannot be zero")
    normal = normal / np.linalg.norm(normal)
    point = np.asarray(point, dtype=np.float64)
    u, v = _axes_in_plane(normal)
    polygon = _cut_box(point, normal, u, v, np.asarray(origin, dtype=np.float64), np.asarray(size, dtype=np.float64))
    sides = np.roll(polygon, -1, axis=0) - polygon
    lengths = np.linalg.norm(sides, axis=1)
    polygon, sides, lengths = polygon[lengths > 1e-6], sides[lengths > 1e-6], lengths[lengths > 1e-6]
    if len(polygon) < 3 or abs(_cross(polygon, np.roll(polygon, -1, axis=0)).sum()) / 2 < edge**2 / 2:
        raise ValueError("the plane does not cut the box in an area of at least a triangle")
    check_number(abs(_cross(polygon, np.roll(polygon, -1, axis=0)).sum()) / 2 + edge * lengths.sum(), edge)
    border = [
        corner + side * (np.arange(n) / n)[:, None]
        for corner, side, n in zip(polygon, sides, np.maximum(1, np.round(lengths / edge).astype(int)), strict=True)
    ]
    inner = _lattice(polygon, sides / lengths[:, None], edge)
    flat = np.concatenate([*border, inner])
    triangles = Delaunay(flat).simplices
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    twice = _cross(b - a, c - a)
    triangles, twice = triangles[np.abs(twice) > 1e-9 * edge**2], twice[np.abs(twice) > 1e-9 * edge**2]
    triangles[twice < 0] = triangles[twice < 0, ::-1]
    return point + flat @ np.array([u, v]), triangles.astype(np.int32)


def _cross(a, b):
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _axes_in_plane(normal):
    """Two unit vectors that form a right-handed system with the normal."""
    least = np.eye(3)[np.argmin(np.abs(normal))]
    u = np.cross(least, normal)
    u /= np.linalg.norm(u)
    return u, np.cross(normal, u)


def _cut_box(point, normal, u, v, origin, size):
    """Corners of the polygon plane ∩ box in coordinates of (u, v) about ``point``, counter-clockwise."""
    corners = origin + size * np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    height = (corners - point) @ normal
    found = [corners[n] for n in range(8) if height[n] == 0]
    for a in range(8):
        for bit in (1, 2, 4):
            b = a | bit
            if b != a and height[a] * height[b] < 0:
                found.append(corners[a] + (corners[b] - corners[a]) * height[a] / (height[a] - height[b]))
    if len(found) < 3:
        raise ValueError("the plane does not cut the box")
    flat = (np.array(found) - point) @ np.array([u, v]).T
    middle = flat - flat.mean(axis=0)
    return flat[np.argsort(np.arctan2(middle[:, 1], middle[:, 0]))]


def _lattice(polygon, directions, edge):
    """Points of an equilateral lattice along the first side that lie well inside a convex polygon."""
    along = directions[np.argmax(np.linalg.norm(np.roll(polygon, -1, axis=0) - polygon, axis=1))]
    across = np.array([-along[1], along[0]])
    middle = polygon.mean(axis=0)
    n = int(np.ceil(2 * np.linalg.norm(polygon - middle, axis=1).max() / edge)) + 2
    i, j = np.meshgrid(np.arange(-n, n + 1), np.arange(-n, n + 1), indexing="ij")
    points = middle + edge * ((i + 0.5 * (j % 2)).ravel()[:, None] * along + (0.75**0.5 * j).ravel()[:, None] * across)
    inside = np.ones(len(points), dtype=bool)
    for corner, direction in zip(polygon, directions, strict=True):
        inside &= _cross(direction, points - corner) > 0.55 * edge
    return points[inside]
