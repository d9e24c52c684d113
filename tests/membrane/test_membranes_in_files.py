"""Membranes in files, and what is read of them and measured on them again."""

from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from membrane_decks import CHEMISTRY, SHEET, SYSTEM, VESICLE
from numpy.testing import assert_allclose, assert_array_equal

from medyan_py import Simulation, open_trajectory
from medyan_py.analysis import TrajectoryError, enclosed_volume, mean_curvature, reduced_volume, surface_area
from medyan_py.analysis.convert import convert
from medyan_py.analysis.picture import render
from medyan_py.analysis.series import OBSERVABLES, standard_observables, time_series
from medyan_py.cli import main
from medyan_py.output import standard_recorders
from medyan_py.output.hdf5_file import Hdf5Recorder

DECK = (
    SYSTEM.replace("RUNTIME: 0.2", "RUNTIME: 0.1")
    + VESICLE
    + SHEET.replace("0 0 500", "0 0 900").replace("830 800 800", "830 800 860")
    + "NUMFILAMENTS: 2\nFILAMENTLENGTH: 1\nFILAMENTTYPE: 0\n"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A simulation of a vesicle and a sheet after two frames, and its directory."""
    directory = tmp_path_factory.mktemp("vesicle")
    (directory / "system.txt").write_text(DECK)
    (directory / "chemistry.txt").write_text(CHEMISTRY)
    sim = Simulation.from_deck(directory / "system.txt", seed=2)
    recorders = standard_recorders(directory)
    recorders.open(sim)
    sim.run(recorders=recorders)
    recorders.close(sim)
    return sim, directory


def test_hdf5_by_the_documented_names(run):
    sim, directory = run
    with h5py.File(directory / "traj.h5") as file:
        meta = file["header/meta"]
        names = ["coord.x", "coord.y", "coord.z", "area.", "curvature.curv"]
        assert list(meta["vertexColumnNamesFloat64"].asstr()[()]) == names
        assert meta["vertexColumnNamesInt64"].shape == (0,)
        group = file["snapshots/1/membranes"]
        assert group["count"][()] == 2
        for place, view in enumerate(sim.membranes):
            one = group[str(place)]
            counts = [int(one[name][()]) for name in ("type", "numVertices", "numTriangles", "numBorders")]
            assert counts == [0, len(view.vertices), len(view.triangles), len(view.borders)]
            columns = np.column_stack([view.vertices, view.areas, view.curvatures])
            assert_array_equal(one["vertexDataFloat64"][()], columns)
            assert one["vertexDataInt64"].dtype == np.int32 and one["vertexDataInt64"].shape == (len(columns), 0)
            assert one["triangleDataInt64"].dtype == np.int32
            assert_array_equal(one["triangleDataInt64"][()], view.triangles)
            packed = one["packedBorderVertices"]
            assert packed.dtype == np.int64
            assert packed[()].tolist() == [v for loop in view.borders for v in (len(loop), *loop.tolist())]
            assert_array_equal(one["vertexForces"][()], view.forces)
        assert np.isnan(group["1/vertexDataFloat64"][:, 4]).any() and group["0/packedBorderVertices"].shape == (0,)


def test_forces_are_those_of_the_model(run):
    """A sphere at rest under tension and volume has no net force left above the tolerance."""
    sim, _ = run
    for view in sim.membranes:
        assert view.forces.shape == view.vertices.shape and np.isfinite(view.forces).all()
    assert 0 < np.abs(sim.membranes[0].forces).max() < 1.0  # pN, GRADIENTTOLERANCE


def test_forces_in_text(run):
    sim, directory = run
    frames = (directory / "forces.traj").read_text().split("\n\n")
    assert [frame.split("\n")[0].split()[-1] for frame in frames[:2]] == ["2", "2"]
    lines = frames[1].split("\n")
    assert [line for line in lines if line.startswith("Membrane")] == ["Membrane 0"] * 2
    first = lines.index("Membrane 0")
    for line, view in zip((lines[first + 1], lines[first + 3]), sim.membranes, strict=True):
        assert line.endswith(" ")
        assert_allclose([float(word) for word in line.split()], np.linalg.norm(view.forces, axis=1), rtol=1e-9)


def test_both_readers(run):
    sim, directory = run
    with open_trajectory(directory / "traj.h5") as binary, open_trajectory(directory / "snapshot.traj") as text:
        for one, other, view in zip(binary[-1].membranes, text[-1].membranes, sim.membranes, strict=True):
            assert_array_equal(one.vertices, view.vertices)
            assert_allclose(other.vertices, view.vertices, rtol=1e-9)
            for read in (one, other):
                assert_array_equal(read.triangles, view.triangles)
                assert [list(b) for b in read.borders] == [b.tolist() for b in view.borders]
                assert read.copies.shape == (len(view.vertices), 0)
                assert surface_area(read) == pytest.approx(view.area)
                assert read.borders or enclosed_volume(read) == pytest.approx(view.volume)


def test_there_and_back(run, tmp_path):
    _, directory = run
    for target in ("a.h5", "b.traj", "c.h5", "d"):
        source = directory / "traj.h5" if target in ("a.h5", "b.traj") else tmp_path / "b.traj"
        with open_trajectory(source) as trajectory:
            convert(trajectory, tmp_path / target)
    with h5py.File(directory / "traj.h5") as old, h5py.File(tmp_path / "a.h5") as new:
        for place in "01":
            one, other = (file[f"snapshots/1/membranes/{place}"] for file in (old, new))
            for name in ("vertexDataFloat64", "vertexDataInt64", "triangleDataInt64", "packedBorderVertices"):
                assert_array_equal(one[name][()], other[name][()])
    render(tmp_path / "d", tmp_path / "d.png")
    assert (tmp_path / "b.traj").read_bytes() == (directory / "snapshot.traj").read_bytes()


def test_pictures_show_membranes(run, tmp_path):
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOImage import vtkPNGReader

    from medyan_py.analysis.picture_style import STYLES

    _, directory = run
    reader = vtkPNGReader()
    reader.SetFileName(str(render(directory, tmp_path / "p.png", size=(400, 300))))
    reader.Update()
    pixels = vtk_to_numpy(reader.GetOutput().GetPointData().GetScalars())[:, :3].astype(int)
    red, green, blue = STYLES["white"].membrane
    assert red > green > blue
    yellowish = (pixels[:, 0] > pixels[:, 2] + 25) & (pixels[:, 1] > pixels[:, 2] + 10)
    assert 0.05 < yellowish.mean() < 0.9


def test_commands(run, tmp_path, capsys):
    sim, directory = run
    assert main(["info", str(directory)]) == 0
    assert f"2 membranes of {sum(m.area for m in sim.membranes):.4g} nm²" in capsys.readouterr().out
    assert main(["analyze", str(directory), "-o", str(tmp_path / "t.csv")]) == 0
    table = np.genfromtxt(tmp_path / "t.csv", delimiter=",", names=True)
    assert table["membranes"].tolist() == [2, 2]
    assert table["membrane_area_nm2"][-1] == pytest.approx(sum(m.area for m in sim.membranes))
    assert table["enclosed_volume_nm3"][-1] == pytest.approx(sim.membranes[0].volume)
    assert table["reduced_volume"][-1] == pytest.approx(1, abs=0.02)
    assert table["mean_curvature_per_nm"][-1] == pytest.approx(0.5 / 300, rel=0.03)  # the sheet is flat


def test_observables_only_where_there_are_membranes(run):
    _, directory = run
    with open_trajectory(directory) as trajectory:
        frame = trajectory[0]
        assert standard_observables(frame) == tuple(OBSERVABLES)
        none = SimpleNamespace(**{**vars(frame), "membranes": ()})
        assert not any("membrane" in name for name in standard_observables(none))
        assert np.isnan(time_series([none], ["reduced_volume"])["reduced_volume"]).all()


def test_species_have_columns(run, tmp_path):
    sim, _ = run
    copies = [np.arange(2 * len(view.vertices)).reshape(-1, 2) for view in sim.membranes]
    named = [dict(zip(("Arp", "cofilin"), c.T, strict=True)) for c in copies]
    views = tuple(SimpleNamespace(**{**vars(v), "copies": c}) for v, c in zip(sim.membranes, named, strict=True))
    told = SimpleNamespace(
        **{name: getattr(sim, name) for name in ("time", "frame", "energies", "grid", "boundary", "diffusing_counts")},
        **{name: getattr(sim, name) for name in ("filaments", "linkers", "motors", "branchers", "bubbles", "seed")},
        **{name: getattr(sim, name) for name in ("diffusing_names", "species_totals", "deck", "finished")},
        membranes=views,
        membrane_names=("Arp", "cofilin"),
    )
    recorder = Hdf5Recorder(tmp_path)
    recorder.open(told)
    recorder.record(told)
    recorder.close(told)
    with h5py.File(tmp_path / "traj.h5") as file:
        assert list(file["header/meta/vertexColumnNamesFloat64"].asstr()[5:]) == ["conc.Arp", "conc.cofilin"]
        assert list(file["header/meta/vertexColumnNamesInt64"].asstr()[()]) == ["copyNumber.Arp", "copyNumber.cofilin"]
        one = file["snapshots/0/membranes/0"]
        assert_array_equal(one["vertexDataInt64"][()], copies[0])
        assert_allclose(one["vertexDataFloat64"][:, 5:] * views[0].areas[:, None], copies[0])
    with open_trajectory(tmp_path / "traj.h5") as trajectory:
        assert_array_equal(trajectory[0].membranes[1].copies, copies[1])
        convert(trajectory, tmp_path / "again.h5")
        convert(trajectory, tmp_path / "paraview")
    with h5py.File(tmp_path / "again.h5") as file:
        assert_array_equal(file["snapshots/0/membranes/1/vertexDataInt64"][()], copies[1])


OCTAHEDRON = """\
6
600 500 500
400 500 500
500 600 500
500 400 500
500 500 600
500 500 400
0 2 4
2 1 4
1 3 4
3 0 4
2 0 5
1 2 5
3 1 5
0 3 5
"""


@pytest.mark.parametrize("hole", [False, True])
def test_an_octahedron_in_the_files(tmp_path, hole):
    """Closed and without one triangle: areas, triangles, border, lines of the text."""
    (tmp_path / "mesh.txt").write_text(OCTAHEDRON.replace("0 3 5\n", "") if hole else OCTAHEDRON)
    material = "(membrane p (vertex-system material) (has-lipid-reservoir false) (bending-k 0))\n"
    (tmp_path / "system.txt").write_text(SYSTEM + material + "(init-membrane p (mesh file mesh.txt))\n")
    (tmp_path / "chemistry.txt").write_text(CHEMISTRY)
    sim = Simulation.from_deck(tmp_path / "system.txt", seed=1)
    recorders = standard_recorders(tmp_path)
    recorders.open(sim)
    recorders.record(sim)
    recorders.close(sim)
    with h5py.File(tmp_path / "traj.h5") as file:
        one = file["snapshots/0/membranes/0"]
        assert one["vertexDataFloat64"][:, 3].sum() == pytest.approx(69282.0323 * (7 / 8 if hole else 1))
        assert one["triangleDataInt64"].shape == (7 if hole else 8, 3)
        packed = one["packedBorderVertices"][()].tolist()
        assert one["numBorders"][()] == hole and len(packed) == 4 * hole
        assert not hole or (packed[0] == 3 and set(packed[1:]) == {0, 3, 5})
    lines = (tmp_path / "snapshot.traj").read_text().split("\n")
    first = lines.index(f"MEMBRANE 0 6 {7 if hole else 8} {int(hole)}")
    block = lines[first : lines.index("", first)]
    assert len(block) == 1 + 6 + (7 if hole else 8) + hole
    assert not hole or block[-1].split()[0] == "3"


# --- measures against closed forms


def cube(side):
    corners = side * np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)], dtype=float)
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    triangles = np.array([t for a, b, c, d in faces for t in ((a, b, c), (a, c, d))])
    return SimpleNamespace(vertices=corners + 17.0, triangles=triangles, borders=())


def test_cube():
    """∫ H dA of a cube is 3πa."""
    box = cube(2.0)
    assert surface_area(box) == pytest.approx(24)
    assert enclosed_volume(box) == pytest.approx(8)
    assert reduced_volume(box) == pytest.approx(np.sqrt(np.pi / 6))
    assert mean_curvature(box) == pytest.approx(3 * np.pi * 2 / 24)


def test_inside_out_and_open():
    box = cube(2.0)
    turned = SimpleNamespace(**{**vars(box), "triangles": box.triangles[:, ::-1]})
    assert enclosed_volume(turned) == pytest.approx(-8) and mean_curvature(turned) == pytest.approx(-np.pi / 4)
    lid_off = SimpleNamespace(vertices=box.vertices, triangles=box.triangles[2:], borders=((0, 1, 3, 2),))
    assert np.isnan(enclosed_volume(lid_off)) and surface_area(lid_off) == pytest.approx(20)
    assert mean_curvature(lid_off) == pytest.approx(0.5 * 8 * 2 * np.pi / 2 / 20)


def test_what_is_no_surface_is_refused(tmp_path):
    text = "0 0 0 0 0 0 0 1\nMEMBRANE 0 3 2 0\n0 0 0\n1 0 0\n0 1 0\n0 1 2\n0 1 2\n\n"
    (tmp_path / "a.traj").write_text(text)
    with open_trajectory(tmp_path / "a.traj") as trajectory, pytest.raises(TrajectoryError, match="no membrane"):
        convert(trajectory, tmp_path / "a.h5")
    assert not (tmp_path / "a.h5").exists()
