"""Say what is wrong or doubtful in a deck, and what running it would take, without running it."""

import argparse
import json
import resource
import sys
import time
from dataclasses import asdict

from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import FAILED, REFUSED, SUCCESS
from medyan_py.cli.words import CommandParser
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck import Deck, DeckError, Diagnostic, read_deck
from medyan_py.deck.keys import unknown_keywords
from medyan_py.deck.plausible import check_plausible
from medyan_py.deck.possible import check_possible
from medyan_py.simulation import Simulation

HELP = "find what is wrong or doubtful in a deck"
USAGE = "medyan check SYSTEM [-i DIR] [options]"
TRIAL = 2.0  # s of computing, at most about
SEED = 1  # of the trial


def add_options(parser: CommandParser) -> None:
    """Declare the options of ``medyan check``."""
    parser.add_argument("deck", metavar="SYSTEM", nargs="?", help="the system deck")
    parser.add_argument("-s", dest="system", metavar="SYSTEM", help="the same")
    parser.add_argument("-i", dest="input", metavar="DIR", help="where the files named in it are (default: beside it)")
    parser.add_argument("--compatibility", metavar="NAME", help="rules to follow: none or medyan-5.4")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is written")
    parser.add_argument("--no-trial", action="store_true", help="do not estimate, by a short trial, what a run takes")


def execute(options: argparse.Namespace) -> int:
    """Check; exit code 0 without errors, 2 with, 3 if the deck is sound but its network cannot be relaxed."""
    if (options.deck is None) == (options.system is None):
        say("medyan: error: one system deck is needed: medyan check SYSTEM", sys.stderr)
        return REFUSED
    remarks, estimate, failure = _look(options)
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
    """Remarks, the estimate of a trial (None without one), why the network cannot be relaxed (None if it can)."""
    try:
        deck = read_deck(
            options.system if options.deck is None else options.deck, options.input, compatibility=options.compatibility
        )
    except DeckError as error:
        return [*error.diagnostics, *error.warnings], None, None
    remarks = [*deck.warnings, *check_plausible(deck), *check_possible(deck)]
    remarks.sort(key=lambda r: ("error", "warning", "hint").index(r.severity))
    if options.no_trial:
        return remarks, None, None
    try:
        return remarks, try_out(deck), None
    except DeckError as error:  # such as no room for random filaments
        return [*error.diagnostics, *remarks], None, None
    except MechanicsError as error:
        return remarks, None, f"the network cannot be relaxed: {error}"


def try_out(deck: Deck) -> dict:
    """What a run takes, from a trial of some cycles of the network that seed 1 makes.

    Returns ``memory_MB`` of the whole program, ``events_per_simulated_second``, ``seconds_per_simulated_second`` (CPU),
    ``filaments``, ``cylinders``, ``compartments`` and ``simulated_seconds`` of the trial.
    """
    simulation = Simulation(deck, SEED)
    schedule = deck.schedule
    start, events, cycles = time.process_time(), simulation.steps_done, 0
    while not simulation.finished and time.process_time() - start < TRIAL:
        if schedule.by_steps:
            simulation.run(steps=schedule.minimisation_steps)
        else:
            simulation.run(min(schedule.minimisation, schedule.runtime - simulation.time))
        cycles += 1
    simulated, spent = simulation.time, time.process_time() - start
    return {
        "filaments": len(simulation.filaments),
        "cylinders": len(simulation.filaments.monomers),
        "compartments": int(simulation.grid.active.sum()),
        "simulated_seconds": simulated,
        "events_per_simulated_second": (simulation.steps_done - events) / simulated if simulated else 0.0,
        "seconds_per_simulated_second": spent / simulated if simulated else 0.0,
        "memory_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


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
            f"{e['seconds_per_simulated_second']:.3g} s of computing per simulated second, {e['memory_MB']:.0f} MB",
            sys.stdout,
        )
    counts = {s: sum(r.severity == s for r in remarks) for s in ("error", "warning", "hint")}
    counts["error"] += failure is not None
    found = ", ".join(f"{n} {s}{'' if n == 1 else 's'}" for s, n in counts.items() if n)
    if unknown := unknown_keywords(remarks):
        say(unknown, sys.stdout)
    say(found or "nothing is wrong or doubtful", sys.stdout)
