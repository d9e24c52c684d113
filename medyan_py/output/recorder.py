"""The contract of everything that writes down a running simulation.

A recorder only reads the system: whatever is recorded, the simulation takes the same course. Counters that run
from frame to frame are reset by the simulation after all recorders have seen them, never by a recorder.

What recorders read of a simulation ``sim`` (nm, s, pN, pN nm; objects in any order):

- ``time``, ``frame``; ``energies``, a dictionary by interaction; ``minimisation``, the record of the last one with
  ``status``, ``iterations``, ``evaluations``, ``residual`` (largest force component), or None before the first;
- ``grid``: ``shape``, ``compartment_size``, ``active``; ``boundary.box``: two corners,
  ``boundary.shape``: what fills the box;
- ``diffusing_names`` and ``diffusing_counts`` (compartments, species); ``species_totals()``: (name, kind, count);
- ``filaments``: ``ids``, ``types``, ``start``, ``beads``, ``delta_minus``, ``delta_plus``, ``tensions`` and
  ``monomers`` (per cylinder), ``birth_times``, ``forces`` and ``wall_forces`` (per bead), ``end_species``,
  ``monomers_won``, ``monomers_lost``, ``nucleated``, ``split_from``;
- ``linkers``, ``motors``: ``ids``, ``types``, ``coords`` (n, 2, 3), ``tensions``, ``birth_times``, ``filaments``;
  motors also ``heads``, ``bound_heads``;
- ``branchers``: ``ids``, ``types``, ``coords`` (n, 2, 3), ``forces``, ``birth_times``, ``filaments``;
- ``cycles``, ``dump_cycles`` between restart dumps, ``restart_dump()``: the text of one;
- ``seed``, ``finished``, and of ``deck`` its ``texts``, ``system_path``, ``chemistry_path``, ``compatibility``;
- ``bubbles``: ``ids``, ``types``, ``kinds``, ``coords`` (n, 3), ``radii``, ``forces``, ``attachment_forces`` (n, 3);
- ``dissipation``: ``total``, ``chemdiss``, ``mechdiss``, ``chemenergy``, ``mechenergy``, ``reactions``,
  ``force_fields``, or None; ``events``: structured arrays by kind, or None;
- ``hessians``: ``wishes`` of the deck and ``records`` since the frame before, or None.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from medyan_py.output.errors import OutputError
from medyan_py.output.frame import Moment


class Recorder(Protocol):
    """Three calls, in this order: ``open`` once, ``record`` once per frame, ``close`` once.

    A run that goes on from a checkpoint calls ``check`` and ``resume`` instead of ``open``, with what ``state`` said
    when the checkpoint was written; the files are then as they were at that moment.

    ``sim`` is the running simulation, read only. When ``record`` returns, the frame is complete on disk. A recorder
    that cannot write raises ``OutputError`` and leaves the frames before readable.
    """

    name: str
    """Under which its state is saved."""

    def open(self, sim: Any) -> None:
        """Create the files; nothing that exists is overwritten."""

    def state(self) -> dict:
        """Where the files stand; all frames are on the disk when this returns."""

    def check(self, sim: Any, saved: dict) -> None:
        """``OutputError`` if ``resume`` is impossible; changes nothing."""

    def resume(self, sim: Any, saved: dict) -> None:
        """Open the files as they were in the state ``saved``."""

    def record(self, sim: Any) -> None:
        """Write the present state as one frame."""

    def close(self, sim: Any) -> None:
        """Release the files."""


class Recorders:
    """Several recorders as one, always called in the order given.

    Parameters
    ----------
    recorders : iterable of Recorder
        The last one sees a frame when all others have taken it, so the log belongs there.
    """

    def __init__(self, recorders: Iterable[Recorder]) -> None:
        self._recorders = tuple(recorders)
        self._opened: list[Recorder] = []

    def __iter__(self):
        return iter(self._recorders)

    def __len__(self) -> int:
        return len(self._recorders)

    def open(self, sim: Any) -> None:
        """Open all; when one fails, those already open are closed again before the error is passed on."""
        try:
            for recorder in self._recorders:
                recorder.open(sim)
                self._opened.append(recorder)
        except BaseException:
            self.close(sim)
            raise

    def state(self) -> dict[str, dict]:
        """States of all recorders by name."""
        return {recorder.name: recorder.state() for recorder in self._recorders}

    def resume(self, sim: Any, saved: dict[str, dict]) -> None:
        """Go on with the files of all recorders as they were; ``OutputError``, and nothing has changed, if one cannot.

        Files of recorders that are not among these stay as they are.
        """
        missing = [recorder.name for recorder in self._recorders if recorder.name not in saved]
        if missing:
            raise OutputError(f"{', '.join(missing)} cannot be continued: not written until the checkpoint")
        for recorder in self._recorders:
            recorder.check(sim, saved[recorder.name])
        try:
            for recorder in self._recorders:
                recorder.resume(sim, saved[recorder.name])
                self._opened.append(recorder)
        except BaseException:
            self.close(sim)
            raise

    def record(self, sim: Any) -> None:
        """Write one frame everywhere."""
        moment = Moment(sim)
        for recorder in self._recorders:
            recorder.record(moment)

    def close(self, sim: Any) -> None:
        """Close all that are open, also when one of them fails; the first failure is raised at the end."""
        failure = None
        while self._opened:
            try:
                self._opened.pop(0).close(sim)
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure
