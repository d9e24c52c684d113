"""A simulation: the mechanochemical cycle."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from math import inf
from numbers import Integral, Real
from pathlib import Path

import numpy as np

from medyan_py.arguments import checked_number, checked_seed
from medyan_py.bubbles import BubbleChemistry, BubbleState
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck import Deck, read_deck
from medyan_py.dissipation import Dissipation
from medyan_py.escape import check_inside
from medyan_py.hooks import Calls, bead_rows, scale_rates, set_copy_numbers, set_membrane_copies
from medyan_py.moving_boundary import Holds, MovingBoundary
from medyan_py.normal_modes import HessianTracker
from medyan_py.observed import Observed
from medyan_py.output import Recorders
from medyan_py.protocols import Pins, ProbePulls, RuleChanges, TensionGrowth
from medyan_py.release import Releases
from medyan_py.restorable import Restorable
from medyan_py.rocking import Still
from medyan_py.schedule import Timetable
from medyan_py.setup.bubbles import attach_dumped, attach_filaments, place_bubbles
from medyan_py.setup.chemistry import build_chemistry
from medyan_py.setup.filaments import place_filaments
from medyan_py.setup.mechanics import Mechanics
from medyan_py.setup.membranes import Membranes
from medyan_py.setup.regions import Region, first_space
from medyan_py.setup.restart import place_copies, place_dump


class Simulation(Observed, Restorable):
    """A cytoskeletal network in a box, from its deck.

    A cycle is: chemistry for the minimisation interval, relaxation of the network to mechanical equilibrium, update
    of all that depends on positions and forces, a frame if one is due, new binding candidates if they are due (Popov,
    Komianos & Papoian 2016, PLoS Comput Biol 12:e1004877). Same deck and seed give the same trajectory, whatever is
    recorded or looked at.

    Parameters
    ----------
    deck : Deck
    seed : int, optional
        Without it one is drawn; ``seed`` tells which.
    threads : int
        Threads that compute forces; small networks use one whatever is asked for. Trajectories are the same for the
        same number; another number adds forces up in another order, which shows in the last digits.

    Attributes
    ----------
    frame : int
        Number of the next frame to be recorded.
    cycles : int
        Cycles done.
    seed : int
    warnings : tuple of Diagnostic
        What was noticed about the deck, and about what was made of it at the start.
    exhausted : bool
        Whether the last run that was measured in events ended because nothing can happen any more.
    """

    def __init__(self, deck: Deck, seed: int | None = None, *, threads: int = 1):
        setup_stream = self._build(deck, secrets.randbits(63) if seed is None else checked_seed(seed), threads)
        self._begin(setup_stream)

    def _build(self, deck: Deck, seed: int, threads: int) -> np.random.Generator:
        """Make all parts, still empty; returns the random stream of the set-up."""
        if not isinstance(deck, Deck):
            raise TypeError(f"a Deck is needed, such as read_deck and Simulation.from_deck make, not {deck!r}")
        if isinstance(threads, bool) or not isinstance(threads, Integral) or threads < 1:
            raise ValueError(f"threads must be a whole number from 1, not {threads!r}")
        self.deck, self.seed, self.threads = deck, seed, threads
        setup_seed, chemistry_seed, protocol_seed = np.random.SeedSequence(self.seed).spawn(3)
        setup_stream = np.random.default_rng(setup_seed)
        # a child of its own, so that decks without membranes keep their streams
        membrane_seed = np.random.SeedSequence(self.seed, spawn_key=(3,))
        self._membranes = Membranes(deck, membrane_seed) if deck.membranes.membranes else None
        self.warnings = deck.warnings + tuple([] if self._membranes is None else self._membranes.noticed)
        region = Region(deck, self._membranes)
        mesh = None if self._membranes is None else self._membranes.mesh
        self.chemistry: FilamentChemistry = build_chemistry(deck, first_space(deck, region), chemistry_seed, mesh)
        if self._membranes is not None:
            self._membranes.enclose(self.chemistry.interior)
        self._pins = Pins(deck, self.chemistry, np.random.default_rng(protocol_seed))
        self._bubbles = BubbleState(deck)
        place_bubbles(deck, self._bubbles, setup_stream)
        self._bubble_chemistry = BubbleChemistry(deck, self.chemistry, self._bubbles)
        self._probe_pulls = ProbePulls(deck, self._bubbles)
        self._mechanics = Mechanics(deck, self.chemistry, self._pins, self._bubbles, self._membranes, threads)
        self._releases = Releases(deck, self.chemistry, setup_stream)
        self._boundary = MovingBoundary(deck, self.chemistry, self._mechanics, region)
        self._holds = Holds(deck, self.chemistry, self._boundary)
        self._rule_changes = RuleChanges(deck, self.chemistry)
        self._tension_growth = TensionGrowth(deck, self.chemistry)
        self._dissipation = Dissipation(deck.force_fields, {}) if deck.track_dissipation else None
        self._hessians = None
        if deck.hessian is not None:
            old_rules = deck.compatibility == "medyan-5.4"
            self._hessians = HessianTracker(deck.hessian, self._mechanics, self._still, all_modes=old_rules)
        self._timetable = Timetable(deck.schedule)
        self._calls = Calls()
        self.cycles = 0
        self.frame = 0
        self._recorded_time: float | None = None
        self._stop = self._running = False
        self.exhausted = False
        return setup_stream

    def _begin(self, setup_stream: np.random.Generator) -> None:
        """Bring the system into the state at t = 0."""
        dump = self.deck.initial.dump
        start = 0.0 if dump is None else dump.time
        self.chemistry.start(start)
        if dump is None:
            attach_filaments(self.deck, self.chemistry, self._bubbles, setup_stream)
            made = (self.chemistry, self._bubbles, setup_stream, self._membranes)
            self.warnings += tuple(place_filaments(self.deck, *made))
        else:
            place_dump(self.deck, self.chemistry)
            attach_dumped(self.deck, self.chemistry, self._bubbles)
            self._probe_pulls.skip(start)
            self._timetable.begin(start)
        self._boundary.advance(0.0, start)
        if dump is not None and not self.deck.initial.own_copies:
            self._releases.skip(start)
        self._releases.apply(start)
        if dump is not None:
            place_copies(self.deck, self.chemistry)
        self._rule_changes.apply(start)
        self._pins.begin(start)
        self._relax()
        if self._dissipation is not None:
            energies = self._mechanics.remeshed_energies or self._mechanics.energies
            self._dissipation = Dissipation(self.deck.force_fields, energies)
        if self._hessians is not None:
            self._hessians.look(start)
        self.chemistry.rebuild_candidates()

    @classmethod
    def from_deck(
        cls,
        system: str | Path,
        seed: int | None = None,
        *,
        input_dir: str | Path | None = None,
        runtime: float | None = None,
        threads: int = 1,
    ) -> Simulation:
        """Read a system deck and what it names; prepare the simulation.

        Parameters
        ----------
        system : path
            The system deck.
        input_dir : path, optional
            Where the files named in the deck are; by default next to it.
        runtime : float, s, optional
            Overrides the deck's RUNTIME.
        threads : int
            Threads that compute forces.

        Raises
        ------
        DeckError
            With everything that is wrong in the deck.
        """
        return cls(read_deck(system, input_dir, runtime=runtime), seed, threads=threads)

    # ---- the cycle

    def run(
        self,
        duration: float | None = None,
        *,
        steps: int | None = None,
        recorders: Recorders | None = None,
        on_cycle: Callable[[Simulation], None] | None = None,
    ) -> None:
        """Simulate ``duration`` seconds, or ``steps`` events, or to the deck's RUNTIME or RUNSTEPS.

        In step mode, that is with a deck without RUNTIME, the energy is minimised after every MINIMIZATIONSTEPS events;
        events are reactions and hops of molecules between compartments. A run that is measured in events ends
        early when nothing can happen any more; ``exhausted`` tells.

        Parameters
        ----------
        duration : float, s, optional
        steps : int, optional
            Exactly so many events; not together with ``duration``.
        recorders : Recorders, optional
            Open; they get a frame at the start if none was recorded yet, one every snapshot interval, and one at the
            end unless that moment has its frame already.
        on_cycle : callable, optional
            Called with the simulation after every cycle.

        Raises
        ------
        ValueError
            For a duration or number of events that is negative or not finite, or both together.
        MechanicsError
            If a minimisation fails; the message names interaction and objects, ``report`` is the state as text.
        LeftGridError
            If a cylinder leaves the grid; the message names it. If no compartment is left inside the membranes.
        OutputError
            If a recorder cannot write.
        RuntimeError
            If it goes on already: a function that ``run`` calls, such as one given to ``every``, or another thread has
            called it.
        """
        end, last = self._goal(duration, steps)
        if recorders is not None and not callable(getattr(recorders, "record", None)):
            raise TypeError(f"recorders must be Recorders, such as standard_recorders makes, not {recorders!r}")
        if on_cycle is not None and not callable(on_cycle):
            raise TypeError(f"on_cycle must be a function of the simulation, not {on_cycle!r}")
        if self._running:
            raise RuntimeError(
                "run goes on already: it was called from a function that it calls itself (of every, on_cycle or a "
                "recorder), or from another thread"
            )
        self._running = True
        try:
            self._run(end, last, recorders, on_cycle)
        finally:
            self._running = False

    def _run(self, end: float, last: float, recorders: Recorders | None, on_cycle: Callable | None) -> None:
        self._stop = self.exhausted = False
        if self._recorded_time is None:
            self.record(recorders)
        while self.time < end and self.steps_done < last and not self._stop and not self.exhausted:
            self._cycle(end, last, recorders)
            if self._calls.next_time <= self.time:
                self._calls.call(self)
            if on_cycle is not None:
                on_cycle(self)
        if self._recorded_time != self.time:
            self.record(recorders)

    def request_stop(self) -> None:
        """Make ``run`` end after the present cycle; safe to call from a signal handler or another thread."""
        self._stop = True

    def __repr__(self) -> str:
        counts = [f"{len(self.filaments)} filaments", f"{len(self.linkers)} linkers", f"{len(self.motors)} motors"]
        return f"<Simulation of {self.deck.system_path}, seed {self.seed}, t = {self.time:g} s: {', '.join(counts)}>"

    # ---- what a script can do between cycles

    def every(self, seconds: float, function: Callable[[Simulation], None]) -> Callable[[], None]:
        """Have ``function`` called with the simulation at every multiple of ``seconds`` that is still to come.

        The call is made at the end of the cycle that ends then, after its frame. A function that changes nothing
        leaves the course of the simulation as it is. Functions are not part of a checkpoint: who continues a run
        registers them again; copy numbers, rates and pins that they have set are part of its state.

        Example: ``simulation.every(1.0, lambda s: s.set_copy_numbers("A", 0, compartment=(0, 0, 0)))``

        Parameters
        ----------
        seconds : float
            A multiple of the deck's MINIMIZATIONTIME.
        function : callable

        Returns
        -------
        callable
            Ends the calls.

        Raises
        ------
        ValueError
            For a period that is no such multiple, and with a deck that is measured in steps.
        TypeError
            If ``function`` cannot be called.
        """
        if self.deck.schedule.by_steps:
            raise ValueError("the deck is measured in steps (no RUNTIME), so its cycles do not end at known times")
        return self._calls.add(seconds, function, self.time, self.deck.schedule.minimisation)

    def set_copy_numbers(
        self, name: str, copies, compartment: tuple[int, int, int] | None = None, *, membrane: int | None = None
    ) -> None:
        """Set copies of a diffusing or bulk species, or of one of membranes; reactions go on with them at once.

        Parameters
        ----------
        name : str
        copies : int or int array (nx, ny, nz) or (n,)
            One number for a bulk species or for the ``compartment``; otherwise one for every compartment. Of a species
            of membranes one for every vertex of the ``membrane``, in the order of ``membranes[membrane].vertices``.
        compartment : (ix, iy, iz), optional
        membrane : int, optional
            Which of ``membranes``.

        Raises
        ------
        KeyError
            For an unknown species.
        ValueError
            For copies that are negative or not whole, and a compartment that is not in the grid or outside the
            boundary, or another number of copies than of vertices. Nothing has been changed then.
        """
        if name in self.chemistry.surface_names:
            set_membrane_copies(self, name, copies, compartment, membrane)
        elif membrane is not None:
            raise ValueError(f"{name!r} is no species of membranes")
        else:
            set_copy_numbers(self, name, copies, compartment)

    def scale_rates(self, action: str, factor: float, **properties) -> None:
        """Make rates ``factor`` times those of the deck, on top of what the deck's own protocols do.

        A second call for the same reactions replaces the factor of the first; 1 ends the change, 0 switches off.

        Example: ``simulation.scale_rates("grow", 0.5, side=1)`` halves polymerisation at plus ends.

        Parameters
        ----------
        action : str
            'react', 'grow', 'shrink', 'bind', 'unbind', 'walk', 'walk back', 'age end', 'age', 'destroy', 'sever',
            'nucleate', 'branch', 'unbranch', 'adsorb', 'desorb' or 'react on membranes'.
        factor : float
        **properties
            Only reactions of these properties: ``filament_type``, ``side`` (0 minus, 1 plus end), ``motor`` (True or
            False), ``type`` of linkers, motors or branchers; ``membrane_species``, a name, of 'adsorb' and 'desorb'.

        Raises
        ------
        KeyError
            If no reaction of the deck does this, or there is no such species.
        ValueError
            For an unknown property, one that no such reaction of the deck has, and a factor that is negative or not
            finite.
        """
        scale_rates(self, action, factor, properties)

    def pin_beads(self, beads, stiffness: float) -> None:
        """Tie beads to where they are now, from the next relaxation on, until they are unpinned or gone.

        Parameters
        ----------
        beads : int or int array
            Places in ``filaments.beads``.
        stiffness : float, pN/nm

        Raises
        ------
        ValueError
            For beads that are not there and a stiffness that is not positive or above 1e15 pN/nm.
        """
        if isinstance(stiffness, bool) or not isinstance(stiffness, (int, float)) or not 0 < stiffness <= 1e15:
            raise ValueError(f"a stiffness must be a number > 0, up to 1e15 (pN/nm), not {stiffness!r}")
        self._pins.pin(bead_rows(self, beads), float(stiffness))

    def unpin_beads(self, beads) -> None:
        """Let beads (places in ``filaments.beads``) go; those that are not pinned stay as they are. ValueError."""
        self._pins.unpin(bead_rows(self, beads))

    def _goal(self, duration: float | None, steps: int | None) -> tuple[float, float]:
        """Time (s) and number of events at which a run ends, whichever comes first; the other is infinite."""
        if duration is not None and steps is not None:
            raise ValueError("a run has a duration or a number of steps, not both")
        schedule = self.deck.schedule
        if steps is not None:
            if isinstance(steps, bool) or not isinstance(steps, Real) or not 0 <= steps < inf or steps != int(steps):
                raise ValueError(f"steps must be a whole number from 0, not {steps!r}")
            return float("inf"), self.steps_done + int(steps)
        if duration is None and schedule.by_steps:
            return float("inf"), schedule.run_steps
        end = schedule.runtime if duration is None else self.time + checked_number("duration", duration, " (s)")
        if not end >= self.time:
            raise ValueError(f"the simulation is at {self.time} s, past the RUNTIME of its deck, {end} s")
        return self._timetable.whole(end), float("inf")

    def _cycle(self, end: float, last: float, recorders: Recorders | None) -> None:
        start = self.time
        cycle_end = self._timetable.cycle_end(start, end)
        cycle_last = self._timetable.cycle_steps(self.steps_done, last)
        self._react(cycle_end, cycle_last)
        if self.time < cycle_end:
            self._timetable.interrupted()
        idle = cycle_last < float("inf") and self.steps_done < cycle_last and self.time < end
        self._boundary.advance(start, self.time)
        if self._membranes is not None:
            self._membranes.scale(self.time - start)
        self._relax()
        self._keep_books()
        if self._hessians is not None:
            self._hessians.look(self.time, keep=recorders is not None)
        self._pins.look(self.time)
        self.cycles += 1
        if self.cycles % self._timetable.frame_cycles == 0:
            self.record(recorders)
        self._probe_pulls.look(self.time)
        if self.cycles % self._timetable.candidate_cycles == 0:
            self.chemistry.rebuild_candidates()
        if idle:
            self._look_for_more()

    def _react(self, end: float, last: float) -> None:
        """Chemistry up to ``end`` or event ``last``; releases, removals and changes of rates at their exact times."""
        self._holds.apply(self.time)
        while (due := min(self._releases.next_time, self._rule_changes.next_time)) <= end and due < float("inf"):
            self._advance(max(self.time, due), last)
            if self.time < due:
                return
            self._releases.apply(self.time)
            self._rule_changes.apply(self.time)
            self._holds.apply(self.time)
        self._advance(end, last)

    def _advance(self, end: float, last: float) -> None:
        if last == float("inf"):
            self.chemistry.run(end)
        else:
            self.chemistry.run_events(last - self.steps_done, end)

    def _look_for_more(self) -> None:
        """After a cycle that ran out of events: whether new binding candidates give any."""
        self.chemistry.rebuild_candidates()
        self.exhausted = self.chemistry.next_time == float("inf")

    def _keep_books(self) -> None:
        if self._dissipation is not None:
            record = self._mechanics.record
            accounts = self.chemistry.ledger.accounts
            books = self._dissipation.add_cycle
            books(accounts, record.energies_before, record.energies_after, self._mechanics.remeshed_energies)

    def _relax(self) -> None:
        try:
            self._mechanics.relax()
        except MechanicsError:  # where membranes cross they have been remeshed all the same
            self._measure_surface()
            raise
        check_inside(self.chemistry.filaments, self.deck.geometry.size)
        self._boundary.follow_membranes()
        self._bubble_chemistry.update()
        self._measure_surface()
        self.chemistry.update()
        if self._tension_growth.due(self.time):
            self._tension_growth.look(self.time, self.filaments)

    def _measure_surface(self) -> None:
        if self._membranes is not None:
            self.chemistry.update_surface(self._membranes.protein_energies())

    def _still(self) -> Still:
        views = (self.filaments, self.linkers, self.motors, self.branchers, self.bubbles)
        bonds, branchers = self._mechanics.bonds, self._mechanics.branchers
        ids = self.chemistry.bonds["ident"][bonds], self.chemistry.branchers["ident"][branchers]
        return Still(self._mechanics, *views, *ids)

    def record(self, recorders: Recorders | None) -> None:
        """Write the present state as a frame, and begin to count anew what frames count; ``run`` does this by itself.

        Raises OutputError if a recorder cannot write.
        """
        if recorders is not None:
            recorders.record(self)
            self._recorded_time = self.time
            self.frame += 1
            self.chemistry.filaments.reset_counters()
            self.chemistry.clear_bond_events()
            if self._hessians is not None:
                self._hessians.forget()

    # ---- state

    def _parts(self) -> dict:
        """Parts with a state of their own, in the order in which they can be restored."""
        parts = {
            "chemistry": self.chemistry,
            "bubbles": self._bubbles,
            "probe_pulls": self._probe_pulls,
            "timetable": self._timetable,
            "releases": self._releases,
            "rule_changes": self._rule_changes,
            "tension_growth": self._tension_growth,
            "pins": self._pins,
            "boundary": self._boundary,
            **({} if self._membranes is None else {"membranes": self._membranes}),
            "mechanics": self._mechanics,
        }
        optional = {"dissipation": self._dissipation, "hessians": self._hessians}
        return parts | {name: part for name, part in optional.items() if part is not None}
