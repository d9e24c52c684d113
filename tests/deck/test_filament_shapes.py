"""Beads and monomers of initial filaments from their points."""

import numpy as np
import pytest

from medyan_py.deck import Sizes, filament_shape

ACTIN = Sizes(108.0, 2.7, 40)
CENTRE = np.array([500.0, 500.0, 500.0])


def shape(points, projection, **more):
    return filament_shape(np.array(points, dtype=float), ACTIN, projection, CENTRE, **more)


def lengths(beads):
    return np.linalg.norm(np.diff(beads, axis=0), axis=1)


@pytest.mark.parametrize(
    ("end", "cylinders"),
    [((300, 0, 0), 3), ((1000, 0, 0), 9), ((40, 0, 0), 1), ((0, 0, 4000), 37), ((162, 0, 0), 2), ((161.9, 0, 0), 1)],
)
def test_straight_filaments_have_full_cylinders(end, cylinders):
    made = shape([(0, 0, 0), end], "STRAIGHT")
    assert made.beads.shape == (cylinders + 1, 3) and made.monomers is None
    np.testing.assert_allclose(lengths(made.beads), 108.0, rtol=1e-12)
    np.testing.assert_allclose(made.beads[-1], 108.0 * cylinders * np.array(end) / np.linalg.norm(end), rtol=1e-12)


def test_straight_filaments_take_their_number_of_cylinders_from_further_points():
    made = shape([(0, 0, 0), (50, 0, 0), (60, 9, 0), (70, 0, 0)], "STRAIGHT")
    assert made.beads.tolist() == [[0, 0, 0], [108, 0, 0], [216, 0, 0], [324, 0, 0]]


def test_zigzag():
    made = shape([(0, 0, 0), (324, 0, 0)], "ZIGZAG")
    assert made.beads.tolist() == [[0, 0, 0], [108, 0, 0], [108, 108, 0], [216, 108, 0]] and made.monomers is None
    up = shape([(1, 2, 3), (1, 2, 303)], "ZIGZAG").beads
    np.testing.assert_allclose(lengths(up), 108.0, rtol=1e-12)
    assert up[:3].tolist() == [[1, 2, 3], [1, 2, 111], [1, 2 - 108, 111]]


def test_zigzag_by_old_rules_has_growing_segments():
    beads = shape([(0, 0, 0), (324, 0, 0)], "ZIGZAG", old_rules=True).beads
    assert beads.tolist() == [[0, 0, 0], [0, 108, 0], [216, 0, 0], [0, 324, 0]]
    np.testing.assert_allclose(lengths(beads), [108, 241.495342, 389.399538], rtol=1e-8)


