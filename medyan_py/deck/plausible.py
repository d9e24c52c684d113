"""Numbers of a deck that are possible but hardly meant: other units, other compartments, steps that are too long.

Orders of magnitude are those of actin: Pollard (1986, J Cell Biol 103:2747) for rate constants of ends, Popov, Komianos
& Papoian (2016, PLoS Comput Biol 12:e1004877) for the sizes of compartments and the interval between minimisations.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from medyan_py.units import KT, MOLECULES_PER_NM3_UM

from .diagnostics import Diagnostic
from .membranes import Membrane
from .model import Deck
from .possible import file_of_filaments, line_of_species

SLOWEST_DIFFUSION = 1e4  # nm²/s: 0.01 µm²/s
FASTEST_DIFFUSION = 1e9  # nm²/s: 1000 µm²/s, that of a small molecule
FASTEST_END = 50.0  # 1/(µM s): several times that of the fastest end
FASTEST_MEETING = 1e4  # 1/(µM s): the limit of diffusion for molecules in solution
MOST_MONOMERS = 10.0  # a filament grows or shrinks between two minimisations
MOST_STEPS = 2.0  # a motor takes between two minimisations
MOST_FRAMES = 100_000
STABLE = 0.6  # of the bending constant; proteins that soften a membrane by more make it bud


def check_plausible(deck: Deck) -> Iterator[Diagnostic]:
    """Warnings and hints about units, rate constants and time steps."""
    yield from _lengths(deck)
    yield from _diffusion(deck)
    yield from _constants(deck)
    yield from _reaches(deck)
    yield from _steps(deck)
    yield from _proteins(deck)


def _system(deck: Deck, keyword: str, message: str, severity: str = "warning") -> Diagnostic:
    file, line = deck.source_lines.get(keyword, (str(deck.system_path), None))
    return Diagnostic(severity, file, line, keyword, message)


def _chemistry(deck: Deck, line: int | None, directive: str, message: str) -> Diagnostic:
    return Diagnostic("warning", str(deck.chemistry_path), line, directive, message)


def _lengths(deck: Deck) -> Iterator[Diagnostic]:
    edge = min(deck.geometry.compartment_size)
    for kind in deck.filament_types:
        if kind.cylinder_size > edge:
            text = f"a cylinder of {kind.cylinder_size:g} nm is longer than a compartment of {edge:g} nm"
            yield _system(deck, "CYLINDERSIZE", text)
    for filament in deck.initial.file_filaments:
        length = np.linalg.norm(np.diff(filament.points, axis=0), axis=1).sum()
        if length < deck.filament_types[filament.type].monomer_size:
            file = file_of_filaments(deck)
            text = f"{length:.3g} nm long, which is less than a monomer; lengths are in nm, not µm"
            yield Diagnostic("warning", file, filament.line, "FILAMENT", text)


def _diffusion(deck: Deck) -> Iterator[Diagnostic]:
    for species in deck.diffusing:
        if 0 < species.diffusion < SLOWEST_DIFFUSION:
            text = (
                f"{species.name} diffuses at {species.diffusion:g} nm²/s, slower than anything in a cell; coefficients "
                "are in nm²/s (20 µm²/s are 20e6), and neither in µm²/s nor hops per second"
            )
            yield _chemistry(deck, line_of_species(deck, species.name), "SPECIESDIFFUSING", text)
        elif species.diffusion > FASTEST_DIFFUSION:
            text = f"{species.name} diffuses at {species.diffusion:g} nm²/s, faster than the smallest molecules"
            yield _chemistry(deck, line_of_species(deck, species.name), "SPECIESDIFFUSING", text)


def per_micromolar(deck: Deck, rate: float) -> float:
    """A rate constant (1/s) of a pair in one compartment as the constant of a solution, 1/(µM s)."""
    return rate * math.prod(deck.geometry.compartment_size) * MOLECULES_PER_NM3_UM


def _constants(deck: Deck) -> Iterator[Diagnostic]:
    edges = " × ".join(f"{edge:g}" for edge in deck.geometry.compartment_size)
    for r in deck.polymerisations:
        k = per_micromolar(deck, r.rate)
        if r.free.kind == "diffusing" and k > FASTEST_END:
            text = (
                f"{r.rate:g} /s in a compartment of {edges} nm is {k:.3g} /(µM s), more than any end grows; constants "
                "belong to one compartment: was it made for another size?"
            )
            yield _chemistry(deck, r.line, "POLYMERIZATIONREACTION", text)
    for r in deck.general_reactions:
        k = per_micromolar(deck, r.rate)
        if len(r.reactants) == 2 and k > FASTEST_MEETING and math.isfinite(r.rate):
            text = f"{r.rate:g} /s in a compartment of {edges} nm is {k:.3g} /(µM s), faster than molecules meet"
            yield _chemistry(deck, r.line, "GENREACTION", text)


def _reaches(deck: Deck) -> Iterator[Diagnostic]:
    edge = min(deck.geometry.compartment_size)
    cylinder = max(kind.cylinder_size for kind in deck.filament_types)
    for directive, reactions in (("LINKERREACTION", deck.linkers), ("MOTORREACTION", deck.motors)):
        for r in reactions:
            if r.r_max > edge:
                text = f"binds at up to {r.r_max:g} nm, further than a compartment of {edge:g} nm reaches"
                yield _chemistry(deck, r.line, directive, text)
            elif r.r_max + cylinder > edge:
                text = (
                    f"binds at up to {r.r_max:g} nm, which with a cylinder of {cylinder:g} nm is more than a "
                    f"compartment of {edge:g} nm: MEDYAN 5.4 misses some of these pairs, this program does not"
                )
                yield Diagnostic("hint", str(deck.chemistry_path), r.line, directive, text)


def _steps(deck: Deck) -> Iterator[Diagnostic]:
    schedule = deck.schedule
    if schedule.by_steps:
        return
    interval = schedule.minimisation
    copies = {s.name: s.copies / math.prod(deck.geometry.shape) for s in deck.diffusing}
    copies |= {s.name: s.copies for s in deck.bulk}
    for directive, reactions in (
        ("POLYMERIZATIONREACTION", deck.polymerisations),
        ("DEPOLYMERIZATIONREACTION", deck.depolymerisations),
    ):
        for r in reactions:
            rate = r.rate * (copies.get(r.free.name, 0) if reactions is deck.polymerisations else 1)
            if rate * interval > MOST_MONOMERS and math.isfinite(rate):
                text = (
                    f"about {rate * interval:.3g} monomers between two minimisations ({interval:g} s), which then come "
                    f"too late; MINIMIZATIONTIME {_round(MOST_MONOMERS / rate):g} would do"
                )
                yield _chemistry(deck, r.line, directive, text)
    for r in deck.walking:
        if MOST_STEPS < r.rate * interval < math.inf:
            text = f"about {r.rate * interval:.3g} steps of a motor between two minimisations ({interval:g} s)"
            yield _chemistry(deck, r.line, "MOTORWALKINGREACTION", text)
    frames = schedule.runtime / max(schedule.snapshot, interval)
    if frames > MOST_FRAMES:
        yield _system(deck, "SNAPSHOTTIME", f"makes {frames:.3g} frames", "hint")


def _proteins(deck: Deck) -> Iterator[Diagnostic]:
    """Proteins and curvature that call for each other: at long wavelengths they soften the bending constant κ + K φ by
    4 K² c² a φ (1 − φ)/kT, φ the share of the area that they cover (Leibler 1986, J Phys France 47:507).
    """
    area = {s.name: s.area for s in deck.surface.species}
    for protein in deck.surface.bending_proteins:
        for membrane in deck.membranes.membranes:
            whole, copies = _surface_area(membrane), sum(n for name, n in membrane.species if name == protein.species)
            covered = min(1.0, copies * area[protein.species] / whole) if whole else 0.0
            stiffness = membrane.bending_k * deck.membranes.bending + protein.k * covered
            softened = 4 * (protein.k * protein.curvature) ** 2 * area[protein.species] * covered * (1 - covered) / KT
            if softened > STABLE * stiffness:
                text = (
                    f"proteins {protein.species} and the curvature they make gather each other: together they soften a "
                    f"bending constant of {stiffness:.3g} pN nm by {softened:.3g} pN nm, so that the membrane buds, "
                    "and relaxations may not come to their end; a smaller K is what helps"
                )
                yield _system(deck, "curvature-mismatch", text)
                break


def _surface_area(membrane: Membrane) -> float:
    """Area (nm²) of the shape of a membrane, to 1 % (Thomsen's formula for ellipsoids); 0 if it is in a file."""
    shape, given = membrane.mesh
    if shape == "ELLIPSOID":
        a, b, c = (axis**1.6075 for axis in given[3:])
        return 4 * math.pi * ((a * b + a * c + b * c) / 3) ** (1 / 1.6075)
    if shape == "PLANE":
        normal = np.abs(given[3:6]) / np.linalg.norm(given[3:6])
        across = int(normal.argmax())
        x, y, z = given[9:]
        return (y * z, x * z, x * y)[across] / float(normal[across])
    return 0.0


def _round(seconds: float) -> float:
    """One digit, downwards."""
    scale = 10.0 ** math.floor(math.log10(seconds))
    return math.floor(seconds / scale) * scale
