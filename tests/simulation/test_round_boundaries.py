"""Spheres, cylinders and capsules in decks: filaments stay inside, molecules fill the true volume."""

import numpy as np
import pytest
from small_run import BRANCHERS, SYSTEM, monomers

from medyan_py import DeckError
from medyan_py.core.mechanics.surfaces import Surfaces
from medyan_py.setup.volumes import capsule_fractions, cylinder_fractions, grid_boxes, sphere_fractions

FINE = {**{f"N{axis}": "4" for axis in "XYZ"}, **{f"COMPARTMENTSIZE{axis}": "250" for axis in "XYZ"}}
CENTRE = (500.0, 500.0, 500.0)
ROUND = {
    "SPHERICAL": ("SPHERICAL", CENTRE, 450.0),
    "CYLINDER": ("CYLINDER", CENTRE, 450.0, 1000.0),
    "CAPSULE": ("CAPSULE", CENTRE, 450.0, 100.0),
}
CAPACITY = {
    "SPHERICAL": 4 / 3 * np.pi * 450.0**3,
    "CYLINDER": np.pi * 450.0**2 * 1000.0,
    "CAPSULE": np.pi * 450.0**2 * 100.0 + 4 / 3 * np.pi * 450.0**3,
}
GROWTH = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 20\n"
SHRINKAGE = "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 20\n"
NUCLEATION = "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 0.5\n"
BRANCHING = (
    "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND 5 0 {zone} {distance}\n"
)
RATCHET = {"DFPOLYMERIZATIONTYPE": "BROWRATCHET", "DFPOLYMERIZATIONLEN": "2.7"}


def within(shape, **changes):
    return {**FINE, "BOUNDARYSHAPE": shape, "BOUNDARYDIAMETER": "900", **changes}


def from_walls(shape, points):
    return Surfaces(np.zeros((0, 6)), ROUND[shape]).distance(points)


@pytest.mark.parametrize("shape", ROUND)
@pytest.mark.parametrize("repulsion", ["REPULSIONEXP", "REPULSIONEXPIN"])
def test_filaments_stay_inside(runner, shape, repulsion):
    changes = within(shape, BOUNDARYFFTYPE=repulsion, BOUNDARYCUTOFF="200", NUMFILAMENTS="6", **RATCHET)
    simulation = runner.start(GROWTH, changes)
    before = monomers(simulation, "DIFFUSING", "FILAMENT")
    simulation.run(2.0)
    nearest = from_walls(shape, simulation.filaments.beads).min()
    assert (100.0 if repulsion == "REPULSIONEXPIN" else 0.0) < nearest < 150.0
    assert len(simulation.filaments.beads) > 6 * 3
    assert monomers(simulation, "DIFFUSING", "FILAMENT") == before
    assert sum(simulation.energies.values()) > 0.0
    name = {"REPULSIONEXP": "BoundaryCylinderRepulsion", "REPULSIONEXPIN": "BoundaryCylinderRepulsionIn"}[repulsion]
    assert name in simulation.energies


@pytest.mark.parametrize("shape", ROUND)
def test_compartments_hold_the_true_volume(runner, shape):
    chemistry = runner.start("", within(shape)).chemistry
    active = chemistry.active_compartments
    volume = chemistry.volume_fractions[active].sum() * 250.0**3
    assert volume == pytest.approx(CAPACITY[shape], rel=1e-3)  # slivers are left out


@pytest.mark.parametrize("shape", ROUND)
def test_molecules_spread_in_proportion_to_volume(runner, shape):
    simulation = runner.start("", within(shape))
    chemistry = simulation.chemistry
    boxes = grid_boxes((4, 4, 4), (250.0,) * 3)
    fractions = {
        "SPHERICAL": lambda: sphere_fractions(*boxes, CENTRE, 450.0),
        "CYLINDER": lambda: cylinder_fractions(*boxes, CENTRE, 450.0),
        "CAPSULE": lambda: capsule_fractions(*boxes, CENTRE, 450.0, 100.0),
    }[shape]()[0]
    expected = np.where(chemistry.active_compartments, fractions, 0.0)
    expected *= 400 / expected.sum()
    samples = []
    for _ in range(100):
        chemistry.run(chemistry.time + 0.02)  # four times the slowest relaxation time
        samples.append(chemistry.counts[:, 0].copy())
    deviation = np.mean(samples, axis=0) - expected
    assert (np.abs(deviation) < 5 * np.sqrt(expected / 100) + 1e-9).all()


@pytest.mark.parametrize("compatibility", ["none", "medyan-5.4"])
def test_release_goes_by_volume(runner, compatibility):
    changes = within("CYLINDER", compatibility=compatibility)
    simulation = runner.start("SPECIESDIFFUSING: B 100000 0 0 0 REG\n", changes)
    active = simulation.chemistry.active_compartments
    counts = simulation.chemistry.counts[active, 1]
    room = simulation.chemistry.volume_fractions[active] if compatibility == "none" else np.ones(active.sum())
    expected = 100000 * room / room.sum()
    assert room.min() < 0.5 or compatibility != "none"
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_volumes_by_old_rules(runner):
    sphere = runner.start("", within("SPHERICAL", compatibility="medyan-5.4")).chemistry
    assert set(sphere.volume_fractions) == {1.0}
    # a corner's centre is 650 nm from the centre, 525 nm half a compartment further inside; next ones lie inside
    assert sphere.active_compartments.sum() == 64 - 8
    disc = runner.start("", within("CYLINDER", BOUNDARYDIAMETER="1000", compatibility="medyan-5.4")).chemistry
    assert disc.volume_fractions[[0, 1, 5]] == pytest.approx([0.26795, 0.86603, 1.0], abs=5e-6)


