"""A network that cannot be relaxed ends the run, and says which filaments, linkers and motors are to blame."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from bubble_deck import BUBBLES

from medyan_py import Simulation, read_deck
from medyan_py.analysis import read_snapshot
from medyan_py.cli import main
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.setup.mechanics import Mechanics

PAIR = Path(__file__).resolve().parents[2] / "inputs" / "two_filaments" / "systeminput.txt"


def simulation(walls=True, **minimisation):
    deck = read_deck(PAIR)
    changes = {"minimisation": dataclasses.replace(deck.minimisation, **minimisation)}
    if not walls:
        changes["boundary"] = dataclasses.replace(deck.boundary, repulsion=None)
    return Simulation(dataclasses.replace(deck, **changes), seed=3)


def beads_of(mechanics, filament):
    start = mechanics.order["start"]
    return mechanics.order["bead"][start[filament] : start[filament + 1]]


def collapse(mechanics):
    """Cylinder 2 of the second filament gets the length 0."""
    x, beads = mechanics._chemistry.filaments.beads["x"], beads_of(mechanics, 1)
    x[beads[3]] = x[beads[2]]


def test_energy_that_is_not_finite_names_the_filament():
    sim = simulation()
    collapse(sim._mechanics)
    before = sim._mechanics._chemistry.filaments.beads["x"].copy()
    ident = sim.filaments.ids[1]
    with pytest.raises(
        MechanicsError, match=rf"FilamentStretching.*not finite.*cylinder 2 of filament {ident}$"
    ) as caught:
        sim._mechanics.relax()
    assert np.array_equal(before, sim._mechanics._chemistry.filaments.beads["x"], equal_nan=True)
    assert f"FILAMENT {ident} 0" in caught.value.report


def test_no_more_evaluations_names_the_motor():
    sim = simulation(max_distance=1e-7)
    while not len(sim.motors):
        sim.run(0.5)
    bonds = sim.chemistry.bonds
    row = bonds.rows[0]
    bonds["stiffness"][row], bonds["rest_length"][row] = 1e4, bonds["rest_length"][row] + 30
    with pytest.raises(MechanicsError) as caught:
        sim._mechanics.relax()
    text = str(caught.value)
    assert "not at its end after 10" in text and "MotorStretching" in text
    assert f"; motor {sim.motors.ids[0]} between cylinder " in text
    assert f"motor {sim.motors.ids[0]}: " in caught.value.report


def test_forces_below_the_tolerance_are_no_failure():
    sim = simulation(max_distance=1e-7, gradient_tolerance=1e9)
    sim._mechanics.relax()
    assert sim.minimisation.residual < 1e9


def test_bead_thrown_out_of_the_grid():
    sim = simulation(walls=False)
    beads = beads_of(sim._mechanics, 0)
    sim.chemistry.filaments.beads["x"][beads[4], 0] += 12000
    with pytest.raises(MechanicsError, match=rf"bead of filament {sim.filaments.ids[0]} .* nm out of the grid"):
        sim._mechanics.relax()


def test_bubble_thrown_out_of_the_grid(runner):
    """Two large bubbles that overlap and no walls."""
    changes = BUBBLES | {"BUBBLERADIUS": "600", "BUBBLECUTOFF": "1000", "BUBBLEFILE": "bubbles.txt"}
    (runner.path / "bubbles.txt").write_text("BUBBLE 0 500 500 100\nBUBBLE 0 500 500 101\n")
    with pytest.raises(MechanicsError, match=r"has thrown bubble [01] \d+ nm out of the grid, to \(500, 500, "):
        runner.start("", changes | {"BOUNDARYFFTYPE": ""})


def test_search_without_success_is_a_failure(monkeypatch):
    sim = simulation()
    mechanics = sim._mechanics

    class Helpless:
        """The model, with a search that finds nothing."""

        def __getattr__(self, name):
            return getattr(model, name)

        def minimise(self, **options):
            return dataclasses.replace(model.minimise(**options), status="no descent", residual=7.0)

    model = mechanics.model
    monkeypatch.setattr(mechanics, "model", Helpless())
    with pytest.raises(MechanicsError, match=r"finds no lower energy .*largest force 7 pN"):
        mechanics.relax()


def test_run_leaves_frame_report_and_exit_code(monkeypatch, tmp_path, capsys):
    relax, done = Mechanics.relax, iter(range(12))

    def planted(self):
        if next(done, None) is None:
            collapse(self)
        relax(self)

    monkeypatch.setattr(Mechanics, "relax", planted)
    out = tmp_path / "out"
    assert main(["-s", str(PAIR), "-o", str(out), "--runtime", "5", "--no-vtk", "--seed-fixed", "1"]) == 3
    err = capsys.readouterr().err
    assert "the network cannot be relaxed at t = 0.6 s: FilamentStretching: energy " in err
    assert "frame 2 is this state, not relaxed" in err
    assert [frame.time for frame in read_snapshot(out / "snapshot.traj")] == [0, 0.5, 0.6]
    report = (out / "failed_minimisation.txt").read_text()
    assert report.startswith("t = 0.6 s\nFilamentStretching") and report.count("FILAMENT ") == 2
    assert "failed_minimisation.txt" in (out / "medyan.log").read_text()


def test_first_minimisation_leaves_a_report(monkeypatch, tmp_path, capsys):
    load = Mechanics.arrays

    def planted(self):
        state = load(self)
        state["x"][1] = state["x"][0]
        return state

    monkeypatch.setattr(Mechanics, "arrays", planted)
    out = tmp_path / "out"
    assert main(["-s", str(PAIR), "-o", str(out)]) == 3
    assert "the initial network cannot be relaxed: FilamentStretching" in capsys.readouterr().err
    assert [p.name for p in out.iterdir()] == ["failed_minimisation.txt"]
