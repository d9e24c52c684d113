"""Surface of an implicit function by marching tetrahedra: every lattice cube is cut into six around a diagonal."""

import numpy as np

_MIDDLE = ((1, 3), (3, 2), (2, 6), (6, 4), (4, 5), (5, 1))  # corners between 0 and 7; bits are (x, y, z)
_NEAR = 1e-5  # least relative distance of a vertex from a lattice point


def marching_tetrahedra(function, origin, spacing, cubes):
    """Triangulate where a function changes sign.

    Parameters
    ----------
    function : callable
        Takes points (n, 3), nm, and returns (n,), negative inside; 0 counts as outside.
    origin : (3,) float, nm
    spacing : float, nm
        Side of the cubes of the lattice.
    cubes : (3,) int

    Returns
    -------
    x : (n, 3) float64, nm
    triangles : (m, 3) int32
        Counter-clockwise seen from the positive side. Empty where the function does not change sign.
    """
    shape = np.asarray(cubes, dtype=np.int64) + 1
    lattice = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1).reshape(-1, 3)
    points = np.asarray(origin) + spacing * lattice
    value = np.asarray(function(points), dtype=np.float64)
    outside = value >= 0
    base = np.arange(len(points)).reshape(shape)[:-1, :-1, :-1].ravel()
    corner = np.array([(c & 1) * shape[1] * shape[2] + (c >> 1 & 1) * shape[2] + (c >> 2 & 1) for c in range(8)])
    mixed = outside[base[:, None] + corner]
    base = base[mixed.any(1) & ~mixed.all(1)]
    cuts = []
    for middle in _MIDDLE:
        corners = [0, *middle, 7]
        tetrahedra = base[:, None] + corner[corners]
        pattern = outside[tetrahedra] @ np.array([1, 2, 4, 8])
        place = np.array([(c & 1, c >> 1 & 1, c >> 2 & 1) for c in corners], dtype=np.float64)
        for code in range(1, 15):
            own = tetrahedra[pattern == code]
            cuts += [own[:, triangle].reshape(-1, 3, 2) for triangle in _triangles(code, place)]
    cut = np.sort(np.concatenate(cuts), axis=2)
    if not len(cut):
        return np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32)
    edges, vertex = np.unique(cut[..., 0] * len(points) + cut[..., 1], return_inverse=True)
    a, b = np.divmod(edges, len(points))
    s = np.clip(value[a] / (value[a] - value[b]), _NEAR, 1 - _NEAR)[:, None]
    return points[a] * (1 - s) + points[b] * s, vertex.reshape(-1, 3).astype(np.int32)


def _triangles(code, place):
    """Triangles of a tetrahedron whose corners with a bit in ``code`` are outside: three cut edges (corner pairs) each.

    They are turned so that the outside corners lie on their positive side.
    """
    positive = [k for k in range(4) if code >> k & 1]
    negative = [k for k in range(4) if not code >> k & 1]
    cut = [(p, n) for p in positive for n in negative]
    rings = [cut] if len(cut) == 3 else [[cut[0], cut[1], cut[3]], [cut[0], cut[3], cut[2]]]
    outward = place[positive].mean(axis=0) - place[negative].mean(axis=0)
    found = []
    for ring in rings:
        a, b, c = (place[list(pair)].mean(axis=0) for pair in ring)
        found.append(ring if np.cross(b - a, c - a) @ outward > 0 else ring[::-1])
    return found
