"""Systems with filaments for benchmarks: bundles of filaments in a box, with one kind of event each."""

import numpy as np

from medyan_py.core.chemistry.descriptions import Aging, Binding, Diffusing, Growth, Pool, Shrinkage
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

MONOMER, SLOTS, SITES = 2.7, 40, (6, 16, 26, 36)
CYLINDER = MONOMER * SLOTS  # nm
COMPARTMENT = 500.0  # nm
BUNDLE, SPACING = 10, 35.0  # filaments side by side, nm
ACTIN, LINKER, MOTOR = (Pool(False, i) for i in range(3))
TREADMILLING = {
    "growths": [Growth(0, side, ACTIN, 0, 0, 0, 0.02) for side in (0, 1)],
    "shrinkages": [Shrinkage(0, side, ACTIN, 0, 0, 0, 2.0) for side in (0, 1)],
}
AGING = {"agings": [Aging(0, -1, 0, 1, 1e-6), Aging(0, -1, 1, 2, 1e-6)]}
LINKERS = {"bindings": [Binding(False, 0, (0, 0), (0, 0), LINKER, 0.01, 0.3, 10.0, 60.0, 8.0)]}
MOTORS = {
    "bindings": [
        Binding(
            True, 0, (0, 0), (0, 0), MOTOR, 1.0, 1e-9, 10.0, 225.0, 2.5, walking=(3.0, 3.0), walking_back=(3.0, 3.0)
        )
    ]
}


APART = 2  # compartments between the middles of lone bundles, along each axis


def box(filaments, cylinders):
    """Number of compartments along an edge of a box that has about 40 cylinders per compartment."""
    return max(2, round((filaments * cylinders / 40) ** (1 / 3)))


def lone_box(filaments):
    """Number of compartments along an edge of a box in which every bundle has ``APART``³ compartments for itself."""
    edge = 1
    while edge**3 * BUNDLE < filaments:
        edge += 1
    return APART * edge


def network(
    filaments,
    cylinders,
    *,
    molecules=(0, 0, 0),
    edge=None,
    seed=1,
    rebuild=True,
    lone=False,
    diffusion=0.0,
    **reactions,
):
    """A chemistry of bundles of ten straight filaments at random places.

    ``molecules``: total numbers of free actin, linkers and motors, spread evenly; ``edge``: compartments along an edge;
    ``lone``: every bundle has a place for itself, out of the reach of others; ``edge`` must leave room for them;
    ``diffusion``: coefficient of actin, nm²/s; other molecules stay where they are.
    """
    edge = edge or (lone_box(filaments) if lone else box(filaments, cylinders))
    rng = np.random.default_rng(seed)
    chemistry = FilamentChemistry(
        (edge,) * 3,
        (COMPARTMENT,) * 3,
        np.ones(edge**3),
        [Diffusing("actin", diffusion), Diffusing("linker", 0.0), Diffusing("motor", 0.0)],
        [],
        [],
        seed,
        filaments=Filaments([(MONOMER, CYLINDER, SLOTS, SITES)]),
        **reactions,
    )
    size = edge * COMPARTMENT
    length = cylinders * CYLINDER
    for number in range(filaments):
        if number % BUNDLE == 0:
            direction, aside, up = np.linalg.qr(rng.normal(size=(3, 3)))[0]
            middle = rng.uniform(0.1 * size, 0.9 * size, 3)
            if lone:
                cell = np.unravel_index(number // BUNDLE, (edge // APART,) * 3)
                middle = (np.array(cell) + 0.5) * APART * COMPARTMENT
        row, column = divmod(number % BUNDLE, 5)
        start = middle + SPACING * (column * aside + row * up) - direction * length / 2
        chemistry.add_filament(0, start + CYLINDER * np.arange(cylinders + 1)[:, None] * direction)
    for species, number in enumerate(molecules):
        share = rng.multinomial(number, np.full(edge**3, edge**-3.0))
        for c in np.flatnonzero(share):
            chemistry.set_count(int(c), species, int(share[c]))
    chemistry.start()
    chemistry.update()
    if rebuild:
        chemistry.rebuild_candidates()
    return chemistry
