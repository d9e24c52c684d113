"""Bubbles, organising centres and probes of a deck: what they are, the bubble file, and checks.

A bubble is a sphere that repels beads and other bubbles. An organising centre (MTOC) is a bubble with filaments whose
minus ends are attached to it; a probe (AFM) is one with a horizontal plane through its centre besides, below which the
network lies. Both may emit and absorb molecules.
"""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Report, quote
from .model import SpeciesRef, Vector
from .settings import Entry, Settings
from .species import SpeciesBook
from .values import MAX_INT, parse_number

_FORM = "LABEL type x y z (nm)"


@dataclass(frozen=True)
class BubbleType:
    """Radius (nm) of a type of bubbles; strength (pN nm) and screening length (nm) of its repulsion, 0 and 1 if off."""

    radius: float
    interaction_k: float
    screening_length: float


@dataclass(frozen=True)
class BubbleLine:
    """One bubble of a bubble file: type, centre (nm), line of the file."""

    type: int
    centre: Vector
    line: int


@dataclass(frozen=True)
class EmissionLine:
    """Molecules on a bubble that go free and return.

    `copies` of the general species at the start; emission in 1/s per molecule on the bubble, absorption in nm³/s;
    `constant`: reactions do not change the copies; `by_force`: emission is scaled by the force on the bubble.
    """

    copies: int
    general: str
    constant: bool
    free: SpeciesRef
    emission: float
    absorption: float
    by_force: bool


@dataclass(frozen=True)
class Anchor:
    """An organising centre, `kind` 'mtoc', or a probe, 'afm': a bubble with filaments attached.

    `filaments` of `cylinders` cylinders each begin on its surface in the window of angles `theta` (around the y axis,
    in turns) and `phi` (elevation, from 0 at −y to 1 at +y); they are held with `stiffness` (pN/nm). A `fixed` bubble
    does not move in the minimisation. Between the forces (pN) of `ramp` emission by force grows from 0 to 1.
    """

    kind: str
    bubble_type: int
    centre: Vector
    fixed: bool
    filament_type: int
    filaments: int
    cylinders: int
    theta: tuple[float, float]
    phi: tuple[float, float]
    stiffness: float
    emissions: tuple[EmissionLine, ...]
    ramp: tuple[float, float]
    line: int


