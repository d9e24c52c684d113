"""A recorded frame as a recorder sees a running simulation, so that trajectories can be written in another format."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from medyan_py.analysis.errors import TrajectoryError
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.deck.volume import Volume
from medyan_py.setup.space import box_of_walls

UNKNOWN = float("nan")
_NEVER_TOLD = {
    "filaments": ("tension_pN",),
    "linkers": ("tension_pN", "birth_time_s"),
    "motors": ("tension_pN", "birth_time_s", "heads", "bound_heads"),
    "branchers": ("force_pN", "birth_time_s"),
    "bubbles": ("kind", "force_pN", "attachment_force_pN"),
    "membranes": ("tension_pN_per_nm",),
    "compartments": ("active",),
}
"""Arrays for ParaView of a running simulation that no trajectory tells, by kind of object."""


def untold(frame: Any) -> frozenset[tuple[str, str]]:
    """(kind of object, array for ParaView) of what the file of a frame does not tell."""
    more = [("bubbles", "radius_nm")] * (frame.bubbles.radii is None)
    more += [("membranes", "id")] * any(m.ids is None for m in frame.membranes)
    more += [("membranes", "force_pN")] * any(m.forces is None for m in frame.membranes)
    return frozenset([(kind, name) for kind, names in _NEVER_TOLD.items() for name in names] + more)


def bounds(frames: Iterable[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Two corners, nm, of the smallest box around everything in the frames; both the origin where nothing is."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for frame in frames:
        groups = (frame.filaments.beads, frame.bubbles.coords, *(m.vertices for m in frame.membranes))
        for points in groups:
            if len(points):
                low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    return (low, high) if (low <= high).all() else (np.zeros(3), np.zeros(3))


def replayed(
    frame: Any,
    header: dict | None = None,
    box: tuple[np.ndarray, np.ndarray] | None = None,
    volume: Volume | None = None,
) -> SimpleNamespace:
    """What recorders of geometry read of a simulation, from a frame of a file.

    What a trajectory does not tell is NaN (tensions, forces, times of birth) or absent (copy numbers).

    Parameters
    ----------
    frame : medyan_py.analysis.Frame
    header : dict, optional
        ``header`` of a traj.h5: the decks and the seed.
    box : two (3,) arrays, nm, optional
        Corners of what is drawn as the boundary; by default the bounds of the frame.
    volume : Volume, optional
        Grid and walls, if they are known: then the walls are the boundary, and there are compartments.
    """
    header = header or {}
    names = _membrane_names(header, frame)
    filaments = frame.filaments
    n, n_beads = len(filaments.ids), len(filaments.beads)
    low, high = bounds([frame]) if box is None else box
    corners, shape = ((tuple(low.tolist()), tuple(high.tolist())), "CUBIC") if volume is None else box_of_walls(volume)
    grid, diffusing, counts = _compartments(frame, header, volume, np.maximum(high, 1.0))
    absent = {"membranes": frame.membranes, "compartments": diffusing}
    return SimpleNamespace(
        time=frame.time,
        frame=frame.frame,
        seed=header.get("seed"),
        finished=True,
        deck=SimpleNamespace(
            texts={Path("system"): header.get("system", ""), Path("chem"): header.get("chem", "")},
            system_path=Path("system"),
            chemistry_path=Path("chem"),
            compatibility="unknown",
        ),
        energies={},
        minimisation=None,
        grid=grid,
        boundary=SimpleNamespace(box=corners, shape=shape),
        diffusing_names=diffusing,
        diffusing_counts=counts,
        species_totals=list,
        filaments=SimpleNamespace(
            **vars(filaments),
            tensions=np.full(n_beads - n, UNKNOWN),
            monomers=np.zeros(n_beads - n, dtype=np.int32),
        ),
        linkers=_bonds(frame.linkers),
        motors=_bonds(frame.motors),
        branchers=_bonds(frame.branchers, "forces"),
        bubbles=_bubbles(frame.bubbles),
        membranes=tuple(_membrane(m, names) for m in frame.membranes),
        membrane_names=names,
        never=frozenset(kind for kind, there in absent.items() if not there),
        dissipation=None,
        hessians=None,
        events=None,
    )


def _compartments(
    frame: Any, header: dict, volume: Volume | None, size: np.ndarray
) -> tuple[SimpleNamespace, tuple[str, ...], np.ndarray]:
    """Grid, names of diffusing species and their copies (compartments, species): one compartment of none, of ``size``,
    where the file does not tell.
    """
    counts = frame.diffusing_counts
    if counts is None or volume is None or not counts.shape[-1]:
        grid = SimpleNamespace(shape=(1, 1, 1), compartment_size=tuple(size.tolist()), active=np.ones(1, dtype=bool))
        return grid, (), np.zeros((1, 0), dtype=np.int64)
    shape, edges = volume.geometry.shape, volume.geometry.compartment_size
    if counts.shape[:3] != shape[::-1]:
        raise TrajectoryError(
            f"frame {frame.frame} has copies in {' x '.join(map(str, counts.shape[2::-1]))} compartments, "
            f"its deck {' x '.join(map(str, shape))}"
        )
    names = tuple(header["diffusingSpeciesNames"])
    active = np.ones(int(np.prod(shape)), dtype=bool)
    grid = SimpleNamespace(shape=shape, compartment_size=edges, active=active)
    return grid, names, counts.reshape(-1, len(names))


def _membrane_names(header: dict, frame: Any) -> tuple[str, ...]:
    names = tuple(name.removeprefix("copyNumber.") for name in header.get("vertexColumnNamesInt64", ()))
    return names if all(m.copies.shape[1] == len(names) for m in frame.membranes) else ()


def _membrane(membrane: Any, names: tuple[str, ...]) -> SimpleNamespace:
    try:
        mesh = MembraneMesh()
        mesh.add(membrane.vertices, membrane.triangles)
    except ValueError as error:
        raise TrajectoryError(f"this is no membrane: {error}") from error
    shape, n = Geometry(mesh), len(membrane.vertices)
    measured = {
        "ids": np.arange(n),
        "areas": shape.vertex_area[:n],
        "curvatures": shape.mean_curvature()[:n],
        "normals": shape.vertex_normal[:n],
        "forces": np.full((n, 3), UNKNOWN),
    }
    told = {name: values for name, values in vars(membrane).items() if values is not None}
    copies = {name: membrane.copies[:, s] for s, name in enumerate(names)}
    return SimpleNamespace(**(measured | told | {"copies": copies}))


def _bubbles(bubbles: Any) -> SimpleNamespace:
    n = len(bubbles.ids)
    unknown = np.full((n, 3), UNKNOWN)
    radii = np.full(n, UNKNOWN) if bubbles.radii is None else bubbles.radii
    return SimpleNamespace(
        **(vars(bubbles) | {"radii": radii}), kinds=("bubble",) * n, forces=unknown, attachment_forces=unknown
    )


def _bonds(bonds: Any, force: str = "tensions") -> SimpleNamespace:
    n = len(bonds.ids)
    return SimpleNamespace(
        **vars(bonds),
        **{force: np.full(n, UNKNOWN)},
        birth_times=np.full(n, UNKNOWN),
        filaments=np.full((n, 2), -1, dtype=np.int64),
        heads=np.zeros(n, dtype=np.int32),
        bound_heads=np.full(n, UNKNOWN),
    )
