"""Reactions that make, change and end filaments: as the typed deck holds them, and what is said about wrong ones."""

import pytest
from small_deck import CHEMISTRY, warnings_of

from medyan_py.deck import Aging, Destruction, Nucleation, Severing, SpeciesRef, WalkingReaction

A, BD = SpeciesRef("diffusing", "A"), SpeciesRef("diffusing", "BD")
S = SpeciesRef("bulk", "S")
LINES = len(CHEMISTRY.splitlines())

BRANCHER = """\
SPECIESDIFFUSING: BD 20 20e6 0 0 REG
SPECIESBRANCHER: BA 0
SPECIESBOUND: BEA 0
BRANCHERBINDINGSITE: BEA 0
"""
BRANCHING = (
    "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + FP:PLUSEND 0.001 0.01 ALL 100\n"
)
BRANCH_FORCES = {
    "BRSTRETCHINGFFTYPE": "HARMONIC",
    "BRSTRETCHINGK": "100",
    "BRSTRETCHINGL": "6",
    "BRBENDINGFFTYPE": "COSINE",
    "BRBENDINGK": "10",
    "BRBENDINGTHETA": "1.22",
    "BRDIHEDRALFFTYPE": "QUADRATICV2",
    "BRDIHEDRALK": "5",
    "BRPOSITIONFFTYPE": "COSINE",
    "BRPOSITIONK": "20",
}
TWO_TYPES = {
    "NUMFILAMENTTYPES": "2",
    "NUMBINDINGSITES": "4 1",
    "MONOMERSIZE": "2.7 1.0",
    "CYLINDERSIZE": "108 108",
    "FSTRETCHINGK": "100 200",
    "FBENDINGK": "672 2E5",
    "FBENDINGTHETA": "0 0",
    "VOLUMEK": "8 9",
    "DFPOLYMERIZATIONTYPE": 'BROWRATCHET ""',
}
SECOND_TYPE = """\
SPECIESFILAMENT: MF 1
SPECIESPLUSEND: MP 1
SPECIESMINUSEND: MM 1
SPECIESBOUND: MB 1
SPECIESLINKER: LM 1
LINKERBINDINGSITE: MB 1
SPECIESMOTOR: MOM 1
MOTORBINDINGSITE: MB 1
"""


def test_agings_of_all_parts(folder):
    deck = folder.read(
        more_chemistry="SPECIESFILAMENT: AP 0\nSPECIESMINUSEND: MB 0\n"
        "AGINGREACTION: 0 AF:FILAMENT -> AP:FILAMENT 0.3\n"
        "AGINGREACTION: 0 FP:PLUSEND -> PA:PLUSEND 2\n"
        "AGINGREACTION: 0 MA:MINUSEND -> MB:MINUSEND 3\n"
    )
    assert deck.agings == (
        Aging(0, "filament", 0, 1, 0.3, LINES + 3),
        Aging(0, "plus", 1, 0, 2.0, LINES + 4),
        Aging(0, "minus", 0, 1, 3.0, LINES + 5),
    )


def test_nucleation_destruction_and_severing(folder):
    deck = folder.read(
        more_chemistry="SPECIESFILAMENT: AP 0\n"
        "NUCLEATIONREACTION: 0 A:DIFFUSING + S:BULK -> FP:PLUSEND + AP:FILAMENT + MA:MINUSEND 0.1\n"
        "DESTRUCTIONREACTION: 0 FP:PLUSEND + MA:MINUSEND -> S:BULK + A:DIFFUSING 1.5\n"
        "SEVERINGREACTION: 0 AT AP:FILAMENT 0.02\n"
    )
    assert deck.nucleations == (Nucleation(0, (A, S), 1, 1, 0, 0.1, LINES + 2),)
    assert deck.destructions == (Destruction(0, 1, 0, (S, A), 1.5, LINES + 3),)
    assert deck.severings == (Severing(0, 1, 0.02, LINES + 4),)


