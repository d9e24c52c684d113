"""A text file that grows by whole frames."""

import os
from pathlib import Path

from medyan_py.output.errors import OutputError


class FrameFile:
    """A new file to which frames are appended, each completely or not at all.

    Parameters
    ----------
    path : path
        The file to create. It must not exist: old results are removed only when the output directory is claimed, so
        two runs in one directory cannot mix their frames.

    Raises
    ------
    OutputError
        When the file exists or cannot be created.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError as error:
            raise OutputError(f"{self.path} exists already, and results are never mixed") from error
        except OSError as error:
            raise OutputError(f"{self.path} cannot be created: {error.strerror}") from error
        self._complete = 0  # bytes

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
