"""Which filaments are joined, as text in the format of MEDYAN 5.4: CMGraph.traj and TMGraph.traj.

Format: MEDYAN documentation, "Output files". A frame is the line ``frame time`` (s, 6 digits), one line for all pairs,
and an empty line.
"""

from typing import Any

import numpy as np

from medyan_py.output.layout import LINK_GRAPH_FILE, TENSION_GRAPH_FILE
from medyan_py.output.trajectory_text import TextRecorder


class LinkGraphRecorder(TextRecorder):
    """Numbers of linkers, motors and branchers between filaments: ``CMGraph.traj`` in ``directory``.

    ``id1 id2 linkers motors branchers`` for every pair that is joined, sorted, id1 ≤ id2.
    """

    file_name = LINK_GRAPH_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        objects = (sim.linkers, sim.motors, sim.branchers)
        pairs = [np.asarray(o.filaments, dtype=np.int64).reshape(-1, 2) for o in objects]
        kinds = np.repeat(np.arange(3), [len(p) for p in pairs])
        joined, which = _distinct(np.concatenate(pairs))
        counts = np.bincount(which * 3 + kinds, minlength=3 * len(joined)).reshape(-1, 3)
        rows = np.column_stack([joined, counts]).tolist()
        return _frame(sim, (f"{a} {b} {n} {m} {k} " for a, b, n, m, k in rows))


class TensionGraphRecorder(TextRecorder):
    """Tension between filaments, pN: ``TMGraph.traj`` in ``directory``.

    ``id1 id2 T`` for every pair joined by linkers or motors, sorted, id1 ≤ id2; T is the sum of the magnitudes of their
    tensions.
    """

    file_name = TENSION_GRAPH_FILE

    @staticmethod
    def text(sim: Any) -> str:
        """One frame."""
        objects = (sim.linkers, sim.motors)
        pairs = np.concatenate([np.asarray(o.filaments, dtype=np.int64).reshape(-1, 2) for o in objects])
        tensions = np.abs(np.concatenate([np.asarray(o.tensions, dtype=np.float64) for o in objects]))
        joined, which = _distinct(pairs)
        sums = np.bincount(which, tensions, minlength=len(joined))
        return _frame(sim, (f"{a} {b} {t:.6g} " for (a, b), t in zip(joined.tolist(), sums.tolist(), strict=True)))


def _distinct(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs that occur, sorted, the smaller id first, (m, 2); and for each of those given which one it is."""
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    order = np.lexsort((high, low))
    new = np.ones(len(pairs), dtype=bool)
    new[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    which = np.empty(len(pairs), dtype=np.int64)
    which[order] = np.cumsum(new) - 1
    return np.column_stack([low, high])[order[new]], which


def _frame(sim: Any, pairs: Any) -> str:
    return f"{sim.frame} {sim.time:.6g}\n{''.join(pairs)}\n\n"
