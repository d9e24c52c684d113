"""The mechanical model: what filaments, bonds and walls do to each other, and how they come to rest.

It keeps its own flat arrays. Whoever owns the state loads it, asks for forces or a minimisation, and reads positions
and tensions back; nothing here depends on how that state is stored.
"""

from libc.limits cimport INT_MAX
from libc.math cimport INFINITY, isfinite
from libc.string cimport memcpy

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.backtracking cimport BacktrackingMinimiser
from medyan_py.core.mechanics.bonds cimport bond_tensions
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.interactions cimport (
    BOUNDARY_REPULSION,
    EXCLUDED_VOLUME,
    EXCLUDED_VOLUME_MONOMER,
    FILAMENT_BENDING,
    FILAMENT_STRETCHING,
    LINKER_STRETCHING,
    MOTOR_STRETCHING,
    Kind,
    energy_function,
)
from medyan_py.core.mechanics.minimiser cimport (
    FLETCHER_REEVES,
    POLAK_RIBIERE,
    STEEPEST_DESCENT,
    Minimiser,
    Rule,
)
from medyan_py.core.mechanics.stretching cimport cylinder_tensions

cnp.import_array()

RULES = {
    "POLAKRIBIERE": POLAK_RIBIERE,
    "FLETCHERRIEVES": FLETCHER_REEVES,
    "FLETCHERREEVES": FLETCHER_REEVES,
    "STEEPESTDESCENT": STEEPEST_DESCENT,
}


cdef int take_doubles(str name, object values, tuple shape, Doubles out, double low, double high) except -1:
    """Copy float64 values of the given shape that lie in [low, high] and are finite."""
    try:
        values = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: cannot be read as numbers: {error}") from None
    if values.shape != shape and not (values.size == 0 and 0 in shape):
        raise ValueError(f"{name}: shape {values.shape}, expected {shape}")
    cdef const double *source = <const double *> cnp.PyArray_DATA(<cnp.ndarray> values)
    cdef Py_ssize_t i, n = values.size
    out.resize(n)
    for i in range(n):
        if not (isfinite(source[i]) and low <= source[i] <= high):
            out.resize(0)
            raise ValueError(f"{name}: element {i} is {source[i]}, must be finite and in [{low:g}, {high:g}]")
        out.data[i] = source[i]
    return 0


cdef int take_ints(str name, object values, tuple shape, Ints out, long long low, long long high) except -1:
    """Copy integers of the given shape that lie in [low, high]."""
    values = np.asarray(values)
    if values.size == 0:
        values = values.astype(np.int64)
    if values.dtype.kind not in "iub":
        raise ValueError(f"{name}: dtype {values.dtype}, expected integers")
    if values.shape != shape and not (values.size == 0 and 0 in shape):
        raise ValueError(f"{name}: shape {values.shape}, expected {shape}")
    values = np.ascontiguousarray(values, dtype=np.int64)
    cdef const long long *source = <const long long *> cnp.PyArray_DATA(<cnp.ndarray> values)
    cdef Py_ssize_t i, n = values.size
    out.resize(n)
    for i in range(n):
        if not low <= source[i] <= high:
            out.resize(0)
            raise ValueError(f"{name}: element {i} is {source[i]}, must be in [{low}, {high}]")
        out.data[i] = <int> source[i]
    return 0


cdef double positive(str name, object value) except -1:
    cdef double number = value
    if not (isfinite(number) and number > 0):
        raise ValueError(f"{name}: {number}, must be positive and finite")
    return number


