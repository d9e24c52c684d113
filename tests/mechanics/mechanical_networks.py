"""Small networks for the tests of mechanics."""

import numpy as np

from medyan_py.core.mechanics.model import MechanicalModel

L0, DELTA = 108.0, 2.7


def make_model(planes=(), bending="COSINE", excluded_volume="integral", volume_cutoff=150.0, **boundary):
    settings = {"boundary_k": 41.0, "boundary_screening": 2.7, "boundary_cutoff": 300.0} | boundary
    return MechanicalModel(
        planes=np.array(planes, float).reshape(-1, 6),
        bending=bending,
        excluded_volume=excluded_volume,
        volume_cutoff=volume_cutoff,
        **settings,
    )


def arrays(filaments, bonds=(), rest=None, stretching=0.0, hinge=0.0, theta=0.0, volume=0.0, **changes):
    """Arguments of ``load`` for filaments given as lists of bead positions.

    ``bonds``: (cylinder a, cylinder b, fraction a, fraction b, k, rest, is motor) each. ``stretching`` is pN/nm of
    every cylinder, ``hinge`` pN nm of every hinge; ``rest`` defaults to the present lengths.
    """
    beads = [np.array(f, float).reshape(-1, 3) for f in filaments]
    x = np.concatenate(beads) if beads else np.zeros((0, 3))
    lengths = [np.linalg.norm(np.diff(b, axis=0), axis=1) for b in beads]
    cylinders = len(x) - len(beads)
    bonds = list(bonds)
    state = {
        "x": x,
        "filament_start": np.cumsum([0, *map(len, beads)]).astype(np.int32),
        "filament_key": np.arange(len(beads)),
        "position": np.array([i for b in beads for i in range(len(b) - 1)], np.int32),
        "rest_length": np.concatenate(lengths) if rest is None and beads else np.zeros(cylinders) + (rest or 0),
        "stretching_k": np.zeros(cylinders) + stretching,
        "hinge_k": np.zeros(len(x)) + hinge,
        "hinge_theta": np.zeros(len(x)) + theta,
        "volume_k": np.zeros(cylinders) + volume,
        "serial": np.zeros(len(x), np.int32),
        "monomer_size": np.full(cylinders, DELTA),
        "monomer_interval": np.ones(cylinders, np.int32),
        "bond_cylinders": np.array([b[:2] for b in bonds], np.int32).reshape(-1, 2),
        "bond_fractions": np.array([b[2:4] for b in bonds], float).reshape(-1, 2),
        "bond_k": np.array([b[4] for b in bonds], float),
        "bond_rest": np.array([b[5] for b in bonds], float),
        "bond_is_motor": np.array([b[6] for b in bonds], np.uint8),
    }
    return state | changes


def solve(filaments, bonds=(), model=None, **options):
    """A loaded model and its energies."""
    model = model or make_model()
    model.load(**arrays(filaments, bonds, **options))
    return model, model.evaluate()


def slopes(model, state, h=1e-3):
    """Gradient of the total energy by sixth-order central differences of ``evaluate``; pairs listed must not change."""
    x = state["x"]
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        for step, weight in ((1, 45), (2, -9), (3, 1)):
            for sign in (1, -1):
                moved = x.copy()
                moved[index] += sign * step * h
                model.load(**(state | {"x": moved}))
                gradient[index] += sign * weight * sum(model.evaluate().values()) / (60 * h)
    model.load(**state)
    return gradient


def box(low, high):
    """Six inward planes of the box between two corners."""
    planes = []
    for axis in range(3):
        for sign, corner in ((1, low), (-1, high)):
            normal = np.zeros(3)
            normal[axis] = sign
            planes.append([*np.where(normal, corner, 0.0), *normal])
    return np.array(planes)


def rotation(rng):
    """A random rotation matrix."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q *= np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


def branch_table(mother, daughter, fraction, **constants):
    """``branches`` of ``load`` with one entry per daughter; single constants are repeated."""
    n = len(daughter)
    return {"mother": mother, "daughter": daughter, "fraction": fraction} | {
        name: np.full(n, float(value)) for name, value in constants.items()
    }


def forces_of(model, state):
    """Forces on beads and then on bubbles in their order, and the total energy."""
    model.load(**state)
    energy = sum(model.evaluate().values())
    return np.concatenate([model.forces, model.bubble_forces]), energy


def assert_forces_match_energy(model, state, tolerance=1e-6, h=1e-3):
    """Forces on beads and bubbles equal the energy's slope (sixth-order differences) relative to the largest force."""
    force, _ = forces_of(model, state)
    bubbles = state.get("bubbles")
    slope = np.zeros_like(force)
    beads = len(state["x"])
    for index in np.ndindex(force.shape):
        for step, weight in ((1, 45), (2, -9), (3, 1)):
            for sign in (1, -1):
                x = np.array(state["x"], float)
                centres = np.zeros((0, 3)) if bubbles is None else np.array(bubbles["x"], float)
                part, row = (x, index[0]) if index[0] < beads else (centres, index[0] - beads)
                part[row, index[1]] += sign * step * h
                moved = state | {"x": x}
                if bubbles is not None:
                    moved["bubbles"] = bubbles | {"x": centres}
                slope[index] += sign * weight * forces_of(model, moved)[1] / (60 * h)
    model.load(**state)
    assert np.abs(force + slope).max() < tolerance * np.abs(force).max()
