"""The process that writes results for a run: frames come in through standard input until that ends.

``medyan_py.output.background`` starts it. Messages are ("open", directory, names of recorders, arguments of the
command, frame), ("record", frame) and ("close", frame); answers are ("done",) to the first and the last, and ("failed",
text) or ("bug", text) as soon as something goes wrong, after which frames are dropped. When the run is killed, what it
has sent is written all the same.
"""

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from medyan_py.output.errors import OutputError
from medyan_py.output.messages import receive, send
from medyan_py.output.recorder import Recorders
from medyan_py.output.selection import RECORDERS


class Writer:
    """Recorders that obey messages."""

    def __init__(self) -> None:
        self._recorders = Recorders([])
        self._common: dict[str, Any] = {}
        self._failed = False
        self._last: Any = None

    def obey(self, message: tuple) -> tuple | None:
        """Do what a message says; the answer, None if there is none."""
        try:
            return getattr(self, f"_{message[0]}")(*message[1:])
        except OutputError as error:
            answer = ("failed", str(error))
        except Exception:
            answer = ("bug", traceback.format_exc())
        if self._failed and message[0] == "record":
            return None
        self._failed = True
        return answer

    def end(self) -> None:
        """Close the files after the run has vanished."""
        if self._last is not None:
            self._recorders.close(self._last)

    def _open(self, directory: str, names: tuple[str, ...], arguments: list[str], common: dict, frame: Any) -> tuple:
        sys.argv[:] = arguments  # which files tell of
        self._recorders = Recorders([recorder for name in names for recorder in RECORDERS[name](Path(directory))])
        self._common, self._last = common, self._whole(frame, common)
        self._recorders.open(self._last)
        return ("done",)

    def _record(self, frame: Any) -> None:
        if not self._failed:
            self._last = self._whole(frame, self._common)
            self._recorders.record(self._last)

    def _close(self, frame: Any) -> tuple:
        self._last = None
        self._recorders.close(self._whole(frame, self._common))
        return ("done",)

    @staticmethod
    def _whole(frame: Any, common: dict) -> Any:
        vars(frame).update(common)
        return frame


def main() -> None:
    """Obey until the run closes its end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the run, whose end is the end of this process
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library may print is no answer
    writer = Writer()
    while True:
        try:
            message = receive(0)
        except EOFError:
            break
        answer = writer.obey(message)
        if answer is not None:
            try:
                send(answers, answer)
            except BrokenPipeError:  # the run has been killed; what it has sent is still to be written
                continue
    writer.end()
