"""Grid and walls that a system deck asks for, from its text alone."""

from typing import NamedTuple

from .build import boundary_of, geometry_of
from .diagnostics import Report
from .grammar import parse
from .model import Boundary, Geometry
from .settings import read_settings


class Volume(NamedTuple):
    """Grid and walls of a deck."""

    geometry: Geometry
    boundary: Boundary


def volume_of(system: str) -> Volume | None:
    """Grid and walls of a system deck, None where it does not tell them.

    Parameters
    ----------
    system : str
        The system deck, as traj.h5 has it in its header. Other mistakes in it are passed over.
    """
    report = Report()
    settings = read_settings(parse(system, "", report)[0], "", report)
    lengths = [settings[f"COMPARTMENTSIZE{axis}"] for axis in "XYZ"]
    counts = [settings[f"N{axis}"] for axis in "XYZ"]
    if None in (*counts, *lengths, settings["BOUNDARYSHAPE"]) or min(lengths) <= 0 or min(counts) <= 0:
        return None
    if settings["BOUNDARYSHAPE"] != "CUBIC" and settings["BOUNDARYDIAMETER"] <= 0:
        return None
    return Volume(geometry_of(settings), boundary_of(settings))
