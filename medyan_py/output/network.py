"""The network of a running simulation in the order in which files list it: by id."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Filaments:
    """Filaments sorted by id.

    ``ids``, ``types``, ``delta_minus``, ``delta_plus`` are (F,) integers; ``start`` is (F + 1,) offsets into ``beads``
    (B, 3), nm, from minus to plus end; ``tensions`` (pN) and ``monomers`` are (B − F,), one per pair of consecutive
    beads; ``order`` (F,) is the permutation that sorted them and ``bead_order`` (B,) that of their beads.
    """

    ids: np.ndarray
    types: np.ndarray
    start: np.ndarray
    beads: np.ndarray
    delta_minus: np.ndarray
    delta_plus: np.ndarray
    tensions: np.ndarray
    monomers: np.ndarray
    order: np.ndarray
    bead_order: np.ndarray

    @property
    def cylinder_first_bead(self) -> np.ndarray:
        """(B − F,) index of the bead at the minus side of each cylinder."""
        is_last = np.zeros(len(self.beads), dtype=bool)
        is_last[self.start[1:] - 1] = True
        return np.flatnonzero(~is_last)


@dataclass(frozen=True)
class Bonds:
    """Linkers or motors sorted by id: ``coords`` (n, 2, 3) nm, ``tensions`` (n,) pN, ``birth_times`` (n,) s.

    ``filaments`` (n, 2) are the ids of the filaments they join; ``order`` (n,) is the permutation that sorted them.
    """

    ids: np.ndarray
    types: np.ndarray
    coords: np.ndarray
    tensions: np.ndarray
    birth_times: np.ndarray
    filaments: np.ndarray
    order: np.ndarray


@dataclass(frozen=True)
class Branchers:
    """Branchers sorted by id: ``coords`` (n, 2, 3) nm, ``forces`` (n,) pN, ``birth_times`` (n,) s.

    ``filaments`` (n, 2) are the ids of mother and daughter.
    """

    ids: np.ndarray
    types: np.ndarray
    coords: np.ndarray
    forces: np.ndarray
    birth_times: np.ndarray
    filaments: np.ndarray


@dataclass(frozen=True)
class Bubbles:
    """Bubbles sorted by id: ``coords`` (n, 3) nm, ``radii`` (n,) nm, ``forces`` and ``attachment_forces`` (n, 3) pN.

    ``kinds`` (n,) int: 0 bubble, 1 organising centre, 2 probe.
    """

    ids: np.ndarray
    types: np.ndarray
    kinds: np.ndarray
    coords: np.ndarray
    radii: np.ndarray
    forces: np.ndarray
    attachment_forces: np.ndarray


class Kept:
    """Filaments, bonds, … of a moment, with the sorted copy of them once it is made."""

    def __init__(self, objects: Any) -> None:
        self._objects = objects
        self.by_id: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)


def _once(sort: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Sort what is ``Kept`` for the first recorder only."""

    @wraps(sort)
    def sorted_once(objects: Any) -> Any:
        if not isinstance(objects, Kept):
            return sort(objects)
        if objects.by_id is None:
            objects.by_id = sort(objects)
        return objects.by_id

    return sorted_once


@_once
def filaments_by_id(filaments: Any) -> Filaments:
    """A sorted copy of ``sim.filaments``."""
    order = np.argsort(filaments.ids, kind="stable")
    start = np.asarray(filaments.start, dtype=np.int64)
    n_beads = np.diff(start)
    beads = _ranges(start[:-1][order], n_beads[order])
    cylinder_start = start - np.arange(len(start))
    cylinders = _ranges(cylinder_start[:-1][order], n_beads[order] - 1)
    return Filaments(
        ids=np.asarray(filaments.ids)[order],
        types=np.asarray(filaments.types)[order],
        start=np.concatenate(([0], np.cumsum(n_beads[order]))),
        beads=np.asarray(filaments.beads, dtype=np.float64).reshape(-1, 3)[beads],
        delta_minus=np.asarray(filaments.delta_minus)[order],
        delta_plus=np.asarray(filaments.delta_plus)[order],
        tensions=np.asarray(filaments.tensions, dtype=np.float64)[cylinders],
        monomers=np.asarray(filaments.monomers)[cylinders],
        order=order,
        bead_order=beads,
    )