def test_branching_without_force_fields(folder):
    (branching,) = folder.read(more_chemistry=BRANCHER + BRANCHING).branchings
    assert (branching.index, branching.species, branching.filament_type, branching.bound) == (0, "BA", 0, "BEA")
    assert (branching.free, branching.monomer, branching.plus) == (BD, A, 1)
    assert (branching.on, branching.off, branching.zone, branching.distance) == (0.001, 0.01, "ALL", 100.0)
    off = ("stretching_k", "stretching_length", "bending_k", "bending_theta", "dihedral", "dihedral_k", "position_k")
    assert all(getattr(branching, name) is None for name in (*off, "unbinding"))
    assert branching.line == LINES + 5


def test_branching_with_force_fields(folder):
    deck = folder.read(BRANCH_FORCES, more_chemistry=BRANCHER + BRANCHING)
    (branching,) = deck.branchings
    assert (branching.stretching_k, branching.stretching_length) == (100.0, 6.0)
    assert (branching.bending_k, branching.bending_theta) == (10.0, 1.22)
    assert (branching.dihedral, branching.dihedral_k, branching.position_k) == ("QUADRATICV2", 5.0, 20.0)
    assert {f"Branching{term}" for term in ("Stretching", "Bending", "Dihedral", "Position")} <= set(deck.force_fields)


@pytest.mark.parametrize("zone", ["ALL", "BOUNDARY", "TOPBOUNDARY", "SIDEBOUNDARY", "RIGHTBOUNDARY"])
def test_branching_zones(folder, zone):
    deck = folder.read(more_chemistry=BRANCHER + BRANCHING.replace("ALL", zone))
    assert deck.branchings[0].zone == zone


def test_parameters_of_several_branchers_follow_the_order_of_their_species(folder):
    """Also when the reactions come in another order, and each law counts its own parameters."""
    more = BRANCHER + "SPECIESBRANCHER: BB 0\nSPECIESBRANCHER: BC 0\n"
    more += "".join(BRANCHING.replace("BA:", f"{name}:") for name in ("BC", "BA", "BB", "BA"))
    changes = {**BRANCH_FORCES, "BRSTRETCHINGK": "1 2 3", "BRSTRETCHINGL": "4 5 6", "BRBENDINGK": "7 8 9"}
    changes |= {"BRBENDINGTHETA": "1.0 1.1 1.2", "BRDIHEDRALK": "3 2 1", "BRPOSITIONK": "0 1 2"}
    changes |= {"DBUNBINDINGTYPE": "SLIP SLIPF SLIP", "DBUNBINDINGLEN": "0.2 0.3", "DBUNBINDINGF": "12"}
    made = folder.read(changes, more_chemistry=more).branchings
    assert [(b.species, b.index) for b in made] == [("BC", 2), ("BA", 0), ("BB", 1), ("BA", 0)]
    assert [(b.stretching_k, b.stretching_length, b.bending_theta) for b in made[:3]] == [
        (3.0, 6.0, 1.2),
        (1.0, 4.0, 1.0),
        (2.0, 5.0, 1.1),
    ]
    assert [(b.unbinding, b.unbinding_length, b.unbinding_force) for b in made[:3]] == [
        ("SLIP", 0.3, None),
        ("SLIP", 0.2, None),
        ("SLIPF", None, 12.0),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"BRSTRETCHINGK": "1 2"}, "BRSTRETCHINGK: found 2 values, allowed: 1, one per brancher species"),
        ({"BRPOSITIONK": None}, "BRPOSITIONK: not set, needed by BRPOSITIONFFTYPE, allowed: 1, one per brancher"),
        ({"BRDIHEDRALFFTYPE": "LINEAR"}, "BRDIHEDRALFFTYPE: found 'LINEAR', allowed: COSINE, COSINEV2, QUADRATIC"),
        ({"DBUNBINDINGTYPE": "SLIP"}, "DBUNBINDINGLEN: not set, found 0 values, allowed: 1 for DBUNBINDINGTYPE SLIP"),
        (
            {"DBUNBINDINGTYPE": "SLIP SLIP", "DBUNBINDINGLEN": "1 2"},
            "DBUNBINDINGTYPE: found 2 values, allowed: 1, one per brancher species",
        ),
    ],
)
def test_wrong_parameters_of_branchers(folder, changes, message):
    assert message in folder.error({**BRANCH_FORCES, **changes}, more_chemistry=BRANCHER + BRANCHING)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("AGINGREACTION: 0 AF:FILAMENT -> PA:PLUSEND 1", "the monomer changes its role, found PLUSEND"),
        ("AGINGREACTION: 0 AF:FILAMENT -> AX:FILAMENT 1", "no such FILAMENT species of filament type 0, found 'AX'"),
        ("AGINGREACTION: 0 AF:FILAMENT -> AF:FILAMENT -1", "found '-1', allowed: a number ≥ 0"),
        ("AGINGREACTION: 0 A:DIFFUSING -> AF:FILAMENT 1", "found 'A:DIFFUSING', allowed: NAME:FILAMENT or"),
        ("SEVERINGREACTION: 0 AT XF:FILAMENT 1", "no such FILAMENT species"),
        ("SEVERINGREACTION: 0 ON AF:FILAMENT 1", "found 'ON', allowed: AT"),
        ("SEVERINGREACTION: 1 AT AF:FILAMENT 1", "no such filament type, found 1"),
        (
            "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> AF:FILAMENT + AF:FILAMENT + MA:MINUSEND 1",
            "found 'AF:FILAMENT', allowed: NAME:PLUSEND",
        ),
        ("DESTRUCTIONREACTION: 0 PA:PLUSEND + MA:MINUSEND -> A:DIFFUSING 1", "DESTRUCTIONREACTION: found 7 values"),
        (
            "DESTRUCTIONREACTION: 0 PA:PLUSEND + MA:MINUSEND -> A:DIFFUSING + B:DIFFUSING 1",
            "no such DIFFUSING species, found 'B'",
        ),
        (BRANCHING.replace("ALL", "LEFT"), "found 'LEFT', allowed: ALL, BOUNDARY"),
        (BRANCHING.replace("BEA", "LEA"), "found 'LEA', allowed: 'BEA', the BRANCHERBINDINGSITE of filament type 0"),
        (BRANCHING.replace("BA:", "BB:"), "no such BRANCHER species of filament type 0, found 'BB', allowed: BA"),
        (BRANCHING.replace("ALL 100", "ALL"), "BRANCHINGREACTION: found 13 values"),
    ],
)
def test_wrong_line(folder, line, message):
    assert message in folder.error(more_chemistry=BRANCHER + line + "\n")


