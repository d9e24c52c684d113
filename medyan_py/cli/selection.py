"""Lists of known names on the command line."""

import argparse
from collections.abc import Callable, Iterable

from medyan_py.deck.diagnostics import closest, quote


def names_among(known: Iterable[str], what: str) -> Callable[[str], tuple[str, ...]]:
    """A reader of names that are separated by commas; ``what`` they name is said of one that is not known."""
    known = tuple(known)

    def read(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        for name in names:
            if name not in known:
                guess = closest(name, known)
                meant = f"did you mean {guess}?" if guess else f"there are {', '.join(known)}"
                raise argparse.ArgumentTypeError(f"no {what} {quote(name)}; {meant}")
        if not names:
            raise argparse.ArgumentTypeError(f"takes names; there are {', '.join(known)}")
        return names

    return read
