"""Exact stochastic reaction and diffusion on a grid of compartments.

Everything that can happen in one compartment forms a group with one putative time: hops of its molecules to the
neighbours and its *channels*, one per reaction template. One more group holds what exists once in the system, and
another what happens on membranes (``surface_channels.pyx``). The clock says which group is next and when; what happens
in the group is drawn from a tree of partial sums. With the clock's next-reaction method this is the next-subvolume
method (Elf & Ehrenberg 2004, Syst Biol 1:230).

The propensity of a channel is rate × Π N!/(N − m)! × W, with W the summed weight of the *members* that can take part
(filament ends, bound motors, candidate pairs, …), or 1 for reactions of free molecules alone. A template that reads no
local copy number exists once, not once per compartment: its members are found wherever they are. Cost per event is
logarithmic in the numbers of compartments, species and templates, and independent of the number of members but for
the logarithm.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

import numpy as np

from medyan_py.core.chemistry.clock cimport SIMPLE, Clock
from medyan_py.core.chemistry.event_loop cimport NOTHING, UNLIMITED, EventLoop
from medyan_py.core.chemistry.ledger cimport Ledger
from medyan_py.core.common.random cimport RandomStream

from medyan_py.core.chemistry.descriptions import Pool
from medyan_py.core.chemistry.grid import checked_grid, checked_space
from medyan_py.core.chemistry.standstill import Standstill, waited_for

MOST_COPIES = 2 ** 53                 # beyond, a propensity could not tell N from N + 1
cdef enum:
    EVENTS_PER_LOOK = 1_000_000       # a fraction of a second: how often a long run looks for an interrupt


cdef class Engine(EventLoop):
    """Clock and copy numbers of a reaction–diffusion system.

    Parameters
    ----------
    shape : (nx, ny, nz)
        Number of compartments along each axis; compartment (i, j, k) has number i + nx (j + ny k).
    compartment_size : (sx, sy, sz), nm
    active : uint8 (compartments,)
        1 for compartments that take part. Walls and inactive compartments reflect.
    diffusing : sequence of Diffusing
    bulk : sequence of Bulk
    reactions : sequence of Reaction
        Rates may be infinite.
    seed : int or numpy.random.SeedSequence
    powers : bool
        Count m equal reactants as N^m, as MEDYAN 5.4 does, instead of N!/(N − m)!, and speed up every reaction that
        reads e diffusing molecules by f^−e in a compartment of volume fraction f.
    algorithm : {'NRM', 'GILLESPIE', 'SIMPLEGILLESPIE'}
        The scheduler; see ``medyan_py.core.chemistry.clock``.
    volume_fraction : float (compartments,), optional
        Part f of each compartment that lies inside the system, in (0, 1]; 1 if not given. Reactions of e diffusing
        molecules go at f^(1−e) times the rate of a full compartment; channels with members at f^−e.
    face_fraction : float (compartments, 6), optional
        Wet part of the faces x−, x+, y−, y+, z−, z+, in [0, 1]; 1 if not given.
    track_dissipation : bool
        Enter the change of free energy of hops, and of reactions that have a ``free_energy``, in ``ledger``. The course
        of the system does not depend on it.
    surface : SurfaceChemistry, optional
        Species of membranes and their reactions.

    Raises
    ------
    ValueError
        For sizes that are not positive, no active compartment, fractions outside their range, negative rates or
        diffusion coefficients, unknown species or an unknown algorithm.
    """

    def __init__(self, shape, compartment_size, active, diffusing, bulk, reactions, seed, bint powers=False, *,
                 algorithm="NRM", volume_fraction=None, face_fraction=None, bint track_dissipation=False, surface=None):
        self.random = RandomStream(seed)
        self.powers = powers
        self.shape, self.compartment_size = checked_grid(shape, compartment_size)
        self.compartments = self.shape[0] * self.shape[1] * self.shape[2]
        self.clock = Clock(algorithm, self.compartments + 1 + (surface is not None), self.random)
        self._lay_grid(active, volume_fraction, face_fraction)
        self._name_species(diffusing, bulk)
        self.booking, self.ledger = track_dissipation, Ledger()
        self.hop_account = np.array([self._account(f"DIF_{name}") for name in self.diffusing_names] or [-1], np.int32)
        self._set_surface(surface)
        self._register(*self._add_adsorption(*self._templates(reactions)))
        if self.booking and surface is not None:
            self._keep_surface_books(surface, self.ledger)
        self.total = np.zeros(self.compartments + 2)
        self.mixed = self._is_mixed()

    def _is_mixed(self):
        cdef int i
        if self.diffusing or self.locals or self.clock.method == SIMPLE or self.surface is not None:
            return False
        for i in range(self.globals):
            if self.whole[i].members >= 0 or self.whole[i].action != NOTHING:
                return False
        return True

    def _templates(self, reactions):
        """(local, whole, local member classes, global member classes); templates are dictionaries."""
        local, whole = [], []
        for r in reactions:
            template = {"rate": r.rate, "reactants": r.reactants, "products": r.products,
                        "members": -1, "action": NOTHING, "argument": 0, **self._entry(r.free_energy)}
            (local if r.everywhere else whole).append(template)
        return local, whole, 0, 0

    def _account(self, name):
        return self.ledger.account(name) if self.booking else -1

    def _entry(self, free_energy):
        """Account and constant of a template that enters its firings as a whole, if it has a free energy."""
        if free_energy is None:
            return {}
        return {"account": self._account(free_energy.account), "free_energy": free_energy.value}

    # ---------------------------------------------------------------- Python access

    def start(self, double time=0.0):
        """Set the clock and draw a putative time for every group."""
        cdef int g
        if not time >= 0.0:
            raise ValueError(f"the clock must start at a time not negative, got {time}")
        self.time = time
        self.instant_firings = 0
        for g in range(self.compartments + 2):
            self.total[g] = 0.0
        self.clock.stale = True
        with nogil:
            self.refresh_all()
            self.settle(-1)

    def run(self, double end):
        """Run the clock to ``end`` (s).

        Raises ValueError if that lies in the past, EndlessReactionsError if infinitely fast reactions never come to an
        end, or others are so fast that the clock would never arrive.
        """
        cdef bint more = True
        if not self.time <= end < float("inf"):
            raise ValueError(f"the clock stands at {self.time} s and cannot run to {end} s")
        self._weigh_bursts()
        clock = Standstill(self.time, self.events, EVENTS_PER_LOOK)
        while more:
            with nogil:
                more = self.run_until(end, EVENTS_PER_LOOK)
            PyErr_CheckSignals()
            if more:
                self._look_at(clock, end)

    def _look_at(self, clock, double end):
        """Raise EndlessReactionsError if the clock stands still, but for infinitely fast reactions."""
        if self.readies:
            clock.begin(self.time, self.events)
        else:
            clock.look(self.time, self.events, end, self._molecules, self._fastest_text)

    def run_events(self, int64_t most, double end=INFINITY):
        """Fire the next ``most`` events, but none after ``end`` (s); returns how many were fired.

        The clock then stands at the last of them. If fewer can happen it stands at ``end``, or, if that is infinite, at
        the last event there is. Hops of molecules count as events. Raises ValueError for a negative number or an end in
        the past, otherwise as ``run``.
        """
        cdef int64_t first = self.events, last
        cdef bint more = most > 0
        if most < 0 or not end >= self.time:
            raise ValueError(f"{most} events from {self.time} s to {end} s are not possible")
        last = first + min(most, MOST_COPIES)
        end = min(end, UNLIMITED)
        self._weigh_bursts()
        while more and self.events < last:
            with nogil:
                more = self.run_until(end, min(<int64_t> EVENTS_PER_LOOK, last - self.events))
            PyErr_CheckSignals()
        return self.events - first

    def record(self, const double[::1] times, int64_t[:, ::1] out):
        """Run to each of ``times`` (s, float64 (n,), ascending) and write the copy numbers there.

        ``out``, int64 (n, bulk species + diffusing species × compartments), gets the bulk species first, then the
        diffusing ones, compartments fastest. Errors as ``run``, ValueError for an array of another shape; RuntimeError
        when ``halted`` is set.
        """
        cdef Py_ssize_t i = 0
        if out.shape[0] != times.shape[0] or out.shape[1] != self.bulks + self.diffusing * self.compartments:
            raise ValueError(f"an array ({len(times)}, {self.bulks + self.diffusing * self.compartments}) is needed")
        for i in range(times.shape[0]):
            if not (self.time if i == 0 else times[i - 1]) <= times[i] < float("inf"):
                raise ValueError("times must be finite, ascending and not before the clock")
        i = 0
        self._weigh_bursts()
        clock = Standstill(self.time, self.events, EVENTS_PER_LOOK)
        while i < times.shape[0]:
            with nogil:
                while i < times.shape[0] and self.run_until(times[i], EVENTS_PER_LOOK) == 0:
                    self.write_counts(&out[i, 0])
                    i += 1
            if self.halted:
                raise RuntimeError("halted")
            PyErr_CheckSignals()
            if i < times.shape[0]:
                self._look_at(clock, times[i])

    def _weigh_bursts(self):
        """Count molecules, if the guard against endless bursts will ask for their number."""
        if self.local_list.instants or self.whole_list.instants:
            self.molecules = waited_for(self._molecules())

    def _molecules(self):
        """Number of all free molecules, without those whose number never changes."""
        bulk = [i for i in range(self.bulks) if Pool(True, i) not in self.constants]
        diffusing = [i for i in range(self.diffusing) if Pool(False, i) not in self.constants]
        return sum(self.bulk_array[bulk].tolist()) + sum(self.counts[:, diffusing].sum(axis=0).tolist())

    cdef void write_counts(self, int64_t *row) noexcept nogil:
        cdef int s, c, at = 0
        for s in range(self.bulks):
            row[s] = self.bulk_count[s]
        row += self.bulks
        for s in range(self.diffusing):
            for c in range(self.compartments):
                row[at] = self.count[c * self.diffusing + s]
                at += 1

    def restart(self, seed, counts, bulk_counts):
        """Begin anew at time 0 with another random stream and other copy numbers.

        Parameters
        ----------
        seed : int or numpy.random.SeedSequence
        counts : int64 (compartments, diffusing species)
        bulk_counts : int64 (bulk species,)

        Raises
        ------
        ValueError
            For arrays of another shape or copy numbers that are negative, above 2^53, or outside the active
            compartments.
        """
        counts, bulk_counts = np.asarray(counts, dtype=np.int64), np.asarray(bulk_counts, dtype=np.int64)
        if counts.shape != (self.compartments, self.diffusing) or bulk_counts.shape != (self.bulks,):
            raise ValueError(f"copy numbers of shape ({self.compartments}, {self.diffusing}) and ({self.bulks},) are "
                             f"needed, got {counts.shape} and {bulk_counts.shape}")
        for values in (counts, bulk_counts):
            if values.size and not 0 <= values.min() <= values.max() <= MOST_COPIES:
                raise ValueError("copy numbers must not be negative nor above 2^53")
        if counts[self.active_array == 0].any():
            raise ValueError("compartments that are not active cannot hold molecules")
        self.random.reseed(seed)
        self.count_array[:counts.size] = counts.reshape(-1)
        self.bulk_array[:self.bulks] = bulk_counts
        self.events = self.hops = 0
        self.ledger.clear()
        self.start()

    def spread(self, int species, int64_t n):
        """Add ``n`` copies of a diffusing species, each placed at random: probability in proportion to the volume."""
        if not (0 <= species < self.diffusing and 0 <= n <= MOST_COPIES):
            raise ValueError(f"species {species}, copies {n}")
        chance = np.where(self.active_array == 1, np.asarray(self.volume), 0.0)
        share = self.random.generator().multinomial(n, chance / chance.sum())
        for c in np.flatnonzero(share):
            self.set_count(c, species, self.counts[c, species] + share[c])

    def set_space(self, active, volume_fraction=None, face_fraction=None):
        """Change which compartments take part, and their volumes and faces; propensities follow at once.

        Arguments and errors as for the constructor; ValueError also if a compartment that is to leave holds molecules.
        """
        cdef int c, t
        new, _, _ = checked_space(self.compartments, active, volume_fraction, face_fraction)
        leaving = np.flatnonzero((self.active_array == 1) & (new == 0))
        if self.counts[leaving].any():
            raise ValueError("a compartment that holds molecules cannot be made inactive")
        self._lay_grid(active, volume_fraction, face_fraction)
        self._tabulate_volumes()
        for c in leaving:
            for t in range(self.diffusing + self.locals):
                self.local_tree.put(c, t, 0.0)
            for t in range(self.locals):
                if self.local[t].instant >= 0:
                    self.refresh_instant(&self.local[t], c, 0.0)
            self.touch(c)
        self._house_vertices()
        self.refresh_all()
        self.settle(-1)

    def set_count(self, int compartment, int species, int64_t n):
        """Set the copy number of a diffusing species in a compartment."""
        if not (0 <= compartment < self.compartments and 0 <= species < self.diffusing and 0 <= n <= MOST_COPIES):
            raise ValueError(f"compartment {compartment}, species {species}, copies {n}")
        if n and not self.active[compartment]:
            raise ValueError(f"compartment {compartment} is not active")
        self.count[compartment * self.diffusing + species] = n
        self.refresh_species(compartment, species)
        self.touch(compartment)
        self.settle(-1)

    def set_bulk(self, int species, int64_t n):
        """Set the copy number of a bulk species, also of a constant one."""
        if not (0 <= species < self.bulks and 0 <= n <= MOST_COPIES):
            raise ValueError(f"bulk species {species}, copies {n}")
        self.bulk_count[species] = n
        self.refresh_bulk(species)
        self.settle(-1)

    @property
    def next_time(self):
        """Time of the next event (s), infinity if nothing can happen."""
        return self.time if self.readies else self.clock.when()
