"""Volumes and faces of cut compartments: values worked out by hand, sums over grids, random points."""

import numpy as np
import pytest

from medyan_py.setup.volumes import (
    box_fractions,
    capsule_fractions,
    chord_fractions,
    cylinder_fractions,
    grid_boxes,
    plane_fractions,
    sphere_fractions,
)

UNIT = (np.zeros((1, 3)), np.ones((1, 3)))


def test_circle_in_four_squares():
    volume, faces = cylinder_fractions(*grid_boxes((2, 2, 1), (500.0,) * 3), (500.0, 500.0), 500.0)
    np.testing.assert_allclose(volume, np.pi / 4, atol=1e-12)
    np.testing.assert_allclose(faces[0], [0.0, 1.0, 0.0, 1.0, np.pi / 4, np.pi / 4], atol=1e-12)


def test_circle_in_sixteen_squares():
    volume, faces = cylinder_fractions(*grid_boxes((4, 4, 1), (500.0,) * 3), (1000.0, 1000.0), 1000.0)
    np.testing.assert_allclose(volume[[0, 1, 5]], [0.31515, 0.91322, 1.0], atol=5e-6)
    np.testing.assert_allclose(volume.reshape(4, 4), volume.reshape(4, 4).T, atol=1e-12)
    # the circle meets the line x = 500 at y = 1000 − √(1000² − 500²) = 133.97
    np.testing.assert_allclose(faces[0, [1, 3]], (500 - 133.9746) / 500, atol=1e-6)


def test_box_in_compartments():
    boxes = grid_boxes((2, 1, 1), (100.0, 50.0, 20.0))
    volume, faces = box_fractions(*boxes, (20.0, 0.0, 5.0), (150.0, 50.0, 20.0))
    np.testing.assert_allclose(volume, [0.8 * 0.75, 0.5 * 0.75])
    np.testing.assert_allclose(faces[0], [0.0, 0.75, 0.6, 0.6, 0.0, 0.8])
    np.testing.assert_allclose(faces[1], [0.75, 0.0, 0.375, 0.375, 0.0, 0.5])
    volume, faces = box_fractions(*boxes, (0.0, 0.0, 0.0), (200.0, 50.0, 20.0))
    assert (volume == 1.0).all() and (faces == 1.0).all()


def test_chords_in_squares():
    volume, faces = chord_fractions(*grid_boxes((4, 4, 2), (500.0,) * 3), (1000.0, 1000.0), 1000.0)
    np.testing.assert_allclose(volume[[0, 1, 5, 16]], [0.26795, 0.86603, 1.0, 0.26795], atol=5e-6)
    np.testing.assert_allclose(volume[:16].reshape(4, 4), volume[:16].reshape(4, 4)[::-1, ::-1], atol=1e-12)
    np.testing.assert_allclose(faces[0], [1.0, 0.73205, 1.0, 0.73205, 0.26795, 0.26795], atol=5e-6)
    np.testing.assert_allclose(faces[3], [0.73205, 1.0, 1.0, 0.73205, 0.26795, 0.26795], atol=5e-6)
    # a circle through two opposite corners of each square: half of it, with full faces towards the others
    volume, faces = chord_fractions(*grid_boxes((2, 2, 1), (500.0,) * 3), (500.0, 500.0), 500.0)
    np.testing.assert_allclose(volume, 0.5, atol=1e-12)
    np.testing.assert_allclose(faces[0, [1, 3]], 1.0, atol=1e-12)


@pytest.mark.parametrize("shape", [(2, 2, 1), (3, 5, 2), (7, 4, 3)])
def test_all_compartments_together_hold_the_whole_cylinder(shape):
    size = np.array([140.0, 170.0, 90.0])
    box = size * shape
    radius = 0.48 * min(box[:2])
    volume, _ = cylinder_fractions(*grid_boxes(shape, size), box / 2, radius)
    np.testing.assert_allclose(volume.sum() * size.prod(), np.pi * radius**2 * box[2], rtol=1e-12)


@pytest.mark.parametrize("length", [0.0, 130.0])
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4), (5, 5, 6)])
def test_all_compartments_together_hold_the_whole_capsule(length, shape):
    box = np.array([400.0, 420.0, 600.0])
    size = box / shape
    radius = 190.0
    volume, faces = capsule_fractions(*grid_boxes(shape, size), box / 2, radius, length)
    whole = np.pi * radius**2 * (4 / 3 * radius + length)
    np.testing.assert_allclose(volume.sum() * size.prod(), whole, rtol=1e-9)
    # both sides of a shared face are equally wet
    low, high = grid_boxes(shape, size)
    for axis in range(3):
        for c in range(len(low)):
            other = c + (1, shape[0], shape[0] * shape[1])[axis]
            if high[c, axis] < box[axis] - 1e-6:
                assert faces[c, 2 * axis + 1] == pytest.approx(faces[other, 2 * axis], abs=1e-9)


def test_octant_of_a_sphere():
    volume, faces = sphere_fractions(*UNIT, (0.0, 0.0, 0.0), 1.0)
    assert volume[0] == pytest.approx(np.pi / 6, abs=1e-9)
    np.testing.assert_allclose(faces[0], [np.pi / 4, 0, np.pi / 4, 0, np.pi / 4, 0], atol=1e-9)


def test_box_around_a_small_sphere_and_one_inside_a_big_one():
    volume, faces = sphere_fractions(*UNIT, (0.5, 0.5, 0.5), 0.3)
    assert volume[0] == pytest.approx(4 / 3 * np.pi * 0.027, abs=1e-9)
    assert not faces.any()
    volume, faces = sphere_fractions(*UNIT, (0.5, 0.5, 0.5), 0.9)
    assert volume[0] == 1 and (faces == 1).all()
    volume, faces = sphere_fractions(*UNIT, (2.5, 0.5, 0.5), 1.0)
    assert volume[0] == 0 and not faces.any()


