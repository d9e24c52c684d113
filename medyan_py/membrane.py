"""Membranes as NumPy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from medyan_py.core.membrane.geometry import Geometry


@dataclass(frozen=True, eq=False, repr=False)
class MembraneView:
    """A copy of one membrane at one moment; arrays are by vertex and by triangle.

    Attributes
    ----------
    ids : (n,) int32
        Stable numbers of the vertices: one that is neither made nor removed keeps its number through remeshing.
    vertices : (n, 3) float64, nm
    triangles : (m, 3) int32
        Corners as places in ``vertices``, counter-clockwise seen from outside.
    borders : tuple of int32 arrays
        Places of the vertices of every border, in the direction opposite to that of the triangles there.
    normals : (n, 3) float64
        Unit vectors, outward.
    areas : (n,) float64, nm²
        A third of the area of the triangles around each vertex.
    curvatures : (n,) float64, 1/nm
        Mean curvature by mixed Voronoi areas, positive for a sphere; nan on borders.
    forces : (n, 3) float64, pN
        After the last minimisation.
    tensions : (n,) float64, pN/nm
        Of the reservoir, of the area as a whole, or of the triangles around each vertex; 0 without such an energy.
    copies : dict of int64 (n,) arrays
        Copy numbers of every species of membranes at each vertex, by name.
    area, volume : float, nm², nm³
        Of the whole; the volume is that of the cone to the origin where the membrane is open.
    rest_area, rest_volume : float, nm², nm³
    """

    ids: np.ndarray
    vertices: np.ndarray
    triangles: np.ndarray
    borders: tuple[np.ndarray, ...]
    normals: np.ndarray
    areas: np.ndarray
    curvatures: np.ndarray
    forces: np.ndarray
    tensions: np.ndarray
    copies: dict[str, np.ndarray]
    area: float
    volume: float
    rest_area: float
    rest_volume: float

    @cached_property
    def closed(self) -> bool:
        """Whether there is no border."""
        return not self.borders

    def __repr__(self) -> str:
        kind = "closed" if self.closed else "open"
        size = f"{len(self.vertices)} vertices, {len(self.triangles)} triangles"
        return f"<{type(self).__name__}: {kind}, {size}, {self.area:.6g} nm², {self.volume:.6g} nm³>"


def membrane_views(membranes, species: tuple[str, ...] = ()) -> tuple[MembraneView, ...]:
    """A view of every membrane of a simulation's ``Membranes``, none if that is None; ``species``: names of theirs."""
    if membranes is None:
        return ()
    mesh, shape = membranes.mesh, Geometry(membranes.mesh)
    v, t = mesh.vertices, mesh.triangles
    curvature = shape.mean_curvature()
    copies, tensions = v["copies"].reshape(v.top, len(species)), membranes.tensions()
    found = []
    for n in range(mesh.membranes):
        rows = v.rows[v["membrane"][v.rows] == n]
        place = np.zeros(v.top, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        corners = t["corner"][t.rows[t["membrane"][t.rows] == n]]
        found.append(
            MembraneView(
                ids=rows,
                vertices=v["x"][rows],
                triangles=place[corners],
                borders=tuple(place[loop[::-1]] for loop in mesh.borders(n)),
                normals=shape.vertex_normal[rows],
                areas=shape.vertex_area[rows],
                curvatures=curvature[rows],
                forces=membranes.forces[rows],
                tensions=tensions[rows],
                copies={name: copies[rows, s] for s, name in enumerate(species)},
                area=shape.area(n),
                volume=shape.volume(n),
                rest_area=float(membranes.rest_area[n]),
                rest_volume=float(membranes.rest_volume[n]),
            )
        )
    return tuple(found)
