"""Text trajectories that follow filaments and what is bound to them, in the format of MEDYAN 5.4.

Format: MEDYAN documentation, "Output files"; Popov, Komianos & Papoian, PLoS Comput. Biol. 12 (2016) e1004877. A frame
begins with the line ``frame time nFilaments nLinkers nMotors nBranchers nBubbles`` (time in s), in forces.traj also
``nMembranes``; then come the objects, sorted by id, and, but for repulsion.traj, an empty line. Numbers have 10 digits.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from medyan_py.output.layout import (
    BIRTH_TIMES_FILE,
    FORCES_FILE,
    MONOMERS_FILE,
    PLUS_END_FILE,
    REPULSION_FILE,
    TENSIONS_FILE,
)
from medyan_py.output.network import Filaments, bonds_by_id, branchers_by_id, bubbles_by_id, filaments_by_id
from medyan_py.output.trajectory_text import TextRecorder, coordinates


class BirthTimesRecorder(TextRecorder):
    """When beads, linkers, motors and branchers came into being, s: ``birthtimes.traj`` in ``directory``.

    A line for each object as in snapshot.traj, then one of its birth times: one per bead, two for the ends of a
    linker or motor, one for a brancher or bubble.
    """

    file_name = BIRTH_TIMES_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments = filaments_by_id(sim.filaments)
        births = np.asarray(sim.filaments.birth_times)[filaments.bead_order]
        lines = [_head(sim), *_per_bead(filaments, births)]
        for label, objects in (("LINKER", sim.linkers), ("MOTOR", sim.motors)):
            lines += _bound(label, bonds_by_id(objects), "birth_times", twice=True)
        lines += _bound("BRANCHER", branchers_by_id(sim.branchers), "birth_times", twice=False)
        lines += _bubbles(sim)
        return "".join(lines) + "\n"


class ForcesRecorder(TextRecorder):
    """Magnitude of the force on each bead after the last minimisation, pN: ``forces.traj`` in ``directory``.

    For a linker or motor its tension, twice; for a brancher or bubble 0.
    """

    file_name = FORCES_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments = filaments_by_id(sim.filaments)
        forces = np.linalg.norm(np.asarray(sim.filaments.forces)[filaments.bead_order], axis=1)
        return "".join([_head(sim, " 0"), *_per_bead(filaments, forces), *_tensions_of_bound(sim)]) + "\n"


class TensionsRecorder(TextRecorder):
    """Tension of each cylinder, pN, positive when stretched: ``tensions.traj`` in ``directory``.

    The value of the last cylinder is repeated, so that there are as many as beads. For a linker or motor its tension,
    twice; for a brancher or bubble 0.
    """

    file_name = TENSIONS_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments = filaments_by_id(sim.filaments)
        cylinders = np.arange(len(filaments.beads)) - np.repeat(np.arange(len(filaments.ids)), np.diff(filaments.start))
        cylinders[filaments.start[1:] - 1] -= 1
        tensions = filaments.tensions[cylinders]
        return "".join([_head(sim), *_per_bead(filaments, tensions), *_tensions_of_bound(sim)]) + "\n"


class RepulsionRecorder(TextRecorder):
    """Magnitude of the force of the walls on each bead, pN: ``repulsion.traj`` in ``directory``.

    Linkers and motors follow as in forces.traj. No empty line ends a frame.
    """

    file_name = REPULSION_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments = filaments_by_id(sim.filaments)
        forces = np.linalg.norm(np.asarray(sim.filaments.wall_forces)[filaments.bead_order], axis=1)
        return "".join([_head(sim), *_per_bead(filaments, forces), *_tensions_of_bound(sim, others=False)])


class PlusEndRecorder(TextRecorder):
    """Ends of filaments and the number of their species: ``plusend.traj`` in ``directory``.

    For each filament the line as in snapshot.traj, the plus end (nm), ``PLUSEND: species``, the minus end,
    ``MINUSEND: species``. The line of a species is left out where the end has none, as the minus end of a branch at its
    brancher.
    """

    file_name = PLUS_END_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments = filaments_by_id(sim.filaments)
        species = np.asarray(sim.filaments.end_species)[filaments.order].tolist()
        lines = [_head(sim)]
        for f, line in enumerate(_filament_lines(filaments)):
            minus, plus = species[f]
            lines += [line, coordinates(filaments.beads[filaments.start[f + 1] - 1])]
            lines += [f"PLUSEND: {plus}\n"] if plus >= 0 else []
            lines.append(coordinates(filaments.beads[filaments.start[f]]))
            lines += [f"MINUSEND: {minus}\n"] if minus >= 0 else []
        return "".join(lines) + "\n"


class MonomersRecorder(TextRecorder):
    """What filaments won and lost since the frame before: ``monomers.traj`` in ``directory``.

    For each filament four lines: that of snapshot.traj; ``dMinus dPlus polyMinus polyPlus depolyMinus depolyPlus
    nucleated monomers``, with whole cylinders counted in the first two and monomers within a cylinder in the next four;
    ``SEVERING n``; the ids of the n filaments cut off from it that still exist, or −1.
    """

    file_name = MONOMERS_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        view, filaments = sim.filaments, filaments_by_id(sim.filaments)
        order = filaments.order
        won, lost = np.asarray(view.monomers_won)[order], np.asarray(view.monomers_lost)[order]
        columns = np.column_stack(
            [filaments.delta_minus, filaments.delta_plus, won, lost, np.asarray(view.nucleated)[order]]
        ).tolist()
        first_cylinder = (filaments.start[:-1] - np.arange(len(filaments.ids))).astype(int)
        monomers = np.add.reduceat(filaments.monomers, first_cylinder) if len(filaments.ids) else []
        cut = _cut_off(filaments.ids.tolist(), np.asarray(view.split_from)[order].tolist())
        lines = [_head(sim)]
        for line, number, values, total in zip(
            _filament_lines(filaments), filaments.ids.tolist(), columns, monomers, strict=True
        ):
            pieces = cut.get(number, [])
            ids = "".join(f"{piece} " for piece in pieces) or "-1"
            lines.append(f"{line}{' '.join(map(str, values))} {total}\nSEVERING {len(pieces)}\n{ids}\n")
        return "".join(lines) + "\n"


def _cut_off(ids: list[int], split_from: list[int]) -> dict[int, list[int]]:
    """Filament → those cut off from it."""
    cut: dict[int, list[int]] = {}
    for piece, parent in zip(ids, split_from, strict=True):
        if parent >= 0:
            cut.setdefault(parent, []).append(piece)
    return cut


def _head(sim: Any, more: str = "") -> str:
    objects = (sim.filaments, sim.linkers, sim.motors, sim.branchers, sim.bubbles)
    counts = " ".join(str(len(group.ids)) for group in objects)
    return f"{sim.frame} {sim.time:.10g} {counts}{more}\n"


def _filament_lines(filaments: Filaments) -> Iterator[str]:
    columns = (filaments.ids, filaments.types, np.diff(filaments.start), filaments.delta_minus, filaments.delta_plus)
    for values in zip(*(c.tolist() for c in columns), strict=True):
        yield f"FILAMENT {' '.join(map(str, values))}\n"


def _per_bead(filaments: Filaments, values: np.ndarray) -> Iterator[str]:
    """A line for each filament, followed by the values of its beads."""
    start, values = filaments.start.tolist(), values.tolist()
    for f, line in enumerate(_filament_lines(filaments)):
        yield line
        yield " ".join(f"{value:.10g}" for value in values[start[f] : start[f + 1]]) + "\n"


def _bound(label: str, objects: Any, what: str, *, twice: bool) -> Iterator[str]:
    """Two lines for each linker, motor or brancher; a motor has the flag of being bound, which is always 1."""
    flag = " 1" if label == "MOTOR" else ""
    columns = (objects.ids, objects.types, getattr(objects, what))
    for number, kind, value in zip(*(c.tolist() for c in columns), strict=True):
        yield f"{label} {number} {kind}{flag}\n{value:.10g}{f' {value:.10g}' if twice else ''}\n"


def _tensions_of_bound(sim: Any, *, others: bool = True) -> Iterator[str]:
    for label, objects in (("LINKER", sim.linkers), ("MOTOR", sim.motors)):
        yield from _bound(label, bonds_by_id(objects), "tensions", twice=True)
    if others:
        objects = branchers_by_id(sim.branchers)
        for number, kind in zip(objects.ids.tolist(), objects.types.tolist(), strict=True):
            yield f"BRANCHER {number} {kind}\n0\n"
        yield from _bubbles(sim)


def _bubbles(sim: Any) -> Iterator[str]:
    """Two lines for each bubble, the second a 0: bubbles have no tension, and are there from the start."""
    bubbles = bubbles_by_id(sim.bubbles)
    for number, kind in zip(bubbles.ids.tolist(), bubbles.types.tolist(), strict=True):
        yield f"BUBBLE {number} {kind}\n0\n"
