"""The trajectory as one HDF5 file, ``traj.h5``, in the layout of MEDYAN 5.4.

Layout: MEDYAN documentation, "Output files". ``/header`` tells what the run is, ``/snapshots/0``, ``/snapshots/1`` …
hold the frames. Coordinates are nm, times s, energies pN nm; arrays are row-major, so (n, 3) here is what that
documentation calls 3 × n. Beside that layout: attributes ``id`` and ``type`` of filaments, ``/header/meta/seed`` and
``/header/provenance``.
"""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5o, h5p, h5s, h5t

from medyan_py.deck.normalised import normalised_texts
from medyan_py.output.errors import OutputError
from medyan_py.output.journaled_file import JournaledFile, recover
from medyan_py.output.layout import HDF5_FILE
from medyan_py.output.network import bonds_by_id, branchers_by_id, bubbles_by_id, filaments_by_id
from medyan_py.version import __version__

LAYOUT_VERSION = "v5.4.0"
SMALL = 8192  # bytes; up to this a dataset is kept in its header, which is much smaller than a block of its own
_STRING = h5py.string_dtype()
_STRING_TYPE = h5t.py_create(_STRING, logical=True)
_TYPES = {np.dtype(t).char: h5t.py_create(np.dtype(t)) for t in (np.int64, np.float64, np.uint8, np.uint64)}
_SCALAR = h5s.create(h5s.SCALAR)
_COMPACT, _CONTIGUOUS, _GROUP = map(h5p.create, (h5p.DATASET_CREATE, h5p.DATASET_CREATE, h5p.GROUP_CREATE))
_COMPACT.set_layout(h5d.COMPACT)
for _properties in (_COMPACT, _CONTIGUOUS, _GROUP):
    _properties.set_obj_track_times(False)  # equal runs leave equal files


