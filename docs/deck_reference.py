"""Reference of the decks, made from the tables that the readers of decks themselves use.

A Sphinx extension: the lines ``% keywords of the system deck`` and ``% directives of the chemistry deck`` of a page are
replaced by tables when the page is read. So the reference cannot differ from what the program understands.
``python docs/deck_reference.py`` prints both.
"""

from medyan_py.deck.chemistry_table import REACTIONS, SCALARS, SPECIES, Directive
from medyan_py.deck.row import COUNTED, Keyword, Repetition
from medyan_py.deck.tables import OBSOLETE, SECTIONS

NO_DEFAULT = ("", (), None)
WITH_UNIT = ("rate", *(name for name, kind in SCALARS.items() if kind.unit))  # kinds of fields

# An example for every directive; a test reads each of them with the reader of chemistry decks.
EXAMPLES = {
    "SPECIESDIFFUSING": "SPECIESDIFFUSING: A 5000 20e6 0.0 0.0 REG",
    "SPECIESBULK": "SPECIESBULK: TU 753 0.0 0.0 CONST",
    "species-general": "species-general E REG",
    "species-membrane-diffusing": "species-membrane-diffusing R 1e5 50.0",
    "SPECIESFILAMENT": "SPECIESFILAMENT: AF 0",
    "SPECIESPLUSEND": "SPECIESPLUSEND: PA 0",
    "SPECIESMINUSEND": "SPECIESMINUSEND: MA 0",
    "SPECIESBOUND": "SPECIESBOUND: LEA 0",
    "SPECIESLINKER": "SPECIESLINKER: LA 0",
    "SPECIESMOTOR": "SPECIESMOTOR: MOA 0",
    "SPECIESBRANCHER": "SPECIESBRANCHER: BA 0",
    "LINKERBINDINGSITE": "LINKERBINDINGSITE: LEA 0",
    "MOTORBINDINGSITE": "MOTORBINDINGSITE: MEA 0",
    "BRANCHERBINDINGSITE": "BRANCHERBINDINGSITE: BEA 0",
    "GENREACTION": "GENREACTION: A:DIFFUSING + A:DIFFUSING -> AA:DIFFUSING 5e-4",
    "BULKREACTION": "BULKREACTION: TU:BULK -> TV:BULK 0.1",
    "POLYMERIZATIONREACTION": "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.154",
    "DEPOLYMERIZATIONREACTION": "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 1.4",
    "LINKERREACTION": "LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 "
    "0.01 0.3 30.0 40.0",
    "MOTORREACTION": "MOTORREACTION: 0 MEA:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 "
    "0.2 1.7 175.0 225.0",
    "MOTORWALKINGREACTION": "MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N 0.2",
    "BRANCHINGREACTION": "BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND "
    "2e-5 0.002 ALL 100.0",
    "NUCLEATIONREACTION": "NUCLEATIONREACTION: 0 AA:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND "
    "5e-4",
    "DESTRUCTIONREACTION": "DESTRUCTIONREACTION: 0 PA:PLUSEND + MA:MINUSEND -> A:DIFFUSING + A:DIFFUSING 1.0",
    "AGINGREACTION": "AGINGREACTION: 0 PA:PLUSEND -> CA:PLUSEND 0.07",
    "SEVERINGREACTION": "SEVERINGREACTION: 0 AT AF:FILAMENT 0.005",
    "reaction-surface": "reaction-surface 0.1 R -> S",
    "reaction-adsorption-desorption": "reaction-adsorption-desorption 0.1 0.2 A <-> R",
}

