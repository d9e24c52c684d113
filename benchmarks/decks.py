"""Whole decks: simulated seconds per CPU second, where the time goes, memory."""

import resource
import sys
import time
from pathlib import Path

from medyan_py import Simulation, read_deck

INPUTS = Path(__file__).resolve().parent.parent / "inputs"


def measure(system: Path, duration: float) -> None:
    """Run a deck for ``duration`` seconds without recording and print its costs."""
    simulation = Simulation(read_deck(system), seed=1)
    relaxing = evaluations = 0.0
    relax = simulation._mechanics.relax

    def timed_relax() -> None:
        nonlocal relaxing, evaluations
        begin = time.process_time()
        relax()
        relaxing += time.process_time() - begin
        evaluations += simulation.minimisation.evaluations

    simulation._mechanics.relax = timed_relax
    begin = time.process_time()
    simulation.run(duration)
    total = time.process_time() - begin
    chemistry = simulation.chemistry
    cylinders, bonds = chemistry.filaments.cylinders.count, chemistry.bonds.count
    print(
        f"{system.parent.name}: {total / duration:.4f} s CPU per simulated s over {duration:g} s "
        f"({chemistry.events / total / 1e6:.2f} M events/s overall; minimisation {relaxing / total:.0%}: "
        f"{relaxing / simulation.cycles * 1e3:.2f} ms and {evaluations / simulation.cycles:.0f} evaluations each); "
        f"at the end {cylinders} cylinders, {bonds} linkers and motors; "
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


def main() -> None:
    """Measure the decks named on the command line, or the ready actomyosin deck."""
    decks = [Path(name) for name in sys.argv[1:]] or [INPUTS / "actomyosin" / "systeminput.txt"]
    for deck in decks:
        measure(deck, 10.0)


if __name__ == "__main__":
    main()
