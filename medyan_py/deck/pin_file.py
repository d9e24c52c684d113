"""Pins of filament ends from a file, for restarts.

Line based: ``FILAMENT id: x1 y1 z1 x2 y2 z2``, where the beads at the minus and the plus end are tied to, in nm. An end
with a coordinate of 0 is not pinned. A line with ``#`` anywhere is a comment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .diagnostics import Report, quote
from .values import parse_number

_FORM = "FILAMENT id: x1 y1 z1 x2 y2 z2 (nm)"
Point = tuple[float, float, float]


@dataclass(frozen=True)
class PinLine:
    """Where the ends of a filament are tied to (nm), None for one that is free."""

    filament: int
    minus: Point | None
    plus: Point | None
    line: int


def read_pins(text: str, file: str, report: Report) -> tuple[PinLine, ...]:
    """Pins of a file; what is wrong with a line goes to ``report``."""
    pins: dict[int, PinLine] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        words = [] if "#" in line else line.split()
        if not words:
            continue
        pin = _pin(words, number, file, report)
        if pin is None:
            continue
        if pin.filament in pins:
            message = f"the same filament as in line {pins[pin.filament].line}"
            report.error(file, number, "FILAMENT", message, found=str(pin.filament))
        pins[pin.filament] = pin
    return tuple(pins.values())


def _pin(words: list[str], line: int, file: str, report: Report) -> PinLine | None:
    if len(words) != 8 or words[0] != "FILAMENT":
        found = quote(words[0]) if words[0] != "FILAMENT" else f"{len(words)} words"
        report.error(file, line, "FILAMENT", found=found, allowed=_FORM)
        return None
    values = [parse_number(word) for word in (words[1].removesuffix(":"), *words[2:])]
    for word, value in zip(words[1:], values, strict=True):
        if value is None:
            report.error(file, line, "FILAMENT", found=quote(word), allowed=_FORM)
            return None
    if not values[0].is_integer() or values[0] < 0:
        report.error(file, line, "FILAMENT", found=quote(words[1]), allowed="the id of a filament, a whole number")
        return None
    ends = [tuple(values[first : first + 3]) for first in (1, 4)]
    minus, plus = (None if 0.0 in end else end for end in ends)
    return PinLine(int(values[0]), minus, plus, line)


def check_pins(pins: tuple[PinLine, ...], file: str, filaments: Collection[int], report: Report) -> None:
    """Whether all pins of a file are of ``filaments``, the ids in a restart dump."""
    for pin in pins:
        if pin.filament not in filaments:
            message = "the restart dump has no such filament"
            report.error(file, pin.line, "FILAMENT", message, found=str(pin.filament))
