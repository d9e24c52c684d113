"""The mesh: construction, queries, rules, first shapes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import TETRAHEDRON, make_mesh, octahedron

from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.exchange import model_arrays
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.marching import marching_tetrahedra
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.membrane.shapes import ellipsoid, geodesic_sphere, icosphere, plane


def area_and_volume(x, triangles):
    a, b, c = (x[triangles[:, k]] for k in range(3))
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum(), (a * np.cross(b, c)).sum() / 6


def test_octahedron_closed_and_with_a_hole():
    x, triangles = octahedron()
    mesh = make_mesh((x, triangles))
    assert mesh.counts() == (6, 12, 8)
    assert (mesh.vertices["degree"] == 4).all() and mesh.is_closed(0) and mesh.borders() == []
    assert mesh.neighbours(4) in ([0, 2, 1, 3], [2, 1, 3, 0], [1, 3, 0, 2], [3, 0, 2, 1])
    mesh = make_mesh((x, triangles[1:]))
    mesh.check()
    assert mesh.counts() == (6, 12, 7)
    assert (mesh.vertices["degree"] == 4).all()
    (border,) = mesh.borders(0)
    assert sorted(border) == [0, 2, 4] and not mesh.is_closed(0)
    assert sorted(np.flatnonzero(mesh.vertices["border"])) == [0, 2, 4]
    assert len(mesh.neighbours(0)) == 4 and set(mesh.neighbours(0)) == {2, 3, 4, 5}


def test_border_follows_the_triangles():
    mesh = make_mesh(([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]]))
    (border,) = mesh.borders()
    assert list(np.roll(border, -list(border).index(0))) == [0, 1, 2, 3]


def test_membranes_share_tables_and_keep_their_rows():
    mesh = make_mesh(octahedron(), TETRAHEDRON, icosphere(1))
    mesh.check()
    assert mesh.membranes == 3
    assert [mesh.counts(n) for n in range(3)] == [(6, 12, 8), (4, 6, 4), (42, 120, 80)]
    assert mesh.counts() == (52, 138, 92)


@pytest.mark.parametrize(
    ("x", "triangles", "words"),
    [
        (6, [[0, 1, 2], [0, 1, 3], [1, 0, 4]], "3 triangles"),
        (5, [[0, 1, 2], [0, 3, 4]], "two fans"),
        (4, [[0, 1, 2], [0, 1, 3]], "orientation"),
        (3, [[0, 1, 2], [1, 2, 0]], "same corners"),
        (3, [[0, 1, 2], [2, 1, 0]], "same corners"),
        (4, [[0, 1, 2]], "vertex 3 belongs to no triangle"),
        (3, [[0, 1, 1]], "twice"),
        (3, [[0, 1, 3]], "outside"),
        (6, [[0, 1, 2], [3, 4, 5]], "not connected"),
        (3, np.zeros((0, 3), int), "m > 0"),
        (3, [[0.0, 1.0, 2.0]], "integers"),
    ],
)
def test_what_is_no_surface_is_refused(x, triangles, words):
    places = np.random.default_rng(1).normal(size=(x, 3))
    with pytest.raises(MeshError, match=words):
        MembraneMesh().add(places, triangles)


def test_two_tetrahedra_that_touch_at_a_vertex_are_refused():
    x, triangles = TETRAHEDRON
    other = np.where(triangles == 0, 0, triangles + 3)
    with pytest.raises(MeshError, match="two fans"):
        MembraneMesh().add(np.concatenate([x, x[1:] + np.array([3, 0, 0])]), np.concatenate([triangles, other]))


def test_flat_triangle_and_bad_numbers_are_refused():
    with pytest.raises(MeshError, match="no area"):
        MembraneMesh().add([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]])
    with pytest.raises(MeshError, match="finite"):
        MembraneMesh().add([[0, 0, 0], [1, 0, np.nan], [2, 1, 0]], [[0, 1, 2]])


def test_closed_surface_given_inside_out_is_turned():
    x, triangles = octahedron()
    mesh = MembraneMesh()
    with pytest.warns(UserWarning, match="inside out"):
        mesh.add(x, triangles[:, ::-1])
    assert Geometry(mesh).volume(0) == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda m: m.triangles["opposite"].__setitem__((0, 0), -1), "opposite"),
        (lambda m: m.vertices["degree"].__setitem__(1, 3), "degree"),
        (lambda m: m.vertices["border"].__setitem__(1, 1), "border"),
        (lambda m: m.vertices["out"].__setitem__(1, 0), "first half-edge"),
        (lambda m: m.vertices["membrane"].__setitem__(1, 5), "membranes"),
        (lambda m: m.triangles["corner"].__setitem__((3, 0), 2), "orientation|corners|twice|opposite|triangles"),
    ],
)
def test_check_finds_what_is_wrong(spoil, words):
    mesh = make_mesh(octahedron())
    mesh.check()
    spoil(mesh)
    with pytest.raises(MeshError, match=words):
        mesh.check()


def test_vacant_rows_have_no_neighbours():
    with pytest.raises(KeyError):
        make_mesh(octahedron()).neighbours(6)


def test_pinned_vertices():
    surface = plane([0, 0, 0], [0, 0, 1], [0, 0, -1], [400, 400, 2], 40)
    mesh = make_mesh(octahedron(), surface)
    for name, expected in (("none", 0), ("border1", len(mesh.borders(1)[0]))):
        arrays, vertices, triangles = model_arrays(mesh, ["border1", name])
        assert arrays["fixed"].sum() == expected
    arrays, vertices, triangles = model_arrays(mesh, ["border1", "border2"])
    near = {n for v in mesh.borders(1)[0] for n in mesh.neighbours(v)} | set(mesh.borders(1)[0].tolist())
    assert set(vertices[arrays["fixed"]].tolist()) == near
    assert_allclose(arrays["x"][arrays["triangles"]], mesh.vertices["x"][mesh.triangles["corner"][triangles]])
    for bad in (["border1"], ["border1", "all"]):
        with pytest.raises(ValueError, match="pinning"):
            model_arrays(mesh, bad)


def test_rest_areas():
    mesh = make_mesh(octahedron(100), octahedron(10))
    mesh.reset_rest_areas(0.5, 0)
    assert mesh.triangles["rest_area"][:8].sum() == pytest.approx(0.5 * 69282.0323)
    assert mesh.vertices["rest_area"][6:].sum() == pytest.approx(692.820323)
    with pytest.raises(ValueError, match="positive"):
        mesh.reset_rest_areas(0)


# --- shapes


@pytest.mark.parametrize(
    ("level", "vertices", "area", "volume"),
    [(0, 12, 0.76191779, 0.60546138), (2, 162, 0.98117818, 0.96616075), (4, 2562, 0.99880501, 0.99783917)],
)
def test_icosphere(level, vertices, area, volume):
    x, triangles = icosphere(level)
    assert (len(x), len(triangles)) == (vertices, 2 * vertices - 4)
    assert_allclose(area_and_volume(x, triangles), (area * 4 * np.pi, volume * 4 / 3 * np.pi), rtol=1e-7)


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_geodesic_sphere(parts):
    x, triangles = geodesic_sphere(parts)
    mesh = make_mesh((x, triangles))
    assert mesh.counts() == (10 * parts**2 + 2, 30 * parts**2, 20 * parts**2)
    assert_allclose(np.linalg.norm(x, axis=1), 1)


def test_ellipsoid_lies_on_the_surface_with_edges_near_the_target():
    x, triangles = ellipsoid([10, 20, 30], [800, 600, 700], 60)
    assert_allclose((((x - [10, 20, 30]) / [800, 600, 700]) ** 2).sum(1), 1)
    ends = x[triangles] - x[np.roll(triangles, 1, axis=1)]
    assert 50 < np.linalg.norm(ends, axis=2).mean() < 70
    assert make_mesh((x, triangles)).is_closed(0)


@pytest.mark.parametrize("normal", [[0, 0, 1], [0, 0, -2], [1, 1, 1], [1, -0.3, 0.2]])
def test_plane(normal):
    x, triangles = plane([240, 240, 50], normal, [0, 0, 0], [480, 480, 100], 40)
    mesh = make_mesh((x, triangles))
    normal = np.array(normal) / np.linalg.norm(normal)
    assert_allclose((x - [240, 240, 50]) @ normal, 0, atol=1e-9)
    assert_allclose(Geometry(mesh).triangle_normal, np.broadcast_to(normal, triangles.shape), atol=1e-9)
    assert len(mesh.borders()) == 1
    assert (x > -1e-9).all() and (x < np.array([480, 480, 100]) + 1e-9).all()
    if abs(normal[2]) == 1:
        assert Geometry(mesh).area(0) == pytest.approx(230400)
    ends = np.linalg.norm(x[triangles] - x[np.roll(triangles, 1, axis=1)], axis=2)
    assert ends.min() > 15 and ends.max() < 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 0, 500], [0, 0, 1], [0, 0, 0], [480, 480, 100], 40), "does not cut"),
        (([0, 0, 50], [0, 0, 0], [0, 0, 0], [480, 480, 100], 40), "zero"),
        (([0, 0, 50], [0, 0, 1], [0, 0, 0], [10, 10, 100], 40), "triangle"),
    ],
)
def test_plane_that_cannot_be_meshed(arguments, words):
    with pytest.raises(ValueError, match=words):
        plane(*arguments)


def sphere_function(radius, centre=0.0):
    return lambda p: ((p - centre) ** 2).sum(1) / radius**2 - 1


@pytest.mark.parametrize(
    ("function", "lattice", "counts", "area", "volume"),
    [
        (sphere_function(100), ([-105] * 3, 5, [42] * 3), (22394, 67176, 44784), 125532.945, 4180934.47),
        (sphere_function(800, 1500), ([660] * 3, 40, [42] * 3), (22394, 67176, 44784), 8034108.5, 2140638447),
        (lambda p: (p**2).sum(1) - 64, ([-10] * 3, 1, [20] * 3), (3518, 10548, 7032), 799.00932, 2119.50205),
        (lambda p: p[:, 2] - 50, ([10, 10, 0], 40, [12, 12, 2]), (625, 1776, 1152), 230400, 3840000),
        (
            lambda p: (np.hypot(p[:, 0], p[:, 1]) - 5) ** 2 + p[:, 2] ** 2 - 2.5**2,
            ([-10] * 3, 1, [20] * 3),
            (2224, 6672, 4448),
            483.584065,
            583.170678,
        ),
    ],
)
def test_marching_tetrahedra(function, lattice, counts, area, volume):
    x, triangles = marching_tetrahedra(function, *lattice)
    mesh = make_mesh((x, triangles))
    mesh.check()
    assert mesh.counts() == counts
    assert_allclose(area_and_volume(x, triangles), (area, volume), rtol=1e-7)
    if counts[0] == 625:
        (border,) = mesh.borders()
        assert len(border) == 96


@pytest.mark.parametrize(
    ("axes", "spacing", "vertices"),
    [((200, 100, 100), 5, 38218), pytest.param((2000, 2000, 2000), 60, 62576, marks=pytest.mark.slow)],
)
def test_marching_over_ellipsoids(axes, spacing, vertices):
    axes = np.array(axes, float)
    cubes = np.floor(2 * axes / spacing).astype(int) + 2
    found = marching_tetrahedra(lambda p: ((p / axes) ** 2).sum(1) - 1, -axes - spacing, spacing, cubes)
    assert make_mesh(found).counts() == (vertices, 3 * vertices - 6, 2 * vertices - 4)
    if spacing == 5:
        assert area_and_volume(*found)[1] == pytest.approx(8365797.56)


def test_marching_finds_nothing_where_nothing_changes_sign():
    x, triangles = marching_tetrahedra(lambda p: p[:, 0] + 1e3, [0, 0, 0], 1, [3, 3, 3])
    assert len(x) == len(triangles) == 0
