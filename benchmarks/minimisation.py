"""What the stop of a minimisation costs and what it leaves: the table and figure of docs/minimisation.md.

For configurations of real networks, every rule of the search direction and several values of the predicted decrease at
which a search stops: evaluations, time, and energy above the lowest found from the same state. Minima differ from
search to search, so the lowest one found is that of all searches from this state, one much stricter one among them.

    python benchmarks/minimisation.py [--figure FILE.png]
"""

import argparse
from time import process_time

import numpy as np
from configurations import CONFIGURATIONS, configuration, describe

KT = 4.1  # pN nm
METHODS = ("POLAKRIBIERE", "FLETCHERRIEVES", "STEEPESTDESCENT", "LBFGS")
STOPS = (np.inf, 1.0, 0.1, 0.01, None)  # kT; the first is GRADIENTTOLERANCE alone, None is the default
MOMENTS = {"actomyosin": 8, "branching": 3, "2,000 cylinders": 2, "20,000 cylinders": 1}
STRICT = {"actomyosin": 0.001, "branching": 0.001, "2,000 cylinders": 0.005}  # kT


def search(model, moment, method, stop):
    """Evaluations, ms and energy in kT of one minimisation, in CPU time."""
    model.load(**moment)
    begin = process_time()
    record = model.minimise(method=method, predicted_decrease=None if stop is None else stop * KT)
    assert record.converged, record.status
    return record.evaluations, 1e3 * (process_time() - begin), record.energy_after / KT


def measure(name):
    """Rows (method, stop, evaluations, ms, energy left in kT), medians over the moments of a configuration."""
    model, moments = configuration(name)
    moments = moments[-MOMENTS[name] :]
    print(f"\n{name}: {describe(model, moments[-1])}; medians of {len(moments)}")
    found = np.array([[[search(model, m, method, s) for m in moments] for s in STOPS] for method in METHODS])
    lowest = found[:, :, :, 2].min(axis=(0, 1))
    if name in STRICT:
        lowest = np.minimum(lowest, [search(model, m, "LBFGS", STRICT[name])[2] for m in moments])
    found[:, :, :, 2] -= lowest
    return np.median(found, axis=2)


def main():
    """Print the tables; draw them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figure", metavar="FILE", help="draw the cost against the energy left")
    parser.add_argument("names", nargs="*", default=list(CONFIGURATIONS), help="configurations")
    options = parser.parse_args()
    tables = {}
    for name in options.names:
        tables[name] = table = measure(name)
        print(f"{'':16} {'predicted':>10} {'evaluations':>11} {'ms':>9} {'kT above the lowest':>20}")
        for method, rows in zip(METHODS, table, strict=True):
            for stop, (evaluations, ms, left) in zip(STOPS, rows, strict=True):
                label = "default" if stop is None else "any" if stop == np.inf else f"{stop:g} kT"
                print(f"{method:16} {label:>10} {evaluations:11.0f} {ms:9.1f} {left:20.1f}", flush=True)
    if options.figure:
        draw(tables, options.figure)


def draw(tables, path):
    """One panel per configuration: energy left against evaluations, one line per rule."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    figure, panels = plt.subplots(1, len(tables), figsize=(3.4 * len(tables), 3.2), constrained_layout=True)
    for panel, (name, table) in zip(np.atleast_1d(panels), tables.items(), strict=True):
        for method, rows in zip(METHODS, table, strict=True):
            panel.plot(rows[:-1, 0], rows[:-1, 2], "o-", ms=3, label=method)
            panel.plot(rows[-1, 0], rows[-1, 2], "s", ms=7, mfc="none", color=panel.lines[-1].get_color())
        panel.set(xscale="log", title=name, xlabel="evaluations", ylabel="kT above the lowest found")
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.set_xlim(10 ** np.floor(np.log10(panel.get_xlim()[0])), None)
    np.atleast_1d(panels)[0].legend(fontsize=7)
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main()
