"""Simulation of the cytoskeleton, molecule by molecule, with filament mechanics.

Lengths are in nm, times in s, forces in pN, energies in pN nm.

>>> import medyan_py as md
>>> simulation = md.Simulation.from_deck("inputs/actomyosin/systeminput.txt", seed=1)  # doctest: +SKIP
>>> simulation.run(0.5)                                                                # doctest: +SKIP
"""

from importlib import import_module
from pkgutil import extend_path
from typing import TYPE_CHECKING

# The compiled package may be installed elsewhere than the sources next to the working directory.
__path__ = extend_path(__path__, __name__)

if TYPE_CHECKING:
    from medyan_py.analysis.errors import TrajectoryError
    from medyan_py.analysis.trajectory import open_trajectory
    from medyan_py.checkpoint import CheckpointError
    from medyan_py.core.mechanics.errors import MechanicsError
    from medyan_py.deck import Deck, DeckError, read_deck
    from medyan_py.output import OutputError, claim_directory, standard_recorders
    from medyan_py.reactions import Grid, ReactionSystem
    from medyan_py.simulation import Simulation
    from medyan_py.version import __version__

# A second of imports waits until a name is asked for, so that the command line is there from the first moment.
_MODULES = {
    "CheckpointError": "checkpoint",
    "Deck": "deck",
    "DeckError": "deck",
    "Grid": "reactions",
    "MechanicsError": "core.mechanics.errors",
    "OutputError": "output",
    "ReactionSystem": "reactions",
    "Simulation": "simulation",
    "TrajectoryError": "analysis.errors",
    "__version__": "version",
    "claim_directory": "output",
    "open_trajectory": "analysis.trajectory",
    "read_deck": "deck",
    "standard_recorders": "output",
}

__all__ = [
    "CheckpointError",
    "Deck",
    "DeckError",
    "Grid",
    "MechanicsError",
    "OutputError",
    "ReactionSystem",
    "Simulation",
    "TrajectoryError",
    "__version__",
    "claim_directory",
    "open_trajectory",
    "read_deck",
    "standard_recorders",
]


def __getattr__(name: str):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
