"""Areas, curvatures and what they add up to."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import POLICIES, TETRAHEDRON, distorted, equilateral, make_mesh, octahedron

from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.shapes import icosphere


def test_triangle():
    mesh = make_mesh(([[0, 0, 0], [3, 0, 0], [0, 4, 0]], [[0, 1, 2]]))
    shape = Geometry(mesh)
    assert_allclose(shape.triangle_area, 6)
    assert_allclose(shape.area_gradient, [[-2, -1.5, 0], [2, 0, 0], [0, 1.5, 0]], atol=1e-12)
    # of the angles at corners 2, 0 and 1, which lie opposite to half-edges 0, 1 and 2
    assert_allclose(shape.cotangent, [[4 / 3, 0, 0.75]], atol=1e-12)
    assert_allclose(shape.angle_sum.sum(), np.pi)
    assert_allclose(shape.mixed_area, [3, 1.5, 1.5])
    for policy in POLICIES:
        assert np.isnan(shape.mean_curvature(policy)).all()
    assert np.isnan(shape.gaussian_curvature).all() and np.isnan(shape.volume_gradient).all()


def test_mixed_areas_of_acute_and_obtuse_triangles():
    equal = Geometry(make_mesh(([[0, 0, 0], [1, 0, 0], [0.5, 0.75**0.5, 0]], [[0, 1, 2]])))
    assert_allclose(equal.mixed_area, 3**0.5 / 12)
    acute = Geometry(make_mesh(([[0, 0, 0], [4, 0, 0], [1, 3, 0]], [[0, 1, 2]])))
    # (|ab|² cot C + |ac|² cot B)/8 with cot A = 1/3, cot B = 1, cot C = 1/2
    assert_allclose(acute.mixed_area, [(16 * 0.5 + 10) / 8, (16 * 0.5 + 18 / 3) / 8, (10 + 18 / 3) / 8])
    assert acute.mixed_area.sum() == pytest.approx(6)
    obtuse = Geometry(make_mesh(([[0, 0, 0], [4, 0, 0], [-1, 3, 0]], [[0, 1, 2]])))
    assert_allclose(obtuse.mixed_area, [3, 1.5, 1.5])


def test_octahedron():
    shape = Geometry(make_mesh(octahedron(100.0)))
    assert shape.area(0) == pytest.approx(69282.0323)
    assert shape.volume(0) == pytest.approx(1333333.333)
    assert_allclose(shape.vertex_area, 11547.00538)
    assert_allclose(shape.area_gradient[0], [230.940108, 0, 0], atol=1e-9)
    assert_allclose(shape.volume_gradient[0], [6666.66667, 0, 0], atol=1e-9)
    assert_allclose(shape.vertex_normal, octahedron()[0], atol=1e-12)
    assert_allclose(shape.mean_curvature("with-sign"), 0.0173205081)
    assert_allclose(shape.mean_curvature("squared") ** 2, 0.0003)
    assert_allclose(shape.mean_curvature("mem3dg"), 0.0150761096, rtol=1e-6)
    assert_allclose(shape.mean_curvature("mixed-voronoi"), 0.01)
    assert_allclose(shape.length_times_angle, 4 * 141.421356 * 1.23095942)


def test_tetrahedron():
    shape = Geometry(make_mesh(TETRAHEDRON))
    assert (shape.area(0), shape.volume(0)) == (pytest.approx(13.8564065), pytest.approx(2.66666667))
    assert_allclose(shape.mean_curvature("with-sign"), 3**0.5)
    assert_allclose(shape.mean_curvature("squared"), 3**0.5)
    assert_allclose(shape.mean_curvature("mem3dg"), 1.17001913, rtol=1e-8)
    assert_allclose(shape.area_gradient[0], 2.30940108)
    assert_allclose(shape.volume_gradient[0], 0.66666667)


def test_translation_changes_nothing():
    x, triangles = octahedron(100.0)
    here, there = (Geometry(make_mesh((x + shift, triangles))) for shift in ([0, 0, 0], [1000, 2000, -500]))
    assert_allclose(there.volume(0), here.volume(0), rtol=1e-9)
    assert_allclose(there.volume_gradient, here.volume_gradient, rtol=1e-9, atol=1e-9)
    for policy in POLICIES:
        assert_allclose(there.mean_curvature(policy), here.mean_curvature(policy), rtol=1e-9)


@pytest.mark.parametrize(
    ("level", "with_sign", "mixed"),
    [
        (1, (1.029595, 1.168432), 1.0),
        (2, (1.004722, 1.151192), 1.000139),
        (3, (0.999211, 1.147200), 1.000035),
        (4, (0.997853, 1.146222), 1.000009),
    ],
)
def test_curvature_of_spheres(level, with_sign, mixed):
    """Mixed areas alone give the right curvature at the twelve vertices with five neighbours."""
    shape = Geometry(make_mesh(icosphere(level, 50.0)))
    curvature = 50 * shape.mean_curvature("with-sign")
    assert_allclose((curvature.min(), curvature.max()), with_sign, atol=6e-7)
    curvature = 50 * shape.mean_curvature()
    assert_allclose((curvature.min(), curvature.max()), (1, mixed), atol=6e-7)
    assert_allclose(shape.gaussian_curvature * 2500, 1, atol=0.03 * 4 / level**2)


def cylinder(sides, rings, radius=50.0):
    """Staggered lattice around an axis."""
    height = 3**0.5 * radius * np.sin(np.pi / sides)
    k, ring = np.meshgrid(np.arange(sides), np.arange(rings))
    angle = 2 * np.pi / sides * (k + 0.5 * (ring % 2))
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle), height * ring], axis=-1).reshape(-1, 3)
    triangles = []
    for row in range(rings - 1):
        for column in range(sides):
            a, b = row * sides + column, row * sides + (column + 1) % sides
            c, d = a + sides, b + sides
            triangles += [(a, b, d), (a, d, c)] if row % 2 else [(a, b, c), (b, d, c)]
    return x, np.array(triangles)


@pytest.mark.parametrize(
    ("sides", "with_sign", "mixed"),
    [(16, 0.0101788, 0.0100322), (32, 0.0100443, 0.0100080), (64, 0.0100111, 0.0100020), (128, 0.0100028, 0.0100005)],
)
def test_curvature_of_cylinders(sides, with_sign, mixed):
    mesh = make_mesh(cylinder(sides, 5))
    shape, middle = Geometry(mesh), slice(2 * sides, 3 * sides)
    for policy, expected in (("with-sign", with_sign), ("squared", with_sign), ("mixed-voronoi", mixed)):
        assert_allclose(shape.mean_curvature(policy)[middle], expected, atol=6e-8)
    assert_allclose(shape.gaussian_curvature[middle], 0, atol=1e-12)


def test_curvature_has_the_sign_of_the_side():
    """A bump seen from outside is positive, a dent negative."""
    for height, sign in ((5.0, 1), (-5.0, -1)):
        x, triangles = equilateral(5, 5, 10.0)
        x[12, 2] = height
        shape = Geometry(make_mesh((x, triangles)))
        for policy in POLICIES:
            assert np.sign(shape.mean_curvature(policy)[12]) == sign, policy


def test_planar_ring_has_no_curvature():
    rng = np.random.default_rng(3)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 7))
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1) * rng.uniform(1, 3, (7, 1))
    x = np.concatenate([[[0, 0, 0]], ring])
    triangles = [(0, 1 + k, 1 + (k + 1) % 7) for k in range(7)]
    shape = Geometry(make_mesh((x, np.array(triangles))))
    assert_allclose(shape.area_gradient[0], 0, atol=1e-12)
    assert_allclose([shape.mean_curvature(p)[0] for p in POLICIES], 0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_sums_over_closed_meshes(seed):
    """Area and volume are homogeneous in the positions and know no place and no direction; Gauss–Bonnet."""
    mesh = make_mesh(distorted(seed))
    shape, x = Geometry(mesh), mesh.vertices["x"]
    p, q = shape.area_gradient, shape.volume_gradient
    assert_allclose(p.sum(0), 0, atol=1e-9)
    assert_allclose(q.sum(0), 0, atol=1e-7)
    assert_allclose((x * p).sum(), 2 * shape.area(0))
    assert_allclose((x * q).sum(), 3 * shape.volume(0))
    assert_allclose(np.cross(x, p).sum(0), 0, atol=1e-7)
    assert_allclose(shape.vertex_area.sum(), shape.area(0))
    assert_allclose(shape.mixed_area.sum(), shape.area(0))
    assert_allclose((2 * np.pi - shape.angle_sum).sum(), 4 * np.pi)


def test_vacant_rows_hold_nan_and_unknown_policies_are_refused():
    mesh = make_mesh(octahedron())
    with pytest.raises(ValueError, match="policy"):
        Geometry(mesh).mean_curvature("evolver")
    assert len(Geometry(make_mesh()).vertex_area) == 0
    assert np.isfinite(Geometry(mesh).vertex_area).all()
