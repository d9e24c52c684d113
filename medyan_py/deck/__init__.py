"""Decks: the text files that describe a simulation.

:func:`read_deck` turns a system deck, and the chemistry deck and filament file it names, into a checked and typed
:class:`Deck`; :class:`DeckError` tells all that is wrong with one, line by line.
"""

from .derived import linker_sites
from .diagnostics import DeckError, Diagnostic
from .filament_file import filament_beads
from .membranes import Attachment, Membrane, MembraneRules
from .model import (
    Aging,
    Boundary,
    Branching,
    BulkSpecies,
    Deck,
    Depolymerisation,
    Destruction,
    DiffusingSpecies,
    ExcludedVolume,
    FilamentLine,
    FilamentType,
    FreeEnergy,
    Geometry,
    InitialNetwork,
    LinkerReaction,
    Minimisation,
    MotorReaction,
    Nucleation,
    Polymerisation,
    Reaction,
    Schedule,
    Severing,
    SpeciesRef,
    WalkingReaction,
)
from .protocols import PinBelow, PinEnds, PinLower, Protocols, RateChange, TensionRule
from .reader import read_deck

__all__ = [
    "Aging",
    "Attachment",
    "Boundary",
    "Branching",
    "BulkSpecies",
    "Deck",
    "DeckError",
    "Depolymerisation",
    "Destruction",
    "Diagnostic",
    "DiffusingSpecies",
    "ExcludedVolume",
    "FilamentLine",
    "FilamentType",
    "FreeEnergy",
    "Geometry",
    "InitialNetwork",
    "LinkerReaction",
    "Membrane",
    "MembraneRules",
    "Minimisation",
    "MotorReaction",
    "Nucleation",
    "PinBelow",
    "PinEnds",
    "PinLower",
    "Polymerisation",
    "Protocols",
    "RateChange",
    "Reaction",
    "Schedule",
    "Severing",
    "SpeciesRef",
    "TensionRule",
    "WalkingReaction",
    "filament_beads",
    "linker_sites",
    "read_deck",
]
