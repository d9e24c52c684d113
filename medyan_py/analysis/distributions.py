"""How lengths, lifetimes, tensions and degrees are distributed, in one run or in several."""

from collections import deque
from collections.abc import Callable, Sequence
from numbers import Integral
from pathlib import Path

import numpy as np

from medyan_py.analysis import graph, motion, observables
from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.records import first_of, read_tensions
from medyan_py.analysis.trajectory import Trajectory, open_trajectory
from medyan_py.arguments import checked_paths, unknown


def _lifetimes(kind: str) -> Callable[[Trajectory], np.ndarray]:
    def measure(trajectory: Trajectory) -> np.ndarray:
        seen, whole = motion.lifetimes(list(trajectory), kind)
        return seen[whole]

    return measure


def _tensions(part: str) -> Callable[[Trajectory], np.ndarray]:
    def measure(trajectory: Trajectory) -> np.ndarray:
        frames = deque(read_tensions(first_of(trajectory.path, "tensions.traj")), maxlen=1)
        return getattr(frames[0], part) if frames else np.zeros(0)

    return measure


def _degrees(trajectory: Trajectory) -> np.ndarray:
    links = graph.link_graph(trajectory[-1])
    return np.array([sum(other != node for other in links[node]) for node in links], dtype=np.float64)


DISTRIBUTIONS: dict[str, Callable[[Trajectory], np.ndarray]] = {
    "length_nm": lambda trajectory: observables.contour_lengths(trajectory[-1].filaments),
    "linker_lifetime_s": _lifetimes("linkers"),
    "motor_lifetime_s": _lifetimes("motors"),
    "tension_pN": _tensions("cylinders"),
    "linker_force_pN": _tensions("linkers"),
    "motor_force_pN": _tensions("motors"),
    "degree": _degrees,
}
"""Name → values: lifetimes are those that began and ended within the run, everything else is of its last frame."""


def distribution(paths: Sequence[str | Path], name: str, bins: int = 20) -> dict[str, np.ndarray]:
    """Histogram of a quantity in runs: ``low``, ``high`` (edges of the bins), and fractions of the values in them.

    Of one run: ``count`` and ``fraction``; of several: ``fraction_mean`` and ``fraction_sd`` (with n − 1) over those
    runs that have any value.

    Raises
    ------
    KeyError
        For a name that is not in ``DISTRIBUTIONS``.
    ValueError
        For fewer than one bin.
    TrajectoryError
        A run cannot be read, has no frame, or there is no value in any of them.
    """
    if name not in DISTRIBUTIONS:
        raise KeyError(unknown("distribution", name, DISTRIBUTIONS))
    measure, paths = DISTRIBUTIONS[name], checked_paths("paths", paths)
    if not isinstance(bins, Integral) or isinstance(bins, bool) or bins < 1:
        raise ValueError(f"bins must be a whole number from 1, not {bins!r}")
    samples = []
    for path in paths:
        with open_trajectory(path) as trajectory:
            if len(trajectory) == 0:
                raise TrajectoryError(f"{trajectory.path}: there is no complete frame in it")
            samples.append(np.asarray(measure(trajectory), dtype=np.float64))
    full = [values for values in samples if len(values)]
    if not full:
        raise TrajectoryError(f"{', '.join(map(str, paths))}: there is no value of {name}")
    edges = np.histogram_bin_edges(np.concatenate(full), bins)
    counts = np.array([np.histogram(values, edges)[0] for values in full])
    table = {"low": edges[:-1], "high": edges[1:]}
    fractions = counts / counts.sum(axis=1, keepdims=True)
    if len(paths) == 1:
        return table | {"count": counts[0], "fraction": fractions[0]}
    spread = fractions.std(axis=0, ddof=1) if len(full) > 1 else np.full(bins, np.nan)
    return table | {"fraction_mean": fractions.mean(axis=0), "fraction_sd": spread}
