"""Keyword rows: force fields of filaments, linkers, motors, branchers, boundary, bubbles and membranes."""

from __future__ import annotations

from .row import Keyword, Repetition
from .values import ValueType

_S0, _S1, _VR = Repetition.OPTIONAL, Repetition.ONE, Repetition.REPLACE
STRONGEST = 1e9  # of all constants; that of a short cylinder is many times that of a full one


def _potential(name: str, help_text: str, *choices: str, **more) -> Keyword:
    """A `…FFTYPE` keyword; never set means that the force field is off."""
    kind = ValueType("choice", choices=choices) if choices else ValueType("word")
    return Keyword(name, _S0, kind, help=help_text, **more)


def _constants(name: str, unit: str, per: str, needed_by: str, help_text: str, least: float | None = 0, **more):
    kind = ValueType("float", unit, least=least, most=STRONGEST)
    return Keyword(name, _VR, kind, (), help_text, per=per, needed_by=needed_by, **more)


def _angles(name: str, per: str, needed_by: str, help_text: str) -> Keyword:
    kind = ValueType("float", "rad", least=-10, most=10)
    return Keyword(name, _VR, kind, (), help_text, per=per, needed_by=needed_by)


def _unused_angles(letter: str, per: str, owner: str) -> tuple[Keyword, ...]:
    """Bending and twisting of linkers and motors: decks may hold them, the model does not."""
    rows = []
    for kind, angle in (("BENDING", "THETA"), ("TWISTING", "PHI")):
        stem = letter + kind
        name = f"{kind.lower()} of {owner}"
        rows += [
            _potential(f"{stem}FFTYPE", name, no_effect=True),
            _constants(f"{stem}K", "pN nm", per, f"{stem}FFTYPE", name, no_effect=True),
            _constants(f"{stem}{angle}", "rad", per, f"{stem}FFTYPE", name, None, no_effect=True),
        ]
    return tuple(rows)


FILAMENTS = (
    _potential("FSTRETCHINGFFTYPE", "stretching of filaments (Popov et al. 2016)", "HARMONIC"),
    _constants("FSTRETCHINGK", "pN/nm", "FT", "FSTRETCHINGFFTYPE", "stretching constant of a full cylinder"),
    _potential(
        "FBENDINGFFTYPE",
        "bending of filaments (Ott et al. 1993 for the constants): COSINE k (1 − cos(φ − θ)); HARMONIC, as in MEDYAN "
        "5.4, the same without θ; ANGLE, an addition of this program, ½ k (φ − θ)²",
        "COSINE",
        "HARMONIC",
        "ANGLE",
    ),
    _constants("FBENDINGK", "pN nm", "FT", "FBENDINGFFTYPE", "bending constant between full cylinders"),
    _angles("FBENDINGTHETA", "FT", "FBENDINGFFTYPE", "equilibrium bending angle"),
    _potential("FTWISTINGFFTYPE", "twisting of filaments", no_effect=True),
    _constants("FTWISTINGK", "pN nm", "FT", "FTWISTINGFFTYPE", "twisting of filaments", no_effect=True),
    _constants("FTWISTINGPHI", "rad", "", "", "twisting of filaments", None, no_effect=True),
)

LINKERS_AND_MOTORS = (
    _potential("LSTRETCHINGFFTYPE", "stretching of linkers (Didonna & Levine 2007)", "HARMONIC"),
    _constants("LSTRETCHINGK", "pN/nm", "LT", "LSTRETCHINGFFTYPE", "stretching constant of a linker"),
    *_unused_angles("L", "LT", "linkers"),
    _potential("MSTRETCHINGFFTYPE", "stretching of motors (Vilfan 2010)", "HARMONIC"),
    _constants("MSTRETCHINGK", "pN/nm", "MT", "MSTRETCHINGFFTYPE", "stretching constant of one motor head"),
    *_unused_angles("M", "MT", "motors"),
)

_DIHEDRAL = ("COSINE", "COSINEV2", "QUADRATIC", "QUADRATICV2")

BRANCHERS = (
    _potential("BRSTRETCHINGFFTYPE", "stretching of branch points (Popov et al. 2016)", "HARMONIC"),
    _constants("BRSTRETCHINGK", "pN/nm", "BT", "BRSTRETCHINGFFTYPE", "stretching constant of a branch point"),
    _constants("BRSTRETCHINGL", "nm", "BT", "BRSTRETCHINGFFTYPE", "rest length of a branch point"),
    _potential("BRBENDINGFFTYPE", "bending of branch points", "COSINE"),
    _constants("BRBENDINGK", "pN nm", "BT", "BRBENDINGFFTYPE", "bending constant of a branch point"),
    _angles("BRBENDINGTHETA", "BT", "BRBENDINGFFTYPE", "angle of a branch, 1.22 for 70°"),
    _potential("BRDIHEDRALFFTYPE", "dihedral potential of branch points", *_DIHEDRAL),
    _constants("BRDIHEDRALK", "pN nm", "BT", "BRDIHEDRALFFTYPE", "dihedral constant of a branch point"),
    _potential("BRPOSITIONFFTYPE", "position potential of branch points", "COSINE"),
    _constants("BRPOSITIONK", "pN nm", "BT", "BRPOSITIONFFTYPE", "position constant of a branch point"),
)

