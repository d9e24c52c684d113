"""Text trajectories in the format of MEDYAN 5.4: snapshot.traj, chemistry.traj and
concentration.traj.

Format: MEDYAN documentation, "Output files"; Popov, Komianos & Papoian, PLoS Comput. Biol. 12 (2016) e1004877. Numbers
are printed as C's ``%g`` does. Coordinate lines end with a blank and frames with a truly empty line, because readers
in use depend on it.
"""

from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from medyan_py.output.frame import kept_text
from medyan_py.output.frame_file import FrameFile
from medyan_py.output.layout import CHEMISTRY_FILE, CONCENTRATION_FILE, SNAPSHOT_FILE
from medyan_py.output.network import bonds_by_id, branchers_by_id, bubbles_by_id, filaments_by_id, listed_species


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
    ``BUBBLE id type``, each followed by a line of coordinates), then every membrane as ``MEMBRANE 0 nVertices
    nTriangles nBorders`` with a line ``x y z`` per vertex, a line ``i j k`` per triangle and a line ``n v1 … vn`` per
    border, then an empty line. Objects are sorted by id; time in s. The two points of a brancher are its site on the
    mother and the first bead of the daughter.
    """

    file_name = SNAPSHOT_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments, linkers, motors = filaments_by_id(sim.filaments), bonds_by_id(sim.linkers), bonds_by_id(sim.motors)
        branchers, bubbles = branchers_by_id(sim.branchers), bubbles_by_id(sim.bubbles)
        lines = [f"{head(sim)} {len(sim.membranes)}\n"]
        forms = map(_blank_behind, (3 * np.diff(filaments.start)).tolist())
        form = "".join(chain.from_iterable(zip(filament_lines(sim), forms, strict=True)))
        lines.append(form % tuple(filaments.beads.ravel().tolist()))
        for label, kind in (("LINKER", linkers), ("MOTOR", motors), ("BRANCHER", branchers), ("BUBBLE", bubbles)):
            lines.append(rows(f"{label} %d %d\n", kind.ids, kind.types, kind.coords))
        lines += [_membrane(view) for view in sim.membranes]
        lines.append("\n")
        return "".join(lines)


class ChemistryRecorder(TextRecorder):
    """Total copy numbers: ``chemistry.traj`` in ``directory``.

    A frame is the line ``frame time`` (s, 6 digits), one line ``NAME:KIND count`` per species in the order of
    ``sim.species_totals()``, and an empty line. What bubbles hold and what is on membranes is not listed.
    """

    file_name = CHEMISTRY_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        species = "".join(f"{name}:{kind} {count:d}\n" for name, kind, count in listed_species(sim))
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


def _membrane(view: Any) -> str:
    """The lines of one membrane; vertices count from 0."""
    head = f"MEMBRANE 0 {len(view.vertices)} {len(view.triangles)} {len(view.borders)}\n"
    vertices = "%.10g %.10g %.10g\n" * len(view.vertices) % tuple(view.vertices.ravel().tolist())
    triangles = "%d %d %d\n" * len(view.triangles) % tuple(view.triangles.ravel().tolist())
    borders = "".join(" ".join(map(str, (len(loop), *loop))) + "\n" for loop in view.borders)
    return head + vertices + triangles + borders


def head(sim: Any) -> str:
    """``frame time nFilaments nLinkers nMotors nBranchers nBubbles``, without the end of the line."""
    return kept_text(sim, "head", _head)


def _head(sim: Any) -> str:
    objects = (sim.filaments, sim.linkers, sim.motors, sim.branchers, sim.bubbles)
    return f"{sim.frame} {sim.time:.10g} {' '.join(str(len(group.ids)) for group in objects)}"


def filament_lines(sim: Any) -> list[str]:
    """``FILAMENT id type nBeads dMinus dPlus`` of every filament, sorted by id, with line ends."""
    return kept_text(sim, "filaments", _filament_lines)


def _filament_lines(sim: Any) -> list[str]:
    filaments = filaments_by_id(sim.filaments)
    columns = (filaments.ids, filaments.types, np.diff(filaments.start), filaments.delta_minus, filaments.delta_plus)
    return [f"FILAMENT {' '.join(map(str, row))}\n" for row in zip(*(c.tolist() for c in columns), strict=True)]


def rows(label: str, ids: np.ndarray, types: np.ndarray, values: np.ndarray) -> str:
    """Two lines for each of several objects: label, id and type; then a row of ``values`` with blanks behind."""
    if len(ids) == 0:
        return ""
    values = values.reshape(len(ids), -1)
    table = [ids.tolist(), types.tolist(), *values.T.tolist()]
    form = label + _blank_behind(values.shape[1])
    return form * len(ids) % tuple(chain.from_iterable(zip(*table, strict=True)))


def coordinates(points: np.ndarray) -> str:
    """A line of coordinates, each followed by a blank."""
    values = points.ravel().tolist()
    return _blank_behind(len(values)) % tuple(values)


@lru_cache(maxsize=256)
def _blank_behind(n: int) -> str:
    """Format of a line of numbers, each followed by a blank."""
    return "%.10g " * n + "\n"
