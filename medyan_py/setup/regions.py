"""Where molecules can be: inside the walls and inside the outermost closed membranes.

Membranes cut compartments exactly, however many sheets pass through one. Open membranes enclose nothing, and what lies
inside another membrane holds nothing back: molecules are inside the outermost ones, anywhere.

Compartments with less than ``SLIVER`` of their volume inside take no part, as at walls, unless they hold the rest
together: no part of a membrane's inside is cut off from the others for that reason, and none is left out altogether as
long as it fills ``LEAST`` of a compartment.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from medyan_py.core.chemistry.grid import hop_table
from medyan_py.core.membrane.cutting import cut_grid
from medyan_py.core.membrane.interior import Interior
from medyan_py.deck import Deck, DeckError, Diagnostic
from medyan_py.escape import LeftGridError
from medyan_py.setup.membranes import Membranes
from medyan_py.setup.space import SLIVER, Space, round_fractions, space_of, wall_shape, walls
from medyan_py.setup.volumes import grid_boxes, plane_fractions

LEAST = 1e-6  # part of a compartment below which it never takes part
ROUNDING = 1e-9  # fractions nearer to 0 or 1 are meant to be that
FINER = 6  # cells along an edge of a compartment that both a round wall and a membrane cut


class Region:
    """The inside of the outermost closed membranes of one simulation, as they are at the time of asking.

    Attributes
    ----------
    bounded : bool
        Whether there is any closed membrane; without one, everything inside the walls is inside.
    """

    def __init__(self, deck: Deck, membranes: Membranes | None):
        self._deck, self._membranes = deck, membranes
        self._members = () if membranes is None else membranes.outermost
        self.bounded = bool(self._members)
        self._old_rules = deck.compatibility == "medyan-5.4"
        self._size = np.array(deck.geometry.compartment_size)

    def cut(self, base: Space, box: np.ndarray) -> Space:
        """The part of compartments inside the membranes.

        Parameters
        ----------
        base : Space
            Compartments as the walls cut them.
        box : float64 (2, 3), nm
            Low and high corner of the box in which the chemistry takes place; the grid unless planes move.

        Raises
        ------
        LeftGridError
            If there is no place for molecules.
        """
        if not self.bounded:
            return base
        space = self._by_mean_planes(base) if self._old_rules else self._exact(base, box)
        if not space.active.any():
            raise LeftGridError("no compartment lies inside the membranes")
        return space

    # ---- exactly

    def _exact(self, base: Space, box: np.ndarray) -> Space:
        shape = wall_shape(self._deck)
        if shape is None:
            lines = [np.clip(line, *box[:, axis]) for axis, line in enumerate(self._planes())]
            volume, faces = self._fractions(lines)
        else:
            volume, faces = self._fractions(self._planes())
            if not self._within_walls():
                self._cut_by_walls(volume, faces, base, shape)
        active = self._taking_part(volume, faces) & (base.active == 1)
        return Space(active.astype(np.uint8), np.where(active, volume, 1.0), faces)

    def _planes(self) -> list[np.ndarray]:
        """Planes between compartments along each axis, nm."""
        return [np.arange(n + 1) * length for n, length in zip(self._deck.geometry.shape, self._size, strict=True)]

    def _fractions(self, lines: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Volume inside of each cell between ``lines`` and areas inside of its faces, as part of a compartment's."""
        grid = cut_grid(self._membranes.mesh, self._members, lines)
        volume = _clean(grid.volume / self._size.prod()).reshape(-1)
        faces = np.empty((len(volume), 6))
        for axis, wet in enumerate(grid.wet):
            along = 2 - axis
            part = _clean(np.moveaxis(wet, along, 0) * (self._size[axis] / self._size.prod()))
            for side, plane in enumerate((part[:-1], part[1:])):
                faces[:, 2 * axis + side] = np.moveaxis(plane, 0, along).reshape(-1)
        return volume, faces

    def _within_walls(self) -> bool:
        """Whether the membranes lie inside a round boundary, which is convex."""
        mesh = self._membranes.mesh
        rows = mesh.vertices.rows
        own = rows[np.isin(mesh.vertices["membrane"][rows], self._members)]
        return bool((walls(self._deck).distance(mesh.vertices["x"][own]) >= 0).all())

    def _cut_by_walls(self, volume: np.ndarray, faces: np.ndarray, base: Space, shape: tuple) -> None:
        """Reduce fractions to what is inside a round wall, too.

        Where both cut a compartment it is divided into cells; in the few that both cut the parts are multiplied.
        """
        walled = np.where(base.active == 1, base.volume, 0.0)
        both = np.flatnonzero((volume > 0) & (volume < 1) & (walled > 0) & (walled < 1))
        finer = {int(c): self._finer(c, shape) for c in both}
        volume *= walled
        faces *= base.faces
        for c, (part, sides) in finer.items():
            volume[c], faces[c] = part, sides

    def _finer(self, compartment: int, shape: tuple) -> tuple[float, np.ndarray]:
        place = np.array(np.unravel_index(compartment, self._deck.geometry.shape[::-1])[::-1])
        low, cell = place * self._size, self._size / FINER
        lines = [low[k] + np.arange(FINER + 1) * cell[k] for k in range(3)]
        volume, faces = self._fractions(lines)
        boxes = [corner + low for corner in grid_boxes((FINER,) * 3, cell)]
        walled, walled_faces = round_fractions(boxes, shape)
        sides = (faces * walled_faces).reshape(FINER, FINER, FINER, 6)
        wet = [np.take(sides[..., n], -(n % 2), axis=2 - n // 2).sum() for n in range(6)]
        return float((volume * walled).sum()), np.array(wet)

    def _taking_part(self, volume: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Which compartments take part: without slivers, where what is left of a connected part stays in one piece."""
        some, enough = volume >= LEAST, volume >= SLIVER
        if (some == enough).all():
            return enough
        part, pieces = self._pieces(some, volume, faces), self._pieces(enough, volume, faces)
        chosen = enough.copy()
        for number in np.unique(part[some & ~enough]):
            inside = part == number
            if len(np.unique(pieces[inside & enough])) != 1:
                chosen[inside] = True
        return chosen

    def _pieces(self, chosen: np.ndarray, volume: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Numbers, equal for compartments between which molecules can pass; −1 for those that are not chosen."""
        volume = np.where(chosen, volume, 1.0)
        target, _ = hop_table(self._deck.geometry.shape, self._size, chosen.astype(np.uint8), volume, faces)
        start, face = np.nonzero(target >= 0)
        links = coo_array((np.ones(len(start)), (start, target[start, face])), shape=(len(volume),) * 2)
        return np.where(chosen, connected_components(links, directed=False)[1], -1)

    # ---- by the rules of MEDYAN 5.4

    def _by_mean_planes(self, base: Space) -> Space:
        """A compartment with centres of triangles is cut by the plane through their mean, weighted by area, across
        their mean normal; another one is whole if its centre is inside, else left out.
        """
        mesh, shape = self._membranes.mesh, self._deck.geometry.shape
        low, high = grid_boxes(shape, self._size)
        interior = Interior()
        self._membranes.enclose(interior)
        volume = interior.inside(0.5 * (low + high)).astype(float)
        faces = np.repeat(volume[:, None], 6, axis=1)
        rows = mesh.triangles.rows
        rows = rows[np.isin(mesh.triangles["membrane"][rows], self._members)]
        corner = mesh.vertices["x"][mesh.triangles["corner"][rows]]
        middle, normal = corner.mean(axis=1), np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        area = np.linalg.norm(normal, axis=1)
        place = np.floor(middle / self._size).astype(int)
        seen = ((place >= 0) & (place < shape)).all(axis=1)
        compartment = np.ravel_multi_index(tuple(place[seen].T[::-1]), shape[::-1])
        for c in np.unique(compartment):
            own = np.flatnonzero(seen)[compartment == c]
            point, across = np.average(middle[own], axis=0, weights=area[own]), normal[own].sum(axis=0)
            if across.any():
                part, sides = plane_fractions(low[c : c + 1], high[c : c + 1], point, -across)
                volume[c], faces[c] = max(part[0], SLIVER), sides[0]
            else:
                volume[c], faces[c] = 1.0, 1.0
        active = (base.active == 1) & (volume > 0)
        return Space(active.astype(np.uint8), np.where(active, volume * base.volume, 1.0), faces * base.faces)


def first_space(deck: Deck, region: Region) -> Space:
    """The compartments that take part at the start.

    Raises DeckError if there is none.
    """
    try:
        return region.cut(space_of(deck), np.array([np.zeros(3), deck.geometry.size]))
    except LeftGridError as error:
        file, line = deck.source_lines.get("init-membrane", (str(deck.system_path), None))
        raise DeckError([Diagnostic("error", file, line, "init-membrane", str(error))]) from None


def _clean(fraction: np.ndarray) -> np.ndarray:
    """Fractions without rounding errors at 0 and 1; membranes that overlap count once."""
    whole = np.round(fraction)
    return np.clip(np.where(np.abs(fraction - whole) < ROUNDING, whole, fraction), 0.0, 1.0)
