"""``medyan render``."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from medyan_py.cli import main


def test_picture_of_a_frame(pair, tmp_path, capsys):
    assert main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "0.5"]) == 0
    capsys.readouterr()
    png = tmp_path / "first.png"
    assert main(["render", str(tmp_path / "out"), "-o", str(png), "--frame", "0", "--background", "dark"]) == 0
    assert capsys.readouterr().out == f"Drew frame 0 into {png}\n"
    assert png.read_bytes().startswith(b"\x89PNG")
    assert main(["render", str(tmp_path / "out"), "--frame", "7"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("medyan: error: ") and "no frame 7; 2 frames are listed" in err


def test_no_results_to_draw(tmp_path, capsys):
    assert main(["render", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("medyan: error: ") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "snapshot.traj").touch()
    assert main(["render", str(tmp_path)]) == 2
    assert "paraview/filaments.pvd is missing; medyan convert makes such files" in capsys.readouterr().err


def test_files_are_not_drawn(pair, tmp_path, capsys):
    out, other = tmp_path / "out", tmp_path / "other.traj"
    assert main(["-s", str(pair), "-o", str(out), "--runtime", "0.1"]) == 0
    (out / "snapshot.traj").rename(other)
    capsys.readouterr()
    drawn = "this is a file; what is drawn is the output directory of a run"
    for file in (out / "traj.h5", out / "paraview" / "filaments.pvd"):
        assert main(["render", str(file)]) == 2
        assert capsys.readouterr().err == f"medyan: error: {file}: {drawn}, here {out}\n"
    assert main(["render", str(other)]) == 2
    assert f"{drawn}, or what medyan convert {other} DIRECTORY makes\n" in capsys.readouterr().err


def test_film_of_all_frames(pair, tmp_path, capsys):
    assert main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "0.5"]) == 0
    capsys.readouterr()
    film = tmp_path / "film"
    assert main(["render", str(tmp_path / "out"), "--movie", str(film)]) == 0
    assert capsys.readouterr().out == f"Drew 2 frames into {film}\n"
    pictures = sorted(film.iterdir())
    assert [p.name for p in pictures] == ["frame_00000.png", "frame_00001.png"]
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in pictures)
    for bad, message in ((film, "is not empty"), (tmp_path / "film.avi", "films end in .mp4 or .gif")):
        assert main(["render", str(tmp_path / "out"), "--movie", str(bad)]) == 2
        assert message in capsys.readouterr().err
    assert main(["render", str(tmp_path / "out"), "--movie", str(tmp_path / "new"), "--frame", "1"]) == 2
    assert "--frame is for one picture" in capsys.readouterr().err and not (tmp_path / "new").exists()
    assert main(["render", str(tmp_path / "out"), "-o", str(tmp_path / "x.jpg")]) == 2
    assert "must end in .png" in capsys.readouterr().err and not (tmp_path / "x.jpg").exists()


class Writer:
    """What is asked of a writer of imageio, which writes the number of pictures and their size."""

    def __init__(self, path, fps):
        self.path, self.sizes = path, [fps]

    def __enter__(self):
        return self

    def append_data(self, picture):
        self.sizes.append(picture.shape)

    def __exit__(self, *error):
        self.path.write_text(str(self.sizes))


@pytest.fixture
def imageio(monkeypatch):
    """Stands in for the package imageio, which tests do not need."""
    package, v2 = ModuleType("imageio"), ModuleType("imageio.v2")
    v2.get_writer = Writer
    v2.imread = lambda path: SimpleNamespace(shape=np.frombuffer(path.read_bytes()[16:24], dtype=">u4").tolist())
    package.v2 = v2
    monkeypatch.setitem(sys.modules, "imageio", package)
    monkeypatch.setitem(sys.modules, "imageio.v2", v2)
    return v2


def test_film(pair, tmp_path, capsys, imageio, monkeypatch):
    def drawn(source, png, **options):
        png.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\6\x40\0\0\4\xb0")
        return png

    monkeypatch.setattr("medyan_py.analysis.film.render", drawn)
    out = tmp_path / "out"
    assert main(["-s", str(pair), "-o", str(out), "--runtime", "0.5"]) == 0
    capsys.readouterr()
    for film in (tmp_path / "a.mp4", tmp_path / "b.GIF"):
        film.write_text("old")
        assert main(["render", str(out), "--movie", str(film)]) == 0
        assert capsys.readouterr().out == f"Drew all frames into {film}\n"
        assert film.read_text() == "[10, [1600, 1200], [1600, 1200]]"

    def no_backend(path, fps):
        raise ValueError("Could not find a backend to open it")

    monkeypatch.setattr(imageio, "get_writer", no_backend)
    assert main(["render", str(out), "--movie", str(tmp_path / "a.mp4")]) == 2
    assert "mp4 needs imageio-ffmpeg" in capsys.readouterr().err
    assert main(["render", str(out), "--movie", str(tmp_path / "none" / "a.mp4")]) == 2
    assert "cannot be written: No such file" in capsys.readouterr().err
    assert (tmp_path / "a.mp4").read_text().startswith("[10")  # the film of before
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_film_by_imageio(pair, tmp_path, ending):
    """Where it is installed, which is up to the user."""
    v2 = pytest.importorskip("imageio.v2")
    if ending == "mp4":
        pytest.importorskip("imageio_ffmpeg")
    assert main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "0.5"]) == 0
    film = tmp_path / f"film.{ending}"
    assert main(["render", str(tmp_path / "out"), "--movie", str(film)]) == 0
    assert [picture.shape[:2] for picture in v2.mimread(film, memtest=False)] == [(1200, 1600)] * 2


def test_film_without_imageio(pair, tmp_path, capsys, monkeypatch):
    assert main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "0.5"]) == 0
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "imageio", None)
    monkeypatch.setitem(sys.modules, "imageio.v2", None)
    assert main(["render", str(tmp_path / "out"), "--movie", str(tmp_path / "a.mp4")]) == 2
    assert "films need imageio: pip install imageio imageio-ffmpeg" in capsys.readouterr().err
    assert not (tmp_path / "a.mp4").exists()
