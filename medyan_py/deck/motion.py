"""Which planes of a boundary move, and how: the keywords BOUNDARYMOVE, BMOVE… and TRANSFERSHAREAXIS."""

from __future__ import annotations

import math

from .checks import INSET
from .chemistry_lines import ChemistryLines
from .diagnostics import Report
from .model import Motion
from .settings import Settings

SIDES = {"LEFT": (0, 0), "RIGHT": (0, 1), "FRONT": (1, 0), "BACK": (1, 1), "BOTTOM": (2, 0), "TOP": (2, 1)}


def motion(settings: Settings) -> Motion | None:
    """What moves, None if nothing does. By the rules of MEDYAN 5.4 named sides always follow the filaments."""
    named = [entry.values[0] for entry in settings.entries("BOUNDARYMOVE")]
    sides = tuple(sorted({SIDES[name] for name in named if name in SIDES}))
    axis, speed = settings["TRANSFERSHAREAXIS"], settings["BMOVESPEED"]
    if "ALL" in named:
        sides = tuple(sorted(SIDES.values()))
        if axis:
            k = "XYZ".index(axis[0])
            return Motion(((k, 0), (k, 1)), None)
    elif settings["compatibility"] == "medyan-5.4":
        speed = 0.0
    if not sides or (speed == 0.0 and "ALL" in named):
        return None
    end = settings["BMOVEENDTIME"]
    if speed == 0.0:
        return Motion(sides, None)
    return Motion(sides, speed, settings["BMOVESTARTTIME"], math.inf if end is None else end)


def check_motion(settings: Settings, report: Report) -> None:
    """Reports motions that lead nowhere: outwards, or until walls meet; and settings without effect."""
    named = [entry.values[0] for entry in settings.entries("BOUNDARYMOVE")]
    names = ("BOUNDARYMOVE", "BMOVESPEED", "BMOVESTARTTIME", "BMOVEENDTIME", "TRANSFERSHAREAXIS", "RUNTIME")
    if not settings.sound(*names) or settings["BOUNDARYSHAPE"] != "CUBIC":
        return
    moves = motion(settings)
    if moves is None:
        if "ALL" in named:
            line = settings.entries("BOUNDARYMOVE")[0].line
            report.warning(settings.file, line, "BOUNDARYMOVE", "without effect: neither BMOVESPEED nor an axis is set")
        return
    if moves.speed is None:
        return
    line = settings.lines.get("BMOVESPEED")
    if moves.speed < 0:
        message = "planes begin at the faces of the grid and can move inwards only"
        found = f"{moves.speed:g}"
        report.error(settings.file, line, "BMOVESPEED", message, found=found, allowed="≥ 0 nm/s; positive is inwards")
        return
    travel = moves.speed * max(0.0, min(moves.end, settings["RUNTIME"]) - moves.start)
    for axis, name in enumerate("XYZ"):
        moving = sum(side[0] == axis for side in moves.sides)
        n, edge = settings[f"N{name}"], settings[f"COMPARTMENTSIZE{name}"]
        if n is not None and edge is not None and moving * travel >= n * edge - 2 * INSET:
            found = f"{moving * travel:g} nm along {name.lower()} until RUNTIME"
            allowed = f"less than {n * edge - 2 * INSET:g} nm"
            report.error(settings.file, line, "BMOVESPEED", "the walls meet", found=found, allowed=allowed)


def check_held(lines: ChemistryLines, settings: Settings, report: Report) -> None:
    """A concentration at the base needs a base: one moving plane, opposite to it."""
    if settings["BOUNDARYSHAPE"] is None or not settings.sound("BOUNDARYMOVE", "BMOVESPEED", "TRANSFERSHAREAXIS"):
        return
    moves = motion(settings) if settings["BOUNDARYSHAPE"] == "CUBIC" else None
    for statement in lines.statements:
        if statement.fields.get("hold") == "BASECONC" and (moves is None or len(moves.sides) != 1):
            message = "BASECONC holds a concentration at the wall opposite to the one that moves"
            allowed = "BOUNDARYMOVE with one side"
            report.error(lines.file, statement.line, statement.directive.name, message, allowed=allowed)
