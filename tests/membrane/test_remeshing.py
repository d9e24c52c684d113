"""Operations on the mesh and adaptive remeshing: manifold kept, totals kept, what must not happen."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import TETRAHEDRON, distorted, make_mesh, octahedron

from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.remeshing import Remesher, snapped_middle, triangle_quality
from medyan_py.core.membrane.shapes import ellipsoid, icosphere, plane
from medyan_py.core.membrane.surgery import Surgery


def totals(mesh):
    v, t = mesh.vertices, mesh.triangles
    vertices, edges, triangles = mesh.counts()
    return (
        v["copies"].reshape(v.top, -1)[v.rows].sum(axis=0),
        t["rest_area"][t.rows].sum(),
        v["rest_area"][v.rows].sum(),
        vertices - edges + triangles,
    )


def assert_same_totals(now, before):
    for new, old in zip(now, before, strict=True):
        assert_allclose(new, old, rtol=1e-10)


def flat_sheet():
    return plane([0, 0, 0], [0, 0, 1], [0, 0, -1], [400, 400, 2], 40)


# --- single operations


def test_octahedron_split_and_collapse():
    mesh = make_mesh(octahedron(100.0))
    surgery = Surgery(mesh, 1, [False])
    new = surgery.try_split(0, 2)
    mesh.check()
    assert mesh.counts() == (7, 15, 10)
    assert_allclose(mesh.vertices["x"][new], [50, 50, 0])
    assert mesh.vertices["degree"][new] == 4
    assert surgery.try_collapse(0, new)
    mesh.check()
    assert mesh.counts() == (6, 12, 8)
    assert (surgery.flips, surgery.splits, surgery.collapses) == (0, 1, 1)


def test_remesher_does_not_flip_edges_of_vertices_with_four_neighbours():
    x, triangles = octahedron(100.0)
    x[4] *= 3
    mesh = make_mesh((x, triangles))
    remesher = Remesher(mesh, 1, [False], max_size=1e4)
    remesher.adapt()
    assert remesher.flips == 0 or mesh.vertices["degree"][mesh.vertices.rows].min() >= 4


def test_flip_to_an_edge_that_exists_is_refused():
    mesh = make_mesh(TETRAHEDRON)
    surgery = Surgery(mesh, 1, [False])
    assert not surgery.try_flip(0, 1)
    mesh.check()
    assert surgery.flips == 0


def test_collapse_of_a_tetrahedron_and_of_a_neck_is_refused():
    """On a prism with three sides the ends of a ring's edge share three neighbours: the surface would pinch."""
    surgery = Surgery(make_mesh(TETRAHEDRON), 1, [False])
    assert not surgery.try_collapse(0, 1)
    angle = 2 * np.pi / 3 * np.arange(3)
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    x = np.concatenate([ring + np.array([0, 0, z]) for z in (0.0, 1.0, 2.0, 3.0)] + [[[0, 0, -1.0], [0, 0, 4.0]]])
    triangles = [(12, (k + 1) % 3, k) for k in range(3)] + [(13, 9 + k, 9 + (k + 1) % 3) for k in range(3)]
    for level in (0, 3, 6):
        for k in range(3):
            a, b = level + k, level + (k + 1) % 3
            triangles += [(a, b, b + 3), (a, b + 3, a + 3)]
    mesh = make_mesh((x, np.array(triangles)))
    surgery = Surgery(mesh, 1, [False])
    common = set(mesh.neighbours(3)) & set(mesh.neighbours(4))
    assert len(common) == 3
    assert not surgery.try_collapse(3, 4)
    mesh.check()


