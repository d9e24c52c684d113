"""Relaxation: lower energy, honest status, known end states."""

import numpy as np
import pytest
from mechanical_networks import arrays, box, make_model, solve
from numpy.testing import assert_allclose

METHODS = ("POLAKRIBIERE", "FLETCHERRIEVES", "STEEPESTDESCENT", "LBFGS")
STATUSES = ("converged", "stalled", "limit", "no descent")


def tangle(seed, filaments=8, linkers=15, motors=8, stretch=30.0):
    """Filaments at random in a box of 300 nm with strained bonds."""
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(filaments):
        step = rng.normal(size=3)
        step *= 54 / np.linalg.norm(step)
        shapes.append(rng.uniform(80, 220, 3) + np.arange(-2, 3)[:, None] * step / 2)
    cylinders = 4 * filaments
    bonds = []
    for i in range(linkers + motors):
        a, b = rng.choice(cylinders, 2, replace=False)
        bonds.append((a, b, *rng.uniform(0, 1, 2), 8.0, rng.uniform(5, stretch), i >= linkers))
    return arrays(shapes, bonds, rest=27.0, stretching=100.0, hinge=672.0, volume=137.0)


def relaxed(state, model=None, **options):
    model = model or make_model(box([25] * 3, [275] * 3), volume_cutoff=60.0, boundary_cutoff=100.0)
    model.load(**state)
    return model, model.minimise(**options)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("method", METHODS)
def test_a_tangle_relaxes(seed, method):
    model, record = relaxed(tangle(seed), method=method)
    assert record.status in STATUSES
    assert record.energy_after < record.energy_before
    residual = np.abs(model.forces).max()
    assert record.residual == pytest.approx(residual)
    assert record.status == "converged"
    assert residual < 1.0
    assert record.predicted_decrease < 0.41
    assert record.iterations <= record.evaluations
    assert record.largest_displacement == pytest.approx(
        np.linalg.norm(model.positions - tangle(seed)["x"], axis=1).max(), abs=1e-12
    )
    after = model.evaluate()
    assert after == pytest.approx(record.energies_after)


def test_energies_of_the_record_are_those_of_the_states():
    state = tangle(3)
    model = make_model(volume_cutoff=60.0)
    model.load(**state)
    before = model.evaluate()
    record = model.minimise()
    assert record.energies_before == before
    assert record.energies_after == model.evaluate()
    assert record.energy_before == pytest.approx(sum(before.values()))


def test_same_state_gives_the_same_bits_whatever_was_loaded_before():
    first, one = relaxed(tangle(1))
    second, _ = relaxed(tangle(2))
    model, two = relaxed(tangle(1), model=second)
    assert one == two
    assert np.array_equal(first.positions, model.positions)


def test_tolerance_is_respected_or_the_status_says_otherwise():
    for tolerance in (10.0, 0.1, 1e-3, 1e-13):
        model, record = relaxed(tangle(4), gradient_tolerance=tolerance)
        if record.status == "converged":
            assert np.abs(model.forces).max() < tolerance
        else:
            assert record.status in ("stalled", "limit")
        assert record.energy_after < record.energy_before
    assert record.status == "stalled"  # 1e-13 pN is below rounding


def test_relaxed_state_is_left_alone():
    model, _ = relaxed(tangle(5), gradient_tolerance=0.5)
    x = model.positions
    record = model.minimise(gradient_tolerance=0.6)
    assert (record.status, record.iterations, record.largest_displacement) == ("converged", 0, 0)
    assert record.energies_before == record.energies_after
    assert np.array_equal(model.positions, x)


def test_tolerance_is_on_components_not_on_the_length_of_the_force():
    # k = 100 pN/nm, displaced so that every component of the end forces is 0.9 pN
    end = np.ones(3) * 1.009
    model, _ = solve([[[0, 0, 0], end]], rest=np.sqrt(3), stretching=100.0)
    assert_allclose(np.abs(model.forces), 0.9, rtol=1e-9)
    record = model.minimise()
    assert record.iterations == 0
    assert record.converged


def test_straight_filament_at_rest_stays():
    beads = [[500, 500, 100 + 54.0 * i] for i in range(6)]
    model, _ = solve([beads], stretching=100.0, hinge=672.0)
    record = model.minimise()
    assert record.iterations == 0
    assert np.array_equal(model.positions, beads)


def test_bent_filament_straightens():
    angle = np.cumsum(np.full(6, 0.2))
    beads = np.concatenate([[[0, 0, 0]], np.cumsum(108 * np.c_[np.cos(angle), np.sin(angle), 0 * angle], axis=0)])
    model, energy = solve([beads], stretching=100.0, hinge=672.0)
    assert energy["FilamentBending"] == pytest.approx(5 * 672 * (1 - np.cos(0.2)))
    record = model.minimise(gradient_tolerance=1e-6)
    assert record.energy_after < 1e-6
    end = model.positions[-1] - model.positions[0]
    assert np.linalg.norm(end) == pytest.approx(6 * 108, rel=1e-6)
    assert_allclose(model.positions.mean(axis=0), beads.mean(axis=0), atol=1e-3)


def test_preferred_angle_is_reached():
    beads = np.array([[0, 0, 0], [108, 0, 0], [215, 10, 0]], float)
    model, _ = solve([beads], rest=108.0, stretching=100.0, hinge=672.0, theta=0.7)
    model.minimise(gradient_tolerance=1e-6)
    a, b = np.diff(model.positions, axis=0)
    assert np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) == pytest.approx(0.7, abs=1e-5)


