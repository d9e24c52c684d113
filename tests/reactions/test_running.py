"""Seeds, streams, threads, agreement of the schedulers, shapes and orders of results."""

import copy
import pickle
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import medyan_py as md

REACTIONS = [("X -> X + X", 0.1), ("X ->", 0.11), ("E + X -> E", 1e-3), ("X + X -> Y", 5e-4)]
START = {"X": 100, "E": 1}
TIMES = [0.0, 1.0, 2.5]
INF = float("inf")


def oscillator(**options):
    """Four species in a ring with autocatalysis (Togashi & Kaneko 2001, Phys Rev Lett 86:2459)."""
    names = ["A", "B", "C", "D"]
    reactions = [(f"{a} + {b} -> 2 {b}", 0.01) for a, b in zip(names, names[1:] + names[:1], strict=True)]
    reactions += [(f"-> {n}", 5.0) for n in names] + [(f"{n} ->", 0.2) for n in names]
    return md.ReactionSystem(dict.fromkeys(names, 10), reactions, **options)


def test_order_and_shape_of_results():
    system = md.ReactionSystem(START, REACTIONS, seed=1)
    assert system.species == ("X", "E", "Y")
    assert repr(system) == "<ReactionSystem of 3 species and 4 reactions>"
    assert system.run(TIMES).shape == (3, 3)
    assert system.run(TIMES).dtype == np.int64
    assert system.ensemble(4, TIMES).shape == (4, 3, 3)
    grid = md.ReactionSystem(START, REACTIONS, seed=1, grid=md.Grid((2, 3, 1), 500.0), diffusion={"X": 1e6})
    assert grid.run(TIMES).shape == (3, 3, 6)
    assert grid.ensemble(2, TIMES).shape == (2, 3, 3, 6)
    np.testing.assert_array_equal(system.run([0.0, 0.0])[:, :2], [[100, 1], [100, 1]])


@pytest.mark.parametrize("grid", [None, md.Grid((2, 2, 2), 500.0)])
def test_results_depend_on_the_seed_alone(grid):
    def results(seed, threads):
        diffusion = None if grid is None else {"X": 1e6}
        system = md.ReactionSystem(START, REACTIONS, seed=seed, grid=grid, diffusion=diffusion)
        return system.ensemble(7, TIMES, threads=threads)

    one = results(5, 1)
    for threads in (2, 3, 7, 20):
        np.testing.assert_array_equal(results(5, threads), one)
    assert (results(6, 1) != one).any()
    assert len({run.tobytes() for run in one}) == 7


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda system: pickle.loads(pickle.dumps(system))])
@pytest.mark.parametrize("grid", [None, md.Grid((2, 1, 1), 500.0)])
def test_copies_go_on_from_where_the_seed_is(copied, grid):
    system, same = (md.ReactionSystem(START, REACTIONS, seed=5, grid=grid) for _ in range(2))
    system.run(TIMES)
    other = copied(system)
    np.testing.assert_array_equal(other.ensemble(2, TIMES), same.ensemble(3, TIMES)[1:])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("algorithm", [None, "NRM"])
def test_an_interrupt_ends_long_ensembles_soon(threads, algorithm):
    system = md.ReactionSystem({"X": 10**6}, [("X <-> Y", (1.0, 1.0))], seed=1, algorithm=algorithm)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            system.ensemble(4, [1e9], threads=threads)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert system.ensemble(4, [1e-6], threads=threads).sum() == 4 * 10**6


def test_an_error_in_one_thread_ends_the_others():
    class Breaks(md.ReactionSystem):
        def _work(self, engine, streams, *rest):
            if streams[0].spawn_key == (0,):
                raise RuntimeError("broken")
            return super()._work(engine, streams, *rest)

    system = Breaks({"X": 10**6}, [("X <-> Y", (1.0, 1.0))], seed=1)
    with pytest.raises(RuntimeError, match="broken"):
        system.ensemble(2, [1e9], threads=2)


def test_one_system_in_many_threads():
    system = md.ReactionSystem({"X": 1000}, [("X <-> Y", (1.0, 1.0))], seed=1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: system.ensemble(20, np.arange(1.0, 9.0), threads=1), range(16)))
    finally:
        sys.setswitchinterval(interval)
    assert all((r.sum(axis=2) == 1000).all() for r in results)
    assert len({run.tobytes() for r in results for run in r}) == 16 * 20


