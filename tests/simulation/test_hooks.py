"""What a script does with a simulation between its cycles."""

from pathlib import Path

import numpy as np
import pytest

from medyan_py import Simulation
from medyan_py.core.common.state import differences

INPUTS = Path(__file__).parents[2] / "inputs"


def actomyosin(seed=3):
    return Simulation.from_deck(INPUTS / "actomyosin" / "systeminput.txt", seed=seed)


def test_calls_at_exact_multiples_leave_the_course_alone():
    simulation, plain, times = actomyosin(), actomyosin(), []
    simulation.every(0.1, lambda s: times.append(s.time))
    simulation.run(0.25)
    simulation.run(0.25)
    plain.run(0.25)
    plain.run(0.25)
    assert times == [0.1, 0.2, 0.3, 0.4, 0.5]
    np.testing.assert_array_equal(simulation.filaments.beads, plain.filaments.beads)
    np.testing.assert_array_equal(simulation.diffusing_counts, plain.diffusing_counts)


def test_calls_can_be_ended():
    simulation, times = actomyosin(), []
    end = simulation.every(0.05, lambda s: times.append(s.time))
    simulation.every(0.1, lambda s: end())
    simulation.run(0.3)
    assert times == [0.05, 0.1]


@pytest.mark.parametrize("period", [0, -1.0, float("nan"), float("inf"), 10**400, "1", True, 0.07])
def test_wrong_periods(period):
    with pytest.raises(ValueError, match="seconds must be"):
        actomyosin().every(period, print)


def test_what_is_no_function():
    with pytest.raises(TypeError, match="can be called"):
        actomyosin().every(1.0, None)


def test_copy_numbers():
    simulation = actomyosin()
    shape = simulation.copy_numbers("A").shape
    wanted = np.arange(np.prod(shape)).reshape(shape)
    simulation.set_copy_numbers("A", wanted)
    np.testing.assert_array_equal(simulation.copy_numbers("A"), wanted)
    simulation.set_copy_numbers("A", 77, compartment=(1, 0, 0))
    assert simulation.copy_numbers("A")[1, 0, 0] == 77
    assert simulation.copy_numbers("A").sum() == wanted.sum() - wanted[1, 0, 0] + 77


def test_wrong_copy_numbers_change_nothing():
    simulation = actomyosin()
    before = simulation.copy_numbers("A").copy()
    with pytest.raises(KeyError, match="no diffusing or bulk species 'MDD'; did you mean 'MD'\\?"):
        simulation.set_copy_numbers("MDD", 1)
    for copies, compartment in (
        (-1, (0, 0, 0)),
        (1.5, (0, 0, 0)),
        (1, (9, 0, 0)),
        (1, "x"),
        (5, None),
        (-before, None),
    ):
        with pytest.raises(ValueError):
            simulation.set_copy_numbers("A", copies, compartment)
    np.testing.assert_array_equal(simulation.copy_numbers("A"), before)


def test_growth_switched_off_in_the_middle():
    simulation = actomyosin()
    simulation.every(0.1, lambda s: [s.scale_rates(action, 0.0) for action in ("grow", "shrink")])
    simulation.run(0.1)
    free = simulation.copy_numbers("A").sum()
    simulation.run(0.4)
    assert simulation.copy_numbers("A").sum() == free
    for action in ("grow", "shrink"):
        simulation.scale_rates(action, 1.0)
    simulation.run(0.4)
    assert simulation.copy_numbers("A").sum() != free


def test_wrong_rates():
    simulation = actomyosin()
    with pytest.raises(KeyError, match="did you mean 'grow'"):
        simulation.scale_rates("grew", 1.0)
    for factor, properties in ((-1.0, {}), (float("nan"), {}), ("2", {}), (1.0, {"colour": 1})):
        with pytest.raises(ValueError):
            simulation.scale_rates("grow", factor, **properties)


