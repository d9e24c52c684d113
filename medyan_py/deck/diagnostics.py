"""What is wrong with a deck, said with file, line, keyword, what was found and what is allowed.

Every reader and check of the package writes into one :class:`Report`, so that a user sees all mistakes of a deck at
once. Nothing here knows a keyword.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

MAX_KEPT = 500  # per severity; a file of noise must not fill the memory with messages
_LOOK_BACK = 8
_LONGEST_QUOTE = 60
_LONGEST_GUESS = 64


@dataclass(frozen=True)
class Diagnostic:
    """One remark about a deck.

    Attributes
    ----------
    severity : 'error', 'warning' or 'hint'
    file : str
        The file as the user named it.
    line : int or None
        Line in the file, from 1; None when something is missing altogether.
    keyword : str
        Keyword or directive; empty when the remark is about the file as a whole.
    message : str
        What is wrong; may be empty when `found` and `allowed` say it.
    found, allowed, suggestion : str
        What the deck holds, what it may hold, the word that was probably meant; each may be empty.
    """

    severity: str
    file: str
    line: int | None
    keyword: str
    message: str = ""
    found: str = ""
    allowed: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [self.message] if self.message else []
        if self.found:
            parts.append(f"found {self.found}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        text = ": ".join(part for part in (place, self.keyword, ", ".join(parts)) if part)
        if self.suggestion:
            text += f"; did you mean {self.suggestion}?"
        return printable(text)


class DeckError(Exception):
    """A deck that cannot be run. `diagnostics` holds all its errors, `warnings` what else was noticed."""

    def __init__(self, diagnostics: Iterable[Diagnostic], warnings: Iterable[Diagnostic] = ()):
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.warnings: tuple[Diagnostic, ...] = tuple(warnings)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))

    def __reduce__(self):
        return (DeckError, (self.diagnostics, self.warnings))


class Report:
    """Collects diagnostics while a deck is read; `raise_if_errors` ends the reading."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Diagnostic]] = {"error": [], "warning": [], "hint": []}
        self._dropped = {"error": 0, "warning": 0, "hint": 0}

    def add(self, severity: str, file: str, line: int | None, keyword: str, message: str = "", **more: str) -> None:
        kept = self._kept[severity]
        diagnostic = Diagnostic(severity, file, line, keyword, message, **more)
        if diagnostic in kept[-_LOOK_BACK:]:  # such as the same mistake in both legs of a linker
            return
        if len(kept) < MAX_KEPT:
            kept.append(diagnostic)
        else:
            self._dropped[severity] += 1

    def error(self, file: str, line: int | None, keyword: str, message: str = "", **more: str) -> None:
        self.add("error", file, line, keyword, message, **more)

    def warning(self, file: str, line: int | None, keyword: str, message: str = "", **more: str) -> None:
        self.add("warning", file, line, keyword, message, **more)

    def hint(self, file: str, line: int | None, keyword: str, message: str = "", **more: str) -> None:
        self.add("hint", file, line, keyword, message, **more)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return self._all("error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return self._all("warning") + self._all("hint")

    def _all(self, severity: str) -> tuple[Diagnostic, ...]:
        kept, dropped = self._kept[severity], self._dropped[severity]
        if not dropped:
            return tuple(kept)
        last = Diagnostic(severity, kept[-1].file, None, "", f"and {dropped} more of this kind, not shown")
        return (*kept, last)

    def raise_if_errors(self) -> None:
        if self._kept["error"]:
            raise DeckError(self.errors, self.warnings)


def quote(text: str) -> str:
    """The text as it is shown in a message: quoted, printable, not longer than a line."""
    if len(text) > _LONGEST_QUOTE:
        text = text[: _LONGEST_QUOTE - 1] + "…"
    return repr(text)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, quoted for a message; empty when nothing is near."""
    if len(word) > _LONGEST_GUESS:
        return ""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.65)
    return repr(by_folded[near[0]]) if near else ""


def printable(text: str) -> str:
    """Same text with everything escaped that a terminal or a UTF-8 log cannot take."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
