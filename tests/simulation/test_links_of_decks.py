"""Linkers and motors of decks: walking towards either end, filaments of two types."""

import numpy as np
import pytest
from small_run import SECOND_TYPE, TWO_TYPES, distance_to_filaments, legs_along, walked

MOTOR = """\
SPECIESDIFFUSING: MD 8 20e6 0 0 REG
SPECIESMOTOR: MOA 0
SPECIESBOUND: MEA 0
MOTORBINDINGSITE: MEA 0
MOTORREACTION: 0 MEA:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 5 0 30 60
"""
FORWARD = "MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N 3\n"
BACKWARD = "MOTORWALKINGREACTION: 0 MOA:MOTOR:N+1 + MEA:BOUND:N -> MOA:MOTOR:N + MEA:BOUND:N+1 3\n"
MOTORS = {  # without a force field, so that filaments stay where they are and only the motors move
    "NUMMOTORHEADSMIN": "10",
    "NUMMOTORHEADSMAX": "10",
    "MOTORSTEPSIZE": "6",
}
PARALLEL = "FILAMENT 0 60 500 500 924 500 500\nFILAMENT 0 60 540 500 924 540 500\n"  # both plus ends at large x

LINKS = """\
SPECIESDIFFUSING: LD 30 20e6 0 0 REG
SPECIESLINKER: LA 0
LINKERBINDINGSITE: EA 0
SPECIESLINKER: LT 1
LINKERBINDINGSITE: TB 1
SPECIESDIFFUSING: MD 8 20e6 0 0 REG
SPECIESMOTOR: MOA 0
MOTORBINDINGSITE: EA 0
SPECIESMOTOR: MOT 1
MOTORBINDINGSITE: TB 1
"""
LINKER = "LINKERREACTION: 0 {a} + {b} + LD:DIFFUSING <-> {la} + {lb} 0.5 0.1 20 60\n"
TWO_TYPE_MOTOR = "MOTORREACTION: 0 {a} + {b} + MD:DIFFUSING <-> {ma} + {mb} 0.5 0.1 20 60\n"
WALK_ON_1 = "MOTORWALKINGREACTION: 1 MOT:MOTOR:N + TB:BOUND:N+1 -> MOT:MOTOR:N+1 + TB:BOUND:N 5\n"
LEGS = {
    0: {"a": "EA:BOUND:1", "la": "LA:LINKER:1", "ma": "MOA:MOTOR:1"},
    1: {"a": "TB:BOUND:1", "la": "LT:LINKER:1", "ma": "MOT:MOTOR:1"},
}
MIXED = """\
FILAMENT 0 100 500 500 964 500 500
FILAMENT 0 100 580 500 964 580 500
FILAMENT 1 100 540 500 900 540 500
"""


@pytest.mark.parametrize(("walking", "sign"), [(FORWARD, 1), (BACKWARD, -1)])
def test_motors_walk_to_the_end_that_the_deck_says(runner, walking, sign):
    simulation = runner.start(MOTOR + walking, MOTORS, PARALLEL)
    simulation.run(0.5)
    before = simulation.motors, simulation.filaments
    simulation.run(2.0)
    moves = sign * walked(before, (simulation.motors, simulation.filaments))
    assert len(moves) == 8
    assert (moves > -5.0).all()
    assert moves.sum() > 8 * 2 * 27  # more than one step of 27 nm for each leg


def test_high_duty_laws_reach_the_engine(runner):
    changes = {
        **MOTORS,
        "MSTRETCHINGFFTYPE": "HARMONIC",
        "MSTRETCHINGK": "2.5",
        "DMUNBINDINGTYPE": "HIGHDUTYCATCH",
        "DMUNBINDINGFORCE": "12.62",
    }
    changes |= {"DMWALKINGTYPE": "HIGHDUTYSTALL", "DMWALKINGFORCE": "90"}
    simulation = runner.start(MOTOR.replace(" 5 0 30", " 5 1 30") + FORWARD, changes, PARALLEL)
    (motor,) = simulation.chemistry.bindings
    assert (motor.unbinding_law, motor.unbinding_forces) == ("HIGHDUTYCATCH", (12.62,))
    assert (motor.walking_law, motor.walking_force) == ("HIGHDUTYSTALL", 90.0)
    simulation.run(0.5)
    assert len(simulation.motors) > 0


