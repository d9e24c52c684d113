"""What is written on pictures: time, counts, scale bar, colour bar."""

import math

from vtkmodules.vtkCommonCore import vtkLookupTable, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingAnnotation import vtkScalarBarActor
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkRenderer, vtkTextActor

from medyan_py.analysis.picture_style import Colour, Style

_TITLES = {"length_nm": "length (nm)", "tension_pN": "tension (pN)", "position_nm": "from minus end (nm)"}


def add_labels(
    renderer: vtkRenderer, counts: list[tuple[str, Colour]], time: float, style: Style, size: tuple[int, int]
) -> None:
    """The time at the top left, below it how many objects there are, in their colours."""
    margin, line = size[1] // 40, size[1] // 28
    y = size[1] - margin - line
    _text(renderer, f"t = {time:.2f} s", (margin, y), style.text, int(0.8 * line))
    for label, colour in counts:
        y -= line
        _text(renderer, label, (margin, y), colour, int(0.6 * line))


def add_scale_bar(renderer: vtkRenderer, style: Style, size: tuple[int, int]) -> None:
    """A bar of a round length, about a sixth of the width, at the bottom right."""
    pixels_per_nm = size[1] / (2 * renderer.GetActiveCamera().GetParallelScale())
    length = _round_length(size[0] / 6 / pixels_per_nm)
    width = length * pixels_per_nm
    margin, thickness = size[1] // 40, max(3, size[1] // 200)
    right, bottom = size[0] - margin, margin
    points, cell = vtkPoints(), vtkCellArray()
    cell.InsertNextCell(4)
    for x, y in (
        (right - width, bottom),
        (right, bottom),
        (right, bottom + thickness),
        (right - width, bottom + thickness),
    ):
        cell.InsertCellPoint(points.InsertNextPoint(x, y, 0))
    data = vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(cell)
    mapper = vtkPolyDataMapper2D()
    mapper.SetInputData(data)
    bar = vtkActor2D()
    bar.SetMapper(mapper)
    bar.GetProperty().SetColor(style.text)
    renderer.AddViewProp(bar)
    label = f"{length / 1000:g} µm" if length >= 1000 else f"{length:g} nm"
    text = _text(renderer, label, (right - width / 2, bottom + 2 * thickness), style.text, size[1] // 45)
    text.GetTextProperty().SetJustificationToCentered()


def add_colour_bar(renderer: vtkRenderer, table: vtkLookupTable, array: str, style: Style) -> None:
    """What the colours of the filaments mean, at the right."""
    bar = vtkScalarBarActor()
    bar.SetLookupTable(table)
    bar.SetTitle(_TITLES[array])
    bar.SetNumberOfLabels(5)
    bar.SetLabelFormat("{:.3g}" if _std_format(bar) else "%.3g")
    bar.UnconstrainedFontSizeOn()
    height = renderer.GetRenderWindow().GetSize()[1]
    for part in (bar.GetTitleTextProperty(), bar.GetLabelTextProperty()):
        part.SetColor(style.text)
        part.SetFontSize(height // 50)
        part.BoldOff()
        part.ItalicOff()
        part.ShadowOff()
    bar.SetPosition(0.9, 0.3)
    bar.SetWidth(0.06)
    bar.SetHeight(0.4)
    bar.SetVerticalTitleSeparation(height // 100)
    renderer.AddViewProp(bar)


def _std_format(bar: vtkScalarBarActor) -> bool:
    """Whether this VTK formats labels with braces (since 9.6) or as C does."""
    return "{" in bar.GetLabelFormat()


def _text(renderer: vtkRenderer, text: str, at: tuple[float, float], colour: Colour, height: int) -> vtkTextActor:
    actor = vtkTextActor()
    actor.SetInput(text)
    actor.SetPosition(*at)
    properties = actor.GetTextProperty()
    properties.SetColor(colour)
    properties.SetFontSize(height)
    properties.SetFontFamilyToArial()
    renderer.AddViewProp(actor)
    return actor


def _round_length(length: float) -> float:
    """The largest of 1, 2, 5 × 10ⁿ that is not above ``length``."""
    power = 10.0 ** math.floor(math.log10(length))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= length)
