"""Observables against time: a table of one run, or mean and spread of several."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from medyan_py.analysis import graph, motion, observables, surfaces
from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.records import first_of, read_dissipation, read_tensions, read_turnover
from medyan_py.analysis.trajectory import open_trajectory
from medyan_py.arguments import checked_names, checked_paths, unknown


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
    """All names of ``OBSERVABLES``, but for those of membranes where a frame has none."""
    return tuple(name for name in OBSERVABLES if frame.membranes or name not in OF_MEMBRANES)


CHANGES: dict[str, Callable[[Any, Any, Any], float]] = {
    "contraction": lambda first, _, frame: _ratio(
        *(observables.radius_of_gyration(f.filaments) for f in (frame, first))
    ),
    "displacement_squared_nm2": lambda first, _, frame: motion.squared_displacement(first, frame),
    "contractile_velocity_nm_per_s": lambda _, before, frame: motion.contractile_velocity(before, frame),
    "motor_velocity_nm_per_s": lambda _, before, frame: _mean_known(motion.motor_velocities(before, frame)),
}
"""Name → value of a frame against the first one and the one before; velocities are NaN where no time has passed.

``contraction`` is the radius of gyration ÷ that of the first frame, ``displacement_squared_nm2`` the mean square
displacement of filaments since the first frame.
"""


def _ratio(value: float, reference: float) -> float:
    return value / reference if reference > 0 else float("nan")


def _mean_known(values: np.ndarray) -> float:
    return _mean(values[~np.isnan(values)])


def _spread(values: np.ndarray) -> float:
    return float(values.std()) if len(values) else float("nan")


def _tensions(part: str, measure: Callable) -> Callable:
    return lambda frames: [(frame.time, measure(getattr(frame, part))) for frame in frames]


def _turnover(frames: list) -> list[tuple[float, float]]:
    """Monomers that joined plus those that left, per filament and second, since the frame before."""
    found = [(frame.time, float("nan")) for frame in frames[:1]]
    for before, frame in pairwise(frames):
        moved = (frame.gained.sum() + frame.lost.sum()) / max(1, len(frame.ids))
        found.append((frame.time, _ratio(moved, frame.time - before.time)))
    return found


def _dissipation(column: int) -> Callable:
    def over_time(read: tuple[np.ndarray, np.ndarray]) -> list[tuple[float, float]]:
        times, sums = read
        found = np.full(len(times), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):  # the last frame may be there twice
            rates = np.diff(sums[:, column]) / np.diff(times)
        found[1:] = np.where(np.isfinite(rates), rates, np.nan)
        return list(zip(times.tolist(), found.tolist(), strict=True))

    return over_time


_READERS: dict[str, Callable[[Path], Any]] = {
    "tensions.traj": lambda path: list(read_tensions(path)),
    "monomers.traj": lambda path: list(read_turnover(path)),
    "dissipation.traj": read_dissipation,
}
FILES: dict[str, tuple[str, Callable[[Any], list[tuple[float, float]]]]] = {
    "tension_mean_pN": ("tensions.traj", _tensions("cylinders", _mean)),
    "tension_sd_pN": ("tensions.traj", _tensions("cylinders", _spread)),
    "linker_force_mean_pN": ("tensions.traj", _tensions("linkers", _mean)),
    "motor_force_mean_pN": ("tensions.traj", _tensions("motors", _mean)),
    "turnover_per_s": ("monomers.traj", _turnover),
    "dissipation_kT_per_s": ("dissipation.traj", _dissipation(0)),
    "chemical_dissipation_kT_per_s": ("dissipation.traj", _dissipation(1)),
    "mechanical_dissipation_kT_per_s": ("dissipation.traj", _dissipation(2)),
}
"""Name → file beside the trajectory, and (time, value) of its frames. Rates are means since the frame before."""

NAMES = (*OBSERVABLES, *CHANGES, *FILES)


def measurable(path: str | Path) -> tuple[str, ...]:
    """All names that can be measured of the trajectory at a path.

    Those of membranes only where its first frame has some, those of ``FILES`` only where their file is.
    """
    with open_trajectory(path) as trajectory:
        own = standard_observables(trajectory[0]) if len(trajectory) else tuple(OBSERVABLES)
        directory = trajectory.path.parent
    there = [name for name, (file, _) in FILES.items() if (directory / file).is_file()]
    return (*own, *CHANGES, *there)


def time_series(frames: Iterable[Any], names: Sequence[str] = (*OBSERVABLES, *CHANGES)) -> dict[str, np.ndarray]:
    """Observables of all frames: name → float64 (n,), and ``time_s``.

    Raises
    ------
    KeyError
        For a name that is not in ``NAMES``.
    TrajectoryError
        When the file that an observable is read from is not beside the trajectory, or ``frames`` is none.
    """
    names = checked_names("names", names)
    for name in names:
        if name not in NAMES:
            raise KeyError(unknown("observable", name, NAMES))
    own = {name: OBSERVABLES[name] for name in names if name in OBSERVABLES}
    changes = {name: CHANGES[name] for name in names if name in CHANGES}
    rows, times, first, before = [], [], None, None
    for frame in frames:
        times.append(frame.time)
        first = frame if first is None else first
        values = [measure(frame) for measure in own.values()]
        for name, measure in changes.items():
            timeless = "velocity" in name and (before is None or frame.time <= before.time)
            values.append(float("nan") if timeless else measure(first, before, frame))
        rows.append(values)
        before = frame
    table = np.array(rows, dtype=np.float64).reshape(len(times), len(own) + len(changes))
    columns = dict(zip((*own, *changes), table.T, strict=True))
    read: dict[str, Any] = {}
    for name in names:
        if name in FILES:
            file, measure = FILES[name]
            if file not in read:
                read[file] = _READERS[file](first_of(_path_of(frames, name), file))
            columns[name] = _at(times, measure(read[file]))
    return {"time_s": np.array(times), **{name: columns[name] for name in names}}


def _path_of(frames: Any, name: str) -> Path:
    if not hasattr(frames, "path"):
        raise TrajectoryError(f"{name} is read from a file beside the trajectory: give what open_trajectory returns")
    return frames.path


def _at(times: Sequence[float], found: list[tuple[float, float]]) -> np.ndarray:
    """Values at the times (to 1 ns), NaN where there is none."""
    values = {round(time, 9): value for time, value in found}
    return np.array([values.get(round(time, 9), np.nan) for time in times], dtype=np.float64)


def ensemble_series(
    paths: Sequence[str | Path], names: Sequence[str] = (*OBSERVABLES, *CHANGES)
) -> dict[str, np.ndarray]:
    """Mean and standard deviation over runs: ``time_s``, ``runs``, and for every name ``NAME_mean`` and ``NAME_sd``.

    Rows are the times that all runs have (to 1 ns). Standard deviations are those of runs, with n − 1.

    Raises
    ------
    TrajectoryError
        A run cannot be read, or the runs have no time in common.
    """
    tables, paths = [], checked_paths("paths", paths)
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
