"""Simulate a deck: read and check it, claim the output directory, run, say what was written."""

import argparse
import sys
from collections.abc import Iterable

from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import FAILED, REFUSED
from medyan_py.cli.numbers import seconds, seed, thread_count
from medyan_py.cli.selection import recorders
from medyan_py.cli.session import Session
from medyan_py.cli.signals import StopSignals
from medyan_py.cli.words import CommandParser
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck import DeckError, Diagnostic, read_deck
from medyan_py.output import RECORDERS, OutputError, claim_directory, write_failure
from medyan_py.simulation import Simulation

HELP = "simulate a deck"
USAGE = "medyan run -s SYSTEM [-i DIR] [-o DIR] [options]"


def add_options(parser: CommandParser) -> None:
    """Declare the options of ``medyan run``."""
    parser.add_argument("-s", dest="system", metavar="SYSTEM", help="the system deck")
    parser.needs["system"] = "the system deck is given with -s SYSTEM"
    parser.add_argument("-i", dest="input", metavar="DIR", help="where the files named in it are (default: beside it)")
    parser.add_argument("-o", dest="output", metavar="DIR", default=".", help="where results go (default: here)")
    parser.add_argument("--overwrite", action="store_true", help="remove earlier results from that directory")
    parser.add_argument("--seed-fixed", type=seed, metavar="N", help="seed; same deck and seed, same trajectory")
    parser.add_argument("--runtime", type=seconds, metavar="S", help="end of the simulation in s, instead of RUNTIME")
    parser.add_argument(
        "--record",
        type=recorders,
        metavar="NAMES",
        help=f"what to write, separated by commas (default: all): {', '.join(RECORDERS)}",
    )
    parser.add_argument("--no-vtk", action="store_true", help="write no files for ParaView")
    parser.add_argument(
        "-t",
        dest="threads",
        type=thread_count,
        default=1,
        metavar="N",
        help="threads that compute forces; 0: one per processor",
    )
    parser.add_argument("--compatibility", metavar="NAME", help="rules to follow: none or medyan-5.4")


def execute(options: argparse.Namespace) -> int:
    """Run, and return the exit code.

    The initial network is built and relaxed before the output directory is touched, because a deck may still turn
    out to be impossible then.
    """
    with StopSignals() as stop:
        try:
            deck = read_deck(
                options.system, options.input, runtime=options.runtime, compatibility=options.compatibility
            )
            simulation = Simulation(deck, options.seed_fixed, threads=options.threads)
        except DeckError as error:
            return _refuse(error)
        except MechanicsError as error:
            return _unrelaxed(error, options)
        except MemoryError as error:
            return _fail(f"not enough memory for this deck: {error}")
        if stop.received is not None:
            say(f"medyan: {stop.received.name} before the first frame; nothing was written", sys.stderr)
            return stop.exit_code
        try:
            directory = claim_directory(options.output, overwrite=options.overwrite)
        except OutputError as error:
            how = " with --overwrite" if str(error).endswith("overwritten") else ""
            say(f"medyan: error: {error}{how}", sys.stderr)
            return REFUSED
        return Session(simulation, directory, stop).run(options)


def _refuse(error: DeckError) -> int:
    _list("warning", error.warnings)
    _list("error", error.diagnostics)
    n = len(error.diagnostics)
    say(f"medyan: {n} {'mistake' if n == 1 else 'mistakes'} in the deck; nothing was written", sys.stderr)
    return REFUSED


def _list(label: str, diagnostics: Iterable[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        say(f"{label}: {diagnostic}", sys.stderr)


def _unrelaxed(error: MechanicsError, options: argparse.Namespace) -> int:
    """The first minimisation failed: say so and leave the state it failed in."""
    text = f"the initial network cannot be relaxed: {error}"
    if error.report is None:
        return _fail(text)
    try:
        path = write_failure(claim_directory(options.output, overwrite=options.overwrite), 0.0, error.report)
    except OutputError as why:
        return _fail(f"{text}; {why}")
    say(f"medyan: error: {text}; see {path}", sys.stderr)
    return FAILED


def _fail(text: str) -> int:
    say(f"medyan: error: {text}; nothing was written", sys.stderr)
    return FAILED
