"""`read_deck`: the files of a deck → a checked, typed deck, or all its errors at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from numbers import Real
from pathlib import Path

from .availability import check_available, check_available_chemistry
from .bubbles import BubbleLine, check_bubbles, read_bubbles
from .build import build_deck
from .checks import Checker, Counts
from .chemistry_lines import ChemistryLines, read_lines
from .chemistry_table import DIRECTIVES
from .crosschecks import check_filaments, check_species_of_system_deck
from .diagnostics import Report, closest, quote
from .dump_file import Dump, read_dump
from .filament_file import read_filaments
from .grammar import Group, Word, decode, no_text, parse
from .laws import check_axial_loads, check_parameters
from .limits import check_limits
from .model import Deck, FilamentLine
from .motion import check_held, check_motion
from .pin_file import check_pins, read_pins
from .protocols import check_protocols
from .reactions import Reactions, read_reactions
from .settings import Settings, read_settings
from .species import SpeciesBook
from .tables import KEYWORDS
from .values import BadValue

MAX_BYTES = 64 * 2**20
FOREIGN_LINES = 4  # from more, without a keyword, no deck was meant
MAX_TYPES = int(KEYWORDS["NUMFILAMENTTYPES"].type.most)


def read_deck(
    system_path: str | os.PathLike,
    input_dir: str | os.PathLike | None = None,
    *,
    runtime: float | None = None,
    compatibility: str | None = None,
    texts: Mapping[Path, str] | None = None,
) -> Deck:
    """Read and check a deck.

    Parameters
    ----------
    system_path : path
        The system deck.
    input_dir : path, optional
        Where the files named in the deck are; by default the directory of the system deck.
    runtime : float, optional
        End of the simulation (s) instead of RUNTIME.
    compatibility : str, optional
        'none' or 'medyan-5.4', instead of the deck's.
    texts : mapping of Path to str, optional
        The files, as a deck has them in ``texts``; by default they are read from the disk.

    Returns
    -------
    Deck
        With what was noticed, but is no error, in `warnings`.

    Raises
    ------
    DeckError
        With all mistakes of all files of the deck, each with file, line and keyword; also when a file cannot be read.
    """
    system_path = Path(system_path)
    directory = system_path.parent if input_dir is None else Path(input_dir)
    return _Reading(system_path, directory, texts).run(runtime, compatibility)


class _Reading:
    """One reading of a deck: what has been read so far, and the report."""

    def __init__(self, system_path: Path, directory: Path, texts: Mapping[Path, str] | None):
        self._system_path = system_path
        self._directory = directory
        self._report = Report()
        self._given = texts
        self._texts: dict[Path, str] = {}

    def run(self, runtime: float | None, compatibility: str | None) -> Deck:
        report = self._report
        text = self._text(self._system_path, "", None, str(self._system_path))
        report.raise_if_errors()
        groups, whole = parse(text, str(self._system_path), report)
        self._refuse_others(groups)
        settings = read_settings(groups, str(self._system_path), report, tuple(DIRECTIVES))
        self._override(settings, runtime, compatibility)
        if not whole:
            report.raise_if_errors()
        chemistry_path, lines = self._chemistry(settings)
        n_types = settings["NUMFILAMENTTYPES"] if settings.sound("NUMFILAMENTTYPES") else MAX_TYPES
        book, reactions = None, Reactions()
        if lines is not None:
            book = SpeciesBook(lines, n_types, settings.sound("NUMFILAMENTTYPES"), report)
            book.check_complete()
            reactions = read_reactions(lines, book, report)
        bubbles = self._bubbles(settings)
        filaments = self._filaments(settings, n_types)
        dump = self._with_pins(self._dump(settings), settings)
        counts = _counts(settings, lines)
        Checker(settings, counts, report).run()
        check_parameters(settings, report)
        check_axial_loads(settings, report)
        check_available(settings, report)
        check_motion(settings, report)
        check_protocols(settings, report)
        check_bubbles(settings, bubbles, report)
        if lines is not None:
            check_species_of_system_deck(settings, book, report)
            check_available_chemistry(lines, settings, report)
            check_held(lines, settings, report)
            check_limits(lines, book, reactions, report)
        report.raise_if_errors()
        return build_deck(
            (self._system_path, chemistry_path, self._directory),
            self._texts,
            settings,
            lines,
            book,
            reactions,
            filaments,
            dump,
            bubbles,
            report,
        )

    def _refuse_others(self, groups: list[Group]) -> None:
        """``DeckError`` for another file in the place of the system deck, instead of all that is missing then."""
        first = [group.items[0] for group in groups if group.items]
        heads = {word.text.rstrip(":") for word in first if isinstance(word, Word)}
        if heads & DIRECTIVES.keys() and not heads & KEYWORDS.keys():
            message = "this is a chemistry deck; wanted is the system deck, which names it as CHEMISTRYFILE"
            self._report.error(str(self._system_path), None, "", message)
            self._report.raise_if_errors()
        if len(groups) > FOREIGN_LINES and not heads & KEYWORDS.keys():
            message = f"this is no system deck: none of its {len(groups)} entries begins with a keyword"
            self._report.error(str(self._system_path), None, "", message)
            self._report.raise_if_errors()

    def _text(self, path: Path, keyword: str, line: int | None, named_in: str) -> str | None:
        """Text of a file; None (and an error) when it cannot be read."""
        problem = ""
        try:
            if self._given is not None:
                if path in self._given:
                    self._texts[path] = self._given[path]
                    return self._texts[path]
                problem = "not among the given texts"
            elif not path.exists():
                problem = "no such file" + _guess(path)
            elif not path.is_file():
                problem = "not a regular file" + _guess(path)
            elif path.stat().st_size > MAX_BYTES:
                problem = f"larger than {MAX_BYTES // 2**20} MB, which no deck is"
            else:
                data = path.read_bytes()
                problem = no_text(data)
                if not problem:
                    self._texts[path] = decode(data)
                    return self._texts[path]
        except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
            problem = getattr(error, "strerror", None) or str(error)
        if keyword:
            self._report.error(named_in, line, keyword, f"cannot read {quote(str(path))}: {problem}")
        else:
            self._report.error(named_in, None, "", f"cannot read the file: {problem}")
        return None

    def _override(self, settings: Settings, runtime: float | None, compatibility: str | None) -> None:
        if runtime is not None:
            if isinstance(runtime, bool) or not isinstance(runtime, Real) or not 0 < runtime <= sys.float_info.max:
                self._report.error("argument", None, "runtime", found=repr(runtime), allowed="a number > 0 (s)")
                settings.invalid.add("RUNTIME")
            else:
                settings.values["RUNTIME"] = float(runtime)
                settings.invalid.discard("RUNTIME")
        if compatibility is not None:
            settings.values.pop("compatibility", None)
            row = KEYWORDS["compatibility"]
            try:
                value = row.type.read(str(compatibility))
            except BadValue as bad:
                self._report.error("argument", None, "compatibility", found=bad.found, allowed=bad.allowed)
            else:
                settings.values["compatibility"] = value

    def _chemistry(self, settings: Settings) -> tuple[Path | None, ChemistryLines | None]:
        name = settings["CHEMISTRYFILE"]
        if name is None:
            return None, None
        path = self._directory / name
        text = self._text(path, "CHEMISTRYFILE", settings.lines["CHEMISTRYFILE"], settings.file)
        if text is None:
            return path, None
        groups, whole = parse(text, str(path), self._report)
        lines = read_lines(groups, str(path), self._report, settings["DISSIPATIONTRACKING"], tuple(KEYWORDS))
        return path, lines if whole else None

    def _dump(self, settings: Settings) -> Dump | None:
        if "RESTARTPHASE" not in settings.values:
            return None
        name, line = settings["FILAMENTFILE"], settings.lines["RESTARTPHASE"]
        if not name:
            allowed = "FILAMENTFILE with the path of a datadump.traj"
            self._report.error(settings.file, line, "RESTARTPHASE", "there is no restart dump", allowed=allowed)
            return None
        path = self._directory / name
        text = self._text(path, "FILAMENTFILE", settings.lines["FILAMENTFILE"], settings.file)
        dump = None if text is None else read_dump(text, str(path), self._report)
        end = settings["RUNTIME"]
        if dump is not None and 0 < end <= dump.time:
            allowed = f"later than {dump.time:g} s, the time of the restart dump"
            self._report.error(
                settings.file, settings.lines.get("RUNTIME"), "RUNTIME", found=f"{end:g}", allowed=allowed
            )
        return dump

    def _with_pins(self, dump: Dump | None, settings: Settings) -> Dump | None:
        name = settings["PINRESTARTFILE"]
        if not name:
            return dump
        line = settings.lines["PINRESTARTFILE"]
        protocols = [entry.values[0] for entry in settings.entries("SPECIALPROTOCOL")]
        if "RESTARTPHASE" not in settings.values or "PINBOUNDARYFILAMENTS" not in protocols:
            message = "not read: it serves RESTARTPHASE together with SPECIALPROTOCOL PINBOUNDARYFILAMENTS"
            self._report.warning(settings.file, line, "PINRESTARTFILE", message)
            return dump
        path = self._directory / name
        text = self._text(path, "PINRESTARTFILE", line, settings.file)
        if dump is None or text is None:
            return dump
        pins = read_pins(text, str(path), self._report)
        check_pins(pins, str(path), {row["id"] for row in dump.rows["FILAMENT"]}, self._report)
        return replace(dump, pins=pins)

    def _bubbles(self, settings: Settings) -> tuple[BubbleLine, ...]:
        name = settings["BUBBLEFILE"]
        if not name:
            return ()
        path = self._directory / name
        text = self._text(path, "BUBBLEFILE", settings.lines["BUBBLEFILE"], settings.file)
        return () if text is None else read_bubbles(text, str(path), settings, self._report)

    def _filaments(self, settings: Settings, n_types: int) -> tuple[FilamentLine, ...]:
        name = settings["FILAMENTFILE"]
        if not name or "RESTARTPHASE" in settings.values:
            return ()
        path = self._directory / name
        text = self._text(path, "FILAMENTFILE", settings.lines["FILAMENTFILE"], settings.file)
        if text is None:
            return ()
        filaments = read_filaments(text, str(path), self._report, n_types)
        check_filaments(filaments, str(path), settings, self._report)
        return filaments


def _guess(path: Path) -> str:
    """Which file was probably meant: a text file in a directory that is given, or one of a similar name."""
    if path.is_dir():
        texts = sorted(file.name for file in path.glob("*.txt"))
        name = texts[0] if len(texts) == 1 else next((name for name in texts if "system" in name.lower()), "")
        return f"; did you mean {quote(str(path / name))}?" if name else ""
    if not path.parent.is_dir():
        return ""
    near = closest(path.name, (file.name for file in path.parent.iterdir() if file.is_file()))
    return f"; did you mean {near}?" if near else ""


def _counts(settings: Settings, lines: ChemistryLines | None) -> Counts:
    attempts = None if lines is None else lines.attempts
    linkers, motors, branchers = (
        None if attempts is None else attempts.get(name, 0)
        for name in ("LINKERREACTION", "MOTORREACTION", "SPECIESBRANCHER")
    )
    types = settings["NUMFILAMENTTYPES"] if settings.sound("NUMFILAMENTTYPES") else None
    return Counts(FT=types, LT=linkers, MT=motors, BT=branchers, BuT=settings["NUMBUBBLETYPES"])
