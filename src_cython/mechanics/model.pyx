"""The mechanical model: what filaments, bonds, branches, bubbles and walls do to each other, and how they come to rest.

It keeps its own flat arrays. Whoever owns the state loads it, asks for forces or a minimisation, and reads positions
and tensions back; nothing here depends on how that state is stored.
"""

from libc.math cimport INFINITY, isfinite
from libc.string cimport memcpy, memset

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.arguments cimport one_of, positive
from medyan_py.core.mechanics.backtracking cimport BacktrackingMinimiser
from medyan_py.core.mechanics.bonds cimport bond_tensions
from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.curved_steps cimport advance
from medyan_py.core.mechanics.energy cimport compiled_with_openmp
from medyan_py.core.mechanics.failure cimport largest_forces, not_finite
from medyan_py.core.mechanics.hessian cimport sparse_hessian
from medyan_py.core.mechanics.interactions cimport (
    AFM_ATTACHMENT,
    BOUNDARY_BUBBLE_REPULSION,
    BOUNDARY_REPULSION,
    BOUNDARY_REPULSION_IN,
    BRANCHING_BENDING,
    BRANCHING_DIHEDRAL,
    BRANCHING_POSITION,
    BRANCHING_STRETCHING,
    BUBBLE_BUBBLE_REPULSION,
    BUBBLE_CYLINDER_REPULSION,
    EXCLUDED_VOLUME,
    EXCLUDED_VOLUME_MONOMER,
    FILAMENT_BENDING,
    FILAMENT_STRETCHING,
    LINKER_STRETCHING,
    MOTOR_STRETCHING,
    MEMBRANE_BENDING,
    MEMBRANE_PROTECTION,
    MEMBRANE_STRETCHING_GLOBAL,
    MEMBRANE_STRETCHING_LOCAL,
    MEMBRANE_TENSION,
    MTOC_ATTACHMENT,
    PINNING,
    TRIANGLE_BEAD,
    VERTEX_ATTACHMENT,
    VOLUME_CONSERVATION,
    Kind,
    energy_function,
    terms,
)
from medyan_py.core.mechanics.loading cimport LoadedModel
from medyan_py.core.mechanics.minimiser cimport (
    FLETCHER_REEVES,
    LIMITED_BFGS,
    POLAK_RIBIERE,
    STEEPEST_DESCENT,
    Goal,
    Minimiser,
    Rule,
)
from medyan_py.core.mechanics.network cimport BEND_ANGLE, BEND_COSINE, BEND_COSINE_ANGLE
from medyan_py.core.mechanics.stretching cimport cylinder_tensions
from medyan_py.core.mechanics.surfaces cimport Surfaces

cnp.import_array()

RULES = {
    "POLAKRIBIERE": POLAK_RIBIERE,
    "FLETCHERRIEVES": FLETCHER_REEVES,
    "FLETCHERREEVES": FLETCHER_REEVES,
    "STEEPESTDESCENT": STEEPEST_DESCENT,
    "LBFGS": LIMITED_BFGS,
}


OPENMP = bool(compiled_with_openmp())    # whether more than one thread can be used

BENDING = {"COSINE": BEND_COSINE_ANGLE, "HARMONIC": BEND_COSINE, "ANGLE": BEND_ANGLE, None: BEND_COSINE}
DIHEDRALS = ("COSINE", "COSINEV2", "QUADRATIC", "QUADRATICV2")
DECREASE_EACH = 4.1 / 500   # pN nm per cylinder, kT/500: docs/minimisation.md shows what this costs and leaves
DECREASE = 0.41             # pN nm, kT/10; nothing smaller is asked of small networks
SHIFT = 100.0      # nm; how far inside the boundary the wall of REPULSIONEXPIN lies


