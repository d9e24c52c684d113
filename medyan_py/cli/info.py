"""Tell what a run or a trajectory holds."""

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from medyan_py.analysis import TrajectoryError, open_trajectory, read_chemistry
from medyan_py.analysis.observables import contour_lengths
from medyan_py.analysis.surfaces import surface_area
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import REFUSED, SUCCESS
from medyan_py.cli.trajectories import counted, no_frame, warn_of_incomplete
from medyan_py.deck.diagnostics import printable
from medyan_py.output.layout import CHEMISTRY_FILE, HDF5_FILE, LOG_FILE, SNAPSHOT_FILE

HELP = "tell what a run or a trajectory holds"
USAGE = "medyan info [PATH]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``medyan info``."""
    parser.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="output directory, snapshot.traj or traj.h5"
    )


def execute(options: argparse.Namespace) -> int:
    """Tell all that can be read; exit code 2 if something cannot, or if there is no frame."""
    try:
        for line in _lines(Path(options.path)):
            say(printable(line), sys.stdout)
    except TrajectoryError as error:
        say(f"medyan: error: {error}", sys.stderr)
        return REFUSED
    return SUCCESS


def _lines(path: Path) -> Iterator[str]:
    problem = None
    if _without_positions(path):
        yield f"{path}: no trajectory of positions"
    else:
        with open_trajectory(path) as trajectory:
            yield from _trajectory(trajectory)
            problem = None if len(trajectory) else TrajectoryError(no_frame(trajectory))
            warn_of_incomplete(trajectory)
    if path.is_dir():
        try:
            yield from _molecules(path)
        except TrajectoryError as error:
            problem = problem or error
        yield from _directory(path)
    if problem is not None:
        raise problem


def _without_positions(path: Path) -> bool:
    """Whether this is the directory of a run that recorded no positions."""
    return (path / LOG_FILE).is_file() and not any((path / name).is_file() for name in (SNAPSHOT_FILE, HDF5_FILE))


def _trajectory(trajectory):
    yield str(trajectory.path)
    n = len(trajectory)
    if n == 0:
        return
    yield f"  {counted(n, 'frames')}, t = {trajectory.times[0]:g} to {trajectory.times[-1]:g} s"
    for name, frame in (("first", trajectory[0]), ("last", trajectory[-1])):
        lengths = contour_lengths(frame.filaments)
        mean = f" of {lengths.mean():.4g} nm on average" if len(lengths) else ""
        others = ((frame.linkers, "linkers"), (frame.motors, "motors"), (frame.branchers, "branchers"))
        counts = [counted(len(o.ids), kind) for o, kind in (*others, (frame.bubbles, "bubbles"))]
        if frame.membranes:
            area = sum(map(surface_area, frame.membranes))
            counts.append(f"{counted(len(frame.membranes), 'membranes')} of {area:.4g} nm²")
        yield f"  {name} frame: {counted(len(lengths), 'filaments')}{mean}, {', '.join(counts)}"
    header = getattr(trajectory, "header", None)
    if header is not None:
        yield f"  written in the layout of {header['version']}, {'finished' if header['finished'] else 'not finished'}"
        if "seed" in header:
            yield f"  seed {header['seed']}"


def _molecules(directory: Path) -> Iterator[str]:
    chemistry = directory / CHEMISTRY_FILE
    if chemistry.exists():
        for last in deque(read_chemistry(chemistry), maxlen=1):
            yield f"{chemistry}"
            for (name, kind), count in zip(last.species, last.counts.tolist(), strict=True):
                yield f"  {name}:{kind} {count}"


def _directory(directory: Path) -> Iterator[str]:
    log = directory / LOG_FILE
    if log.exists():
        text = log.read_text(encoding="utf-8", errors="replace").splitlines()
        wanted = [line for line in text if line.startswith(("[info] command: ", "[info] seed: ", "[error]"))]
        warnings = sum(line.startswith("[warning]") for line in text)
        yield f"{log}"
        yield from (f"  {line.partition('] ')[2]}" for line in wanted)
        yield f"  {counted(warnings, 'warnings')}"
    others = sorted(p.name for p in directory.iterdir() if p.suffix in (".traj", ".h5") or p.name == "paraview")
    yield f"files: {', '.join(others)}"
