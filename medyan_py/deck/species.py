"""Who is who: all species of a chemistry deck by name and kind, and where linkers, motors and branchers may bind."""

from __future__ import annotations

from .chemistry_lines import ChemistryLines, Reference, Statement
from .diagnostics import Report, closest, quote
from .model import BulkSpecies, DiffusingSpecies, SpeciesRef
from .surface import MembraneSpecies

ON_FILAMENTS = ("FILAMENT", "PLUSEND", "MINUSEND", "BOUND", "LINKER", "MOTOR", "BRANCHER")
SITES = ("LINKER", "MOTOR", "BRANCHER")

# Decks of old versions gave hops per second, about 1 … 100, where a coefficient of 10⁴ … 10⁸ nm²/s belongs.
_OLD_HOP_RATE_BELOW = 1000.0


class SpeciesBook:
    """Species declared in a chemistry deck; checks of names and of references to them.

    Attributes
    ----------
    diffusing, bulk, membrane : list
        Typed species in order of declaration.
    on_filaments : list of dict
        Per filament type: kind → list of names in order of declaration.
    sites : list of dict
        Per filament type: 'LINKER', 'MOTOR', 'BRANCHER' → declared bound species.
    branchers : list of str
        Brancher species of all filament types in order of declaration, which the parameters of branchers follow.
    """

    def __init__(self, lines: ChemistryLines, n_types: int, types_known: bool, report: Report):
        self._lines = lines
        self._file = lines.file
        self._report = report
        self._n_types = n_types
        self._types_known = types_known
        self._declared: dict[str, tuple[str, int]] = {}  # name → (kind, filament type or −1)
        self._general: dict[str, bool] = {}  # name → whether reactions leave its copies alone
        self._flawed_sites: set[tuple[int, str]] = set()
        self.diffusing: list[DiffusingSpecies] = []
        self.bulk: list[BulkSpecies] = []
        self.membrane: list[MembraneSpecies] = []
        self.on_filaments = [{kind: [] for kind in ON_FILAMENTS} for _ in range(n_types)]
        self.sites: list[dict[str, str]] = [{} for _ in range(n_types)]
        self.branchers: list[str] = []
        for statement in lines.statements:
            if statement.directive.declares:
                self._declare(statement)
        for statement in lines.statements:
            if statement.directive.name.endswith("BINDINGSITE"):
                self._site(statement)

    def _declare(self, statement: Statement) -> None:
        kind, fields = statement.directive.declares, statement.fields
        name = fields["name"]
        ftype = fields.get("ftype", -1)
        if kind in ON_FILAMENTS and not self.type_in_range(statement):
            self._lines.flawed_names.add(name)
            return
        if kind == "GENERAL":
            self._general[name] = fields["mode"] == "CONST"
            return
        if name in self._declared:
            self._error(statement, f"the species {quote(name)} is declared twice; names must differ over all kinds")
            return
        self._declared[name] = (kind, ftype)
        if kind in ON_FILAMENTS:
            self.on_filaments[ftype][kind].append(name)
            if kind == "BRANCHER":
                self.branchers.append(name)
        elif kind == "DIFFUSING":
            self._diffusing(statement)
        elif kind == "MEMBRANE":
            self.membrane.append(MembraneSpecies(name, fields["diffusion"], fields["area"]))
        elif kind == "BULK":
            self.bulk.append(
                BulkSpecies(
                    name,
                    fields["copies"],
                    fields["release"],
                    fields["removal"],
                    fields["mode"] == "CONST",
                    _held(fields),
                )
            )

    def _diffusing(self, statement: Statement) -> None:
        fields = statement.fields
        diffusion = max(0.0, fields["diffusion"])
        if fields["diffusion"] < 0:
            message = "a negative diffusion coefficient: the species does not diffuse"
            self._report.hint(self._file, statement.line, statement.directive.name, message)
        if 0 < diffusion < _OLD_HOP_RATE_BELOW:
            self._report.warning(
                self._file,
                statement.line,
                statement.directive.name,
                f"{diffusion:g} nm²/s is a very small diffusion coefficient; decks of old versions gave hops per s",
            )
        if fields["mode"] == "AVG":
            self._report.hint(
                self._file,
                statement.line,
                statement.directive.name,
                "AVG asks for averaged copy numbers; the species is treated exactly, as with REG",
            )
        self.diffusing.append(
            DiffusingSpecies(
                fields["name"], fields["copies"], diffusion, fields["release"], fields["removal"], _held(fields)
            )
        )

    def _site(self, statement: Statement) -> None:
        if not self.type_in_range(statement):
            return
        name, ftype = statement.fields["name"], statement.fields["ftype"]
        kind = statement.directive.name.removesuffix("BINDINGSITE")
        bound = self.on_filaments[ftype]["BOUND"]
        if name in bound:
            self.sites[ftype][kind] = name
            return
        self._flawed_sites.add((ftype, kind))
        if name not in self._lines.flawed_names:
            self._error(
                statement,
                "no such SPECIESBOUND of this filament type",
                found=quote(name),
                allowed=", ".join(bound),
                suggestion=closest(name, bound),
            )

    def type_in_range(self, statement: Statement) -> bool:
        """Whether the filament type of a line exists; if not, that is reported."""
        ftype = statement.fields["ftype"]
        if ftype < self._n_types:
            return True
        if self._types_known:
            self._error(statement, "no such filament type", found=str(ftype), allowed=f"0 … {self._n_types - 1}")
        return False

    def check_complete(self) -> None:
        """Each type has what a filament is made of, and sites for what binds to it."""
        for ftype, kinds in enumerate(self.on_filaments):
            for kind in ("FILAMENT", "PLUSEND", "MINUSEND", "BOUND"):
                if not kinds[kind] and self._types_known and not self._attempted(f"SPECIES{kind}"):
                    self._report.error(
                        self._file, None, f"SPECIES{kind}", f"not set for filament type {ftype}, at least one is needed"
                    )
            for kind in SITES:
                flawed = (ftype, kind) in self._flawed_sites or self._attempted(f"{kind}BINDINGSITE")
                if kinds[kind] and kind not in self.sites[ftype] and not flawed:
                    self._report.error(
                        self._file,
                        None,
                        f"{kind}BINDINGSITE",
                        f"not set for filament type {ftype}, which has {kind.lower()} species",
                    )

    def _attempted(self, directive: str) -> bool:
        good = len(self._lines.of(directive))
        return self._lines.attempts.get(directive, 0) > good

    # --- references

    def known(self, statement: Statement, reference: Reference, ftype: int | None = None) -> bool:
        """Whether a reference names a declared species of its kind (and filament type); if not, that is reported."""
        if reference.name in self._lines.flawed_names:
            return False
        kind, of_type = self._declared.get(reference.name, ("", -1))
        if kind == reference.kind and (ftype is None or of_type == ftype):
            return True
        names = [
            name
            for name, (other, other_type) in self._declared.items()
            if other == reference.kind and (ftype is None or other_type == ftype)
        ]
        of_this_type = "" if ftype is None else f" of filament type {ftype}"
        self._report.error(
            self._file,
            reference.line,
            statement.directive.name,
            f"no such {reference.kind} species{of_this_type}",
            found=quote(reference.name),
            allowed=", ".join(names) or "none is declared",
            suggestion=closest(reference.name, names),
        )
        return False

    def known_name(self, statement: Statement, name: str, kinds: tuple[str, ...], what: str) -> bool:
        """As `known`, for lines that give bare names."""
        if name in self._lines.flawed_names or self.kind_of(name) in kinds:
            return True
        names = [other for other, (kind, _) in self._declared.items() if kind in kinds]
        self._error(statement, f"no such {what} species", found=quote(name), suggestion=closest(name, names))
        return False

    def kind_of(self, name: str) -> str:
        """Kind of a declared species, '' for an unknown name."""
        return self._declared.get(name, ("", -1))[0]

    def is_general(self, name: str) -> bool:
        return name in self._general

    def is_constant(self, name: str) -> bool:
        """Whether a species of organising centres and probes keeps its copies."""
        return self._general[name]

    def is_flawed(self, name: str) -> bool:
        """Whether a bad line meant to declare this species: its absence needs no second message."""
        return name in self._lines.flawed_names

    def type_of(self, reference: Reference) -> int:
        """Filament type of a known species that lives on filaments."""
        return self._declared[reference.name][1]

    def index_of(self, reference: Reference) -> int:
        """Index of a known species among those of its kind and filament type."""
        return self.on_filaments[self.type_of(reference)][reference.kind].index(reference.name)

    def site(self, ftype: int, kind: str) -> str:
        """Bound species a linker, motor or brancher occupies on a filament type; the first one when not declared."""
        return self.sites[ftype].get(kind) or self.on_filaments[ftype]["BOUND"][0]

    def _error(self, statement: Statement, message: str = "", **more: str) -> None:
        self._report.error(self._file, statement.line, statement.directive.name, message, **more)


def species_ref(reference: Reference) -> SpeciesRef:
    """The reference to a diffusing or bulk species as the typed deck holds it."""
    return SpeciesRef(reference.kind.lower(), reference.name)


def _held(fields: dict[str, object]) -> float | None:
    """The concentration (µM) that a species line asks to keep, if any."""
    return fields["molarity"] if fields.get("hold") in ("BASECONC", "BULKCONC") else None
