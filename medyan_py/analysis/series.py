"""Observables against time: a table of one run, or mean and spread of several."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from medyan_py.analysis import graph, motion, observables, surfaces
from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.trajectory import open_trajectory


def _lengths(frame: Any) -> np.ndarray:
    return observables.contour_lengths(frame.filaments)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _mean_of_membranes(measure: Callable[[Any], float], frame: Any) -> float:
    values = np.array([measure(membrane) for membrane in frame.membranes])
    return _mean(values[~np.isnan(values)])


OBSERVABLES: dict[str, Callable[[Any], float]] = {
    "filaments": lambda frame: len(frame.filaments.ids),
    "linkers": lambda frame: len(frame.linkers.ids),
    "motors": lambda frame: len(frame.motors.ids),
    "branchers": lambda frame: len(frame.branchers.ids),
    "total_length_nm": lambda frame: float(_lengths(frame).sum()),
    "mean_length_nm": lambda frame: _mean(_lengths(frame)),
    "end_to_end_nm": lambda frame: _mean(observables.end_to_end_distances(frame.filaments)),
    "straightness": lambda frame: observables.straightness(frame.filaments),
    "radius_of_gyration_nm": lambda frame: observables.radius_of_gyration(frame.filaments),
    "enclosing_radius_nm": lambda frame: motion.enclosing_sphere(frame.filaments)[1],
    "nematic_order": lambda frame: observables.nematic_order(frame.filaments),
    "polar_order": lambda frame: observables.polar_order(frame.filaments),
    "mean_degree": lambda frame: graph.mean_degree(graph.link_graph(frame)),
    "clusters": lambda frame: len(graph.clusters(graph.link_graph(frame))),
    "largest_cluster_fraction": lambda frame: graph.largest_cluster_fraction(graph.link_graph(frame)),
    "membranes": lambda frame: len(frame.membranes),
    "membrane_area_nm2": lambda frame: float(sum(map(surfaces.surface_area, frame.membranes))),
    "enclosed_volume_nm3": lambda frame: float(np.nansum(list(map(surfaces.enclosed_volume, frame.membranes)))),
    "reduced_volume": lambda frame: _mean_of_membranes(surfaces.reduced_volume, frame),
    "mean_curvature_per_nm": lambda frame: _mean_of_membranes(surfaces.mean_curvature, frame),
    "largest_cluster_span": lambda frame: float(np.nanmax(graph.spans(frame))) if len(frame.filaments.ids) else np.nan,
}
"""Name → value of a frame; nm where the name says so. The last is the longest span along any axis (``graph.spans``).
Areas and volumes are those of all membranes, reduced volume and mean curvature are means over membranes."""
OF_MEMBRANES = ("membranes", "membrane_area_nm2", "enclosed_volume_nm3", "reduced_volume", "mean_curvature_per_nm")


def standard_observables(frame: Any) -> tuple[str, ...]:
    """All names, but for those of membranes where a frame has none."""
    return tuple(name for name in OBSERVABLES if frame.membranes or name not in OF_MEMBRANES)


def time_series(frames: Iterable[Any], names: Sequence[str] = tuple(OBSERVABLES)) -> dict[str, np.ndarray]:
    """Observables of all frames: name → float64 (n,), and ``time_s``.

    ``KeyError`` for a name that is not in ``OBSERVABLES``.
    """
    chosen = {name: OBSERVABLES[name] for name in names}
    rows, times = [], []
    for frame in frames:
        times.append(frame.time)
        rows.append([measure(frame) for measure in chosen.values()])
    table = np.array(rows, dtype=np.float64).reshape(len(times), len(chosen))
    return {"time_s": np.array(times), **dict(zip(chosen, table.T, strict=True))}


def ensemble_series(paths: Sequence[str | Path], names: Sequence[str] = tuple(OBSERVABLES)) -> dict[str, np.ndarray]:
    """Mean and standard deviation over runs: ``time_s``, ``runs``, and for every name ``NAME_mean`` and ``NAME_sd``.

    Rows are the times that all runs have (to 1 ns). Standard deviations are those of runs, with n − 1.

    Raises
    ------
    TrajectoryError
        A run cannot be read, or the runs have no time in common.
    """
    tables = []
    for path in paths:
        with open_trajectory(path) as trajectory:
            tables.append(time_series(trajectory, names))
    keys = [np.round(table["time_s"], 9) for table in tables]
    common = keys[0]
    for key in keys[1:]:
        common = np.intersect1d(common, key)
    if len(common) == 0:
        raise TrajectoryError(f"the runs {', '.join(map(str, paths))} have no time in common")
    rows = [np.searchsorted(key, common) for key in keys]
    result = {"time_s": common, "runs": np.full(len(common), len(tables))}
    for name in names:
        values = np.array([table[name][row] for table, row in zip(tables, rows, strict=True)])
        result[f"{name}_mean"] = values.mean(axis=0)
        result[f"{name}_sd"] = values.std(axis=0, ddof=1) if len(tables) > 1 else np.full(len(common), np.nan)
    return result


def write_csv(table: dict[str, np.ndarray], path: str | Path) -> None:
    """A table as comma-separated values with a line of names."""
    np.savetxt(
        path, np.column_stack(list(table.values())), delimiter=",", header=",".join(table), comments="", fmt="%.10g"
    )
