"""Second derivatives of the energy."""

import numpy as np
import pytest
from mechanical_networks import arrays, box, make_model, solve
from numpy.testing import assert_allclose


def test_one_cylinder_at_rest():
    model, _ = solve([[[0, 0, 0], [108, 0, 0]]], rest=108, stretching=100)
    hessian = model.hessian().toarray()
    expected = np.zeros((6, 6))
    expected[np.ix_([0, 3], [0, 3])] = [[100, -100], [-100, 100]]
    assert_allclose(hessian, expected, atol=1e-4)


def test_one_stretched_cylinder():
    model, _ = solve([[[0, 0, 0], [120, 0, 0]]], rest=108, stretching=100)
    hessian = model.hessian().toarray()
    along, across = np.array([[100, -100], [-100, 100]]), np.array([[10, -10], [-10, 10]])
    assert_allclose(hessian[np.ix_([0, 3], [0, 3])], along, atol=1e-4)
    assert_allclose(hessian[np.ix_([1, 4], [1, 4])], across, atol=1e-4)
    assert_allclose(hessian[np.ix_([2, 5], [2, 5])], across, atol=1e-4)


def busy_model():
    rng = np.random.default_rng(3)
    filaments = [
        rng.uniform(50, 250, 3) + np.cumsum(rng.normal(size=(5, 3)) * 4 + [20, 0, 0], axis=0) for _ in range(6)
    ]
    bonds = [(0, 5, 0.3, 0.6, 8.0, 30.0, False), (2, 12, 0.1, 0.9, 8.0, 50.0, True)]
    model = make_model(
        box([0] * 3, [400] * 3), bubbles=True, bubble_repulsion="REPULSIONEXP", pinning=True,
        branching_stretching="HARMONIC", branching_bending="COSINE", branching_dihedral="COSINEV2",
        branching_position="COSINE", boundary_screening=20.0,
    )  # fmt: skip
    state = arrays(filaments, bonds, rest=21.0, stretching=60.0, hinge=300.0, volume=80.0) | {
        "branches": {
            "mother": [1], "daughter": [16], "fraction": [0.3], "stretching_k": [10.0], "length": [6.0],
            "bending_k": [10.0], "angle": [1.22], "dihedral_k": [5.0], "position_k": [5.0],
        },
        "bubbles": {
            "x": [[100, 150, 200], [220, 150, 100], [150, 40, 150]], "radius": [30, 40, 30], "k": [50.0] * 3,
            "screening": [20.0] * 3, "fixed": [False, True, False],
        },
        "pins": {"bead": [7], "place": [[100, 100, 100]], "k": [3.0]},
    }  # fmt: skip
    model.load(**state)
    return model, state


def test_network_against_differences_of_forces_point_by_point():
    model, state = busy_model()
    model.evaluate()
    energies, x = model.evaluate(), model.positions
    hessian = model.hessian()
    points = len(x) + 2
    assert hessian.shape == (3 * points, 3 * points)
    assert abs(hessian - hessian.T).max() == 0
    assert np.array_equal(model.positions, x) and model.evaluate() == energies
    dense, h = np.zeros(hessian.shape), 1e-3
    for column in range(3 * points):
        point, axis = divmod(column, 3)
        for sign in (1, -1):
            moved, centres = x.copy(), np.array(state["bubbles"]["x"], float)
            if point < len(x):
                moved[point, axis] += sign * h
            else:
                centres[[0, 2][point - len(x)], axis] += sign * h
            model.load(**(state | {"x": moved, "bubbles": state["bubbles"] | {"x": centres}}))
            model.evaluate()
            force = np.concatenate([model.forces, model.bubble_forces[[0, 2]]])
            dense[:, column] -= sign * force.ravel() / (2 * h)
    assert np.abs(hessian.toarray() - dense).max() < 1e-5 * np.abs(dense).max()


def test_soft_modes_of_a_relaxed_chain():
    """A free straight chain moves and turns without cost: five zero eigenvalues, all others positive."""
    model, _ = solve([[[0, 0, 0], [50, 0, 0], [100, 0, 0], [150, 0, 0]]], stretching=100.0, hinge=300.0)
    values = np.linalg.eigvalsh(model.hessian().toarray())
    assert_allclose(values[:5], 0, atol=1e-5)
    assert values[5] > 0.01


def test_nothing_loaded():
    model = make_model()
    assert model.hessian().shape == (0, 0)


def test_only_coupled_points_have_entries():
    filaments = [[[0, 0, 100.0 * i], [50, 0, 100 * i], [99, 0, 100 * i]] for i in range(40)]
    model, _ = solve(filaments, model=make_model(excluded_volume=None), stretching=10.0)
    hessian = model.hessian()
    assert hessian.nnz <= 40 * 81
    for i in (0, 17, 39):
        assert hessian[9 * i, 9 * i] == pytest.approx(10, abs=1e-4)


def test_rigid_motions_of_a_relaxed_network_cost_nothing():
    """Linked and branched filaments in free space at rest: six zero modes at least, all shifts and turns."""
    rng = np.random.default_rng(8)
    filaments = [rng.uniform(0, 60, 3) + np.arange(5)[:, None] * rng.normal(size=3) * 15 for _ in range(4)]
    bonds = [(a, b, 0.3, 0.6, 8.0, 25.0, bool(a % 2)) for a, b in ((0, 5), (2, 9), (6, 13), (3, 14), (11, 1))]
    model = make_model(branching_stretching="HARMONIC", branching_bending="COSINE", branching_dihedral="COSINEV2")
    model.load(
        **arrays(filaments, bonds, stretching=60.0, hinge=300.0, volume=80.0),
        branches={
            "mother": [2], "daughter": [12], "fraction": [0.3], "stretching_k": [10.0], "length": [6.0],
            "bending_k": [10.0], "angle": [1.22], "dihedral_k": [5.0],
        },
    )  # fmt: skip
    record = model.minimise(gradient_tolerance=2e-3, energy_change_relative_tolerance=0.0)
    assert record.converged
    hessian, x = model.hessian(), model.positions - model.positions.mean(axis=0)
    scale = abs(hessian).max()
    for axis in np.eye(3):
        for motion in (np.tile(axis, (len(x), 1)), np.cross(axis, x)):
            unit = motion.ravel() / np.linalg.norm(motion)
            assert np.abs(hessian @ unit).max() < 1e-5 * scale  # a turn costs forces over lengths
    values = np.linalg.eigvalsh(hessian.toarray())
    assert np.abs(values[:6]).max() < 1e-5 * scale < values[-1]
