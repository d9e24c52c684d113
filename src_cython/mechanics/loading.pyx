"""The state of a mechanical model: arrays copied from whoever owns them, checked, and handed to the interactions."""

from libc.limits cimport INT_MAX
from libc.string cimport memset

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.arguments cimport take_doubles, take_ints
from medyan_py.core.mechanics.branches cimport Branches
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.interactions cimport (
    AFM_ATTACHMENT,
    BRANCHING_BENDING,
    BRANCHING_DIHEDRAL,
    BRANCHING_POSITION,
    BRANCHING_STRETCHING,
    MTOC_ATTACHMENT,
)
from medyan_py.core.mechanics.pins cimport Pins
from medyan_py.core.mechanics.surfaces cimport Surfaces

cnp.import_array()


cdef class LoadedModel(EnergyModel):
    """Base of ``MechanicalModel``: takes states over; knows nothing about what is done with them."""

    def __cinit__(self, **_):
        self.branches, self.pins = Branches(), Pins()
        self.gradient, self.surfaces = Doubles(), Surfaces(np.zeros((0, 6)))
        self.rest_length, self.stretching_k, self.hinge_k, self.hinge_theta = Doubles(), Doubles(), Doubles(), Doubles()
        self.volume_k, self.monomer_size, self.bond_fraction = Doubles(), Doubles(), Doubles()
        self.bond_k, self.bond_rest = Doubles(), Doubles()
        self.filament_start, self.cylinder_bead, self.cylinder_filament = Ints(), Ints(), Ints()
        self.position, self.monomer_interval, self.serial, self.hinge = Ints(), Ints(), Ints(), Ints()
        self.bond_cylinder, self.bond_bead, self.linker, self.motor = Ints(), Ints(), Ints(), Ints()
        self.key_array = np.zeros(0, np.int64)

    cdef int enter(self) except -1:
        """Refuse to touch the state while another thread works on it outside the interpreter lock."""
        if self.busy:
            raise RuntimeError("the model is in use by another thread")
        return 0

    def load(
        self, x, filament_start, filament_key, position, rest_length, stretching_k, hinge_k, hinge_theta, volume_k,
        serial, monomer_size, monomer_interval, bond_cylinders, bond_fractions, bond_k, bond_rest, bond_is_motor,
        branches=None, bubbles=None, attachments=None, pins=None, membranes=None,
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
        branches : mapping or None
            Arrays per branch. ``mother``, ``daughter`` (int): the cylinder it sits on and the first cylinder of the
            filament that starts there; the two never repel each other. ``fraction``: place of the site on the mother, 0
            to 1. Optional, 0 if missing: ``stretching_k`` (pN/nm), ``length`` (nm), ``bending_k`` (pN nm), ``angle``
            (rad), ``dihedral_k``, ``position_k`` (pN nm); those of energies that are switched off are ignored.
        bubbles : mapping or None
            Arrays per bubble. ``x`` (nb, 3) nm; ``radius`` nm. Optional: ``k`` (pN nm, default 0) and ``screening``
            (nm, default 1) of its repulsion, of two bubbles √(k₁k₂) and the mean; ``fixed`` (bool, default False):
            never moves; ``plane`` (int, default −1): plane that belongs to the bubble and does not repel it.
        attachments : mapping or None
            Filaments attached by their minus end: ``bubble``, ``filament`` (int), ``k`` (pN/nm); optional ``afm``
            (bool, default False): counts as AFMAttachment, otherwise as MTOCAttachment. A bubble does not repel the
            beads of filaments attached to it.
        pins : mapping or None
            ``bead`` (int), ``place`` (·, 3) nm, ``k`` pN/nm: springs ½ k |x − place|².
        membranes : mapping or None
            Vertices ``x`` (nv, 3) nm, ``triangles`` (nt, 3) int, ``membrane`` (nt,) int, ascending from 0. Optional per
            vertex: ``fixed`` (bool, default False); ``mismatch`` (nv, 3): an energy m₀ + m₁ H + m₂ H² of the mean
            curvature H (pN nm; not with policy ``squared``). Per triangle: ``triangle_rest_area`` and
            ``triangle_first_area``, of which a share is protected (nm², default the present area);
            ``triangle_stretching_k`` (pN/nm). Per membrane, default 0: ``bending_k`` (pN nm),
            ``spontaneous_curvature`` (1/nm), ``tension``, ``area_k`` (pN/nm), ``rest_area`` (nm²), ``volume_k``
            (pN/nm²), ``rest_volume``, ``volume_offset`` (nm³). ``attachments``: mapping with ``vertex``, ``place``
            (·, 3) nm and ``k`` pN/nm.

        Raises
        ------
        ValueError
            Naming the argument with a wrong shape, dtype or value. The model is then empty.
        """
        cdef Py_ssize_t n, filaments, cylinders, bonds
        self.clear()
        if bubbles is not None and not self.takes_bubbles:
            raise ValueError("bubbles: the model was made without them")
        if pins is not None and not self.takes_pins:
            raise ValueError("pins: the model was made without pinning")
        if membranes is not None and not self.takes_membranes:
            raise ValueError("membranes: the model was made without them")
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
            self.branches.load(branches, self.cylinder_bead, self.cylinder_filament, self.filament_start)
            self.bubbles.load(bubbles, attachments, self.surfaces.planes, self.filament_start)
            self.pins.load(pins, n)
            self.membranes.load(membranes)
        except (ValueError, TypeError):
            self.clear()
            raise
        self.net.beads, self.net.filaments, self.net.cylinders = n, filaments, cylinders
        self.net.bonds = bonds
        self.net.points = n + self.bubbles.count + self.membranes.count
        self.net.free = n + self.bubbles.movable + self.membranes.movable
        self.x.resize(3 * self.net.points)
        self.bubbles.place(self.x, n, self.membranes.count)
        self.membranes.place(self.x, n + self.bubbles.movable)
        self.share()
        self.ignore_inactive()
        self.pair.resize(0)
        self.wall.resize(0)
        self.rebuild_lists()
        self.gradient.resize(3 * self.net.points)

    def clear(self):
        """Forget the state: no beads, no bonds, no branches, bubbles or pins."""
        self.enter()
        for buffer in (self.x, self.gradient):
            (<Doubles> buffer).resize(0)
        for buffer in (self.pair, self.wall, self.linker, self.motor, self.hinge):
            (<Ints> buffer).resize(0)
        self.net.beads = self.net.filaments = self.net.cylinders = self.net.hinges = 0
        self.net.bonds = self.net.linkers = self.net.motors = self.net.pairs = self.net.wall_terms = 0
        self.net.points = self.net.free = self.net.bubble_walls = self.net.bubble_beads = self.net.bubble_pairs = 0
        self.branches.load(None, self.cylinder_bead, self.cylinder_filament, self.filament_start)
        self.bubbles.load(None, None, 0, self.filament_start)
        self.pins.load(None, 0)
        self.membranes.load(None)
        self.share()

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
        self.net.surfaces = self.surfaces.count if self.walls else 0
        self.net.surface = self.surfaces.data
        self.branches.share(&self.net)
        self.bubbles.share(&self.net)
        self.pins.share(&self.net)
        self.net.membranes = &self.membranes.view
        return 0

    cdef int ignore_inactive(self) except -1:
        """Constants of energies that are switched off become zero, for the preconditioner reads them too."""
        cdef Py_ssize_t i, m
        for kind, buffer in (
            (BRANCHING_STRETCHING, self.branches.stretching_k), (BRANCHING_BENDING, self.branches.bending_k),
            (BRANCHING_DIHEDRAL, self.branches.dihedral_k), (BRANCHING_POSITION, self.branches.position_k),
        ):
            if not self.active[<int> kind]:
                memset((<Doubles> buffer).data, 0, (<Doubles> buffer).size * sizeof(double))
        for kind, members in ((MTOC_ATTACHMENT, self.bubbles.mtoc), (AFM_ATTACHMENT, self.bubbles.afm)):
            if not self.active[<int> kind]:
                for i in range((<Ints> members).size):
                    m = (<Ints> members).data[i]
                    self.bubbles.attachment_k.data[m] = 0
        return 0

    def set_planes(self, planes):
        """Replace the planes, keeping their number, and search neighbours again.

        ``planes``: (p, 6) float64 as in the constructor. Raises ValueError like the constructor and for another number.
        """
        self.enter()
        surfaces = Surfaces(planes, self.shape)
        if surfaces.count != self.surfaces.count:
            raise ValueError(f"planes: {surfaces.planes}, the model was made with {self.surfaces.planes}")
        self.surfaces = surfaces
        self.share()
        self.rebuild_lists()
