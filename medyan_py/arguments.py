"""Arguments of Python calls that make no sense: which it is, what was given, what is allowed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import inf
from numbers import Integral, Real

import numpy as np

from medyan_py.deck.diagnostics import closest

LARGEST_SEED = 2**64 - 1
_FLAGS = (bool, np.bool_)


def checked_seed(value: object) -> int:
    """A seed of a simulation; ValueError."""
    if not isinstance(value, Integral) or isinstance(value, _FLAGS) or not 0 <= value <= LARGEST_SEED:
        raise ValueError(f"seed must be a whole number from 0 to {LARGEST_SEED}, or None, not {value!r}")
    return int(value)


def checked_number(name: str, value: object, unit: str = "") -> float:
    """A finite number that is not negative; ValueError."""
    if not is_real(value) or not 0 <= value < inf:
        raise ValueError(f"{name} must be a finite number from 0{unit}, not {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large, numbers end at 1.8e308") from None


def is_real(value: object) -> bool:
    """Whether this is a number, true and false excepted."""
    return isinstance(value, Real) and not isinstance(value, _FLAGS)


def checked_names(argument: str, value: object) -> list:
    """The entries of a list of names; ValueError for one text, which is a list of letters, and for anything else."""
    if isinstance(value, str | bytes):
        raise ValueError(f"{argument} must be a list of names, not the text {value!r}; write [{value!r}]")
    names = list(value) if isinstance(value, Iterable) else [None]
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"{argument} must be a list of names, not {value!r}")
    return names


def checked_paths(argument: str, value: object) -> list:
    """The entries of a list of paths, at least one; ValueError for a path alone and for anything else."""
    if isinstance(value, str | bytes | os.PathLike):
        raise ValueError(f"{argument} must be a list of paths, not one; write [{os.fspath(value)!r}]")
    paths = list(value) if isinstance(value, Iterable) else []
    if not paths:
        raise ValueError(f"{argument} must be a list of paths, not {value!r}")
    return paths


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """What to say about a name that is not known: the nearest, or all that there are."""
    known = list(known)
    guess = closest(str(name), known)
    return f"no {what} {name!r}; " + (f"did you mean {guess}?" if guess else f"there are {', '.join(known) or 'none'}")
