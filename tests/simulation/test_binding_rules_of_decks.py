"""What decks say about binding: which leg goes where, which sites count, and lines in any order."""

import itertools

import numpy as np
import pytest
from small_run import SECOND_TYPE, TWO_TYPES, walked

LINKER = """\
SPECIESDIFFUSING: LD 2000 20e6 0 0 REG
SPECIESLINKER: LA 0
LINKERBINDINGSITE: EA 0
LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 {on} 0 {near} {far}
"""
MOTOR = """\
SPECIESDIFFUSING: MD 200 20e6 0 0 REG
SPECIESMOTOR: MOA 0
SPECIESMOTOR: MOB 0
MOTORBINDINGSITE: EA 0
MOTORREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + MD:DIFFUSING <-> {first}:MOTOR:1 + {second}:MOTOR:2 5 0 30 50
MOTORWALKINGREACTION: 0 MOA:MOTOR:N + EA:BOUND:N+1 -> MOA:MOTOR:N+1 + EA:BOUND:N 20
"""
HEADS = {"NUMMOTORHEADSMIN": "10", "NUMMOTORHEADSMAX": "10", "MOTORSTEPSIZE": "6"}


def parallel(pairs, length=864):
    """Pairs of filaments 40 nm apart, the pairs far from each other."""
    lines = []
    for k in range(pairs):
        x, y = 150 + 200 * (k % 4), 150 + 200 * (k // 4)
        for shift in (0, 40):
            lines.append(f"FILAMENT 0 {x + shift} {y} 60 {x + shift} {y} {60 + length}")
    return "\n".join(lines) + "\n"


# --- legs


@pytest.mark.parametrize(("first", "second", "leg"), [("MOA", "MOB", 0), ("MOB", "MOA", 1)])
def test_two_species_on_one_filament_type_are_the_legs_at_random(runner, first, second, leg):
    """Each of the two filaments that a motor joins holds the leg that walks in half of all cases."""
    simulation = runner.start(MOTOR.format(first=first, second=second), HEADS, parallel(16))
    simulation.chemistry.run(0.1)
    before = simulation.motors, simulation.filaments
    sides = (before[0].coords[:, leg, 0] > before[0].coords[:, 1 - leg, 0]).sum()
    n = len(before[0])
    assert n > 180 and abs(sides - n / 2) < 5 * np.sqrt(n / 4)
    simulation.chemistry.run(0.5)
    moves = walked(before, (simulation.motors, simulation.filaments))
    assert (np.abs(moves[:, 1 - leg]) < 1e-6).all()
    assert moves[:, leg].sum() > 27 * 20
    assert simulation.copy_numbers(first) == n and simulation.copy_numbers(second) == 0


def test_legs_of_one_species_are_alike(runner):
    simulation = runner.start(MOTOR.format(first="MOA", second="MOA"), HEADS, parallel(16))
    assert not simulation.chemistry.bindings[0].distinct_legs
    simulation.chemistry.run(0.1)
    before = simulation.motors, simulation.filaments
    simulation.chemistry.run(0.5)
    moves = walked(before, (simulation.motors, simulation.filaments))
    assert (moves.sum(axis=0) > 27 * 20).all()


# --- which sites count


def candidates(simulation, rule=0):
    """Places along z (nm, from the minus end at 60) of both sites of all candidate pairs."""
    chemistry = simulation.chemistry
    pairs = chemistry.candidates.pairs(rule)[:, :2]
    return chemistry.site_positions(pairs.ravel().astype(np.int32))[:, 2].reshape(-1, 2) - 60


@pytest.mark.parametrize(
    ("sites", "skip", "used"),
    [
        ("4", None, (6, 16, 26, 36)),
        ("4", "2", (6, 16, 26, 36)),
        ("4", "3", (6, 26)),
        ("4", "4", (6, 36)),
        ("3", None, (7, 20, 33)),
        ("7", None, (3, 8, 13, 18, 23, 28, 33, 38)),  # eight, not seven
        ("16", "3", tuple(range(2, 39, 4))),
        ("1", None, (21,)),
    ],
)
def test_linkers_bind_to_the_sites_that_the_deck_asks_for(runner, sites, skip, used):
    changes = {"NUMBINDINGSITES": sites} | ({"LINKERBINDINGSKIP": skip} if skip else {})
    simulation = runner.start(LINKER.format(on=0.01, near=39, far=40.5), changes, parallel(2, 432))
    places = candidates(simulation)
    monomers = np.rint(places / 2.7).astype(int)
    assert (monomers[:, 0] == monomers[:, 1]).all()
    expected = sorted(40 * cylinder + slot for _ in range(2) for cylinder in range(4) for slot in used)
    assert sorted(monomers[:, 0]) == expected


def test_motors_use_the_sites_that_linkers_skip(runner):
    changes = {**HEADS, "LINKERBINDINGSKIP": "3"}
    chemistry = LINKER.format(on=0.01, near=39, far=40.5) + MOTOR.format(first="MOA", second="MOA")
    simulation = runner.start(chemistry, changes, parallel(1, 432))
    linkers = {tuple(row) for row in np.rint(candidates(simulation, 0) / 2.7).astype(int)}
    motors = {tuple(row) for row in np.rint(candidates(simulation, 1) / 2.7).astype(int)}
    assert len(linkers) == 8 and {a % 40 for a, _ in linkers} == {6, 26}
    assert {a % 40 for a, _ in motors} == {6, 16, 26, 36}


@pytest.mark.parametrize("word", [None, "true", "false"])
def test_pairs_on_one_filament_are_allowed_or_not(runner, word):
    changes = {"allow-same-filament-pair-binding": word} if word else {}
    simulation = runner.start(LINKER.format(on=0.01, near=250, far=350), changes, "FILAMENT 0 500 500 60 500 500 924\n")
    places = np.rint(candidates(simulation) / 2.7).astype(int)
    if word == "false":
        assert len(places) == 0
        return
    sites = [40 * cylinder + slot for cylinder in range(8) for slot in (6, 16, 26, 36)]
    near = [(a, b) for a, b in itertools.combinations(sites, 2) if 250 < 2.7 * (b - a) < 350 and b // 40 - a // 40 >= 3]
    closer = [(a, b) for a, b in itertools.combinations(sites, 2) if 250 < 2.7 * (b - a) < 350]
    assert sorted(map(tuple, places)) == sorted(near) and len(near) < len(closer)


# --- any order of lines

SPECIES = """\
SPECIESDIFFUSING: LD 30 20e6 0 0 REG
SPECIESDIFFUSING: MD 30 20e6 0 0 REG
SPECIESDIFFUSING: BD 30 20e6 0 0 REG
SPECIESBOUND: BB 1
LINKERBINDINGSITE: EA 0
LINKERBINDINGSITE: TB 1
MOTORBINDINGSITE: EA 0
MOTORBINDINGSITE: TB 1
BRANCHERBINDINGSITE: EA 0
BRANCHERBINDINGSITE: BB 1
"""
NAMES = [
    "SPECIESLINKER: LA 0",
    "SPECIESLINKER: LB 0",
    "SPECIESLINKER: LT 1",
    "SPECIESMOTOR: MA0 0",
    "SPECIESMOTOR: MT 1",
]
LINKERS = {  # line: stiffness, slip length
    "LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.1 1 20 30": ("1", "0.1"),
    "LINKERREACTION: 0 TB:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LT:LINKER:1 + LB:LINKER:2 0.2 2 20 40": ("2", "0.2"),
    "LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LB:LINKER:1 + LA:LINKER:2 0.3 3 20 50": ("3", "0.3"),
}
MOTORS = {  # line: stiffness, heads, step
    "MOTORREACTION: 0 EA:BOUND:1 + TB:BOUND:2 + MD:DIFFUSING <-> MA0:MOTOR:1 + MT:MOTOR:2 0.4 4 20 60": ("4", "7", "6"),
    "MOTORREACTION: 0 TB:BOUND:1 + TB:BOUND:2 + MD:DIFFUSING <-> MT:MOTOR:1 + MT:MOTOR:2 0.5 5 20 70": ("5", "8", "9"),
}
WALKING = [
    "MOTORWALKINGREACTION: 1 MT:MOTOR:N + TB:BOUND:N+1 -> MT:MOTOR:N+1 + TB:BOUND:N 6",
    "MOTORWALKINGREACTION: 0 MA0:MOTOR:N+1 + EA:BOUND:N -> MA0:MOTOR:N + EA:BOUND:N+1 7",
]
BRANCHERS = {  # species line: length off the mother, force of unbinding
    "SPECIESBRANCHER: B1 0": ("11", "1"),
    "SPECIESBRANCHER: B2 0": ("12", "2"),
    "SPECIESBRANCHER: B3 1": ("13", "3"),
}
BRANCHING = [
    "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + EA:BOUND <-> B1:BRANCHER + PA:PLUSEND 1 0.1 ALL 0",
    "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + EA:BOUND <-> B2:BRANCHER + PA:PLUSEND 2 0.2 ALL 0",
    "BRANCHINGREACTION: 1 BD:DIFFUSING + A:DIFFUSING + BB:BOUND <-> B3:BRANCHER + TP:PLUSEND 3 0.3 ALL 0",
]


def described(runner, order):
    """Descriptions of all bindings and branchings of a deck whose lines are put in order by ``order``, as sets."""
    linkers, motors, branchers = order(list(LINKERS)), order(list(MOTORS)), order(list(BRANCHERS))
    lines = [*order(NAMES), *branchers]
    lines += order([linkers, motors, order(WALKING), order(BRANCHING)], False)
    text = "\n".join(line for entry in lines for line in ([entry] if isinstance(entry, str) else entry))
    # parameters of branchers are counted over all filament types in the order of their species lines
    changes = {
        **TWO_TYPES,
        "LSTRETCHINGFFTYPE": "HARMONIC",
        "LSTRETCHINGK": " ".join(LINKERS[line][0] for line in linkers),
        "DLUNBINDINGTYPE": "SLIP SLIP SLIP",
        "DLUNBINDINGLEN": " ".join(LINKERS[line][1] for line in linkers),
        "MSTRETCHINGFFTYPE": "HARMONIC",
        "MSTRETCHINGK": " ".join(MOTORS[line][0] for line in motors),
        "NUMMOTORHEADSMIN": " ".join(MOTORS[line][1] for line in motors),
        "NUMMOTORHEADSMAX": " ".join(MOTORS[line][1] for line in motors),
        "MOTORSTEPSIZE": " ".join(MOTORS[line][2] for line in motors),
        "BRSTRETCHINGFFTYPE": "HARMONIC",
        "BRSTRETCHINGK": "100 100 100",
        "BRSTRETCHINGL": " ".join(BRANCHERS[line][0] for line in branchers),
        "DBUNBINDINGTYPE": "SLIPF SLIPF SLIPF",
        "DBUNBINDINGF": " ".join(BRANCHERS[line][1] for line in branchers),
    }
    chemistry = runner.start(SECOND_TYPE + SPECIES + text + "\n", changes).chemistry
    return (
        {b._replace(type=0) for b in chemistry.bindings},
        {b._replace(type=0, plus=0) for b in chemistry.branchings},
    )


def test_lines_may_come_in_any_order(runner):
    bindings, branchings = described(runner, lambda lines, _=True: list(lines))
    assert {(b.on, b.off, b.stiffness) for b in bindings if not b.motor} == {(0.1, 1, 1), (0.2, 2, 2), (0.3, 3, 3)}
    assert {(b.on, b.off, b.stiffness, b.heads_min) for b in bindings if b.motor} == {(0.4, 4, 4, 7), (0.5, 5, 5, 8)}
    assert {(b.on, b.length, b.unbinding_parameter) for b in branchings} == {(1, 11, 1), (2, 12, 2), (3, 13, 3)}
    by_rate = {b.on: b for b in bindings}
    assert by_rate[0.2].filament_types == (1, 0) and by_rate[0.4].filament_types == (0, 1)
    assert [by_rate[on].distinct_legs for on in (0.1, 0.2, 0.3, 0.4, 0.5)] == [False, False, True, False, False]
    assert (by_rate[0.4].walking, by_rate[0.4].walking_back) == ((None, 6.0), (7.0, None))
    for seed in range(12):
        rng = np.random.default_rng(seed)

        def shuffled(lines, _=True, rng=rng):
            return [lines[k] for k in rng.permutation(len(lines))]

        assert described(runner, shuffled) == (bindings, branchings)
