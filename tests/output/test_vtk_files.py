"""Files for ParaView, read back with VTK's own readers."""

import resource
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from fake_simulation import make_bubbles, make_sim
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

from medyan_py.output import OutputError, VtkRecorder
from medyan_py.output.layout import frame_path

KINDS = ("filaments", "linkers", "motors", "branchers", "bubbles", "compartments")


def record(directory, *sims, **options):
    recorder = VtkRecorder(directory, **options)
    recorder.open(sims[0])
    for sim in sims:
        recorder.record(sim)
    recorder.close(sims[-1])


def read(path):
    reader = vtkXMLImageDataReader() if path.suffix == ".vti" else vtkXMLPolyDataReader()
    assert reader.CanReadFile(str(path))
    reader.SetFileName(str(path))
    reader.Update()
    assert reader.GetErrorCode() == 0
    return reader.GetOutput()


def last(directory, kind):
    folder = directory / "paraview"
    return read(folder / entries(folder / f"{kind}.pvd")[-1][1])


def entries(pvd):
    return [(float(d.get("timestep")), d.get("file")) for d in ElementTree.parse(pvd).getroot().iter("DataSet")]


def array(attributes, name):
    return vtk_to_numpy(attributes.GetArray(name))


def polylines(data):
    lines = data.GetLines()
    offsets = vtk_to_numpy(lines.GetOffsetsArray())
    points = vtk_to_numpy(data.GetPoints().GetData())[vtk_to_numpy(lines.GetConnectivityArray())]
    return [points[a:b] for a, b in pairwise(offsets)]


def test_filaments(pair, tmp_path):
    record(tmp_path, pair)
    data = last(tmp_path, "filaments")
    first, second = polylines(data)
    np.testing.assert_array_equal(first, [(500, 500, 500), (608, 500, 500), (716.2, 500, 500)])
    np.testing.assert_array_equal(second, [(500, 535, 500), (608, 535, 500)])
    cells, points = data.GetCellData(), data.GetPointData()
    assert array(cells, "id").tolist() == [0, 1]
    assert array(cells, "type").tolist() == [0, 0]
    np.testing.assert_allclose(array(cells, "length_nm"), [216.2, 108])
    np.testing.assert_allclose(array(points, "tension_pN"), [0, 10, 20, 0, 0])
    np.testing.assert_allclose(array(points, "position_nm"), [0, 108, 216.2, 0, 108])
    assert array(points, "radius_nm").tolist() == [3.5] * 5


def test_radius_by_filament_type(pair, tmp_path):
    pair.filaments.types[:] = [1, 0]  # of ids 1 and 0
    record(tmp_path, pair, filament_radius={0: 3.5, 1: 12.5})
    assert array(last(tmp_path, "filaments").GetPointData(), "radius_nm").tolist() == [3.5] * 3 + [12.5] * 2


@pytest.mark.parametrize("kind", ["linkers", "motors"])
def test_bonds(network, tmp_path, kind):
    source = getattr(network, kind)
    source.birth_times = np.linspace(0, 5, len(source.ids))
    source.bound_heads = np.arange(len(source.ids))
    record(tmp_path, network)
    data = last(tmp_path, kind)
    order = np.argsort(source.ids)
    np.testing.assert_array_equal(polylines(data), source.coords[order])
    cells = data.GetCellData()
    assert array(cells, "id").tolist() == sorted(source.ids)
    np.testing.assert_array_equal(array(cells, "type"), source.types[order])
    np.testing.assert_array_equal(array(cells, "tension_pN"), source.tensions[order])
    np.testing.assert_array_equal(array(cells, "birth_time_s"), source.birth_times[order])
    lengths = np.linalg.norm(source.coords[order, 1] - source.coords[order, 0], axis=1)
    np.testing.assert_allclose(array(cells, "length_nm"), lengths)
    if kind == "motors":
        np.testing.assert_array_equal(array(cells, "heads"), source.heads[order])
        np.testing.assert_array_equal(array(cells, "bound_heads"), source.bound_heads[order])


