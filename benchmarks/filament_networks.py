"""Filament networks: events per second against their size, candidate pairs, memory.

The number of molecules is constant. First as in a deck: actin diffuses through a box in which more and more filaments
grow and shrink. Then one kind of filament event alone, in larger and larger networks: every bundle of ten filaments
has the same surroundings, the box grows with their number, and each event touches another object. Tables go to the
terminal, curves to ``benchmarks/out/filament_networks.png``.
"""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

from filament_systems import ACTIN, AGING, LINKERS, MOTORS, TREADMILLING, lone_box, network

from medyan_py.core.chemistry.descriptions import Diffusing, Growth
from medyan_py.core.chemistry.engine import Engine

OUT = Path(__file__).resolve().parent / "out"
FILAMENTS = (10, 100, 1000, 10000)
MOLECULES = (3000, 5000, 5000)
CYLINDERS = 4
EVENTS = 20_000  # of each stretch that is timed
BOX = 8  # compartments along an edge of the box of constant size
DIFFUSION = 20e6  # nm²/s, of actin
DECK = {
    "growths": [Growth(0, side, ACTIN, 0, 0, 0, rate) for side, rate in ((0, 0.02), (1, 0.15))],
    "shrinkages": [s._replace(rate=rate) for s, rate in zip(TREADMILLING["shrinkages"], (0.8, 1.4), strict=True)],
}


def best_rate(chemistry, events, repeats=3):
    """Events per second of CPU time: the best of several stretches of one run."""
    best = 0.0
    for _ in range(repeats):
        begin = time.process_time()
        fired = chemistry.run_events(events)
        best = max(best, fired / (time.process_time() - begin))
    return best


def cases(filaments):
    """{kind of event: reactions}, with the same balance at every size.

    The rates at which molecules are taken up go with the volume, so that the same number of molecules in a larger box
    meets a monomer or a pair of sites as often as in a small one; growth balances shrinkage, and few sites are taken.
    """
    compartments = lone_box(filaments) ** 3
    ends = {
        "growths": [Growth(0, side, ACTIN, 0, 0, 0, 5.0 * compartments / MOLECULES[0]) for side in (0, 1)],
        "shrinkages": [s._replace(rate=5.0) for s in TREADMILLING["shrinkages"]],
    }
    linkers = LINKERS["bindings"][0]._replace(on=0.3 * compartments / MOLECULES[1], off=300.0)
    motors = MOTORS["bindings"][0]._replace(
        on=0.3 * compartments / MOLECULES[2],
        off=300.0,
        r_max=60.0,
        walking=(3000.0, 3000.0),
        walking_back=(3000.0, 3000.0),
    )
    return {
        "polymerisation": ends,
        "polymerisation with aging": {**ends, **AGING},
        "linkers": {"bindings": [linkers]},
        "motors that walk": {"bindings": [motors]},
    }


def event_rates():
    """{kind of event: [events per second at each number of filaments]}."""
    rates = {name: [] for name in cases(10)}
    for n in FILAMENTS:
        for name, reactions in cases(n).items():
            chemistry = network(n, CYLINDERS, molecules=MOLECULES, lone=True, **reactions)
            chemistry.run_events(EVENTS)
            rates[name].append(best_rate(chemistry, EVENTS))
            print(f"{name}, {n} filaments: {rates[name][-1] / 1e6:.2f} M events/s", flush=True)
    return rates


def deck_rates():
    """([all events per second], [share of filament events]) at each number of filaments in the box of constant size."""
    rates, shares = [], []
    for n in FILAMENTS:
        chemistry = network(
            n, CYLINDERS, molecules=(MOLECULES[0] * 10, 0, 0), edge=BOX, rebuild=False, diffusion=DIFFUSION, **DECK
        )
        chemistry.run_events(10 * EVENTS)
        events, hops = chemistry.events, chemistry.hops
        rates.append(best_rate(chemistry, 20 * EVENTS))
        shares.append(1.0 - (chemistry.hops - hops) / (chemistry.events - events))
    return rates, shares


def rebuild_costs():
    """[(binding sites, ns per site of a rebuild, pairs per site)] with bundles for themselves."""
    costs = []
    for n in FILAMENTS:
        chemistry = network(n, CYLINDERS, molecules=MOLECULES, lone=True, **LINKERS)
        sites = chemistry.filaments.cylinders.count * 4
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            chemistry.rebuild_candidates()
            best = min(best, time.process_time() - begin)
        costs.append((sites, best / sites * 1e9, len(chemistry.candidates.pairs(0)) / sites))
    return costs


