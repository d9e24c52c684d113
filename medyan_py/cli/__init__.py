"""The command line: ``medyan`` and ``python -m medyan_py``."""

from medyan_py.cli.entry import main

__all__ = ["main"]
