"""Expressions of the chemistry deck → statements: the fields of each directive, matched against its form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from .chemistry_table import DIRECTIVES, SCALARS, Directive
from .diagnostics import Report, closest, quote
from .grammar import Group, Word
from .keys import UnknownWords, split_key
from .model import FreeEnergy
from .tables import OBSOLETE
from .values import BadValue, ValueType, parse_number

_ARROWS = ("->", "<->")
_LITERALS = ("+", *_ARROWS)
_SUFFIX = re.compile(r"\d+|N|N\+1", re.ASCII)


@dataclass(frozen=True)
class Reference:
    """`NAME:KIND` or `NAME:KIND:SUFFIX` in a reaction."""

    name: str
    kind: str
    suffix: str
    line: int


@dataclass(frozen=True)
class Statement:
    """One good line: `fields` by the labels of the directive's form, and the free energy before them."""

    directive: Directive
    line: int
    fields: dict[str, object]
    free_energy: FreeEnergy | None = None


@dataclass
class ChemistryLines:
    """All statements of a chemistry deck in order.

    `attempts` counts lines per directive, bad ones included, and `flawed_names` holds the species that a bad line meant
    to declare: so that one mistake is reported once and not again wherever the species is used. `flawed` are the bad
    lines with those of their fields that could be read, which may be wrong in other ways.
    """

    file: str
    statements: list[Statement]
    attempts: dict[str, int]
    flawed_names: set[str]
    lines: dict[str, int]
    flawed: list[Statement] = field(default_factory=list)
    _reactions: dict[tuple[str, ...], int] = field(default_factory=dict)

    def warn_if_again(self, directive: Directive, line: int, words: tuple[Word, ...], report: Report) -> None:
        """Warn of a reaction that is in the deck already. Those of bonds may be alike: their mechanics differ."""
        name = directive.name
        if directive.declares or name.endswith("SITE") or name in ("LINKERREACTION", "MOTORREACTION"):
            return
        first = self._reactions.setdefault((name, *(word.text for word in words)), line)
        if first != line:
            message = f"the same reaction as in line {first}: it goes on twice as often as each says"
            report.warning(self.file, line, name, message)

    def of(self, name: str) -> list[Statement]:
        return [statement for statement in self.statements if statement.directive.name == name]


class _Mismatch(Exception):
    """Why a line does not match its form. `all` holds this mistake, or all those of a line that has several.

    `shifted` tells that a '+' or an arrow is not in its place, `fields` holds what could be read besides.
    """

    def __init__(self, line: int, message: str = "", *, shifted: bool = False, **more: str):
        super().__init__(message)
        self.shifted = shifted
        self.line = line
        self.message = message
        self.more = more
        self.all: list[_Mismatch] = [self]
        self.fields: dict[str, object] = {}


def read_lines(
    groups: list[Group], file: str, report: Report, tracked: bool, keywords: tuple[str, ...] = ()
) -> ChemistryLines:
    """Statements of a parsed chemistry deck.

    `tracked` tells whether dissipation is tracked, which adds a value to some directives; `keywords` are the words of
    the system deck, for better warnings.
    """
    lines = ChemistryLines(file, [], {}, set(), {})
    unknown = UnknownWords(file, report, tuple(DIRECTIVES), keywords, "system deck")
    for group in groups:
        split = split_key(group, file, report, _takes_colon)
        if split is None:
            continue
        key, name, values = split
        if name in OBSOLETE:
            report.warning(file, key.line, name, OBSOLETE[name][1])
        elif name not in DIRECTIVES:
            unknown.warn(key)
        else:
            _take(DIRECTIVES[name], key.line, values, lines, report, tracked)
    return lines


def _takes_colon(name: str) -> bool | None:
    if name in DIRECTIVES:
        return DIRECTIVES[name].takes_colon
    return True if name in OBSOLETE else None


