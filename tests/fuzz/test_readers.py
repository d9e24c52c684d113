"""Nothing that stands in a file makes a reader fail otherwise than documented, or hang."""

import random
import shutil
import signal
import struct
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from mutations import mutated, mutated_bytes

from medyan_py import Simulation
from medyan_py.analysis import TrajectoryError, open_trajectory, read_chemistry, read_snapshot
from medyan_py.analysis.collection import read_collection
from medyan_py.analysis.graph import read_link_graphs, read_tension_graphs
from medyan_py.analysis.records import read_dissipation, read_tensions, read_turnover
from medyan_py.checkpoint import CheckpointError, read_checkpoint
from medyan_py.deck import DeckError, read_deck
from medyan_py.deck.diagnostics import Report
from medyan_py.deck.dump_file import read_dump
from medyan_py.deck.pin_file import read_pins
from medyan_py.output import Recorders
from medyan_py.output.hdf5_file import Hdf5Recorder
from medyan_py.output.state_file import DamagedFile

INPUTS = Path(__file__).parents[2] / "inputs"
DECKS = sorted(path.name for path in INPUTS.iterdir() if path.is_dir())
SECONDS = 10.0  # far more than any reader needs for a file of this size
SNAPSHOT = """0 0.0 2 1 1 1 1 1
FILAMENT 0 0 3 1 -1
0.0 0.0 0.0 27.0 0.0 0.0 54.0 1.5 0.0
FILAMENT 1 0 2 0 0
0.0 10.0 0.0 27.0 10.0 0.0
LINKER 0 0 0
13.5 0.0 0.0 13.5 10.0 0.0
MOTOR 3 0 1
20.5 0.0 0.0 21.5 10.0 0.0
BRANCHER 1 0 0
20.5 0.0 0.0 21.5 10.0 0.0
BUBBLE 1 0
5 5 5
MEMBRANE 0 3 1 1
0 0 0
1 0 0
0 1 0
0 1 2
3 0 1 2

1 0.5 1 0 0 0 0 0
FILAMENT 0 0 2 1 0
0.0 0.0 0.0 27.0 0.0 0.0

"""
CHEMISTRY = "0 0.0\nA:DIFFUSING 100\nAF:FILAMENT 20\nMOA:MOTOR 3\n\n1 0.5\nA:DIFFUSING 99\nAF:FILAMENT 21\n\n"
GRAPH = "0 0.5\n0 1 2 3 0 1 2 1 0 0\n\n1 1.0\n0 1 2 3 0\n\n"
COLLECTION = (
    '<?xml version="1.0"?>\n<VTKFile type="Collection" version="0.1">\n<Collection>\n'
    '<DataSet timestep="0.0" file="a.vtp"/>\n<DataSet timestep="0.5" file="b.vtp"/>\n</Collection>\n</VTKFile>\n'
)
TENSIONS = "1 0.5 1 1 1 0 0\nFILAMENT 0 0 3 0 0\n1 3 3\nLINKER 0 0\n8 8\nMOTOR 2 0 1\n-4 -4\n\n"
MONOMERS = "1 0.5 1 0 0 0 0\nFILAMENT 0 0 3 1 0\n1 0 2 3 4 5 0 41\nSEVERING 1\n1 \n\n"
PINS = "# held\nFILAMENT 0: 1.5 2 3 0 0 0\nFILAMENT 12: 0 0 0 276 500 505\n"
FILAMENTS = "# two\nFILAMENT 0 100 100 100 208 100 100\nFILAMENT 0 100 200 100 208 200 100 208 308 100\n"


class Hang(BaseException):
    """A reader needed too long; no exception a reader could catch by accident."""


@contextmanager
def time_limit(seconds):
    def ring(*_):
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fuzz(read, allowed, path, text, n, name):
    """Read n mutations of a text; any exception but those allowed fails the test with the number of the input."""
    refused = 0
    for number in range(n):
        data = mutated(text, random.Random(f"{name} {number}"))
        path.write_bytes(data)
        try:
            with time_limit(SECONDS):
                read(path)
        except allowed as error:
            refused += 1
            assert str(error).strip()
        except (Exception, Hang) as error:
            path.with_name("bad_input").write_bytes(data)
            raise AssertionError(f"input {name} {number}: {type(error).__name__}: {error}\n{data[:2000]!r}") from error
    assert 0 < refused < n  # else the mutations are too tame or too wild


