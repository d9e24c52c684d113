"""Starts that ask much of a minimiser, for every rule of the search direction."""

import numpy as np
import pytest
from mechanical_networks import arrays, box, make_model, solve
from test_minimiser import METHODS, relaxed, tangle

KT = 4.1  # pN nm


def one_monomer_ends(seed=0, filaments=10):
    """Bent filaments whose end cylinders hold a monomer, stretched and forty times as stiff as the others."""
    rng = np.random.default_rng(seed)
    shapes, rest = [], []
    for _ in range(filaments):
        lengths = np.array([2.7, 108, 108, 108, 2.7])
        direction = rng.normal(size=3)
        steps = direction / np.linalg.norm(direction) + 0.2 * rng.normal(size=(5, 3))
        steps *= (lengths * rng.uniform(0.8, 1.3, 5) / np.linalg.norm(steps, axis=1))[:, None]
        shapes.append(rng.uniform(300, 700, 3) + np.concatenate([[np.zeros(3)], np.cumsum(steps, axis=0)]))
        rest.append(lengths)
    rest = np.concatenate(rest)
    bonds = [(5 * i + 2, 5 * ((i + 1) % filaments) + 1, 0.5, 0.5, 8.0, 35.0, False) for i in range(filaments)]
    bonds += [(5 * i + 4, 5 * ((i + 3) % filaments), 0.5, 0.5, 8.0, 200.0, True) for i in range(filaments)]
    return arrays(shapes, bonds, stretching=100 * 108 / rest, hinge=672.0, volume=8.57, rest_length=rest)


def bundle_on_one_line():
    """Five filaments at the same place, one of them the other way round."""
    line = np.linspace([200, 500, 500], [740, 500, 500], 6)
    return arrays([line, line, line[::-1], line, line], rest=108.0, stretching=100.0, hinge=672.0, volume=8.57)


def outside_the_walls():
    """Filaments that start up to 300 nm outside a box, or right through a wall."""
    rng = np.random.default_rng(4)
    shapes = []
    for axis in range(3):
        for side in (-250.0, 0.0, 1000.0, 1280.0):
            start = rng.uniform(200, 600, 3)
            start[axis] = side
            step = rng.normal(size=3)
            shapes.append(start + np.arange(4)[:, None] * 108 * step / np.linalg.norm(step))
    return arrays(shapes, rest=108.0, stretching=100.0, hinge=672.0, volume=8.57)


def walled():
    return make_model(box([25] * 3, [975] * 3), volume_cutoff=135.0, boundary_cutoff=300.0)


CASES = {
    "one-monomer ends": (one_monomer_ends, make_model),
    "coincident filaments": (bundle_on_one_line, make_model),
    "outside the walls": (outside_the_walls, walled),
    "tangle": (lambda: tangle(7), None),
}


@pytest.mark.parametrize("case", CASES)
def test_every_rule_copes_and_leaves_a_comparable_energy(case):
    state, model = CASES[case]
    energies = {}
    for method in METHODS:
        model_used, record = relaxed(state(), model=model() if model else None, method=method, predicted_decrease=0.04)
        assert record.converged, (method, record.status)
        assert np.abs(model_used.forces).max() < 1
        assert record.energy_after < record.energy_before
        energies[method] = record.energy_after / KT
    # different local minima of tangled filaments differ by more than what the criterion leaves
    spread = max(energies.values()) - min(energies.values())
    assert spread < 0.05 * record.energy_before / KT + 10, energies


def test_filaments_come_back_inside():
    model, record = relaxed(outside_the_walls(), model=walled())
    assert record.converged
    assert (model.positions > 24).all() and (model.positions < 976).all()


def test_lbfgs_goes_on_below_where_conjugate_gradients_stop():
    states = [one_monomer_ends(seed) for seed in range(4)]
    left = {}
    for method in ("POLAKRIBIERE", "LBFGS"):
        records = [relaxed(s, model=make_model(), method=method, predicted_decrease=KT / 100)[1] for s in states]
        left[method] = sum(record.energy_after for record in records)
    assert left["LBFGS"] < left["POLAKRIBIERE"]


def test_lbfgs_on_a_quadratic_energy_needs_few_steps():
    # a chain of springs at its start is what the preconditioner knows exactly; bonds across are left to the pairs
    filaments = [[[0, 0, 60.0 * i], [0, 108, 60.0 * i]] for i in range(6)]
    bonds = [(i, i + 1, u, u, 5.0, 50.0 + 4 * i, False) for i in range(5) for u in (0.0, 1.0)]
    model, _ = solve(filaments, bonds, stretching=100.0)
    record = model.minimise(method="LBFGS", gradient_tolerance=1e-7, predicted_decrease=1e-9, max_distance=1e3)
    assert record.converged and record.iterations < 60
    assert np.abs(model.bond_tension).max() < 1e-5


def test_no_descent_is_told_from_the_end_of_double_precision():
    # at 9e14 nm coordinates are 1/8 nm apart: no step below that shows, although a force of 5 pN predicts one
    far = 9e14
    filaments = [[[far, 0, 0], [far + 100, 0, 0]]]
    model, _ = solve(filaments, rest=100.05, stretching=100.0)
    record = model.minimise()
    assert record.status == "no descent"
    assert record.residual == pytest.approx(5.0)
    worst = model.largest_forces(1)[0]
    assert (worst.interaction, worst.cylinders) == ("FilamentStretching", (0,))
    assert worst.force == pytest.approx(worst.total) == pytest.approx(5.0)


