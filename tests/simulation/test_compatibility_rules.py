"""Every rule that `compatibility medyan-5.4` brings back, under both settings, where no other test runs both."""

import numpy as np
import pytest
from small_run import BRANCHERS

OLD = "medyan-5.4"
BOTH = pytest.mark.parametrize("old", [False, True], ids=["default", OLD])
SHRINKAGE = "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 20\n"
KINK = 0.05  # rad


def rules(old, **changes):
    return {**changes, "compatibility": OLD if old else "none"}


def bent(first, second):
    """A filament of two cylinders of the given lengths (nm) with an angle of KINK between them."""
    tip = 500 + second * np.cos(KINK), 500 + second * np.sin(KINK)
    return f"FILAMENT 0 {500 - first} 500 500 500 500 500 {tip[0]} {tip[1]} 500\n", {"PROJECTIONTYPE": "PREDEFINED"}


@BOTH
def test_minimiser(runner, old):
    """Forces far below the tolerance hold energy that only the default minimiser lets go."""
    line, changes = bent(108, 108)
    simulation = runner.start("", rules(old, **changes, GRADIENTTOLERANCE="5"), line)
    energy = 672 * (1 - np.cos(KINK))
    assert simulation.minimisation.energies_before["FilamentBending"] == pytest.approx(energy, rel=1e-9)
    after = simulation.energies["FilamentBending"]
    assert (after == pytest.approx(energy, rel=1e-9)) if old else (after < 0.3 * energy)


@BOTH
def test_bending_constant_of_a_hinge_between_unequal_cylinders(runner, old):
    simulation = runner.start(SHRINKAGE, rules(old), "FILAMENT 0 400 500 500 616 500 500\n")
    simulation.run(1.0)
    beads, tip = simulation.chemistry.filaments.beads, simulation.filaments.beads[2]
    plus = np.flatnonzero((beads["x"] == tip).all(axis=1))
    beads["x"][plus] = simulation.filaments.beads[1] + (tip[0] - 508) * np.array([np.cos(KINK), np.sin(KINK), 0])
    simulation.run(0.1)
    full, partial = simulation.filaments.rest_lengths
    assert full == 108 and 20 < partial < 100
    factor = 108 / partial if old else 108 * 2 / (108 + partial)
    energy = simulation.minimisation.energies_before["FilamentBending"]
    assert energy == pytest.approx(factor * 672 * (1 - np.cos(KINK)), rel=1e-6)


@BOTH
def test_attachment_point_on_a_partly_filled_end_cylinder(runner, old):
    """The site at monomer 6 of a cylinder that shrinks."""
    simulation = runner.start(SHRINKAGE, rules(old), "FILAMENT 0 100 500 500 208 500 500\n")
    assert simulation.chemistry.site_positions([0])[0, 0] == pytest.approx(100 + 6 * 2.7)
    simulation.chemistry.run(1.0)
    left = int(simulation.filaments.monomers[0])
    assert 8 < left < 35
    place = 6 / 40 * left * 2.7 if old else 6 * 2.7
    assert simulation.chemistry.site_positions([0])[0, 0] == pytest.approx(100 + place)


@BOTH
def test_where_a_filament_is_severed(runner, old):
    """Of three cylinders only the second can be severed: at either side of it, or always at its minus side."""
    chemistry = """\
SPECIESBULK: G 43 0 0 REG
SPECIESFILAMENT: AD 0
POLYMERIZATIONREACTION: 0 G:BULK + PA:PLUSEND -> AD:FILAMENT + PA:PLUSEND 1e5
SEVERINGREACTION: 0 AT AD:FILAMENT 20
"""
    pieces = set()
    for seed in range(24):
        simulation = runner.start(
            chemistry, rules(old, BOUNDARYFFTYPE=""), "FILAMENT 0 100 500 500 208 500 500\n", seed
        )
        engine = simulation.chemistry
        while engine.filaments.table.count == 1:
            engine.run(engine.next_time)
        assert engine.bulk_counts[0] == 0
        filaments = simulation.filaments
        cylinders = np.split(filaments.monomers, filaments.start[1:-1] - 1)
        pieces.add(tuple(sorted(int(part.sum()) for part in cylinders)))
    assert pieces == ({(40, 43)} if old else {(40, 43), (3, 80)})


def react_propensities(simulation):
    """Propensities (1/s) of the reactions of free molecules in active compartments, (compartments, reactions)."""
    chemistry = simulation.chemistry
    columns = [k for k, (action, _) in enumerate(chemistry.local_templates) if action == "react"]
    values = chemistry.channel_propensities[0][:, chemistry.diffusing :][:, columns]
    return values[chemistry.active_compartments]


