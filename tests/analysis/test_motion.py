"""Motion and lifetimes, by hand and against theory."""

import numpy as np
import pytest
from frames import make_frame

from medyan_py.analysis.motion import (
    contractile_velocity,
    density_map,
    enclosing_sphere,
    lifetimes,
    mean_square_displacement,
    motor_velocities,
    squared_displacement,
)


def test_mean_square_displacement_of_random_walks():
    rng = np.random.default_rng(2)
    steps = rng.normal(0, 3.0, (400, 11, 3))
    steps[:, 0] = 0
    places = np.cumsum(steps, axis=1)
    frames = [
        make_frame({i: [places[i, t], places[i, t] + (1, 0, 0)] for i in range(400)}, time=0.5 * t) for t in range(11)
    ]
    lags, msd = mean_square_displacement(frames)
    np.testing.assert_allclose(lags, 0.5 * np.arange(1, 11))
    expected = 27 * np.arange(1, 11)
    # 400 walks: the mean over one origin has a relative standard error of sqrt(2/3/400); 5 of them
    np.testing.assert_allclose(msd, expected, rtol=5 * np.sqrt(2 / 3 / 400))
    assert msd[0] == pytest.approx(np.mean(np.sum(steps[:, 1:] ** 2, axis=2)))


def test_displacement_of_filaments_that_come_and_go():
    frames = [
        make_frame({0: [(0, 0, 0), (2, 0, 0)], 1: [(0, 0, 0), (2, 0, 0)]}, time=0),
        make_frame({0: [(0, 3, 0), (2, 3, 0)]}, time=1),
        make_frame({0: [(0, 3, 4), (2, 3, 4)], 7: [(0, 0, 0), (1, 0, 0)]}, time=2),
        make_frame({0: [(0, 3, 4), (2, 3, 4)]}, time=2.3),  # a last interval may be shorter
    ]
    _, msd = mean_square_displacement(frames)
    np.testing.assert_allclose(msd, [(9 + 16) / 2, 25])
    with pytest.raises(ValueError, match="equally spaced"):
        mean_square_displacement([frames[0], frames[1], frames[3], frames[2]])


def test_contractile_velocity():
    before = make_frame({0: [(0, 0, 0), (200, 0, 0)], 1: [(800, 0, 0), (1000, 0, 0)]}, time=0)
    after = make_frame({0: [(0, 0, 0), (200, 0, 0)], 1: [(790, 0, 0), (990, 0, 0)]}, time=1)
    assert contractile_velocity(before, after) == pytest.approx(5.0)  # 0 and 10 nm/s towards (500, 0, 0)
    with pytest.raises(ValueError, match="must be later"):
        contractile_velocity(after, before)


def test_treadmilling_is_no_contraction():
    """A filament that won a cylinder at its minus end and lost one at its plus end has not moved."""
    x = np.column_stack([np.arange(6) * 100.0, np.zeros(6), np.zeros(6)])
    before = make_frame({3: x[1:5]}, time=0)
    after = make_frame({3: x[0:4]}, time=1, delta_minus=[1])
    assert contractile_velocity(before, after) == pytest.approx(0.0)


def test_lifetimes():
    seen = [{1, 2}, {1, 3}, {1, 3, 4}, {1, 4, 5}]
    point = [(0, 0, 0), (1, 0, 0)]
    frames = [make_frame({}, time=2.0 * t, linkers=dict.fromkeys(ids, point)) for t, ids in enumerate(seen)]
    times, whole = lifetimes(frames, "linkers")
    assert times.tolist() == [6, 0, 2, 2, 0]
    assert whole.tolist() == [False, False, True, False, False]
    assert len(lifetimes(frames, "motors")[0]) == 0


def test_enclosing_sphere():
    rng = np.random.default_rng(3)
    on = rng.normal(size=(40, 3))
    on = np.array([5000, -300, 70]) + 800 * on / np.linalg.norm(on, axis=1)[:, None]
    frame = make_frame({i: [on[2 * i], (5000, 0, 0), on[2 * i + 1]] for i in range(20)})
    centre, radius = enclosing_sphere(frame.filaments)
    np.testing.assert_allclose(centre, [5000, -300, 70], atol=0.5)
    assert radius == pytest.approx(800, rel=1e-3)
    centre, radius = enclosing_sphere(make_frame({0: [(0, 0, 0), (10, 0, 0)]}).filaments)
    assert radius == pytest.approx(5, rel=1e-6) and centre[0] == pytest.approx(5, rel=1e-6)
    assert np.isnan(enclosing_sphere(make_frame({}).filaments)[1])


def test_density_map():
    frame = make_frame({0: [(0, 0, 0), (400, 0, 0), (800, 300, 0)], 1: [(10, 10, 600), (10, 40, 640)]})
    lengths = density_map(frame.filaments, (2, 2, 2), (500.0, 500.0, 500.0))
    assert lengths[0, 0, 0] == pytest.approx(400) and lengths[1, 0, 0] == pytest.approx(500)
    assert lengths[0, 0, 1] == pytest.approx(50) and lengths.sum() == pytest.approx(950)


def test_motors_along_their_filaments():
    """One leg steps 5 nm forward across a bead, the other goes back; the third and fourth change filament or let go."""
    lines = {0: [(0, 0, 0), (100, 0, 0), (100, 100, 0)], 1: [(0, 0, 50), (200, 0, 50)]}
    before = make_frame(lines, motors={7: [(98, 0, 0), (60, 0, 50)], 9: [(10, 0, 0), (60, 0, 50)]})
    after = make_frame(
        {n: np.add(p, (0, 0, 3)) for n, p in lines.items()},
        time=0.5,
        motors={9: [(10, 0, 53), (60, 20, 53)], 8: [(1, 0, 3), (2, 0, 53)], 7: [(100, 3, 3), (50, 0, 53)]},
    )
    velocities = motor_velocities(before, after)
    np.testing.assert_allclose(velocities, [[10, -20], [np.nan, np.nan]])
    assert squared_displacement(before, after) == pytest.approx(9)
    assert np.isnan(squared_displacement(before, make_frame({5: [(0, 0, 0), (1, 0, 0)]})))
    with pytest.raises(ValueError, match="must be later"):
        motor_velocities(after, before)
