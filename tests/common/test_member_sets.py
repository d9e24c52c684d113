"""Member sets agree with dictionaries of weights."""

import math

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from scipy.stats import chisquare

from medyan_py.core.common.members import MemberSets

SETS = 4
MEMBERS = st.integers(0, 150)
WHICH = st.integers(0, SETS - 1)
WEIGHTS = st.one_of(st.just(0.0), st.integers(1, 5).map(float), st.floats(1e-3, 1e6))


class MemberSetsAgainstDictionaries(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.sets = MemberSets(SETS)
        self.model = {}

    @rule(member=MEMBERS, which=WHICH, weight=WEIGHTS)
    def put(self, member, which, weight):
        self.sets.put(member, which, weight)
        self.model[member] = (which, weight)

    @rule(first=st.integers(0, 100), n=st.integers(1, 30), which=WHICH)
    def put_many(self, first, n, which):
        for member in range(first, first + n):
            self.put(member, which, 1.0 + member % 3)

    @rule(member=MEMBERS)
    def drop(self, member):
        self.sets.drop(member)
        self.model.pop(member, None)

    @rule(which=WHICH, u=st.floats(0.0, 1.0))
    def pick(self, which, u):
        total = sum(w for k, w in self.model.values() if k == which)
        if total > 0.0:
            where, weight = self.model[self.sets.pick(which, u * self.sets.total_weight(which))]
            assert where == which and weight > 0.0

    @invariant()
    def same_members_weights_and_totals(self):
        for which in range(SETS):
            members, weights = self.sets.members(which)
            expected = {m: w for m, (k, w) in self.model.items() if k == which}
            assert dict(zip(members.tolist(), weights.tolist(), strict=True)) == expected
            assert math.isclose(self.sets.total_weight(which), sum(expected.values()), rel_tol=1e-12)


MemberSetsAgainstDictionaries.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMemberSets = MemberSetsAgainstDictionaries.TestCase


@pytest.mark.parametrize("n", (2, 5, 64, 100))
def test_drawing_frequencies_are_the_weights(n):
    rng = np.random.default_rng(n)
    sets = MemberSets(2)
    for member in rng.permutation(2 * n):  # the other half goes elsewhere and comes and goes
        sets.put(int(member), int(member >= n), 1.0)
    weights = rng.random(n) + 0.1
    for member in range(n):
        sets.put(member, 1, 3.0)
        sets.put(member, 0, weights[member])
    drawn = [sets.pick(0, u) for u in rng.random(20000) * sets.total_weight(0)]
    assert chisquare(np.bincount(drawn, minlength=n), 20000 * weights / weights.sum()).pvalue > 1e-6


def test_members_of_equal_weight_are_drawn_alike_and_refuse_other_weights():
    rng = np.random.default_rng(3)
    sets = MemberSets(2, equal=True)
    for member in rng.permutation(200):
        sets.put(int(member), int(member) % 2, 1.0)
    for member in range(0, 100, 2):
        sets.drop(member)
    assert sets.total_weight(0) == 50.0 and sets.total_weight(1) == 100.0
    drawn = [sets.pick(0, u) for u in rng.random(20000) * sets.total_weight(0)]
    assert set(drawn) == set(range(100, 200, 2)) == set(sets.members(0)[0].tolist())
    assert chisquare(np.bincount(np.array(drawn) // 2 - 50, minlength=50)).pvalue > 1e-6
    with pytest.raises(ValueError):
        sets.put(7, 1, 2.0)


def test_pick_walks_through_the_members_in_their_order():
    sets = MemberSets(1)
    for member, weight in ((7, 1.0), (3, 2.0), (9, 0.0), (4, 3.0)):
        sets.put(member, 0, weight)
    assert sets.members(0)[0].tolist() == [7, 3, 9, 4]
    assert [sets.pick(0, t) for t in (0.0, 0.99, 1.0, 2.99, 3.0, 5.99, 6.0)] == [7, 7, 3, 3, 4, 4, 4]


@pytest.mark.parametrize("member, which, weight", [(-1, 0, 1.0), (0, 2, 1.0), (0, -1, 1.0), (0, 0, -1.0)])
def test_bad_members_sets_and_weights_are_refused(member, which, weight):
    with pytest.raises(ValueError):
        MemberSets(2).put(member, which, weight)


def test_nothing_can_be_drawn_from_an_empty_or_unknown_set():
    sets = MemberSets(2)
    sets.put(0, 0, 1.0)
    for which in (1, 2, -1):
        with pytest.raises(ValueError):
            sets.pick(which, 0.0)
    for which in (2, -1):
        with pytest.raises(ValueError):
            sets.total_weight(which)
        with pytest.raises(ValueError):
            sets.members(which)
