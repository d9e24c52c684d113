"""Seeds, streams, threads, agreement of the schedulers, shapes and orders of results."""

import numpy as np
import pytest

import medyan_py as md

REACTIONS = [("X -> X + X", 0.1), ("X ->", 0.11), ("E + X -> E", 1e-3), ("X + X -> Y", 5e-4)]
START = {"X": 100, "E": 1}
TIMES = [0.0, 1.0, 2.5]


def oscillator(**options):
    """Four species in a ring with autocatalysis (Togashi & Kaneko 2001, Phys Rev Lett 86:2459)."""
    names = ["A", "B", "C", "D"]
    reactions = [(f"{a} + {b} -> 2 {b}", 0.01) for a, b in zip(names, names[1:] + names[:1], strict=True)]
    reactions += [(f"-> {n}", 5.0) for n in names] + [(f"{n} ->", 0.2) for n in names]
    return md.ReactionSystem(dict.fromkeys(names, 10), reactions, **options)


def test_order_and_shape_of_results():
    system = md.ReactionSystem(START, REACTIONS, seed=1)
    assert system.species == ("X", "E", "Y")
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
