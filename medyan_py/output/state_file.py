"""Nested dictionaries of arrays, numbers and texts as one HDF5 file that is whole, or known not to be.

A dictionary is a group and an array a dataset of the same name; numbers and texts of a group stand together as JSON in
its dataset ``%values``. The first 512 bytes, a user block that HDF5 readers skip, say what the file is and hold a
checksum of the rest.
"""

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import h5py
import numpy as np

from medyan_py.output.errors import OutputError
from medyan_py.output.replace_file import temporary_name, write_all

BLOCK = 512  # bytes; the smallest user block of HDF5
MAGIC = b"medyan_py state\n"
PACKED_FROM = 65536  # bytes; larger arrays are compressed
_PLAIN = (bool, int, float, str)
VALUES = "%values"  # no key is written like this


class DamagedFile(Exception):
    """A file is not what ``write_tree`` wrote; the text says why."""


def write_tree(path: str | Path, tree: dict[str, Any]) -> None:
    """Write a dictionary; the file is on the disk when this returns, and appears complete or not at all.

    Raises
    ------
    OutputError
        When it cannot be written; a file that was there is still there then.
    """
    path = Path(path)
    temporary = temporary_name(path)
    image = _image(tree)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            write_all(descriptor, image)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
        sync_directory(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_directory(path: Path) -> None:
    """Wait until the disk knows the names in a directory."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_tree(path: str | Path) -> dict[str, Any]:
    """The dictionary in a file.

    Raises
    ------
    DamagedFile
        When the file was not written by ``write_tree``, or not to its end, or has been changed.
    OSError
        When it cannot be read.
    """
    data = Path(path).read_bytes()
    if not data.startswith(MAGIC):
        raise DamagedFile("it does not begin as one does")
    if len(data) <= BLOCK or _checksum(data) != data[len(MAGIC) : BLOCK].rstrip(b"\0\n").decode("ascii", "replace"):
        raise DamagedFile("its content does not fit its checksum: it is cut short or has been changed")
    with h5py.File(io.BytesIO(data), "r") as file:
        return _read_group(file)


def _checksum(data: bytes) -> str:
    return hashlib.sha256(memoryview(data)[BLOCK:]).hexdigest()


def _image(tree: dict[str, Any]) -> bytes:
    # In memory first: HDF5 does not recover well from a disk that gets full while it writes.
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=BLOCK, track_order=True, libver="v110") as file:
        _write_group(file, tree)
    data = bytearray(buffer.getbuffer())
    data[:BLOCK] = (MAGIC + _checksum(data).encode() + b"\n").ljust(BLOCK, b"\0")
    return bytes(data)


def _write_group(group: h5py.Group, tree: dict[str, Any]) -> None:
    values = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            _write_group(group.create_group(_encoded(key), track_order=True), value)
        elif isinstance(value, np.ndarray):
            packed = {"compression": 1, "shuffle": True} if value.nbytes >= PACKED_FROM else {}
            group.create_dataset(_encoded(key), data=value, track_times=False, **packed)
        elif type(value) in _PLAIN or (type(value) is list and all(type(item) in _PLAIN for item in value)):
            values[key] = value
        else:
            raise TypeError(f"{key}: a {type(value).__name__} cannot be written")
    if values:
        group.create_dataset(VALUES, data=json.dumps(values), track_times=False)


def _encoded(key: str) -> str:
    """A key as HDF5 allows it: no slash, not empty, and not a dot, which is the group itself."""
    name = quote(key, safe=" ()+-,:=@")
    return name if name.strip(".") else name.replace(".", "%2E") or "%"


def _read_group(group: h5py.Group) -> dict[str, Any]:
    tree = {}
    for name, item in group.items():
        if name == VALUES:
            tree |= json.loads(item[()])
        elif isinstance(item, h5py.Group):
            tree["" if name == "%" else unquote(name)] = _read_group(item)
        else:
            tree["" if name == "%" else unquote(name)] = np.asarray(item[()])
    return tree
