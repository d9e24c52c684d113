"""Colours of pictures."""

from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkCommonCore import vtkLookupTable

Colour = tuple[float, float, float]

# Distinguishable with the common kinds of colour blindness (Okabe & Ito 2008), without those of other objects.
_FILAMENTS = ((0.34, 0.55, 0.75), (0.80, 0.47, 0.65), (0.90, 0.62, 0.00), (0.45, 0.45, 0.45), (0.34, 0.71, 0.91))

N_CATEGORIES = len(_FILAMENTS)

# Viridis at eleven points (Smith & van der Walt 2015, CC0); even steps of lightness.
_VIRIDIS = (
    (0.267, 0.005, 0.329), (0.283, 0.141, 0.458), (0.254, 0.265, 0.530), (0.207, 0.372, 0.553),
    (0.164, 0.471, 0.558), (0.128, 0.567, 0.551), (0.135, 0.659, 0.518), (0.267, 0.749, 0.441),
    (0.478, 0.821, 0.318), (0.741, 0.873, 0.150), (0.993, 0.906, 0.144),
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """Colours that go together."""

    background: Colour
    text: Colour
    outline: Colour
    linker: Colour
    motor: Colour
    brancher: Colour
    bubble: Colour
    membrane: Colour


STYLES = {
    "white": Style(
        (1, 1, 1),
        (0.15, 0.15, 0.15),
        (0.6, 0.6, 0.6),
        (0.0, 0.55, 0.40),
        (0.84, 0.25, 0.0),
        (0.4, 0.0, 0.6),
        (0.55, 0.55, 0.62),
        (0.80, 0.60, 0.20),
    ),
    "dark": Style(
        (0.05, 0.06, 0.09),
        (0.92, 0.92, 0.92),
        (0.45, 0.47, 0.5),
        (0.2, 0.85, 0.6),
        (1.0, 0.45, 0.15),
        (0.75, 0.45, 1.0),
        (0.55, 0.56, 0.6),
        (0.95, 0.80, 0.45),
    ),
}


def categorical_table() -> vtkLookupTable:
    """Colours for the numbers 0 … ``N_CATEGORIES`` − 1, which have no order."""
    table = vtkLookupTable()
    table.SetNumberOfTableValues(N_CATEGORIES)
    for i, colour in enumerate(_FILAMENTS):
        table.SetTableValue(i, *colour, 1.0)
    table.SetTableRange(-0.5, N_CATEGORIES - 0.5)
    return table


def continuous_table(limits: tuple[float, float]) -> vtkLookupTable:
    """Colours from dark blue to yellow for values between two limits."""
    low, high = limits
    table = vtkLookupTable()
    table.SetNumberOfTableValues(256)
    points = np.linspace(0, 1, len(_VIRIDIS))
    channels = [np.interp(np.linspace(0, 1, 256), points, channel) for channel in zip(*_VIRIDIS, strict=True)]
    for i, colour in enumerate(zip(*channels, strict=True)):
        table.SetTableValue(i, *colour, 1.0)
    table.SetTableRange(low, high if high > low else low + 1.0)
    return table
