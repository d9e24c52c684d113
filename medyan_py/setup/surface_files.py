"""Surfaces of other programs: .obj, .off, .ply (text and binary) and .stl (text and binary).

They are read here, since the readers of VTK end the process where such a file is damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from medyan_py.core.membrane.errors import MeshError

_PLY_TYPES = {
    **dict.fromkeys(("char", "int8"), "b"),
    **dict.fromkeys(("uchar", "uint8"), "B"),
    **dict.fromkeys(("short", "int16"), "h"),
    **dict.fromkeys(("ushort", "uint16"), "H"),
    **dict.fromkeys(("int", "int32"), "i"),
    **dict.fromkeys(("uint", "uint32"), "I"),
    **dict.fromkeys(("float", "float32"), "f"),
    **dict.fromkeys(("double", "float64"), "d"),
}
_CORNERS = ("vertex_indices", "vertex_index")
Polygons = tuple[list, list[list[int]]]  # points and, for every face, its corners by index


def read_surface(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (n, 3), nm, and triangles (m, 3) of the surface in a file, its format by the end of its name.

    Faces with more corners are cut into triangles; equal points become one, and faces that have two corners in one
    point then are left out.

    Raises
    ------
    MeshError
        With the line, where there is one, for a file that cannot be read.
    """
    try:
        points, faces = READERS[path.suffix.lower()](path, path.read_bytes())
    except OSError as error:
        raise MeshError(f"{path} cannot be read: {error.strerror}") from None
    if not points or not faces:
        raise MeshError(f"{path} holds no surface")
    x = np.array(points, dtype=np.float64)
    if not np.isfinite(x).all():
        raise MeshError(f"{path}: a coordinate is not finite")
    for number, face in enumerate(faces, 1):
        wrong = next((i for i in face if not 0 <= i < len(x)), None)
        if wrong is not None:
            raise MeshError(f"{path}: face {number} has a corner {wrong}, and there are {len(x)} points, from 0")
    triangles = np.array(_triangles(x, faces), dtype=np.int64).reshape(-1, 3)
    _, first, which = np.unique(x, axis=0, return_index=True, return_inverse=True)
    order = np.sort(first)  # as in the file
    triangles = np.searchsorted(order, first[which.ravel()])[triangles]
    distinct = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    return x[order], triangles[distinct]


def _triangles(x: np.ndarray, faces: list[list[int]]) -> list[list[int]]:
    if all(len(face) == 3 for face in faces):
        return faces
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
    from vtkmodules.vtkFiltersCore import vtkTriangleFilter

    points, cells, surface, cut = vtkPoints(), vtkCellArray(), vtkPolyData(), vtkTriangleFilter()
    points.SetData(numpy_to_vtk(x, deep=True))
    for face in faces:
        cells.InsertNextCell(len(face), face)
    surface.SetPoints(points)
    surface.SetPolys(cells)
    cut.SetInputData(surface)
    cut.Update()
    return vtk_to_numpy(cut.GetOutput().GetPolys().GetConnectivityArray()).reshape(-1, 3).tolist()


# ---- formats


def _numbered(path: Path, data: bytes) -> Iterator[tuple[Callable[[str], MeshError], list[str]]]:
    """Words of every line that has some, without comments, and what makes an error of that line."""
    for number, line in enumerate(data.decode("utf-8", "replace").replace("\\\n", "  ").split("\n"), 1):
        if words := line.split("#", 1)[0].split():

            def wrong(what: str, number: int = number, line: str = line) -> MeshError:
                return MeshError(f"{path}:{number}: found {line.strip()[:60]!r}, expected {what}")

            yield wrong, words


def _point(words: list[str], wrong: Callable[[str], MeshError]) -> list[float]:
    try:
        x, y, z = map(float, words[:3])
    except ValueError:
        raise wrong("three coordinates") from None
    return [x, y, z]


def _face(words: list[str], wrong: Callable[[str], MeshError]) -> list[int]:
    try:
        face = list(map(int, words))
    except ValueError:
        face = []
    if len(face) < 3:
        raise wrong("at least three numbers of points")
    return face


def _read_obj(path: Path, data: bytes) -> Polygons:
    points, faces = [], []
    for wrong, (label, *words) in _numbered(path, data):
        if label == "v":
            points.append(_point(words, wrong))
        elif label == "f":
            face = _face([word.split("/", 1)[0] for word in words], wrong)
            if 0 in face:
                raise wrong("numbers of points from 1, or below 0 from the last one backwards")
            faces.append([i - 1 if i > 0 else len(points) + i for i in face])
    return points, faces


def _read_off(path: Path, data: bytes) -> Polygons:
    lines = list(_numbered(path, data))
    if not lines or not lines[0][1][0].endswith("OFF"):
        raise MeshError(f"{path} does not begin with OFF")
    lines[0][1].pop(0)
    lines = [line for line in lines if line[1]]
    if not lines:
        raise MeshError(f"{path} holds no surface")
    wrong, words = lines.pop(0)
    try:
        n_points, n_faces = map(int, words[:2])
    except ValueError:
        raise wrong("the numbers of points, faces and edges") from None
    if n_points < 0 or n_faces < 0 or n_points + n_faces > len(lines):
        raise wrong(f"numbers of points and faces for which {len(lines)} lines follow")
    points = [_point(words, wrong) for wrong, words in lines[:n_points]]
    faces = []
    for wrong, words in lines[n_points : n_points + n_faces]:
        if not words[0].isdecimal() or not 3 <= int(words[0]) < len(words):
            raise wrong("a number of corners, from 3, and the corners")
        faces.append(_face(words[1 : int(words[0]) + 1], wrong))
    return points, faces


