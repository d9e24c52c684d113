"""Films of normal modes: the network displaced to and fro along an eigenvector."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np

from medyan_py.setup.mechanics import Mechanics
from medyan_py.views import BondsView, BranchersView, BubblesView, FilamentsView

FRAMES = 100  # one period
AMPLITUDE = 15.0  # nm, along the unit eigenvector


class Still:
    """A network as it is when this is made, with the points of linkers, motors and branchers tied to its beads."""

    def __init__(
        self,
        mechanics: Mechanics,
        filaments: FilamentsView,
        linkers: BondsView,
        motors: BondsView,
        branchers: BranchersView,
        bubbles: BubblesView,
        bond_ids: np.ndarray,
        brancher_ids: np.ndarray,
    ):
        """``bond_ids``, ``brancher_ids``: ids in the order of ``mechanics.bonds`` and ``mechanics.branchers``."""
        self._filaments = _copy(filaments, tensions=np.zeros(len(filaments.beads) - len(filaments)))
        bead, fraction = mechanics.bond_legs()
        self._bonds = {}
        for name, view in (("linkers", linkers), ("motors", motors)):
            rows = _rows(bond_ids, view.ids)
            self._bonds[name] = _copy(view), bead[rows], fraction[rows]
        bead, fraction, first = mechanics.brancher_legs()
        rows = _rows(brancher_ids, branchers.ids)
        self._branchers = _copy(branchers), bead[rows], fraction[rows], first[rows]
        self._bubbles = _copy(bubbles)

    def state(self) -> dict:
        """All arrays."""
        saved = {"filaments": _arrays(self._filaments), "bubbles": _arrays(self._bubbles)}
        saved["bubbles"]["kinds"] = list(self._bubbles.kinds)
        for name, (view, bead, fraction) in self._bonds.items():
            saved[name] = {"view": _arrays(view), "bead": bead, "fraction": fraction}
        view, bead, fraction, first = self._branchers
        saved["branchers"] = {"view": _arrays(view), "bead": bead, "fraction": fraction, "first": first}
        return saved

    @classmethod
    def from_state(cls, saved: dict) -> Still:
        """The network whose ``state()`` this is."""
        still = cls.__new__(cls)
        still._filaments = SimpleNamespace(**saved["filaments"])
        still._bubbles = SimpleNamespace(**saved["bubbles"])
        still._bonds = {
            name: (SimpleNamespace(**saved[name]["view"]), saved[name]["bead"], saved[name]["fraction"])
            for name in ("linkers", "motors")
        }
        branchers = saved["branchers"]
        view = SimpleNamespace(**branchers["view"])
        still._branchers = view, branchers["bead"], branchers["fraction"], branchers["first"]
        return still

    def frames(self, vector: np.ndarray) -> Iterator[SimpleNamespace]:
        """What a recorder of snapshots reads, displaced by 15 nm · sin(2 π s/100) along ``vector`` for s = 0 … 99.

        ``vector`` (n, 3) is a unit eigenvector: rows of the beads, of bubbles that are not fixed, and of vertices of
        membranes, which snapshots of films leave out.
        """
        for frame in range(FRAMES):
            phase = 2 * np.pi * frame / FRAMES
            yield self._moved(frame, AMPLITUDE * np.sin(phase) * vector)

    def _moved(self, frame: int, shift: np.ndarray) -> SimpleNamespace:
        moving = ~self._bubbles.fixed
        n = len(self._filaments.beads)
        shift, bubble_shift = shift[:n], shift[n : n + moving.sum()]
        bubbles = self._bubbles.coords.copy()
        bubbles[moving] += bubble_shift
        scene = {"filaments": _copy(self._filaments, beads=self._filaments.beads + shift)}
        for name, (view, bead, fraction) in self._bonds.items():
            scene[name] = _copy(view, coords=view.coords + _between(shift, bead, fraction))
        view, bead, fraction, first = self._branchers
        ends = np.stack([_between(shift, bead, fraction), shift[first]], axis=1)
        scene["branchers"] = _copy(view, coords=view.coords + ends)
        return SimpleNamespace(
            frame=frame, time=float(frame), bubbles=_copy(self._bubbles, coords=bubbles), membranes=(), **scene
        )


def _arrays(view: object) -> dict[str, np.ndarray]:
    """Numbers of a view; but for the kinds of bubbles, recorders of snapshots read nothing else."""
    values = ((name, value) for name, value in vars(view).items() if isinstance(value, np.ndarray))
    return {name: value.copy() for name, value in values if value.dtype.kind in "biuf"}


def _copy(view: object, **changes: object) -> SimpleNamespace:
    return SimpleNamespace(**(vars(view) | changes))


def _rows(ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    order = np.argsort(ids)
    return order[np.searchsorted(ids[order], wanted)]


def _between(shift: np.ndarray, bead: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Displacement of points on cylinders."""
    part = fraction[..., None]
    return (1 - part) * shift[bead] + part * shift[bead + 1] if len(bead) else np.zeros((*bead.shape, 3))
