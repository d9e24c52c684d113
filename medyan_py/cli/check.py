"""Say what is wrong or doubtful in a deck, and what running it would take, without running it."""

import argparse
import json
import sys
from dataclasses import asdict

from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import FAILED, REFUSED, SUCCESS
from medyan_py.cli.trial import try_out
from medyan_py.cli.words import CommandParser
from medyan_py.core.chemistry.errors import EndlessReactionsError
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck import DeckError, Diagnostic, read_deck
from medyan_py.deck.keys import unknown_keywords
from medyan_py.deck.plausible import check_plausible
from medyan_py.deck.possible import check_possible
from medyan_py.escape import LeftGridError
from medyan_py.output import OutputError

HELP = "find what is wrong or doubtful in a deck"
USAGE = "medyan check SYSTEM [-i DIR] [options]"


def add_options(parser: CommandParser) -> None:
    """Declare the options of ``medyan check``."""
    parser.add_argument("deck", metavar="SYSTEM", nargs="?", help="the system deck")
    parser.add_argument("-s", dest="system", metavar="SYSTEM", help="the same")
    parser.add_argument("-i", dest="input", metavar="DIR", help="where the files named in it are (default: beside it)")
    parser.add_argument("--compatibility", metavar="NAME", help="rules to follow: none or medyan-5.4")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is written")
    parser.add_argument("--no-trial", action="store_true", help="do not estimate, by a short trial, what a run takes")


def execute(options: argparse.Namespace) -> int:
    """Check; exit code 0 without errors, 2 with, 3 if the deck is sound but its trial has to end early."""
    if (options.deck is None) == (options.system is None):
        say("medyan: error: one system deck is needed: medyan check SYSTEM", sys.stderr)
        return REFUSED
    remarks, estimate, failure = _look(options)
    remarks.sort(key=lambda r: ("error", "warning", "hint").index(r.severity))
    errors = [r for r in remarks if r.severity == "error"]
    if options.format == "json":
        report = {"remarks": [asdict(r) for r in remarks], "estimate": estimate, "failure": failure}
        say(json.dumps(report, indent=1, ensure_ascii=False), sys.stdout)
    else:
        _tell(remarks, estimate, failure)
    if errors:
        return REFUSED
    return FAILED if failure else SUCCESS


def _look(options: argparse.Namespace) -> tuple[list[Diagnostic], dict | None, str | None]:
    """Remarks, the estimate of a trial (None without one), why the trial had to end (None if it did not)."""
    try:
        deck = read_deck(
            options.system if options.deck is None else options.deck, options.input, compatibility=options.compatibility
        )
    except DeckError as error:
        return [*error.diagnostics, *error.warnings], None, None
    remarks = [*deck.warnings, *check_plausible(deck), *check_possible(deck)]
    if options.no_trial:
        return remarks, None, None
    try:
        return remarks, try_out(deck, remarks), None
    except DeckError as error:  # such as no room for random filaments
        return [*error.diagnostics, *remarks], None, None
    except MechanicsError as error:
        return remarks, None, f"the network cannot be relaxed: {error}"
    except (LeftGridError, EndlessReactionsError) as error:
        return remarks, None, str(error)
    except MemoryError as error:
        return remarks, None, f"not enough memory for this deck: {error}"
    except OutputError as error:
        say(f"medyan: no estimate of what a run takes: {error}", sys.stderr)
        return remarks, None, None


def _tell(remarks: list[Diagnostic], estimate: dict | None, failure: str | None) -> None:
    for remark in remarks:
        say(f"{remark.severity}: {remark}", sys.stdout)
    if failure:
        say(f"error: {failure}", sys.stdout)
    if estimate:
        e = estimate
        say(
            f"{e['filaments']} filaments, {e['cylinders']} cylinders, {e['compartments']} compartments after "
            f"{e['simulated_seconds']:.3g} simulated s: {e['events_per_simulated_second']:.3g} events and "
            f"{e['seconds_per_simulated_second']:.3g} s of computing per simulated second, "
            f"{e['memory_MB']:.0f} MB of memory",
            sys.stdout,
        )
        if e["frames"] is not None:
            say(
                f"at this pace the whole run takes {_duration(e['run_seconds'])} of computing, and its "
                f"{e['frames']} frames {e['run_MB']:.3g} MB on the disk",
                sys.stdout,
            )
    counts = {s: sum(r.severity == s for r in remarks) for s in ("error", "warning", "hint")}
    counts["error"] += failure is not None
    found = ", ".join(f"{n} {s}{'' if n == 1 else 's'}" for s, n in counts.items() if n)
    if unknown := unknown_keywords(remarks):
        say(unknown, sys.stdout)
    say(found or "nothing is wrong or doubtful", sys.stdout)


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"
