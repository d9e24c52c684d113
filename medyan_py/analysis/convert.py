"""Trajectories from one format into another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np

from medyan_py.analysis.replay import bounds, replayed, untold
from medyan_py.analysis.trajectory import Trajectory
from medyan_py.deck.volume import volume_of
from medyan_py.output.errors import OutputError
from medyan_py.output.hdf5_file import LAYOUT_VERSION, Hdf5Recorder
from medyan_py.output.layout import HDF5_FILE, SNAPSHOT_FILE
from medyan_py.output.trajectory_text import SnapshotRecorder
from medyan_py.output.vtk_files import VtkRecorder


class ConversionError(Exception):
    """A trajectory cannot be written like this; the text says why."""


def best_source(directory: Path, target: str | Path) -> Path:
    """The trajectory in a directory of which least is lost on the way to a target.

    traj.h5 has copy numbers, energies and the files of the deck, snapshot.traj what the ends of filaments have gained.
    """
    names = [HDF5_FILE, SNAPSHOT_FILE]
    if Path(target).suffix in (".traj", ".simularium"):
        names.reverse()
    return next((directory / name for name in names if (directory / name).is_file()), directory)


def convert(trajectory: Trajectory, target: str | Path) -> None:
    """Write a trajectory in the format that the name of the target asks for.

    ``.traj`` snapshot.traj, ``.h5`` traj.h5, ``.simularium`` Simularium (needs the package simulariumio), no suffix: a
    directory with files for ParaView. What the source does not tell (tensions, times of birth) is not in the target.
    ParaView gets the walls of the deck in the header of a traj.h5, and its compartments; without one the smallest box
    around all frames, and none. A traj.h5 of MEDYAN 5.4 or this program is copied as it is,
    if its frames can be read, with all that is told of the run.

    Raises
    ------
    ConversionError
        For another suffix, a target that exists, or one that needs a package that is not installed.
    TrajectoryError, OutputError
        When the source cannot be read or the target cannot be written.
    """
    if not isinstance(trajectory, Trajectory):
        raise TypeError(f"trajectory must be what open_trajectory returns, not {trajectory!r}")
    target = Path(target)
    if target.suffix not in _WRITERS:
        known = ", ".join(suffix for suffix in _WRITERS if suffix)
        raise ConversionError(
            f"{target}: nothing is written under the ending {target.suffix!r}; there are {known}, or none"
        )
    if target.exists() and not (target.suffix == "" and target.is_dir()):
        raise ConversionError(f"{target} exists already")
    if not target.parent.is_dir():
        raise ConversionError(f"{target}: there is no directory {target.parent}")
    _WRITERS[target.suffix](trajectory, target)


def _record(recorder: Any, trajectory: Trajectory, box: Any = None, volume: Any = None, origin: Any = None) -> None:
    header = getattr(trajectory, "header", None)
    opened = False
    for frame in trajectory:
        sim = replayed(frame, header, box, volume)
        if origin is not None:
            _move(sim, -origin)
        if not opened:
            recorder.open(sim)
            opened = True
        recorder.record(sim)
    if not opened:
        raise ConversionError(f"{trajectory.path} has no complete frame")
    recorder.close(sim)


def _move(sim: Any, shift: np.ndarray) -> None:
    """Move filaments and what is bound to them, and bubbles."""
    sim.filaments.beads = sim.filaments.beads + shift
    for group in (sim.linkers, sim.motors, sim.branchers, sim.bubbles):
        group.coords = group.coords + shift


@contextmanager
def _whole(target: Path) -> Iterator[None]:
    """Leave no file that holds part of the frames."""
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _to_text(trajectory: Trajectory, target: Path, origin: Any = None) -> None:
    recorder = SnapshotRecorder(target.parent)
    recorder.path = target
    with _whole(target):
        _record(recorder, trajectory, origin=origin)


def _to_hdf5(trajectory: Trajectory, target: Path) -> None:
    recorder = Hdf5Recorder(target.parent)
    recorder.path = target
    with _whole(target):
        if getattr(trajectory, "header", {}).get("version") == LAYOUT_VERSION:
            _copy(trajectory, target)
        else:
            _record(recorder, trajectory)


def _copy(trajectory: Trajectory, target: Path) -> None:
    for frame in trajectory:
        replayed(frame, trajectory.header)  # or it says what is wrong with it
    try:
        copyfile(trajectory.path, target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}") from error


def _to_vtk(trajectory: Trajectory, target: Path) -> None:
    target.mkdir(exist_ok=True)
    system = getattr(trajectory, "header", {}).get("system")
    volume = volume_of(system) if isinstance(system, str) else None
    box = bounds(trajectory) if volume is None else None
    without = untold(trajectory[0]) if len(trajectory) else ()
    _record(VtkRecorder(target, without=without), trajectory, box, volume)


def _to_simularium(trajectory: Trajectory, target: Path) -> None:
    try:
        import simulariumio
        from simulariumio.medyan import MedyanConverter, MedyanData
    except ImportError as error:
        raise ConversionError(f"{target}: this needs simulariumio: pip install 'simulariumio' 'pandas<3'") from error
    text = target.with_suffix(".snapshot.traj")
    low, high = bounds(trajectory)
    _to_text(trajectory, text, origin=0.5 * (low + high))  # the viewer has its box around the origin
    try:
        data = MedyanData(
            snapshot_file=simulariumio.InputFileData(str(text)),
            meta_data=simulariumio.MetaData(scale_factor=0.1, box_size=high - low),
            center=False,  # which takes the origin for a part of the network
        )
        with redirect_stdout(StringIO()):
            MedyanConverter(data).save(str(target.with_suffix("")), validate_ids=False)
    finally:
        text.unlink()


_WRITERS: dict[str, Callable[[Trajectory, Path], None]] = {
    ".traj": _to_text,
    ".h5": _to_hdf5,
    ".simularium": _to_simularium,
    "": _to_vtk,
}
