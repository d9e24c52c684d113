"""Checkpoints: everything that a run needs to go on bit for bit, in a file.

In the file (see ``medyan_py.output.state_file``): ``program`` says what wrote it, ``deck`` holds the files of the deck
as they were read, ``simulation`` the state and the seed, ``outputs`` how far every output file was, ``run`` what else
the run kept. A run keeps the last two of them.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medyan_py.core.common.state import StateError
from medyan_py.deck import Deck, DeckError, read_deck
from medyan_py.output.errors import OutputError
from medyan_py.output.layout import CHECKPOINT_FILE, NEW_CHECKPOINT_FILE, OLDER_CHECKPOINT_FILE
from medyan_py.output.state_file import DamagedFile, read_tree, write_tree
from medyan_py.version import __version__, revision

if TYPE_CHECKING:
    from medyan_py.simulation import Simulation

SCHEMA = 2  # of the files; a version that reads and writes something else has another number


class CheckpointError(Exception):
    """A run cannot go on from a checkpoint; the text says why and what can be done."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that has been read.

    Attributes
    ----------
    path : Path
    version, revision : str
        Of the program that wrote it; ``revision`` is a git hash or empty.
    command : str
        The command line of that program.
    texts : dict of str to str
        The files of the deck as read: path → text.
    time : float, s
    frame : int
        Number of the next frame.
    outputs : dict
        How far every output file was.
    run : dict
        What else the run kept.
    notes : tuple of str
        What is to be told to who goes on from it.
    """

    path: Path
    version: str
    revision: str
    command: str
    texts: Mapping[str, str]
    time: float
    frame: int
    outputs: dict[str, Any]
    run: dict[str, Any]
    notes: tuple[str, ...]
    _tree: dict[str, Any] = field(repr=False)

    def deck(self, *, runtime: float | None = None) -> Deck:
        """The deck, read again from the texts in the checkpoint; ``runtime`` (s) instead of its end."""
        saved = self._tree["deck"]
        if runtime is None and saved["runtime"] > 0:
            runtime = saved["runtime"]
        texts = {Path(path): text for path, text in self.texts.items()}
        try:
            return read_deck(
                saved["system_path"],
                saved["input_dir"],
                runtime=runtime,
                compatibility=saved["compatibility"],
                texts=texts,
            )
        except DeckError as error:
            raise CheckpointError(f"{self.path}: its deck cannot be read by this version:\n{error}") from error

    def simulation(self, *, deck: Deck | None = None, runtime: float | None = None, threads: int = 1) -> Simulation:
        """The simulation; ``deck`` if not the one in the checkpoint, ``runtime`` (s) instead of its end.

        Raises
        ------
        CheckpointError
            If the state is that of another deck.
        """
        from medyan_py.simulation import Simulation

        saved = self._tree["simulation"]
        try:
            deck = deck or self.deck(runtime=runtime)
            return Simulation.from_state(deck, saved["seed"], saved["state"], threads=threads)
        except StateError as error:
            raise CheckpointError(f"{self.path} does not fit the deck: {error}") from error


def write_checkpoint(
    path: str | Path,
    simulation: Simulation,
    *,
    outputs: dict | None = None,
    run: dict | None = None,
    failure: str | None = None,
) -> None:
    """Write the state of a simulation, complete or not at all.

    Parameters
    ----------
    path : path
    simulation : Simulation
        Between cycles, unless ``failure``.
    outputs, run : dict, optional
        What ``Checkpoint`` will have under these names.
    failure : str, optional
        Why the simulation cannot go on; nobody goes on from such a state, but it can be read.

    Raises
    ------
    OutputError
        When the file cannot be written; one that was there is still there then.
    """
    deck = simulation.deck
    texts = {str(path): text for path, text in deck.texts.items()}
    write_tree(
        path,
        {
            "program": {
                "name": "medyan_py",
                "version": __version__,
                "revision": revision(),
                "schema": SCHEMA,
                "command": shlex.join(sys.argv),
                "directory": os.getcwd(),
            },
            "failure": failure or "",
            "deck": {
                "system_path": str(deck.system_path),
                "input_dir": str(deck.input_dir),
                "runtime": float(deck.schedule.runtime),
                "compatibility": deck.compatibility,
                "texts": texts,
            },
            "time": float(simulation.time),
            "frame": int(simulation.frame),
            "simulation": {"seed": simulation.seed, "state": simulation.state()},
            "outputs": outputs or {},
            "run": run or {},
        },
    )


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    DamagedFile
        When the file is cut short or has been changed.
    CheckpointError
        When it cannot be read, was written by a version that this one does not understand, or holds the state of a
        run that failed.
    """
    path = Path(path)
    try:
        tree = read_tree(path)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
    program = tree["program"]
    who = f"medyan_py {program['version']}" + (f" ({program['revision'][:10]})" if program["revision"] else "")
    if program["schema"] != SCHEMA:
        raise CheckpointError(
            f"{path} was written by {who} in format {program['schema']}, and this is medyan_py {__version__} with "
            f"format {SCHEMA}: go on with that version; all results are there and stay readable"
        )
    if tree["failure"]:
        raise CheckpointError(f"{path} is the state of a run that failed, for inspection only: {tree['failure']}")
    notes = ()
    if (program["version"], program["revision"]) != (__version__, revision()):
        notes = (f"the checkpoint is by {who}: the run goes on, but not exactly as it would have with that version",)
    return Checkpoint(
        path=path,
        version=program["version"],
        revision=program["revision"],
        command=program["command"],
        texts=tree["deck"]["texts"],
        time=tree["time"],
        frame=tree["frame"],
        outputs=tree["outputs"],
        run=tree["run"],
        notes=notes,
        _tree=tree,
    )


