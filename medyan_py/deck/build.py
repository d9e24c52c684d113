"""Checked settings, species and reactions → the typed deck. Nothing can be wrong any more here."""

from __future__ import annotations

from pathlib import Path

from .bubbles import BubbleLine, bubbles_of
from .checks import INSET
from .chemistry_lines import ChemistryLines
from .derived import binding_sites, monomers_per_cylinder
from .diagnostics import Report
from .dump_file import Dump
from .laws import branchings, linkers, motors, ratchet_lengths
from .membranes import membrane_rules
from .model import (
    Boundary,
    Deck,
    ExcludedVolume,
    FilamentLine,
    FilamentType,
    Geometry,
    HessianTracking,
    InitialNetwork,
    Minimisation,
    Schedule,
)
from .motion import motion
from .protocols import protocols, rate_change
from .reactions import Reactions
from .settings import Settings
from .species import ON_FILAMENTS, SpeciesBook
from .surface import surface_rules

_VOLUME = {"none": None, "integral": "integral", "REPULSION": "integral", "monomer": "monomer"}


def build_deck(
    paths: tuple[Path, Path, Path],
    texts: dict[Path, str],
    settings: Settings,
    lines: ChemistryLines,
    book: SpeciesBook,
    reactions: Reactions,
    filaments: tuple[FilamentLine, ...],
    dump: Dump | None,
    bubbles: tuple[BubbleLine, ...],
    report: Report,
) -> Deck:
    """The deck of `paths` (system deck, chemistry deck, input directory)."""
    system_path, chemistry_path, input_dir = paths
    log = {name: value for entry in settings.entries("output") for name, value in entry.properties.items()}
    return Deck(
        system_path=system_path,
        chemistry_path=chemistry_path,
        input_dir=input_dir,
        texts=texts,
        warnings=report.warnings,
        geometry=geometry_of(settings),
        boundary=boundary_of(settings),
        minimisation=_minimisation(settings),
        excluded_volume=ExcludedVolume(_VOLUME[settings["VOLUMEFFTYPE"]], settings["VOLUMECUTOFF"]),
        filament_types=_filament_types(settings, book),
        diffusing=tuple(book.diffusing),
        bulk=tuple(book.bulk),
        general_reactions=tuple(reactions.general),
        bulk_reactions=tuple(reactions.bulk),
        polymerisations=tuple(reactions.polymerisations),
        depolymerisations=tuple(reactions.depolymerisations),
        linkers=linkers(settings, reactions.linkers),
        motors=motors(settings, reactions.motors),
        walking=tuple(reactions.walking),
        agings=tuple(reactions.agings),
        destructions=tuple(reactions.destructions),
        severings=tuple(reactions.severings),
        nucleations=tuple(reactions.nucleations),
        branchings=branchings(settings, reactions.branchings, book.branchers),
        linker_binding_skip=settings["LINKERBINDINGSKIP"],
        allow_same_filament_pairs=settings["allow-same-filament-pair-binding"],
        algorithm=settings["CALGORITHM"],
        schedule=_schedule(settings),
        rate_change=rate_change(settings),
        protocols=protocols(settings),
        bubbles=bubbles_of(settings, book, bubbles),
        initial=_initial(settings, filaments, dump),
        membranes=membrane_rules(settings, input_dir),
        surface=surface_rules(settings, book, reactions),
        force_fields=force_fields(settings),
        compatibility=settings["compatibility"],
        track_dissipation=settings["DISSIPATIONTRACKING"],
        track_events=settings["EVENTTRACKING"],
        hessian=_hessian(settings),
        log_each_cycle=log.get("log-simulation-time-each-cycle", False),
        source_lines=_source_lines(settings, lines),
    )


def geometry_of(settings: Settings) -> Geometry:
    """The grid."""
    return Geometry(
        shape=tuple(settings[f"N{axis}"] for axis in "XYZ"),
        compartment_size=tuple(settings[f"COMPARTMENTSIZE{axis}"] for axis in "XYZ"),
    )


