"""A picture of one frame, drawn without a screen from the files written for ParaView."""

import ctypes.util
import math
import os
from dataclasses import dataclass
from pathlib import Path

import vtkmodules.vtkRenderingFreeType  # text  # noqa: F401
import vtkmodules.vtkRenderingOpenGL2 as opengl
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkTubeFilter
from vtkmodules.vtkFiltersHybrid import vtkDepthSortPolyData
from vtkmodules.vtkFiltersSources import vtkSphereSource
from vtkmodules.vtkIOImage import vtkPNGWriter
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkWindowToImageFilter,
)

from medyan_py.analysis.collection import read_collection
from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.picture_labels import add_colour_bar, add_labels, add_scale_bar
from medyan_py.analysis.picture_style import N_CATEGORIES, STYLES, Style, categorical_table, continuous_table
from medyan_py.arguments import is_real
from medyan_py.output.errors import OutputError
from medyan_py.output.layout import HDF5_FILE, SNAPSHOT_FILE
from medyan_py.output.replace_file import replacing

COLOURINGS = ("type", "length_nm", "tension_pN", "position_nm", "id")
_CATEGORIES = ("type", "id")
_BOUND = ("linkers", "motors", "branchers")
_THINNEST = 0.0022  # tube radius ÷ box diagonal, about two pixels


class PictureError(Exception):
    """A picture cannot be drawn; the text says why."""


@dataclass(frozen=True)
class _Scene:
    """The data of one frame; times in s."""

    time: float
    filaments: vtkPolyData
    linkers: vtkPolyData
    motors: vtkPolyData
    branchers: vtkPolyData
    bubbles: vtkPolyData
    membranes: vtkPolyData
    box: vtkPolyData


def render(
    source: str | Path,
    png: str | Path,
    *,
    frame: int = -1,
    colour_by: str = "type",
    background: str = "white",
    size: tuple[int, int] = (1600, 1200),
    azimuth: float = 30.0,
    elevation: float = 22.0,
) -> Path:
    """Draw filaments, linkers, motors, branchers, bubbles, membranes and the box of one frame into a PNG file.

    Membranes are translucent. Bubbles are spheres of their radius; files of older runs have none. Tubes have the radius
    of the filament, or about two pixels if that is more. The projection is parallel, so the scale bar holds for all
    lengths in the plane of the picture.

    Parameters
    ----------
    source : path
        The output directory of a run, or its folder ``paraview``.
    png : path
        The picture; an existing one is replaced.
    frame : int
        Which of the frames listed, from 0; negative numbers count from the last.
    colour_by : str
        Filaments by ``type``, ``length_nm``, ``tension_pN``, ``position_nm`` (distance from the minus end) or ``id``.
    background : str
        ``white`` or ``dark``.
    size : (int, int)
        Width and height in pixels, each from 100 to 10000.
    azimuth, elevation : float
        Direction of view in degrees: around the vertical (z) axis, and above the horizon (−90 to 90).

    Returns
    -------
    Path
        The picture.

    Raises
    ------
    ValueError
        An argument is not one of those allowed.
    TrajectoryError
        The files cannot be read, or there is no such frame.
    PictureError
        VTK cannot draw without a screen on this computer, or the name does not end in .png.
    OutputError
        The picture cannot be written.
    """
    if Path(png).suffix.lower() != ".png":
        raise PictureError(f"{png}: pictures are PNG files, so the name must end in .png")
    _check(frame, colour_by, background, size)
    _check_direction(azimuth, elevation)
    scene = _read(Path(source), frame)
    style = STYLES[background]
    window = _window(size)
    renderer = vtkRenderer()
    renderer.SetBackground(style.background)
    window.AddRenderer(renderer)
    _draw(renderer, scene, colour_by, style)
    _look(renderer, scene.box, size, azimuth, elevation, bar=colour_by not in _CATEGORIES)
    add_labels(renderer, _counts(scene, style), scene.time, style, size)
    add_scale_bar(renderer, style, size)
    window.Render()
    _write(window, Path(png))
    return Path(png)


