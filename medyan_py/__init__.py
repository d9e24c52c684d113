"""Simulation of the cytoskeleton, molecule by molecule, with filament mechanics.

Lengths are in nm, times in s, forces in pN, energies in pN nm.

>>> import medyan_py as md
>>> simulation = md.Simulation.from_deck("inputs/actomyosin/systeminput.txt", seed=1)  # doctest: +SKIP
>>> simulation.run(0.5)                                                                # doctest: +SKIP
"""

from pkgutil import extend_path

# The compiled package may be installed elsewhere than the sources next to the working directory.
__path__ = extend_path(__path__, __name__)

from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.trajectory import open_trajectory
from medyan_py.checkpoint import CheckpointError
from medyan_py.deck import Deck, DeckError, read_deck
from medyan_py.output import OutputError, claim_directory, standard_recorders
from medyan_py.reactions import Grid, ReactionSystem
from medyan_py.simulation import Simulation
from medyan_py.version import __version__

__all__ = [
    "CheckpointError",
    "Deck",
    "DeckError",
    "Grid",
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
