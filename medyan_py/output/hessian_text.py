"""Normal modes as text in the format of MEDYAN 5.4: hessianmatrix.traj, hessianspectra.traj, projections.traj.

A frame holds what was computed since the frame before, one block for each moment and an empty line after each. Columns
are separated by five blanks; numbers have ten digits. Format: MEDYAN documentation, "Output files".
"""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix

from medyan_py.output.frame_file import FrameFile
from medyan_py.output.layout import HESSIAN_FILE, PROJECTIONS_FILE, SPECTRA_FILE, rocking_file
from medyan_py.output.trajectory_text import SnapshotRecorder, TextRecorder

GAP = " " * 5
SMALLEST = 1e-5  # pN/nm; smaller entries are not written


class _HessianRecorder(TextRecorder):
    """A recorder that creates a file only if the deck asks for what is in it."""

    def wanted(self, wishes: Any) -> bool:
        """Whether a simulation with these wishes (``hessians.wishes``) has such a file."""
        return wishes.eigenvalues

    def open(self, sim: Any) -> None:
        """Create the file if the deck asks for it; ``OutputError`` as for every recorder."""
        if sim.hessians is not None and self.wanted(sim.hessians.wishes):
            super().open(sim)

    def record(self, sim: Any) -> None:
        """Append one frame if there is a file."""
        if self._file is not None:
            super().record(sim)

    def text(self, sim: Any) -> str:
        """The blocks of one frame."""
        return "".join(self.block(record) for record in sim.hessians.records)

    @staticmethod
    def block(record: Any) -> str:
        """One moment."""
        raise NotImplementedError


class HessianMatrixRecorder(_HessianRecorder):
    """Second derivatives of the energy, pN/nm: ``hessianmatrix.traj``.

    A block is the line ``time rows entries`` and a line ``i j value`` for every entry above 1e-5 in size, from 0.
    """

    file_name = HESSIAN_FILE

    def wanted(self, wishes: Any) -> bool:
        """Whether the deck says PRINT."""
        return wishes.write_matrix

    @staticmethod
    def block(record: Any) -> str:
        """One moment."""
        entries = coo_matrix(record.matrix)
        large = np.abs(entries.data) > SMALLEST
        columns = (entries.row[large].tolist(), entries.col[large].tolist(), entries.data[large].tolist())
        head = GAP.join((f"{record.time:.10g}", str(entries.shape[0]), str(large.sum()))) + "\n"
        return head + "".join(f"{i}{GAP}{j}{GAP}{v:.10g}\n" for i, j, v in zip(*columns, strict=True)) + "\n"


class SpectraRecorder(_HessianRecorder):
    """Eigenvalues and participation: ``hessianspectra.traj``.

    A block is the line ``time modes`` and for every mode, softest first, a line with its eigenvalue (pN/nm), the sum of
    v⁴ over the components of its unit vector and the sum of \\|v\\|⁴ over its points.
    """

    file_name = SPECTRA_FILE

    @staticmethod
    def block(record: Any) -> str:
        """One moment."""
        modes = record.modes
        table = zip(modes.eigenvalues, modes.participation, modes.point_participation, strict=True)
        rows = "".join(GAP.join(f"{value:.10g}" for value in row) + "\n" for row in table)
        return f"{record.time:.10g}{GAP}{len(modes.eigenvalues)}\n{rows}\n"


class ProjectionsRecorder(_HessianRecorder):
    """Displacement along the modes: ``projections.traj``.

    A block is the line ``time modes`` and, for every mode of hessianspectra.traj, the projection of the unit vector of
    the displacement since the block before. The first moment has none.
    """

    file_name = PROJECTIONS_FILE

    @staticmethod
    def block(record: Any) -> str:
        """One moment."""
        if record.projections is None:
            return ""
        rows = "".join(f"{value:.10g}\n" for value in record.projections)
        return f"{record.time:.10g}{GAP}{len(record.projections)}\n{rows}\n"


class RockingRecorder:
    """Films of the normal modes at the last Hessian, written at the end of a run: ``rockingsnapshot_<mode>.traj``.

    Each is a trajectory in the format of snapshot.traj of one period of 100 frames, the beads displaced by
    15 nm · sin(2πs/100) along the unit eigenvector. Modes are counted from 0, softest first.
    """

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)

    name = "rocking films"

    def open(self, sim: Any) -> None:
        """Nothing is written before the end."""

    def state(self) -> dict:
        """Nothing."""
        return {}

    def check(self, sim: Any, saved: dict) -> None:
        """Nothing can go wrong."""

    def resume(self, sim: Any, saved: dict) -> None:
        """Remove the films of the end that the run had before."""
        for film in self.directory.glob(rocking_file("[0-9]*")):
            film.unlink()

    def record(self, sim: Any) -> None:
        """Nothing is written before the end."""

    def close(self, sim: Any) -> None:
        """Write the films if the deck asks for them; ``OutputError`` when one cannot be written."""
        if sim.hessians is None or sim.hessians.last is None:
            return
        still, modes = sim.hessians.last
        for mode, vector in enumerate(modes.vectors.T):
            film = FrameFile(self.directory / rocking_file(mode))
            try:
                film.append("".join(map(SnapshotRecorder.text, still.frames(vector.reshape(-1, 3)))))
            finally:
                film.close()
