"""A frame of traj.h5 as bytes."""

from typing import Any

import numpy as np

from medyan_py.output.hdf5_bytes import (
    Block,
    Text,
    put_dataset,
    put_group,
    put_list,
    put_polylines,
    put_records,
)
from medyan_py.output.network import (
    bonds_by_id,
    branchers_by_id,
    bubbles_by_id,
    copy_columns,
    filaments_by_id,
    listed_species,
    packed_borders,
    vertex_columns,
)

LINK_KINDS = ("linker", "motor", "brancher")


def put_snapshot(block: Block, sim: Any, kinds: dict[str, Text]) -> int:
    """One frame; returns the address of its group.

    Parameters
    ----------
    block : Block
    sim : Any
        What recorders read.
    kinds : dict
        The words of ``LINK_KINDS`` in the file.
    """
    energies = list(sim.energies.values())
    nx, ny, nz = sim.grid.shape
    counts = np.ascontiguousarray(sim.diffusing_counts, dtype=np.int64)
    totals = np.array([count for _, _, count in listed_species(sim, membranes=True)], dtype=np.int64)
    values = {
        "time": np.float64(sim.time),
        "energies": np.array([sum(energies), *energies], dtype=np.float64),
        "diffusingSpeciesCopyNumbers": counts.reshape(nz, ny, nx, counts.shape[1]),
        "globalSpeciesCopyNumbers": totals,
    }
    return put_group(
        block,
        {
            **{name: put_dataset(block, np.asarray(value)) for name, value in values.items()},
            "filaments": _filaments(block, sim),
            "linkers": _links(block, sim, kinds),
            "bubbles": _bubbles(block, sim),
            "membranes": _membranes(block, sim),
        },
    )


def _list(block: Block, addresses: np.ndarray) -> int:
    return put_list(block, addresses, put_dataset(block, np.asarray(np.int64(len(addresses)))))


def _filaments(block: Block, sim: Any) -> int:
    filaments = filaments_by_id(sim.filaments)
    marks = {"id": filaments.ids.astype(np.int64), "type": filaments.types.astype(np.int64)}
    return _list(block, put_polylines(block, filaments.beads, filaments.start, marks))


def _links(block: Block, sim: Any, kinds: dict[str, Text]) -> int:
    groups = (bonds_by_id(sim.linkers), bonds_by_id(sim.motors), branchers_by_id(sim.branchers))
    words = np.repeat(np.arange(len(LINK_KINDS)), [len(objects.ids) for objects in groups])
    fields = {
        "id": np.concatenate([objects.ids for objects in groups]).astype(np.int64),
        "type": _shared(block, words, [kinds[kind] for kind in LINK_KINDS]),
        "subtype": _shared(block, np.concatenate([objects.types for objects in groups])),
        "coords": np.concatenate([objects.coords for objects in groups]),
    }
    return _list(block, put_records(block, len(words), fields))


def _shared(block: Block, values: np.ndarray, meaning: list[Text] | None = None) -> np.ndarray:
    """One dataset per value that occurs, which has many names; its address for each of ``values``."""
    found, which, count = np.unique(values, return_inverse=True, return_counts=True)
    sources = [np.asarray(np.int64(v)) if meaning is None else meaning[v] for v in found.tolist()]
    places = [put_dataset(block, source, links) for source, links in zip(sources, count.tolist(), strict=True)]
    return np.array(places, dtype=np.uint64)[which] if places else np.zeros(0, dtype=np.uint64)


def _bubbles(block: Block, sim: Any) -> int:
    bubbles = bubbles_by_id(sim.bubbles)
    fields = {
        "id": bubbles.ids.astype(np.int64),
        "type": bubbles.types.astype(np.int64),
        "coords": bubbles.coords[:, None],
        "radius": bubbles.radii,
    }
    return _list(block, put_records(block, len(bubbles.ids), fields))


def _membranes(block: Block, sim: Any) -> int:
    names = sim.membrane_names
    return _list(block, np.array([_membrane(block, view, names) for view in sim.membranes], dtype=np.uint64))


def _membrane(block: Block, view: Any, names: tuple[str, ...]) -> int:
    copies = copy_columns(view, names)
    numbers = {
        "type": 0,
        "numVertices": len(view.vertices),
        "numTriangles": len(view.triangles),
        "numBorders": len(view.borders),
    }
    arrays = {
        "vertexDataFloat64": vertex_columns(view, copies),
        "vertexDataInt64": copies.astype(np.int32),
        "triangleDataInt64": view.triangles.astype(np.int32),
        "packedBorderVertices": packed_borders(view),
    }
    arrays |= {name: np.asarray(np.int64(number)) for name, number in numbers.items()}
    arrays |= {"vertexIds": view.ids.astype(np.int64), "vertexForces": view.forces, "vertexNormals": view.normals}
    return put_group(block, {name: put_dataset(block, values) for name, values in arrays.items()})
