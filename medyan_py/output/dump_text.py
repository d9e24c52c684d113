"""The restart dump of MEDYAN 5.4, ``datadump.traj``: network and copy numbers at one moment, overwritten each time.

Format: MEDYAN documentation, "Output files". It serves the C++ program and scripts that read it; a run of this program
goes on from its checkpoints, which hold everything.
"""

from pathlib import Path
from typing import Any

import numpy as np

from medyan_py.output.errors import OutputError
from medyan_py.output.layout import DUMP_FILE
from medyan_py.output.network import listed_species
from medyan_py.output.replace_file import replacing

_BEADS = "BEAD DATA: BEADIDX(STABLE) FID FPOS COORDX COORDY COORDZ FORCEAUXX FORCEAUXY FORCEAUXZ\n"
_CYLINDERS = (
    "CYLINDER DATA: CYLIDX(STABLE) FID FTYPE FPOS B1_IDX B2_IDX MINUSENDSTATUS PLUSENDSTATUS MINUSENDTYPE PLUSENDTYPE "
    "MINUSENDMONOMER PLUSENDMONOMER TOTALMONOMERS EQLEN\n"
)
_BOND = "{0} DATA: {0}ID {0}TYPE CYL1_IDX CYL2_IDX POS1 POS2 EQLEN DIFFUSINGSPECIESNAME"
_BRANCHERS = (
    "BRANCHING DATA: BRANCHID BRANCHTYPE CYL1_IDX CYL2_IDX POS1 EQLEN DIFFUSINGBRNACHSPECIESNAME "
    "DIFFUSINGACTINSPECIESNAME\n"
)


