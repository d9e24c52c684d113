"""The output directory: claimed before anything is written, so that no result is ever lost by accident."""

import errno
import fcntl
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medyan_py.output import layout
from medyan_py.output.errors import OutputError
from medyan_py.output.journaled_file import journal_name
from medyan_py.output.layout import BOX_FILE, EVENT_KINDS, PARAVIEW, VTK_KINDS, event_file, rocking_file
from medyan_py.output.replace_file import temporary_name

LOGGER = logging.getLogger("medyan_py.output")
RESULT_FILES = (
    layout.SNAPSHOT_FILE,
    layout.BIRTH_TIMES_FILE,
    layout.FORCES_FILE,
    layout.TENSIONS_FILE,
    layout.PLUS_END_FILE,
    layout.MONOMERS_FILE,
    layout.REPULSION_FILE,
    layout.CHEMISTRY_FILE,
    layout.CONCENTRATION_FILE,
    layout.DISSIPATION_FILE,
    layout.REACTIONS_FILE,
    layout.FORCE_FIELDS_FILE,
    *map(event_file, EVENT_KINDS),
    layout.LINK_GRAPH_FILE,
    layout.TENSION_GRAPH_FILE,
    layout.DUMP_FILE,
    layout.HDF5_FILE,
    layout.HESSIAN_FILE,
    layout.SPECTRA_FILE,
    layout.PROJECTIONS_FILE,
    layout.LOG_FILE,
    layout.FAILURE_FILE,
)

STATE_FILES = (
    layout.CHECKPOINT_FILE,
    layout.NEW_CHECKPOINT_FILE,
    layout.OLDER_CHECKPOINT_FILE,
    layout.FAILED_STATE_FILE,
)


def claim_directory(path: str | Path, *, overwrite: bool = False) -> Path:
    """Make sure that results can go into a directory, and return its absolute path.

    The directory is created when missing, with its parents.

    Parameters
    ----------
    path : path
        The output directory.
    overwrite : bool
        Remove the results of an earlier run (the .traj files that this program writes, medyan.log,
        failed_minimisation.txt, and what it writes into paraview/). Other files in the directory are not touched.

    Raises
    ------
    OutputError
        The directory holds results and ``overwrite`` is false; or it is not a directory, or cannot be created or
        written to, or another run is writing to it. Nothing has been written or removed then.
    """
    directory = Path(os.path.abspath(os.path.expanduser(path)))
    try:
        if directory.exists():
            _check_existing(directory, overwrite)
        else:
            directory.mkdir(parents=True)
        _check_writable(directory)
        if overwrite:
            with locked(directory):
                _remove_results(directory)
    except OSError as error:
        raise OutputError(f"output directory {directory} cannot be used: {error.strerror}") from error
    return directory


def reopen_directory(path: str | Path) -> Path:
    """Make sure that a run can go on in the directory of its results, and return its absolute path.

    Raises OutputError if nothing can be written there; nothing has changed then.
    """
    directory = Path(os.path.abspath(os.path.expanduser(path)))
    try:
        _check_writable(directory)
    except OSError as error:
        raise OutputError(f"output directory {directory} cannot be used: {error.strerror}") from error
    return directory


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep a directory for one run; ``OutputError`` if another process writes to it.

    The lock ends with the process, however that ends.
    """
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise OutputError(f"output directory {directory} cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"another run is writing to {directory}") from None
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL):  # file systems without locks
                raise OutputError(f"output directory {directory} cannot be locked: {error.strerror}") from error
            LOGGER.warning("%s cannot be locked: nothing keeps a second run from writing there", directory)
        yield
    finally:
        os.close(descriptor)


def _check_existing(directory: Path, overwrite: bool) -> None:
    if not directory.is_dir():
        raise OutputError(f"output directory {directory}: this is a file, not a directory")
    results = sorted(_results(directory))
    if results and not overwrite:
        names = sorted({entry.relative_to(directory).parts[0] for entry in results})
        if len(names) > 4:
            names = [*names[:3], f"and {len(names) - 3} more"]
        raise OutputError(
            f"output directory {directory} already holds results ({', '.join(names)}); "
            "choose another directory, or ask for them to be overwritten"
        )
    misplaced = [name for name in RESULT_FILES if (directory / name).is_dir()]
    if misplaced:
        raise OutputError(f"output directory {directory}: {misplaced[0]} is a directory, where a file is to be written")
    if os.path.lexists(directory / PARAVIEW) and not (directory / PARAVIEW).is_dir():
        raise OutputError(f"output directory {directory}: {PARAVIEW} is a file, where a folder is to be written")


def _check_writable(directory: Path) -> None:
    # Permission bits do not tell (super-user, read-only mounts, quotas): only writing does.
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".medyan-"):
        pass


def _results(directory: Path) -> Iterator[Path]:
    """Files that an earlier run has left."""
    for name in RESULT_FILES:
        if os.path.lexists(directory / name):
            yield directory / name
        if os.path.lexists(journal_name(directory / name)):  # left by a killed run
            yield journal_name(directory / name)
    for name in STATE_FILES:
        for file in (directory / name, temporary_name(directory / name)):
            if os.path.lexists(file):
                yield file
    yield from directory.glob(rocking_file("[0-9]*"))
    paraview = directory / PARAVIEW
    for name in (BOX_FILE, *(f"{kind}.pvd" for kind in VTK_KINDS)):
        for file in (paraview / name, temporary_name(paraview / name)):
            if os.path.lexists(file):
                yield file
    for kind, extension in VTK_KINDS.items():
        name = f"{kind}_*.{extension}"
        yield from (paraview / kind).glob(f"[0-9]*/{name}")
        yield from (paraview / kind).glob(f"[0-9]*/{temporary_name(Path(name))}")  # left by a killed run


def _remove_results(directory: Path) -> None:
    # First what refers to other files: should this be interrupted, nothing is left that needs what is gone.
    for result in sorted(_results(directory), key=lambda p: p.suffix != ".pvd" and p.name not in STATE_FILES):
        result.unlink()
    paraview = directory / PARAVIEW
    for kind in VTK_KINDS:
        for folder in (*(paraview / kind).glob("[0-9]*"), paraview / kind):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
