"""One moment of a simulation as recorders see it: each thing is gathered once, however many recorders look at it."""

from collections.abc import Callable
from typing import Any

from medyan_py.output.network import Kept

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
        self.texts: dict[str, Any] = {}

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


def kept_text(sim: Any, name: str, make: Callable[[Any], Any]) -> Any:
    """``make(sim)``, once for a moment: what several files say in the same words."""
    if not isinstance(sim, Moment):
        return make(sim)
    if name not in sim.texts:
        sim.texts[name] = make(sim)
    return sim.texts[name]