def test_walking_towards_both_ends(folder):
    back = "MOTORWALKINGREACTION: 0 MOA:MOTOR:N+1 + MEA:BOUND:N -> MOA:MOTOR:N + MEA:BOUND:N+1 0.1\n"
    deck = folder.read(more_chemistry=back)
    assert deck.walking == (
        WalkingReaction(0, "MOA", "plus", 0.2, LINES),
        WalkingReaction(0, "MOA", "minus", 0.1, LINES + 1),
    )


def test_high_duty_motors(folder):
    (motor,) = folder.read({"DMUNBINDINGTYPE": "HIGHDUTYCATCH", "DMWALKINGTYPE": "HIGHDUTYSTALL"}).motors
    assert (motor.unbinding, motor.unbinding_forces) == ("HIGHDUTYCATCH", (12.62,))
    assert (motor.walking, motor.walking_force) == ("HIGHDUTYSTALL", 90.0)


def test_averaged_species_are_exact_and_that_is_said(folder):
    deck = folder.read(more_chemistry="SPECIESDIFFUSING: B 10 1e6 0 0 AVG 5\n")
    assert (deck.diffusing[-1].name, deck.diffusing[-1].copies) == ("B", 10)
    (hint,) = deck.warnings
    assert hint.severity == "hint" and hint.line == LINES + 1
    assert "the species is treated exactly" in str(hint)


def test_a_negative_coefficient_means_no_diffusion(folder):
    deck = folder.read(more_chemistry="SPECIESDIFFUSING: B 10 -1.0 0 0 REG\n")
    assert deck.diffusing[-1].diffusion == 0.0
    assert "the species does not diffuse" in str(deck.warnings)


# --- several filament types


