"""When things happen in a run: ends of chemistry intervals, frames, updates of binding candidates.

Times are integer multiples of a tick, so no rounding error builds up and a run ends exactly where it should.
"""

from __future__ import annotations

from fractions import Fraction

from medyan_py.deck import Schedule


def cycles_per(interval: float, minimisation: float) -> int:
    """Cycles between two events that are ``interval`` seconds apart: rounded half up, at least one."""
    return max(1, int(interval / minimisation + 0.5 + 1e-9))


class Timetable:
    """The times of a run's cycles.

    A cycle lasts the minimisation time, or a tenth of it while the time is below the initial slow-down. Counters of
    frames and candidate updates count cycles.
    """

    def __init__(self, schedule: Schedule):
        self.interval = schedule.minimisation
        self.slowdown = schedule.initial_slowdown
        self.frame_cycles = cycles_per(schedule.snapshot, schedule.minimisation)
        self.candidate_cycles = cycles_per(schedule.neighbour_list, schedule.minimisation)
        self._tick = Fraction(repr(float(schedule.minimisation))) / 10  # the decimal number of the deck, exactly
        self._ticks = 0

    def _time(self, ticks: int) -> float:
        return float(ticks * self._tick)

    def whole(self, end: float) -> float:
        """``end`` (s) without the rounding error of a sum, if it is meant to be the end of a cycle."""
        nearest = self._time(round(end / float(self._tick)))
        return nearest if abs(nearest - end) <= 1e-9 * self.interval else end

    def cycle_end(self, time: float, end: float) -> float:
        """End of the cycle that starts at ``time``, at most ``end`` (s)."""
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
