"""Files for ParaView that are made of a traj.h5 are those of the run, but for what the file does not tell."""

import h5py
import numpy as np
import pytest
from membrane_decks import CHEMISTRY, SHEET, SYSTEM
from numpy.testing import assert_array_equal
from test_surface_of_decks import CARRIER, SURFACE
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

from medyan_py import open_trajectory
from medyan_py.analysis import TrajectoryError
from medyan_py.analysis.convert import convert
from medyan_py.cli import main

DECK = (
    SYSTEM.replace("RUNTIME: 0.2", "RUNTIME: 0.1")
    + CARRIER
    + SHEET.replace("0 0 500", "0 0 900").replace("830 800 800", "830 800 860")
    + """\
NUMFILAMENTS: 2
FILAMENTLENGTH: 1
FILAMENTTYPE: 0
NUMBUBBLETYPES: 1
NUMBUBBLES: 2
BUBBLERADIUS: 30
BUBBLEFFTYPE: REPULSIONEXP
BUBBLEINTERACTIONK: 41
BUBBLESCREENLENGTH: 2.7
BUBBLECUTOFF: 100
"""
)
UNTOLD = {
    ("filaments", "tension_pN"),
    ("bubbles", "kind"),
    ("bubbles", "force_pN"),
    ("bubbles", "attachment_force_pN"),
    ("membranes", "tension_pN_per_nm"),
    ("compartments", "active"),
}


@pytest.fixture(scope="module", params=["CUBIC", "SPHERICAL\nBOUNDARYDIAMETER: 980"])
def run(tmp_path_factory, request):
    directory = tmp_path_factory.mktemp("deck")
    (directory / "system.txt").write_text(DECK.replace("CUBIC", request.param))
    (directory / "chemistry.txt").write_text(CHEMISTRY + SURFACE)
    words = ["run", "-s", str(directory / "system.txt"), "-o", str(directory / "out"), "--seed-fixed", "3"]
    assert main(words) == 0
    return directory / "out"


def contents(path):
    """Points, cells, grid and all arrays of a file."""
    reader = vtkXMLImageDataReader() if path.suffix == ".vti" else vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    data, found = reader.GetOutput(), {}
    for held in (data.GetPointData(), data.GetCellData(), data.GetFieldData()):
        for i in range(held.GetNumberOfArrays()):
            found[held.GetArrayName(i)] = vtk_to_numpy(held.GetArray(i))
    if path.suffix == ".vti":
        return found | {"grid": np.array([data.GetDimensions(), data.GetSpacing()])}
    cells = {"Verts": data.GetVerts(), "Lines": data.GetLines(), "Polys": data.GetPolys()}
    found |= {kind: vtk_to_numpy(c.GetConnectivityArray()) for kind, c in cells.items()}
    found |= {f"{kind} offsets": vtk_to_numpy(c.GetOffsetsArray()) for kind, c in cells.items()}
    return found | {"points": vtk_to_numpy(data.GetPoints().GetData())}


def test_arrays_are_those_of_the_run(run, tmp_path):
    assert main(["convert", str(run / "traj.h5"), str(tmp_path)]) == 0
    left_out = set()
    ours = sorted(path.relative_to(run) for path in run.glob("paraview/**/*.vt?"))
    assert {path.parts[1] for path in ours} == {"filaments", "bubbles", "membranes", "compartments", "box.vtp"}
    for path in ours:
        one, other = contents(run / path), contents(tmp_path / path)
        left_out |= {(path.parts[1], name) for name in one.keys() - other.keys()}
        assert other.keys() <= one.keys()
        for name, values in other.items():
            assert one[name].dtype == values.dtype, (path, name)
            assert_array_equal(one[name], values, err_msg=f"{path} {name}")
    assert left_out == UNTOLD
    last = contents(tmp_path / "paraview/membranes/0000/membranes_000001.vtp")
    assert np.isfinite(last["force_pN"]).all() and last["P (copies)"].sum() > 0


def test_of_a_text_no_array_is_invented(run, tmp_path):
    with open_trajectory(run / "snapshot.traj") as trajectory:
        convert(trajectory, tmp_path / "v")
    folder = tmp_path / "v" / "paraview"
    assert not (folder / "compartments.pvd").exists()
    membranes, bubbles = (contents(folder / kind / "0000" / f"{kind}_000001.vtp") for kind in ("membranes", "bubbles"))
    assert {"area_nm2", "mean_curvature_per_nm", "normal"} <= membranes.keys()
    assert membranes.keys().isdisjoint({"id", "force_pN", "P (copies)"})
    assert bubbles.keys().isdisjoint({"radius_nm", "force_pN", "kind"}) and "id" in bubbles


def test_copies_that_do_not_fit_the_deck(run, tmp_path):
    (tmp_path / "traj.h5").write_bytes((run / "traj.h5").read_bytes())
    with h5py.File(tmp_path / "traj.h5", "r+") as file:
        text = file["header/meta/system"].asstr()[()]
        assert "NX 2" in text
        del file["header/meta/system"]
        file["header/meta/system"] = text.replace("NX 2", "NX 3")
    text = "frame 0 has copies in 2 x 2 x 2 compartments, its deck 3 x 2 x 2"
    with open_trajectory(tmp_path / "traj.h5") as trajectory, pytest.raises(TrajectoryError, match=text):
        convert(trajectory, tmp_path / "v")
