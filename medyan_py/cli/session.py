"""One run that leaves results in a directory, from the first line of its log to the last line on the screen."""

import argparse
import contextlib
import logging
import os
import shlex
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from medyan_py.checkpoint import Checkpoint, Checkpoints, write_checkpoint
from medyan_py.cli.console import FILE_ONLY, ConsoleHandler, say
from medyan_py.cli.exit_codes import BUG, FAILED, INTERRUPTED, REFUSED, SUCCESS
from medyan_py.cli.numbers import available_processors
from medyan_py.cli.progress import LiveProgress, terminal
from medyan_py.cli.signals import StopSignals
from medyan_py.core.chemistry.errors import EndlessReactionsError
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck.keys import unknown_keywords
from medyan_py.escape import LeftGridError
from medyan_py.output import LogFile, OutputError, Recorders, standard_recorders, write_failure
from medyan_py.output.directory import RESULT_FILES, locked
from medyan_py.output.layout import (
    CHECKPOINT_FILE,
    CHEMISTRY_FILE,
    FAILED_STATE_FILE,
    HDF5_FILE,
    LOG_FILE,
    PARAVIEW,
    SNAPSHOT_FILE,
    VTK_KINDS,
)
from medyan_py.simulation import Simulation

LOGGER = logging.getLogger("medyan_py.cli")
WALL_INTERVAL = 600.0  # s of wall time between checkpoints


