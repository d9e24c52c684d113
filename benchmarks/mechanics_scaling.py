"""Mechanics of 200, 2,000 and 20,000 cylinders: every cost should be proportional to their number.

python benchmarks/mechanics_scaling.py [threads]
"""

import sys
from time import perf_counter, process_time

from configurations import configuration, describe

NAMES = ("actomyosin", "2,000 cylinders", "20,000 cylinders")


def best(action, repeats, clock=process_time):
    """Shortest time of an action over some repeats, s."""
    times = []
    for _ in range(repeats):
        begin = clock()
        action()
        times.append(clock() - begin)
    return min(times)


def measure(name, threads):
    """Print evaluation, excluded volume, neighbour search and minimisation of one configuration."""
    model, moments = configuration(name)
    moment = moments[-1]
    cylinders = len(moment["rest_length"])
    print(f"{name}: {describe(model, moment)}")
    inner = max(1, 20000 // cylinders)

    def evaluations():
        for _ in range(inner):
            model.evaluate()

    whole = best(evaluations, 7) / inner
    pairs = len(model.pairs)
    loading = best(lambda: model.load(**moment), 5)
    print(f"  energy and gradient {1e9 * whole / cylinders:9.1f} ns per cylinder ({1e6 * whole:.0f} µs)")
    print(f"  loading and search  {1e9 * loading / cylinders:9.1f} ns per cylinder")
    without = time_without_pairs(model, moment, inner)
    print(f"  excluded volume     {pairs / (whole - without) / 1e6:9.2f} M pairs/s")
    for method in ("POLAKRIBIERE", "LBFGS"):
        model.load(**moment)
        begin = process_time()
        record = model.minimise(method=method)
        spent = process_time() - begin
        print(
            f"  {method:19} {1e6 * spent / cylinders:9.2f} µs per cylinder: {record.evaluations} evaluations, "
            f"{record.rebuilds} searches, {1e3 * spent:.1f} ms, {record.status}"
        )
    if threads > 1:
        model.load(**moment)
        one = best(evaluations, 7, perf_counter)
        model.threads = threads
        print(
            f"  {threads} threads: {one / best(evaluations, 7, perf_counter):.2f} times as fast (evaluation, wall time)"
        )


def time_without_pairs(model, moment, inner):
    """Time of an evaluation without the pairs: cylinders are spread so far that none is left, s."""
    spread = dict(moment, x=moment["x"].copy())
    starts = moment["filament_start"]
    for f in range(len(starts) - 1):
        spread["x"][starts[f] : starts[f + 1]] += 1e5 * (f + 1)
    model.load(**spread)

    def evaluations():
        for _ in range(inner):
            model.evaluate()

    return best(evaluations, 7) / inner


if __name__ == "__main__":
    for each in NAMES:
        measure(each, int(sys.argv[1]) if len(sys.argv) > 1 else 1)
