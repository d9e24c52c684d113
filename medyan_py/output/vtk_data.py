"""A frame as VTK data sets, and writing them.

Importing this module loads VTK. Only the parts needed for files are loaded, none for drawing.

Arrays and their units (they are part of the file format; the names say the unit):

- filaments, per polyline: ``id``, ``type``, ``length_nm``; per bead: ``tension_pN`` (mean of the adjacent cylinders,
  positive when stretched), ``radius_nm``, ``position_nm`` (contour length from the minus end);
- linkers and motors, per line: ``id``, ``type`` (index of the binding reaction), ``tension_pN`` (positive when
  stretched), ``birth_time_s``, ``length_nm``; motors also ``heads``, ``bound_heads``;
- branchers, per line from mother to daughter: ``id``, ``type``, ``force_pN`` (of the branch point on the daughter's
  first bead), ``birth_time_s``, ``length_nm``;
- bubbles, per point: ``id``, ``type``, ``kind`` (0 bubble, 1 organising centre, 2 probe), ``radius_nm``, ``force_pN``
  (vector, of everything that acts on it), ``attachment_force_pN`` (vector, of the attached filaments);
- membranes, per triangle: ``membrane`` (number); per vertex: ``id`` (stable), ``area_nm2``, ``mean_curvature_per_nm``
  (positive for a sphere, nan on borders), normals, ``NAME (copies)`` and ``NAME (per um2)`` for each of their species;
- compartments, per cell: ``NAME (copies)`` and ``NAME (uM)`` for each diffusing species, ``active`` (0 or 1);
- every data set: field data ``TimeValue`` (s), ``frame``.
"""

from pathlib import Path
from typing import Any

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkDataSet, vtkImageData, vtkPolyData
from vtkmodules.vtkCommonMisc import vtkErrorCode
from vtkmodules.vtkIOXML import vtkXMLImageDataWriter, vtkXMLPolyDataWriter

from medyan_py.output.errors import OutputError
from medyan_py.output.network import Bonds, Branchers, Bubbles, Filaments
from medyan_py.output.replace_file import replacing
from medyan_py.units import MOLECULES_PER_NM3_UM

_BOX_EDGES = np.array(
    [(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit]
)  # corner index: bit 0 is x, bit 1 is y, bit 2 is z


def filaments(network: Filaments, radius: float | dict[int, float]) -> vtkPolyData:
    """One polyline per filament, from minus to plus end; ``radius`` in nm, for all or by filament type."""
    beads, start = network.beads, network.start
    first = network.cylinder_first_bead
    step = np.zeros(len(beads))
    step[first + 1] = np.linalg.norm(beads[first + 1] - beads[first], axis=1)
    travelled = np.cumsum(step)
    n_beads = np.diff(start)
    position = travelled - np.repeat(travelled[start[:-1]], n_beads)
    tension, neighbours = np.zeros(len(beads)), np.zeros(len(beads))
    for side in (first, first + 1):  # each index occurs once per side
        tension[side] += network.tensions
        neighbours[side] += 1
    data = _lines(beads, start)
    _add(data.GetCellData(), "id", network.ids.astype(np.int64))
    _add(data.GetCellData(), "type", network.types.astype(np.int32))
    _add(data.GetCellData(), "length_nm", position[start[1:] - 1])
    _add(data.GetPointData(), "tension_pN", tension / neighbours)
    _add(data.GetPointData(), "radius_nm", np.repeat(_radii(network.types, radius), n_beads))
    _add(data.GetPointData(), "position_nm", position)
    return data


def bonds(network: Bonds) -> vtkPolyData:
    """One line per linker or motor, from its first to its second binding site."""
    data = _pairs(network)
    _add(data.GetCellData(), "tension_pN", network.tensions)
    return data


def motors(network: Bonds, source: Any) -> vtkPolyData:
    """As ``bonds``, with the numbers of heads of ``source`` (``sim.motors``)."""
    data = bonds(network)
    _add(data.GetCellData(), "heads", np.asarray(source.heads)[network.order])
    _add(data.GetCellData(), "bound_heads", np.asarray(source.bound_heads)[network.order])
    return data


def branchers(network: Branchers) -> vtkPolyData:
    """One line per brancher, from its site on the mother to the first bead of the daughter."""
    data = _pairs(network)
    _add(data.GetCellData(), "force_pN", network.forces)
    return data


def bubbles(network: Bubbles) -> vtkPolyData:
    """One point per bubble, which the Glyph filter can turn into a sphere."""
    n = len(network.ids)
    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(np.ascontiguousarray(network.coords, dtype=np.float64), deep=True))
    vertices = vtkCellArray()
    vertices.SetData(_ids(np.arange(n + 1)), _ids(np.arange(n)))
    data = vtkPolyData()
    data.SetPoints(vtk_points)
    data.SetVerts(vertices)
    points = data.GetPointData()
    _add(points, "id", network.ids.astype(np.int64))
    _add(points, "type", network.types.astype(np.int32))
    _add(points, "kind", network.kinds)
    _add(points, "radius_nm", network.radii)
    _add(points, "force_pN", network.forces)
    _add(points, "attachment_force_pN", network.attachment_forces)
    return data


