"""Rules that change in the course of a run."""

import numpy as np
import pytest
from small_run import monomers

POLY = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + {0}:{1} -> AF:FILAMENT + {0}:{1} {2}\n"
DEPOLY = "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + {0}:{1} -> A:DIFFUSING + {0}:{1} {2}\n"
PLUS, MINUS = ("PA", "PLUSEND"), ("MA", "MINUSEND")
RANDOM = {"NUMFILAMENTS": "10", "FILAMENTLENGTH": "3"}
LINKERS = """\
SPECIESDIFFUSING: LD 500 2e6 0 0 REG
SPECIESBOUND: LEA 0
LINKERBINDINGSITE: LEA 0
SPECIESLINKER: LA 0
LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 {} {} 30 40
"""
LINKED = {"LSTRETCHINGFFTYPE": "HARMONIC", "LSTRETCHINGK": "8"}
PARALLEL = "".join(f"FILAMENT 0 300 {y} 500 516 {y} 500\n" for y in (465, 500, 535))


def propensity(simulation, action):
    """Summed propensity (1/s) of all reactions of an action."""
    chemistry = simulation.chemistry
    local, whole = chemistry.channel_propensities
    hops = len(simulation.diffusing_names)
    columns = [hops + t for t, (name, _) in enumerate(chemistry.local_templates) if name == action]
    return local[:, columns].sum() + sum(
        whole[t] for t, (name, _) in enumerate(chemistry.whole_templates) if name == action
    )


# --- manual change of rates


@pytest.mark.parametrize(
    ("name", "reaction", "action"),
    [
        ("PLUSPOLY", POLY.format(*PLUS, 0.1), "grow"),
        ("PLUSDEPOLY", DEPOLY.format(*PLUS, 1.4), "shrink"),
        ("MINUSPOLY", POLY.format(*MINUS, 0.1), "grow"),
        ("MINUSDEPOLY", DEPOLY.format(*MINUS, 1.4), "shrink"),
    ],
)
def test_each_ratio_multiplies_its_rates_from_its_time_on(runner, name, reaction, action):
    """Of both ends only the one that the ratio is for changes; no polymerisation law is needed."""
    other = {
        "PLUSPOLY": POLY.format(*MINUS, 0.1),
        "MINUSPOLY": POLY.format(*PLUS, 0.1),
        "PLUSDEPOLY": DEPOLY.format(*MINUS, 1.4),
        "MINUSDEPOLY": DEPOLY.format(*PLUS, 1.4),
    }[name]
    changes = {**RANDOM, "MANUALSTARTTIME": "0", f"MANUAL{name}RATIO": "3"}
    plain = runner.start(reaction + other, RANDOM, seed=3)
    changed = runner.start(reaction + other, changes, seed=3)
    for simulation in (plain, changed):
        for compartment in range(8):
            simulation.chemistry.set_count(compartment, 0, 50)
    assert propensity(plain, action) > 0
    assert propensity(changed, action) == pytest.approx(2 * propensity(plain, action))  # (3 + 1) / (1 + 1)


def test_the_ratio_holds_from_the_exact_time(runner):
    """The time lies inside a chemistry interval of 1 s, in which all actin would polymerise."""
    changes = {**RANDOM, "MANUALSTARTTIME": "0.03", "MANUALPLUSPOLYRATIO": "0", "MINIMIZATIONTIME": "1"}
    changes |= {"SNAPSHOTTIME": "1", "NEIGHBORLISTTIME": "1"}
    simulation = runner.start(POLY.format(*PLUS, 5), changes)
    before = monomers(simulation, "FILAMENT")
    simulation.run(1.0)
    grown = 400 * (1 - np.exp(-5 * 10 / 8 * 0.03))  # dN/dt = −rate · ends · N / compartments
    assert simulation.cycles == 1
    assert abs(monomers(simulation, "FILAMENT") - before - grown) < 5 * np.sqrt(grown)


def test_a_ratio_gives_the_right_amount(runner):
    """Minus ends shrink as a Poisson process of rate 40 × ends, from 0.1 s on times their own ratio."""
    changes = {**RANDOM, "MANUALSTARTTIME": "0.1", "MANUALMINUSDEPOLYRATIO": "0.25", "MANUALPLUSDEPOLYRATIO": "9"}
    counts = []
    for seed in range(20):
        simulation = runner.start(DEPOLY.format(*MINUS, 40), changes, seed=seed)
        before = monomers(simulation, "FILAMENT")
        simulation.run(0.5)
        counts.append(before - monomers(simulation, "FILAMENT"))
    expected = 10 * 40 * (0.1 + 0.25 * 0.4)
    assert abs(np.mean(counts) - expected) < 5 * np.sqrt(expected / 20)


