"""Text of a deck → expressions with line numbers.

System and chemistry deck share one grammar and three styles that mix freely: ``NX: 2``, ``NX 2`` and ``(NX 2)``.
At top level a word opens a list that ends with its line; ``(`` opens a list that ends with its ``)`` over any number of
lines. Everything is text here; what a word means is the business of the keyword tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .diagnostics import Report

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\f\v]+)
      | (?P<newline>\n)
      | (?P<comment>[#;][^\n]*)
      | (?P<open>\()
      | (?P<close>\))
      | "(?P<quoted>[^"]*)"
      | (?P<unclosed>")
      | (?P<word>[^ \t\r\f\v\n#;()"]+)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Word:
    """One string of the deck; `quoted` tells ``"NX"`` from ``NX``."""

    text: str
    line: int
    quoted: bool = False


@dataclass(frozen=True, eq=False)
class Group:
    """One list of the deck. At top level the first item is the keyword."""

    items: tuple[Word | Group, ...]
    line: int


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def decode(data: bytes) -> str:
    """Bytes of a deck as text. Bytes that are no UTF-8 survive, so that file names made of them can be opened."""
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def no_text(data: bytes) -> str:
    """Why bytes cannot be a deck; empty if they can."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "this is UTF-16; save it as UTF-8"
    stray = data.count(b"\0")  # some in a text are told with their line
    return "this is not a text file" if 100 * stray > len(data) else ""


def parse(text: str, file: str, report: Report) -> tuple[list[Group], bool]:
    """Expressions of a deck.

    Returns the top-level lists and whether the text was whole: False when a quote or parenthesis was never closed, so
    that the rest of the file could not be read. Grammar errors go to `report`.
    """
    parser = _Parser(file, report)
    for token in _tokens(text):
        if token.kind == "unclosed":
            report.error(file, token.line, "", "a quote is opened here and never closed")
            return parser.finish(whole=False)
        parser.take(token)
    return parser.finish(whole=True)


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in ("blank", "comment"):
            continue
        yield _Token(kind, match.group(kind), line)
        if kind == "newline":
            line += 1
        elif kind == "quoted":
            line += match.group(kind).count("\n")


class _Parser:
    """Builds lists from tokens with an explicit stack: nesting depth is the user's choice, not the interpreter's."""

    def __init__(self, file: str, report: Report):
        self._file = file
        self._report = report
        self._done: list[Group] = []
        self._stack: list[tuple[list[Word | Group], int]] = []  # open lists, outermost first
        self._implicit = False  # whether the outermost open list ends with its line

    def take(self, token: _Token) -> None:
        if token.kind == "newline":
            if self._implicit and len(self._stack) == 1:
                self._close()
        elif token.kind == "open":
            self._stack.append(([], token.line))
        elif token.kind == "close":
            if len(self._stack) > int(self._implicit):
                self._close()
            else:
                self._report.error(self._file, token.line, "", "')' without a '(' before it")
        else:
            if not self._stack:
                self._implicit = True
                self._stack.append(([], token.line))
            self._stack[-1][0].append(Word(token.text, token.line, token.kind == "quoted"))

    def finish(self, whole: bool) -> tuple[list[Group], bool]:
        if not whole:
            return self._done, False
        if self._implicit and len(self._stack) == 1:
            self._close()
        if self._stack:
            line = self._stack[int(self._implicit)][1]
            self._report.error(self._file, line, "", "'(' is opened here and never closed")
            whole = False
        return self._done, whole

    def _close(self) -> None:
        items, line = self._stack.pop()
        group = Group(tuple(items), line)
        if self._stack:
            self._stack[-1][0].append(group)
        else:
            self._implicit = False
            self._done.append(group)
