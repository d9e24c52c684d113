"""Rules that change in the course of a run: rates, what is static, pinned beads, probes that are moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from medyan_py.bubbles import BubbleState
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.deck import Deck

_MINUS, _PLUS = 0, 1
FILAMENT_ACTIONS = ("grow", "shrink", "sever", "destroy", "age", "age end")
FASTER = 5.0  # growth of filaments under more force than the tension rule allows
MOST_SKIPPED = 10**6  # steps of probes that a restart takes as done, in a run that is measured in events
PERIOD = 1.0  # s between two looks at their tension


class RuleChanges:
    """Changes of rates that a deck asks for, each at its exact time.

    Manual ratios multiply the rates of all polymerisations or depolymerisations at an end, whatever other law they
    follow. Static filaments neither grow nor shrink, sever, age or fall apart; static linkers do not let go.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry):
        self._chemistry = chemistry
        self._due: list[tuple[float, Callable[[], None]]] = []
        if deck.rate_change is not None:
            self._due.append((deck.rate_change.start, lambda: self._change_rates(deck.rate_change)))
        if deck.protocols.static_filaments is not None:
            self._due.append((deck.protocols.static_filaments, self._stop_filaments))
        if deck.protocols.static_linkers is not None:
            self._due.append((deck.protocols.static_linkers, self._stop_linkers))
        self._due.sort(key=lambda entry: entry[0])

    @property
    def next_time(self) -> float:
        """Time (s) of the next change, infinity if there is none."""
        return self._due[0][0] if self._due else float("inf")

    def apply(self, time: float) -> None:
        """Make the changes that are due at ``time`` (s)."""
        while self._due and self._due[0][0] <= time:
            self._due.pop(0)[1]()

    def state(self) -> dict:
        """How many changes are still to come; what the others did is state of the chemistry."""
        return {"left": len(self._due)}

    def restore(self, saved: dict) -> None:
        """Take over the state of the changes of the same deck."""
        del self._due[: len(self._due) - saved["left"]]

    def _change_rates(self, change) -> None:
        for action, side, ratio in (
            ("grow", _PLUS, change.plus_polymerisation),
            ("shrink", _PLUS, change.plus_depolymerisation),
            ("grow", _MINUS, change.minus_polymerisation),
            ("shrink", _MINUS, change.minus_depolymerisation),
        ):
            self._chemistry.scale("manual", action, ratio, side=side)

    def _stop_filaments(self) -> None:
        for action in FILAMENT_ACTIONS:
            self._chemistry.scale("static", action, 0.0)

    def _stop_linkers(self) -> None:
        self._chemistry.scale("static", "unbind", 0.0, motor=False)


