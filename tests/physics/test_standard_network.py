"""The standard actomyosin network against sixteen runs of the C++ program MEDYAN 5.4 of the same network.

``tests/data/actomyosin_medyan_5_4.csv``: means and standard deviations (``_sd``) between runs of the public example
deck of 30 filaments, once a second, measured in November 2026. By the rules of that program everything agrees. By
default the network relaxes further (see docs/compatibility.md), so what depends on relaxation is only required to
deviate in the known direction.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from medyan_py import Simulation, read_deck
from medyan_py.analysis import contour_lengths, nematic_order, radius_of_gyration, straightness

ROOT = Path(__file__).resolve().parents[2]
DECK = ROOT / "inputs" / "actomyosin" / "systeminput.txt"
REFERENCE = ROOT / "tests" / "data" / "actomyosin_medyan_5_4.csv"
NOT_IN_DECK = ("branchers", "n_BA")  # listed with zeros only


def reference():
    """Columns of the table from 1 s on."""
    with REFERENCE.open(newline="") as file:
        rows = list(csv.DictReader(file))[1:]
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def mean_length(bonds):
    legs = bonds.coords
    return np.linalg.norm(legs[:, 1] - legs[:, 0], axis=1).mean()


def measure(simulation):
    filaments = simulation.filaments
    return {
        "contour_um": contour_lengths(filaments).sum() / 1000,
        "cylinders": len(filaments.beads) - len(filaments),
        "filaments": len(filaments),
        "linkers": len(simulation.linkers),
        "motors": len(simulation.motors),
        "linker_len": mean_length(simulation.linkers),
        "motor_len": mean_length(simulation.motors),
        "rg_um": radius_of_gyration(filaments) / 1000,
        "order": nematic_order(filaments),
        "straightness": straightness(filaments),
        **{f"n_{name}": count for name, _, count in simulation.species_totals()},
    }


def compare(compatibility, seeds):
    """Per quantity: difference of our mean and the reference, and its standard error, both by time (1 s … 10 s)."""
    deck = read_deck(DECK, compatibility=compatibility)
    expected = reference()
    runs = []
    for seed in seeds:
        simulation = Simulation(deck, seed=seed)
        runs.append([])
        for time in expected["t"]:
            simulation.run(time - simulation.time)
            runs[-1].append(measure(simulation))
    names = [n for n in expected if not n.endswith("_sd") and n not in ("t", "runs", *NOT_IN_DECK)]
    result = {}
    for name in names:
        ours = np.array([[row[name] for row in rows] for rows in runs], dtype=float)
        error = np.sqrt(ours.var(axis=0, ddof=1) / len(ours) + expected[f"{name}_sd"] ** 2 / expected["runs"])
        result[name] = (ours.mean(axis=0) - expected[name], error)
    return result


@pytest.mark.slow
def test_by_the_rules_of_medyan_5_4_everything_agrees():
    result = compare("medyan-5.4", range(10))
    assert len(result) == 18
    for name, (difference, error) in result.items():
        assert (np.abs(difference) <= 3 * error).all(), (name, difference / error)


@pytest.mark.slow
def test_by_default_growth_is_somewhat_faster_and_contraction_goes_further():
    result, expected = compare("none", range(10)), reference()
    for name in ("motors", "linker_len"):
        difference, error = result[name]
        assert (np.abs(difference) <= 3.5 * error).all(), (name, difference / error)
    difference, error = result["rg_um"]  # a network that gives way further contracts further
    assert (difference < 2 * error).all() and (difference > -0.15 * expected["rg_um"]).all()
    for name in ("n_AF", "contour_um"):
        difference, error = result[name]
        assert 0 < difference[1] < 0.06 * expected[name][1]
        assert np.abs(difference[-1]) <= 3.5 * error[-1]
    assert result["straightness"][0][1] > 0
    assert result["linkers"][0][-1] > 0
