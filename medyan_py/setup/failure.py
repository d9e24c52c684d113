"""What to say when a minimisation fails: which filaments, linkers and motors, by their ids, and the state as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.mechanics.errors import Culprit, MechanicsError

if TYPE_CHECKING:
    from medyan_py.setup.mechanics import Mechanics


def failure(mechanics: Mechanics, chemistry: FilamentChemistry, reason: str, culprits: list[Culprit]) -> MechanicsError:
    """The error for a minimisation that failed, while the model still holds the state in which it did.

    The message is ``reason`` and the objects of the first culprit; ``report`` is the whole state.
    """
    names = _Names(mechanics, chemistry)
    message = "; ".join(part for part in (reason, names.objects(culprits[0]) if culprits else "") if part)
    return MechanicsError(message, culprits, "\n".join(_report(mechanics, names, message, culprits)) + "\n")


class _Names:
    """From the numbering of the model to the ids that all output uses."""

    def __init__(self, mechanics: Mechanics, chemistry: FilamentChemistry):
        order, filaments = mechanics.order, chemistry.filaments
        self.start = order["start"]
        self.filament_ids = filaments.table["ident"][order["filament"]]
        self.filament_types = filaments.table["type"][order["filament"]]
        self.first_cylinder = self.start - np.arange(len(self.start))
        self.bond_ids = chemistry.bonds["ident"][mechanics.bonds]
        self.bond_is_motor = chemistry.bonds["motor"][mechanics.bonds].astype(bool)
        self.brancher_ids = chemistry.branchers["ident"][mechanics.branchers]

    def cylinder(self, number: int) -> tuple[int, int]:
        """Filament id, and place of the cylinder along it, from 0 at the minus end."""
        f = int(np.searchsorted(self.first_cylinder, number, side="right")) - 1
        return int(self.filament_ids[f]), int(number - self.first_cylinder[f])

    def bond(self, number: int) -> str:
        return f"{'motor' if self.bond_is_motor[number] else 'linker'} {self.bond_ids[number]}"

    def objects(self, culprit: Culprit) -> str:
        """The objects of a term, by their ids; empty if no filament is among them."""
        places = [self.cylinder(c) for c in culprit.cylinders]
        where = " and ".join(f"cylinder {place} of filament {ident}" for ident, place in places)
        if culprit.bond is not None:
            return f"{self.bond(culprit.bond)} between {where}"
        if culprit.branch is not None:
            return f"brancher {self.brancher_ids[culprit.branch]} between {where}"
        return where


def _report(mechanics: Mechanics, names: _Names, message: str, culprits: list[Culprit]) -> list[str]:
    model = mechanics.model
    lines = [message, "", "Lengths in nm, forces in pN, energies in pN nm. Cylinders count from 0 at the minus end."]
    lines += [
        "",
        "Terms that pull hardest at the points with the largest forces:" if culprits else "No term stands out.",
    ]
    for c in culprits:
        size = f"energy {c.energy:.6g}, force {c.force:.6g} of {c.total:.6g}"
        who = ", ".join(part for part in (c.interaction, names.objects(c)) if part)
        lines.append(f"  {who}: " + "; ".join(part for part in (size, c.text) if part))
    if mechanics.record is not None:
        lines += ["", "Energies of the last minimisation that came to an end, before and after:"]
        after = mechanics.record.energies_after
        lines += [f"  {name}: {e:.10g} {after[name]:.10g}" for name, e in mechanics.record.energies_before.items()]
    x, state = model.positions, mechanics.loaded
    lines += ["", "Filaments: id, type; then beads x y z from the minus end"]
    for f, (ident, kind) in enumerate(zip(names.filament_ids, names.filament_types, strict=True)):
        lines.append(f"FILAMENT {ident} {kind}")
        lines += [f"  {a!r} {b!r} {c!r}" for a, b, c in x[names.start[f] : names.start[f + 1]].tolist()]
    lines += [
        "",
        "Linkers and motors: filament, cylinder, fraction of both ends; stiffness (pN/nm), rest length, tension",
    ]
    tension = model.bond_tension
    for b, (ends, fractions) in enumerate(zip(state["bond_cylinders"], state["bond_fractions"], strict=True)):
        legs = ", ".join(
            f"{ident} {place} {u:.6g}" for (ident, place), u in zip(map(names.cylinder, ends), fractions, strict=True)
        )
        lines.append(f"{names.bond(b)}: {legs}; {state['bond_k'][b]:.6g} {state['bond_rest'][b]:.10g} {tension[b]:.6g}")
    return lines
