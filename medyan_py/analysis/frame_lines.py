"""Text trajectories as blocks of numbered lines, one block per frame."""

from collections.abc import Iterator
from pathlib import Path

from medyan_py.analysis.errors import TrajectoryError


class FrameLines:
    """The lines of one frame, read one after another.

    Parameters
    ----------
    path : path
        The file, for messages.
    lines : list of (int, str)
        Line numbers, from 1, and texts.
    """

    def __init__(self, path: Path, lines: list[tuple[int, str]]) -> None:
        self.path = path
        self._lines = lines
        self._next = 0
        self.number = lines[0][0]

    def __bool__(self) -> bool:
        return self._next < len(self._lines)

    def take(self, what: str) -> list[str]:
        """The words of the next line; ``what`` is said to be missing at the end of the frame."""
        if not self:
            raise self.error(f"the frame ends where {what} should follow")
        self.number, text = self._lines[self._next]
        self._next += 1
        return text.split()

    def error(self, text: str) -> TrajectoryError:
        """An error at the line taken last."""
        return TrajectoryError(f"{self.path}:{self.number}: {text}")

    def integers(self, words: list[str], what: str) -> list[int]:
        """Words as integers."""
        try:
            values = [int(word) for word in words]
        except ValueError as error:
            raise self.error(f"{what}: whole numbers expected, found {' '.join(words)[:60]!r}") from error
        if any(abs(value) >= 2**63 for value in values):
            raise self.error(f"{what}: a number is too large: {' '.join(words)[:60]!r}")
        return values

    def numbers(self, words: list[str], what: str) -> list[float]:
        """Words as floating-point numbers."""
        try:
            return [float(word) for word in words]
        except ValueError as error:
            bad = next(word for word in words if not _is_number(word))
            raise self.error(f"{what}: number expected, found {bad[:40]!r}") from error


def read_frames(path: str | Path) -> Iterator[FrameLines]:
    """The frames of a file, which are separated by blank lines.

    Raises
    ------
    TrajectoryError
        The file cannot be opened (at once), is no text, or ends within a line, as it does when a program was killed
        while writing.
    """
    path = Path(path)
    try:
        file = open(path, encoding="utf-8")  # noqa: SIM115  closed by the generator
    except OSError as error:
        raise TrajectoryError(f"{path}: cannot be read: {error.strerror}") from error
    return _frames(path, file)


def _frames(path: Path, file) -> Iterator[FrameLines]:
    with file:
        lines: list[tuple[int, str]] = []
        number = 0
        try:
            for number, line in enumerate(file, start=1):
                if not line.isspace():
                    if not line.endswith("\n"):
                        raise TrajectoryError(f"{path}:{number}: the file ends within a line")
                    lines.append((number, line))
                elif lines:
                    yield FrameLines(path, lines)
                    lines = []
        except UnicodeDecodeError as error:
            where = f" (after line {number})" if number else ""
            raise TrajectoryError(f"{path}: this is not a text file{where}; open_trajectory reads traj.h5") from error
        except OSError as error:
            raise TrajectoryError(f"{path}: cannot be read: {error.strerror}") from error
        if lines:
            yield FrameLines(path, lines)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