def membranes(views: Any) -> vtkPolyData:
    """The triangles of all membranes (``sim.membranes``)."""
    first = np.cumsum([0, *(len(view.vertices) for view in views)])
    corners = np.concatenate([view.triangles + start for view, start in zip(views, first[:-1], strict=True)])
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.concatenate([view.vertices for view in views]), deep=True))
    cells = vtkCellArray()
    cells.SetData(_ids(3 * np.arange(len(corners) + 1)), _ids(corners.ravel()))
    data = vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(cells)
    numbers = np.repeat(np.arange(len(views)), [len(view.triangles) for view in views])
    _add(data.GetCellData(), "membrane", numbers.astype(np.int32))
    for name, attribute in (("id", "ids"), ("area_nm2", "areas"), ("mean_curvature_per_nm", "curvatures")):
        _add(data.GetPointData(), name, np.concatenate([getattr(view, attribute) for view in views]))
    area = np.concatenate([view.areas for view in views])
    for species in views[0].copies:
        copies = np.concatenate([view.copies[species] for view in views])
        _add(data.GetPointData(), f"{species} (copies)", copies)
        _add(data.GetPointData(), f"{species} (per um2)", (copies * 1e6 / area).astype(np.float32))
    normals = numpy_to_vtk(np.ascontiguousarray(np.concatenate([view.normals for view in views])), deep=True)
    normals.SetName("normal")
    data.GetPointData().SetNormals(normals)
    return data


def compartments(grid: Any, names: tuple[str, ...], counts: np.ndarray) -> vtkImageData:
    """The grid as cells; ``counts`` is (compartments, species), the compartment ix + nx (iy + ny iz)."""
    data = vtkImageData()
    data.SetDimensions(*(int(n) + 1 for n in grid.shape))
    data.SetSpacing(*(float(size) for size in grid.compartment_size))
    cells = data.GetCellData()
    per_um = 1.0 / (MOLECULES_PER_NM3_UM * float(np.prod(grid.compartment_size)))
    for s, name in enumerate(names):
        copies = np.ascontiguousarray(counts[:, s])
        _add(cells, f"{name} (copies)", copies)
        _add(cells, f"{name} (uM)", (copies * per_um).astype(np.float32))
    _add(cells, "active", np.asarray(grid.active).astype(np.uint8))
    return data


def box(corners: Any) -> vtkPolyData:
    """The twelve edges of a box, ((x0, y0, z0), (x1, y1, z1)) in nm."""
    low_high = np.asarray(corners, dtype=np.float64)
    points = np.array([[low_high[i >> axis & 1, axis] for axis in range(3)] for i in range(8)])
    return _lines(points, 2 * np.arange(len(_BOX_EDGES) + 1), _BOX_EDGES.ravel())


