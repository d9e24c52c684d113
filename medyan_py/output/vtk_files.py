"""Files that ParaView opens: one collection (.pvd) per kind of object, one VTK file per frame."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from medyan_py.output import vtk_data
from medyan_py.output.collection import Collection
from medyan_py.output.errors import OutputError
from medyan_py.output.layout import BOX_FILE, PARAVIEW, VTK_KINDS, frame_path
from medyan_py.output.network import bonds_by_id, branchers_by_id, bubbles_by_id, filaments_by_id
from medyan_py.output.vtk_xml import Image, PolyData, write

ACTIN_RADIUS = 3.5  # nm


class VtkRecorder:
    """Write the folder ``paraview/`` of the output directory.

    ``filaments.pvd``, ``linkers.pvd``, ``motors.pvd``, ``branchers.pvd``, ``bubbles.pvd``, ``compartments.pvd`` list
    the frames with their times in s, but for objects that the run can never have (``sim.never``); the frames are in
    sub-folders of at most 1000 files; ``box.vtp`` is the outline of the walls at the start.
    Coordinates are nm. What the arrays mean is said in ``medyan_py.output.vtk_data``.

    Parameters
    ----------
    directory : path
        Output directory, which must exist.
    filament_radius : float or mapping of filament type to float
        Radius in nm that the Tube filter can use; 3.5 nm is that of actin.
    without : iterable of (str, str)
        Kinds of objects and names of their arrays that are not known, and not written.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        filament_radius: float | dict[int, float] = ACTIN_RADIUS,
        without: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.directory = Path(directory) / PARAVIEW
        self._radius = filament_radius
        self._without = tuple(without)
        self._collections: dict[str, Collection] = {}
        self._folders: set[str] = set()

    def open(self, sim: Any) -> None:
        """Create the folder and the outline of the walls; ``OutputError`` when an earlier collection is there."""
        self._make_folder(self.directory)
        try:
            for kind in (kind for kind in VTK_KINDS if kind not in sim.never):
                self._collections[kind] = Collection(self._collection_path(kind))
        except OutputError:
            self.close(sim)
            raise
        write(vtk_data.outline(sim.boundary.box, sim.boundary.shape), self.directory / BOX_FILE)

    name = PARAVIEW

    def state(self) -> dict:
        """How long the collections are, on the disk."""
        return {kind: collection.sync() for kind, collection in self._collections.items()}

    def check(self, sim: Any, saved: dict) -> None:
        """``OutputError`` if ``resume`` is impossible: a collection is missing or too short."""
        for kind in saved:
            Collection.check(self._collection_path(kind), saved[kind])

    def resume(self, sim: Any, saved: dict) -> None:
        """Go on after the frames that were there when ``state`` was asked for; later ones are removed."""
        for kind in saved:
            self._collections[kind] = Collection(self._collection_path(kind), keep=saved[kind])
            frame = sim.frame
            while (path := self.directory / frame_path(kind, frame)).exists():
                path.unlink()
                frame += 1

    def _collection_path(self, kind: str) -> Path:
        return self.directory / f"{kind}.pvd"

    def record(self, sim: Any) -> None:
        """Write the files of one frame, then the collections that list it.

        Raises
        ------
        OutputError
            When a file cannot be written; the collections then list the frames before.
        """
        data = {
            "filaments": lambda: vtk_data.filaments(filaments_by_id(sim.filaments), self._radius),
            "linkers": lambda: vtk_data.bonds(bonds_by_id(sim.linkers)),
            "motors": lambda: vtk_data.motors(bonds_by_id(sim.motors), sim.motors),
            "branchers": lambda: vtk_data.branchers(branchers_by_id(sim.branchers)),
            "bubbles": lambda: vtk_data.bubbles(bubbles_by_id(sim.bubbles)),
            "membranes": lambda: vtk_data.membranes(sim.membranes, sim.membrane_names),
            "compartments": lambda: vtk_data.compartments(sim.grid, sim.diffusing_names, sim.diffusing_counts),
        }
        for kind in self._collections:
            path = frame_path(kind, sim.frame)
            folder = path.rpartition("/")[0]
            if folder not in self._folders:
                self._make_folder(self.directory / folder)
                self._folders.add(folder)
            known = self._known(kind, data[kind]())
            write(known, f"{self.directory}/{path}", TimeValue=float(sim.time), frame=np.int64(sim.frame))
        for kind, collection in self._collections.items():
            collection.add(sim.time, frame_path(kind, sim.frame))

    def _known(self, kind: str, data: PolyData | Image) -> PolyData | Image:
        """What is written of a kind."""
        for other, name in self._without:
            if other == kind:
                data.cell_data.pop(name, None)
                getattr(data, "point_data", {}).pop(name, None)
        return data

    def close(self, sim: Any) -> None:
        """Release the collections."""
        while self._collections:
            self._collections.popitem()[1].close()

    @staticmethod
    def _make_folder(path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path} cannot be created: {error.strerror}") from error
