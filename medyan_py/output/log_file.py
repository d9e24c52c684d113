"""The log of a run: ``medyan.log``, lines prefixed ``[info]``, ``[warning]``, ``[error]``."""

import logging
import platform
import sys
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from medyan_py.output.errors import OutputError
from medyan_py.output.layout import LOG_FILE
from medyan_py.version import __version__

LOGGER = logging.getLogger("medyan_py")


class PrefixFormatter(logging.Formatter):
    """Every line of a message, also of a long one, begins with its level in brackets."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record."""
        prefix = f"[{record.levelname.lower()}] "
        return "\n".join(prefix + line for line in super().format(record).split("\n"))


class _StrictFileHandler(logging.FileHandler):
    """A log that cannot be written stops the run like any other output that cannot be written."""

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            raise OutputError(f"{self.baseFilename} cannot be written: {error.strerror}") from error
        raise  # a message that cannot be put together is a mistake in this program

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:  # what an earlier failure left in the buffer cannot be written either
            raise OutputError(f"{self.baseFilename} cannot be written: {error.strerror}") from error


class LogFile:
    """Send the messages of a logger to ``medyan.log``; use as a context manager, or call ``close``.

    The first lines say which program and which versions are running.

    Parameters
    ----------
    directory : path
        Output directory, which must exist.
    console : text stream or None
        Where messages of level info and above are shown as well.
    again : bool
        Add to an earlier log instead of overwriting it.
    logger : logging.Logger
        Whose messages, and those of its children, are logged. Runs that share a process and must not share a log
        take one child logger each.

    Raises
    ------
    OutputError
        When the file cannot be created, and later from a logging call when it cannot be written.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        console: TextIO | None = None,
        again: bool = False,
        logger: logging.Logger = LOGGER,
    ) -> None:
        self.path = Path(directory) / LOG_FILE
        self._logger = logger
        self._handlers: list[logging.Handler] = []
        try:
            self._add(_StrictFileHandler(self.path, mode="a" if again else "w", encoding="utf-8"), logging.DEBUG)
        except OSError as error:
            raise OutputError(f"{self.path} cannot be created: {error.strerror}") from error
        if console is not None:
            self._add(logging.StreamHandler(console), logging.INFO)
        self._level = logger.level
        if logger.getEffectiveLevel() > logging.INFO:
            logger.setLevel(logging.INFO)
        self._banner()

    def close(self) -> None:
        """Stop logging to the file and leave the logger as it was; closing twice is harmless."""
        if self._handlers:
            self._logger.setLevel(self._level)
        while self._handlers:
            handler = self._handlers.pop()
            self._logger.removeHandler(handler)
            handler.close()

    def __enter__(self) -> "LogFile":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _add(self, handler: logging.Handler, level: int) -> None:
        handler.setFormatter(PrefixFormatter())
        handler.setLevel(level)
        self._logger.addHandler(handler)
        self._handlers.append(handler)

    def _banner(self) -> None:
        log = self._logger.info
        log("medyan_py %s, double precision; units: nm, s, pN, pN nm", __version__)
        log("Python %s, NumPy %s, %s", platform.python_version(), np.__version__, platform.platform())
        log("As in MEDYAN since 5.1: diffusion coefficients of a deck are in nm²/s, no hop rates;")
        log("snapshot.traj gives both points of a brancher.")


class LogRecorder:
    """One line of the log per frame.

    Parameters
    ----------
    logger : logging.Logger
        The logger that the run's ``LogFile`` listens to.
    """

    def __init__(self, logger: logging.Logger = LOGGER) -> None:
        self._logger = logger

    def open(self, sim: Any) -> None:
        """Say how large the system is."""
        shape = "×".join(str(n) for n in sim.grid.shape)
        size = "×".join(f"{length:g}" for length in sim.grid.compartment_size)
        active = int(np.count_nonzero(sim.grid.active))
        self._logger.info("grid: %s compartments of %s nm, %d active", shape, size, active)

    name = LOG_FILE

    def state(self) -> dict:
        """Nothing: a log tells what happened, also what was lost."""
        return {}

    def check(self, sim: Any, saved: dict) -> None:
        """Nothing can go wrong."""

    def resume(self, sim: Any, saved: dict) -> None:
        """Say from where the run goes on."""
        self._logger.info("goes on from t = %.6g s; the next frame is %d", sim.time, sim.frame)

    def record(self, sim: Any) -> None:
        """Say what the frame holds and how the last minimisation ended."""
        text = (
            f"frame {sim.frame}, t = {sim.time:.6g} s: {len(sim.filaments.ids)} filaments, "
            f"{len(sim.linkers.ids)} linkers, {len(sim.motors.ids)} motors, {len(sim.branchers.ids)} branchers; "
            f"energy {sum(sim.energies.values()):.6g} pN nm"
        )
        last = sim.minimisation
        if last is not None:
            text += (
                f"; minimisation {last.status} after {last.iterations} iterations, {last.evaluations} evaluations, "
                f"largest force {last.residual:.3g} pN"
            )
        self._logger.info(text)

    def close(self, sim: Any) -> None:
        """Say where the run ended."""
        self._logger.info("recording ended after %d frames, t = %.6g s", sim.frame, sim.time)
