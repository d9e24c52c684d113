"""Which keyword the first word of a line is: `KEY`, `KEY:`, `KEY:2` and `KEY : 2` are the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .diagnostics import Diagnostic, Report, closest, quote
from .grammar import Group, Word

NOT_KNOWN = ("unknown keyword", "belongs into the", "not known")  # how remarks about keywords that are not known begin
_MOST_NAMED = 5


class UnknownWords:
    """Warns about keys that are not known, and guesses what was meant for the first of them (guessing is slow)."""

    MAX_GUESSES = 50

    def __init__(self, file: str, report: Report, known: tuple[str, ...], elsewhere: tuple[str, ...], other: str):
        self._file = file
        self._report = report
        self._known = known
        self._elsewhere = elsewhere
        self._other = other
        self._guesses = 0

    def warn(self, word: Word) -> None:
        bare = word.text.removesuffix(":")
        message = f"{NOT_KNOWN[0]}, the line is ignored"
        suggestion = ""
        if bare in self._elsewhere:
            message = f"{NOT_KNOWN[1]} {self._other}, the line is ignored"
        elif self._guesses < self.MAX_GUESSES:
            self._guesses += 1
            suggestion = repr(bare) if bare in self._known else closest(bare, self._known)
        self._report.warning(self._file, word.line, quote(word.text), message, suggestion=suggestion)


def unknown_keywords(remarks: Iterable[Diagnostic]) -> str:
    """How many keywords of a deck are not known, which, and what was probably meant; empty if all are known."""
    found = [r for r in remarks if r.severity == "warning" and r.message.startswith(NOT_KNOWN)]
    if not found:
        return ""
    told = [r.keyword + (f" (did you mean {r.suggestion}?)" if r.suggestion else "") for r in found[:_MOST_NAMED]]
    told += ["…"] * (len(found) > _MOST_NAMED)
    what = "1 keyword of the deck is" if len(found) == 1 else f"{len(found)} keywords of the deck are"
    return f"{what} not known and ignored: {', '.join(told)}"


def split_key(
    group: Group, file: str, report: Report, takes_colon: Callable[[str], bool | None]
) -> tuple[Word, str, tuple[Word | Group, ...]] | None:
    """Key word, keyword and values of a top-level list; None (and an error) when the list has no word as its key.

    `takes_colon` says of a name whether it is a keyword with a colon form: True, False, or None when it is unknown.
    The keyword returned may be unknown; it is then the word as written.
    """
    if not group.items:
        report.error(file, group.line, "", "an empty list '()'", allowed="a keyword and its values")
        return None
    first, values = group.items[0], group.items[1:]
    if not isinstance(first, Word):
        report.error(file, group.line, "", "a list where a keyword belongs", allowed="(KEYWORD value …)")
        return None
    if takes_colon(first.text) is not None:
        if takes_colon(first.text) and values:
            values = _without_colon(values)
        return first, first.text, values
    name, colon, rest = first.text.partition(":")
    if colon and takes_colon(name):
        if rest:
            values = (Word(rest, first.line), *values)
        return first, name, values
    return first, first.text, values


def _without_colon(values: tuple[Word | Group, ...]) -> tuple[Word | Group, ...]:
    """Values of `KEY : 2` and `KEY :2` without the colon."""
    head = values[0]
    if not isinstance(head, Word) or head.quoted or not head.text.startswith(":"):
        return values
    rest = head.text[1:]
    return (Word(rest, head.line), *values[1:]) if rest else values[1:]
