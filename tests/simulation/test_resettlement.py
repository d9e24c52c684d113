"""Molecules of compartments that leave, and of those that enter, on small grids worked out by hand."""

import numpy as np
import pytest

from medyan_py.core.chemistry.descriptions import Diffusing
from medyan_py.core.chemistry.engine import Engine
from medyan_py.resettlement import change_space
from medyan_py.setup.space import Space


def row(volume, counts, faces=None):
    """Compartments of 100 nm in a row along x; those without volume take no part. Two species."""
    n, volume = len(volume), np.array(volume, float)
    space = Space((volume > 0).astype(np.uint8), np.where(volume > 0, volume, 1.0), np.ones((n, 6)))
    for c in faces or ():
        space.faces[c, 1] = space.faces[c + 1, 0] = 0.0
    species = [Diffusing("X", 1e6), Diffusing("Y", 0.0)]
    engine = Engine((n, 1, 1), (100.0,) * 3, *space[:1], species, [], [], 1, volume_fraction=space.volume,
                    face_fraction=space.faces)  # fmt: skip
    engine.start()
    for c, copies in enumerate(counts):
        for s, number in enumerate((copies, 2 * copies)):
            engine.set_count(c, s, number)
    return engine


def move(engine, volume, faces=None):
    change_space(engine, Space(*row_space(volume, faces)))
    found = engine.counts
    assert (found[:, 1] == 2 * found[:, 0]).all() or (np.abs(found[:, 1] - 2 * found[:, 0]) <= 1).all()
    return found[:, 0].tolist()


def row_space(volume, faces=None):
    volume = np.array(volume, float)
    wet = np.ones((len(volume), 6))
    for c in faces or ():
        wet[c, 1] = wet[c + 1, 0] = 0.0
    return (volume > 0).astype(np.uint8), np.where(volume > 0, volume, 1.0), wet


def test_the_nearest_that_stay_share_by_volume():
    assert move(row([1, 1, 1], [10, 40, 10]), [1, 0, 1]) == [30, 0, 30]
    assert move(row([1, 1, 1], [0, 40, 0]), [0.25, 0, 0.75]) == [10, 0, 30]
    assert move(row([1, 1, 1], [0, 3, 0]), [0.5, 0, 0.5]) == [2, 0, 1]


def test_enormous_numbers_are_kept():
    engine, many = row([1, 1, 1], [0, 0, 0]), 2**52 + 12345
    engine.set_count(1, 0, many)
    change_space(engine, Space(*row_space([0.3, 0, 0.7])))
    found = engine.counts[:, 0]
    assert found.sum() == many and found[2] / many == pytest.approx(0.7)


def test_molecules_go_through_what_leaves_with_them_but_not_through_dry_faces():
    assert move(row([1, 1, 1, 1], [5, 7, 9, 1]), [0, 0, 0, 1]) == [0, 0, 0, 22]
    # compartment 1 has its only wet face towards 0, though 2 is as near
    assert move(row([1, 1, 1, 1], [5, 7, 9, 1], [1]), [1, 0, 1, 1]) == [12, 0, 9, 1]


def test_without_any_way_the_nearest_compartment_takes_them():
    assert move(row([1, 0, 1], [5, 0, 0]), [0, 0, 1]) == [0, 0, 5]
    assert move(row([1, 1, 0, 0], [5, 4, 0, 0]), [0, 0, 1, 1]) == [0, 0, 9, 0]


def test_compartments_that_enter_take_their_share_in_layers():
    assert move(row([1, 0, 0], [16, 0, 0]), [1, 1, 1]) == [8, 4, 4]
    assert move(row([0.5, 0, 1], [30, 0, 7]), [0.5, 0.25, 1], [1]) == [20, 10, 7]
    # behind a dry face there is nothing to take from
    assert move(row([1, 0, 1], [30, 0, 7]), [1, 1, 1], [0, 1]) == [30, 0, 7]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_or_made(seed):
    rng = np.random.default_rng(seed)
    engine = row(np.ones(12), rng.integers(0, 50, 12))
    total = engine.counts.sum(axis=0).tolist()
    for _ in range(40):
        volume = rng.uniform(0.01, 1, 12) * (rng.random(12) < 0.6)
        volume[rng.integers(12)] = 1.0
        change_space(engine, Space(*row_space(volume, rng.choice(11, 3, replace=False).tolist())))
        engine.run(engine.time + 1e-3)
        assert engine.counts.sum(axis=0).tolist() == total
        assert not engine.counts[volume == 0].any()
