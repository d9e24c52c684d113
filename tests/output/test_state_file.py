"""Nested dictionaries in a file."""

import errno
import math
import os

import h5py
import numpy as np
import pytest

from medyan_py import OutputError
from medyan_py.core.common.state import differences
from medyan_py.output.state_file import DamagedFile, read_tree, write_tree

TREE = {
    "numbers": {"b": 1, "a": -(2**63), "wide": 2**127 + 1, "yes": True, "third": 1 / 3, "inf": math.inf, "": 0.1},
    "arrays": {
        "large": np.arange(20000, dtype=np.float64) ** 0.5,
        "none": np.zeros((0, 3)),
        "bytes": np.array([[1, 255]], dtype=np.uint8),
        "records": np.zeros(3, dtype=[("time", "f8"), ("coords", "f8", 3), ("leg", "i4")]),
    },
    "odd/names": {".": {"..": np.array(1.5)}, "%values": "ü \0 \ud800", "é%2F": {}},
    "nan": math.nan,
    "words": [2**64 - 1, 0, 7],
}


def test_everything_comes_back(tmp_path):
    write_tree(tmp_path / "a", TREE)
    assert differences(read_tree(tmp_path / "a"), TREE) == []
    assert list(read_tree(tmp_path / "a")["numbers"]) == list(TREE["numbers"])
    assert os.listdir(tmp_path) == ["a"]


def test_equal_trees_give_equal_files_that_hdf5_reads(tmp_path):
    for name in "ab":
        write_tree(tmp_path / name, TREE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with h5py.File(tmp_path / "a") as file:
        assert np.array_equal(file["arrays/large"][()], TREE["arrays"]["large"])


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(TypeError, match="thing: a object cannot be written"):
        write_tree(tmp_path / "a", {"thing": object()})
    assert os.listdir(tmp_path) == []


def test_every_damage_is_noticed(tmp_path):
    path = tmp_path / "a"
    write_tree(path, TREE)
    data = path.read_bytes()
    for length in (0, 3, 100, 511, 512, 513, 5000, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(DamagedFile):
            read_tree(path)
    for place in (0, 20, 600, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(DamagedFile):
            read_tree(path)
    path.write_bytes(data)
    read_tree(path)


@pytest.mark.parametrize("function", ["write", "fsync", "replace", "open"])
def test_a_full_disk_leaves_the_file_before(tmp_path, monkeypatch, function):
    write_tree(tmp_path / "a", {"x": 1})

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(f"medyan_py.output.state_file.os.{function}", fail)
        with pytest.raises(OutputError, match="a cannot be written: No space left on device"):
            write_tree(tmp_path / "a", {"x": 2})
    assert read_tree(tmp_path / "a") == {"x": 1}
    assert os.listdir(tmp_path) == ["a"]
