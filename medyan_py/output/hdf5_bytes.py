"""Objects of an HDF5 file as bytes, thousands at a time.

The library takes some 40 µs for every object that it creates, and a frame in the layout of MEDYAN 5.4 has three of them
for each linker. Here all objects of one kind are rows of one array. The library creates the file and its header, and
reads what is written here; source: HDF5 File Format Specification, version 3.0, sections III.A (B-trees), III.B (symbol
tables), III.D (heaps) and IV.A (object headers, version 1).
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from h5py import h5t

from medyan_py.output.hdf5_index import (
    LEAF_BYTES,
    LEAF_ENTRIES,
    NODE_BYTES,
    NODE_CHILDREN,
    UNDEFINED,
    heap_header,
    leaf_words,
    node,
)

_SPACE, _LINK_INFO, _TYPE, _FILL, _LINK, _LAYOUT, _GROUP_INFO, _ATTRIBUTE, SYMBOLS = 1, 2, 3, 5, 6, 8, 10, 12, 17
_EARLY, _LATE = 1, 2  # when space is allocated
_COUNT = "count"


class Block:
    """Bytes that go to the end of a file, at addresses known at once.

    Parameters
    ----------
    start : int
        Where the file ends now; a multiple of 8.
    """

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self._parts: list[bytes | memoryview] = []

    def put(self, data: bytes | np.ndarray) -> int:
        """Add bytes, whose address is returned; the next ones begin at a multiple of 8."""
        address, view = self.end, memoryview(data).cast("B")
        gap = -len(view) % 8
        self._parts += [view, bytes(gap)] if gap else [view]
        self.end += len(view) + gap
        return address

    def bytes(self) -> bytes:
        """All that was added."""
        return b"".join(self._parts)


class Text(NamedTuple):
    """A string of variable length that the file holds already: the 16 bytes that refer to it."""

    reference: bytes


def put_dataset(block: Block, values: np.ndarray | Text, links: int = 1) -> int:
    """A dataset of int64, float64 or int32, or with one text; returns its address.

    Parameters
    ----------
    block : Block
    values : ndarray or Text
    links : int
        How many names it will have.
    """
    if isinstance(values, Text):
        return block.put(_header([*_description(_string_type(), (), _EARLY), _inline(values.reference)], links))
    values = np.asarray(values, order="C")
    description = _description(_type(values.dtype.char), values.shape, _LATE if values.ndim else _EARLY)
    if values.ndim == 0:
        return block.put(_header([*description, _inline(values.tobytes())], links))
    address = block.put(values) if values.nbytes else UNDEFINED
    return block.put(_header([*description, _elsewhere(address, values.nbytes)], links))


def put_polylines(block: Block, points: np.ndarray, start: np.ndarray, marks: dict[str, np.ndarray]) -> np.ndarray:
    """A float64 dataset (points, 3) for each of several lines, one after another in ``points``.

    Parameters
    ----------
    block : Block
    points : float64 (P, 3)
    start : int (n + 1,)
        Offsets into ``points``.
    marks : dict
        Attributes: name → int64 (n,).

    Returns
    -------
    uint64 (n,)
        Addresses.
    """
    n, size = len(start) - 1, 24  # bytes of a point
    if n == 0:
        return np.zeros(0, dtype=np.uint64)
    template = _Template()
    space, kind, fill = _description(_type("d"), (0, 3), _LATE)
    template.add(_prefix(4 + len(marks), sum(map(len, (space, kind, fill))) + 32 + 56 * len(marks), 1))
    at_length = template.add(space) + 16
    template.add(kind)
    template.add(fill)
    at_data = template.add(_elsewhere(0, 0)) + 10
    at_marks = [template.add(_attribute(name)) + 48 for name in marks]
    rows, address = template.rows(n), block.put(np.ascontiguousarray(points, dtype=np.float64))
    start = np.asarray(start, dtype=np.uint64)
    _fill(rows, at_length, np.diff(start))
    _fill(rows, at_data, address + size * start[:-1])
    _fill(rows, at_data + 8, size * np.diff(start))
    for at, values in zip(at_marks, marks.values(), strict=True):
        _fill(rows, at, values)
    return _put_rows(block, rows)


def put_records(block: Block, n: int, fields: dict[str, np.ndarray]) -> np.ndarray:
    """Groups that all hold datasets of the same names.

    Parameters
    ----------
    block : Block
    n : int
        Number of groups.
    fields : dict
        Name → int64 or float64 (n, …), of which every group gets a row as a small dataset; or → uint64 (n,), addresses
        of datasets that are there already.

    Returns
    -------
    uint64 (n,)
        Addresses.
    """
    if n == 0:
        return np.zeros(0, dtype=np.uint64)
    template = _Template()
    links = _links(dict.fromkeys(fields, 0))
    template.add(_prefix(len(links), sum(map(len, links)), 1))
    at_links = dict(zip(fields, [template.add(link) for link in links][2:], strict=True))
    own = {name: np.ascontiguousarray(v) for name, v in fields.items() if v.dtype != np.uint64}
    at_data, at_headers = {}, {}
    for name, values in own.items():
        space, kind, fill = _description(_type(values.dtype.char), values.shape[1:], _EARLY)
        layout = _inline(bytes(values[0].nbytes))
        at_headers[name] = template.add(_header([space, kind, fill, layout], 1))
        at_data[name] = template.size - len(layout) + 12
    rows, addresses = template.rows(n), block.end + template.size * np.arange(n, dtype=np.uint64)
    for name, at in at_links.items():
        target = addresses + np.uint64(at_headers[name]) if name in own else fields[name]
        _fill(rows, at + 11 + len(name), target)
    for name, at in at_data.items():
        _fill(rows, at, own[name].reshape(n, -1))
    return _put_rows(block, rows)


def put_list(block: Block, addresses: np.ndarray, count: int) -> int:
    """A group of objects 0, 1, … with the number of them under the name ``count``; returns its address.

    Parameters
    ----------
    block : Block
    addresses : uint64 (n,)
        Of the objects.
    count : int
        Address of the dataset of their number.
    """
    words, inner, outer, order = _list_template(len(addresses))
    words = words.copy()
    words[inner] += np.uint64(block.end)
    words[outer] = np.append(addresses, np.uint64(count))[order]
    return block.put(words)


def put_group(block: Block, links: dict[str, int]) -> int:
    """A group of a few objects, by name and address; returns its address."""
    return block.put(_header(_links(links), 1))


@lru_cache(maxsize=8)
def _list_template(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A group of ``n`` objects by number and ``count``: its words as if it began at 0, where addresses in it stand,
    where those of the objects stand, and the objects in that order.
    """
    slot = 8 if n < 10**7 else 16  # bytes of a name and what ends it
    names = np.append(np.arange(n).astype(f"S{slot}"), _COUNT.encode()).astype(f"S{slot}")
    order = np.argsort(names, kind="stable")
    offsets = slot + slot * order
    block = Block(0)
    block.put(bytes(40 + 32))  # object header and header of the heap, when addresses are known
    heap = block.put(bytes(slot) + names.tobytes())  # the empty name comes first
    inner = [24, 32, 40 + 24]  # tree and heap in the object header, names in the header of the heap
    leaves, entries = leaf_words(offsets)
    first = block.put(leaves)
    last = offsets[np.minimum(LEAF_ENTRIES * np.arange(1, len(leaves) + 1) - 1, n)]
    children = list(zip(range(first, block.end, LEAF_BYTES), last.tolist(), strict=True))
    level = 0
    while level == 0 or len(children) > 1:
        groups = [children[i : i + NODE_CHILDREN] for i in range(0, len(children), NODE_CHILDREN)]
        places = [block.end + NODE_BYTES * i for i in range(len(groups))]
        before, above = 0, []
        for place, group in zip(places, groups, strict=True):
            left = place - NODE_BYTES if place != places[0] else UNDEFINED
            right = place + NODE_BYTES if place != places[-1] else UNDEFINED
            block.put(node(level, [at for at, _ in group], [before, *(key for _, key in group)], left, right))
            inner += range(place + 32, place + 32 + 16 * len(group), 16)
            inner += [place + 8] * (left != UNDEFINED) + [place + 16] * (right != UNDEFINED)
            before = group[-1][1]
            above.append((place, before))
        children, level = above, level + 1
    words = np.frombuffer(block.bytes(), dtype=np.uint64).copy()
    symbols = struct.pack("<QQ", children[0][0], 40)
    head = _header([_message(SYMBOLS, symbols)], 1) + heap_header(slot * (n + 2), heap)
    words[: len(head) // 8] = np.frombuffer(head, dtype=np.uint64)
    return words, np.array(inner) // 8, first // 8 + entries, order


class _Template:
    """Bytes of one row."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def size(self) -> int:
        return len(self._bytes)

    def add(self, data: bytes) -> int:
        """Append; returns where it begins."""
        at = len(self._bytes)
        self._bytes += data
        return at

    def rows(self, n: int) -> np.ndarray:
        """(n, size) copies."""
        return np.tile(np.frombuffer(bytes(self._bytes), dtype=np.uint8), (n, 1))


def _fill(rows: np.ndarray, at: int, values: np.ndarray) -> None:
    """Eight bytes per value, from byte ``at`` of each row on."""
    values = np.ascontiguousarray(values).reshape(len(rows), -1)
    rows[:, at : at + 8 * values.shape[1]] = values.view(np.uint8)


def _put_rows(block: Block, rows: np.ndarray) -> np.ndarray:
    return block.put(rows) + rows.shape[1] * np.arange(len(rows), dtype=np.uint64)


def _prefix(messages: int, size: int, links: int) -> bytes:
    return struct.pack("<BxHII4x", 1, messages, links, size)


def _header(messages: Sequence[bytes], links: int) -> bytes:
    return _prefix(len(messages), sum(map(len, messages)), links) + b"".join(messages)


def _links(addresses: dict[str, int]) -> list[bytes]:
    """The messages of a group that lists its objects itself."""
    links = [
        _message(_LINK, struct.pack("<BBB", 1, 0, len(name)) + name.encode() + struct.pack("<Q", address))
        for name, address in addresses.items()
    ]
    return [
        _message(_LINK_INFO, struct.pack("<BBQQ", 0, 0, UNDEFINED, UNDEFINED)),
        _message(_GROUP_INFO, bytes(2)),
        *links,
    ]


def _message(kind: int, body: bytes) -> bytes:
    body = _padded(body)
    return struct.pack("<HHB3x", kind, len(body), kind == _TYPE) + body


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def _space(shape: tuple[int, ...]) -> bytes:
    return struct.pack("<BBB5x", 1, len(shape), 0) + struct.pack(f"<{len(shape)}Q", *shape)


@lru_cache(maxsize=64)
def _description(kind: bytes, shape: tuple[int, ...], when: int) -> tuple[bytes, bytes, bytes]:
    """Messages of a dataset: shape, type, and that there is no fill value but 0."""
    return _message(_SPACE, _space(shape)), _message(_TYPE, kind), _message(_FILL, bytes([2, when, 2, 1, 0, 0, 0, 0]))


def _inline(data: bytes) -> bytes:
    return _message(_LAYOUT, struct.pack("<BBH", 3, 0, len(data)) + data)


def _elsewhere(address: int, size: int) -> bytes:
    return _message(_LAYOUT, struct.pack("<BBQQ", 3, 1, address, size))


def _attribute(name: str) -> bytes:
    """A number of 64 bits, which is the last eight bytes."""
    kind, space = _type("l"), _space(())
    words = _padded(name.encode() + b"\0") + _padded(kind) + space
    return _message(_ATTRIBUTE, struct.pack("<BxHHH", 1, len(name) + 1, len(kind), len(space)) + words + bytes(8))


@lru_cache(maxsize=8)
def _type(char: str) -> bytes:
    """Type of numbers as in a message; the library says it after two bytes of its own."""
    return h5t.py_create(np.dtype(char).newbyteorder("<")).encode()[2:]


@lru_cache(maxsize=1)
def _string_type() -> bytes:
    kind = h5t.TypeID.copy(h5t.C_S1)
    kind.set_size(h5t.VARIABLE)
    kind.set_cset(h5t.CSET_UTF8)
    return kind.encode()[2:]
