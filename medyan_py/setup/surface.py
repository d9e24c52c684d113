"""Species of membranes: their chemistry in the engine's terms, energies of proteins that ask for a curvature."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, identity
from scipy.sparse.linalg import splu

from medyan_py import deck as deck_model
from medyan_py.core.chemistry.descriptions import (
    Adsorption,
    FreeEnergy,
    Pool,
    SurfaceChemistry,
    SurfaceReaction,
    SurfaceSpecies,
)
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.membrane.vertex_cells import VertexCells
from medyan_py.deck import Deck, Mismatch, SpeciesRef
from medyan_py.units import KT

SMOOTHING = 25.0  # nm; how far the number of proteins that bend the membrane is spread, half of its variance per axis


def surface_chemistry(deck: Deck, mesh: MembraneMesh) -> SurfaceChemistry | None:
    """What happens on the membranes of a deck; None if it has no species of membranes."""
    rules = deck.surface
    if not rules.species:
        return None
    old_rules = deck.compatibility == "medyan-5.4"
    number = {s.name: i for i, s in enumerate(rules.species)}
    sensing, bending = ({m.species for m in found} for found in (rules.sensing_proteins, rules.bending_proteins))
    return SurfaceChemistry(
        mesh,
        tuple(SurfaceSpecies(s.name, s.diffusion, s.area, s.name in sensing, s.name in bending) for s in rules.species),
        tuple(
            SurfaceReaction(
                tuple(number[n] for n in r.reactants),
                tuple(number[n] for n in r.products),
                r.rate,
                free_energy=None if r.free_energy is None else FreeEnergy(r.free_energy.value, r.free_energy.account),
            )
            for r in rules.reactions
        ),
        tuple(
            Adsorption(_pool(deck, a.free), number[a.membrane], a.on, a.off, *_adsorption_energies(a))
            for a in rules.adsorptions
        ),
        whole_grid=old_rules,
        through=old_rules,
    )


def _adsorption_energies(a: deck_model.Adsorption) -> tuple[FreeEnergy | None, FreeEnergy | None]:
    """Free energy (kT) of adsorption and desorption, which follows from their rates.

    With it neither way is favoured in equilibrium, where N/A on the membrane is on/off times N/V in the volume. What
    goes one way only has none.
    """
    if not (a.on > 0 and a.off > 0):
        return None, None
    value = float(np.log(a.off / a.on))
    return FreeEnergy(value, f"ADS_{a.free.name}_{a.membrane}"), FreeEnergy(-value, f"DES_{a.free.name}_{a.membrane}")


def _pool(deck: Deck, ref: SpeciesRef) -> Pool:
    species = deck.bulk if ref.kind == "bulk" else deck.diffusing
    return Pool(ref.kind == "bulk", [s.name for s in species].index(ref.name))


class Proteins:
    """Proteins on membranes that have an energy 2 k (H − c)² a where the mean curvature is H.

    Parameters
    ----------
    deck : Deck
    mesh : MembraneMesh
    spontaneous : sequence of float, 1/nm
        Spontaneous curvature of every membrane, which stands for that of vertices on a border.
    """

    def __init__(self, deck: Deck, mesh: MembraneMesh, spontaneous):
        rules = deck.surface
        self._mesh, self._spontaneous = mesh, np.array(spontaneous, dtype=float)
        # every vertex by itself: only this one is right also where five edges meet
        self._policy = deck.membranes.policy if deck.compatibility == "medyan-5.4" else "mixed-voronoi"
        self._number = {s.name: i for i, s in enumerate(rules.species)}
        self._area = {s.name: s.area for s in rules.species}
        self._sensing = sorted(rules.sensing_proteins, key=lambda m: self._number[m.species])
        self._bending = rules.bending_proteins

    def energies(self) -> np.ndarray | None:
        """Energy (kT) of a protein of each species that feels curvature at every row of the vertices, or None."""
        if not self._sensing:
            return None
        v = self._mesh.vertices
        h = Geometry(self._mesh).mean_curvature(self._policy)
        h = np.where(np.isfinite(h), h, self._spontaneous[np.maximum(v["membrane"], 0)])
        return np.array([self._stiffness(m) * (h - m.curvature) ** 2 / KT for m in self._sensing])

    def mismatch(self, rows: np.ndarray) -> np.ndarray | None:
        """Energy of the proteins at each vertex as a polynomial of its mean curvature, or None if none bends.

        Float64 (n, 3) for E (pN nm) = m₀ + m₁ H + m₂ H² at the vertices in ``rows``. What counts is how many proteins
        there are after they have diffused by 25 nm, so that the force of a few of them is no matter of single vertices;
        the total of each species stays the same.
        """
        if not self._bending or not len(rows):
            return None
        spread = self.spread(np.array([self._number[m.species] for m in self._bending]))[rows]
        found = np.zeros((len(rows), 3))
        for m, copies in zip(self._bending, spread.T, strict=True):
            found += (self._stiffness(m) * copies)[:, None] * np.array([m.curvature**2, -2 * m.curvature, 1.0])
        return found

    def spread(self, species: np.ndarray) -> np.ndarray:
        """Copies of some species at every row, float64 (rows, n), after diffusion for the time (25 nm)²/D.

        One implicit step: it keeps the total, makes nothing negative and leaves an even concentration even.
        """
        v = self._mesh.vertices
        copies = np.asarray(v["copies"]).reshape(v.top, -1)[:, species].astype(float)
        copies[np.asarray(v["alive"]) == 0] = 0.0
        cells = VertexCells(self._mesh)
        cells.measure()
        start, end, rate = cells.passages()
        there = np.concatenate([start, end]), np.concatenate([start, start])
        matrix = coo_matrix((SMOOTHING**2 * np.concatenate([rate, -rate]), there), shape=(v.top, v.top))
        return splu(identity(v.top, format="csc") + matrix.tocsc()).solve(copies)

    def _stiffness(self, mismatch: Mismatch) -> float:
        """2 k a, pN nm³."""
        return 2 * mismatch.k * self._area[mismatch.species]


def deal(mesh: MembraneMesh, membrane: int, species: int, copies: int, rng: np.random.Generator) -> None:
    """Add copies of a species to the vertices of a membrane, each at random in proportion to their areas."""
    v = mesh.vertices
    rows = v.rows[v["membrane"][v.rows] == membrane]
    area = Geometry(mesh).vertex_area[rows]
    v["copies"].reshape(v.top, -1)[rows, species] += rng.multinomial(copies, area / area.sum())
