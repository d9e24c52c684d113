"""Simulate a deck: read and check it, claim the output directory, run, say what was written."""

import argparse
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.trajectory import open_trajectory
from medyan_py.checkpoint import CheckpointError, changed_file, last_checkpoint
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import FAILED, REFUSED
from medyan_py.cli.numbers import seconds, seed, thread_count, whole
from medyan_py.cli.selection import names_among
from medyan_py.cli.session import Session
from medyan_py.cli.signals import StopSignals
from medyan_py.cli.trajectories import counted, no_frame, warn_of_incomplete
from medyan_py.cli.words import CommandParser
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck import Deck, DeckError, Diagnostic, read_deck
from medyan_py.escape import LeftGridError
from medyan_py.output import RECORDERS, OutputError, claim_directory, write_failure
from medyan_py.output.directory import reopen_directory
from medyan_py.output.layout import CHECKPOINT_FILE
from medyan_py.setup.frame_start import choose_frame, start_from_frame, what_is_lost
from medyan_py.simulation import Simulation

HELP = "simulate a deck"
USAGE = "medyan run -s SYSTEM [-i DIR] [-o DIR] [options]\n       medyan run --continue DIR [--runtime S]"


def add_options(parser: CommandParser) -> None:
    """Declare the options of ``medyan run``."""
    parser.add_argument("-s", dest="system", metavar="SYSTEM", help="the system deck")
    parser.needs["system", "resumed"] = "the system deck is given with -s SYSTEM"
    parser.add_argument("-i", dest="input", metavar="DIR", help="where the files named in it are (default: beside it)")
    parser.add_argument("-o", dest="output", metavar="DIR", help="where results go (default: here)")
    parser.add_argument("--overwrite", action="store_true", help="remove earlier results from that directory")
    parser.add_argument(
        "--continue",
        dest="resumed",
        metavar="DIR",
        help="go on with the run whose results are in that directory, from its last checkpoint",
    )
    parser.add_argument(
        "--checkpoint-every",
        type=seconds,
        metavar="S",
        help="simulated time between checkpoints in s, instead of checkpoint-time",
    )
    parser.add_argument(
        "--start-from",
        metavar="FILE",
        help="begin with the network in the last frame of this snapshot.traj or traj.h5 instead of the deck's",
    )
    parser.add_argument(
        "--start-frame",
        type=whole,
        metavar="N",
        help="the frame of that number instead; negative numbers count from the last, -1 (default)",
    )
    parser.add_argument("--seed-fixed", type=seed, metavar="N", help="seed; same deck and seed, same trajectory")
    parser.add_argument("--runtime", type=seconds, metavar="S", help="end of the simulation in s, instead of RUNTIME")
    parser.add_argument(
        "--record",
        type=names_among(RECORDERS, "recorder"),
        metavar="NAMES",
        help=f"what to write, separated by commas (default: all): {', '.join(RECORDERS)}",
    )
    parser.add_argument("--no-vtk", action="store_true", help="write no files for ParaView")
    parser.add_argument(
        "-t",
        dest="threads",
        type=thread_count,
        metavar="N",
        help="threads that compute forces (default: 1; a negative number counts as 1); 0: one per processor",
    )
    parser.add_argument("--compatibility", metavar="NAME", help="rules to follow: none or medyan-5.4")


def execute(options: argparse.Namespace) -> int:
    """Run, and return the exit code.

    The initial network is built and relaxed before the output directory is touched, because a deck may still turn
    out to be impossible then.
    """
    if options.resumed is not None:
        return _go_on(options)
    if options.start_frame is not None and options.start_from is None:
        return _refuse_line("--start-frame needs the file of --start-from")
    if options.no_vtk and options.record and set(options.record) == {"vtk"}:
        return _refuse_line("--record vtk and --no-vtk leave nothing to write")
    with StopSignals() as stop:
        try:
            deck = read_deck(
                options.system, options.input, runtime=options.runtime, compatibility=options.compatibility
            )
            if options.start_from is not None:
                deck = _with_frame(deck, options)
            simulation = Simulation(deck, options.seed_fixed, threads=options.threads or 1)
        except DeckError as error:
            return _refuse(error)
        except TrajectoryError as error:
            return _refuse_line(str(error))
        except MechanicsError as error:
            return _unrelaxed(error, deck, options)
        except LeftGridError as error:
            return _fail(f"the initial network does not stay where it is: {error}")
        except MemoryError as error:
            return _fail(f"not enough memory for this deck: {error}")
        if stop.received is not None:
            say(f"medyan: {stop.received.name} before the first frame; nothing was written", sys.stderr)
            return stop.exit_code
        try:
            directory = claim_directory(options.output or ".", overwrite=options.overwrite)
        except OutputError as error:
            how = " with --overwrite" if str(error).endswith("overwritten") else ""
            if how and (Path(options.output or ".") / CHECKPOINT_FILE).exists():
                how += f"; to go on with that run: medyan run --continue {shlex.quote(options.output or '.')}"
            say(f"medyan: error: {error}{how}", sys.stderr)
            return REFUSED
        record = tuple(name for name in options.record or RECORDERS if name != "vtk" or not options.no_vtk)
        every = deck.schedule.checkpoint if options.checkpoint_every is None else options.checkpoint_every
        return Session(simulation, directory, stop, record=record, every=every).run(options)


