"""Force-dependent rates and the other parameters that are counted per filament type, linker or motor reaction."""

from __future__ import annotations

from collections.abc import Sequence

from .diagnostics import Report
from .model import Branching, LinkerReaction, MotorReaction
from .reactions import Binding, BranchLine
from .settings import Settings

# Law keyword → (keyword of its parameters, how many of them each law takes).
PARAMETERS: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("DFPOLYMERIZATIONTYPE", "DFPOLYMERIZATIONLEN", {"BROWRATCHET": 1, "BROWRATCHETAXIAL": 1}),
    ("DMUNBINDINGTYPE", "DMUNBINDINGFORCE", {"LOWDUTYCATCH": 1, "HIGHDUTYCATCH": 1, "LOWDUTYCATCHSLIP": 2}),
    ("DMWALKINGTYPE", "DMWALKINGFORCE", {"LOWDUTYSTALL": 1, "HIGHDUTYSTALL": 1}),
    ("DLUNBINDINGTYPE", "DLUNBINDINGLEN", {"SLIP": 1, "CATCHSLIP": 2}),
    ("DLUNBINDINGTYPE", "DLUNBINDINGAMP", {"CATCHSLIP": 2}),
    ("DBUNBINDINGTYPE", "DBUNBINDINGLEN", {"SLIP": 1}),
    ("DBUNBINDINGTYPE", "DBUNBINDINGF", {"SLIPF": 1}),
)


def check_parameters(settings: Settings, report: Report) -> None:
    """Number of parameters of every law."""
    for law, parameter, takes in PARAMETERS:
        laws, given = settings[law], settings[parameter]
        if not laws or not settings.sound(law, parameter):
            continue
        needed = sum(takes.get(name, 0) for name in laws)
        per_entry = law == "DFPOLYMERIZATIONTYPE" and len(given) == len(laws)
        if len(given) != needed and not per_entry:
            each = ", ".join(f"{n} per {name}" for name, n in takes.items())
            report.error(
                settings.file,
                settings.lines.get(parameter),
                parameter,
                "" if given else "not set",
                found=f"{len(given)} values",
                allowed=f"{needed} for {law} {' '.join(name or chr(34) * 2 for name in laws)} ({each})",
            )


def check_axial_loads(settings: Settings, report: Report) -> None:
    """The compression of an end is that of a cylinder which can be stretched."""
    law = "DFPOLYMERIZATIONTYPE"
    if "BROWRATCHETAXIAL" in settings[law] and not settings["FSTRETCHINGFFTYPE"]:
        report.error(
            settings.file,
            settings.lines.get(law),
            law,
            "BROWRATCHETAXIAL needs filaments that can be compressed",
            found="no FSTRETCHINGFFTYPE",
            allowed="FSTRETCHINGFFTYPE: HARMONIC, or the law BROWRATCHET",
        )


def ratchet_lengths(settings: Settings, n_types: int) -> tuple[float | None, ...]:
    """Ratchet length (nm) per filament type, None where growth does not feel load."""
    laws, lengths = settings["DFPOLYMERIZATIONTYPE"], settings["DFPOLYMERIZATIONLEN"]
    if not laws:
        return (None,) * n_types
    if len(lengths) == len(laws):
        return tuple(length if law else None for law, length in zip(laws, lengths, strict=True))
    values = iter(lengths)
    return tuple(next(values) if law else None for law in laws)