@dataclass(frozen=True)
class Bubbles:
    """All that a deck says about bubbles.

    Those of the file come first, then `count` random ones of type `type`, then organising centres, then probes.
    `repulsion`, `mtoc_attachment` and `afm_attachment` tell which force fields are on; `cutoff` (nm) is the range of
    the repulsion from the surface.
    """

    types: tuple[BubbleType, ...] = ()
    repulsion: bool = False
    cutoff: float = 0.0
    mtoc_attachment: bool = False
    afm_attachment: bool = False
    from_file: tuple[BubbleLine, ...] = ()
    count: int = 0
    type: int = 0
    anchors: tuple[Anchor, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is any bubble."""
        return bool(self.from_file or self.count or self.anchors)

    @property
    def probes(self) -> int:
        """How many of the anchors are probes."""
        return sum(anchor.kind == "afm" for anchor in self.anchors)


# ---------------------------------------------------------------------- the bubble file


def read_bubbles(text: str, file: str, settings: Settings, report: Report) -> tuple[BubbleLine, ...]:
    """Bubbles of a bubble file in order; errors and ignored lines go to `report`.

    Line based: ``LABEL type x y z``, the label is ignored; a line with ``#`` anywhere is a comment.
    """
    bubbles = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if "#" in line or not words:
            continue
        if len(words) != 5:
            found = f"{len(words)} word{'' if len(words) == 1 else 's'}"
            report.warning(file, number, "", "the line is ignored", found=found, allowed=_FORM)
            continue
        bubble = _bubble(words[1:], number, file, settings, report)
        if bubble is not None:
            bubbles.append(bubble)
    return tuple(bubbles)


def _bubble(words: list[str], line: int, file: str, settings: Settings, report: Report) -> BubbleLine | None:
    numbers = [parse_number(word) for word in words]
    bad = [word for word, value in zip(words, numbers, strict=True) if value is None]
    if bad:
        report.error(file, line, "", found=quote(bad[0]), allowed="numbers")
        return None
    types = settings["NUMBUBBLETYPES"]
    if not numbers[0].is_integer() or not 0 <= numbers[0] < min(types, MAX_INT):
        allowed = f"0 … {types - 1}" if types else "none, NUMBUBBLETYPES is 0"
        report.error(file, line, "", "no such bubble type", found=quote(words[0]), allowed=allowed)
        return None
    centre = tuple(numbers[1:])
    if not _in_grid(centre, settings):
        report.error(file, line, "", "the bubble lies outside the grid", found=_spell(centre), allowed=_grid(settings))
        return None
    return BubbleLine(int(numbers[0]), centre, line)


def _edges(settings: Settings) -> tuple[float, ...] | None:
    pairs = [(settings[f"N{axis}"], settings[f"COMPARTMENTSIZE{axis}"]) for axis in "XYZ"]
    return None if any(None in pair for pair in pairs) else tuple(n * edge for n, edge in pairs)


def _in_grid(centre: Vector, settings: Settings) -> bool:
    edges = _edges(settings)
    return edges is None or all(0 <= x <= edge for x, edge in zip(centre, edges, strict=True))


def _grid(settings: Settings) -> str:
    return " ".join(f"0 … {edge:g}" for edge in _edges(settings)) + " (nm)"


def _spell(centre: Vector) -> str:
    return " ".join(f"{x:g}" for x in centre)


# ---------------------------------------------------------------------- checks


def check_bubbles(settings: Settings, bubbles: tuple[BubbleLine, ...], report: Report) -> None:
    """Report what is missing for the bubbles of a deck, and anchors that make no sense."""
    anchors = [(name, entry) for name in ("init-mtoc", "init-afm") for entry in settings.entries(name)]
    types = settings["NUMBUBBLETYPES"]
    if bubbles or settings["NUMBUBBLES"] > 0 or anchors:
        found = len(settings["BUBBLERADIUS"])
        if settings.sound("BUBBLERADIUS") and found != types and not settings["BUBBLEFFTYPE"]:
            _missing(settings, "BUBBLERADIUS", found, types, report)
    if settings["BUBBLEFFTYPE"] and settings.sound("BUBBLESCREENLENGTH") and 0 in settings["BUBBLESCREENLENGTH"]:
        line = settings.lines["BUBBLESCREENLENGTH"]
        report.error(settings.file, line, "BUBBLESCREENLENGTH", found="0", allowed="a number > 0 (nm)")
    for name, entry in anchors:
        _check_anchor(name, entry, settings, report)
    _check_force_fields(anchors, settings, report)


def _missing(settings: Settings, name: str, found: int, wanted: int, report: Report) -> None:
    line = settings.lines.get(name)
    allowed = f"{wanted}, one per bubble type"
    if line is None:
        report.error(settings.file, None, name, "not set, needed by bubbles", allowed=allowed)
    else:
        report.error(settings.file, line, name, found=f"{found} values", allowed=allowed)


def _check_anchor(name: str, entry: Entry, settings: Settings, report: Report) -> None:
    given = entry.properties

    def wrong(message: str, found: str, allowed: str) -> None:
        report.error(settings.file, entry.line, name, message, found=found, allowed=allowed)

    centre = given.get("bubble-coord", (0.0, 0.0, 0.0))
    if not _in_grid(centre, settings):
        wrong("bubble-coord: the bubble lies outside the grid", _spell(centre), _grid(settings))
    if given.get("num-filaments", 0) > 0 and given.get("num-cylinders-per-filament", 0) == 0:
        wrong("num-cylinders-per-filament", "0", "a whole number > 0, as there are filaments")
    phi, theta = _window(given, "phi"), _window(given, "theta")
    if not 0 <= phi[0] <= phi[1] <= 1:
        wrong("phi1 and phi2", f"{phi[0]:g} and {phi[1]:g}", "0 ≤ phi1 ≤ phi2 ≤ 1")
    if theta[0] > theta[1]:
        wrong("theta1 and theta2", f"{theta[0]:g} and {theta[1]:g}", "theta1 ≤ theta2")
    ramp = (given.get("emi-force-1", 0.0), given.get("emi-force-2", 0.0))
    if ramp[0] > ramp[1]:
        wrong("emi-force-1 and emi-force-2", f"{ramp[0]:g} and {ramp[1]:g}", "emi-force-1 ≤ emi-force-2 (pN)")
    for words in given.get("reaction-emi-abs", ()):
        if words[6] == "force" and words[1] and given.get("num-filaments", 0) == 0:
            report.warning(
                settings.file, entry.line, name, "emission by force without filaments: there is never a force"
            )


def _window(given: dict[str, object], angle: str) -> tuple[float, float]:
    return given.get(f"{angle}1", 0.0), given.get(f"{angle}2", 1.0)


def _check_force_fields(anchors: list[tuple[str, Entry]], settings: Settings, report: Report) -> None:
    """Warn of anchors whose forces are off, and of a protocol that has nothing to move."""
    keyword = {"init-mtoc": "MTOCFFTYPE", "init-afm": "AFMFFTYPE"}
    for name, entry in anchors:
        if entry.properties.get("num-filaments", 0) > 0 and not settings[keyword[name]]:
            message = f"{keyword[name]} is not set: nothing attaches the filaments to the bubble"
            report.warning(settings.file, entry.line, name, message)
        if name == "init-afm" and not settings["BOUNDARYFFTYPE"] and settings.sound("BOUNDARYFFTYPE"):
            message = "BOUNDARYFFTYPE is not set: the plane of the probe repels nothing"
            report.warning(settings.file, entry.line, name, message)
    for entry in settings.entries("SPECIALPROTOCOL"):
        if entry.values[0] == "AFM" and not settings.entries("init-afm"):
            report.warning(settings.file, entry.line, "SPECIALPROTOCOL", "AFM: there is no init-afm to move")


# ---------------------------------------------------------------------- the typed deck


def bubbles_of(settings: Settings, book: SpeciesBook, from_file: tuple[BubbleLine, ...]) -> Bubbles:
    """The bubbles of a checked deck."""
    anchors = [(kind, entry) for kind in ("mtoc", "afm") for entry in settings.entries(f"init-{kind}")]
    if not (from_file or settings["NUMBUBBLES"] or anchors):
        return Bubbles()  # constants of types that nothing has may be incomplete
    repels = bool(settings["BUBBLEFFTYPE"])
    radii = settings["BUBBLERADIUS"]
    strengths = settings["BUBBLEINTERACTIONK"] if repels else (0.0,) * len(radii)
    screenings = settings["BUBBLESCREENLENGTH"] if repels else (1.0,) * len(radii)
    return Bubbles(
        types=tuple(BubbleType(*values) for values in zip(radii, strengths, screenings, strict=True)),
        repulsion=repels,
        cutoff=settings["BUBBLECUTOFF"],
        mtoc_attachment=bool(settings["MTOCFFTYPE"]),
        afm_attachment=bool(settings["AFMFFTYPE"]),
        from_file=from_file,
        count=settings["NUMBUBBLES"],
        type=settings["BUBBLETYPE"],
        anchors=tuple(_anchor(kind, entry, book) for kind, entry in anchors),
    )


def _anchor(kind: str, entry: Entry, book: SpeciesBook) -> Anchor:
    given = entry.properties
    return Anchor(
        kind=kind,
        bubble_type=given.get("bubble-type", 0),
        centre=given.get("bubble-coord", (0.0, 0.0, 0.0)),
        fixed=given.get("bubble-fixed", False),
        filament_type=given.get("filament-type", 0),
        filaments=given.get("num-filaments", 0),
        cylinders=given.get("num-cylinders-per-filament", 0),
        theta=_window(given, "theta"),
        phi=_window(given, "phi"),
        stiffness=given.get("attachment-stretching-k", 0.0),
        emissions=tuple(_emission(words, book) for words in given.get("reaction-emi-abs", ())),
        ramp=(given.get("emi-force-1", 0.0), given.get("emi-force-2", 0.0)),
        line=entry.line,
    )


def _emission(words: tuple[str, ...], book: SpeciesBook) -> EmissionLine:
    copies, general, species, kind, emission, absorption, mode = words
    return EmissionLine(
        copies=int(parse_number(copies)),
        general=general,
        constant=book.is_constant(general),
        free=SpeciesRef(kind, species),
        emission=parse_number(emission),
        absorption=parse_number(absorption),
        by_force=mode == "force",
    )
