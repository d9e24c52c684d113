"""What a script does with a simulation between its cycles: calls at exact times, copy numbers, rates, pins."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from medyan_py.arguments import checked_number, unknown

MOST_COPIES = 2**53  # beyond, a propensity could not tell N from N + 1
LONGEST = 1e300  # s
PROPERTIES = ("filament_type", "side", "motor", "type", "bound")  # of reactions; bound: a species of membranes


class Calls:
    """Functions to be called at multiples of a period, in exact arithmetic.

    Attributes
    ----------
    next_time : float
        Time (s) of the next call, infinity if there is none.
    """

    def __init__(self) -> None:
        self._entries: list[list] = []  # period, number of the next call, function

    def add(self, period: float, function: Callable, time: float, interval: float) -> Callable[[], None]:
        """Call ``function`` every ``period`` s after ``time``; returns what ends that.

        Raises ValueError for a period (s) that is no multiple of ``interval`` (s), the length of a cycle, and TypeError
        for a function that cannot be called.
        """
        if isinstance(period, bool) or not isinstance(period, (int, float)) or not 0 < period <= LONGEST:
            raise ValueError(f"seconds must be a number > 0, not {period!r}")
        if not callable(function):
            raise TypeError(f"function must be something that can be called, not {function!r}")
        exact = Fraction(repr(float(period)))
        if (exact / Fraction(repr(float(interval)))).denominator != 1:
            raise ValueError(f"seconds must be a multiple of MINIMIZATIONTIME, {interval:g} s, not {period!r}")
        number = math.floor(time / period) + 1
        while float((number - 1) * exact) > time:
            number -= 1
        while float(number * exact) <= time:
            number += 1
        entry = [exact, number, function]
        self._entries.append(entry)
        return lambda: self._entries.remove(entry) if entry in self._entries else None

    @property
    def next_time(self) -> float:
        return min((float(period * number) for period, number, _ in self._entries), default=float("inf"))

    def call(self, simulation) -> None:
        """Call what is due at the time of the simulation, in the order in which it was asked for."""
        for entry in list(self._entries):
            period, number, function = entry
            if entry in self._entries and float(period * number) <= simulation.time:
                while float(period * entry[1]) <= simulation.time:
                    entry[1] += 1
                function(simulation)


def scale_rates(simulation, action: str, factor: float, properties: dict) -> None:
    """See ``Simulation.scale_rates``."""
    chemistry = simulation.chemistry
    templates = (*chemistry.local_templates, *chemistry.whole_templates, *chemistry.surface_templates)
    known = sorted({name for name, _ in templates})
    if action not in known:
        raise KeyError(unknown("reaction of this deck does what is called", action, known))
    factor = checked_number("factor", factor)
    _check_properties(chemistry, action, properties)
    if "membrane_species" in properties:
        properties["bound"] = chemistry.surface_names.index(properties.pop("membrane_species"))
    chemistry.scale("script", action, factor, **properties)


def _check_properties(chemistry, action: str, properties: dict) -> None:
    """ValueError unless some reaction of the action has all these properties; KeyError for a species."""
    has = [{name: getattr(r, name) for name in PROPERTIES if hasattr(r, name)} for r in chemistry.described(action)]
    for reaction in has:
        if "bound" in reaction:
            reaction["membrane_species"] = chemistry.surface_names[reaction.pop("bound")]
    given = ""
    for name, value in properties.items():
        if not has or name not in has[0]:
            theirs = ", ".join(has[0]) if has else "none"
            raise ValueError(f"reactions of action {action!r} have no property {name!r}; theirs: {theirs}")
        if name == "membrane_species" and value not in chemistry.surface_names:
            raise KeyError(unknown("species of membranes", value, chemistry.surface_names))
        there = sorted({reaction[name] for reaction in has})
        if not isinstance(value, (int, str, np.integer, np.bool_)) or value not in there:
            which = " or ".join(map(str, there))
            raise ValueError(f"{name} must be {which} for {action!r} of this deck{given}, not {value!r}")
        given += f"{' and' if given else ' with'} {name}={value!r}"
        has = [reaction for reaction in has if reaction[name] == value]


def bead_rows(simulation, beads) -> np.ndarray:
    """Rows of the table of beads for places in ``simulation.filaments.beads``."""
    rows = np.asarray(simulation.chemistry.filaments.ordered()["bead"])
    places = np.atleast_1d(np.asarray(beads))
    if places.size == 0:
        return rows[:0]
    if places.ndim != 1 or places.dtype.kind not in "iu" or places.min() < 0 or places.max() >= len(rows):
        raise ValueError(f"beads are whole numbers from 0 to {len(rows) - 1}, not {beads!r}")
    return rows[np.unique(places)]


def set_copy_numbers(simulation, name: str, copies, compartment=None) -> None:
    """See ``Simulation.set_copy_numbers``."""
    chemistry = simulation.chemistry
    bulk = [s.name for s in simulation.deck.bulk]
    diffusing = list(chemistry.diffusing_names)
    if name in bulk:
        if compartment is not None:
            raise ValueError(f"{name} is a bulk species: it is in no compartment")
        chemistry.set_bulk(bulk.index(name), _copies(copies))
        return
    if name not in diffusing:
        raise KeyError(unknown("diffusing or bulk species", name, diffusing + bulk))
    species, shape = diffusing.index(name), tuple(chemistry.shape)
    active = np.asarray(chemistry.active_compartments).astype(bool)
    if compartment is not None:
        place = _compartment(compartment, shape)
        if not active[place]:
            raise ValueError(f"compartment {tuple(compartment)} is outside the boundary")
        chemistry.set_count(place, species, _copies(copies))
        return
    wanted = np.asarray(copies)
    if wanted.shape != shape:
        raise ValueError(f"{name} diffuses: give a compartment, or copies of shape {shape}, not {wanted.shape}")
    flat = [_copies(n) for n in wanted.transpose().reshape(-1).tolist()]
    if any(n and not inside for n, inside in zip(flat, active, strict=True)):
        raise ValueError("copies in a compartment outside the boundary")
    for place in np.flatnonzero(active):
        chemistry.set_count(int(place), species, flat[place])


def set_membrane_copies(simulation, name: str, copies, compartment, membrane: int | None) -> None:
    """See ``Simulation.set_copy_numbers``."""
    views, chemistry = simulation.membranes, simulation.chemistry
    if compartment is not None:
        raise ValueError(f"{name} is a species of membranes: it is in no compartment")
    if isinstance(membrane, bool) or not isinstance(membrane, (int, np.integer)) or not 0 <= membrane < len(views):
        raise ValueError(f"membrane: {membrane!r}, must be a whole number from 0 and below {len(views)}")
    ids = views[membrane].ids
    if np.shape(copies) != ids.shape:
        raise ValueError(f"copies of {name}: one for each of {len(ids)} vertices, not shape {np.shape(copies)}")
    wanted = [_copies(n) for n in np.asarray(copies).tolist()]
    species = chemistry.surface_names.index(name)
    for vertex, n in zip(ids.tolist(), wanted, strict=True):
        chemistry.set_surface_count(vertex, species, n)


def _copies(copies) -> int:
    whole = isinstance(copies, (int, np.integer)) and not isinstance(copies, bool)
    if not whole or not 0 <= copies <= MOST_COPIES:
        raise ValueError(f"a copy number must be a whole number from 0 to {MOST_COPIES}, not {copies!r}")
    return int(copies)


def _compartment(compartment, shape: tuple[int, int, int]) -> int:
    """Row of the compartment (ix, iy, iz); x runs fastest."""
    place = tuple(compartment) if isinstance(compartment, (tuple, list, np.ndarray)) else ()
    whole = all(isinstance(i, (int, np.integer)) for i in place)
    if len(place) != 3 or not whole or not all(0 <= i < n for i, n in zip(place, shape, strict=True)):
        raise ValueError(f"a compartment is (ix, iy, iz) with each from 0 and below {shape}, not {compartment!r}")
    return int(place[0] + shape[0] * (place[1] + shape[1] * place[2]))
