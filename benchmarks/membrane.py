"""Cost of membranes at several mesh sizes: energy and gradient per triangle and term, cutting, remeshing, chemistry.

Columns that do not change with the size show that the cost is linear, and that of an event of the surface chemistry
independent of the size but for the logarithm. Best of several repetitions.

    python benchmarks/membrane.py
    python benchmarks/membrane.py SYSTEM SECONDS    # a deck with membranes, CPU time by phase
"""

import sys
from collections import Counter
from time import perf_counter, process_time

import numpy as np

from medyan_py.core.chemistry.descriptions import (
    Adsorption,
    Diffusing,
    Pool,
    SurfaceChemistry,
    SurfaceReaction,
    SurfaceSpecies,
)
from medyan_py.core.chemistry.engine import Engine
from medyan_py.core.mechanics.model import MechanicalModel
from medyan_py.core.membrane.crossings import Crossings
from medyan_py.core.membrane.cutting import cut_grid
from medyan_py.core.membrane.interior import Interior
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.membrane.remeshing import Remesher
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.core.membrane.terms import MembraneTerms

TERMS = {
    "tension": {"bending": None, "tension": "CONSTANT", "protection": False},
    "protection": {"bending": None, "protection": True},
    "volume": {"bending": None, "volume": "MEMBRANE"},
    "local area": {"bending": None, "stretching": "LOCAL_HARMONIC"},
    "global area": {"bending": None, "stretching": "GLOBAL_HARMONIC", "protection": False},
    **{f"bending {p}": {"curvature_policy": p} for p in ("with-sign", "squared", "mem3dg", "mixed-voronoi")},
}
LEVELS = (3, 4, 5, 6)
ROUNDS = 30
EVENTS = 200_000


def load(model, x, triangles, beads):
    """Put one closed surface into a model, and beads that are no filament to speak of."""
    n = len(beads) // 2
    model.load(
        x=beads, filament_start=2 * np.arange(n + 1), filament_key=np.arange(n), position=np.zeros(n, int),
        rest_length=np.ones(n), stretching_k=np.zeros(n), hinge_k=np.zeros(2 * n), hinge_theta=np.zeros(2 * n),
        volume_k=np.zeros(n), serial=np.zeros(2 * n, int), monomer_size=np.ones(n), monomer_interval=np.ones(n, int),
        bond_cylinders=np.zeros((0, 2), int), bond_fractions=np.zeros((0, 2)), bond_k=[], bond_rest=[],
        bond_is_motor=np.zeros(0, bool),
        membranes={
            "x": x, "triangles": triangles, "membrane": np.zeros(len(triangles), int), "bending_k": [100.0],
            "tension": [0.02], "area_k": [400.0], "rest_area": [1e6], "volume_k": [0.8], "rest_volume": [1e8],
            "triangle_stretching_k": np.ones(len(triangles)),
        },
    )  # fmt: skip


def make_model(**terms):
    return MechanicalModel(
        planes=np.zeros((0, 6)), boundary_k=1.0, boundary_screening=1.0, boundary_cutoff=1.0, bending=None,
        excluded_volume=None, volume_cutoff=1.0, membranes=MembraneTerms(**terms),
    )  # fmt: skip


def evaluation(model):
    """Seconds of one evaluation, best of several."""
    best = np.inf
    for _ in range(ROUNDS):
        start = perf_counter()
        model.evaluate()
        best = min(best, perf_counter() - start)
    return best


def cut(mesh, _):
    """Seconds to cut compartments."""
    start = perf_counter()
    cut_grid(mesh, [0], [np.linspace(0, 660, 7)] * 3)
    return perf_counter() - start


def plant(mesh, interior):
    """Seconds to make what answers questions of inside and outside."""
    start = perf_counter()
    interior.take(mesh, [0])
    return perf_counter() - start


def cross(mesh, _):
    """Seconds to find that the membrane does not pass through itself."""
    start = perf_counter()
    Crossings(mesh.vertices["x"], mesh.triangles["corner"]).of_itself()
    return perf_counter() - start


def surface_chemistry(x, triangles):
    """An engine with about as many molecules of each of two species on a membrane as it has vertices.

    They diffuse, cover area, react, come from the volume and go there.
    """
    mesh = MembraneMesh(2)
    mesh.add(x + 500, triangles)
    mesh.vertices["copies"][mesh.vertices.rows] = 1
    species = (SurfaceSpecies("M", 1e5, 40.0), SurfaceSpecies("N", 1e5))
    reactions = (SurfaceReaction((0,), (1,), 5.0), SurfaceReaction((1,), (0,), 5.0), SurfaceReaction((0, 1), (0,), 1.0))
    adsorption = Adsorption(Pool(False, 0), 0, 10.0, 1.0)
    engine = Engine((4, 4, 4), (250.0,) * 3, np.ones(64), [Diffusing("A", 1e6)], [], [], 1,
                    surface=SurfaceChemistry(mesh, species, reactions, (adsorption,)))  # fmt: skip
    engine.spread(0, 1000)
    engine.start()
    return engine


def material(surfaces):
    """Evaluations that a spheroid takes to rest whose triangles keep their areas, and seconds per step."""
    evaluations, seconds = [], []
    for x, triangles in surfaces:
        model = make_model(stretching="LOCAL_HARMONIC", volume="MEMBRANE")
        load(model, x * [1.1, 1.1, 0.8], triangles, np.zeros((0, 3)))
        start = perf_counter()
        record = model.minimise(gradient_tolerance=0.1)
        evaluations.append(record.evaluations)
        seconds.append((perf_counter() - start) / max(1, record.iterations))
    return evaluations, seconds