def all_frames(path):
    with open_trajectory(path) as trajectory:
        list(trajectory)


TEXT_READERS = {
    "snapshot": (lambda path: list(read_snapshot(path)), SNAPSHOT),
    "trajectory": (all_frames, SNAPSHOT),
    "chemistry": (lambda path: list(read_chemistry(path)), CHEMISTRY),
    "link graphs": (read_link_graphs, GRAPH),
    "tension graphs": (read_tension_graphs, "0 0.5\n0 1 -2.5 0 2 8 \n\n1 1\n0 1 1e-3 \n\n"),
    "collection": (read_collection, COLLECTION),
    "tensions": (lambda path: list(read_tensions(path)), TENSIONS),
    "monomers": (lambda path: list(read_turnover(path)), MONOMERS),
    "dissipation": (read_dissipation, "0 0\n0 0 0 0 0\n1 0.5\n-26     -20     -6     -30     4\n"),
}


def fuzz_text(reader, path, n):
    read, text = TEXT_READERS[reader]
    fuzz(read, TrajectoryError, path, text, n, reader)


@pytest.mark.parametrize("reader", TEXT_READERS)
def test_trajectories(tmp_path, reader):
    fuzz_text(reader, tmp_path / "file", 500)


@pytest.mark.slow
@pytest.mark.parametrize("reader", TEXT_READERS)
def test_many_trajectories(tmp_path, reader):
    fuzz_text(reader, tmp_path / "file", 14_000)


def read_pin_file(path):
    report = Report()
    read_pins(path.read_bytes().decode(errors="surrogateescape"), str(path), report)
    report.raise_if_errors()


def read_dump_file(path):
    report = Report()
    read_dump(path.read_bytes().decode(errors="surrogateescape"), str(path), report)
    report.raise_if_errors()


@pytest.fixture(scope="module")
def dump():
    """A restart dump with linkers and motors."""
    simulation = Simulation.from_deck(INPUTS / "actomyosin" / "systeminput.txt", seed=1)
    simulation.run(0.2)
    return simulation.restart_dump()


@pytest.mark.parametrize("n", [200, pytest.param(5000, marks=pytest.mark.slow)])
def test_files_of_restarts(tmp_path, dump, n):
    fuzz(read_pin_file, DeckError, tmp_path / "pins", PINS, n, "pins")
    fuzz(read_dump_file, DeckError, tmp_path / "dump", dump, n, "dump")


def files_of(deck):
    return [path.name for path in sorted((INPUTS / deck).glob("*.txt"))]


def fuzz_deck(deck, folder, n):
    """Mutations of every file of a deck, with the others as they are."""
    shutil.copytree(INPUTS / deck, folder / deck)
    for name in files_of(deck):
        path = folder / deck / name
        text = path.read_text()
        fuzz(lambda _: read_deck(folder / deck / "systeminput.txt"), DeckError, path, text, n, f"{deck} {name}")
        path.write_text(text)


@pytest.mark.parametrize("deck", DECKS)
def test_decks(tmp_path, deck):
    fuzz_deck(deck, tmp_path, 15)


@pytest.mark.slow
@pytest.mark.parametrize("deck", DECKS)
def test_many_decks(tmp_path, deck):
    fuzz_deck(deck, tmp_path, 1200)


BUBBLE_LINES = (
    "BUBBLEFFTYPE: REPULSIONEXP\nBUBBLEINTERACTIONK: 90\nBUBBLESCREENLENGTH: 15\nBUBBLECUTOFF: 200\n"
    "BUBBLERADIUS: 100\nNUMBUBBLETYPES: 1\nBUBBLEFILE: bubbles.txt\n"
)


