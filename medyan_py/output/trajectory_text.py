"""Text trajectories in the format of MEDYAN 5.4: snapshot.traj, chemistry.traj and
concentration.traj.

Format: MEDYAN documentation, "Output files"; Popov, Komianos & Papoian, PLoS Comput. Biol. 12 (2016) e1004877. Numbers
are printed as C's ``%g`` does. Coordinate lines end with a blank and frames with a truly empty line, because readers
in use depend on it.
"""

from pathlib import Path
from typing import Any

import numpy as np

from medyan_py.output.frame_file import FrameFile
from medyan_py.output.layout import CHEMISTRY_FILE, CONCENTRATION_FILE, SNAPSHOT_FILE
from medyan_py.output.network import bonds_by_id, branchers_by_id, bubbles_by_id, filaments_by_id


class TextRecorder:
    """A recorder of one text file; a subclass says what a frame looks like."""

    file_name: str

    def __init__(self, directory: str | Path) -> None:
        self.path = Path(directory) / self.file_name
        self._file: FrameFile | None = None

    def open(self, sim: Any) -> None:
        """Create the file; ``OutputError`` when it exists or cannot be created."""
        self._file = FrameFile(self.path)

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.file_name

    def state(self) -> dict:
        """How long the file is, on the disk."""
        return {} if self._file is None else {"bytes": self._file.sync()}

    def check(self, sim: Any, saved: dict) -> None:
        """``OutputError`` if ``resume`` is impossible."""
        if saved:
            FrameFile.check(self.path, saved["bytes"])

    def resume(self, sim: Any, saved: dict) -> None:
        """Go on with the file as it was when ``state`` was asked for."""
        if saved:
            self._file = FrameFile(self.path, keep=saved["bytes"])

    def record(self, sim: Any) -> None:
        """Append one frame, complete on disk when this returns; ``OutputError`` when it cannot be written."""
        if self._file is None:
            raise RuntimeError(f"the recorder of {self.path} is not open")
        self._file.append(self.text(sim))

    def close(self, sim: Any) -> None:
        """Release the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        raise NotImplementedError


class SnapshotRecorder(TextRecorder):
    """Geometry of the network, nm, 10 digits: ``snapshot.traj`` in ``directory``.

    A frame is the line ``frame time nFilaments nLinkers nMotors nBranchers nBubbles nMembranes``, then two lines per
    object (``FILAMENT id type nBeads dMinus dPlus``, ``LINKER id type``, ``MOTOR id type``, ``BRANCHER id type``,
    ``BUBBLE id type``, each followed by a line of coordinates), then an empty line. Objects are sorted by id; time in
    s. The two points of a brancher are its site on the mother and the first bead of the daughter.
    """

    file_name = SNAPSHOT_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments, linkers, motors = filaments_by_id(sim.filaments), bonds_by_id(sim.linkers), bonds_by_id(sim.motors)
        branchers, bubbles = branchers_by_id(sim.branchers), bubbles_by_id(sim.bubbles)
        objects = (filaments, linkers, motors, branchers, bubbles)
        counts = " ".join(str(len(kind.ids)) for kind in objects) + " 0"
        lines = [f"{sim.frame} {sim.time:.10g} {counts}\n"]
        start = filaments.start.tolist()
        columns = (filaments.ids, filaments.types, filaments.delta_minus, filaments.delta_plus)
        for f, (number, kind, minus, plus) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            first, end = start[f], start[f + 1]
            lines.append(f"FILAMENT {number} {kind} {end - first} {minus} {plus}\n")
            lines.append(coordinates(filaments.beads[first:end]))
        labelled = (("LINKER", linkers), ("MOTOR", motors), ("BRANCHER", branchers), ("BUBBLE", bubbles))
        for label, objects in labelled:
            for number, kind, points in zip(objects.ids.tolist(), objects.types.tolist(), objects.coords, strict=True):
                lines.append(f"{label} {number} {kind}\n")
                lines.append(coordinates(points))
        lines.append("\n")
        return "".join(lines)


class ChemistryRecorder(TextRecorder):
    """Total copy numbers: ``chemistry.traj`` in ``directory``.

    A frame is the line ``frame time`` (s, 6 digits), one line ``NAME:KIND count`` per species in the order of
    ``sim.species_totals()``, and an empty line.
    """

    file_name = CHEMISTRY_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        species = "".join(f"{name}:{kind} {count:d}\n" for name, kind, count in sim.species_totals())
        return f"{sim.frame} {sim.time:.6g}\n{species}\n"


class ConcentrationRecorder(TextRecorder):
    """Copy numbers of diffusing species in every active compartment: ``concentration.traj`` in ``directory``.

    A frame is the line ``frame time`` (s, 6 digits); for every compartment, x fastest, the line ``COMPARTMENT: x y z``
    with its centre (nm) and a line ``NAME:DIFFUSING count`` per species; and an empty line.
    """

    file_name = CONCENTRATION_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        shape, size = sim.grid.shape, np.asarray(sim.grid.compartment_size, dtype=np.float64)
        active = np.flatnonzero(sim.grid.active)
        centres = (np.column_stack(np.unravel_index(active, shape, order="F")) + 0.5) * size
        form = "COMPARTMENT: %.6g %.6g %.6g\n" + "".join(
            f"{name.replace('%', '%%')}:DIFFUSING %d\n" for name in sim.diffusing_names
        )
        rows = zip(centres.tolist(), np.asarray(sim.diffusing_counts)[active].tolist(), strict=True)
        return f"{sim.frame} {sim.time:.6g}\n" + "".join(form % (*centre, *counts) for centre, counts in rows) + "\n"


def coordinates(points: np.ndarray) -> str:
    """A line of coordinates, each followed by a blank."""
    values = points.ravel().tolist()
    return "%.10g " * len(values) % tuple(values) + "\n"
