"""From what size on several threads pay: wall time of energy and gradient with one thread and with more.

python benchmarks/threads.py [threads] [seconds]

Passes of one and of several threads take turns on random networks. Printed are the shortest pass and the one that
only one in a hundred is shorter than: on a machine with other work to do those in which all processors were free.
"""

import sys
from time import perf_counter

import numpy as np

from medyan_py.core.mechanics.model import MechanicalModel

FILAMENTS = (40, 120, 200, 300, 400, 800, 4000)  # of five cylinders of 54 nm
PER_VOLUME = 300 / 900.0**3  # nm⁻³


def network(filaments, threads):
    """A model with a loaded network, and its numbers of cylinders and excluded-volume pairs."""
    rng = np.random.default_rng(5)
    side, beads, cylinders = (filaments / PER_VOLUME) ** (1 / 3), 6 * filaments, 5 * filaments
    step = rng.normal(size=(filaments, 1, 3))
    step *= 54 / np.linalg.norm(step, axis=2, keepdims=True)
    x = rng.uniform(0, side, (filaments, 1, 3)) + np.arange(6)[:, None] * step + rng.normal(size=(filaments, 6, 3))
    bonds = cylinders // 3
    model = MechanicalModel(
        planes=[[*(side * (n < 0).any() * abs(n)), *n] for n in np.vstack([np.eye(3), -np.eye(3)])],
        boundary_k=41.0, boundary_screening=2.7, boundary_cutoff=200.0, bending="COSINE",
        excluded_volume="integral", volume_cutoff=120.0,
    )  # fmt: skip
    model.threads = threads
    model.load(
        x=x.reshape(-1, 3), filament_start=6 * np.arange(filaments + 1), filament_key=np.arange(filaments),
        position=np.tile(np.arange(5), filaments), rest_length=np.full(cylinders, 54.0),
        stretching_k=np.full(cylinders, 100.0), hinge_k=np.full(beads, 672.0), hinge_theta=np.zeros(beads),
        volume_k=np.full(cylinders, 137.0), serial=np.zeros(beads, int), monomer_size=np.full(cylinders, 2.7),
        monomer_interval=np.ones(cylinders, int), bond_cylinders=rng.integers(cylinders, size=(bonds, 2)),
        bond_fractions=rng.random((bonds, 2)), bond_k=np.full(bonds, 1e-3), bond_rest=np.full(bonds, 40.0),
        bond_is_motor=np.arange(bonds) % 2,
    )  # fmt: skip
    return model, cylinders, len(model.pairs)


def main(threads, seconds):
    systems = [(network(n, 1), network(n, threads)[0]) for n in FILAMENTS]
    times = [([], []) for _ in FILAMENTS]
    end = perf_counter() + seconds
    while perf_counter() < end:
        for ((one, cylinders, pairs), several), found in zip(systems, times, strict=True):
            for _ in range(max(3, 20000 // (cylinders + pairs))):
                for model, passes in zip((one, several), found, strict=True):
                    begin = perf_counter()
                    model.evaluate()
                    passes.append(1e6 * (perf_counter() - begin))
    print(f"µs with 1 and {threads} threads: shortest pass, and what one pass in a hundred is below")
    for ((_, cylinders, pairs), _), found in zip(systems, times, strict=True):
        (a, b), (c, d) = (np.percentile(passes, (0, 1)) for passes in found)
        figures = f"{a:6.0f} {c:6.0f} ({a / c:.2f})  {b:6.0f} {d:6.0f} ({b / d:.2f})"
        print(f"{cylinders:6} cylinders {pairs:7} pairs: {figures}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(int(arguments[0]) if arguments else 2, float(arguments[1]) if len(arguments) > 1 else 60.0)
