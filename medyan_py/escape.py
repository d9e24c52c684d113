"""What has left the grid: the end of a run, for nothing that happens out there is simulated."""

from __future__ import annotations

import numpy as np

from medyan_py.core.structure.filaments import Filaments

_NAMED = 3  # objects named in a message


class LeftGridError(RuntimeError):
    """Cylinders have left the grid, and the text says which and where; or the membranes that hold molecules have."""


def check_inside(filaments: Filaments, size: tuple[float, float, float]) -> None:
    """Make sure that the middle of every cylinder lies in the grid, from 0 to ``size`` (nm).

    Raises LeftGridError naming cylinders that do not, also those whose coordinates are not finite.
    """
    rows = filaments.cylinders.rows
    middle = filaments.beads["x"][filaments.cylinders["bead"][rows]].mean(axis=1)
    inside = ((middle >= 0.0) & (middle <= np.array(size))).all(axis=1)
    if inside.all():
        return
    lost = np.flatnonzero(~inside)
    names = []
    for i in lost[:_NAMED]:
        row = rows[i]
        ident = filaments.table["ident"][filaments.cylinders["filament"][row]]
        place = ", ".join(f"{x:.6g}" for x in middle[i])
        names.append(f"cylinder {filaments.cylinders['position'][row]} of filament {ident} at ({place}) nm")
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    span = " × ".join(f"{length:g}" for length in size)
    raise LeftGridError(f"{', '.join(names)}{more} left the grid of {span} nm")
