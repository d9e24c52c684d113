"""Reading tensions.traj, monomers.traj and dissipation.traj, of this program and of MEDYAN."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.frame_lines import FrameLines, read_frames


@dataclass(frozen=True)
class TensionFrame:
    """Forces along cylinders, linkers and motors at one ``time`` (s): float64 (n,), pN, positive when stretched."""

    frame: int
    time: float
    cylinders: np.ndarray
    linkers: np.ndarray
    motors: np.ndarray


@dataclass(frozen=True)
class TurnoverFrame:
    """What filaments gained and lost since the frame before, at one ``time`` (s); int64 (F,) each.

    ``gained`` and ``lost`` are monomers that joined and left within cylinders at either end, int64 (F, 2), minus end
    first; ``cylinders`` (F, 2) whole cylinders gained at each end, by monomers that joined between cylinders;
    ``monomers`` what is there.
    """

    frame: int
    time: float
    ids: np.ndarray
    gained: np.ndarray
    lost: np.ndarray
    cylinders: np.ndarray
    monomers: np.ndarray


def read_tensions(path: str | Path) -> Iterator[TensionFrame]:
    """The frames of a tensions.traj; ``TrajectoryError`` where it is not of this format."""
    return (_tensions(lines) for lines in read_frames(path))


def read_turnover(path: str | Path) -> Iterator[TurnoverFrame]:
    """The frames of a monomers.traj; ``TrajectoryError`` where it is not of this format."""
    return (_turnover(lines) for lines in read_frames(path))


def read_dissipation(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Times (s), float64 (n,), and running sums of dissipation.traj (kT), float64 (n, 5).

    Columns: total, chemical and mechanical dissipation, chemical and mechanical energy (Floyd, Papoian & Jarzynski
    2019, Interface Focus 9:20180078).
    ``TrajectoryError`` where the file is not of this format.
    """
    times, rows = [], []
    for lines in read_frames(path):  # without blank lines between them the whole file is one
        while lines:
            times.append(_head(lines, 2)[1])
            rows.append(lines.numbers(lines.take("five sums"), "sums"))
            if len(rows[-1]) != 5:
                raise lines.error(f"5 numbers expected, found {len(rows[-1])}")
    return np.array(times), np.array(rows).reshape(-1, 5)


def _head(lines: FrameLines, *lengths: int) -> tuple[int, float]:
    words = lines.take("a header")
    if len(words) not in lengths:
        raise lines.error(f"header of a frame expected, found {' '.join(words)[:60]!r}")
    return lines.integers(words[:1], "frame number")[0], lines.numbers(words[1:2], "time")[0]


def _tensions(lines: FrameLines) -> TensionFrame:
    number, time = _head(lines, *range(4, 9))
    found: dict[str, list[float]] = {"FILAMENT": [], "LINKER": [], "MOTOR": []}
    while lines:
        tag = lines.take("an object")[0]
        values = lines.numbers(lines.take("forces"), "forces")
        if tag in found and values:
            found[tag] += values[:-1]  # the last one is there twice
    return TensionFrame(number, time, *(np.array(values) for values in found.values()))


def _turnover(lines: FrameLines) -> TurnoverFrame:
    number, time = _head(lines, *range(4, 9))
    ids, rows = [], []
    while lines:
        tag, *words = lines.take("a filament")
        if tag != "FILAMENT" or not words:
            raise lines.error(f"FILAMENT expected, found {tag[:40]!r}")
        ids += lines.integers(words[:1], "id")
        rows.append(lines.integers(lines.take("eight counts"), "counts"))
        if len(rows[-1]) != 8:
            raise lines.error(f"8 numbers expected, found {len(rows[-1])}")
        lines.take("SEVERING and a number")
        lines.take("filaments that were split off")
    counts = np.array(rows, dtype=np.int64).reshape(-1, 8)
    return TurnoverFrame(
        number, time, np.array(ids, dtype=np.int64), counts[:, 2:4], counts[:, 4:6], counts[:, 0:2], counts[:, 7]
    )


def first_of(path: Path, name: str) -> Path:
    """A file beside a trajectory; ``TrajectoryError`` when it is not there."""
    found = path.parent / name
    if not found.is_file():
        raise TrajectoryError(f"{found}: no such file; it is needed to measure this")
    return found
