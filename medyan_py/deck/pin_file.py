"""The pin file of a restart: where the first and last beads of filaments are held."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Report, quote
from .values import parse_number

_Place = tuple[float, float, float]
_FORM = "FILAMENT id: x y z x y z (nm; minus end, plus end)"


@dataclass(frozen=True)
class PinLine:
    """Where the minus and the plus end of the filament with this id are pinned (nm), None for ends that are not."""

    filament: int
    minus: _Place | None
    plus: _Place | None
    line: int


def read_pins(text: str, file: str, report: Report) -> tuple[PinLine, ...]:
    """Pins of a pin file in order; errors go to ``report``.

    Line based: ``FILAMENT id: x1 y1 z1 x2 y2 z2``. An end with a coordinate of 0 is not pinned. A line with ``#`` is a
    comment.
    """
    pins: dict[int, PinLine] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if "#" in line or not words:
            continue
        pin = _pin(words, number, file, report)
        if pin is not None and pin.filament in pins:
            report.error(file, number, "", f"filament {pin.filament} is in line {pins[pin.filament].line} already")
        elif pin is not None:
            pins[pin.filament] = pin
    return tuple(pins.values())


def _pin(words: list[str], line: int, file: str, report: Report) -> PinLine | None:
    if len(words) != 8 or words[0] != "FILAMENT":
        found = f"{len(words)} words" if words[0] == "FILAMENT" else quote(words[0])
        report.error(file, line, "", "this is no line of a pin file", found=found, allowed=_FORM)
        return None
    ident = words[1].removesuffix(":")
    if not (ident.isascii() and ident.isdigit() and len(ident) < 10):
        report.error(file, line, "", "no id of a filament", found=quote(words[1]), allowed="a whole number ≥ 0")
        return None
    numbers = [parse_number(word) for word in words[2:]]
    for word, value in zip(words[2:], numbers, strict=True):
        if value is None:
            report.error(file, line, "", found=quote(word), allowed="a number (nm)")
            return None
    minus, plus = tuple(numbers[:3]), tuple(numbers[3:])
    return PinLine(int(ident), minus if all(minus) else None, plus if all(plus) else None, line)
