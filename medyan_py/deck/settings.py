"""Expressions of the system deck → values per keyword, by the rules of the keyword's row."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Report, closest, quote
from .grammar import Group, Word
from .keys import UnknownWords, split_key
from .row import Keyword, Property, Repetition
from .table_forces import STRONGEST
from .table_run import PROTOCOLS
from .tables import KEYWORDS, OBSOLETE
from .values import BadValue, ValueType


@dataclass(frozen=True)
class Entry:
    """One line of a keyword whose every line adds an entry.

    `values` are the words of the line (for groups: the name, if any), `properties` the values of a group by name.
    """

    line: int
    values: tuple
    properties: dict[str, object]


class Settings:
    """What a system deck says.

    `settings[name]` is the value, or the default of the keyword's row; `lines` tells where it was said; `invalid` holds
    the keywords with an error of their own, about which later checks keep silent.
    """

    def __init__(self, file: str):
        self.file = file
        self.values: dict[str, object] = {}
        self.lines: dict[str, int] = {}
        self.invalid: set[str] = set()

    def __getitem__(self, name: str):
        return self.values[name] if name in self.values else KEYWORDS[name].default

    def sound(self, *names: str) -> bool:
        """Whether none of the keywords has an error of its own."""
        return self.invalid.isdisjoint(names)

    def entries(self, name: str) -> list[Entry]:
        return self.values.get(name, [])


def read_settings(groups: list[Group], file: str, report: Report, directives: tuple[str, ...] = ()) -> Settings:
    """Settings of a parsed system deck. `directives` are the words of the chemistry deck, for better warnings."""
    settings = Settings(file)
    reader = _Reader(settings, report, directives)
    for group in groups:
        reader.take(group)
    return settings


def _takes_colon(name: str) -> bool | None:
    if name in KEYWORDS:
        return KEYWORDS[name].takes_colon
    return True if name in OBSOLETE else None


class _Reader:
    def __init__(self, settings: Settings, report: Report, directives: tuple[str, ...]):
        self._settings = settings
        self._report = report
        self._file = settings.file
        self._unknown = UnknownWords(self._file, report, tuple(KEYWORDS), directives, "chemistry deck")

    def take(self, group: Group) -> None:
        split = split_key(group, self._file, self._report, _takes_colon)
        if split is None:
            return
        key, name, values = split
        if name in OBSOLETE:
            instead, message = OBSOLETE[name]
            self._report.warning(self._file, key.line, name, message, suggestion=repr(instead) if instead else "")
        elif name not in KEYWORDS:
            self._unknown.warn(key)
        elif KEYWORDS[name].repetition is Repetition.GROUP:
            self._group(KEYWORDS[name], key.line, values)
        else:
            self._plain(KEYWORDS[name], key.line, values)

    # --- keywords with words as values

    def _plain(self, row: Keyword, line: int, values: tuple[Word | Group, ...]) -> None:
        for value in values:
            if isinstance(value, Group):
                self._error(row, value.line, "a list is not allowed here", allowed=row.type.describe())
                return
        if row.name == "SPECIALPROTOCOL":
            self._protocol(row, line, values)
            return
        {
            Repetition.OPTIONAL: self._single,
            Repetition.ONE: self._single,
            Repetition.LENIENT: self._single,
            Repetition.REPLACE: self._list,
            Repetition.APPEND: self._list,
            Repetition.FIXED: self._fixed,
            Repetition.EACH: self._each,
        }[row.repetition](row, line, values)

    def _single(self, row: Keyword, line: int, values: tuple[Word, ...]) -> None:
        if not values and row.repetition is not Repetition.ONE:
            return
        if len(values) != 1:
            if row.repetition is Repetition.LENIENT:
                self._report.warning(
                    self._file, line, row.name, "the line is ignored", found=_several(values), allowed="one value"
                )
            else:
                allowed = f"one value: {row.type.describe()}"
                self._error(row, line, found=_several(values), allowed=allowed)
            return
        if row.type.kind == "switch" and values[0].text.upper() not in ("ON", "OFF"):
            on = row.default  # EIGENTRACKING is on unless OFF, the others are off unless ON
            self._report.warning(
                self._file,
                values[0].line,
                row.name,
                f"taken as {'ON' if on else 'OFF'}",
                found=quote(values[0].text),
                allowed=row.type.describe(),
            )
            self._set(row, line, on)
            return
        converted = self._convert(row, row.type, values)
        if converted is not None:
            self._set(row, line, converted[0])

    def _list(self, row: Keyword, line: int, values: tuple[Word, ...]) -> None:
        appends = row.repetition is Repetition.APPEND
        if appends and not values:
            return
        converted = self._convert(row, row.type, values)
        if converted is None:
            return
        if appends and row.name in self._settings.values:
            first = self._settings.lines[row.name]
            self._report.warning(
                self._file,
                line,
                row.name,
                f"the values are appended to those of line {first}, they do not replace them",
            )
            converted = (*self._settings.values[row.name], *converted)
        self._set(row, line, converted)

    def _fixed(self, row: Keyword, line: int, values: tuple[Word, ...]) -> None:
        if len(values) not in row.count:
            allowed = f"{_numbers(row.count)}: {row.type.describe()}"
            self._error(row, line, found=_several(values), allowed=allowed)
            return
        if row.name == "TRANSFERSHAREAXIS":
            values = values[-1:]
        converted = self._convert(row, row.type, values)
        if converted is not None:
            self._set(row, line, converted)

    def _each(self, row: Keyword, line: int, values: tuple[Word, ...]) -> None:
        if len(values) not in row.count:
            self._error(row, line, found=_several(values), allowed=_numbers(row.count))
            return
        converted = self._convert(row, row.type, values)
        if converted is None:
            return
        if row.name == "curvature-mismatch":
            constants = self._convert(row, ValueType("float", signed=False), values[1:])
            if constants is None:
                return
            converted = (converted[0], *constants)
        self._add(row, Entry(line, converted, {}))

    def _protocol(self, row: Keyword, line: int, values: tuple[Word, ...]) -> None:
        if not values:
            return
        name, arguments = values[0].text, values[1:]
        if name == "TRANSFERSHAREAXIS":  # the form of older decks
            self._fixed(KEYWORDS["TRANSFERSHAREAXIS"], line, arguments)
            return
        if name not in PROTOCOLS:
            self._error(
                row,
                values[0].line,
                found=quote(name),
                allowed=", ".join(PROTOCOLS),
                suggestion=closest(name, PROTOCOLS),
            )
            return
        units = PROTOCOLS[name]
        if len(arguments) != len(units):
            allowed = _numbers((len(units),))
            self._error(row, line, f"{name} takes {allowed}", found=_several(arguments))
            return
        numbers = []
        for word, unit in zip(arguments, units, strict=True):
            most = STRONGEST if unit == "pN/nm" else None
            number = self._convert(row, ValueType("float", unit, most=most, signed=name.isupper()), (word,))
            if number is None:
                return
            numbers += number
        self._add(row, Entry(line, (name, *numbers), {}))

    # --- groups

    def _group(self, row: Keyword, line: int, values: tuple[Word | Group, ...]) -> None:
        names = [value for value in values if isinstance(value, Word)]
        wanted = 1 if row.named else 0
        if len(names) != wanted or (wanted and not isinstance(values[0], Word)):
            what = f"the name of {row.named}, then (property value …)" if wanted else "(property value …)"
            self._error(row, line, found=_several(names, "word"), allowed=what)
            return
        properties: dict[str, object] = {}
        good = True
        for value in values[wanted:]:
            good = self._property(row, value, properties) and good
        if not good:
            return
        name = tuple(word.text for word in names)
        if row.name == "membrane" and any(entry.values == name for entry in self._settings.entries(row.name)):
            self._error(row, line, f"the profile {quote(name[0])} is defined twice")
            return
        self._add(row, Entry(line, name, properties))

    def _property(self, row: Keyword, group: Group, properties: dict[str, object]) -> bool:
        known = {entry.name: entry for entry in row.properties}
        items = group.items
        if not items or not all(isinstance(item, Word) for item in items):
            self._error(row, group.line, "a nested list here must be (property value …)", allowed=", ".join(known))
            return False
        name, words = items[0].text, items[1:]
        if name not in known:
            self._error(
                row,
                group.line,
                "unknown property",
                found=quote(name),
                allowed=", ".join(known),
                suggestion=closest(name, known),
            )
            return False
        entry: Property = known[name]
        if len(words) not in entry.count:
            self._error(row, group.line, name, found=_several(words), allowed=_numbers(entry.count))
            return False
        converted = self._convert(row, entry.type, words, name)
        if converted is None:
            return False
        if entry.repeated:
            properties[name] = (*properties.get(name, ()), converted)
        else:
            properties[name] = converted[0] if entry.count == (1,) else converted
        return True

    # --- shared

    def _convert(self, row: Keyword, kind: ValueType, words: tuple[Word, ...], what: str = "") -> tuple | None:
        """Values of the words, those of ``what``; None when one of them is bad (each bad word is reported)."""
        values = []
        for word in words:
            try:
                values.append(kind.read(word.text))
            except BadValue as bad:
                self._error(row, word.line, what, found=bad.found, allowed=bad.allowed, suggestion=bad.suggestion)
        return tuple(values) if len(values) == len(words) else None

    def _error(self, row: Keyword, line: int, message: str = "", **more: str) -> None:
        self._settings.invalid.add(row.name)
        self._report.error(self._file, line, row.name, message, **more)

    def _set(self, row: Keyword, line: int, value: object) -> None:
        before = self._settings.values.get(row.name, value)
        if row.repetition is not Repetition.APPEND and before not in (value, ()):
            message = f"takes the place of the value in line {self._settings.lines[row.name]}"
            self._report.warning(self._file, line, row.name, message)
        self._settings.values[row.name] = value
        self._settings.lines[row.name] = line

    def _add(self, row: Keyword, entry: Entry) -> None:
        self._settings.values.setdefault(row.name, []).append(entry)
        self._settings.lines[row.name] = entry.line


def _several(words, noun: str = "value") -> str:
    if not words:
        return f"no {noun}"
    return f"1 {noun}" if len(words) == 1 else f"{len(words)} {noun}s"


def _numbers(counts: tuple[int, ...]) -> str:
    text = " or ".join(str(count) for count in counts)
    return f"{text} value" if counts == (1,) else f"{text} values"
