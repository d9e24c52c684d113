"""A text file that grows by whole frames."""

import os
from pathlib import Path

from medyan_py.output.errors import OutputError


class FrameFile:
    """A file to which frames are appended, each completely or not at all.

    Parameters
    ----------
    path : path
        The file to create. It must not exist: old results are removed only when the output directory is claimed, so
        two runs in one directory cannot mix their frames.
    keep : int, optional
        Go on with a file that exists, after its first ``keep`` bytes; what is behind them is removed.

    Raises
    ------
    OutputError
        When the file exists or cannot be created, or is shorter than what is to be kept.
    """

    def __init__(self, path: str | Path, *, keep: int | None = None) -> None:
        self.path = Path(path)
        if keep is not None:
            self._go_on(keep)
            return
        try:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError as error:
            raise OutputError(f"{self.path} exists already, and results are never mixed") from error
        except OSError as error:
            raise OutputError(f"{self.path} cannot be created: {error.strerror}") from error
        self._complete = 0  # bytes

    def _go_on(self, keep: int) -> None:
        self.check(self.path, keep)
        try:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
            self._complete = keep
            self._drop_incomplete_frame()
        except OSError as error:
            raise OutputError(f"{self.path} cannot be continued: {error.strerror}") from error

    @staticmethod
    def check(path: Path, keep: int) -> None:
        """``OutputError`` if there is no file, or fewer than ``keep`` bytes of it."""
        try:
            size = os.stat(path).st_size
        except OSError as error:
            raise OutputError(f"{path} cannot be continued: {error.strerror}") from error
        if size < keep:
            raise OutputError(f"{path} has {size} bytes and had {keep} at the checkpoint; it cannot be continued")

    def sync(self) -> int:
        """Wait until the disk has all frames; returns their bytes, for ``keep``."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror}") from error
        return self._complete

    def append(self, text: str) -> None:
        """Write one frame; a program killed after this returns leaves it behind.

        Raises
        ------
        OutputError
            When the frame cannot be written (disk full, quota); the file then ends with the frame before.
        """
        data = text.encode()
        try:
            self._write(data)
        except OSError as error:
            self._drop_incomplete_frame()
            raise OutputError(f"{self.path}: a frame cannot be written: {error.strerror}") from error
        except BaseException:  # an interrupt between two partial writes must not leave half a frame either
            self._drop_incomplete_frame()
            raise
        self._complete += len(data)

    def close(self) -> None:
        """Wait until the disk has all frames and release the file; closing twice is harmless."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _drop_incomplete_frame(self) -> None:
        os.ftruncate(self._descriptor, self._complete)
        os.lseek(self._descriptor, self._complete, os.SEEK_SET)
