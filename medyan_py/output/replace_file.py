"""Files that appear complete or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medyan_py.output.errors import OutputError


def temporary_name(path: Path, ending: str = "") -> Path:
    """The hidden name under which ``path`` is written, with an ending for libraries that go by it."""
    return path.with_name(f".{path.name}.part{ending}")


def write_all(descriptor: int, data: bytes) -> None:
    """Write to an open file, however many calls it takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_whole(path: str, data: bytes) -> None:
    """As ``replacing``, for one file among the many of a frame."""
    folder, name = os.path.split(path)
    temporary = f"{folder}/.{name}.part"
    try:
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
            try:
                write_all(descriptor, data)
            finally:
                os.close(descriptor)
            os.replace(temporary, path)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def replacing(path: str | Path, *, ending: str = "") -> Iterator[Path]:
    """Give a temporary name to write to; at the end of the block it takes the place of ``path``.

    When the block fails, ``path`` stays as it was and the temporary file is removed. A killed program leaves whole
    files; that they survive a power failure is not waited for, which would cost more than writing them.

    Raises
    ------
    OutputError
        When the operating system refuses.
    """
    path = Path(path)
    temporary = temporary_name(path, ending)
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
