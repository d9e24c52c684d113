"""The matrix behind the minimiser's directions, and the curves along which it moves filaments."""

import numpy as np
import pytest
from mechanical_networks import arrays, make_model, rotation
from numpy.testing import assert_allclose

FLOOR = 0.05  # pN/nm, what the preconditioner adds to the diagonal


def network_at_rest(seed=0, filaments=12, beads=5, bonds=30):
    """Straight filaments of unequal cylinders and bonds, all free of stress: no second derivative is negative."""
    rng = np.random.default_rng(seed)
    lengths = rng.uniform(3, 108, (filaments, beads - 1))
    shapes = []
    for own in lengths:
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        shapes.append(rng.uniform(0, 400, 3) + np.concatenate([[0], np.cumsum(own)])[:, None] * direction)
    cylinders = filaments * (beads - 1)
    chosen = rng.integers(0, cylinders, (bonds, 2))
    fractions = rng.uniform(0, 1, (bonds, 2))

    def place(cylinder, u):
        f, c = divmod(cylinder, beads - 1)
        return (1 - u) * shapes[f][c] + u * shapes[f][c + 1]

    joined = [
        (a, b, u, v, rng.uniform(2, 20), np.linalg.norm(place(a, u) - place(b, v)), bool(rng.integers(2)))
        for (a, b), (u, v) in zip(chosen, fractions, strict=True)
    ]
    rest = lengths.ravel()
    return arrays(shapes, joined, rest_length=rest, stretching=100 * 108 / rest, hinge=672.0)


def as_matrix(model):
    """P⁻¹ column by column."""
    m = len(model.moving_positions)
    columns = []
    for i in range(3 * m):
        unit = np.zeros(3 * m)
        unit[i] = 1
        columns.append(model.precondition(unit.reshape(-1, 3)).ravel())
    return np.array(columns).T


def assert_like_the_hessian(model, lowest=0.02):
    """P⁻¹ is symmetric and positive, and P⁻¹ (H + floor) has eigenvalues between ``lowest`` and 1.25."""
    inverse = as_matrix(model)
    assert_allclose(inverse, inverse.T, atol=1e-9 * np.abs(inverse).max())
    assert np.linalg.eigvalsh(inverse).min() > 0
    hessian = model.hessian().toarray() + FLOOR * np.eye(len(inverse))
    eigenvalues = np.sort(np.linalg.eigvals(inverse @ hessian).real)
    assert lowest < eigenvalues[0] and eigenvalues[-1] < 1.25, (eigenvalues[:5], eigenvalues[-5:])
    return eigenvalues


def test_filaments_alone_are_solved_exactly():
    model = make_model(excluded_volume=None)
    model.load(**network_at_rest(bonds=0))
    eigenvalues = assert_like_the_hessian(model)
    assert np.ptp(eigenvalues) < 2e-3  # all the same: a polynomial of a multiple of the identity


def test_linked_filaments_are_solved_nearly():
    model = make_model(excluded_volume=None)
    model.load(**network_at_rest())
    eigenvalues = assert_like_the_hessian(model)
    assert np.mean(eigenvalues > 0.75) > 0.85


def test_branches_and_springs_to_bubbles_couple_filaments():
    state = network_at_rest(1, bonds=10)
    start, x = state["filament_start"], state["x"]
    centre = x[start[2]] + [0, 0, 50]
    state |= {
        "branches": {
            "mother": [1], "daughter": [4], "fraction": [0.3], "stretching_k": [10.0],
            "length": [np.linalg.norm(x[start[1]] - 0.7 * x[1] - 0.3 * x[2])],
        },
        "bubbles": {"x": [centre], "radius": [50.0]},
        "attachments": {"bubble": [0], "filament": [2], "k": [30.0]},
    }  # fmt: skip
    model = make_model(
        excluded_volume=None, branching_stretching="HARMONIC", bubbles=True, mtoc_attachment="ATTACHMENTHARMONIC"
    )
    model.load(**state)
    assert_like_the_hessian(model)


