"""Well-mixed reaction networks: events per second against other stochastic simulators, in the same run.

Those that are not installed are left out; ``pip install rebop gillespy2 libroadrunner copasi-basico`` gets them all.
Give names of networks as arguments to run only these.
"""

import sys

import network_models
import network_peers

import medyan_py as md

ENOUGH = 0.4  # s of wall time for a measurement


def our_run(network, duration: float, seed: int = 1) -> int:
    """Simulate a network for a duration; returns the number of events."""
    system = md.ReactionSystem(network.species, network.text_reactions(), seed=seed)
    system.run([duration])
    return system.events


def our_simulator(network):
    """The same as for the peers: a function of the duration."""
    system = md.ReactionSystem(network.species, network.text_reactions(), seed=1)
    return lambda duration: system.run([duration])


def events_per_second(network, simulate) -> float:
    """Lengthen the simulation until it takes long enough; the cost of an almost empty one is taken off."""
    duration, nothing = network.duration / 1000, network.duration * 1e-9
    simulate(nothing)
    while True:
        wall = network_peers.seconds(simulate, duration)
        if wall > ENOUGH or duration >= 1000 * network.duration:
            overhead = min(network_peers.seconds(simulate, nothing) for _ in range(3))
            if wall > 2 * overhead or duration >= 1000 * network.duration:
                return our_run(network, duration, seed=2) / (wall - overhead)
        duration *= 4 if wall < ENOUGH / 4 else 2


def main() -> None:
    """A line per network: our events per second, and ours divided by each peer's."""
    peers = {name: make for name, make in network_peers.PEERS.items() if network_peers.installed(name)}
    missing = [name for name in network_peers.PEERS if name not in peers]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    print(f"{'events/s':28s}{'ours':>12s}" + "".join(f"{name:>24s}" for name in peers) + "   (ours ÷ peer)")
    for network in network_models.networks():
        if len(sys.argv) > 1 and network.name not in sys.argv[1:]:
            continue
        ours = events_per_second(network, our_simulator(network))
        line = f"{network.name:28s}{ours / 1e6:9.2f} M/s"
        for name, make in peers.items():
            if len(network.reactions) > network_peers.MOST_REACTIONS[name]:
                line += f"{'too large':>24s}"
                continue
            theirs = events_per_second(network, make(network))
            line += f"{theirs / 1e6:12.3f} M/s {ours / theirs:7.1f}×"
        print(line, flush=True)


if __name__ == "__main__":
    main()
