"""Restarts from dumps and frames: filaments of organising centres and probes, pulls, pins from a file."""

import numpy as np
import pytest
from bubble_deck import BUBBLES, anchor

from medyan_py import DeckError, open_trajectory
from medyan_py.output import Recorders, standard_recorders
from medyan_py.setup.frame_start import start_from_frame

RESTART = {"FILAMENTFILE": "dump.txt", "RESTARTPHASE": ""}
FREE = "FILAMENT 0 700 200 200 808 200 200\n"  # attached to nothing
CENTRE = BUBBLES | {"init-mtoc": anchor("400 500 500", filaments=5, cylinders=2, fixed="false")}


def again(runner, simulation, changes):
    """The simulation that starts from the dump of another one."""
    (runner.path / "dump.txt").write_text(simulation.restart_dump())
    return runner.start("", {**changes, **RESTART}, seed=2)


def attached(simulation):
    """Bubble of every filament by the filament's id, −1 for none."""
    table = simulation.chemistry.filaments.table
    return dict(sorted((int(table["ident"][row]), int(table["anchor"][row])) for row in table.rows))


def test_filaments_of_an_organising_centre_are_attached_again(runner):
    first = runner.start("", CENTRE, FREE)
    first.run(0.3)
    second = again(runner, first, CENTRE)
    assert attached(second) == attached(first) == {**dict.fromkeys(range(5), 0), 5: -1}
    assert second.time == pytest.approx(0.3)
    assert np.abs(second.filaments.beads - first.filaments.beads).max() < 1
    assert np.abs(second.bubbles.coords - first.bubbles.coords).max() < 1
    assert second.restart_dump().splitlines()[2] == "6 11 17 0 0 0 1"
    second.run(0.2)
    minus = second.filaments.beads[second.filaments.start[:5]]
    assert np.abs(np.linalg.norm(minus - second.bubbles.coords[0], axis=1) - 100).max() < 5


def test_a_centre_that_is_not_where_its_filaments_are(runner):
    first = runner.start("", CENTRE, FREE)
    elsewhere = CENTRE | {"init-mtoc": anchor("700 500 500", filaments=5, cylinders=2)}
    with pytest.raises(DeckError, match=r"system.txt:\d+: init-mtoc: 0 filaments of .*dump.txt begin within 50 nm"):
        again(runner, first, elsewhere)


def test_pulls_before_a_restart_are_done(runner):
    """The probe is where the deck puts it, and moves on at the times at which it would have."""
    changes = BUBBLES | {"init-afm": anchor("500 500 850"), "SPECIALPROTOCOL": "AFM -10 -5 1 4 2"}
    first = runner.start("", changes, FREE)
    first.run(3.4)
    where = first.bubbles.coords[0]
    assert where[2] == pytest.approx(810)
    place = {"init-afm": anchor(" ".join(map(str, where)))}
    second = again(runner, first, changes | place)
    assert second.bubbles.coords[0, 2] == where[2]
    for simulation in (first, second):
        simulation.run(1.2)
    assert first.bubbles.coords[0, 2] == second.bubbles.coords[0, 2] == pytest.approx(800)


@pytest.mark.parametrize("name", ["snapshot.traj", "traj.h5"])
def test_a_frame_tells_where_bubbles_are(runner, name):
    """From text and from HDF5: bubbles are there, and hold the filaments that they held."""
    first = runner.start("", CENTRE, FREE)
    first._bubbles.x += 3  # as if the centre had moved
    recorders: Recorders = standard_recorders(runner.path, ("snapshot", "h5"))
    recorders.open(first)
    recorders.record(first)
    recorders.close(first)
    with open_trajectory(runner.path / name) as trajectory:
        deck = start_from_frame(first.deck, trajectory[-1], name)
    assert deck.initial.dump.bubbles == (pytest.approx((403, 503, 503), abs=1e-6),)
    second = type(first)(deck, 3)
    assert attached(second) == attached(first)
    with (
        open_trajectory(runner.path / name) as trajectory,
        pytest.raises(DeckError, match="bubbles are of the types 0"),
    ):
        start_from_frame(runner.start("").deck, trajectory[-1], name)


# ---- pins from a file

PINNED = {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 7 50 0", "PINRESTARTFILE": "pins.txt"}
NEAR = "FILAMENT 0 60 500 500 276 500 500\nFILAMENT 0 400 500 400 508 500 400\n"


def pinned_again(runner, pins):
    first = runner.start("", {"SPECIALPROTOCOL": PINNED["SPECIALPROTOCOL"]}, NEAR)
    first.run(0.1)
    (runner.path / "pins.txt").write_text(pins)
    return again(runner, first, PINNED)


def test_pins_of_a_file(runner):
    """Ends are held at the places of the file, and not at their own as well."""
    second = pinned_again(runner, "# held\nFILAMENT 1: 402 500 400 0 0 0\nFILAMENT 0: 0 0 0 276 500 505\n")
    saved = second._pins.state()
    view = second.filaments
    assert saved["place"].tolist() == [[402, 500, 400], [276, 500, 505]] and saved["stiffness"].tolist() == [7, 7]
    rows = second.chemistry.filaments.ordered()["bead"]
    assert saved["bead"].tolist() == [rows[view.start[1]], rows[view.start[1] - 1]]
    assert view.beads[view.start[1]] == pytest.approx([402, 500, 400], abs=0.2)
    second.run(0.3)
    assert len(second._pins) == 2


def test_a_file_without_pins_leaves_them_to_the_protocol(runner):
    second = pinned_again(runner, "FILAMENT 0: 0 0 0 0 0 0\n")
    assert second._pins.state()["place"] == pytest.approx(np.array([[60, 500, 500]]), abs=0.2)


@pytest.mark.parametrize(
    ("pins", "message"),
    [
        ("FILAMENT 0: 1 2 3\n", "pins.txt:1: FILAMENT: found 5 words, allowed: FILAMENT id:"),
        ("\nMOTOR 0: 1 2 3 4 5 6\n", "pins.txt:2: FILAMENT: found 'MOTOR'"),
        ("FILAMENT a: 1 2 3 4 5 6\n", "found 'a:', allowed: FILAMENT id:"),
        ("FILAMENT 0: 1 2 nan 4 5 6\n", "found 'nan'"),
        ("FILAMENT 9: 1 2 3 4 5 6\n", "no such filament, found 9"),
        ("FILAMENT 0: 1 2 3 4 5 6\nFILAMENT 0: 1 2 3 4 5 6\n", "pins.txt:2: FILAMENT: the same filament as in line 1"),
    ],
)
def test_bad_pin_files(runner, pins, message):
    with pytest.raises(DeckError) as caught:
        pinned_again(runner, pins)
    assert message in str(caught.value)


def test_a_pin_file_outside_a_restart(runner):
    [warning] = [w for w in runner.start("", PINNED, NEAR).deck.warnings if w.keyword == "PINRESTARTFILE"]
    assert "it serves RESTARTPHASE together with SPECIALPROTOCOL PINBOUNDARYFILAMENTS" in warning.message
