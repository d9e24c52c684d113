"""The engine in cut and changing compartments: propensities by either volume rule, hops, molecules kept."""

import numpy as np
import pytest

from medyan_py.core.chemistry.clock import Clock
from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, Pool, Reaction
from medyan_py.core.chemistry.engine import Engine
from medyan_py.core.common.random import RandomStream

X = Pool(False, 0)


def engine(volume, faces=None, *, powers=False, reactions=(), algorithm="NRM", rate=20e6):
    n = len(volume)
    built = Engine(
        (n, 1, 1),
        (500.0,) * 3,
        np.ones(n),
        [Diffusing("X", rate)],
        [],
        [Reaction(r, (), k, True) for r, k in reactions],
        1,
        powers,
        algorithm=algorithm,
        volume_fraction=volume,
        face_fraction=faces,
    )
    built.start()
    return built


@pytest.mark.parametrize(("powers", "first", "second"), [(False, 2.0, 4.0), (True, 4.0, 8.0)])
def test_volume_rules(powers, first, second):
    """k = 2 at f = ½: first and second order for one molecule, or one pair of different ones."""
    built = Engine(
        (1, 1, 1), (500.0,) * 3, [1], [Diffusing("X", 0.0), Diffusing("Y", 0.0)], [],
        [Reaction((X,), (), 2.0, True), Reaction((X, Pool(False, 1)), (), 2.0, True), Reaction((), (X,), 2.0, True)],
        1, powers, volume_fraction=[0.5],
    )  # fmt: skip
    built.start()
    built.set_count(0, 0, 1)
    built.set_count(0, 1, 1)
    np.testing.assert_allclose(built.channel_propensities[0][0, 2:], [first, second, 2.0 if powers else 1.0])


@pytest.mark.parametrize(("powers", "expected"), [(False, 9.0), (True, 10.0)])
def test_pairs_of_equal_molecules(powers, expected):
    built = engine([1.0], powers=powers, reactions=[((X, X), 0.1)])
    built.set_count(0, 0, 10)
    assert built.channel_propensities[0][0, 1] == pytest.approx(expected)
    built.set_count(0, 0, 1)
    assert built.channel_propensities[0][0, 1] == 0.0


@pytest.mark.parametrize(("powers", "expected"), [(False, [9.0, 72.0]), (True, [10.0, 100.0])])
def test_equal_molecules_of_bulk_species(powers, expected):
    b = Pool(True, 0)
    reactions = [Reaction((b, b), (), 0.1, False), Reaction((b, b, b), (), 0.1, False)]
    built = Engine((1, 1, 1), (500.0,) * 3, [1], [], [Bulk("B")], reactions, 1, powers, volume_fraction=[0.5])
    built.start()
    built.set_bulk(0, 10)
    assert built.channel_propensities[1].tolist() == pytest.approx(expected)
    built.set_bulk(0, 2)
    assert built.channel_propensities[1][1] == 0.0, "three molecules are needed"
    built.set_bulk(0, 1)
    assert built.channel_propensities[1][0] == 0.0


def test_hops_between_cut_compartments():
    faces = np.ones((2, 6))
    faces[0, 1] = 0.5
    built = engine([0.5, 1.0], faces)
    built.set_count(0, 0, 1)
    built.set_count(1, 0, 1)
    np.testing.assert_allclose(built.channel_propensities[0][:, 0], [120.0, 60.0])
    assert built.neighbours.tolist() == [[-1, 1, -1, -1, -1, -1], [0, -1, -1, -1, -1, -1]]
    faces[1, 0] = 0.5
    built = engine([0.5, 0.5], faces)
    built.set_count(0, 0, 1)
    assert built.channel_propensities[0][0, 0] == pytest.approx(2e7 / 250000 * 0.5 / 0.5)


@pytest.mark.parametrize("algorithm", ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
def test_a_moving_boundary_changes_propensities_at_once(algorithm):
    built = engine([1.0, 1.0, 1.0], reactions=[((), 7.0)], algorithm=algorithm)
    built.set_count(0, 0, 50)
    built.run(0.01)
    with pytest.raises(ValueError, match="holds molecules"):
        built.set_space([0, 0, 1])
    built.set_count(2, 0, 0)
    built.set_space([1, 1, 0], [0.5, 1.0, 1.0])
    count = built.counts[:, 0]
    np.testing.assert_allclose(
        built.channel_propensities[0], [[160.0 * count[0], 3.5], [80.0 * count[1], 7.0], [0.0, 0.0]]
    )
    before = count.sum()
    built.run(1.0)
    assert built.counts[2, 0] == 0
    assert built.counts.sum() == before
    built.set_space([1, 1, 1])
    built.run(2.0)
    assert built.counts[2, 0] > 0


def test_the_clock_knows_its_algorithms():
    with pytest.raises(ValueError, match="SIMPLEGILLESPIE"):
        Clock("FAST", 1, RandomStream(1))


@pytest.mark.parametrize("arguments", [{"volume": [0.0]}, {"volume": [1.0], "rate": -1.0}])
def test_nonsense_is_refused(arguments):
    with pytest.raises(ValueError):
        engine(**arguments)


def test_what_exists_once_does_not_depend_on_volume_fractions():
    a, b = Pool(True, 0), Pool(True, 1)
    reactions = [Reaction((a,), (b,), 2.0, False), Reaction((a, a), (b,), 0.5, False), Reaction((), (a,), 3.0, False)]
    reactions.append(Reaction((Pool(False, 0), a), (), 0.1, True))  # one that does
    engine = Engine((2, 1, 1), (500.0,) * 3, [1, 1], [Diffusing("D", 0.0)], [Bulk("A"), Bulk("B")], reactions, 1,
                    volume_fraction=[0.25, 1.0])  # fmt: skip
    engine.set_bulk(0, 10)
    engine.start()
    assert engine.channel_propensities[1].tolist() == [20.0, 45.0, 3.0]
