"""Runs by number of events, and rates that are scaled."""

import numpy as np
import pytest

from medyan_py.core.chemistry.descriptions import Aging, Bulk, Diffusing, Growth, Pool, Reaction, Shrinkage
from medyan_py.core.chemistry.engine import Engine
from medyan_py.core.chemistry.errors import EndlessReactionsError
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

ALGORITHMS = ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"]
A, B = Pool(True, 0), Pool(True, 1)


def mixed(reactions, a=100, algorithm="NRM"):
    engine = Engine((1, 1, 1), (500,) * 3, [1], [], [Bulk("A"), Bulk("B")], reactions, 1, algorithm=algorithm)
    engine.start()
    engine.set_bulk(0, a)
    return engine


def gridded(a=100, algorithm="NRM", seed=1):
    engine = Engine((2, 1, 1), (500,) * 3, [1, 1], [Diffusing("A", 1e6)], [], [], seed, algorithm=algorithm)
    engine.start()
    engine.set_count(0, 0, a)
    return engine


DECAY = [Reaction((A,), (B,), 1.0, False)]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_events_are_counted_exactly(algorithm):
    for engine in (mixed(DECAY, algorithm=algorithm), gridded(algorithm=algorithm)):
        times = [0.0]
        for n in (0, 1, 7, 40):
            before = engine.events
            assert engine.run_events(n) == n
            assert engine.events == before + n
            times.append(engine.time)
        assert times[1] == 0.0 and times == sorted(times)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_events_in_pieces_are_those_of_one_run(algorithm):
    pieces, whole = gridded(algorithm=algorithm), gridded(algorithm=algorithm)
    for _ in range(30):
        pieces.run_events(10)
    whole.run_events(300)
    assert pieces.time == whole.time
    np.testing.assert_array_equal(pieces.counts, whole.counts)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_clock_stays_at_the_last_event_there_is(algorithm):
    engine = mixed(DECAY, algorithm=algorithm)
    assert engine.run_events(1000) == 100
    last = engine.time
    assert 0 < last < 100 and engine.next_time == float("inf")
    assert engine.run_events(10) == 0 and engine.time == last
    assert engine.run_events(10, last + 2.0) == 0 and engine.time == last + 2.0


def test_events_up_to_a_time():
    engine, other = gridded(), gridded()
    assert engine.run_events(10**9, 0.05) == engine.events
    other.run(0.05)
    assert engine.time == other.time == 0.05 and engine.events == other.events
    assert engine.run_events(3, 100.0) == 3 and 0.05 < engine.time < 100


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_infinitely_fast_events_count(algorithm):
    engine = mixed([Reaction((A,), (B,), float("inf"), False)], algorithm=algorithm)
    assert engine.run_events(30) == 30 and engine.time == 0.0
    assert engine.bulk_counts.tolist() == [70, 30] and engine.next_time == 0.0
    assert engine.run_events(100) == 70 and engine.bulk_counts.tolist() == [0, 100]


def test_an_endless_burst_is_found_also_when_events_are_counted():
    engine = mixed([Reaction((A,), (A,), float("inf"), False)], a=1)
    assert engine.run_events(1000) == 1000
    with pytest.raises(RuntimeError, match="without end"):
        engine.run_events(10**9)


def test_a_clock_that_would_never_arrive_is_found():
    """The sum of the propensities of two molecules is infinite, that of one is not."""
    for copies in (1, 2):
        engine = mixed([Reaction((A,), (B,), 1e308, False), Reaction((B,), (A,), 1e308, False)], a=copies)
        with pytest.raises(EndlessReactionsError, match=r"so fast that the clock stands still at .* reaction of "):
            engine.run(1.0)
    engine = mixed([Reaction((A,), (B,), 1e308, False)], a=1_000_000)  # this burst has an end
    engine.run(1.0)
    assert engine.bulk_counts.tolist() == [0, 1_000_000]


@pytest.mark.parametrize("arguments", [(-1,), (5, -1.0), (5, float("nan"))])
def test_events_that_cannot_be(arguments):
    with pytest.raises(ValueError, match="not possible"):
        mixed(DECAY).run_events(*arguments)


# ---- scaled rates

FREE = Pool(False, 0)


