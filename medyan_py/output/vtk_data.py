"""A frame as data sets for VTK.

Arrays and their units (they are part of the file format; the names say the unit):

- filaments, per polyline: ``id``, ``type``, ``length_nm``; per bead: ``tension_pN`` (mean of the adjacent cylinders,
  positive when stretched), ``radius_nm``, ``position_nm`` (contour length from the minus end);
- linkers and motors, per line: ``id``, ``type`` (index of the binding reaction), ``tension_pN`` (positive when
  stretched), ``birth_time_s``, ``length_nm``; motors also ``heads``, ``bound_heads``;
- branchers, per line from mother to daughter: ``id``, ``type``, ``force_pN`` (of the branch point on the daughter's
  first bead), ``birth_time_s``, ``length_nm``;
- bubbles, per point: ``id``, ``type``, ``kind`` (0 bubble, 1 organising centre, 2 probe), ``radius_nm``, ``force_pN``
  (vector, of everything that acts on it), ``attachment_force_pN`` (vector, of the attached filaments);
- membranes, per triangle: ``membrane`` (number); per vertex: ``id`` (stable), ``area_nm2``, ``mean_curvature_per_nm``
  (positive for a sphere, nan on borders), ``force_pN`` (vector), ``tension_pN_per_nm`` (not where a trajectory is
  converted), normals, ``NAME (copies)`` and ``NAME (per um2)`` for each species on membranes;
- compartments, per cell: ``NAME (copies)`` and ``NAME (uM)`` for each diffusing species, ``active`` (0 or 1);
- every data set: field data ``TimeValue`` (s), ``frame``.
"""

from typing import Any

import numpy as np

from medyan_py.output.network import Bonds, Branchers, Bubbles, Filaments
from medyan_py.output.vtk_xml import Image, PolyData
from medyan_py.units import MOLECULES_PER_NM3_UM, NM2_PER_UM2

