"""The loops for well-mixed networks agree with the general engine and with theory, whichever is taken."""

import numpy as np
import pytest
from scipy import stats

import medyan_py as md
from medyan_py.core.chemistry.errors import EndlessReactionsError
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
THIRD_ORDER = [reaction for reaction in REACTIONS if "2 B" not in reaction[0]]
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


@pytest.mark.parametrize("most_renewed", [0, 20])
@pytest.mark.parametrize("reactions", [REACTIONS, REACTIONS[:2], REACTIONS[:4], THIRD_ORDER, MANY])
def test_propensities_are_right_after_any_number_of_events(reactions, most_renewed):
    net, table = network(reactions, START, ["E"], most_renewed=most_renewed)
    net.restart(3, [START.get(name, 0) for name in table.names])
    out = np.zeros((1, net.species), dtype=np.int64)
    for time in np.linspace(0, 20, 400):
        net.record(np.array([time]), out)
        np.testing.assert_array_equal(out[0], net.counts)
        np.testing.assert_allclose(net.propensities, expected_propensities(table, net.counts), rtol=1e-12)
    assert net.events > 100
    assert net.counts[4] == 2


@pytest.mark.parametrize("most_renewed", [0, 20])
def test_loops_agree_with_the_engine_in_distribution(most_renewed):
    n, times = 4000, np.array([0.5, 2.0, 6.0])
    reactions = THIRD_ORDER if most_renewed else REACTIONS
    net, table = network(reactions, START, ["E"], most_renewed=most_renewed)
    ours = np.zeros((n, 3, 5), dtype=np.int64)
    for row, seed in zip(ours, np.random.SeedSequence(11).spawn(n), strict=True):
        net.restart(seed, [START[name] for name in table.names])
        net.record(times, row)
    engine = md.ReactionSystem(START, reactions, constant=["E"], seed=12, algorithm="NRM").ensemble(n, times)
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


def pairs(n):
    """(start, reactions) of n independent A ↔ B, with 10 and 6 copies, 0.7 and 0.3 per second."""
    start = {name: copies for i in range(n) for name, copies in ((f"A{i}", 10), (f"B{i}", 6))}
    return start, [(f"A{i} <-> B{i}", (0.7, 0.3)) for i in range(n)]


@pytest.mark.parametrize("n", [40, 2000, 20_000])  # the last is looked ahead in
def test_every_pair_of_many_follows_its_binomial_distribution(n):
    start, reactions = pairs(n)
    times = np.array([0.3, 0.9, 2.0])
    runs = max(1, 20_000 // n)
    a = md.ReactionSystem(start, reactions, seed=5).ensemble(runs, times)[:, :, ::2].transpose(1, 0, 2).reshape(3, -1)
    for copies, time in zip(a, times, strict=True):
        stays = 0.3 + 0.7 * np.exp(-time)  # A → A and B → A of a two-state chain that relaxes at 1/s
        comes = 0.3 * (1 - np.exp(-time))
        expected = np.convolve(binomial(10, stays), binomial(6, comes))
        observed = np.bincount(copies, minlength=17)
        usual = expected * copies.size > 5
        chi = ((observed - expected * copies.size) ** 2 / (expected * copies.size))[usual].sum()
        assert stats.chi2.sf(chi, usual.sum() - 1) > 1e-6


def binomial(n, p):
    """Probabilities of 0 … n."""
    return stats.binom.pmf(np.arange(n + 1), n, p)


def test_rates_over_many_orders_of_magnitude_each_keep_their_own():
    rates = 10.0 ** np.arange(-3, 6)
    names = [f"X{i}" for i in range(len(rates))]
    reactions = [(f"-> {name}", rate) for name, rate in zip(names, rates, strict=True)]
    idle = [(f"X0 + Z{i} ->", 1.0) for i in range(30)]  # enough reactions for bins; none of them can fire
    out = md.ReactionSystem(dict.fromkeys(names, 0), reactions + idle, seed=6).ensemble(40, [2.0])[:, 0, : len(rates)]
    total, mean = out.sum(0), 40 * 2.0 * rates
    for count, expected in zip(total, mean, strict=True):
        assert 2 * min(stats.poisson.cdf(count, expected), stats.poisson.sf(count - 1, expected)) > 1e-7


def test_a_path_does_not_depend_on_how_often_it_is_looked_at():
    start, reactions = pairs(16_000)
    system = md.ReactionSystem(start, reactions, seed=7)
    once = system.ensemble(2, [0.05])[:, -1]
    often = md.ReactionSystem(start, reactions, seed=7).ensemble(2, np.linspace(0.001, 0.05, 23))[:, -1]
    np.testing.assert_array_equal(once, often)


def test_reactions_wander_between_bins_as_copy_numbers_grow_and_shrink():
    # growth by six orders of magnitude and decay to nothing: bins gain and lose members all the time
    reactions = [(f"X{i} -> 2 X{i}", 1.0) for i in range(15)] + [(f"X{i} -> Y", 0.2) for i in range(15)]
    net, table = network(reactions, dict.fromkeys([f"X{i}" for i in range(15)], 1))
    net.restart(8, [1] * 15 + [0])
    out = np.zeros((1, net.species), dtype=np.int64)
    for time in np.linspace(0, 14, 200):
        net.record(np.array([time]), out)
        np.testing.assert_allclose(net.propensities, expected_propensities(table, net.counts), rtol=1e-12)
    assert net.counts.max() > 10_000 and net.counts.min() == 0


def test_pairs_of_a_species_that_runs_out():
    # 0 · (0 − 1) is a zero with a sign
    start = {f"X{i}": i % 4 for i in range(40)}
    system = md.ReactionSystem(start, [(f"2 X{i} -> Y", 1.0) for i in range(40)] + [("Y ->", 1.0)], seed=9)
    final = system.run([200.0])[-1]
    assert final[:40].tolist() == [copies % 2 for copies in start.values()]
    assert final[40] == 0


@pytest.mark.parametrize("idle", [0, 30])  # by both loops
def test_a_clock_that_would_never_arrive_is_found(idle):
    rest = [(f"Y{i} ->", 1.0) for i in range(idle)]
    with pytest.raises(EndlessReactionsError, match="so fast that the clock stands still"):
        md.ReactionSystem({"X": 1}, [("X <-> Z", (1e308, 1e308)), *rest], seed=1).run([0.5, 1.0])
    burst = md.ReactionSystem({"X": 1_000_000}, [("X -> Z", 1e308), *rest], seed=1)  # which has an end
    assert burst.run([1.0])[-1, :2].tolist() == [0, 1_000_000]