REPULSION = (
    _potential(
        "BOUNDARYFFTYPE",
        "repulsion by the boundary",
        "REPULSIONEXP",
        "REPULSIONEXPIN",
        "",
    ),
    Keyword(
        "VOLUMEFFTYPE",
        _S0,
        ValueType("choice", choices=("none", "integral", "REPULSION", "monomer")),
        default="none",
        help="excluded volume of cylinders; REPULSION is an old name of integral",
    ),
    Keyword(
        "VOLUMEK",
        _VR,
        ValueType("float", least=0, most=STRONGEST),
        (),
        "strength of the excluded volume; its unit depends on VOLUMEFFTYPE",
        per="FT",
    ),
    Keyword(
        "VOLUMECUTOFF",
        _S1,
        ValueType("float", "nm", least=0),
        default=0.0,
        help="largest distance of the mid points of cylinders that repel each other",
    ),
    Keyword(
        "volume-exclusion-monomer-interval",
        _VR,
        ValueType("int", above=0, signed=False),
        (),
        "every how many monomers one is sampled; for VOLUMEFFTYPE monomer",
        per="FT",
    ),
)

BUBBLES = (
    _potential("BUBBLEFFTYPE", "repulsion by bubbles", "REPULSIONEXP", ""),
    _constants("BUBBLEINTERACTIONK", "pN nm", "BuT", "BUBBLEFFTYPE", "strength of the repulsion by bubbles"),
    _constants("BUBBLESCREENLENGTH", "nm", "BuT", "BUBBLEFFTYPE", "screening length of the repulsion by bubbles"),
    Keyword(
        "BUBBLECUTOFF",
        _S1,
        ValueType("float", "nm", least=0),
        default=0.0,
        help="range of the repulsion by bubbles, from their surface",
    ),
    _constants("BUBBLERADIUS", "nm", "BuT", "BUBBLEFFTYPE", "radius of a bubble"),
    Keyword("NUMBUBBLETYPES", _S1, ValueType("int", least=0), default=1, help="number of bubble types"),
    _potential("MTOCFFTYPE", "attachment of filaments to organising centres", "ATTACHMENTHARMONIC", ""),
    _constants("MTOCBENDINGK", "pN nm", "", "", "bending at organising centres", no_effect=True),
    _potential("AFMFFTYPE", "attachment of filaments to a force-microscope tip", "ATTACHMENTHARMONIC", ""),
    _constants("AFMBENDINGK", "pN nm", "", "", "bending at a force-microscope tip", no_effect=True),
    Keyword(
        "bead-constraint-k",
        _S1,
        ValueType("float", "pN/nm", least=0, signed=False),
        default=1.0,
        help="constraint of beads",
        no_effect=True,
    ),
    Keyword(
        "bead-constraint-rmax",
        _S1,
        ValueType("float", "nm", least=0, signed=False),
        default=160.0,
        help="constraint of beads",
        no_effect=True,
    ),
)


def _membrane_potential(name: str, help_text: str, *choices: str) -> Keyword:
    return Keyword(name, _S1, ValueType("choice", choices=(*choices, "")), default="", help=help_text)


def _membrane_number(name: str, unit: str, help_text: str) -> Keyword:
    return Keyword(
        name, _S1, ValueType("float", unit, least=0, most=STRONGEST, signed=False), default=0.0, help=help_text
    )


MEMBRANE_FORCES = (
    _membrane_potential("membrane-stretching-ff-type", "area elasticity", "LOCAL_HARMONIC", "GLOBAL_HARMONIC"),
    _membrane_potential("membrane-tension-ff-type", "tension", "CONSTANT"),
    _membrane_potential(
        "membrane-bending-ff-type",
        "bending; HELFRICH_QUADRATIC: HELFRICH without spontaneous curvature",
        "HELFRICH",
        "HELFRICH_QUADRATIC",
    ),
    _membrane_potential("volume-conservation-ff-type", "elasticity of the enclosed volume", "MEMBRANE"),
    _membrane_potential("triangle-bead-volume-ff-type", "repulsion of beads by membranes", "REPULSION"),
    _membrane_number("triangle-bead-volume-k", "", "strength of the repulsion of beads by membranes"),
    _membrane_number("triangle-bead-volume-cutoff", "nm", "its range for the load on filament tips"),
    _membrane_number("triangle-bead-volume-cutoff-mech", "nm", "its range in the energy minimisation"),
    Keyword(
        "curvature-mismatch",
        Repetition.EACH,
        ValueType("word"),
        default=(),
        help="SPECIES K (pN nm) C0 (1/nm): energy of a membrane protein in a membrane of another curvature",
        count=(3,),
    ),
    Keyword(
        "curvature-mismatch-enable-curvature-sensing",
        _S1,
        ValueType("bool"),
        default=True,
        help="whether proteins feel curvature",
    ),
    Keyword(
        "curvature-mismatch-enable-curvature-generation",
        _S1,
        ValueType("bool"),
        default=True,
        help="whether proteins bend the membrane",
    ),
)