def _check(frame: int, colour_by: str, background: str, size: tuple[int, int]) -> None:
    if not isinstance(frame, int):
        raise ValueError(f"frame must be a whole number, not {frame!r}")
    if colour_by not in COLOURINGS:
        raise ValueError(f"colour_by must be one of {', '.join(COLOURINGS)}, not {colour_by!r}")
    if background not in STYLES:
        raise ValueError(f"background must be one of {', '.join(STYLES)}, not {background!r}")
    if (
        not isinstance(size, tuple | list)
        or len(size) != 2
        or not all(isinstance(n, int) and 100 <= n <= 10000 for n in size)
    ):
        raise ValueError(f"size must be two whole numbers from 100 to 10000 (pixels), not {size!r}")


def _check_direction(azimuth: float, elevation: float) -> None:
    if not is_real(azimuth) or not math.isfinite(azimuth):
        raise ValueError(f"azimuth must be an angle in degrees, not {azimuth!r}")
    if not is_real(elevation) or not -90 <= elevation <= 90:
        raise ValueError(f"elevation must be from -90 to 90 degrees, not {elevation!r}")


def paraview_folder(source: Path) -> Path:
    """The folder of the files for ParaView; ``TrajectoryError`` where there are none."""
    folder = source / "paraview" if (source / "paraview").is_dir() else source
    if not (folder / "filaments.pvd").is_file():
        if source.is_file():
            text = f"{source}: this is a file; what is drawn is the output directory of a run"
            raise TrajectoryError(f"{text}{_directory_for(source)}")
        if not source.is_dir():
            raise TrajectoryError(f"{source}: there is no such directory")
        text = f"{source}: no results to draw here, paraview/filaments.pvd is missing"
        if (source / SNAPSHOT_FILE).is_file() or (source / HDF5_FILE).is_file():
            text += "; medyan convert makes such files of a trajectory, in a directory that can be drawn"
        raise TrajectoryError(text)
    return folder


def _directory_for(file: Path) -> str:
    """Which directory to draw instead of a file."""
    for directory in (file.parent, file.parent.parent):
        if (directory / "paraview" / "filaments.pvd").is_file():
            return f", here {directory}"
    return f", or what medyan convert {file} DIRECTORY makes" if file.suffix in (".traj", ".h5") else ""


def _read(source: Path, frame: int) -> _Scene:
    folder = paraview_folder(source)
    listed = read_collection(folder / "filaments.pvd")
    n = len(listed)
    if not -n <= frame < n:
        raise TrajectoryError(f"{folder / 'filaments.pvd'}: there is no frame {frame}; {n} frames are listed")
    time, path = listed[frame]
    others = {kind: _read_if_any(folder, kind, time) for kind in (*_BOUND, "bubbles", "membranes")}
    return _Scene(time, box=_read_lines(folder / "box.vtp"), filaments=_read_lines(path), **others)


def _read_if_any(folder: Path, kind: str, time: float) -> vtkPolyData:
    """Objects of a kind in a frame; nothing for kinds that the run could not have."""
    if not (folder / f"{kind}.pvd").is_file():
        return vtkPolyData()
    same = [path for t, path in read_collection(folder / f"{kind}.pvd") if t == time]
    if not same:
        raise TrajectoryError(f"{folder / kind}.pvd: there is no frame at {time} s")
    return _read_lines(same[0])


def _read_lines(path: Path) -> vtkPolyData:
    if not path.is_file():
        raise TrajectoryError(f"{path}: there is no such file")
    reader = vtkXMLPolyDataReader()
    messages: list[str] = []
    reader.AddObserver("ErrorEvent", lambda *_: messages.append("error"))
    reader.SetFileName(str(path))
    reader.Update()
    if messages or reader.GetErrorCode():
        raise TrajectoryError(f"{path}: VTK cannot read this file")
    return reader.GetOutput()


