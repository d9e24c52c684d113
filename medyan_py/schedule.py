"""When things happen in a run: ends of chemistry intervals, frames, updates of binding candidates.

Times are integer multiples of a tick, so no rounding error builds up and a run ends exactly where it should. A run can
be measured in events instead of time: then a cycle is a number of events.
"""

from __future__ import annotations

from fractions import Fraction

from medyan_py.deck import Schedule

DUMP_STEP_CYCLES = 200  # between two restart dumps of a run that is measured in events


def cycles_per(interval: float, minimisation: float) -> int:
    """Cycles between two events that are ``interval`` seconds (or steps) apart: rounded half up, at least one."""
    return max(1, int(interval / minimisation + 0.5 + 1e-9))


class Timetable:
    """The cycles of a run.

    In time mode a cycle lasts the minimisation time, or a tenth of it while the time is below the initial slow-down.
    In step mode it is the number of events of MINIMIZATIONSTEPS, however long that takes. Counters of frames and
    candidate updates count cycles.
    """

    def __init__(self, schedule: Schedule):
        self.interval = schedule.minimisation
        self.slowdown = schedule.initial_slowdown
        self.steps = schedule.minimisation_steps if schedule.by_steps else None
        if schedule.by_steps:
            self.frame_cycles = cycles_per(schedule.snapshot_steps, schedule.minimisation_steps)
            self.candidate_cycles = cycles_per(schedule.neighbour_list_steps, schedule.minimisation_steps)
        else:
            self.frame_cycles = cycles_per(schedule.snapshot, schedule.minimisation)
            self.candidate_cycles = cycles_per(schedule.neighbour_list, schedule.minimisation)
        self.dump_cycles = (
            DUMP_STEP_CYCLES if schedule.by_steps else cycles_per(schedule.data_dump, schedule.minimisation)
        )
        self._tick = Fraction(repr(float(schedule.minimisation))) / 10  # the decimal number of the deck, exactly
        self._origin = Fraction(0)  # s, where the ticks begin
        self._ticks = self._ticks_before = 0

    def begin(self, time: float) -> None:
        """Begin at ``time`` (s) instead of 0."""
        self._origin = Fraction(repr(float(time)))
        self.slowdown += time

    def _time(self, ticks: int) -> float:
        return float(self._origin + ticks * self._tick)

    def whole(self, end: float) -> float:
        """``end`` (s) without the rounding error of a sum, if it is meant to be the end of a cycle."""
        if self.steps is not None or end == float("inf"):
            return end
        nearest = self._time(round((end - float(self._origin)) / float(self._tick)))
        return nearest if abs(nearest - end) <= 1e-9 * self.interval else end

    def cycle_end(self, time: float, end: float) -> float:
        """End of the cycle that starts at ``time``, at most ``end`` (s); in step mode always ``end``."""
        if self.steps is not None:
            return end
        self._ticks_before = self._ticks
        step = 1 if time < self.slowdown * (1 - 1e-12) else 10
        ticks = self._ticks + step
        following = self._time(ticks)
        tolerance = 1e-9 * self.interval
        if following > end - tolerance:
            if following <= end + tolerance:
                self._ticks = ticks
            return end
        self._ticks = ticks
        return following

    def interrupted(self) -> None:
        """The cycle of the last ``cycle_end`` stopped before its end: the next one goes on to that time."""
        self._ticks = self._ticks_before

    def state(self) -> dict:
        """Where the present cycle stands."""
        return {"origin": float(self._origin), "ticks": self._ticks, "ticks_before": self._ticks_before}

    def restore(self, saved: dict) -> None:
        """Take over the state of a timetable of the same deck; its end may be another."""
        self.begin(saved["origin"])
        self._ticks, self._ticks_before = saved["ticks"], saved["ticks_before"]

    def cycle_steps(self, steps: int, last: float) -> float:
        """How many events there will have been after a cycle that starts after ``steps`` of them, at most ``last``."""
        return last if self.steps is None else min(last, steps + self.steps)
