"""Keyword rows: analyses and protocols, chemistry and schedule, force-dependent rates, initial network, restart."""

from __future__ import annotations

from .row import Keyword, Property, Repetition
from .table_forces import STRONGEST
from .values import ValueType

_S0, _S1, _SQ, _VA = Repetition.OPTIONAL, Repetition.ONE, Repetition.LENIENT, Repetition.APPEND
_TIME = ValueType("float", "s", least=0)
MOST_OBJECTS = 10**7  # of one kind at the start
_COUNT = ValueType("int", least=0)
_OBJECTS = ValueType("int", least=0, most=MOST_OBJECTS)
_WORD = ValueType("word")
_PATH = ValueType("path")
_BOOL = ValueType("bool")
_SWITCH = ValueType("switch")


def _choice(*names: str) -> ValueType:
    return ValueType("choice", choices=names)


# Special protocol → the unit of each argument.
PROTOCOLS: dict[str, tuple[str, ...]] = {
    "PINBOUNDARYFILAMENTS": ("pN/nm", "nm", "s"),
    "PINLOWERBOUNDARYFILAMENTS": ("pN/nm", "s", ""),
    "pin-initial-filament-below-z": ("pN/nm", "nm"),
    "MAKELINKERSSTATIC": ("s",),
    "MAKEFILAMENTSSTATIC": ("s",),
    "RATEDEPEND": ("s", "pN"),
    "AFM": ("nm", "nm", "", "", "s"),
    "scale-membrane-eq-area": ("nm²/s", "nm²"),
    "scale-membrane-eq-volume": ("nm³/s", "nm³"),
}

ANALYSES = (
    Keyword(
        "HESSIANTRACKING",
        Repetition.FIXED,
        ValueType("float", least=0),
        help="SKIP DENSE ROCK PRINT: every SKIP-th minimisation compute the Hessian; DENSE 1: all eigenvalues; "
        "ROCK 1: a film of each mode at the end; PRINT 1: write the matrix",
        count=(4,),
    ),
    Keyword("EIGENTRACKING", _S1, _SWITCH, default=True, help="eigenvalues of the Hessian"),
    Keyword(
        "SPECIALPROTOCOL", Repetition.EACH, _WORD, default=(), help="NAME and its arguments: " + ", ".join(PROTOCOLS)
    ),
)

CHEMISTRY = (
    Keyword(
        "CALGORITHM",
        _S1,
        _choice("NRM", "GILLESPIE", "SIMPLEGILLESPIE"),
        help="stochastic algorithm; NRM: next-reaction method (Gibson & Bruck 2000), GILLESPIE: direct method "
        "(Gillespie 1977), SIMPLEGILLESPIE: the same without any saving, slow",
    ),
    Keyword("RUNTIME", _S0, _TIME, default=0.0, help="end of the simulation"),
    Keyword("SNAPSHOTTIME", _S0, _TIME, default=0.0, help="time between frames; 0: a frame every cycle"),
    Keyword("MINIMIZATIONTIME", _S1, _TIME, default=0.0, help="chemistry time between two minimisations"),
    Keyword("NEIGHBORLISTTIME", _S1, _TIME, default=0.0, help="time between rebuilds of the binding candidates"),
    Keyword(
        "INITIALSLOWDOWNTIME", _S1, _TIME, default=0.0, help="until then chemistry intervals are ten times shorter"
    ),
    Keyword("DATADUMPTIME", _S0, _TIME, default=1000.0, help="time between restart dumps"),
    Keyword("RUNSTEPS", _S0, _COUNT, default=0, help="step mode: reactions in total"),
    Keyword("SNAPSHOTSTEPS", _S0, _COUNT, default=0, help="step mode: reactions between frames"),
    Keyword("MINIMIZATIONSTEPS", _S1, _COUNT, default=0, help="step mode: reactions between minimisations"),
    Keyword("NEIGHBORLISTSTEPS", _S1, _COUNT, default=0, help="step mode: reactions between rebuilds of candidates"),
    Keyword("CHEMISTRYFILE", _S1, _PATH, help="chemistry deck, in the input directory"),
    Keyword("NUMFILAMENTTYPES", _S0, ValueType("int", least=1, most=10), default=1, help="number of filament types"),
    Keyword("NUMBINDINGSITES", _VA, ValueType("int", above=0), (), "binding sites of a full cylinder", per="FT"),
    Keyword("NUMMOTORHEADSMIN", _VA, ValueType("int", above=0), (), "smallest number of heads of a motor", per="MT"),
    Keyword("NUMMOTORHEADSMAX", _VA, ValueType("int", above=0), (), "largest number of heads of a motor", per="MT"),
    Keyword("MOTORSTEPSIZE", _VA, ValueType("float", "nm", above=0), (), "step of a single motor head", per="MT"),
    Keyword(
        "LINKERBINDINGSKIP",
        _S1,
        ValueType("int", least=2),
        default=2,
        help="linkers use the binding sites whose ordinal in the cylinder, from 0, is a multiple of this less 1",
    ),
    Keyword(
        "allow-same-filament-pair-binding",
        _S1,
        _BOOL,
        default=True,
        help="whether a linker or motor may join two cylinders of one filament",
    ),
    Keyword(
        "DISSIPATIONTRACKING",
        _S1,
        _SWITCH,
        default=False,
        help="book-keeping of free energy (Floyd, Papoian & Jarzynski 2019); chemistry lines then begin with DELTAG:ID",
    ),
    Keyword(
        "EVENTTRACKING",
        _S1,
        _SWITCH,
        default=False,
        help="records of linkers and motors that bind, unbind and walk",
    ),
)