def test_largest_forces_name_the_bond():
    filaments = [[[0, 0, 0], [108, 0, 0]], [[0, 40, 0], [108, 40, 0]], [[0, 900, 0], [108, 900, 0]]]
    model, _ = solve(filaments, [(0, 1, 0.5, 0.5, 8.0, 40.0, False), (1, 2, 0.5, 0.5, 8.0, 40.0, True)], stretching=1.0)
    worst = model.largest_forces(4)
    assert len(worst) == 4
    assert {(c.interaction, c.bond, c.cylinders) for c in worst} == {("MotorStretching", 1, (1, 2))}


def test_largest_forces_name_both_cylinders_of_a_hinge():
    bent = [[0, 0, 0], [108, 0, 0], [216, 0, 0], [216, 27, 0]]
    model, _ = solve([[[0, 500, 0], [108, 500, 0]], bent], stretching=1.0, hinge=672.0)
    worst = model.largest_forces(1)[0]
    assert (worst.interaction, worst.cylinders) == ("FilamentBending", (2, 3))


@pytest.mark.parametrize("motor", [False, True])
def test_largest_forces_name_the_right_one_of_several_bonds(motor):
    filaments = [[[0, 40 * i, 0], [108, 40 * i, 0]] for i in range(5)]
    rest = [40.0, 40.0, 30.0, 40.0]
    bonds = [(i, i + 1, 0.5, 0.5, 8.0, length, i in (0, 2) if motor else i % 2) for i, length in enumerate(rest)]
    model, _ = solve(filaments, bonds, model=make_model(excluded_volume=None), stretching=1.0)
    worst = model.largest_forces(4)
    name = "MotorStretching" if motor else "LinkerStretching"
    assert {(c.interaction, c.bond, c.cylinders) for c in worst} == {(name, 2, (2, 3))}
    assert worst[0].energy == pytest.approx(0.5 * 8 * 100) and worst[0].force == pytest.approx(40)


@pytest.mark.parametrize("scheme", ["preconditioned", "backtracking"])
@pytest.mark.parametrize("method", METHODS)
def test_energy_that_is_not_finite_at_the_start_is_an_error(scheme, method):
    if (scheme, method) == ("backtracking", "LBFGS"):
        pytest.skip("does not exist")
    model = make_model()
    model.load(**arrays([[[5, 0, 0], [5, 0, 0], [100, 0, 0]]], rest=50.0, stretching=100.0))
    with pytest.raises(RuntimeError, match=r"FilamentStretching.*cylinder 0") as caught:
        model.minimise(scheme=scheme, method=method)
    assert caught.value.culprits[0].cylinders == (0,)


def test_lbfgs_does_not_exist_in_the_old_scheme():
    model = make_model()
    model.load(**arrays([]))
    with pytest.raises(ValueError, match="LBFGS"):
        model.minimise(method="LBFGS", scheme="backtracking")


@pytest.mark.slow
def test_ten_thousand_cylinders():
    rng = np.random.default_rng(8)
    filaments, beads = 2000, 6
    step = rng.normal(size=(filaments, 1, 3))
    step *= 108 / np.linalg.norm(step, axis=2, keepdims=True)
    x = rng.uniform(600, 3400, (filaments, 1, 3)) + np.arange(beads)[:, None] * step + rng.normal(size=(1, beads, 3))
    state = arrays(x, rest=108.0, stretching=100.0, hinge=672.0, volume=8.57)
    model = make_model(box([25] * 3, [3975] * 3), volume_cutoff=135.0, boundary_cutoff=300.0)
    model, record = relaxed(state, model=model)
    assert len(state["rest_length"]) == 10_000
    assert record.converged and record.residual < 1
    assert record.energy_after < 0.5 * record.energy_before


def test_old_scheme_without_recovery_ends_at_a_failed_line_search():
    far = 9e14
    model, _ = solve([[[far, 0, 0], [far + 100, 0, 0]]], rest=100.05, stretching=100.0)
    ended = model.minimise(scheme="backtracking", recover=False)
    assert (ended.status, ended.iterations) == ("no descent", 0)


def test_default_stop_is_per_cylinder_in_large_networks():
    records = {}
    for filaments in (10, 300):
        rng = np.random.default_rng(2)
        x = (
            1e4 * np.arange(filaments)[:, None, None]
            + 54 * np.arange(4)[:, None] * [1, 0, 0]
            + rng.normal(size=(1, 4, 3))
        )
        bonds = [(3 * i, 3 * i + 2, 0.2, 0.7, 0.05, 60.0, False) for i in range(filaments)]
        for bound in (None, 0.41, 4.1 / 500 * 900):
            model, _ = solve(x, bonds, rest=54.0, stretching=100.0, hinge=672.0)
            records[filaments, bound] = model.minimise(gradient_tolerance=1e3, predicted_decrease=bound)
    assert records[10, None] == records[10, 0.41]
    assert records[300, None] == records[300, 4.1 / 500 * 900]
    assert records[300, None].iterations < records[300, 0.41].iterations
