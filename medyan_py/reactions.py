"""Stochastic reaction and diffusion of free molecules: a well-mixed volume or a grid, no filaments.

>>> import medyan_py as md
>>> system = md.ReactionSystem({"X": 100}, [("X -> X + X", 0.1), ("X ->", 0.11)], seed=1)
>>> system.run([0.0, 1.0]).shape
(2, 1)
"""

from __future__ import annotations

import os
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from numbers import Integral, Real
from threading import Lock

import numpy as np

from medyan_py.arguments import checked_number
from medyan_py.core.chemistry.descriptions import Bulk, Diffusing, Pool, Reaction
from medyan_py.core.chemistry.engine import Engine
from medyan_py.core.chemistry.errors import EndlessReactionsError
from medyan_py.core.chemistry.grid import checked_grid, checked_space
from medyan_py.core.chemistry.network import Network
from medyan_py.reaction_table import ReactionTable
from medyan_py.reaction_text import nearest, split_reaction

ALGORITHMS = ("NRM", "GILLESPIE", "SIMPLEGILLESPIE")
MOST_COPIES = 2**53
STREAM = 400  # bytes, about: the seed of one run
SPAWNING = Lock()  # NumPy counts spawned streams after making them: threads that call at once would get the same


class Grid:
    """A box of equal compartments with reflecting walls.

    Parameters
    ----------
    shape : (nx, ny, nz)
        Compartments along each axis; compartment (i, j, k) has number i + nx (j + ny k).
    compartment_size : float or (sx, sy, sz), nm
    active : (nx · ny · nz,), optional
        True for compartments that take part; all if not given.
    volume_fraction : float (nx · ny · nz,), optional
        Part of each compartment that lies inside the system, in (0, 1]; 1 if not given.
    face_fraction : float (nx · ny · nz, 6), optional
        Wet part of the faces x−, x+, y−, y+, z−, z+ of each compartment, in [0, 1]; 1 if not given.

    Raises
    ------
    ValueError
        For sizes that are not positive, arrays of another shape or fractions outside their range.
    """

    def __init__(self, shape, compartment_size, *, active=None, volume_fraction=None, face_fraction=None):
        try:
            whole = [n for n in shape if isinstance(n, Integral) and not isinstance(n, bool)]
            size = (compartment_size,) * 3 if isinstance(compartment_size, Real) else tuple(compartment_size)
            if len(whole) != len(tuple(shape)):
                raise ValueError
            self.shape, self.compartment_size = checked_grid(whole, size)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(
                "a grid needs three whole numbers of compartments and a positive size in nm, "
                f"got {shape!r} and {compartment_size!r}"
            ) from None
        self.compartments = int(np.prod(self.shape))
        flags = np.ones(self.compartments) if active is None else active
        self.active, self.volume_fraction, self.face_fraction = checked_space(
            self.compartments,
            _numbers("active", flags),
            None if volume_fraction is None else _numbers("volume_fraction", volume_fraction),
            None if face_fraction is None else _numbers("face_fraction", face_fraction),
        )

    def __repr__(self):
        return f"Grid({self.shape}, {self.compartment_size})"