def surface_costs(surfaces):
    """Rows of the table: events of the chemistry, and what a cycle costs per vertex."""
    events, cycle = [], []
    for x, triangles in surfaces:
        engine = surface_chemistry(x, triangles)
        start = perf_counter()
        engine.update_surface()
        cycle.append((perf_counter() - start) / len(x) * 1e6)
        best = np.inf
        for _ in range(5):
            start = perf_counter()
            engine.run_events(EVENTS)
            best = min(best, perf_counter() - start)
        events.append(best / EVENTS * 1e6)
    return events, cycle


def phases(path, seconds):
    """CPU seconds per simulated second of a deck, by phase; phases of the relaxation are parts of it."""
    from medyan_py import Simulation

    simulation, spent, evaluations = Simulation.from_deck(path, seed=1), Counter(), []

    def watch(owner, method, label):
        function = getattr(owner, method)

        def timed(*arguments):
            start = process_time()
            result = function(*arguments)
            spent[label] += process_time() - start
            return result

        setattr(owner, method, timed)

    mechanics = simulation._mechanics
    watch(simulation, "_react", "chemistry")
    watch(mechanics, "relax", "relaxation and remeshing")
    watch(mechanics, "load", "  loading")
    watch(mechanics, "_minimise", "  minimisation")
    watch(simulation._membranes, "adapt", "  remeshing")
    watch(simulation._membranes, "hinder", "  triangles that tips feel")
    watch(simulation._membranes, "look_for_crossing", "  search for crossings")
    start = process_time()
    simulation.run(seconds, on_cycle=lambda s: evaluations.append(s.minimisation.evaluations))
    spent["all"] = process_time() - start
    vertices, triangles = (
        sum(len(getattr(m, name)) for m in simulation.membranes) for name in ("vertices", "triangles")
    )
    print(f"{path}: {vertices} vertices, {triangles} triangles, {len(evaluations)} cycles, "
          f"{np.mean(evaluations):.1f} evaluations each; CPU s per simulated s")  # fmt: skip
    for label, value in spent.items():
        print(f"{label:28}{value / seconds:10.2f}")


def main():
    if len(sys.argv) == 3:
        phases(sys.argv[1], float(sys.argv[2]))
        return
    surfaces = [icosphere(level, 300.0) for level in LEVELS]
    print("ns per triangle".ljust(26) + "".join(f"{len(t):>9}" for _, t in surfaces))
    for name, terms in TERMS.items():
        model, row = make_model(**terms), []
        for x, triangles in surfaces:
            load(model, x, triangles, np.zeros((0, 3)))
            row.append(evaluation(model) / len(triangles) * 1e9)
        print(name.ljust(26) + "".join(f"{value:9.1f}" for value in row))
    row = []
    for x, triangles in surfaces:
        rng = np.random.default_rng(1)
        beads = x[rng.integers(len(x), size=400)] * rng.uniform(0.9, 0.97, (400, 1))
        model = make_model(bending=None, bead_repulsion="REPULSION", bead_repulsion_k=650.0, bead_repulsion_cutoff=30.0)
        load(model, x, triangles, beads)
        row.append(evaluation(model) / len(model.triangle_bead_pairs) * 1e9)
    print("bead repulsion, per pair".ljust(26) + "".join(f"{value:9.1f}" for value in row))
    for name, work in (("compartments, 6³", cut), ("tree of boxes", plant), ("search for crossings", cross)):
        row = []
        for x, triangles in surfaces:
            mesh = MembraneMesh()
            mesh.add(x + 330.0, triangles)
            interior = Interior()
            row.append(min(work(mesh, interior) for _ in range(ROUNDS)) / len(triangles) * 1e9)
        print(name.ljust(26) + "".join(f"{value:9.1f}" for value in row))
    row = []
    for x, triangles in surfaces:
        model = make_model(tension="CONSTANT", volume="MEMBRANE")
        load(model, x * [1.1, 1.1, 0.8], triangles, np.zeros((0, 3)))
        row.append(model.minimise(gradient_tolerance=0.1).evaluations)
    print("evaluations, spheroid to sphere".ljust(26) + "".join(f"{value:9d}" for value in row))
    evaluations, seconds = material(surfaces[:2])
    print("and of a material".ljust(26) + "".join(f"{value:9d}" for value in evaluations))
    print("– ms per step".ljust(26) + "".join(f"{value * 1e3:9.0f}" for value in seconds))
    print("µs per vertex")
    adapted, first = [], []
    for level, (x, triangles) in zip(LEVELS, surfaces, strict=True):
        mesh = MembraneMesh()
        mesh.add(x * 2 ** (level - 3), triangles)
        remesher = Remesher(mesh, 1, [True], max_size=30.0)
        for result in (first, adapted):
            start = perf_counter()
            remesher.adapt()
            result.append((perf_counter() - start) / len(mesh.vertices) * 1e6)
    print("first remeshing".ljust(26) + "".join(f"{value:9.2f}" for value in first))
    print("nothing to do".ljust(26) + "".join(f"{value:9.2f}" for value in adapted))
    events, cycle = surface_costs(surfaces)
    print("rates after a relaxation".ljust(26) + "".join(f"{value:9.2f}" for value in cycle))
    print("µs")
    print("event of the chemistry".ljust(26) + "".join(f"{value:9.2f}" for value in events))


if __name__ == "__main__":
    main()