cdef class MechanicalModel(EnergyModel):
    """Energy, forces and minimisation of a network of filaments, linkers and motors in a box.

    Parameters
    ----------
    planes : (p, 6) float64
        A point (nm) and the inward unit normal of every boundary plane; p may be 0.
    boundary_k, boundary_screening, boundary_cutoff : float
        Energy scale K (pN nm), screening length λ (nm) of K exp(−d/λ), and the largest distance (nm, exclusive) of a
        cylinder's midpoint from a plane at which its beads are repelled. Ignored when there is no plane.
    bending : {'COSINE', 'HARMONIC', None}
        k (1 − cos(φ − θ)); ``'HARMONIC'`` is the same with θ = 0, as in decks of the MEDYAN model; None: no bending
        energy.
    excluded_volume : {'integral', 'monomer', None}
        Repulsion 1/r⁴ of cylinder pairs, integrated along both or summed over sampled monomers.
    volume_cutoff : float
        Largest distance (nm, inclusive) of cylinder midpoints that repel. Ignored without excluded volume.

    Raises
    ------
    ValueError
        For a wrong shape, a non-unit normal, an unknown name or a number out of range.
    """

    def __init__(
        self, *, planes, boundary_k, boundary_screening, boundary_cutoff, bending, excluded_volume, volume_cutoff
    ):
        planes = np.asarray(planes, dtype=np.float64)
        if planes.size == 0:
            planes = planes.reshape(0, 6)
        if planes.ndim != 2 or planes.shape[1] != 6:
            raise ValueError(f"planes: shape {planes.shape}, expected (p, 6)")
        take_doubles("planes", planes, (len(planes), 6), self.plane, -INFINITY, INFINITY)
        if np.any(np.abs(np.linalg.norm(planes[:, 3:], axis=1) - 1) > 1e-9):
            raise ValueError("planes: every normal (columns 3 to 5) must have length 1")
        if bending not in ("COSINE", "HARMONIC", None):
            raise ValueError(f"bending: {bending!r}, must be 'COSINE', 'HARMONIC' or None")
        if excluded_volume not in ("integral", "monomer", None):
            raise ValueError(f"excluded_volume: {excluded_volume!r}, must be 'integral', 'monomer' or None")
        self.walls = len(planes) > 0
        if self.walls:
            self.net.boundary_k = positive("boundary_k", boundary_k)
            self.net.boundary_screening = positive("boundary_screening", boundary_screening)
            self.boundary_cutoff = positive("boundary_cutoff", boundary_cutoff)
        self.integral = excluded_volume == "integral"
        self.sampled = excluded_volume == "monomer"
        if excluded_volume is not None:
            self.volume_cutoff = positive("volume_cutoff", volume_cutoff)
        self.bends = bending is not None
        self.net.hinge_angle = bending == "COSINE"
        self.net.planes = len(planes)
        switched = [FILAMENT_STRETCHING, LINKER_STRETCHING, MOTOR_STRETCHING]
        switched += [FILAMENT_BENDING] if self.bends else []
        switched += [EXCLUDED_VOLUME] if self.integral else []
        switched += [EXCLUDED_VOLUME_MONOMER] if self.sampled else []
        switched += [BOUNDARY_REPULSION] if self.walls else []
        cdef int i
        self.interactions = len(switched)
        for i, kind in enumerate(sorted(switched)):
            self.kind[i] = <Kind> <int> kind
            self.function[i] = energy_function(self.kind[i])

    def __cinit__(self, **_):
        self.minimiser = Minimiser(self)
        self.backtracking = BacktrackingMinimiser(self)
        self.gradient, self.plane = Doubles(), Doubles()
        self.rest_length, self.stretching_k, self.hinge_k, self.hinge_theta = Doubles(), Doubles(), Doubles(), Doubles()
        self.volume_k, self.monomer_size, self.bond_fraction = Doubles(), Doubles(), Doubles()
        self.bond_k, self.bond_rest = Doubles(), Doubles()
        self.filament_start, self.cylinder_bead, self.cylinder_filament = Ints(), Ints(), Ints()
        self.position, self.monomer_interval, self.serial, self.hinge = Ints(), Ints(), Ints(), Ints()
        self.bond_cylinder, self.bond_bead, self.linker, self.motor = Ints(), Ints(), Ints(), Ints()
        self.key_array = np.zeros(0, np.int64)

    def load(
        self, x, filament_start, filament_key, position, rest_length, stretching_k, hinge_k, hinge_theta, volume_k,
        serial, monomer_size, monomer_interval, bond_cylinders, bond_fractions, bond_k, bond_rest, bond_is_motor,
    ):
        """Take over a state (everything is copied) and search its neighbours.

        Parameters
        ----------
        x : (n, 3) float64
            Bead positions, nm, filament by filament from minus to plus end.
        filament_start : (F + 1,) int
            Offsets of the filaments into the beads: from 0 to n, at least two beads each. A filament with b beads
            owns b − 1 cylinders, so the cylinder after bead i of filament f has index i − f.
        filament_key : (F,) int64
            Filaments with equal keys count as one for the rule that cylinders at most two positions apart do not repel.
        position : (ncyl,) int
            Position of each cylinder along its filament.
        rest_length, stretching_k, volume_k, monomer_size : (ncyl,) float64
            nm; pN/nm of this cylinder; pN nm³; nm.
        hinge_k, hinge_theta : (n,) float64
            pN nm and rad, used at inner beads only.
        serial : (n,) int
            Monomer serial of each bead, read by the monomer-sampled excluded volume.
        monomer_interval : (ncyl,) int
            Sampling interval of that interaction, ≥ 1.
        bond_cylinders : (m, 2) int, bond_fractions : (m, 2) float64
            The two cylinders of every linker or motor and where on them it sits, 0 (minus-side bead) to 1.
        bond_k, bond_rest : (m,) float64
            pN/nm; nm.
        bond_is_motor : (m,) bool or uint8

        Raises
        ------
        ValueError
            Naming the argument with a wrong shape, dtype or value. The model is then empty.
        """
        cdef Py_ssize_t n, filaments, cylinders, bonds
        self.clear()
        x = np.asarray(x)
        starts = np.asarray(filament_start)
        if x.size == 0:
            x = x.reshape(0, 3)
        if x.ndim != 2 or x.shape[1] != 3:
            raise ValueError(f"x: shape {x.shape}, expected (n, 3)")
        if starts.ndim != 1 or len(starts) < 1:
            raise ValueError(f"filament_start: shape {starts.shape}, expected (F + 1,)")
        n, filaments = len(x), len(starts) - 1
        cylinders = n - filaments
        if n > INT_MAX // 8:
            raise ValueError(f"x: {n} beads, at most {INT_MAX // 8} can be handled")
        bonds = np.asarray(bond_rest).size
        take_ints("filament_start", starts, (filaments + 1,), self.filament_start, 0, n)
        self.check_filaments()
        try:
            take_doubles("x", x, (n, 3), self.x, -1e15, 1e15)
            keys = np.asarray(filament_key)
            if keys.shape != (filaments,):
                raise ValueError(f"filament_key: shape {keys.shape}, expected {(filaments,)}")
            if keys.dtype.kind not in "iu" and keys.size:
                raise ValueError(f"filament_key: dtype {keys.dtype}, expected integers")
            self.key_array = np.array(keys, dtype=np.int64)
            take_ints("position", position, (cylinders,), self.position, -INT_MAX // 2, INT_MAX // 2)
            take_doubles("rest_length", rest_length, (cylinders,), self.rest_length, 1e-9, 1e15)
            take_doubles("stretching_k", stretching_k, (cylinders,), self.stretching_k, 0, 1e15)
            take_doubles("hinge_k", hinge_k, (n,), self.hinge_k, 0, 1e15)
            take_doubles("hinge_theta", hinge_theta, (n,), self.hinge_theta, -10, 10)
            take_doubles("volume_k", volume_k, (cylinders,), self.volume_k, 0, 1e15)
            take_doubles("monomer_size", monomer_size, (cylinders,), self.monomer_size, 0, 1e15)
            take_ints("serial", serial, (n,), self.serial, -INT_MAX // 4, INT_MAX // 4)
            take_ints("monomer_interval", monomer_interval, (cylinders,), self.monomer_interval, 1, INT_MAX // 4)
            take_ints("bond_cylinders", bond_cylinders, (bonds, 2), self.bond_cylinder, 0, cylinders - 1)
            take_doubles("bond_fractions", bond_fractions, (bonds, 2), self.bond_fraction, 0, 1)
            take_doubles("bond_k", bond_k, (bonds,), self.bond_k, 0, 1e15)
            take_doubles("bond_rest", bond_rest, (bonds,), self.bond_rest, 0, 1e15)
            self.sort_bonds(bond_is_motor)
        except (ValueError, TypeError):
            self.clear()
            raise
        self.net.beads, self.net.filaments, self.net.cylinders = n, filaments, cylinders
        self.net.bonds = bonds
        self.share()
        self.pair.resize(0)
        self.wall.resize(0)
        self.rebuild_lists()
        self.gradient.resize(3 * n)

    def clear(self):
        """Forget the state: no beads, no bonds."""
        for buffer in (self.x, self.gradient):
            (<Doubles> buffer).resize(0)
        for buffer in (self.pair, self.wall, self.linker, self.motor, self.hinge):
            (<Ints> buffer).resize(0)
        self.net.beads = self.net.filaments = self.net.cylinders = self.net.hinges = 0
        self.net.bonds = self.net.linkers = self.net.motors = self.net.pairs = self.net.wall_terms = 0

    cdef int check_filaments(self) except -1:
        """Check the offsets; list the first bead of every cylinder and the inner beads."""
        cdef const int *start = self.filament_start.data
        cdef Py_ssize_t filaments = self.filament_start.size - 1, f, bead, cylinder = 0, hinge = 0, n = start[filaments]
        if start[0] != 0:
            raise ValueError(f"filament_start: begins with {start[0]}, must begin with 0")
        for f in range(filaments):
            if start[f + 1] < start[f] + 2:
                raise ValueError(f"filament_start: filament {f} has {start[f + 1] - start[f]} beads, needs at least 2")
        self.cylinder_bead.resize(n - filaments)
        self.cylinder_filament.resize(n - filaments)
        self.hinge.resize(n - 2 * filaments)
        for f in range(filaments):
            for bead in range(start[f], start[f + 1] - 1):
                self.cylinder_bead.data[cylinder] = <int> bead
                self.cylinder_filament.data[cylinder] = <int> f
                cylinder += 1
                if bead > start[f]:
                    self.hinge.data[hinge] = <int> bead
                    hinge += 1
        return 0

    cdef int sort_bonds(self, object kinds) except -1:
        """Bead of each bond end, and which bonds are linkers and which motors."""
        cdef Py_ssize_t bonds = self.bond_rest.size, b, linkers = 0, motors = 0
        cdef Ints kind = Ints()
        take_ints("bond_is_motor", kinds, (bonds,), kind, 0, 1)
        self.bond_bead.resize(2 * bonds)
        self.linker.resize(bonds)
        self.motor.resize(bonds)
        for b in range(2 * bonds):
            self.bond_bead.data[b] = self.cylinder_bead.data[self.bond_cylinder.data[b]]
        for b in range(bonds):
            if kind.data[b]:
                self.motor.data[motors] = <int> b
                motors += 1
            else:
                self.linker.data[linkers] = <int> b
                linkers += 1
        self.net.linkers, self.net.motors = linkers, motors
        return 0

    cdef int share(self) except -1:
        """Point the network at the buffers, which may have moved while growing."""
        self.net.filament_start = self.filament_start.data
        self.net.cylinder_bead = self.cylinder_bead.data
        self.net.cylinder_filament = self.cylinder_filament.data
        self.net.position = self.position.data
        self.net.filament_key = <const long long *> cnp.PyArray_DATA(<cnp.ndarray> self.key_array)
        self.net.rest_length = self.rest_length.data
        self.net.stretching_k = self.stretching_k.data
        self.net.volume_k = self.volume_k.data
        self.net.monomer_size = self.monomer_size.data
        self.net.monomer_interval = self.monomer_interval.data
        self.net.serial = self.serial.data
        self.net.hinges = self.hinge.size if self.bends else 0
        self.net.hinge = self.hinge.data
        self.net.hinge_k = self.hinge_k.data
        self.net.hinge_theta = self.hinge_theta.data
        self.net.bond_bead = self.bond_bead.data
        self.net.bond_fraction = self.bond_fraction.data
        self.net.bond_k = self.bond_k.data
        self.net.bond_rest = self.bond_rest.data
        self.net.linker = self.linker.data
        self.net.motor = self.motor.data
        self.net.plane = self.plane.data
        return 0

    def evaluate(self):
        """Energy of every interaction, pN nm, by name; ``forces`` are those at the present positions afterwards.

        Raises
        ------
        MechanicsError
            When an energy or force is not finite, for instance because two cylinders intersect.
        """
        cdef double energy = self.total(self.x.data, self.gradient.data)
        cdef Py_ssize_t i
        cdef bint bad = not isfinite(energy)
        for i in range(self.gradient.size):
            bad = bad or not isfinite(self.gradient.data[i])
        if bad:
            raise self.complain(self.x.data)
        return self.energies()

    def minimise(
        self, *, method="POLAKRIBIERE", gradient_tolerance=1.0, max_distance=1.0, energy_change_relative_tolerance=1e-9,
        scheme="preconditioned", lambda_max=1.0,
    ):
        """Relax the positions and return a ``MinimisationRecord``.

        Parameters
        ----------
        method : {'POLAKRIBIERE', 'FLETCHERRIEVES', 'STEEPESTDESCENT'}
            Rule of the search direction. ('FLETCHERREEVES' is understood as well.)
        gradient_tolerance : float
            Largest force component, pN, of a relaxed state; the decrease still predicted must be below 0.41 pN nm
            (kT/10) as well.
        max_distance : float
            Trust length, nm: no bead moves more than five times as far in one step.
        energy_change_relative_tolerance : float
            Twenty steps in a row that lower the energy by no more than this fraction end the search as ``'stalled'``.
        scheme : {'preconditioned', 'backtracking'}
            ``'backtracking'`` is the scheme of MEDYAN 5.4 (see ``backtracking.pyx``): it stops at the gradient tolerance
            alone, or when one step changes the energy by less than the relative tolerance.
        lambda_max : float
            Largest step factor of that scheme, nm/pN; not used otherwise.

        Raises
        ------
        ValueError
            For an unknown method or a number out of range.
        MechanicsError
            When the energy is not finite at the start and moving touching cylinders apart does not help.
        """
        if method not in RULES:
            raise ValueError(f"method: {method!r}, must be one of {', '.join(RULES)}")
        cdef double relative = energy_change_relative_tolerance
        if not (isfinite(relative) and relative >= 0):
            raise ValueError(f"energy_change_relative_tolerance: {relative}, must be finite and not negative")
        cdef int rule = RULES[method]
        cdef double tolerance = positive("gradient_tolerance", gradient_tolerance)
        cdef double distance = positive("max_distance", max_distance)
        if scheme == "preconditioned":
            record = self.minimiser.run(<Rule> rule, tolerance, distance, relative)
            memcpy(self.gradient.data, self.minimiser.g.data, self.gradient.size * sizeof(double))
        elif scheme == "backtracking":
            record = self.backtracking.run(
                <Rule> rule, tolerance, distance, relative, positive("lambda_max", lambda_max))
            memcpy(self.gradient.data, self.backtracking.g.data, self.gradient.size * sizeof(double))
        else:
            raise ValueError(f"scheme: {scheme!r}, must be 'preconditioned' or 'backtracking'")
        return record

    @property
    def positions(self):
        """(n, 3) float64 copy of the bead positions, nm."""
        return self.x.copy((-1, 3))

    @property
    def forces(self):
        """(n, 3) float64 forces on the beads, pN, at the last ``evaluate`` or the end of the last ``minimise``."""
        return -self.gradient.copy((-1, 3))

    @property
    def bond_tension(self):
        """(m,) float64 k (d − l) of every bond at the present positions, pN, positive when stretched."""
        tension = np.empty(self.net.bonds)
        bond_tensions(&self.net, self.x.data, <double *> cnp.PyArray_DATA(<cnp.ndarray> tension))
        return tension

    @property
    def cylinder_tension(self):
        """(ncyl,) float64 k (d − l) of every cylinder at the present positions, pN, positive when stretched."""
        tension = np.empty(self.net.cylinders)
        cylinder_tensions(&self.net, self.x.data, <double *> cnp.PyArray_DATA(<cnp.ndarray> tension))
        return tension

    @property
    def pairs(self):
        """(npairs, 2) int32 copy of the cylinder pairs listed for excluded volume, smaller index first."""
        return self.pair.copy((-1, 2))

    @property
    def wall_terms(self):
        """(nterms, 2) int32 copy of the listed (bead, plane) pairs."""
        return self.wall.copy((-1, 2))