class ReactionSystem:
    """Molecules that react, and diffuse if there is a grid, simulated exactly.

    The propensity of a reaction is its rate constant times, for every reactant that takes part m times, the falling
    factorial N (N − 1) … (N − m + 1): for "X + X -> Y" it is k N (N − 1), k being the rate per *ordered* pair, half of
    the constant of an unordered pair. An infinite rate fires as soon as the reactants are there.

    Parameters
    ----------
    species : dict
        Name → copy number at time 0. On a grid: a number, whose copies are placed at random, independently and in
        proportion to compartment volumes, in every run anew; or one number per compartment. Names that occur in
        reactions only start at 0. Results list species in the order of this dict, then of first appearance.
    reactions : sequence of (text, rate) or (text with '<->', (forward rate, backward rate))
        For example ("2 X -> Y", 0.1), ("X ->", 0.2), ("-> 5 X", 3.0), ("A + B <-> C", (1e-3, 0.5)). Rates are
        stochastic constants in 1/s: of the whole volume, or of one full compartment of a grid. In a compartment of
        volume fraction f a reaction of n molecules goes at f^(1−n) times its rate. Reactions on a grid happen in every
        active compartment.
    seed : int, numpy.random.SeedSequence or None
        None takes fresh entropy.
    constant : iterable of str
        Names whose copy number never changes. On a grid that is the copy number in *every* compartment (or one
        number per compartment); they do not diffuse.
    grid : Grid, optional
    diffusion : dict, optional
        Name → diffusion coefficient, nm²/s; names not listed stay in their compartment. Needs a grid.
    algorithm : {'NRM', 'GILLESPIE', 'SIMPLEGILLESPIE'}, optional
        Next-reaction method (Gibson & Bruck 2000), direct method with a tree of partial sums, direct method with all
        propensities formed anew before every event (Gillespie 1977; slow). If not given, the fastest: the
        next-reaction method on grids and for infinite rates, otherwise a method of its own for well-mixed
        networks. All are exact.

    Attributes
    ----------
    species : tuple of str
        Order of the species in results.
    events : int
        Reactions and hops that the last ``run`` or ``ensemble`` simulated, all runs together.

    Raises
    ------
    ValueError
        For every argument that makes no sense; the message says which and why.
    """

    def __init__(
        self, species, reactions, *, seed=None, constant=(), grid=None, diffusion=None, algorithm=None
    ):  # fmt: skip
        if algorithm is not None and algorithm not in ALGORITHMS:
            raise ValueError(f"unknown algorithm {algorithm!r}{nearest(algorithm, ALGORITHMS)}")
        if grid is not None and not isinstance(grid, Grid):
            raise ValueError(f"grid must be a Grid, got {grid!r}")
        self.grid = grid
        self.algorithm = algorithm
        self._stream = _seed_sequence(seed)
        given = _named(species, "species")
        self._table = ReactionTable(given, reactions)
        self.species = tuple(self._table.names)
        if not self.species:
            raise ValueError("a reaction system needs at least one species")
        self._constant = _constant_names(constant, self._table.names)
        self._diffusion = self._coefficients(diffusion)
        self._spread = np.zeros(len(self.species), dtype=np.int64)
        self._placed = np.zeros((self._compartments, len(self.species)), dtype=np.int64)
        for name, copies in given.items():
            self._place(name, copies)
        self._idle: list[Network | Engine] = [self._simulator()]
        self.events = 0

    # ------------------------------------------------------------------ results

    def run(self, times) -> np.ndarray:
        """Copy numbers at ``times`` in a new run from the initial state at time 0.

        Every call is another, independent run: the k-th call after construction uses the k-th stream spawned from the
        seed.

        Parameters
        ----------
        times : float (n,), s
            Ascending, from 0 on.

        Returns
        -------
        int64 (n, species), on a grid (n, species, compartments)

        Raises
        ------
        ValueError
            For times that are not finite, not ascending or negative.
        RuntimeError
            If infinitely fast reactions go on without end, or others are so fast that the clock would never arrive;
            the message names a reaction.
        OverflowError
            If a copy number is beyond 2^53 at one of the times.
        """
        return self.ensemble(1, times, threads=1)[0]

    def ensemble(self, n, times, *, threads=None) -> np.ndarray:
        """``n`` independent runs, each with its own stream spawned from the seed.

        Results do not depend on the number of threads.

        Parameters
        ----------
        n : int, at least 1
        times : float (t,), s
            As for ``run``.
        threads : int, optional
            At most this many runs at once; the number of processors if not given.

        Returns
        -------
        int64 (n, t, species), on a grid (n, t, species, compartments)

        Raises
        ------
        ValueError, RuntimeError, OverflowError
            As for ``run``.
        MemoryError
            If the results are larger than the memory of this computer.
        """
        n = _whole("n", n, 1)
        threads = (os.cpu_count() or 1) if threads is None else _whole("threads", threads, 1)
        times = _ascending(times)
        self._check_memory(n, len(times))
        out = np.zeros((n, len(times), len(self.species) * self._compartments), dtype=np.int64)
        with SPAWNING:
            streams = self._stream.spawn(n)
        threads = min(threads, n)
        engines, self._idle = self._idle, []  # two threads that call at the same time do not share them
        while len(engines) < threads:
            engines.append(self._simulator())
        try:
            if threads == 1:
                events = [self._work(engines[0], streams, times, out)]
            else:
                events = self._work_together(engines[:threads], streams, times, out)
        finally:
            self._idle += engines
        self.events = sum(events)
        shape = (n, len(times), len(self.species))
        return out.reshape(shape if self.grid is None else (*shape, self._compartments))

    def _check_memory(self, n: int, times: int) -> None:
        """MemoryError for results that cannot fit into the memory of this computer, before anything is filled."""
        row = len(self.species) * self._compartments
        needed, there = n * (8 * times * row + STREAM), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if needed > there:
            raise MemoryError(
                f"n = {n}: runs of {times} times and {row} copy numbers need {needed / 1e9:.3g} GB together, "
                f"and this computer has {there / 1e9:.3g} GB; ask for fewer at once"
            )

    def _work_together(self, engines, streams, times, out) -> list[int]:
        """Share the runs among engines, a thread each; an error or interrupt ends all of them."""
        n = len(engines)
        with ThreadPoolExecutor(n) as pool:
            jobs = [pool.submit(self._work, e, streams[i::n], times, out[i::n]) for i, e in enumerate(engines)]
            try:
                for job in wait(jobs, return_when=FIRST_EXCEPTION).done:
                    job.result()
                return [job.result() for job in jobs]
            except BaseException:
                for engine in engines:
                    engine.halted = True
                wait(jobs)
                for engine in engines:
                    engine.halted = False
                raise

    def _work(self, engine, streams, times, out) -> int:
        events = 0
        for stream, rows in zip(streams, out, strict=True):
            if isinstance(engine, Network):
                engine.restart(stream, self._placed[0])
            elif self.grid is None:
                engine.restart(stream, np.zeros((1, 0)), self._placed[0])
            else:
                engine.restart(stream, self._placed, np.zeros(0))
                for i in np.flatnonzero(self._spread):
                    engine.spread(i, self._spread[i])
            try:
                engine.record(times, rows)
            except OverflowError:
                self._check_copies(rows, MOST_COPIES - 1)
                raise
            except EndlessReactionsError as error:
                if not isinstance(engine, Network):
                    raise
                raise EndlessReactionsError(f"{error}, most often {self._table.text(engine.fastest)!r}") from None
            if not isinstance(engine, Network):
                self._check_copies(rows, MOST_COPIES)
            events += engine.events
        return events

    def _check_copies(self, rows, most: int) -> None:
        """OverflowError for copy numbers above ``most``, but for those that never change."""
        largest = rows.reshape(len(rows), len(self.species), -1).max(axis=(0, 2))
        for name, copies in zip(self.species, largest, strict=True):
            if copies > most and name not in self._constant:
                raise OverflowError(f"the copy number of {name!r} is beyond 2^53")

    # ------------------------------------------------------------------ set-up

    def __repr__(self) -> str:
        where = "" if self.grid is None else f" on {self.grid}"
        n = len(self._table)
        return f"<ReactionSystem of {len(self.species)} species and {n} reaction{'s' * (n != 1)}{where}>"

    def __getstate__(self) -> dict:
        """For pickle and copy: the description, and the seed with how many streams it has given; no engines."""
        return {**self.__dict__, "_idle": []}

    @property
    def _compartments(self) -> int:
        return 1 if self.grid is None else self.grid.compartments

    def _simulator(self) -> Network | Engine:
        if self.algorithm is None and self.grid is None and float("inf") not in self._table.rates:
            table, constant = self._table, [n in self._constant for n in self.species]
            sides = table.reactants.arrays(), table.products.arrays()
            return Network(len(self.species), np.array(table.rates), *sides, constant)
        return self._engine(self.algorithm or "NRM")

    def _engine(self, algorithm: str) -> Engine:
        reactions = self._engine_reactions()
        if self.grid is None:
            bulk = [Bulk(n, n in self._constant) for n in self.species]
            return Engine((1, 1, 1), (1.0,) * 3, [1], [], bulk, reactions, 0, algorithm=algorithm)
        diffusing = [Diffusing(n, self._diffusion.get(n, 0.0), n in self._constant) for n in self.species]
        return Engine(
            self.grid.shape,
            self.grid.compartment_size,
            self.grid.active,
            diffusing,
            [],
            reactions,
            0,
            algorithm=algorithm,
            volume_fraction=self.grid.volume_fraction,
            face_fraction=self.grid.face_fraction,
        )

    def _engine_reactions(self) -> list[Reaction]:
        table, bulk = self._table, self.grid is None
        pools = [Pool(bulk, i) for i in range(len(self.species))]
        return [
            Reaction(_repeated(table.reactants.of(i), pools), _repeated(table.products.of(i), pools), rate, not bulk)
            for i, rate in enumerate(table.rates)
        ]

    def _coefficients(self, diffusion) -> dict[str, float]:
        if diffusion is None:
            return {}
        if self.grid is None:
            raise ValueError("diffusion needs a grid")
        coefficients, checked = _named(diffusion, "diffusion"), {}
        for name, value in coefficients.items():
            if name not in self._table.names:
                raise ValueError(f"diffusion: unknown species {name!r}{nearest(name, self.species)}")
            if name in self._constant and value:
                raise ValueError(f"diffusion: {name!r} has a constant copy number and cannot diffuse")
            checked[name] = checked_number(f"diffusion coefficient of {name!r}", value, " (nm²/s)")
        return checked

    def _place(self, name: str, copies) -> None:
        i = self._table.names[name]
        if _is_real(copies):
            n = _whole(f"copy number of {name!r}", copies, 0)
            if self.grid is None:
                self._placed[0, i] = n
            elif name in self._constant:
                self._placed[self.grid.active == 1, i] = n
            else:
                self._spread[i] = n
            return
        if self.grid is None or isinstance(copies, str | bytes | dict) or copies is None:
            raise ValueError(f"copy number of {name!r} must be a whole number, got {copies!r}")
        values = np.asarray(copies, dtype=object).reshape(-1)
        if len(values) != self._compartments:
            raise ValueError(f"copy numbers of {name!r}: {self._compartments} compartments, but {len(values)} numbers")
        for c, value in enumerate(values):
            self._placed[c, i] = _whole(f"copy number of {name!r} in compartment {c}", value, 0)
        if self._placed[self.grid.active == 0, i].any():
            raise ValueError(f"copy numbers of {name!r}: compartments that are not active cannot hold molecules")


