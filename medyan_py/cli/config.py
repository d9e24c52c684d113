"""Write decks: a given one in normalised form, or one to start from, after a few questions."""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import INTERRUPTED, REFUSED, SUCCESS
from medyan_py.deck import DeckError
from medyan_py.deck.normalised import normalised_deck
from medyan_py.deck.starter import QUESTIONS, Choices, check_free, write_starter

HELP = "rewrite a deck in one form, or make one to start from"
USAGE = "medyan config [-s SYSTEM [-i DIR]] [-o DIR]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``medyan config``."""
    parser.add_argument("-s", dest="system", metavar="SYSTEM", help="the deck to rewrite; without it, questions")
    parser.add_argument("-i", dest="input", metavar="DIR", help="where the files named in it are (default: beside it)")
    parser.add_argument(
        "-o",
        dest="output",
        metavar="DIR",
        default=".",
        help="where decks are written (default: here); is made if needed",
    )


def execute(options: argparse.Namespace) -> int:
    """Rewrite, or ask and write."""
    directory = Path(options.output)
    if options.input is not None and options.system is None:
        say("medyan: error: -i is where the files of -s SYSTEM are, which is not given", sys.stderr)
        return REFUSED
    if directory.exists() and not directory.is_dir():
        say(f"medyan: error: {directory}: this is a file, not a directory", sys.stderr)
        return REFUSED
    try:
        if options.system is not None:
            return _rewrite(Path(options.system), options.input, directory)
        return _start(directory)
    except FileExistsError as error:
        say(f"medyan: error: {error}", sys.stderr)
        return REFUSED
    except OSError as error:
        say(f"medyan: error: {error.filename}: cannot be written: {error.strerror}", sys.stderr)
        return REFUSED


def _rewrite(system: Path, input_dir: str | None, directory: Path) -> int:
    try:
        name = _chemistry_name(system, input_dir)
        texts = normalised_deck(system, input_dir, f"normalized.{name}")
    except DeckError as error:
        for diagnostic in error.diagnostics:
            say(f"error: {diagnostic}", sys.stderr)
        say("medyan: nothing was written", sys.stderr)
        return REFUSED
    directory.mkdir(parents=True, exist_ok=True)
    for path, text in zip((f"normalized.{system.name}", f"normalized.{name}"), texts, strict=True):
        replaced = " (in place of an older one)" if (directory / path).exists() else ""
        (directory / path).write_text(text, encoding="utf-8", errors="surrogateescape")
        say(f"Wrote {directory / path}{replaced}", sys.stdout)
    return SUCCESS


def _chemistry_name(system: Path, input_dir: str | None) -> str:
    from medyan_py.deck import read_deck

    return read_deck(system, input_dir).chemistry_path.name


def _start(directory: Path) -> int:
    check_free(directory)
    say("A network of actin, cross-linkers and myosin motors. Enter takes the value in brackets.", sys.stdout)
    try:
        answers = {field.name: _ask(QUESTIONS[field.name], field.default) for field in fields(Choices)}
    except EOFError:
        say("medyan: the answers end early; nothing was written", sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        say("medyan: interrupted; nothing was written", sys.stderr)
        return INTERRUPTED
    system, chemistry = write_starter(directory, Choices(**answers))
    say(f"Wrote {system} and {chemistry}. Run them: medyan run -s {system} -o results", sys.stdout)
    return SUCCESS


def _ask(question: str, default: int | float) -> int | float:
    """A number of the kind of the default: a count, or a time above 0."""
    kind = type(default)
    least = 0 if question.startswith(("molecules", "motors", "cross", "filaments")) else 1
    while True:
        answer = input(f"{question} [{default:g}]: ").strip()
        if not answer:
            return default
        try:
            value = kind(answer)
            if (value >= least and value < 10**9) if kind is int else 0 < value < 1e9:
                return value
        except ValueError:
            pass
        wanted = f"a whole number from {least}" if kind is int else "a number above 0"
        say(f"  {wanted} is needed", sys.stdout)
