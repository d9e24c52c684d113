"""Pictures of recorded frames."""

import os
import subprocess
import sys

import numpy as np
import pytest
from fake_simulation import make_bubbles, make_sim
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOImage import vtkPNGReader

from medyan_py.analysis import TrajectoryError
from medyan_py.analysis.picture import PictureError, render
from medyan_py.analysis.picture_style import STYLES
from medyan_py.output import OutputError, VtkRecorder


@pytest.fixture
def directory(network, tmp_path):
    recorder = VtkRecorder(tmp_path)
    recorder.open(network)
    recorder.record(network)
    network.frame, network.time = 21, 12.5
    recorder.record(network)
    recorder.close(network)
    return tmp_path


def drawn(*arguments, **options):
    try:
        path = render(*arguments, **options)
    except PictureError as error:
        pytest.skip(str(error))
    reader = vtkPNGReader()
    reader.SetFileName(str(path))
    reader.Update()
    width, height, _ = reader.GetOutput().GetDimensions()
    return vtk_to_numpy(reader.GetOutput().GetPointData().GetScalars()).reshape(height, width, -1) / 255


def share(image, colour):
    """The share of pixels of about a hue, whatever the shading."""
    norm = np.linalg.norm(image, axis=2)
    cosine = image @ np.array(colour) / (np.linalg.norm(colour) * np.where(norm > 0, norm, 1))
    return np.mean((cosine > 0.99) & (norm > 0.2))


@pytest.mark.parametrize("background", ["white", "dark"])
def test_everything_is_on_the_picture(directory, background):
    image = drawn(directory, directory / "p.png", background=background)
    assert image.shape == (1200, 1600, 3)
    style = STYLES[background]
    empty = np.all(np.abs(image - style.background) < 0.01, axis=2)
    assert 0.8 < empty.mean() < 0.99
    assert share(image, style.linker) > 0.0005
    assert share(image, style.motor) > 0.0005
    assert share(image, style.brancher) > 0.0005
    assert share(image, (0.34, 0.55, 0.75)) > 0.005  # filaments
    assert not empty[:80, -400:].all()  # scale bar
    assert not empty[-100:, :300].all()  # time


def test_frames_differ_only_in_the_time_stamp(directory):
    first = drawn(directory, directory / "p.png", frame=0)
    last = drawn(directory / "paraview", directory / "q.png", frame=-1)
    different = np.any(first != last, axis=2)
    assert different.any()
    assert not different[:-100].any()


def test_bubbles_are_drawn_as_spheres_of_their_size(tmp_path):
    pictures = {}
    for radius in (0, 100, 200):
        bubbles = make_bubbles([(500, 500, 500)], ids=[0], radii=[radius]) if radius else make_bubbles()
        recorder, sim = VtkRecorder(tmp_path / str(radius)), make_sim(bubbles=bubbles)
        recorder.open(sim)
        recorder.record(sim)
        pictures[radius] = drawn(tmp_path / str(radius), tmp_path / "p.png", size=(400, 300))
    small, large = (np.any(pictures[r][100:, 100:] != pictures[0][100:, 100:], axis=2).sum() for r in (100, 200))
    assert small > 300 and 3.7 < large / small < 4.3


def test_results_without_bubbles_are_drawn(directory):
    (directory / "paraview" / "bubbles.pvd").unlink()
    assert drawn(directory, directory / "p.png").shape == (1200, 1600, 3)


@pytest.mark.parametrize("colour_by", ["length_nm", "tension_pN", "position_nm", "id"])
def test_colours(directory, colour_by):
    by_type = drawn(directory, directory / "p.png", size=(400, 300))
    other = drawn(directory, directory / "q.png", colour_by=colour_by, size=(400, 300))
    assert len(np.unique(other.reshape(-1, 3), axis=0)) > 100
    assert np.any(other != by_type)


def test_frame_without_objects(tmp_path):
    recorder = VtkRecorder(tmp_path)
    recorder.open(make_sim())
    recorder.record(make_sim())
    for colour_by in ("type", "length_nm"):
        image = drawn(tmp_path, tmp_path / "p.png", colour_by=colour_by)
        assert np.any(image < 0.9)  # box and labels


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"colour_by": "mood"}, "colour_by must be one of type"),
        ({"background": "pink"}, "background must be one of white, dark"),
        ({"size": (0, 100)}, "size must be"),
        ({"size": (1600.0, 1200)}, "size must be"),
        ({"elevation": float("nan")}, "elevation must be"),
        ({"elevation": "up"}, "elevation must be"),
        ({"azimuth": "a"}, "azimuth must be"),
        ({"size": 5}, "size must be two whole numbers"),
        ({"frame": 0.5}, "frame must be"),
        ({"azimuth": float("inf")}, "azimuth must be"),
    ],
)
def test_nonsense_is_refused(directory, options, text):
    with pytest.raises(ValueError, match=text):
        render(directory, directory / "p.png", **options)
    assert not (directory / "p.png").exists()


@pytest.mark.parametrize("frame", [2, -3])
def test_missing_frame(directory, frame):
    with pytest.raises(TrajectoryError, match=f"no frame {frame}; 2 frames"):
        render(directory, directory / "p.png", frame=frame)


def test_missing_or_damaged_files(directory, tmp_path):
    with pytest.raises(TrajectoryError, match="there is no such directory"):
        render(tmp_path / "nowhere", tmp_path / "p.png")
    file = next((directory / "paraview").rglob("motors_000021.vtp"))
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(TrajectoryError, match=r"motors_000021\.vtp: VTK cannot read"):
        render(directory, tmp_path / "p.png")
    file.unlink()
    with pytest.raises(TrajectoryError, match=r"motors_000021\.vtp: there is no such file"):
        render(directory, tmp_path / "p.png")
    (directory / "paraview" / "linkers.pvd").write_text("<VTKFile>")
    with pytest.raises(TrajectoryError, match=r"linkers\.pvd: this is not a ParaView collection"):
        render(directory, tmp_path / "p.png")


def test_picture_that_cannot_be_written(directory):
    drawn(directory, directory / "p.png", size=(100, 100))
    with pytest.raises(OutputError, match=r"p\.png cannot be written"):
        render(directory, directory / "nowhere" / "p.png", size=(100, 100))


def test_no_opengl_is_said(directory):
    script = "import sys; from medyan_py.analysis.picture import render; render(sys.argv[1], sys.argv[2])"
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    environment["__EGL_VENDOR_LIBRARY_FILENAMES"] = "/nonexistent"
    arguments = [sys.executable, "-c", script, str(directory), str(directory / "p.png")]
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment)
    if done.returncode == 0:
        pytest.skip("OSMesa draws without EGL")
    assert done.returncode == 1
    assert "PictureError: VTK finds no OpenGL" in done.stderr
    assert not (directory / "p.png").exists()
