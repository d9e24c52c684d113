"""A deck of an actomyosin network to start from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from medyan_py.units import MOLECULES_PER_NM3_UM

EDGE = 500.0  # nm, of a compartment; the rate constants below belong to it
PLUS_END, MINUS_END = 11.6, 1.3  # 1/(µM s): growth of ATP-actin (Pollard 1986, J Cell Biol 103:2747)


@dataclass(frozen=True)
class Choices:
    """What a starter deck leaves open: numbers of things, and times in s."""

    compartments_x: int = 2
    compartments_y: int = 2
    compartments_z: int = 2
    filaments: int = 30
    actin: int = 5000
    motors: int = 50
    linkers: int = 500
    runtime: float = 100.0
    snapshot: float = 1.0


QUESTIONS = {
    "compartments_x": "compartments of 500 nm along x",
    "compartments_y": "compartments of 500 nm along y",
    "compartments_z": "compartments of 500 nm along z",
    "filaments": "filaments at the start, of 108 nm each",
    "actin": "molecules of free actin",
    "motors": "motors (bundles of myosin II)",
    "linkers": "cross-linkers (alpha-actinin)",
    "runtime": "simulated time, s",
    "snapshot": "time between two frames of output, s",
}

_SYSTEM = """\
# An actomyosin network in a box. Units: nm, s, pN, pN nm. Everything after # is a comment.

NX:                     {compartments_x}
NY:                     {compartments_y}
NZ:                     {compartments_z}
COMPARTMENTSIZEX:       500
COMPARTMENTSIZEY:       500
COMPARTMENTSIZEZ:       500

BOUNDARYSHAPE:          CUBIC
BOUNDARYFFTYPE:         REPULSIONEXP
BOUNDARYCUTOFF:         300
BOUNDARYINTERACTIONK:   41
BOUNDARYSCREENLENGTH:   2.7

CHEMISTRYFILE:          {chemistry}
CALGORITHM:             NRM
RUNTIME:                {runtime:g}
SNAPSHOTTIME:           {snapshot:g}
MINIMIZATIONTIME:       0.01
NEIGHBORLISTTIME:       0.01

CONJUGATEGRADIENT:      POLAKRIBIERE
GRADIENTTOLERANCE:      1
MAXDISTANCE:            1
LAMBDAMAX:              0.01

NUMFILAMENTTYPES:       1
NUMFILAMENTS:           {filaments}
FILAMENTLENGTH:         1
FILAMENTTYPE:           0
PROJECTIONTYPE:         STRAIGHT
MONOMERSIZE:            2.7
CYLINDERSIZE:           108
NUMBINDINGSITES:        4
FSTRETCHINGFFTYPE:      HARMONIC
FSTRETCHINGK:           100
FBENDINGFFTYPE:         COSINE
FBENDINGK:              672
FBENDINGTHETA:          0
VOLUMEFFTYPE:           integral
VOLUMECUTOFF:           135
VOLUMEK:                8.57
DFPOLYMERIZATIONTYPE:   BROWRATCHET
DFPOLYMERIZATIONLEN:    2.7

# cross-linkers: alpha-actinin
LSTRETCHINGFFTYPE:      HARMONIC
LSTRETCHINGK:           8
DLUNBINDINGTYPE:        SLIP
DLUNBINDINGLEN:         0.24

# motors: bundles of 15 to 30 heads of myosin II
MSTRETCHINGFFTYPE:      HARMONIC
MSTRETCHINGK:           2.5
NUMMOTORHEADSMIN:       15
NUMMOTORHEADSMAX:       30
MOTORSTEPSIZE:          6
DMUNBINDINGTYPE:        LOWDUTYCATCH
DMUNBINDINGFORCE:       12.62
DMWALKINGTYPE:          LOWDUTYSTALL
DMWALKINGFORCE:         90
"""

_CHEMISTRY = """\
# Molecules and reactions. Rate constants are those of one compartment of 500 nm, in 1/s.

SPECIESDIFFUSING: A  {actin} 20e6 0 0 REG
SPECIESDIFFUSING: MD {motors} 0.2e6 0 0 REG
SPECIESDIFFUSING: LD {linkers} 2e6 0 0 REG

SPECIESFILAMENT:  AF 0
SPECIESPLUSEND:   PA 0
SPECIESMINUSEND:  MA 0
SPECIESMOTOR:      MOA 0
SPECIESBOUND:      MEA 0
MOTORBINDINGSITE:  MEA 0
SPECIESLINKER:     LA 0
SPECIESBOUND:      LEA 0
LINKERBINDINGSITE: LEA 0

POLYMERIZATIONREACTION:   0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND {plus:.4g}
POLYMERIZATIONREACTION:   0 A:DIFFUSING + MA:MINUSEND -> AF:FILAMENT + MA:MINUSEND {minus:.4g}
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 1.4
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 0.8

LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.01 0.3 30 40
MOTORREACTION: 0 MEA:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 0.2 1.7 175 225
MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N 0.2
"""


def starter_deck(choices: Choices, chemistry_name: str) -> tuple[str, str]:
    """Text of the system deck and of the chemistry deck, which the former calls ``chemistry_name``."""
    values = {field.name: getattr(choices, field.name) for field in fields(choices)}
    per_pair = 1 / (MOLECULES_PER_NM3_UM * EDGE**3)
    system = _SYSTEM.format(**values, chemistry=chemistry_name)
    return system, _CHEMISTRY.format(**values, plus=PLUS_END * per_pair, minus=MINUS_END * per_pair)


def check_free(directory: Path) -> tuple[Path, Path]:
    """The two paths of a deck to start from; FileExistsError when one is there already."""
    paths = directory / "systeminput.txt", directory / "chemistryinput.txt"
    for path in paths:
        if path.exists():
            raise FileExistsError(f"{path} exists already: choose another directory with -o, or move it")
    return paths


def write_starter(directory: Path, choices: Choices) -> tuple[Path, Path]:
    """Write both decks, ``systeminput.txt`` and ``chemistryinput.txt``; FileExistsError when one is there already."""
    paths = check_free(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for path, text in zip(paths, starter_deck(choices, paths[1].name), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
