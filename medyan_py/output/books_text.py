"""Free energy and events as text in the format of MEDYAN 5.4: dissipation.traj, HRCD.traj, HRMD.traj, event files.

Format: MEDYAN documentation, "Output files"; meaning: Floyd, Papoian & Jarzynski, Interface Focus 9 (2019) 20180078.
Each file is written only by a simulation that keeps these books.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from medyan_py.output.layout import DISSIPATION_FILE, FORCE_FIELDS_FILE, REACTIONS_FILE, event_file
from medyan_py.output.trajectory_text import TextRecorder

GAP = " " * 5


class _BookRecorder(TextRecorder):
    """A recorder that writes nothing, and creates no file, when the simulation does not keep the book it reads."""

    book: str

    def open(self, sim: Any) -> None:
        """Create the file if the simulation keeps the book; ``OutputError`` as for every recorder."""
        if getattr(sim, self.book) is not None:
            super().open(sim)

    def record(self, sim: Any) -> None:
        """Append one frame if the simulation keeps the book."""
        if getattr(sim, self.book) is not None:
            super().record(sim)


class DissipationRecorder(_BookRecorder):
    """Running sums of free energy, kT, 16 digits: ``dissipation.traj`` in ``directory``.

    A frame is the line ``frame time`` (s) and a line with total, chemdiss, mechdiss, chemenergy and mechenergy.
    """

    file_name = DISSIPATION_FILE
    book = "dissipation"

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        d = sim.dissipation
        values = (d.total, d.chemdiss, d.mechdiss, d.chemenergy, d.mechenergy)
        return _head(sim) + GAP.join(f"{value:.16g}" for value in values) + "\n"


class ReactionsRecorder(_BookRecorder):
    """Chemical free energy by reaction, kT, 16 digits: ``HRCD.traj`` in ``directory``.

    A frame is the line ``frame time`` (s), a line of the IDs in the order of their first occurrence, a line of their
    running sums, and an empty line.
    """

    file_name = REACTIONS_FILE
    book = "dissipation"

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        reactions = sim.dissipation.reactions
        return _head(sim) + _row(reactions) + _row(f"{v:.16g}" for v in reactions.values()) + "\n"


class ForceFieldsRecorder(_BookRecorder):
    """Mechanical energy by force field, kT, 16 digits: ``HRMD.traj`` in ``directory``.

    A frame is the line ``frame time`` (s), a line of the names of the force fields, a line of what each has stored and
    a line of what each has dissipated since the start, and two empty lines. Before the first cycle the lines of names
    and values are empty.
    """

    file_name = FORCE_FIELDS_FILE
    book = "dissipation"

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        fields = sim.dissipation.force_fields
        values = list(zip(*fields.values(), strict=True)) or [(), ()]
        return _head(sim) + _row(fields) + "".join(_row(f"{v:.16g}" for v in row) for row in values) + "\n\n"


class EventRecorder(_BookRecorder):
    """Events of one kind since the frame before: ``<kind>events.traj`` in ``directory``.

    One line per event, 6 digits: id of the linker or motor, its birth time (s; not for binding), time (s), and middle
    of its attachment points (nm).

    Parameters
    ----------
    directory : path
    kind : str
        linkerbinding, linkerunbinding, motorbinding, motorunbinding or motorwalking.
    """

    book = "events"

    def __init__(self, directory: str | Path, kind: str) -> None:
        self.kind = kind
        self.file_name = event_file(kind)
        super().__init__(directory)

    def text(self, sim: Any) -> str:
        """The lines of one frame."""
        lines = []
        for event in sim.events[self.kind]:
            birth = () if self.kind in ("linkerbinding", "motorbinding") else (event["birth_time"],)
            values = (*birth, event["time"], *event["coords"])
            lines.append(GAP.join((str(event["id"]), *(f"{value:.6g}" for value in values))) + "\n")
        return "".join(lines)


def _head(sim: Any) -> str:
    return f"{sim.frame} {sim.time:.16g}\n"


def _row(values: Iterable[str]) -> str:
    return "".join(value + GAP for value in values) + "\n"
