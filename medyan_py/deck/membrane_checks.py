"""Whether what a deck says of membranes makes sense together, and whether they have a state of rest."""

from __future__ import annotations

from .diagnostics import Report
from .membranes import constants_of
from .protocols import SCALING
from .settings import Entry, Settings
from .values import parse_number

_STRETCHING = {"general": "GLOBAL_HARMONIC", "material": "LOCAL_HARMONIC"}
"""What the area of each vertex system resists by."""


def check_membranes(settings: Settings, report: Report) -> None:
    """Report numbers of membranes that make no sense together."""

    def wrong(entry: Entry, message: str, found: str, allowed: str) -> None:
        report.error(settings.file, entry.line, "init-membrane", message, found=found, allowed=allowed)

    _check_rest_states(settings, report)
    _check_flat_sheets(settings, report)
    _check_idle(settings, report)
    _check_scaling(settings, report)
    quadratic = settings["membrane-bending-ff-type"] == "HELFRICH_QUADRATIC"
    for entry in settings.entries("membrane"):
        if entry.properties.get("eq-curv", 0.0) and (quadratic or settings["surface-curvature-policy"] == "squared"):
            message = "eq-curv: without effect when the bending energy is that of the squared curvature"
            report.warning(settings.file, entry.line, "membrane", message)
    for entry in settings.entries("init-membrane"):
        names = [name for name, _ in entry.properties.get("species", ())]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            wrong(entry, f"species {name}", f"{names.count(name)} numbers of copies", "one")
        shape, *words = entry.properties.get("mesh") or ("",)
        numbers = [parse_number(word) for word in words] if shape != "file" else []
        if None in numbers:
            continue
        if shape == "ELLIPSOID" and len(numbers) == 6:
            if min(numbers[3:]) <= 0:
                wrong(entry, "mesh: semi-axes", " ".join(words[3:]), "numbers > 0")
            if entry.properties.get("volume-offset", 0.0) != 0:
                found = f"{entry.properties['volume-offset']:g}"
                wrong(entry, "volume-offset: a closed membrane encloses its volume already", found, "0")
        if shape == "PLANE" and len(numbers) == 12:
            if not any(numbers[3:6]):
                wrong(entry, "mesh: normal of the plane", " ".join(words[3:6]), "not zero")
            if min(numbers[9:]) <= 0:
                wrong(entry, "mesh: size of the box", " ".join(words[9:]), "numbers > 0")


def _check_scaling(settings: Settings, report: Report) -> None:
    """Protocols for membranes change something."""
    area, volume = SCALING
    profiles = {entry.values[0]: constants_of(entry) for entry in settings.entries("membrane")}
    made = [profiles[e.values[0]] for e in settings.entries("init-membrane") if e.values[0] in profiles]
    for entry in settings.entries("SPECIALPROTOCOL"):
        name, why = entry.values[0], ""
        if name not in SCALING:
            continue
        if not settings.entries("init-membrane"):
            why = "there is no init-membrane"
        elif name == area and all(constants["has-lipid-reservoir"] for constants in made):
            why = "every membrane has a lipid reservoir, and with it no rest area"
        elif name == volume and not settings["volume-conservation-ff-type"]:
            why = "no volume is conserved (volume-conservation-ff-type MEMBRANE)"
        if why:
            report.warning(settings.file, entry.line, "SPECIALPROTOCOL", f"{name}: without effect: {why}")


