"""Force microscopy: when a probe moves, what it feels, what it does to filaments."""

import numpy as np
import pytest
from bubble_deck import BUBBLES, anchor
from numpy.testing import assert_allclose

from medyan_py.deck import DeckError

UPRIGHT = "FILAMENT 0 500 500 300 520 500 834\nFILAMENT 0 300 300 200 320 300 734\n"


def probe(centre="500 500 850", **more):
    return BUBBLES | {"init-afm": anchor(centre, **more)}


def heights(simulation, until):
    """(time, height of the probe) after every cycle in which it moved."""
    found, last = [], [simulation.bubbles.coords[0, 2]]

    def note(s):
        z = s.bubbles.coords[0, 2]
        if z != last[0]:
            found.append((round(s.time, 9), z - last[0]))
            last[0] = z

    simulation.run(until, on_cycle=note)
    return found


def test_when_a_probe_moves(runner):
    """Pull j begins at j T, step i follows when t > j T + i/m; the steps of the first n pulls are s₁."""
    simulation = runner.start("", probe() | {"SPECIALPROTOCOL": "AFM -10 -5 2 10 5", "MINIMIZATIONTIME": "0.05"})
    moves = heights(simulation, 17.0)
    times = [t for t, _ in moves]
    assert_allclose(times[:10], 5.15 + 0.1 * np.arange(10))  # the first cycle that ends later than 5.1 s
    assert_allclose(times[10:20], 10.15 + 0.1 * np.arange(10))
    assert_allclose(times[20:], 15.15 + 0.1 * np.arange(10))
    assert_allclose([dz for _, dz in moves], [-10] * 20 + [-5] * 10)


def test_at_most_one_step_in_a_cycle(runner):
    simulation = runner.start("", probe() | {"SPECIALPROTOCOL": "AFM -1 -1 9 10 1", "MINIMIZATIONTIME": "0.3"})
    moves = heights(simulation, 3.0)
    assert_allclose([t for t, _ in moves], 1.2 + 0.3 * np.arange(7))
    assert_allclose([dz for _, dz in moves], -1)


@pytest.mark.parametrize("shape", ["CUBIC", "CYLINDER"])
def test_force_on_a_probe_is_the_slope_of_the_energy(runner, shape):
    """Of the relaxed energy, which changes with the height of bubble and plane as if nothing else moved."""
    changes = probe("510 500 800") | {
        "GRADIENTTOLERANCE": "1e-6",
        "BOUNDARYSHAPE": shape,
        "BOUNDARYDIAMETER": "900",
        "SPECIALPROTOCOL": "pin-initial-filament-below-z 100 420",
        "BOUNDARYSCREENLENGTH": "10",
        "BOUNDARYCUTOFF": "300",
    }
    simulation = runner.start("", changes, filaments=UPRIGHT)
    state, mechanics = simulation._bubbles, simulation._mechanics
    energies, step = [], 0.05
    force = state.force[0].copy()
    for sign in (-1, 1):
        state.x[0, 2] = 800 + sign * step
        mechanics.relax()
        energies.append(sum(mechanics.energies.values()))
    assert force[2] > 0.5 and simulation.energies["BubbleCylinderRepulsion"] > 0.1
    assert simulation.energies["BoundaryCylinderRepulsion"] > 0.5
    assert force[2] == pytest.approx(-(energies[1] - energies[0]) / (2 * step), rel=1e-4)


@pytest.mark.parametrize("inner", [0, 100])
def test_the_plane_of_a_probe_presses_and_loads_tips(runner, inner):
    """By REPULSIONEXPIN as by a wall 100 nm below it."""
    changes = probe(f"800 800 {820 + inner}") | {"BOUNDARYFFTYPE": "REPULSIONEXPIN" if inner else "REPULSIONEXP"}
    simulation = runner.start("", changes | {"BOUNDARYCUTOFF": "300"}, filaments=UPRIGHT)
    view = simulation.filaments
    tip = view.beads[view.start[1] - 1]
    assert tip[2] < 820
    along = tip - view.beads[view.start[1] - 2]
    cosine = along[2] / np.linalg.norm(along)
    load = 41 / 2.7 * np.exp(-(820 - tip[2]) / 2.7) * cosine
    assert load > 0.01 and simulation.chemistry.end_load(1, 0) == pytest.approx(load, rel=1e-8)  # 2e-9 by the ceiling
    ahead = 41 / 2.7 * np.exp(-(820 - tip[2] - 4 * 2.7 * cosine) / 2.7) * cosine
    assert simulation.chemistry.end_load(1, 4) == pytest.approx(ahead, rel=1e-8)


def test_a_probe_pulls_the_filaments_attached_to_it(runner):
    changes = probe("500 500 800", filaments=5, cylinders=2, stiffness=5) | {"SPECIALPROTOCOL": "AFM 4 4 9 5 1"}
    simulation = runner.start("", changes, seed=2)
    view = simulation.filaments
    assert (view.beads[:, 2] <= 800 + 1e-6).all()  # below the plane
    before = view.beads[view.start[:-1], 2].mean()
    simulation.run(2.2)
    assert simulation.bubbles.coords[0, 2] == pytest.approx(820)  # five steps between 1.3 and 2.1 s
    minus = simulation.filaments.beads[view.start[:-1]]
    assert_allclose(np.linalg.norm(minus - simulation.bubbles.coords[0], axis=1), 100, atol=0.3)  # 1 pN at 5 pN/nm
    assert minus[:, 2].mean() > before + 4  # they glide over the tip as well


