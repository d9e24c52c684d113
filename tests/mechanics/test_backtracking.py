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


@pytest.mark.parametrize(("step", "x"), [(0.0119, -0.38), (0.0121, 0.79)])
def test_the_energy_has_to_fall_by_two_fifths_of_what_the_slope_promises(step, x):
    """Which a step does up to 1.2 times the inverse of the stiffness of 100."""
    model = springs([4.0], [50.0])
    relax(model, 199.0, lambda_max=step)
    assert coordinates(model) == pytest.approx([x])


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


def step_by_step(y, k, method, tolerance, lambda_max, max_distance):
    """The scheme once more, for springs along one line; positions at its end, steps, energies computed, restarts."""

    def energy(y):
        return 0.5 * (k * (y[1::2] - y[::2] - LENGTH) ** 2).sum()

    def force(y):
        pull = k * (y[1::2] - y[::2] - LENGTH)
        return np.stack([pull, -pull], axis=1).ravel()

    f = d = force(y)
    steps, evaluations, restarts = 0, 1, 0
    while np.abs(f).max() >= tolerance:
        step, at = min(lambda_max, max_distance / np.abs(f).max()), energy(y)
        while True:
            evaluations += 1
            if energy(y + step * d) - at <= -0.4 * step * (d @ f):
                break
            step /= 2
            assert step > 1e-8
        y, steps = y + step * d, steps + 1
        new = force(y)
        beta = {"POLAKRIBIERE": max(0.0, (new @ new - new @ f) / (f @ f)), "FLETCHERRIEVES": (new @ new) / (f @ f)}
        d = new + beta.get(method, 0.0) * d
        if d @ new <= 0:
            d, restarts = new, restarts + 1
        f = new
    return y, steps, evaluations, restarts


@pytest.mark.parametrize("method", ["POLAKRIBIERE", "FLETCHERRIEVES", "STEEPESTDESCENT"])
def test_random_springs_step_by_step(method):
    restarted = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        n = rng.integers(1, 6)
        stretch, k = rng.uniform(-8, 8, n), 10 ** rng.uniform(0, 2, n)
        first, distance = 10 ** rng.uniform(-2.5, 0.5), 10 ** rng.uniform(-1, 2)
        y = np.zeros(2 * n)
        y[1::2] = LENGTH + stretch
        y, steps, evaluations, restarts = step_by_step(y, k, method, 1.0, first, distance)
        model = springs(stretch, k)
        record = relax(model, 1.0, lambda_max=first, max_distance=distance, method=method)
        assert (record.status, record.iterations, record.evaluations) == ("converged", steps, evaluations)
        assert model.positions[:, 0] == pytest.approx(y, rel=1e-9, abs=1e-7)
        restarted += restarts
    assert restarted > 5 or method != "POLAKRIBIERE"


def test_at_the_limit_the_lowest_state_of_the_second_half_is_taken():
    """A bead is drawn, 1 nm in 1000 steps, into a wall too stiff for any step: from there it is kicked to and fro."""
    model = MechanicalModel(
        planes=[[0.0, 0, 0, 1, 0, 0]],
        boundary_k=100.0,
        boundary_screening=1e-4,
        boundary_cutoff=100.0,
        bending=None,
        excluded_volume=None,
        volume_cutoff=1.0,
        pinning=True,
    )
    state = {"x": [[7.0, 0, 0], [50.0, 0, 0]], "filament_start": [0, 2], "filament_key": [0], "position": [0]}
    state |= {"rest_length": [43.0], "stretching_k": [0.0], "hinge_k": [0.0, 0], "hinge_theta": [0.0, 0]}
    state |= {"volume_k": [0.0], "serial": [0, 1], "monomer_size": [1.0], "monomer_interval": [1]}
    bonds = {"bond_cylinders": np.zeros((0, 2), int), "bond_fractions": np.zeros((0, 2)), "bond_k": []}
    bonds |= {"bond_rest": [], "bond_is_motor": []}
    model.load(**state, **bonds, pins={"bead": [0], "place": [[-1e6, 0, 0]], "k": [0.05]})
    record = relax(model, 4.9e4, lambda_max=2e-8, max_distance=0.25)
    assert record.status == "limit" and 5000 < record.iterations < 9000
    assert model.positions[0, 0] == pytest.approx(0.0, abs=0.01)


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
