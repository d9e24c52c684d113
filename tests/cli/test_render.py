"""``medyan render``."""

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
    assert main(["render", str(tmp_path / "out"), "-o", str(tmp_path / "x.jpg")]) == 2
    assert "must end in .png" in capsys.readouterr().err and not (tmp_path / "x.jpg").exists()


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_film_in_a_file(pair, tmp_path, ending):
    """Where imageio is installed, which is up to the user."""
    imageio = pytest.importorskip("imageio.v2")
    if ending == "mp4":
        pytest.importorskip("imageio_ffmpeg")
    assert main(["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "0.5"]) == 0
    film = tmp_path / f"film.{ending}"
    assert main(["render", str(tmp_path / "out"), "--movie", str(film)]) == 0
    assert [picture.shape[:2] for picture in imageio.mimread(film, memtest=False)] == [(1200, 1600)] * 2
