"""One energy and gradient pass over filaments and linkers against plain C (no excluded volume, no walls)."""

import time

import numpy as np
from yardstick import force_ns_per_cylinder

from medyan_py.core.mechanics.model import MechanicalModel

CASES = [(30, 6, 20000), (300, 20, 500)]
LENGTH = 108.0  # nm


def our_ns_per_cylinder(filaments: int, cylinders: int, evaluations: int) -> float:
    """The same kind of network: straight filaments with noise, a linker from each cylinder to a random other one."""
    rng = np.random.default_rng(1)
    beads = cylinders + 1
    direction = rng.normal(size=(filaments, 1, 3))
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    x = rng.uniform(0, 1000, (filaments, 1, 3)) + LENGTH * np.arange(beads)[None, :, None] * direction
    x += rng.uniform(0, 2, x.shape)
    total = filaments * cylinders
    model = MechanicalModel(
        planes=np.zeros((0, 6)),
        boundary_k=1.0,
        boundary_screening=1.0,
        boundary_cutoff=1.0,
        bending="COSINE",
        excluded_volume=None,
        volume_cutoff=1.0,
    )
    model.load(
        x.reshape(-1, 3),
        np.arange(filaments + 1) * beads,
        np.arange(filaments),
        np.tile(np.arange(cylinders), filaments),
        np.full(total, LENGTH),
        np.full(total, 100.0),
        np.full(filaments * beads, 672.0),
        np.zeros(filaments * beads),
        np.zeros(total),
        np.zeros(filaments * beads, dtype=int),
        np.full(total, 2.7),
        np.ones(total, dtype=int),
        np.stack([np.arange(total), rng.integers(0, total, total)], axis=1),
        rng.random((total, 2)),
        np.full(total, 8.0),
        rng.uniform(30, 40, total),
        np.zeros(total, dtype=np.uint8),
    )
    begin = time.perf_counter()
    for _ in range(evaluations):
        model.evaluate()
    return (time.perf_counter() - begin) / evaluations / total * 1e9


def main() -> None:
    """Print a line per case."""
    print("energy and gradient         ours       plain C     ratio (speed)")
    for filaments, cylinders, evaluations in CASES:
        ours = our_ns_per_cylinder(filaments, cylinders, evaluations)
        limit = force_ns_per_cylinder(filaments, cylinders, evaluations)
        name = f"{filaments} × {cylinders} cylinders"
        print(f"{name:24s} {ours:7.1f} ns   {limit:7.1f} ns   {limit / ours:6.2f}   (per cylinder)")


if __name__ == "__main__":
    main()
