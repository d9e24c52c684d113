"""Planes of a cubic boundary that move, compartments cut by walls and membranes, concentrations held meanwhile.

The chemistry takes place in a box whose faces lie ``inset`` outside the planes, which is the grid when nothing has
moved. Compartments count with the part of them inside that box and inside closed membranes.
"""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.deck import Deck
from medyan_py.resettlement import change_space
from medyan_py.setup.mechanics import Mechanics
from medyan_py.setup.regions import Region
from medyan_py.setup.space import SLIVER, Space, planes_of_box, space_of, wall_shape
from medyan_py.setup.volumes import box_fractions, grid_boxes
from medyan_py.units import MOLECULES_PER_NM3_UM

AHEAD = 2  # compartments between the outermost filament and a plane that follows


class MovingBoundary:
    """What bounds the space of one simulation: planes that move, and membranes that hold molecules in.

    Attributes
    ----------
    box : float64 (2, 3), nm
        Low and high corner of the box in which the chemistry takes place.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry, mechanics: Mechanics, region: Region):
        self._deck, self._chemistry, self._mechanics, self._region = deck, chemistry, mechanics, region
        self._compartment = deck.geometry.compartment_size
        self._fixed = space_of(deck)
        self._motion = deck.boundary.motion
        self._grid = np.array(deck.geometry.size)
        self.box = np.array([np.zeros(3), self._grid])

    def advance(self, since: float, time: float) -> None:
        """Move the planes, if any, as from ``since`` to ``time`` (s), and the compartments with them.

        Raises ValueError when planes meet.
        """
        if self._motion is None:
            return
        box = self._following() if self._motion.speed is None else self._pushed(since, time)
        if np.array_equal(box, self.box):
            return
        inset = self._deck.boundary.inset
        if (box[1] - box[0] <= 2 * inset).any():
            raise ValueError(f"the walls of the moving boundary meet at {time:g} s")
        self.box = box
        planes = planes_of_box(*box, inset)
        self._mechanics.set_planes(planes)
        self._chemistry.set_planes(planes)
        change_space(self._chemistry, self._region.cut(self._space(), self.box))

    def follow_membranes(self) -> None:
        """Cut the compartments anew where membranes hold molecules in. Raises LeftGridError if nothing is left."""
        if self._region.bounded:
            base = self._fixed if self._motion is None else self._space()
            change_space(self._chemistry, self._region.cut(base, self.box))

    def state(self) -> dict:
        """Where the planes are; the compartments are state of the chemistry."""
        return {"box": self.box.copy()}

    def restore(self, saved: dict) -> None:
        """Take over the state of the boundary of the same deck."""
        self.box = saved["box"].copy()
        if self._motion is not None:
            self._mechanics.set_planes(planes_of_box(*self.box, self._deck.boundary.inset))

    # ---- where the planes are

    def _pushed(self, since: float, time: float) -> np.ndarray:
        motion, box = self._motion, self.box.copy()
        way = motion.speed * max(0.0, min(time, motion.end) - max(since, motion.start))
        for axis, side in motion.sides:
            box[side, axis] += way if side == 0 else -way
        return box

    def _following(self) -> np.ndarray:
        """The box whose moving faces lie two compartments beyond the outermost cylinders, as far as the grid allows."""
        filaments, box = self._chemistry.filaments, self.box.copy()
        cylinders = filaments.ordered()["cylinder"]
        if not len(cylinders):
            return box
        middle = filaments.beads["x"][filaments.cylinders["bead"][cylinders]].mean(axis=1)
        size, shape = np.array(self._deck.geometry.compartment_size), np.array(self._deck.geometry.shape)
        index = np.clip(np.floor(middle / size).astype(int), 0, shape - 1)
        for axis, side in self._motion.sides:
            if side == 0:
                box[0, axis] = max(0, index[:, axis].min() - AHEAD) * size[axis]
            else:
                box[1, axis] = min(shape[axis], index[:, axis].max() + AHEAD + 1) * size[axis]
        return box

    # ---- compartments

    def _space(self) -> Space:
        """Compartments cut by the present box; by the rules of MEDYAN 5.4 whole, if they reach over the planes."""
        boxes = grid_boxes(self._deck.geometry.shape, self._deck.geometry.compartment_size)
        if self._deck.compatibility == "medyan-5.4":
            inset = self._deck.boundary.inset
            inside = ((boxes[1] > self.box[0] + inset) & (boxes[0] < self.box[1] - inset)).all(axis=1)
            return Space(inside.astype(np.uint8), np.ones(len(inside)), np.ones((len(inside), 6)))
        volume, faces = box_fractions(*boxes, *self.box)
        active = volume >= SLIVER
        return Space(active.astype(np.uint8), np.where(active, volume, 1.0), faces)

    @property
    def inside(self) -> float | None:
        """Volume (nm³) inside the membranes that hold molecules in, None without any."""
        if not self._region.bounded:
            return None
        chemistry = self._chemistry
        return float(chemistry.volume_fractions[chemistry.active_compartments].sum() * np.prod(self._compartment))


class Holds:
    """Concentrations that a deck wants kept: set anew before every chemistry interval.

    A bulk species is held in the volume inside the boundary (that of the box of ``MovingBoundary`` if it is cubic, that
    inside closed membranes if there are any), a
    diffusing one in the compartments at the wall opposite to the one that moves. Copy numbers are rounded down. A
    species is held from its release to its removal.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry, boundary: MovingBoundary):
        self._deck, self._chemistry, self._boundary = deck, chemistry, boundary
        self._bulk = [(i, s) for i, s in enumerate(deck.bulk) if s.held is not None]
        self._diffusing = [(i, s) for i, s in enumerate(deck.diffusing) if s.held is not None]

    def apply(self, time: float) -> None:
        """Set all that is held at ``time`` (s)."""
        for index, species in self._bulk:
            if _present(species, time):
                self._chemistry.set_bulk(index, _copies(species.held, self._volume()))
        for index, species in self._diffusing:
            if _present(species, time):
                for compartment in self._base():
                    volume = self._chemistry.volume_fractions[compartment] * self._compartment_volume()
                    self._chemistry.set_count(int(compartment), index, _copies(species.held, volume))

    def _compartment_volume(self) -> float:
        return float(np.prod(self._deck.geometry.compartment_size))

    def _volume(self) -> float:
        """Volume of the system (nm³)."""
        if self._boundary.inside is not None:
            return self._boundary.inside
        shape = wall_shape(self._deck)
        if shape is None:
            return float(np.prod(self._boundary.box[1] - self._boundary.box[0]))
        radius, height = shape[2], 0.0 if shape[0] == "SPHERICAL" else shape[3]
        caps = 0.0 if shape[0] == "CYLINDER" else 4.0 / 3.0 * np.pi * radius**3
        return float(np.pi * radius**2 * height + caps)

    def _base(self) -> np.ndarray:
        ((axis, side),) = self._deck.boundary.motion.sides
        number = np.arange(len(self._chemistry.active_compartments)).reshape(self._chemistry.shape[::-1])
        layer = np.take(number, 0 if side == 1 else -1, axis=2 - axis).reshape(-1)
        return layer[self._chemistry.active_compartments[layer]]


def _present(species, time: float) -> bool:
    return species.release <= time and not (species.removal and time >= species.removal)


def _copies(concentration: float, volume: float) -> int:
    """Molecules of a concentration (µM) in a volume (nm³), rounded down."""
    return int(concentration * volume * MOLECULES_PER_NM3_UM)
