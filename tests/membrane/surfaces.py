"""Surfaces and models for the tests of membranes."""

import numpy as np
from scipy.spatial import Delaunay

from medyan_py.core.mechanics.model import MechanicalModel
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.core.membrane.terms import MembraneTerms

OCTAHEDRON = (
    np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float),
    np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]]),
)
TETRAHEDRON = (
    np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], float),
    np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]),
)
POLICIES = ("with-sign", "squared", "mem3dg", "mixed-voronoi")


def octahedron(radius=1.0):
    return radius * OCTAHEDRON[0], OCTAHEDRON[1].copy()


def make_mesh(*surfaces, species=0):
    mesh = MembraneMesh(species)
    for surface in surfaces:
        mesh.add(*surface)
    return mesh


def equilateral(columns, rows, edge, periodic_height=None):
    """Equilateral lattice of rows along x in the plane z = 0: vertices and triangles, normals along z."""
    i, j = np.meshgrid(np.arange(columns), np.arange(rows))
    x = np.stack([edge * (i + 0.5 * (j % 2)), edge * 0.75**0.5 * j, 0.0 * i], axis=-1).reshape(-1, 3)
    triangles = []
    for row in range(rows - 1):
        for column in range(columns - 1):
            a, b = row * columns + column, row * columns + column + 1
            c, d = a + columns, b + columns
            triangles += [(a, b, d), (a, d, c)] if row % 2 else [(a, b, c), (b, d, c)]
    return x, np.array(triangles)


def disc(radius, edge):
    """Flat disc about the origin, vertex 0 in its middle, with rings of evenly spaced vertices."""
    rings, points = round(radius / edge), [(0.0, 0.0)]
    for k in range(1, rings + 1):
        angle = 2 * np.pi * np.arange(6 * k) / (6 * k) + 0.3 * k
        points += list(zip(radius * k / rings * np.cos(angle), radius * k / rings * np.sin(angle), strict=True))
    flat = np.array(points)
    triangles = Delaunay(flat).simplices
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    twice = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    triangles, twice = triangles[np.abs(twice) > 1e-6 * edge**2], twice[np.abs(twice) > 1e-6 * edge**2]
    triangles[twice < 0] = triangles[twice < 0, ::-1]
    return np.c_[flat, 0 * flat[:, 0]], triangles


def make_model(**terms):
    """A model of membranes alone (and of beads, if ``load`` is given filaments)."""
    return MechanicalModel(
        planes=np.zeros((0, 6)),
        boundary_k=1.0,
        boundary_screening=1.0,
        boundary_cutoff=1.0,
        bending=None,
        excluded_volume=None,
        volume_cutoff=1.0,
        membranes=MembraneTerms(**terms),
    )


def no_filaments(beads=()):
    """The arguments of ``load`` apart from membranes; ``beads``: pairs of bead positions, a cylinder without stiffness
    each."""
    x = np.array(beads, float).reshape(-1, 3)
    n = len(x) // 2
    return {
        "x": x,
        "filament_start": 2 * np.arange(n + 1),
        "filament_key": np.arange(n),
        "position": np.zeros(n, int),
        "rest_length": np.ones(n),
        "stretching_k": np.zeros(n),
        "hinge_k": np.zeros(len(x)),
        "hinge_theta": np.zeros(len(x)),
        "volume_k": np.zeros(n),
        "serial": np.zeros(len(x), int),
        "monomer_size": np.ones(n),
        "monomer_interval": np.ones(n, int),
        "bond_cylinders": np.zeros((0, 2), int),
        "bond_fractions": np.zeros((0, 2)),
        "bond_k": [],
        "bond_rest": [],
        "bond_is_motor": np.zeros(0, bool),
    }


def table(x, triangles, **more):
    return {"x": x, "triangles": triangles, "membrane": np.zeros(len(triangles), int)} | more


def solve(model, x, triangles, beads=(), **more):
    """Energies by name and forces on the vertices."""
    model.load(**no_filaments(beads), membranes=table(x, triangles, **more))
    return model.evaluate(), model.vertex_forces


def distorted(seed, closed=True, level=1, radius=100.0, share=0.12):
    """An icosphere whose vertices are moved at random; open where three neighbouring triangles are cut out."""
    x, triangles = icosphere(level, radius)
    x = x + np.random.default_rng(seed).normal(size=x.shape) * share * radius / 3**0.5
    if closed:
        return x, triangles
    around = [n for n, corners in enumerate(triangles) if 0 in corners]
    keep = np.setdiff1d(np.arange(len(triangles)), around)
    used = np.unique(triangles[keep])
    number = np.zeros(len(x), int)
    number[used] = np.arange(len(used))
    return x[used], number[triangles[keep]]


def slopes(energy, x, h=1e-3):
    """Gradient of a function of positions by sixth-order central differences."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        for step, weight in ((1, 45), (2, -9), (3, 1)):
            for sign in (1, -1):
                moved = x.copy()
                moved[index] += sign * step * h
                gradient[index] += sign * weight * energy(moved) / (60 * h)
    return gradient
