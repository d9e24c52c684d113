"""Infinitely fast reactions fire at once, in random order; zero rates never."""

import numpy as np
import pytest

import medyan_py as md

INF = float("inf")
ALGORITHMS = ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_they_fire_before_time_goes_on_and_share_equally(algorithm):
    reactions = [("X -> Y", INF), ("X -> Z", INF), ("X -> W", 1e9), ("Y -> W", 0.0)]
    x, y, z, w = md.ReactionSystem({"X": 20_000}, reactions, seed=1, algorithm=algorithm).run([0.0])[0]
    assert (x, w) == (0, 0)
    assert y + z == 20_000
    assert abs(y - 10_000) < 5 * np.sqrt(5000)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_appears_reacts_at_once(algorithm):
    reactions = [("-> X", 50.0), ("2 X -> Y", INF), ("Y -> A + B", INF)]
    runs = md.ReactionSystem({}, reactions, seed=2, algorithm=algorithm).ensemble(400, [0.0, 1.0, 2.0])
    x, y, a, b = np.moveaxis(runs, 2, 0)
    assert x.max() == 1
    assert not y.any()
    np.testing.assert_array_equal(a, b)
    born = (x + 2 * a)[:, 2]
    assert abs(born.mean() - 100) < 5 * np.sqrt(100 / 400)


def test_on_a_grid_molecules_react_where_they_meet():
    grid = md.Grid((2, 1, 1), 500.0)
    system = md.ReactionSystem({"A": [3, 0], "B": [0, 2]}, [("A + B -> C", INF)], grid=grid, seed=3)
    np.testing.assert_array_equal(system.run([1.0])[0], [[3, 0], [0, 2], [0, 0]])
    system = md.ReactionSystem(
        {"A": [3, 0], "B": [0, 2]}, [("A + B -> C", INF)], grid=grid, diffusion={"A": 20e6}, seed=3
    )
    np.testing.assert_array_equal(system.run([10.0])[0][1:], [[0, 0], [0, 2]])


@pytest.mark.parametrize("reactions", [[("X <-> Y", (INF, INF))], [("-> X", INF)], [("X -> 2 X", INF)]])
def test_endless_ones_are_an_error(reactions):
    with pytest.raises(RuntimeError, match="without end"):
        md.ReactionSystem({"X": 1}, reactions, seed=4).run([1.0])