class TensionGrowth:
    """Faster growth of filaments under force, looked at every second from the deck's time on.

    The tension of a filament is the mean over its cylinders of k (ℓ − ℓ₀). Where its magnitude is above the deck's
    force, all polymerisation rates of the plus end are five times as high until the next look.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry):
        self._rule = deck.protocols.tension_rule
        self._chemistry = chemistry
        self._next = float("inf") if self._rule is None else self._rule.start

    def state(self) -> dict:
        """Time of the next look."""
        return {"next": float(self._next)}

    def restore(self, saved: dict) -> None:
        """Take over the state of the rule of the same deck."""
        self._next = saved["next"]

    def due(self, time: float) -> bool:
        """Whether it is time (s) to look."""
        return time >= self._next - 1e-9

    def look(self, time: float, filaments) -> None:
        """Set the rates by the tensions of the relaxed ``filaments`` (a FilamentsView) at ``time`` (s)."""
        self._next = self._rule.start + PERIOD * (np.floor((time - self._rule.start) / PERIOD + 1e-9) + 1)
        chosen = np.abs(mean_tensions(filaments)) > self._rule.force
        rows = self._chemistry.filaments.ordered()["filament"]
        self._chemistry.scale_growth(rows[chosen], _PLUS, FASTER)


def mean_tensions(filaments) -> np.ndarray:
    """Mean tension (pN, positive when stretched) of the cylinders of each filament of a FilamentsView, float64 (F,)."""
    if len(filaments) == 0:
        return np.zeros(0)
    cylinders = np.diff(filaments.start) - 1
    first = filaments.start[:-1] - np.arange(len(filaments))
    return np.add.reduceat(filaments.tensions, first) / cylinders


class Pins:
    """Beads tied to the place where they were when they were pinned.

    A pin ends with its bead; a bead that takes over the number of a lost one is another bead.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws which beads near the lower side are pinned, once for each bead.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry, rng: np.random.Generator):
        self._protocols = deck.protocols
        self._told = () if deck.initial.dump is None else deck.initial.dump.pins
        self._filaments = chemistry.filaments
        self._chemistry = chemistry
        self._rng = rng
        self._bead = np.zeros(0, dtype=np.int32)
        self._birth = np.zeros(0)
        self._place = np.zeros((0, 3))
        self._stiffness = np.zeros(0)
        self._asked: set[tuple[int, float]] = set()  # beads for which it has been drawn
        self._ends_pinned = False

    def __len__(self) -> int:
        return len(self._bead)

    def begin(self, start: float) -> None:
        """Pin what is to be pinned of the initial network at ``start`` (s); a pin file of a restart says where."""
        self._pin_as_told()
        if self._protocols.pin_below is not None:
            rows = self._filaments.beads.rows
            low = rows[self._filaments.beads["x"][rows, 2] < self._protocols.pin_below.height]
            self._pin(low, self._protocols.pin_below.stiffness)
        self.look(start)

    def _pin_as_told(self) -> None:
        """Pin ends as a pin file of a restart tells; if it tells any, no others are looked for."""
        order = self._filaments.ordered()
        place = {ident: i for i, ident in enumerate(self._filaments.table["ident"][order["filament"]].tolist())}
        for pin in self._told:
            i = place[pin.filament]
            for point, at in ((pin.minus, order["start"][i]), (pin.plus, order["start"][i + 1] - 1)):
                if point is not None:
                    self._pin(order["bead"][at : at + 1], self._protocols.pin_ends.stiffness, np.array([point]))
                    self._ends_pinned = True

    def pin(self, rows: np.ndarray, stiffness: float) -> None:
        """Pin the beads at these rows where they are now, with ``stiffness`` (pN/nm), also those that are pinned."""
        self.unpin(rows)
        self._pin(rows, stiffness)

    def unpin(self, rows: np.ndarray) -> None:
        """Let the beads at these rows go, as far as they are pinned."""
        self._forget_lost()
        self._keep(~np.isin(self._bead, rows))

    def look(self, time: float) -> None:
        """Pin what is to be pinned at ``time`` (s) at the present positions."""
        ends, lower = self._protocols.pin_ends, self._protocols.pin_lower
        self._forget_lost()
        if ends is not None and time >= ends.start and not self._ends_pinned:
            rows = self._end_beads()
            near = self._chemistry.wall_distances(self._filaments.beads["x"][rows]) < ends.distance
            self._pin(rows[near], ends.stiffness)
            self._ends_pinned = bool(near.any())
        if lower is not None and time >= lower.start:
            self._pin_lower(lower)

    def table(self, beads: np.ndarray) -> dict[str, np.ndarray]:
        """Pins for the mechanical model, whose beads are the rows ``beads``."""
        self._forget_lost()
        number = np.full(self._filaments.beads.capacity, -1, dtype=np.int32)
        number[beads] = np.arange(len(beads), dtype=np.int32)
        return {"bead": number[self._bead], "place": self._place, "k": self._stiffness}

    def state(self) -> dict:
        """Pins, beads that have been asked for, and the random stream."""
        asked = sorted(self._asked)
        return {
            **{name: np.array(array) for name, array in self._arrays().items()},
            "asked_bead": np.array([bead for bead, _ in asked], dtype=np.int32),
            "asked_birth": np.array([birth for _, birth in asked], dtype=np.float64),
            "ends_pinned": self._ends_pinned,
            "random": self._rng.bit_generator.state,
        }

    def restore(self, saved: dict) -> None:
        """Take over the state of the pins of the same deck."""
        self._bead, self._birth, self._place, self._stiffness = (np.array(saved[name]) for name in self._arrays())
        self._asked = set(zip(saved["asked_bead"].tolist(), saved["asked_birth"].tolist(), strict=True))
        self._ends_pinned = saved["ends_pinned"]
        self._rng.bit_generator.state = saved["random"]

    def _arrays(self) -> dict[str, np.ndarray]:
        return {"bead": self._bead, "birth": self._birth, "place": self._place, "stiffness": self._stiffness}

    def _end_beads(self) -> np.ndarray:
        order = self._filaments.ordered()
        start = order["start"]
        return order["bead"][np.concatenate([start[:-1], start[1:] - 1])]

    def _pin_lower(self, lower) -> None:
        beads = self._filaments.beads
        rows = np.setdiff1d(beads.rows, self._bead)
        rows = rows[beads["x"][rows, 2] < lower.distance]
        fresh = np.array([key not in self._asked for key in self._keys(rows)], dtype=bool)
        rows = rows[fresh]
        self._asked.update(self._keys(rows))
        self._pin(rows[self._rng.random(len(rows)) < lower.fraction], lower.stiffness)

    def _keys(self, rows: np.ndarray) -> list[tuple[int, float]]:
        return list(zip(rows.tolist(), self._filaments.beads["birth"][rows].tolist(), strict=True))

    def _pin(self, rows: np.ndarray, stiffness: float, places: np.ndarray | None = None) -> None:
        """Pin beads that are not yet pinned, where they are or at ``places`` (rows in ascending order)."""
        beads = self._filaments.beads
        fresh = np.setdiff1d(rows, self._bead)  # ascending, each once
        places = beads["x"][fresh] if places is None else places[np.isin(rows, fresh)]
        rows = fresh
        self._bead = np.concatenate([self._bead, rows]).astype(np.int32)
        self._birth = np.concatenate([self._birth, beads["birth"][rows]])
        self._place = np.concatenate([self._place, places])
        self._stiffness = np.concatenate([self._stiffness, np.full(len(rows), stiffness)])

    def _forget_lost(self) -> None:
        beads = self._filaments.beads
        keep = np.isin(self._bead, beads.rows) & (beads["birth"][self._bead] == self._birth)
        self._keep(keep)
        if self._asked:
            self._asked.intersection_update(self._keys(beads.rows))

    def _keep(self, keep: np.ndarray) -> None:
        self._bead, self._birth = self._bead[keep], self._birth[keep]
        self._place, self._stiffness = self._place[keep], self._stiffness[keep]


