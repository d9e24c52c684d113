"""Frames made by hand."""

import numpy as np

from medyan_py.analysis.snapshot import BondSet, BubbleSet, FilamentSet, Frame


def make_frame(filaments, time=0.0, frame=0, delta_minus=None, **bonds):
    """``filaments``: id → points; ``linkers`` …: id → two points."""
    points = [np.asarray(p, dtype=float) for p in filaments.values()]
    n = len(points)
    return Frame(
        frame=frame,
        time=time,
        filaments=FilamentSet(
            ids=np.array(list(filaments), dtype=np.int64),
            types=np.zeros(n, dtype=np.int64),
            start=np.concatenate(([0], np.cumsum([len(p) for p in points]))).astype(np.int64),
            beads=np.concatenate([np.zeros((0, 3)), *points]),
            delta_minus=np.array(delta_minus if delta_minus is not None else [0] * n, dtype=np.int64),
            delta_plus=np.zeros(n, dtype=np.int64),
        ),
        **{kind: make_bonds(bonds.get(kind, {})) for kind in ("linkers", "motors", "branchers")},
        bubbles=BubbleSet(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3))),
        membranes=(),
    )


def make_bonds(bonds):
    ids = np.array(list(bonds), dtype=np.int64)
    return BondSet(ids, np.zeros(len(ids), np.int64), np.array(list(bonds.values()), dtype=float).reshape(-1, 2, 3))