def bezier(t, *control):
    a, b, c, d = control
    return (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t * t * (1 - t) * c + t**3 * d


def test_arc_bulges_away_from_the_middle_and_never_turns_back():
    first, last = np.array([300.0, 700.0, 500.0]), np.array([700.0, 700.0, 500.0])
    made = shape([first, last], "ARC")
    np.testing.assert_allclose(lengths(made.beads)[:-1], 108.0, rtol=1e-9)
    assert (made.monomers[:-1] == 40).all() and 1 <= made.monomers[-1] <= 40
    assert lengths(made.beads)[-1] == pytest.approx(2.7 * made.monomers[-1])
    assert np.linalg.norm(made.beads[-1] - last) < 2.7  # in whole monomers
    assert (np.diff(made.beads[:, 0]) > 0).all() and (made.beads[1:-1, 1] > 700).all()
    # all beads but the last are on the curve
    u, v = (first - CENTRE) / np.linalg.norm(first - CENTRE), (last - CENTRE) / np.linalg.norm(last - CENTRE)
    control = (first, 0.75 * first + 0.25 * last + 100 * u, 0.5 * (first + last) + 300 * v, last)
    curve = np.array([bezier(t, *control) for t in np.linspace(0, 1, 20001)])
    for bead in made.beads[:-1]:
        assert np.linalg.norm(curve - bead, axis=1).min() < 0.05


def test_arc_by_old_rules_has_equal_arcs_and_as_many_cylinders_as_the_chord():
    first, last = np.array([300.0, 700.0, 500.0]), np.array([700.0, 700.0, 500.0])
    made = shape([first, last], "ARC", old_rules=True)
    assert len(made.beads) == 5 and made.monomers is None
    assert made.beads[0].tolist() == first.tolist() and made.beads[-1].tolist() == last.tolist()
    u, v = (first - CENTRE) / np.linalg.norm(first - CENTRE), (last - CENTRE) / np.linalg.norm(last - CENTRE)
    control = (first, 0.5 * (first + last) + 300 * v, 0.75 * first + 0.25 * last + 100 * u, last)
    curve = np.array([bezier(t, *control) for t in np.linspace(0, 1, 40001)])
    along = np.concatenate([[0], np.cumsum(lengths(curve))])
    places = [along[np.linalg.norm(curve - bead, axis=1).argmin()] for bead in made.beads]
    np.testing.assert_allclose(np.diff(places), along[-1] / 4, rtol=2e-3)  # to one in 4000 points of the curve
    many = shape([first, last], "ARC", old_rules=True, cylinders=200)
    assert len(many.beads) == 201 and lengths(many.beads) == pytest.approx(np.full(200, along[-1] / 200), rel=0.2)


def test_the_old_arc_of_an_organising_centre():
    """Radial to the middle of the grid: a straight line, of n − 1 longer cylinders."""
    points = np.array([(600.0, 500, 500), (1139.99, 500, 500)])
    made = filament_shape(points, ACTIN, "ARC", CENTRE, old_rules=True, cylinders=4)
    np.testing.assert_allclose(made.beads[:, 0], [600, 735.2296, 870.2275, 1005.2522, 1139.99], atol=1e-4)
    assert made.beads[[0, -1], 0].tolist() == [600.0, 1139.99]
    assert np.abs(made.beads[:, 1:] - 500).max() < 1e-9


def test_predefined_points_are_beads_where_cylinders_fit():
    points = [(50, 50, 50), (150, 50, 50), (150, 158, 50), (150, 158, 85)]
    made = shape(points, "PREDEFINED")
    assert made.beads.tolist() == [list(p) for p in points]
    assert made.monomers.tolist() == [37, 40, 13]  # 100 nm and 35 nm


def test_other_predefined_points_are_cut_into_full_cylinders_along_their_line():
    corner = [(0, 0, 0), (100, 0, 0), (100, 300, 0)]
    made = shape(corner, "PREDEFINED")
    np.testing.assert_allclose(lengths(made.beads)[:-1], 108.0, rtol=1e-12)
    np.testing.assert_allclose(made.beads[1], [100, np.sqrt(108**2 - 100**2), 0], rtol=1e-12)
    assert (made.beads[1:, 0] == 100).all()
    left = 300 - made.beads[-2, 1]
    assert made.monomers.tolist() == [40, 40, 40, round(left / 2.7)]
    assert lengths(made.beads)[-1] == pytest.approx(2.7 * made.monomers[-1])


def test_one_long_segment_is_cut_and_a_short_one_holds_what_fits():
    assert shape([(0, 0, 0), (300, 0, 0)], "PREDEFINED").monomers.tolist() == [40, 40, 31]  # 84 nm left
    short = shape([(0, 0, 0), (27, 0, 0)], "PREDEFINED")
    assert short.monomers.tolist() == [10] and short.beads[:, 0].tolist() == [0, 27]


def test_predefined_points_by_old_rules_are_full_cylinders_whatever_their_length():
    made = shape([(0, 0, 0), (100, 0, 0), (100, 120, 0)], "PREDEFINED", old_rules=True)
    assert made.monomers is None and lengths(made.beads).tolist() == [100, 120]


@pytest.mark.parametrize("points", [[(0, 0, 0), (3, 0, 0)], [(0, 0, 0), (1, 0, 0), (1, 1, 0)]])
def test_curves_too_short_for_two_monomers(points):
    with pytest.raises(ValueError, match="too short for a filament"):
        shape(points, "PREDEFINED")


def test_unknown_shape():
    with pytest.raises(ValueError, match="no beads for projection 'SPIRAL'"):
        shape([(0, 0, 0), (300, 0, 0)], "SPIRAL")
