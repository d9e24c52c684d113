"""What ``info``, ``analyze`` and ``convert`` say of trajectories that are empty, cut short or no trajectories."""

import pytest

import medyan_py as md
from medyan_py.analysis import TrajectoryError
from medyan_py.cli.entry import main

FRAME = "{} {} 1 0 0 0\nFILAMENT 0 0 2 0 0\n0 0 0 100 0 0\n\n"


def said(capsys, *words):
    code = main([str(word) for word in words])
    return code, *capsys.readouterr()


@pytest.mark.parametrize("content", ["", FRAME.format(0, 0.0)[:-20]])
def test_no_frame(tmp_path, capsys, content):
    path = tmp_path / "snapshot.traj"
    path.write_text(content)
    for words in (("info", path), ("info", tmp_path), ("analyze", path), ("analyze", path, "--what", "motors")):
        code, _, err = said(capsys, *words)
        ends = " (a blank line ends a frame)" if content else ""
        assert code == 2 and f"medyan: error: {path}: there is no complete frame in it{ends}\n" in err
    assert said(capsys, "analyze", path)[1] == ""
    assert said(capsys, "convert", path, tmp_path / "a.h5")[0] == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["snapshot.traj"]


def test_incomplete_last_frame(tmp_path, capsys):
    path = tmp_path / "snapshot.traj"
    path.write_text("".join(FRAME.format(i, 0.5 * i) for i in range(3))[:-9])
    warning = f"medyan: warning: {path}: the last frame is incomplete and is left out (a blank line ends a frame)\n"
    code, out, err = said(capsys, "info", path)
    assert code == 0 and "2 frames, t = 0 to 0.5 s" in out and err == warning
    assert said(capsys, "analyze", path, "--what", "filaments") == (0, "time_s,filaments\n0,1\n0.5,1\n", warning)
    code, out, err = said(capsys, "convert", path, tmp_path / "a.traj")
    assert code == 0 and "Wrote 2 frames" in out and err == warning
    with md.open_trajectory(path) as cut, md.open_trajectory(tmp_path / "a.traj") as whole:
        assert cut.incomplete and not whole.incomplete and len(cut) == len(whole) == 2
        assert "2 frames, t = 0 to 0.5 s, and one that is incomplete" in repr(cut)


def test_a_run_without_positions(pair, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["-s", str(pair), "-o", str(out), "--runtime", "0.1", "--record", "forces"]) == 0
    capsys.readouterr()
    code, told, err = said(capsys, "info", out)
    assert (code, err) == (0, "")
    assert (
        f"{out}: no trajectory of positions\n" in told and "files: checkpoint-older.h5, checkpoint.h5, forces" in told
    )
    assert said(capsys, "analyze", out)[0] == 2


def test_an_ensemble_of_runs_that_differ_in_length(tmp_path, capsys):
    for name, frames in (("a.traj", 3), ("b.traj", 2)):
        (tmp_path / name).write_text("".join(FRAME.format(i, 0.5 * i) for i in range(frames)))
    code, out, err = said(capsys, "analyze", tmp_path / "a.traj", tmp_path / "b.traj", "--what", "filaments")
    assert code == 0 and len(out.splitlines()) == 3
    assert err == "medyan: warning: the runs have 2 times of up to 3 in common\n"


def test_hdf5_that_is_cut_short(tmp_path, capsys):
    text, hdf5 = tmp_path / "text.traj", tmp_path / "traj.h5"
    text.write_text(FRAME.format(0, 0.0))
    assert main(["convert", str(text), str(hdf5)]) == 0
    content = hdf5.read_bytes()
    hdf5.write_bytes(content[:-100])
    sizes = f"it has {len(content) - 100} of {len(content)} bytes, and nothing of it can be read"
    with pytest.raises(TrajectoryError, match=rf"this HDF5 file is truncated, {sizes}$"):
        md.open_trajectory(hdf5)
    text.rename(tmp_path / "snapshot.traj")
    with pytest.raises(TrajectoryError, match=rf"{sizes}; the frames are also in .*/snapshot\.traj$"):
        md.open_trajectory(hdf5)
    hdf5.write_bytes(content[:8] + b"\xee" * 500)
    with pytest.raises(TrajectoryError, match="this HDF5 file is damaged and cannot be read: "):
        md.open_trajectory(hdf5)


@pytest.mark.parametrize("line", [b"\x1b[31mred\xff\xfe\x00\xe2\x80\xae" + b"x\xffy" * 200, b"\x1b[2J" * 60 + b"\n\n"])
def test_bytes_are_escaped_and_few(tmp_path, capsys, line):
    (tmp_path / "a.traj").write_bytes(line)
    code, _, err = said(capsys, "info", tmp_path / "a.traj")
    assert code == 2 and "header of a frame expected, found '\\x1b[" in err
    assert err[:-1].isprintable() and "\ufffd" not in err
    assert len(err.partition("found ")[2]) < 200


def test_names_in_files_are_escaped(tmp_path, capsys):
    (tmp_path / "snapshot.traj").write_text(FRAME.format(0, 0.0))
    for count in ("3", "three"):
        (tmp_path / "chemistry.traj").write_text(f"0 0.0\n\x1b[31mA:BULK {count}\n\n")
        _, out, err = said(capsys, "info", tmp_path)
        text = out if count == "3" else err
        assert "1 frame, t = 0 to 0 s" in out and "files: chemistry.traj" in out  # whatever else cannot be read
        assert "\\x1b[31mA:BULK" in text and "\x1b" not in text
