"""Decks: the text files that describe a simulation.

:func:`read_deck` turns a system deck, and the chemistry deck and filament file it names, into a checked and typed
:class:`Deck`; :class:`DeckError` tells all that is wrong with one, line by line.
"""

from .bubbles import Anchor, BubbleLine, Bubbles, BubbleType, EmissionLine
from .derived import linker_sites
from .diagnostics import DeckError, Diagnostic
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
    HessianTracking,
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
from .protocols import PinBelow, PinEnds, PinLower, Protocols, Pulls, RateChange, TensionRule
from .reader import read_deck
from .shapes import Shape, Sizes, filament_shape
from .surface import Adsorption, MembraneSpecies, Mismatch, SurfaceReaction, SurfaceRules

__all__ = [
    "Adsorption",
    "Aging",
    "Anchor",
    "Attachment",
    "Boundary",
    "Branching",
    "BubbleLine",
    "BubbleType",
    "Bubbles",
    "BulkSpecies",
    "Deck",
    "DeckError",
    "Depolymerisation",
    "Destruction",
    "Diagnostic",
    "DiffusingSpecies",
    "EmissionLine",
    "ExcludedVolume",
    "FilamentLine",
    "FilamentType",
    "FreeEnergy",
    "Geometry",
    "HessianTracking",
    "InitialNetwork",
    "LinkerReaction",
    "Membrane",
    "MembraneRules",
    "MembraneSpecies",
    "Minimisation",
    "Mismatch",
    "MotorReaction",
    "Nucleation",
    "PinBelow",
    "PinEnds",
    "PinLower",
    "Polymerisation",
    "Protocols",
    "Pulls",
    "RateChange",
    "Reaction",
    "Schedule",
    "Severing",
    "Shape",
    "Sizes",
    "SpeciesRef",
    "SurfaceReaction",
    "SurfaceRules",
    "TensionRule",
    "WalkingReaction",
    "filament_shape",
    "linker_sites",
    "read_deck",
]