def linkers(settings: Settings, bindings: Sequence[Binding]) -> tuple[LinkerReaction, ...]:
    """Linker reactions with their parameters of the system deck, which has been checked."""
    laws = settings["DLUNBINDINGTYPE"] or (None,) * len(bindings)
    lengths, amplitudes = iter(settings["DLUNBINDINGLEN"]), iter(settings["DLUNBINDINGAMP"])
    stiff = settings["LSTRETCHINGK"] if settings["LSTRETCHINGFFTYPE"] else (None,) * len(bindings)
    made = []
    for index, binding in enumerate(bindings):
        law = laws[index]
        n_lengths, n_amplitudes = {None: (0, 0), "SLIP": (1, 0), "CATCHSLIP": (2, 2)}[law]
        made.append(
            LinkerReaction(
                index=index,
                **vars(binding),
                stretching_k=stiff[index],
                unbinding=law,
                unbinding_lengths=tuple(next(lengths) for _ in range(n_lengths)),
                unbinding_amplitudes=tuple(next(amplitudes) for _ in range(n_amplitudes)),
            )
        )
    return tuple(made)


def motors(settings: Settings, bindings: Sequence[Binding]) -> tuple[MotorReaction, ...]:
    """Motor reactions with their parameters of the system deck, which has been checked."""
    n = len(bindings)
    unbinding = settings["DMUNBINDINGTYPE"] or (None,) * n
    walking = settings["DMWALKINGTYPE"] or (None,) * n
    unbinding_forces = iter(settings["DMUNBINDINGFORCE"])
    n_forces = {None: 0, "LOWDUTYCATCH": 1, "HIGHDUTYCATCH": 1, "LOWDUTYCATCHSLIP": 2}
    walking_forces = settings["DMWALKINGFORCE"] if settings["DMWALKINGTYPE"] else (None,) * n
    stiff = settings["MSTRETCHINGK"] if settings["MSTRETCHINGFFTYPE"] else (None,) * n
    return tuple(
        MotorReaction(
            index=index,
            **vars(binding),
            stretching_k=stiff[index],
            heads_min=settings["NUMMOTORHEADSMIN"][index],
            heads_max=settings["NUMMOTORHEADSMAX"][index],
            step_size=settings["MOTORSTEPSIZE"][index],
            unbinding=unbinding[index],
            unbinding_forces=tuple(next(unbinding_forces) for _ in range(n_forces[unbinding[index]])),
            walking=walking[index],
            walking_force=walking_forces[index],
        )
        for index, binding in enumerate(bindings)
    )


def branchings(settings: Settings, lines: Sequence[BranchLine], species: Sequence[str]) -> tuple[Branching, ...]:
    """Branching reactions with their parameters of the system deck, which has been checked.

    `species` are all brancher species in the order that the parameters follow.
    """
    n = len(species)

    def constants(name: str, switch: str) -> Sequence[float | None]:
        return settings[name] if settings[switch] else (None,) * n

    laws = settings["DBUNBINDINGTYPE"] or (None,) * n
    lengths, forces = iter(settings["DBUNBINDINGLEN"]), iter(settings["DBUNBINDINGF"])
    unbinding_lengths = [next(lengths) if law == "SLIP" else None for law in laws]
    unbinding_forces = [next(forces) if law == "SLIPF" else None for law in laws]
    stretching_k = constants("BRSTRETCHINGK", "BRSTRETCHINGFFTYPE")
    stretching_length = constants("BRSTRETCHINGL", "BRSTRETCHINGFFTYPE")
    bending_k = constants("BRBENDINGK", "BRBENDINGFFTYPE")
    bending_theta = constants("BRBENDINGTHETA", "BRBENDINGFFTYPE")
    dihedral_k = constants("BRDIHEDRALK", "BRDIHEDRALFFTYPE")
    position_k = constants("BRPOSITIONK", "BRPOSITIONFFTYPE")
    return tuple(
        Branching(
            index=b,
            **vars(line),
            stretching_k=stretching_k[b],
            stretching_length=stretching_length[b],
            bending_k=bending_k[b],
            bending_theta=bending_theta[b],
            dihedral=settings["BRDIHEDRALFFTYPE"],
            dihedral_k=dihedral_k[b],
            position_k=position_k[b],
            unbinding=laws[b],
            unbinding_length=unbinding_lengths[b],
            unbinding_force=unbinding_forces[b],
        )
        for line in lines
        for b in (species.index(line.species),)
    )
