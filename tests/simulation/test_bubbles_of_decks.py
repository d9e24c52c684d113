"""Bubbles, organising centres and probes of decks: where they start, what they do to filaments, what is written."""

import numpy as np
import pytest
from bubble_deck import BUBBLES, anchor
from numpy.testing import assert_allclose

from medyan_py.analysis import read_snapshot
from medyan_py.deck import DeckError
from medyan_py.output import SnapshotRecorder


def ends(simulation):
    """Minus ends and plus ends of all filaments, nm."""
    view = simulation.filaments
    return view.beads[view.start[:-1]], view.beads[view.start[1:] - 1]


# ---- where they are


def test_bubbles_of_a_file_then_random_ones_then_anchors(runner):
    (runner.path / "b.txt").write_text("# a comment\nBUBBLE: 1 300 300 300\n\nBUBBLE: 0 700 600 500\n")
    changes = BUBBLES | {
        "NUMBUBBLETYPES": "2",
        "BUBBLEINTERACTIONK": "90 40",
        "BUBBLESCREENLENGTH": "15 10",
        "BUBBLERADIUS": "100 50",
        "BUBBLEFILE": "b.txt",
        "NUMBUBBLES": "3",
        "BUBBLETYPE": "1",
        "init-afm": anchor("500 500 800"),
        "init-mtoc": anchor("200 200 700", fixed="false"),
    }
    bubbles = runner.start("", changes).bubbles
    assert bubbles.ids.tolist() == list(range(7)) and bubbles.types.tolist() == [1, 0, 1, 1, 1, 0, 0]
    assert bubbles.kinds == ("bubble",) * 5 + ("mtoc", "afm")
    assert bubbles.radii.tolist() == [50, 100, 50, 50, 50, 100, 100]
    assert bubbles.fixed.tolist() == [False] * 6 + [True]
    assert_allclose(bubbles.coords[-1], [500, 500, 800])


@pytest.mark.parametrize("seed", range(3))
def test_random_bubbles_lie_in_their_box_inside_the_boundary(runner, seed):
    changes = {"NUMBUBBLES": "40", "BUBBLERADIUS": "60", "FILCREATIONBOUNDS": "0 0.5 0 1 1 0.3"}
    coords = runner.start("", changes, seed=seed).bubbles.coords
    assert coords.min(0)[0] > 85 and coords.max(0)[0] < 915 and coords.max(0)[1] < 915
    assert coords.min(0)[1] > 500 and coords.min(0)[2] > 85 and coords.max(0)[2] < 300
    assert np.ptp(coords, axis=0)[0] > 600  # of 40 uniform ones: not so once in 10^6


def test_random_bubbles_without_a_place(runner, monkeypatch):
    monkeypatch.setattr("medyan_py.setup.bubbles.MOST_TRIALS", 1000)
    with pytest.raises(DeckError, match="NUMBUBBLES: no place for random bubble 1 of 2"):
        runner.start("", {"NUMBUBBLES": "2", "BUBBLERADIUS": "480"})


def test_random_filaments_keep_out_of_bubbles(runner):
    changes = {
        "NUMBUBBLES": "0",
        "BUBBLERADIUS": "300",
        "init-mtoc": anchor(),
        "NUMFILAMENTS": "60",
        "FILCREATIONBOUNDS": "0.25 0.25 0.25 0.75 0.75 0.75",
    }
    simulation = runner.start("", changes)
    for points in ends(simulation):
        assert np.linalg.norm(points - 500, axis=1).min() > 300 - 0.1  # a filament is 0.01 nm longer than tested


# ---- organising centres


def test_attached_filaments_are_full_straight_and_radial(runner):
    changes = BUBBLES | {"init-mtoc": anchor(filaments=20, cylinders=2)}
    simulation = runner.start("", changes)
    minus, plus = ends(simulation)
    assert len(minus) == 20 and simulation.filaments.monomers.tolist() == [40] * 40
    assert_allclose(np.linalg.norm(minus - 500, axis=1), 100, atol=1e-6)
    assert_allclose(np.linalg.norm(plus - 500, axis=1), 316, atol=1e-6)
    assert_allclose(simulation.filaments.rest_lengths, 108)
    assert simulation.bubbles.filaments[0].tolist() == list(range(20))
    assert simulation.energies["MTOCAttachment"] == pytest.approx(0, abs=1e-9)
    assert simulation.energies["BubbleCylinderRepulsion"] == 0  # its own filaments are not repelled