def _law(name: str, per: str, help_text: str, *choices: str) -> Keyword:
    return Keyword(name, _VA, _choice(*choices), (), help_text, per=per)


def _ratio(name: str, help_text: str) -> Keyword:
    return Keyword(name, _SQ, ValueType("float", least=0), default=1.0, help=help_text)


_LENGTHS = ValueType("float", "nm", least=0)
_FORCES = ValueType("float", "pN", above=0)

RATES = (
    _law(
        "DFPOLYMERIZATIONTYPE",
        "FT",
        "load on growing tips (Footer et al. 2007): repulsion by what they meet, or compression of the cylinder "
        "at the end",
        "BROWRATCHET",
        "BROWRATCHETAXIAL",
        "",
    ),
    Keyword("DFPOLYMERIZATIONLEN", _VA, _LENGTHS, (), "ratchet length"),
    _law(
        "DMUNBINDINGTYPE",
        "MT",
        "catch bond of motors (Erdmann et al. 2013), or catch-slip bond of their heads (Guo & Guilford 2006)",
        "LOWDUTYCATCH",
        "HIGHDUTYCATCH",
        "LOWDUTYCATCHSLIP",
    ),
    Keyword("DMUNBINDINGFORCE", _VA, _FORCES, (), "characteristic force of a motor catch bond; 2 per LOWDUTYCATCHSLIP"),
    _law("DMWALKINGTYPE", "MT", "stalling of motors (Komianos & Papoian 2018)", "LOWDUTYSTALL", "HIGHDUTYSTALL"),
    Keyword("DMWALKINGFORCE", _VA, _FORCES, (), "stall force of a motor"),
    _law("DLUNBINDINGTYPE", "LT", "slip bond of linkers (Ferrer et al. 2008)", "SLIP", "CATCHSLIP"),
    Keyword("DLUNBINDINGLEN", _VA, ValueType("float", "nm"), (), "1 per SLIP, 2 per CATCHSLIP"),
    Keyword("DLUNBINDINGAMP", _VA, ValueType("float", least=0), (), "2 per CATCHSLIP"),
    _law("DBUNBINDINGTYPE", "BT", "slip bond of branchers", "SLIP", "SLIPF"),
    Keyword("DBUNBINDINGLEN", _VA, ValueType("float", "nm"), (), "1 per SLIP"),
    Keyword("DBUNBINDINGF", _VA, _FORCES, (), "1 per SLIPF"),
    Keyword("MANUALSTARTTIME", _SQ, _TIME, default=100000.0, help="the MANUAL…RATIO factors apply after this time"),
    _ratio("MANUALPLUSPOLYRATIO", "factor on plus-end polymerisation"),
    _ratio("MANUALPLUSDEPOLYRATIO", "factor on plus-end depolymerisation"),
    _ratio("MANUALMINUSPOLYRATIO", "factor on minus-end polymerisation"),
    _ratio("MANUALMINUSDEPOLYRATIO", "factor on minus-end depolymerisation"),
)

_INDEX = ValueType("int", least=0, signed=False)
_MANY = ValueType("int", least=0, most=MOST_OBJECTS, signed=False)
_PLAIN = ValueType("float", signed=False)
_FORCE = ValueType("float", "pN", least=0, signed=False)

