"""Reaction lines of the chemistry deck, checked against the declared species and turned into typed reactions.

Linkers, motors and branchers are completed with their parameters of the system deck later (see `laws`): here they are
:class:`Binding` and :class:`BranchLine` records in file order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .chemistry_lines import ChemistryLines, Reference, Statement
from .chemistry_table import ARITIES
from .diagnostics import Report, quote
from .model import (
    Aging,
    Depolymerisation,
    Destruction,
    FreeEnergy,
    Nucleation,
    Polymerisation,
    Reaction,
    Severing,
    SpeciesRef,
    WalkingReaction,
)
from .species import SpeciesBook, species_ref
from .surface import Adsorption, SurfaceReaction


@dataclass(frozen=True)
class Binding:
    """A LINKERREACTION or MOTORREACTION line."""

    species: tuple[str, str]
    filament_types: tuple[int, int]
    bound: tuple[str, str]
    free: SpeciesRef
    on: float
    off: float
    r_min: float
    r_max: float
    line: int
    free_energy: FreeEnergy | None


@dataclass(frozen=True)
class BranchLine:
    """A BRANCHINGREACTION line."""

    species: str
    filament_type: int
    bound: str
    free: SpeciesRef
    monomer: SpeciesRef
    plus: int
    on: float
    off: float
    zone: str
    distance: float
    line: int


@dataclass
class Reactions:
    """All reactions of a deck that this version knows."""

    general: list[Reaction] = field(default_factory=list)
    bulk: list[Reaction] = field(default_factory=list)
    polymerisations: list[Polymerisation] = field(default_factory=list)
    depolymerisations: list[Depolymerisation] = field(default_factory=list)
    linkers: list[Binding] = field(default_factory=list)
    motors: list[Binding] = field(default_factory=list)
    walking: list[WalkingReaction] = field(default_factory=list)
    agings: list[Aging] = field(default_factory=list)
    destructions: list[Destruction] = field(default_factory=list)
    severings: list[Severing] = field(default_factory=list)
    nucleations: list[Nucleation] = field(default_factory=list)
    branchings: list[BranchLine] = field(default_factory=list)
    surface: list[SurfaceReaction] = field(default_factory=list)
    adsorptions: list[Adsorption] = field(default_factory=list)


def read_reactions(lines: ChemistryLines, book: SpeciesBook, report: Report) -> Reactions:
    """Typed reactions of all good lines; what is wrong with the others goes to `report`."""
    reader = _Reader(lines, book, report)
    for statement in lines.statements:
        reader.take(statement)
    for statement in lines.flawed:
        reader.look(statement)
    return reader.reactions


class _Reader:
    def __init__(self, lines: ChemistryLines, book: SpeciesBook, report: Report):
        self._file = lines.file
        self._book = book
        self._report = report
        self.reactions = Reactions()
        self._readers = {
            "GENREACTION": self._general,
            "BULKREACTION": self._bulk,
            "POLYMERIZATIONREACTION": self._end,
            "DEPOLYMERIZATIONREACTION": self._end,
            "LINKERREACTION": self._binding,
            "MOTORREACTION": self._binding,
            "MOTORWALKINGREACTION": self._walking,
            "BRANCHINGREACTION": self._branching,
            "NUCLEATIONREACTION": self._nucleation,
            "DESTRUCTIONREACTION": self._destruction,
            "AGINGREACTION": self._aging,
            "SEVERINGREACTION": self._severing,
            "reaction-surface": self._surface,
            "reaction-adsorption-desorption": self._adsorption,
        }

    def take(self, statement: Statement) -> None:
        reader = self._readers.get(statement.directive.name)
        if reader is not None:
            reader(statement)

    def look(self, statement: Statement) -> None:
        """Report the species that a line with other mistakes uses and nobody has declared."""
        typed = any("ftype=type" in form for form in statement.directive.forms) and "ftype" in statement.fields
        if typed and not self._book.type_in_range(statement):
            return
        for value in statement.fields.values():
            for reference in value if isinstance(value, tuple) else (value,):
                if isinstance(reference, Reference):
                    free = reference.kind in ("DIFFUSING", "BULK")
                    self._book.known(statement, reference, statement.fields["ftype"] if typed and not free else None)

    # --- free molecules

    def _general(self, statement: Statement) -> None:
        reaction = self._free_molecules(statement)
        if reaction is None:
            return
        sides = reaction.reactants + reaction.products
        if all(species.kind == "bulk" for species in sides):
            self._report.warning(
                self._file,
                statement.line,
                "GENREACTION",
                "only bulk species: the reaction happens in every compartment, which multiplies its total rate by "
                "their number; BULKREACTION happens once",
            )
        self.reactions.general.append(reaction)

    def _bulk(self, statement: Statement) -> None:
        reaction = self._free_molecules(statement)
        if reaction is not None:
            self.reactions.bulk.append(reaction)

    def _free_molecules(self, statement: Statement) -> Reaction | None:
        reactants, products = statement.fields["reactants"], statement.fields["products"]
        arity = (len(reactants), len(products))
        one_sided = arity != (0, 0) and 0 in arity
        if arity not in ARITIES and not one_sided:
            allowed = ", ".join(f"{n} → {m}" for n, m in sorted(ARITIES)) + ", n → 0, 0 → n"
            found = f"{arity[0]} → {arity[1]}"
            self._error(statement, "number of reactants and products", found=found, allowed=allowed)
        if not self._all_known(statement, *reactants, *products) or not (arity in ARITIES or one_sided):
            return None
        return Reaction(
            tuple(species_ref(reference) for reference in reactants),
            tuple(species_ref(reference) for reference in products),
            statement.fields["rate"],
            statement.line,
            statement.free_energy,
        )

    # --- ends of filaments

    def _end(self, statement: Statement) -> None:
        fields = statement.fields
        known = self._filament_references_known(statement)
        before, after = fields["before"], fields["after"]
        if before.kind != after.kind:
            self._error(statement, "the end changes sides", found=after.kind, allowed=before.kind)
        if not known or before.kind != after.kind:
            return
        polymerises = statement.directive.name == "POLYMERIZATIONREACTION"
        made = (Polymerisation if polymerises else Depolymerisation)(
            filament_type=fields["ftype"],
            free=species_ref(fields["free"]),
            end="plus" if before.kind == "PLUSEND" else "minus",
            end_before=self._book.index_of(before),
            end_after=self._book.index_of(after),
            filament=self._book.index_of(fields["filament"]),
            rate=fields["rate"],
            line=statement.line,
            free_energy=statement.free_energy,
        )
        (self.reactions.polymerisations if polymerises else self.reactions.depolymerisations).append(made)

    # --- linkers and motors

    def _binding(self, statement: Statement) -> None:
        fields = statement.fields
        kind = "LINKER" if statement.directive.name == "LINKERREACTION" else "MOTOR"
        references = [fields[label] for label in ("bound1", "bound2", "free", "leg1", "leg2")]
        known = good = self._all_known(statement, *references)
        if fields["r_min"] > fields["r_max"]:
            found = f"{fields['r_min']:g} > {fields['r_max']:g}"
            self._error(statement, found=found, allowed="RMIN ≤ RMAX (nm)")
            good = False
        for bound, leg in (("bound1", "leg1"), ("bound2", "leg2")) if known else ():
            good = self._leg_fits(statement, fields[bound], fields[leg], kind) and good
        if not good:
            return
        made = Binding(
            species=(fields["leg1"].name, fields["leg2"].name),
            filament_types=(self._book.type_of(fields["leg1"]), self._book.type_of(fields["leg2"])),
            bound=(fields["bound1"].name, fields["bound2"].name),
            free=species_ref(fields["free"]),
            on=fields["on"],
            off=fields["off"],
            r_min=fields["r_min"],
            r_max=fields["r_max"],
            line=statement.line,
            free_energy=statement.free_energy,
        )
        (self.reactions.linkers if kind == "LINKER" else self.reactions.motors).append(made)

    def _leg_fits(self, statement: Statement, bound: Reference, leg: Reference, kind: str) -> bool:
        ftype = self._book.type_of(leg)
        if self._book.type_of(bound) != ftype:
            self._error(
                statement,
                f"{quote(bound.name)} and {quote(leg.name)} are of different filament types",
                found=f"{self._book.type_of(bound)} and {ftype}",
                allowed="both of one type",
            )
            return False
        return self._is_site(statement, bound, ftype, kind)

    def _is_site(self, statement: Statement, bound: Reference, ftype: int, kind: str) -> bool:
        site = self._book.sites[ftype].get(kind)
        if site is None or site == bound.name:
            return True
        allowed = f"{quote(site)}, the {kind}BINDINGSITE of filament type {ftype}"
        self._report.error(self._file, bound.line, statement.directive.name, found=quote(bound.name), allowed=allowed)
        return False

    def _walking(self, statement: Statement) -> None:
        fields = statement.fields
        motor, after = fields["motor"], fields["motor_after"]
        bound, bound_after = fields["bound"], fields["bound_after"]
        good = self._filament_references_known(statement)
        good = good and self._is_site(statement, bound, fields["ftype"], "MOTOR")
        for first, second in ((motor, after), (bound, bound_after)):
            if first.name != second.name:
                self._error(statement, "the species changes", found=quote(second.name), allowed=quote(first.name))
                good = False
        suffixes = (motor.suffix, bound.suffix, after.suffix, bound_after.suffix)
        direction = {("N", "N+1", "N+1", "N"): "plus", ("N+1", "N", "N", "N+1"): "minus"}.get(suffixes)
        if direction is None:
            self._error(
                statement,
                "the positions do not describe a step",
                found=" ".join(suffix or "none" for suffix in suffixes),
                allowed="N N+1 N+1 N (towards the plus end) or N+1 N N N+1 (towards the minus end)",
            )
        if good and direction is not None:
            step = (fields["ftype"], motor.name, direction)
            earlier = [w for w in self.reactions.walking if (w.filament_type, w.motor_species, w.direction) == step]
            if statement.free_energy is not None and earlier:
                self._error(statement, f"the same step as in line {earlier[0].line}, which has a free energy already")
                return
            self.reactions.walking.append(WalkingReaction(*step, fields["rate"], statement.line, statement.free_energy))

    # --- whole filaments and their monomers

    def _branching(self, statement: Statement) -> None:
        fields = statement.fields
        if not self._filament_references_known(statement):
            return
        if not self._is_site(statement, fields["bound"], fields["ftype"], "BRANCHER"):
            return
        self.reactions.branchings.append(
            BranchLine(
                species=fields["brancher"].name,
                filament_type=fields["ftype"],
                bound=fields["bound"].name,
                free=species_ref(fields["free1"]),
                monomer=species_ref(fields["free2"]),
                plus=self._book.index_of(fields["end"]),
                on=fields["on"],
                off=fields["off"],
                zone=fields["zone"],
                distance=fields["distance"],
                line=statement.line,
            )
        )

    def _nucleation(self, statement: Statement) -> None:
        if self._filament_references_known(statement):
            self.reactions.nucleations.append(
                Nucleation(
                    filament_type=statement.fields["ftype"],
                    reactants=self._free_pair(statement),
                    **self._indices(statement, "plus", "filament", "minus"),
                    rate=statement.fields["rate"],
                    line=statement.line,
                )
            )

    def _destruction(self, statement: Statement) -> None:
        if self._filament_references_known(statement):
            self.reactions.destructions.append(
                Destruction(
                    filament_type=statement.fields["ftype"],
                    **self._indices(statement, "plus", "minus"),
                    products=self._free_pair(statement),
                    rate=statement.fields["rate"],
                    line=statement.line,
                )
            )

    def _severing(self, statement: Statement) -> None:
        if self._filament_references_known(statement):
            self.reactions.severings.append(
                Severing(
                    filament_type=statement.fields["ftype"],
                    **self._indices(statement, "filament"),
                    rate=statement.fields["rate"],
                    line=statement.line,
                )
            )

    def _aging(self, statement: Statement) -> None:
        before, after = statement.fields["before"], statement.fields["after"]
        same_role = before.kind == after.kind
        if not same_role:
            self._error(statement, "the monomer changes its role", found=after.kind, allowed=before.kind)
        if self._filament_references_known(statement) and same_role:
            self.reactions.agings.append(
                Aging(
                    filament_type=statement.fields["ftype"],
                    part={"FILAMENT": "filament", "PLUSEND": "plus", "MINUSEND": "minus"}[before.kind],
                    **self._indices(statement, "before", "after"),
                    rate=statement.fields["rate"],
                    line=statement.line,
                    free_energy=statement.free_energy,
                )
            )

    def _indices(self, statement: Statement, *labels: str) -> dict[str, int]:
        """Index of the species at each of the labels among those of its kind and filament type."""
        return {label: self._book.index_of(statement.fields[label]) for label in labels}

    def _free_pair(self, statement: Statement) -> tuple[SpeciesRef, SpeciesRef]:
        return species_ref(statement.fields["free1"]), species_ref(statement.fields["free2"])

    # --- membranes

    def _surface(self, statement: Statement) -> None:
        reactants, products = statement.fields["reactants"], statement.fields["products"]
        if not reactants and not products:
            self._error(statement, "both sides are empty")
        names = dict.fromkeys(reactants + products)
        known = [self._book.known_name(statement, n, ("MEMBRANE",), "species-membrane-diffusing") for n in names]
        if names and all(known):
            rate = statement.fields["rate"]
            line = SurfaceReaction(reactants, products, rate, statement.line, statement.free_energy)
            self.reactions.surface.append(line)

    def _adsorption(self, statement: Statement) -> None:
        fields, book = statement.fields, self._book
        free = book.known_name(statement, fields["free"], ("DIFFUSING", "BULK"), "diffusing or bulk")
        bound = book.known_name(statement, fields["membrane"], ("MEMBRANE",), "species-membrane-diffusing")
        if free and bound:
            ref = SpeciesRef(book.kind_of(fields["free"]).lower(), fields["free"])
            line = Adsorption(ref, fields["membrane"], fields["on"], fields["off"], statement.line)
            self.reactions.adsorptions.append(line)

    # --- shared

    def _filament_references_known(self, statement: Statement) -> bool:
        """Whether the filament type exists and has the species of the line; free species must be declared too."""
        if not self._book.type_in_range(statement):
            return False
        ftype = statement.fields["ftype"]
        good = True
        for value in statement.fields.values():
            if isinstance(value, Reference):
                on_type = None if value.kind in ("DIFFUSING", "BULK") else ftype
                good = self._book.known(statement, value, on_type) and good
        return good

    def _all_known(self, statement: Statement, *references: Reference) -> bool:
        known = [self._book.known(statement, reference) for reference in references]  # reports every one of them
        return all(known)

    def _error(self, statement: Statement, message: str = "", **more: str) -> None:
        self._report.error(self._file, statement.line, statement.directive.name, message, **more)


def not_available(report: Report, file: str, line: int | None, keyword: str, feature: str) -> None:
    """Reports something that is a proper part of a deck but not of this version of the program."""
    report.error(file, line, keyword, f"not available in this version: {feature}")
