"""The progress of a run on a terminal: a bar of simulated time, and what happens below it."""

import os
import time
from typing import Any, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

_REFRESH = 0.2  # s of wall time between two pictures
_RATE_MEMORY = 2.0  # s of wall time over which the rate of events is averaged


def terminal(*streams: TextIO) -> TextIO | None:
    """The first of the streams that can show a moving picture."""
    if os.environ.get("TERM", "") in ("dumb", "unknown"):
        return None
    return next((stream for stream in streams if stream.isatty()), None)


class LiveProgress:
    """A progress display of two lines; use as a context manager around the run.

    It is redrawn from ``update`` and not by a thread, so it takes no time from the simulation between cycles.

    Parameters
    ----------
    stream : text stream
        A terminal.
    end : float
        When the simulation ends: s, or the number of events with ``by_steps``.
    by_steps : bool
        Whether the run is measured in events.
    """

    def __init__(self, stream: TextIO, end: float, *, by_steps: bool = False) -> None:
        console = Console(file=stream, highlight=False)
        self._bar = Progress(
            TextColumn("{task.fields[now]} of {task.fields[end]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            expand=True,
        )
        self._by_steps = by_steps
        self._task = self._bar.add_task("", total=end, now="0", end=f"{end:,} events" if by_steps else f"{end:g} s")
        self._text = Text("")
        self._live = Live(Group(self._bar, self._text), console=console, auto_refresh=False, redirect_stdout=False)
        self._drawn = 0.0
        self._rate = 0.0
        self._events = (0.0, 0)

    def __enter__(self) -> "LiveProgress":
        self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._live.refresh()
        self._live.stop()

    def write(self, text: str) -> None:
        """Show a message above the display."""
        self._live.console.print(Text(text))

    def update(self, sim: Any, *, last: bool = False) -> None:
        """Show the present state, not more often than the eye can follow, but the last one in any case."""
        now = time.monotonic()
        if now - self._drawn < _REFRESH and not last:
            return
        self._drawn = now
        self._count_events(now, sim.chemistry.events)
        parts = [
            f"{self._rate:,.0f} events/s",
            f"{sim.minimisation.iterations} minimisation iterations",
            f"{len(sim.linkers.ids)} linkers",
            f"{len(sim.motors.ids)} motors",
        ]
        if sim.deck.branchings:
            parts.append(f"{len(sim.branchers.ids)} branchers")
        self._text.plain = " · ".join(parts)
        done, now = (sim.steps_done, f"{sim.steps_done:,}") if self._by_steps else (sim.time, f"{sim.time:.2f} s")
        self._bar.update(self._task, completed=done, now=now)
        self._live.refresh()

    def _count_events(self, now: float, events: int) -> None:
        since, before = self._events
        if since == 0.0:
            self._events = (now, events)
        elif now - since > 0.0:
            recent = (events - before) / (now - since)
            self._rate = (
                recent
                if self._rate == 0.0
                else self._rate + (recent - self._rate) * min(1.0, (now - since) / _RATE_MEMORY)
            )
            self._events = (now, events)
