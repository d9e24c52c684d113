"""Measure trajectories: a table of observables against time, of one run or mean and spread of several, and a plot."""

import argparse
import sys
from pathlib import Path

from medyan_py.analysis import TrajectoryError, open_trajectory
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import REFUSED, SUCCESS
from medyan_py.cli.selection import names_among

HELP = "measure trajectories: tables and plots of observables"
USAGE = "medyan analyze [PATH ...] [-o CSV] [--plot PNG] [--what NAMES]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``medyan analyze``."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="output directories or trajectories (default: here)")
    parser.add_argument("-o", dest="csv", metavar="CSV", help="where the table goes (default: on the screen)")
    parser.add_argument("--plot", metavar="PNG", help="draw the observables against time")
    parser.add_argument("--what", type=_names, metavar="NAMES", help="observables, separated by commas (default: all)")
    parser.add_argument("--list", action="store_true", help="list the observables")


def _names(text: str) -> tuple[str, ...]:
    # SciPy and NetworkX take a while to load, so they are loaded by those who measure only.
    from medyan_py.analysis.series import OBSERVABLES

    return names_among(OBSERVABLES, "observable")(text)


def execute(options: argparse.Namespace) -> int:
    """Measure."""
    from medyan_py.analysis.series import OBSERVABLES, ensemble_series, standard_observables, time_series, write_csv

    if options.list:
        for name in OBSERVABLES:
            say(name, sys.stdout)
        return SUCCESS
    paths = options.paths or ["."]
    try:
        with open_trajectory(paths[0]) as trajectory:
            names = options.what or (standard_observables(trajectory[0]) if len(trajectory) else tuple(OBSERVABLES))
            if len(paths) == 1:
                table = time_series(trajectory, names)
        if len(paths) > 1:
            table = ensemble_series(paths, names)
        write_csv(table, options.csv if options.csv else sys.stdout)
        if options.plot:
            from medyan_py.analysis.plots import plot_series

            plot_series(table, options.plot)
    except TrajectoryError as error:
        say(f"medyan: error: {error}", sys.stderr)
        return REFUSED
    except OSError as error:
        say(f"medyan: error: {error.filename}: cannot be written: {error.strerror}", sys.stderr)
        return REFUSED
    for path in (options.csv, options.plot):
        if path:
            say(f"Wrote {Path(path)}", sys.stdout if options.csv else sys.stderr)
    return SUCCESS
