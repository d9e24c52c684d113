"""All keywords of the system deck, in the order of a normalised deck, and the words of older decks."""

from __future__ import annotations

from . import table_forces, table_run, table_space
from .row import Keyword

SECTIONS: dict[str, tuple[Keyword, ...]] = {
    "Membrane profiles": table_space.MEMBRANES,
    "Geometry": table_space.GEOMETRY,
    "Boundary": table_space.BOUNDARY,
    "Energy minimisation": table_space.MINIMISATION,
    "Filaments": table_forces.FILAMENTS,
    "Linkers and motors": table_forces.LINKERS_AND_MOTORS,
    "Branchers": table_forces.BRANCHERS,
    "Boundary repulsion and excluded volume": table_forces.REPULSION,
    "Bubbles": table_forces.BUBBLES,
    "Membranes": table_forces.MEMBRANE_FORCES,
    "Analyses and protocols": table_run.ANALYSES,
    "Chemistry and schedule": table_run.CHEMISTRY,
    "Force-dependent rates": table_run.RATES,
    "Initial network": table_run.INITIAL,
    "Restart and log": table_run.RESTART_AND_LOG,
}

KEYWORDS: dict[str, Keyword] = {row.name: row for rows in SECTIONS.values() for row in rows}

_FFTYPE = {
    f"{stem}TYPE": (f"{stem}FFTYPE", "not known; the line is ignored")
    for stem in (
        "FSTRETCHING",
        "FBENDING",
        "LSTRETCHING",
        "MSTRETCHING",
        "BRSTRETCHING",
        "BRBENDING",
        "BRPOSITION",
    )
}
_COUNTS = {
    f"NUM{stem}SPECIES": ("", "obsolete; the line is ignored")
    for stem in ("DIFFUSING", "BULK", "FILAMENT", "PLUSEND", "MINUSEND", "BOUND", "LINKER", "MOTOR", "BRANCHER")
}
_MTOC = dict.fromkeys(
    ("SPECIALSETUP", "MTOCFILAMENTTYPE", "MTOCNUMFILAMENTS", "MTOCFILAMENTLENGTH", "MTOCBUBBLETYPE"),
    ("init-mtoc", "obsolete; the line is ignored"),
)

# Word of an older deck or manual → (keyword to use instead or '', what is done with it).
OBSOLETE: dict[str, tuple[str, str]] = {
    **_FFTYPE,
    "FILAMENTTYTPE": ("FILAMENTTYPE", "not known; the line is ignored"),
    "BUBBLETYTPE": ("BUBBLETYPE", "not known; the line is ignored"),
    "NDIM": ("", "obsolete; the line is ignored"),
    "NUMTOTALSTEPS": ("", "obsolete; the line is ignored"),
    **_COUNTS,
    "OUTPUTTYPE": ("", "obsolete; the line is ignored: all outputs are always written"),
    **_MTOC,
}
