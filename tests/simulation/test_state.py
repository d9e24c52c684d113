"""A simulation made from the state of another one goes on like it, bit for bit."""

import copy
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from medyan_py import Simulation
from medyan_py.core.common.state import StateError, differences
from medyan_py.output.network_text import ForcesRecorder, RepulsionRecorder, TensionsRecorder

DECKS = sorted((Path(__file__).parents[2] / "inputs").glob("*/systeminput.txt"))
GROWTH = (
    "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.5\n"
    "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 3\n"
)
MOTORS = """\
SPECIESDIFFUSING: MD 60 2e6 0 0 REG
SPECIESMOTOR: MOA 0
MOTORBINDINGSITE: EA 0
MOTORREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 0.2 1.7 175 225
MOTORWALKINGREACTION: 0 MOA:MOTOR:N + EA:BOUND:N+1 -> MOA:MOTOR:N+1 + EA:BOUND:N 0.2
"""
MOTOR_SETTINGS = {
    "MSTRETCHINGFFTYPE": "HARMONIC",
    "MSTRETCHINGK": "2.5",
    "NUMMOTORHEADSMIN": "15",
    "NUMMOTORHEADSMAX": "30",
    "MOTORSTEPSIZE": "6.0",
    "DMUNBINDINGTYPE": "LOWDUTYCATCH",
    "DMUNBINDINGFORCE": "12.62",
    "DMWALKINGTYPE": "LOWDUTYSTALL",
    "DMWALKINGFORCE": "90",
}
RANDOM = {"NUMFILAMENTS": "20", "FILAMENTLENGTH": "3", "FILAMENTTYPE": "0"}
RULES = {
    "late and early molecules": {},
    "walls that move": {
        "NX": "8",
        "COMPARTMENTSIZEX": "250",
        "BOUNDARYMOVE": "RIGHT",
        "BMOVESPEED": "900",
        "RUNTIME": "1",
    },
    "walls that follow": {"NX": "8", "COMPARTMENTSIZEX": "250", "TRANSFERSHAREAXIS": "- X", "BOUNDARYMOVE": "ALL"},
    "pinned ends": {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 100 200 0.3"},
    "pins drawn": {"SPECIALPROTOCOL": "PINLOWERBOUNDARYFILAMENTS 100 0.1 0.5", "PINDISTANCE": "300"},
    "faster growth": {"MANUALSTARTTIME": "0.15", "MANUALPLUSPOLYRATIO": "3"},
    "static filaments": {"SPECIALPROTOCOL": "MAKEFILAMENTSSTATIC 0.25"},
    "books": {"EVENTTRACKING": "ON", "DISSIPATIONTRACKING": "ON"},
    "direct method": {"CALGORITHM": "GILLESPIE"},
    "simple method": {"CALGORITHM": "SIMPLEGILLESPIE"},
    "old rules": {"compatibility": "medyan-5.4"},
    "steps": {
        "RUNTIME": "0",
        "RUNSTEPS": "9000",
        "MINIMIZATIONSTEPS": "700",
        "SNAPSHOTSTEPS": "1400",
        "NEIGHBORLISTSTEPS": "1400",
    },
    "normal modes": {"HESSIANTRACKING": "2 0 1 1", "EIGENTRACKING": "ON", "NUMFILAMENTS": "4"},
    "limited-memory BFGS": {"CONJUGATEGRADIENT": "LBFGS"},
    "short cycles first": {"INITIALSLOWDOWNTIME": "0.25"},
}


def run_cycles(simulation, cycles):
    end = simulation.cycles + cycles
    if cycles == 0:
        return

    def stop(_):
        if simulation.cycles == end:
            simulation.request_stop()

    simulation.run(on_cycle=stop)


def check(first, cycles, more):
    """Go on for some cycles, part, and go on in both; compare all there is."""
    run_cycles(first, cycles)
    state = first.state()
    second = Simulation.from_state(first.deck, first.seed, state)
    assert differences(second.state(), state) == []
    run_cycles(first, more)
    assert differences(second.state(), state) == []  # nothing is shared
    assert differences(first.state(), state) != []
    run_cycles(second, more)
    assert differences(second.state(), first.state()) == []


@pytest.mark.parametrize("deck", DECKS, ids=[deck.parent.name for deck in DECKS])
def test_ready_decks_go_on_alike(deck):
    check(Simulation.from_deck(deck, seed=4, runtime=100), 3, 3)


@pytest.mark.parametrize("rule", RULES)
def test_all_rules_go_on_alike(runner, rule):
    late = "SPECIESDIFFUSING: B 50 1e6 0.33 0.55 REG\nSPECIESDIFFUSING: C 50 1e6 0 0.47 REG\n"
    chemistry = GROWTH + MOTORS + late
    if rule == "books":  # which want a free energy and a name of every reaction
        chemistry = re.sub(r"REACTION: 0 (?=(\w+))", r"REACTION: 2.5:\1 0 ", chemistry)
    check(runner.start(chemistry, {**RANDOM, **MOTOR_SETTINGS, **RULES[rule]}, seed=5), 3, 4)


def test_a_state_before_the_first_cycle_goes_on_alike(runner):
    check(runner.start(GROWTH, RANDOM), 0, 2)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda simulation: pickle.loads(pickle.dumps(simulation))]
)
def test_copies_go_on_alike(runner, copied):
    simulation = runner.start(GROWTH + MOTORS, {**RANDOM, **MOTOR_SETTINGS}, seed=5)
    simulation.run(0.2)
    other = copied(simulation)
    assert repr(other) == repr(simulation) and "seed 5, t = 0.2 s: " in repr(other)
    for each in (simulation, other):
        each.run(0.3)
    assert differences(other.state(), simulation.state()) == []