@pytest.mark.parametrize("motor", [False, True])
@pytest.mark.parametrize("distance", [60.0, 20.0, 36.0])
def test_linked_pair_goes_to_the_rest_length(distance, motor):
    filaments = [[[0, 0, 0], [108, 0, 0]], [[0, distance, 0], [108, distance, 0]]]
    model, _ = solve(filaments, [(0, 1, 0.5, 0.5, 8.0, 35.0, motor)], stretching=100.0)
    record = model.minimise(gradient_tolerance=1e-4)
    assert record.converged
    assert model.bond_tension[0] == pytest.approx(0, abs=1e-3)
    assert np.linalg.norm(np.subtract(*model.positions.reshape(2, 2, 3).mean(axis=1))) == pytest.approx(35, abs=1e-4)


def test_equilibrium_of_a_cylinder_pressed_against_a_wall_by_a_bond():
    # the wall's force (K/λ) exp(−d/λ) on two beads balances the bond k (D − l); everything else is at rest
    filaments = [[[28.0, 0, 0], [28.0, 50, 0]], [[100.0, 0, 0], [100.0, 50, 0]]]
    model = make_model([[25, 0, 0, 1, 0, 0], [103, 0, 0, -1, 0, 0]], excluded_volume=None)
    model, _ = solve(filaments, [(0, 1, 0.5, 0.5, 2.0, 90.0, True)], model=model, stretching=100.0)
    model.minimise(gradient_tolerance=1e-8)
    d = model.positions[0, 0] - 25
    assert 2 * 41 / 2.7 * np.exp(-d / 2.7) == pytest.approx(-model.bond_tension[0], rel=1e-5)


CROSSINGS = {
    "crossing": [[[0, 0, 0], [108, 0, 0]], [[54, -54, 0], [54, 54, 0]]],
    "end on middle": [[[0, 0, 0], [108, 0, 0]], [[54, 0, 0], [54, 108, 0]]],
    "nearly crossing": [[[0, 0, 0], [108, 0, 0]], [[54, -54, 1e-7], [54, 54, 1e-7]]],
    "identical": [[[0, 0, 0], [108, 0, 0]], [[0, 0, 0], [108, 0, 0]]],
    "collinear overlap": [[[0, 0, 0], [108, 0, 0]], [[50, 0, 0], [158, 0, 0]]],
    "opposite": [[[0, 0, 0], [108, 0, 0]], [[108, 0, 0], [0, 0, 0]]],
    "star of three": [
        [[-54, 0, 0], [54, 0, 0]], [[0, -54, 0], [0, 54, 0]], [[-30, -30, 0], [30, 30, 0]],
    ],
}  # fmt: skip


@pytest.mark.parametrize("excluded_volume", ["integral", "monomer"])
@pytest.mark.parametrize("name", CROSSINGS)
def test_crossing_start_is_survived(name, excluded_volume):
    beads = CROSSINGS[name]
    model = make_model(excluded_volume=excluded_volume)
    changes = {"serial": np.tile([0, 40], len(beads))}
    model.load(**arrays(beads, stretching=100.0, volume=8.57, **changes))
    record = model.minimise()
    assert record.separated >= 1
    assert record.converged
    assert np.isfinite(record.energy_before)
    assert record.energy_after < record.energy_before
    assert np.isfinite(model.positions).all()
    assert np.abs(model.positions - arrays(beads)["x"]).max() < 200


@pytest.mark.parametrize("height", [1e-3, 5e-3, -5e-3])
def test_cylinders_that_nearly_cross_part_on_their_sides(height):
    model, _ = solve([[[-54, 0, 0], [54, 0, 0]], [[0, -54, height], [0, 54, height]]], stretching=100.0, volume=8.57)
    record = model.minimise()
    assert record.separated == 1 and record.converged
    assert np.sign(model.positions[2:, 2].mean() - model.positions[:2, 2].mean()) == np.sign(height)


def test_cylinders_that_do_not_repel_may_cross():
    model, energy = solve(CROSSINGS["crossing"], stretching=100.0, volume=0.0)
    assert energy["CylinderExcludeVolume"] == 0
    record = model.minimise()
    assert (record.separated, record.largest_displacement) == (0, 0)


def test_no_bead_passes_a_filament_in_one_step():
    # a stretched bond pulls one filament towards another that lies in its way; it must end on the near side
    filaments = [[[-54, 40, 0], [54, 40, 0]], [[0, 0, -54], [0, 0, 54]], [[-54, -200, 0], [54, -200, 0]]]
    bonds = [(0, 2, 0.5, 0.5, 0.02, 1.0, False)]
    model, _ = solve(filaments, bonds, stretching=100.0, volume=137.0)
    record = model.minimise()
    assert record.status in STATUSES
    moving, obstacle = model.positions[:2].mean(axis=0), model.positions[2:4].mean(axis=0)
    assert moving[1] > obstacle[1]


def test_neighbours_are_searched_again_while_moving():
    # two filaments start out of range of each other and are pulled together
    filaments = [[[0, 0, 0], [108, 0, 0]], [[54, 200, -54], [54, 200, 54]]]
    model, _ = solve(filaments, [(0, 1, 0.5, 0.5, 8.0, 1.0, True)], stretching=100.0, volume=800.0)
    assert len(model.pairs) == 0
    record = model.minimise()
    assert record.rebuilds > 0
    assert record.converged
    assert model.pairs.tolist() == [[0, 1]]
    assert record.energies_after["CylinderExcludeVolume"] > 0


def test_evaluations_have_a_limit():
    state = tangle(0, filaments=3, linkers=4, motors=2)
    _, record = relaxed(state, max_distance=1e-6)
    assert record.status == "limit"
    assert 10_000 <= record.evaluations < 10_100
    assert record.energy_after < record.energy_before


def test_nothing_to_move():
    model = make_model()
    model.load(**arrays([]))
    record = model.minimise()
    assert (record.status, record.energy_after, record.largest_displacement) == ("converged", 0, 0)
