"""What the chemistry of a deck can lead to: species that nothing uses, reactions that can never fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .diagnostics import Diagnostic
from .model import Deck, SpeciesRef

END_NAMES = {"plus": "PLUSEND", "minus": "MINUSEND", "filament": "FILAMENT"}


@dataclass(frozen=True)
class Step:
    """A reaction in bare terms: what must be there, what it can make, where the deck has it.

    Things are ('free', name) for molecules and (kind, filament type, name) for what filaments are made of and carry.
    """

    needs: frozenset
    makes: frozenset
    directive: str
    line: int
    rate: float


def check_possible(deck: Deck) -> Iterator[Diagnostic]:
    """Warnings about free species in no reaction and about reactions whose reactants can never be there."""
    steps = list(_steps(deck))
    used = {thing for step in steps for thing in step.needs | step.makes}
    used |= {("free", e.free.name) for anchor in deck.bubbles.anchors for e in anchor.emissions}
    for species in (*deck.diffusing, *deck.bulk):
        if ("free", species.name) not in used:
            yield _remark(deck, line_of_species(deck, species.name), "", f"{species.name} takes part in no reaction")
    there = _initial(deck)
    waiting = steps
    while ready := [step for step in waiting if step.needs <= there and step.rate > 0]:
        for step in ready:
            there |= step.makes
        waiting = [step for step in waiting if step not in ready]
    for step in waiting:
        if step.rate == 0:
            yield _remark(deck, step.line, step.directive, "the rate is 0: this reaction is off")
        else:
            missing = ", ".join(sorted({thing[-1] for thing in step.needs - there}))
            yield _remark(deck, step.line, step.directive, f"can never fire: there is never any {missing}")


def _remark(deck: Deck, line: int | None, keyword: str, message: str) -> Diagnostic:
    return Diagnostic("warning", str(deck.chemistry_path), line, keyword, message)


def file_of_filaments(deck: Deck) -> str:
    """The file that the filaments of a deck are read from."""
    others = [path for path in deck.texts if path not in (deck.system_path, deck.chemistry_path)]
    return str(others[0]) if others else str(deck.system_path)


def line_of_species(deck: Deck, name: str) -> int | None:
    """Line of the chemistry deck that declares a free species."""
    for number, line in enumerate(deck.texts[deck.chemistry_path].splitlines(), start=1):
        words = line.replace(":", " ").split()
        if words[:2] in (["SPECIESDIFFUSING", name], ["SPECIESBULK", name]):
            return number
    return None


def _initial(deck: Deck) -> set:
    """What is there at the start, or is put there later."""
    there = {("free", s.name) for s in (*deck.diffusing, *deck.bulk) if s.copies > 0 or s.held is not None}
    types = {filament.type for filament in deck.initial.file_filaments}
    if deck.initial.count > 0:
        types.add(deck.initial.type)
    types |= {anchor.filament_type for anchor in deck.bubbles.anchors if anchor.filaments > 0}
    held = [e for anchor in deck.bubbles.anchors for e in anchor.emissions if e.copies > 0 and e.emission > 0]
    there |= {("free", emission.free.name) for emission in held}
    there |= {("MEMBRANE", name) for membrane in deck.membranes.membranes for name, n in membrane.species if n > 0}
    for number in types:
        kind = deck.filament_types[number]
        there |= _filament(number, kind.plus_end_species[0], kind.filament_species[0], kind.minus_end_species[0])
    return there


def _filament(number: int, plus: str, filament: str, minus: str) -> frozenset:
    return frozenset([("PLUSEND", number, plus), ("FILAMENT", number, filament), ("MINUSEND", number, minus)])


def _free(refs: Iterable[SpeciesRef]) -> frozenset:
    return frozenset(("free", ref.name) for ref in refs)


def _steps(deck: Deck) -> Iterator[Step]:
    for directive, reactions in (("GENREACTION", deck.general_reactions), ("BULKREACTION", deck.bulk_reactions)):
        for r in reactions:
            yield Step(_free(r.reactants), _free(r.products), directive, r.line, r.rate)
    yield from _end_steps(deck)
    yield from _filament_steps(deck)
    yield from _bond_steps(deck)
    yield from _surface_steps(deck)


def _surface_steps(deck: Deck) -> Iterator[Step]:
    for r in deck.surface.reactions:
        yield Step(_bound(r.reactants), _bound(r.products), "reaction-surface", r.line, r.rate)
    for a in deck.surface.adsorptions:
        free, bound = _free([a.free]), _bound([a.membrane])
        # what cannot come off still goes on, and the other way round
        if a.on > 0 or a.off == 0:
            yield Step(free, bound, "reaction-adsorption-desorption", a.line, a.on)
        if a.off > 0:
            yield Step(bound, free, "reaction-adsorption-desorption", a.line, a.off)


def _bound(names: Iterable[str]) -> frozenset:
    return frozenset(("MEMBRANE", name) for name in names)


def _end(deck: Deck, number: int, part: str, index: int) -> tuple:
    kind = deck.filament_types[number]
    names = {"plus": kind.plus_end_species, "minus": kind.minus_end_species, "filament": kind.filament_species}[part]
    return END_NAMES[part], number, names[index]


def _end_steps(deck: Deck) -> Iterator[Step]:
    for directive, reactions in (
        ("POLYMERIZATIONREACTION", deck.polymerisations),
        ("DEPOLYMERIZATIONREACTION", deck.depolymerisations),
    ):
        grows = reactions is deck.polymerisations
        for r in reactions:
            free, inside = _free([r.free]), _end(deck, r.filament_type, "filament", r.filament)
            before = _end(deck, r.filament_type, r.end, r.end_before)
            after = _end(deck, r.filament_type, r.end, r.end_after)
            needs, makes = ({before} | free, {inside, after}) if grows else ({before, inside}, {after} | free)
            yield Step(frozenset(needs), frozenset(makes), directive, r.line, r.rate)
    for r in deck.agings:
        before, after = (_end(deck, r.filament_type, r.part, i) for i in (r.before, r.after))
        yield Step(frozenset([before]), frozenset([after]), "AGINGREACTION", r.line, r.rate)


def _filament_steps(deck: Deck) -> Iterator[Step]:
    for r in deck.destructions:
        ends = frozenset([_end(deck, r.filament_type, "plus", r.plus), _end(deck, r.filament_type, "minus", r.minus)])
        yield Step(ends, _free(r.products), "DESTRUCTIONREACTION", r.line, r.rate)
    for r in deck.severings:
        kind = deck.filament_types[r.filament_type]
        # the new ends are of the kind of the monomers at the cut, as far as there is such an end
        ends = zip(("PLUSEND", "MINUSEND"), (kind.plus_end_species, kind.minus_end_species), strict=True)
        made = frozenset((label, r.filament_type, name) for label, names in ends for name in names)
        needs = frozenset([_end(deck, r.filament_type, "filament", r.filament)])
        yield Step(needs, made, "SEVERINGREACTION", r.line, r.rate)
    for r in deck.nucleations:
        parts = (("plus", r.plus), ("filament", r.filament), ("minus", r.minus))
        made = frozenset(_end(deck, r.filament_type, *part) for part in parts)
        yield Step(_free(r.reactants), made, "NUCLEATIONREACTION", r.line, r.rate)
    for r in deck.branchings:
        mother = ("FILAMENT", r.filament_type, deck.filament_types[r.filament_type].filament_species[0])
        made = frozenset([_end(deck, r.filament_type, "plus", r.plus), ("BRANCHER", r.filament_type, r.species)])
        yield Step(_free([r.free, r.monomer]) | {mother}, made, "BRANCHINGREACTION", r.line, r.on)


def _bond_steps(deck: Deck) -> Iterator[Step]:
    for directive, label, reactions in (
        ("LINKERREACTION", "LINKER", deck.linkers),
        ("MOTORREACTION", "MOTOR", deck.motors),
    ):
        for r in reactions:
            legs = [
                ("FILAMENT", number, deck.filament_types[number].filament_species[0]) for number in r.filament_types
            ]
            bound = frozenset((label, t, name) for t, name in zip(r.filament_types, r.species, strict=True))
            yield Step(_free([r.free]) | frozenset(legs), bound, directive, r.line, r.on)
    for r in deck.walking:
        needs = frozenset([("MOTOR", r.filament_type, r.motor_species)])
        yield Step(needs, frozenset(), "MOTORWALKINGREACTION", r.line, r.rate)
