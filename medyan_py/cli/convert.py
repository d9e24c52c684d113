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
    parser.add_argument("path", metavar="PATH", nargs="?", help="output directory, snapshot.traj or traj.h5")
    parser.add_argument("target", metavar="TARGET", nargs="?", help=FORMATS)
    parser.needs["path"] = "what to convert is given first: medyan convert PATH TARGET"
    parser.needs["target"] = f"where it goes is given second: {FORMATS}"


def execute(options: argparse.Namespace) -> int:
    """Convert."""
    from medyan_py.analysis.convert import ConversionError, convert

    target = Path(options.target)
    try:
        with open_trajectory(options.path) as trajectory:
            warn_of_incomplete(trajectory)
            convert(trajectory, target)
            frames = len(trajectory)
    except (TrajectoryError, OutputError, ConversionError) as error:
        say(f"medyan: error: {error}", sys.stderr)
        return REFUSED
    say(f"Wrote {counted(frames, 'frames')} to {target}", sys.stdout)
    return SUCCESS
