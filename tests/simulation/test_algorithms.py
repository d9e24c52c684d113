"""The three stochastic algorithms on a deck with filaments and linkers: equal in distribution."""

import numpy as np
import pytest
from scipy.stats import ks_2samp
from small_run import Runner, monomers

DECK = """\
SPECIESDIFFUSING: LD 200 2e6 0 0 REG
SPECIESBOUND: LEA 0
LINKERBINDINGSITE: LEA 0
SPECIESLINKER: LA 0
LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.01 2 30 40
POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.1
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 20
"""
FILAMENTS = "".join(f"FILAMENT 0 300 {y} 500 516 {y} 500\n" for y in (465, 500, 535))
RUNS = 200


def outcomes(runner, algorithm, first_seed):
    """Monomers on filaments, linkers and events of small runs, int (runs, 3)."""
    rows = []
    changes = {"CALGORITHM": algorithm, "MINIMIZATIONTIME": "0.05", "SNAPSHOTTIME": "0.05", "LSTRETCHINGK": "8"}
    changes |= {"NEIGHBORLISTTIME": "0.05", "LSTRETCHINGFFTYPE": "HARMONIC"}
    changes |= {f"COMPARTMENTSIZE{axis}": "1000" for axis in "XYZ"} | {f"N{axis}": "1" for axis in "XYZ"}
    for seed in range(first_seed, first_seed + RUNS):
        simulation = runner.start(DECK, changes, FILAMENTS, seed)
        simulation.run(0.3)
        rows.append((monomers(simulation, "FILAMENT"), len(simulation.linkers), simulation.steps_done))
    return np.array(rows)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return outcomes(Runner(tmp_path_factory.mktemp("nrm")), "NRM", 0)


@pytest.mark.parametrize("algorithm", ["GILLESPIE", "SIMPLEGILLESPIE"])
def test_direct_methods_agree_with_the_next_reaction_method(runner, reference, algorithm):
    found = outcomes(runner, algorithm, 1000)
    assert found.std(axis=0).min() > 0
    for column in range(3):
        ours, theirs = found[:, column], reference[:, column]
        error = np.sqrt((ours.var() + theirs.var()) / RUNS)
        assert abs(ours.mean() - theirs.mean()) < 4.5 * error
        assert ks_2samp(ours, theirs).pvalue > 1e-5


def test_the_algorithm_of_the_deck_is_used(runner):
    """Equal seeds give other trajectories: the methods draw their numbers in other ways."""
    times = []
    for algorithm in ("NRM", "GILLESPIE", "SIMPLEGILLESPIE"):
        simulation = runner.start(DECK, {"CALGORITHM": algorithm, "LSTRETCHINGFFTYPE": "HARMONIC", "LSTRETCHINGK": "8"})
        simulation.run(steps=100)
        times.append(simulation.time)
    assert times[0] != times[1]