@pytest.mark.parametrize("angle", [0.1, 0.3, np.pi / 2])
def test_contacts_are_as_stiff_as_they_are(angle):
    # the second derivative of the repulsion along the line of the closest points, on both cylinders
    u, v = np.array([108.0, 0, 0]), 108 * np.array([np.cos(angle), np.sin(angle), 0])
    low, high = [-u / 2, u / 2], [-v / 2 + [0, 0, 3], v / 2 + [0, 0, 3]]
    model = make_model()
    model.load(**arrays([low, high], rest=108.0, stretching=100.0, volume=8.57))
    apart = np.array([[0, 0, -1.0], [0, 0, -1.0], [0, 0, 1.0], [0, 0, 1.0]])
    stiffness = apart.ravel() @ model.hessian() @ apart.ravel()
    assert stiffness > 40 * FLOOR
    moved = model.precondition(stiffness * apart / 4)  # the force at a displacement ``apart``
    share = moved[:, 2] / apart[:, 2]
    assert share.min() > 0.8 and share.max() < 1.5  # turning would make room instead if its stiffness were missed


def test_vector_of_another_shape_is_refused():
    model = make_model()
    model.load(**arrays([[[0, 0, 0], [108, 0, 0]]]))
    with pytest.raises(ValueError, match=r"vector: shape \(3, 3\), expected \(2, 3\)"):
        model.precondition(np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"direction: shape \(2,\), expected \(2, 3\)"):
        model.step_along(np.zeros(2), 1.0)


def test_filaments_turn_without_being_stretched():
    rng = np.random.default_rng(5)
    model = make_model()
    x = np.cumsum(rng.normal(size=(6, 3)) * 10 + [50, 0, 0], axis=0)
    model.load(**arrays([x]))
    axis = rng.normal(size=3)
    place, _ = model.step_along(np.cross(axis, x), 0.3)
    before, after = np.linalg.norm(np.diff(x, axis=0), axis=1), np.linalg.norm(np.diff(place, axis=0), axis=1)
    assert_allclose(after, before, rtol=1e-13)
    assert np.abs(place - x).max() > 10
    assert_allclose(place.mean(axis=0), (x + 0.3 * np.cross(axis, x)).mean(axis=0), rtol=1e-13)


def test_cylinders_change_their_length_by_the_part_along_them():
    model = make_model()
    x = np.array([[0.0, 0, 0], [100, 0, 0], [100, 50, 0]])
    model.load(**arrays([x]))
    place, _ = model.step_along([[0, 0, 0], [4, 6, 1], [4, 9, 5]], 2.0)
    assert_allclose(np.linalg.norm(np.diff(place, axis=0), axis=1), [108, 56], rtol=1e-13)


def test_step_begins_along_the_direction_and_its_derivative_is_right():
    rng = np.random.default_rng(6)
    x = np.cumsum(rng.normal(size=(6, 3)) * 20 + [50, 0, 0], axis=0)
    model = make_model(bubbles=True)
    model.load(**arrays([x], bubbles={"x": [[0, 0, 900]], "radius": [10.0]}))
    d = rng.normal(size=(7, 3)) * 10
    place, velocity = model.step_along(d, 0.0)
    assert_allclose(place, model.moving_positions, rtol=1e-13)
    assert_allclose(velocity, d, rtol=1e-11, atol=1e-12)
    for step in (0.1, 1.0, 3.0):
        _, velocity = model.step_along(d, step)
        h = 1e-5
        slope = (model.step_along(d, step + h)[0] - model.step_along(d, step - h)[0]) / (2 * h)
        assert_allclose(velocity, slope, atol=1e-6)


def test_step_turns_with_the_network():
    rng = np.random.default_rng(7)
    turn = rotation(rng)
    x = np.cumsum(rng.normal(size=(6, 3)) * 20 + [50, 0, 0], axis=0)
    d = rng.normal(size=(6, 3)) * 10
    model = make_model()
    model.load(**arrays([x]))
    place, _ = model.step_along(d, 1.5)
    model.load(**arrays([x @ turn.T]))
    turned, _ = model.step_along(d @ turn.T, 1.5)
    assert_allclose(turned, place @ turn.T, atol=1e-10)
