"""Results written by a second process, so that the simulation goes on meanwhile."""

import contextlib
import fcntl
import select
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from medyan_py.output.errors import OutputError
from medyan_py.output.frame import captured, described
from medyan_py.output.messages import receive, send

WAITING = 2**20  # bytes of frames that may wait to be written; what exceeds it waits for the disk


class BackgroundRecorder:
    """Recorders by name, in a process of their own.

    A frame is copied and sent; it is complete on disk some time later, in any case when ``close`` returns. What goes
    wrong is raised by the next ``record`` or by ``close``. When the run is killed, all frames it has recorded are
    written nevertheless. Signals of the keyboard do not reach the second process.

    Parameters
    ----------
    directory : path
        Output directory, claimed before.
    names : iterable of str
        Keys of ``RECORDERS``, but for those that read more of a simulation than a frame holds (``IN_PLACE``).
    """

    def __init__(self, directory: str | Path, names: Iterable[str]) -> None:
        self._directory, self._names = str(directory), tuple(names)
        self._process: subprocess.Popen | None = None
        self._usable = False

    def open(self, sim: Any) -> None:
        """Start the process, which opens the files; ``OutputError`` when it or they cannot be."""
        start = f"import sys; sys.path[:] = {sys.path!r}; from medyan_py.output.writer import main; main()"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", start],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise OutputError(f"the process that writes results cannot be started: {error.strerror}") from error
        self._usable = True
        with contextlib.suppress(OSError):  # where a user may not have so much, less can wait
            fcntl.fcntl(self._process.stdin.fileno(), fcntl.F_SETPIPE_SZ, WAITING)
        try:
            self._send("open", self._directory, self._names, list(sys.argv), described(sim), captured(sim))
            self._answer()
        except BaseException:
            self._end()
            raise

    def record(self, sim: Any) -> None:
        """Send a frame; ``OutputError`` when an earlier one could not be written."""
        if self._process is None:
            raise RuntimeError(f"the recorder of {self._directory} is not open")
        if select.select([self._process.stdout], [], [], 0)[0]:
            self._answer()
        self._send("record", captured(sim))

    def close(self, sim: Any) -> None:
        """Wait until everything is on disk; ``OutputError`` when something could not be written."""
        if self._process is None:
            return
        try:
            if self._usable:
                self._send("close", captured(sim))
                self._answer()
        finally:
            self._end()

    def _send(self, *message: Any) -> None:
        try:
            send(self._process.stdin.fileno(), message)
        except BrokenPipeError:
            self._answer()  # which may say why
            raise self._vanished() from None
        except BaseException:  # half a message: nothing can be said after it
            self._usable = False
            self._process.stdin.close()
            raise

    def _answer(self) -> None:
        """Wait for an answer, and raise what it says."""
        try:
            kind, *text = receive(self._process.stdout.fileno())
        except EOFError:
            raise self._vanished() from None
        if kind == "failed":
            raise OutputError(text[0])
        if kind == "bug":
            raise RuntimeError(f"in the process that writes results:\n{text[0]}")

    def _vanished(self) -> OutputError:
        self._usable = False
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return OutputError(f"the process that writes results to {self._directory} has ended ({how}); frames are lost")

    def _end(self) -> None:
        process, self._process = self._process, None
        self._usable = False
        for pipe in (process.stdin, process.stdout):
            pipe.close()
        process.wait()