cdef class MechanicalModel(LoadedModel):
    """Energy, forces and minimisation of filaments, linkers, motors, branches and bubbles inside walls.

    Parameters
    ----------
    planes : (p, 6) float64
        A point (nm) and the inward unit normal of every boundary plane; p may be 0.
    boundary_k, boundary_screening, boundary_cutoff : float
        Energy scale K (pN nm), screening length λ (nm) of K exp(−d/λ), and the largest distance (nm, exclusive) of a
        cylinder's midpoint (or a bubble's surface) from a wall at which it is repelled. Ignored when there is no wall.
    bending : {'COSINE', 'HARMONIC', 'ANGLE', None}
        k (1 − cos(φ − θ)); ``'HARMONIC'`` is the same with θ = 0, as in decks of the MEDYAN model; ``'ANGLE'`` is
        ½ k (φ − θ)²; None: no bending energy.
    excluded_volume : {'integral', 'monomer', None}
        Repulsion 1/r⁴ of cylinder pairs, integrated along both or summed over sampled monomers.
    volume_cutoff : float
        Largest distance (nm, inclusive) of cylinder midpoints that repel. Ignored without excluded volume.
    boundary_shape : tuple or None
        Round walls beside the planes, see ``Surfaces``: ``('SPHERICAL', centre, radius)``,
        ``('CYLINDER', centre, radius, height)`` or ``('CAPSULE', centre, radius, height)``.
    boundary_repulsion : {'REPULSIONEXP', 'REPULSIONEXPIN', None}
        ``'REPULSIONEXPIN'``: the wall that beads feel lies 100 nm inside. None: walls without energy, for
            ``boundary_distance``.
    branching_stretching : {'HARMONIC', None}
    branching_bending, branching_position : {'COSINE', None}
    branching_dihedral : {'COSINE', 'COSINEV2', 'QUADRATIC', 'QUADRATICV2', None}
        Energies of branching points (see ``branching.pyx``).
    pinning : bool
        Whether ``load`` may be given pins.
    bubbles : bool
        Whether ``load`` may be given bubbles.
    bubble_repulsion : {'REPULSIONEXP', None}
        Repulsion of beads and other bubbles by bubbles, K exp(−gap/λ).
    bubble_cutoff : float
        Largest distance (nm, exclusive) from the surface of a bubble at which it repels.
    mtoc_attachment, afm_attachment : {'ATTACHMENTHARMONIC', None}
        Springs between bubbles and the minus ends attached to them.
    membranes : MembraneTerms or None
        Energies of membranes; None: ``load`` may not be given any.

    Raises
    ------
    ValueError
        For a wrong shape, a non-unit normal, an unknown name or a number out of range.
    """

    def __init__(
        self, *, planes, boundary_k, boundary_screening, boundary_cutoff, bending, excluded_volume, volume_cutoff,
        boundary_shape=None, boundary_repulsion="REPULSIONEXP", branching_stretching=None, branching_bending=None,
        branching_dihedral=None, branching_position=None, pinning=False, bubbles=False, bubble_repulsion=None,
        bubble_cutoff=INFINITY, mtoc_attachment=None, afm_attachment=None, membranes=None,
    ):
        self.shape = boundary_shape
        self.surfaces = Surfaces(planes, boundary_shape)
        one_of("bending", bending, ("COSINE", "HARMONIC", "ANGLE", None))
        one_of("excluded_volume", excluded_volume, ("integral", "monomer", None))
        one_of("boundary_repulsion", boundary_repulsion, ("REPULSIONEXP", "REPULSIONEXPIN", None))
        one_of("branching_stretching", branching_stretching, ("HARMONIC", None))
        one_of("branching_bending", branching_bending, ("COSINE", None))
        one_of("branching_position", branching_position, ("COSINE", None))
        one_of("branching_dihedral", branching_dihedral, (*DIHEDRALS, None))
        one_of("bubble_repulsion", bubble_repulsion, ("REPULSIONEXP", None))
        one_of("mtoc_attachment", mtoc_attachment, ("ATTACHMENTHARMONIC", None))
        one_of("afm_attachment", afm_attachment, ("ATTACHMENTHARMONIC", None))
        self.walls = self.surfaces.count > 0 and boundary_repulsion is not None
        inner = boundary_repulsion == "REPULSIONEXPIN"
        self.net.boundary_shift = SHIFT if inner else 0
        if self.walls:
            self.net.boundary_k = positive("boundary_k", boundary_k)
            self.net.boundary_screening = positive("boundary_screening", boundary_screening)
            self.boundary_cutoff = positive("boundary_cutoff", boundary_cutoff)
        self.integral = excluded_volume == "integral"
        self.sampled = excluded_volume == "monomer"
        if excluded_volume is not None:
            self.volume_cutoff = positive("volume_cutoff", volume_cutoff)
        self.bends = bending is not None
        self.net.bending = BENDING[bending]
        self.net.dihedral_about_mother = branching_dihedral in ("COSINEV2", "QUADRATICV2")
        self.net.dihedral_quadratic = branching_dihedral in ("QUADRATIC", "QUADRATICV2")
        self.takes_pins, self.takes_bubbles = bool(pinning), bool(bubbles)
        if not bubbles and (bubble_repulsion or mtoc_attachment or afm_attachment):
            raise ValueError("bubbles: must be True for bubble_repulsion, mtoc_attachment and afm_attachment")
        self.bubbles_repel = bubble_repulsion is not None
        self.bubble_cutoff = positive("bubble_cutoff", bubble_cutoff, True)
        cdef dict switches = {
            FILAMENT_STRETCHING: True, LINKER_STRETCHING: True, MOTOR_STRETCHING: True, FILAMENT_BENDING: self.bends,
            BRANCHING_STRETCHING: branching_stretching, BRANCHING_BENDING: branching_bending,
            BRANCHING_DIHEDRAL: branching_dihedral, BRANCHING_POSITION: branching_position,
            EXCLUDED_VOLUME: self.integral, EXCLUDED_VOLUME_MONOMER: self.sampled,
            BOUNDARY_REPULSION: self.walls and not inner, BOUNDARY_REPULSION_IN: self.walls and inner,
            BOUNDARY_BUBBLE_REPULSION: self.walls and bubbles, PINNING: pinning,
            BUBBLE_CYLINDER_REPULSION: bubble_repulsion, BUBBLE_BUBBLE_REPULSION: bubble_repulsion,
            MTOC_ATTACHMENT: mtoc_attachment, AFM_ATTACHMENT: afm_attachment,
        }
        self.takes_membranes = membranes is not None
        if membranes is not None:
            self.membranes.set_terms(membranes)
            switches |= {
                MEMBRANE_STRETCHING_LOCAL: membranes.stretching == "LOCAL_HARMONIC",
                MEMBRANE_STRETCHING_GLOBAL: membranes.stretching == "GLOBAL_HARMONIC",
                MEMBRANE_TENSION: membranes.tension, MEMBRANE_BENDING: membranes.bending,
                MEMBRANE_PROTECTION: membranes.protects, VERTEX_ATTACHMENT: membranes.attachments,
                VOLUME_CONSERVATION: membranes.volume, TRIANGLE_BEAD: membranes.bead_repulsion,
            }
        self.set_table(switches)

    def __cinit__(self, **_):
        self.minimiser = Minimiser(self)
        self.backtracking = BacktrackingMinimiser(self)

    cdef int set_table(self, dict switches) except -1:
        cdef int kind
        self.interactions = 0
        for kind in sorted(switches):
            self.active[kind] = bool(switches[kind])
            if self.active[kind]:
                self.kind[self.interactions] = <Kind> kind
                self.function[self.interactions] = energy_function(<Kind> kind)
                self.interactions += 1
        return 0

    def evaluate(self):
        """Energy of every interaction, pN nm, by name; ``forces`` are those at the present positions afterwards.

        Raises
        ------
        MechanicsError
            When an energy or force is not finite, for instance because two cylinders intersect.
        """
        cdef double energy
        cdef Py_ssize_t i
        self.enter()
        self.busy = True
        with nogil:
            energy = self.total(self.x.data, self.gradient.data)
        self.busy = False
        cdef bint bad = not isfinite(energy)
        for i in range(self.gradient.size):
            bad = bad or not isfinite(self.gradient.data[i])
        if bad:
            raise not_finite(self, self.x.data)
        return self.energies()

    def minimise(
        self, *, method="POLAKRIBIERE", gradient_tolerance=1.0, predicted_decrease=None, max_distance=1.0,
        energy_change_relative_tolerance=1e-9, scheme="preconditioned", lambda_max=1.0, recover=True, evaluations=None,
    ):
        """Relax the positions and return a ``MinimisationRecord``.

        Parameters
        ----------
        method : {'POLAKRIBIERE', 'FLETCHERRIEVES', 'STEEPESTDESCENT', 'LBFGS'}
            Rule of the search direction. ('FLETCHERREEVES' is understood as well.)
        gradient_tolerance : float
            Largest force component, pN, of a relaxed state.
        predicted_decrease : float or None
            Largest decrease of the energy, pN nm, that may still be predicted in a relaxed state; may be infinite.
            None: kT/500 per cylinder, but at least kT/10 (0.41).
        max_distance : float
            Trust length, nm: no bead or bubble moves more than five times as far in one step.
        energy_change_relative_tolerance : float
            Twenty steps in a row that lower the energy by no more than this fraction end the search as ``'stalled'``.
        scheme : {'preconditioned', 'backtracking'}
            ``'backtracking'`` is the scheme of MEDYAN 5.4 (see ``backtracking.pyx``): it stops at the gradient
            tolerance alone, or when one step changes the energy by less than the relative tolerance. It has no
            'LBFGS'.
        lambda_max : float
            Largest step factor of that scheme, nm/pN; not used otherwise.
        recover : bool
            Whether that scheme goes on after a line search that found nothing. If not, it ends as ``'no descent'``.
        evaluations : int or None
            The search ends as ``'limit'`` after about so many; None: 10,000, and more for large models.

        Raises
        ------
        ValueError
            For an unknown method or a number out of range.
        MechanicsError
            When an energy or force is not finite at a point the search has reached. A search that ends without having
            reached its goal is no exception but in the record.
        """
        cdef Goal goal
        if method not in RULES:
            raise ValueError(f"method: {method!r}, must be one of {', '.join(RULES)}")
        cdef int rule = RULES[method]
        goal.relative = energy_change_relative_tolerance
        if not (isfinite(goal.relative) and goal.relative >= 0):
            raise ValueError(f"energy_change_relative_tolerance: {goal.relative}, must be finite and not negative")
        goal.force = positive("gradient_tolerance", gradient_tolerance)
        if predicted_decrease is None:
            goal.decrease = max(DECREASE, DECREASE_EACH * self.net.cylinders)
        else:
            goal.decrease = positive("predicted_decrease", predicted_decrease, True)
        goal.max_distance = positive("max_distance", max_distance)
        goal.evaluations = 0
        if evaluations is not None:
            if evaluations != int(evaluations) or evaluations < 1:
                raise ValueError(f"evaluations: {evaluations}, must be a whole number from 1")
            goal.evaluations = evaluations
        one_of("scheme", scheme, ("preconditioned", "backtracking"))
        if scheme == "backtracking" and rule == LIMITED_BFGS:
            raise ValueError("method: 'LBFGS' does not exist in the scheme 'backtracking'")
        cdef Doubles gradient = self.minimiser.g if scheme == "preconditioned" else self.backtracking.g
        cdef double longest = positive("lambda_max", lambda_max)
        self.enter()
        self.busy = True
        try:
            if scheme == "preconditioned":
                record = self.minimiser.run(<Rule> rule, goal)
            else:
                record = self.backtracking.run(<Rule> rule, goal, longest, recover)
        finally:
            self.busy = False
        memcpy(self.gradient.data, gradient.data, self.gradient.size * sizeof(double))
        return record

    def largest_forces(self, count=5):
        """The terms that pull hardest at the points with the largest forces, a list of ``Culprit``.

        For each of the ``count`` points with the largest force component, at the present positions, the term with the
        largest share in that force.
        """
        self.enter()
        return largest_forces(self, count)

    @property
    def threads(self):
        """Number of threads for an evaluation, 1 unless set; small systems use one whatever is set.

        Results are the same, bit for bit, for the same number. Setting raises ValueError for less than 1, and for more
        than 1 where the package was compiled without OpenMP.
        """
        return self.crew

    @threads.setter
    def threads(self, count):
        if count != int(count) or not 1 <= count <= 1024:
            raise ValueError(f"threads: {count}, must be a whole number from 1 to 1024")
        if count > 1 and not OPENMP:
            raise ValueError(f"threads: {count}, but this installation was compiled without OpenMP and can use only 1")
        self.enter()
        self.crew = count
        self.provide()

    def hessian(self):
        """Second derivatives of the energy at the present positions, scipy.sparse.csr_matrix, pN/nm.

        Symmetric, (3 m, 3 m) with the m moving points: beads, then movable bubbles in the order of ``load``. By central
        differences of the forces (step 1e-4 nm), groups of uncoupled points at a time.
        """
        self.enter()
        return sparse_hessian(self)

    def precondition(self, vector):
        """What the minimiser takes for the inverse of ``hessian``, made at the present positions, times a vector.

        ``vector``: (m, 3) float64 forces (pN) on the moving points, in the order of ``hessian``; returns the
        displacements (m, 3), nm, at which a quadratic model of the energy would be at rest. Raises ValueError for
        another shape.
        """
        cdef Doubles force = Doubles(), moved = Doubles()
        self.enter()
        given = np.asarray(vector, dtype=np.float64)
        if given.shape != (self.net.free, 3):
            raise ValueError(f"vector: shape {given.shape}, expected {(self.net.free, 3)}")
        force.resize(given.size)
        moved.resize(given.size)
        force.array[:given.size] = given.ravel()
        self.minimiser.matrix.build(&self.net, self.x.data, self.integral, self.useful_crew(), 0)
        self.minimiser.matrix.solve(force.data, moved.data)
        return moved.copy((-1, 3))

    def step_along(self, direction, double step):
        """Where a step of the minimiser leads: positions (m, 3), nm, and their derivative by ``step``.

        ``direction``: (m, 3) float64, nm, of the moving points: beads, then movable bubbles. Filaments turn without
        being stretched. Raises ValueError for another shape.
        """
        cdef Doubles way = Doubles(), place = Doubles(), velocity = Doubles()
        self.enter()
        given = np.asarray(direction, dtype=np.float64)
        if given.shape != (self.net.free, 3):
            raise ValueError(f"direction: shape {given.shape}, expected {(self.net.free, 3)}")
        for buffer in (way, place, velocity):
            (<Doubles> buffer).resize(given.size)
        way.array[:given.size] = given.ravel()
        advance(&self.net, self.x.data, way.data, step, place.data, velocity.data)
        return place.copy((-1, 3)), velocity.copy((-1, 3))

    def boundary_distance(self, points):
        """Distance (nm, positive inside) of points (n, 3) from the nearest wall, float64 (n,); ∞ without walls."""
        return self.surfaces.distance(points)

    cdef object force_of(self, tuple kinds):
        """Forces (points, 3), pN, of some interactions alone at the present positions."""
        cdef int i
        self.enter()
        self.scratch.resize(3 * self.net.points)
        memset(self.scratch.data, 0, 3 * self.net.points * sizeof(double))
        for i in range(self.interactions):
            if self.kind[i] in kinds:
                self.function[i](&self.net, self.x.data, self.scratch.data, 0, terms(&self.net, self.kind[i]))
        return -self.scratch.copy((-1, 3))

    @property
    def branch_force(self):
        """(nb, 3) float64 force of each branch on the first bead of its daughter at the present positions, pN."""
        cdef Py_ssize_t branch, axis, bead
        cdef int i
        self.enter()
        force = np.zeros((self.net.branches, 3))
        cdef double[:, ::1] out = force
        self.scratch.resize(3 * self.net.points)
        cdef double *g = self.scratch.data
        for branch in range(self.net.branches):
            bead = self.net.branch_bead[2 * branch + 1]
            memset(g + 3 * bead, 0, 3 * sizeof(double))
            for i in range(self.interactions):
                if BRANCHING_STRETCHING <= self.kind[i] <= BRANCHING_POSITION:
                    self.function[i](&self.net, self.x.data, g, branch, branch + 1)
            for axis in range(3):
                out[branch, axis] = -g[3 * bead + axis]
        return force

    @property
    def boundary_force(self):
        """(n, 3) float64 force of the walls on every bead at the present positions, pN."""
        return self.force_of((BOUNDARY_REPULSION, BOUNDARY_REPULSION_IN))[:self.net.beads]

    @property
    def wall_force(self):
        """(walls, 3) float64 force of beads and bubbles on every wall at the present positions, pN; order of walls as
        in ``wall_terms``.
        """
        cdef Py_ssize_t term, axis, point, wall
        cdef int i
        self.enter()
        force = np.zeros((self.surfaces.count, 3))
        cdef double[:, ::1] out = force
        self.scratch.resize(3 * self.net.points)
        cdef double *g = self.scratch.data
        for i in range(self.interactions):
            if self.kind[i] not in (BOUNDARY_REPULSION, BOUNDARY_REPULSION_IN, BOUNDARY_BUBBLE_REPULSION):
                continue
            for term in range(terms(&self.net, self.kind[i])):
                if self.kind[i] == BOUNDARY_BUBBLE_REPULSION:
                    point = self.net.bubble_point[self.net.bubble_wall[2 * term]]
                    wall = self.net.bubble_wall[2 * term + 1]
                else:
                    point, wall = self.net.wall[2 * term], self.net.wall[2 * term + 1]
                memset(g + 3 * point, 0, 3 * sizeof(double))
                self.function[i](&self.net, self.x.data, g, term, term + 1)
                for axis in range(3):
                    out[wall, axis] += g[3 * point + axis]
        return force

    @property
    def attachment_force(self):
        """(nb, 3) float64 force on every bubble of the filaments attached to it at the present positions, pN."""
        return self.force_of((MTOC_ATTACHMENT, AFM_ATTACHMENT))[self.bubbles.point.copy((-1,))]

    @property
    def vertex_positions(self):
        """(nv, 3) float64 copy of the vertices of membranes in the order of ``load``, nm."""
        return self.membranes.by_vertex(self.x)

    @property
    def vertex_forces(self):
        """(nv, 3) float64 forces on the vertices, fixed ones too, pN; of the same positions as ``forces``."""
        return -self.membranes.by_vertex(self.gradient)

    @property
    def triangle_bead_pairs(self):
        """(npairs, 2) int32 copy of the listed pairs of a triangle, in the order of ``load``, and a bead it repels."""
        return self.membranes.contact.copy((-1, 2))

    @property
    def bubble_positions(self):
        """(nb, 3) float64 copy of the centres of the bubbles in the order of ``load``, nm."""
        return self.x.copy((-1, 3))[self.bubbles.point.copy((-1,))]

    @property
    def bubble_forces(self):
        """(nb, 3) float64 forces on the bubbles, fixed ones too, pN; of the same positions as ``forces``."""
        return -self.gradient.copy((-1, 3))[self.bubbles.point.copy((-1,))]

    @property
    def positions(self):
        """(n, 3) float64 copy of the bead positions, nm."""
        return self.x.copy((-1, 3))[:self.net.beads]

    @property
    def moving_positions(self):
        """(m, 3) float64 copy of the places of all points that can move, nm: the rows of ``hessian``."""
        return self.x.copy((-1, 3))[:self.net.free]

    @property
    def forces(self):
        """(n, 3) float64 forces on the beads, pN, at the last ``evaluate`` or the end of the last ``minimise``."""
        return -self.gradient.copy((-1, 3))[:self.net.beads]

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
        """(nterms, 2) int32 copy of the listed (bead, wall) pairs. Walls: planes, then the round one, then lids."""
        return self.wall.copy((-1, 2))
