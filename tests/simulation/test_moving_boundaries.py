"""Planes that move, at a speed or with the filaments, and concentrations held meanwhile."""

import numpy as np
import pytest
from small_run import monomers

LONG = {"NX": "8", "COMPARTMENTSIZEX": "250"}  # 2000 × 1000 × 1000 nm
SIDES = {"LEFT": (0, 0), "RIGHT": (0, 1), "FRONT": (1, 0), "BACK": (1, 1), "BOTTOM": (2, 0), "TOP": (2, 1)}
GROWTH = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 20\n"
SHRINKAGE = "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 60\n"
LINK = """\
SPECIESDIFFUSING: LD 60 20e6 0 0 REG
SPECIESLINKER: LA 0
LINKERBINDINGSITE: EA 0
LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.5 2 20 60
"""


def corners(simulation):
    return np.array(simulation.boundary.box)


@pytest.mark.parametrize("side", SIDES)
def test_a_plane_moves_at_its_speed(runner, side):
    changes = {"BOUNDARYMOVE": side, "BMOVESPEED": "100", "BMOVESTARTTIME": "0.25", "BMOVEENDTIME": "4.25"}
    simulation = runner.start("", changes)
    expected = np.array([[25.0] * 3, [975.0] * 3])
    axis, end = SIDES[side]
    for time, way in ((0.2, 0.0), (1.0, 75.0), (4.2, 395.0), (5.0, 400.0)):
        simulation.run(time - simulation.time)
        moved = expected.copy()
        moved[end, axis] += way if end == 0 else -way
        assert corners(simulation) == pytest.approx(moved, abs=1e-9)
        volume = simulation.chemistry.volume_fractions[simulation.grid.active].sum() * 500.0**3
        assert volume == pytest.approx(1e6 * (1000.0 - way), rel=1e-12)
    assert simulation.copy_numbers("A").sum() == 400


def test_all_planes_move_together(runner):
    """10 nm/s for half a second: from 25 nm and 975 nm to 30 nm and 970 nm."""
    changes = {"BOUNDARYMOVE": "ALL", "BMOVESPEED": "10", "BMOVEENDTIME": "100", "MINIMIZATIONTIME": "0.5"}
    simulation = runner.start("", changes | {"SNAPSHOTTIME": "0.5", "NEIGHBORLISTTIME": "0.5", "RUNTIME": "1"})
    simulation.run(0.5)
    assert corners(simulation) == pytest.approx(np.array([[30.0] * 3, [970.0] * 3]), abs=1e-9)


def test_compartments_leave_when_the_planes_have_passed(runner):
    simulation = runner.start("", {**LONG, "BOUNDARYMOVE": "RIGHT", "BMOVESPEED": "1000", "RUNTIME": "1.5"})
    for time, layers in ((0.2, 8), (0.3, 7), (0.9, 5), (1.3, 3)):
        simulation.run(time - simulation.time)
        assert simulation.grid.active.reshape(2, 2, 8).sum(axis=(0, 1)).tolist() == [4] * layers + [0] * (8 - layers)
        assert simulation.copy_numbers("A").sum() == 400
        assert simulation.copy_numbers("A")[layers:].sum() == 0


def test_whole_compartments_by_old_rules(runner):
    changes = {**LONG, "BOUNDARYMOVE": "ALL", "BMOVESPEED": "100", "RUNTIME": "3"}
    simulation = runner.start("", {**changes, "compatibility": "medyan-5.4"})
    simulation.run(2.2)  # 220 nm: the plane is at 245, still in the first compartment
    assert simulation.grid.active.all() and set(simulation.chemistry.volume_fractions) == {1.0}
    simulation.run(0.1)
    assert simulation.grid.active.reshape(2, 2, 8)[0, 0].tolist() == [False] + [True] * 6 + [False]


def test_walls_that_meet_end_the_run(runner):
    simulation = runner.start("", {"BOUNDARYMOVE": "TOP", "BMOVESPEED": "1000", "RUNTIME": "0.5"})
    with pytest.raises(ValueError, match=r"the walls of the moving boundary meet at 1 s"):
        simulation.run(2.0)


def test_filaments_are_pushed_and_nothing_is_lost(runner):
    changes = {
        "BOUNDARYMOVE": "ALL",
        "BMOVESPEED": "150",
        "MINIMIZATIONTIME": "0.02",
        "NUMFILAMENTS": "12",
        "RUNTIME": "2",
    }
    fine = {key + axis: value for axis in "XYZ" for key, value in (("N", "4"), ("COMPARTMENTSIZE", "250"))}
    simulation = runner.start(GROWTH + SHRINKAGE + LINK, {**changes, **fine})
    before = monomers(simulation, "DIFFUSING", "FILAMENT", "LINKER")
    for _ in range(20):
        simulation.run(0.1)
        low, high = corners(simulation)
        beads = simulation.filaments.beads
        assert (beads > low).all() and (beads < high).all()
        assert monomers(simulation, "DIFFUSING", "FILAMENT", "LINKER") == before
        assert simulation.diffusing_counts[~simulation.grid.active].sum() == 0
    assert low == pytest.approx([325.0] * 3) and len(simulation.linkers) > 0
    assert simulation.grid.active.sum() == 8


