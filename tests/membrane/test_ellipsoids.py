"""First meshes of thin ellipsoids: they see their sharpest bends, keep the rules of the remeshing and do not cross."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import make_mesh

from medyan_py.core.membrane.crossings import Crossings
from medyan_py.core.membrane.ellipsoids import fitted_ellipsoid, largest_curvature
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.remeshing import Remesher


def crossing(mesh):
    t = mesh.triangles
    return Crossings(mesh.vertices["x"], t["corner"][t.rows]).of_itself()


def test_curvature_at_the_ends_of_the_axes():
    found = largest_curvature(np.diag([5.0, 3.0, 2.0]), (5.0, 3.0, 2.0))
    assert_allclose(found, [5 / 4, 3 / 4, 2 / 9], rtol=1e-12)


@pytest.mark.parametrize(
    ("semi_axes", "max_size"),
    [((100, 100, 15), 60), ((200, 20, 200), 60), ((20, 20, 300), 60), ((40, 200, 22), 60), ((150, 150, 25), 15)],
)
def test_thin_ellipsoids_are_resolved_and_do_not_cross(semi_axes, max_size):
    centre = np.array([500.0, 400.0, 300.0])
    x, triangles = fitted_ellipsoid(centre, semi_axes, max_size)
    assert_allclose((np.square((x - centre) / semi_axes)).sum(1), 1, rtol=1e-9)
    mesh = make_mesh((x, triangles))
    mesh.check()
    vertices, edges, count = mesh.counts()
    assert vertices - edges + count == 2
    assert crossing(mesh) is None

    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    length = np.linalg.norm(x[ends[:, 0]] - x[ends[:, 1]], axis=1)
    wanted = np.clip(0.3 / largest_curvature(x - centre, semi_axes), 2, max_size)
    assert np.percentile(length / wanted[ends].max(axis=1), 95) < 2
    exact = 4 / 3 * np.pi * np.prod(semi_axes, dtype=float)
    assert_allclose(Geometry(mesh).volume(0), exact, rtol=0.04)

    Remesher(mesh, 1, [True], max_size=max_size).adapt()
    mesh.check()
    assert crossing(mesh) is None


def test_round_ellipsoids_have_even_edges():
    x, triangles = fitted_ellipsoid((0, 0, 0), (300, 200, 250), 60)
    length = np.linalg.norm(x[triangles[:, 0]] - x[triangles[:, 1]], axis=1)
    assert 30 < length.min() < length.max() < 90


@pytest.mark.parametrize(
    ("semi_axes", "words"),
    [
        ((400, 400, 10), r"0\.25 nm at its rim is too sharp .* allowed: at least 2 nm, .* of at least 28\.29 nm"),
        ((5, 100, 5), r"0\.25 nm at its ends is too sharp .* allowed: at least 0\.5 nm, .* of at least 7\.08 nm"),
        ((1e4, 1e4, 150), r"about 7\.7e\+05 triangles .* allowed: at most 200000"),
        ((1e200, 1, 1), "triangles with edges of 60 nm"),
        ((1e-200, 1, 1), "triangles"),
        ((100, 0, 100), "must be positive"),
    ],
)
def test_too_sharp_ellipsoids_are_refused_at_once(semi_axes, words):
    with pytest.raises(ValueError, match=words):
        fitted_ellipsoid((0, 0, 0), semi_axes, 60)