def boundary_of(settings: Settings) -> Boundary:
    """The walls, and how they move."""
    return Boundary(
        shape=settings["BOUNDARYSHAPE"],
        repulsion=settings["BOUNDARYFFTYPE"] or None,
        cutoff=settings["BOUNDARYCUTOFF"],
        interaction_k=settings["BOUNDARYINTERACTIONK"],
        screening_length=settings["BOUNDARYSCREENLENGTH"],
        inset=INSET,
        diameter=settings["BOUNDARYDIAMETER"],
        motion=motion(settings),
    )


def _minimisation(settings: Settings) -> Minimisation:
    return Minimisation(
        method=settings["CONJUGATEGRADIENT"],
        gradient_tolerance=settings["GRADIENTTOLERANCE"],
        energy_change_relative_tolerance=settings["energy-change-relative-tolerance"],
        max_distance=settings["MAXDISTANCE"],
        lambda_max=settings["LAMBDAMAX"],
        recover=settings["try-to-recover-in-line-search-error"],
    )


def _hessian(settings: Settings) -> HessianTracking | None:
    if settings["HESSIANTRACKING"] is None:
        return None
    skip, dense, rock, write = settings["HESSIANTRACKING"]
    eigenvalues = settings["EIGENTRACKING"]
    return HessianTracking(int(skip), dense == 1, rock == 1 and eigenvalues, write == 1, eigenvalues)


def _filament_types(settings: Settings, book: SpeciesBook) -> tuple[FilamentType, ...]:
    ratchets = ratchet_lengths(settings, settings["NUMFILAMENTTYPES"])
    made = []
    for ftype in range(settings["NUMFILAMENTTYPES"]):

        def per_type(name: str, on: object = True, ftype: int = ftype) -> object:
            values = settings[name]
            return values[ftype] if on and values else None

        monomer, cylinder = per_type("MONOMERSIZE"), per_type("CYLINDERSIZE")
        monomers = monomers_per_cylinder(cylinder, monomer)
        requested = per_type("NUMBINDINGSITES")
        species = {f"{_ATTRIBUTE[kind]}_species": tuple(book.on_filaments[ftype][kind]) for kind in ON_FILAMENTS}
        stretching, bending = settings["FSTRETCHINGFFTYPE"], settings["FBENDINGFFTYPE"]
        made.append(
            FilamentType(
                monomer_size=monomer,
                cylinder_size=cylinder,
                monomers_per_cylinder=monomers,
                binding_sites=binding_sites(monomers, requested),
                **species,
                linker_site=book.site(ftype, "LINKER"),
                motor_site=book.site(ftype, "MOTOR"),
                brancher_site=book.site(ftype, "BRANCHER"),
                stretching=stretching,
                stretching_k=per_type("FSTRETCHINGK", stretching),
                bending=bending,
                bending_k=per_type("FBENDINGK", bending),
                bending_theta=per_type("FBENDINGTHETA", bending),
                volume_k=per_type("VOLUMEK", settings["VOLUMEFFTYPE"] != "none"),
                monomer_interval=per_type("volume-exclusion-monomer-interval"),
                ratchet_length=ratchets[ftype],
                ratchet_axial=per_type("DFPOLYMERIZATIONTYPE") == "BROWRATCHETAXIAL",
                requested_binding_sites=requested,
            )
        )
    return tuple(made)


_ATTRIBUTE = {
    "FILAMENT": "filament",
    "PLUSEND": "plus_end",
    "MINUSEND": "minus_end",
    "BOUND": "bound",
    "LINKER": "linker",
    "MOTOR": "motor",
    "BRANCHER": "brancher",
}


def _schedule(settings: Settings) -> Schedule:
    return Schedule(
        runtime=settings["RUNTIME"],
        snapshot=settings["SNAPSHOTTIME"],
        minimisation=settings["MINIMIZATIONTIME"],
        neighbour_list=settings["NEIGHBORLISTTIME"],
        initial_slowdown=settings["INITIALSLOWDOWNTIME"],
        data_dump=settings["DATADUMPTIME"],
        checkpoint=settings["checkpoint-time"],
        run_steps=settings["RUNSTEPS"],
        minimisation_steps=settings["MINIMIZATIONSTEPS"],
        snapshot_steps=settings["SNAPSHOTSTEPS"],
        neighbour_list_steps=settings["NEIGHBORLISTSTEPS"],
    )


