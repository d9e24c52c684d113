"""Plots of observables against time."""

from pathlib import Path

import numpy as np

COLUMNS = 4


def check_ending(path: str | Path) -> None:
    """ValueError for an ending that is none of a picture."""
    from matplotlib.backend_bases import FigureCanvasBase

    ending, known = Path(path).suffix[1:].lower(), sorted(FigureCanvasBase.get_supported_filetypes())
    if ending not in known:
        raise ValueError(f"pictures end in .{', .'.join(known)}, not in {Path(path).suffix!r}")


def plot_series(table: dict[str, np.ndarray], path: str | Path) -> None:
    """Draw a table of ``time_series`` or ``ensemble_series``, a panel per observable, into a PNG, PDF or SVG file.

    The band around the mean of an ensemble is one standard deviation wide on both sides.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    time = table["time_s"]
    names = [
        name.removesuffix("_mean") for name in table if name not in ("time_s", "runs") and not name.endswith("_sd")
    ]
    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(3.2 * min(COLUMNS, len(names)), 2.4 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for i, name in enumerate(names):
        axes = figure.add_subplot(rows, min(COLUMNS, len(names)), i + 1)
        mean = table.get(f"{name}_mean", table.get(name))
        axes.plot(time, mean, lw=1.2)
        if f"{name}_sd" in table:
            spread = np.nan_to_num(table[f"{name}_sd"])
            axes.fill_between(time, mean - spread, mean + spread, alpha=0.3, lw=0)
        axes.set_title(name.replace("_", " "), fontsize=9)
        axes.tick_params(labelsize=8)
        if i >= len(names) - COLUMNS:
            axes.set_xlabel("time / s", fontsize=8)
    figure.savefig(path, dpi=150)


def plot_distribution(table: dict[str, np.ndarray], name: str, path: str | Path) -> None:
    """Draw a table of ``distribution`` as bars, with one standard deviation over runs, into a PNG, PDF or SVG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.8, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    low, width = table["low"], table["high"] - table["low"]
    height = table.get("fraction_mean", table.get("fraction"))
    axes.bar(low, height, width, align="edge", edgecolor="white", yerr=table.get("fraction_sd"))
    axes.set_xlabel(name.replace("_", " "))
    axes.set_ylabel("fraction")
    figure.savefig(path, dpi=150)