_COUNT_WORDS = {
    Repetition.OPTIONAL: "1",
    Repetition.ONE: "1",
    Repetition.LENIENT: "1",
    Repetition.REPLACE: "a list",
    Repetition.APPEND: "a list",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _default(value: object, kind: str) -> str:
    if value in NO_DEFAULT:
        return ""
    if isinstance(value, bool):
        words = ("OFF", "ON") if kind == "switch" else ("false", "true")
        return words[value]
    if isinstance(value, tuple):
        return " ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _count(row: Keyword) -> str:
    if row.count:
        words = " or ".join(map(str, row.count))
    elif row.repetition in _COUNT_WORDS:
        words = _COUNT_WORDS[row.repetition]
    else:
        words = "properties"
    if row.per:
        words = f"1 per {COUNTED[row.per]}"
    return words + (", on every line" if row.repetition is Repetition.EACH else "")


def _remarks(row: Keyword) -> str:
    notes = [row.help]
    if row.needed_by:
        notes.append(f"needed with `{row.needed_by}`")
    if row.feature:
        notes.append(f"**not available in this version** ({row.feature})")
    notes += [f"**{word} not available in this version**" for word in row.missing or {}]
    if row.no_effect:
        notes.append("known and checked, but without effect in this model")
    return "; ".join(_cell(note) for note in notes if note)


def _keyword_row(row: Keyword) -> str:
    allowed = "" if row.repetition is Repetition.GROUP else _cell(row.type.describe())
    default = _cell(_default(row.default, row.type.kind))
    return f"| `{row.name}` | {_count(row)} | {allowed} | {default} | {_remarks(row)} |"


def _properties(row: Keyword) -> str:
    head = f"Properties of `{row.name}`, written `({row.name} {row.named and 'NAME '}(PROPERTY VALUE) …)`:"
    lines = [head, "", "| Property | Values | Allowed | Default | Meaning |", "|---|---|---|---|---|"]
    for item in row.properties:
        words = " or ".join(map(str, item.count)) + (", on every line" if item.repeated else "")
        default = _cell(_default(item.default, item.type.kind))
        cells = (f"`{item.name}`", words, _cell(item.type.describe()), default, _cell(item.help))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def keyword_reference() -> str:
    """All keywords of the system deck, section by section, as Markdown."""
    parts = []
    for title, rows in SECTIONS.items():
        table = ["| Keyword | Values | Allowed | Default | Meaning |", "|---|---|---|---|---|"]
        parts += [f"## {title}", "\n".join([*table, *map(_keyword_row, rows)])]
        parts += [_properties(row) for row in rows if row.properties]
    parts += ["## Words of older decks", _obsolete()]
    return "\n\n".join(parts)


def _obsolete() -> str:
    lines = ["| Word | Instead | What is done |", "|---|---|---|"]
    lines += [f"| `{old}` | {f'`{new}`' if new else ''} | {_cell(what)} |" for old, (new, what) in OBSOLETE.items()]
    return "\n".join(lines)


def form_text(form: str) -> str:
    """The pattern of a line in words: fields as their labels, words to choose from as they are."""
    words = []
    for item in form.split():
        if "=" in item:
            label, kind = item.split("=")
            text = kind if kind.isupper() and kind.isascii() else label.lstrip("*")
            words.append(f"[{text} …]" if item.startswith("*") else text)
        elif ":" in item:
            label, kinds = item.lstrip("*").split(":")
            words.append(f"{label}:{kinds}" + (" [+ …]" if item.startswith("*") else ""))
        else:
            words.append(item)
    return " ".join(words)


def form_units(forms: tuple[str, ...]) -> str:
    """Units of the numbers of a directive's forms."""
    fields = [item.split("=") for form in forms for item in form.split() if "=" in item]
    units = {label: "1/s" if kind == "rate" else kind for label, kind in fields if kind in WITH_UNIT}
    return ", ".join(f"{label} in {unit}" for label, unit in units.items())


def _directive(row: Directive) -> str:
    notes = [row.help[0].upper() + row.help[1:] + "."]
    if row.prefix_optional:
        prefix = "`DELTAG:ID` (free energy in kT at one molecule per nm², name)"
        notes.append(f"Where `DISSIPATIONTRACKING` is `ON`, {prefix} before the other values puts it into the books.")
    elif row.prefix:
        notes.append("Begins with `DELTAG:ID` (free energy in kT, name) when `DISSIPATIONTRACKING` is `ON`.")
    if units := form_units(row.forms):
        notes.append(f"Units: {units}.")
    colon = ":" if row.takes_colon else ""
    forms = "\n".join(f"{row.name}{colon} {form_text(form)}" for form in row.forms)
    blocks = (f"### {row.name}", " ".join(notes), _block(forms), "Example:", _block(EXAMPLES[row.name]))
    return "\n\n".join(blocks)


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


def directive_reference() -> str:
    """All directives of the chemistry deck as Markdown, each with an example."""
    parts = ["## Species", *map(_directive, SPECIES), "## Reactions", *map(_directive, REACTIONS)]
    return "\n\n".join(parts)


TABLES = {
    "% keywords of the system deck": keyword_reference,
    "% directives of the chemistry deck": directive_reference,
}


def fill_in(app, docname: str, source: list[str]) -> None:
    """Replace the lines of ``TABLES`` in the text of a page."""
    for line, table in TABLES.items():
        if line in source[0].splitlines():
            source[0] = source[0].replace(line, table())


def setup(app) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    print(keyword_reference(), directive_reference(), sep="\n\n")