def _with_frame(deck: Deck, options: argparse.Namespace) -> Deck:
    """The deck with the network of the frame that is asked for."""
    with open_trajectory(options.start_from) as trajectory:
        warn_of_incomplete(trajectory)
        frame = choose_frame(trajectory, options.start_frame)
        if not len(trajectory):
            raise TrajectoryError(no_frame(trajectory))
        if frame is None:
            count = counted(len(trajectory), "frames")
            raise TrajectoryError(f"{trajectory.path}: there is no frame {options.start_frame}; it has {count}")
    deck = start_from_frame(deck, frame, str(trajectory.path))
    say(f"medyan: begins with frame {frame.frame} of {trajectory.path}; {what_is_lost(frame)}", sys.stderr)
    return deck


def _go_on(options: argparse.Namespace) -> int:
    """Continue a run from its last checkpoint.

    A deck on the command line is only compared: the run goes on with the one in the checkpoint.
    """
    fixed = {
        "-o": options.output,
        "--overwrite": options.overwrite or None,
        "--start-from": options.start_from,
        "--start-frame": options.start_frame,
        "--seed-fixed": options.seed_fixed,
        "--compatibility": options.compatibility,
        "--record": options.record,
        "--no-vtk": options.no_vtk or None,
    }
    given = [name for name, value in fixed.items() if value is not None]
    if given:
        return _refuse_line(f"a run goes on as it was begun: {', '.join(given)} cannot be given with --continue")
    if options.input is not None and options.system is None:
        return _refuse_line(
            "-i is where the files of -s SYSTEM are, which is not given; the checkpoint has its own deck"
        )
    with StopSignals() as stop:
        try:
            checkpoint = last_checkpoint(options.resumed)
            if options.system is not None:
                change = changed_file(checkpoint, read_deck(options.system, options.input))
                if change is not None:
                    return _refuse_line(
                        f"this is not the deck of the run in {options.resumed}: {change}; without -s the run goes on "
                        "with the deck that it was begun with, and a new run goes to another directory"
                    )
            threads = options.threads or checkpoint.run["threads"]
            simulation = checkpoint.simulation(runtime=options.runtime, threads=threads)
            if options.runtime is not None and simulation.time > options.runtime:
                return _refuse_line(f"the run is at t = {simulation.time:g} s already, past {options.runtime:g} s")
            directory = reopen_directory(options.resumed)
        except DeckError as error:
            return _refuse(error)
        except (CheckpointError, OutputError) as error:
            return _refuse_line(str(error))
        except MemoryError as error:
            return _fail(f"not enough memory for this deck: {error}")
        every = checkpoint.run["every"] if options.checkpoint_every is None else options.checkpoint_every
        record = tuple(checkpoint.run["record"].split(","))
        return Session(simulation, directory, stop, record=record, every=every, since=checkpoint).run(options)


def _refuse_line(text: str) -> int:
    say(f"medyan: error: {text}", sys.stderr)
    return REFUSED


def _refuse(error: DeckError) -> int:
    _list("warning", error.warnings)
    _list("error", error.diagnostics)
    n = len(error.diagnostics)
    say(f"medyan: {n} {'mistake' if n == 1 else 'mistakes'} in the deck; nothing was written", sys.stderr)
    return REFUSED


def _list(label: str, diagnostics: Iterable[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        say(f"{label}: {diagnostic}", sys.stderr)


def _unrelaxed(error: MechanicsError, deck: Deck, options: argparse.Namespace) -> int:
    """The first minimisation failed: say so, and what was noticed before, and leave the state it failed in."""
    _list("warning", (remark for remark in deck.warnings if remark.severity == "warning"))
    text = f"the initial network cannot be relaxed: {error}"
    if error.report is None:
        return _fail(text)
    try:
        path = write_failure(claim_directory(options.output or ".", overwrite=options.overwrite), 0.0, error.report)
    except OutputError as why:
        return _fail(f"{text}; {why}")
    say(f"medyan: error: {text}; see {path}", sys.stderr)
    return FAILED


def _fail(text: str) -> int:
    say(f"medyan: error: {text}; nothing was written", sys.stderr)
    return FAILED
