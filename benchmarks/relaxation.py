"""Cost of one energy evaluation and of one minimisation of a small actomyosin network.

Thirty filaments of about six cylinders (108 nm, end cylinders of all lengths down to one monomer), eighty linkers and
fifty motors in a box of 1 µm × 1 µm × 0.5 µm. The network is relaxed, then perturbed again and again as by a lively
chemistry interval: motor heads step 27 nm, plus ends grow by a monomer, links disappear and others bind free of
stress.

    python benchmarks/relaxation.py [perturbations]
"""

import sys
from time import perf_counter

import numpy as np

from medyan_py.core.mechanics.model import MechanicalModel

FULL, MONOMER = 108.0, 2.7
BOX = np.array([1000.0, 1000.0, 500.0])
INSET = 25.0


class Network:
    """State of the benchmark as plain arrays, and its perturbations."""

    def __init__(self, seed, filaments=30, linkers=80, motors=50, box=BOX):
        self.rng = np.random.default_rng(seed)
        self.box = box
        self.beads, self.rest = [], []
        while len(self.beads) < filaments:
            self.add_filament()
        self.bonds = []
        while sum(not b["motor"] for b in self.bonds) < linkers:
            self.bind(False, 40.0)
        while sum(b["motor"] for b in self.bonds) < motors:
            self.bind(True, 225.0)

    def add_filament(self):
        inner = self.rng.integers(3, 6)
        ends = MONOMER * self.rng.integers(1, 41, 2)
        rest = np.array([ends[0], *[FULL] * inner, ends[1]])
        direction = self.rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        start = self.rng.uniform(60, self.box - 60)
        stop = start + rest.sum() * direction
        if np.all(stop > 60) and np.all(stop < self.box - 60):
            self.beads.append(start + np.concatenate([[0], np.cumsum(rest)])[:, None] * direction)
            self.rest.append(rest)

    def point(self, filament, cylinder, fraction):
        a, b = self.beads[filament][cylinder : cylinder + 2]
        return (1 - fraction) * a + fraction * b

    def site(self):
        f = self.rng.integers(len(self.beads))
        return int(f), int(self.rng.integers(len(self.rest[f]))), float(self.rng.choice([0.125, 0.375, 0.625, 0.875]))

    def bind(self, motor, reach):
        for _ in range(100000):
            a, b = self.site(), self.site()
            distance = np.linalg.norm(self.point(*a) - self.point(*b))
            if a[0] != b[0] and distance < reach:
                k = self.rng.uniform(5, 20) if motor else 8.0
                self.bonds.append({"ends": [a, b], "k": k, "rest": distance, "motor": motor})
                return
        raise RuntimeError("no two sites in reach")

    def perturb(self):
        motors = [b for b in self.bonds if b["motor"]]
        for bond in self.rng.choice(motors, 4, replace=False):
            end = self.rng.integers(2)
            f, c, u = bond["ends"][end]
            c, u = (c, u + 0.25) if u < 0.75 else (min(c + 1, len(self.rest[f]) - 1), 0.125)
            bond["ends"][end] = (f, c, u)
        for f in self.rng.choice(len(self.beads), 10, replace=False):
            if self.rest[f][-1] < FULL - 1:
                tangent = self.beads[f][-1] - self.beads[f][-2]
                self.beads[f][-1] += MONOMER * tangent / np.linalg.norm(tangent)
                self.rest[f][-1] += MONOMER
        for motor, count, reach in ((False, 3, 40.0), (True, 1, 225.0)):
            kind = [i for i, b in enumerate(self.bonds) if b["motor"] == motor]
            gone = set(self.rng.choice(kind, count, replace=False))
            self.bonds = [b for i, b in enumerate(self.bonds) if i not in gone]
            for _ in range(count):
                self.bind(motor, reach)

    def arrays(self):
        x = np.concatenate(self.beads)
        rest = np.concatenate(self.rest)
        start = np.cumsum([0] + [len(b) for b in self.beads])
        hinge = np.zeros(len(x))
        position = []
        for f, own in enumerate(self.rest):
            hinge[start[f] + 1 : start[f + 1] - 1] = 672 * FULL * 2 / (own[:-1] + own[1:])
            position += range(len(own))
        n, cylinders = len(x), len(rest)
        index = [[start[f] - f + c for f, c, _ in b["ends"]] for b in self.bonds]
        return {
            "x": x, "filament_start": start, "filament_key": np.arange(len(self.beads)), "position": np.array(position),
            "rest_length": rest, "stretching_k": 100 * FULL / rest, "hinge_k": hinge, "hinge_theta": np.zeros(n),
            "volume_k": np.full(cylinders, 8.57), "serial": np.zeros(n, int),
            "monomer_size": np.full(cylinders, MONOMER),
            "monomer_interval": np.ones(cylinders, int), "bond_cylinders": np.array(index),
            "bond_fractions": np.array([[u for _, _, u in b["ends"]] for b in self.bonds]),
            "bond_k": np.array([b["k"] for b in self.bonds]), "bond_rest": np.array([b["rest"] for b in self.bonds]),
            "bond_is_motor": np.array([b["motor"] for b in self.bonds]),
        }  # fmt: skip

    def take(self, x):
        stops = np.cumsum([len(b) for b in self.beads])
        self.beads = np.split(x, stops[:-1])


def box_planes(box):
    planes = []
    for axis in range(3):
        for sign in (1, -1):
            point, normal = np.zeros(3), np.zeros(3)
            point[axis] = INSET if sign > 0 else box[axis] - INSET
            normal[axis] = sign
            planes.append([*point, *normal])
    return np.array(planes)


def make_model(box=BOX):
    return MechanicalModel(
        planes=box_planes(box), boundary_k=41.0, boundary_screening=2.7, boundary_cutoff=300.0,
        bending="COSINE", excluded_volume="integral", volume_cutoff=135.0,
    )  # fmt: skip


def time_evaluation(model, repeats=500):
    start = perf_counter()
    for _ in range(repeats):
        model.evaluate()
    return 1e6 * (perf_counter() - start) / repeats


def main(perturbations):
    rows = []
    for seed in range(3):
        network, model = Network(seed), make_model()
        arrays = network.arrays()
        model.load(**arrays)
        first = model.minimise()
        print(
            f"network {seed}: {len(arrays['x'])} beads, {len(model.pairs)} pairs; first relaxation",
            first.status,
            first.evaluations,
        )
        print(f"  one evaluation {time_evaluation(model):.1f} µs")
        network.take(model.positions)
        for _ in range(perturbations):
            network.perturb()
            arrays = network.arrays()
            start = perf_counter()
            model.load(**arrays)
            loaded = perf_counter()
            record = model.minimise()
            done = perf_counter()
            network.take(model.positions)
            rows.append((record.evaluations, record.iterations, record.energy_before, record.energy_after,
                         record.residual, record.predicted_decrease, record.largest_displacement, record.rebuilds,
                         1e6 * (loaded - start), 1e3 * (done - loaded), record.status == "converged"))  # fmt: skip
    names = ("evaluations", "iterations", "energy before", "energy after", "residual pN", "predicted pN nm",
             "largest move nm", "rebuilds", "load µs", "minimise ms", "converged")  # fmt: skip
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        print(f"{name:>16}: median {np.median(column):10.3f}   range {min(column):10.3f} … {max(column):10.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
