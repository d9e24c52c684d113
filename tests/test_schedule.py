"""When cycles end, frames are due and molecules enter or leave."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chisquare

from medyan_py.core.chemistry.descriptions import Bulk, Diffusing
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments
from medyan_py.deck import Bubbles, Schedule
from medyan_py.release import Releases
from medyan_py.schedule import Timetable


def timetable(minimisation, snapshot, slowdown=0.0, neighbour_list=0.0):
    return Timetable(Schedule(1e9, snapshot, minimisation, neighbour_list, slowdown, 1000.0))


def ends(table, end, time=0.0):
    """Ends of all cycles up to ``end``."""
    times = []
    while time < end:
        time = table.cycle_end(time, end)
        times.append(time)
    return times


@pytest.mark.parametrize(
    "runtime, interval, snapshot, cycles, frame_cycles, frames",
    [
        (100.0, 0.05, 1.0, 2000, 20, 100),
        (1000.0, 0.05, 1.0, 20000, 20, 1000),
        (150.0, 0.02, 1.0, 7500, 50, 150),
        (200.0, 0.002, 0.02, 100000, 10, 10000),
        (0.3, 0.1, 0.1, 3, 1, 3),
    ],
)
def test_cycles_end_at_multiples_of_the_interval(runtime, interval, snapshot, cycles, frame_cycles, frames):
    table = timetable(interval, snapshot)
    times = ends(table, runtime)
    assert len(times) == cycles and times[-1] == runtime
    assert times == [round(k * interval, 9) for k in range(1, cycles + 1)], "times carry rounding errors"
    assert table.frame_cycles == frame_cycles
    assert len(times[frame_cycles - 1 :: frame_cycles]) == frames


def test_slow_start():
    table = timetable(0.05, 0.5, slowdown=0.2)
    times = ends(table, 1.0)
    assert len(times) == 56 and table.frame_cycles == 10 and times[-1] == 1.0
    assert times[9::10] == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.7])
    assert np.diff([0.0, *times]) == pytest.approx([0.005] * 40 + [0.05] * 16)


def test_a_slow_start_that_ends_inside_an_interval():
    times = ends(timetable(0.1, 1.0, slowdown=0.25), 1.0)
    assert np.diff([0.0, *times]) == pytest.approx([0.01] * 25 + [0.1] * 7 + [0.05])
    assert times[-1] == 1.0


@pytest.mark.parametrize("interval, cycles", [(0.03, 2), (0.029, 1), (0.0, 1), (0.001, 1), (0.1, 5), (0.05, 3)])
def test_frames_come_after_whole_cycles(interval, cycles):
    table = timetable(0.02, interval, neighbour_list=interval)
    assert table.frame_cycles == table.candidate_cycles == cycles


def test_the_last_interval_is_cut():
    table = timetable(0.05, 1.0)
    assert ends(table, 0.12) == [0.05, 0.1, 0.12]
    assert ends(table, 0.2, time=0.12) == [pytest.approx(0.15), 0.2], (
        "later cycles end at the same times as without a cut"
    )


def test_pieces_of_whole_cycles_give_the_same_times():
    table, together = timetable(0.05, 1.0), timetable(0.05, 1.0)
    times, time = [], 0.0
    for _ in range(10):
        times += ends(table, table.whole(time + 0.1), time)
        time = times[-1]
    assert times == ends(together, 1.0)


@pytest.mark.parametrize(
    "end, whole", [(0.1 + 0.2, 0.3), (0.7 - 1e-15, 0.7), (0.123, 0.123), (0.3001, 0.3001), (0.0, 0.0)]
)
def test_only_rounding_errors_are_removed_from_the_end_of_a_run(end, whole):
    assert timetable(0.05, 1.0).whole(end) == whole


# ---- releases and removals


def species(name, copies, release=0.0, removal=0.0):
    return SimpleNamespace(name=name, copies=copies, release=release, removal=removal)


def box(diffusing=(), bulk=(), active=(1, 1, 1, 1, 0, 1, 1, 1), seed=1):
    """An empty system and the releases into it."""
    chemistry = FilamentChemistry(
        (2, 2, 2),
        (500.0,) * 3,
        active,
        [Diffusing(s.name, 0.0) for s in diffusing],
        [Bulk(s.name) for s in bulk],
        [],
        1,
        filaments=Filaments([(2.7, 27.0, 10, (3,))]),
    )
    chemistry.start()
    deck = SimpleNamespace(diffusing=diffusing, bulk=bulk, bubbles=Bubbles(), compatibility="none")
    return chemistry, Releases(deck, chemistry, np.random.default_rng(seed))


def test_releases_and_removals_happen_in_the_order_of_their_times():
    diffusing = [species("A", 50), species("B", 30, release=2.5, removal=4.0), species("C", 0, removal=3.0)]
    bulk = [species("X", 7, release=1.0, removal=2.5), species("Y", 4, release=3.0)]
    chemistry, releases = box(diffusing, bulk)
    seen = []
    while releases.next_time < np.inf:
        time = releases.next_time
        releases.apply(time)
        seen.append((time, chemistry.counts.sum(axis=0).tolist(), chemistry.bulk_counts.tolist()))
    assert seen == [
        (0.0, [50, 0, 0], [0, 0]),
        (1.0, [50, 0, 0], [7, 0]),
        (2.5, [50, 30, 0], [0, 0]),
        (3.0, [50, 30, 0], [0, 4]),
        (4.0, [50, 0, 0], [0, 4]),
    ]


def test_nothing_happens_before_its_time_or_twice():
    chemistry, releases = box([species("A", 50, release=1.0)])
    releases.apply(0.999)
    assert chemistry.counts.sum() == 0
    for time in (1.0, 1.0, 2.0):
        releases.apply(time)
        assert chemistry.counts.sum() == 50


def test_released_bulk_molecules_are_added_to_those_present():
    chemistry, releases = box(bulk=[species("X", 7, release=1.0)])
    chemistry.set_bulk(0, 5)
    releases.apply(1.0)
    assert chemistry.bulk_counts.tolist() == [12]


def test_released_molecules_spread_evenly_over_active_compartments():
    chemistry, releases = box([species("A", 70_000), species("B", 10)])
    releases.apply(0.0)
    counts = chemistry.counts
    assert counts[4].tolist() == [0, 0] and counts.sum(axis=0).tolist() == [70_000, 10]
    assert chisquare(np.delete(counts[:, 0], 4)).pvalue > 1e-6


def test_molecules_are_placed_independently():
    first = []
    for seed in range(1000):
        chemistry, releases = box([species("A", 21)], seed=seed)
        releases.apply(0.0)
        first.append(chemistry.counts[0, 0])
    assert abs(np.mean(first) - 3) < 5 * np.sqrt(21 * 6 / 49 / 1000)
    assert np.var(first) == pytest.approx(21 * 6 / 49, rel=0.25)  # 5.6 standard errors
