"""Measure trajectories: a table of observables against time, of one run or mean and spread of several, and a plot."""

import argparse
import io
import sys
from pathlib import Path

from medyan_py.analysis import TrajectoryError, open_trajectory
from medyan_py.cli.console import say
from medyan_py.cli.exit_codes import REFUSED, SUCCESS
from medyan_py.cli.numbers import bin_count
from medyan_py.cli.selection import names_among
from medyan_py.cli.trajectories import counted, no_frame, warn_of_incomplete

HELP = "measure trajectories: tables and plots of observables"
USAGE = "medyan analyze [PATH ...] [-o CSV] [--plot PNG] [--what NAMES | --distribution NAME]"
_BINS = 20


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``medyan analyze``."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="output directories or trajectories (default: here)")
    parser.add_argument("-o", dest="csv", metavar="CSV", help="where the table goes (default: on the screen)")
    parser.add_argument("--plot", metavar="PNG", help="draw the observables against time")
    parser.add_argument("--what", type=_names, metavar="NAMES", help="observables, separated by commas (default: all)")
    parser.add_argument(
        "--distribution",
        type=_distribution,
        metavar="NAME",
        help="how one quantity is distributed, instead of observables",
    )
    parser.add_argument("--bins", type=bin_count, metavar="N", help=f"bins of the distribution (default: {_BINS})")
    parser.add_argument("--list", action="store_true", help="list the observables")


def _distribution(text: str) -> str:
    from medyan_py.analysis.distributions import DISTRIBUTIONS

    names = names_among(DISTRIBUTIONS, "distribution")(text)
    if len(names) > 1:
        raise argparse.ArgumentTypeError("takes one name")
    return names[0]


def _names(text: str) -> tuple[str, ...]:
    # SciPy and NetworkX take a while to load, so they are loaded by those who measure only.
    from medyan_py.analysis.series import NAMES

    return names_among(NAMES, "observable")(text)


def execute(options: argparse.Namespace) -> int:
    """Measure."""
    from medyan_py.analysis.distributions import DISTRIBUTIONS
    from medyan_py.analysis.series import NAMES, write_csv

    if options.list:
        for name in NAMES:
            say(name, sys.stdout)
        say(f"distributions: {', '.join(DISTRIBUTIONS)}", sys.stdout)
        return SUCCESS
    if options.distribution and options.what:
        return _refuse("--what names observables and --distribution one quantity instead: give one of them")
    if options.bins and not options.distribution:
        return _refuse("--bins is for the histogram of --distribution NAME, which is not given")
    try:
        if options.plot:
            _check_plot(options.plot)
        table = _measure(options, options.paths or ["."])
        if options.csv:
            write_csv(table, options.csv)
        else:
            _write_to_screen(table)
        if options.plot:
            _plot(table, options)
    except TrajectoryError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename}: cannot be written: {error.strerror}")
    for path in (options.csv, options.plot):
        if path:
            say(f"Wrote {Path(path)}", sys.stdout if options.csv else sys.stderr)
    return SUCCESS


def _refuse(text: str) -> int:
    say(f"medyan: error: {text}", sys.stderr)
    return REFUSED


def _look(path: str) -> int:
    """The number of frames; raise if there is none, warn if the last is incomplete."""
    with open_trajectory(path) as trajectory:
        if not len(trajectory):
            raise TrajectoryError(no_frame(trajectory))
        warn_of_incomplete(trajectory)
        return len(trajectory)


def _measure(options: argparse.Namespace, paths: list[str]) -> dict:
    from medyan_py.analysis.distributions import distribution
    from medyan_py.analysis.series import ensemble_series, measurable, time_series

    frames = [_look(path) for path in paths]
    if options.distribution:
        return distribution(paths, options.distribution, options.bins or _BINS)
    able = [measurable(path) for path in paths] if options.what is None else []
    names = options.what or tuple(name for name in able[0] if all(name in others for others in able))
    if len(paths) > 1:
        table = ensemble_series(paths, names)
        common, most = len(table["time_s"]), max(frames)
        if common < most:
            say(f"medyan: warning: the runs have {counted(common, 'times')} of up to {most} in common", sys.stderr)
        return table
    with open_trajectory(paths[0]) as trajectory:
        return time_series(trajectory, names)


def _write_to_screen(table: dict) -> None:
    from medyan_py.analysis.series import write_csv

    text = io.StringIO()
    write_csv(table, text)
    say(text.getvalue().rstrip("\n"), sys.stdout)


def _check_plot(path: str) -> None:
    """Raise for an ending that is no format, before anything is measured or written."""
    from medyan_py.analysis.plots import check_ending

    try:
        check_ending(path)
    except ValueError as error:
        raise TrajectoryError(f"{path}: {error}") from error


def _plot(table: dict, options: argparse.Namespace) -> None:
    from medyan_py.analysis.plots import plot_distribution, plot_series

    if options.distribution:
        plot_distribution(table, options.distribution, options.plot)
    else:
        plot_series(table, options.plot)
