"""`main`: from the words of the command line to an exit code."""

import os
import sys
import traceback
from collections.abc import Sequence

from medyan_py.cli import analyze, check, config, convert, info, interrupted, render, run
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import BUG, INTERRUPTED, REFUSED
from medyan_py.cli.words import CommandParser, is_later, split_command, unknown_command

COMMANDS = {
    "run": run,
    "check": check,
    "config": config,
    "info": info,
    "convert": convert,
    "analyze": analyze,
    "render": render,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what a command line says.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the name of the program; by default those of this process.

    Returns
    -------
    int
        0 success, 1 a bug, 2 a mistake in the command line, the deck or the choice of directory, 3 a run that had to
        end early, 130 and 143 interrupted by SIGINT and SIGTERM.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(words)
    except SystemExit as end:  # argparse: help, version, usage
        return end.code
    except (KeyboardInterrupt, Exception) as error:
        if interrupted(error):
            say("medyan: interrupted", sys.stderr)
            return INTERRUPTED
        # without a log yet, so the details go to the screen
        say("".join(traceback.format_exception(error)).rstrip(), sys.stderr)
        say(
            "medyan: this is a mistake in medyan_py, not in your input; please report it with the lines above",
            sys.stderr,
        )
        return BUG
    finally:
        _flush()


def _dispatch(words: list[str]) -> int:
    parsers = {name: CommandParser.of(name, module) for name, module in COMMANDS.items()}
    command, rest = split_command(words, parsers.values())
    if command is None:
        command, parser = "run", CommandParser.without_command(run, COMMANDS)
        if not words:
            say(f"{parser.format_usage()}\n{parser.epilog}", sys.stderr)
            return REFUSED
    elif is_later(command):
        say(f"medyan: the command '{command}' is not available in this version", sys.stderr)
        return REFUSED
    elif command not in COMMANDS:
        CommandParser.without_command(run, COMMANDS).error(unknown_command(command, COMMANDS))
    else:
        parser = parsers[command]
    options = parser.read(rest)
    options.command_line = ["medyan", *words]
    return COMMANDS[command].execute(options)


def _flush() -> None:
    """Leave no text behind that the interpreter would try, and complain about, when the reader of a pipe has gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