def update_costs():
    """[(reach in nm, pairs per site, ns per event)] of linkers that come and go; an event changes two sites."""
    costs = []
    for reach in (40.0, 60.0, 120.0, 225.0):
        binding = cases(300)["linkers"]["bindings"][0]._replace(r_max=reach)
        binding = binding._replace(on=binding.on * (60.0 / reach) ** 3)
        chemistry = network(300, CYLINDERS, molecules=MOLECULES, lone=True, bindings=[binding])
        sites = chemistry.filaments.cylinders.count * 4
        pairs = 2 * len(chemistry.candidates.pairs(0)) / sites
        chemistry.run_events(EVENTS)
        costs.append((reach, pairs, 1e9 / best_rate(chemistry, EVENTS)))
    return costs


# ---- memory: resident size of fresh processes at two sizes


MEMORY_EDGE = lone_box(60_000 // CYLINDERS)  # the same box for few and for many cylinders


def many_cylinders(n):
    return network(n // CYLINDERS, CYLINDERS, edge=MEMORY_EDGE, lone=True, rebuild=False, **TREADMILLING)


def many_sites(n):
    return network(n // CYLINDERS, CYLINDERS, edge=MEMORY_EDGE, lone=True, **TREADMILLING, **LINKERS)


def many_compartments(n):
    return Engine((n, 1, 1), (500.0,) * 3, [1] * n, [Diffusing("A", 1e6)], [], [], 1)


def many_species(n):
    engine = Engine((2000, 1, 1), (500.0,) * 3, [1] * 2000, [Diffusing(f"s{i}", 1e6) for i in range(n)], [], [], 1)
    for species in range(n):
        engine.spread(species, 4000)  # memory that is never written is not resident
    return engine


MEMORY = {
    "cylinder": (many_cylinders, 20_000, 60_000, 1),
    "cylinder with candidate pairs": (many_sites, 20_000, 60_000, 1),
    "compartment with one species": (many_compartments, 50_000, 250_000, 1),
    "channel (species in a compartment)": (many_species, 16, 128, 2000),
}


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def grown_by(name, size):
    """Bytes that a system of one size adds to a fresh process, measured in it."""
    done = subprocess.run([sys.executable, __file__, "--memory", name, str(size)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return int(done.stdout)


def print_memory(name, size):
    make = MEMORY[name][0]
    make(8)  # what the libraries take once
    gc.collect()
    before = resident()
    kept = make(size)
    gc.collect()
    print(resident() - before)
    del kept


def plot(rates, costs):
    """Write the curves, if matplotlib is there."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    OUT.mkdir(exist_ok=True)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    for name, values in rates.items():
        left.loglog(FILAMENTS, values, "o-", label=name)
    left.set(xlabel="filaments", ylabel="events per second", ylim=(1e4, 1e7))
    left.legend()
    right.semilogx([c[0] for c in costs], [c[1] for c in costs], "o-")
    right.set(xlabel="binding sites", ylabel="rebuild, ns per site", ylim=(0, None))
    figure.tight_layout()
    figure.savefig(OUT / "filament_networks.png", dpi=120)
    pyplot.close(figure)
    print(f"curves in {OUT / 'filament_networks.png'}")


def main():
    """Print the tables and write the plot."""
    whole, shares = deck_rates()
    print(f"all events per second, actin that diffuses in a box of {BOX}³ compartments and filaments that treadmill")
    print(f"{'filaments':28s}" + "".join(f"{n:>9d}" for n in FILAMENTS) + "   fastest/slowest")
    print(f"{'all events':28s}" + "".join(f"{v / 1e6:7.2f} M" for v in whole) + f"   {max(whole) / min(whole):6.2f}")
    print(f"{'share at filaments':28s}" + "".join(f"{100 * v:7.2f} %" for v in shares))
    rates = event_rates()
    print("\nevents per second against the number of filaments (bundles of ten, 4 cylinders each)")
    print(f"{'filaments':28s}" + "".join(f"{n:>9d}" for n in FILAMENTS) + "   fastest/slowest")
    for name, values in rates.items():
        spread = f"   {max(values) / min(values):6.2f}" if min(values) > 0 else "   no event at the smallest size"
        print(f"{name:28s}" + "".join(f"{v / 1e6:7.2f} M" for v in values) + spread)
    costs = rebuild_costs()
    print("\nrebuilding candidate pairs (linkers 10–60 nm)")
    for sites, ns, pairs in costs:
        print(f"{sites:8d} sites {ns:8.0f} ns per site {pairs:8.3f} pairs per site")
    print("\nupdating candidate pairs: binding and unbinding of linkers on 300 filaments, two sites per event")
    for reach, pairs, ns in update_costs():
        print(f"reach {reach:4.0f} nm: a site is in {pairs:6.1f} pairs {ns / 2:8.0f} ns per site")
    print("\nmemory")
    for name, (_, small, large, times) in MEMORY.items():
        few, many = grown_by(name, small), grown_by(name, large)
        print(f"{name:36s} {(many - few) / ((large - small) * times):8.0f} bytes")
    plot({"as in a deck": whole, **rates}, costs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        print_memory(sys.argv[2], int(sys.argv[3]))
    else:
        main()
