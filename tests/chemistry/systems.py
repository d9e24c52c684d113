"""Small systems with filaments, built by hand."""

import numpy as np

from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, Growth, Pool, Shrinkage
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

MINUS, PLUS = 0, 1
SITES = (6, 16, 26, 36)
NO_REACH = {"r_min": 1.0, "r_max": 1.0}  # a binding rule whose candidate list is always empty


def system(chains, *, slots=40, sites=SITES, size=(1000.0,) * 3, shape=(1, 1, 1), diffusing=(), bulk=(), seed=1,
           free=(), **options):  # fmt: skip
    """A chemistry with filaments through the given chains of points.

    ``free``: copy numbers of the bulk species, in order; of diffusing species per compartment if there are no bulk
    species.
    """
    chemistry = FilamentChemistry(
        shape,
        size,
        np.ones(int(np.prod(shape))),
        diffusing,
        bulk,
        options.pop("reactions", ()),
        seed,
        filaments=Filaments(
            [(2.7, 2.7 * slots, slots, sites)], full_cylinder_fractions=options.pop("full_cylinder_fractions", False)
        ),
        **options,
    )
    for points in chains:
        chemistry.add_filament(0, np.asarray(points, dtype=float))
    for species, n in enumerate(free):
        if bulk:
            chemistry.set_bulk(species, n)
        else:
            for c in range(chemistry.compartments):
                chemistry.set_count(c, species, n)
    chemistry.start()
    chemistry.update()
    chemistry.rebuild_candidates()
    return chemistry


def straight(start, direction, cylinders, slots=40):
    """Points of a straight filament of full cylinders of 2.7 nm monomers."""
    direction = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    return np.asarray(start, dtype=float) + 2.7 * slots * np.arange(cylinders + 1)[:, None] * direction


def constant(name="M"):
    """A free species that is never used up."""
    return [Bulk(name, True)]


BULK = Pool(True, 0)
LOCAL = Pool(False, 0)


def molecules(name="M"):
    """A diffusing species that stays in its compartment."""
    return [Diffusing(name, 0.0)]


def grow(side, rate, free=BULK, *, end=0, inside=0, new_end=0):
    return Growth(0, side, free, end, inside, new_end, rate)


def shrink(side, rate, free=BULK, *, end=0, inside=0, new_end=0):
    return Shrinkage(0, side, free, end, inside, new_end, rate)


def step(chemistry, events=1):
    """Fire the next ``events`` events."""
    for _ in range(events):
        chemistry.run(chemistry.next_time)


def run_out(chemistry, most=100_000):
    """Fire events until nothing can happen, at most ``most``."""
    step_until(chemistry, lambda: chemistry.next_time == np.inf, most)


def step_until(chemistry, reached, most=100_000):
    """Fire events until ``reached()``, at most ``most``."""
    for _ in range(most):
        if reached():
            return
        step(chemistry)
    raise AssertionError(f"not reached within {most} events")


def chain(chemistry, filament=0):
    """Rows of the cylinders of a filament from the minus to the plus end."""
    cylinders, rows = chemistry.filaments.cylinders, []
    c = int(chemistry.filaments.table["tip"][filament, MINUS])
    while c >= 0:
        rows.append(c)
        c = int(cylinders["neighbour"][c, PLUS])
    return rows


def end_beads(chemistry, filament=0):
    """Rows of the outermost beads of a filament: minus, plus."""
    rows, bead = chain(chemistry, filament), chemistry.filaments.cylinders["bead"]
    return int(bead[rows[0], MINUS]), int(bead[rows[-1], PLUS])


def serials(chemistry):
    """Monomer serials of both ends of every filament, int64 (filaments, 2): minus, plus."""
    column = chemistry.filaments.beads["serial"]
    return np.array([[column[b] for b in end_beads(chemistry, int(f))] for f in chemistry.filaments.table.rows])


def length(chemistry, filament=0):
    """Number of monomers of a filament."""
    return int(chemistry.filaments.cylinders["monomers"][chain(chemistry, filament)].sum())


def whole_propensity(chemistry, action, argument=0):
    """Propensity (1/s) of a channel of the whole system."""
    return chemistry.channel_propensities[1][chemistry.whole_templates.index((action, argument))]


def local_propensity(chemistry, action, argument=0):
    """Propensities (1/s) of a channel in every compartment."""
    column = chemistry.diffusing + chemistry.local_templates.index((action, argument))
    return chemistry.channel_propensities[0][:, column]
