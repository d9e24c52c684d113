"""Systems with molecules on membranes, and a slow model of their rules, written from the definitions."""

import math

import numpy as np
from surfaces import make_mesh

from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, SurfaceChemistry, SurfaceSpecies
from medyan_py.core.chemistry.engine import Engine

ONE_DIFFUSING, ONE_BULK = (Diffusing("A", 0.0),), (Bulk("B"),)


def make_engine(
    surfaces,
    species,
    reactions=(),
    adsorptions=(),
    *,
    shape=(1, 1, 1),
    size=1000.0,
    diffusing=ONE_DIFFUSING,
    bulk=ONE_BULK,
    general=(),
    seed=1,
    algorithm="NRM",
    whole_grid=False,
    through=False,
    **space,
):
    """An engine with membranes of which each surface is one; it is not measured and not started yet."""
    mesh = make_mesh(*surfaces, species=len(species))
    surface = SurfaceChemistry(mesh, tuple(species), tuple(reactions), tuple(adsorptions), whole_grid, through)
    active = space.pop("active", np.ones(math.prod(shape)))
    return Engine(
        shape, (size,) * 3, active, list(diffusing), list(bulk), list(general), seed, algorithm=algorithm,
        surface=surface, **space,
    )  # fmt: skip


def begin(engine, copies=None, energies=None):
    """Copies (rows, species) on the vertices, then the clock."""
    mesh = engine.surface.cells.mesh
    if copies is not None:
        columns(mesh)[mesh.vertices.rows] = copies
    engine.update_surface(energies)
    engine.start()
    return engine


def columns(mesh):
    """Copy numbers of the mesh, (rows, species), a view."""
    return mesh.vertices["copies"].reshape(mesh.vertices.top, -1)


def plain(name="M", coefficient=0.0, area=0.0, energy=False):
    return SurfaceSpecies(name, coefficient, area, energy)


class SlowModel:
    """What can happen in an engine with membranes, from mesh, copy numbers and descriptions alone."""

    def __init__(self, engine, species, reactions, adsorptions, energies):
        self.engine, self.species, self.reactions, self.adsorptions = engine, species, reactions, adsorptions
        mesh = engine.surface.cells.mesh
        self.x, self.rows = mesh.vertices["x"], mesh.vertices.rows.tolist()
        self.copies = columns(mesh).astype(object)  # exact integers
        self.corners = mesh.triangles["corner"][mesh.triangles.rows].tolist()
        kinds = [i for i, s in enumerate(species) if s.energy]
        self.energy = {s: energies[k] if energies is not None else np.zeros(len(self.x)) for k, s in enumerate(kinds)}
        self.area, self.weight = dict.fromkeys(self.rows, 0.0), {}
        for corner in self.corners:
            for k in range(3):
                i, j, o = (corner[(k + n) % 3] for n in range(3))
                u, v = self.x[i] - self.x[o], self.x[j] - self.x[o]
                twice = math.sqrt((u @ u) * (v @ v) - (u @ v) ** 2)
                self.area[o] += twice / 6
                for edge in ((i, j), (j, i)):
                    self.weight[edge] = self.weight.get(edge, 0.0) + 0.5 * (u @ v) / twice
        self.around = {i: [] for i in self.rows}
        for i, j in self.weight:
            self.around[i].append(j)

    def hop(self, i, j, s):
        """Rate of one molecule from i to j."""
        x = self.energy[s][j] - self.energy[s][i] if s in self.energy else 0.0
        b = 1.0 if x == 0 else x / math.expm1(x)
        return self.species[s].coefficient / self.area[i] * max(0.0, self.weight[i, j]) * b

    def free_area(self, i):
        covered = sum(n * s.area for n, s in zip(self.copies[i], self.species, strict=True))
        return max(0.0, self.area[i] - covered)

    def boltzmann(self, i, s):
        return math.exp(self.energy[s][i]) if s in self.energy else 1.0

    def leaves(self, i):
        """Hops of every species, surface reactions, desorptions at a vertex."""
        out = [self.copies[i, s] * sum(self.hop(i, j, s) for j in self.around[i]) for s in range(len(self.species))]
        for r in self.reactions:
            a = r.rate * self.area[i] ** (1 - len(r.reactants))
            for s in set(r.reactants):
                a *= math.perm(self.copies[i, s], r.reactants.count(s))
            out.append(a)
        return out + [a.off * self.boltzmann(i, a.bound) * self.copies[i, a.bound] for a in self.adsorptions]

    def compartment(self, i):
        size, shape = np.array(self.engine.compartment_size), self.engine.shape
        ix, iy, iz = (self.x[i] // size).astype(int)
        return ix + shape[0] * (iy + shape[1] * iz)

    def adsorption(self):
        """Rate of every adsorption: an array by compartment, or one number for a bulk species."""
        volume = self.engine.volume_fractions * np.prod(self.engine.compartment_size)
        near, whole = np.zeros(len(volume)), 0.0
        for i in self.rows:
            near[self.compartment(i)] += self.free_area(i)
            whole += self.free_area(i)
        found = []
        for a in self.adsorptions:
            if a.free.bulk:
                found.append(a.on * self.engine.bulk_counts[a.free.index] / volume.sum() * whole)
            else:
                found.append(a.on * self.engine.counts[:, a.free.index] / volume * near)
        return found


def assert_agrees(engine, species, reactions, adsorptions, energies=None):
    """Every propensity of the membranes is what its definition says."""
    model = SlowModel(engine, species, reactions, adsorptions, energies)
    found = engine.surface.propensities
    for i in range(len(found)):
        expected = model.leaves(i) if i in model.area else [0.0] * found.shape[1]
        np.testing.assert_allclose(found[i], expected, rtol=1e-9, atol=1e-300, err_msg=f"vertex {i}")
    local, whole = engine.channel_propensities
    at_local, at_whole = local.shape[1], len(whole)
    for a, expected in reversed(list(zip(adsorptions, model.adsorption(), strict=True))):
        if a.free.bulk:
            at_whole -= 1
            np.testing.assert_allclose(whole[at_whole], expected, rtol=1e-9, atol=1e-15)
        else:
            at_local -= 1
            np.testing.assert_allclose(local[:, at_local], expected, rtol=1e-9, atol=1e-15)