def test_directions_are_uniform_in_the_window(runner):
    """Kolmogorov's distance of height and azimuth from uniform ones, at a level of 10⁻⁶."""
    n = 400
    window = "(theta1 0.25) (theta2 0.75) (phi1 0.5) (phi2 1)"
    simulation = runner.start("", {"BUBBLERADIUS": "100", "init-mtoc": anchor(filaments=n, more=window)}, seed=5)
    direction = (ends(simulation)[0] - 500) / 100
    height, azimuth = direction[:, 1], np.arctan2(direction[:, 2], direction[:, 0]) % (2 * np.pi) / (2 * np.pi)
    uniform = np.arange(1, n + 1) / n
    bound = np.sqrt(0.5 * np.log(2e6) / n) + 1 / n
    assert np.abs(np.sort(height) - uniform).max() < bound
    assert np.abs(np.sort(2 * (azimuth - 0.25)) - uniform).max() < bound


def test_directions_and_shape_by_old_rules(runner):
    """Uniform elevation, not uniform on the sphere; n − 1 longer cylinders along an arc."""
    changes = {"BUBBLERADIUS": "100", "compatibility": "medyan-5.4"}
    simulation = runner.start("", changes | {"init-mtoc": anchor(filaments=200, cylinders=3)}, seed=5)
    minus, plus = ends(simulation)
    elevation = np.arcsin(np.clip((minus[:, 1] - 500) / 100, -1, 1)) / np.pi + 0.5
    bound = np.sqrt(0.5 * np.log(2e6) / 200) + 1 / 200
    assert np.abs(np.sort(elevation) - np.arange(1, 201) / 200).max() < bound
    assert np.diff(simulation.filaments.start).tolist() == [3] * 200  # two cylinders instead of three
    assert_allclose(np.linalg.norm(plus - minus, axis=1), 323.99, rtol=0.02)


def test_attached_filaments_that_find_no_place(runner, monkeypatch):
    monkeypatch.setattr("medyan_py.setup.bubbles.MOST_TRIALS", 1000)
    changes = {"BUBBLERADIUS": "100", "init-mtoc": anchor("500 500 500", filaments=1, cylinders=9)}
    with pytest.raises(DeckError, match=r"init-mtoc: no direction in which an attached filament ends inside"):
        runner.start("", changes)


def test_a_free_centre_follows_its_filaments(runner):
    """One filament with its minus end 150 nm off the surface is pulled in, and the centre towards it."""
    changes = BUBBLES | {"init-mtoc": anchor("500 500 500", filaments=1, fixed="false", more="(phi1 1)")}
    simulation = runner.start("", changes)
    beads = simulation.chemistry.filaments.beads
    beads["x"][beads.rows, 1] += 60.0
    simulation.run(0.1)
    minus, _ = ends(simulation)
    centre = simulation.bubbles.coords[0]
    assert np.linalg.norm(minus[0] - centre) == pytest.approx(100, abs=0.15)  # 1 pN at 10 pN/nm
    assert centre[1] > 510 and minus[0, 1] < 655


def test_attachment_stays_with_the_old_minus_end_when_a_filament_is_severed(runner):
    changes = BUBBLES | {"init-mtoc": anchor(filaments=6, cylinders=3)}
    simulation = runner.start("SEVERINGREACTION: 0 AT AF:FILAMENT 2.0\n", changes, seed=3)
    simulation.run(0.5)
    assert len(simulation.filaments) > 6
    attached = simulation.bubbles.filaments[0]
    minus, _ = ends(simulation)
    at = np.isin(simulation.filaments.ids, attached)
    assert len(attached) == 6
    assert_allclose(np.linalg.norm(minus[at] - 500, axis=1), 100, atol=0.5)
    assert np.linalg.norm(minus[~at] - 500, axis=1).min() > 150


# ---- loads on growing ends