@_once
def bonds_by_id(bonds: Any) -> Bonds:
    """A sorted copy of ``sim.linkers`` or ``sim.motors``; ``order`` sorts the other arrays alike."""
    order = np.argsort(bonds.ids, kind="stable")
    return Bonds(
        ids=np.asarray(bonds.ids)[order],
        types=np.asarray(bonds.types)[order],
        coords=np.asarray(bonds.coords, dtype=np.float64).reshape(-1, 2, 3)[order],
        tensions=np.asarray(bonds.tensions, dtype=np.float64)[order],
        birth_times=np.asarray(bonds.birth_times, dtype=np.float64)[order],
        filaments=np.asarray(bonds.filaments)[order],
        order=order,
    )


@_once
def branchers_by_id(branchers: Any) -> Branchers:
    """A sorted copy of ``sim.branchers``."""
    order = np.argsort(branchers.ids, kind="stable")
    return Branchers(
        ids=np.asarray(branchers.ids)[order],
        types=np.asarray(branchers.types)[order],
        coords=np.asarray(branchers.coords, dtype=np.float64).reshape(-1, 2, 3)[order],
        forces=np.asarray(branchers.forces, dtype=np.float64)[order],
        birth_times=np.asarray(branchers.birth_times, dtype=np.float64)[order],
        filaments=np.asarray(branchers.filaments)[order],
    )


@_once
def bubbles_by_id(bubbles: Any) -> Bubbles:
    """A sorted copy of ``sim.bubbles``."""
    order = np.argsort(bubbles.ids, kind="stable")
    kinds = np.array([("bubble", "mtoc", "afm").index(kind) for kind in bubbles.kinds], dtype=np.int32)
    return Bubbles(
        ids=np.asarray(bubbles.ids)[order],
        types=np.asarray(bubbles.types)[order],
        kinds=kinds[order],
        coords=np.asarray(bubbles.coords, dtype=np.float64).reshape(-1, 3)[order],
        radii=np.asarray(bubbles.radii, dtype=np.float64)[order],
        forces=np.asarray(bubbles.forces, dtype=np.float64).reshape(-1, 3)[order],
        attachment_forces=np.asarray(bubbles.attachment_forces, dtype=np.float64).reshape(-1, 3)[order],
    )


def listed_species(sim: Any, *, membranes: bool = False) -> list[tuple[str, str, int]]:
    """Species that files of MEDYAN list: not what bubbles hold nor, unless asked for, what is on membranes."""
    hidden = ("GENERAL",) if membranes else ("GENERAL", "MEMBRANE")
    return [entry for entry in sim.species_totals() if entry[1] not in hidden]


VERTEX_COLUMNS = ("coord.x", "coord.y", "coord.z", "area.", "curvature.curv")
"""Of the vertices of a membrane: nm, nm², 1/nm."""


def copy_columns(view: Any, names: tuple[str, ...]) -> np.ndarray:
    """(vertices, species) int64 copies on a membrane of the species ``names`` (``sim.membrane_names``)."""
    columns = np.zeros((len(view.vertices), len(names)), dtype=np.int64)
    for column, name in enumerate(names):
        columns[:, column] = view.copies[name]
    return columns


def vertex_columns(view: Any, copies: np.ndarray) -> np.ndarray:
    """(vertices, 5 + species) ``VERTEX_COLUMNS`` of a membrane, then per nm² each column of ``copies``."""
    areas = np.asarray(view.areas)[:, None]
    return np.hstack([view.vertices, areas, np.asarray(view.curvatures)[:, None], copies / areas])


def packed_borders(view: Any) -> np.ndarray:
    """Borders of a membrane in one int64 array: for each the number of its vertices, then these."""
    return np.array([v for loop in view.borders for v in (len(loop), *loop)], dtype=np.int64)


def _ranges(first: np.ndarray, length: np.ndarray) -> np.ndarray:
    """first[0] … first[0] + length[0] − 1, first[1] …: the ranges one after another."""
    total = int(length.sum())
    shift = first - (np.cumsum(length) - length)
    return np.arange(total) + np.repeat(shift, length)