def _initial(settings: Settings, filaments: tuple[FilamentLine, ...], dump: Dump | None) -> InitialNetwork:
    return InitialNetwork(
        file_filaments=filaments,
        count=settings["NUMFILAMENTS"],
        cylinders=settings["FILAMENTLENGTH"],
        type=settings["FILAMENTTYPE"],
        projection=settings["PROJECTIONTYPE"],
        creation_bounds=settings["FILCREATIONBOUNDS"],
        along_wall=settings["restrict-cylinder-boundary-angle"] and settings["BOUNDARYSHAPE"] == "CYLINDER",
        rings=settings["form-rings"] and settings["BOUNDARYSHAPE"] == "CYLINDER",
        dump=dump,
        own_copies=bool(settings.values.get("RESTARTPHASE")),
    )


def force_fields(settings: Settings) -> tuple[str, ...]:
    """Names of the force fields that are on, in the order of energy reports."""
    names = [
        name
        for name, keyword in (
            ("FilamentStretching", "FSTRETCHINGFFTYPE"),
            ("FilamentBending", "FBENDINGFFTYPE"),
            ("LinkerStretching", "LSTRETCHINGFFTYPE"),
            ("MotorStretching", "MSTRETCHINGFFTYPE"),
            ("BranchingStretching", "BRSTRETCHINGFFTYPE"),
            ("BranchingBending", "BRBENDINGFFTYPE"),
            ("BranchingDihedral", "BRDIHEDRALFFTYPE"),
            ("BranchingPosition", "BRPOSITIONFFTYPE"),
        )
        if settings[keyword]
    ]
    names.append("FixedVertexCoordinates")
    names += _membrane_force_fields(settings)
    volume = _VOLUME[settings["VOLUMEFFTYPE"]]
    if volume:
        names.append({"integral": "CylinderExcludeVolume", "monomer": "CylinderExcludedVolumeMonomer"}[volume])
    if settings["triangle-bead-volume-ff-type"]:
        names.append("TriangleBeadExcludedVolume")
    if settings["BOUNDARYFFTYPE"]:
        inner = settings["BOUNDARYFFTYPE"] == "REPULSIONEXPIN"
        names += ["BoundaryCylinderRepulsionIn" if inner else "BoundaryCylinderRepulsion", "BoundaryBubbleRepulsion"]
    if protocols(settings).pinning:
        names.append("BoundaryCylinderAttachment")
    names.append("FixedBubbleCoordinates")
    if settings["BUBBLEFFTYPE"]:
        names += ["BubbleCylinderRepulsion", "BubbleBubbleRepulsion"]
    if settings["MTOCFFTYPE"]:
        names.append("MTOCAttachment")
    if settings["AFMFFTYPE"]:
        names.append("AFMAttachment")
    return tuple(names)


def _membrane_force_fields(settings: Settings) -> list[str]:
    names = []
    stretching = settings["membrane-stretching-ff-type"]
    tension = settings["membrane-tension-ff-type"]
    if stretching:
        names.append("MembraneStretchingLocal" if stretching == "LOCAL_HARMONIC" else "MembraneStretchingGlobal")
    if tension:
        names.append("MembraneTension")
    bent = settings.entries("curvature-mismatch") and settings["curvature-mismatch-enable-curvature-generation"]
    if settings["membrane-bending-ff-type"] or bent:
        names.append("MembraneBending")
    if tension or stretching == "GLOBAL_HARMONIC":
        names.append("MembraneTriangleProtect")
    names.append("FixedVertexAttachmentStretching")
    if settings["volume-conservation-ff-type"]:
        names.append("VolumeConservation")
    return names


def _source_lines(settings: Settings, lines: ChemistryLines) -> dict[str, tuple[str, int]]:
    sources = {name: (settings.file, line) for name, line in settings.lines.items()}
    sources.update({name: (lines.file, line) for name, line in lines.lines.items()})
    return sources
