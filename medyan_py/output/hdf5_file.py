"""The trajectory as one HDF5 file, ``traj.h5``, in the layout of MEDYAN 5.4.

Layout: MEDYAN documentation, "Output files". ``/header`` tells what the run is, ``/snapshots/0``, ``/snapshots/1`` …
hold the frames. Coordinates are nm, times s, energies pN nm; arrays are row-major, so (n, 3) here is what that
documentation calls 3 × n. Beside that layout: attributes ``id`` and ``type`` of filaments, ``/header/meta/seed`` and
``/header/provenance``.
"""

import shlex
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5g, h5o, h5p, h5s, h5t

from medyan_py.deck.normalised import normalised_texts
from medyan_py.output.errors import OutputError
from medyan_py.output.hdf5_bytes import SYMBOLS, Block, Text
from medyan_py.output.hdf5_frame import LINK_KINDS, put_snapshot
from medyan_py.output.hdf5_index import EMPTY, GrowingIndex, entries
from medyan_py.output.journaled_file import JournaledFile, recover
from medyan_py.output.layout import HDF5_FILE
from medyan_py.output.network import VERTEX_COLUMNS, listed_species
from medyan_py.version import __version__

LAYOUT_VERSION = "v5.4.0"
_STRING = h5py.string_dtype()
_STRING_TYPE = h5t.py_create(_STRING, logical=True)
_END_OF_FILE = 40  # where the superblock says how long the file is
_FIXED, _GROUP = h5p.create(h5p.DATASET_CREATE), h5p.create(h5p.GROUP_CREATE)
_FIXED.set_alloc_time(h5d.ALLOC_TIME_EARLY)
for _properties in (_FIXED, _GROUP):
    _properties.set_obj_track_times(False)  # equal runs leave equal files


@dataclass(frozen=True)
class _Places:
    """Addresses of what changes in a file, and its words for kinds of links."""

    root: int
    heap: int
    count: int
    finished: int
    words: dict[str, Text]


class Hdf5Recorder:
    """Write ``traj.h5`` in ``directory``.

    Complete after every frame: what a killed program leaves is the file as of a frame, or is brought back to it by
    ``medyan_py.output.journaled_file.recover``.
    """

    def __init__(self, directory: str | Path) -> None:
        self.path = Path(directory) / HDF5_FILE
        self._file: JournaledFile | None = None
        self._frames = self._end = 0
        self._places: _Places | None = None
        self._index: GrowingIndex | None = None

    def open(self, sim: Any) -> None:
        """Create the file with its header; ``OutputError`` when it exists or cannot be created."""
        self._file = JournaledFile(self.path)
        with self._writing("the header"):
            with h5py.File(self._file, "w", libver="earliest") as file:
                _write_header(file, sim)
                _group(file.id, "snapshots")
            self._file.check()
            self._look()
            self._frames, self._end = 0, -(-self._file.size() // 8) * 8
            self._put(_END_OF_FILE, struct.pack("<Q", self._end))
            self._file.truncate(self._end)
            self._index = GrowingIndex(self._places.root, self._places.heap)

    name = HDF5_FILE

    def state(self) -> dict:
        """How many frames there are and how long the file is, on the disk."""
        try:
            self._file.sync()
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror}") from error
        return {"frames": self._frames, "bytes": self._end}

    def check(self, sim: Any, saved: dict) -> None:
        """``OutputError`` if ``resume`` is impossible. What a killed program left half done is undone."""
        try:
            recover(self.path)
            with open(self.path, "rb") as raw, h5py.File(raw, "r") as file:
                count = int(file["header/count"][()])
                _find(file, lambda address, size: (raw.seek(address), raw.read(size))[1])
        except (OSError, LookupError, ValueError) as error:
            raise OutputError(f"{self.path} cannot be continued: {error}") from error
        if count < saved["frames"]:
            text = f"{self.path} has {count} frames and had {saved['frames']} at the checkpoint; it cannot be continued"
            raise OutputError(text)

    def resume(self, sim: Any, saved: dict) -> None:
        """Go on after the frames that were there when ``state`` was asked for; later ones are removed."""
        self._file = JournaledFile(self.path, existing=True)
        with self._writing("the frames to be kept"):
            self._look()
            found = entries(self._get, self._places.root, self._places.heap)
            addresses = {int(name): address for name, address in found}
            self._end = saved["bytes"]
            self._index, self._frames = GrowingIndex(self._places.root, self._places.heap), 0
            self._put(self._places.root, EMPTY)
            for number in range(saved["frames"]):
                self._list(addresses[number])
            self._file.truncate(self._end)
            self._put(self._places.finished, b"\0")

    def record(self, sim: Any) -> None:
        """Append one frame, complete on disk when this returns; ``OutputError`` when it cannot be written."""
        if self._file is None:
            raise RuntimeError(f"the recorder of {self.path} is not open")
        with self._writing("a frame"):
            block = Block(self._end)
            address = put_snapshot(block, sim, self._places.words)
            self._put(self._end, block.bytes())
            self._end = block.end
            self._list(address)

    def close(self, sim: Any) -> None:
        """Mark the run as finished if it is, and release the file."""
        if self._file is None:
            return
        with self._writing("the end"):
            self._put(self._places.finished, bytes([bool(sim.finished)]))
        self._file.close()
        self._file = None

    def _list(self, address: int) -> None:
        """Let the next number lead to a frame that is in the file."""
        for place, data in self._index.add(address, self._allocate).items():
            self._put(place, data)
        self._frames += 1
        self._put(self._places.count, struct.pack("<q", self._frames))
        self._put(_END_OF_FILE, struct.pack("<Q", self._end))

    def _allocate(self, size: int) -> int:
        address, self._end = self._end, self._end + size
        return address

    def _look(self) -> None:
        """Find what changes in the file."""
        with h5py.File(self._file, "r") as file:
            self._places = _find(file, self._get)

    def _put(self, address: int, data: bytes) -> None:
        self._file.seek(address)
        self._file.write(data)

    def _get(self, address: int, size: int) -> bytes:
        self._file.seek(address)
        return self._file.read(size)

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """A change of the file that is made completely or not at all; after a failure nothing more is written."""
        try:
            yield
            self._file.commit()
        except OSError as error:
            self._give_up()
            raise OutputError(f"{self.path}: {what} cannot be written: {error.strerror or error}") from error
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        self._file.abandon()
        self._file.close()
        self._file = None


