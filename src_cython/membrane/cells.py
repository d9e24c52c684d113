"""Cells of a rectilinear grid that closed membranes cut."""

from typing import NamedTuple

import numpy as np


class CutGrid(NamedTuple):
    """What lies inside.

    Attributes
    ----------
    volume : float64 (nz, ny, nx), nm³
        Inside of each cell.
    wet : three float64 arrays (nz, ny, nx + 1), (nz, ny + 1, nx), (nz + 1, ny, nx), nm²
        Area inside of each face across x, y and z.
    """

    volume: np.ndarray
    wet: tuple[np.ndarray, np.ndarray, np.ndarray]