# ---------------------------------------------------------------------- arguments


def _is_real(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _whole(what: str, value, least: int) -> int:
    """``value`` as a Python int; ValueError unless it is a whole number from ``least`` to 2^53."""
    if not _is_real(value) or not least <= value <= MOST_COPIES or int(value) != value:
        raise ValueError(f"{what} must be a whole number from {least} to 2^53, got {value!r}")
    return int(value)


def _numbers(what: str, values) -> np.ndarray:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be numbers, got {values!r}") from None


def _ascending(times) -> np.ndarray:
    values = _numbers("times", times)
    good = values.ndim == 1 and values.size and np.isfinite(values).all() and values[0] >= 0
    if not good or (np.diff(values) < 0).any():
        raise ValueError(f"times must be a list of finite, ascending times in s, from 0 on, got {times!r}")
    return np.ascontiguousarray(values)


def _seed_sequence(seed) -> np.random.SeedSequence:
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if seed is None:
        return np.random.SeedSequence()
    if not isinstance(seed, Integral) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed must be a whole number not negative, a SeedSequence or None, got {seed!r}")
    return np.random.SeedSequence(int(seed))


def _named(mapping, what: str) -> dict:
    if not hasattr(mapping, "items"):
        raise ValueError(f"{what} must be a dict from names to numbers, got {mapping!r}")
    for name in mapping:
        try:
            plain = split_reaction(f"{name} ->")[0] == {name: 1}
        except ValueError:
            plain = False
        if not isinstance(name, str) or not plain:
            raise ValueError(f"{what}: {name!r} is not a name; letters, digits and '_', no digit first")
    return dict(mapping)


def _constant_names(constant, species) -> frozenset[str]:
    if isinstance(constant, str):
        raise ValueError(f"constant must be a list of names, got the text {constant!r}; write [{constant!r}]")
    try:
        names = list(constant)
    except TypeError:
        raise ValueError(f"constant must be a list of names, got {constant!r}") from None
    for name in names:
        if not isinstance(name, str) or name not in species:
            raise ValueError(f"constant: unknown species {name!r}{nearest(name, species)}")
    return frozenset(names)


def _repeated(members, pools) -> tuple[Pool, ...]:
    return tuple(pools[species] for species, amount in members for _ in range(amount))
