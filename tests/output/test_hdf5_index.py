"""The index of a growing group, read by the library."""

import h5py
import numpy as np
import pytest
from h5py import h5o

from medyan_py.output.hdf5_bytes import Block, put_dataset, put_group, put_list, put_polylines, put_records
from medyan_py.output.hdf5_index import GrowingIndex, entries


def sample(n):
    """Numbers below n: all, or the first and last and 100 others."""
    return range(n) if n < 150 else [0, *np.random.default_rng(n).integers(1, n - 1, 100), n - 1]


class Grown:
    """A file in memory whose group ``g`` gets objects without the library."""

    def __init__(self, path):
        with h5py.File(path, "w", libver="earliest") as file:
            address = h5o.get_info(file.create_group("g", track_order=False).id).addr
        self.path, self.data = path, bytearray(path.read_bytes())
        self.data += bytes(-len(self.data) % 8)
        self.root, self.heap = (int.from_bytes(self.data[address + 24 + 8 * i :][:8], "little") for i in range(2))
        self.index = GrowingIndex(self.root, self.heap)

    def allocate(self, size):
        self.data += bytes(size)
        return len(self.data) - size

    def add(self, values):
        block = Block(len(self.data))
        address = put_dataset(block, np.asarray(values))
        self.data += block.bytes()
        for place, some in self.index.add(address, self.allocate).items():
            self.data[place : place + len(some)] = some
        return address

    def library(self, mode="r"):
        self.data[40:48] = len(self.data).to_bytes(8, "little")  # end of file
        self.path.write_bytes(self.data)
        return h5py.File(self.path, mode)


def test_growing_index(tmp_path):
    grown, n, added = Grown(tmp_path / "g.h5"), 3000, []
    for i in range(n):
        added.append(grown.add(np.int64(i * i)))
        if i in (0, 7, 8, 15, 63, 64, 99, 300, n - 1):
            with grown.library() as file:
                assert sorted(file["g"]) == sorted(map(str, range(i + 1)))
                assert all(file[f"g/{k}"][()] == k * k for k in sample(i + 1))
                assert str(i + 1) not in file["g"]
    found = dict(entries(lambda at, size: bytes(grown.data[at : at + size]), grown.root, grown.heap))
    assert found == {str(i).encode(): address for i, address in enumerate(added)}


def test_library_can_change_what_grew(tmp_path):
    grown = Grown(tmp_path / "g.h5")
    for i in range(200):
        grown.add(np.int64(i))
    with grown.library("r+") as file:
        for i in range(0, 200, 3):
            del file[f"g/{i}"]
        file["g/new"] = 5
        file["g/300"] = 7
    with h5py.File(grown.path) as file:
        left = [i for i in range(200) if i % 3]
        assert sorted(file["g"]) == sorted([*map(str, left), "new", "300"])
        assert all(file[f"g/{i}"][()] == i for i in left)


@pytest.mark.parametrize("n", [0, 1, 7, 8, 100, 255, 256, 3000])
def test_lists(tmp_path, n):
    """Leaves and nodes that are just full, and trees of one, two and three levels."""
    grown, rng = Grown(tmp_path / "g.h5"), np.random.default_rng(n)
    ids, points = rng.integers(-9, 9, n), rng.normal(size=(n, 2, 3))
    lengths = rng.integers(2, 9, n)
    start = np.concatenate([[0], np.cumsum(lengths)])
    beads = rng.normal(size=(start[-1], 3))
    block = Block(len(grown.data))
    shared = np.full(n, put_dataset(block, np.asarray(np.int64(5)), n), dtype=np.uint64)
    count = put_dataset(block, np.asarray(np.int64(n)))
    records = put_list(block, put_records(block, n, {"id": ids, "kind": shared, "at": points}), count)
    lines = put_list(block, put_polylines(block, beads, start, {"id": ids}), count)
    both = put_group(block, {"records": records, "lines": lines, "none": put_dataset(block, np.zeros((0, 3)))})
    grown.data += block.bytes()
    for place, some in grown.index.add(both, grown.allocate).items():
        grown.data[place : place + len(some)] = some
    with grown.library("r+") as file:
        group = file["g/0"]
        assert sorted(group) == ["lines", "none", "records"] and group["none"].shape == (0, 3)
        for name in ("lines", "records"):
            assert sorted(group[name]) == sorted([*map(str, range(n)), "count"])
            assert group[f"{name}/count"][()] == n
        for i in sample(n):
            record, line = group[f"records/{i}"], group[f"lines/{i}"]
            assert record["id"][()] == line.attrs["id"] == ids[i] and record["kind"][()] == 5
            np.testing.assert_array_equal(record["at"][()], points[i])
            np.testing.assert_array_equal(line[()], beads[start[i] : start[i + 1]])
        for i in range(0, n, 50):  # the library keeps count of names, so that shared objects outlive one of them
            del group[f"records/{i}"]
        assert n < 2 or group["records/1/kind"][()] == 5