# --- static filaments and linkers


def test_static_filaments(runner):
    chemistry = POLY.format(*PLUS, 0.1) + DEPOLY.format(*MINUS, 30) + DEPOLY.format(*PLUS, 30)
    simulation = runner.start(chemistry, RANDOM, "", 2)
    simulation.run(0.2)
    assert propensity(simulation, "grow") > 0
    frozen = runner.start(chemistry, {**RANDOM, "SPECIALPROTOCOL": "MAKEFILAMENTSSTATIC 0.2"}, seed=2)
    frozen.run(0.2)
    assert propensity(frozen, "grow") == propensity(frozen, "shrink") == 0
    before = frozen.filaments.monomers.copy()
    frozen.run(1.0)
    np.testing.assert_array_equal(frozen.filaments.monomers, before)
    assert frozen.chemistry.hops > 0


def test_static_linkers_do_not_let_go(runner):
    simulation = runner.start(
        LINKERS.format(0.01, 2.0), {**LINKED, "SPECIALPROTOCOL": "MAKELINKERSSTATIC 0.5"}, PARALLEL
    )
    simulation.run(0.5)
    held = set(simulation.linkers.ids.tolist())
    assert held
    simulation.run(3.0)
    assert held <= set(simulation.linkers.ids.tolist())
    assert propensity(simulation, "unbind") == 0


# --- growth by tension


def test_filaments_under_force_grow_faster(runner):
    """One filament of three is stretched by hand; the others are at rest."""
    chemistry = POLY.format(*PLUS, 0.1) + POLY.format(*MINUS, 0.1)
    simulation = runner.start(chemistry, {"SPECIALPROTOCOL": "RATEDEPEND 0.1 5"}, PARALLEL)
    for c in range(8):
        simulation.chemistry.set_count(c, 0, 100)
    filaments = simulation.chemistry.filaments
    plain = propensity(simulation, "grow")
    assert plain == pytest.approx(6 * 0.1 * 100)
    row = filaments.ordered()["filament"][1]
    cylinder = filaments.table["tip"][row, 1]
    filaments.beads["x"][filaments.cylinders["bead"][cylinder, 1], 0] += 20.0  # k 20 nm / 108 nm
    view = simulation.filaments
    simulation._tension_growth.look(0.1, view)
    assert propensity(simulation, "grow") == pytest.approx((5 + 5) * 0.1 * 100)
    filaments.beads["x"][filaments.cylinders["bead"][cylinder, 1], 0] -= 20.0
    assert not simulation._tension_growth.due(1.0) and simulation._tension_growth.due(1.1)
    simulation._tension_growth.look(1.1, simulation.filaments)
    assert propensity(simulation, "grow") == pytest.approx(plain)


def test_the_rule_acts_in_a_run(runner):
    """Any tension at all is above a force of 0, and bent filaments are never quite at rest."""
    bent = "FILAMENT 0 300 500 300 300 500 408 408 500 408\n"
    changes = {"PROJECTIONTYPE": "PREDEFINED", "SPECIALPROTOCOL": "RATEDEPEND 0.2 0"}
    simulation = runner.start(POLY.format(*PLUS, 1e-6), changes, bent)
    factors = []
    for _ in range(3):
        here = simulation.chemistry.filaments.cylinders["compartment"][
            simulation.chemistry.filaments.table["tip"][0, 1]
        ]
        free = simulation.chemistry.counts[here, 0]
        factors.append(propensity(simulation, "grow") / (1e-6 * free))
        simulation.run(0.1)
    assert factors == pytest.approx([1, 1, 5])


def test_force_below_the_threshold_changes_nothing(runner):
    plain, ruled = (
        runner.start(POLY.format(*PLUS, 0.1), {**RANDOM, **more}, seed=5)
        for more in ({}, {"SPECIALPROTOCOL": "RATEDEPEND 0 1000"})
    )
    plain.run(0.5)
    ruled.run(0.5)
    np.testing.assert_array_equal(plain.filaments.beads, ruled.filaments.beads)


# --- pins


