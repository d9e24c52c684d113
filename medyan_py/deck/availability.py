"""Features that a deck switches on and this version cannot do: each is an error with keyword, line and feature."""

from __future__ import annotations

from .chemistry_lines import ChemistryLines
from .diagnostics import Report
from .protocols import AVAILABLE
from .reactions import not_available
from .row import Keyword
from .settings import Settings
from .tables import KEYWORDS


def check_available(settings: Settings, report: Report) -> None:
    """Reports every keyword of the system deck that switches on something this version cannot do."""
    for name, value in settings.values.items():
        row = KEYWORDS[name]
        if row.feature:
            _feature(row, value, settings, report)
        if row.missing and value in row.missing:
            not_available(report, settings.file, settings.lines[name], name, row.missing[value])
        if row.no_effect:
            report.warning(settings.file, settings.lines[name], name, "known, but without effect in this model")
    _conditional(settings, report)


def _feature(row: Keyword, value: object, settings: Settings, report: Report) -> None:
    if isinstance(value, list):
        for entry in value:
            if not (entry.values and entry.values[0] in row.idle):
                not_available(report, settings.file, entry.line, row.name, row.feature)
    elif value not in row.idle:
        not_available(report, settings.file, settings.lines[row.name], row.name, row.feature)


def _conditional(settings: Settings, report: Report) -> None:
    """Features whose being switched on depends on more than their own keyword."""

    for entry in settings.entries("SPECIALPROTOCOL"):
        if entry.values[0] not in AVAILABLE:
            feature = f"special protocol {entry.values[0]}"
            not_available(report, settings.file, entry.line, "SPECIALPROTOCOL", feature)
    _minimisation(settings, report)


def _minimisation(settings: Settings, report: Report) -> None:
    """Algorithms that only one of the two minimisers has."""
    old = settings["compatibility"] == "medyan-5.4"
    if settings["LINESEARCHALGORITHM"] == "QUADRATIC":
        name, line = "LINESEARCHALGORITHM", settings.lines["LINESEARCHALGORITHM"]
        if old:
            message = "the quadratic line search of MEDYAN 5.4 did not work and is not brought back"
            report.error(settings.file, line, name, message, found="QUADRATIC", allowed="BACKTRACKING")
        else:
            message = "there is one line search, which interpolates quadratically; it is used for either value"
            report.warning(settings.file, line, name, message)
    if old and settings["CONJUGATEGRADIENT"] == "LBFGS":
        report.error(
            *(settings.file, settings.lines["CONJUGATEGRADIENT"], "CONJUGATEGRADIENT"),
            "MEDYAN 5.4 has no such minimisation",
            found="LBFGS",
            allowed="POLAKRIBIERE, FLETCHERRIEVES, STEEPESTDESCENT",
        )


def check_available_chemistry(lines: ChemistryLines, settings: Settings, report: Report) -> None:
    """Reports every line of the chemistry deck that asks for something this version, or the boundary, cannot do."""
    for statement in lines.statements:
        shape = settings["BOUNDARYSHAPE"]
        if statement.fields.get("zone") == "RIGHTBOUNDARY" and shape not in (None, "CUBIC"):
            name, allowed = statement.directive.name, "ALL, BOUNDARY, TOPBOUNDARY, SIDEBOUNDARY"
            message = f"a boundary of shape {shape} has no right plane"
            report.error(lines.file, statement.line, name, message, found="RIGHTBOUNDARY", allowed=allowed)