def test_border_and_attached_vertices_are_not_removed():
    mesh = make_mesh(flat_sheet(), octahedron())
    surgery = Surgery(mesh, 1, [True, True])
    border = mesh.borders(0)[0]
    assert surgery.try_split(border[0], border[1]) is None
    assert not surgery.try_collapse(border[0], border[1])
    inner = next(v for v in mesh.neighbours(border[0]) if not mesh.vertices["border"][v])
    assert not surgery.try_collapse(inner, border[0])
    top = mesh.vertices.rows[-1]
    mesh.vertices["attachments"][top] = 1
    assert not surgery.try_collapse(mesh.neighbours(top)[0], top)
    with pytest.raises(KeyError):
        surgery.try_flip(border[0], int(top))


@pytest.mark.parametrize(("reservoir", "expected"), [(False, 2.0), (True, 0.5)])
def test_flip_shares_rest_areas(reservoir, expected):
    x = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [-1, 0.5, 0], [2, 0.5, 0], [0.5, 2, 0], [0.5, -1, 0]])
    triangles = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (1, 5, 2), (3, 2, 6), (0, 7, 1)]
    mesh = make_mesh((x, np.array(triangles)))
    mesh.triangles["rest_area"][:2] = 3, 1
    assert Surgery(mesh, 1, [reservoir]).try_flip(0, 2)
    mesh.check()
    assert_allclose(mesh.triangles["rest_area"][:2], expected)


def test_molecules_follow_the_area_on_average():
    """A split keeps three quarters of each end's molecules; a collapse hands them on by the areas gained."""
    kept, moved = [], []
    for seed in range(300):
        mesh = make_mesh(octahedron(), species=2)
        mesh.vertices["copies"][0] = 90, 1000
        before = mesh.vertices["rest_area"].copy()
        surgery = Surgery(mesh, seed, [False])
        new = surgery.try_split(0, 2)
        assert mesh.vertices["copies"].sum(axis=0).tolist() == [90, 1000]
        kept.append(mesh.vertices["copies"][0].copy())
        share = mesh.vertices["rest_area"][0] / before[0]
        mesh.vertices["copies"][:] = 0
        mesh.vertices["copies"][new] = 80, 500
        held = mesh.vertices["rest_area"].copy()
        surgery.try_collapse(0, new)
        assert mesh.vertices["copies"][mesh.vertices.rows].sum(axis=0).tolist() == [80, 500]
        moved.append(mesh.vertices["copies"][mesh.vertices.rows])
        gain = (mesh.vertices["rest_area"] - held)[mesh.vertices.rows]
    for values, n, p in (
        (np.array(kept)[:, 0], 90, share),
        (np.array(kept)[:, 1], 1000, share),
        (np.array(moved)[:, 2, 0], 80, gain[2] / gain.sum()),
        (np.array(moved)[:, 2, 1], 500, gain[2] / gain.sum()),
    ):
        assert abs(values.mean() - n * p) < 5 * np.sqrt(n * p * (1 - p) / len(values))
        assert 0.6 < values.var() / (n * p * (1 - p)) < 1.5


def batter(mesh, surgery, operations, rng, every, most=500):
    """Random operations on random edges; the mesh is checked every so often."""
    for n in range(operations):
        corners = mesh.triangles["corner"][rng.choice(mesh.triangles.rows)]
        k = rng.integers(3)
        a, b = int(corners[k]), int(corners[(k + 1) % 3])
        what = rng.integers(3)
        if what == 0:
            surgery.try_flip(a, b)
        elif what == 1 and len(mesh.vertices) < most:
            surgery.try_split(a, b)
        elif what == 2:
            surgery.try_collapse(a, b)
        if n % every == 0:
            mesh.check()
    mesh.check()


