"""The direct method for well-mixed networks agrees with the general engine, whichever loop it takes."""

import numpy as np
import pytest

import medyan_py as md
from medyan_py.core.chemistry.network import Network
from medyan_py.reaction_table import ReactionTable

REACTIONS = [
    ("-> A", 6.0),
    ("A -> 2 A", 0.4),
    ("A + B -> C", 0.02),
    ("2 A <-> D", (0.01, 0.3)),
    ("3 A -> B", 1e-3),
    ("A + 2 B + E -> E", 1e-4),
    ("C -> B + B", 0.5),
    ("B ->", 0.2),
    ("D -> C", 0.0),
]
MANY = [(f"A <-> X{i}", (0.1, 0.5)) for i in range(15)]  # too many to be renewed all at once
START = {"A": 12, "B": 8, "C": 0, "D": 3, "E": 2}


def network(reactions, start, constant=(), **options):
    table = ReactionTable(start, reactions)
    flags = [name in constant for name in table.names]
    sides = table.reactants.arrays(), table.products.arrays()
    return Network(len(table.names), np.array(table.rates), *sides, flags, **options), table


def expected_propensities(table, counts):
    values = []
    for i, rate in enumerate(table.rates):
        for species, amount in table.reactants.of(i):
            rate *= np.prod([float(counts[species] - k) for k in range(amount)])
        values.append(rate)
    return np.array(values)


@pytest.mark.parametrize("most_scanned", [0, 64])
@pytest.mark.parametrize("reactions", [REACTIONS, REACTIONS[:2], REACTIONS[:4], MANY])
def test_propensities_are_right_after_any_number_of_events(reactions, most_scanned):
    net, table = network(reactions, START, ["E"], most_scanned=most_scanned)
    net.restart(3, [START.get(name, 0) for name in table.names])
    out = np.zeros((1, net.species), dtype=np.int64)
    for time in np.linspace(0, 20, 400):
        net.record(np.array([time]), out)
        np.testing.assert_array_equal(out[0], net.counts)
        np.testing.assert_allclose(net.propensities, expected_propensities(table, net.counts), rtol=1e-12)
    assert net.events > 100
    assert net.counts[4] == 2


@pytest.mark.parametrize("most_scanned", [0, 64])
def test_loops_agree_with_the_engine_in_distribution(most_scanned):
    n, times = 4000, np.array([0.5, 2.0, 6.0])
    net, table = network(REACTIONS, START, ["E"], most_scanned=most_scanned)
    ours = np.zeros((n, 3, 5), dtype=np.int64)
    for row, seed in zip(ours, np.random.SeedSequence(11).spawn(n), strict=True):
        net.restart(seed, [START[name] for name in table.names])
        net.record(times, row)
    engine = md.ReactionSystem(START, REACTIONS, constant=["E"], seed=12, algorithm="NRM").ensemble(n, times)
    ours, engine = ours.reshape(n, -1).astype(float), engine.reshape(n, -1).astype(float)
    assert (ours[:, 4::5] == 2).all()
    varying = ours.std(0) > 0
    ours, engine = ours[:, varying], engine[:, varying]
    z = (ours.mean(0) - engine.mean(0)) / np.sqrt((ours.var(0) + engine.var(0)) / n)
    assert np.abs(z).max() < 5
    squares = [(x - x.mean(0)) ** 2 for x in (ours, engine)]
    y = (squares[0].mean(0) - squares[1].mean(0)) / np.sqrt((squares[0].var(0) + squares[1].var(0)) / n)
    assert np.abs(y).max() < 5


def test_impossible_reactions_do_not_fire_and_time_goes_on():
    net, _ = network([("X + X ->", 1e300), ("3 Y ->", 1e300)], {"X": 1, "Y": 2})
    net.restart(1, [1, 2])
    out = np.zeros((2, 2), dtype=np.int64)
    net.record(np.array([0.0, 5.0]), out)
    assert (out == [1, 2]).all()
    assert (net.time, net.next_time, net.events) == (5.0, np.inf, 0)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_rates_without_meaning_are_refused(rate):
    side = np.array([0, 1], np.int32), np.array([0], np.int32), np.array([1], np.int32)
    with pytest.raises(ValueError, match="finite and not negative"):
        Network(1, [rate], side, side, [False])
