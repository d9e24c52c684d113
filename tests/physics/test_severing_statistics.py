"""Fragments of filaments that are severed at random: number, lengths and times, for cuts between cylinders.

Each junction between two cylinders has four sites that are nearer to it than to any other, two on either side, so
junctions are cut independently of each other at four times the rate of a site.
"""

import numpy as np
import pytest
from chance import assert_distribution, assert_exponential, assert_frequencies
from scipy.stats import binom
from systems import chain, step, straight, system

from medyan_py.core.chemistry.descriptions import Severing

RATE = 0.05  # 1/s and site
CUT = 4 * RATE  # of a junction


def filaments(n, cylinders, minus_side=False, seed=1):
    size = (20000.0,) * 3
    chains = [straight((5000, 5000, 5000), (1, 0, 0), cylinders)] * n
    return system(chains, severings=[Severing(0, 0, RATE, minus_side)], size=size, seed=seed)


def lengths(chemistry):
    """Number of cylinders of each filament."""
    table = chemistry.filaments.table
    return table["cylinders"][table.rows]


@pytest.mark.parametrize("minus_side", [False, True], ids=["nearer side", "minus side"])
def test_the_first_cut_is_uniform_over_junctions_and_exponential_in_time(minus_side):
    waits, places = [], []
    for seed in range(700):
        chemistry = filaments(1, 6, minus_side, seed)
        while chemistry.filaments.table.count == 1:
            step(chemistry)
        waits.append(chemistry.time)
        newer = int(np.argmax(chemistry.filaments.table["ident"][:2]))  # the part on the minus side
        places.append(len(chain(chemistry, newer)))
    assert_exponential(waits, 5 * CUT)
    assert_frequencies(np.bincount(places, minlength=6), [0.0, *[1 / 5] * 5])


@pytest.mark.parametrize("time", [0.5, 3.0, 12.0])
def test_numbers_and_lengths_of_fragments(time):
    n, cylinders = 1000, 10
    chemistry = filaments(n, cylinders, seed=int(10 * time))
    cut = 1 - np.exp(-CUT * time)
    chemistry.run(time)
    # the serial of a plus end tells where in its filament it was cut
    beads, table, column = chemistry.filaments.beads, chemistry.filaments.table, chemistry.filaments.cylinders["bead"]
    assert lengths(chemistry).sum() == n * cylinders
    assert chemistry.filaments.cylinders["monomers"][chemistry.filaments.cylinders.rows].sum() == 40 * n * cylinders
    ends = np.array([beads["serial"][column[table["tip"][f, 1], 1]] for f in table.rows]) // 40
    assert (np.bincount(ends, minlength=cylinders + 1)[cylinders]) == n  # each filament keeps its own plus end
    cuts = np.bincount(ends, minlength=cylinders + 1)[1:cylinders]
    bound = 5 * np.sqrt(n * cut * (1 - cut))
    assert (np.abs(cuts - n * cut) < bound).all()
    assert abs(cuts.sum() - (cylinders - 1) * n * cut) < bound * np.sqrt(cylinders - 1)
    # lengths: a stretch of k whole junctions between two cuts, or between a cut and an end
    k = np.arange(1, cylinders + 1)
    whole = (1 - cut) ** (k - 1)
    expected = n * np.where(k < cylinders, (2 * cut + (cylinders - 1 - k) * cut**2) * whole, whole)
    assert expected.sum() == pytest.approx(n * (1 + (cylinders - 1) * cut))
    found = np.bincount(lengths(chemistry), minlength=cylinders + 1)[1:]
    assert (np.abs(found - expected) < 6 * np.sqrt(expected + 1)).all()


def test_number_of_fragments_of_one_filament_is_binomial():
    pieces = []
    for seed in range(600):
        chemistry = filaments(1, 9, seed=seed)
        chemistry.run(4.0)
        pieces.append(chemistry.filaments.table.count - 1)
    assert_distribution(pieces, lambda k: binom.pmf(k, 8, 1 - np.exp(-CUT * 4.0)), 8)
