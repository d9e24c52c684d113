"""Decks that are legal but unusual run; what cannot be run ends in one clear error, without a traceback."""

import pytest
from small_run import CHEMISTRY, SECOND_TYPE, TWO_TYPES

from medyan_py.cli import main

EMPTY = CHEMISTRY.replace("A 400", "A 0")
RANDOM = {"NUMFILAMENTS": "5", "FILAMENTLENGTH": "2"}
EVERYTHING = """\
SPECIESDIFFUSING: LD 30 2e6 0 0 REG
SPECIESDIFFUSING: MD 30 2e6 0 0 REG
SPECIESDIFFUSING: BD 20 20e6 0 0 REG
SPECIESFILAMENT: AD 0
SPECIESBOUND: BEA 0
LINKERBINDINGSITE: EA 0
MOTORBINDINGSITE: EA 0
BRANCHERBINDINGSITE: BEA 0
SPECIESLINKER: LA 0
SPECIESMOTOR: MOA 0
SPECIESBRANCHER: BA 0
POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.1
POLYMERIZATIONREACTION: 0 A:DIFFUSING + MA:MINUSEND -> AF:FILAMENT + MA:MINUSEND 0.1
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 200
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 200
NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 1e-3
DESTRUCTIONREACTION: 0 PA:PLUSEND + MA:MINUSEND -> A:DIFFUSING + A:DIFFUSING 20
AGINGREACTION: 0 AF:FILAMENT -> AD:FILAMENT 1
SEVERINGREACTION: 0 AT AF:FILAMENT 3
BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND 0.01 5 ALL 100
LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.01 2 30 40
MOTORREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 0.2 1.7 30 60
MOTORWALKINGREACTION: 0 MOA:MOTOR:N + EA:BOUND:N+1 -> MOA:MOTOR:N+1 + EA:BOUND:N 3
"""
NONE_OF_IT = EMPTY + EVERYTHING.replace(" 30 2e6", " 0 2e6").replace(" 20 20e6", " 0 20e6")
HEADS = {"NUMMOTORHEADSMIN": "1", "NUMMOTORHEADSMAX": "1", "MOTORSTEPSIZE": "6"}
BETWEEN = """\
SPECIESDIFFUSING: LD 30 20e6 0 0 REG
SPECIESLINKER: LA 0
LINKERBINDINGSITE: EA 0
SPECIESLINKER: LT 1
LINKERBINDINGSITE: TB 1
LINKERREACTION: 0 TB:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LT:LINKER:1 + LA:LINKER:2 0.5 0.5 10 90
"""
SHORT_AND_LONG = "FILAMENT 0 100 500 500 116.2 500 500\nFILAMENT 1 100 540 500 700 540 500\n"
STEPS = {
    "RUNTIME": "0",
    "RUNSTEPS": "300",
    "MINIMIZATIONSTEPS": "100",
    "SNAPSHOTSTEPS": "200",
    "NEIGHBORLISTSTEPS": "9",
}
BOOKS = {"EVENTTRACKING": "ON", "DISSIPATIONTRACKING": "ON"}
WELL_MIXED = {f"COMPARTMENTSIZE{axis}": "1000" for axis in "XYZ"} | {f"N{axis}": "1" for axis in "XYZ"}
GROWTH = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.1\n"
FOREVER = (
    "SPECIESBULK: C 9 0 0 CONST\nPOLYMERIZATIONREACTION: 0 C:BULK + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 1e300\n"
)

RUN = {
    "filaments without linkers, motors or reactions": (CHEMISTRY, RANDOM, ""),
    "no filaments": (CHEMISTRY + EVERYTHING, HEADS, ""),
    "not one molecule": (NONE_OF_IT, HEADS, ""),
    "filaments without molecules": (NONE_OF_IT, HEADS | RANDOM, ""),
    "nothing at all": (EMPTY, {}, ""),
    "books of nothing": (EMPTY, BOOKS, ""),
    "two types, three and three hundred monomers": (
        CHEMISTRY + SECOND_TYPE + BETWEEN,
        TWO_TYPES | {"CYLINDERSIZE": "8.1 300", "NUMBINDINGSITES": "1 3"},
        SHORT_AND_LONG,
    ),
    "two types, one without filaments or reactions": (CHEMISTRY + SECOND_TYPE + GROWTH, TWO_TYPES | RANDOM, ""),
    "events": (CHEMISTRY + EVERYTHING, HEADS | RANDOM | STEPS, ""),
    "events that do not happen": (EMPTY, STEPS, ""),
    "frames further apart than the run is long": (CHEMISTRY + GROWTH, RANDOM | STEPS | {"SNAPSHOTSTEPS": "9999"}, ""),
    "one event a cycle": (CHEMISTRY + GROWTH, RANDOM | STEPS | {"RUNSTEPS": "9", "MINIMIZATIONSTEPS": "1"}, ""),
    "everything at once, then nothing": (CHEMISTRY + EVERYTHING.replace("200\n", "1e5\n"), HEADS | RANDOM, ""),
    "the old rules": (CHEMISTRY + EVERYTHING, HEADS | RANDOM | {"compatibility": "medyan-5.4"}, ""),
    "a million million molecules": (CHEMISTRY.replace("A 400", "A 1000000000000"), WELL_MIXED, ""),
    "a run shorter than a cycle": (CHEMISTRY + GROWTH, RANDOM | {"RUNTIME": "0.01"}, ""),
}
ENDS_EARLY = {
    "no sites": (CHEMISTRY.replace("SPECIESBOUND: EA 0\n", ""), {}, 2, "SPECIESBOUND: not set for filament type 0"),
    "cylinders of two monomers": (CHEMISTRY, {"CYLINDERSIZE": "5.4"}, 2, "found 2, allowed: 3 … 65535"),
    "neither time nor events": (CHEMISTRY, {"RUNTIME": "0"}, 2, "RUNTIME: allowed: a number > 0 (s)"),
    "growth without end": (CHEMISTRY + FOREVER, RANDOM, 3, "so fast that the clock stands still"),
}


@pytest.mark.parametrize("name", RUN)
def test_it_runs(name, runner, tmp_path, capsys):
    chemistry, changes, filaments = RUN[name]
    system = runner.write(chemistry, {"RUNTIME": "0.3", **changes}, filaments)
    assert main(["run", "-s", str(system), "-o", str(tmp_path / "out"), "--seed-fixed", "1"]) == 0
    assert "error" not in capsys.readouterr().err
    assert (tmp_path / "out" / "snapshot.traj").stat().st_size > 0


@pytest.mark.parametrize("name", ENDS_EARLY)
def test_it_says_why_not(name, runner, tmp_path, capsys):
    chemistry, changes, code, text = ENDS_EARLY[name]
    system = runner.write(chemistry, changes)
    assert main(["run", "-s", str(system), "-o", str(tmp_path / "out"), "--seed-fixed", "1"]) == code
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert text in line and "Traceback" not in line
