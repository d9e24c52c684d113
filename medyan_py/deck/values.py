"""Words → numbers, names and switches, strictly: junk is an error, never a silent zero."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .diagnostics import closest, quote

MAX_INT = 2**31 - 1
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class BadValue(Exception):
    """A word that is not a value of its type; caught by the readers, which know file, line and keyword."""

    def __init__(self, found: str, allowed: str, suggestion: str = ""):
        super().__init__(found)
        self.found = found
        self.allowed = allowed
        self.suggestion = suggestion


@dataclass(frozen=True)
class ValueType:
    """What one value of a keyword may be.

    Attributes
    ----------
    kind : 'int', 'float', 'bool' (true/false), 'switch' (ON/OFF), 'choice', 'word' or 'path'
    unit : str
        Unit of a number, empty for pure numbers and words.
    above, least, most : float or None
        Value must be > above, ≥ least, ≤ most.
    choices : tuple of str
        Spellings allowed for 'choice'.
    signed : bool
        Whether a leading + is understood (the lower-case keywords do not take one).
    """

    kind: str
    unit: str = ""
    above: float | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    signed: bool = True

    def describe(self) -> str:
        """What is allowed, as a phrase for error texts and the reference page."""
        if self.kind == "choice":
            return ", ".join(choice if choice else '""' for choice in self.choices)
        if self.kind == "bool":
            return "true, false"
        if self.kind == "switch":
            return "ON, OFF"
        if self.kind == "path":
            return "a file name"
        if self.kind == "word":
            return "a word"
        limits = [
            f"{sign} {limit:g}"
            for sign, limit in ((">", self.above), ("≥", self.least), ("≤", self.most))
            if limit is not None
        ]
        noun = "a whole number" if self.kind == "int" else "a number"
        text = " ".join([noun, " and ".join(limits)]).rstrip()
        return f"{text} ({self.unit})" if self.unit else text

    def read(self, text: str) -> int | float | bool | str:
        """The value of a word; :class:`BadValue` when it is none."""
        if self.kind in ("int", "float"):
            return self._number(text)
        if self.kind == "bool":
            if text not in ("true", "false"):
                raise BadValue(quote(text), self.describe())
            return text == "true"
        if self.kind == "switch":
            return text.upper() == "ON"
        if self.kind == "choice" and text not in self.choices:
            raise BadValue(quote(text), self.describe(), closest(text, self.choices))
        if self.kind == "path" and ("\0" in text or not text):
            raise BadValue(quote(text), self.describe())
        return text

    def _number(self, text: str) -> int | float:
        value = parse_number(text) if self.signed or not text.startswith("+") else None
        if value is None or not self._within(value):
            raise BadValue(quote(text), self.describe())
        if self.kind == "float":
            return value
        if not value.is_integer():
            raise BadValue(quote(text), self.describe())
        if self.most is None and abs(value) > MAX_INT:
            raise BadValue(quote(text), f"{self.describe()}, at most {MAX_INT}")
        return int(value)

    def _within(self, value: float) -> bool:
        return not (
            (self.above is not None and value <= self.above)
            or (self.least is not None and value < self.least)
            or (self.most is not None and value > self.most)
        )


def parse_number(text: str) -> float | None:
    """The finite number that the whole word spells, or None."""
    if len(text) > 400 or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None