def test_links_between_filament_types(folder):
    more = SECOND_TYPE + (
        "LINKERREACTION: 0 LEA:BOUND:1 + MB:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LM:LINKER:2 0.1 0.2 5 30\n"
        "MOTORREACTION: 0 MB:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOM:MOTOR:1 + MOA:MOTOR:2 0.2 1.7 10 50\n"
        "MOTORWALKINGREACTION: 1 MOM:MOTOR:N+1 + MB:BOUND:N -> MOM:MOTOR:N + MB:BOUND:N+1 0.4\n"
    )
    changes = {**TWO_TYPES, "LSTRETCHINGK": "8 12", "MSTRETCHINGK": "2.5 3", "NUMMOTORHEADSMIN": "15 10"}
    changes |= {"NUMMOTORHEADSMAX": "30 20", "MOTORSTEPSIZE": "6 8", "DLUNBINDINGTYPE": "SLIP SLIP"}
    changes |= {"DLUNBINDINGLEN": "0.24 0.5", "DMUNBINDINGTYPE": None, "DMUNBINDINGFORCE": None}
    deck = folder.read({**changes, "DMWALKINGTYPE": None, "DMWALKINGFORCE": None}, more_chemistry=more)
    first, second = deck.filament_types
    assert (first.monomers_per_cylinder, second.monomers_per_cylinder, second.binding_sites) == (40, 108, (55,))
    assert (second.stretching_k, second.bending_k, second.volume_k, second.ratchet_length) == (200.0, 2e5, 9.0, None)
    linker, motor = deck.linkers[1], deck.motors[1]
    assert (linker.species, linker.filament_types, linker.bound) == (("LA", "LM"), (0, 1), ("LEA", "MB"))
    assert (linker.index, linker.stretching_k, linker.unbinding_lengths) == (1, 12.0, (0.5,))
    assert (motor.species, motor.filament_types, motor.bound) == (("MOM", "MOA"), (1, 0), ("MB", "MEA"))
    assert (motor.index, motor.stretching_k, motor.heads_min, motor.step_size) == (1, 3.0, 10, 8.0)
    assert deck.walking[-1] == WalkingReaction(1, "MOM", "minus", 0.4, len((CHEMISTRY + more).splitlines()))


def test_a_leg_and_its_site_are_of_one_filament_type(folder):
    mixed = CHEMISTRY.replace("LEA:BOUND:2", "MB:BOUND:2")
    message = folder.error(TWO_TYPES, chemistry=mixed, more_chemistry=SECOND_TYPE)
    assert "'MB' and 'LA' are of different filament types, found 1 and 0" in message


def test_each_filament_type_needs_its_own_parameters(folder):
    changes = {**TWO_TYPES, "FBENDINGK": "672"}
    message = folder.error(changes, more_chemistry=SECOND_TYPE)
    assert "FBENDINGK: found 1 values, allowed: 2, one per filament type" in message


def test_at_most_ten_filament_types(folder):
    assert "NUMFILAMENTTYPES: found '11'" in folder.errors({"NUMFILAMENTTYPES": "11"})[0]


# --- limits of the engine


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("AGINGREACTION: 0 FP:PLUSEND -> PA:PLUSEND 1\n" * 65, "lines of AGINGREACTION, found 65, allowed: at most 64"),
        (BRANCHER + BRANCHING * 17, "lines of BRANCHINGREACTION, found 17, allowed: at most 16"),
        (
            "".join(f"SPECIESPLUSEND: P{k} 0\n" for k in range(63)),
            "SPECIESPLUSEND: species of filament type 0, found 65, allowed: at most 64",
        ),
        (
            "".join(f"SPECIESBULK: B{k} 1 0 0 REG\n" for k in range(9))
            + "BULKREACTION: "
            + " + ".join(f"B{k}:BULK" for k in range(9))
            + " -> 1\n",
            "BULKREACTION: different species, found 9, allowed: at most 8",
        ),
    ],
)
def test_more_than_the_engine_can_hold(folder, lines, message):
    assert message in folder.error(more_chemistry=lines)


def test_what_the_engine_can_just_hold(folder):
    deck = folder.read(more_chemistry=BRANCHER + BRANCHING * 16 + "AGINGREACTION: 0 FP:PLUSEND -> PA:PLUSEND 1\n" * 64)
    assert (len(deck.branchings), len(deck.agings)) == (16, 64)
    warnings = warnings_of(deck)
    assert len(warnings) == 15 + 63 and all(": the same reaction as in line " in warning for warning in warnings)
