"""Text trajectories that follow filaments and what is bound to them, in the format of MEDYAN 5.4.

Format: MEDYAN documentation, "Output files"; Popov, Komianos & Papoian, PLoS Comput. Biol. 12 (2016) e1004877. A frame
begins with the line ``frame time nFilaments nLinkers nMotors nBranchers nBubbles`` (time in s), in forces.traj also
``nMembranes``; then come the objects, sorted by id, and, but for repulsion.traj, an empty line. Numbers have 10 digits.
"""

from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from medyan_py.output.frame import kept_text
from medyan_py.output.layout import (
    BIRTH_TIMES_FILE,
    FORCES_FILE,
    MONOMERS_FILE,
    PLUS_END_FILE,
    REPULSION_FILE,
    TENSIONS_FILE,
)
from medyan_py.output.network import bonds_by_id, branchers_by_id, bubbles_by_id, filaments_by_id
from medyan_py.output.trajectory_text import TextRecorder, coordinates, filament_lines, head


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
        lines = [head(sim), "\n", _per_bead(sim, births)]
        for label, objects in (("LINKER", bonds_by_id(sim.linkers)), ("MOTOR", bonds_by_id(sim.motors))):
            lines.append(_bound(label, objects, np.repeat(objects.birth_times[:, None], 2, axis=1)))
        branchers = branchers_by_id(sim.branchers)
        lines += [
            _bound("BRANCHER", branchers, branchers.birth_times[:, None]),
            _zeros("BUBBLE", bubbles_by_id(sim.bubbles)),
        ]
        return "".join(lines) + "\n"


class ForcesRecorder(TextRecorder):
    """Magnitude of the force on each bead after the last minimisation, pN: ``forces.traj`` in ``directory``.

    For a linker or motor its tension, twice; for a brancher or bubble 0. Every membrane is ``Membrane 0`` and a line of
    the magnitudes of the forces on its vertices.
    """

    file_name = FORCES_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        filaments = filaments_by_id(sim.filaments)
        forces = np.linalg.norm(np.asarray(sim.filaments.forces)[filaments.bead_order], axis=1)
        return "".join(
            [
                f"{head(sim)} {len(sim.membranes)}\n",
                _per_bead(sim, forces),
                _tensions_of_bound(sim),
                _others(sim),
                *(_membrane(view) for view in sim.membranes),
                "\n",
            ]
        )


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
        return "".join([head(sim), "\n", _per_bead(sim, tensions), _tensions_of_bound(sim), _others(sim)]) + "\n"


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
        return "".join([head(sim), "\n", _per_bead(sim, forces), _tensions_of_bound(sim)])


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
        lines = [head(sim), "\n"]
        for f, line in enumerate(filament_lines(sim)):
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
        lines = [head(sim), "\n"]
        for line, number, values, total in zip(
            filament_lines(sim), filaments.ids.tolist(), columns, monomers, strict=True
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


def _per_bead(sim: Any, values: np.ndarray) -> str:
    """A line for each filament, followed by the values of its beads."""
    return kept_text(sim, "beads", _form_of_beads) % tuple(values.tolist())


def _form_of_beads(sim: Any) -> str:
    forms = map(_numbers, np.diff(filaments_by_id(sim.filaments).start).tolist())
    return "".join(chain.from_iterable(zip(filament_lines(sim), forms, strict=True)))


@lru_cache(maxsize=256)
def _numbers(n: int) -> str:
    """Format of a line of numbers."""
    return " ".join(["%.10g"] * n) + "\n"


def _bound(label: str, objects: Any, values: np.ndarray) -> str:
    """Two lines for each linker, motor or brancher; a motor has the flag of being bound, which is always 1."""
    flag = " 1" if label == "MOTOR" else ""
    form = f"{label} %d %d{flag}\n{_numbers(values.shape[1])}" * len(objects.ids)
    table = (objects.ids.tolist(), objects.types.tolist(), *values.T.tolist())
    return form % tuple(chain.from_iterable(zip(*table, strict=True)))


def _tensions_of_bound(sim: Any) -> str:
    """Linkers and motors with their tension, twice."""
    return kept_text(sim, "tensions", _tensions)


def _tensions(sim: Any) -> str:
    kinds = (("LINKER", bonds_by_id(sim.linkers)), ("MOTOR", bonds_by_id(sim.motors)))
    return "".join(_bound(label, bonds, np.repeat(bonds.tensions[:, None], 2, axis=1)) for label, bonds in kinds)


def _others(sim: Any) -> str:
    """Branchers and bubbles, of which these files tell no forces."""
    return _zeros("BRANCHER", branchers_by_id(sim.branchers)) + _zeros("BUBBLE", bubbles_by_id(sim.bubbles))


def _zeros(label: str, objects: Any) -> str:
    pairs = zip(objects.ids.tolist(), objects.types.tolist(), strict=True)
    return "".join(f"{label} {number} {kind}\n0\n" for number, kind in pairs)


def _membrane(view: Any) -> str:
    """``Membrane type`` and the magnitudes of the forces on the vertices."""
    forces = np.linalg.norm(view.forces, axis=1).tolist()
    return "Membrane 0\n" + "%.10g " * len(forces) % tuple(forces) + "\n"
