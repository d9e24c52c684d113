"""A small complete deck that tests change line by line."""

import pytest

from medyan_py.deck import DeckError, read_deck

SYSTEM = {
    "NX": "2",
    "NY": "2",
    "NZ": "2",
    "COMPARTMENTSIZEX": "500.0",
    "COMPARTMENTSIZEY": "500.0",
    "COMPARTMENTSIZEZ": "500.0",
    "MONOMERSIZE": "2.7",
    "CYLINDERSIZE": "108.0",
    "BOUNDARYSHAPE": "CUBIC",
    "BOUNDARYFFTYPE": "REPULSIONEXP",
    "BOUNDARYCUTOFF": "300.0",
    "BOUNDARYINTERACTIONK": "41.0",
    "BOUNDARYSCREENLENGTH": "2.7",
    "CONJUGATEGRADIENT": "POLAKRIBIERE",
    "FSTRETCHINGFFTYPE": "HARMONIC",
    "FSTRETCHINGK": "100.0",
    "FBENDINGFFTYPE": "COSINE",
    "FBENDINGK": "672.0",
    "FBENDINGTHETA": "0.0",
    "LSTRETCHINGFFTYPE": "HARMONIC",
    "LSTRETCHINGK": "8.0",
    "MSTRETCHINGFFTYPE": "HARMONIC",
    "MSTRETCHINGK": "2.5",
    "VOLUMEFFTYPE": "integral",
    "VOLUMEK": "8.57",
    "VOLUMECUTOFF": "135.0",
    "CALGORITHM": "NRM",
    "RUNTIME": "100.0",
    "SNAPSHOTTIME": "1.0",
    "MINIMIZATIONTIME": "0.05",
    "NEIGHBORLISTTIME": "0.05",
    "CHEMISTRYFILE": "chemistry.txt",
    "NUMFILAMENTTYPES": "1",
    "NUMBINDINGSITES": "4",
    "NUMMOTORHEADSMIN": "15",
    "NUMMOTORHEADSMAX": "30",
    "MOTORSTEPSIZE": "6.0",
    "DFPOLYMERIZATIONTYPE": "BROWRATCHET",
    "DFPOLYMERIZATIONLEN": "2.7",
    "DMUNBINDINGTYPE": "LOWDUTYCATCH",
    "DMUNBINDINGFORCE": "12.62",
    "DMWALKINGTYPE": "LOWDUTYSTALL",
    "DMWALKINGFORCE": "90.0",
    "DLUNBINDINGTYPE": "SLIP",
    "DLUNBINDINGLEN": "0.24",
    "NUMFILAMENTS": "30",
}

CHEMISTRY = """\
SPECIESDIFFUSING: A  5000 20e6  0.0 0.0 REG
SPECIESDIFFUSING: MD 50   0.2e6 10.0 0.0 REG
SPECIESDIFFUSING: LD 500  2.0e6 0.0 0.0 REG
SPECIESBULK: S 7 0.0 5.0 CONST
SPECIESFILAMENT: AF 0
SPECIESPLUSEND: PA 0
SPECIESPLUSEND: FP 0
SPECIESMINUSEND: MA 0
SPECIESMOTOR: MOA 0
SPECIESBOUND: MEA 0
MOTORBINDINGSITE: MEA 0
SPECIESLINKER: LA 0
SPECIESBOUND: LEA 0
LINKERBINDINGSITE: LEA 0
POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.154
POLYMERIZATIONREACTION: 0 A:DIFFUSING + MA:MINUSEND -> AF:FILAMENT + MA:MINUSEND 0.0173
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + FP:PLUSEND -> A:DIFFUSING + PA:PLUSEND 1.4
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 0.8
LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.01 0.3 30.0 40.0
MOTORREACTION: 0 MEA:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 0.2 1.7 175.0 225.0
MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N 0.2
"""


class DeckFolder:
    """A folder with the small deck in it."""

    def __init__(self, path):
        self.path = path

    def write(self, changes=None, extra="", chemistry=CHEMISTRY, more_chemistry="", files=None):
        """System deck with `changes` (None: line left out) and `extra` text, chemistry deck, other files."""
        lines = {**SYSTEM, **(changes or {})}
        text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
        (self.path / "system.txt").write_bytes(_bytes(text) + _bytes(extra))
        (self.path / "chemistry.txt").write_bytes(_bytes(chemistry) + _bytes(more_chemistry))
        for name, content in (files or {}).items():
            (self.path / name).write_bytes(_bytes(content))
        return self.path / "system.txt"

    def read(self, *args, **kwargs):
        return read_deck(self.write(*args, **kwargs))

    def errors(self, *args, **kwargs):
        """Messages of the errors of a deck that must have some."""
        with pytest.raises(DeckError) as caught:
            self.read(*args, **kwargs)
        return [str(diagnostic) for diagnostic in caught.value.diagnostics]

    def error(self, *args, **kwargs):
        """The message of the one error that a deck must have."""
        errors = self.errors(*args, **kwargs)
        assert len(errors) == 1, "\n".join(errors)
        return errors[0].removeprefix(f"{self.path}/")


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def warnings_of(deck):
    return [str(warning) for warning in deck.warnings]
