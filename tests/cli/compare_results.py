"""Decks of few cycles, and whether two runs left the same results."""

import re
import shutil
from pathlib import Path

import h5py
import numpy as np

INPUTS = Path(__file__).parents[2] / "inputs"
READY = sorted(path.parent.name for path in INPUTS.glob("*/systeminput.txt"))
NOT_COMPARED = ("medyan.log", "checkpoint.h5", "checkpoint-older.h5")  # tell what happened to the run


def short_deck(name, folder, cycles=7):
    """A copy of a ready deck that ends after some cycles, with a frame every other cycle; its path."""
    copy = Path(folder) / name
    shutil.copytree(INPUTS / name, copy)
    system = copy / "systeminput.txt"
    text = system.read_text()
    interval = float(re.search(r"^MINIMIZATIONTIME:?\s+(\S+)", text, re.M)[1])
    for keyword, number in (("SNAPSHOTTIME", 2), ("NEIGHBORLISTTIME", 2), ("RUNTIME", cycles)):
        text = re.sub(rf"^{keyword}:?\s.*$", f"{keyword}: {number * interval:.10g}", text, flags=re.M)
    system.write_text(text)
    return system


def different_files(one, other):
    """Names of the files that are missing in one of two directories or differ; HDF5 files by what is in them."""
    ours, theirs = ({str(p.relative_to(d)) for p in Path(d).rglob("*") if p.is_file()} for d in (one, other))
    names = sorted(name for name in ours | theirs if name not in NOT_COMPARED)
    assert "snapshot.traj" in names
    return [name for name in names if name not in ours & theirs or not _same(Path(one) / name, Path(other) / name)]


def _same(one, other):
    if one.read_bytes() == other.read_bytes():
        return True
    if not (h5py.is_hdf5(one) and h5py.is_hdf5(other)):
        return False
    try:
        with h5py.File(one) as ours, h5py.File(other) as theirs:
            return _same_items(ours, theirs)
    except OSError:  # cut short
        return False


def _same_items(one, other):
    names = one.attrs.keys() - {"command"}  # names the output directory
    if one.attrs.keys() != other.attrs.keys() or any(one.attrs[name] != other.attrs[name] for name in names):
        return False
    if isinstance(one, h5py.Group):
        return one.keys() == other.keys() and all(_same_items(one[k], other[k]) for k in one)
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return np.array_equal(one[()], other[()]) if one.dtype.kind == "O" else one[()].tobytes() == other[()].tobytes()
