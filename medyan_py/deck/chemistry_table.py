"""The directives of the chemistry deck, one row each.

A form is the pattern of the values of a line. Its items are

* ``+``, ``->``, ``<->`` — that very word,
* ``label=type`` — a number or word of a type of SCALARS, or, in capitals, one of the words given (``mode=REG|CONST``),
* ``label:KIND|KIND`` — a species reference ``NAME:KIND``,
* ``*label:KIND|KIND`` — any number of references joined by ``+``; ``*label=type`` any number of words.

The reader, the checks of arity and kind, and the error texts all come from the form.
"""

from __future__ import annotations

from dataclasses import dataclass

from .values import ValueType

SCALARS: dict[str, ValueType] = {
    "name": ValueType("word"),
    "ignored": ValueType("int"),
    "type": ValueType("int", least=0),
    "count": ValueType("int", least=0, most=2**53),  # up to which a double tells N from N + 1
    "events": ValueType("int", above=0),
    "nm²/s": ValueType("float", "nm²/s", least=0),
    "±nm²/s": ValueType("float", "nm²/s"),  # below 0: does not diffuse
    "nm²": ValueType("float", "nm²", least=0, most=1e9),
    "nm": ValueType("float", "nm", least=0),
    "s": ValueType("float", "s", least=0),
    "µM": ValueType("float", "µM", least=0),
    "rate": ValueType("float", least=0),
}

_FREE = "DIFFUSING|BULK"


@dataclass(frozen=True)
class Directive:
    """One directive.

    Attributes
    ----------
    name : str
    forms : tuple of str
        Patterns of the values, told apart by their number of values.
    help : str
        One line for the reference page.
    declares : str
        Kind of species the line declares; empty for other lines.
    prefix : bool
        Whether the line begins with ``DELTAG:ID`` when dissipation is tracked.
    prefix_optional : bool
        Whether it may do without, and is not in the books then.
    """

    name: str
    forms: tuple[str, ...]
    help: str
    declares: str = ""
    prefix: bool = False
    prefix_optional: bool = False

    @property
    def takes_colon(self) -> bool:
        return self.name.isupper()


_ON_FILAMENTS = {
    "FILAMENT": "a kind of monomer within filaments of a type",
    "PLUSEND": "a kind of monomer at plus ends",
    "MINUSEND": "a kind of monomer at minus ends",
    "BOUND": "what a binding site is called while it is empty",
    "LINKER": "a leg of a linker on filaments of a type",
    "MOTOR": "a leg of a motor on filaments of a type",
    "BRANCHER": "a brancher on filaments of a type",
}


def _on_filament(kind: str) -> Directive:
    return Directive(f"SPECIES{kind}", ("name=name ftype=type",), _ON_FILAMENTS[kind], declares=kind)


def _site(kind: str) -> Directive:
    return Directive(f"{kind}BINDINGSITE", ("name=name ftype=type",), f"the bound species a {kind.lower()} occupies")


SPECIES = (
    Directive(
        "SPECIESDIFFUSING",
        (
            "name=name copies=count diffusion=±nm²/s release=s removal=s mode=REG",
            "name=name copies=count diffusion=±nm²/s release=s removal=s mode=AVG events=events",
            "name=name copies=count diffusion=±nm²/s release=s removal=s mode=REG hold=BASECONC|NONE molarity=µM",
        ),
        "molecules on the grid",
        declares="DIFFUSING",
    ),
    Directive(
        "SPECIESBULK",
        (
            "name=name copies=count release=s removal=s mode=REG|CONST",
            "name=name copies=count release=s removal=s mode=REG|CONST hold=BULKCONC|NONE molarity=µM",
        ),
        "molecules of the whole volume",
        declares="BULK",
    ),
    Directive(
        "species-general",
        ("name=name mode=REG|CONST",),
        "molecules on organising centres and tips",
        declares="GENERAL",
    ),
    Directive(
        "species-membrane-diffusing",
        ("name=name diffusion=nm²/s area=nm²",),
        "molecules on membranes",
        declares="MEMBRANE",
    ),
    *(_on_filament(kind) for kind in _ON_FILAMENTS),
    *(_site(kind) for kind in ("LINKER", "MOTOR", "BRANCHER")),
)

