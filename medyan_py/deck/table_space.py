"""Keyword rows: membrane profiles, geometry, boundary, energy minimisation."""

from __future__ import annotations

from .row import Keyword, Property, Repetition
from .table_forces import STRONGEST
from .values import ValueType

_S0, _S1, _SQ = Repetition.OPTIONAL, Repetition.ONE, Repetition.LENIENT
_NUMBER = ValueType("float")
_BOOL = ValueType("bool")
_PLAIN = ValueType("float", signed=False)
_POSITIVE_NM = ValueType("float", "nm", above=0, most=1e9)  # a metre: volumes must not overflow
_POSITIVE_COUNT = ValueType("int", above=0)
_WORD = ValueType("word")


def _choice(*names: str) -> ValueType:
    return ValueType("choice", choices=names)


_MEMBRANE = (
    Property("vertex-system", _choice("material", "general", "normal"), "general", "what membrane vertices carry"),
    Property("has-lipid-reservoir", _BOOL, True, "whether the membrane exchanges lipid with a reservoir"),
    Property("area-k", ValueType("float", "pN/nm", least=0, most=STRONGEST, signed=False), 400.0, "area elasticity"),
    Property(
        "bending-k", ValueType("float", "pN nm", least=0, most=STRONGEST, signed=False), 100.0, "bending rigidity"
    ),
    Property(
        "eq-curv",
        ValueType("float", "1/nm", least=-STRONGEST, most=STRONGEST, signed=False),
        0.0,
        "spontaneous mean curvature",
    ),
    Property(
        "tension", ValueType("float", "pN/nm", least=-STRONGEST, most=STRONGEST, signed=False), 0.0, "constant tension"
    ),
    Property(
        "volume-k",
        ValueType("float", "pN/nm²", least=0, most=STRONGEST, signed=False),
        0.8,
        "enclosed-volume elasticity",
    ),
    Property("vertex-pinning", _choice("none", "border1", "border2"), "border1", "border vertices that never move"),
)

MEMBRANES = (
    Keyword(
        "membrane",
        Repetition.GROUP,
        _WORD,
        help="defines a membrane profile",
        properties=_MEMBRANE,
        named="the profile",
    ),
)

GEOMETRY = (
    *(Keyword(f"N{a}", _S0, _POSITIVE_COUNT, help=f"compartments along {a.lower()}") for a in "XYZ"),
    *(
        Keyword(f"COMPARTMENTSIZE{a}", _S0, _POSITIVE_NM, help=f"edge of a compartment along {a.lower()}")
        for a in "XYZ"
    ),
    Keyword(
        "FILCREATIONBOUNDS",
        Repetition.FIXED,
        ValueType("float", least=0, most=1),
        default=(0.0, 0.0, 0.0, 1.0, 1.0, 1.0),
        help="x0 y0 z0 x1 y1 z1, fractions of the grid: where random initial filaments begin",
        count=(6,),
    ),
    Keyword("MONOMERSIZE", Repetition.REPLACE, _POSITIVE_NM, default=(), help="length of one monomer", per="FT"),
    Keyword("CYLINDERSIZE", Repetition.REPLACE, _POSITIVE_NM, default=(), help="length of a full cylinder", per="FT"),
    Keyword(
        "surface-curvature-policy",
        _S1,
        _choice("with-sign", "squared", "mem3dg", "mixed-voronoi"),
        default="with-sign",
        help="how the mean curvature of a membrane is computed (Zhu et al. 2022; Meyer et al. 2003)",
    ),
    Keyword(
        "mesh-adapter",
        Repetition.GROUP,
        _WORD,
        help="membrane remeshing",
        properties=(
            Property(
                "max-size", ValueType("float", "nm", above=0, signed=False), 60.0, "largest edge of a membrane mesh"
            ),
        ),
    ),
)

_SIDES = ("NONE", "LEFT", "RIGHT", "FRONT", "BACK", "BOTTOM", "TOP", "ALL")
_TIME = ValueType("float", "s", least=0)

