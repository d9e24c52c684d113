"""Instructions per event, counted by callgrind: a number that a busy machine does not change.

    python benchmarks/instructions.py [workload ...]

Each workload runs under valgrind for two numbers of events, counted apart; the difference belongs to the events alone.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

EVENTS = (10_000, 30_000)
COUNTED = "__pyx_pw_*run_events*"  # the function whose instructions are dumped, call by call


def diffusion():
    """Hops of 3 species on 8×8×8 compartments."""
    from medyan_py.core.chemistry.descriptions import Diffusing
    from medyan_py.core.chemistry.engine import Engine

    species = [Diffusing(f"s{s}", 80.0 / (1 + s) * 500.0**2) for s in range(3)]
    engine = Engine((8, 8, 8), (500.0,) * 3, np.ones(512), species, [], [], 1)
    for s in range(3):
        engine.spread(s, 20_000)
    return engine


def reactions():
    """A ring of 1000 reversible isomerisations."""
    from medyan_py.core.chemistry.descriptions import Bulk, Pool, Reaction
    from medyan_py.core.chemistry.engine import Engine

    ring = [
        Reaction((Pool(True, i),), (Pool(True, (i + step) % 1000),), 1.0, False)
        for i in range(1000)
        for step in (1, -1)
    ]
    engine = Engine((1, 1, 1), (500.0,) * 3, [1], [], [Bulk(f"s{i}") for i in range(1000)], ring, 1)
    for i in range(1000):
        engine.set_bulk(i, 100)
    return engine


def polymerisation():
    """Growth and shrinkage of both ends of 300 filaments."""
    from filament_systems import TREADMILLING, network

    return network(300, 3, molecules=(3000, 0, 0), **TREADMILLING)


def polymerisation_aging():
    """The same with two aging reactions, which hardly fire but count monomers."""
    from filament_systems import AGING, TREADMILLING, network

    return network(300, 3, molecules=(3000, 0, 0), **TREADMILLING, **AGING)


def polymerisation_linkers():
    """The same with candidate pairs of a linker that never binds."""
    from filament_systems import LINKERS, TREADMILLING, network

    return network(300, 3, molecules=(3000, 0, 0), **TREADMILLING, **LINKERS)


def binding():
    """Linkers that bind and unbind; about 25 candidate pairs per compartment."""
    from filament_systems import LINKERS, network

    return network(300, 3, molecules=(0, 2000, 0), **LINKERS)


def walking():
    """Motors that step both ways without a load; candidate pairs follow every step."""
    from filament_systems import MOTORS, network

    chemistry = network(300, 3, molecules=(0, 0, 200), **MOTORS)
    chemistry.run(1.0)  # all bind
    return chemistry


def lone(case, filaments):
    """A workload of ``filament_networks.py`` on this number of filaments."""

    def make():
        from filament_networks import CYLINDERS, MOLECULES, cases
        from filament_systems import network

        return network(filaments, CYLINDERS, molecules=MOLECULES, lone=True, **cases(filaments)[case])

    return make


WORKLOADS = {
    "diffusion": diffusion,
    "reactions": reactions,
    "polymerisation": polymerisation,
    "polymerisation-aging": polymerisation_aging,
    "polymerisation-linkers": polymerisation_linkers,
    "binding": binding,
    "walking": walking,
    "ends-10": lone("polymerisation", 10),
    "ends-1000": lone("polymerisation", 1000),
    "linkers-10": lone("linkers", 10),
    "linkers-1000": lone("linkers", 1000),
    "motors-10": lone("motors that walk", 10),
    "motors-1000": lone("motors that walk", 1000),
}


def work(names):
    """What runs under callgrind: two calls of ``run_events`` for each workload."""
    for name in names:
        engine = WORKLOADS[name]()
        if not engine.time:
            engine.start()
        for events in EVENTS:
            fired = engine.run_events(events)
            assert fired == events, f"{name}: only {fired} events can happen"
        engine.run_events(0)  # ends the count of the last call


def count(names):
    """[(instructions of the shorter, of the longer call)] of each workload."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        command += [f"--dump-before={COUNTED}", sys.executable, __file__, "--inside", *names]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"valgrind failed:\n{done.stderr[-2000:]}")
        # a dump holds what came before a call: three calls each, of which the second and third end a count
        dumps = [Path(f"{folder}/out.{3 * k + call}") for k in range(len(names)) for call in (2, 3)]
        calls = [instructions(dump) for dump in dumps]
    return list(zip(calls[::2], calls[1::2], strict=True))


def instructions(dump):
    """Instructions of one dump of callgrind."""
    return int(re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.MULTILINE)[1])


def main():
    """Print a line per workload."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=", ".join(WORKLOADS))
    parser.add_argument("--inside", action="store_true", help="only run the workloads, without valgrind")
    arguments = parser.parse_args()
    unknown = set(arguments.workloads) - WORKLOADS.keys()
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    names = arguments.workloads or list(WORKLOADS)
    if arguments.inside:
        work(names)
        return
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is needed to count instructions")
    for name, (few, many) in zip(names, count(names), strict=True):
        print(f"{name:24s} {(many - few) / (EVENTS[1] - EVENTS[0]):8.0f} instructions per event")


if __name__ == "__main__":
    main()
