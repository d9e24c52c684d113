"""Bubbles, organising centres and probes in the course of a run: where they are, what pulls at them, what they emit."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.descriptions import Spheres
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.common.state import StateError
from medyan_py.deck import Anchor, Deck

KINDS = ("bubble", "mtoc", "afm")
_ARRAYS = (
    *("type", "kind", "x", "radius", "strength", "screening", "fixed", "stiffness"),
    *("force", "attachment_force"),
)
DOWNWARDS = (0.0, 0.0, -1.0)  # inward normal of a probe's plane: the network lies below it


class BubbleState:
    """The bubbles of one simulation; all attributes are plain arrays with one row for each, in order of id.

    Attributes
    ----------
    type, kind : int32 (n,)
        Number of the type; index into ``KINDS``.
    x : float64 (n, 3), nm
    radius, strength, screening : float64 (n,), nm, pN nm, nm
    fixed : bool (n,)
    stiffness : float64 (n,), pN/nm
        Of the springs to attached filaments.
    force : float64 (n, 3), pN
        Of everything on the bubble and, if it is a probe, on its plane; at the last minimisation.
    attachment_force : float64 (n, 3), pN
        Of the attached filaments alone.
    """

    def __init__(self, deck: Deck):
        self._deck = deck
        self.type = self.kind = np.zeros(0, dtype=np.int32)
        self.x = self.force = self.attachment_force = np.zeros((0, 3))
        self.radius = self.strength = self.screening = self.stiffness = np.zeros(0)
        self.fixed = np.zeros(0, dtype=bool)

    def __len__(self) -> int:
        return len(self.x)

    def add(self, type: int, x, anchor: Anchor | None = None) -> int:
        """A new bubble centred at ``x`` (3,) nm; returns its number."""
        kind = self._deck.bubbles.types[type]
        self.type = np.append(self.type, np.int32(type))
        self.kind = np.append(self.kind, np.int32(0 if anchor is None else KINDS.index(anchor.kind)))
        self.x = np.vstack([self.x, x])
        self.radius = np.append(self.radius, kind.radius)
        self.strength = np.append(self.strength, kind.interaction_k)
        self.screening = np.append(self.screening, kind.screening_length)
        self.fixed = np.append(self.fixed, anchor is not None and anchor.fixed)
        self.stiffness = np.append(self.stiffness, 0.0 if anchor is None else anchor.stiffness)
        self.force = np.zeros((len(self), 3))
        self.attachment_force = np.zeros((len(self), 3))
        return len(self) - 1

    def state(self) -> dict:
        """All arrays."""
        return {name: getattr(self, name).copy() for name in _ARRAYS}

    def restore(self, saved: dict) -> None:
        """Take over the bubbles of a simulation of the same deck; StateError if there are more or fewer of them."""
        if saved["x"].shape != self.x.shape:
            raise StateError(f"{len(saved['x'])} bubbles were saved where {len(self)} are needed")
        for name in _ARRAYS:
            setattr(self, name, saved[name].copy())

    @property
    def probes(self) -> np.ndarray:
        """Numbers of the probes."""
        return np.flatnonzero(self.kind == KINDS.index("afm"))

    def planes(self) -> np.ndarray:
        """Planes of the probes, float64 (p, 6): point (nm) and inward unit normal."""
        return np.array([[*self.x[b], *DOWNWARDS] for b in self.probes]).reshape(-1, 6)

    def blocks(self, points: np.ndarray) -> bool:
        """Whether any of the points (m, 3), nm, lies inside a bubble or above the plane of a probe."""
        if not len(self):
            return False
        points = np.asarray(points)
        distance = np.linalg.norm(points[:, None] - self.x[None], axis=2)
        above = points[:, 2, None] > self.x[self.probes, 2]
        return bool((distance < self.radius).any() or above.any())

    def table(self, first_plane: int) -> dict[str, np.ndarray]:
        """Bubbles for the mechanical model, whose planes of probes begin with number ``first_plane``."""
        plane = np.full(len(self), -1)
        plane[self.probes] = first_plane + np.arange(len(self.probes))
        return {
            "x": self.x,
            "radius": self.radius,
            "k": self.strength,
            "screening": self.screening,
            "fixed": self.fixed,
            "plane": plane,
        }

    def attachments(self, anchors: np.ndarray) -> dict[str, np.ndarray]:
        """Springs for the mechanical model; ``anchors`` is the bubble of each of its filaments, or −1."""
        filament = np.flatnonzero(anchors >= 0)
        bubble = anchors[filament]
        return {
            "bubble": bubble,
            "filament": filament,
            "k": self.stiffness[bubble],
            "afm": self.kind[bubble] == KINDS.index("afm"),
        }


class BubbleChemistry:
    """What bubbles do to the chemistry: loads on filament ends, no room for new filaments, emission and absorption."""

    def __init__(self, deck: Deck, chemistry: FilamentChemistry, state: BubbleState):
        self._chemistry, self._state = chemistry, state
        self._cutoff = deck.bubbles.cutoff
        self._rises = deck.compatibility != "medyan-5.4"
        first = len(deck.bubbles.from_file) + deck.bubbles.count
        self._emissions = [
            (first + number, anchor.ramp if line.by_force else None)
            for number, anchor in enumerate(deck.bubbles.anchors)
            for line in anchor.emissions
        ]

    def update(self) -> None:
        """Take over places and forces of the bubbles; to be followed by ``update`` of the chemistry."""
        state = self._state
        if not len(state):
            return
        spheres = Spheres(state.x, state.radius, state.strength, state.screening, self._cutoff, self._rises)
        self._chemistry.set_obstacles(spheres, state.planes())
        if self._emissions:
            bubble = np.array([b for b, _ in self._emissions])
            force = np.linalg.norm(state.attachment_force[bubble], axis=1)
            ramps = [ramp for _, ramp in self._emissions]
            factors = [1.0 if r is None else ramp_factor(f, *r) for f, r in zip(force.tolist(), ramps, strict=True)]
            self._chemistry.set_emissions(state.x[bubble], factors)


def ramp_factor(force: float, low: float, high: float) -> float:
    """0 below the force ``low``, 1 from ``high`` on, linear between them (pN)."""
    if force >= high:
        return 1.0
    return 0.0 if force < low else (force - low) / (high - low)