def last_checkpoint(directory: str | Path) -> Checkpoint:
    """The last whole checkpoint in an output directory; its ``notes`` tell if the very last one is damaged.

    Raises
    ------
    CheckpointError
        When there is none.
    """
    directory, notes = Path(directory), []
    for name in (CHECKPOINT_FILE, OLDER_CHECKPOINT_FILE):
        path = directory / name
        if not path.exists():
            continue
        try:
            checkpoint = read_checkpoint(path)
        except DamagedFile as error:
            notes.append(f"{path} is damaged ({error}); the one before it is used")
            continue
        return Checkpoint(**{**vars(checkpoint), "notes": (*notes, *checkpoint.notes)})
    if not directory.is_dir():
        raise CheckpointError(f"there is no directory {directory}")
    if notes:
        raise CheckpointError(
            f"every checkpoint in {directory} is damaged; the results are readable, but the run must be begun anew, in "
            "another directory or with --overwrite"
        )
    anew = f"medyan run -s SYSTEM -o {shlex.quote(str(directory))} --overwrite"
    raise CheckpointError(f"there is no checkpoint in {directory}; to begin the run anew: {anew}")


class Checkpoints:
    """The last two checkpoints of a run, in its output directory.

    Parameters
    ----------
    directory : path
    every : float, s, optional
        Simulated time between checkpoints.
    wall : float, s, optional
        Wall time between checkpoints.
    clock : callable
        Tells the wall time.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        clock: Callable[[], float],
        every: float | None = None,
        wall: float | None = None,
    ) -> None:
        self._directory = Path(directory)
        self._every, self._wall, self._clock = every, wall, clock
        self._next_time, self._next_wall = 0.0, clock()

    def due(self, simulation: Simulation) -> bool:
        """Whether it is time for one."""
        if self._every and simulation.time >= self._next_time * (1 - 1e-12):
            return True
        return self._wall is not None and self._clock() >= self._next_wall

    def write(self, simulation: Simulation, outputs: dict, run: dict) -> None:
        """Write one; the last one becomes the last but one. ``OutputError`` leaves both as they were."""
        newest = self._directory / CHECKPOINT_FILE
        fresh = self._directory / NEW_CHECKPOINT_FILE
        write_checkpoint(fresh, simulation, outputs=outputs, run=run)
        try:
            if newest.exists():
                os.replace(newest, self._directory / OLDER_CHECKPOINT_FILE)
            os.replace(fresh, newest)
        except OSError as error:
            raise OutputError(f"{newest} cannot be written: {error.strerror}") from error
        self.skip_to(simulation)

    def skip_to(self, simulation: Simulation) -> None:
        """Count the times to the next one from now on."""
        if self._every:
            self._next_time = (int(simulation.time / self._every * (1 + 1e-12)) + 1) * self._every
        if self._wall is not None:
            self._next_wall = self._clock() + self._wall


def changed_file(checkpoint: Checkpoint, deck: Deck) -> str | None:
    """Which file of a deck is not as the checkpoint has it, and from which line on; None if all are the same."""
    ours = {Path(path).name: text for path, text in checkpoint.texts.items()}
    theirs = {Path(path).name: (path, text) for path, text in deck.texts.items()}
    if ours.keys() != theirs.keys():
        return f"it has the files {', '.join(theirs)} where the checkpoint has {', '.join(ours)}"
    for name, (path, text) in theirs.items():
        if text != ours[name]:
            new, old = text.splitlines(), ours[name].splitlines()
            line = next((i for i, (a, b) in enumerate(zip(new, old, strict=False), 1) if a != b), None)
            return f"{path} differs from line {line or min(len(new), len(old)) + 1} on"
    return None