def _take(directive: Directive, line: int, values, lines: ChemistryLines, report: Report, tracked: bool) -> None:
    lines.attempts[directive.name] = lines.attempts.get(directive.name, 0) + 1
    lines.lines[directive.name] = line
    try:
        for value in values:
            if isinstance(value, Group):
                raise _Mismatch(value.line, "a list is not allowed here")
        words, free_energy = _split_prefix(directive, values, tracked)
        lines.statements.append(Statement(directive, line, _match(directive, line, words), free_energy))
        lines.warn_if_again(directive, line, words, report)
        if tracked and directive.prefix_optional and free_energy is None:
            report.warning(lines.file, line, directive.name, "without DELTAG:ID it is not in the books of free energy")
    except _Mismatch as mismatch:
        for problem in mismatch.all:
            report.error(lines.file, problem.line, directive.name, problem.message, **problem.more)
        lines.flawed.append(Statement(directive, line, mismatch.fields))
        if directive.declares and values and isinstance(values[0], Word):
            lines.flawed_names.add(values[0].text)


def _split_prefix(
    directive: Directive, words: tuple[Word, ...], tracked: bool
) -> tuple[tuple[Word, ...], FreeEnergy | None]:
    """The words of a line, and the `DELTAG:ID` before them that book-keeping of free energy needs."""
    if not directive.prefix or not words:
        return words, None
    first = words[0]
    number, colon, name = first.text.partition(":")
    value = parse_number(number)
    if not tracked:
        if colon and value is not None:
            raise _Mismatch(
                first.line,
                "a free energy belongs here only when DISSIPATIONTRACKING is ON",
                found=quote(first.text),
            )
        return words, None
    if directive.prefix_optional and not colon:
        return words, None
    if value is None or not (colon or _stands_alone(directive, words)):
        raise _Mismatch(first.line, "DISSIPATIONTRACKING is ON", found=quote(first.text), allowed=_PREFIX)
    if not math.isfinite(value) or (name and not good_name(name)):
        raise _Mismatch(first.line, found=quote(first.text), allowed=_PREFIX)
    if directive.name == "MOTORREACTION" and not value > 1:
        allowed = "RATIO:ID with a ratio > 1, (ON + OFF) / OFF of one head"
        raise _Mismatch(first.line, found=quote(first.text), allowed=allowed)
    return words[1:], FreeEnergy(value, name or "NA")


_PREFIX = "DELTAG:ID (kT) before the other values, such as -7.451:R1"


def _stands_alone(directive: Directive, words: tuple[Word, ...]) -> bool:
    """Whether a number without colon is a free energy without ID, and not the filament type that other lines begin
    with."""
    if directive.name == "GENREACTION":
        return True
    return len(words) > 1 and parse_number(words[1].text) is not None


def _match(directive: Directive, line: int, words: tuple[Word, ...]) -> dict[str, object]:
    if "*" in directive.forms[0]:
        return _match_open(directive.forms[0].split(), line, words)
    forms = [form.split() for form in directive.forms]
    for form in forms:
        if len(form) == len(words):
            return _match_fixed(form, words)
    raise _Mismatch(
        line,
        found=f"{len(words)} value{'' if len(words) == 1 else 's'}",
        allowed=" or ".join(spell(form) for form in directive.forms),
    )


def _match_fixed(form: list[str], words: tuple[Word, ...]) -> dict[str, object]:
    fields: dict[str, object] = {}
    _try_all((partial(_match_item, item, word, fields) for item, word in zip(form, words, strict=True)), fields)
    return fields


def _try_all(attempts: Iterable[Callable[[], None]], fields: dict[str, object]) -> None:
    """Make all attempts, and raise their mistakes together, with the `fields` that the others have filled.

    Where a '+' or an arrow is not in its place, the words are probably shifted, and that alone is told.
    """
    mistakes: list[_Mismatch] = []
    for attempt in attempts:
        try:
            attempt()
        except _Mismatch as mistake:
            if mistake.shifted:
                raise
            mistakes += mistake.all
    if mistakes:
        mistakes[0].all, mistakes[0].fields = mistakes, fields
        raise mistakes[0]