def test_branchers(network, tmp_path):
    source = network.branchers
    source.birth_times = np.linspace(0, 5, len(source.ids))
    record(tmp_path, network)
    data = last(tmp_path, "branchers")
    order = np.argsort(source.ids)
    np.testing.assert_array_equal(polylines(data), source.coords[order])
    cells = data.GetCellData()
    assert array(cells, "id").tolist() == sorted(source.ids)
    np.testing.assert_array_equal(array(cells, "type"), source.types[order])
    np.testing.assert_array_equal(array(cells, "force_pN"), source.forces[order])
    np.testing.assert_array_equal(array(cells, "birth_time_s"), source.birth_times[order])
    lengths = np.linalg.norm(source.coords[order, 1] - source.coords[order, 0], axis=1)
    np.testing.assert_allclose(array(cells, "length_nm"), lengths)


def test_compartments(network, tmp_path):
    network.grid.active[1] = False
    record(tmp_path, network)
    data = last(tmp_path, "compartments")
    assert data.GetDimensions() == (3, 3, 2)
    assert data.GetBounds() == (0, 1000, 0, 1000, 0, 500)
    cells = data.GetCellData()
    assert array(cells, "A (copies)").tolist() == [100, 120, 130, 150]
    assert array(cells, "MD (copies)").tolist() == [5, 5, 10, 0]
    np.testing.assert_allclose(array(cells, "A (uM)")[0], 100 / (0.125 * 602.214), rtol=1e-5)
    assert array(cells, "active").tolist() == [1, 0, 1, 1]
    # compartment 1 is the next one along x
    assert data.GetCell(1).GetBounds() == (500, 1000, 0, 500, 0, 500)


def test_box(network, tmp_path):
    network.boundary.box = ((25.0, 25, 25), (975.0, 975, 475))
    record(tmp_path, network)
    data = read(tmp_path / "paraview" / "box.vtp")
    assert data.GetBounds() == (25, 975, 25, 975, 25, 475)
    edges = np.array([b - a for a, b in polylines(data)])
    assert sorted(np.abs(edges).sum(axis=1)) == [450] * 4 + [950] * 8
    assert np.all(np.count_nonzero(edges, axis=1) == 1)


def test_bubbles(network, tmp_path):
    network.bubbles = source = make_bubbles(
        [(1, 2, 3), (4, 5, 6)], ids=[3, 1], types=[0, 2], kinds=["afm", "mtoc"], radii=[50, 70]
    )
    record(tmp_path, network)
    data = last(tmp_path, "bubbles")
    points = data.GetPointData()
    assert [data.GetPoint(i) for i in range(data.GetNumberOfPoints())] == [(4, 5, 6), (1, 2, 3)]
    assert data.GetNumberOfCells() == 2  # vertices, which ParaView shows as points
    assert array(points, "id").tolist() == [1, 3] and array(points, "type").tolist() == [2, 0]
    assert array(points, "kind").tolist() == [1, 2] and array(points, "radius_nm").tolist() == [70, 50]
    np.testing.assert_array_equal(array(points, "force_pN"), source.forces[::-1])
    np.testing.assert_array_equal(array(points, "attachment_force_pN"), source.attachment_forces[::-1])


@pytest.mark.parametrize(
    ("shape", "top", "lines"), [("SPHERICAL", 1000, 5), ("CYLINDER", 1500, 6), ("CAPSULE", 1500, 6)]
)
def test_outline_of_round_walls(network, tmp_path, shape, top, lines):
    network.boundary.box, network.boundary.shape = ((100.0, 100, 100), (1000.0, 1000, top)), shape
    record(tmp_path, network)
    data = read(tmp_path / "paraview" / "box.vtp")
    np.testing.assert_allclose(data.GetBounds(), (100, 1000, 100, 1000, 100, top), atol=1e-9)
    assert data.GetNumberOfCells() == lines
    points = np.vstack(list(polylines(data))) - (550, 550, 0)
    straight = {"SPHERICAL": (550, 550), "CYLINDER": (-np.inf, np.inf), "CAPSULE": (550, 1050)}[shape]
    points[:, 2] -= np.clip(points[:, 2], *straight)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 450.0)


