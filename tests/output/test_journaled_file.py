"""A file that can be brought back to its last commit."""

import numpy as np
import pytest

from medyan_py.output import OutputError
from medyan_py.output.journaled_file import JournaledFile, journal_name, recover


def changed(file, rng, path):
    """Random writes and truncations; returns what the file holds then."""
    for _ in range(20):
        if rng.random() < 0.1:
            file.truncate(int(rng.integers(0, 3000)))
        else:
            file.seek(int(rng.integers(0, 2000)))
            file.write(rng.bytes(int(rng.integers(1, 400))))
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(20))
def test_recovery(tmp_path, seed):
    rng, path = np.random.default_rng(seed), tmp_path / "f"
    file = JournaledFile(path)
    changed(file, rng, path)
    file.commit()
    committed = path.read_bytes()
    assert not recover(path) and path.read_bytes() == committed
    assert changed(file, rng, path) != committed
    assert recover(path) and path.read_bytes() == committed
    assert not journal_name(path).exists()


def test_journal_cut_short(tmp_path):
    """Killed while an entry is written: the change it belongs to was not made."""
    path = tmp_path / "f"
    file = JournaledFile(path)
    file.write(b"0123456789")
    file.commit()
    file.seek(2)
    file.write(b"xx")
    file.seek(6)
    file.write(b"yy")
    journal = journal_name(path).read_bytes()
    for cut in range(1, 10):
        path.write_bytes(b"01xx456789")
        journal_name(path).write_bytes(journal[:-cut])
        assert recover(path) and path.read_bytes() == b"0123456789"


def test_abandoning(tmp_path):
    path = tmp_path / "f"
    file = JournaledFile(path)
    file.write(b"abc")
    file.commit()
    file.seek(0)
    file.write(b"xyz123")
    file.abandon()
    file.seek(0)
    file.write(b"more")
    file.truncate(0)
    file.close()
    file.close()
    assert path.read_bytes() == b"abc" and not journal_name(path).exists()


def test_going_on(tmp_path):
    path = tmp_path / "f"
    file = JournaledFile(path)
    file.write(b"abc")
    file.commit()
    file.write(b"def")
    file.close()  # killed
    file = JournaledFile(path, existing=True)
    file.seek(0, 2)
    assert file.tell() == 3
    file.write(b"ghi")
    file.seek(0)
    assert file.read(10) == b"abcghi"
    file.commit()
    file.close()
    assert path.read_bytes() == b"abcghi"


def test_results_are_never_mixed(tmp_path):
    (tmp_path / "f").write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"):
        JournaledFile(tmp_path / "f")
    with pytest.raises(OutputError, match="cannot be opened"):
        JournaledFile(tmp_path / "no" / "f")
