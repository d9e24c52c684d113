"""Chains of cylinders with actin's constants, held by springs: what closed formulas of rods are compared with."""

import numpy as np

from medyan_py.core.mechanics.model import MechanicalModel

FULL = 108.0  # nm
STRETCHING = 100.0 * FULL  # pN; of a cylinder of length l: stretching constant × l
BENDING = 672.0 * FULL  # pN nm²; bending rigidity: hinge constant × distance of hinges


def chain(lengths, bending="COSINE", wall=None):
    """A straight chain along x from the origin, not yet loaded: the model and the arguments of ``load``.

    ``wall``: height x of a plane that faces back, K = 41 pN nm, λ = 2.7 nm.
    """
    lengths = np.array(lengths, float)
    n = len(lengths) + 1
    x = np.zeros((n, 3))
    x[1:, 0] = np.cumsum(lengths)
    hinge = np.zeros(n)
    hinge[1:-1] = BENDING / (0.5 * (lengths[1:] + lengths[:-1]))
    model = MechanicalModel(
        planes=[] if wall is None else [[wall, 0, 0, -1, 0, 0]],
        boundary_k=41.0, boundary_screening=2.7, boundary_cutoff=1e6, bending=bending, excluded_volume=None,
        volume_cutoff=1.0, pinning=True,
    )  # fmt: skip
    state = {
        "x": x, "filament_start": [0, n], "filament_key": [0], "position": np.arange(n - 1),
        "rest_length": lengths, "stretching_k": STRETCHING / lengths, "hinge_k": hinge, "hinge_theta": np.zeros(n),
        "volume_k": np.zeros(n - 1), "serial": np.zeros(n, int), "monomer_size": np.full(n - 1, 2.7),
        "monomer_interval": np.ones(n - 1, int), "bond_cylinders": np.zeros((0, 2), int),
        "bond_fractions": np.zeros((0, 2)), "bond_k": [], "bond_rest": [], "bond_is_motor": [],
    }  # fmt: skip
    return model, state


def hold(beads, places, k):
    """Springs (pN/nm) between beads and places."""
    return {"bead": np.array(beads), "place": np.array(places, float), "k": np.array(k, float)}


def spring_forces(model, pins):
    """(springs, 3) force of each spring on its bead, pN."""
    return pins["k"][:, None] * (pins["place"] - model.positions[pins["bead"]])
