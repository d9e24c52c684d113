"""A binary file that a killed program leaves as it was at the last commit, or that can be put back to it."""

import os
import struct
from pathlib import Path

from medyan_py.output.errors import OutputError

_ENTRY = struct.Struct("<QQ")  # offset, length; followed by the old bytes


def journal_name(path: Path) -> Path:
    """The hidden file that holds what changes of ``path`` replace."""
    return path.with_name(f".{path.name}.undo")


class JournaledFile:
    """File object for formats that change in place, such as HDF5.

    Before bytes that were there at the last ``commit`` are overwritten, they go to a journal beside the file.
    ``commit`` empties it; ``recover`` uses it to undo what was written since. So whenever the program ends, the file is
    as it was at a commit, or can be brought back to it.

    A library in the middle of a change cannot cope with a file that fails. So when the disk is full ``write`` does not
    raise: ``failure`` has the error, and the rest of the change is kept in memory until ``abandon``.

    Parameters
    ----------
    path : path
        Created, and must not exist, unless ``existing``.
    existing : bool
        Go on with a file that is there, after recovery.

    Raises
    ------
    OutputError
        When the file cannot be created or opened.
    """

    def __init__(self, path: str | Path, *, existing: bool = False) -> None:
        self.path = Path(path)
        self._journal_path = journal_name(self.path)
        self._journal = -1
        self._saving = False  # something is in it
        self._position = 0
        self.failure: OSError | None = None
        self._unwritten: list[tuple[int, bytes]] = []
        try:
            if existing:
                recover(self.path)
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            else:
                self._journal_path.unlink(missing_ok=True)
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError as error:
            raise OutputError(f"{self.path} exists already, and results are never mixed") from error
        except OSError as error:
            raise OutputError(f"{self.path} cannot be opened: {error.strerror}") from error
        self._committed = os.fstat(self._descriptor).st_size

    # ---- what a file object does

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = 0 if whence == os.SEEK_SET else self._position if whence == os.SEEK_CUR else self.size()
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int) -> bytes:
        data = bytearray(size)
        return bytes(data[: self.readinto(data)])

    def readinto(self, buffer) -> int:
        view, done = memoryview(buffer).cast("B"), 0
        while done < len(view):
            n = os.preadv(self._descriptor, [view[done:]], self._position + done)
            if n == 0:
                break
            done += n
        for offset, data in self._unwritten:
            first, last = max(offset, self._position), min(offset + len(data), self._position + len(view))
            if first < last:
                view[first - self._position : last - self._position] = data[first - offset : last - offset]
                done = max(done, last - self._position)
        self._position += done
        return done

    def write(self, data) -> int:
        view = memoryview(data).cast("B")
        if self.failure is None:
            try:
                self._save(self._position, len(view))
                _write_at(self._descriptor, view, self._position)
            except OSError as error:
                self.failure = error
        if self.failure is not None:
            self._unwritten.append((self._position, bytes(view)))
        self._position += len(view)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        size = self._position if size is None else size
        if self.failure is None:
            try:
                self._save(size, max(0, self._committed - size))
                os.ftruncate(self._descriptor, size)
            except OSError as error:
                self.failure = error
        return size

    def flush(self) -> None:
        """Nothing is buffered here."""

    # ---- what makes it safe

    def size(self) -> int:
        """Bytes, with what could not be written."""
        size = os.fstat(self._descriptor).st_size
        return max([size, *(offset + len(data) for offset, data in self._unwritten)])

    def check(self) -> None:
        """Raise the error if something could not be written."""
        if self.failure is not None:
            raise self.failure

    def commit(self) -> None:
        """What was written so far stays; raises the error if it could not be written."""
        self.check()
        if self._saving:
            os.ftruncate(self._journal, 0)  # kept: to make a file and remove it costs more than to write a frame
            self._saving = False
        self._committed = os.fstat(self._descriptor).st_size

    def sync(self) -> None:
        """Wait until the disk has what was committed."""
        os.fsync(self._descriptor)

    def abandon(self) -> None:
        """Undo what was written since the last commit; later writes go nowhere."""
        self.failure = self.failure or OSError("abandoned")
        if self._journal >= 0:
            os.close(self._journal)
            self._journal, self._saving = -1, False
        recover(self.path)

    def close(self) -> None:
        """Release the file; closing twice is harmless."""
        if self._journal >= 0:
            os.close(self._journal)
            self._journal = -1
            if not self._saving:
                self._journal_path.unlink()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _save(self, offset: int, length: int) -> None:
        """Put the committed bytes of a range into the journal."""
        length = min(offset + length, self._committed) - offset
        if self._journal < 0:
            self._journal = os.open(self._journal_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        if not self._saving:
            self._saving = True
            _write_at(self._journal, memoryview(_ENTRY.pack(self._committed, 0)), 0)
        if length > 0:
            old = os.pread(self._descriptor, length, offset)
            entry = _ENTRY.pack(offset, len(old)) + old
            end = os.lseek(self._journal, 0, os.SEEK_END)
            _write_at(self._journal, memoryview(entry), end)


def recover(path: str | Path) -> bool:
    """Put a file back to its last commit if a program was killed while it changed it; tells whether it was needed."""
    path = Path(path)
    journal = journal_name(path)
    try:
        entries = journal.read_bytes()
    except FileNotFoundError:
        return False
    if not entries:  # of a run that goes on, or was killed between changes
        return False
    if len(entries) >= _ENTRY.size:
        with open(path, "r+b") as file:
            for offset, old in reversed(list(_old_bytes(entries))):
                file.seek(offset)
                file.write(old)
            file.truncate(_ENTRY.unpack_from(entries)[0])
    journal.unlink()
    return True


def _old_bytes(entries: bytes):
    """(offset, bytes) of every whole entry; one cut short belongs to a change that was not made."""
    at = _ENTRY.size
    while at + _ENTRY.size <= len(entries):
        offset, length = _ENTRY.unpack_from(entries, at)
        at += _ENTRY.size
        if at + length > len(entries):
            return
        yield offset, entries[at : at + length]
        at += length


def _write_at(descriptor: int, data: memoryview, offset: int) -> None:
    while data:
        n = os.pwrite(descriptor, data, offset)
        data, offset = data[n:], offset + n