def _window(size: tuple[int, int]):
    """An off-screen window of the first kind that works here."""
    # What is needed is looked up first: VTK crashes when it draws with OSMesa or X and these are not there.
    usable = {
        "vtkEGLRenderWindow": lambda: True,
        "vtkXOpenGLRenderWindow": lambda: bool(os.environ.get("DISPLAY")),
        "vtkOSOpenGLRenderWindow": lambda: ctypes.util.find_library("OSMesa") is not None,
    }
    for name, is_usable in usable.items():
        kind = getattr(opengl, name, None)
        if kind is None or not is_usable():
            continue
        window = kind()
        window.SetOffScreenRendering(1)
        window.SetMultiSamples(8)
        window.SetSize(*size)
        if window.SupportsOpenGL():
            return window
    raise PictureError(
        "VTK finds no OpenGL for drawing without a screen; install EGL (on Debian: libegl1 libgl1-mesa-dri) or OSMesa"
    )


def _draw(renderer: vtkRenderer, scene: _Scene, colour_by: str, style: Style) -> None:
    radius = _THINNEST * scene.box.GetLength()
    if scene.filaments.GetNumberOfPoints():
        _draw_filaments(renderer, scene.filaments, radius, colour_by, style)
    for data, colour, factor in (
        (scene.linkers, style.linker, 1.3),
        (scene.motors, style.motor, 1.8),
        (scene.branchers, style.brancher, 2.0),
    ):
        if data.GetNumberOfPoints():
            _add_plain(renderer, _tubes(data, factor * radius), colour)
    _draw_bubbles(renderer, scene.bubbles, style)
    if scene.membranes.GetNumberOfPolys():
        _draw_membranes(renderer, scene.membranes, style)
    outline = vtkPolyDataMapper()
    outline.SetInputData(scene.box)
    actor = _add_actor(renderer, outline)
    actor.GetProperty().SetColor(style.outline)
    actor.GetProperty().SetLineWidth(2)
    actor.GetProperty().LightingOff()


def _draw_filaments(
    renderer: vtkRenderer, data: vtkPolyData, least_radius: float, colour_by: str, style: Style
) -> None:
    points, cells = data.GetPointData(), data.GetCellData()
    owner = points if points.HasArray(colour_by) else cells
    array = owner.GetArray(colour_by)
    if array is None or not points.HasArray("radius_nm"):
        raise TrajectoryError(f"the filaments lack the array {colour_by if array is None else 'radius_nm'}")
    mapper = vtkPolyDataMapper()
    if colour_by in _CATEGORIES:
        array = numpy_to_vtk(vtk_to_numpy(array) % N_CATEGORIES, deep=True)
        array.SetName("category")  # colours are used again when there are more types than colours
        owner.AddArray(array)
        table = categorical_table()
    else:
        table = continuous_table(array.GetRange())
        add_colour_bar(renderer, table, colour_by, style)
    if owner is points:
        mapper.SetScalarModeToUsePointFieldData()
    else:
        mapper.SetScalarModeToUseCellFieldData()
    mapper.SelectColorArray(array.GetName())
    mapper.SetLookupTable(table)
    mapper.UseLookupTableScalarRangeOn()
    # A name is needed: an output port does not keep its filter alive.
    tubes = _tubes(data, max(least_radius, points.GetArray("radius_nm").GetRange()[0]))
    mapper.SetInputConnection(tubes.GetOutputPort())
    _add_actor(renderer, mapper)


def _draw_bubbles(renderer: vtkRenderer, data: vtkPolyData, style: Style) -> None:
    radii = data.GetPointData().GetArray("radius_nm")
    for i in range(data.GetNumberOfPoints()):
        sphere = vtkSphereSource()
        sphere.SetCenter(data.GetPoint(i))
        sphere.SetRadius(radii.GetValue(i))
        sphere.SetThetaResolution(48)
        sphere.SetPhiResolution(24)
        mapper = vtkPolyDataMapper()
        mapper.SetInputConnection(sphere.GetOutputPort())
        _add_actor(renderer, mapper).GetProperty().SetColor(style.bubble)


