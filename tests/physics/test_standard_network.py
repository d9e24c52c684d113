"""The standard actomyosin network against sixteen runs of the C++ program MEDYAN 5.4 of the same network.

Means and standard deviations between runs at 2, 5 and 10 s, measured in November 2026 with the public example deck of
30 filaments. By the rules of that program everything agrees. By default the network relaxes further (see
docs/compatibility.md), so what depends on relaxation is only required to deviate in the known direction.
"""

from pathlib import Path

import numpy as np
import pytest

from medyan_py import Simulation, read_deck
from medyan_py.analysis import contour_lengths, radius_of_gyration, straightness

DECK = Path(__file__).resolve().parents[2] / "inputs" / "actomyosin" / "systeminput.txt"
TIMES = (2.0, 5.0, 10.0)
RUNS = 16
REFERENCE = {  # quantity: (mean, standard deviation) at the three times
    "polymerised": ((5439.31, 71.53), (6057.62, 9.67), (6085.19, 7.31)),
    "contour_um": ((14.8477, 0.1933), (16.5172, 0.0261), (16.5917, 0.0196)),
    "motors": ((50.0, 0.0), (50.0, 0.0), (50.0, 0.0)),
    "linkers": ((35.25, 8.16), (59.13, 11.00), (72.81, 13.77)),
    "rg_um": ((0.34827, 0.01833), (0.352903, 0.01739), (0.344176, 0.01605)),
    "straightness": ((0.995395, 0.001556), (0.993032, 0.002969), (0.991813, 0.003109)),
}


def measure(simulation):
    filaments = simulation.filaments
    return {
        "polymerised": simulation.copy_numbers("AF"),
        "contour_um": contour_lengths(filaments).sum() / 1000,
        "motors": len(simulation.motors),
        "linkers": len(simulation.linkers),
        "rg_um": radius_of_gyration(filaments) / 1000,
        "straightness": straightness(filaments),
    }


def ensemble(compatibility, seeds):
    """Mean, standard error of the difference to the reference, and deviation in such errors, by (quantity, time)."""
    deck = read_deck(DECK, compatibility=compatibility)
    rows = []
    for seed in seeds:
        simulation = Simulation(deck, seed=seed)
        rows.append([])
        for time in TIMES:
            simulation.run(time - simulation.time)
            rows[-1].append(measure(simulation))
    result = {}
    for name, reference in REFERENCE.items():
        for k, (mean, spread) in enumerate(reference):
            ours = np.array([row[k][name] for row in rows], dtype=float)
            error = np.sqrt(ours.var(ddof=1) / len(ours) + spread**2 / RUNS)
            result[name, TIMES[k]] = (ours.mean() - mean, error)
    return result


@pytest.mark.slow
def test_by_the_rules_of_medyan_5_4_everything_agrees():
    for (name, time), (difference, error) in ensemble("medyan-5.4", range(10)).items():
        assert abs(difference) <= 3.5 * error, (name, time, difference, error)


@pytest.mark.slow
def test_by_default_growth_is_somewhat_faster_and_ends_at_the_same_balance():
    result = ensemble("none", range(10))
    for name in ("motors", "rg_um"):
        for time in TIMES:
            difference, error = result[name, time]
            assert abs(difference) <= 3.5 * error, (name, time, difference, error)
    for name in ("polymerised", "contour_um"):
        assert 0 < result[name, 2.0][0] < 0.06 * REFERENCE[name][0][0]
        assert abs(result[name, 10.0][0]) <= 3.5 * result[name, 10.0][1]
    assert result["straightness", 2.0][0] > 0