def _read_stl(path: Path, data: bytes) -> Polygons:
    (count,) = struct.unpack_from("<I", data, 80) if len(data) >= 84 else (0,)
    if len(data) >= 84 and len(data) == 84 + 50 * count:
        corners = np.frombuffer(data, dtype=np.dtype([("x", "<f4", 12), ("_", "<u2")]), offset=84)["x"][:, 3:]
        points = corners.reshape(-1, 3).astype(np.float64).tolist()
    elif data[:5] == b"solid":
        points = [_point(words[1:], wrong) for wrong, words in _numbered(path, data) if words[0] == "vertex"]
    else:
        raise MeshError(f"{path} is no text of solids, and has not the length of a binary file of {count} facets")
    if len(points) % 3:
        raise MeshError(f"{path}: {len(points)} corners are not those of whole triangles")
    return points, [[i, i + 1, i + 2] for i in range(0, len(points), 3)]


class _PlyText:
    """Values of an element, line by line."""

    def __init__(self, path: Path, body: bytes) -> None:
        self._lines, self._words = _numbered(path, body), iter(())
        self._path = path

    def begin(self) -> None:
        """The next item."""
        line = next(self._lines, None)
        if line is None:
            raise MeshError(f"{self._path} is cut short")
        self._words = iter(line[1])

    def take(self, kind: str, count: int) -> list:
        """Some values of a type."""
        words = [word for _, word in zip(range(count), self._words, strict=False)]
        try:
            values = list(map(float if kind in "fd" else int, words))
        except ValueError:
            values = []
        if len(values) < count:
            raise MeshError(f"{self._path}: a line of its body is cut short or not made of numbers")
        return values


class _PlyBinary:
    """The same from bytes."""

    def __init__(self, path: Path, body: bytes, order: str) -> None:
        self._path, self._body, self._order, self._at = path, body, order, 0

    def begin(self) -> None:
        """The next item."""

    def take(self, kind: str, count: int) -> list:
        """Some values of a type."""
        size = struct.calcsize(kind) * count
        if self._at + size > len(self._body):
            raise MeshError(f"{self._path} is cut short")
        self._at += size
        return list(struct.unpack_from(f"{self._order}{count}{kind}", self._body, self._at - size))


def _read_ply(path: Path, data: bytes) -> Polygons:
    head, end, body = data.partition(b"end_header")
    if not end or not head.startswith(b"ply"):
        raise MeshError(f"{path} has no header from ply to end_header")
    layout, elements = _ply_header(path, head)
    body = body.partition(b"\n")[2]
    orders = {"binary_little_endian": "<", "binary_big_endian": ">"}
    source = _PlyText(path, body) if layout == "ascii" else _PlyBinary(path, body, orders[layout])
    points, faces = [], []
    for name, count, properties in elements:
        if not properties:
            continue
        for _ in range(count):
            source.begin()
            item = {}
            for label, kind, length in properties:
                (n,) = source.take(length, 1) if length else (1,)
                if n < 0:
                    raise MeshError(f"{path}: a list of {n} values")
                item[label] = source.take(kind, n)
            if name == "vertex":
                points.append([item[axis][0] for axis in "xyz"])
            elif name == "face":
                faces.append(_ply_face(path, item))
    return points, faces


def _ply_header(path: Path, head: bytes) -> tuple[str, list[tuple[str, int, list[tuple[str, str, str]]]]]:
    """How the body is written, and of every element its name, number and properties: name, type, type of a length."""
    layout, elements = "", []
    for wrong, words in _numbered(path, head):
        match words:
            case ["format", ("ascii" | "binary_little_endian" | "binary_big_endian") as layout, *_]:
                pass
            case ["element", name, count] if count.isdecimal():
                elements.append((name, int(count), []))
            case ["property", "list", length, kind, label] if elements and {length, kind} <= _PLY_TYPES.keys():
                if _PLY_TYPES[length] in "fd":
                    raise wrong("a whole number as length")
                elements[-1][2].append((label, _PLY_TYPES[kind], _PLY_TYPES[length]))
            case ["property", kind, label] if elements and kind in _PLY_TYPES:
                elements[-1][2].append((label, _PLY_TYPES[kind], ""))
            case ["ply"] | ["comment" | "obj_info", *_]:
                pass
            case _:
                raise wrong("a line of the header of a .ply file")
    if not layout:
        raise MeshError(f"{path}: its header does not tell the format")
    for name, _, properties in elements:
        labels = {label for label, _, length in properties if not length}
        if name == "vertex" and not set("xyz") <= labels:
            raise MeshError(f"{path}: its vertices have no x, y and z")
    return layout, elements


def _ply_face(path: Path, item: dict[str, list]) -> list[int]:
    face = next((item[name] for name in _CORNERS if name in item), [])
    if len(face) < 3 or not all(isinstance(corner, int) for corner in face):
        raise MeshError(f"{path}: a face without at least three corners, whole numbers in a list vertex_indices")
    return face


READERS = {".obj": _read_obj, ".off": _read_off, ".ply": _read_ply, ".stl": _read_stl}
