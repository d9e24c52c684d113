"""The clock: putative times that survive, windows, reproducibility, refusals."""

import numpy as np
import pytest

from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, Pool, Reaction
from medyan_py.core.chemistry.engine import Engine

A, B = Pool(False, 0), Pool(False, 1)
X, Y = Pool(True, 0), Pool(True, 1)


def busy(seed):
    """A system in which everything happens."""
    reactions = [
        Reaction((A, A), (B,), 0.01, True),
        Reaction((B,), (A, A), 1.0, True),
        Reaction((X,), (A,), 0.5, True),
        Reaction((A,), (X,), 0.1, True),
        Reaction((X,), (Y,), 1.0, False),
        Reaction((Y,), (X,), 1.0, False),
    ]
    engine = Engine((3, 2, 2), (500.0,) * 3, np.ones(12), [Diffusing("A", 2e6), Diffusing("B", 1e6)],
                    [Bulk("X"), Bulk("Y")], reactions, seed)  # fmt: skip
    engine.set_count(0, 0, 200)
    engine.set_bulk(0, 20)
    engine.start()
    return engine


def state(engine):
    return (engine.time, engine.events, engine.hops, engine.counts.tolist(), engine.bulk_counts.tolist(),
            engine.next_time, engine.random.state)  # fmt: skip


def test_same_seed_same_course_bit_for_bit():
    one, two, other = busy(1), busy(1), busy(2)
    for engine in (one, two, other):
        engine.run(1.0)
    assert one.events > 1000
    assert state(one) == state(two)
    assert one.counts.tolist() != other.counts.tolist()


def test_seed_sequences_are_seeds():
    one, two, other = (busy(np.random.SeedSequence(5).spawn(2)[k]) for k in (0, 0, 1))
    for engine in (one, two, other):
        engine.run(0.2)
    assert state(one) == state(two) != state(other)


def test_windows_do_not_matter():
    one, many, steps = busy(3), busy(3), busy(3)
    one.run(1.0)
    for k in range(1, 11):
        many.run(k / 10)
    while steps.next_time <= 1.0:
        steps.run(steps.next_time)
    steps.run(1.0)
    assert state(one) == state(many) == state(steps)


def test_the_clock_stands_at_the_end_and_events_lie_before_it():
    engine = busy(4)
    for end in (0.0, 0.125, 0.125, 0.3):
        engine.run(end)
        assert engine.time == end and engine.next_time > end


def constant_birth(rate=1.0):
    engine = Engine((1, 1, 1), (500.0,) * 3, [1], [], [Bulk("X", True), Bulk("Y")],
                    [Reaction((X,), (Y,), rate, False)], 1)  # fmt: skip
    engine.set_bulk(0, 2)
    engine.start()
    return engine


def test_putative_times_are_rescaled_when_a_propensity_changes():
    engine = constant_birth()
    while engine.next_time - engine.time < 0.2:
        engine.run(engine.next_time)
    due = engine.next_time
    now = engine.time + 0.1
    engine.run(now)
    engine.set_bulk(0, 5)
    assert engine.next_time == pytest.approx(now + (due - now) * 2 / 5, rel=1e-14)
    engine.set_bulk(0, 2)
    assert engine.next_time == pytest.approx(due, rel=1e-14)


def test_a_putative_time_of_seventeen_tenths():
    """Due at 1.7 s at a propensity of 2 per second; at 1.2 s this becomes 5 per second, or 0."""
    engine, wait = constant_birth(), 0.0
    while not 0.5 < wait < 1.7:
        before = engine.random.state
        engine.start()
        wait = engine.next_time
    engine.random.state = before  # the same deviate again, but later
    engine.start(1.7 - wait)
    assert engine.next_time == pytest.approx(1.7, rel=1e-14)
    engine.run(1.2)
    engine.set_bulk(0, 5)
    assert engine.next_time == pytest.approx(1.4, rel=1e-14)
    engine.set_bulk(0, 0)
    assert engine.next_time == np.inf


def test_nothing_is_due_without_molecules():
    engine = constant_birth()
    engine.set_bulk(0, 0)
    assert engine.next_time == np.inf
    engine.run(100.0)
    assert engine.time == 100.0 and engine.bulk_counts[1] == 0
    engine.set_bulk(0, 1)
    assert 100.0 < engine.next_time < np.inf


def test_the_past_and_infinity_are_refused():
    engine = busy(1)
    engine.run(0.5)
    before = state(engine)
    for end in (0.4, np.inf, np.nan):
        with pytest.raises(ValueError, match="cannot run"):
            engine.run(end)
    assert state(engine) == before


def test_start_time():
    engine = busy(1)
    engine.start(7.0)
    assert engine.time == 7.0 and engine.next_time > 7.0
    with pytest.raises(ValueError):
        engine.start(-1.0)


def test_copy_numbers_are_read_only_views():
    engine = busy(1)
    counts, bulk = engine.counts, engine.bulk_counts
    for view in (counts, bulk):
        with pytest.raises(ValueError):
            view[0] = 5
    before = counts.copy()
    engine.run(0.5)
    assert counts.tolist() == engine.counts.tolist() != before.tolist()


def make(shape=(1, 1, 1), size=(500.0,) * 3, active=(1,), diffusing=(), bulk=(), reactions=()):
    return Engine(shape, size, active, diffusing, bulk, reactions, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": (0, 1, 1)},
        {"size": (500.0, 0.0, 500.0)},
        {"size": (500.0, float("nan"), 500.0)},
        {"size": (500.0, 500.0, float("inf"))},
        {"active": (0,)},
        {"active": (1, 1)},
        {"diffusing": [Diffusing("A", -1.0)]},
        {"diffusing": [Diffusing("A", float("nan"))]},
        {"reactions": [Reaction((A,), (), 1.0, True)]},
        {"bulk": [Bulk("X")], "reactions": [Reaction((Y,), (), 1.0, False)]},
        {"diffusing": [Diffusing("A", 1.0)], "reactions": [Reaction((A,), (), 1.0, False)]},
        {"bulk": [Bulk("X")], "reactions": [Reaction((X,), (), -1.0, False)]},
        {"bulk": [Bulk("X")], "reactions": [Reaction((X,), (), float("nan"), False)]},
    ],
)  # fmt: skip
def test_contradictory_descriptions_are_refused(wrong):
    with pytest.raises(ValueError):
        make(**wrong)


def test_bad_counts_are_refused():
    engine = busy(1)
    for c, s, n in ((-1, 0, 1), (12, 0, 1), (0, 2, 1), (0, 0, -1)):
        with pytest.raises(ValueError):
            engine.set_count(c, s, n)
    for s, n in ((-1, 1), (2, 1), (0, -1)):
        with pytest.raises(ValueError):
            engine.set_bulk(s, n)
