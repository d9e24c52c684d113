"""Reading snapshot.traj, of this program and of MEDYAN 3 to 5.4."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medyan_py.analysis.frame_lines import FrameLines, read_frames

# Number of words after the tag: least, most. Older versions write fewer, or a constant flag after motors.
_TAGS = {
    "FILAMENT": ("FILAMENT", 3, 5),
    "F": ("FILAMENT", 3, 5),
    "LINKER": ("LINKER", 2, 3),
    "L": ("LINKER", 2, 3),
    "MOTOR": ("MOTOR", 2, 3),
    "M": ("MOTOR", 2, 3),
    "BRANCHER": ("BRANCHER", 2, 3),
    "B": ("BRANCHER", 2, 3),
    "BUBBLE": ("BUBBLE", 2, 3),
    "MEMBRANE": ("MEMBRANE", 4, 4),
}
_HEADER_KINDS = ("FILAMENT", "LINKER", "MOTOR", "BRANCHER", "BUBBLE", "MEMBRANE")


@dataclass(frozen=True)
class FilamentSet:
    """All filaments of a frame.

    ``ids``, ``types``, ``delta_minus``, ``delta_plus`` (F,) int64, the last two being cylinders gained at each end
    since the previous frame, zero where ``gains_known`` is False; ``start`` (F + 1,) int64 offsets into ``beads``
    (B, 3) float64, nm, from minus to plus end.
    """

    ids: np.ndarray
    types: np.ndarray
    start: np.ndarray
    beads: np.ndarray
    delta_minus: np.ndarray
    delta_plus: np.ndarray
    gains_known: bool = True


@dataclass(frozen=True)
class BondSet:
    """Linkers, motors or branchers: ``ids``, ``types`` (n,) int64, ``coords`` (n, 2, 3) float64, nm.

    The second point of a brancher is NaN in files before MEDYAN 5.1, which give only the first.
    """

    ids: np.ndarray
    types: np.ndarray
    coords: np.ndarray


@dataclass(frozen=True)
class BubbleSet:
    """Bubbles: ``ids``, ``types`` (n,) int64, ``coords`` (n, 3) float64, nm.

    ``radii`` (n,) float64, nm, None in files that do not tell, such as snapshot.traj.
    """

    ids: np.ndarray
    types: np.ndarray
    coords: np.ndarray
    radii: np.ndarray | None = None


@dataclass(frozen=True)
class MembraneMesh:
    """One membrane.

    ``vertices`` (nV, 3) float64, nm; ``triangles`` (nT, 3) int64 vertex indices; ``borders``: vertex indices of each;
    ``copies`` (nV, species) int64 molecules on it, of no species in files that do not tell.

    Of the vertices, each None in files that do not tell: ``ids`` (nV,) int64, which stay through remeshing; ``areas``
    (nV,), nm²; ``curvatures`` (nV,), 1/nm; ``normals`` (nV, 3); ``forces`` (nV, 3), pN.
    """

    type: int
    vertices: np.ndarray
    triangles: np.ndarray
    borders: tuple[tuple[int, ...], ...]
    copies: np.ndarray
    ids: np.ndarray | None = None
    areas: np.ndarray | None = None
    curvatures: np.ndarray | None = None
    normals: np.ndarray | None = None
    forces: np.ndarray | None = None


@dataclass(frozen=True)
class Frame:
    """One frame; ``time`` in s, ``frame`` its number (MEDYAN 3: number of reactions).

    ``diffusing_counts`` (nz, ny, nx, D) int64: copies of diffusing species in each compartment, None in files that do
    not tell, such as snapshot.traj.
    """

    frame: int
    time: float
    filaments: FilamentSet
    linkers: BondSet
    motors: BondSet
    branchers: BondSet
    bubbles: BubbleSet
    membranes: tuple[MembraneMesh, ...]
    diffusing_counts: np.ndarray | None = None


def read_snapshot(path: str | Path) -> Iterator[Frame]:
    """The frames of a snapshot.traj, one after another, so that long files need little memory.

    Headers of 4 to 8 numbers, one-letter tags, and lines with or without a trailing blank are understood.

    Raises
    ------
    TrajectoryError
        The file cannot be read, or is not of this format; the text names file and line. Frames before the mistake
        have been given by then.
    """
    return (read_frame(lines) for lines in read_frames(path))


def read_frame(lines: FrameLines) -> Frame:
    """One frame from its lines."""
    header = lines.take("a header")
    if not 4 <= len(header) <= 8:
        raise lines.error(
            f"header of a frame expected (frame, time, and 2 to 6 counts), found {' '.join(header)[:60]!r}"
        )
    number, *counts = lines.integers([header[0], *header[2:]], "header")
    (time,) = lines.numbers([header[1]], "time")
    found = _Objects()
    while lines:
        found.read(lines)
    for kind, count in zip(_HEADER_KINDS, counts, strict=False):
        if found.count[kind] != count:
            raise lines.error(
                f"frame {number} should hold {count} of kind {kind} but ends here with {found.count[kind]}"
            )
    return found.frame(number, time)


class _Objects:
    """What has been read of a frame."""

    def __init__(self) -> None:
        self.count = dict.fromkeys(_HEADER_KINDS, 0)
        self._heads: dict[str, list[list[int]]] = {kind: [] for kind in _HEADER_KINDS}
        self._points: dict[str, list[float]] = {kind: [] for kind in _HEADER_KINDS}
        self._membranes: list[MembraneMesh] = []

    def read(self, lines: FrameLines) -> None:
        """Read the next object."""
        tag, *words = lines.take("an object")
        if tag not in _TAGS:
            raise lines.error(f"FILAMENT, LINKER, MOTOR, BRANCHER, BUBBLE or MEMBRANE expected, found {tag[:40]!r}")
        kind, least, most = _TAGS[tag]
        if not least <= len(words) <= most:
            raise lines.error(f"{least} to {most} numbers expected after {tag}, found {len(words)}")
        head = lines.integers(words, tag)
        self.count[kind] += 1
        if kind == "MEMBRANE":
            self._membranes.append(_membrane(lines, *head))
            return
        if kind == "FILAMENT" and head[2] < 2:
            raise lines.error(f"a filament has at least 2 beads, not {head[2]}")
        n_points = head[2] if kind == "FILAMENT" else 1 if kind == "BUBBLE" else 2
        coordinates = lines.numbers(lines.take("coordinates"), "coordinates")
        if kind == "BRANCHER" and len(coordinates) == 3:
            coordinates += [np.nan] * 3
        if len(coordinates) != 3 * n_points:
            raise lines.error(f"{n_points} points ({3 * n_points} numbers) expected, found {len(coordinates)} numbers")
        self._heads[kind].append((head + [0] * 5)[:5] if kind == "FILAMENT" else head[:2])
        self._points[kind] += coordinates

    def frame(self, number: int, time: float) -> Frame:
        """The arrays of the frame."""
        heads = np.array(self._heads["FILAMENT"], dtype=np.int64).reshape(-1, 5)
        filaments = FilamentSet(
            ids=heads[:, 0],
            types=heads[:, 1],
            start=np.concatenate(([0], np.cumsum(heads[:, 2]))),
            beads=np.array(self._points["FILAMENT"], dtype=np.float64).reshape(-1, 3),
            delta_minus=heads[:, 3],
            delta_plus=heads[:, 4],
        )
        bonds = [BondSet(*self._columns(kind, (-1, 2, 3))) for kind in ("LINKER", "MOTOR", "BRANCHER")]
        bubbles = BubbleSet(*self._columns("BUBBLE", (-1, 3)))
        return Frame(number, time, filaments, *bonds, bubbles, tuple(self._membranes))

    def _columns(self, kind: str, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        heads = np.array(self._heads[kind], dtype=np.int64).reshape(-1, 2)
        return heads[:, 0], heads[:, 1], np.array(self._points[kind], dtype=np.float64).reshape(shape)


def _membrane(lines: FrameLines, kind: int, n_vertices: int, n_triangles: int, n_borders: int) -> MembraneMesh:
    vertices = [lines.numbers(lines.take("a vertex"), "vertex") for _ in range(n_vertices)]
    if any(len(vertex) != 3 for vertex in vertices):
        raise lines.error("3 numbers expected for every vertex of the membrane")
    triangles = [lines.integers(lines.take("a triangle"), "triangle") for _ in range(n_triangles)]
    if any(len(triangle) != 3 for triangle in triangles):
        raise lines.error("3 vertex indices expected for every triangle of the membrane")
    borders = []
    for _ in range(n_borders):
        length, *border = lines.integers(lines.take("a border"), "border")
        if len(border) != length:
            raise lines.error(f"border of {length} vertices expected, found {len(border)}")
        borders.append(tuple(border))
    if any(not 0 <= v < n_vertices for indices in (*triangles, *borders) for v in indices):
        raise lines.error(f"vertex indices of a membrane must be from 0 to {n_vertices - 1}")
    return MembraneMesh(
        kind,
        np.array(vertices, dtype=np.float64).reshape(-1, 3),
        np.array(triangles, dtype=np.int64).reshape(-1, 3),
        tuple(borders),
        np.zeros((n_vertices, 0), dtype=np.int64),
    )
