"""Numbers on the command line."""

import argparse
import math
import re

from medyan_py.deck.diagnostics import quote

_LARGEST_SEED = 2**64 - 1
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)


def seed(text: str) -> int:
    """A whole number that fits into 64 bits without sign."""
    if not _WHOLE.fullmatch(text) or not 0 <= int(text) <= _LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a whole number from 0 to {_LARGEST_SEED}")
    return int(text)


def whole(text: str) -> int:
    """A whole number."""
    if not _WHOLE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a whole number")
    return int(text)


def seconds(text: str) -> float:
    """A time above zero, s."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a number above 0 (s)")
    return value
