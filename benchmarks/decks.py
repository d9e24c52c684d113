"""Whole decks: CPU seconds per simulated second, where they go, memory; and the actomyosin deck against plain C.

The yardstick of the last line is exact diffusion of three species in 2 × 2 × 1 compartments in plain C, 20 million
hops: about what the molecules of that deck alone would take.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from yardstick import compile_yardstick

from medyan_py import Simulation, read_deck, standard_recorders

INPUTS = Path(__file__).resolve().parent.parent / "inputs"
READY = INPUTS / "actomyosin" / "systeminput.txt"
YARDSTICK = (2, 2, 1, 3, 1000, 20_000_000)


class Timed:
    """A function and the CPU time spent in it."""

    def __init__(self, function):
        self.function, self.spent, self.calls = function, 0.0, 0

    def __call__(self, *arguments, **options):
        begin = time.process_time()
        try:
            return self.function(*arguments, **options)
        finally:
            self.spent += time.process_time() - begin
            self.calls += 1


def measure(system: Path, duration: float) -> float:
    """Run a deck for ``duration`` seconds with all output, print its costs, and return the CPU time of the run, s."""
    simulation = Simulation(read_deck(system), seed=1)
    mechanics = simulation._mechanics
    react = simulation._react = Timed(simulation._react)
    relax = mechanics.relax = Timed(mechanics.relax)
    rebuild = Timed(simulation.chemistry.rebuild_candidates)
    update = Timed(simulation.chemistry.update)
    record = simulation.record = Timed(simulation.record)
    simulation.chemistry = Watched(simulation.chemistry, rebuild_candidates=rebuild, update=update)
    evaluations = []
    with tempfile.TemporaryDirectory() as folder:
        recorders = standard_recorders(Path(folder))
        recorders.open(simulation)
        begin = time.process_time()
        simulation.run(
            duration,
            recorders=recorders,
            on_cycle=lambda sim: evaluations.append(sim.minimisation.evaluations),
        )
        total = time.process_time() - begin
        recorders.close(simulation)
    parts = {
        "chemistry": react.spent,
        "minimisation": relax.spent,
        "forces to chemistry": update.spent,
        "candidates": rebuild.spent,
        "output": record.spent,
    }
    chemistry = simulation.chemistry
    print(
        f"{system.parent.name}: {total / duration:.4f} s CPU per simulated s over {duration:g} s: "
        + ", ".join(f"{name} {spent / total:.0%}" for name, spent in parts.items())
        + f"\n  {chemistry.events / react.spent / 1e6:.2f} M events/s of chemistry; a minimisation "
        f"{relax.spent / relax.calls * 1e3:.2f} ms and {sum(evaluations) / len(evaluations):.0f} evaluations; "
        f"at the end {chemistry.filaments.cylinders.count} cylinders, {chemistry.bonds.count} linkers and motors; "
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    return total


class Watched:
    """An object some of whose methods are replaced."""

    def __init__(self, wrapped, **methods):
        self._wrapped = wrapped
        self.__dict__.update(methods)

    def __getattr__(self, name):
        return getattr(self._wrapped, name)


def children_seconds() -> float:
    """CPU time of the processes that this one has started and that have ended, s."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def yardstick_seconds() -> float:
    """CPU time of the plain C program, s."""
    import subprocess

    program = compile_yardstick("diffusion_limit")
    before = children_seconds()
    subprocess.run([program, *map(str, YARDSTICK)], check=True, stdout=subprocess.DEVNULL)
    return children_seconds() - before


def main() -> None:
    """Measure the decks named on the command line, or the ready actomyosin deck."""
    if decks := [Path(name) for name in sys.argv[1:]]:
        for deck in decks:
            measure(deck, 10.0)
        return
    ours = measure(READY, 30.0)
    plain = min(yardstick_seconds() for _ in range(3))
    print(f"30 simulated s take {ours:.2f} s, {ours / plain:.2f} times the {plain:.2f} s of diffusion in plain C")


if __name__ == "__main__":
    main()