@pytest.mark.parametrize(
    ("action", "properties", "text"),
    [
        ("grow", {"side": 7}, "side must be 0 or 1 for 'grow' of this deck, not 7"),
        ("grow", {"side": "plus"}, "side must be 0 or 1 for 'grow'"),
        ("grow", {"filament_type": 3}, "filament_type must be 0 "),
        ("grow", {"motor": True}, "no property 'motor'; theirs: filament_type, side"),
        ("unbind", {"motor": 5}, "motor must be False or True for 'unbind'"),
        ("walk", {"type": 0, "motor": False}, "motor must be True for 'walk' of this deck with type=0, not False"),
    ],
)
def test_rates_of_reactions_that_are_not_there(action, properties, text):
    simulation = actomyosin()
    with pytest.raises(ValueError, match=text):
        simulation.scale_rates(action, 2.0, **properties)
    simulation.scale_rates("unbind", 2.0, motor=False, type=0)


def test_pinned_beads_stay():
    simulation, free = actomyosin(), actomyosin()
    for s in (simulation, free):
        for action in ("grow", "shrink"):
            s.scale_rates(action, 0.0)  # the beads keep their places in the list
    start = simulation.filaments.beads.copy()
    simulation.pin_beads(np.arange(len(start)), 1e6)
    simulation.run(1.0)
    free.run(1.0)
    held, moved = (np.abs(s.filaments.beads - start).max() for s in (simulation, free))
    assert held < 0.1 < 10 * held + 1.0 < moved
    simulation.unpin_beads(np.arange(len(start)))
    assert len(simulation._pins) == 0


@pytest.mark.parametrize(("beads", "stiffness"), [([-1], 1.0), ([10**9], 1.0), ([0.5], 1.0), ([0], 0.0), ([0], "1")])
def test_wrong_pins(beads, stiffness):
    with pytest.raises(ValueError):
        actomyosin().pin_beads(beads, stiffness)


def test_what_a_script_has_set_is_part_of_the_state(tmp_path):
    """Copy numbers, rates and pins; the functions are not, and the program that goes on asks for them again."""

    def feed(simulation):
        simulation.set_copy_numbers("A", int(1000 * simulation.time), compartment=(0, 0, 0))

    simulation = actomyosin()
    simulation.scale_rates("grow", 0.3, side=1)
    simulation.pin_beads([0, 5], 3.0)
    simulation.every(0.1, feed)
    simulation.run(0.25)
    simulation.save(tmp_path / "state.h5")
    again = Simulation.load(tmp_path / "state.h5")
    again.every(0.1, feed)
    for each in (simulation, again):
        each.run(0.3)
    assert differences(again.state(), simulation.state()) == []
    assert len(again._pins) == 2


def test_a_run_within_a_run():
    simulation = actomyosin()
    end = simulation.every(0.1, lambda s: s.run(0.1))
    with pytest.raises(RuntimeError, match="run goes on already: it was called from a function that it calls itself"):
        simulation.run(0.3)
    end()
    with pytest.raises(RuntimeError, match="run goes on already"):
        simulation.run(0.1, on_cycle=lambda s: s.run(0.1))
    simulation.run(0.1)


@pytest.mark.parametrize("name", ["seed", "duration"])
@pytest.mark.parametrize("value", ["a", -1, 2.5, True, 10**400, float("nan")])
def test_wrong_seeds_and_durations(name, value):
    if (name, value) == ("duration", 2.5):
        return
    simulation = actomyosin()
    with pytest.raises(ValueError, match=f"^{name} (must be|is too large)"):
        simulation.run(value) if name == "duration" else Simulation(simulation.deck, value)


def test_a_mistake_in_a_function_ends_the_run_between_cycles():
    simulation, plain = actomyosin(), actomyosin()

    def fail(_):
        raise RuntimeError("mine")

    end = simulation.every(0.1, fail)
    with pytest.raises(RuntimeError, match="mine"):
        simulation.run(0.3)
    assert simulation.time == 0.1
    end()
    simulation.run(0.2)
    plain.run(0.3)
    np.testing.assert_array_equal(simulation.filaments.beads, plain.filaments.beads)
