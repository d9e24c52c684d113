"""The index of a group of an HDF5 file that grows: a symbol table.

Names are in a heap; objects are entries in leaves, sorted by name; a B-tree leads to them. Source: HDF5 File Format
Specification, version 3.0, sections III.A.1 (version 1 B-trees), III.B (group symbol table nodes), III.C (entries) and
III.D (local heap); sizes are the library's defaults.
"""

import struct
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence

import numpy as np

UNDEFINED = 2**64 - 1  # address
LEAF_ENTRIES = 8
NODE_CHILDREN = 32
ENTRY = 40  # bytes
LEAF_BYTES = 8 + LEAF_ENTRIES * ENTRY
NODE_BYTES = 24 + 8 * (2 * NODE_CHILDREN + 1)
NAME_BYTES = 16  # of a frame's number in the heap of a growing index
_NO_FREE_BLOCK = 1


def leaf(offsets: Sequence[int], addresses: Sequence[int]) -> bytes:
    """A leaf: where the names of its objects are in the heap, and where the objects are."""
    entries = b"".join(struct.pack("<QQ24x", *entry) for entry in zip(offsets, addresses, strict=True))
    return (b"SNOD" + struct.pack("<BxH", 1, len(offsets)) + entries).ljust(LEAF_BYTES, b"\0")


