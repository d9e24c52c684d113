"""Small decks with membranes: a system to which membranes are added, chemistry, and what to add."""

from medyan_py import Simulation

SYSTEM = """\
NX: 2
NY: 2
NZ: 2
COMPARTMENTSIZEX: 500
COMPARTMENTSIZEY: 500
COMPARTMENTSIZEZ: 500
BOUNDARYSHAPE: CUBIC
CONJUGATEGRADIENT: POLAKRIBIERE
GRADIENTTOLERANCE: 1
CALGORITHM: NRM
RUNTIME: 0.2
SNAPSHOTTIME: 0.1
MINIMIZATIONTIME: 0.1
NEIGHBORLISTTIME: 0.1
CHEMISTRYFILE: chemistry.txt
NUMFILAMENTTYPES: 1
MONOMERSIZE: 2.7
CYLINDERSIZE: 108
NUMBINDINGSITES: 4
FSTRETCHINGFFTYPE: HARMONIC
FSTRETCHINGK: 100
FBENDINGFFTYPE: COSINE
FBENDINGK: 672
FBENDINGTHETA: 0
membrane-bending-ff-type HELFRICH
"""
CHEMISTRY = """\
SPECIESDIFFUSING: A 10 20e6 0 0 REG
SPECIESFILAMENT: AF 0
SPECIESPLUSEND: PA 0
SPECIESMINUSEND: MA 0
SPECIESBOUND: EA 0
"""
VESICLE = """\
membrane-tension-ff-type CONSTANT
volume-conservation-ff-type MEMBRANE
(membrane p (tension 0.02))
(init-membrane p (mesh ELLIPSOID 500 500 500 300 300 300))
"""
SHEET = """\
(membrane s)
(init-membrane s (mesh PLANE 0 0 500 0 0 1 100 100 100 830 800 800))
"""
REPULSION = """\
triangle-bead-volume-ff-type REPULSION
triangle-bead-volume-k 650
triangle-bead-volume-cutoff 150
triangle-bead-volume-cutoff-mech 60
"""


def start(path, seed=1):
    return Simulation.from_deck(path, seed=seed)
