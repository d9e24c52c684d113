"""A still picture of a simulation, with the attributes that recorders read."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np


def make_filaments(beads, ids, types=None, tensions=None):
    n_beads = [len(b) for b in beads]
    n = len(beads)
    n_cylinders = sum(n_beads) - n
    points = np.concatenate([np.asarray(b, dtype=float) for b in beads]) if beads else np.zeros((0, 3))
    return SimpleNamespace(
        ids=np.array(ids, dtype=np.int64),
        types=np.array(types if types is not None else [0] * n, dtype=np.int32),
        start=np.concatenate(([0], np.cumsum(n_beads))).astype(np.int32),
        beads=points,
        delta_minus=np.zeros(n, dtype=np.int64),
        delta_plus=np.zeros(n, dtype=np.int64),
        tensions=np.array(tensions if tensions is not None else np.zeros(n_cylinders), dtype=float),
        rest_lengths=np.full(n_cylinders, 108.0),
        monomers=np.full(n_cylinders, 40, dtype=np.int32),
        forces=np.zeros_like(points),
        wall_forces=np.zeros_like(points),
        birth_times=np.zeros(len(points)),
        monomers_won=np.zeros((n, 2), dtype=np.int32),
        monomers_lost=np.zeros((n, 2), dtype=np.int32),
        nucleated=np.zeros(n, dtype=bool),
        split_from=np.full(n, -1, dtype=np.int64),
        end_species=np.zeros((n, 2), dtype=np.int32),
    )


def make_bonds(coords=(), ids=(), types=None, tensions=None, births=None, filaments=None):
    n = len(ids)
    return SimpleNamespace(
        ids=np.array(ids, dtype=np.int64),
        types=np.array(types if types is not None else [0] * n, dtype=np.int32),
        coords=np.array(coords, dtype=float).reshape(n, 2, 3),
        tensions=np.array(tensions if tensions is not None else np.zeros(n), dtype=float),
        birth_times=np.array(births if births is not None else np.zeros(n), dtype=float),
        heads=np.full(n, 20, dtype=np.int32),
        bound_heads=np.full(n, 6, dtype=np.int32),
        filaments=np.array(filaments if filaments is not None else np.zeros((n, 2)), dtype=np.int64).reshape(n, 2),
    )


def make_branchers(coords=(), ids=(), types=None, forces=None, births=None, filaments=None):
    n = len(ids)
    return SimpleNamespace(
        ids=np.array(ids, dtype=np.int64),
        types=np.array(types if types is not None else [0] * n, dtype=np.int32),
        coords=np.array(coords, dtype=float).reshape(n, 2, 3),
        forces=np.array(forces if forces is not None else np.zeros(n), dtype=float),
        birth_times=np.array(births if births is not None else np.zeros(n), dtype=float),
        filaments=np.array(filaments if filaments is not None else np.zeros((n, 2)), dtype=np.int64).reshape(n, 2),
    )


def make_bubbles(coords=(), ids=(), types=None, kinds=None, radii=None):
    n = len(ids)
    return SimpleNamespace(
        ids=np.array(ids, dtype=np.int64),
        types=np.array(types if types is not None else [0] * n, dtype=np.int32),
        kinds=tuple(kinds if kinds is not None else ["bubble"] * n),
        coords=np.array(coords, dtype=float).reshape(n, 3),
        radii=np.array(radii if radii is not None else [100.0] * n, dtype=float),
        forces=np.arange(3.0 * n).reshape(n, 3),
        attachment_forces=np.zeros((n, 3)),
    )


def make_sim(**changes):
    shape, size = changes.pop("shape", (1, 1, 1)), changes.pop("compartment_size", (1000.0, 1000.0, 1000.0))
    n = int(np.prod(shape))
    sim = SimpleNamespace(
        cycles=0,
        dump_cycles=10,
        restart_dump=lambda: "0 0\n",
        time=0.15,
        frame=3,
        grid=SimpleNamespace(shape=shape, compartment_size=size, active=np.ones(n, dtype=bool)),
        boundary=SimpleNamespace(
            box=((0.0, 0.0, 0.0), tuple(a * b for a, b in zip(shape, size, strict=True))), shape="CUBIC"
        ),
        filaments=make_filaments([], []),
        linkers=make_bonds(),
        motors=make_bonds(),
        branchers=make_branchers(),
        bubbles=make_bubbles(),
        membranes=(),
        membrane_names=(),
        never=frozenset({"membranes"}),
        species_totals=list,
        diffusing_names=(),
        diffusing_counts=np.zeros((n, 0), dtype=np.int64),
        energies={"FilamentStretching": 2.0, "LinkerStretching": 4.0},
        dissipation=None,
        events=None,
        seed=7,
        finished=False,
        deck=SimpleNamespace(
            texts={Path("d/s.txt"): "RUNTIME: 1 # s\n", Path("d/c.txt"): "SPECIESFILAMENT: AF 0\n"},
            system_path=Path("d/s.txt"),
            chemistry_path=Path("d/c.txt"),
            compatibility="none",
        ),
        hessians=None,
        minimisation=SimpleNamespace(status="converged", iterations=12, evaluations=15, residual=0.25),
    )
    vars(sim).update(changes)
    return sim


def make_pair():
    """Two filaments of 108 nm cylinders joined by one linker, listed in the wrong order."""
    return make_sim(
        filaments=make_filaments(
            [[(500, 535, 500), (608, 535, 500)], [(500, 500, 500), (608, 500, 500), (716.2, 500, 500)]],
            ids=[1, 0],
            tensions=[0, 0, 20],
        ),
        linkers=make_bonds(
            [[(543.2, 500, 500), (543.2, 535, 500)]], ids=[0], tensions=[8], births=[0.05], filaments=[(1, 0)]
        ),
        species_totals=lambda: [
            ("A", "DIFFUSING", 4000),
            ("LD", "DIFFUSING", np.int64(49)),
            ("AF", "FILAMENT", 116),
            ("PA", "PLUSEND", 2),
            ("MA", "MINUSEND", 2),
            ("LA", "LINKER", 1),
            ("MOA", "MOTOR", 0),
        ],
        diffusing_names=("A", "LD"),
        diffusing_counts=np.array([[4000, 49]]),
    )


def make_network():
    """A made-up network: 30 wavy filaments, 40 linkers, 12 motors, 9 branchers, in a box of 2 × 2 × 1 compartments."""
    rng = np.random.default_rng(7)
    box = np.array([1000.0, 1000.0, 500.0])
    beads = []
    while len(beads) < 30:
        start, direction = rng.uniform(0.1, 0.9, 3) * box, rng.normal(size=3) * (1, 1, 0.3)
        points = [start]
        for _ in range(rng.integers(3, 7)):
            direction = direction + 0.12 * rng.normal(size=3) * np.linalg.norm(direction)
            points.append(points[-1] + 90 * direction / np.linalg.norm(direction))
        if np.all(np.array(points) > 0) and np.all(np.array(points) < box):
            beads.append(np.array(points))
    middles = np.concatenate([(b[1:] + b[:-1]) / 2 for b in beads])
    distance = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    i, j = np.nonzero(np.triu(distance, 1))
    order = np.argsort(distance[i, j])[:200]
    links = np.stack([middles[i[order]], middles[j[order]]], axis=1)
    n_cylinders = sum(len(b) - 1 for b in beads)
    ids = rng.permutation(100)[:30]
    return make_sim(
        time=10.0,
        frame=20,
        shape=(2, 2, 1),
        compartment_size=(500.0, 500.0, 500.0),
        filaments=make_filaments(beads, ids=ids, tensions=rng.normal(0, 5, n_cylinders)),
        linkers=make_bonds(links[:40], ids=rng.permutation(40), tensions=rng.normal(0, 5, 40)),
        motors=make_bonds(links[150:162], ids=rng.permutation(12), tensions=rng.normal(0, 5, 12)),
        branchers=make_branchers(links[60:69], ids=rng.permutation(9), forces=rng.uniform(0, 5, 9)),
        membranes=(),
        membrane_names=(),
        never=frozenset({"membranes"}),
        species_totals=lambda: [("A", "DIFFUSING", 500), ("MD", "DIFFUSING", 20)],
        diffusing_names=("A", "MD"),
        diffusing_counts=np.array([[100, 5], [120, 5], [130, 10], [150, 0]]),
    )