def leaf_words(offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Full leaves, but for the last one, for names at ``offsets`` (n,) in the heap.

    Returns
    -------
    words : uint64 (leaves, LEAF_BYTES // 8)
        One after another, objects at address 0.
    places : int (n,)
        Of the addresses of the objects among all words.
    """
    n = len(offsets)
    count = -(-n // LEAF_ENTRIES)
    words = np.zeros((count, LEAF_BYTES // 8), dtype=np.uint64)
    words[:, 0] = int.from_bytes(struct.pack("<4sBxH", b"SNOD", 1, LEAF_ENTRIES), "little")
    words[-1, 0] = int.from_bytes(struct.pack("<4sBxH", b"SNOD", 1, n - LEAF_ENTRIES * (count - 1)), "little")
    number = np.arange(n)
    places = number // LEAF_ENTRIES * (LEAF_BYTES // 8) + 1 + number % LEAF_ENTRIES * (ENTRY // 8)
    words.ravel()[places] = offsets
    return words, places + 1


def node(level: int, children: Sequence[int], keys: Sequence[int], left: int, right: int) -> bytes:
    """A node of the tree: addresses of children; the names (in the heap) that separate them, one more than children."""
    words = [keys[0]]
    for child, key in zip(children, keys[1:], strict=True):
        words += [child, key]
    head = b"TREE" + struct.pack("<BBHQQ", 0, level, len(children), left, right)
    return (head + struct.pack(f"<{len(words)}Q", *words)).ljust(NODE_BYTES, b"\0")


def heap_header(size: int, address: int) -> bytes:
    """The header of a heap of ``size`` bytes that has no gaps."""
    return b"HEAP" + struct.pack("<B3xQQQ", 0, size, _NO_FREE_BLOCK, address)


EMPTY = node(0, [], [0], UNDEFINED, UNDEFINED)
"""The root of an empty tree."""


class _Node:
    """A node or, at level −1, a leaf: ``items`` are nodes sorted by name, or (name, address) of objects."""

    def __init__(self, level: int, items: list, address: int) -> None:
        self.level, self.items, self.address = level, items, address
        self.left: _Node | None = None
        self.right: _Node | None = None

    @property
    def room(self) -> int:
        return LEAF_ENTRIES if self.level < 0 else NODE_CHILDREN

    @property
    def last(self) -> bytes:
        return self.items[-1][0] if self.level < 0 else self.items[-1].last


class GrowingIndex:
    """The numbered objects of a group, of which more and more come.

    Parameters
    ----------
    root : int
        Address of the root of the tree.
    heap : int
        Address of the header of the heap.
    """

    def __init__(self, root: int, heap: int) -> None:
        self._root, self._heap = _Node(0, [], root), heap
        self._names, self._names_at = 0, UNDEFINED
        self._capacity = 0  # names

    def add(self, address: int, allocate: Callable[[int], int]) -> dict[int, bytes]:
        """Let the next number lead to an object.

        Parameters
        ----------
        address : int
            Of the object.
        allocate : callable
            size → address of new space.

        Returns
        -------
        dict
            What is to be written: address → bytes.
        """
        name = str(self._names).encode()
        changed: list[_Node] = []
        self._insert(self._root, name, address, allocate, changed)
        if len(self._root.items) > NODE_CHILDREN:
            self._grow(allocate, changed)
        written = self._add_name(name, allocate)
        written.update((n.address, self._bytes(n)) for n in changed)
        return written

    def _insert(self, place: _Node, name: bytes, address: int, allocate: Callable, changed: list) -> None:
        changed.append(place)
        if place.level < 0:
            insort(place.items, (name, address))
            return
        if not place.items:
            place.items.append(_Node(-1, [], allocate(LEAF_BYTES)))
            child = 0
        else:
            child = min(bisect_left(place.items, name, key=lambda item: item.last), len(place.items) - 1)
        below = place.items[child]
        self._insert(below, name, address, allocate, changed)
        if len(below.items) > below.room:
            place.items.insert(child + 1, self._split(below, allocate, changed))

    def _split(self, full: _Node, allocate: Callable, changed: list) -> _Node:
        half = len(full.items) // 2
        size = LEAF_BYTES if full.level < 0 else NODE_BYTES
        new = _Node(full.level, full.items[half:], allocate(size))
        full.items = full.items[:half]
        new.left, new.right = full, full.right
        if new.right is not None:
            new.right.left = new
            changed.append(new.right)
        full.right = new
        changed.append(new)
        return new

    def _grow(self, allocate: Callable, changed: list) -> None:
        """Put a new level below the root, which stays where it is."""
        below = _Node(self._root.level, self._root.items, allocate(NODE_BYTES))
        changed.append(below)
        self._root.level, self._root.items = below.level + 1, [below]
        self._root.items.append(self._split(below, allocate, changed))

    def _add_name(self, name: bytes, allocate: Callable) -> dict[int, bytes]:
        written = {}
        if self._names == self._capacity:
            self._capacity = max(64, 2 * self._capacity)
            size = 8 + NAME_BYTES * self._capacity  # the empty name comes first
            self._names_at = allocate(size)
            names = b"".join(str(i).encode().ljust(NAME_BYTES, b"\0") for i in range(self._names))
            written[self._names_at] = (bytes(8) + names).ljust(size, b"\0")
            written[self._heap] = heap_header(size, self._names_at)
        written[self._names_at + _offset(name)] = name.ljust(NAME_BYTES, b"\0")
        self._names += 1
        return written

    def _bytes(self, place: _Node) -> bytes:
        if place.level < 0:
            names, addresses = zip(*place.items, strict=True)
            return leaf([_offset(name) for name in names], addresses)
        first = 0 if place.left is None else _offset(place.left.last)
        keys = [first, *(_offset(item.last) for item in place.items)]
        left, right = (UNDEFINED if n is None else n.address for n in (place.left, place.right))
        return node(place.level, [item.address for item in place.items], keys, left, right)


def _offset(name: bytes) -> int:
    return 8 + NAME_BYTES * int(name)


def entries(read: Callable[[int, int], bytes], root: int, heap: int) -> Iterator[tuple[bytes, int]]:
    """(name, address) of all objects of a symbol table; ``read`` gives the bytes at an address.

    ``ValueError`` where there is none.
    """
    magic, _, size, _, names = struct.unpack("<4sIQQQ", read(heap, 32))
    if magic != b"HEAP":
        raise ValueError("no heap of names")
    texts = read(names, size)
    todo = [root]
    while todo:
        address = todo.pop()
        magic, n = struct.unpack("<4s2xH", read(address, 8))
        if magic == b"TREE":
            words = struct.unpack(f"<{2 * n + 1}Q", read(address + 24, 8 * (2 * n + 1)))
            todo += words[1::2]
        elif magic == b"SNOD":
            count = struct.unpack("<H", read(address + 6, 2))[0]
            for i in range(count):
                offset, target = struct.unpack("<QQ", read(address + 8 + ENTRY * i, 16))
                yield texts[offset : texts.index(b"\0", offset)], target
        else:
            raise ValueError("no node of a symbol table")