def _check_idle(settings: Settings, report: Report) -> None:
    """Warn of constants of membranes that are given and change nothing."""
    profiles = {entry.values[0]: entry for entry in settings.entries("membrane")}
    used = {entry.values[0] for entry in settings.entries("init-membrane")}
    stretching = settings["membrane-stretching-ff-type"]

    def idle(entry: Entry, keyword: str, message: str) -> None:
        report.warning(settings.file, entry.line, keyword, message)

    for profile in (profiles[name] for name in profiles if name in used):
        constants = constants_of(profile)
        system, reservoir = constants["vertex-system"], constants["has-lipid-reservoir"]
        if not reservoir and constants["area-k"] > 0 and stretching != _STRETCHING[system]:
            message = f"nothing resists changes of the area: vertex-system {system} without a lipid reservoir needs "
            idle(profile, "membrane", f"{message}membrane-stretching-ff-type {_STRETCHING[system]}")
        if constants["tension"] and not reservoir:
            idle(profile, "membrane", "tension: without effect: without a lipid reservoir the area itself is kept")
        elif constants["tension"] and not settings["membrane-tension-ff-type"]:
            idle(profile, "membrane", "tension: without effect: membrane-tension-ff-type CONSTANT is not set")
    for entry in settings.entries("init-membrane"):
        factor = entry.properties.get("eq-area-factor", 1.0)
        if (
            factor != 1
            and entry.values[0] in profiles
            and constants_of(profiles[entry.values[0]])["has-lipid-reservoir"]
        ):
            idle(entry, "init-membrane", "eq-area-factor: without effect: with a lipid reservoir there is no rest area")


def _check_flat_sheets(settings: Settings, report: Report) -> None:
    """Warn of sheets that would have to buckle and have no reason to do so to one side or the other."""
    reasons = ("init-fixed-vertex-attachment", "triangle-bead-volume-ff-type")
    protocols = [entry.values[0] for entry in settings.entries("SPECIALPROTOCOL")]
    if any(settings[name] for name in reasons) or SCALING[1] in protocols:
        return
    profiles = {entry.values[0]: constants_of(entry) for entry in settings.entries("membrane")}
    for entry in settings.entries("init-membrane"):
        constants, mesh = profiles.get(entry.values[0]), entry.properties.get("mesh")
        factor = entry.properties.get("eq-area-factor", 1.0)
        if not constants or not mesh or mesh[0] != "PLANE" or constants["eq-curv"] or factor <= 1:
            continue
        held = not constants["has-lipid-reservoir"] and constants["vertex-pinning"] != "none"
        resists = settings["membrane-stretching-ff-type"] == _STRETCHING[constants["vertex-system"]]
        if held and resists and constants["area-k"] > 0:
            message = (
                f"eq-area-factor {factor:g}: a flat sheet whose border is held stays flat under compression: nothing "
                "tells it to which side to buckle; a spring out of its plane (init-fixed-vertex-attachment) or "
                "filaments that push (triangle-bead-volume-ff-type) would"
            )
            report.warning(settings.file, entry.line, "init-membrane", message)


def _check_rest_states(settings: Settings, report: Report) -> None:
    """Warn of membranes that tension makes shrink or grow without end.

    What a deck alone does not tell is left out: shapes in files, springs of vertices, and filaments that push.
    """
    if not settings["membrane-tension-ff-type"] or settings["init-fixed-vertex-attachment"]:
        return
    profiles = {entry.values[0]: constants_of(entry) for entry in settings.entries("membrane")}
    for entry in settings.entries("init-membrane"):
        constants, mesh = profiles.get(entry.values[0]), entry.properties.get("mesh")
        if not constants or not mesh or constants["vertex-system"] != "general" or not constants["has-lipid-reservoir"]:
            continue
        problem = _unbounded(constants, mesh[0], settings)
        if problem:
            message = f"no state of rest, minimisations may not end: {problem}"
            report.warning(settings.file, entry.line, "init-membrane", message)


def _unbounded(constants: dict, shape: str, settings: Settings) -> str:
    """Why a membrane with a reservoir has no minimum of its energy; empty if it may have one."""
    if constants["tension"] < 0:
        return f"with the tension {constants['tension']:g} pN/nm the area grows without end; it should be ≥ 0"
    if constants["tension"] == 0:
        return ""
    tense = f"nothing resists the tension {constants['tension']:g} pN/nm"
    if shape == "PLANE" and constants["vertex-pinning"] == "none":
        return f"{tense}, the sheet contracts without end; vertex-pinning border1 would hold its border"
    held = settings["volume-conservation-ff-type"] and constants["volume-k"] > 0
    filled = settings["triangle-bead-volume-ff-type"] or constants["eq-curv"] > 0  # may end at some size
    if shape == "ELLIPSOID" and not held and not filled:
        return (
            f"{tense}, the vesicle shrinks to nothing; volume-conservation-ff-type MEMBRANE with volume-k > 0 would "
            "hold its volume"
        )
    return ""
