"""Reaction throughput: lattice diffusion events per second against plain C.

The table goes to the terminal, a plot to ``benchmarks/out/diffusion.png``.
"""

import time
from pathlib import Path

import numpy as np
from yardstick import diffusion_events_per_second

from medyan_py.core.chemistry.descriptions import Diffusing
from medyan_py.core.chemistry.engine import Engine

CASES = [
    ((2, 2, 1), 3, 1000, 5_000_000),
    ((8, 8, 8), 3, 100, 3_000_000),
    ((32, 32, 32), 3, 10, 2_000_000),
    ((8, 8, 8), 1000, 1, 300_000),
]
SIZE = 500.0  # nm
OUT = Path(__file__).resolve().parent / "out"


def our_events_per_second(shape, species: int, copies: int, events: int) -> float:
    """The same system in the engine: hop rates 80/(1 + s) per face and second."""
    n = int(np.prod(shape))
    diffusing = [Diffusing(f"s{s}", 80.0 / (1 + s) * SIZE**2) for s in range(species)]
    engine = Engine(shape, (SIZE,) * 3, np.ones(n), diffusing, [], [], 1)
    for compartment in range(n):
        for s in range(species):
            engine.set_count(compartment, s, copies)
    engine.start()
    duration = events / engine.channel_propensities[0].sum()
    begin = time.perf_counter()
    engine.run(duration)
    return engine.events / (time.perf_counter() - begin)


def main() -> None:
    """Print a line per case and draw them all."""
    rates = {}
    print("lattice diffusion           ours        plain C     ratio (events/s)")
    for shape, species, copies, events in CASES:
        ours = our_events_per_second(shape, species, copies, events)
        limit = diffusion_events_per_second(shape, species, copies, events)
        name = f"{'×'.join(map(str, shape))}, {species} species"
        print(f"{name:24s} {ours / 1e6:7.2f} M/s  {limit / 1e6:7.2f} M/s  {ours / limit:6.2f}")
        rates[name] = ours, limit
    plot(rates)


def plot(rates: dict[str, tuple[float, float]]) -> None:
    """Bars of events per second, ours beside plain C."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    place = np.arange(len(rates))
    for shift, label, values in zip(
        (-0.2, 0.2), ("medyan_py", "plain C"), zip(*rates.values(), strict=True), strict=True
    ):
        axes.bar(place + shift, np.array(values) / 1e6, 0.38, label=label)
    axes.set_xticks(place, [name.replace(", ", "\n") for name in rates])
    axes.set_ylabel("million hops per second")
    axes.legend()
    OUT.mkdir(exist_ok=True)
    figure.savefig(OUT / "diffusion.png", dpi=120)
    print(f"plot in {OUT / 'diffusion.png'}")


if __name__ == "__main__":
    main()