@pytest.mark.parametrize(
    ("normal", "d", "volume"),
    [
        ((1, 2, 3), 0.3, 0.039236),
        ((1, 2, 3), 0.6, 0.260286),
        ((1, 2, 3), 0.75, 0.435616),
        ((1, 1, 1), 1.5 / np.sqrt(3), 0.5),
        ((1, 1, 1), 0.75 / np.sqrt(3), 0.0703125),
        ((0, 0, 1), 0.3, 0.3),
        ((0, 1, 1), 0.5 / np.sqrt(2), 0.125),
        ((1, 2, 3), -0.1, 0.0),
        ((1, 2, 3), 2.0, 1.0),
    ],
)
def test_plane_through_the_unit_cube(normal, d, volume):
    n = np.array(normal) / np.linalg.norm(normal)
    assert plane_fractions(*UNIT, d * n, -n)[0][0] == pytest.approx(volume, abs=1e-6)
    assert plane_fractions(*UNIT, d * n, n)[0][0] == pytest.approx(1 - volume, abs=1e-6)


def test_plane_with_intercepts_beyond_the_cube():
    n = np.array([1.0, 1.1, 1.3])
    n /= np.linalg.norm(n)
    assert plane_fractions(*UNIT, 0.485 * n.sum() * n, -n)[0][0] == pytest.approx(0.466506, abs=1e-6)


def test_faces_of_a_plane_cut():
    volume, faces = plane_fractions(np.zeros((1, 3)), np.array([[2.0, 4.0, 8.0]]), (0.5, 0.0, 0.0), (-1.0, 0.0, 0.0))
    assert volume[0] == pytest.approx(0.25)
    np.testing.assert_allclose(faces[0], [1, 0, 0.25, 0.25, 0.25, 0.25], atol=1e-12)
    _, faces = plane_fractions(*UNIT, (0.5, 0.0, 0.0), (-1.0, -1.0, -1.0))
    np.testing.assert_allclose(faces[0], [0.125, 0, 0.125, 0, 0.125, 0], atol=1e-12)


@pytest.mark.parametrize("tilt", [1e-3, 1e-4, 2e-5, 1.1e-5, 0.9e-5, 1e-7, 0.0])
def test_nearly_flat_planes_keep_their_volume(tilt):
    for other in (0.0, tilt, 0.3):
        n = np.array([tilt, other, 1.0])
        # the centre of the plane stays inside: the volume is its height at the centre of the base
        height = 0.5
        volume, _ = plane_fractions(*UNIT, (0.5, 0.5, height), -n)
        assert volume[0] == pytest.approx(height, abs=1e-6)


BOX_LOW, BOX_HIGH = np.array([[-0.2, 0.1, -0.5]]), np.array([[0.7, 0.9, 0.8]])
SHAPES = {
    "cylinder": (
        lambda: cylinder_fractions(BOX_LOW, BOX_HIGH, (0.1, 0.2), 0.55),
        lambda p: (p[..., 0] - 0.1) ** 2 + (p[..., 1] - 0.2) ** 2 < 0.55**2,
    ),
    "sphere": (
        lambda: sphere_fractions(BOX_LOW, BOX_HIGH, (0.1, 0.2, 0.3), 0.55),
        lambda p: ((p - [0.1, 0.2, 0.3]) ** 2).sum(-1) < 0.55**2,
    ),
    "capsule": (
        lambda: capsule_fractions(BOX_LOW, BOX_HIGH, (0.1, 0.2, 0.9), 0.4, 1.2),
        lambda p: (
            (p[..., 0] - 0.1) ** 2 + (p[..., 1] - 0.2) ** 2 + np.maximum(np.abs(p[..., 2] - 0.9) - 0.6, 0) ** 2 < 0.16
        ),
    ),
    "plane": (
        lambda: plane_fractions(BOX_LOW, BOX_HIGH, (0.2, 0.4, 0.1), (0.5, -0.7, 0.2)),
        lambda p: (p - [0.2, 0.4, 0.1]) @ [0.5, -0.7, 0.2] > 0,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_against_random_points(shape):
    fractions, inside = SHAPES[shape]
    volume, faces = fractions()
    rng = np.random.default_rng(1)
    n = 400_000
    points = BOX_LOW + (BOX_HIGH - BOX_LOW) * rng.random((n, 3))
    found = [(volume[0], inside(points).mean())]
    for face in range(6):
        flat = points.copy()
        flat[:, face // 2] = (BOX_LOW, BOX_HIGH)[face % 2][0, face // 2]
        found.append((faces[0, face], inside(flat).mean()))
    assert 0.05 < volume[0] < 0.95
    for ours, sampled in found:
        assert abs(ours - sampled) <= 5 * np.sqrt(ours * (1 - ours) / n)


@pytest.mark.parametrize(
    "call",
    [
        lambda: cylinder_fractions(*UNIT, (0, 0), 0.0),
        lambda: cylinder_fractions(*UNIT, (0, 0), float("nan")),
        lambda: cylinder_fractions(*UNIT, ("a", 0), 1.0),
        lambda: sphere_fractions(*UNIT, (0, 0), 1.0),
        lambda: sphere_fractions(UNIT[1], UNIT[0], (0, 0, 0), 1.0),
        lambda: capsule_fractions(*UNIT, (0, 0, 0), 1.0, -1.0),
        lambda: plane_fractions(*UNIT, (0, 0, 0), (0, 0, 0)),
        lambda: plane_fractions(UNIT[0], np.ones((2, 3)), (0, 0, 0), (0, 0, 1)),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError):
        call()
