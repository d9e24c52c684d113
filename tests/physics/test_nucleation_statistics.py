"""How often, where and in which direction filaments form of free molecules."""

import numpy as np
import pytest
from chance import RARE, assert_exponential
from scipy.stats import kstest
from systems import chain, step, system

from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, Nucleation, Pool

EDGE = 20_000.0  # nm; new filaments are 8.1 nm long, so walls do not matter


def nucleator(reactants, rate, **options):
    return system([], nucleations=[Nucleation(0, reactants, 0, 0, 0, rate)], **options)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 2)])
def test_filaments_of_bulk_molecules_form_once_in_the_system(shape):
    """Not once in every compartment: k N₁ N₂ in all, anywhere, in any direction."""
    bulk = [Bulk("M", True), Bulk("F", True)]
    chemistry = nucleator((Pool(True, 0), Pool(True, 1)), 0.5, bulk=bulk, free=(6, 7), shape=shape,
                          size=EDGE / np.array(shape), seed=sum(shape))  # fmt: skip
    waits, last = [], 0.0
    for _ in range(2000):
        step(chemistry)
        waits.append(chemistry.time - last)
        last = chemistry.time
    assert_exponential(waits, 0.5 * 6 * 7)
    filaments = chemistry.filaments
    rows = [chain(chemistry, int(f))[0] for f in filaments.table.rows]
    minus, plus = (filaments.beads["x"][filaments.cylinders["bead"][rows, side]] for side in (0, 1))
    directions = (plus - minus) / 8.1
    assert np.linalg.norm(directions, axis=1) == pytest.approx(np.ones(2000))
    for axis in range(3):
        assert kstest(minus[:, axis] / EDGE, "uniform").pvalue > RARE
        assert kstest(directions[:, axis], "uniform", args=(-1, 2)).pvalue > RARE  # Archimedes
    azimuth = np.arctan2(directions[:, 1], directions[:, 0])
    assert kstest(azimuth, "uniform", args=(-np.pi, 2 * np.pi)).pvalue > RARE
    middle = np.clip((minus + plus) / 2, 0.0, EDGE - 1e-6)  # there are no walls: few reach out of the grid
    place = np.floor(middle * shape / EDGE).astype(int) @ [1, shape[0], shape[0] * shape[1]]
    assert filaments.cylinders["compartment"][rows].tolist() == place.tolist()


@pytest.mark.parametrize(
    ("reactants", "powers", "expected"),
    [
        ((Pool(False, 0), Pool(False, 0)), False, 10 * 9 / 0.5),
        ((Pool(False, 0), Pool(False, 0)), True, 10 * 10 / 0.5**2),
        ((Pool(False, 0), Pool(False, 1)), False, 10 * 10 / 0.5),
        ((Pool(False, 0), Pool(True, 0)), False, 10 * 4),
        ((Pool(False, 0), Pool(True, 0)), True, 10 * 4 / 0.5),
    ],
)
def test_rates_in_a_compartment_that_is_half_inside(reactants, powers, expected):
    chemistry = nucleator(reactants, 0.3, diffusing=[Diffusing("A", 0.0), Diffusing("B", 0.0)], bulk=[Bulk("F")],
                          free=(4,), powers=powers, volume_fraction=[0.5])  # fmt: skip
    for species in (0, 1):
        chemistry.set_count(0, species, 10)
    assert chemistry.channel_propensities[0].sum() == pytest.approx(0.3 * expected)
