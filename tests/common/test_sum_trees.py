"""Sum trees agree with plain arrays of weights."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from medyan_py.core.common.sumtree import SumTrees

SIZES = (1, 7, 8, 9, 64, 65, 512, 513, 1000)


@pytest.mark.parametrize("leaves", SIZES)
def test_weights_and_totals_follow_every_change(leaves):
    rng = np.random.default_rng(leaves)
    trees, weights = SumTrees(3, leaves), np.zeros((3, leaves))
    for _ in range(500):
        tree, leaf = int(rng.integers(3)), int(rng.integers(leaves))
        weight = float(rng.choice([0.0, rng.random(), 1e9 * rng.random()]))
        trees.set_weight(tree, leaf, weight)
        weights[tree, leaf] = weight
        assert trees.get_total(tree) == pytest.approx(weights[tree].sum(), rel=1e-12)
    for tree in range(3):
        assert (trees.weights(tree) == weights[tree]).all()


@pytest.mark.parametrize("leaves", SIZES)
def test_totals_do_not_drift(leaves):
    trees = SumTrees(1, leaves)
    for k in range(leaves):
        trees.set_weight(0, k, 1e12 + k / 3)
    for k in range(leaves):
        trees.set_weight(0, k, 0.0)
    assert trees.get_total(0) == 0.0


@pytest.mark.parametrize("leaves", SIZES)
def test_pick_is_the_leaf_where_the_cumulative_weight_passes_the_target(leaves):
    rng = np.random.default_rng(leaves)
    weights = rng.integers(0, 4, leaves).astype(float)  # whole numbers: sums are exact in any order
    weights[rng.integers(leaves)] = 2.0
    trees = SumTrees(2, leaves)
    for leaf, weight in enumerate(weights):
        trees.set_weight(1, leaf, weight)
    for target in np.arange(0.0, weights.sum(), 0.5):
        assert trees.pick(1, target) == np.searchsorted(np.cumsum(weights), target, side="right")


@given(st.lists(st.floats(0.0, 1e300), min_size=1, max_size=80), st.floats(0.0, 1.0))
def test_pick_never_returns_a_leaf_without_weight(weights, u):
    trees = SumTrees(1, len(weights))
    for leaf, weight in enumerate(weights):
        trees.set_weight(0, leaf, weight)
    total = trees.get_total(0)
    if 0.0 < total < math.inf:  # u = 1 stands for rounding that carries the target past the end
        assert weights[trees.pick(0, u * total)] > 0.0


@pytest.mark.parametrize("leaves", (2, 9, 65, 200))
def test_drawing_frequencies_are_the_weights(leaves):
    rng = np.random.default_rng(1)
    weights = rng.random(leaves) + 0.1
    trees = SumTrees(1, leaves)
    for leaf, weight in enumerate(weights):
        trees.set_weight(0, leaf, weight)
    drawn = [trees.pick(0, u) for u in rng.random(20000) * trees.get_total(0)]
    observed = np.bincount(drawn, minlength=leaves)
    assert chisquare(observed, 20000 * weights / weights.sum()).pvalue > 1e-6


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (1, 8**8 + 1)])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="at least 1"):
        SumTrees(*sizes)


@pytest.mark.parametrize(
    "tree, leaf, weight", [(-1, 0, 1.0), (2, 0, 1.0), (0, -1, 1.0), (0, 5, 1.0), (0, 0, -1.0), (0, 0, math.inf)]
)
def test_bad_weights_and_places_are_refused(tree, leaf, weight):
    trees = SumTrees(2, 5)
    with pytest.raises(ValueError):
        trees.set_weight(tree, leaf, weight)
    assert trees.get_total(0) == trees.get_total(1) == 0.0
