"""Restart dumps of MEDYAN 5.4 (``datadump.traj``): the network and the copy numbers at one moment, as text.

Sections begin with a line of capitals and consist of one line per object (MEDYAN documentation, "Output files"). What
such a dump lacks: kinds of inner monomers, random stream, pins, sums of free energy, positions of moving walls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .diagnostics import Report, quote
from .pin_file import PinLine

SECTIONS = ("NFIL", "BEAD", "CYLINDER", "FILAMENT", "LINKER", "MOTOR", "BRANCHING", "COMPARTMENT", "BULKSPECIES")
_IGNORED = ("TALLY", "ENERGYDATA", "MINUSENDPOLYMERIZATIONREACTIONS")
_COUNTED = ("FILAMENT", "CYLINDER", "BEAD", "LINKER", "MOTOR", "BRANCHING")


@dataclass(frozen=True)
class DumpRow:
    """A line of a dump: its number, and its values by name."""

    line: int
    values: Mapping[str, float | int | str | tuple]

    def __getitem__(self, name: str):
        return self.values[name]


@dataclass(frozen=True, eq=False)
class Dump:
    """What a restart dump holds: time (s), and the lines of each section; lengths in nm, indices and names as there.

    A dump does not tell where bubbles are; ``bubbles`` has their centres (nm) where another source does, else None.
    ``pins`` are those of the file beside it that PINRESTARTFILE names, if there is one.
    """

    file: str
    time: float
    rows: dict[str, list[DumpRow]] = field(default_factory=lambda: {name: [] for name in SECTIONS})
    bubbles: tuple[tuple[float, float, float], ...] | None = None
    pins: tuple[PinLine, ...] = ()


class _Bad(ValueError):
    """A word is not what it should be: (name of the value, found, allowed)."""


def _whole(text: str) -> int:
    value = _number(text)
    if value != int(value) or abs(value) > 2**53:
        raise ValueError("a whole number")
    return int(value)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("a number")
    return value


_Column = tuple[str, Callable[[str], object]]
_BOND: tuple[_Column, ...] = (
    ("id", _whole),
    ("type", _whole),
    ("first", _whole),
    ("second", _whole),
    ("first_slot", _whole),
    ("second_slot", _whole),
    ("rest_length", _number),
    ("species", str),
)
_COLUMNS: dict[str, tuple[_Column, ...]] = {
    "BEAD": (("index", _whole), ("filament", _whole), ("position", _whole), *((axis, _number) for axis in "xyz")),
    "CYLINDER": (
        ("index", _whole),
        ("filament", _whole),
        ("type", _whole),
        ("position", _whole),
        ("minus_bead", _whole),
        ("plus_bead", _whole),
        ("is_minus_end", _whole),
        ("is_plus_end", _whole),
        ("minus_kind", _whole),
        ("plus_kind", _whole),
        ("first_slot", _whole),
        ("last_slot", _whole),
        ("monomers", _whole),
        ("rest_length", _number),
    ),
    "FILAMENT": (("id", _whole), ("type", _whole)),
    "LINKER": _BOND,
    "MOTOR": _BOND,
    "BRANCHING": (*_BOND[:5], ("rest_length", _number), ("species", str)),
    "COMPARTMENT": (("index", _whole),),
    "BULKSPECIES": (),
}


def read_dump(text: str, file: str, report: Report) -> Dump | None:
    """A dump, or None and errors in ``report``: lines that are too short, words that are no numbers, wrong counts."""
    lines = [(number, line.split()) for number, line in enumerate(text.split("\n"), 1) if "#" not in line]
    lines = [(number, words) for number, words in lines if words]
    before = len(report.errors)
    dump, section = Dump(file, _time(lines, file, report)), None
    for number, words in lines[1:]:
        head = words[0].rstrip(":")
        if head in SECTIONS and (head == "NFIL" or ":" in " ".join(words[:2])):
            section = head
        elif head in _IGNORED:
            section = None
        elif section is not None:
            try:
                dump.rows[section].append(DumpRow(number, _values(section, words)))
            except _Bad as bad:
                name, found, allowed = bad.args
                report.error(file, number, section, name, found=found, allowed=allowed)
    if not report.errors[before:]:
        _check_counts(dump, report)
    return None if report.errors[before:] else dump


def _time(lines: list[tuple[int, list[str]]], file: str, report: Report) -> float:
    try:
        _, time = map(_number, lines[0][1])
        if time >= 0:
            return time
    except (IndexError, ValueError):
        pass
    line = lines[0][0] if lines else None
    report.error(file, line, "", "this is no restart dump", allowed="a first line '0 time' (s)")
    return 0.0


def _values(section: str, words: list[str]) -> dict:
    if section == "NFIL":
        return {"counts": tuple(_read("counts", _whole, word) for word in words)}
    columns = _COLUMNS[section]
    if len(words) < len(columns):
        raise _Bad("the line is too short", f"{len(words)} values", f"{len(columns)}")
    values = {name: _read(name, read, word) for (name, read), word in zip(columns, words, strict=False)}
    rest = words[len(columns) :]
    if section == "FILAMENT":
        values["cylinders"] = tuple(_read("cylinders", _whole, word) for word in rest)
    elif section in ("COMPARTMENT", "BULKSPECIES"):
        if len(rest) % 2:
            raise _Bad("a number of copies is missing", f"{len(rest)} words", "pairs of a species and its number")
        values["copies"] = {name: _read(name, _whole, n) for name, n in zip(rest[::2], rest[1::2], strict=True)}
    elif section == "MOTOR":
        values["heads"] = _read("heads", _whole, rest[0]) if rest else 0
        values["bound_heads"] = _read("bound heads", _number, rest[1]) if len(rest) > 1 else 0.0
    return values


def _read(name: str, read: Callable[[str], object], word: str):
    try:
        return read(word)
    except ValueError as error:
        raise _Bad(name, quote(word), str(error)) from None


def _check_counts(dump: Dump, report: Report) -> None:
    counted = dump.rows["NFIL"]
    if len(counted) != 1 or len(counted[0]["counts"]) < len(_COUNTED):
        report.error(dump.file, None, "NFIL", "not one line of counts", allowed="NFIL NCYL NBEAD NLINK NMOTOR NBRANCH")
        return
    for name, expected in zip(_COUNTED, counted[0]["counts"], strict=False):
        if len(dump.rows[name]) != expected:
            message = f"{len(dump.rows[name])} lines of {name} DATA: the file is cut short or was changed"
            report.error(dump.file, counted[0].line, name, message, allowed=str(expected))
    for name in ("BEAD", "CYLINDER"):
        indices = sorted(row["index"] for row in dump.rows[name])
        if indices != list(range(len(indices))):
            report.error(dump.file, None, name, "indices are not 0, 1, 2 …, each once")
