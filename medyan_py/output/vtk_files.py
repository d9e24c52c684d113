"""Files that ParaView opens: one collection (.pvd) per kind of object, one VTK file per frame."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from medyan_py.output.errors import OutputError
from medyan_py.output.layout import BOX_FILE, PARAVIEW, VTK_KINDS, frame_path
from medyan_py.output.network import bonds_by_id, branchers_by_id, filaments_by_id
from medyan_py.output.replace_file import replacing

ACTIN_RADIUS = 3.5  # nm


class VtkRecorder:
    """Write the folder ``paraview/`` of the output directory.

    ``filaments.pvd``, ``linkers.pvd``, ``motors.pvd``, ``branchers.pvd``, ``compartments.pvd`` and, if there are any,
    ``membranes.pvd`` list the frames with their times in s; the frames are in sub-folders of at most 1000 files;
    ``box.vtp`` is the outline of the walls at the start.
    Coordinates are nm. What the arrays mean is said in ``medyan_py.output.vtk_data``.

    Parameters
    ----------
    directory : path
        Output directory, which must exist.
    filament_radius : float or mapping of filament type to float
        Radius in nm that the Tube filter can use; 3.5 nm is that of actin.
    """

    def __init__(self, directory: str | Path, *, filament_radius: float | dict[int, float] = ACTIN_RADIUS) -> None:
        # VTK takes some 50 MB, so it is loaded by those who want its files only.
        from medyan_py.output import vtk_data

        self._vtk = vtk_data
        self.directory = Path(directory) / PARAVIEW
        self._radius = filament_radius
        self._entries: dict[str, list[str]] = {kind: [] for kind in VTK_KINDS}

    def open(self, sim: Any) -> None:
        """Create the folder and the outline of the walls; ``OutputError`` when an earlier collection is there."""
        for kind in VTK_KINDS:
            if (self.directory / f"{kind}.pvd").exists():
                raise OutputError(f"{self.directory / kind}.pvd exists already, and results are never mixed")
        self._make_folder(self.directory)
        self._vtk.write(self._vtk.outline(sim.boundary.box, sim.boundary.shape), self.directory / BOX_FILE)

    def record(self, sim: Any) -> None:
        """Write the files of one frame, then the collections that list it.

        Raises
        ------
        OutputError
            When a file cannot be written; the collections then list the frames before.
        """
        vtk = self._vtk
        data = {
            "filaments": vtk.filaments(filaments_by_id(sim.filaments), self._radius),
            "linkers": vtk.bonds(bonds_by_id(sim.linkers)),
            "motors": vtk.motors(bonds_by_id(sim.motors), sim.motors),
            "branchers": vtk.branchers(branchers_by_id(sim.branchers)),
            **({"membranes": vtk.membranes(sim.membranes)} if sim.membranes else {}),
            "compartments": vtk.compartments(sim.grid, sim.diffusing_names, sim.diffusing_counts),
        }
        for kind, data_set in data.items():
            path = self.directory / frame_path(kind, sim.frame)
            self._make_folder(path.parent)
            vtk.stamp(data_set, sim.time, sim.frame)
            vtk.write(data_set, path)
        for kind in data:
            file = quoteattr(frame_path(kind, sim.frame))
            self._entries[kind].append(f'    <DataSet timestep="{float(sim.time)!r}" part="0" file={file}/>\n')
            self._write_collection(kind)

    def close(self, sim: Any) -> None:
        """Nothing is left to do: all files are complete after every frame."""

    def _write_collection(self, kind: str) -> None:
        with (
            replacing(self.directory / f"{kind}.pvd") as temporary,
            open(temporary, "w", encoding="utf-8", newline="\n") as file,
        ):
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
            file.write('<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">\n  <Collection>\n')
            file.writelines(self._entries[kind])
            file.write("  </Collection>\n</VTKFile>\n")

    @staticmethod
    def _make_folder(path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path} cannot be created: {error.strerror}") from error