_BOX_EDGES = np.array(
    [(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit]
)  # corner index: bit 0 is x, bit 1 is y, bit 2 is z


def filaments(network: Filaments, radius: float | dict[int, float]) -> PolyData:
    """One polyline per filament, from minus to plus end; ``radius`` in nm, for all or by filament type."""
    beads, start = network.beads, network.start
    first = network.cylinder_first_bead
    step = np.zeros(len(beads))
    step[first + 1] = np.linalg.norm(beads[first + 1] - beads[first], axis=1)
    travelled = np.cumsum(step)
    n_beads = np.diff(start)
    position = travelled - np.repeat(travelled[start[:-1]], n_beads)
    tension, neighbours = np.zeros(len(beads)), np.zeros(len(beads))
    for side in (first, first + 1):  # each index occurs once per side
        tension[side] += network.tensions
        neighbours[side] += 1
    return _lines(
        beads,
        start,
        cell_data={
            "id": network.ids.astype(np.int64),
            "type": network.types.astype(np.int32),
            "length_nm": position[start[1:] - 1],
        },
        point_data={
            "tension_pN": tension / neighbours,
            "radius_nm": np.repeat(_radii(network.types, radius), n_beads),
            "position_nm": position,
        },
    )


def bonds(network: Bonds) -> PolyData:
    """One line per linker or motor, from its first to its second binding site."""
    return _pairs(network, tension_pN=network.tensions)


def motors(network: Bonds, source: Any) -> PolyData:
    """As ``bonds``, with the numbers of heads of ``source`` (``sim.motors``)."""
    heads, bound = (np.asarray(values)[network.order] for values in (source.heads, source.bound_heads))
    return _pairs(network, tension_pN=network.tensions, heads=heads, bound_heads=bound)


def branchers(network: Branchers) -> PolyData:
    """One line per brancher, from its site on the mother to the first bead of the daughter."""
    return _pairs(network, force_pN=network.forces)


def bubbles(network: Bubbles) -> PolyData:
    """One point per bubble, which the Glyph filter can turn into a sphere."""
    n = len(network.ids)
    data = {
        "id": network.ids.astype(np.int64),
        "type": network.types.astype(np.int32),
        "kind": network.kinds,
        "radius_nm": network.radii,
        "force_pN": network.forces,
        "attachment_force_pN": network.attachment_forces,
    }
    return PolyData(network.coords, "Verts", np.arange(n), np.arange(n + 1), point_data=data)


def membranes(views: Any, names: tuple[str, ...] = ()) -> PolyData:
    """The triangles of all membranes (``sim.membranes``); ``names`` are their species."""
    first = np.cumsum([0, *(len(view.vertices) for view in views)])
    corners = np.concatenate([view.triangles + start for view, start in zip(views, first[:-1], strict=True)])
    numbers = np.repeat(np.arange(len(views)), [len(view.triangles) for view in views])
    attributes = {
        "id": "ids",
        "area_nm2": "areas",
        "mean_curvature_per_nm": "curvatures",
        "force_pN": "forces",
        "normal": "normals",
    }
    if all(hasattr(view, "tensions") for view in views):
        attributes["tension_pN_per_nm"] = "tensions"
    data = {name: np.concatenate([getattr(view, a) for view in views]) for name, a in attributes.items()}
    data["id"] = data["id"].astype(np.int64)
    for name in names:
        copies = np.concatenate([view.copies[name] for view in views])
        data[f"{name} (copies)"] = copies
        data[f"{name} (per um2)"] = (copies * NM2_PER_UM2 / data["area_nm2"]).astype(np.float32)
    return PolyData(
        np.concatenate([view.vertices for view in views]),
        "Polys",
        corners.ravel(),
        3 * np.arange(len(corners) + 1),
        point_data=data,
        cell_data={"membrane": numbers.astype(np.int32)},
        normals="normal",
    )


def compartments(grid: Any, names: tuple[str, ...], counts: np.ndarray) -> Image:
    """The grid as cells; ``counts`` is (compartments, species), the compartment ix + nx (iy + ny iz)."""
    per_um = 1.0 / (MOLECULES_PER_NM3_UM * float(np.prod(grid.compartment_size)))
    data = {}
    for name, copies in zip(names, np.asarray(counts, dtype=np.int64).T, strict=True):
        data[f"{name} (copies)"] = copies
        data[f"{name} (uM)"] = (copies * per_um).astype(np.float32)
    data["active"] = np.asarray(grid.active).astype(np.uint8)
    return Image(tuple(map(int, grid.shape)), tuple(grid.compartment_size), data)


def box(corners: Any) -> PolyData:
    """The twelve edges of a box, ((x0, y0, z0), (x1, y1, z1)) in nm."""
    low_high = np.asarray(corners, dtype=np.float64)
    points = np.array([[low_high[i >> axis & 1, axis] for axis in range(3)] for i in range(8)])
    return _lines(points, 2 * np.arange(len(_BOX_EDGES) + 1), _BOX_EDGES.ravel())


def outline(corners: Any, shape: str) -> PolyData:
    """The outline of walls that fill the box ``corners``, ((x0, y0, z0), (x1, y1, z1)) in nm.

    A box has its edges; round walls have circles around their vertical axis and the outlines of four half planes
    through it. ``shape`` is 'CUBIC', 'SPHERICAL', 'CAPSULE' or 'CYLINDER'.
    """
    if shape == "CUBIC":
        return box(corners)
    low, high = np.asarray(corners, dtype=np.float64)
    centre, radius = 0.5 * (low + high), 0.5 * (high[0] - low[0])
    middle = max(0.0, 0.5 * (high[2] - low[2]) - radius)
    quarter = np.linspace(0.0, 0.5 * np.pi, 17)
    if shape == "CYLINDER":
        profile = np.array([(radius, low[2]), (radius, high[2])])
        heights = [low[2], high[2]]
    else:
        lower = np.stack([radius * np.sin(quarter), centre[2] - middle - radius * np.cos(quarter)], axis=1)
        upper = np.stack([radius * np.cos(quarter), centre[2] + middle + radius * np.sin(quarter)], axis=1)
        profile = np.vstack([lower, upper if middle > 0 else upper[1:]])
        heights = sorted({centre[2] - middle, centre[2] + middle})
    lines = []
    for azimuth in np.arange(4) * 0.5 * np.pi:
        along = np.array([np.cos(azimuth), np.sin(azimuth)])
        lines.append(np.column_stack([centre[:2] + profile[:, :1] * along, profile[:, 1]]))
    turn = np.linspace(0.0, 2.0 * np.pi, 65)
    for height in heights:
        circle = centre[:2] + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        lines.append(np.column_stack([circle, np.full(len(turn), height)]))
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    return _lines(np.vstack(lines), start, np.arange(start[-1]))


def _pairs(network: Bonds | Branchers, **more: np.ndarray) -> PolyData:
    """One line per object between its two points, with what bonds and branchers have in common, and ``more``."""
    lengths = np.linalg.norm(network.coords[:, 1] - network.coords[:, 0], axis=1)
    data = {
        "id": network.ids.astype(np.int64),
        "type": network.types.astype(np.int32),
        "birth_time_s": network.birth_times,
        "length_nm": lengths,
        **more,
    }
    return _lines(network.coords.reshape(-1, 3), 2 * np.arange(len(network.ids) + 1), cell_data=data)


def _lines(points: np.ndarray, offsets: np.ndarray, connectivity: np.ndarray | None = None, **data: dict) -> PolyData:
    """Polylines: line i joins the points connectivity[offsets[i]:offsets[i + 1]], by default consecutive ones."""
    if connectivity is None:
        connectivity = np.arange(len(points))
    return PolyData(points, "Lines", connectivity, offsets, **data)


def _radii(types: np.ndarray, radius: float | dict[int, float]) -> np.ndarray:
    if isinstance(radius, dict):
        return np.array([radius[kind] for kind in types.tolist()], dtype=np.float64)
    return np.full(len(types), float(radius))
