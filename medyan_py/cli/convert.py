"""Write a trajectory in another format: text, HDF5, ParaView, Simularium."""

import argparse
import sys
from pathlib import Path

from medyan_py.analysis import TrajectoryError, open_trajectory
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import REFUSED, SUCCESS
from medyan_py.cli.trajectories import counted, warn_of_incomplete
from medyan_py.cli.words import CommandParser
from medyan_py.output import OutputError

HELP = "write a trajectory in another format"
USAGE = "medyan convert PATH TARGET"
FORMATS = "NAME.traj (text), NAME.h5 (HDF5), NAME.simularium, or a directory (ParaView)"


def add_options(parser: CommandParser) -> None:
    """Declare the options of ``medyan convert``."""
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        help="snapshot.traj, traj.h5 or an output directory, of which the better is read",
    )
    parser.add_argument("target", metavar="TARGET", nargs="?", help=FORMATS)
    parser.needs["path"] = "what to convert is given first: medyan convert PATH TARGET"
    parser.needs["target"] = f"where it goes is given second: {FORMATS}"


def execute(options: argparse.Namespace) -> int:
    """Convert."""
    from medyan_py.analysis.convert import ConversionError, best_source, convert

    source, target = Path(options.path), Path(options.target)
    if source.is_dir():
        source = best_source(source, target)
    try:
        with open_trajectory(source) as trajectory:
            warn_of_incomplete(trajectory)
            convert(trajectory, target)
            frames = len(trajectory)
    except (TrajectoryError, OutputError, ConversionError) as error:
        say(f"medyan: error: {error}", sys.stderr)
        return REFUSED
    say(f"Wrote {counted(frames, 'frames')} of {source} to {target}", sys.stdout)
    return SUCCESS
