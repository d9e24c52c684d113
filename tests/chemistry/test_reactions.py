"""Reactions of free molecules against exact solutions.

Compartments without diffusion between them are independent copies of the same small system.
"""

import numpy as np
import pytest
from chance import assert_distribution, assert_exponential, assert_frequencies, assert_mean, assert_variance
from scipy.linalg import expm
from scipy.stats import binom, poisson

from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, Pool, Reaction
from medyan_py.core.chemistry.engine import Engine

A, B, C = (Pool(False, i) for i in range(3))
X, Y, Z = (Pool(True, i) for i in range(3))


def copies(n, reactions, start=(), *, bulk=(), seed=1):
    """``n`` independent compartments with ``start`` molecules of A, B, C each."""
    species = [Diffusing(name, 0.0) for name in "ABC"]
    engine = Engine((n, 1, 1), (500.0,) * 3, np.ones(n), species, bulk, reactions, seed)
    for c in range(n):
        for s, count in enumerate(start):
            engine.set_count(c, s, count)
    engine.start()
    return engine


def mixed(reactions, start, *, seed=1, constant=()):
    """One well-mixed system of bulk species X, Y, Z."""
    names = [Bulk(name, name in constant) for name in "XYZ"]
    engine = Engine((1, 1, 1), (500.0,) * 3, [1], [], names, reactions, seed)
    for s, count in enumerate(start):
        engine.set_bulk(s, count)
    engine.start()
    return engine


def local(reactants, products, rate):
    return Reaction(tuple(reactants), tuple(products), rate, True)


def whole(reactants, products, rate):
    return Reaction(tuple(reactants), tuple(products), rate, False)


def test_decay_of_first_order():
    engine = copies(400, [local([A], [B], 2.0)], (1000,), seed=2)
    engine.run(0.5)
    left = engine.counts[:, 0]
    assert_mean(left, 367.87944, 232.54415)
    assert_variance(left, 232.54415)
    assert (engine.counts[:, :2].sum(axis=1) == 1000).all()


def test_decay_of_a_bulk_species():
    engine = mixed([whole([X], [Y], 2.0)], (100_000,), seed=3)
    engine.run(0.5)
    p = np.exp(-1.0)
    assert abs(engine.bulk_counts[0] - 1e5 * p) < 5 * np.sqrt(1e5 * p * (1 - p))
    assert engine.bulk_counts[:2].sum() == 100_000


def test_few_molecules_decay_binomially():
    engine = copies(3000, [local([A], [], 1.0)], (7,), seed=4)
    engine.run(0.4)
    assert_distribution(engine.counts[:, 0], lambda k: binom.pmf(k, 7, np.exp(-0.4)), 7)


def test_birth_from_a_constant_species_and_death_is_poisson():
    engine = mixed([whole([X], [X, Y], 3.0), whole([Y], [Z], 0.5)], (1,), seed=5, constant="X")
    samples = []
    for k in range(1, 2001):
        engine.run(20.0 * k)  # ten relaxation times apart
        samples.append(int(engine.bulk_counts[1]))
    assert_distribution(samples, lambda k: poisson.pmf(k, 6), 40)
    assert engine.bulk_counts[0] == 1


@pytest.mark.parametrize("birth", [local([], [A], 3.0), local([X], [A], 1.5)], ids=["order zero", "constant bulk"])
def test_birth_in_every_compartment(birth):
    engine = copies(2500, [birth, local([A], [B], 0.5)], bulk=[Bulk("X", True)], seed=6)
    engine.set_bulk(0, 2)
    engine.run(20.0)
    assert_distribution(engine.counts[:, 0], lambda k: poisson.pmf(k, 6), 40)
    assert engine.bulk_counts[0] == 2


def test_births_alone_form_a_poisson_process():
    engine = copies(3000, [local([], [A], 3.0)], seed=7)
    engine.run(1.5)
    assert_distribution(engine.counts[:, 0], lambda k: poisson.pmf(k, 4.5), 40)


def generator(states, transitions):
    """Generator matrix of a Markov chain: ``transitions(state)`` yields (next state, rate)."""
    index = {s: i for i, s in enumerate(states)}
    q = np.zeros((len(states), len(states)))
    for s, i in index.items():
        for to, rate in transitions(s):
            if rate:
                q[index[to], i] += rate
                q[i, i] -= rate
    return q


def test_dimers_form_from_ordered_pairs():
    engine = copies(4000, [local([A, A], [B], 0.1)], (10,), seed=8)
    local_propensities, _ = engine.channel_propensities
    assert local_propensities[:, 3] == pytest.approx(9.0)
    engine.run(0.2)
    q = generator(range(0, 11, 2), lambda n: [(n - 2, 0.1 * n * (n - 1))])
    p = expm(0.2 * q)[:, -1]
    assert_frequencies(np.bincount(engine.counts[:, 0], minlength=11)[::2], p)
    assert (engine.counts[:, 0] + 2 * engine.counts[:, 1] == 10).all()


def test_a_single_molecule_does_not_dimerise():
    engine = copies(10, [local([A, A], [B], 1e6)], (1,))
    assert engine.next_time == np.inf
    engine = copies(10, [local([A, A], [B], 1e6)], (3,))
    engine.run(1.0)
    assert (engine.counts[:, :2] == 1).all()