def _find(file: h5py.File, read: Callable[[int, int], bytes]) -> _Places:
    """Where things are in a file of this program; ``ValueError`` or ``LookupError`` if it is another one."""
    address = h5o.get_info(file["snapshots"].id).addr
    version, messages, kind, root, heap = struct.unpack("<BxH12xH6xQQ", read(address, 40))
    if (version, messages, kind) != (1, 1, SYMBOLS):
        raise ValueError("it was not written by this version of medyan_py")
    at = {name: file[f"header/{name}"].id.get_offset() for name in ("count", "finished", "meta/linkTypes")}
    if None in at.values():
        raise ValueError("it was not written by this version of medyan_py")
    references = read(at["meta/linkTypes"], 16 * len(LINK_KINDS))
    words = {kind: Text(references[16 * i : 16 * i + 16]) for i, kind in enumerate(LINK_KINDS)}
    return _Places(root, heap, at["count"], at["finished"], words)


def _write_header(file: h5py.File, sim: Any) -> None:
    header = h5py.Group(_group(file.id, "header"))
    header.attrs["version"] = LAYOUT_VERSION
    _put(header.id, "count", np.int64(0))
    _put(header.id, "finished", np.uint8(0))
    meta = _group(header.id, "meta")
    read = [sim.deck.texts[path] for path in (sim.deck.system_path, sim.deck.chemistry_path)]
    system, chemistry = normalised_texts(*read)
    texts = {
        "system": system,
        "chem": chemistry,
        "globalFilamentModel": "bead-cylinder",
        "energyNames": ["total", *sim.energies],
        "diffusingSpeciesNames": list(sim.diffusing_names),
        "globalSpeciesNames": [name for name, _, _ in listed_species(sim, membranes=True)],
        "vertexColumnNamesFloat64": [*VERTEX_COLUMNS, *(f"conc.{name}" for name in sim.membrane_names)],
        "vertexColumnNamesInt64": [f"copyNumber.{name}" for name in sim.membrane_names],
        "linkTypes": list(LINK_KINDS),
    }
    for name, text in texts.items():
        _put(meta, name, np.array(text, dtype=_STRING), _STRING_TYPE)
    if sim.seed is not None:  # not told by the trajectory that is converted
        _put(meta, "seed", np.uint64(sim.seed))
    provenance = h5py.Group(_group(header.id, "provenance"))
    provenance.attrs["program"] = f"medyan_py {__version__}"
    provenance.attrs["python"] = sys.version.split()[0]
    provenance.attrs["command"] = shlex.join(sys.argv)
    for path, text in sim.deck.texts.items():
        _put(provenance.id, path.name, np.array(text, dtype=_STRING), _STRING_TYPE)
    provenance.attrs["compatibility"] = sim.deck.compatibility


def _group(location: h5g.GroupID, name: str) -> h5g.GroupID:
    return h5g.create(location, name.encode(), None, _GROUP)


def _put(group: h5g.GroupID, name: str, values: Any, kind: h5t.TypeID | None = None) -> None:
    """A dataset whose place in the file is known from the beginning and that has no time of its own."""
    values = np.asarray(values)
    kind = h5t.py_create(values.dtype) if kind is None else kind
    space = h5s.create_simple(values.shape) if values.ndim else h5s.create(h5s.SCALAR)
    dataset = h5d.create(group, name.encode(), kind, space, _FIXED)
    if values.size:
        dataset.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(values))
