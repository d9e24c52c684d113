"""SIGINT and SIGTERM during a run: the first ends it after the present cycle, a further SIGINT at once."""

import contextlib
import os
import signal
import threading

_HANDLED = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """Context in which SIGINT and SIGTERM are noted instead of killing the process.

    Outside the main thread, where Python allows no handlers, nothing is noted. A signal that the process was told to
    ignore (``nohup``, a job in the background of a script) stays ignored.

    Attributes
    ----------
    received : signal.Signals or None
        The first of them.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, object] = {}

    @property
    def exit_code(self) -> int:
        """Exit code that says which signal ended the process: 130 or 143."""
        return 128 + self.received

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():
            for number in _HANDLED:
                before = signal.getsignal(number)
                if before not in (signal.SIG_IGN, None):  # None: set by another language, cannot be put back
                    self._before[number] = before
                    signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _note(self, number: int, frame: object) -> None:
        if self.received is None:
            self.received = signal.Signals(number)
            # Not through sys.stderr: the signal may have come in the middle of a write to it.
            with contextlib.suppress(OSError):
                os.write(2, f"\n{self.received.name}: ending after this cycle; Ctrl-C ends at once\n".encode())
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
