"""A small deck of a box of 1 µm with filaments but no reactions, to which tests add what they study."""

from itertools import pairwise

import numpy as np

from medyan_py import Simulation

SYSTEM = {
    "NX": "2",
    "NY": "2",
    "NZ": "2",
    "COMPARTMENTSIZEX": "500",
    "COMPARTMENTSIZEY": "500",
    "COMPARTMENTSIZEZ": "500",
    "BOUNDARYSHAPE": "CUBIC",
    "BOUNDARYFFTYPE": "REPULSIONEXP",
    "BOUNDARYCUTOFF": "100",
    "BOUNDARYINTERACTIONK": "41",
    "BOUNDARYSCREENLENGTH": "2.7",
    "CONJUGATEGRADIENT": "POLAKRIBIERE",
    "CALGORITHM": "NRM",
    "RUNTIME": "100",
    "SNAPSHOTTIME": "0.1",
    "MINIMIZATIONTIME": "0.1",
    "NEIGHBORLISTTIME": "0.1",
    "CHEMISTRYFILE": "chemistry.txt",
    "NUMFILAMENTTYPES": "1",
    "MONOMERSIZE": "2.7",
    "CYLINDERSIZE": "108",
    "NUMBINDINGSITES": "4",
    "FSTRETCHINGFFTYPE": "HARMONIC",
    "FSTRETCHINGK": "100",
    "FBENDINGFFTYPE": "COSINE",
    "FBENDINGK": "672",
    "FBENDINGTHETA": "0",
}
CHEMISTRY = """\
SPECIESDIFFUSING: A 400 20e6 0 0 REG
SPECIESFILAMENT: AF 0
SPECIESPLUSEND: PA 0
SPECIESMINUSEND: MA 0
SPECIESBOUND: EA 0
"""
BRANCHERS = """\
SPECIESDIFFUSING: BD 20 20e6 0 0 REG
SPECIESBOUND: BEA 0
BRANCHERBINDINGSITE: BEA 0
SPECIESBRANCHER: BA 0
"""
SECOND_TYPE = """\
SPECIESFILAMENT: TF 1
SPECIESPLUSEND: TP 1
SPECIESMINUSEND: TM 1
SPECIESBOUND: TB 1
"""
TWO_TYPES = {
    "NUMFILAMENTTYPES": "2",
    "MONOMERSIZE": "2.7 1.0",
    "CYLINDERSIZE": "108 100",
    "NUMBINDINGSITES": "4 2",
    "FSTRETCHINGK": "100 100",
    "FBENDINGK": "672 10000",
    "FBENDINGTHETA": "0 0",
}


class Runner:
    """A folder for the decks of one test."""

    def __init__(self, path):
        self.path = path

    def start(self, chemistry, changes=None, filaments="", seed=1):
        """A simulation of the small deck with `chemistry` added; `filaments` is the filament file."""
        return Simulation.from_deck(self.write(CHEMISTRY + chemistry, changes, filaments), seed=seed)

    def write(self, chemistry, changes=None, filaments=""):
        """The small deck with all of `chemistry`, as files; the path of the system deck."""
        settings = {**SYSTEM, **(changes or {})}
        if filaments:
            settings["FILAMENTFILE"] = "filaments.txt"
            (self.path / "filaments.txt").write_text(filaments)
        text = "".join(f"{key}{':' if key.isupper() else ''} {value}\n" for key, value in settings.items())
        (self.path / "system.txt").write_text(text)
        (self.path / "chemistry.txt").write_text(chemistry)
        return self.path / "system.txt"

    @staticmethod
    def points(filaments):
        """The points in the lines of a filament file, (n, 3) nm."""
        return np.array([line.split()[2:] for line in filaments.splitlines()], float).reshape(-1, 3)


def monomers(simulation, *kinds):
    """Copies of all species of the kinds."""
    return sum(count for _, kind, count in simulation.species_totals() if kind in kinds)


def walked(before, after):
    """How far (nm) each leg of each motor of `before` went towards its filament's plus end, float64 (motors, 2).

    Both are (motors, filaments) of a simulation of straight filaments that keep their length.
    """
    places = [
        dict(zip(motors.ids, legs_along(motors.coords, filaments), strict=True))
        for motors, filaments in (before, after)
    ]
    return np.array([places[1][i] - places[0][i] for i in places[0]])


def legs_along(coords, filaments):
    """Distance (nm) of the points (n, 2, 3) from the minus end of the filament that they are on."""
    places = np.zeros(coords.shape[:2])
    for f in range(len(filaments)):
        minus, plus = filaments.beads[filaments.start[f]], filaments.beads[filaments.start[f + 1] - 1]
        along = (plus - minus) / np.linalg.norm(plus - minus)
        place = (coords - minus) @ along
        off = np.linalg.norm(coords - minus - place[..., None] * along, axis=2)
        places = np.where(off < 10.0, place, places)
    return places


def distance_to_filaments(points, view, kind=None):
    """Distance (nm) of each point to the nearest cylinder of a view of filaments, of all types or of one."""
    nearest = np.full(len(points), np.inf)
    for f in range(len(view)):
        if kind is not None and view.types[f] != kind:
            continue
        beads = view.beads[view.start[f] : view.start[f + 1]]
        for a, b in pairwise(beads):
            along = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0.0, 1.0)
            nearest = np.minimum(nearest, np.linalg.norm(points - a - along[:, None] * (b - a), axis=1))
    return nearest
