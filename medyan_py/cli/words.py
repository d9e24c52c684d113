"""Words of the command line: which is the command, what its options are, what was probably meant.

Options may stand before or after the command, and without a command the simulation is run, as users of MEDYAN are used
to: ``medyan -s systeminput.txt``.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType

from medyan_py.cli.exit_codes import REFUSED
from medyan_py.deck.diagnostics import closest, quote
from medyan_py.version import __version__

LATER = ("gui", "test", "side")
_PATHS = ("SYSTEM", "DIR", "FILE", "PATH", "TARGET", "PNG", "CSV", "FILM")  # words for values that are paths
_LATER_OPTIONS = ("--gui", "--trap-fp-invalid")


def is_later(command: str) -> bool:
    """Whether a later version will have the command."""
    return command in LATER


def unknown_command(word: str, commands: Iterable[str]) -> str:
    """What to say about a word that is not a command."""
    known = tuple(commands)
    guess = closest(word, (*known, *LATER))
    return f"unknown command {quote(word)}; " + (f"did you mean {guess}?" if guess else f"there are {', '.join(known)}")


def split_command(words: Sequence[str], parsers: Iterable["CommandParser"]) -> tuple[str | None, list[str]]:
    """The command, None when there is none, and the words without it.

    It is the first word that is neither an option nor the value of one.
    """
    takes_value: dict[str, bool] = {}
    for parser in parsers:
        takes_value |= parser.takes_value()
    i = 0
    while i < len(words):
        word = words[i]
        if word == "--":
            return (words[i + 1] if i + 1 < len(words) else None), [*words[: i + 1], *words[i + 2 :]]
        if not word.startswith("-") or word == "-":
            return word, [*words[:i], *words[i + 1 :]]
        name = word.partition("=")[0]
        if name not in takes_value and word[:2] not in takes_value:
            break  # an unknown option: whether the next word is its value cannot be known
        has_value = takes_value.get(word, False) and i + 1 < len(words) and not _is_option(words[i + 1])
        i += 2 if has_value else 1
    return None, list(words)


def _is_option(word: str) -> bool:
    return word.startswith("-") and not word[1:2].isdigit() and word != "-"


class _NotYet(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        parser.exit(REFUSED, f"medyan: the option {option_string} is not available in this version\n")


class CommandParser(argparse.ArgumentParser):
    """The parser of one command; mistakes are one line after the usage, with the nearest option.

    Attributes
    ----------
    needs : dict of str or tuple of str to str
        Name of an option that must be given, or names of which one must be, and what to say when it is not.
    """

    def __init__(self, **settings):
        self.needs: dict[str | tuple[str, ...], str] = {}
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)
        self.add_argument("--version", action="version", version=f"medyan_py {__version__}")
        for option in _LATER_OPTIONS:
            self.add_argument(option, action=_NotYet, nargs=0, help=argparse.SUPPRESS)

    @classmethod
    def of(cls, name: str, module: ModuleType) -> "CommandParser":
        """The parser of ``medyan NAME``."""
        parser = cls(prog=f"medyan {name}", usage=module.USAGE, description=module.__doc__)
        module.add_options(parser)
        return parser

    @classmethod
    def without_command(cls, module: ModuleType, commands: Mapping[str, ModuleType]) -> "CommandParser":
        """The parser of ``medyan`` alone, which does what ``module`` does and lists the commands."""
        lines = [f"  {name:10}{other.HELP}" for name, other in commands.items()]
        epilog = "\n".join(["commands (without one: run):", *lines, "", "More about a command: medyan COMMAND -h"])
        usage = f"medyan [COMMAND] [options]\n       {module.USAGE}"
        parser = cls(prog="medyan", usage=usage, description=_PROGRAM, epilog=epilog)
        module.add_options(parser)
        return parser

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options; ends the program with the usage and exit code 2 when they make no sense."""
        options, strange = self.parse_known_args(words)
        for action in self._actions:
            value = getattr(options, action.dest, None)
            if action.metavar in _PATHS and "" in (value if isinstance(value, list) else [value]):
                name = "/".join(action.option_strings) or action.metavar
                self.error(f"argument {name}: a path is needed, found ''")
        strange = [word for word in strange if word != "--"]
        unknown = [word for word in strange if _is_option(word)]
        if unknown:
            name = unknown[0].partition("=")[0]
            guess = closest(name, [o for o in self._option_string_actions if o not in _LATER_OPTIONS])
            self.error(f"unknown option {quote(name)}" + (f"; did you mean {guess}?" if guess else ""))
        missing = []
        for names, text in self.needs.items():
            names = (names,) if isinstance(names, str) else names
            if all(getattr(options, name) is None for name in names):
                missing.append(text)
        if strange:
            self.error("; ".join([f"unexpected argument {quote(strange[0])}", *missing]))
        if missing:
            self.error(missing[0])
        return options

    def takes_value(self) -> dict[str, bool]:
        """Every option, and whether a value follows it."""
        return {name: action.nargs is None for name, action in self._option_string_actions.items()}

    def error(self, message: str):
        """End the program with the usage and one line that says what is wrong."""
        self.print_usage(sys.stderr)
        self.exit(REFUSED, f"medyan: error: {message}\n")


_PROGRAM = "Simulate the cytoskeleton: stochastic chemistry on a grid and the mechanics of filaments."
