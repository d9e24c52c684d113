"""Draw filaments, linkers, motors, branchers, bubbles, membranes and the box: one frame as PNG, or all as a film."""

import argparse
import sys
from pathlib import Path

from medyan_py.analysis import TrajectoryError
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import REFUSED, SUCCESS
from medyan_py.cli.numbers import whole
from medyan_py.output import OutputError

HELP = "draw one frame of a result into a PNG file, or all into a film"
USAGE = "medyan render [DIR] [-o PNG | --movie FILM] [--frame N] [options]"
_COLOURINGS = ("type", "length_nm", "tension_pN", "position_nm", "id")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``medyan render``."""
    parser.add_argument("directory", metavar="DIR", nargs="?", default=".", help="output directory of a run")
    parser.add_argument("-o", dest="png", metavar="PNG", help="the picture (default: DIR/picture.png); is replaced")
    parser.add_argument(
        "--movie", metavar="FILM", help="all frames: a folder for pictures, or a film .mp4 or .gif (needs imageio)"
    )
    parser.add_argument("--frame", type=whole, metavar="N", help="frame from 0; -1 is the last (default)")
    parser.add_argument("--colour-by", choices=_COLOURINGS, default="type", help="what colours filaments")
    parser.add_argument("--background", choices=("white", "dark"), default="white")


def execute(options: argparse.Namespace) -> int:
    """Draw."""
    # VTK's drawing libraries are large, so they are loaded by those who draw only.
    from medyan_py.analysis.film import render_film
    from medyan_py.analysis.picture import PictureError, render

    directory = Path(options.directory)
    png = directory / "picture.png" if options.png is None else Path(options.png)
    looks = {"colour_by": options.colour_by, "background": options.background}
    try:
        if options.movie is not None:
            if options.png is not None:
                raise PictureError("-o is for one picture and --movie for all: give one of them")
            if options.frame is not None:
                raise PictureError("--frame is for one picture and --movie for all: give one of them")
            written = render_film(directory, options.movie, **looks)
            frames = f"{len(written)} frames" if written[:1] != [Path(options.movie)] else "all frames"
            say(f"Drew {frames} into {options.movie}", sys.stdout)
            return SUCCESS
        render(directory, png, frame=-1 if options.frame is None else options.frame, **looks)
    except (TrajectoryError, PictureError, OutputError) as error:
        say(f"medyan: error: {error}", sys.stderr)
        return REFUSED
    say(f"Drew {png}" if options.frame is None else f"Drew frame {options.frame} into {png}", sys.stdout)
    return SUCCESS
