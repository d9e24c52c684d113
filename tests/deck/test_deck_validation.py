"""Checks of the values of a deck, of the chemistry deck against its species, and of what this version can do."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_deck import CHEMISTRY, SYSTEM, warnings_of

from medyan_py.deck import Deck, DeckError
from medyan_py.deck.chemistry_table import DIRECTIVES
from medyan_py.deck.model import Motion
from medyan_py.deck.row import Repetition
from medyan_py.deck.tables import KEYWORDS

LINKER = "LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.01 0.3 30.0 40.0"
MEMBRANE = "(membrane p (tension 0.02))\n"
BRANCHING = "BRANCHINGREACTION: 0 A:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND 0.001 0.01 ALL 100"
BRANCHER = "SPECIESBRANCHER: BA 0\nSPECIESBOUND: BEA 0\nBRANCHERBINDINGSITE: BEA 0\n"


# --- values of the system deck that do not fit each other


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"BOUNDARYSHAPE": None}, "system.txt: BOUNDARYSHAPE: not set, allowed: CUBIC"),
        ({"CONJUGATEGRADIENT": None}, "system.txt: CONJUGATEGRADIENT: not set"),
        ({"CALGORITHM": None}, "system.txt: CALGORITHM: not set"),
        ({"CHEMISTRYFILE": None}, "system.txt: CHEMISTRYFILE: not set"),
        ({"NZ": None}, "system.txt: NZ: not set, allowed: a whole number > 0"),
        ({"COMPARTMENTSIZEY": "-1"}, "system.txt:5: COMPARTMENTSIZEY: found '-1', allowed: a number > 0"),
        ({"COMPARTMENTSIZEY": "20"}, "leaves no room"),
        ({"FBENDINGK": "1e308"}, "FBENDINGK: found '1e308', allowed: a number ≥ 0 and ≤ 1e+09 (pN nm)"),
        ({"FBENDINGTHETA": "70"}, "FBENDINGTHETA: found '70', allowed: a number ≥ -10 and ≤ 10 (rad)"),
        ({"NUMFILAMENTS": "1e9"}, "NUMFILAMENTS: found '1e9', allowed: a whole number ≥ 0 and ≤ 1e+07"),
        ({"NX": "2147483647"}, "compartments are too many"),
        ({"MONOMERSIZE": None}, "system.txt: MONOMERSIZE: not set"),
        ({"MONOMERSIZE": "2.7 2.7"}, "MONOMERSIZE: found 2 values, allowed: 1, one per filament type"),
        ({"CYLINDERSIZE": "8.0", "NUMBINDINGSITES": "1"}, "monomers per cylinder of filament type 0, found 2.96296"),
        ({"CYLINDERSIZE": "1e9", "NUMFILAMENTS": "0"}, "allowed: 3 … 65535"),
        ({"NUMBINDINGSITES": "41"}, "NUMBINDINGSITES: filament type 0, found 41, allowed: 1 … 40"),
        ({"NUMBINDINGSITES": "4 1"}, "NUMBINDINGSITES: found 2 values, allowed: 1, one per filament type"),
        ({"NUMBINDINGSITES": None}, "NUMBINDINGSITES: not set, allowed: 1, one per filament type"),
        ({"FSTRETCHINGK": None}, "FSTRETCHINGK: not set, needed by FSTRETCHINGFFTYPE, allowed: 1, one per filament"),
        ({"FBENDINGTHETA": "0 0"}, "FBENDINGTHETA: found 2 values"),
        ({"LSTRETCHINGK": ""}, "LSTRETCHINGK: found 0 values, allowed: 1, one per linker reaction"),
        ({"MSTRETCHINGK": "2.5 3.0"}, "MSTRETCHINGK: found 2 values, allowed: 1, one per motor reaction"),
        ({"NUMMOTORHEADSMIN": None}, "NUMMOTORHEADSMIN: not set, found 0 values, allowed: 1, one per motor reaction"),
        ({"NUMMOTORHEADSMIN": "31"}, "motor 0, found 31 > 30, allowed: NUMMOTORHEADSMIN ≤ NUMMOTORHEADSMAX"),
        ({"VOLUMECUTOFF": None}, "VOLUMECUTOFF: not set, needed for VOLUMEFFTYPE"),
        ({"VOLUMEK": None}, "VOLUMEK: not set, allowed: 1, one per filament type"),
        ({"VOLUMEFFTYPE": "monomer"}, "volume-exclusion-monomer-interval: not set, allowed: 1, one per filament"),
        ({"BOUNDARYINTERACTIONK": "0"}, "BOUNDARYINTERACTIONK: needed for BOUNDARYFFTYPE, found 0"),
        ({"BOUNDARYCUTOFF": "2000"}, "leaves no room, found 2000, allowed: less than 1900 nm"),
        ({"FILAMENTLENGTH": "30"}, "random filaments do not fit"),
        ({"FILCREATIONBOUNDS": "0.5 0 0 0.4 1 1"}, "a lower bound exceeds its upper bound"),
        ({"FILCREATIONBOUNDS": "0.95 0 0 1 1 1"}, "the box is closer than 100 nm"),
        ({"FILAMENTTYPE": "1"}, "FILAMENTTYPE: no such filament type, found 1, allowed: 0 … 0"),
        ({"RUNTIME": None}, "system.txt: RUNTIME: not set, allowed: a number > 0 (s)"),
        ({"MINIMIZATIONTIME": None}, "MINIMIZATIONTIME: not set, needed for RUNTIME, allowed: a number > 0"),
        ({"MINIMIZATIONTIME": "0"}, "MINIMIZATIONTIME: needed for RUNTIME, found 0, allowed: a number > 0"),
        ({"LINKERBINDINGSKIP": "1"}, "LINKERBINDINGSKIP: found '1', allowed: a whole number ≥ 2"),
        ({"DFPOLYMERIZATIONLEN": None}, "DFPOLYMERIZATIONLEN: not set, found 0 values, allowed: 1 for DFPOLYMERIZ"),
        ({"DLUNBINDINGTYPE": "SLIP SLIP", "DLUNBINDINGLEN": "1 2"}, "DLUNBINDINGTYPE: found 2 values, allowed: 1, one"),
        ({"DMWALKINGFORCE": "90 90"}, "DMWALKINGFORCE: found 2 values, allowed: 1 for DMWALKINGTYPE LOWDUTYSTALL"),
        ({"DBUNBINDINGTYPE": "SLIPF"}, "DBUNBINDINGF: not set, found 0 values, allowed: 1 for DBUNBINDINGTYPE SLIPF"),
        ({"DMUNBINDINGTYPE": "LOWDUTYSLIP"}, "found 'LOWDUTYSLIP', allowed: LOWDUTYCATCH, HIGHDUTYCATCH"),
        ({"FTWISTINGFFTYPE": "HARMONIC"}, "FTWISTINGK: not set, needed by FTWISTINGFFTYPE"),
    ],
)
def test_wrong_system_deck(folder, changes, message):
    assert message in folder.error(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SNAPSHOTTIME": "0.03", "MINIMIZATIONTIME": "0.02", "NEIGHBORLISTTIME": "0.02"}, "rounded to 0.04 s"),
        ({"VOLUMECUTOFF": "27"}, "smaller than a cylinder"),
        ({"MOTORSTEPSIZE": "6.0 6.0"}, "surplus values are ignored: there are 1 motor reactions"),
        ({"FTWISTINGFFTYPE": "HARMONIC", "FTWISTINGK": "1"}, "FTWISTINGK: known, but without effect"),
        ({"BOUNDARYFFTYPE": None}, "nothing keeps filaments inside"),
        ({"VOLUMEFFTYPE": "REPULSION"}, "REPULSION is an old name of integral"),
    ],
)
def test_warned_but_read(folder, changes, message):
    warnings = warnings_of(folder.read(changes))
    assert message in "\n".join(warnings)
    assert len(warnings) == len(changes.keys() - {"MINIMIZATIONTIME", "NEIGHBORLISTTIME"})


def test_catch_slip_takes_two_lengths_and_two_amplitudes(folder):
    more = LINKER.replace("LA", "LB").replace(":1 + LB", ":1 + LB") + "\nSPECIESLINKER: LB 0\n"
    changes = {
        "DLUNBINDINGTYPE": "SLIP CATCHSLIP",
        "DLUNBINDINGLEN": "0.24 0.5 -0.3",
        "DLUNBINDINGAMP": "1 2",
        "LSTRETCHINGK": "8 9",
    }
    deck = folder.read(changes, more_chemistry=more)
    first, second = deck.linkers
    assert (first.unbinding, first.unbinding_lengths, first.unbinding_amplitudes) == ("SLIP", (0.24,), ())
    assert (second.unbinding, second.unbinding_lengths) == ("CATCHSLIP", (0.5, -0.3))
    assert (second.unbinding_amplitudes, second.species, second.stretching_k) == ((1.0, 2.0), ("LB", "LB"), 9.0)


def test_several_motor_reactions_need_as_many_parameters(folder):
    motor = next(line for line in CHEMISTRY.splitlines() if line.startswith("MOTORREACTION"))
    errors = folder.errors(more_chemistry=motor + "\n" + motor + "\n")
    names = (
        "MSTRETCHINGK",
        "DMUNBINDINGTYPE",
        "DMWALKINGTYPE",
        "NUMMOTORHEADSMIN",
        "NUMMOTORHEADSMAX",
        "MOTORSTEPSIZE",
    )
    assert len(errors) == len(names)
    for name, error in zip(names, errors, strict=True):
        assert f"{name}: found 1 values, allowed: 3, one per motor reaction" in error


def test_parameters_without_a_motor_reaction_are_no_error(folder):
    chemistry = "".join(line for line in CHEMISTRY.splitlines(keepends=True) if not line.startswith("MOTORR"))
    deck = folder.read(chemistry=chemistry)
    assert deck.motors == () and len(warnings_of(deck)) == 3  # heads and step size are surplus
    blank = {"NUMMOTORHEADSMIN": ";15", "NUMMOTORHEADSMAX": "", "MOTORSTEPSIZE": None}
    assert folder.read(blank, chemistry=chemistry).warnings == ()


def test_blank_force_field_line_does_not_switch_it_off(folder):
    deck = folder.read(extra="FSTRETCHINGFFTYPE:\nFBENDINGFFTYPE:\n")
    assert deck.force_fields[:2] == ("FilamentStretching", "FilamentBending")


def test_nothing_is_said_about_missing_keywords_behind_an_open_parenthesis(folder):
    assert "is opened here and never closed" in folder.error({"BOUNDARYSHAPE": None}, extra="(NX 2")


# --- chemistry deck


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("SPECIESDIFFUSING: B 10 1e6 0 0 REG 5", "chemistry.txt:22: SPECIESDIFFUSING: found 'REG', allowed: AVG"),
        ("SPECIESDIFFUSING: B 10 1e6", "found 3 values, allowed: NAME COPIES DIFFUSION RELEASE REMOVAL REG or NAME"),
        ("SPECIESDIFFUSING: B -1 1e6 0 0 REG", "found '-1', allowed: a whole number ≥ 0"),
        ("SPECIESDIFFUSING: A 1 1e6 0 0 REG", "the species 'A' is declared twice"),
        ("SPECIESBULK: AF 1 0 0 REG", "the species 'AF' is declared twice"),
        ('SPECIESBULK: "a b" 1 0 0 REG', "allowed: a name without blanks"),
        ("SPECIESBULK: a:b 1 0 0 REG", "allowed: a name without blanks"),
        ("SPECIESBOUND: XX 1", "no such filament type, found 1, allowed: 0 … 0"),
        ("LINKERBINDINGSITE: LEB 0", "no such SPECIESBOUND of this filament type, found 'LEB', allowed: MEA, LEA"),
        ("SPECIESBRANCHER: BA 0", "BRANCHERBINDINGSITE: not set for filament type 0"),
        ("GENREACTION: A:DIFFUSING -> A:DIFFUSIN 1", "found 'A:DIFFUSIN'"),
        ("GENREACTION: A:DIFFUSING -> AA:DIFFUSING 1", "no such DIFFUSING species, found 'AA', allowed: A, MD, LD"),
        ("GENREACTION: S:DIFFUSING -> 1", "no such DIFFUSING species, found 'S'"),
        ("GENREACTION: A -> 1", "found 'A', allowed: NAME:DIFFUSING or NAME:BULK"),
        ("GENREACTION: A:DIFFUSING -> A:DIFFUSING", "found 'A:DIFFUSING', allowed: a number ≥ 0"),
        ("GENREACTION: A:DIFFUSING -> -1", "found '-1', allowed: a number ≥ 0"),
        ("GENREACTION: -> 1", "number of reactants and products, found 0 → 0"),
        ("GENREACTION: A:DIFFUSING 1", "found 0 times '->'"),
        ("GENREACTION: A:DIFFUSING A:DIFFUSING -> 1", "found 'A:DIFFUSING', allowed: '+'"),
        ("GENREACTION: A:DIFFUSING + -> 1", "a species is missing after '+'"),
        ("GENREACTION: 4.5:R1 A:DIFFUSING -> 1", "only when DISSIPATIONTRACKING is ON"),
        ("BULKREACTION: A:DIFFUSING -> 1", "found 'A:DIFFUSING', allowed: NAME:BULK"),
        (
            "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + MA:MINUSEND 1",
            "the end changes sides, found MINUSEND, allowed: PLUSEND",
        ),
        (
            "POLYMERIZATIONREACTION: 1 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 1",
            "no such filament type, found 1",
        ),
        (
            "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND <-> AF:FILAMENT + PA:PLUSEND 1",
            "found '<->', allowed: '->'",
        ),
        (
            "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PB:PLUSEND 1",
            "no such PLUSEND species of filament type 0, found 'PB', allowed: PA, FP",
        ),
        (
            "MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N -> MOA:MOTOR:N + MEA:BOUND:N 0.2",
            "the positions do not describe a step, found N N N N",
        ),
        (
            "MOTORWALKINGREACTION: 0 MOA:MOTOR:N + LEA:BOUND:N+1 -> MOA:MOTOR:N+1 + LEA:BOUND:N 0.2",
            "found 'LEA', allowed: 'MEA', the MOTORBINDINGSITE of filament type 0",
        ),
    ],
)
def test_wrong_chemistry_line(folder, line, message):
    assert message in folder.error(more_chemistry=line + "\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("30.0 40.0", "40.0 30.0"), "found 40 > 30, allowed: RMIN ≤ RMAX (nm)"),
        (("LEA:BOUND", "MEA:BOUND"), "found 'MEA', allowed: 'LEA', the LINKERBINDINGSITE of filament type 0"),
        (("0.3 30.0", "30.0"), "found 13 values"),
        (("<->", "->"), "found '->', allowed: '<->'"),
        (("0.01", "-1"), "found '-1', allowed: a number ≥ 0"),
        (("LA:LINKER:2", "LA:LINKER:x"), "found 'LA:LINKER:x'"),
    ],
)
def test_wrong_linker_reaction(folder, change, message):
    assert LINKER in CHEMISTRY
    assert message in folder.error(chemistry=CHEMISTRY.replace(LINKER, LINKER.replace(*change)))


def test_species_missing_altogether(folder):
    chemistry = CHEMISTRY.replace("SPECIESMINUSEND: MA 0\n", "")
    errors = folder.errors(chemistry=chemistry)
    assert "SPECIESMINUSEND: not set for filament type 0, at least one is needed" in errors[0]


def test_bad_species_line_is_told_once(folder):
    chemistry = CHEMISTRY.replace("SPECIESDIFFUSING: A  5000", "SPECIESDIFFUSING: A  many")
    assert "found 'many'" in folder.error(chemistry=chemistry)


def test_a_species_may_be_called_like_a_kind(folder):
    more = "SPECIESDIFFUSING: BULKY 1 1e6 0 0 REG\nGENREACTION: BULKY:DIFFUSING -> 1\n"
    assert folder.read(more_chemistry=more).general_reactions[0].reactants[0].name == "BULKY"


def test_hop_rates_of_old_decks_are_told(folder):
    deck = folder.read(more_chemistry="SPECIESDIFFUSING: OLD 1 80.0 0 0 REG\n")
    assert "hops per s" in warnings_of(deck)[0]


TRACKED = {"DISSIPATIONTRACKING": "ON"}


def with_free_energy(prefix="-0.25:R1", motor="2.117:M", chemistry=CHEMISTRY):
    """A chemistry deck with a free energy in every line that needs one."""
    return chemistry.replace("REACTION: 0", f"REACTION: {prefix} 0").replace(
        f"MOTORREACTION: {prefix}", f"MOTORREACTION: {motor}"
    )


def test_dissipation_needs_free_energies(folder):
    errors = folder.errors(TRACKED)
    assert len(errors) == 7
    assert all("allowed: DELTAG:ID" in error for error in errors)


@pytest.mark.parametrize(("prefix", "account"), [("-0.25:R1", "R1"), ("-0.25:", "NA"), ("-0.25", "NA")])
def test_free_energies_are_read(folder, prefix, account):
    deck = folder.read(
        TRACKED, chemistry=with_free_energy(prefix), more_chemistry=f"GENREACTION: {prefix} -> A:DIFFUSING 1\n"
    )
    assert deck.track_dissipation and not deck.track_events
    tracked = (*deck.polymerisations, *deck.depolymerisations, *deck.linkers, *deck.walking, *deck.general_reactions)
    assert len(tracked) == 7
    assert {(r.free_energy.value, r.free_energy.account) for r in tracked} == {(-0.25, account)}
    assert (deck.motors[0].free_energy.value, deck.motors[0].free_energy.account) == (2.117, "M")


@pytest.mark.parametrize("prefix", ["nan:R", "inf:R", "1:a:b", "R1"])
def test_wrong_free_energies(folder, prefix):
    more = f"GENREACTION: {prefix} A:DIFFUSING -> MD:DIFFUSING 1\n"
    message = folder.error(TRACKED, chemistry=with_free_energy(), more_chemistry=more)
    assert (
        f"GENREACTION: DISSIPATIONTRACKING is ON, found '{prefix}'" in message
        or f"found '{prefix}', allowed: DELTAG:ID" in message
    )


@pytest.mark.parametrize("ratio", ["1:M", "-26.8:M", "0.5"])
def test_motors_need_a_ratio_of_rates(folder, ratio):
    assert "allowed: RATIO:ID with a ratio > 1" in folder.error(TRACKED, chemistry=with_free_energy(motor=ratio))


def test_bulk_reactions_have_no_free_energy(folder):
    more = "BULKREACTION: -1:R S:BULK -> 1\n"
    assert "BULKREACTION" in folder.error(TRACKED, chemistry=with_free_energy(), more_chemistry=more)


def test_a_step_has_one_free_energy(folder):
    step = "MOTORWALKINGREACTION: -5:W 0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N 0.2\n"
    message = folder.error(TRACKED, chemistry=with_free_energy(), more_chemistry=step)
    assert "the same step as in line 21" in message


def test_events_are_tracked_without_free_energies(folder):
    deck = folder.read({"EVENTTRACKING": "ON"})
    assert deck.track_events and not deck.track_dissipation


def test_bubble_parameters_are_counted_by_bubble_type(folder):
    errors = folder.errors({"BUBBLEFFTYPE": "REPULSIONEXP", "BUBBLECUTOFF": "1", "NUMBUBBLETYPES": "2"})
    for name, error in zip(("BUBBLEINTERACTIONK", "BUBBLESCREENLENGTH", "BUBBLERADIUS"), errors, strict=True):
        assert f"{name}: not set, needed by BUBBLEFFTYPE, allowed: 2, one per bubble type" in error


# --- what this version cannot do


def test_there_is_one_line_search(folder):
    deck = folder.read(extra="LINESEARCHALGORITHM: QUADRATIC\n")
    assert any("LINESEARCHALGORITHM: there is one line search" in str(w) for w in deck.warnings)
    old = "LINESEARCHALGORITHM: QUADRATIC\ncompatibility medyan-5.4\n"
    assert "the quadratic line search of MEDYAN 5.4 did not work" in folder.error(extra=old)


def test_lbfgs_is_not_in_the_old_minimiser(folder):
    assert folder.read({"CONJUGATEGRADIENT": "LBFGS"}).minimisation.method == "LBFGS"
    message = folder.error({"CONJUGATEGRADIENT": "LBFGS"}, extra="compatibility medyan-5.4\n")
    assert "CONJUGATEGRADIENT: MEDYAN 5.4 has no such minimisation, found LBFGS" in message


def test_reactions_of_membranes_are_checked(folder):
    more = [
        ("reaction-surface 0.055 ->", "both sides are empty"),
        ("reaction-surface 0.055 -> MemA", "no such species-membrane-diffusing species, found 'MemA'"),
        ("reaction-adsorption-desorption 1 1 Q <-> M", "no such diffusing or bulk species, found 'Q'"),
    ]
    errors = "\n".join(folder.errors(more_chemistry="\n".join(line for line, _ in more)))
    for _, message in more:
        assert message in errors


def test_zero_order_surface_reaction_is_understood(folder):
    more = "species-membrane-diffusing MemA 1 0\nreaction-surface 0.055 -> MemA\n"
    (reaction,) = folder.read(more_chemistry=more).surface.reactions
    assert (reaction.reactants, reaction.products, reaction.rate) == ((), ("MemA",), 0.055)


def test_catch_slip_motors_take_two_forces(folder):
    changes = {"DMUNBINDINGTYPE": "LOWDUTYCATCHSLIP", "DMUNBINDINGFORCE": "1.6 10"}
    (motor,) = folder.read(changes).motors
    assert (motor.unbinding, motor.unbinding_forces) == ("LOWDUTYCATCHSLIP", (1.6, 10.0))
    assert "found 1 values, allowed: 2 for DMUNBINDINGTYPE LOWDUTYCATCHSLIP" in folder.error(
        changes | {"DMUNBINDINGFORCE": "12.62"}
    )


INERT = [
    "BMOVESPEED: 5\nBMOVESTARTTIME: 1\nBMOVEENDTIME: 2\nBOUNDARYMOVE: NONE\nBOUNDARYDIAMETER:",
    "BRSTRETCHINGFFTYPE: HARMONIC\nBRSTRETCHINGK: 100\nBRSTRETCHINGL: 6\nBRDIHEDRALFFTYPE: QUADRATIC\nBRDIHEDRALK: 5",
    "BUBBLEFFTYPE: REPULSIONEXP\nBUBBLECUTOFF: 840\nBUBBLEINTERACTIONK: 90\nBUBBLESCREENLENGTH: 15\nBUBBLERADIUS: 740",
    MEMBRANE + "membrane-bending-ff-type HELFRICH\nsurface-curvature-policy squared\nmesh-adapter (max-size 50)",
    "DISSIPATIONTRACKING: OFF\nEVENTTRACKING: OFF\nEIGENTRACKING: OFF\ncompatibility none",
    "MANUALPLUSPOLYRATIO: 2",
    "FILAMENTFILE:\nNUMBUBBLES: 0",
    "DBUNBINDINGTYPE: SLIP\nDBUNBINDINGLEN: 0.2",
    "INITIALSLOWDOWNTIME: 5\nCONJUGATEGRADIENT: STEEPESTDESCENT\nFBENDINGFFTYPE: HARMONIC",
]


@pytest.mark.parametrize("extra", INERT)
def test_what_is_declared_but_does_nothing_is_accepted(folder, extra):
    warnings = folder.read(extra=extra + "\n").warnings
    assert {w.keyword for w in warnings if "takes the place" in w.message} == {w.keyword for w in warnings}


def test_placement_in_a_cylinder_is_remarked_without_one(folder):
    deck = folder.read(extra="form-rings true\nrestrict-cylinder-boundary-angle true\n")
    remarks = "\n".join(str(warning) for warning in deck.warnings)
    for name in ("form-rings", "restrict-cylinder-boundary-angle"):
        assert f"{name}: without effect unless BOUNDARYSHAPE is CYLINDER" in remarks
    assert not (deck.initial.rings or deck.initial.along_wall)
    inside = "BOUNDARYSHAPE: CYLINDER\nBOUNDARYDIAMETER: 900\nform-rings true\n"
    deck = folder.read({"BOUNDARYSHAPE": None}, extra=inside)
    assert deck.warnings == () and deck.initial.rings and deck.boundary.diameter == 900.0


MOTIONS = [
    ("BOUNDARYMOVE: LEFT", Motion(((0, 0),), None)),
    ("BOUNDARYMOVE: TOP\nBOUNDARYMOVE: FRONT", Motion(((1, 0), (2, 1)), None)),
    ("BOUNDARYMOVE: BACK\nBMOVESPEED: 2", Motion(((1, 1),), 2.0)),
    ("BOUNDARYMOVE: BACK\nBMOVESPEED: 2\ncompatibility medyan-5.4", Motion(((1, 1),), None)),
    (
        "BOUNDARYMOVE: ALL\nBMOVESPEED: 2\nBMOVESTARTTIME: 3\nBMOVEENDTIME: 7",
        Motion(((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)), 2.0, 3.0, 7.0),
    ),
    ("BOUNDARYMOVE: ALL\nTRANSFERSHAREAXIS: - Y", Motion(((1, 0), (1, 1)), None)),
    ("BOUNDARYMOVE: NONE\nBMOVESPEED: 2", None),
    ("TRANSFERSHAREAXIS: - X", None),
]


@pytest.mark.parametrize(("extra", "motion"), MOTIONS)
def test_how_planes_move(folder, extra, motion):
    assert folder.read(extra=extra + "\n").boundary.motion == motion


def test_motions_that_lead_nowhere(folder):
    outwards = folder.error(extra="BOUNDARYMOVE: TOP\nBMOVESPEED: -1\n")
    assert "BMOVESPEED: planes begin at the faces of the grid and can move inwards only, found -1" in outwards
    meeting = folder.errors(extra="BOUNDARYMOVE: ALL\nBMOVESPEED: 5\n")
    assert len(meeting) == 3
    assert "the walls meet, found 1000 nm along x until RUNTIME, allowed: less than 950 nm" in meeting[0]
    idle = folder.read(extra="BOUNDARYMOVE: ALL\n")
    assert "BOUNDARYMOVE: without effect: neither BMOVESPEED nor an axis is set" in "\n".join(warnings_of(idle))


def test_concentrations_that_are_held(folder):
    lines = "SPECIESDIFFUSING: B 10 1e6 0 0 REG BASECONC 1.5\nSPECIESBULK: D 10 0 0 REG BULKCONC 2\n"
    deck = folder.read(extra="BOUNDARYMOVE: RIGHT\n", more_chemistry=lines)
    assert (deck.diffusing[-1].held, deck.bulk[-1].held, deck.diffusing[0].held) == (1.5, 2.0, None)
    for extra in ("", "BOUNDARYMOVE: RIGHT\nBOUNDARYMOVE: LEFT\n"):
        message = folder.error(extra=extra, more_chemistry=lines)
        assert "BASECONC holds a concentration at the wall opposite to the one that moves" in message


def test_round_walls_have_no_right_side(folder):
    round_walls = "BOUNDARYSHAPE: SPHERICAL\nBOUNDARYDIAMETER: 900\n"
    lines = (BRANCHER + BRANCHING.replace("ALL", "RIGHTBOUNDARY")) + "\n"
    message = folder.error({"BOUNDARYSHAPE": None}, extra=round_walls, more_chemistry=lines)
    assert "a boundary of shape SPHERICAL has no right plane, found RIGHTBOUNDARY" in message


def test_species_line_of_a_hold_that_is_off(folder):
    more = "SPECIESBULK: B 10 0 0 REG NONE 0\n"
    assert folder.read(more_chemistry=more).bulk[-1].name == "B"


# --- every keyword and directive


@pytest.mark.parametrize("name", sorted(KEYWORDS))
def test_nonsense_for_any_keyword_is_one_clear_error(folder, name):
    row = KEYWORDS[name]
    nonsense = "\x01 ( ) (no such-thing)" if row.repetition is Repetition.GROUP else "(what is this)"
    errors = folder.errors(extra=f"{name} {nonsense}\n")
    assert all(f": {name}: " in error and error.isprintable() for error in errors), errors


NUMERIC = [name for name, row in KEYWORDS.items() if row.type.kind in ("int", "float") and row.properties == ()]


@pytest.mark.parametrize("name", NUMERIC)
@pytest.mark.parametrize("junk", ["abc", "1.5x", "nan", "-inf", "1e999", "0x10", '""', "１"])
def test_junk_for_any_number_is_an_error_with_its_line(folder, name, junk):
    row = KEYWORDS[name]
    count = row.count[0] if row.count else 5 if name == "init-fixed-vertex-attachment" else 1
    errors = folder.errors({name: None}, extra=f"{name} {' '.join([junk] * count)}\n")
    line = len([value for key, value in SYSTEM.items() if key != name]) + 1
    assert errors[0].startswith(f"{folder.path}/system.txt:{line}: {name}: found ")
    assert len(errors) == 1


@pytest.mark.parametrize("name", sorted(KEYWORDS))
def test_every_row_tells_what_it_is(name):
    row = KEYWORDS[name]
    assert row.help and row.type.describe()
    if row.type.kind == "choice" and isinstance(row.default, str):
        assert row.default in row.type.choices


@pytest.mark.parametrize("name", sorted(DIRECTIVES))
@pytest.mark.parametrize("junk", ["", "1", "x y", "( )", "a b c d e f g h i j k l m n o p q", '"" "" "" "" ""'])
def test_nonsense_for_any_directive_is_a_clear_error(folder, name, junk):
    errors = folder.errors(more_chemistry=f"{name} {junk}\n")
    assert any(f": {name}: " in error for error in errors)


# --- noise

WORDS = [
    *SYSTEM,
    *DIRECTIVES,
    *KEYWORDS,
    "+",
    "->",
    "<->",
    "(",
    ")",
    '"',
    "#",
    ";",
    "\n",
    "1",
    "-1",
    "1e999",
    "A:BOUND",
]
noise = st.lists(st.one_of(st.sampled_from(WORDS), st.text(string.printable, max_size=5)), max_size=30).map(" ".join)


def read_or_refused(folder, *args, **kwargs):
    try:
        deck = folder.read(*args, **kwargs)
    except DeckError as error:
        assert error.diagnostics and str(error)
        assert all(diagnostic.severity == "error" for diagnostic in error.diagnostics)
    else:
        assert isinstance(deck, Deck)


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(noise)
def test_noise_behind_a_system_deck(folder, text):
    read_or_refused(folder, extra=text)


@quick
@given(noise)
def test_noise_behind_a_chemistry_deck(folder, text):
    read_or_refused(folder, more_chemistry=text)


@quick
@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_in_any_file(folder, system, chemistry, filaments):
    read_or_refused(folder, {"FILAMENTFILE": "f"}, system, chemistry, files={"f": b"FILAMENT 0 " + filaments})


@quick
@given(
    st.sampled_from(sorted(KEYWORDS)), st.lists(st.sampled_from(["0", "1", "-1", "1e300", "1e-300", "x"]), max_size=4)
)
def test_any_values_of_any_keyword(folder, name, values):
    read_or_refused(folder, {name: None}, extra=f"{name} {' '.join(values)}\n")


@quick
@given(st.integers(0, len(CHEMISTRY)), st.integers(0, 40))
def test_chemistry_deck_with_a_hole(folder, start, length):
    read_or_refused(folder, chemistry=CHEMISTRY[:start] + CHEMISTRY[start + length :])