class ProbePulls:
    """Moves probes up or down as the deck's pulls say, at the end of a cycle and at most one step in each.

    Pull j = 1, 2, … has n steps; step i follows as soon as the time is later than j · period + i / n seconds.

    Attributes
    ----------
    step, pull : int
        Number of the next step and of its pull.
    """

    def __init__(self, deck: Deck, bubbles: BubbleState):
        self._rule, self._bubbles = deck.protocols.pulls, bubbles
        self._interval = deck.schedule.minimisation
        self.step = self.pull = 1

    def state(self) -> dict:
        """Number of the next step and of its pull."""
        return {"step": self.step, "pull": self.pull}

    def restore(self, saved: dict) -> None:
        """Take over the state of the pulls of the same deck."""
        self.step, self.pull = saved["step"], saved["pull"]

    def skip(self, time: float) -> None:
        """Take all steps that are due at ``time`` (s) as done: the probes are where they lead."""
        if self._rule is None:
            return
        cycles = int(time / self._interval) if self._interval else MOST_SKIPPED  # each had one step at most
        while cycles > 0 and self._due(time):
            self._count()
            cycles -= 1

    def look(self, time: float) -> None:
        """Move all probes if a step is due at ``time`` (s)."""
        rule, probes = self._rule, self._bubbles.probes
        if rule is None or not len(probes):
            return
        if self._due(time):
            self._bubbles.x[probes, 2] += rule.later_step if self.pull > rule.change_after else rule.step
            self._count()

    def _due(self, time: float) -> bool:
        return time > self.pull * self._rule.period + self.step / self._rule.steps + 1e-9

    def _count(self) -> None:
        self.step += 1
        if self.step > self._rule.steps:
            self.step, self.pull = 1, self.pull + 1
