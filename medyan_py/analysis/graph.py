"""Who is joined to whom: the graph whose nodes are filaments and whose edges are linkers, motors and branchers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree

from medyan_py.analysis.errors import TrajectoryError

ON_A_FILAMENT = 1.0  # nm; attachment points lie on the axis of a cylinder, and files round them


def link_graph(frame: Any, kinds: tuple[str, ...] = ("linkers", "motors", "branchers")) -> nx.Graph:
    """The graph of a frame: nodes are ids of filaments, edges count ``linkers``, ``motors`` and ``branchers``.

    An attachment point belongs to the nearest filament. Points further than 1 nm from all (which MEDYAN 5.4 makes on
    partly filled cylinders) belong to none, and their links are left out; the graph's attribute ``loose`` counts them.
    """
    graph = nx.Graph(loose=0)
    ids = np.asarray(frame.filaments.ids)
    graph.add_nodes_from(ids.tolist())
    for kind in kinds:
        points = np.asarray(getattr(frame, kind).coords, dtype=np.float64)
        owner = nearest_filaments(frame.filaments, points.reshape(-1, 3)).reshape(-1, 2)
        for a, b in owner.tolist():
            if min(a, b) < 0:
                graph.graph["loose"] += 1
                continue
            a, b = int(ids[a]), int(ids[b])
            if not graph.has_edge(a, b):
                graph.add_edge(a, b, linkers=0, motors=0, branchers=0)
            graph.edges[a, b][kind] += 1
    return graph


def nearest_filaments(filaments: Any, points: np.ndarray, within: float = ON_A_FILAMENT) -> np.ndarray:
    """Place, in ``filaments``, of the filament nearest to each point (n, 3), nm; −1 where none is ``within`` nm."""
    beads, start = np.asarray(filaments.beads, dtype=np.float64), np.asarray(filaments.start)
    first = np.delete(np.arange(len(beads)), start[1:] - 1) if len(start) > 1 else np.zeros(0, dtype=int)
    found = np.full(len(points), -1, dtype=np.int64)
    if len(first) == 0 or len(points) == 0:
        return found
    a, along = beads[first], beads[first + 1] - beads[first]
    owner = np.searchsorted(start, first, side="right") - 1
    half = 0.5 * np.linalg.norm(along, axis=1).max()
    near = cKDTree(a + 0.5 * along).query_ball_point(np.nan_to_num(points), half + within)
    for i, candidates in enumerate(near):
        c = np.array(candidates, dtype=int)
        if len(c) == 0 or np.isnan(points[i]).any():
            continue
        length2 = np.maximum(np.einsum("ij,ij->i", along[c], along[c]), 1e-12)
        s = np.clip(np.einsum("ij,ij->i", points[i] - a[c], along[c]) / length2, 0.0, 1.0)
        distance = np.linalg.norm(points[i] - a[c] - s[:, None] * along[c], axis=1)
        best = np.argmin(distance)
        if distance[best] <= within:
            found[i] = owner[c[best]]
    return found


def read_link_graphs(path: str | Path) -> list[tuple[float, nx.Graph]]:
    """(time in s, graph) of every frame of a CMGraph.traj; filaments that nothing joins are not in the file.

    Raises
    ------
    TrajectoryError
        When the file cannot be read or is not of this format.
    """
    return _read_graphs(Path(path), _add_edges, "CMGraph.traj")


def read_tension_graphs(path: str | Path) -> list[tuple[float, nx.Graph]]:
    """(time in s, graph) of every frame of a TMGraph.traj; edges have a ``tension``, pN, of all linkers and motors.

    Raises
    ------
    TrajectoryError
        When the file cannot be read or is not of this format.
    """
    return _read_graphs(Path(path), _add_tensions, "TMGraph.traj")


def _read_graphs(path: Path, add: Callable[[nx.Graph, list[str]], None], name: str) -> list[tuple[float, nx.Graph]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrajectoryError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    graphs, head = [], None
    for number, line in enumerate(lines, start=1):
        try:
            words = line.split()
            if head is None and words:
                head = float(words[1])
                graphs.append((head, nx.Graph()))
            elif not words:
                head = None
            else:
                add(graphs[-1][1], words)
        except (ValueError, IndexError) as error:
            raise TrajectoryError(f"{path}:{number}: this is not a line of a {name}") from error
    return graphs


def _add_tensions(graph: nx.Graph, words: list[str]) -> None:
    for a, b, tension in zip(words[::3], words[1::3], words[2::3], strict=True):
        graph.add_edge(int(a), int(b), tension=float(tension))


def _add_edges(graph: nx.Graph, words: list[str]) -> None:
    """MEDYAN 5.4 writes five numbers for a pair, older versions three: ids and the links between them."""
    numbers = [int(word) for word in words]
    width = 5 if len(numbers) % 5 == 0 else 3
    for at in range(0, len(numbers), width):
        a, b, *counts = numbers[at : at + width]
        linkers, motors, branchers = counts if width == 5 else (*counts, 0, 0)
        graph.add_edge(a, b, linkers=linkers, motors=motors, branchers=branchers)


def clusters(graph: nx.Graph) -> list[set]:
    """Connected components, the largest first."""
    return sorted(nx.connected_components(graph), key=lambda c: (-len(c), min(c)))


def largest_cluster_fraction(graph: nx.Graph) -> float:
    """Share of the filaments that are in the largest cluster; NaN without filaments."""
    return len(clusters(graph)[0]) / len(graph) if len(graph) else float("nan")


def mean_degree(graph: nx.Graph) -> float:
    """Mean number of other filaments that a filament is joined to; NaN without filaments."""
    others = sum(a != b for a, b in graph.edges)
    return 2 * others / len(graph) if len(graph) else float("nan")


def spans(frame: Any, graph: nx.Graph | None = None) -> np.ndarray:
    """How far the largest cluster reaches: its extent along x, y, z ÷ that of all filaments, float64 (3,).

    1 along an axis means that the cluster percolates between the outermost filaments. NaN without filaments, or along
    an axis without extent.
    """
    graph = link_graph(frame) if graph is None else graph
    beads, start = np.asarray(frame.filaments.beads, dtype=np.float64), np.asarray(frame.filaments.start)
    if len(beads) == 0:
        return np.full(3, np.nan)
    members = np.isin(np.asarray(frame.filaments.ids), list(clusters(graph)[0]))
    chosen = np.repeat(members, np.diff(start))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.ptp(beads[chosen], axis=0) / np.ptp(beads, axis=0)
