"""What has left the grid: the end of a run, for nothing that happens out there is simulated."""

from __future__ import annotations

import numpy as np

from medyan_py.core.mechanics.errors import MechanicsError
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
    span = " × ".join(f"{length:g}" for length in size)
    raise LeftGridError(f"{_named(filaments, rows[~inside], middle[~inside])} left the grid of {span} nm")


def check_finite(filaments: Filaments) -> None:
    """Make sure that all beads are somewhere; MechanicsError naming cylinders whose middle is not."""
    beads = filaments.beads
    if np.isfinite(beads["x"][beads.rows]).all():
        return
    rows = filaments.cylinders.rows
    middle = beads["x"][filaments.cylinders["bead"][rows]].mean(axis=1)
    lost = ~np.isfinite(middle).all(axis=1)
    raise MechanicsError(f"coordinates are not finite: {_named(filaments, rows[lost], middle[lost])}")


def _named(filaments: Filaments, rows: np.ndarray, middle: np.ndarray) -> str:
    names = []
    for row, place in zip(rows[:_NAMED], middle, strict=False):
        ident = filaments.table["ident"][filaments.cylinders["filament"][row]]
        where = ", ".join(f"{x:.6g}" for x in place)
        names.append(f"cylinder {filaments.cylinders['position'][row]} of filament {ident} at ({where}) nm")
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return ", ".join(names) + more