def outline(corners: Any, shape: str) -> vtkPolyData:
    """The outline of walls that fill the box ``corners``, ((x0, y0, z0), (x1, y1, z1)) in nm.

    A box has its edges; round walls have circles around their vertical axis and the outlines of four half planes
    through it. ``shape`` is 'CUBIC', 'SPHERICAL', 'CAPSULE' or 'CYLINDER'.
    """
    if shape == "CUBIC":
        return box(corners)
    low, high = np.asarray(corners, dtype=np.float64)
    centre, radius = 0.5 * (low + high), 0.5 * (high[0] - low[0])
    middle = max(0.0, 0.5 * (high[2] - low[2]) - radius)
    quarter = np.linspace(0.0, 0.5 * np.pi, 17)
    if shape == "CYLINDER":
        profile = np.array([(radius, low[2]), (radius, high[2])])
        heights = [low[2], high[2]]
    else:
        lower = np.stack([radius * np.sin(quarter), centre[2] - middle - radius * np.cos(quarter)], axis=1)
        upper = np.stack([radius * np.cos(quarter), centre[2] + middle + radius * np.sin(quarter)], axis=1)
        profile = np.vstack([lower, upper if middle > 0 else upper[1:]])
        heights = sorted({centre[2] - middle, centre[2] + middle})
    lines = []
    for azimuth in np.arange(4) * 0.5 * np.pi:
        along = np.array([np.cos(azimuth), np.sin(azimuth)])
        lines.append(np.column_stack([centre[:2] + profile[:, :1] * along, profile[:, 1]]))
    turn = np.linspace(0.0, 2.0 * np.pi, 65)
    for height in heights:
        circle = centre[:2] + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        lines.append(np.column_stack([circle, np.full(len(turn), height)]))
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    return _lines(np.vstack(lines), start, np.arange(start[-1]))


def stamp(data: vtkDataSet, time: float, frame: int) -> None:
    """Put the time (s) and the number of the frame into the data set."""
    _add(data.GetFieldData(), "TimeValue", np.array([time], dtype=np.float64))
    _add(data.GetFieldData(), "frame", np.array([frame], dtype=np.int64))


def write(data: vtkDataSet, path: Path) -> None:
    """Write a data set; the file appears complete or not at all. ``OutputError`` when it cannot be written."""
    writer = vtkXMLImageDataWriter() if isinstance(data, vtkImageData) else vtkXMLPolyDataWriter()
    with replacing(path) as temporary:
        writer.SetFileName(str(temporary))
        writer.SetInputData(data)
        writer.EncodeAppendedDataOff()
        # With observers VTK hands its messages to us instead of printing them.
        messages: list[str] = []
        for reporter in (writer, writer.GetExecutive()):
            reporter.AddObserver("ErrorEvent", lambda *_: messages.append("error"))
        if not writer.Write() or messages or writer.GetErrorCode():
            # Has the text of the operating system, too, when the code is one of its own.
            reason = vtkErrorCode.GetStringFromErrorCode(writer.GetErrorCode())
            raise OutputError(f"{path} cannot be written: VTK says {reason}")


def _pairs(network: Bonds | Branchers) -> vtkPolyData:
    """One line per object between its two points, with what bonds and branchers have in common."""
    n = len(network.ids)
    data = _lines(network.coords.reshape(-1, 3), 2 * np.arange(n + 1))
    cells = data.GetCellData()
    _add(cells, "id", network.ids.astype(np.int64))
    _add(cells, "type", network.types.astype(np.int32))
    _add(cells, "birth_time_s", network.birth_times)
    _add(cells, "length_nm", np.linalg.norm(network.coords[:, 1] - network.coords[:, 0], axis=1))
    return data


def _lines(points: np.ndarray, offsets: np.ndarray, connectivity: np.ndarray | None = None) -> vtkPolyData:
    """Polylines: line i joins the points connectivity[offsets[i]:offsets[i + 1]], by default consecutive ones."""
    if connectivity is None:
        connectivity = np.arange(len(points))
    vtk_points = vtkPoints()
    vtk_points.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float64), deep=True))
    cells = vtkCellArray()
    cells.SetData(_ids(offsets), _ids(connectivity))
    data = vtkPolyData()
    data.SetPoints(vtk_points)
    data.SetLines(cells)
    return data


def _ids(values: np.ndarray):
    return numpy_to_vtkIdTypeArray(np.ascontiguousarray(values, dtype=np.int64), deep=True)


def _add(attributes: Any, name: str, values: np.ndarray) -> None:
    array = numpy_to_vtk(np.ascontiguousarray(values), deep=True)
    array.SetName(name)
    attributes.AddArray(array)


def _radii(types: np.ndarray, radius: float | dict[int, float]) -> np.ndarray:
    if isinstance(radius, dict):
        return np.array([radius[kind] for kind in types.tolist()], dtype=np.float64)
    return np.full(len(types), float(radius))
