"""Names of recorders on the command line."""

import argparse

from medyan_py.deck.diagnostics import closest, quote
from medyan_py.output import RECORDERS


def recorders(text: str) -> tuple[str, ...]:
    """Names of recorders, separated by commas."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in RECORDERS:
            guess = closest(name, RECORDERS)
            meant = f"; did you mean {guess}?" if guess else f"; there are {', '.join(RECORDERS)}"
            raise argparse.ArgumentTypeError(f"nothing is recorded under the name {quote(name)}{meant}")
    if not names:
        raise argparse.ArgumentTypeError(f"names what to write; there are {', '.join(RECORDERS)}")
    return names