class Session:
    """A simulation, its output directory and the signals that may end it.

    Parameters
    ----------
    simulation : Simulation
    directory : Path
        Claimed for this run.
    stop : StopSignals
        Entered.
    record : tuple of str
        Names of the recorders.
    every : float, s
        Simulated time between checkpoints; 0 for those by wall time only.
    since : Checkpoint, optional
        From which the run goes on.
    """

    def __init__(
        self,
        simulation: Simulation,
        directory: Path,
        stop: StopSignals,
        *,
        record: tuple[str, ...],
        every: float,
        since: Checkpoint | None = None,
    ) -> None:
        self._simulation = simulation
        self._directory = directory
        self._stop = stop
        self._record = record
        self._every = every
        self._since = since
        self._checkpoints = Checkpoints(directory, every=every, wall=WALL_INTERVAL, clock=time.monotonic)
        self._minimisations = Counter()
        self._largest_force = 0.0  # pN, of the minimisations that did not converge
        if since is not None:
            self._minimisations.update(since.run["minimisations"])
            self._largest_force = since.run["largest_force"]
        self._output_failed = False
        self._started = time.monotonic()

    def run(self, options: argparse.Namespace) -> int:
        """Simulate to the end of the deck, or until a signal comes; return the exit code."""
        whole = False
        with contextlib.ExitStack() as stack:
            display = stack.enter_context(self._display())
            stack.enter_context(self._closing())
            try:
                stack.enter_context(locked(self._directory))
                stack.enter_context(LogFile(self._directory, again=self._since is not None))
            except OutputError as error:
                say(f"medyan: error: {error}", sys.stderr)
                return REFUSED
            try:
                code = self._simulate(options, display)
                whole = code not in (REFUSED, FAILED)
            except KeyboardInterrupt:
                self._tell(logging.WARNING, f"aborted at once; the frames written so far are complete{self._way_on()}")
                code = INTERRUPTED
            except Exception as error:
                code = self._bug(error)
        if self._output_failed:
            return code or FAILED
        if whole:
            self._say_what_was_written()
        return code

    def _simulate(self, options: argparse.Namespace, display: LiveProgress | None) -> int:
        simulation = self._simulation
        recorders = standard_recorders(self._directory, self._record)
        try:
            self._log_start(options)
            if self._since is None:
                recorders.open(simulation)
            else:
                recorders.resume(simulation, self._since.outputs)
        except OutputError as error:
            self._tell(logging.ERROR, f"{error}{self._way_on()}")
            return REFUSED
        try:
            code = self._advance(recorders, display)
        finally:
            with self._closing():
                recorders.close(simulation)
        with self._closing():
            self._log_end()
        return code

    def _advance(self, recorders: Recorders, display: LiveProgress | None) -> int:
        simulation = self._simulation

        def on_cycle(_: Simulation) -> None:
            self._count()
            stopped = self._stop.received is not None
            if stopped:
                simulation.request_stop()
            last = stopped or simulation.finished
            # Before a last frame off the timetable, which a run that goes on does not have.
            if last or self._checkpoints.due(simulation):
                self._save(recorders)
            if display is not None:
                display.update(simulation, last=last)

        try:
            if self._since is None:
                self._count()
                simulation.record(recorders)
                self._save(recorders)
            else:
                self._checkpoints.skip_to(simulation)
            simulation.run(recorders=recorders, on_cycle=on_cycle)
        except MechanicsError as error:
            self._tell(logging.ERROR, f"the network cannot be relaxed at t = {simulation.time:.6g} s: {error}")
            self._last_frame(recorders)
            self._dump(error)
            self._save_failure(error)
            return FAILED
        except LeftGridError as error:
            why = "; BOUNDARYFFTYPE would hold it" if simulation.deck.boundary.repulsion is None else ""
            self._tell(logging.ERROR, f"t = {simulation.time:.6g} s: {error}{why}")
            self._last_frame(recorders, relaxed=True)
            self._save_failure(error)
            return FAILED
        except EndlessReactionsError as error:
            self._tell(logging.ERROR, f"{error}; the run ends")
            return FAILED
        except OutputError as error:
            self._tell(logging.ERROR, f"t = {simulation.time:.6g} s: {error}; the run ends{self._way_on()}")
            self._output_failed = True
            return FAILED
        except MemoryError as error:
            text = f"out of memory at t = {simulation.time:.6g} s: {error}; the run ends{self._way_on()}"
            self._tell(logging.ERROR, text)
            return FAILED
        if self._stop.received is not None and not simulation.finished:
            name = self._stop.received.name
            self._tell(
                logging.WARNING,
                f"ended by {name} at t = {simulation.time:.6g} s{self._goal()}, after a last frame{self._way_on()}",
            )
            return self._stop.exit_code
        if simulation.exhausted:
            self._tell(
                logging.WARNING,
                f"nothing can happen any more at t = {simulation.time:.6g} s{self._goal()}; the run ends",
            )
        return SUCCESS

    # ---- checkpoints

    def _save(self, recorders: Recorders) -> None:
        run = {
            "minimisations": dict(self._minimisations),
            "largest_force": float(self._largest_force),
            "record": ",".join(self._record),
            "every": float(self._every),
            "threads": self._simulation.threads,
        }
        self._checkpoints.write(self._simulation, recorders.state(), run)

    def _save_failure(self, error: Exception) -> None:
        """Keep the state in which a run failed, for inspection."""
        path = self._directory / FAILED_STATE_FILE
        try:
            write_checkpoint(path, self._simulation, failure=str(error))
        except OutputError as problem:
            self._tell(logging.ERROR, f"the state cannot be saved: {problem}")
        else:
            self._tell(logging.ERROR, f"the state is saved in {path}")

    def _way_on(self) -> str:
        """What to do for the run to go on, or to begin anew while there is no checkpoint."""
        if not (self._directory / CHECKPOINT_FILE).exists():
            return "; there is no checkpoint yet: to begin anew, the same command with --overwrite"
        return f"; to go on: medyan run --continue {shlex.quote(str(self._directory))}"

    def _goal(self) -> str:
        """How far the run was to go, and in step mode how far it is."""
        schedule = self._simulation.deck.schedule
        if schedule.by_steps:
            return f", after {self._simulation.steps_done} of {schedule.run_steps} events"
        return f" of {schedule.runtime:g} s"

    def _last_frame(self, recorders: Recorders, *, relaxed: bool = False) -> None:
        """Record the state in which the run failed."""
        try:
            recorders.record(self._simulation)
        except OutputError as error:
            self._tell(logging.ERROR, f"this state cannot be written: {error}")
        else:
            self._tell(logging.ERROR, f"frame {self._simulation.frame} is this state" + ", not relaxed" * (not relaxed))

    def _dump(self, error: MechanicsError) -> None:
        """Leave the state in which a minimisation ended, for the eye and for tests of what went wrong."""
        if error.report is None:
            return
        try:
            path = write_failure(self._directory, self._simulation.time, error.report)
        except OutputError as why:
            self._tell(logging.ERROR, str(why))
        else:
            self._tell(logging.ERROR, f"where the minimisation ended is in {path}")

    # ---- the log

    def _log_start(self, options: argparse.Namespace) -> None:
        simulation, info = self._simulation, LOGGER.info
        info("command: %s", shlex.join(options.command_line))
        info("in %s", os.getcwd())
        if self._since is not None:
            info("goes on from %s, t = %g s", self._since.path, self._since.time)
            if simulation.finished:
                info("that is its end; --runtime S sets a later one")
            for note in self._since.notes:
                LOGGER.warning("%s", note)
        else:
            info("seed: %d (%s)", simulation.seed, "drawn" if options.seed_fixed is None else "given")
        if simulation.deck.compatibility != "none":
            info("rules of %s where the default differs", simulation.deck.compatibility)
        schedule = simulation.deck.schedule
        if schedule.by_steps:
            info("%d events; energy is minimised every %d events", schedule.run_steps, schedule.minimisation_steps)
        else:
            info(
                "from t = %g to %g s; energy is minimised every %g s",
                *(simulation.time, schedule.runtime, schedule.minimisation),
            )
        for diagnostic in simulation.warnings:
            LOGGER.log(logging.INFO if diagnostic.severity == "hint" else logging.WARNING, "%s", diagnostic)
        if simulation.threads > 1:
            info("forces on %d threads", simulation.threads)
            if simulation.threads > (processors := available_processors()):
                LOGGER.warning("-t %d: more threads than processors (%d)", simulation.threads, processors)

    def _log_end(self) -> None:
        simulation, elapsed = self._simulation, time.monotonic() - self._started
        total, bad = self._minimisations.total(), self._minimisations.total() - self._minimisations["converged"]
        if bad:
            how = ", ".join(f"{n} {status}" for status, n in self._minimisations.items() if status != "converged")
            LOGGER.warning(
                "%d of %d minimisations did not converge (%s), with forces up to %.3g pN",
                *(bad, total, how, self._largest_force),
            )
        if unknown := unknown_keywords(simulation.deck.warnings):
            LOGGER.warning("%s", unknown)
        LOGGER.info(
            "%d cycles, %d events, %d minimisations in %.1f s of wall time",
            *(simulation.cycles, simulation.chemistry.events, total, elapsed),
        )

    def _count(self) -> None:
        last = self._simulation.minimisation
        self._minimisations[last.status] += 1
        if not last.converged:
            self._largest_force = max(self._largest_force, last.residual)

    def _tell(self, level: int, text: str) -> None:
        """Say it on the screen and in the log, also when the log cannot be written any more."""
        with contextlib.suppress(OutputError):  # the screen comes first
            LOGGER.log(level, "%s", text)

    @contextlib.contextmanager
    def _closing(self) -> Iterator[None]:
        """Errors while files are closed: on a full disk each would only repeat what has been said."""
        try:
            yield
        except OutputError as error:
            if not self._output_failed:
                say(f"medyan: error: {error}", sys.stderr)
            self._output_failed = True

    def _bug(self, error: Exception) -> int:
        with self._closing():
            LOGGER.error("%s", "".join(traceback.format_exception(error)).rstrip(), extra=FILE_ONLY)
        self._tell(
            logging.ERROR,
            f"{type(error).__name__} at t = {self._simulation.time:.6g} s: this is a mistake in medyan_py, not in your "
            f"input; please report it with {self._directory / LOG_FILE}",
        )
        return BUG

    # ---- the screen

    @contextlib.contextmanager
    def _display(self) -> Iterator[LiveProgress | None]:
        """Show messages: all as plain lines, or only warnings and errors above a progress display."""
        logger = logging.getLogger("medyan_py")
        screen = terminal(sys.stderr, sys.stdout)
        with contextlib.ExitStack() as stack:
            display = None
            if screen is not None:
                schedule = self._simulation.deck.schedule
                end = schedule.run_steps if schedule.by_steps else schedule.runtime
                display = stack.enter_context(LiveProgress(screen, end, by_steps=schedule.by_steps))
            handlers = []
            if display is not None:
                handlers.append(ConsoleHandler(logging.WARNING, display.write))
            if display is None or not sys.stdout.isatty():
                handlers.append(ConsoleHandler(logging.INFO))
            for handler in handlers:
                logger.addHandler(handler)
                stack.callback(logger.removeHandler, handler)
            yield display

    def _say_what_was_written(self) -> None:
        simulation, directory = self._simulation, self._directory
        written = [name for name in RESULT_FILES if (directory / name).exists()]
        vtk = (directory / PARAVIEW).exists()
        main = [name for name in (SNAPSHOT_FILE, CHEMISTRY_FILE, HDF5_FILE, LOG_FILE) if name in written]
        more = [f"{len(written) - len(main)} more .traj files"] if len(written) > len(main) else []
        files = ", ".join([*main, *more, *[f"{PARAVIEW}/"] * vtk])
        frames = "1 frame" if simulation.frame == 1 else f"{simulation.frame} frames"
        events = f", {simulation.steps_done} events" if simulation.deck.schedule.by_steps else ""
        say(f"Wrote {frames}, t = 0 to {simulation.time:.6g} s{events}, to {directory}: {files}", sys.stdout)
        quoted = shlex.quote(str(directory))
        if vtk:
            collections = ", ".join(kind for kind in VTK_KINDS if kind not in simulation.never)
            say(
                f"Open the .pvd files of {directory / PARAVIEW} in ParaView ({collections}), or draw the last frame: "
                f"medyan render {quoted}",
                sys.stdout,
            )
        elif SNAPSHOT_FILE in written:
            say(f"Read it in Python: medyan_py.analysis.read_snapshot({str(directory / SNAPSHOT_FILE)!r})", sys.stdout)