@pytest.mark.parametrize("n", [50, pytest.param(3000, marks=pytest.mark.slow)])
def test_bubble_files(tmp_path, n):
    deck = shutil.copytree(INPUTS / "treadmilling", tmp_path / "deck")
    with open(deck / "systeminput.txt", "a") as file:
        file.write("\n" + BUBBLE_LINES)
    text = "# two\nBUBBLE: 0 300 300 300\nBUBBLE: 0 700 600 500\n"
    fuzz(lambda _: read_deck(deck / "systeminput.txt"), DeckError, deck / "bubbles.txt", text, n, "bubbles")


@pytest.fixture(scope="module")
def hdf5_file(tmp_path_factory):
    """A traj.h5 of two frames of the deck with two filaments."""
    out = tmp_path_factory.mktemp("hdf5")
    simulation = Simulation.from_deck(INPUTS / "two_filaments" / "systeminput.txt", seed=1)
    recorders = Recorders([Hdf5Recorder(out)])
    recorders.open(simulation)
    simulation.run(0.05, recorders=recorders)
    recorders.close(simulation)
    return out / "traj.h5"


def in_child(program, *words):
    """Run in a process of its own: a fault of a library would end it without an exception."""
    command = [sys.executable, str(Path(__file__).with_name(program)), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, f"input {done.stdout.splitlines()[-1:]}: {done.returncode} {done.stderr[-3000:]}"
    assert 0 < int(done.stdout.split()[-1]) < int(words[-1])


@pytest.mark.parametrize("n", [250, pytest.param(10_000, marks=pytest.mark.slow)])
def test_hdf5(tmp_path, hdf5_file, n):
    in_child("read_bad_hdf5.py", hdf5_file, tmp_path / "bad.h5", n)


POINTS = [(100, 0, 0), (-100, 0, 0), (0, 100, 0), (0, -100, 0), (0, 0, 100), (0, 0, -100)]
CORNERS = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]


def rows(points, begin=""):
    return "".join(begin + " ".join(map(str, point)) + "\n" for point in points)


PLY = (
    "ply\nformat {} 1.0\nelement vertex 6\nproperty float x\nproperty float y\nproperty float z\n"
    "element face 8\nproperty list uchar int vertex_indices\nend_header\n"
)
FACETS = "".join(f"facet normal 0 0 0\nouter loop\n{rows([POINTS[i] for i in c], 'vertex ')}endloop\n" for c in CORNERS)
OCTAHEDRA = {
    "text": f"# one\n6\n{rows(POINTS)}{rows(CORNERS)}\n# two\n6\n{rows(POINTS)}{rows(CORNERS)}".encode(),
    "obj": (rows(POINTS, "v ") + rows([[i + 1 for i in c] for c in CORNERS], "f ")).encode(),
    "off": f"OFF\n6 8 12\n{rows(POINTS)}{rows(CORNERS, '3 ')}".encode(),
    "ply": (PLY.format("ascii") + rows(POINTS) + rows(CORNERS, "3 ")).encode(),
    "binary.ply": PLY.format("binary_little_endian").encode()
    + b"".join(struct.pack("<3f", *x) for x in POINTS)
    + b"".join(struct.pack("<B3i", 3, *c) for c in CORNERS),
    "stl": f"solid s\n{FACETS}endsolid s\n".encode(),
    "binary.stl": b" " * 80
    + struct.pack("<I", 8)
    + b"".join(struct.pack("<12f2x", 0, 0, 0, *POINTS[a], *POINTS[b], *POINTS[c]) for a, b, c in CORNERS),
}


@pytest.mark.parametrize("n", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_surfaces(tmp_path, n):
    for kind, content in OCTAHEDRA.items():
        (tmp_path / f"good.{kind}").write_bytes(content)
    in_child("read_bad_meshes.py", tmp_path, n)


@pytest.mark.parametrize("n", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_checkpoints(tmp_path, n):
    """No change of a checkpoint goes unnoticed."""
    path = tmp_path / "state.h5"
    Simulation.from_deck(INPUTS / "two_filaments" / "systeminput.txt", seed=1).save(path)
    good = path.read_bytes()
    read_checkpoint(path)
    for number in range(n):
        data = mutated_bytes(good, random.Random(f"checkpoint {number}"))
        if data == good:
            continue
        path.write_bytes(data)
        with pytest.raises((DamagedFile, CheckpointError)), time_limit(SECONDS):
            read_checkpoint(path)
