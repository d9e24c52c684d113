"""The actomyosin network by our rules, by the rules of MEDYAN 5.4, and in MEDYAN 5.4 itself.

    python docs/figures/compatibility.py measure    ten runs by either set of rules (some minutes)
    python docs/figures/compatibility.py draw       docs/images/compatibility.png

Measurements are kept beside this file: mean over runs and standard deviation between runs (``_sd``), once a second of
the deck ``inputs/actomyosin``. Those of the C++ program, sixteen runs, are in ``tests/data``.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from medyan_py import Simulation, read_deck
from medyan_py.analysis import contour_lengths, nematic_order, radius_of_gyration, straightness

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REFERENCE = ROOT / "tests" / "data" / "actomyosin_medyan_5_4.csv"
PICTURE = ROOT / "docs" / "images" / "compatibility.png"
SEEDS = range(10)
DURATION = 10  # s
RULES = {"none": "default.csv", "medyan-5.4": "medyan_5_4_rules.csv"}
PANELS = (
    ("n_AF", "polymerised actin (monomers)"),
    ("linkers", "bound linkers"),
    ("motors", "bound motors"),
    ("straightness", "straightness"),
    ("rg_um", "radius of gyration (µm)"),
    ("order", "nematic order"),
    ("linker_len", "length of linkers (nm)"),
    ("motor_len", "length of motors (nm)"),
)
CURVES = (
    ("MEDYAN 5.4, 16 runs", REFERENCE, "#000000", "o"),
    ("by its rules, 10 runs", HERE / RULES["medyan-5.4"], "#0072B2", "s"),
    ("default, 10 runs", HERE / RULES["none"], "#D55E00", "^"),
)  # colours of Okabe & Ito (2008)


def observe(simulation: Simulation) -> dict[str, float]:
    """The quantities that are compared; lengths in nm, those with ``_um`` in µm."""
    filaments = simulation.filaments
    row = {
        "contour_um": contour_lengths(filaments).sum() / 1000,
        "cylinders": len(filaments.beads) - len(filaments.ids),
        "filaments": len(filaments.ids),
        "linkers": len(simulation.linkers),
        "motors": len(simulation.motors),
        "order": nematic_order(filaments),
        "rg_um": radius_of_gyration(filaments) / 1000,
        "straightness": straightness(filaments),
    }
    for name, bonds in (("linker_len", simulation.linkers), ("motor_len", simulation.motors)):
        legs = np.asarray(bonds.coords)
        row[name] = np.linalg.norm(legs[:, 1] - legs[:, 0], axis=1).mean() if len(legs) else np.nan
    return row | {f"n_{name}": float(count) for name, _, count in simulation.species_totals()}


def measure(compatibility: str) -> None:
    """Run the ensemble and write its table."""
    deck = read_deck(ROOT / "inputs" / "actomyosin" / "systeminput.txt", compatibility=compatibility)
    runs = []
    for seed in SEEDS:
        simulation = Simulation(deck, seed=seed)
        rows = [observe(simulation)]
        for second in range(1, DURATION + 1):
            simulation.run(second - simulation.time)
            rows.append(observe(simulation))
        runs.append(rows)
        print(f"{compatibility}: seed {seed} done", flush=True)
    names = sorted(runs[0][0])
    with (HERE / RULES[compatibility]).open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["t", "runs", *(c for name in names for c in (name, name + "_sd"))])
        for second in range(DURATION + 1):
            values = np.array([[rows[second][name] for name in names] for rows in runs])
            pairs = np.stack([values.mean(0), values.std(0, ddof=1)], axis=1).ravel()
            table.writerow([second, len(runs), *("" if np.isnan(v) else f"{v:.6g}" for v in pairs)])


def table(path: Path) -> dict[str, np.ndarray]:
    """Columns of a table of measurements, NaN where there is no value."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


def draw() -> None:
    """Means with their standard errors against time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = pyplot.subplots(2, 4, figsize=(10, 4.6), sharex=True, layout="constrained")
    for axis, (name, title) in zip(axes.flat, PANELS, strict=True):
        for k, (label, path, colour, marker) in enumerate(CURVES):
            columns = table(path)
            error = columns[name + "_sd"] / np.sqrt(columns["runs"])
            axis.errorbar(
                columns["t"] + 0.12 * (k - 1), columns[name], error,
                color=colour, marker=marker, markersize=3, linewidth=1, elinewidth=1, label=label,
            )  # fmt: skip
        axis.set_title(title, fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("time (s)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=110)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["measure"]:
            for rules in RULES:
                measure(rules)
        case ["draw"]:
            draw()
        case _:
            sys.exit(__doc__)
