"""Reading traj.h5, in the layout of MEDYAN 5.4 and in the one after it."""

from __future__ import annotations

import re
from pathlib import Path

import h5py
import numpy as np

from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.snapshot import BondSet, BubbleSet, FilamentSet, Frame, MembraneMesh
from medyan_py.analysis.trajectory import Trajectory
from medyan_py.output.layout import SNAPSHOT_FILE
from medyan_py.output.network import VERTEX_COLUMNS

# What h5py and NumPy raise where an object is missing, is of another kind, type or shape, or cannot be decoded.
_MISFITS = (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, OverflowError, MemoryError)


# What this program says of vertices in addition: attribute, name in the file, shape for one vertex.
_ADDED = (("ids", "vertexIds", ()), ("normals", "vertexNormals", (3,)), ("forces", "vertexForces", (3,)))


class Hdf5Trajectory(Trajectory):
    """A traj.h5. Ids and types of filaments that the file does not tell are their places in it, and 0.

    Attributes
    ----------
    header : dict
        What the file tells of the run: ``version``, ``finished``, ``system`` and ``chem`` (decks), names of energies
        and species, ``seed`` if it is there.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._file = h5py.File(self.path, "r")
        except _MISFITS as error:
            raise TrajectoryError(f"{path}: {_damage(error)}{_text_beside(self.path)}") from error
        try:
            self._snapshots = self._file["snapshots"]
            count = int(self._file["header/count"][()])
            self.times = np.array([self._snapshots[f"{i}/time"][()] for i in range(count)], dtype=np.float64)
            self.header = self._read_header()
            self.incomplete = len(self._snapshots) > count
        except _MISFITS as error:
            self._file.close()
            raise TrajectoryError(f"{path}: this is no trajectory of MEDYAN: {error}") from error

    def _read_header(self) -> dict:
        header = self._file["header"]
        told = {"version": header.attrs.get("version", ""), "finished": bool(header["finished"][()])}
        for name, item in header["meta"].items():
            value = item.asstr()[()] if h5py.check_string_dtype(item.dtype) else item[()]
            told[name] = list(value) if isinstance(value, np.ndarray) else value
        return told

    def energies(self, number: int) -> dict[str, float]:
        """Mechanical energies of a frame by name, pN nm; ``TrajectoryError`` if the file does not tell.

        Frames are numbered as in ``trajectory[number]``.
        """
        return dict(self._named(number, "energyNames", "energies"))

    def copy_numbers(self, number: int) -> list[tuple[str, int]]:
        """(name, copies in the whole system) of every species of a frame; ``TrajectoryError`` if it is not told."""
        return self._named(number, "globalSpeciesNames", "globalSpeciesCopyNumbers")

    def _named(self, number: int, names: str, values: str) -> list[tuple]:
        self._check_open()
        number = self._place(number)
        try:
            numbers = np.asarray(self._snapshots[f"{number}/{values}"][()]).tolist()
            told = list(zip(self.header[names], numbers, strict=False))
            if not all(isinstance(name, str) for name, _ in told):
                raise ValueError(f"{names} are no words")
            return told
        except _MISFITS as error:
            raise TrajectoryError(f"{self.path}: {values} of frame {number} cannot be read: {error}") from error

    def _read(self, number: int) -> Frame:
        try:
            group = self._snapshots[str(number)]
            links = _links(group["linkers"])
            frame = Frame(
                frame=number,
                time=float(group["time"][()]),
                filaments=_filaments(group["filaments"]),
                **{f"{kind}s": _bonds(links.get(kind, [])) for kind in ("linker", "motor", "brancher")},
                bubbles=_bubbles(group["bubbles"]),
                membranes=tuple(self._membrane(group["membranes"][str(i)]) for i in _places(group["membranes"])),
                diffusing_counts=self._diffusing_counts(group),
            )
        except _MISFITS as error:
            raise TrajectoryError(f"{self.path}: frame {number} cannot be read: {error}") from error
        return frame

    def _diffusing_counts(self, group: h5py.Group) -> np.ndarray | None:
        if "diffusingSpeciesCopyNumbers" not in group:
            return None
        counts = group["diffusingSpeciesCopyNumbers"][()].astype(np.int64)
        names = self.header.get("diffusingSpeciesNames", ())
        if counts.ndim != 4 or counts.shape[3] != len(names):
            raise ValueError(f"copies of {len(names)} diffusing species are of shape {counts.shape}")
        if not all(isinstance(name, str) for name in names):
            raise ValueError("diffusingSpeciesNames are no words")
        return counts

    def _membrane(self, group: h5py.Group) -> MembraneMesh:
        columns = self.header.get("vertexColumnNamesFloat64", ())
        return _membrane(group, list(columns) if isinstance(columns, list) else [])

    def close(self) -> None:
        super().close()
        self._file.close()


def _damage(error: Exception) -> str:
    """Why a file cannot be opened that begins as HDF5 files do."""
    sizes = re.search(r"truncated file: eof = (\d+),.*stored_eof = (\d+)", str(error))
    if sizes is None:
        return f"this HDF5 file is damaged and cannot be read: {error}"
    return f"this HDF5 file is truncated, it has {sizes[1]} of {sizes[2]} bytes, and nothing of it can be read"


def _text_beside(path: Path) -> str:
    text = path.with_name(SNAPSHOT_FILE)
    return f"; the frames are also in {text}" if text.is_file() else ""


def _places(group: h5py.Group) -> range:
    return range(int(group["count"][()]))


def _filaments(group: h5py.Group) -> FilamentSet:
    ids, types, beads = [], [], []
    for place in _places(group):
        item = group[str(place)]
        ids.append(int(item.attrs.get("id", place)))
        types.append(int(item.attrs.get("type", 0)))
        beads.append((item["beadCoords"] if isinstance(item, h5py.Group) else item)[()])
    n = len(ids)
    return FilamentSet(
        ids=np.array(ids, dtype=np.int64),
        types=np.array(types, dtype=np.int64),
        start=np.concatenate(([0], np.cumsum([len(b) for b in beads], dtype=np.int64))),
        beads=np.concatenate([np.zeros((0, 3)), *beads]),
        delta_minus=np.zeros(n, dtype=np.int64),
        delta_plus=np.zeros(n, dtype=np.int64),
        gains_known=False,
    )


def _links(group: h5py.Group) -> dict[str, list]:
    links: dict[str, list] = {}
    for place in _places(group):
        link = group[str(place)]
        kind = link["type"].asstr()[()]
        links.setdefault(kind, []).append((int(link["id"][()]), int(link["subtype"][()]), link["coords"][()]))
    return links


def _bonds(links: list) -> BondSet:
    ids, types, coords = zip(*links, strict=True) if links else ((), (), ())
    return BondSet(
        np.array(ids, dtype=np.int64), np.array(types, dtype=np.int64), np.array(coords, dtype=float).reshape(-1, 2, 3)
    )


def _bubbles(group: h5py.Group) -> BubbleSet:
    items = [group[str(place)] for place in _places(group)]
    with_radii = all("radius" in item for item in items)
    return BubbleSet(
        np.array([item["id"][()] for item in items], dtype=np.int64),
        np.array([item["type"][()] for item in items], dtype=np.int64),
        np.array([item["coords"][()] for item in items], dtype=float).reshape(-1, 3),
        np.array([item["radius"][()] for item in items], dtype=float).reshape(-1) if with_radii else None,
    )


def _membrane(group: h5py.Group, columns: list[str]) -> MembraneMesh:
    packed, borders = group["packedBorderVertices"][()].tolist(), []
    while packed:
        n = packed[0]
        if not 0 <= n < len(packed):
            raise ValueError(f"a border of {n} vertices where {len(packed) - 1} numbers follow")
        borders.append(tuple(packed[1 : n + 1]))
        packed = packed[n + 1 :]
    numbers = group["vertexDataFloat64"][()]
    vertices = numbers[:, :3].copy()
    triangles = group["triangleDataInt64"][()].astype(np.int64)
    used = np.concatenate([triangles.ravel(), *map(np.array, borders)])
    if np.any((used < 0) | (used >= len(vertices))):
        raise ValueError(f"vertex indices of a membrane must be from 0 to {len(vertices) - 1}")
    copies = group["vertexDataInt64"][()].astype(np.int64).reshape(len(vertices), -1 if len(vertices) else 0)
    told = {
        attribute: numbers[:, columns.index(name)]
        for attribute, name in (("areas", VERTEX_COLUMNS[3]), ("curvatures", VERTEX_COLUMNS[4]))
        if name in columns
    }
    for attribute, name, shape in _ADDED:
        if name in group:
            told[attribute] = group[name][()].reshape(len(vertices), *shape)
    return MembraneMesh(int(group["type"][()]), vertices, triangles, tuple(borders), copies, **told)