def test_pinned_initial_beads_stay(runner):
    """A filament that begins under bending stress moves, but its pinned bead does so only a little."""
    bent = "FILAMENT 0 300 500 300 300 500 408 408 500 408\n"
    changes = {"SPECIALPROTOCOL": "pin-initial-filament-below-z 1000 350", "PROJECTIONTYPE": "PREDEFINED"}
    free = runner.start("", {"PROJECTIONTYPE": "PREDEFINED"}, bent).filaments.beads
    held = runner.start("", changes, bent).filaments.beads
    assert np.linalg.norm(free[0] - [300, 500, 300]) > 5
    assert np.linalg.norm(held[0] - [300, 500, 300]) < 0.2
    assert np.linalg.norm(held[2] - [408, 500, 408]) > 5


def test_ends_near_the_boundary_are_pinned_once(runner):
    near = "FILAMENT 0 60 500 500 168 500 500\nFILAMENT 0 400 500 400 508 500 400\n"
    simulation = runner.start("", {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 10 50 0.2"}, near)
    simulation.run(0.1)
    assert len(simulation._pins) == 0
    simulation.run(0.1)
    assert len(simulation._pins) == 1
    simulation.run(0.5)
    assert len(simulation._pins) == 1


def test_ends_within_the_distance_are_pinned(runner):
    """Of ends 45, 55 and 95 nm from the wall at 25 nm the first one alone is within 50 nm."""
    ends = "".join(
        f"FILAMENT 0 {25 + x} {y} 500 {25 + x + 108} {y} 500\n" for x, y in ((45, 300), (55, 500), (95, 700))
    )
    simulation = runner.start("", {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 10 50 0"}, ends)
    assert len(simulation._pins) == 1


@pytest.mark.parametrize(("more", "distance"), [("", 250), ("\nSPECIALPROTOCOL PINBOUNDARYFILAMENTS 1 100 1000", 100)])
def test_low_beads_are_those_below_the_distance(runner, more, distance):
    """Of 250 nm unless PINBOUNDARYFILAMENTS gives another one."""
    heights = [distance - 5, distance + 5, distance - 20, distance + 100]
    low = "".join(f"FILAMENT 0 {200 + 100 * i} 300 {z} {200 + 100 * i} 408 {z}\n" for i, z in enumerate(heights))
    simulation = runner.start("", {"SPECIALPROTOCOL": "PINLOWERBOUNDARYFILAMENTS 1 0 1" + more}, low)
    assert len(simulation._pins) == 4


@pytest.mark.parametrize("fraction", [0.0, 0.3, 1.0])
def test_low_beads_are_drawn_once(runner, fraction):
    low = "".join(f"FILAMENT 0 {100 + 7 * i} 300 150 {100 + 7 * i} 408 150\n" for i in range(100))
    simulation = runner.start("", {"SPECIALPROTOCOL": f"PINLOWERBOUNDARYFILAMENTS 1 0 {fraction}"}, low)
    assert abs(len(simulation._pins) - 200 * fraction) <= 5 * np.sqrt(200 * fraction * (1 - fraction))
    before = len(simulation._pins)
    simulation.run(1.0)
    assert len(simulation._pins) == before


def test_a_pin_ends_with_its_bead(runner):
    """The filament shrinks from its pinned end until that bead is gone."""
    chemistry = DEPOLY.format(*MINUS, 200)
    simulation = runner.start(
        chemistry,
        {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 1 50 0"},
        "FILAMENT 0 60 500 500 384 500 500\n",
    )
    assert len(simulation._pins) == 1
    simulation.run(1.0)
    assert simulation.filaments.monomers.sum() < 41
    assert len(simulation._pins) == 0


@pytest.mark.parametrize(
    "protocol",
    ["PINBOUNDARYFILAMENTS 5 400 0", "PINLOWERBOUNDARYFILAMENTS 5 0 1", "pin-initial-filament-below-z 5 220"],
)
def test_energies_of_pins_are_named(runner, protocol):
    """½ k Σ |x − x₀|² under the name of the field, and in the books of free energy."""
    changes = {"SPECIALPROTOCOL": protocol, "DISSIPATIONTRACKING": "ON"}
    simulation = runner.start("", changes, filaments="FILAMENT 0 500 500 200 608 500 200\n")
    assert simulation.energies["BoundaryCylinderAttachment"] == pytest.approx(0, abs=1e-12)
    simulation._pins._place[:, 2] += [0, 40]  # the rod turns, and is stretched
    simulation.run(0.1)
    offset = simulation.filaments.beads - simulation._pins._place
    energy = 0.5 * 5 * (offset**2).sum()
    assert energy > 1 and simulation.energies["BoundaryCylinderAttachment"] == pytest.approx(energy, rel=1e-9)
    assert "BoundaryCylinderAttachment" in simulation.dissipation.force_fields