class DumpRecorder:
    """Write ``datadump.traj`` in ``directory``: with the first frame, the first one after every DATADUMPTIME, the last.

    Numbers have 15 digits; lengths are nm, forces pN, energies pN nm.
    """

    name = DUMP_FILE

    def __init__(self, directory: str | Path) -> None:
        self.path = Path(directory) / DUMP_FILE
        self._due = 0  # cycles

    def open(self, sim: Any) -> None:
        """``OutputError`` when there is a dump already."""
        if self.path.exists():
            raise OutputError(f"{self.path} exists already, and results are never mixed")

    def state(self) -> dict:
        """When the next one is due."""
        return {"due": self._due}

    def check(self, sim: Any, saved: dict) -> None:
        """Nothing can go wrong: what is there is overwritten."""

    def resume(self, sim: Any, saved: dict) -> None:
        """Take over when the next one is due."""
        self._due = saved["due"]

    def record(self, sim: Any) -> None:
        """Write a dump if one is due; ``OutputError`` when it cannot be written, and the one before is still there."""
        if sim.cycles < self._due and not sim.finished:
            return
        with replacing(self.path) as temporary:
            temporary.write_text(sim.restart_dump(), encoding="utf-8", newline="\n")
        self._due = (sim.cycles // sim.dump_cycles + 1) * sim.dump_cycles

    def close(self, sim: Any) -> None:
        """Nothing is left to do."""


def dump_text(sim: Any) -> str:
    """The present state of a simulation as a restart dump."""
    chemistry = sim.chemistry
    network = _Network(chemistry)
    counts = (*network.counts(), len(sim.bubbles.ids))
    parts = [f"0 {sim.time:.15g}\n", "NFIL NCYL NBEAD NLINK NMOTOR NBRANCH NBUBBLE\n"]
    parts += [" ".join(map(str, counts)) + "\n", _BEADS, *network.beads(), "\n", _CYLINDERS, *network.cylinders(), "\n"]
    parts += ["FILAMENT DATA: FILID FTYPE CYLIDvec\n", *network.filaments(), "\n"]
    parts += [_BOND.format("LINKER") + "\n", *network.bonds(motor=False), "\n"]
    parts += [_BOND.format("MOTOR") + " NUMHEADS NUMBOUNDHEADS\n", *network.bonds(motor=True), "\n"]
    parts += [_BRANCHERS, *network.branchers(), "\n"]
    parts += ["COMPARTMENT DATA: CMPID DIFFUSINGSPECIES COPYNUM\n"]
    for number, copies in enumerate(chemistry.counts.tolist()):
        parts.append(f"{number} {_copies(chemistry.diffusing_names, copies)}\n")
    parts += ["\n", "BULKSPECIES: BULKSPECIES COPYNUM\n"]
    parts += [_copies(chemistry.bulk_names, chemistry.bulk_counts.tolist()) + "\n"]
    parts += ["TALLY OF SPECIES: SPECIESNAME COPYNUM\n"]
    parts += [f"{name}:{kind} {count}\n" for name, kind, count in listed_species(sim)]
    parts += ["\n", "ENERGYDATA \n", *(f"{name} {energy:.15g}\n" for name, energy in sim.energies.items())]
    parts += ["\n"]
    return "".join(parts)


def _copies(names, copies) -> str:
    return "".join(f"{name} {n} " for name, n in zip(names, copies, strict=True))


def _g(*values: float) -> str:
    return " ".join(f"{value:.15g}" for value in values)


class _Network:
    """Lines of the objects, with beads and cylinders numbered filament by filament from their minus ends."""

    def __init__(self, chemistry: Any) -> None:
        self._chemistry = chemistry
        self._all = filaments = chemistry.filaments
        order = filaments.ordered()
        self._filament, self._bead, self._cylinder, self._start = (
            order[name] for name in ("filament", "bead", "cylinder", "start")
        )
        self._number = np.full(filaments.cylinders.capacity, -1)
        self._number[self._cylinder] = np.arange(len(self._cylinder))
        self._ends = filaments.end_species(self._filament)
        table = filaments.table
        self._ids = table["ident"][self._filament].tolist()
        self._types = table["type"][self._filament].tolist()
        self._lengths = np.diff(self._start) - 1
        self._first = self._start[:-1] - np.arange(len(self._filament))  # cylinder
        bonds = chemistry.bonds
        rows = bonds.rows
        self._bonds = {motor: _by_id(bonds, rows[bonds["motor"][rows] == motor]) for motor in (False, True)}
        self._branchers = _by_id(chemistry.branchers, chemistry.branchers.rows)

    def counts(self) -> tuple[int, ...]:
        linkers, motors = len(self._bonds[False]), len(self._bonds[True])
        beads = len(self._bead)
        return len(self._filament), len(self._cylinder), beads, linkers, motors, len(self._branchers)

    def beads(self):
        x, force = self._all.beads["x"][self._bead], self._all.beads["force"][self._bead]
        position = self._all.cylinders["position"]
        for f, ident in enumerate(self._ids):
            offset = int(position[self._cylinder[self._first[f]]])
            for place, i in enumerate(range(self._start[f], self._start[f + 1])):
                yield f"{i} {ident} {offset + place} {_g(*x[i].tolist(), *force[i].tolist())}\n"

    def cylinders(self):
        columns = self._all.cylinders
        position, first = columns["position"][self._cylinder].tolist(), columns["first"][self._cylinder].tolist()
        monomers, rest = columns["monomers"][self._cylinder].tolist(), columns["rest_length"][self._cylinder].tolist()
        for f, ident in enumerate(self._ids):
            last = self._lengths[f] - 1
            for place in range(last + 1):
                c, bead = self._first[f] + place, self._start[f] + place
                kinds = self._ends[f, 0] if place == 0 else -1, self._ends[f, 1] if place == last else -1
                ends = f"{int(place == 0)} {int(place == last)} {kinds[0]} {kinds[1]}"
                slots = f"{first[c]} {first[c] + monomers[c] - 1} {monomers[c]}"
                yield (f"{c} {ident} {self._types[f]} {position[c]} {bead} {bead + 1} {ends} {slots} {_g(rest[c])}\n")

    def filaments(self):
        for f, ident in enumerate(self._ids):
            numbers = " ".join(str(self._first[f] + place) for place in range(self._lengths[f]))
            yield f"{ident} {self._types[f]} {numbers} \n"

    def bonds(self, *, motor: bool):
        bonds = self._chemistry.bonds
        for row in self._bonds[motor].tolist():
            binding = self._chemistry.bindings[bonds["reaction"][row]]
            (c1, slot1), (c2, slot2) = (self._place(site) for site in bonds["site"][row].tolist())
            line = f"{bonds['ident'][row]} {binding.type} {c1} {c2} {slot1} {slot2} {_g(bonds['rest_length'][row])}"
            heads = f" {bonds['heads'][row]} {_g(bonds['bound_heads'][row])}" if motor else ""
            yield f"{line} {self._pool(binding.free)}{heads}\n"

    def branchers(self):
        branchers = self._chemistry.branchers
        for row in self._branchers.tolist():
            branching = self._chemistry.branchings[branchers["reaction"][row]]
            mother, slot = self._place(int(branchers["site"][row]))
            daughter = self._number[self._all.table["tip"][branchers["daughter"][row], 0]]
            names = f"{self._pool(branching.brancher)} {self._pool(branching.monomer)}"
            start = f"{branchers['ident'][row]} {branching.type} {mother} {daughter}"
            yield f"{start} {slot} {_g(branching.length)} {names}\n"

    def _place(self, site: int) -> tuple[int, int]:
        """Number of the cylinder of a site, and its monomer there."""
        cylinder, ordinal = divmod(site, self._all.max_sites)
        kind = self._all.table["type"][self._all.cylinders["filament"][cylinder]]
        return self._number[cylinder], self._all.kinds[kind][3][ordinal]

    def _pool(self, pool: Any) -> str:
        return (self._chemistry.bulk_names if pool.bulk else self._chemistry.diffusing_names)[pool.index]


def _by_id(table: Any, rows: np.ndarray) -> np.ndarray:
    return rows[np.argsort(table["ident"][rows], kind="stable")]
