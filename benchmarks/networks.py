"""Well-mixed reaction networks: events per processor second against other stochastic simulators, in the same run.

    python benchmarks/networks.py [network ...] [--plot]

Each number is the best of ``REPEATS`` measurements, the simulators taking turns. Simulators that are not installed are
left out; ``pip install rebop gillespy2 libroadrunner copasi-basico`` gets them all. With ``--plot`` the curve over the
number of independent pairs goes to ``benchmarks/out/networks.png``.
"""

import argparse
import resource
import time
from pathlib import Path

import network_models
import network_peers
import numpy as np

import medyan_py as md

ENOUGH = 0.2  # s of processor time for a measurement
REPEATS = 3
COMPARED = 30  # runs whose final copies are compared between simulators
OUT = Path(__file__).parent / "out"


def ours(network):
    """A function (duration, seed) → final copies of the first species, with the number of events as attribute."""
    system = md.ReactionSystem(network.species, network.text_reactions(), seed=1)

    def simulate(duration, seed=1):
        # every call draws another stream of the system's seed
        last = system.run([duration])[-1, 0]
        simulate.events = system.events
        return int(last)

    return simulate


def long_enough(network, simulate) -> float:
    """A duration that costs at least ``ENOUGH``, and half of what an almost empty simulation does, besides that."""
    duration = network.duration / 1000
    empty = network_peers.seconds(simulate, network.duration * 1e-9)
    enough = empty + max(ENOUGH, 0.5 * empty)
    while network_peers.seconds(simulate, duration) < enough and duration < 1000 * network.duration:
        duration *= 2
    return duration


def events_per_second(network, simulate, duration, events) -> float:
    """One measurement; the cost of an almost empty simulation is taken off."""
    spent = network_peers.seconds(simulate, duration)
    return events / max(1e-9, spent - network_peers.seconds(simulate, network.duration * 1e-9))


def agree(network, first, second) -> bool:
    """Whether final copies of the first species have the same mean within five standard errors."""
    duration = network.duration / 1000
    samples = [np.array([f(duration, seed) for seed in range(1, COMPARED + 1)], float) for f in (first, second)]
    error = np.sqrt(sum(s.var(ddof=1) for s in samples) / COMPARED)
    return abs(samples[0].mean() - samples[1].mean()) <= 5 * error


def measure(network, peers):
    """{name: best events per second}; None for too large, 'void' for another result."""
    rates = {}
    simulators = {"ours": ours(network)}
    for name, make in peers.items():
        if len(network.reactions) > network_peers.MOST_REACTIONS[name]:
            rates[name] = None
            continue
        simulate = make(network)
        if simulate(network.duration * 1e-9) is not None and not agree(network, simulators["ours"], simulate):
            rates[name] = "void"
            continue
        simulators[name] = simulate
    durations = {name: long_enough(network, simulate) for name, simulate in simulators.items()}
    events = {}
    for name, duration in durations.items():
        simulators["ours"](duration, 2)
        events[name] = simulators["ours"].events
    for _ in range(REPEATS):
        for name, simulate in simulators.items():
            rate = events_per_second(network, simulate, durations[name], events[name])
            rates[name] = max(rate, rates.get(name, 0.0))
    return rates


def line(network, rates, peers) -> str:
    """Our rate, and each peer's with ours divided by it."""
    text = f"{network.name:24s}{rates['ours'] / 1e6:9.2f} M/s"
    for name in peers:
        rate = rates[name]
        if isinstance(rate, float):
            text += f"{rate / 1e6:12.3f} M/s {rates['ours'] / rate:7.2f}×"
        else:
            text += f"{'too large' if rate is None else 'void: other mean':>25s}"
    return text


def threads() -> str:
    """Events per wall second of an ensemble with one and two threads."""
    network = network_models.vilar()
    rates = []
    for n in (1, 2):
        best = 0.0
        for _ in range(REPEATS):
            system = md.ReactionSystem(network.species, network.text_reactions(), seed=1)
            begin = time.perf_counter()
            system.ensemble(32, [network.duration / 4], threads=n)
            best = max(best, system.events / (time.perf_counter() - begin))
        rates.append(best)
    return f"ensemble of 32: {rates[0] / 1e6:.2f} M/s with one thread, {rates[1] / rates[0]:.2f} times that with two"


def memory(pairs=100_000) -> str:
    """Growth of the resident set by a system, per reaction."""
    network = network_models.independent_pairs(pairs)
    text = network.text_reactions()
    before = resident()
    system = md.ReactionSystem(network.species, text, seed=1)
    system.run([1e-12])
    return f"memory: {(resident() - before) / (2 * pairs):.0f} bytes per reaction of {2 * pairs}, names included"


def resident() -> int:
    """Bytes of memory in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def plot(curves) -> None:
    """Events per second over the number of reactions; ``curves`` is {name: [(reactions, rate)]}."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for name, points in curves.items():
        axes.loglog(*zip(*points, strict=True), "o-", label="medyan_py" if name == "ours" else name)
    axes.set_xlabel("reactions (independent A ↔ B pairs)")
    axes.set_ylabel("events per processor second")
    axes.legend()
    OUT.mkdir(exist_ok=True)
    figure.savefig(OUT / "networks.png", dpi=120)
    print(f"wrote {OUT / 'networks.png'}")


def main() -> None:
    """A line per network, then memory and threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="network", help="names of networks; all if none")
    parser.add_argument("--plot", action="store_true", help="plot the curve over the number of pairs")
    arguments = parser.parse_args()
    peers = {name: make for name, make in network_peers.PEERS.items() if network_peers.installed(name)}
    missing = [name for name in network_peers.PEERS if name not in peers]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    print(memory())
    print(threads())
    print(f"{'events/s':24s}{'ours':>13s}" + "".join(f"{name:>25s}" for name in peers) + "   (ours ÷ peer)")
    curves = {}
    for network in network_models.networks(arguments.networks):
        rates = measure(network, peers)
        print(line(network, rates, peers), flush=True)
        if network.name.endswith("pairs"):
            for name, rate in rates.items():
                if isinstance(rate, float):
                    curves.setdefault(name, []).append((len(network.reactions), rate))
    if arguments.plot:
        plot(curves)


if __name__ == "__main__":
    main()
