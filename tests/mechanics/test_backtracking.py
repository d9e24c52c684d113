"""The scheme of MEDYAN 5.4 on quadratic energies, where every step can be computed by hand.

A straight cylinder of stiffness k stretched by s behaves like a coordinate x = s/2 with stiffness 2k: both beads carry
the force k s and each moves by λ k s in a step λ along the force.
"""

import numpy as np
import pytest

from medyan_py.core.mechanics.model import MechanicalModel

LENGTH = 100.0


def springs(stretch, stiffness):
    """Separate straight cylinders stretched by ``stretch`` (nm), each standing for one coordinate x = stretch/2."""
    n = len(stretch)
    model = MechanicalModel(
        planes=np.zeros((0, 6)),
        boundary_k=1.0,
        boundary_screening=1.0,
        boundary_cutoff=1.0,
        bending=None,
        excluded_volume=None,
        volume_cutoff=1.0,
    )
    x = np.zeros((2 * n, 3))
    x[:, 1] = np.repeat(1000.0 * np.arange(n), 2)
    x[1::2, 0] = LENGTH + np.array(stretch)
    model.load(
        x,
        2 * np.arange(n + 1),
        np.arange(n),
        np.zeros(n, dtype=int),
        np.full(n, LENGTH),
        np.array(stiffness, dtype=float),
        np.zeros(2 * n),
        np.zeros(2 * n),
        np.zeros(n),
        np.zeros(2 * n, dtype=int),
        np.ones(n),
        np.ones(n, dtype=int),
        np.zeros((0, 2), dtype=int),
        np.zeros((0, 2)),
        np.zeros(0),
        np.zeros(0),
        np.zeros(0, dtype=np.uint8),
    )
    return model


def coordinates(model):
    positions = model.positions
    return (positions[1::2, 0] - positions[::2, 0] - LENGTH) / 2


def relax(model, tolerance, lambda_max=1.0, max_distance=1e6, method="POLAKRIBIERE"):
    return model.minimise(
        method=method,
        gradient_tolerance=tolerance,
        max_distance=max_distance,
        energy_change_relative_tolerance=0.0,
        scheme="backtracking",
        lambda_max=lambda_max,
    )


def test_step_is_halved_until_the_energy_falls_enough():
    model = springs([4.0], [50.0])  # x = 2, stiffness 100, force 200
    record = relax(model, 199.0)
    assert record.iterations == 1 and record.evaluations == 1 + 8  # 1, 1/2, … 2⁻⁷
    assert coordinates(model) == pytest.approx([0.4375])


def test_a_first_step_of_the_right_size_needs_one_trial():
    model = springs([4.0], [50.0])
    record = relax(model, 199.0, lambda_max=0.01)
    assert record.evaluations == 2 and coordinates(model) == pytest.approx([0.0], abs=1e-12)


def test_largest_force_limits_the_step():
    model = springs([4.0], [50.0])
    relax(model, 199.0, max_distance=0.5)
    assert coordinates(model) == pytest.approx([1.5])  # λ = 0.5/200


@pytest.mark.parametrize(
    ("method", "points"),
    [
        ("POLAKRIBIERE", [(8.5, -0.5), (6.758125, -0.216875), (5.74440625, 0.1084375)]),
        ("FLETCHERRIEVES", [(8.5, -0.5), (6.495625, -0.479375)]),
        ("STEEPESTDESCENT", [(8.5, -0.5), (7.225, 0.25)]),
    ],
)
def test_directions_of_the_three_rules(method, points):
    """E = ½(x² + 10 y²) from (10, 1) with steps of 0.15; the tolerance stops the search after each step in turn."""
    for steps, (x, y) in enumerate(points, start=1):
        model = springs([20.0, 2.0], [0.5, 5.0])
        before = points[steps - 2] if steps > 1 else (10.0, 1.0)
        stop = max(abs(before[0]), 10 * abs(before[1])) * (1 - 1e-9)
        record = relax(model, stop, lambda_max=0.15, method=method)
        assert record.iterations == steps
        assert coordinates(model) == pytest.approx([x, y], rel=1e-9)


def test_nothing_moves_below_the_tolerance():
    model = springs([0.01], [50.0])
    record = relax(model, 1.0)
    assert record.status == "converged" and record.iterations == 0 and record.energy_after == record.energy_before


def test_stops_when_the_energy_hardly_changes():
    model = springs([20.0, 2.0], [0.5, 5.0])
    record = model.minimise(
        gradient_tolerance=1e-9,
        max_distance=1e6,
        energy_change_relative_tolerance=0.9,
        scheme="backtracking",
        lambda_max=0.15,
    )
    assert record.status == "stalled" and record.iterations == 1


def test_unknown_scheme_and_step_are_refused():
    model = springs([4.0], [50.0])
    with pytest.raises(ValueError, match="scheme"):
        model.minimise(scheme="newton")
    with pytest.raises(ValueError, match="lambda_max"):
        model.minimise(scheme="backtracking", lambda_max=0.0)


def test_a_step_that_cannot_be_taken_ends_in_a_kick():
    """The forces are so large that MAXDISTANCE allows no step above 1e-8 nm/pN: after two failures all coordinates move
    along the forces, the one with the largest by MAXDISTANCE."""
    model = springs([4.0, 2.0], [1e9, 1e9])  # forces 4e9 and 2e9 pN
    record = relax(model, 3.9e9, lambda_max=1e-2, max_distance=0.5)
    assert record.status == "converged" and record.iterations == 0 and record.evaluations == 2
    assert coordinates(model) == pytest.approx([1.5, 0.75])


def test_a_step_is_given_up_after_twenty_halvings():
    """From 0.01 to below 1e-8 nm/pN, once with and once without the demand for a sufficient decrease; then a kick."""
    model = springs([4e-9], [1e9])  # force 4 pN, so that LAMBDAMAX is the limit; the steps that help are below 1e-9
    record = relax(model, 3.9, lambda_max=0.01, max_distance=1.0)
    # kicks of 1 nm lead to where no step is small enough, and back again, until the limit of 10 000 force calls
    assert record.status == "limit" and record.iterations == 0
    assert record.evaluations == 1 + 5000 * (2 * 20) + 10000


@pytest.mark.parametrize(("beads", "calls"), [(100, 10000), pytest.param(5000, 15000, marks=pytest.mark.slow)])
def test_limit_of_force_calls(beads, calls):
    """max(10 000, 3 · beads); steps just above the smallest make no end of it."""
    model = springs([4.0] * (beads // 2), [1.0] * (beads // 2))
    record = relax(model, 1e-3, lambda_max=2e-8)
    assert record.status == "limit" and record.iterations == calls


def test_every_step_lowers_the_energy():
    """Runs with ever smaller tolerances go the same way and stop at ever later steps."""
    rng = np.random.default_rng(3)
    stretch, stiffness = rng.uniform(0.5, 5, 8), rng.uniform(1, 400, 8)
    seen = {}
    for tolerance in np.geomspace(500, 1e-3, 60):
        record = relax(springs(stretch, stiffness), tolerance, lambda_max=0.01)
        seen[record.iterations] = record.energy_after
    energies = [seen[step] for step in sorted(seen)]
    assert len(energies) > 15
    assert (np.diff(energies) < 0).all()