_ANCHOR = (
    Property("bubble-type", _INDEX, 0, "bubble type"),
    Property("bubble-coord", ValueType("float", "nm", signed=False), (0.0, 0.0, 0.0), "centre", count=(3,)),
    Property("bubble-fixed", _BOOL, False, "excluded from minimisation"),
    Property("filament-type", _INDEX, 0, "type of the attached filaments"),
    Property("num-filaments", _MANY, 0, "number of attached filaments"),
    Property("num-cylinders-per-filament", _MANY, 0, "their length in cylinders"),
    Property("theta1", _PLAIN, 0.0, "least angle around the y axis at which filaments begin, in turns from x to z"),
    Property("theta2", _PLAIN, 1.0, "largest angle around the y axis"),
    Property("phi1", _PLAIN, 0.0, "least elevation at which filaments begin, from 0 at -y to 1 at +y"),
    Property("phi2", _PLAIN, 1.0, "largest elevation"),
    Property(
        "attachment-stretching-k", ValueType("float", "pN/nm", least=0, most=STRONGEST, signed=False), 0.0, "attachment"
    ),
    Property("reaction-emi-abs", _WORD, (), "N0 GENERAL SPECIES KIND EMI ABS MODE", count=(7,), repeated=True),
    Property("emi-force-1", _FORCE, 0.0, "emission begins above this force"),
    Property("emi-force-2", _FORCE, 0.0, "emission is full above this force"),
)

_INIT_MEMBRANE = (
    Property("mesh", _WORD, (), "ELLIPSOID and 6 numbers, PLANE and 12, or file NAME", count=(2, 7, 13)),
    Property("eq-area-factor", ValueType("float", above=0, signed=False), 1.0, "equilibrium area / initial area"),
    Property("volume-offset", ValueType("float", "nm³", signed=False), 0.0, "added to the volume of open meshes"),
    Property("species", _WORD, (), "NAME N: copies of a membrane species", count=(2,), repeated=True),
)


def _group(name: str, help_text: str, properties: tuple[Property, ...], feature: str = "", named: str = "") -> Keyword:
    return Keyword(name, Repetition.GROUP, _WORD, (), help_text, properties=properties, feature=feature, named=named)


INITIAL = (
    Keyword("BUBBLEFILE", _S0, _PATH, help="bubbles, in the input directory"),
    Keyword(
        "NUMBUBBLES",
        _S0,
        ValueType("int", least=0, most=MOST_OBJECTS),
        default=0,
        help="random bubbles besides those of the file",
    ),
    Keyword("BUBBLETYPE", _S0, _COUNT, default=0, help="type of the random bubbles"),
    _group("init-mtoc", "an organising centre with filaments", _ANCHOR),
    _group("init-afm", "a force-microscope tip with filaments", _ANCHOR),
    _group("init-membrane", "a membrane of a given profile", _INIT_MEMBRANE, "", "the membrane profile"),
    Keyword(
        "init-fixed-vertex-attachment",
        Repetition.REPLACE,
        ValueType("float", least=-STRONGEST, most=STRONGEST, signed=False),
        (),
        "x y z range (nm) k (pN/nm) of each attachment of a membrane vertex",
    ),
    Keyword("FILAMENTFILE", _S0, _PATH, help="initial filaments, in the input directory"),
    Keyword(
        "NUMFILAMENTS",
        _S0,
        ValueType("int", least=0, most=MOST_OBJECTS),
        default=0,
        help="random filaments besides those of the file",
    ),
    Keyword("FILAMENTLENGTH", _S0, ValueType("int", above=0), default=1, help="cylinders of a random filament"),
    Keyword("FILAMENTTYPE", _S0, _COUNT, default=0, help="type of the random filaments"),
    Keyword(
        "PROJECTIONTYPE",
        _S0,
        _choice("STRAIGHT", "ZIGZAG", "ARC", "PREDEFINED"),
        default="STRAIGHT",
        help="how the beads of an initial filament follow from its points; PREDEFINED: they are the points",
    ),
    Keyword(
        "restrict-cylinder-boundary-angle",
        _S0,
        _BOOL,
        default=False,
        help="CYLINDER boundary: random filaments run along the wall",
    ),
    Keyword("form-rings", _S0, _BOOL, default=False, help="CYLINDER boundary: random filaments close to the wall"),
)

RESTART_AND_LOG = (
    Keyword(
        "RESTARTPHASE",
        Repetition.FIXED,
        _choice("USECHEMCOPYNUM"),
        help="go on from the restart dump named by FILAMENTFILE",
        count=(0, 1),
    ),
    Keyword(
        "checkpoint-time", _S0, _TIME, default=0.0, help="simulated time between checkpoints; 0: by wall time only"
    ),
    Keyword(
        "PINRESTARTFILE",
        _S0,
        _PATH,
        help="where ends are pinned, in a restart with PINBOUNDARYFILAMENTS",
    ),
    Keyword(
        "compatibility",
        _S1,
        _choice("none", "medyan-5.4"),
        default="none",
        help="medyan-5.4: rules of the C++ program where the default differs",
    ),
    Keyword(
        "output",
        Repetition.GROUP,
        _WORD,
        help="what is logged",
        properties=(
            Property("log-brief-profiling-each-snapshot", _BOOL, False, "time spent, with every frame"),
            Property("log-simulation-time-each-cycle", _BOOL, False, "simulated time, every cycle"),
        ),
    ),
)
