"""Filaments that simulations start with: shapes, partly filled cylinders, random ones within their box."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from medyan_py.deck import DeckError


def lengths(simulation):
    view = simulation.filaments
    steps = np.linalg.norm(np.diff(view.beads, axis=0), axis=1)
    return np.delete(steps, view.start[1:-1] - 1)


@pytest.mark.parametrize("projection", ["STRAIGHT", "ZIGZAG", "ARC", "PREDEFINED"])
def test_random_filaments_begin_in_their_box_and_lie_inside(runner, projection):
    changes = {
        "NUMFILAMENTS": "25",
        "FILAMENTLENGTH": "2",
        "PROJECTIONTYPE": projection,
        "FILCREATIONBOUNDS": "0.3 0.3 0.3 0.7 0.6 0.5",
        "BOUNDARYCUTOFF": "100",
        "FBENDINGK": "0",  # so that they keep their shape
    }
    simulation = runner.start("", changes, seed=3)
    view = simulation.filaments
    first = view.beads[view.start[:-1]]
    assert len(view) == 25
    # beads may have moved by some nm where filaments touch
    assert (first > np.array([300, 300, 300]) - 15).all() and (first < np.array([700, 600, 500]) + 15).all()
    assert view.beads.min() > 25 and view.beads.max() < 975
    assert_allclose(view.rest_lengths, 2.7 * view.monomers)
    full = view.monomers == 40
    assert_allclose(lengths(simulation)[full], 108, atol=0.5)
    if projection == "ARC":
        assert not full.all() and np.diff(view.start).max() > 3
    else:
        assert full.all() and (np.diff(view.start) == 3).all()


def test_partly_filled_ends_grow_on(runner):
    """A filament of 1½ cylinders becomes a full second cylinder and then a third."""
    chemistry = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.5\n"
    text = "FILAMENT 0 300 500 500 354 500 500 462 500 500 516 500 500\n"
    simulation = runner.start(chemistry, {"PROJECTIONTYPE": "PREDEFINED"}, filaments=text)
    assert simulation.filaments.monomers.tolist() == [20, 40, 20]
    assert simulation.copy_numbers("AF") == 78
    assert_allclose(lengths(simulation), [54, 108, 54], atol=1e-6)
    simulation.run(1.5)
    view = simulation.filaments
    assert view.monomers[:3].tolist() == [20, 40, 40] and view.monomers.sum() > 100
    assert simulation.copy_numbers("AF") == view.monomers.sum() - 2
    assert simulation.copy_numbers("A").sum() == 400 - (view.monomers.sum() - 80)


def test_predefined_lengths_by_old_rules(runner):
    """Every cylinder is at rest as it is, with the monomers of a full one."""
    text = "FILAMENT 0 300 500 500 400 500 500 520 500 500\n"
    changes = {"PROJECTIONTYPE": "PREDEFINED", "compatibility": "medyan-5.4"}
    view = runner.start("", changes, filaments=text).filaments
    assert_allclose(view.rest_lengths, [100, 120])
    assert view.monomers.tolist() == [40, 40] and np.abs(view.tensions).max() < 1e-9


def test_file_filaments_come_first(runner):
    text = "FILAMENT 0 300 500 500 408 500 500\nFILAMENT 0 300 600 500 408 600 500\n"
    simulation = runner.start("", {"NUMFILAMENTS": "3"}, filaments=text)
    view = simulation.filaments
    assert view.ids.tolist() == list(range(5))
    assert_allclose(view.beads[:4, 1], [500, 500, 600, 600], atol=0.1)


def test_random_filaments_without_a_place(runner, monkeypatch):
    monkeypatch.setattr("medyan_py.setup.filaments.MOST_TRIALS", 500)
    changes = {"NUMFILAMENTS": "2", "FILAMENTLENGTH": "8", "FILCREATIONBOUNDS": "0.45 0.45 0.45 0.55 0.55 0.55"}
    with pytest.raises(DeckError, match=r"system.txt:\d+: NUMFILAMENTS: no place for random filament 1 of 2 in 500"):
        runner.start("", changes)
