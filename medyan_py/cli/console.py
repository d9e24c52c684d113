"""What is shown to the one who waits: plain lines, and messages of the log."""

import contextlib
import logging
import sys
from collections.abc import Callable
from typing import TextIO

from medyan_py.output.log_file import PrefixFormatter

FILE_ONLY = {"file_only": True}  # ``extra`` of messages that belong into the log file only


def say(line: str, stream: TextIO) -> None:
    """Write a line.

    A reader who has gone, such as ``| head``, or a full disk behind a redirection must not end a simulation, whose
    results go elsewhere.
    """
    encoding = stream.encoding or "utf-8"
    with contextlib.suppress(OSError):
        print(line.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)


class ConsoleHandler(logging.Handler):
    """Shows messages of the log: warnings and errors on standard error, the rest on standard output.

    Parameters
    ----------
    level : int
        The least level shown.
    write : callable, optional
        Takes lines instead, when a progress display owns the terminal.
    """

    def __init__(self, level: int, write: Callable[[str], None] | None = None) -> None:
        super().__init__(level)
        self._write = write
        self.setFormatter(PrefixFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Show a message."""
        if getattr(record, "file_only", False):
            return
        text = self.format(record)
        if self._write is not None:
            self._write(text)
        else:
            say(text, sys.stderr if record.levelno >= logging.WARNING else sys.stdout)
