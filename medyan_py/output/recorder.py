"""The contract of everything that writes down a running simulation.

A recorder only reads the system: whatever is recorded, the simulation takes the same course. Counters that run
from frame to frame are reset by the simulation after all recorders have seen them, never by a recorder.

What recorders read of a simulation ``sim`` (nm, s, pN, pN nm; objects in any order):

- ``time``, ``frame``; ``energies``, a dictionary by interaction; ``minimisation``, the record of the last one with
  ``status``, ``iterations``, ``evaluations``, ``residual`` (largest force component), or None before the first;
- ``grid``: ``shape``, ``compartment_size``, ``active``; ``boundary.box``: two corners,
  ``boundary.shape``: what fills the box;
- ``diffusing_names`` and ``diffusing_counts`` (compartments, species); ``species_totals()``: (name, kind, count);
- ``filaments``: ``ids``, ``types``, ``start``, ``beads``, ``delta_minus``, ``delta_plus``, ``tensions`` (per cylinder);
- ``linkers``, ``motors``: ``ids``, ``types``, ``coords`` (n, 2, 3), ``tensions``, ``birth_times``; motors also
  ``heads``, ``bound_heads``;
- ``branchers``: ``ids``, ``types``, ``coords`` (n, 2, 3), ``forces``, ``birth_times``;
- ``bubbles``: ``ids``, ``types``, ``kinds``, ``coords`` (n, 3), ``radii``, ``forces``, ``attachment_forces`` (n, 3);
- ``dissipation``: ``total``, ``chemdiss``, ``mechdiss``, ``chemenergy``, ``mechenergy``, ``reactions``,
  ``force_fields``, or None; ``events``: structured arrays by kind, or None.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from medyan_py.output.books_text import DissipationRecorder, EventRecorder, ForceFieldsRecorder, ReactionsRecorder
from medyan_py.output.layout import EVENT_KINDS
from medyan_py.output.log_file import LogRecorder
from medyan_py.output.trajectory_text import ChemistryRecorder, SnapshotRecorder
from medyan_py.output.vtk_files import VtkRecorder


class Recorder(Protocol):
    """Three calls, in this order: ``open`` once, ``record`` once per frame, ``close`` once.

    ``sim`` is the running simulation, read only. When ``record`` returns, the frame is complete on disk. A recorder
    that cannot write raises ``OutputError`` and leaves the frames before readable.
    """

    def open(self, sim: Any) -> None:
        """Create the files; nothing that exists is overwritten."""

    def record(self, sim: Any) -> None:
        """Write the present state as one frame."""

    def close(self, sim: Any) -> None:
        """Release the files."""


class Recorders:
    """Several recorders as one, always called in the order given.

    Parameters
    ----------
    recorders : iterable of Recorder
        The last one sees a frame when all others have it on disk, so the log belongs there.
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

    def record(self, sim: Any) -> None:
        """Write one frame everywhere."""
        for recorder in self._recorders:
            recorder.record(sim)

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


def standard_recorders(directory: str | Path, *, vtk: bool = True) -> Recorders:
    """The recorders of an ordinary run: snapshot.traj, chemistry.traj, free energies and events if the simulation keeps
    books of them, VTK files, a line in the log.

    Parameters
    ----------
    directory : path
        Output directory, claimed before (``claim_directory``).
    vtk : bool
        Whether to write files for ParaView too.
    """
    files: list[Recorder] = [
        SnapshotRecorder(directory),
        ChemistryRecorder(directory),
        DissipationRecorder(directory),
        ReactionsRecorder(directory),
        ForceFieldsRecorder(directory),
        *(EventRecorder(directory, kind) for kind in EVENT_KINDS),
    ]
    if vtk:
        files.append(VtkRecorder(directory))
    return Recorders([*files, LogRecorder()])