def test_empty_frame_has_valid_files(tmp_path):
    record(tmp_path, make_sim())
    for kind in ("filaments", "linkers", "motors", "branchers"):
        data = last(tmp_path, kind)
        assert data.GetNumberOfCells() == 0
        assert data.GetCellData().HasArray("id")
    bubbles = last(tmp_path, "bubbles")
    assert bubbles.GetNumberOfPoints() == 0 and bubbles.GetPointData().HasArray("radius_nm")
    assert last(tmp_path, "compartments").GetNumberOfCells() == 1


def test_collections_and_times(pair, tmp_path):
    later = make_sim(**{**vars(pair), "time": 0.2, "frame": 1000})
    record(tmp_path, pair, later)
    for kind in KINDS:
        first, second = entries(tmp_path / "paraview" / f"{kind}.pvd")
        assert (first[0], second[0]) == (0.15, 0.2)
        assert first[1].rsplit("/", 1)[0] != second[1].rsplit("/", 1)[0]  # 1000 files a folder
        for time, name in (first, second):
            field = read(tmp_path / "paraview" / name).GetFieldData()
            assert array(field, "TimeValue").tolist() == [time]
        assert array(field, "frame").tolist() == [1000]
    assert not list(tmp_path.rglob("*.part"))


def test_folders_hold_at_most_a_thousand_files():
    folders = [frame_path("motors", frame).rsplit("/", 1)[0] for frame in range(5000)]
    assert max(folders.count(folder) for folder in set(folders)) == 1000
    assert len({frame_path("motors", frame) for frame in range(5000)}) == 5000


@pytest.mark.parametrize("limit", [100, 1000, 5000, 9000, 9200])
def test_failed_write_leaves_the_frames_before(network, tmp_path, capfd, limit):
    recorder = VtkRecorder(tmp_path)
    recorder.open(network)
    recorder.record(network)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    network.frame, network.time = 21, 11.0
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OutputError, match=r"filaments_000021\.vtp cannot be written: .*(?i:space|large)"):
            recorder.record(network)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert capfd.readouterr().err == ""  # the exception says it all
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    recorder.record(network)
    assert [time for time, _ in entries(tmp_path / "paraview" / "motors.pvd")] == [10.0, 11.0]


def test_existing_collections_are_not_touched(pair, tmp_path):
    record(tmp_path, pair)
    before = (tmp_path / "paraview" / "linkers.pvd").read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        VtkRecorder(tmp_path).open(pair)
    assert (tmp_path / "paraview" / "linkers.pvd").read_bytes() == before


def test_neither_vtk_nor_much_memory_is_needed():
    script = """
import sys
from medyan_py.output import VtkRecorder
VtkRecorder("nowhere")
assert not any(name.startswith("vtk") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_large_files_are_compressed(tmp_path):
    counts = np.arange(20**3 * 3).reshape(-1, 3) % 17
    sim = make_sim(shape=(20, 20, 20), diffusing_names=("A", 'B "quoted" <&>', "C"), diffusing_counts=counts)
    record(tmp_path, sim)
    path = tmp_path / "paraview" / frame_path("compartments", sim.frame)
    assert path.stat().st_size < counts.nbytes / 2
    cells = read(path).GetCellData()
    np.testing.assert_array_equal(array(cells, 'B "quoted" <&> (copies)'), counts[:, 1])
    np.testing.assert_array_equal(array(cells, "C (copies)"), counts[:, 2])
    assert read(tmp_path / "paraview" / frame_path("linkers", sim.frame)).GetNumberOfCells() == 0
