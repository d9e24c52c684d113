"""Cells cut by closed membranes: values worked out by hand, sums, axes in another order, points, degenerate places."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import distorted, make_mesh, octahedron

from medyan_py.core.membrane.cutting import cut_grid
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.interior import Interior
from medyan_py.core.membrane.shapes import ellipsoid, icosphere

CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)
BOX = np.array([
    [0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4], [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6],
    [1, 3, 5], [3, 7, 5],
])  # fmt: skip


def box(low, high):
    return np.asarray(low) + CORNERS * (np.asarray(high, float) - low), BOX


def half_space(point, normal, size=50.0):
    """A cube so large that near ``point`` only the face with the outward ``normal`` shows."""
    n = np.array(normal, float) / np.linalg.norm(normal)
    u = np.cross(n, [1.0, 0, 0] if abs(n[0]) < 0.9 else [0, 1.0, 0])
    u /= np.linalg.norm(u)
    corners = (CORNERS - [0.5, 0.5, 1.0]) * size
    return np.asarray(point) + corners @ np.array([u, np.cross(n, u), n]), BOX


def grid(*counts, size=1.0):
    return [size * np.arange(n + 1) for n in counts]


def cut(surfaces, lines):
    mesh = make_mesh(*surfaces)
    return cut_grid(mesh, range(len(surfaces)), lines)


def unit_cell(surface):
    """Volume and faces x−, x+, y−, y+, z−, z+ inside of the unit cube."""
    found = cut([surface], grid(1, 1, 1))
    return found.volume.item(), [float(w.ravel()[side]) for w in found.wet for side in (0, 1)]


@pytest.mark.parametrize(
    ("point", "normal", "volume", "faces"),
    [
        ((0.5, 0.5, 0.5), (1, 1, 1), 0.5, (0.875, 0.125) * 3),
        ((0.25, 0.25, 0.25), (1, 0, 0), 0.25, (1, 0, 0.25, 0.25, 0.25, 0.25)),
        ((0.25, 0.25, 0.25), (-1, 0, 0), 0.75, (0, 1, 0.75, 0.75, 0.75, 0.75)),
        ((0.5, 0.5, 0.5), (1, 2, 3), 0.5, (2 / 3, 1 / 3, 5 / 6, 1 / 6, 1, 0)),
        ((0.5, 0.5, 0.5), (1, 1.2, 1.1), 0.5, (0.839962, 0.160038, 0.907955, 0.092045, 0.873958, 0.126042)),
        ((0.5, 0.5, 0.45), (1, 1.2, 1.1), 0.462646181, None),
        ((0.2, 0.3, 0.1), (0.5, 0.5, 0.70710678), 0.031100259, (0.145459, 0, 0.145459, 0, 0.205711, 0)),
    ],
)
def test_plane_through_the_unit_cube(point, normal, volume, faces):
    found, wet = unit_cell(half_space(point, normal))
    assert found == pytest.approx(volume, abs=1e-9)
    if faces is not None:
        assert_allclose(wet, faces, atol=6e-7)
    found, wet = unit_cell(half_space(point, -np.array(normal)))
    assert found == pytest.approx(1 - volume, abs=1e-9)
    if faces is not None:
        assert_allclose(wet, 1 - np.array(faces), atol=6e-7)


def test_random_planes_leave_fractions_between_0_and_1_that_complement_each_other():
    rng = np.random.default_rng(1)
    mesh, lines = make_mesh(half_space((0, 0, 0), (0, 0, 1))), grid(1, 1, 1)
    found = np.empty((1500, 2, 7))
    for pair in found:
        point, normal = rng.uniform(-0.2, 1.2, 3), rng.normal(size=3)
        for part, sign in zip(pair, (1, -1), strict=True):
            mesh.vertices["x"][mesh.vertices.rows] = half_space(point, sign * normal)[0]
            volume, wet = cut_grid(mesh, [0], lines)
            part[:] = volume.item(), *np.concatenate([w.ravel() for w in wet])
    assert found.min() > -1e-12 and found.max() < 1 + 1e-12
    assert_allclose(found.sum(axis=1), 1, atol=1e-11)
    assert 0.2 < ((found > 1e-9) & (found < 1 - 1e-9)).mean() < 0.9


SHAPES = {
    "sphere": lambda: moved(icosphere(3, 90.0)),
    "ellipsoid": lambda: ellipsoid((103.0, 95.0, 107.0), (90.0, 60.0, 25.0), 12.0),
    "distorted": lambda: moved(distorted(4, level=2, radius=60.0)),
    "on the planes": lambda: moved(octahedron(100.0)),
    "half outside": lambda: moved(icosphere(2, 90.0), (15.0, 190.0, 100.0)),
}


def moved(surface, by=(100.0, 100.0, 100.0)):
    return surface[0] + np.asarray(by), surface[1]


LINES = [np.linspace(0, 200, 9), np.array([0.0, 30, 50, 50, 110, 200]), np.linspace(0, 200, 5)]


@pytest.mark.parametrize("name", [n for n in SHAPES if n != "half outside"])
def test_cells_together_hold_the_whole_volume(name):
    surface = SHAPES[name]()
    found = cut([surface], LINES)
    assert found.volume.sum() == pytest.approx(Geometry(make_mesh(surface)).volume(0), rel=1e-13)
    assert found.volume.min() > -1e-7 and max(w.max() for w in found.wet) < 60 * 90 + 1e-8
    for axis, wet in enumerate(found.wet):  # nothing leaves the grid
        ends = np.moveaxis(wet, 2 - axis, 0)[[0, -1]]
        assert np.abs(ends).max() < 1e-9


@pytest.mark.parametrize("name", SHAPES)
def test_no_axis_is_special(name):
    """Volumes are summed along x; along y and z they are the same, and so are the faces."""
    x, triangles = SHAPES[name]()
    first = cut([(x, triangles)], LINES)
    for turn in (1, 2):
        other = cut([(np.roll(x, turn, axis=1), triangles)], LINES[-turn:] + LINES[:-turn])
        assert_allclose(np.transpose(other.volume, np.roll([0, 1, 2], turn)), first.volume, atol=1e-8)
        for axis in range(3):
            wet = np.transpose(other.wet[(axis + turn) % 3], np.roll([0, 1, 2], turn))
            assert_allclose(wet, first.wet[axis], atol=1e-9)


@pytest.mark.parametrize("name", SHAPES)
def test_volumes_and_faces_are_those_that_points_find(name):
    """One random point in each of 24³ parts of every cell, and of 24² parts of every face."""
    surface, rng, n = SHAPES[name](), np.random.default_rng(5), 24
    interior = Interior()
    interior.take(make_mesh(surface), [0])
    lines = grid(4, 4, 4, size=50.0)
    found = cut([surface], lines)

    def share(across=None):
        axes = [np.arange(4 * n) * 50.0 / n if axis != across else lines[axis] for axis in range(3)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        moved = [axis for axis in range(3) if axis != across]
        points[..., moved] += rng.uniform(0, 50.0 / n, (*points.shape[:3], len(moved)))
        inside = interior.inside(points.reshape(-1, 3)).reshape(points.shape[:3]).transpose(2, 1, 0)
        for along in (2 - axis for axis in moved):
            inside = inside.reshape(*inside.shape[:along], 4, n, *inside.shape[along + 1 :]).mean(axis=along + 1)
        return inside

    assert_allclose(found.volume / 50.0**3, share(), atol=6e-3)
    for axis in range(3):
        assert_allclose(found.wet[axis] / 50.0**2, share(axis), atol=2.5e-2)


def test_two_sheets_in_one_cell():
    """A slab 4 thick from wall to wall of a cell of 100, and a tube through its middle: the parts add up."""
    slab, tube = box((-50, -50, 20), (150, 150, 24)), box((45, 40, -50), (55, 60, 15))
    found = cut([slab, tube], [np.array([0.0, 100])] * 3)
    assert found.volume.item() == pytest.approx(4e4 + 10 * 20 * 15, rel=1e-12)
    assert_allclose([w.ravel() for w in found.wet], [[400, 400], [400, 400], [200, 0]], atol=1e-9)


def test_membranes_inside_another_are_left_to_who_asks():
    mesh = make_mesh(moved(icosphere(2, 90.0)), moved(icosphere(2, 40.0)))
    shape = Geometry(mesh)
    outer, both = (cut_grid(mesh, members, LINES).volume.sum() for members in ([0], [0, 1]))
    assert outer == pytest.approx(shape.volume(0), rel=1e-13)
    assert both == pytest.approx(shape.volume(0) + shape.volume(1), rel=1e-13)


def test_surfaces_on_the_planes_of_the_grid():
    """Faces, edges and corners that coincide with those of cells; a shift by far less than rounding changes nothing."""
    cube = box((1, 1, 1), (3, 2, 3))
    exact = cut([cube], grid(4, 4, 4))
    expected = np.zeros((4, 4, 4))
    expected[1:3, 1, 1:3] = 1
    assert_allclose(exact.volume, expected, atol=1e-15)
    assert exact.wet[0][1, 1, 2] == exact.wet[2][2, 1, 1] == 1 and exact.wet[0][1, 1, 0] == 0
    rng = np.random.default_rng(3)
    triangles = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
    mesh = make_mesh((np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float), triangles))
    for _ in range(600):
        x = rng.integers(0, 5, (4, 3)).astype(float)
        six = np.linalg.det(x[1:] - x[0])
        if abs(six) < 0.5:
            continue
        x = x if six > 0 else x[[0, 2, 1, 3]]
        mesh.vertices["x"][mesh.vertices.rows] = x
        found = cut_grid(mesh, [0], grid(4, 4, 4)).volume
        mesh.vertices["x"][mesh.vertices.rows] += rng.uniform(-1e-9, 1e-9, 3)
        assert found.sum() == pytest.approx(abs(six) / 6, rel=1e-12)
        assert_allclose(found, cut_grid(mesh, [0], grid(4, 4, 4)).volume, atol=1e-7)
        assert found.min() > -1e-12 and found.max() < 1 + 1e-12


def test_bad_input():
    mesh = make_mesh(distorted(1, closed=False))
    with pytest.raises(ValueError, match="open"):
        cut_grid(mesh, [0], grid(1, 1, 1))
    for line in ([0.0], [1.0, 0.0], [0.0, np.inf]):
        with pytest.raises(ValueError, match="ascend"):
            cut_grid(mesh, [], [line, [0.0, 1], [0.0, 1]])
    assert not cut_grid(mesh, [], grid(2, 2, 2)).volume.any()