def _draw_membranes(renderer: vtkRenderer, data: vtkPolyData, style: Style) -> None:
    """Translucent, so that what is inside can be seen; triangles far away are drawn first."""
    by_depth = vtkDepthSortPolyData()
    by_depth.SetInputData(data)
    by_depth.SetCamera(renderer.GetActiveCamera())
    by_depth.SetDirectionToBackToFront()
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(by_depth.GetOutputPort())
    mapper.ScalarVisibilityOff()
    looks = _add_actor(renderer, mapper).GetProperty()
    looks.SetColor(style.membrane)
    looks.SetOpacity(0.35)


def _tubes(data: vtkPolyData, radius: float) -> vtkTubeFilter:
    tubes = vtkTubeFilter()
    tubes.SetInputData(data)
    tubes.SetRadius(radius)
    tubes.SetNumberOfSides(12)
    tubes.CappingOn()
    return tubes


def _add_plain(renderer: vtkRenderer, tubes: vtkTubeFilter, colour: tuple[float, float, float]) -> None:
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(tubes.GetOutputPort())
    mapper.ScalarVisibilityOff()
    _add_actor(renderer, mapper).GetProperty().SetColor(colour)


def _add_actor(renderer: vtkRenderer, mapper: vtkPolyDataMapper) -> vtkActor:
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetAmbient(0.4)
    actor.GetProperty().SetDiffuse(0.65)
    actor.GetProperty().SetSpecular(0.15)
    renderer.AddActor(actor)
    return actor


def _look(
    renderer: vtkRenderer, box: vtkPolyData, size: tuple[int, int], azimuth: float, elevation: float, bar: bool
) -> None:
    """Look at the middle of the box so that it fits, with room for the labels."""
    camera = renderer.GetActiveCamera()
    centre = box.GetCenter()
    camera.ParallelProjectionOn()
    camera.SetFocalPoint(centre)
    camera.SetPosition(centre[0], centre[1] - 1.0, centre[2])
    camera.SetViewUp(0.0, 0.0, 1.0)
    camera.Azimuth(azimuth)
    camera.Elevation(min(max(elevation, -89.9), 89.9))  # at the poles "up" would be undefined
    camera.OrthogonalizeViewUp()
    renderer.ResetCamera(box.GetBounds())
    view = camera.GetViewTransformMatrix()
    corners = [view.MultiplyPoint((*box.GetPoint(i), 1.0)) for i in range(box.GetNumberOfPoints())]
    half_width, half_height = (max(abs(corner[axis]) for corner in corners) for axis in (0, 1))
    camera.SetParallelScale(1.22 * max(half_height, half_width * size[1] / size[0] * (1.1 if bar else 1.0)))
    camera.SetWindowCenter(0.14 if bar else 0.0, 0.0)  # leaves the right to the colour bar
    renderer.ResetCameraClippingRange()


def _counts(scene: _Scene, style: Style) -> list[tuple[str, tuple[float, float, float]]]:
    kinds = [("filaments", style.text), ("linkers", style.linker), ("motors", style.motor)]
    if scene.branchers.GetNumberOfCells():
        kinds.append(("branchers", style.brancher))
    if scene.membranes.GetNumberOfPolys():
        number = int(vtk_to_numpy(scene.membranes.GetCellData().GetArray("membrane")).max()) + 1
        counts = [(f"{number} membrane{'s' * (number > 1)}", style.membrane)]
    else:
        counts = []
    if scene.bubbles.GetNumberOfCells():
        kinds.append(("bubbles", style.bubble))
    return [(f"{getattr(scene, kind).GetNumberOfCells()} {kind}", colour) for kind, colour in kinds] + counts


def _write(window, png: Path) -> None:
    image = vtkWindowToImageFilter()
    image.SetInput(window)
    image.ReadFrontBufferOff()
    with replacing(png) as temporary:
        writer = vtkPNGWriter()
        writer.AddObserver("ErrorEvent", lambda *_: None)
        writer.SetInputConnection(image.GetOutputPort())
        writer.SetFileName(str(temporary))
        writer.Write()
        if writer.GetErrorCode() or not temporary.exists():
            raise OutputError(f"{png} cannot be written; is {png.parent} a folder with space, open to you?")
