"""The command line: ``medyan`` and ``python -m medyan_py``."""

import sys
from collections.abc import Sequence

from medyan_py.cli.exit_codes import INTERRUPTED

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Do what a command line says: ``medyan_py.cli.entry.main``, also when interrupted while that is imported."""
    try:
        from medyan_py.cli.entry import main as act
    except BaseException as error:
        if not interrupted(error):
            raise
        print("medyan: interrupted", file=sys.stderr)
        return INTERRUPTED
    return act(argv)


def interrupted(error: BaseException | None) -> bool:
    """Whether an error comes from Ctrl-C: Python makes others of it where a class is being defined."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
