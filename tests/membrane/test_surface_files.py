"""Surfaces of other programs: what VTK writes is read as it is, and what is broken is told."""

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersSources import vtkSphereSource
from vtkmodules.vtkIOGeometry import vtkOBJWriter, vtkSTLWriter
from vtkmodules.vtkIOPLY import vtkPLYWriter

from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.setup.surface_files import read_surface

HEADER = (
    "ply\nformat ascii 1.0\ncomment x\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
    "element face 1\nproperty uchar quality\nproperty list uchar int vertex_indices\nend_header\n"
)


@pytest.fixture
def sphere():
    source = vtkSphereSource()
    source.SetRadius(200.5)
    source.SetCenter(500, 400, 300)
    source.SetThetaResolution(9)
    source.SetPhiResolution(7)
    source.Update()
    surface = source.GetOutput()
    x = vtk_to_numpy(surface.GetPoints().GetData()).astype(float)
    return surface, x, vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)


def written(kind, path, surface, *, binary=False):
    writer = kind()
    writer.SetFileName(str(path))
    writer.SetInputData(surface)
    if kind is not vtkOBJWriter:
        (writer.SetFileTypeToBinary if binary else writer.SetFileTypeToASCII)()
    writer.Write()
    return path


@pytest.mark.parametrize(
    ("kind", "name", "binary"),
    [
        (vtkOBJWriter, "s.obj", False),
        (vtkPLYWriter, "s.ply", False),
        (vtkPLYWriter, "s.ply", True),
        (vtkSTLWriter, "s.stl", False),
        (vtkSTLWriter, "s.stl", True),
    ],
)
def test_what_vtk_writes(tmp_path, sphere, kind, name, binary):
    surface, x, triangles = sphere
    read, corners = read_surface(written(kind, tmp_path / name, surface, binary=binary))
    assert len(read) == len(x) and len(corners) == len(triangles)
    assert read[corners] == pytest.approx(x[triangles], rel=1e-5)
    MembraneMesh(0).add(read, corners)


def test_big_endian_bytes(tmp_path):
    head = HEADER.replace("ascii", "binary_big_endian")
    body = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0], ">f4").tobytes() + b"\7\3" + np.array([0, 1, 2], ">i4").tobytes()
    (tmp_path / "s.ply").write_bytes(head.encode() + body)
    x, triangles = read_surface(tmp_path / "s.ply")
    assert x.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]] and triangles.tolist() == [[0, 1, 2]]


def test_faces_of_more_corners_colours_and_numbers_from_the_end(tmp_path):
    """A cube of six squares, in the ways of two formats."""
    corners = [(i & 1, i >> 1 & 1, i >> 2) for i in range(8)]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    rows = "".join("{} {} {} 255 0 0\n".format(*x) for x in corners)
    (tmp_path / "c.off").write_text(
        f"COFF # coloured\n\n8 6 12\n{rows}" + "".join("4 {} {} {} {} 0.5\n".format(*face) for face in faces)
    )
    (tmp_path / "c.obj").write_text(
        "".join("v {} {} {}\nvn 0 0 1\n".format(*x) for x in corners)
        + "".join("f {}//1 {}/2 {}/1/3 \\\n {}\n".format(*(i - 8 for i in face)) for face in faces)
    )
    for name in ("c.off", "c.obj"):
        x, triangles = read_surface(tmp_path / name)
        assert x.tolist() == [list(map(float, c)) for c in corners] and len(triangles) == 12
        a, b, c = (x[triangles[:, k]] for k in range(3))
        assert (a * np.cross(b, c)).sum() / 6 == pytest.approx(1)  # closed, its normals outwards
        MembraneMesh(0).add(x, triangles)


def test_equal_points_become_one_and_flat_faces_none(tmp_path):
    (tmp_path / "s.obj").write_text("v 1 0 0\nv 0 0 0\nv 0 1 0\nv 0 0 0\nv 1 1 0\nf 1 2 3\nf 1 4 2\nf 4 5 3\n")
    x, triangles = read_surface(tmp_path / "s.obj")
    assert x.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0], [1, 1, 0]] and triangles.tolist() == [[0, 1, 2], [1, 3, 2]]


BODY = "0 0 0\n1 0 0\n0 1 0\n9 3 0 1 2\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s.obj", "v 1 2\n", "s.obj:1: found 'v 1 2', expected three coordinates"),
        ("s.obj", "v 1 2 3\nf 1 2\n", "s.obj:2: found 'f 1 2', expected at least three numbers of points"),
        ("s.obj", "v 1 2 3\nf 0 1 1\n", "s.obj:2: .* from 1, or below 0"),
        ("s.obj", "v 1 2 3\nf 1 1 2\n", "face 1 has a corner 1, and there are 1 points, from 0"),
        ("s.obj", "v 1 2 nan\nf 1 1 1\n", "not finite"),
        ("s.obj", "", "holds no surface"),
        ("s.off", "3 1 0\n", "does not begin with OFF"),
        ("s.off", "OFF\n99999999 1 0\n0 0 0\n", "s.off:2: .* for which 1 lines follow"),
        ("s.off", "OFF 1 1 0\n0 0 0\n3 0 0\n", "s.off:3: found '3 0 0', expected a number of corners"),
        ("s.stl", "solid\nvertex 0 0 0\n", "1 corners are not those of whole triangles"),
        ("s.stl", "\0" * 90, "has not the length of a binary file of 0 facets"),
        ("s.ply", "ply\n", "has no header from ply to end_header"),
        ("s.ply", HEADER.replace("float x", "half x") + BODY, "s.ply:5: found 'property half x'"),
        ("s.ply", HEADER.replace("format", "formal") + BODY, "s.ply:2: "),
        ("s.ply", HEADER.replace("vertex 3", "vertex 99999999999") + BODY, "is cut short"),
        ("s.ply", HEADER.replace("ascii", "binary_little_endian") + BODY, "is cut short"),
        ("s.ply", HEADER.replace("float z", "float w") + BODY, "have no x, y and z"),
        ("s.ply", HEADER + BODY.replace("3 0", "2 0"), "a face without at least three corners"),
        ("s.ply", HEADER + BODY.replace("1 2", "1 two"), "cut short or not made of numbers"),
    ],
)
def test_broken_files(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(MeshError, match=message):
        read_surface(tmp_path / name)
