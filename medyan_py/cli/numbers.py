"""Numbers on the command line."""

import argparse
import math
import os
import re

from medyan_py.core.mechanics.model import OPENMP
from medyan_py.deck.diagnostics import quote

_MOST_THREADS = 1024
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


def bin_count(text: str) -> int:
    """How many bins a histogram has."""
    if not 1 <= (number := whole(text)) <= 10_000:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a whole number from 1 to 10000")
    return number


def thread_count(text: str) -> int:
    """Number of threads: 0 stands for the processors this process may use, a negative number for 1."""
    if (number := whole(text)) > _MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{quote(text)} is more than {_MOST_THREADS} threads")
    if number == 0:
        number = min(available_processors(), _MOST_THREADS) if OPENMP else 1
    if number > 1 and not OPENMP:
        raise argparse.ArgumentTypeError(f"{quote(text)}: this installation was compiled without OpenMP: 1 thread only")
    return max(number, 1)


def available_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def seconds(text: str) -> float:
    """A time above zero, s."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a number above 0 (s)")
    return value