@BOTH
def test_reactions_of_equal_molecules(runner, old):
    lines = "GENREACTION: A:DIFFUSING + A:DIFFUSING -> A:DIFFUSING 0.1\n"
    simulation = runner.start(lines, rules(old))
    n = simulation.chemistry.counts[:, 0].astype(float)
    expected = 0.1 * n * n if old else 0.1 * n * (n - 1)
    assert react_propensities(simulation)[:, 0] == pytest.approx(expected)


@BOTH
def test_reactions_in_compartments_that_are_cut(runner, old):
    lines = """\
SPECIESDIFFUSING: B 4000 20e6 0 0 REG
GENREACTION: A:DIFFUSING -> B:DIFFUSING 0.1
GENREACTION: A:DIFFUSING + B:DIFFUSING -> A:DIFFUSING 0.2
"""
    simulation = runner.start(lines, rules(old, BOUNDARYSHAPE="CYLINDER", BOUNDARYDIAMETER="900"))
    volume = simulation.chemistry.volume_fractions[simulation.grid.active]
    assert volume == pytest.approx(0.5 * 0.81 if old else np.pi / 4 * 0.81, rel=1e-9)
    a, b = simulation.chemistry.counts.T
    found = react_propensities(simulation)
    exponent = 0 if old else 1
    assert found[:, 0] == pytest.approx(0.1 * a * volume ** (exponent - 1), rel=1e-9)
    assert found[:, 1] == pytest.approx(0.2 * a * b * volume ** (exponent - 2), rel=1e-9)


@BOTH
@pytest.mark.parametrize("shape", ["SPHERICAL", "CAPSULE"])
def test_compartments_that_a_sphere_or_capsule_cuts(runner, shape, old):
    """Compartments of 250 nm; the middles of the outermost in the corners of a layer lie 530 nm from the axis."""
    fine = {**{f"N{axis}": "4" for axis in "XYZ"}, **{f"COMPARTMENTSIZE{axis}": "250" for axis in "XYZ"}}
    simulation = runner.start("", rules(old, **fine, BOUNDARYSHAPE=shape, BOUNDARYDIAMETER="900", BOUNDARYFFTYPE=""))
    chemistry = simulation.chemistry
    if not old:
        volume = chemistry.volume_fractions[chemistry.active_compartments]
        assert ((volume > 0) & (volume < 1)).any()
        return
    assert set(chemistry.volume_fractions) == {1.0}
    middle = 125 + 250 * np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).transpose(2, 1, 0, 3) - 500
    middle = middle.reshape(-1, 3)  # x fastest
    from_centre = np.linalg.norm(middle, axis=1)
    if shape == "SPHERICAL":
        inside = (from_centre < 450) | (from_centre - 125 < 450)
    else:
        over = np.maximum(np.abs(middle[:, 2]) - 50, 0)  # the straight part is 100 nm high
        inside = np.hypot(np.hypot(middle[:, 0], middle[:, 1]), over) < 450
    assert chemistry.active_compartments.astype(bool).tolist() == inside.tolist()
    assert 0 < inside.sum() < 64


@BOTH
def test_the_side_of_a_box_where_branches_form(runner, old):
    """One filament along a side plane, one along the bottom in the middle."""
    lines = BRANCHERS + "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND "
    lines += "1 0 SIDEBOUNDARY 100\n"
    chains = "FILAMENT 0 60 300 500 60 732 500\nFILAMENT 0 300 500 60 732 500 60\n"
    simulation = runner.start(lines, rules(old, BOUNDARYFFTYPE=""), chains)
    simulation.run(0.5)
    mothers = set(simulation.branchers.coords[:, 0, 2].round(-1))
    assert mothers == ({60.0} if old else {500.0})


@BOTH
def test_a_named_side_moves_at_its_speed_or_follows_the_filaments(runner, old):
    changes = {"NX": "8", "COMPARTMENTSIZEX": "250", "BOUNDARYMOVE": "RIGHT", "BMOVESPEED": "100", "RUNTIME": "3"}
    line = "FILAMENT 0 300 500 500 408 500 500\n"  # in the second compartment: the third and fourth take part as well
    simulation = runner.start("", rules(old, **changes), line)
    simulation.run(1.0)
    assert simulation.boundary.box[1][0] == pytest.approx(4 * 250 - 25 if old else 1975 - 100)
