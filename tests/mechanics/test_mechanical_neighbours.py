"""Listed cylinder pairs equal their definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mechanical_networks import arrays, box, make_model


def brute_force(state, cutoff):
    x, start = state["x"], state["filament_start"]
    middle, owner = [], []
    for f in range(len(start) - 1):
        own = x[start[f] : start[f + 1]]
        middle += list(0.5 * (own[1:] + own[:-1]))
        owner += [state["filament_key"][f]] * (len(own) - 1)
    found = []
    for i in range(len(middle)):
        for j in range(i + 1, len(middle)):
            near = owner[i] == owner[j] and abs(int(state["position"][i]) - int(state["position"][j])) <= 2
            if not near and sum((middle[i] - middle[j]) ** 2) <= cutoff**2:
                found.append((i, j))
    return found


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    filaments=st.integers(0, 12),
    beads=st.integers(2, 8),
    spread=st.sampled_from([(300, 300, 300), (3000, 20, 20), (0, 0, 0), (1e5, 1e5, 1e5), (50, 2000, 400)]),
    cutoff=st.sampled_from([1.0, 40.0, 135.0, 1e4]),
    shared_keys=st.booleans(),
)
def test_pairs_equal_brute_force(seed, filaments, beads, spread, cutoff, shared_keys):
    rng = np.random.default_rng(seed)
    shape = [
        rng.uniform(-0.5, 0.5, 3) * spread + np.cumsum(rng.normal(size=(beads, 3)) * 20, axis=0)
        for _ in range(filaments)
    ]
    state = arrays(shape)
    if shared_keys:
        state["filament_key"] = state["filament_key"] // 2 * 10**12
    state["position"] = state["position"] + rng.integers(-5, 5)
    model = make_model(volume_cutoff=cutoff)
    model.load(**state)
    assert list(map(tuple, model.pairs)) == brute_force(state, cutoff)


def test_positions_at_most_two_apart_on_a_filament_do_not_repel():
    beads = [[10 * i, 0, 0] for i in range(6)]
    model = make_model()
    model.load(**arrays([beads]))
    assert list(map(tuple, model.pairs)) == [(0, 3), (0, 4), (1, 4)]


@pytest.mark.parametrize(("distance", "listed"), [(100.0, True), (np.nextafter(100.0, 101), False)])
def test_volume_cutoff_is_inclusive(distance, listed):
    model = make_model(volume_cutoff=100.0)
    model.load(**arrays([[[0, 0, 0], [10, 0, 0]], [[0, distance, 0], [10, distance, 0]]]))
    assert len(model.pairs) == listed


def test_lists_are_rebuilt_at_every_load():
    model = make_model(box([0] * 3, [1000] * 3), volume_cutoff=100.0)
    near = arrays([[[300, 300, 2], [310, 300, 2]], [[300, 320, 500], [310, 320, 500]]])
    apart = arrays([[[300, 300, 500], [310, 300, 500]], [[300, 320, 500], [310, 320, 500]]])
    model.load(**near)
    assert len(model.pairs) == 0 and len(model.wall_terms) == 2
    model.load(**apart)
    assert len(model.pairs) == 1 and len(model.wall_terms) == 0
    model.load(**arrays([]))
    assert model.pairs.shape == (0, 2) and model.wall_terms.shape == (0, 2)