@pytest.mark.parametrize("operations", [1000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_random_operations_keep_every_rule(operations):
    rng = np.random.default_rng(operations)
    mesh = make_mesh(icosphere(2, 100.0), flat_sheet(), octahedron(), species=3)
    mesh.vertices["copies"][:] = rng.integers(0, 200, mesh.vertices["copies"].shape)
    border = [np.sort(loop).tolist() for loop in mesh.borders()]
    before, places = totals(mesh), mesh.vertices["x"][border[0]].copy()
    surgery = Surgery(mesh, 2, [False, False, False])
    batter(mesh, surgery, operations, rng, every=20)
    assert min(surgery.flips, surgery.splits, surgery.collapses) > operations / 20
    assert_same_totals(totals(mesh), before)
    assert [np.sort(loop).tolist() for loop in mesh.borders()] == border
    assert_allclose(mesh.vertices["x"][border[0]], places, rtol=0)


# --- criteria


def test_quality():
    for triangle, expected in (
        ([[0, 0], [1, 0], [0.5, 0.75**0.5]], 1),
        ([[0, 0], [3, 0], [0, 4]], 1.25),
        ([[0, 0], [1, 0], [0, 1]], 1.20710678),
        ([[-0.95, 0], [0.95, 0], [0, (1 - 0.95**2) ** 0.5]], 5.26315789),
    ):
        assert triangle_quality(*np.column_stack([triangle, np.zeros(3)])) == pytest.approx(expected)
    assert triangle_quality([0, 0, 0], [1, 0, 0], [2, 0, 0]) == np.inf


@pytest.mark.parametrize("place", [(0.5, 0.6), (1.3, 1.2), (1.0, 1.0)])
def test_vertex_of_a_planar_ring_goes_to_the_mean_of_its_neighbours(place):
    x = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0], [*place, 0]])
    mesh = make_mesh((x, np.array([(k, (k + 1) % 4, 4) for k in range(4)])))
    remesher = Remesher(mesh, 1, [True])
    remesher.move(4)
    assert_allclose(mesh.vertices["x"][4], [1, 1, 0], atol=1e-12)
    with pytest.raises(ValueError, match="border"):
        remesher.move(0)
    with pytest.raises(KeyError):
        remesher.move(9)


def test_middle_of_arcs():
    a, b = np.array([20, 0, 97.9795897]), np.array([-20, 0, 97.9795897])
    assert_allclose(snapped_middle(a, a / 100, b, b / 100), [0, 0, 100], atol=1e-6)
    assert_allclose(snapped_middle(a, a / 100, b, [0, 0, 1]), [0, 0, 98.98979486], atol=1e-6)
    assert_allclose(snapped_middle(a, [0, 0, 1], b, [0, 0, 1]), [0, 0, 97.9795897], atol=1e-9)
    assert_allclose(snapped_middle(a, [1, 0, 0], b, [0, 0, 1]), [0, 0, 97.9795897], atol=1e-9)  # no arc


@pytest.mark.parametrize(("radius", "size"), [(100.0, 30.0), (150.0, 45.0), (800.0, 60.0)])
def test_size_on_spheres(radius, size):
    remesher = Remesher(make_mesh(icosphere(4, radius)), 1, [True])
    assert_allclose(remesher.sizes(), size, rtol=0.04)


def test_size_on_a_sheet_is_the_largest_one_but_for_borders():
    mesh = make_mesh(flat_sheet())
    size = Remesher(mesh, 1, [True], max_size=90.0).sizes()
    border = mesh.vertices["border"] != 0
    assert size.max() <= 90 and size[border].max() < 75
    assert size[border].min() > 35


# --- the whole


def test_adapted_sphere():
    x, triangles = icosphere(3, 800.0)
    mesh = make_mesh((x, triangles))
    volume = Geometry(mesh).volume(0)
    remesher = Remesher(mesh, 1, [True])
    assert remesher.adapt() > 0
    mesh.check()
    v, t = mesh.vertices, mesh.triangles
    corners = t["corner"][t.rows]
    length = np.linalg.norm(v["x"][corners] - v["x"][np.roll(corners, 1, axis=1)], axis=2)
    inside = (length > 42.4) & (length < 84.9)
    assert inside.mean() > 0.99
    assert 1500 < len(v) < 4500
    degree = v["degree"][v.rows]
    assert degree.min() >= 4 and degree.max() <= 9
    assert Geometry(mesh).volume(0) == pytest.approx(volume, rel=1e-8)
    radius = np.linalg.norm(v["x"][v.rows], axis=1)
    assert_allclose(radius, radius.mean(), rtol=3e-3)
    quality = [triangle_quality(*v["x"][c]) for c in corners]
    assert max(quality) < 2 and np.mean(quality) < 1.08
    state = v["x"].copy()
    assert remesher.adapt() == 0
    assert_allclose(v["x"], state, rtol=0)


