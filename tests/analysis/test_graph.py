"""Graphs of links: by hand, and against the file that the program writes."""

from itertools import pairwise

import numpy as np
import pytest
from frames import make_frame

import medyan_py as md
from medyan_py.analysis import TrajectoryError
from medyan_py.analysis.graph import (
    clusters,
    largest_cluster_fraction,
    link_graph,
    mean_degree,
    nearest_filaments,
    read_link_graphs,
    read_tension_graphs,
    spans,
)

ROWS = {i: [(0, 100 * i, 0), (50, 100 * i, 0), (100, 100 * i, 0)] for i in range(4)}


def test_graph_by_hand():
    links = {
        "linkers": {5: [(20, 0, 0), (20, 100, 0)], 9: [(100, 0, 0), (80, 100, 0)]},
        "motors": {1: [(50, 100, 0), (60, 100, 0)]},
        "branchers": {2: [(0, 200, 0), (30, 100, 0.4)], 3: [(0, 300, 5), (0, 0, 0)]},
    }
    graph = link_graph(make_frame(ROWS, **links))
    assert {tuple(sorted(e)) for e in graph.edges} == {(0, 1), (1, 1), (1, 2)}
    assert graph.edges[0, 1] == {"linkers": 2, "motors": 0, "branchers": 0}
    assert graph.edges[1, 1]["motors"] == graph.edges[1, 2]["branchers"] == 1
    assert graph.graph["loose"] == 1  # ends 5 nm beside filament 3
    assert clusters(graph) == [{0, 1, 2}, {3}]
    assert largest_cluster_fraction(graph) == 0.75
    assert mean_degree(graph) == 1.0
    np.testing.assert_allclose(spans(make_frame(ROWS, **links)), [1, 2 / 3, np.nan])


def test_without_filaments():
    frame = make_frame({})
    graph = link_graph(frame)
    assert clusters(graph) == [] and np.isnan(largest_cluster_fraction(graph)) and np.isnan(spans(frame)).all()


def test_nearest_filament_against_all_distances():
    rng = np.random.default_rng(1)
    filaments = {i: np.cumsum(rng.normal(0, 60, (rng.integers(2, 6), 3)), axis=0) for i in range(30)}
    frame, points = make_frame(filaments), rng.normal(0, 100, (200, 3))
    found = nearest_filaments(frame.filaments, points, within=40.0)
    s = np.linspace(0, 1, 400)[:, None]
    along = [np.concatenate([(1 - s) * a + s * b for a, b in pairwise(f)]) for f in filaments.values()]
    for point, place in zip(points, found, strict=True):
        distances = [np.linalg.norm(point - places, axis=1).min() for places in along]
        best = int(np.argmin(distances))
        assert place == (best if distances[best] <= 40.0 else -1) or abs(distances[best] - 40.0) < 0.3


def test_file_of_5_4(tmp_path):
    (tmp_path / "CMGraph.traj").write_text("3 0.15\n0 1 2 0 0 1 2 0 1 0 4 5 1 0 0 \n\n4 0.2\n\n\n5 0.25\n1 2 7 \n\n")
    first, second, third = read_link_graphs(tmp_path / "CMGraph.traj")
    assert first[0] == 0.15 and clusters(first[1]) == [{0, 1, 2}, {4, 5}]
    assert [sum(first[1].edges[e].values()) for e in ((0, 1), (1, 2), (4, 5))] == [2, 1, 1]
    assert (second[0], len(second[1])) == (0.2, 0)
    assert third[1].edges[1, 2]["linkers"] == 7
    (tmp_path / "bad").write_text("3 0.15\n0 1 x\n")
    with pytest.raises(TrajectoryError, match=r"bad:2: this is not a line of a CMGraph\.traj"):
        read_link_graphs(tmp_path / "bad")


def test_positions_tell_what_the_program_wrote(run):
    written = read_link_graphs(run / "CMGraph.traj")
    with md.open_trajectory(run) as trajectory:
        for frame, (time, expected) in zip(trajectory, written, strict=True):
            graph = link_graph(frame)
            assert frame.time == time and graph.graph["loose"] == 0
            assert {tuple(sorted(e)): graph.edges[e] for e in graph.edges} == {
                tuple(sorted(e)): expected.edges[e] for e in expected.edges
            }
        assert len(expected.edges) > 20


def test_reading_tensions_between_filaments(run, tmp_path):
    """Sums of forces of the links of each pair, also from a real run; a line that is cut short is told."""
    path = tmp_path / "TMGraph.traj"
    path.write_text("0 0\n\n\n1 0.5\n0 1 8 1 3 -2.5 \n\n")
    graphs = read_tension_graphs(path)
    assert [time for time, _ in graphs][-1] == 0.5
    assert list(graphs[-1][1].edges(data="tension")) == [(0, 1, 8.0), (1, 3, -2.5)]
    path.write_text("1 0.5\n0 1 8 1 3\n\n")
    with pytest.raises(TrajectoryError, match=r"TMGraph.traj:2: this is not a line of a TMGraph.traj"):
        read_tension_graphs(path)
    time, tensions = read_tension_graphs(run / "TMGraph.traj")[-1]
    links = next(graph for t, graph in read_link_graphs(run / "CMGraph.traj") if t == time)
    assert len(tensions.edges) > 5 and set(map(frozenset, tensions.edges)) <= set(map(frozenset, links.edges))
