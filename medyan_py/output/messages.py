"""Python objects through a pipe: eight bytes of length, then a pickle."""

import os
import pickle
import struct
from typing import Any

_LENGTH = struct.Struct("<Q")


def send(descriptor: int, message: Any) -> None:
    """Write a message; blocks while the pipe is full, ``BrokenPipeError`` when nobody reads it any more."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    rest = memoryview(_LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def receive(descriptor: int) -> Any:
    """Read a message; ``EOFError`` when the other side has ended, also in the middle of one."""
    (length,) = _LENGTH.unpack(_read(descriptor, _LENGTH.size))
    return pickle.loads(_read(descriptor, length))


def _read(descriptor: int, size: int) -> bytearray:
    data = bytearray(size)
    done, view = 0, memoryview(data)
    while done < size:
        n = os.readv(descriptor, [view[done:]])
        if n == 0:
            raise EOFError
        done += n
    return data
