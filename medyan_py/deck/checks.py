"""Checks of a system deck that need more than one keyword."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .derived import monomers_per_cylinder
from .diagnostics import Report, quote
from .membrane_checks import check_membranes
from .row import COUNTED, Repetition
from .settings import Settings
from .tables import KEYWORDS
from .values import MAX_INT, parse_number

MAX_MONOMERS = 65535
INSET = 25.0  # nm, from the faces of the grid to the planes of a CUBIC boundary
SMALLEST_COMPARTMENT = 20.0  # nm; edges below are hardly meant


@dataclass(frozen=True)
class Counts:
    """How many of what there are; None when that could not be read."""

    FT: int | None
    LT: int | None
    MT: int | None
    BT: int | None
    BuT: int

    def of(self, what: str) -> int | None:
        return getattr(self, what)


class Checker:
    """Runs the checks; a keyword that already has an error of its own is left alone."""

    def __init__(self, settings: Settings, counts: Counts, report: Report):
        self._settings = settings
        self._counts = counts
        self._report = report

    def run(self) -> None:
        self._required()
        self._geometry()
        self._cylinders()
        self._list_lengths()
        self._motor_parameters()
        self._mechanics()
        self._boundary()
        self._schedule()
        self._initial()
        self._membranes()
        self._bubbles()
        self._hessian()

    # --- helpers

    def _error(self, name: str, message: str = "", **more: str) -> None:
        self._report.error(self._settings.file, self._settings.lines.get(name), name, message, **more)

    def _warn(self, name: str, message: str, **more: str) -> None:
        self._report.warning(self._settings.file, self._settings.lines.get(name), name, message, **more)

    def _need_nonzero(self, name: str, because: str) -> None:
        if self._settings.sound(name) and self._settings[name] == 0:
            state = f"needed for {because}"
            if name in self._settings.values:
                self._error(name, state, found="0", allowed="a number > 0")
            else:
                self._error(name, f"not set, {state}", allowed="a number > 0")

    # --- what must be there

    def _required(self) -> None:
        names = ["BOUNDARYSHAPE", "CONJUGATEGRADIENT", "CALGORITHM", "CHEMISTRYFILE", "MONOMERSIZE", "CYLINDERSIZE"]
        names += [f"{stem}{axis}" for stem in ("N", "COMPARTMENTSIZE") for axis in "XYZ"]
        for name in names:
            if self._settings.sound(name) and self._settings[name] in (None, ()):
                self._error(name, "not set", allowed=KEYWORDS[name].type.describe())

    def _size(self) -> tuple[float, ...] | None:
        """Edges of the grid (nm), None when it is not sound."""
        edges = []
        for axis in "XYZ":
            n, edge = self._settings[f"N{axis}"], self._settings[f"COMPARTMENTSIZE{axis}"]
            if n is None or edge is None:
                return None
            edges.append(n * edge)
        return tuple(edges)

    def _geometry(self) -> None:
        settings = self._settings
        size = self._size()
        if size is None:
            return
        for name in (f"COMPARTMENTSIZE{axis}" for axis in "XYZ"):
            if settings[name] < SMALLEST_COMPARTMENT:
                self._warn(name, f"{settings[name]:g} nm is less than most cylinders; lengths are in nm, not µm")
        n = math.prod(settings[f"N{axis}"] for axis in "XYZ")
        if n > MAX_INT:
            self._error("NX", f"{n} compartments are too many", allowed=f"NX·NY·NZ ≤ {MAX_INT}")
        shape = settings["BOUNDARYSHAPE"]
        if shape == "CUBIC":
            for axis, edge in zip("XYZ", size, strict=True):
                if edge <= 2 * INSET:
                    self._error(
                        f"COMPARTMENTSIZE{axis}",
                        f"the boundary lies {INSET:g} nm inside the grid and leaves no room",
                        found=f"{edge:g} nm in all",
                        allowed=f"a grid larger than {2 * INSET:g} nm",
                    )
        elif shape is not None:
            self._diameter(shape, size)
        moves = [entry.values[0] for entry in settings.entries("BOUNDARYMOVE")]
        if shape not in (None, "CUBIC") and moves and moves[0] != "NONE":
            self._error("BOUNDARYMOVE", f"a boundary of shape {shape} cannot move", found=moves[0], allowed="NONE")
        bounds = settings["FILCREATIONBOUNDS"]
        if any(low > high for low, high in zip(bounds[:3], bounds[3:], strict=True)):
            self._error(
                "FILCREATIONBOUNDS", "a lower bound exceeds its upper bound", allowed="x0 ≤ x1, y0 ≤ y1, z0 ≤ z1"
            )

    def _diameter(self, shape: str, size: tuple[float, ...]) -> None:
        if not self._settings.sound("BOUNDARYDIAMETER"):
            return
        diameter = self._settings["BOUNDARYDIAMETER"]
        room = min(size[:2]) if shape == "CYLINDER" else min(size)
        if not 0 < diameter <= room:
            allowed = f"0 < diameter ≤ {room:g} nm for BOUNDARYSHAPE {shape}"
            self._error("BOUNDARYDIAMETER", found=f"{diameter:g}", allowed=allowed)

    # --- filaments

    def _cylinders(self) -> None:
        settings = self._settings
        if not settings.sound("MONOMERSIZE", "CYLINDERSIZE", "NUMBINDINGSITES"):
            return
        sizes = zip(settings["MONOMERSIZE"], settings["CYLINDERSIZE"], strict=False)
        sites = settings["NUMBINDINGSITES"]
        for ftype, (monomer, cylinder) in enumerate(sizes):
            quotient = cylinder / monomer
            if not 3 - 1e-6 <= quotient < MAX_MONOMERS + 1:
                self._error(
                    "CYLINDERSIZE",
                    f"monomers per cylinder of filament type {ftype}",
                    found=f"{quotient:.6g}",
                    allowed=f"3 … {MAX_MONOMERS}",
                )
            elif ftype < len(sites) and sites[ftype] > monomers_per_cylinder(cylinder, monomer):
                self._error(
                    "NUMBINDINGSITES",
                    f"filament type {ftype}",
                    found=str(sites[ftype]),
                    allowed=f"1 … {monomers_per_cylinder(cylinder, monomer)}, the monomers of a cylinder",
                )

    def _list_lengths(self) -> None:
        """One value per filament type, linker reaction …, wherever the table asks for it."""
        always = ("MONOMERSIZE", "CYLINDERSIZE", "NUMBINDINGSITES")
        for name, row in KEYWORDS.items():
            values = self._settings[name]
            if not row.per or not self._settings.sound(name) or name in _MOTOR_PARAMETERS:
                continue
            if name == "VOLUMEK":
                needed = self._settings["VOLUMEFFTYPE"] != "none"
            elif name == "volume-exclusion-monomer-interval":
                needed = self._settings["VOLUMEFFTYPE"] == "monomer" or bool(values)
            elif row.needed_by:
                needed = bool(self._settings[row.needed_by])
            elif row.repetition is Repetition.APPEND:  # laws of force-dependent rates: one each, or none at all
                needed = bool(values) or name in always
            else:
                needed = bool(values)
            if needed:
                self._length(name, row.per, len(values))

    def _length(self, name: str, per: str, found: int) -> None:
        wanted = self._counts.of(per)
        if wanted is None or found == wanted or (wanted == 0 and per != "FT"):
            return
        allowed = f"{wanted}, one per {COUNTED[per]}"
        if found or name in self._settings.values:
            self._error(name, found=f"{found} values", allowed=allowed)
        else:
            needed_by = KEYWORDS[name].needed_by
            self._error(name, "not set" + (f", needed by {needed_by}" if needed_by else ""), allowed=allowed)

    def _motor_parameters(self) -> None:
        wanted = self._counts.MT
        settings = self._settings
        for name in _MOTOR_PARAMETERS:
            found = len(settings[name])
            if wanted is None or not settings.sound(name):
                continue
            if found > wanted:
                self._warn(
                    name, f"surplus values are ignored: there are {wanted} motor reactions", found=f"{found} values"
                )
            elif found < wanted:
                state = "" if name in settings.values else "not set"
                self._error(name, state, found=f"{found} values", allowed=f"{wanted}, one per motor reaction")
        if not settings.sound("NUMMOTORHEADSMIN", "NUMMOTORHEADSMAX"):
            return
        heads = zip(settings["NUMMOTORHEADSMIN"], settings["NUMMOTORHEADSMAX"], strict=False)
        for index, (low, high) in enumerate(heads):
            if low > high:
                found = f"{low} > {high}"
                self._error(
                    "NUMMOTORHEADSMAX", f"motor {index}", found=found, allowed="NUMMOTORHEADSMIN ≤ NUMMOTORHEADSMAX"
                )

    # --- forces

    def _mechanics(self) -> None:
        settings = self._settings
        if settings["VOLUMEFFTYPE"] != "none":
            self._need_nonzero("VOLUMECUTOFF", "VOLUMEFFTYPE")
            largest = max(settings["CYLINDERSIZE"], default=0.0)
            if settings.sound("VOLUMECUTOFF") and 0 < settings["VOLUMECUTOFF"] < largest:
                self._warn(
                    "VOLUMECUTOFF",
                    "smaller than a cylinder, so that many pairs of cylinders are missed",
                    found=f"{settings['VOLUMECUTOFF']:g}",
                    allowed=f"≥ {largest:g} nm is advised",
                )
        if settings["VOLUMEFFTYPE"] == "REPULSION":
            line = settings.lines["VOLUMEFFTYPE"]
            self._report.hint(settings.file, line, "VOLUMEFFTYPE", "REPULSION is an old name of integral")
        if settings["DISSIPATIONTRACKING"] and settings["CALGORITHM"] not in (None, "NRM"):
            self._error("CALGORITHM", "DISSIPATIONTRACKING", found=settings["CALGORITHM"], allowed="NRM")

    def _boundary(self) -> None:
        settings = self._settings
        if settings["BOUNDARYFFTYPE"]:
            for name in ("BOUNDARYCUTOFF", "BOUNDARYINTERACTIONK", "BOUNDARYSCREENLENGTH"):
                self._need_nonzero(name, "BOUNDARYFFTYPE")
        elif settings.sound("BOUNDARYFFTYPE"):
            self._warn("BOUNDARYFFTYPE", "not set: nothing keeps filaments inside the boundary")
        if settings["BOUNDARYSHAPE"] not in (None, "CYLINDER"):
            for name in ("restrict-cylinder-boundary-angle", "form-rings"):
                if settings[name]:
                    self._warn(name, "without effect unless BOUNDARYSHAPE is CYLINDER")

    # --- time

    def _schedule(self) -> None:
        settings = self._settings
        if not settings.sound("RUNTIME"):
            return
        if settings["RUNTIME"] == 0:
            if settings["RUNSTEPS"] == 0 and settings.sound("RUNSTEPS"):
                self._error(
                    "RUNTIME", "not set" if "RUNTIME" not in settings.values else "", allowed="a number > 0 (s)"
                )
            elif settings["RUNSTEPS"] > 0:
                for name in ("MINIMIZATIONSTEPS", "SNAPSHOTSTEPS", "NEIGHBORLISTSTEPS"):
                    self._need_nonzero(name, "step mode")
                for name in ("SNAPSHOTSTEPS", "NEIGHBORLISTSTEPS"):
                    self._whole_cycles(name, "MINIMIZATIONSTEPS", "events")
            return
        self._need_nonzero("MINIMIZATIONTIME", "RUNTIME")
        for name in ("SNAPSHOTTIME", "NEIGHBORLISTTIME"):
            self._whole_cycles(name, "MINIMIZATIONTIME", "s")
        interval = settings["MINIMIZATIONTIME"]
        if interval > 0 and settings["RUNTIME"] / interval > 1e12:
            self._error("MINIMIZATIONTIME", "more than 1e12 cycles until RUNTIME")

    # --- initial network

    def _whole_cycles(self, name: str, of: str, unit: str) -> None:
        """Warn when an interval is not a whole number of cycles."""
        interval, length = self._settings[of], self._settings[name]
        if interval > 0 and length > 0:
            cycles = length / interval
            if cycles > 1e9:
                self._error(name, f"{cycles:g} times {of}", allowed="at most 1e9 times")
            elif abs(cycles - round(cycles)) > 1e-6 * cycles or cycles < 0.5:
                rounded = max(1, math.floor(cycles + 0.5)) * interval
                self._warn(name, f"not a multiple of {of}, rounded to {rounded:g} {unit}", found=f"{length:g}")

    def _initial(self) -> None:
        settings = self._settings
        types_known = self._counts.FT is not None and settings.sound("FILAMENTTYPE")
        if types_known and settings["FILAMENTTYPE"] >= self._counts.FT:
            found, allowed = str(settings["FILAMENTTYPE"]), f"0 … {self._counts.FT - 1}"
            self._error("FILAMENTTYPE", "no such filament type", found=found, allowed=allowed)
        if settings["NUMFILAMENTS"] == 0:
            return
        self._room_for_random_filaments()

    def _room_for_random_filaments(self) -> None:
        """Random filaments keep a quarter of the cutoff from the planes: is there a place for one at all?"""
        settings = self._settings
        size = self._size()
        ftype, lengths = settings["FILAMENTTYPE"], settings["CYLINDERSIZE"]
        names = ("BOUNDARYCUTOFF", "FILCREATIONBOUNDS", "FILAMENTLENGTH", "NUMFILAMENTS")
        cubic = settings["BOUNDARYSHAPE"] == "CUBIC"
        if size is None or not cubic or ftype >= len(lengths) or not settings.sound(*names):
            return
        if min(size) <= 2 * INSET:  # an error of its own
            return
        margin = INSET + settings["BOUNDARYCUTOFF"] / 4
        room = [edge - 2 * margin for edge in size]
        if min(room) <= 0:
            self._error(
                "BOUNDARYCUTOFF",
                "a quarter of it is kept free of random filaments and leaves no room",
                found=f"{settings['BOUNDARYCUTOFF']:g}",
                allowed=f"less than {4 * (min(size) / 2 - INSET):g} nm",
            )
            return
        bounds = settings["FILCREATIONBOUNDS"]
        for axis, edge in enumerate(size):
            if bounds[axis] * edge > edge - margin or bounds[axis + 3] * edge < margin:
                self._error("FILCREATIONBOUNDS", f"the box is closer than {margin:g} nm to the faces of the grid")
                return
        length = settings["FILAMENTLENGTH"] * lengths[ftype]
        if length - 0.01 > math.hypot(*room):
            self._error(
                "FILAMENTLENGTH",
                "random filaments do not fit into the volume",
                found=f"{length:g} nm",
                allowed=f"at most {math.hypot(*room):g} nm",
            )

    # --- parts that only large decks have

    def _membranes(self) -> None:
        settings = self._settings
        profiles = {entry.values[0]: entry for entry in settings.entries("membrane")}
        for entry in profiles.values():
            self._profile(entry)
        for entry in settings.entries("init-membrane"):
            self._membrane(entry, profiles)
        check_membranes(settings, self._report)
        if settings["triangle-bead-volume-ff-type"]:
            for name in ("triangle-bead-volume-k", "triangle-bead-volume-cutoff", "triangle-bead-volume-cutoff-mech"):
                self._need_nonzero(name, "triangle-bead-volume-ff-type")
        numbers = settings["init-fixed-vertex-attachment"]
        if len(numbers) % 5:
            self._error("init-fixed-vertex-attachment", found=f"{len(numbers)} values", allowed="5 for each attachment")

    def _profile(self, entry) -> None:
        system = entry.properties.get("vertex-system", "general")
        problem = ""
        if system == "normal":
            problem = "vertex-system normal is not supported"
        elif system == "material" and entry.properties.get("has-lipid-reservoir", True):
            problem = "vertex-system material needs has-lipid-reservoir false"
        if problem:
            self._report.error(self._settings.file, entry.line, "membrane", problem)

    def _membrane(self, entry, profiles) -> None:
        file = self._settings.file
        if entry.values[0] not in profiles:
            found, allowed = quote(entry.values[0]), ", ".join(profiles) or "none is defined"
            self._report.error(file, entry.line, "init-membrane", "no such profile", found=found, allowed=allowed)
        mesh = entry.properties.get("mesh")
        wanted = {"ELLIPSOID": 7, "PLANE": 13, "file": 2}
        if mesh is None:
            self._report.error(file, entry.line, "init-membrane", "mesh is not set")
        elif wanted.get(mesh[0]) != len(mesh) or (
            mesh[0] != "file" and any(parse_number(word) is None for word in mesh[1:])
        ):
            self._report.error(
                file,
                entry.line,
                "init-membrane",
                "mesh",
                found=quote(" ".join(mesh)),
                allowed="ELLIPSOID and 6 numbers, PLANE and 12 numbers, file NAME",
            )

    def _bubbles(self) -> None:
        settings = self._settings
        if settings["BUBBLEFFTYPE"] and self._counts.BuT > 0:
            self._need_nonzero("BUBBLECUTOFF", "BUBBLEFFTYPE")
        if settings["NUMBUBBLES"] > 0 and settings["BUBBLETYPE"] >= self._counts.BuT:
            self._error("BUBBLETYPE", "no such bubble type", found=str(settings["BUBBLETYPE"]))
        for name in ("init-mtoc", "init-afm"):
            for entry in settings.entries(name):
                self._anchor(name, entry)

    def _hessian(self) -> None:
        values = self._settings["HESSIANTRACKING"]
        if values is None:
            return
        skip, *flags = values
        if skip < 1 or skip != int(skip) or skip > MAX_INT:
            self._error("HESSIANTRACKING", "SKIP", found=f"{skip:g}", allowed="a whole number ≥ 1")
        for name, flag in zip(("DENSE", "ROCK", "PRINT"), flags, strict=True):
            if flag not in (0, 1):
                self._warn("HESSIANTRACKING", f"{name} taken as 0", found=f"{flag:g}", allowed="0, 1")
        if flags[1] == 1 and not self._settings["EIGENTRACKING"]:
            self._warn("HESSIANTRACKING", "ROCK has no effect while EIGENTRACKING is OFF")

    def _anchor(self, name: str, entry) -> None:
        for prop, count in (("bubble-type", self._counts.BuT), ("filament-type", self._counts.FT)):
            found = entry.properties.get(prop, 0)
            if count is not None and found >= count:
                self._report.error(self._settings.file, entry.line, name, f"{prop}: no such type", found=str(found))


_MOTOR_PARAMETERS = ("NUMMOTORHEADSMIN", "NUMMOTORHEADSMAX", "MOTORSTEPSIZE")
