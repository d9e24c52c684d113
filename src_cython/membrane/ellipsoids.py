"""First meshes of ellipsoids; those of thin ones are as fine as their sharpest bends ask for, and nowhere finer.

A sphere's mesh stretched to a disc or a rod has few triangles where the shape is bent most, and does not see the bend.
So thin ellipsoids begin as rounder ones, which become thinner step by step and are remeshed for each step's curvature.
"""

import numpy as np

from medyan_py.core.membrane.crossings import Crossings
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.membrane.remeshing import Remesher
from medyan_py.core.membrane.shapes import check_number, ellipsoid

ROUND = 2.0  # ratio of semi-axes up to which a stretched sphere will do
STEP = 1.25  # by which axes shrink between two remeshings
EDGE = 0.3  # of the radius of curvature, as in the remeshing
RIM = 2.0  # nm, least radius of curvature of a rim: the least edge of the remeshing
TIP = 0.5  # nm, and of an end that is a point: a mesh with edges of 2 nm cuts off no more than that
MOST_TRIANGLES = 2 * 10**5  # take minutes to make
ROUNDS = 20  # of remeshing once the shape is reached, at most
FEW = 0.01  # changes per triangle: the mesh fits


def fitted_ellipsoid(centre, semi_axes, max_size):
    """Ellipsoid with axes along x, y, z, for a mesh whose edges are at most about ``max_size`` (nm).

    Returns vertices (n, 3), nm, exactly on the surface, and triangles (m, 3), which do not cross each other.

    Raises
    ------
    ValueError
        For semi-axes that are not positive, a bend too sharp for triangles, and more triangles than can be used.
    """
    semi_axes = np.asarray(semi_axes, dtype=np.float64)
    if not (semi_axes > 0).all() or semi_axes.max() <= ROUND * semi_axes.min():
        return ellipsoid(centre, semi_axes, min(max_size, EDGE * semi_axes.min()))
    with np.errstate(all="ignore"):  # numbers without any measure are refused, too
        _check_bend(semi_axes, max_size)
    x, triangles = _thinned(semi_axes, max_size)
    if Crossings(x, triangles).of_itself() is not None:
        axes = " ".join(f"{axis:g}" for axis in semi_axes)
        raise ValueError(f"no mesh with edges from {RIM:g} to {max_size:g} nm was found for semi-axes {axes} nm")
    return x + np.asarray(centre), triangles


def largest_curvature(x, semi_axes):
    """Larger principal curvature (n,), 1/nm, of an ellipsoid about the origin at places x (n, 3), nm, on it."""
    square, whole = np.square(semi_axes), np.prod(np.square(semi_axes))
    support = 1 / np.square(x / square).sum(1)  # squared distance of the tangent plane from the centre
    mean = support**1.5 * (square.sum() - np.square(x).sum(1)) / (2 * whole)
    return mean + np.sqrt(np.maximum(mean**2 - support**2 / whole, 0))


def _thinned(goal, max_size):
    axes = np.maximum(goal, goal.max() / ROUND)
    mesh = MembraneMesh(0)
    mesh.add(*ellipsoid((0, 0, 0), axes, min(max_size, EDGE * axes.min())))
    remesher = Remesher(mesh, 0, [True], max_size=max_size)
    v, t = mesh.vertices, mesh.triangles
    rounds = 0
    while rounds < ROUNDS:
        done = remesher.adapt(lambda x, axes=axes: largest_curvature(x, axes))
        ready = (axes == goal).all()
        rounds += ready
        new = np.maximum(goal, axes / np.where(axes > goal, STEP, 1))
        unit = v["x"][v.rows] / axes
        v["x"][v.rows] = new * unit / np.linalg.norm(unit, axis=1)[:, None]
        axes = new
        if ready and done <= FEW * t.count:
            break
    number = np.zeros(v.top, dtype=np.int32)
    number[v.rows] = np.arange(v.count)
    return v["x"][v.rows], number[t["corner"][t.rows]]


def _check_bend(semi_axes, max_size):
    """``ValueError`` if the end of the longest axis is too sharp for triangles, or asks for too many of them."""
    least, middle, most = np.sort(semi_axes)
    area, size = _pieces(semi_axes)
    check_number(area.sum(), max_size)
    radius, place, allowed = least**2 / most, "ends", TIP
    if middle > ROUND * least:
        place, allowed = "rim", RIM
    if not radius >= allowed:
        raise ValueError(
            f"an ellipsoid with a radius of curvature of {radius:.3g} nm at its {place} is too sharp for triangles, "
            f"allowed: at least {allowed:g} nm, that is a shortest semi-axis of at least "
            f"{np.ceil(100 * np.sqrt(allowed * most)) / 100:g} nm"
        )
    number = (area / (np.sqrt(3) / 4 * np.clip(size, RIM, max_size) ** 2)).sum()
    if number > MOST_TRIANGLES:
        raise ValueError(
            f"about {number:.2g} triangles for an ellipsoid with a radius of curvature of {radius:.3g} nm at its "
            f"{place}, allowed: at most {MOST_TRIANGLES}"
        )


def _pieces(semi_axes):
    """Area (nm²) and wanted length of edges (nm) of pieces of an ellipsoid, rings about its longest axis cut up."""
    rings, parts = 400, 200
    cosine = np.cos(np.linspace(0, np.pi, rings + 1))
    middle, angle = 0.5 * (cosine[1:] + cosine[:-1]), 2 * np.pi * (np.arange(parts) + 0.5) / parts
    h, a = (m.ravel() for m in np.meshgrid(middle, angle, indexing="ij"))
    unit = np.empty((len(h), 3))
    across = np.sqrt(1 - h**2)
    for axis, values in zip(np.argsort(-semi_axes), (h, across * np.cos(a), across * np.sin(a)), strict=True):
        unit[:, axis] = values
    solid = np.repeat(-np.diff(cosine) * 2 * np.pi / parts, parts)
    area = solid * np.prod(semi_axes) * np.linalg.norm(unit / semi_axes, axis=1)
    return area, EDGE / largest_curvature(unit * semi_axes, semi_axes)