_ZONES = "ALL|BOUNDARY|TOPBOUNDARY|SIDEBOUNDARY|RIGHTBOUNDARY|MEMBRANE"


def _binding(kind: str) -> str:
    return (
        f"ftype=ignored bound1:BOUND + bound2:BOUND + free:{_FREE} <-> leg1:{kind} + leg2:{kind} "
        "on=rate off=rate r_min=nm r_max=nm"
    )


REACTIONS = (
    Directive(
        "GENREACTION",
        (f"*reactants:{_FREE} -> *products:{_FREE} rate=rate",),
        "a reaction of free molecules in every compartment",
        prefix=True,
    ),
    Directive("BULKREACTION", ("*reactants:BULK -> *products:BULK rate=rate",), "a reaction of bulk molecules"),
    Directive(
        "POLYMERIZATIONREACTION",
        (f"ftype=type free:{_FREE} + before:PLUSEND|MINUSEND -> filament:FILAMENT + after:PLUSEND|MINUSEND rate=rate",),
        "a molecule joins a filament end",
        prefix=True,
    ),
    Directive(
        "DEPOLYMERIZATIONREACTION",
        (f"ftype=type filament:FILAMENT + before:PLUSEND|MINUSEND -> free:{_FREE} + after:PLUSEND|MINUSEND rate=rate",),
        "a molecule leaves a filament end",
        prefix=True,
    ),
    Directive("LINKERREACTION", (_binding("LINKER"),), "a linker joins two filaments, and lets go", prefix=True),
    Directive("MOTORREACTION", (_binding("MOTOR"),), "a motor joins two filaments, and lets go", prefix=True),
    Directive(
        "MOTORWALKINGREACTION",
        ("ftype=type motor:MOTOR + bound:BOUND -> motor_after:MOTOR + bound_after:BOUND rate=rate",),
        "a motor head steps to the next binding site",
        prefix=True,
    ),
    Directive(
        "BRANCHINGREACTION",
        (
            f"ftype=type free1:{_FREE} + free2:{_FREE} + bound:BOUND <-> brancher:BRANCHER + end:PLUSEND "
            f"on=rate off=rate zone={_ZONES} distance=nm",
        ),
        "a branch begins on a filament, and lets go; the zone MEMBRANE is all that is inside closed membranes",
    ),
    Directive(
        "NUCLEATIONREACTION",
        (f"ftype=type free1:{_FREE} + free2:{_FREE} -> plus:PLUSEND + filament:FILAMENT + minus:MINUSEND rate=rate",),
        "a filament of three monomers appears",
    ),
    Directive(
        "DESTRUCTIONREACTION",
        (f"ftype=type plus:PLUSEND + minus:MINUSEND -> free1:{_FREE} + free2:{_FREE} rate=rate",),
        "a filament of two monomers disappears",
    ),
    Directive(
        "AGINGREACTION",
        ("ftype=type before:FILAMENT|PLUSEND|MINUSEND -> after:FILAMENT|PLUSEND|MINUSEND rate=rate",),
        "a monomer changes its kind",
        prefix=True,
    ),
    Directive(
        "SEVERINGREACTION",
        ("ftype=type at=AT filament:FILAMENT rate=rate",),
        "a filament is cut",
    ),
    Directive(
        "reaction-surface",
        ("rate=rate *reactants=name -> *products=name",),
        "a reaction of molecules on a membrane; RATE in nm^(2(m − 1))/s for m reactants",
        prefix=True,
        prefix_optional=True,
    ),
    Directive(
        "reaction-adsorption-desorption",
        ("on=rate off=rate free=name <-> membrane=name",),
        "molecules of the volume, diffusing or bulk, go onto a membrane (ON in nm/s) and leave it (OFF in 1/s)",
    ),
)

DIRECTIVES: dict[str, Directive] = {row.name: row for row in (*SPECIES, *REACTIONS)}

# (reactants, products) of general and bulk reactions; besides these, one side may be empty.
ARITIES = frozenset({(1, 1), (2, 1), (1, 2), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2)})