def _match_open(form: list[str], line: int, words: tuple[Word, ...]) -> dict[str, object]:
    """Fields of a form with a starred item on each side of its arrow."""
    arrow = next(item for item in form if item in _ARROWS)
    places = [i for i, word in enumerate(words) if word.text == arrow]
    if len(places) != 1:
        raise _Mismatch(line, found=f"{len(places)} times '{arrow}'", allowed=spell(" ".join(form)))
    fields: dict[str, object] = {}

    def side(items: list[str], part: tuple[Word, ...]) -> None:
        star = next(i for i, item in enumerate(items) if item.startswith("*"))
        before, after = items[:star], items[star + 1 :]
        if len(part) < len(before) + len(after):
            raise _Mismatch(line, "values are missing", allowed=spell(" ".join(form)))
        inner = part[len(before) : len(part) - len(after)]
        fixed = [*zip(before, part, strict=False), *zip(after, part[len(part) - len(after) :], strict=True)]
        fields[re.split("[:=]", items[star][1:])[0]] = _starred(items[star][1:], inner, fixed, fields)

    cut = form.index(arrow)
    left, right = words[: places[0]], words[places[0] + 1 :]
    _try_all([partial(side, form[:cut], left), partial(side, form[cut + 1 :], right)], fields)
    return fields


def _starred(item: str, words: tuple[Word, ...], fixed: list[tuple[str, Word]], fields: dict[str, object]) -> tuple:
    """Values of a starred item, after those of the items beside it, `fixed`, were put into `fields`."""
    label, colon, _ = item.partition(":")
    beside = [partial(_match_item, name, word, fields) for name, word in fixed]
    if not colon:
        _try_all(beside, fields)
        return tuple(word.text for word in words)
    entries: list[dict[str, object]] = [{} for _ in words[::2]]
    each = [partial(_match_item, "+" if i % 2 else item, word, entries[i // 2]) for i, word in enumerate(words)]
    try:
        _try_all(beside + each, fields)
    finally:
        fields[label] = tuple(entry[label] for entry in entries if entry)
    if words and len(words) % 2 == 0:
        raise _Mismatch(words[-1].line, "a species is missing after '+'")
    return tuple(entry[label] for entry in entries)


def _match_item(item: str, word: Word, fields: dict[str, object]) -> None:
    if item in _LITERALS:
        if word.text != item:
            raise _Mismatch(word.line, found=quote(word.text), allowed=f"'{item}'", shifted=True)
    elif ":" in item:
        label, _, kinds = item.partition(":")
        fields[label] = _reference(word, kinds.split("|"))
    else:
        label, _, kind = item.partition("=")
        fields[label] = _scalar(word, kind)


def _scalar(word: Word, kind: str) -> object:
    scalar = SCALARS.get(kind) or ValueType("choice", choices=tuple(kind.split("|")))
    try:
        value = scalar.read(word.text)
    except BadValue as bad:
        raise _Mismatch(word.line, found=bad.found, allowed=bad.allowed, suggestion=bad.suggestion) from None
    if kind == "name" and not good_name(word.text):
        raise _Mismatch(word.line, found=quote(word.text), allowed="a name without blanks, ':' and control characters")
    return value


def good_name(text: str) -> bool:
    """Whether a species can have this name: output files separate names by blanks and colons."""
    return bool(text) and text.isprintable() and not any(c.isspace() or c == ":" for c in text)


def _reference(word: Word, kinds: list[str]) -> Reference:
    allowed = " or ".join(f"NAME:{kind}" for kind in kinds)
    name, _, rest = word.text.partition(":")
    kind, colon, suffix = rest.partition(":")
    if not name or kind not in kinds:
        near = closest(kind, kinds)
        suggestion = quote(f"{name}:{near[1:-1]}") if name and near else ""
        raise _Mismatch(word.line, found=quote(word.text), allowed=allowed, suggestion=suggestion)
    if colon and not _SUFFIX.fullmatch(suffix):
        raise _Mismatch(word.line, found=quote(word.text), allowed=f"{allowed}, with :1, :2, :N or :N+1 after it")
    return Reference(name, kind, suffix, word.line)


def spell(form: str) -> str:
    """A form as a user would write it."""
    out = []
    for item in form.split():
        body = item.removeprefix("*")
        if item in _LITERALS:
            out.append(item)
            continue
        label, colon, kinds = body.partition(":")
        if colon:
            text = f"NAME:{kinds}"
        else:
            label, _, kind = body.partition("=")
            text = label.upper() if kind in SCALARS else kind
        out.append(f"{text} {'+ ' if colon else ''}…" if item != body else text)
    return " ".join(out)
