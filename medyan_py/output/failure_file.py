"""What is left of a run whose network could not be relaxed."""

from pathlib import Path

from medyan_py.output.errors import OutputError
from medyan_py.output.layout import FAILURE_FILE


def write_failure(directory: Path, time: float, report: str) -> Path:
    """Write the report of a failed minimisation at ``time`` (s) into the output directory; returns its path.

    Raises OutputError if it cannot be written.
    """
    path = directory / FAILURE_FILE
    try:
        path.write_text(f"t = {time:.10g} s\n{report}", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    return path
