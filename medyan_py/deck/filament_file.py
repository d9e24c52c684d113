"""Initial filaments from a file.

Line based: ``FILAMENT type x1 y1 z1 x2 y2 z2 [x3 y3 z3 …]``, coordinates in nm.
A line with ``#`` anywhere is a comment.
"""

from __future__ import annotations

import math

import numpy as np

from .diagnostics import Report, quote
from .model import FilamentLine
from .values import MAX_INT, parse_number

_BLANKS = " \t\r\f\v"
_COINCIDE = 1e-6  # nm; a direction must follow from two points
_FORM = "FILAMENT type x1 y1 z1 x2 y2 z2 [x3 y3 z3 …] (nm)"


def read_filaments(text: str, file: str, report: Report, n_types: int) -> tuple[FilamentLine, ...]:
    """Filaments of a filament file in order; errors and ignored lines go to `report`.

    `n_types` is the number of filament types.
    """
    filaments = []
    for number, line in enumerate(text.split("\n"), start=1):
        if "#" in line:
            continue
        words = line.translate(str.maketrans(_BLANKS, " " * len(_BLANKS))).split(" ")
        words = [word for word in words if word]
        if not words:
            continue
        if words[0] != "FILAMENT":
            report.warning(file, number, "", "the line is ignored", found=quote(words[0]), allowed=_FORM)
            continue
        filament = _filament(words[1:], number, file, report, n_types)
        if filament is not None:
            filaments.append(filament)
    return tuple(filaments)


def _filament(words: list[str], line: int, file: str, report: Report, n_types: int) -> FilamentLine | None:
    if len(words) < 7:
        report.error(file, line, "FILAMENT", found=f"{len(words)} values", allowed=_FORM)
        return None
    numbers = [parse_number(word) for word in words]
    bad = [word for word, value in zip(words, numbers, strict=True) if value is None]
    if bad:
        report.error(file, line, "FILAMENT", found=quote(bad[0]), allowed="numbers")
        return None
    ftype = numbers[0]
    if not ftype.is_integer() or not 0 <= ftype < min(n_types, MAX_INT):
        report.error(
            file, line, "FILAMENT", "no such filament type", found=quote(words[0]), allowed=f"0 … {n_types - 1}"
        )
        return None
    if len(numbers) % 3 != 1:
        found = f"{len(numbers) - 1} coordinates"
        report.error(file, line, "FILAMENT", found=found, allowed="3 coordinates for each point")
        return None
    points = np.array(numbers[1:], dtype=np.float64).reshape(-1, 3)
    if any(math.dist(a, b) < _COINCIDE for a, b in zip(points[1:], points[:-1], strict=True)):
        report.error(file, line, "FILAMENT", "two consecutive points coincide")
        return None
    points.flags.writeable = False
    return FilamentLine(int(ftype), points, line)