def test_random_and_new_filaments_stay_below_a_probe(runner):
    nucleation = "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 0.01\n"
    changes = probe("500 500 400", filaments=20) | {"NUMFILAMENTS": "20", "BOUNDARYCUTOFF": "200"}
    changes["BOUNDARYFFTYPE"] = ""  # so that the plane does not push them there
    simulation = runner.start(nucleation, changes, seed=5)
    assert simulation.filaments.beads[:, 2].max() < 400.1
    simulation.run(0.5)
    assert len(simulation.filaments) > 60 and simulation.filaments.beads[:, 2].max() < 400.1


def test_new_filaments_form_outside_bubbles(runner):
    nucleation = "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 0.01\n"
    changes = {"BUBBLERADIUS": "400", "init-mtoc": anchor("500 500 500"), "MINIMIZATIONTIME": "1"}
    simulation = runner.start(nucleation, changes, seed=5)
    simulation.chemistry.run(0.5)
    beads = simulation.filaments.beads
    assert len(simulation.filaments) > 40
    assert np.linalg.norm(beads - 500, axis=1).min() > 400


# ---- what a deck may say


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"SPECIALPROTOCOL": "AFM -1 -1 2.5 4 5"},
            "AFM: value 3, found 2.5, allowed: a whole number ≥ 0",
        ),
        ({"SPECIALPROTOCOL": "AFM -1 -1 2 0 5"}, "SPECIALPROTOCOL: AFM: value 4, found 0, allowed: a whole number ≥ 1"),
        ({"SPECIALPROTOCOL": "AFM -1 -1 2 4 -5"}, "SPECIALPROTOCOL: AFM: value 5, found -5, allowed: a number ≥ 0"),
        ({"BUBBLERADIUS": ""}, "BUBBLERADIUS: found 0 values, allowed: 1, one per bubble type"),
        ({"BUBBLESCREENLENGTH": "0"}, "BUBBLESCREENLENGTH: found 0, allowed: a number > 0"),
        ({"init-afm": anchor("500 500 1200")}, "bubble-coord: the bubble lies outside the grid, found 500 500 1200"),
        ({"init-afm": anchor(filaments=3, cylinders=0)}, "num-cylinders-per-filament, found 0, allowed: a whole"),
        ({"init-afm": anchor(more="(phi1 0.6) (phi2 0.5)")}, "phi1 and phi2, found 0.6 and 0.5, allowed: 0 ≤ phi1"),
        ({"init-afm": anchor(more="(phi2 1.5)")}, "phi1 and phi2, found 0 and 1.5"),
        ({"init-mtoc": anchor(more="(theta1 0.6) (theta2 0.5)")}, "theta1 and theta2, found 0.6 and 0.5"),
        ({"init-mtoc": anchor(more="(emi-force-1 3) (emi-force-2 2)")}, "emi-force-1 and emi-force-2, found 3 and 2"),
        ({"init-mtoc": anchor(more="(bubble-colour red)")}, "init-mtoc: unknown property, found 'bubble-colour'"),
        (
            {"init-mtoc": anchor(more="(reaction-emi-abs 1 G A diffusing 1 0 none)")},
            "found 'G', allowed: a species-",
        ),
        ({"init-mtoc": anchor(filaments=1).replace("bubble-type 0", "bubble-type 1")}, "bubble-type: no such type"),
    ],
)
def test_nonsense(runner, changes, message):
    with pytest.raises(DeckError) as caught:
        runner.start("", BUBBLES | changes)
    assert message in str(caught.value) and "system.txt:" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("BUBBLE: 1 300 300 300", "b.txt:1: no such bubble type, found '1', allowed: 0 … 0"),
        ("\nBUBBLE: 0 300 300 1300", "b.txt:2: the bubble lies outside the grid, found 300 300 1300"),
        ("BUBBLE: 0 300 x 300", "b.txt:1: found 'x', allowed: numbers"),
    ],
)
def test_wrong_bubble_file(runner, text, message):
    (runner.path / "b.txt").write_text(text + "\n")
    with pytest.raises(DeckError) as caught:
        runner.start("", {"BUBBLERADIUS": "50", "BUBBLEFILE": "b.txt"})
    assert message in str(caught.value)


def test_what_has_no_effect_is_told(runner):
    changes = {
        "BUBBLERADIUS": "50",
        "BOUNDARYFFTYPE": "",
        "init-mtoc": anchor(filaments=1, more="(reaction-emi-abs 1 G A diffusing 1 0 force)"),
        "init-afm": anchor("500 500 900"),
        "SPECIALPROTOCOL": "AFM 1 1 1 1 0.5",
        "BUBBLEFILE": "b.txt",
    }
    (runner.path / "b.txt").write_text("BUBBLE 0 1 2\n# nothing\n")
    warnings = "\n".join(map(str, runner.start("species-general G REG\n", changes).deck.warnings))
    for text in (
        "init-mtoc: MTOCFFTYPE is not set: nothing attaches the filaments",
        "init-afm: BOUNDARYFFTYPE is not set: the plane of the probe repels nothing",
        "b.txt:1: the line is ignored, found 4 words",
        "AFM: a pull takes a second, found 0.5 s a pull",
    ):
        assert text in warnings
    changes = {"SPECIALPROTOCOL": "AFM 1 1 1 1 5"}
    assert "AFM: there is no init-afm to move" in str(runner.start("", changes).deck.warnings)
