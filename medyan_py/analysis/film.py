"""A film of a run: one picture after another from the same point of view."""

from __future__ import annotations

import tempfile
from pathlib import Path

from medyan_py.analysis.collection import read_collection
from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.picture import PictureError, paraview_folder, render
from medyan_py.output.errors import OutputError
from medyan_py.output.replace_file import replacing

FILMS = (".mp4", ".gif")


def render_film(source: str | Path, film: str | Path, *, frames_per_second: int = 10, **options) -> list[Path]:
    """Draw all frames of a run.

    The camera looks at the box of the run and does not move. mp4 and gif need the package imageio, mp4 also
    imageio-ffmpeg.

    Parameters
    ----------
    source : path
        The output directory of a run, or its folder ``paraview``.
    film : path
        A film, .mp4 or .gif, which is replaced; or, without such an ending, a new or empty folder for pictures
        frame_00000.png, …
    frames_per_second : int
    **options
        Of ``render``: ``colour_by``, ``background``, ``size``, ``azimuth``, ``elevation``.

    Returns
    -------
    list of Path
        The pictures of a folder, or the film.

    Raises
    ------
    PictureError
        For another ending, where imageio is missing, and where VTK cannot draw.
    TrajectoryError
        The files cannot be read.
    OutputError
        The folder is not empty, or the film cannot be written.
    """
    source, film = Path(source), Path(film)
    if film.suffix and film.suffix.lower() not in FILMS:
        raise PictureError(f"{film}: films end in {' or '.join(FILMS)}, a folder of pictures has no ending")
    number = len(read_collection(paraview_folder(source) / "filaments.pvd"))
    if not film.suffix:
        _empty_folder(film)
        return [_picture(source, film, i, options) for i in range(number)]
    imageio = _imageio()
    if number == 0:
        raise TrajectoryError(f"{source}: no frame to draw")
    with tempfile.TemporaryDirectory() as folder, replacing(film, ending=film.suffix) as unfinished:
        _check_writable(unfinished, film)
        try:
            with imageio.get_writer(unfinished, fps=frames_per_second) as writer:
                for i in range(number):  # one after another, so that long films need little memory
                    picture = _picture(source, Path(folder), i, options)
                    writer.append_data(imageio.imread(picture))
                    picture.unlink()
        except (ValueError, ImportError) as error:
            raise PictureError(f"{film}: imageio cannot write it (mp4 needs imageio-ffmpeg): {error}") from error
    return [film]


def _imageio():
    try:
        import imageio.v2 as imageio
    except ImportError as error:
        raise PictureError(
            "films need imageio: pip install imageio imageio-ffmpeg; or give a folder for pictures instead"
        ) from error
    return imageio


def _empty_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty")
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}") from error


def _check_writable(unfinished: Path, film: Path) -> None:
    """``OutputError`` before anything is drawn; imageio would say it at the end, in its own words."""
    try:
        unfinished.write_bytes(b"")
    except OSError as error:
        raise OutputError(f"{film} cannot be written: {error.strerror}") from error


def _picture(source: Path, folder: Path, frame: int, options: dict) -> Path:
    return render(source, folder / f"frame_{frame:05d}.png", frame=frame, **options)
