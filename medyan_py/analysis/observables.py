"""Numbers that describe a network of filaments.

``filaments`` is anything with ``beads`` (B, 3), nm, from minus to plus end, and ``start`` (F + 1,) offsets into it: the
filaments of a frame read from a file or of a running simulation. Without filaments the results are NaN, or
empty arrays.
"""

from typing import Any

import numpy as np

from medyan_py.units import MOLECULES_PER_NM3_UM


def radius_of_gyration(filaments: Any) -> float:
    """Radius of gyration in nm: root mean square distance of the cylinder mid points from the mean of all beads.

    Definition: Popov, Komianos & Papoian, PLoS Comput. Biol. 12 (2016) e1004877.
    """
    beads, first = _beads(filaments), _cylinders(filaments)
    if len(first) == 0:
        return np.nan
    middles = 0.5 * (beads[first] + beads[first + 1])
    return float(np.sqrt(np.mean(np.sum((middles - beads.mean(axis=0)) ** 2, axis=1))))


def contour_lengths(filaments: Any) -> np.ndarray:
    """(F,) length of every filament along its beads, nm."""
    beads, first, start = _beads(filaments), _cylinders(filaments), np.asarray(filaments.start)
    step = np.zeros(len(beads))
    step[first + 1] = np.linalg.norm(beads[first + 1] - beads[first], axis=1)
    return np.add.reduceat(step, start[:-1]) if len(start) > 1 else np.zeros(0)


def end_to_end_distances(filaments: Any) -> np.ndarray:
    """(F,) distance between the ends of every filament, nm."""
    return np.linalg.norm(_end_to_end(filaments), axis=1)


def straightness(filaments: Any) -> float:
    """Mean over filaments of end-to-end distance ÷ contour length; 1 when all are straight."""
    lengths = contour_lengths(filaments)
    return float(np.mean(end_to_end_distances(filaments) / lengths)) if len(lengths) else np.nan


def nematic_order(filaments: Any) -> float:
    """Nematic order parameter S: largest eigenvalue of ⟨3/2 u uᵀ − ½ I⟩, u from minus to plus end.

    1 when all filaments are parallel or antiparallel, about 0 when many point anywhere. A filament whose ends coincide
    has no direction and is left out.
    """
    return _nematic(filaments)[0]


def polar_order(filaments: Any) -> float:
    """Polar order parameter ``|⟨d · u⟩|``, d being the nematic director.

    1 when all filaments point one way, 0 when half of them point back.
    """
    return _nematic(filaments)[1]


def concentration(copies: Any, volume: float) -> Any:
    """Concentration in µM of ``copies`` molecules (number or array) in ``volume`` nm³.

    ``ValueError`` unless the volume is above 0.
    """
    if not volume > 0:
        raise ValueError(f"volume must be above 0 nm³, not {volume}")
    return np.asarray(copies) / (volume * MOLECULES_PER_NM3_UM)


def _beads(filaments: Any) -> np.ndarray:
    return np.asarray(filaments.beads, dtype=np.float64).reshape(-1, 3)


def _cylinders(filaments: Any) -> np.ndarray:
    """Index of the first bead of every cylinder: all beads but the last of each filament."""
    beads = _beads(filaments)
    is_first = np.ones(len(beads), dtype=bool)
    is_first[np.asarray(filaments.start)[1:] - 1] = False
    return np.flatnonzero(is_first)


def _end_to_end(filaments: Any) -> np.ndarray:
    beads, start = _beads(filaments), np.asarray(filaments.start)
    return beads[start[1:] - 1] - beads[start[:-1]]


def _nematic(filaments: Any) -> tuple[float, float]:
    vectors = _end_to_end(filaments)
    lengths = np.linalg.norm(vectors, axis=1)
    units = vectors[lengths > 0] / lengths[lengths > 0, None]
    if len(units) == 0:
        return np.nan, np.nan
    values, directions = np.linalg.eigh(1.5 * units.T @ units / len(units) - 0.5 * np.eye(3))
    return float(values[-1]), float(abs(np.mean(units @ directions[:, -1])))