class Hdf5Recorder:
    """Write ``traj.h5`` in ``directory``.

    Complete after every frame: what a killed program leaves is the file as of a frame, or is brought back to it by
    ``medyan_py.output.journaled_file.recover``.
    """

    def __init__(self, directory: str | Path) -> None:
        self.path = Path(directory) / HDF5_FILE
        self._bytes: JournaledFile | None = None
        self._file: h5py.File | None = None
        self._shared: dict[str | int, h5d.DatasetID] = {}

    def open(self, sim: Any) -> None:
        """Create the file with its header; ``OutputError`` when it exists or cannot be created."""
        self._bytes = JournaledFile(self.path)
        with self._writing("the header"):
            self._file = h5py.File(self._bytes, "w", libver=("v108", "v108"))
            self._write_header(sim)
            _group(self._file.id, "snapshots")

    name = HDF5_FILE

    def state(self) -> dict:
        """How many frames there are, on the disk."""
        try:
            self._bytes.sync()
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror}") from error
        return {"frames": int(self._file["header/count"][()])}

    def check(self, sim: Any, saved: dict) -> None:
        """``OutputError`` if ``resume`` is impossible. What a killed program left half done is undone."""
        try:
            recover(self.path)
            with h5py.File(self.path, "r") as file:
                count = int(file["header/count"][()])
        except (OSError, KeyError) as error:
            raise OutputError(f"{self.path} cannot be continued: {error}") from error
        if count < saved["frames"]:
            text = f"{self.path} has {count} frames and had {saved['frames']} at the checkpoint; it cannot be continued"
            raise OutputError(text)

    def resume(self, sim: Any, saved: dict) -> None:
        """Go on after the frames that were there when ``state`` was asked for; later ones are removed."""
        self._bytes = JournaledFile(self.path, existing=True)
        with self._writing("the frames to be kept"):
            self._file = h5py.File(self._bytes, "r+", libver=("v108", "v108"))
            for number in range(saved["frames"], int(self._file["header/count"][()])):
                del self._file[f"snapshots/{number}"]
            self._file["header/count"][()] = saved["frames"]
            self._file["header/finished"][()] = np.uint8(0)

    def record(self, sim: Any) -> None:
        """Append one frame, complete on disk when this returns; ``OutputError`` when it cannot be written."""
        if self._file is None:
            raise RuntimeError(f"the recorder of {self.path} is not open")
        with self._writing("a frame"):
            count = self._file["header/count"]
            number = int(count[()])
            snapshot = _group(self._file["snapshots"].id, str(number))
            self._write_snapshot(snapshot, sim)
            count[()] = number + 1

    def close(self, sim: Any) -> None:
        """Mark the run as finished if it is, and release the file."""
        if self._file is None:
            return
        with self._writing("the end"):
            self._file["header/finished"][()] = np.uint8(sim.finished)
            self._shared.clear()
            self._file.close()
            self._file = None
        self._bytes.close()

    def _write_header(self, sim: Any) -> None:
        header = h5py.Group(_group(self._file.id, "header"))
        header.attrs["version"] = LAYOUT_VERSION
        _put(header.id, "count", np.int64(0))
        _put(header.id, "finished", np.uint8(0))
        species = sim.species_totals()
        meta = _group(header.id, "meta")
        read = [sim.deck.texts[path] for path in (sim.deck.system_path, sim.deck.chemistry_path)]
        system, chemistry = normalised_texts(*read)
        texts = {
            "system": system,
            "chem": chemistry,
            "globalFilamentModel": "bead-cylinder",
            "energyNames": ["total", *sim.energies],
            "diffusingSpeciesNames": list(sim.diffusing_names),
            "globalSpeciesNames": [name for name, _, _ in species],
            "vertexColumnNamesFloat64": ["coord.x", "coord.y", "coord.z", "area.", "curvature.curv"],
            "vertexColumnNamesInt64": [],
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

    def _write_snapshot(self, snapshot: h5g.GroupID, sim: Any) -> None:
        energies = list(sim.energies.values())
        nx, ny, nz = sim.grid.shape
        _put(snapshot, "time", np.float64(sim.time))
        _put(snapshot, "energies", np.array([sum(energies), *energies]))
        counts = np.ascontiguousarray(sim.diffusing_counts, dtype=np.int64)
        _put(snapshot, "diffusingSpeciesCopyNumbers", counts.reshape(nz, ny, nx, counts.shape[1]))
        totals = np.array([count for _, _, count in sim.species_totals()], dtype=np.int64)
        _put(snapshot, "globalSpeciesCopyNumbers", totals)
        _write_filaments(_group(snapshot, "filaments"), sim)
        self._write_links(_group(snapshot, "linkers"), sim)
        _write_bubbles(_group(snapshot, "bubbles"), sim)
        _put(_group(snapshot, "membranes"), "count", np.int64(0))

    def _write_links(self, group: h5g.GroupID, sim: Any) -> None:
        kinds = (
            ("linker", bonds_by_id(sim.linkers)),
            ("motor", bonds_by_id(sim.motors)),
            ("brancher", branchers_by_id(sim.branchers)),
        )
        _put(group, "count", np.int64(sum(len(objects.ids) for _, objects in kinds)))
        place = 0
        for label, objects in kinds:
            types = objects.types.astype(np.int64)
            self._share(label, types)
            for number, kind, points in zip(objects.ids, types.tolist(), objects.coords, strict=True):
                link = _group(group, str(place))
                _put(link, "id", number)
                h5o.link(self._shared[label], link, b"type")
                h5o.link(self._shared[kind], link, b"subtype")
                _put(link, "coords", points)
                place += 1

    def _share(self, label: str, types: np.ndarray) -> None:
        """Datasets of a word and of numbers that many links have: one each, under many names."""
        location = self._file.id
        if len(types) and label not in self._shared:
            self._shared[label] = _put(location, None, np.array(label, dtype=_STRING), _STRING_TYPE)
        for kind in set(types.tolist()) - set(self._shared):
            self._shared[kind] = _put(location, None, np.int64(kind))

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """A change of the file that is made completely or not at all; after a failure nothing more is written."""
        try:
            yield
            if self._file is not None:
                self._file.flush()
            self._bytes.commit()
        except OSError as error:
            self._give_up()
            raise OutputError(f"{self.path}: {what} cannot be written: {error.strerror or error}") from error
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        self._bytes.abandon()
        self._shared.clear()
        if self._file is not None:
            self._file.close()
            self._file = None
        self._bytes.close()


def _write_filaments(group: h5g.GroupID, sim: Any) -> None:
    filaments = filaments_by_id(sim.filaments)
    start = filaments.start.tolist()
    _put(group, "count", np.int64(len(filaments.ids)))
    for f, (number, kind) in enumerate(zip(filaments.ids.tolist(), filaments.types.tolist(), strict=True)):
        dataset = _put(group, str(f), filaments.beads[start[f] : start[f + 1]])
        _mark(dataset, b"id", np.int64(number))
        _mark(dataset, b"type", np.int64(kind))


def _write_bubbles(group: h5g.GroupID, sim: Any) -> None:
    bubbles = bubbles_by_id(sim.bubbles)
    _put(group, "count", np.int64(len(bubbles.ids)))
    columns = (bubbles.ids.astype(np.int64), bubbles.types.astype(np.int64), bubbles.coords, bubbles.radii)
    for place, (number, kind, centre, radius) in enumerate(zip(*columns, strict=True)):
        bubble = _group(group, str(place))
        _put(bubble, "id", number)
        _put(bubble, "type", kind)
        _put(bubble, "coords", centre[None])
        _put(bubble, "radius", radius)


def _group(location: h5g.GroupID, name: str) -> h5g.GroupID:
    return h5g.create(location, name.encode(), None, _GROUP)


def _put(group: h5g.GroupID, name: str | None, values: Any, kind: h5t.TypeID | None = None) -> h5d.DatasetID:
    """A dataset, without a name if that is None; the low-level interface, because a frame has thousands of them."""
    values = np.asarray(values)
    kind = _TYPES[values.dtype.char] if kind is None else kind
    space = h5s.create_simple(values.shape) if values.ndim else _SCALAR
    small = values.size > 0 and values.nbytes <= SMALL and kind is not _STRING_TYPE
    dataset = h5d.create(group, name and name.encode(), kind, space, _COMPACT if small else _CONTIGUOUS)
    if values.size:
        dataset.write(h5s.ALL, h5s.ALL, np.ascontiguousarray(values))
    return dataset


def _mark(dataset: h5d.DatasetID, name: bytes, value: np.int64) -> None:
    h5a.create(dataset, name, h5t.NATIVE_INT64, _SCALAR).write(np.asarray(value))
