"""The network of a restart dump, built directly: no reaction is fired, nothing is drawn at random."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.chemistry.grid import nearest_active
from medyan_py.deck import Deck, DeckError, Diagnostic
from medyan_py.deck.dump_file import Dump, DumpRow

_FILAMENT, _PLUS_END, _MINUS_END = 1, 64, 128  # states of monomer slots, as in structure/filaments.pxd
_FLAGS = 3


def place_dump(deck: Deck, chemistry: FilamentChemistry) -> None:
    """Create filaments, linkers, motors and branchers of the deck's restart dump, with their ids and rest lengths.

    Inner monomers are of the first filament species, for the dump does not tell.

    Raises
    ------
    DeckError
        When the dump does not fit the deck or itself, with the line.
    """
    _Builder(deck, chemistry, deck.initial.dump).build()


def place_copies(deck: Deck, chemistry: FilamentChemistry) -> None:
    """Set the copy numbers of the dump: of bulk species, and of diffusing ones unless the deck says USECHEMCOPYNUM.

    Inside membranes, copies of compartments that take no part go to the nearest one that does.

    Raises DeckError for species and compartments that the deck does not have.
    """
    dump = deck.initial.dump
    names = {name: i for i, name in enumerate(chemistry.bulk_names)}
    for row in dump.rows["BULKSPECIES"]:
        for name, copies in row["copies"].items():
            chemistry.set_bulk(_known(dump, row, "BULKSPECIES", name, names), copies)
    if deck.initial.own_copies:
        return
    names = {name: i for i, name in enumerate(chemistry.diffusing_names)}
    active = chemistry.active_compartments
    home, placed = np.arange(len(active)), {}
    if chemistry.interior.count:
        home = nearest_active(chemistry.shape, chemistry.compartment_size, active)
    for row in dump.rows["COMPARTMENT"]:
        compartment = row["index"]
        if not 0 <= compartment < len(active):
            raise _refusal(dump, row, "COMPARTMENT", "the deck has another grid", f"0 … {len(active) - 1}", compartment)
        for name, copies in row["copies"].items():
            species = _known(dump, row, "COMPARTMENT", name, names)
            to = int(home[compartment])
            if copies < 0 or (copies and not active[to]):
                raise _refusal(dump, row, "COMPARTMENT", f"copies of {name} in compartment {compartment}", "0", copies)
            placed[to, species] = placed.get((to, species), 0) + copies
    for (compartment, species), copies in placed.items():
        chemistry.set_count(compartment, species, copies)


class _Builder:
    def __init__(self, deck: Deck, chemistry: FilamentChemistry, dump: Dump):
        self._deck, self._chemistry, self._dump = deck, chemistry, dump
        self._rows = dump.rows
        filaments = chemistry.filaments
        self._sites = [kind[3] for kind in filaments.kinds]
        self._slots = [kind[2] for kind in filaments.kinds]
        self._max_sites = filaments.max_sites
        self._beads = _columns(filaments.beads, len(self._rows["BEAD"]))
        self._cylinders = _columns(filaments.cylinders, len(self._rows["CYLINDER"]))
        self._filaments = _columns(filaments.table, len(self._rows["FILAMENT"]))
        self._bonds = _columns(chemistry.bonds, len(self._rows["LINKER"]) + len(self._rows["MOTOR"]))
        self._branchers = _columns(chemistry.branchers, len(self._rows["BRANCHING"]))

    def build(self) -> None:
        self._place_beads()
        lines = sorted(self._rows["CYLINDER"], key=lambda row: row["index"])
        for number, row in enumerate(self._rows["FILAMENT"]):
            self._place_filament(number, row, lines)
        orphans = np.flatnonzero(self._cylinders["filament"] < 0)
        if len(orphans):
            raise self._refusal(lines[orphans[0]], "CYLINDER", "no filament has this cylinder")
        for number, row in enumerate(self._rows["BRANCHING"]):
            self._place_brancher(number, row)
        number = 0
        for section in ("LINKER", "MOTOR"):
            for row in self._rows[section]:
                self._place_bond(number, section, row)
                number += 1
        motor = self._bonds["motor"].astype(bool)
        next_bond = np.array([_next(self._bonds["ident"][~motor]), _next(self._bonds["ident"][motor])])
        self._chemistry.take_structure(
            {
                "beads": _table(self._beads),
                "cylinders": _table(self._cylinders),
                "table": _table(self._filaments),
                "next_ident": _next(self._filaments["ident"]),
            },
            {"table": _table(self._bonds), "next_ident": next_bond},
            {"table": _table(self._branchers), "next_ident": _next(self._branchers["ident"])},
        )

    def _refusal(self, row: DumpRow, section: str, message: str, allowed: str = "", found: object = None) -> DeckError:
        return _refusal(self._dump, row, section, message, allowed, found)

    # ---- filaments

    def _place_beads(self) -> None:
        for row in self._rows["BEAD"]:
            self._beads["x"][row["index"]] = row["x"], row["y"], row["z"]
        self._beads["birth"][:] = self._dump.time
        self._cylinders["filament"][:] = -1
        self._cylinders["occupant"][:] = -1

    def _place_filament(self, number: int, row: DumpRow, lines: list[DumpRow]) -> None:
        chain, table = row["cylinders"], self._filaments
        if not chain or not all(0 <= c < len(lines) for c in chain):
            raise self._refusal(row, "FILAMENT", "its cylinders are not those of CYLINDER DATA")
        if not 0 <= row["type"] < len(self._slots):
            raise self._refusal(row, "FILAMENT", "no such filament type", f"0 … {len(self._slots) - 1}", row["type"])
        table["ident"][number], table["type"][number], table["cylinders"][number] = row["id"], row["type"], len(chain)
        table["tip"][number] = chain[0], chain[-1]
        table["brancher"][number] = table["split_from"][number] = -1
        for place, c in enumerate(chain):
            self._place_cylinder(number, lines[c], place == 0, place == len(chain) - 1)
            before, after = chain[place - 1] if place else -1, chain[place + 1] if place + 1 < len(chain) else -1
            self._cylinders["neighbour"][c] = before, after
            if before >= 0 and lines[before]["plus_bead"] != lines[c]["minus_bead"]:
                raise self._refusal(lines[c], "CYLINDER", "it does not begin at the bead where the one before ends")
            if before >= 0 and lines[c]["position"] != lines[before]["position"] + 1:
                raise self._refusal(lines[c], "CYLINDER", "positions along the filament are not consecutive")

    def _place_cylinder(self, filament: int, row: DumpRow, at_minus: bool, at_plus: bool) -> None:
        c, columns = row["index"], self._cylinders
        if columns["filament"][c] >= 0:
            raise self._refusal(row, "CYLINDER", "two filaments have this cylinder")
        kind = int(self._filaments["type"][filament])
        slots, deck_type = self._slots[kind], self._deck.filament_types[kind]
        first = row["first_slot"] if at_minus else 0
        last = row["last_slot"] if at_plus else slots - 1
        if not 0 <= first <= last < slots:
            raise self._refusal(row, "CYLINDER", "first and last monomer", f"0 … {slots - 1}", f"{first} … {last}")
        if not row["rest_length"] > 0:
            raise self._refusal(row, "CYLINDER", "EQLEN", "above 0 nm", row["rest_length"])
        beads = row["minus_bead"], row["plus_bead"]
        if not all(0 <= b < len(self._beads["birth"]) for b in beads) or beads[0] == beads[1]:
            raise self._refusal(row, "CYLINDER", "its beads are not those of BEAD DATA")
        columns["filament"][c], columns["bead"][c], columns["position"][c] = filament, beads, row["position"]
        columns["first"][c], columns["monomers"][c] = first, last - first + 1
        columns["rest_length"][c] = row["rest_length"]
        columns["kind"][c, first : last + 1] = _FILAMENT
        for at_end, base, slot, name, species in (
            (at_minus, _MINUS_END, first, "minus_kind", deck_type.minus_end_species),
            (at_plus, _PLUS_END, last, "plus_kind", deck_type.plus_end_species),
        ):
            if at_end:
                if row[name] >= len(species):
                    raise self._refusal(
                        row, "CYLINDER", f"{name}: no such species", f"0 … {len(species) - 1}", row[name]
                    )
                columns["kind"][c, slot] = base + max(0, row[name])
        self._beads["serial"][beads[0]] = row["position"] * slots + first
        self._beads["serial"][beads[1]] = row["position"] * slots + last + 1

    # ---- what is bound

    def _occupy(self, row: DumpRow, section: str, cylinder: int, slot: int, flags, number: int) -> tuple[int, int]:
        """Take a site for an object; returns (site, filament type). ``flags`` gives the flag of a filament type."""
        columns = self._cylinders
        if not 0 <= cylinder < len(columns["first"]):
            raise self._refusal(row, section, "no such cylinder", found=cylinder)
        kind = int(self._filaments["type"][columns["filament"][cylinder]])
        if slot not in self._sites[kind] or not _FILAMENT <= columns["kind"][cylinder, slot] < _PLUS_END:
            sites = ", ".join(map(str, self._sites[kind]))
            raise self._refusal(
                row, section, f"no binding site there on cylinder {cylinder}", f"monomers {sites}", slot
            )
        if kind not in flags:
            raise self._refusal(row, section, f"it cannot bind to filaments of type {kind}")
        ordinal = self._sites[kind].index(slot)
        if columns["occupant"][cylinder, _FLAGS * ordinal + flags[kind]] >= 0:
            raise self._refusal(row, section, f"the site at monomer {slot} of cylinder {cylinder} is taken already")
        columns["occupant"][cylinder, _FLAGS * ordinal + flags[kind]] = number
        return cylinder * self._max_sites + ordinal, kind

    def _place_bond(self, number: int, section: str, row: DumpRow) -> None:
        motor, bindings = section == "MOTOR", self._chemistry.bindings
        reaction = next((i for i, b in enumerate(bindings) if b.motor == motor and b.type == row["type"]), None)
        if reaction is None:
            types = ", ".join(str(b.type) for b in bindings if b.motor == motor) or "none"
            text = f"the deck has no {section.lower()} of this type"
            raise self._refusal(row, section, text, types, row["type"])
        binding, columns = bindings[reaction], self._bonds
        flags = dict(zip(binding.filament_types, binding.flags, strict=True))
        ends = [
            self._occupy(row, section, row[name], row[f"{name}_slot"], flags, number) for name in ("first", "second")
        ]
        if ends[0][1] != binding.filament_types[0]:
            ends.reverse()
        if not row["rest_length"] >= 0:
            raise self._refusal(row, section, "EQLEN", "not below 0 nm", row["rest_length"])
        columns["ident"][number], columns["motor"][number], columns["reaction"][number] = row["id"], motor, reaction
        columns["site"][number] = ends[0][0], ends[1][0]
        columns["rest_length"][number], columns["stiffness"][number] = row["rest_length"], binding.stiffness
        columns["birth"][number] = self._dump.time
        if motor:
            heads = row["heads"] or round(0.5 * (binding.heads_min + binding.heads_max))
            bound = row["bound_heads"] or heads
            columns["heads"][number], columns["bound_heads"][number] = heads, bound
            columns["stiffness"][number] = binding.stiffness * bound

    def _place_brancher(self, number: int, row: DumpRow) -> None:
        branchings = self._chemistry.branchings
        reaction = next((i for i, b in enumerate(branchings) if b.type == row["type"]), None)
        if reaction is None:
            types = ", ".join(str(b.type) for b in branchings) or "none"
            raise self._refusal(row, "BRANCHING", "the deck has no brancher of this type", types, row["type"])
        flags = {branchings[reaction].filament_type: branchings[reaction].flag}
        site, _ = self._occupy(row, "BRANCHING", row["first"], row["first_slot"], flags, number)
        c = row["second"]
        if not 0 <= c < len(self._cylinders["first"]) or self._cylinders["neighbour"][c, 0] >= 0:
            raise self._refusal(row, "BRANCHING", "this is not the first cylinder of a filament", found=c)
        daughter, columns = int(self._cylinders["filament"][c]), self._branchers
        if self._filaments["brancher"][daughter] >= 0:
            raise self._refusal(row, "BRANCHING", "the filament is held by another brancher already")
        self._filaments["brancher"][daughter] = number
        slot = self._cylinders["first"][c]
        if self._cylinders["kind"][c, slot] >= _MINUS_END:
            self._cylinders["kind"][c, slot] = _FILAMENT
        columns["ident"][number], columns["reaction"][number], columns["site"][number] = row["id"], reaction, site
        columns["daughter"][number], columns["birth"][number] = daughter, self._dump.time


def _columns(table, rows: int) -> dict[str, np.ndarray]:
    """Columns for a table of so many rows, with the values that the table gives to new room."""
    columns = {
        name: np.full(rows if width == 1 else (rows, width), fill, dtype=dtype)
        for name, (dtype, width, fill) in table.layout.items()
    }
    return columns | {"alive": np.ones(rows, dtype=np.uint8)}


def _table(columns: dict[str, np.ndarray]) -> dict:
    return {"capacity": len(columns["alive"]), "columns": columns, "vacant": np.zeros(0, dtype=np.int32)}


def _next(idents: np.ndarray) -> int:
    return int(idents.max()) + 1 if len(idents) else 0


def _known(dump: Dump, row: DumpRow, section: str, name: str, names: dict[str, int]) -> int:
    if name not in names:
        raise _refusal(dump, row, section, "the deck has no such species", ", ".join(names), name)
    return names[name]


def _refusal(
    dump: Dump, row: DumpRow, section: str, message: str, allowed: str = "", found: object = None
) -> DeckError:
    text = "" if found is None else repr(found)
    return DeckError([Diagnostic("error", dump.file, row.line or None, section, message, found=text, allowed=allowed)])
