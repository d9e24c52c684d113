"""Decks rewritten in one form: every keyword with its value, in the order of the reference, without comments.

Reading a normalised deck gives the same deck. The form is that of MEDYAN 5.4: sections that begin with a comment line,
one ``(KEYWORD value …)`` per line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from .chemistry_table import DIRECTIVES
from .grammar import Group, Word, parse
from .keys import split_key
from .reader import read_deck
from .row import Keyword, Repetition
from .settings import Settings, read_settings
from .tables import SECTIONS

_NEEDS_QUOTES = re.compile(r'[\s#;()"]')


def normalised_deck(
    system_path: str | os.PathLike, input_dir: str | os.PathLike | None = None, chemistry_name: str | None = None
) -> tuple[str, str]:
    """System deck and chemistry deck in normalised form.

    Parameters
    ----------
    system_path : path
    input_dir : path, optional
        Where the files named in the deck are; by default next to it.
    chemistry_name : str, optional
        What the new system deck calls its chemistry deck; by default as the old one does.

    Raises
    ------
    DeckError
        With everything that is wrong in the deck.
    """
    deck = read_deck(system_path, input_dir)
    return normalised_texts(deck.texts[deck.system_path], deck.texts[deck.chemistry_path], chemistry_name)


def normalised_texts(system: str, chemistry: str, chemistry_name: str | None = None) -> tuple[str, str]:
    """The same from the texts of decks that are known to be sound."""
    report = _Silent()
    settings = read_settings(parse(system, "", report)[0], "", report)
    if chemistry_name is not None:
        settings.values["CHEMISTRYFILE"] = chemistry_name
    return "".join(_system_lines(settings)), "".join(_chemistry_lines(parse(chemistry, "", report)[0]))


class _Silent:
    """A report for texts whose remarks have been made before."""

    def error(self, *_: object, **__: object) -> None:
        """Nothing."""

    warning = hint = add = error


def _system_lines(settings: Settings) -> Iterator[str]:
    for section, rows in SECTIONS.items():
        yield f"; {section}\n"
        for row in rows:
            yield from _keyword_lines(row, settings)
        yield "\n"


def _keyword_lines(row: Keyword, settings: Settings) -> Iterator[str]:
    if row.repetition is Repetition.GROUP:
        for entry in settings.entries(row.name):
            yield from _group_lines(row, entry)
        return
    if row.repetition is Repetition.EACH:
        for entry in settings.entries(row.name):
            yield _line(row.name, map(_word, entry.values))
        return
    value = settings[row.name]
    many = row.repetition in (Repetition.REPLACE, Repetition.APPEND, Repetition.FIXED)
    if value is None or (many and row.name not in settings.values and not value):
        return
    if row.type.kind == "switch":
        yield _line(row.name, ["ON" if value else "OFF"])
    else:
        yield _line(row.name, map(_word, value if many else [value]))


def _group_lines(row: Keyword, entry) -> Iterator[str]:
    yield f"({' '.join([row.name, *map(_word, entry.values)])}\n"
    for item in row.properties:
        if item.name not in entry.properties:
            continue
        value = entry.properties[item.name]
        for one in value if item.repeated else [value]:
            yield "    " + _line(item.name, map(_word, one if isinstance(one, tuple) else [one]))
    yield "    )\n"


def _chemistry_lines(groups: Iterable[Group]) -> Iterator[str]:
    """Directives in the order of their kinds, each kind in the order of the deck, which numbers species and types."""
    found: dict[str, list[str]] = {name: [] for name in DIRECTIVES}
    for group in groups:
        split = split_key(group, "", _Silent(), _takes_colon)
        if split is not None and split[1] in found:
            found[split[1]].append(_line(split[1], map(_expression, split[2])))
    for lines in found.values():
        if lines:
            yield from lines
            yield "\n"


def _takes_colon(name: str) -> bool | None:
    return DIRECTIVES[name].takes_colon if name in DIRECTIVES else None


def _expression(item: Word | Group) -> str:
    if isinstance(item, Group):
        return f"({' '.join(map(_expression, item.items))})"
    return _quoted(item.text)


def _line(name: str, words: Iterable[str]) -> str:
    return f"({' '.join([name, *words])})\n"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return f'"{text}"' if not text or _NEEDS_QUOTES.search(text) else text
