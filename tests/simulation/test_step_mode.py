"""Runs that are measured in events."""

import numpy as np
import pytest
from small_run import monomers

from medyan_py.output import standard_recorders

GROWTH = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.1\n"
STILL = """\
SPECIESBULK: S {} 0 0 REG
SPECIESBULK: T 0 0 0 REG
BULKREACTION: S:BULK -> T:BULK 1
"""


def steps(run, minimisation=100, snapshot=1000, neighbour_list=100):
    return {
        "RUNTIME": "0",
        "RUNSTEPS": str(run),
        "MINIMIZATIONSTEPS": str(minimisation),
        "SNAPSHOTSTEPS": str(snapshot),
        "NEIGHBORLISTSTEPS": str(neighbour_list),
    }


RANDOM = {"NUMFILAMENTS": "3", "FILAMENTLENGTH": "2"}


@pytest.mark.parametrize("algorithm", ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
def test_exactly_the_events_of_the_deck(runner, algorithm):
    simulation = runner.start(GROWTH, {**RANDOM, **steps(2350), "CALGORITHM": algorithm})
    events = []
    simulation.run(on_cycle=lambda s: events.append(s.steps_done))
    assert events == [*range(100, 2301, 100), 2350]
    assert simulation.time > 0 and not simulation.exhausted


def test_a_frame_every_ten_cycles(runner, tmp_path):
    simulation = runner.start(GROWTH, {**RANDOM, **steps(2500)})
    recorders = standard_recorders(tmp_path, vtk=False)
    recorders.open(simulation)
    frames = []
    simulation.run(recorders=recorders, on_cycle=lambda s: frames.append((s.steps_done, s.frame)))
    recorders.close(simulation)
    assert [event for (event, frame), (_, before) in zip(frames[1:], frames, strict=False) if frame > before] == [
        1000,
        2000,
    ]
    assert simulation.frame == 4  # the first, two, and the last


@pytest.mark.parametrize("snapshot, cycles", [(1000, 10), (149, 1), (150, 2), (20, 1)])
def test_frames_and_candidates_come_after_whole_cycles(runner, snapshot, cycles):
    simulation = runner.start(GROWTH, {**RANDOM, **steps(100, 100, snapshot, snapshot)})
    assert simulation._timetable.frame_cycles == simulation._timetable.candidate_cycles == cycles


def test_pieces_make_the_whole(runner):
    pieces, whole = (runner.start(GROWTH, {**RANDOM, **steps(600)}, seed=7) for _ in range(2))
    for _ in range(3):
        pieces.run(steps=200)
    whole.run()
    assert pieces.steps_done == whole.steps_done == 600 and pieces.time == whole.time
    np.testing.assert_array_equal(pieces.filaments.beads, whole.filaments.beads)


def test_events_in_a_deck_of_time_mode(runner):
    """The cycles stay those of the deck; the run ends inside one and goes on to the end of it."""
    simulation = runner.start(GROWTH, {**RANDOM, "MINIMIZATIONTIME": "0.01", "SNAPSHOTTIME": "0.01"})
    simulation.run(steps=1234)
    assert simulation.steps_done == 1234 and 0 < simulation.time < 100
    times = []
    simulation.run(0.05, on_cycle=lambda s: times.append(s.time))
    np.testing.assert_allclose(np.array(times[:-1]) / 0.01, np.round(np.array(times[:-1]) / 0.01), atol=1e-9)


def test_a_duration_in_step_mode(runner):
    simulation = runner.start(GROWTH, {**RANDOM, **steps(10**9)})
    simulation.run(0.01)
    assert simulation.time == 0.01 and simulation.steps_done > 0


def test_the_run_ends_when_nothing_can_happen(runner):
    simulation = runner.start(STILL.format(250), {**steps(1000), "BOUNDARYFFTYPE": ""})
    for _ in range(400):
        simulation.chemistry.set_count(0, 0, 0)
    for c in range(8):
        simulation.chemistry.set_count(c, 0, 0)  # no molecules left to hop
    simulation.run()
    assert simulation.exhausted and simulation.steps_done == 250 and simulation.copy_numbers("T") == 250
    assert simulation.cycles == 3
    simulation.run(steps=10)
    assert simulation.exhausted and simulation.steps_done == 250


def test_the_run_waits_for_a_release(runner):
    chemistry = STILL.format(5) + "SPECIESBULK: U 7 40.0 0 REG\nBULKREACTION: U:BULK -> S:BULK 1\n"
    simulation = runner.start(chemistry, steps(1000))
    for c in range(8):
        simulation.chemistry.set_count(c, 0, 0)
    simulation.run()
    assert simulation.time > 40 and simulation.copy_numbers("T") == 12 and simulation.steps_done == 5 + 14


@pytest.mark.parametrize("arguments", [{"steps": -1}, {"steps": 2.5}, {"duration": 1.0, "steps": 3}])
def test_nonsense(runner, arguments):
    simulation = runner.start(GROWTH, RANDOM)
    with pytest.raises(ValueError, match="steps"):
        simulation.run(**arguments)
    assert simulation.steps_done == 0


def test_nothing_is_lost(runner):
    simulation = runner.start(GROWTH, {**RANDOM, **steps(3000)})
    on = ("FILAMENT", "PLUSEND", "MINUSEND")
    before = simulation.copy_numbers("A").sum() + monomers(simulation, *on)
    simulation.run()
    assert simulation.copy_numbers("A").sum() + monomers(simulation, *on) == before