@pytest.mark.parametrize("algorithm", [None, "NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
@pytest.mark.parametrize("text", ["X + Y -> Y", "Y + X -> Y", "2 Y + X -> 2 Y", "2 X + 30 Y -> 30 Y"])
def test_propensities_that_overflow_fire_at_once_and_stop(algorithm, text):
    system = md.ReactionSystem(
        {"X": 10, "Y": 2**53}, [(text, 1e308), ("Z ->", 1.0)], seed=1, constant=["Y"], algorithm=algorithm
    )
    np.testing.assert_array_equal(system.run([1e-6, 1.0])[:, 0], [0, 0])


METHODS = [None, "NRM", "GILLESPIE", "SIMPLEGILLESPIE", "grid"]


def by_method(method, species, reactions, **more):
    """A system for one of ``METHODS``; on the grid species are in one of two compartments."""
    if method != "grid":
        return md.ReactionSystem(species, reactions, seed=1, algorithm=method, **more)
    constant = more.get("constant", ())
    placed = {name: n if name in constant else [n, 0] for name, n in species.items()}
    return md.ReactionSystem(placed, reactions, seed=1, grid=md.Grid((2, 1, 1), 500.0), **more)


@pytest.mark.parametrize("method", METHODS)
def test_copy_numbers_that_a_double_cannot_count_are_an_error(method):
    system = by_method(method, {"Y": 3, "X": 2**53 - 5}, [("X -> 2 X", 1e-15)])
    with pytest.raises(OverflowError, match="'X' is beyond 2\\^53"):
        system.run([10.0])
    constant = by_method(method, {"E": 2**53, "X": 0}, [("E -> E + X", 1e-15)], constant=["E"])
    assert constant.run([1.0])[0, 1].sum() > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "reactions",
    [
        [("20 X ->", 1.0)],
        [("4 X ->", 1e300)],
        [("20 X -> 19 X + Y", 1.0), ("20 Y -> 19 Y + X", 1.0)],
        [("3 X -> 4 X", 1e300)],
        [("4 X ->", 1e300), *((f"-> Z{i}", 1.0) for i in range(30))],
    ],
)
def test_propensities_that_overflow_never_run_without_end(method, reactions):
    start = {"X": 100 if "4 X" in reactions[0][0][5:] else 2**50}
    with pytest.raises(RuntimeError, match=r"so fast that the clock stands still at .*, most often .*X"):
        by_method(method, start, reactions).run([1.0])


@pytest.mark.parametrize("method", METHODS)
def test_infinite_rates_of_more_molecules_than_can_be_waited_for(method):
    with pytest.raises(RuntimeError, match="without end"):
        by_method(method, {"X": 2**50}, [("X -> Y", INF)]).run([1.0])


@pytest.mark.parametrize("method", METHODS)
def test_bursts_that_come_to_an_end(method):
    """More firings at one time than between two looks, with a constant species beyond all that is waited for."""
    system = by_method(method, {"E": 2**53, "X": 5_000_000}, [("E + X -> E + Y", 1e300)], constant=["E"])
    assert system.run([1.0])[0, 2].sum() == 5_000_000


def test_runs_are_the_ensemble_one_by_one():
    system = md.ReactionSystem(START, REACTIONS, seed=np.random.SeedSequence(5))
    single = [system.run(TIMES) for _ in range(3)]
    np.testing.assert_array_equal(md.ReactionSystem(START, REACTIONS, seed=5).ensemble(3, TIMES), single)


@pytest.mark.parametrize("algorithm", ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
def test_more_times_do_not_change_a_run(algorithm):
    few = md.ReactionSystem(START, REACTIONS, seed=3, algorithm=algorithm).run([10.0])
    many = md.ReactionSystem(START, REACTIONS, seed=3, algorithm=algorithm).run(np.linspace(0, 10, 101))
    np.testing.assert_array_equal(few[-1], many[-1])


@pytest.mark.parametrize("grid", [None, md.Grid((2, 1, 1), 500.0)])
def test_algorithms_agree_in_distribution(grid):
    diffusion = None if grid is None else {"A": 5e5, "C": 5e5}
    samples = [
        oscillator(seed=seed, grid=grid, diffusion=diffusion, algorithm=algorithm).ensemble(1500, [1.0, 4.0])
        for seed, algorithm in enumerate(["NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
    ]
    samples = [s.reshape(len(s), -1).astype(float) for s in samples]
    for other in samples[1:]:
        n = len(other)
        z = (samples[0].mean(0) - other.mean(0)) / np.sqrt((samples[0].var(0) + other.var(0)) / n)
        assert np.abs(z).max() < 5
        y = np.log(samples[0].var(0) / other.var(0)) / np.sqrt(4 / n)
        assert np.abs(y).max() < 6


def test_counts_have_no_cap():
    system = md.ReactionSystem({"X": 2**40, "Y": 0}, [("X -> Y", 1e-9), ("-> 100000 Z", 50.0)], seed=1)
    x, y, z = system.run([1.0])[0]
    assert x + y == 2**40
    assert abs(y - 2**40 * 1e-9) < 5 * np.sqrt(2**40 * 1e-9)
    assert z % 100_000 == 0
    assert z > 2**20


def test_reactions_of_many_species():
    names = [f"S{i}" for i in range(20)]
    text = " + ".join(names) + " -> " + " + ".join(f"P{i}" for i in range(20))
    last = md.ReactionSystem(dict.fromkeys(names, 3), [(text, 1.0)], seed=1).run([1e6])[0]
    np.testing.assert_array_equal(last, [0] * 20 + [3] * 20)
