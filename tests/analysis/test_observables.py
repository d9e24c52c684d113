"""Observables of small networks, worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from medyan_py.analysis import (
    concentration,
    contour_lengths,
    end_to_end_distances,
    nematic_order,
    polar_order,
    radius_of_gyration,
    straightness,
)


def filaments(*beads):
    starts = np.concatenate(([0], np.cumsum([len(b) for b in beads], dtype=int)))
    return SimpleNamespace(beads=np.array([p for b in beads for p in b], dtype=float).reshape(-1, 3), start=starts)


def directed(*directions):
    """Straight filaments of 100 nm with these directions."""
    return filaments(*([(7, 8, 9), np.array((7, 8, 9)) + 100 * np.array(d, dtype=float)] for d in directions))


PAIR = filaments([(500, 500, 500), (608, 500, 500), (716, 500, 500)], [(500, 535, 500), (608, 535, 500)])
BENT = filaments([(0, 0, 0), (30, 0, 0), (30, 40, 0)], [(0, 0, 0), (0, 0, 10)])
NONE = filaments()


def test_radius_of_gyration_is_about_the_mean_of_the_beads():
    assert radius_of_gyration(PAIR) == pytest.approx(53.6901, abs=1e-4)
    assert radius_of_gyration(PAIR) ** 2 == pytest.approx(2882.6267, abs=1e-4)


def test_lengths():
    assert contour_lengths(BENT).tolist() == [70, 10]
    assert end_to_end_distances(BENT).tolist() == [50, 10]
    assert straightness(BENT) == pytest.approx((50 / 70 + 1) / 2)
    assert straightness(PAIR) == pytest.approx(1)


@pytest.mark.parametrize(
    ("directions", "order"),
    [
        ([(1, 0, 0), (1, 0, 0), (0, 1, 0)], 0.5),
        ([(1, 0, 0), (0, 1, 0), (0, 0, 1)], 0),
        ([(1, 0, 0), (0.5**0.5, 0.5**0.5, 0)], 0.780330),
        ([(1, 0, 0), (-1, 0, 0)], 1),
        ([(0, 0, 0), (0, 1, 0)], 1),  # one without direction
    ],
)
def test_nematic_order(directions, order):
    assert nematic_order(directed(*directions)) == pytest.approx(order, abs=1e-6)


def test_polar_order():
    assert polar_order(directed((1, 0, 0), (-1, 0, 0))) == pytest.approx(0, abs=1e-12)
    assert polar_order(directed((0, 0, 1), (0, 0, 1))) == pytest.approx(1)
    assert polar_order(directed((0, 1, 0), (0, 1, 0), (0, -1, 0))) == pytest.approx(1 / 3)


def test_nothing_to_measure():
    for observable in (radius_of_gyration, straightness, nematic_order, polar_order):
        assert np.isnan(observable(NONE))
    assert contour_lengths(NONE).shape == end_to_end_distances(NONE).shape == (0,)


def test_concentration():
    assert concentration(602, 1e9) == pytest.approx(1.0, abs=5e-4)
    np.testing.assert_allclose(concentration([0, 301.107], 1e9), [0, 0.5], rtol=1e-6)
    for volume in (0, -1, np.nan):
        with pytest.raises(ValueError, match="volume"):
            concentration(1, volume)
