"""A ParaView collection (.pvd): the list of the files of all frames."""

import os
from pathlib import Path
from xml.sax.saxutils import quoteattr

from medyan_py.output.frame_file import FrameFile

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">\n  <Collection>\n'
)
_TAIL = "  </Collection>\n</VTKFile>\n"


class Collection(FrameFile):
    """A collection, readable after every entry: an entry and the closing tags replace the closing tags before.

    Parameters
    ----------
    path : path
    keep : int, optional
        As for ``FrameFile``.

    Raises
    ------
    OutputError
        When the file exists or cannot be created, or is shorter than what is to be kept.
    """

    def __init__(self, path: str | Path, *, keep: int | None = None) -> None:
        super().__init__(path, keep=keep)
        if keep is None:
            self.append(_HEAD)

    def add(self, time: float, file: str) -> None:
        """List the file (relative to the collection) of a frame at ``time``, s; ``OutputError`` when it cannot be."""
        self.append(f'    <DataSet timestep="{float(time)!r}" part="0" file={quoteattr(file)}/>\n')

    def _write(self, data: bytes) -> None:
        # One call, so that a killed program leaves the tags of before or those of now.
        super()._write(data + _TAIL.encode())
        os.lseek(self._descriptor, -len(_TAIL), os.SEEK_CUR)

    def _drop_incomplete_frame(self) -> None:
        tail = _TAIL.encode()  # over bytes that exist, which a full disk allows too
        os.pwrite(self._descriptor, tail, self._complete)
        os.ftruncate(self._descriptor, self._complete + len(tail))
        os.lseek(self._descriptor, self._complete, os.SEEK_SET)