def test_load_of_a_bubble_follows_the_growing_end(runner):
    """K/λ exp(−gap/λ) at the place where the tip would stand, times the cosine."""
    changes = BUBBLES | {"init-mtoc": anchor("500 500 500")}
    simulation = runner.start(
        "", changes, filaments="FILAMENT 0 252 500 500 360 500 500\nFILAMENT 0 252 580 500 360 580 500\n"
    )
    chemistry = simulation.chemistry
    for number in range(2):
        tip = simulation.filaments.beads[2 * number + 1]
        direction = tip - simulation.filaments.beads[2 * number]
        direction /= np.linalg.norm(direction)
        for index in (0, 5, 12):
            at = tip + 2.7 * index * direction
            towards = 500 - at
            gap = np.linalg.norm(towards) - 100
            load = 90 / 15 * np.exp(-gap / 15) * (towards @ direction) / np.linalg.norm(towards)
            assert chemistry.end_load(2 * number + 1, index) == pytest.approx(load, rel=1e-9)
        assert chemistry.end_load(2 * number, 3) == 0  # minus ends point away
    assert chemistry.end_load(1, 12) > 3 * chemistry.end_load(1, 0) > 0


@pytest.mark.parametrize(("cutoff", "felt"), [("41", True), ("39", False)])
def test_bubbles_out_of_reach_exert_no_load(runner, cutoff, felt):
    """The tip is pinned 40 nm from the surface of a bubble."""
    changes = BUBBLES | {"init-mtoc": anchor("500 500 500"), "BUBBLECUTOFF": cutoff}
    changes |= {"SPECIALPROTOCOL": "pin-initial-filament-below-z 1e5 600"}
    simulation = runner.start("", changes, filaments="FILAMENT 0 252 500 500 360 500 500\n")
    gap = 400 - simulation.filaments.beads[1, 0]
    assert abs(gap - 40) < 0.9
    assert (simulation.chemistry.end_load(1, 0) > 0) == felt


def test_load_of_a_bubble_by_old_rules_does_not_rise(runner):
    changes = BUBBLES | {"init-mtoc": anchor("500 500 500"), "compatibility": "medyan-5.4"}
    simulation = runner.start("", changes, filaments="FILAMENT 0 252 500 500 360 500 500\n")
    loads = [simulation.chemistry.end_load(1, index) for index in (0, 5, 12)]
    assert loads[0] == pytest.approx(loads[2], rel=1e-6) and loads[0] > 0


def test_a_centre_loads_the_ends_of_others_not_of_its_own_filaments(runner):
    changes = BUBBLES | {"init-mtoc": anchor("500 500 500", filaments=1, more="(phi1 1)")}
    simulation = runner.start("", changes, filaments="FILAMENT 0 500 385 500 500 277 500\n")
    own, other = ends(simulation)[0]
    assert np.linalg.norm(own - 500) < 101 and simulation.chemistry.end_load(0, 0) == 0
    gap = np.linalg.norm(other - 500) - 100
    assert 5 < gap < 60
    assert simulation.chemistry.end_load(2, 0) == pytest.approx(90 / 15 * np.exp(-gap / 15), rel=1e-3)


# ---- outputs


def test_bubbles_in_the_trajectory(runner, tmp_path):
    changes = BUBBLES | {"init-mtoc": anchor("400 500 500", filaments=2), "init-afm": anchor("500 500 850")}
    simulation = runner.start("", changes)
    (tmp_path / "snapshot.traj").write_text(SnapshotRecorder.text(simulation))
    (frame,) = read_snapshot(tmp_path / "snapshot.traj")
    assert frame.bubbles.ids.tolist() == [0, 1] and frame.bubbles.types.tolist() == [0, 0]
    assert_allclose(frame.bubbles.coords, simulation.bubbles.coords)
    assert len(frame.filaments.ids) == 2


def test_all_energies_of_bubbles_are_named(runner):
    changes = BUBBLES | {
        "init-mtoc": anchor("400 500 500", filaments=2),
        "init-afm": anchor("500 500 850", filaments=1, more="(phi2 0)"),
    }
    changes["SPECIALPROTOCOL"] = "pin-initial-filament-below-z 5 1000"
    simulation = runner.start("", changes)
    beads = simulation.chemistry.filaments.beads
    beads["x"][beads.rows] += [0.0, 3.0, 2.0]
    simulation._mechanics.model.load(**simulation._mechanics.arrays())
    energies = simulation._mechanics.model.evaluate()
    for name in ("BoundaryCylinderAttachment", "MTOCAttachment", "AFMAttachment"):
        assert energies[name] > 1 and name in simulation.energies
    for name in ("BubbleCylinderRepulsion", "BubbleBubbleRepulsion", "BoundaryBubbleRepulsion"):
        assert name in simulation.energies and name in energies
    assert {name for name, energy in energies.items() if energy} <= set(simulation.energies)
