"""Reading chemistry.traj, of this program and of MEDYAN."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medyan_py.analysis.frame_lines import FrameLines, read_frames
from medyan_py.arguments import unknown
from medyan_py.deck.diagnostics import quote


@dataclass(frozen=True)
class ChemistryFrame:
    """Total copy numbers at one time.

    ``frame`` is the number of the frame, ``time`` is in s, ``species`` are (name, kind) pairs in the order of the file
    (kind: DIFFUSING, BULK, FILAMENT, PLUSEND, MINUSEND, LINKER, MOTOR, BRANCHER), ``counts`` (S,) int64.
    """

    frame: int
    time: float
    species: tuple[tuple[str, str], ...]
    counts: np.ndarray

    def count(self, name: str, kind: str | None = None) -> int:
        """Copies of a species; of all kinds that bear the name when ``kind`` is not given.

        ``KeyError`` when the frame has no such species.
        """
        rows = [i for i, (n, k) in enumerate(self.species) if n == name and kind in (None, k)]
        if not rows:
            known = [n if kind is None else f"{n}:{k}" for n, k in self.species]
            raise KeyError(unknown("species", name if kind is None else f"{name}:{kind}", dict.fromkeys(known)))
        return int(self.counts[rows].sum())


def read_chemistry(path: str | Path) -> Iterator[ChemistryFrame]:
    """The frames of a chemistry.traj, one after another.

    Raises
    ------
    TrajectoryError
        The file cannot be read, or is not of this format; the text names file and line.
    """
    return (_frame(lines) for lines in read_frames(path))


def _frame(lines: FrameLines) -> ChemistryFrame:
    header = lines.take("a header")
    if len(header) != 2:
        raise lines.error(f"frame number and time expected, found {' '.join(header)[:60]!r}")
    (number,) = lines.integers(header[:1], "frame number")
    (time,) = lines.numbers(header[1:], "time")
    species: list[tuple[str, str]] = []
    counts: list[int] = []
    while lines:
        words = lines.take("a species")
        name, colon, kind = words[0].rpartition(":")
        if len(words) != 2 or not colon:
            raise lines.error(f"NAME:KIND and a count expected, found {' '.join(words)[:60]!r}")
        species.append((name, kind))
        counts += lines.integers(words[1:], quote(words[0]))
    return ChemistryFrame(number, time, tuple(species), np.array(counts, dtype=np.int64))
