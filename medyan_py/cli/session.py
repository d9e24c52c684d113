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

from medyan_py.cli.console import FILE_ONLY, ConsoleHandler, say
from medyan_py.cli.exit_codes import BUG, FAILED, INTERRUPTED, REFUSED, SUCCESS
from medyan_py.cli.numbers import available_processors
from medyan_py.cli.progress import LiveProgress, terminal
from medyan_py.cli.signals import StopSignals
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck.keys import count_unknown
from medyan_py.output import RECORDERS, LogFile, OutputError, Recorders, standard_recorders, write_failure
from medyan_py.output.directory import RESULT_FILES
from medyan_py.output.layout import CHEMISTRY_FILE, HDF5_FILE, LOG_FILE, PARAVIEW, SNAPSHOT_FILE, VTK_KINDS
from medyan_py.simulation import Simulation

LOGGER = logging.getLogger("medyan_py.cli")


class Session:
    """A simulation, its output directory and the signals that may end it.

    Parameters
    ----------
    simulation : Simulation
    directory : Path
        Claimed for this run.
    stop : StopSignals
        Entered.
    """

    def __init__(self, simulation: Simulation, directory: Path, stop: StopSignals) -> None:
        self._simulation = simulation
        self._directory = directory
        self._stop = stop
        self._minimisations = Counter()
        self._largest_force = 0.0  # pN, of the minimisations that did not converge
        self._output_failed = False
        self._started = time.monotonic()

    def run(self, options: argparse.Namespace) -> int:
        """Simulate to the end of the deck, or until a signal comes; return the exit code."""
        whole = False
        with contextlib.ExitStack() as stack:
            display = stack.enter_context(self._display())
            stack.enter_context(self._closing())
            try:
                stack.enter_context(LogFile(self._directory))
            except OutputError as error:
                say(f"medyan: error: {error}", sys.stderr)
                return REFUSED
            try:
                code = self._simulate(options, display)
                whole = code not in (REFUSED, FAILED)
            except KeyboardInterrupt:
                self._tell(logging.WARNING, "aborted at once; the frames written so far are complete")
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
        recorders = standard_recorders(
            *(self._directory, options.record or RECORDERS),
            vtk=not options.no_vtk,
            background=available_processors() > 1,
        )
        try:
            self._log_start(options)
            recorders.open(simulation)
        except OutputError as error:
            self._tell(logging.ERROR, str(error))
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
        self._count()

        def on_cycle(_: Simulation) -> None:
            self._count()
            stopped = self._stop.received is not None
            if stopped:
                simulation.request_stop()
            if display is not None:
                display.update(simulation, last=stopped or simulation.finished)

        try:
            simulation.run(recorders=recorders, on_cycle=on_cycle)
        except MechanicsError as error:
            self._tell(logging.ERROR, f"the network cannot be relaxed at t = {simulation.time:.6g} s: {error}")
            self._last_frame(recorders)
            self._dump(error)
            return FAILED
        except OutputError as error:
            self._tell(logging.ERROR, f"t = {simulation.time:.6g} s: {error}; the run ends")
            self._output_failed = True
            return FAILED
        except MemoryError as error:
            self._tell(logging.ERROR, f"out of memory at t = {simulation.time:.6g} s: {error}; the run ends")
            return FAILED
        if self._stop.received is not None and not simulation.finished:
            name = self._stop.received.name
            self._tell(
                logging.WARNING,
                f"ended by {name} at t = {simulation.time:.6g} s{self._goal()}, after a last frame",
            )
            return self._stop.exit_code
        if simulation.exhausted:
            self._tell(
                logging.WARNING,
                f"nothing can happen any more at t = {simulation.time:.6g} s{self._goal()}; the run ends",
            )
        return SUCCESS

    def _goal(self) -> str:
        """How far the run was to go, and in step mode how far it is."""
        schedule = self._simulation.deck.schedule
        if schedule.by_steps:
            return f", after {self._simulation.steps_done} of {schedule.run_steps} events"
        return f" of {schedule.runtime:g} s"

    def _last_frame(self, recorders: Recorders) -> None:
        """Record the state in which a minimisation failed; it is not relaxed."""
        try:
            recorders.record(self._simulation)
        except OutputError as error:
            self._tell(logging.ERROR, f"this state cannot be written: {error}")
        else:
            self._tell(logging.ERROR, f"frame {self._simulation.frame} is this state, not relaxed")

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
        info("seed: %d (%s)", simulation.seed, "drawn" if options.seed_fixed is None else "given")
        if simulation.deck.compatibility != "none":
            info("rules of %s where the default differs", simulation.deck.compatibility)
        schedule = simulation.deck.schedule
        if schedule.by_steps:
            info("%d events; energy is minimised every %d events", schedule.run_steps, schedule.minimisation_steps)
        else:
            info("from t = 0 to %g s; energy is minimised every %g s", schedule.runtime, schedule.minimisation)
        for diagnostic in simulation.deck.warnings:
            LOGGER.log(logging.INFO if diagnostic.severity == "hint" else logging.WARNING, "%s", diagnostic)
        if options.threads > 1:
            info("forces on %d threads", options.threads)
            if options.threads > (processors := available_processors()):
                LOGGER.warning("-t %d: more threads than processors (%d)", options.threads, processors)

    def _log_end(self) -> None:
        simulation, elapsed = self._simulation, time.monotonic() - self._started
        total, bad = self._minimisations.total(), self._minimisations.total() - self._minimisations["converged"]
        if bad:
            how = ", ".join(f"{n} {status}" for status, n in self._minimisations.items() if status != "converged")
            LOGGER.warning(
                "%d of %d minimisations did not converge (%s), with forces up to %.3g pN",
                *(bad, total, how, self._largest_force),
            )
        unknown = count_unknown(simulation.deck.warnings)
        if unknown:
            LOGGER.warning(
                "%d %s not known and ignored: see the warnings at the beginning of %s",
                *(unknown, "keyword of the deck was" if unknown == 1 else "keywords of the deck were", LOG_FILE),
            )
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
            collections = ", ".join(VTK_KINDS)
            say(
                f"Open the .pvd files of {directory / PARAVIEW} in ParaView ({collections}), or draw the last frame: "
                f"medyan render {quoted}",
                sys.stdout,
            )
        elif SNAPSHOT_FILE in written:
            say(f"Read it in Python: medyan_py.analysis.read_snapshot({str(directory / SNAPSHOT_FILE)!r})", sys.stdout)
