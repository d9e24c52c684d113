"""Reactions written as text: "2 X + E -> Y + E"."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

MOST_COPIES = 1_000_000  # of one species on one side
_TERM = re.compile(r"(?:(\d+)\s*\*?\s+|(\d+)\s*\*\s*|(\d+)(?=[A-Za-z_]))?([^\W\d][\w.']*)")
_FORM = "write for example 'A + 2 B -> C', 'A ->', '-> A' or 'A + B <-> C'"


def split_reaction(text: str) -> tuple[dict[str, int], dict[str, int], bool]:
    """Reactants and products of a reaction, each {name: copies} in the order of the text, and whether it is reversible.

    A coefficient stands before a name ("2 X", "2X" or "2 * X"); names are letters, digits and underscores and do not
    begin with a digit. An empty side, or ∅ or 0, is nothing at all.

    Raises ValueError for text that is not a reaction.
    """
    if not isinstance(text, str):
        raise ValueError(f"a reaction must be text, got {text!r}; {_FORM}")
    arrow = "<->" if "<->" in text else "->"
    sides = text.split(arrow)
    if len(sides) != 2 or any(c in side for side in sides for c in "<>=→"):
        raise ValueError(f"reaction {text!r} must have one arrow, '->' or '<->'; {_FORM}")
    left, right = (_side(side, text) for side in sides)
    if not left and not right:
        raise ValueError(f"reaction {text!r} has neither reactants nor products; {_FORM}")
    return left, right, arrow == "<->"


def _side(side: str, text: str) -> dict[str, int]:
    amounts: dict[str, int] = {}
    if side.strip() in ("", "∅", "0"):
        return amounts
    for term in side.split("+"):
        name, copies = _term(term.strip(), text)
        amounts[name] = amounts.get(name, 0) + copies
    if max(amounts.values()) > MOST_COPIES:
        raise ValueError(f"reaction {text!r}: a coefficient must be at most {MOST_COPIES}")
    return amounts


@lru_cache(maxsize=4096)
def _read_term(term: str) -> tuple[str, int] | None:
    match = _TERM.fullmatch(term)
    if match is None:
        return None
    copies = match[1] or match[2] or match[3] or "1"
    return match[4], int(copies[:9]) if len(copies) < 10 else MOST_COPIES + 1


def _term(term: str, text: str) -> tuple[str, int]:
    found = _read_term(term)
    if found is None:
        raise ValueError(f"reaction {text!r}: {term!r} is not a species with a whole coefficient; {_FORM}")
    if found[1] < 1:
        raise ValueError(f"reaction {text!r}: a coefficient must be at least 1, got {term!r}")
    return found


def nearest(name: object, known) -> str:
    """'; did you mean …?' if a known name resembles ``name``, else the known names."""
    known = [str(k) for k in known]
    close = difflib.get_close_matches(str(name), known, n=1)
    if not close:
        close = [k for k in known if k.lower() == str(name).lower()]
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"; there are {shown}" if known else ""