@pytest.mark.parametrize("reservoir", [False, True])
def test_remeshing_conserves_what_it_should(reservoir):
    rng = np.random.default_rng(3)
    x, triangles = ellipsoid([0, 0, 0], [300, 200, 100], 60)
    mesh = make_mesh((x, triangles), flat_sheet(), species=2)
    mesh.vertices["copies"][:] = rng.integers(0, 40, mesh.vertices["copies"].shape)
    attached = 17
    mesh.vertices["attachments"][attached] = 1
    place = mesh.vertices["x"][attached].copy()
    (border,) = mesh.borders(1)
    edge = mesh.vertices["x"][border].copy()
    before, volume = totals(mesh), Geometry(mesh).volume(0)
    Remesher(mesh, 5, [reservoir, reservoir], max_size=50.0).adapt()
    mesh.check()
    after = totals(mesh)
    if reservoir:
        assert_allclose(after[1], Geometry(mesh).area(0) + Geometry(mesh).area(1), rtol=1e-10)
        before = (before[0], after[1], after[2], before[3])
    assert_same_totals(after, before)
    assert Geometry(mesh).volume(0) == pytest.approx(volume, rel=1e-8)
    assert_allclose(mesh.vertices["x"][attached], place, rtol=0)
    assert_allclose(mesh.vertices["x"][border], edge, rtol=0)
    assert_allclose(mesh.vertices["x"][mesh.vertices.rows][mesh.vertices["membrane"][mesh.vertices.rows] == 1, 2], 0,
                    atol=1e-9)  # fmt: skip


def test_remeshing_stays_on_the_surface():
    """Area, bending and distance from the ellipsoid change little, although almost every vertex has moved."""
    axes = np.array([300.0, 250.0, 200.0])
    mesh = make_mesh(ellipsoid([0, 0, 0], axes, 45))
    area = Geometry(mesh).area(0)
    Remesher(mesh, 5, [True]).adapt()
    x = mesh.vertices["x"][mesh.vertices.rows]
    assert_allclose(np.sqrt(((x / axes) ** 2).sum(1)), 1, atol=0.01)
    assert Geometry(mesh).area(0) == pytest.approx(area, rel=3e-3)


@pytest.mark.parametrize("seed", range(3))
def test_rough_meshes_become_good_ones(seed):
    mesh = make_mesh(distorted(seed, level=3, radius=300.0, share=0.03))
    remesher = Remesher(mesh, seed, [True])
    for _ in range(3):
        remesher.adapt()
        mesh.check()
    v, t = mesh.vertices, mesh.triangles
    quality = [triangle_quality(*v["x"][c]) for c in t["corner"][t.rows]]
    assert max(quality) < 3 and np.mean(quality) < 1.15


def test_material_membranes_are_left_alone():
    mesh = make_mesh(icosphere(1, 800.0), icosphere(1, 800.0))
    Remesher(mesh, 1, [False, False], adapted=[False, True]).adapt()
    assert mesh.counts(0) == (42, 120, 80) and mesh.counts(1)[0] > 1000
    mesh.check()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"reservoir": []}, "reservoir"), ({"max_size": 0.0}, "max_size"), ({"adapted": [1, 1]}, "adapted")],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        Remesher(make_mesh(octahedron()), 1, **({"reservoir": [True]} | arguments))