BOUNDARY = (
    Keyword(
        "BOUNDARYSHAPE",
        _S1,
        _choice("CUBIC", "SPHERICAL", "CAPSULE", "CYLINDER"),
        help="shape of the volume; CUBIC: six planes 25 nm inside the faces of the grid; the others have the diameter "
        "BOUNDARYDIAMETER and a vertical axis through the centre of the grid; CAPSULE and CYLINDER are as high as it",
    ),
    Keyword(
        "BOUNDARYMOVE",
        Repetition.EACH,
        _choice(*_SIDES),
        default=(),
        help="planes of a CUBIC boundary that move: x LEFT RIGHT, y FRONT BACK, z BOTTOM TOP; with BMOVESPEED at that "
        "speed, without it they keep two compartments from the filaments",
        count=(1,),
    ),
    Keyword(
        "BOUNDARYDIAMETER",
        _SQ,
        ValueType("float", "nm", least=0),
        default=0.0,
        help="diameter of a SPHERICAL, CAPSULE or CYLINDER boundary",
    ),
    Keyword(
        "BOUNDARYCUTOFF",
        _S1,
        ValueType("float", "nm", least=0),
        default=0.0,
        help="range of the boundary repulsion; random filaments keep a quarter of it from the boundary",
    ),
    Keyword(
        "BOUNDARYINTERACTIONK",
        _S1,
        ValueType("float", "pN nm", least=0, most=STRONGEST),
        default=0.0,
        help="strength of the boundary repulsion",
    ),
    Keyword(
        "BOUNDARYSCREENLENGTH",
        _S1,
        ValueType("float", "nm", least=0),
        default=0.0,
        help="screening length of the boundary repulsion",
    ),
    Keyword(
        "BMOVESPEED", _SQ, ValueType("float", "nm/s"), default=0.0, help="speed of moving planes, towards the centre"
    ),
    Keyword("BMOVESTARTTIME", _SQ, _TIME, default=0.0, help="the boundary moves from this time on"),
    Keyword("BMOVEENDTIME", _SQ, _TIME, help="the boundary moves until this time; without it, to the end"),
    Keyword(
        "TRANSFERSHAREAXIS",
        Repetition.FIXED,
        _choice("X", "Y", "Z"),
        help="with BOUNDARYMOVE ALL: only planes across this axis move, two compartments ahead of the filaments; a "
        "word before the axis is ignored",
        count=(1, 2),
    ),
)

MINIMISATION = (
    Keyword(
        "CONJUGATEGRADIENT",
        _S1,
        _choice("POLAKRIBIERE", "FLETCHERRIEVES", "STEEPESTDESCENT", "LBFGS"),
        help="how the search direction of the energy minimisation is chosen; LBFGS is an addition of this program",
    ),
    Keyword("MD", _S1, _WORD, default="", help="molecular dynamics", no_effect=True),
    Keyword(
        "GRADIENTTOLERANCE",
        _SQ,
        ValueType("float", "pN", above=0),
        default=1.0,
        help="minimised when no force component is larger",
    ),
    Keyword(
        "energy-change-relative-tolerance",
        _S1,
        ValueType("float", least=0, signed=False),
        default=1e-9,
        help="minimised when a step changes the energy by less than this fraction",
    ),
    Keyword("MAXDISTANCE", _SQ, _POSITIVE_NM, default=1.0, help="largest move of a bead in one line search"),
    Keyword(
        "LAMBDAMAX", _SQ, ValueType("float", "nm/pN", above=0), default=1.0, help="largest step factor of a line search"
    ),
    Keyword(
        "LAMBDARUNNINGAVERAGEPROBABILITY",
        _SQ,
        ValueType("float", least=0, most=1),
        default=0.0,
        help="adaptive first step of a line search",
        no_effect=True,
    ),
    Keyword(
        "LINESEARCHALGORITHM",
        _SQ,
        _choice("BACKTRACKING", "QUADRATIC"),
        default="BACKTRACKING",
        help="line search of the energy minimisation; there is one, which interpolates quadratically",
    ),
    Keyword(
        "try-to-recover-in-line-search-error",
        _SQ,
        _BOOL,
        default=True,
        help="false: a failed line search ends the run",
    ),
    Keyword("adapt-mesh-during-minimization", _S1, _BOOL, default=False, help="remesh membranes within a minimisation"),
)