@pytest.mark.parametrize("shape", ROUND)
def test_filaments_form_inside(runner, shape):
    simulation = runner.start(NUCLEATION, within(shape, CYLINDERSIZE="27", NUMBINDINGSITES="1"))
    simulation.run(0.5)
    assert len(simulation.filaments) > 50
    assert from_walls(shape, simulation.filaments.beads).min() > 0.0


def test_filaments_form_flat_and_away_from_the_wall_by_old_rules(runner):
    changes = within("CYLINDER", BOUNDARYFFTYPE="", compatibility="medyan-5.4")
    simulation = runner.start(NUCLEATION, changes)
    simulation.run(0.5)
    view = simulation.filaments
    assert len(view) > 50
    assert from_walls("CYLINDER", view.beads).min() > 125.0
    assert view.beads[1::2, 2] == pytest.approx(view.beads[::2, 2], abs=1e-9)


@pytest.mark.parametrize(("compatibility", "any_form"), [("none", True), ("medyan-5.4", False)])
def test_where_the_old_rules_leave_less_than_half_a_compartment_no_filament_forms(runner, compatibility, any_form):
    changes = {"BOUNDARYSHAPE": "CYLINDER", "BOUNDARYDIAMETER": "900", "compatibility": compatibility}
    simulation = runner.start(NUCLEATION, changes)
    volume = simulation.chemistry.volume_fractions[0]
    assert volume == pytest.approx(np.pi / 4 * 0.81 if any_form else 0.5 * 0.81, rel=1e-9)
    simulation.run(0.5)
    assert (len(simulation.filaments) > 0) == any_form


@pytest.mark.parametrize("shape", ROUND)
def test_branches_start_near_the_side(runner, shape):
    lines = BRANCHERS + BRANCHING.format(zone="SIDEBOUNDARY", distance=100)
    inwards = (
        "FILAMENT 0 60 500 500 492 500 500\nFILAMENT 0 940 500 500 508 500 500\nFILAMENT 0 500 500 60 500 500 492\n"
    )
    simulation = runner.start(lines, within(shape, BOUNDARYFFTYPE=""), inwards)
    simulation.run(0.5)
    sites = simulation.branchers.coords[:, 0]
    assert len(sites) > 3
    assert (sites[:, 2] < 450).any() == (shape != "CYLINDER")  # a cylinder's lids are no side
    side = 450.0 - np.linalg.norm((sites - CENTRE)[:, : 2 if shape == "CYLINDER" else 3], axis=1)
    if shape == "CAPSULE":
        side = from_walls(shape, sites)
    assert side.max() < 100.0
    assert from_walls(shape, simulation.filaments.beads[15:]).min() > 0.0


def test_what_is_outside_reacts_with_the_nearest_compartment(runner):
    changes = within("SPHERICAL", BOUNDARYDIAMETER="600", BOUNDARYFFTYPE="")
    simulation = runner.start(SHRINKAGE, changes, "FILAMENT 0 10 10 10 10 10 226\n")
    before = monomers(simulation, "DIFFUSING", "FILAMENT")
    inactive = ~simulation.chemistry.active_compartments
    assert inactive[0]
    simulation.run(2.0)
    assert simulation.copy_numbers("A").sum() > 400 + 20
    assert monomers(simulation, "DIFFUSING", "FILAMENT") == before
    assert simulation.chemistry.counts[inactive].sum() == 0


def test_random_filaments_along_the_wall_of_a_cylinder(runner):
    changes = {"NUMFILAMENTS": "40", "form-rings": "true", "restrict-cylinder-boundary-angle": "true"}
    ends = runner.start("", within("CYLINDER", BOUNDARYFFTYPE="", **changes)).filaments.beads.reshape(-1, 2, 3)
    assert len(ends) == 40
    radial = ends[:, :, :2] - 500.0
    assert (450.0 - np.linalg.norm(radial, axis=2)).max() < 1000.0 / 8 + 0.1
    middle, step = radial.mean(axis=1), radial[:, 1] - radial[:, 0]
    cosine = (middle * step).sum(axis=1) / (np.linalg.norm(middle, axis=1) * np.linalg.norm(step, axis=1))
    assert np.abs(cosine).max() < 0.345


def test_boundary_view_is_the_box_around_the_walls(runner):
    view = runner.start("", within("SPHERICAL")).boundary
    assert view.shape == "SPHERICAL" and view.box == ((50.0,) * 3, (950.0,) * 3)
    view = runner.start("", within("CAPSULE")).boundary
    assert view.shape == "CAPSULE" and view.box == ((50.0, 50.0, 0.0), (950.0, 950.0, 1000.0))
    assert runner.start("", within("CAPSULE", BOUNDARYDIAMETER="1000")).boundary.shape == "SPHERICAL"
    assert runner.start("").boundary == (((25.0,) * 3, (975.0,) * 3), "CUBIC")


def test_a_volume_smaller_than_any_compartment_is_refused(runner):
    assert SYSTEM["COMPARTMENTSIZEX"] == "500"
    with pytest.raises(DeckError, match="BOUNDARYDIAMETER: no compartment lies inside the boundary"):
        runner.start("", {"BOUNDARYSHAPE": "SPHERICAL", "BOUNDARYDIAMETER": "50"})