def test_reversible_dimerisation_reaches_its_exact_equilibrium():
    engine = copies(4000, [local([A, A], [B], 0.2), local([B], [A, A], 1.0)], (9,), seed=9)
    engine.run(10.0)
    q = generator(range(5), lambda b: [(b + 1, 0.2 * (9 - 2 * b) * (8 - 2 * b)), (b - 1, 1.0 * b)])
    p = expm(10.0 * q)[:, 0]
    assert_distribution(engine.counts[:, 1], p, 4)


def test_association_of_two_species():
    engine = copies(4000, [local([A, B], [C], 0.3), local([C], [A, B], 0.7)], (6, 4), seed=10)
    engine.run(0.5)
    q = generator(range(5), lambda c: [(c + 1, 0.3 * (6 - c) * (4 - c)), (c - 1, 0.7 * c)])
    assert_distribution(engine.counts[:, 2], expm(0.5 * q)[:, 0], 4)
    assert (engine.counts[:, 0] + engine.counts[:, 2] == 6).all()


def test_catalysis_leaves_the_catalyst():
    engine = copies(2000, [local([A, B], [A, C], 0.5)], (3, 5), seed=11)
    engine.run(0.8)
    assert (engine.counts[:, 0] == 3).all()
    assert_distribution(engine.counts[:, 1], lambda k: binom.pmf(k, 5, np.exp(-0.5 * 3 * 0.8)), 5)


def test_competing_reactions():
    engine = copies(4000, [local([A], [B], 3.0), local([A], [C], 1.0)], (1,), seed=12)
    waits = []
    while engine.next_time < np.inf:
        waits.append(engine.next_time)
        engine.run(engine.next_time)
    totals = engine.counts.sum(axis=0)
    assert totals[0] == 0
    assert_frequencies(totals[1:], [0.75, 0.25])
    assert_exponential(waits, 4.0)


def test_compartments_compete_in_proportion_to_their_propensities():
    engine = copies(8, [local([A], [A, B], 100.0)], seed=13)
    for c in range(8):
        engine.set_count(c, 0, c)
    engine.run(10.0)
    for c in range(8):
        assert abs(engine.counts[c, 1] - 1000 * c) <= 5 * np.sqrt(1000 * c)


def test_constant_species_are_never_used_up():
    engine = mixed([whole([X], [Y], 10.0)], (5,), seed=14, constant="X")
    engine.run(100.0)
    assert engine.bulk_counts[0] == 5
    assert abs(engine.bulk_counts[1] - 5000) < 5 * np.sqrt(5000)


def test_local_reactions_with_bulk_molecules_take_them_from_the_one_pool():
    engine = copies(50, [local([A, X], [B], 1.0)], (4,), bulk=[Bulk("X")], seed=15)
    engine.set_bulk(0, 60)
    engine.run(1e4)
    assert engine.bulk_counts[0] == 0
    assert engine.counts[:, 1].sum() == 60 and engine.counts[:, 0].sum() == 140
    assert engine.next_time == np.inf
    engine.set_bulk(0, 1)
    assert engine.next_time < np.inf


REACTIONS = [
    local([A, A, B], [C], 0.4),
    local([A, X], [B, B, X], 0.3),
    local([C], [A, X, Y], 0.5),
    local([B], [A], 1.0),
    local([], [A], 0.2),
    whole([X, X], [Y], 0.1),
    whole([Y], [X, Z], 0.7),
    whole([Z, Y, Y], [X], 0.2),
]


def falling(n, m):
    return np.prod([float(n - j) for j in range(m)]) if n >= m else 0.0


def expected_propensity(reaction, counts, bulk):
    a = reaction.rate
    for pool in set(reaction.reactants):
        n = bulk[pool.index] if pool.bulk else counts[pool.index]
        a *= falling(int(n), reaction.reactants.count(pool))
    return a


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_propensities_are_right_after_every_event(seed):
    rng = np.random.default_rng(seed)
    active = np.array([1, 1, 0, 1, 1, 1])
    species = [Diffusing("A", 2e5), Diffusing("B", 0.0), Diffusing("C", 1e6)]
    bulk_species = [Bulk("X"), Bulk("Y"), Bulk("Z", True)]
    engine = Engine((3, 2, 1), (500.0,) * 3, active, species, bulk_species, REACTIONS, seed)
    for c in np.flatnonzero(active):
        for s in range(3):
            engine.set_count(int(c), s, int(rng.integers(0, 4)))
    for s in range(3):
        engine.set_bulk(s, int(rng.integers(1, 5)))
    engine.start()
    neighbours = {0: 2, 1: 2, 3: 2, 4: 3, 5: 1}
    for _ in range(600):
        local_found, whole_found = engine.channel_propensities
        bulk = engine.bulk_counts
        assert whole_found == pytest.approx([expected_propensity(r, (), bulk) for r in REACTIONS[5:]])
        for c in np.flatnonzero(active):
            hops = [n * d / 500.0**2 * neighbours[c] for n, d in zip(engine.counts[c], (2e5, 0, 1e6), strict=True)]
            reactions = [expected_propensity(r, engine.counts[c], bulk) for r in REACTIONS[:5]]
            assert local_found[c] == pytest.approx(hops + reactions)
        assert (engine.counts >= 0).all() and (bulk >= 0).all()
        engine.run(engine.next_time)
    assert engine.hops < engine.events < 601


def test_nothing_happens_in_inactive_compartments():
    engine = Engine((2, 1, 1), (500.0,) * 3, [1, 0], [Diffusing("A", 0.0)], [], [local([], [A], 5.0)], 1)
    engine.start()
    engine.run(100.0)
    assert engine.counts[1, 0] == 0 and engine.counts[0, 0] > 300