def line(form, first):
    """A reaction line whose first leg is on filament type `first`, and the second one on the other."""
    one, two = LEGS[first], LEGS[1 - first]
    second = {key: two[key].replace(":1", ":2") for key in two}
    return form.format(**one, b=second["a"], lb=second["la"], mb=second["ma"])


@pytest.mark.parametrize("first", [0, 1])
def test_links_join_filaments_of_two_types(runner, first):
    changes = {
        **TWO_TYPES,
        **MOTORS,
        "MSTRETCHINGFFTYPE": "HARMONIC",
        "MSTRETCHINGK": "0.1",
        "LSTRETCHINGFFTYPE": "HARMONIC",
        "LSTRETCHINGK": "1",
    }
    chemistry = SECOND_TYPE + LINKS + line(LINKER, first) + line(TWO_TYPE_MOTOR, first) + WALK_ON_1
    simulation = runner.start(chemistry, changes, MIXED)
    simulation.run(1.0)
    filaments = simulation.filaments
    assert filaments.types.tolist() == [0, 0, 1]
    for bonds in (simulation.linkers, simulation.motors):
        assert len(bonds) > 3
        for leg, kind in ((0, first), (1, 1 - first)):
            np.testing.assert_allclose(distance_to_filaments(bonds.coords[:, leg], filaments, kind), 0, atol=1e-9)
    # a link counts under the species of its first leg
    names = ("LA", "MOA") if first == 0 else ("LT", "MOT")
    others = ("LT", "MOT") if first == 0 else ("LA", "MOA")
    assert [simulation.copy_numbers(name) for name in names] == [len(simulation.linkers), len(simulation.motors)]
    assert [simulation.copy_numbers(name) for name in others] == [0, 0]


def test_a_leg_walks_only_where_its_type_has_a_walking_reaction(runner):
    changes = {**TWO_TYPES, **MOTORS}
    chemistry = SECOND_TYPE + LINKS + line(TWO_TYPE_MOTOR.replace("0.1 20", "0 20"), 0) + WALK_ON_1
    simulation = runner.start(chemistry, changes, MIXED)
    while len(simulation.motors) < 8 and simulation.time < 2.0:
        simulation.run(0.1)
    before = simulation.motors, simulation.filaments
    simulation.run(40.0)
    after = simulation.motors, simulation.filaments
    moves = walked(before, after)
    assert len(moves) == 8
    assert (np.abs(moves[:, 0]) < 5.0).all()
    # One leg to a site, none of which lets go: at the end they stand one behind the other on the last sites. This takes
    # more than 40 s only if one of 3432 last-passage paths of 15 steps does, at 2.5/s or more less than once in 10^20.
    assert moves[:, 1].min() >= 0 and moves[:, 1].sum() > 0
    places = np.sort(legs_along(after[0].coords, after[1])[:, 1])
    np.testing.assert_allclose(places, places[-1] - 50.0 * np.arange(8)[::-1], atol=0.1)
    assert 750.0 < places[-1] < 800.0


def test_both_types_have_their_own_ends(runner):
    changes = {**TWO_TYPES}
    chemistry = SECOND_TYPE + (
        "SPECIESPLUSEND: TC 1\n"
        "POLYMERIZATIONREACTION: 1 A:DIFFUSING + TP:PLUSEND -> TF:FILAMENT + TP:PLUSEND 0.2\n"
        "AGINGREACTION: 1 TP:PLUSEND -> TC:PLUSEND 0.5\n"
    )
    simulation = runner.start(chemistry, changes, MIXED)
    assert [simulation.copy_numbers(name) for name in ("PA", "MA", "TP", "TC", "TM")] == [2, 2, 1, 0, 1]
    assert (simulation.copy_numbers("AF"), simulation.copy_numbers("TF")) == (2 * (8 * 40 - 2), 8 * 100 - 2)
    simulation.run(20.0)
    assert [simulation.copy_numbers(name) for name in ("PA", "MA", "TP", "TC", "TM")] == [2, 2, 0, 1, 1]
    assert simulation.copy_numbers("TF") - 798 == 400 - simulation.copy_numbers("A").sum() > 0
