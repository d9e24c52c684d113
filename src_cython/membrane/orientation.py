"""Which triangle lies on the other side of an edge, and whether triangles form an oriented surface at all."""

import numpy as np

from medyan_py.core.membrane.errors import MeshError


def pair_half_edges(vertices, triangles, connected=True):
    """Opposite of every half-edge, int64 (m, 3), −1 at borders. Half-edge 3 t + k leads from corner k to the next one.

    Parameters
    ----------
    vertices : int
    triangles : (m, 3) int
    connected : bool
        Whether more than one connected part is an error.

    Raises
    ------
    MeshError
        For an index out of range, a triangle with a repeated corner, two triangles with the same corners, an edge of
        more than two triangles, neighbours of unequal orientation, a vertex in no triangle, a vertex where two borders
        or two fans of triangles meet, and parts that are not connected.
    """
    triangles = np.asarray(triangles, dtype=np.int64)
    if triangles.size and not (triangles.min() >= 0 and triangles.max() < vertices):
        raise MeshError(f"triangles name vertices outside 0 … {vertices - 1}")
    start, end = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    if (start == end).any():
        raise MeshError(f"triangle {np.flatnonzero(start == end)[0] // 3} names a vertex twice")
    corners, same = np.unique(np.sort(triangles, axis=1), axis=0, return_inverse=True)
    if len(corners) < len(triangles):
        first = np.flatnonzero(np.bincount(same.ravel()) > 1)[0]
        raise MeshError(f"two triangles have the same corners {tuple(corners[first].tolist())}")
    _check_edges(start, end, vertices)
    opposite = opposites(triangles, vertices).ravel()
    unused = np.setdiff1d(np.arange(vertices), start)
    if len(unused):
        raise MeshError(f"vertex {unused[0]} belongs to no triangle")
    _check_fans(vertices, start, opposite)
    if connected:
        _check_connected(triangles, opposite)
    return opposite.reshape(-1, 3)


def _check_edges(start, end, vertices):
    low, high = np.minimum(start, end), np.maximum(start, end)
    edges, count = np.unique(low * vertices + high, return_counts=True)
    if (count > 2).any():
        a, b = divmod(int(edges[count > 2][0]), vertices)
        raise MeshError(f"edge {a}–{b} belongs to {count[count > 2][0]} triangles")
    directed, count = np.unique(start * vertices + end, return_counts=True)
    if (count > 1).any():
        a, b = divmod(int(directed[count > 1][0]), vertices)
        raise MeshError(f"the two triangles of edge {a}–{b} have unequal orientation")


def opposites(triangles, vertices):
    """Opposite of every half-edge, int64 (m, 3), −1 at borders, of triangles known to form oriented surfaces."""
    start = np.asarray(triangles, dtype=np.int64).ravel()
    end = np.roll(triangles, -1, axis=1).ravel().astype(np.int64)
    order = np.argsort(start * vertices + end)
    keys = (start * vertices + end)[order]
    reverse = end * vertices + start
    at = np.minimum(np.searchsorted(keys, reverse), len(keys) - 1)
    return np.where(keys[at] == reverse, order[at], -1).reshape(-1, 3) if len(keys) else np.zeros((0, 3), np.int64)


def _check_fans(vertices, start, opposite):
    """Every vertex has one fan: half-edges that start there form one chain or one ring of the map "next around"."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    half_edge = np.arange(len(start))
    around = opposite[half_edge - half_edge % 3 + (half_edge + 2) % 3]  # opposite of the one before
    joined = around >= 0
    graph = coo_matrix((np.ones(joined.sum()), (half_edge[joined], around[joined])), shape=(len(start),) * 2)
    parts, label = connected_components(graph, directed=False)
    if parts > vertices:
        fans = np.unique(start * parts + label) // parts
        shared = np.flatnonzero(np.bincount(fans, minlength=vertices) > 1)[0]
        raise MeshError(f"vertex {shared} joins two fans of triangles that share no edge there")


def _check_connected(triangles, opposite):
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    own = np.repeat(np.arange(len(triangles)), 3)
    joined = opposite >= 0
    graph = coo_matrix((np.ones(joined.sum()), (own[joined], opposite[joined] // 3)), shape=(len(triangles),) * 2)
    parts, _ = connected_components(graph, directed=False)
    if parts > 1:
        raise MeshError(f"the triangles form {parts} parts that are not connected")


def signed_volume(x, triangles):
    """Volume (nm³) enclosed by a closed surface, positive when its triangles are counter-clockwise from outside."""
    x = x - x.mean(axis=0)
    a, b, c = (x[triangles[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)
