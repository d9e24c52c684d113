"""Inside and outside of closed membranes: hand-computed distances, every triangle asked, an independent library."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import distorted, equilateral, make_mesh, octahedron

from medyan_py.core.membrane.containment import containment
from medyan_py.core.membrane.crossings import Crossings
from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.interior import Interior
from medyan_py.core.membrane.shapes import ellipsoid, icosphere


def interior_of(*surfaces, members=None):
    interior = Interior()
    interior.take(make_mesh(*surfaces), range(len(surfaces)) if members is None else members)
    return interior


def test_signed_distances_from_an_octahedron():
    points = [[0, 0, 0], [150, 0, 0], [100, 100, 100], [60, 60, 0]]
    found = interior_of(octahedron(100.0)).distances(points)
    assert_allclose(found, [-57.7350269, 50, 115.470054, 14.1421356], rtol=1e-8)


def test_without_membranes_everything_is_inside():
    interior = Interior()
    assert interior.count == 0
    assert interior.inside([[1e9, 0, 0]]).all() and interior.distances([[0, 0, 0]]) == -np.inf
    interior.take(make_mesh(octahedron()), [])
    assert interior.inside([[5, 5, 5]]).all()


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_those_that_vtk_finds(seed):
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

    x, triangles = distorted(seed, level=2)
    data, points, cells = vtkPolyData(), vtkPoints(), vtkCellArray()
    points.SetData(numpy_to_vtk(x))
    for triangle in triangles.tolist():
        cells.InsertNextCell(3, triangle)
    data.SetPoints(points)
    data.SetPolys(cells)
    judge = vtkImplicitPolyDataDistance()
    judge.SetInput(data)
    asked = np.random.default_rng(seed).uniform(-150, 150, (500, 3))
    assert_allclose(interior_of((x, triangles)).distances(asked), [judge.EvaluateFunction(p) for p in asked], atol=1e-4)


def winding_number(x, triangles, point):
    """Solid angle under which a point sees a surface, over 4π (Van Oosterom & Strackee 1983)."""
    a, b, c = (x[triangles[:, k]] - point for k in range(3))
    la, lb, lc = (np.linalg.norm(r, axis=1) for r in (a, b, c))
    above = (a * np.cross(b, c)).sum(1)
    below = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
    return np.arctan2(above, below).sum() / (2 * np.pi)


def test_inside_is_where_the_winding_number_is_1():
    """An ellipsoid with a hole and a dent, and one beside it; points near the surfaces, too."""
    rng = np.random.default_rng(2)
    surfaces = [distorted(7, level=3, share=0.05), ellipsoid((300, 0, 0), (150, 40, 60), 30)]
    interior = interior_of(*surfaces)
    places = np.concatenate([x for x, _ in surfaces])
    points = np.concatenate([rng.uniform(-200, 500, (400, 3)), places[::3] + rng.normal(size=places[::3].shape)])
    expected = sum(np.array([winding_number(*s, p) for p in points]) for s in surfaces)
    assert_allclose(expected, np.round(expected), atol=1e-6)
    assert (interior.inside(points) == (expected > 0.5)).all()
    assert 50 < interior.inside(points).sum() < len(points) - 50


def test_rays_through_corners_and_edges():
    """Points at the height of corners and of edges of the mesh: the ray along x meets two or more triangles at once."""
    radius, n = 8, np.arange(-9, 10)
    points = np.stack(np.meshgrid(n, n, n), axis=-1).reshape(-1, 3).astype(float)
    measure = np.abs(points).sum(axis=1)
    clear = measure != radius
    inside = interior_of(octahedron(float(radius))).inside(points)
    assert (inside == (measure < radius))[clear].all()
    distances = interior_of(octahedron(float(radius))).distances(points)
    assert_allclose(distances[~clear], 0, atol=1e-12)
    assert ((distances < 0) == (measure < radius))[clear].all()


def test_a_membrane_that_moves_is_taken_anew():
    mesh = make_mesh(octahedron(10.0))
    interior = Interior()
    interior.take(mesh, [0])
    mesh.vertices["x"][:] += [100, 0, 0]
    assert interior.inside([[0, 0, 0]]).all()
    interior.take(mesh, [0])
    assert interior.inside([[0, 0, 0], [100, 0, 0]]).tolist() == [False, True]


def test_open_membranes_have_no_inside():
    with pytest.raises(ValueError, match="open"):
        interior_of(equilateral(4, 4, 10.0))


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_containment_does_not_depend_on_the_order(order):
    """A vesicle in a vesicle in a vesicle, one beside them, and a sheet."""
    sheet = equilateral(6, 6, 10.0)
    beside = icosphere(1, 30.0)[0] + [500, 0, 0], icosphere(1, 30.0)[1]
    surfaces = [icosphere(2, 200.0), icosphere(1, 120.0), icosphere(1, 50.0), beside, sheet]
    parents = {0: -1, 1: 0, 2: 1, 3: -1, 4: -1}
    found = containment(make_mesh(*(surfaces[n] for n in order)))
    assert {order[n]: order[p] if p >= 0 else -1 for n, p in enumerate(found)} == parents


def test_membranes_that_cross_are_refused():
    other = icosphere(2, 100.0)[0] + [120, 0, 0], icosphere(2, 100.0)[1]
    with pytest.raises(MeshError, match="0 and 1 cross"):
        containment(make_mesh(icosphere(2, 100.0), other))


# --- crossings


def slow_crossings(x, triangles):
    """Pairs (edge, triangle) without a common vertex that meet, by the signs of volumes of tetrahedra."""

    def sign(a, b, c, d):
        return np.sign(np.dot(np.cross(b - a, c - a), d - a))

    edges = {tuple(sorted((t[k], t[(k + 1) % 3]))) for t in triangles.tolist() for k in range(3)}
    for u, v in edges:
        for t in triangles.tolist():
            if u in t or v in t:
                continue
            p, q, (a, b, c) = x[u], x[v], x[t]
            if sign(a, b, c, p) != sign(a, b, c, q):
                sides = {sign(p, q, a, b), sign(p, q, b, c), sign(p, q, c, a)}
                if len(sides) == 1:
                    yield (u, v), t


@pytest.mark.parametrize("seed", range(12))
def test_crossings_are_those_of_all_pairs(seed):
    """Spheres with random dents of all depths, some cross themselves; then a second one beside or through it."""
    rng = np.random.default_rng(seed)
    x, triangles = icosphere(1, 100.0)
    x = x + rng.normal(size=x.shape) * (0, 10, 30, 60)[seed % 4]
    if seed > 5:
        y, more = icosphere(1, 60.0)
        y = y + np.array([60 + 15 * seed, 0, 0])
        x, triangles = np.concatenate([x, y]), np.concatenate([triangles, more + len(x)])
    expected = list(slow_crossings(x, triangles))
    found = Crossings(x, triangles).of_itself()
    assert (found is not None) == bool(expected)
    if found is not None:
        assert any(found[0] in edge and found[1] in triangle for edge, triangle in expected)


def test_segments_through_a_sphere():
    x, triangles = icosphere(3, 100.0)
    ends = np.random.default_rng(1).normal(size=(500, 2, 3)) * 80
    found = Crossings(x, triangles).of_segments(ends)
    out = np.linalg.norm(ends, axis=2) > 100
    sure = np.abs(np.linalg.norm(ends, axis=2) - 100).min(axis=1) > 1
    assert ((found >= 0) >= (out[:, 0] != out[:, 1]))[sure].all()
    assert (found[~out.any(axis=1) & sure] < 0).all() and (found >= 0).any()
    assert (Crossings(x, triangles[:0]).of_segments(ends) < 0).all()
    assert Crossings(x, triangles[:0]).of_itself() is None
