"""Changes of the rules in the course of a run: special protocols and the manual change of rates."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Report
from .settings import Settings

SCALING = ("scale-membrane-eq-area", "scale-membrane-eq-volume")
# What this version can do; the others are known, but not available.
AVAILABLE = (
    "PINBOUNDARYFILAMENTS",
    "PINLOWERBOUNDARYFILAMENTS",
    "pin-initial-filament-below-z",
    "MAKELINKERSSTATIC",
    "MAKEFILAMENTSSTATIC",
    "RATEDEPEND",
    "AFM",
    *SCALING,
)
PINNING = ("PINBOUNDARYFILAMENTS", "PINLOWERBOUNDARYFILAMENTS", "pin-initial-filament-below-z")


@dataclass(frozen=True)
class RateChange:
    """From `start` (s) on the rates of polymerisation and depolymerisation are multiplied by these ratios."""

    start: float
    plus_polymerisation: float
    plus_depolymerisation: float
    minus_polymerisation: float
    minus_depolymerisation: float


@dataclass(frozen=True)
class PinEnds:
    """From `start` (s) on, until some are: filament ends nearer to the boundary than `distance` (nm) are pinned."""

    stiffness: float
    distance: float
    start: float


@dataclass(frozen=True)
class PinLower:
    """From `start` (s) on: beads nearer to the lower side than `distance` (nm) are pinned with chance `fraction`."""

    stiffness: float
    start: float
    fraction: float
    distance: float


@dataclass(frozen=True)
class PinBelow:
    """Initial beads with z below `height` (nm) are pinned with `stiffness` (pN/nm)."""

    stiffness: float
    height: float


@dataclass(frozen=True)
class TensionRule:
    """From `start` (s) on filaments under tension or compression above `force` (pN) grow faster."""

    start: float
    force: float


@dataclass(frozen=True)
class Pulls:
    """Probes are moved in pulls of `steps` steps: pull number j begins `period` · j (s), its steps follow within a
    second.

    A step moves the probe up by `step` (nm) in the first `change_after` pulls, by `later_step` after that; negative
    ones move it down.
    """

    step: float
    later_step: float
    change_after: int
    steps: int
    period: float


@dataclass(frozen=True)
class Scaling:
    """A rest area (nm²) or rest volume (nm³) of membranes changes by `rate` (per s), never below `least`."""

    rate: float
    least: float
    line: int


@dataclass(frozen=True)
class Protocols:
    """Special protocols of a deck, None for those it does not have; times in s."""

    static_filaments: float | None = None
    static_linkers: float | None = None
    tension_rule: TensionRule | None = None
    pin_ends: PinEnds | None = None
    pin_lower: PinLower | None = None
    pin_below: PinBelow | None = None
    pulls: Pulls | None = None
    membrane_area: Scaling | None = None
    membrane_volume: Scaling | None = None

    @property
    def pinning(self) -> bool:
        """Whether any of them pins beads."""
        return any(pin is not None for pin in (self.pin_ends, self.pin_lower, self.pin_below))


_LOWER_DISTANCE = 250.0  # nm, unless PINBOUNDARYFILAMENTS gives one
_SIGNED = {  # arguments that may be negative
    "pin-initial-filament-below-z": (1,),
    "AFM": (0, 1),
    **dict.fromkeys(SCALING, (0,)),
}


def check_protocols(settings: Settings, report: Report) -> None:
    """Report arguments of special protocols that make no sense."""
    for entry in settings.entries("SPECIALPROTOCOL"):
        name, *numbers = entry.values
        if name not in AVAILABLE:
            continue
        for position, number in enumerate(numbers):
            where = f"{name}: value {position + 1}"
            if number < 0 and position not in _SIGNED.get(name, ()):
                report.error(
                    settings.file, entry.line, "SPECIALPROTOCOL", where, found=f"{number:g}", allowed="a number ≥ 0"
                )
        if name == "AFM":
            _check_pulls(entry, settings, report)
        if name == "PINLOWERBOUNDARYFILAMENTS" and numbers[2] > 1:
            where, found = f"{name}: value 3", f"{numbers[2]:g}"
            report.error(settings.file, entry.line, "SPECIALPROTOCOL", where, found=found, allowed="a fraction ≤ 1")


def _check_pulls(entry, settings: Settings, report: Report) -> None:
    """Counts are whole numbers, and pulls do not overlap."""
    _, _, _, change_after, steps, period = entry.values
    for position, number, least in ((3, change_after, 0), (4, steps, 1)):
        if number >= 0 and (not float(number).is_integer() or number < least):
            where, allowed = f"AFM: value {position}", f"a whole number ≥ {least}"
            report.error(settings.file, entry.line, "SPECIALPROTOCOL", where, found=f"{number:g}", allowed=allowed)
    if 0 <= period < 1:
        report.warning(
            settings.file, entry.line, "SPECIALPROTOCOL", "AFM: a pull takes a second", found=f"{period:g} s a pull"
        )


def protocols(settings: Settings) -> Protocols:
    """The special protocols of a checked deck; of several lines for one protocol the last holds."""
    last = {entry.values[0]: entry.values[1:] for entry in settings.entries("SPECIALPROTOCOL")}
    line = {entry.values[0]: entry.line for entry in settings.entries("SPECIALPROTOCOL")}
    area, volume = SCALING
    ends = PinEnds(*last["PINBOUNDARYFILAMENTS"]) if "PINBOUNDARYFILAMENTS" in last else None
    lower = last.get("PINLOWERBOUNDARYFILAMENTS")
    return Protocols(
        static_filaments=last.get("MAKEFILAMENTSSTATIC", (None,))[0],
        static_linkers=last.get("MAKELINKERSSTATIC", (None,))[0],
        tension_rule=TensionRule(*last["RATEDEPEND"]) if "RATEDEPEND" in last else None,
        pin_ends=ends,
        pin_lower=PinLower(*lower, distance=ends.distance if ends else _LOWER_DISTANCE) if lower else None,
        pulls=_pulls(last["AFM"]) if "AFM" in last else None,
        pin_below=PinBelow(*last["pin-initial-filament-below-z"]) if "pin-initial-filament-below-z" in last else None,
        membrane_area=Scaling(*last[area], line[area]) if area in last else None,
        membrane_volume=Scaling(*last[volume], line[volume]) if volume in last else None,
    )


def _pulls(values: tuple) -> Pulls:
    step, later_step, change_after, steps, period = values
    return Pulls(step, later_step, int(change_after), int(steps), period)


def rate_change(settings: Settings) -> RateChange | None:
    """The manual change of rates, None if it changes nothing."""
    ratios = [settings[f"MANUAL{which}RATIO"] for which in ("PLUSPOLY", "PLUSDEPOLY", "MINUSPOLY", "MINUSDEPOLY")]
    return RateChange(settings["MANUALSTARTTIME"], *ratios) if any(ratio != 1 for ratio in ratios) else None
