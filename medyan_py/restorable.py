"""What makes a simulation something that can be saved and gone on with."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np

from medyan_py.checkpoint import CheckpointError, read_checkpoint, write_checkpoint
from medyan_py.core.common.state import StateError
from medyan_py.deck import Deck
from medyan_py.output.state_file import DamagedFile


class Restorable:
    """Base of ``Simulation``, which says how it is built (``_build``) and of which parts it consists (``_parts``)."""

    def state(self) -> dict:
        """Everything that decides how the simulation goes on: arrays and numbers by name, in nested dictionaries.

        To be asked for between cycles: before or after ``run``, or from its ``on_cycle``.
        """
        return {
            "cycles": self.cycles,
            "frame": self.frame,
            "recorded_time": float("nan") if self._recorded_time is None else self._recorded_time,
            "exhausted": self.exhausted,
            **{name: part.state() for name, part in self._parts().items()},
        }

    @classmethod
    def from_state(cls, deck: Deck, seed: int, state: dict, *, threads: int = 1) -> Self:
        """A simulation that goes on, bit for bit, like the one whose ``state()`` this is.

        Parameters
        ----------
        deck : Deck
            The deck of that simulation; RUNTIME and RUNSTEPS may be others.
        seed : int
            Its seed.
        state : dict
        threads : int
            Threads that compute forces; with another number the last bits of forces may differ.

        Raises
        ------
        StateError
            If the state is that of another deck.
        """
        simulation = cls.__new__(cls)
        simulation._build(deck, seed, threads)
        simulation.cycles, simulation.frame = state["cycles"], state["frame"]
        recorded = state["recorded_time"]
        simulation._recorded_time = None if np.isnan(recorded) else recorded
        simulation.exhausted = state["exhausted"]
        parts = simulation._parts()
        if parts.keys() != state.keys() - {"cycles", "frame", "recorded_time", "exhausted"}:
            raise StateError("the saved state has other parts than a simulation of this deck")
        for name, part in parts.items():
            part.restore(state[name])
        return simulation

    def __reduce__(self) -> tuple:
        """For pickle and copy: what ``from_state`` needs. Functions given to ``every`` are not part of it."""
        return _from_state, (type(self), self.deck, self.seed, self.state(), self.threads)

    def save(self, path: str | Path) -> None:
        """Write a checkpoint: state, seed and deck in one HDF5 file, complete or not at all; between cycles.

        Raises OutputError when it cannot be written.
        """
        write_checkpoint(path, self)

    @classmethod
    def load(cls, path: str | Path, *, deck: Deck | None = None, runtime: float | None = None) -> Self:
        """The simulation of a checkpoint: it goes on, bit for bit, like the one that was saved.

        Parameters
        ----------
        path : path
        deck : Deck, optional
            For a simulation that was made from a deck put together in Python; by default the one in the checkpoint.
        runtime : float, s, optional
            New end of the simulation; not together with ``deck``.

        Raises
        ------
        CheckpointError
            When the file cannot be read, or does not fit the deck.
        """
        if deck is not None and runtime is not None:
            raise ValueError("runtime belongs to the deck in the checkpoint; a deck of your own has its own")
        try:
            return read_checkpoint(path).simulation(deck=deck, runtime=runtime)
        except DamagedFile as error:
            raise CheckpointError(f"{path} is no whole checkpoint: {error}") from error


def _from_state(kind: type[Restorable], deck: Deck, seed: int, state: dict, threads: int) -> Restorable:
    return kind.from_state(deck, seed, state, threads=threads)