def test_the_state_of_another_deck_is_refused(runner):
    small = runner.start(GROWTH, RANDOM)
    state = small.state()
    for other in (
        runner.start(GROWTH, {**RANDOM, "NX": "3"}),
        runner.start(GROWTH + MOTORS, {**RANDOM, **MOTOR_SETTINGS}),
        runner.start("", RANDOM),
        runner.start(GROWTH, {**RANDOM, "CALGORITHM": "GILLESPIE"}),
        runner.start(GROWTH, {**RANDOM, "NUMBINDINGSITES": "2"}),
    ):
        with pytest.raises(StateError):
            Simulation.from_state(other.deck, 1, state)


def test_differences_are_found():
    one = {"a": np.array([1.0, 2.0]), "b": {"c": 1.5, "d": "x"}, "e": 2}
    same = {"a": np.array([1.0, 2.0]), "b": {"c": 1.5, "d": "x"}, "e": 2}
    assert differences(one, same) == []
    assert differences(one, {**one, "a": np.array([1.0, 2.0 + 1e-15])}) == ["a"]
    assert differences(one, {**one, "a": np.array([1, 2])}) == ["a"]
    assert differences(one, {**one, "b": {"c": -1.5, "d": "y"}}) == ["b/c", "b/d"]
    assert differences(one, {"a": one["a"], "b": one["b"]}) == ["e"]
    assert differences({"z": 0.0}, {"z": -0.0}) == ["z"]


def test_a_frame_of_a_restored_state_is_the_same(runner):
    """Also where the search for neighbours has other results at the end of a minimisation than in its midst."""
    found_anew, walls = [], lambda s: s._mechanics.model.wall_terms.tolist()

    def look(simulation):
        again = Simulation.from_state(simulation.deck, simulation.seed, simulation.state())
        found_anew.append(walls(again) != walls(simulation))
        for recorder in (RepulsionRecorder, ForcesRecorder, TensionsRecorder):
            assert recorder.text(again) == recorder.text(simulation)
        assert again.forces_on_walls.tobytes() == simulation.forces_on_walls.tobytes()

    simulation = runner.start(GROWTH + MOTORS, {**RANDOM, **MOTOR_SETTINGS, "RUNTIME": "3"}, seed=5)
    simulation.run(on_cycle=look)
    assert any(found_anew)
