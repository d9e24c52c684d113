"""How much of what one chemistry may hold: the sizes of the engine's tables."""

from __future__ import annotations

from .chemistry_lines import ChemistryLines
from .diagnostics import Report
from .reactions import Reactions
from .species import SpeciesBook

MOST_LINES = 64  # of each kind of reaction of filaments
MOST_BINDINGS = 16  # linkers and motors together; branchers
MOST_KINDS = {"FILAMENT": 63, "PLUSEND": 64, "MINUSEND": 64}  # per filament type: the states of a monomer fit a byte
MOST_INNER = 64  # monomer kinds that age or are severed, and branching reactions
MOST_PARTS = 8  # different species of one reaction of free molecules

_COUNTED = (
    (("POLYMERIZATIONREACTION",), MOST_LINES),
    (("DEPOLYMERIZATIONREACTION",), MOST_LINES),
    (("AGINGREACTION",), MOST_LINES),
    (("DESTRUCTIONREACTION",), MOST_LINES),
    (("SEVERINGREACTION",), MOST_LINES),
    (("NUCLEATIONREACTION",), MOST_LINES),
    (("BRANCHINGREACTION",), MOST_BINDINGS),
    (("LINKERREACTION", "MOTORREACTION"), MOST_BINDINGS),
)


def check_limits(lines: ChemistryLines, book: SpeciesBook, reactions: Reactions, report: Report) -> None:
    """Reports what there is too much of."""

    def too_many(keyword: str, what: str, found: int, most: int) -> None:
        if found > most:
            report.error(
                lines.file, lines.lines.get(keyword), keyword, what, found=str(found), allowed=f"at most {most}"
            )

    for names, most in _COUNTED:
        found = sum(lines.attempts.get(name, 0) for name in names)
        last = next((name for name in reversed(names) if name in lines.lines), names[0])
        too_many(last, f"lines of {' and '.join(names)}", found, most)
    for ftype, kinds in enumerate(book.on_filaments):
        for kind, most in MOST_KINDS.items():
            too_many(f"SPECIES{kind}", f"species of filament type {ftype}", len(kinds[kind]), most)
    ages = {(r.filament_type, r.before) for r in reactions.agings if r.part == "filament"}
    severs = {(r.filament_type, r.filament) for r in reactions.severings}
    found = len(ages) + len(severs) + len(reactions.branchings)
    too_many("AGINGREACTION", "filament species that age or are severed, and branching reactions", found, MOST_INNER)
    for statement in (*lines.of("GENREACTION"), *lines.of("BULKREACTION")):
        sides = (*statement.fields["reactants"], *statement.fields["products"])
        found = len({(s.name, s.kind) for s in sides})
        if found > MOST_PARTS:
            report.error(
                lines.file,
                statement.line,
                statement.directive.name,
                "different species",
                found=str(found),
                allowed=f"at most {MOST_PARTS}",
            )