def filaments(algorithm="NRM", rate=0.5):
    kinds = [(2.7, 27.0, 10, (3,))] * 2
    same = {"free": FREE, "end": 0, "inside": 0, "new_end": 0}
    ends = [{"filament_type": t, "side": s, **same} for t in range(2) for s in range(2)]
    chemistry = FilamentChemistry(
        (2, 1, 1),
        (500.0,) * 3,
        [1, 1],
        [Diffusing("A", 1e6)],
        [],
        [],
        1,
        filaments=Filaments(kinds),
        growths=[Growth(**end, rate=rate) for end in ends],
        shrinkages=[Shrinkage(**end, rate=2.0) for end in ends],
        agings=[Aging(0, -1, 0, 1, 3.0)],
        algorithm=algorithm,
    )
    chemistry.start()
    for t in range(2):
        chemistry.add_filament(t, [(200.0 + 50 * t, 100.0, 100.0), (200.0 + 50 * t, 154.0, 100.0)])
    chemistry.update()
    chemistry.rebuild_candidates()
    for c in range(2):
        chemistry.set_count(c, 0, 100)
    return chemistry


def propensities(chemistry, action):
    """Propensities (1/s) of the reactions of an action, summed over compartments, in the order of declaration."""
    local, whole = chemistry.channel_propensities
    found = [local[:, 1 + t].sum() for t, (name, _) in enumerate(chemistry.local_templates) if name == action]
    return found + [whole[t] for t, (name, _) in enumerate(chemistry.whole_templates) if name == action]


def test_a_factor_holds_for_what_it_names():
    chemistry = filaments()
    assert propensities(chemistry, "grow") == [50.0] * 4
    chemistry.scale("x", "grow", 3.0, side=1)
    assert propensities(chemistry, "grow") == [50.0, 150.0, 50.0, 150.0]
    chemistry.scale("x", "grow", 0.0, side=0, filament_type=1)
    assert propensities(chemistry, "grow") == [50.0, 150.0, 0.0, 150.0]
    assert propensities(chemistry, "shrink") == [2.0] * 4


def test_factors_of_causes_multiply_and_never_add_up():
    chemistry = filaments()
    for _ in range(5):
        chemistry.scale("x", "shrink", 0.1)
        chemistry.scale("y", "shrink", 3.0, side=0)
    assert propensities(chemistry, "shrink") == pytest.approx([0.6, 0.2, 0.6, 0.2])
    chemistry.scale("x", "shrink", 0.0)
    assert propensities(chemistry, "shrink") == [0.0] * 4
    chemistry.scale("x", "shrink", 1.0)
    chemistry.scale("y", "shrink", 1.0)
    assert propensities(chemistry, "shrink") == [2.0] * 4


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_switched_off_stays_off(algorithm):
    """Through compartments filling and emptying, and also the growth by whole cylinders."""
    chemistry = filaments(algorithm)
    chemistry.run(0.2)
    for action in ("grow", "shrink", "age"):
        chemistry.scale("x", action, 0.0)
    before = chemistry.filaments.kind_counts(0)[0].copy(), chemistry.filaments.kind_counts(1)[0].copy()
    chemistry.run(1.0)
    chemistry.update()
    chemistry.run(2.0)
    for t in range(2):
        np.testing.assert_array_equal(chemistry.filaments.kind_counts(t)[0], before[t])
    assert chemistry.hops > 0
    chemistry.scale("x", "grow", 1.0)
    chemistry.run(3.0)
    assert chemistry.filaments.kind_counts(1)[0].sum() > before[1].sum()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_infinitely_fast_growth_can_be_switched_off(algorithm):
    chemistry = filaments(algorithm, float("inf"))
    chemistry.scale("x", "grow", 0.0)
    chemistry.scale("x", "shrink", 0.0)
    chemistry.run(0.01)
    assert chemistry.counts.sum() == 200
    chemistry.scale("x", "grow", 0.5)
    chemistry.run(0.02)
    assert chemistry.counts[0, 0] == 0  # where the ends are


@pytest.mark.parametrize(
    "arguments, properties",
    [
        (("x", "dance", 1.0), {}),
        (("x", "grow", -1.0), {}),
        (("x", "grow", float("nan")), {}),
        (("x", "grow", float("inf")), {}),
        (("x", "grow", 1.0), {"motor": True}),
    ],
)
def test_factors_that_cannot_be(arguments, properties):
    chemistry = filaments()
    with pytest.raises(ValueError, match=r"action|factor|property"):
        chemistry.scale(*arguments, **properties)
    assert propensities(chemistry, "grow") == [50.0] * 4


def test_single_ends_grow_faster():
    chemistry = filaments()
    chemistry.scale_growth([1], 1, 5.0)
    assert propensities(chemistry, "grow") == [50.0, 50.0, 50.0, 250.0]
    chemistry.update()
    assert propensities(chemistry, "grow") == [50.0, 50.0, 50.0, 250.0]
    chemistry.scale_growth([0], 1, 2.0)
    assert propensities(chemistry, "grow") == [50.0, 100.0, 50.0, 50.0]
    for arguments in (([7], 1, 2.0), ([0], 2, 2.0), ([0], 1, -1.0)):
        with pytest.raises(ValueError):
            chemistry.scale_growth(*arguments)
