"""Files of VTK's XML formats from NumPy arrays, without VTK: building its objects takes longer than writing a frame.

Format: VTK User's Guide, "VTK XML formats"; arrays are appended raw, after the number of their bytes.
"""

import sys
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from medyan_py.output.replace_file import write_whole

COMPRESSED_FROM = 65536  # bytes of arrays; smaller files are written faster as they are
_ORDER = f'byte_order="{sys.byteorder.capitalize()}Endian"'
_CELLS = ("Verts", "Lines", "Strips", "Polys")
_TYPES = {np.dtype(name).char: name.capitalize() for name in ("float64", "float32", "int64", "int32")} | {"B": "UInt8"}


@dataclass
class PolyData:
    """Points, and cells between them.

    Attributes
    ----------
    points : (P, 3) float64
    kind : str
        What the cells are: Verts, Lines or Polys.
    connectivity : (c,) int
        Places in ``points``, cell after cell.
    offsets : (n + 1,) int
        Where the cells begin and end in ``connectivity``.
    point_data, cell_data : dict
        Name → array of as many rows.
    normals : str
        Name of the point data that are normals, if any.
    """

    points: np.ndarray
    kind: str
    connectivity: np.ndarray
    offsets: np.ndarray
    point_data: dict[str, np.ndarray] = field(default_factory=dict)
    cell_data: dict[str, np.ndarray] = field(default_factory=dict)
    normals: str = ""


@dataclass
class Image:
    """A grid from the origin on: number and size of its cells along x, y, z, and data of the cells, x fastest."""

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    cell_data: dict[str, np.ndarray]


def write(data: PolyData | Image, path: str | Path, **of_frame: float | int) -> None:
    """Write a data set, with numbers that hold for all of it; ``OutputError`` when it cannot be written."""
    write_whole(str(path), vtk_bytes(data, of_frame))


def vtk_bytes(data: PolyData | Image, of_frame: dict[str, float | int]) -> bytes:
    """The content of the file."""
    held = [data.cell_data] if isinstance(data, Image) else [data.cell_data, data.point_data, {"": data.points}]
    compressed = sum(values.nbytes for arrays in held for values in arrays.values()) >= COMPRESSED_FROM
    appended = _Appended(compressed)
    told = "".join(appended.add(name, np.array([v]), ' NumberOfTuples="1"') for name, v in of_frame.items())
    content = f"<FieldData>\n{told}</FieldData>\n" if told else ""
    if isinstance(data, Image):
        kind, extent = "ImageData", " ".join(f"0 {n}" for n in data.shape)
        spacing = " ".join(repr(float(size)) for size in data.spacing)
        attributes = f' WholeExtent="{extent}" Origin="0 0 0" Spacing="{spacing}"'
        content += f'<Piece Extent="{extent}">\n' + _section(appended, "CellData", data.cell_data)
    else:
        kind, attributes = "PolyData", ""
        content += _polydata(appended, data)
    compressor = ' compressor="vtkZLibDataCompressor"' if compressed else ""
    text = (
        f'<?xml version="1.0"?>\n<VTKFile type="{kind}" version="1.0" {_ORDER} header_type="UInt64"'
        f"{compressor}>\n<{kind}{attributes}>\n{content}</Piece>\n</{kind}>\n"
        '<AppendedData encoding="raw">\n_'
    )
    return b"".join([text.encode(), *appended.parts, b"\n</AppendedData>\n</VTKFile>\n"])


class _Appended:
    """Arrays behind the text of a file."""

    def __init__(self, compressed: bool) -> None:
        self._compressed = compressed
        self._size = 0
        self.parts: list[bytes | memoryview] = []

    def add(self, name: str, values: np.ndarray, more: str = "") -> str:
        """Append an array of one or two dimensions; what the text is to say of it."""
        components = values.shape[1] if values.ndim > 1 else 0
        text = f'{_array_head(name, values.dtype.char, components)}{more} format="appended" offset="{self._size}"/>\n'
        data = np.ascontiguousarray(values)
        size = data.nbytes
        if self._compressed:
            packed = zlib.compress(data, 1) if size else b""
            head = np.array([1, size, 0, len(packed)] if size else [0, 0, 0], dtype=np.uint64)  # blocks, their sizes
            self.parts += [head.tobytes(), packed]
        else:
            self.parts += [size.to_bytes(8, sys.byteorder), data.tobytes()]
        self._size += len(self.parts[-2]) + len(self.parts[-1])
        return text


@lru_cache(maxsize=1024)
def _array_head(name: str, char: str, components: int) -> str:
    several = f' NumberOfComponents="{components}"' if components else ""
    return f'<DataArray type="{_TYPES[char]}" Name={quoteattr(name)}{several}'


def _polydata(appended: _Appended, data: PolyData) -> str:
    cells = len(data.offsets) - 1
    counts = " ".join(f'NumberOf{kind}="{cells if kind == data.kind else 0}"' for kind in _CELLS)
    normals = f" Normals={quoteattr(data.normals)}" if data.normals else ""
    topology = {
        "connectivity": np.asarray(data.connectivity, dtype=np.int64),
        "offsets": np.asarray(data.offsets[1:], dtype=np.int64),
    }
    return (
        f'<Piece NumberOfPoints="{len(data.points)}" {counts}>\n'
        + _section(appended, "PointData", data.point_data, normals)
        + _section(appended, "CellData", data.cell_data)
        + _section(appended, "Points", {"Points": data.points})
        + _section(appended, data.kind, topology)
    )


def _section(appended: _Appended, name: str, arrays: dict[str, np.ndarray], attributes: str = "") -> str:
    inside = "".join(appended.add(*array) for array in arrays.items())
    return f"<{name}{attributes}>\n{inside}</{name}>\n"
