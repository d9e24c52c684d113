"""One moment of a simulation as recorders see it: each thing is gathered once, however many recorders look at it."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from medyan_py.output.network import Kept

_OF_ALL = ("ids", "types")
_FILAMENTS = (
    *(*_OF_ALL, "start", "beads", "delta_minus", "delta_plus", "tensions", "monomers", "birth_times", "forces"),
    *("wall_forces", "end_species", "monomers_won", "monomers_lost", "nucleated", "split_from"),
)
_BONDS = (*_OF_ALL, "coords", "tensions", "birth_times", "filaments", "heads", "bound_heads")
_BRANCHERS = (*_OF_ALL, "coords", "forces", "birth_times", "filaments")
_BUBBLES = (*_OF_ALL, "kinds", "coords", "radii", "forces", "attachment_forces")
_MEMBRANES = ("vertices", "triangles", "borders", "ids", "areas", "curvatures", "normals", "copies")
_DISSIPATION = ("total", "chemdiss", "mechdiss", "chemenergy", "mechenergy", "reactions", "force_fields")
_SORTED = ("filaments", "linkers", "motors", "branchers", "bubbles")


class Moment:
    """A simulation of which everything is asked for at most once.

    Parameters
    ----------
    sim : Simulation
        It must stand still as long as this is used.
    """

    def __init__(self, sim: Any) -> None:
        self._sim = sim
        self._totals: list | None = None

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._sim, name)
        if name in _SORTED:
            value = Kept(value)
        self.__dict__[name] = value
        return value

    def species_totals(self) -> list[tuple[str, str, int]]:
        """(name, kind, count) of every species."""
        if self._totals is None:
            self._totals = self._sim.species_totals()
        return self._totals


class Frame(SimpleNamespace):
    """What recorders read of a simulation (``medyan_py.output.recorder``), copied, so that it can be sent elsewhere."""

    def species_totals(self) -> list[tuple[str, str, int]]:
        """(name, kind, count) of every species."""
        return self.totals


def captured(sim: Any) -> Frame:
    """The present state of a simulation but for its second derivatives, which may be large, and for its deck."""
    dissipation = sim.dissipation
    return Frame(
        time=sim.time,
        frame=sim.frame,
        energies=dict(sim.energies),
        minimisation=sim.minimisation,
        finished=sim.finished,
        grid=SimpleNamespace(
            shape=tuple(sim.grid.shape),
            compartment_size=tuple(sim.grid.compartment_size),
            active=np.array(sim.grid.active),
        ),
        boundary=SimpleNamespace(box=sim.boundary.box, shape=sim.boundary.shape),
        diffusing_names=tuple(sim.diffusing_names),
        diffusing_counts=np.array(sim.diffusing_counts),
        totals=sim.species_totals(),
        filaments=_copied(sim.filaments, _FILAMENTS),
        linkers=_copied(sim.linkers, _BONDS),
        motors=_copied(sim.motors, _BONDS),
        branchers=_copied(sim.branchers, _BRANCHERS),
        bubbles=_copied(sim.bubbles, _BUBBLES),
        membranes=tuple(_copied(view, _MEMBRANES) for view in sim.membranes),
        dissipation=None if dissipation is None else _copied(dissipation, _DISSIPATION),
        events=None if sim.events is None else {kind: np.array(events) for kind, events in sim.events.items()},
        hessians=None,
    )


def described(sim: Any) -> dict[str, Any]:
    """What recorders read when they open their files and that no frame repeats."""
    deck = sim.deck
    return {
        "seed": sim.seed,
        "deck": SimpleNamespace(
            texts=dict(deck.texts),
            system_path=deck.system_path,
            chemistry_path=deck.chemistry_path,
            compatibility=deck.compatibility,
        ),
    }


def _copied(source: Any, names: tuple[str, ...]) -> SimpleNamespace:
    values = {name: getattr(source, name) for name in names if hasattr(source, name)}
    return SimpleNamespace(**{name: np.array(v) if isinstance(v, np.ndarray) else v for name, v in values.items()})