@pytest.mark.parametrize("sides", [("RIGHT",), ("LEFT",), ("LEFT", "RIGHT")])
def test_planes_keep_two_compartments_from_the_filaments(runner, sides):
    line = "FILAMENT 0 900 500 500 1116 500 500\n"  # in compartments 3 and 4 of 8
    changes = {**LONG, "BOUNDARYMOVE": sides[0]}
    if len(sides) == 2:
        changes = {**LONG, "BOUNDARYMOVE": "ALL", "TRANSFERSHAREAXIS": "- X"}
    simulation = runner.start("", changes, line)
    first, last = 1 if "LEFT" in sides else 0, 6 if "RIGHT" in sides else 7
    expected = [first <= i <= last for i in range(8)]
    assert simulation.grid.active.reshape(2, 2, 8)[1, 1].tolist() == expected
    low, high = corners(simulation)
    assert low[0] == 250.0 * first + 25.0 and high[0] == 250.0 * (last + 1) - 25.0
    assert simulation.copy_numbers("A").sum() == 400
    assert set(simulation.chemistry.volume_fractions) == {1.0}


def test_a_plane_goes_ahead_of_a_growing_filament(runner):
    changes = {**LONG, "BOUNDARYMOVE": "RIGHT"}
    simulation = runner.start(GROWTH, changes, "FILAMENT 0 100 500 500 316 500 500\n")
    # the last cylinder's middle is at 262, in compartment 1: compartments 0 to 3 take part
    assert simulation.grid.active.reshape(2, 2, 8)[0, 0].tolist() == [True] * 4 + [False] * 4
    before = monomers(simulation, "DIFFUSING", "FILAMENT")
    simulation.run(2.0)
    beads = simulation.filaments.beads
    outermost = (beads[1:, 0] + beads[:-1, 0]).max() / 2
    layers = min(8, int(outermost // 250) + 3)
    assert layers > 4
    assert simulation.grid.active.reshape(2, 2, 8)[0, 0].sum() in (layers - 1, layers)  # moves before it relaxes
    assert (simulation.copy_numbers("A")[4:].sum() > 0) and monomers(simulation, "DIFFUSING", "FILAMENT") == before


def test_new_compartments_take_half_of_what_their_neighbour_holds(runner):
    changes = {**LONG, "BOUNDARYMOVE": "RIGHT"}
    fixed = "SPECIESDIFFUSING: B 1600 0 0 0 REG\n"
    simulation = runner.start(fixed + GROWTH, changes, "FILAMENT 0 100 500 500 316 500 500\n")
    before = simulation.copy_numbers("B").copy()
    while simulation.grid.active.sum() == 16:
        simulation.run(0.1)
    after = simulation.copy_numbers("B")
    assert (after[:3] == before[:3]).all()
    assert (after[4] == (before[3] + 1) // 2).all() and (after[3] == before[3] // 2).all()


def test_concentrations_are_held(runner):
    lines = (
        "SPECIESDIFFUSING: B 0 20e6 0 0 REG BASECONC 1\nSPECIESBULK: D 5 0.5 1.5 REG BULKCONC 1\n"
        "BULKREACTION: D:BULK -> 1.0\nGENREACTION: B:DIFFUSING -> A:DIFFUSING 1.0\n"
    )
    changes = {"BOUNDARYMOVE": "RIGHT", "BMOVESPEED": "100", "MINIMIZATIONTIME": "1e-5", "SNAPSHOTTIME": "1e-5"}
    simulation = runner.start(lines, {**changes, "NEIGHBORLISTTIME": "1e-5", "RUNTIME": "2"})
    simulation.run(1e-5)
    # 1 µM in a compartment of 500 nm is 75.3; hardly any of them left it in 10 µs
    assert simulation.copy_numbers("B")[0] == pytest.approx(75, abs=3)
    assert simulation.copy_numbers("B")[1].sum() <= 12
    assert simulation.copy_numbers("D") == 0
    still = "SPECIESDIFFUSING: B 0 0 0 0 REG BASECONC 1\nSPECIESBULK: D 0 0 0 REG BULKCONC 1\n"
    simulation = runner.start(still, {**changes, "BMOVESPEED": "0"})
    simulation.run(1e-5)
    assert set(simulation.copy_numbers("B").ravel().tolist()) == {0, 75}  # in the layer that is held
    assert simulation.copy_numbers("D") == 602  # in 1 µm³
    slow = {**changes, "MINIMIZATIONTIME": "0.5", "SNAPSHOTTIME": "0.5", "RUNTIME": "2"}
    simulation = runner.start(lines.replace("BULKREACTION: D:BULK -> 1.0\n", ""), slow)
    simulation.run(1.0)
    # at 0.5 s the wall had moved 50 nm: 0.95 µm³, 602.2 a µm³
    assert simulation.copy_numbers("D") == int(0.95 * 602.214)


@pytest.mark.parametrize(
    ("shape", "volume"),
    [
        ("SPHERICAL", np.pi / 6 * 0.9**3),
        ("CYLINDER", np.pi / 4 * 0.9**2),
        ("CAPSULE", np.pi / 4 * 0.9**2 * 0.1 + np.pi / 6 * 0.9**3),
        ("CUBIC", 1.0),
    ],
)
def test_bulk_concentration_is_that_of_the_true_volume(runner, shape, volume):
    changes = {"BOUNDARYSHAPE": shape, "BOUNDARYDIAMETER": "900"}
    simulation = runner.start("SPECIESBULK: D 0 0 0 REG BULKCONC 1\n", changes)
    simulation.run(0.1)
    assert simulation.copy_numbers("D") == int(volume * 602.214076)
