"""Trajectories as sequences of frames that are read when asked for."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.frame_lines import FrameLines
from medyan_py.analysis.snapshot import Frame, read_frame
from medyan_py.deck.diagnostics import quote
from medyan_py.output import layout
from medyan_py.output.layout import HDF5_FILE, SNAPSHOT_FILE

WITHOUT_POSITIONS = frozenset(
    name for name in vars(layout).values() if isinstance(name, str) and name.endswith((".traj", ".h5", ".log"))
) - {SNAPSHOT_FILE, HDF5_FILE}


class Trajectory(Sequence):
    """Frames of a run, each read when it is asked for: ``trajectory[-1]``, ``for frame in trajectory[10:20]``.

    Made by ``open_trajectory``; a context manager that closes the file.

    Attributes
    ----------
    path : Path
        The file.
    times : float64 (n,), s
    incomplete : bool
        Whether the file ends within a frame, as it does when a program was killed while writing; that frame is left
        out.
    closed : bool
    """

    path: Path
    times: np.ndarray
    incomplete: bool = False
    closed: bool = False

    def _read(self, number: int) -> Frame:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, which):
        """A frame, or a list of frames for a slice; ``IndexError`` beyond the ends, ``ValueError`` once closed."""
        self._check_open()
        if isinstance(which, slice):
            return [self._read(i) for i in range(*which.indices(len(self)))]
        return self._read(self._place(which))

    def __iter__(self) -> Iterator[Frame]:
        return (self[i] for i in range(len(self)))

    def close(self) -> None:
        """Release the file; closing twice is harmless. Frames cannot be read any more, ``times`` stay."""
        self.closed = True

    def _place(self, which) -> int:
        """Number of a frame from 0; negative numbers count from the end."""
        if not hasattr(which, "__index__"):
            raise TypeError(f"frames have whole numbers, not {which!r}; -1 is the last")
        number = operator.index(which)
        if not -len(self) <= number < len(self):
            raise IndexError(f"{self.path} has {len(self)} frames, no frame {number}")
        return number % len(self)

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError(f"the trajectory {self.path} is closed; open_trajectory opens it again")

    def __enter__(self) -> Trajectory:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __reduce__(self) -> tuple:
        """For pickle and copy: the file is opened again."""
        return open_trajectory, (self.path,)

    def __repr__(self) -> str:
        span = f", t = {self.times[0]:g} to {self.times[-1]:g} s" if len(self) else ""
        rest = ", and one that is incomplete" if self.incomplete else ""
        return f"<{type(self).__name__} {self.path}: {len(self)} frames{span}{rest}>"


class TextTrajectory(Trajectory):
    """A snapshot.traj; where its frames begin is found when it is opened."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._file = open(self.path, "rb")  # noqa: SIM115  closed with the trajectory
            self._starts, self._lines, self.incomplete = _frame_starts(self._file)
        except OSError as error:
            raise TrajectoryError(f"{path}: cannot be read: {error.strerror}") from error
        self.times = np.array([self._time(i) for i in range(len(self._starts))][: len(self._starts) - 1])

    def _text(self, number: int, size: int) -> str:
        self._file.seek(self._starts[number])
        try:
            return self._file.read(size).decode()
        except UnicodeDecodeError as error:
            raise TrajectoryError(f"{self.path}: this is not a text file") from error

    def _time(self, number: int) -> float:
        """Time in the header of a frame; NaN for what is left at the end if it may be a header that is cut short."""
        self._file.seek(self._starts[number])
        line = self._file.readline(400)
        text = line.decode(errors="backslashreplace").strip()
        words = text.split()
        if not line.endswith(b"\n") and number == len(self._starts) - 1 and len(line) < 400:
            return float("nan")
        try:
            if not 4 <= len(words) <= 8:
                raise ValueError
            return float(words[1])
        except ValueError as error:
            place = f"{self.path}:{self._lines[number]}"
            raise TrajectoryError(f"{place}: header of a frame expected, found {quote(text)}") from error

    def _read(self, number: int) -> Frame:
        text = self._text(number, self._starts[number + 1] - self._starts[number])
        first = self._lines[number]
        lines = [(first + i, line) for i, line in enumerate(text.splitlines()) if line and not line.isspace()]
        return read_frame(FrameLines(self.path, lines))

    def close(self) -> None:
        super().close()
        self._file.close()


def _frame_starts(file) -> tuple[list[int], list[int], bool]:
    """Offsets of complete frames and the end of the last one; line numbers of the frames; whether more follows."""
    starts, lines = [0], [1]
    offset, line, blank = 0, 1, True
    for text in file:
        offset += len(text)
        line += 1
        empty = text.isspace()
        if empty and not blank:
            starts.append(offset)
            lines.append(line)
        elif empty and blank:
            starts[-1], lines[-1] = offset, line
        blank = empty
    return starts, lines, not blank


def _below(path: Path) -> str:
    """Which directories in this one hold trajectories."""
    found = sorted({file.parent.name for name in (SNAPSHOT_FILE, HDF5_FILE) for file in path.glob(f"*/{name}")})
    more = ", …" if len(found) > 3 else ""
    return f"; there are some in {', '.join(found[:3])}{more}" if found else ""


def open_trajectory(path: str | os.PathLike) -> Trajectory:
    """Open the trajectory of a run, of this program or of MEDYAN.

    Parameters
    ----------
    path : path
        The output directory of a run, whose snapshot.traj is taken, or else its traj.h5; or one of these files.

    Raises
    ------
    TrajectoryError
        Nothing is there, it cannot be read, or it is no trajectory. Mistakes within a frame are raised when the frame
        is read.
    """
    path = Path(path)
    if path.is_dir():
        found = [path / name for name in (SNAPSHOT_FILE, HDF5_FILE) if (path / name).is_file()]
        if not found:
            raise TrajectoryError(f"{path}: no trajectory here, neither {SNAPSHOT_FILE} nor {HDF5_FILE}{_below(path)}")
        path = found[0]
    if path.name in WITHOUT_POSITIONS:
        raise TrajectoryError(f"{path}: no trajectory of positions; these are in {SNAPSHOT_FILE} and {HDF5_FILE}")
    try:
        with open(path, "rb") as file:
            hdf5 = file.read(8) == b"\x89HDF\r\n\x1a\n"
    except OSError as error:
        raise TrajectoryError(f"{path}: cannot be read: {error.strerror}") from error
    if hdf5:
        from medyan_py.analysis.hdf5_trajectory import Hdf5Trajectory

        return Hdf5Trajectory(path)
    return TextTrajectory(path)
