"""What a run of a deck takes, measured by running a little of it."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from medyan_py.deck import Deck, Diagnostic
from medyan_py.output import Recorders, standard_recorders
from medyan_py.simulation import Simulation

TRIAL = 2.0  # s of computing, at most about
SEED = 1  # of the trial


def try_out(deck: Deck, noticed: list[Diagnostic]) -> dict:
    """What a run takes, from a trial of some cycles of the network that seed 1 makes, with files in a scratch folder.

    Warnings about what is made of the deck are appended to ``noticed``.

    Returns
    -------
    dict
        ``filaments``, ``cylinders``, ``compartments``; ``simulated_seconds`` of the trial;
        ``events_per_simulated_second`` and ``seconds_per_simulated_second`` (CPU) without files; ``seconds_per_frame``
        (CPU) and ``MB_per_frame`` of all files; ``memory_MB`` of the whole program. For the run to its end, at the
        pace of the trial: ``frames``, ``run_seconds`` (CPU) and ``run_MB``, None if the deck is measured in events.

    Raises
    ------
    DeckError, MechanicsError
        If the network cannot be made or relaxed.
    LeftGridError, EndlessReactionsError
        If the trial cannot go on.
    OutputError
        If there is no room for the files of the trial.
    """
    simulation = Simulation(deck, SEED)
    noticed += simulation.warnings[len(deck.warnings) :]
    with tempfile.TemporaryDirectory(prefix="medyan-check-") as folder:
        frames = _Frames(standard_recorders(folder), Path(folder))
        frames.recorders.open(simulation)
        try:
            spent = _run(simulation, frames)
        finally:
            frames.recorders.close(simulation)
        frame_bytes = frames.bytes()
    simulated = simulation.time
    pace = spent / simulated if simulated else 0.0
    estimate = {
        "filaments": len(simulation.filaments),
        "cylinders": len(simulation.filaments.monomers),
        "compartments": int(simulation.grid.active.sum()),
        "simulated_seconds": simulated,
        "events_per_simulated_second": simulation.steps_done / simulated if simulated else 0.0,
        "seconds_per_simulated_second": pace,
        "seconds_per_frame": frames.seconds / frames.count,
        "MB_per_frame": frame_bytes / frames.count / 1e6,
        "memory_MB": _memory(),
    }
    return estimate | _whole_run(deck, estimate)


class _Frames:
    """Recorders that tell how long they took, and how much they wrote."""

    def __init__(self, recorders: Recorders, folder: Path):
        self.recorders, self._folder = recorders, folder
        self.count, self.seconds = 0, 0.0

    def record(self, simulation: Simulation) -> None:
        start = time.process_time()
        self.recorders.record(simulation)
        self.seconds += time.process_time() - start
        self.count += 1

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())


def _run(simulation: Simulation, frames: _Frames) -> float:
    """Run for some time; returns the CPU time (s) of the cycles alone."""
    start = time.process_time()

    def look(_: Simulation) -> None:
        if time.process_time() - start > TRIAL:
            simulation.request_stop()

    simulation.run(recorders=frames, on_cycle=look)
    return time.process_time() - start - frames.seconds


def _whole_run(deck: Deck, estimate: dict) -> dict:
    schedule = deck.schedule
    if schedule.by_steps:
        return {"frames": None, "run_seconds": None, "run_MB": None}
    interval = schedule.minimisation * max(1, round(schedule.snapshot / schedule.minimisation))
    frames = int(schedule.runtime / interval * (1 + 1e-9)) + 1
    return {
        "frames": frames,
        "run_seconds": schedule.runtime * estimate["seconds_per_simulated_second"]
        + frames * estimate["seconds_per_frame"],
        "run_MB": frames * estimate["MB_per_frame"],
    }


def _memory() -> float:
    """The most memory (MB) that this process has had."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
