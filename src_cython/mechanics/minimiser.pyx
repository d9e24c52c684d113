"""Preconditioned minimisation with a loose line search: conjugate gradients, steepest descent, limited-memory BFGS.

Direction: d = −P⁻¹g + β d with Polak–Ribière+ or Fletcher–Reeves β (in the inner product of the preconditioner P) or
β = 0; Nocedal & Wright, Numerical Optimization (2006), section 5.2; or that of ``quasi_newton.pyx``.

Steps follow curves along which filaments turn without being stretched (``curved_steps.pyx``); the direction is carried
along to the new point. A step is accepted as soon as the energy falls (Armijo) and the slope has shrunk to the fraction
CURVATURE, which takes one to two evaluations; an exact search costs more than it saves. An energy higher than the
present one is never accepted.

Trust radius: no point moves farther in one step than REACH × max_distance. The energy at the end of a long step does
not show that two filaments have passed through each other, so steps stay below usual distances between filaments. A
filament that would go farther has its part of the direction shortened, so that the others take their full step: the
number of steps of a large network is not set by its floppiest filament.

Vertices of membranes whose triangles resist (``membrane/matter.pyx``) move along narrow curved valleys, where what past
steps taught misleads: their part of the direction is −P⁻¹g with P made anew at every step (Gauss–Newton), their steps
are curved, and where shorter ones are accepted P is damped.

The search stops as converged when the largest force component is below the tolerance and the predicted decrease
½ gᵀP⁻¹g is below the caller's, because the largest force alone says little about soft modes.
What is left above the
minimum then, in rotation and sliding of whole filaments against soft bonds, is in docs/minimisation.md.
"""

from libc.math cimport INFINITY, fabs, isfinite
from libc.string cimport memcpy

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.curved_steps cimport advance, longest_vector, shorten
from medyan_py.core.mechanics.energy cimport EnergyModel, largest_move
from medyan_py.core.mechanics.failure cimport not_finite
from medyan_py.core.mechanics.preconditioner cimport Preconditioner
from medyan_py.core.mechanics.quasi_newton cimport CorrectionPairs
from medyan_py.core.membrane.sheets cimport Membranes

from medyan_py.core.mechanics.record import MinimisationRecord

cdef double ARMIJO = 1e-4
cdef double CURVATURE = 0.7
cdef double REACH = 5            # trust radius in units of max_distance
cdef int TRIALS = 40             # evaluations of one line search; backtracking from any step to rounding level
cdef int FLAT = 20               # consecutive steps with negligible decrease that end a search
cdef double VISIBLE = 1e-9       # a decrease larger than this fraction of the energies cannot be lost in rounding
cdef int REFRESH = 10            # steps after which the preconditioner is built anew …
cdef int SELDOM = 50             # … with membranes, whose factors do not change …
cdef double WAY = 10             # … unless a point may have gone so far (nm) that the normals have turned
cdef double NEAR = 41            # pN nm, ten kT; a larger predicted decrease is far from a minimum


cdef double dot(const double *u, const double *v, Py_ssize_t n) noexcept nogil:
    cdef double total = 0
    cdef Py_ssize_t i
    for i in range(n):
        total += u[i] * v[i]
    return total


cdef double largest_component(const double *u, Py_ssize_t n) noexcept nogil:
    cdef double largest = 0
    cdef Py_ssize_t i
    for i in range(n):
        largest = max(largest, fabs(u[i]))
    return largest


cdef bint finite(const double *u, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        if not isfinite(u[i]):
            return False
    return True


cdef double parabola(double start, double energy, double slope, double step, double higher) noexcept nogil:
    """Minimum of the parabola with ``energy`` and ``slope`` at ``start``, ``higher`` at ``step``; kept well inside."""
    cdef double length = step - start, excess = higher - energy - slope * length
    cdef double fraction = -0.5 * slope * length / excess if excess > 0 else 0
    return start + length * min(max(fraction, 0.1), 0.6)


cdef class Minimiser:
    """Search directions, line search and their scratch memory for one model."""

    def __cinit__(self, EnergyModel model):
        self.model = model
        self.matrix = Preconditioner()
        self.pairs = CorrectionPairs()
        self.g = Doubles()
        self.z = Doubles()
        self.d = Doubles()
        self.trial_x = Doubles()
        self.trial_g = Doubles()
        self.trial_d = Doubles()
        self.best_x = Doubles()
        self.best_g = Doubles()
        self.best_d = Doubles()
        self.start = Doubles()
        self.bow = Doubles()

    cdef int begin_search(self) except -1:
        """Energy and gradient at the model's positions and lists; raises MechanicsError if not finite."""
        self.separated += self.model.separate()
        with nogil:
            self.energy = self.model.total(self.model.x.data, self.g.data)
        self.evaluations += 1
        if not isfinite(self.energy) or not finite(self.g.data, 3 * self.model.net.free):
            raise not_finite(self.model, self.model.x.data)
        return 0

    cdef double line_search(self, double first, double longest) noexcept nogil:
        """Move along d; returns the step, 0 if no lower energy was found.

        On success ``best_x``, ``best_g`` and ``energy`` are those of the new point, ``best_d`` is d carried there.
        """
        cdef Py_ssize_t n = 3 * self.model.net.free
        cdef const double *x = self.model.x.data
        cdef double step = min(first, longest), lower = 0, upper = INFINITY, lower_slope = self.slope
        cdef double energy, slope, accepted = 0, accepted_energy = self.energy, next_step
        cdef int trial
        cdef bint bent = self.matrix.bow(&self.model.net, x, self.d.data, self.slope, longest, self.bow.data)
        for trial in range(TRIALS):
            advance(&self.model.net, x, self.d.data, step, self.trial_x.data, self.trial_d.data)
            if bent:
                self.add_bow(step)
            energy = self.model.total(self.trial_x.data, self.trial_g.data)
            self.evaluations += 1
            slope = dot(self.trial_g.data, self.trial_d.data, n)
            if not (isfinite(energy) and isfinite(slope)):
                upper = step
                next_step = lower + 0.2 * (step - lower)
            elif energy > self.energy + ARMIJO * step * self.slope or energy > accepted_energy:
                if accepted > 0 and trial > 1:
                    break
                upper = step
                next_step = parabola(lower, accepted_energy, lower_slope, step, energy)
            else:
                memcpy(self.best_x.data, self.trial_x.data, n * sizeof(double))
                memcpy(self.best_g.data, self.trial_g.data, n * sizeof(double))
                memcpy(self.best_d.data, self.trial_d.data, n * sizeof(double))
                accepted = step
                accepted_energy = energy
                if fabs(slope) <= CURVATURE * fabs(self.slope) or trial >= 2 or (slope < 0 and step >= longest):
                    break
                # where the slope vanishes if it is linear
                if slope < 0:
                    next_step = min(5 * step, longest)
                    if slope > lower_slope:
                        next_step = min(next_step, step - slope * (step - lower) / (slope - lower_slope))
                    if upper < INFINITY:
                        next_step = min(next_step, 0.5 * (step + upper))
                    lower = step
                    lower_slope = slope
                else:
                    upper = step
                    next_step = max(lower + (step - lower) * lower_slope / (lower_slope - slope),
                                    lower + 0.1 * (step - lower))
            if next_step == step or next_step <= 0:
                break
            step = next_step
        self.energy = accepted_energy
        return accepted

    cdef void add_bow(self, double step) noexcept nogil:
        """Add the second-order part of a step to vertices."""
        cdef const Membranes *m = self.model.net.membranes
        cdef double *y = self.trial_x.data + 3 * m.base
        cdef double *v = self.trial_d.data + 3 * m.base
        cdef Py_ssize_t i
        for i in range(3 * m.movable):
            y[i] += step * step * self.bow.data[i]
            v[i] += 2 * step * self.bow.data[i]

    cdef void steepest_direction(self) noexcept nogil:
        """d = −z."""
        cdef Py_ssize_t i
        for i in range(3 * self.model.net.free):
            self.d.data[i] = -self.z.data[i]
        self.slope = -self.product
        self.steepest = True

    cdef void restart(self) noexcept nogil:
        """Solve for z = P⁻¹g and set off along −z."""
        self.matrix.solve(self.g.data, self.z.data)
        self.product = dot(self.g.data, self.z.data, 3 * self.model.net.free)
        self.steepest_direction()

    cdef void turn(self, Rule rule) noexcept nogil:
        """New z and d at the gradient g; z, d and ``product`` are those of the previous point."""
        cdef Py_ssize_t i, n = 3 * self.model.net.free
        cdef double before = self.product, overlap = dot(self.g.data, self.z.data, n), beta = 0
        self.matrix.solve(self.g.data, self.z.data)
        self.product = dot(self.g.data, self.z.data, n)
        if rule == LIMITED_BFGS:
            self.pairs.direction(self.g.data, self.matrix, self.d.data)
            self.steepest = self.pairs.count == 0
        else:
            if rule == POLAK_RIBIERE:
                beta = max(0, (self.product - overlap) / before)
            elif rule == FLETCHER_REEVES:
                beta = self.product / before
            for i in range(n):
                self.d.data[i] = beta * self.d.data[i] - self.z.data[i]
            self.steepest = beta == 0
        self.matrix.steepest_for_matter(self.z.data, self.d.data)
        self.slope = dot(self.g.data, self.d.data, n)
        if not self.slope < 0:
            self.pairs.count = 0
            self.steepest_direction()

    cdef double limit_direction(self, double step, double reach) noexcept nogil:
        """Shorten what a ``step`` along d would move farther than ``reach``; returns the longest step allowed then."""
        if step * longest_vector(self.d.data, self.model.net.free) > reach:
            self.slope += shorten(&self.model.net, self.g.data, reach / step, self.d.data)
            self.steepest = False
            if self.slope < 0 and step * longest_vector(self.d.data, self.model.net.free) <= 1.0001 * reach:
                return step
            if self.slope >= 0:
                self.steepest_direction()
        return reach / longest_vector(self.d.data, self.model.net.free)

    cdef double damped(self, double damping, double accepted, double stiffness) noexcept nogil:
        """Damping of the moves of matter after a step, pN/nm: so much that the step would have had the length accepted.

        Along soft modes steps are then short while those along stiff ones keep their full length (Levenberg–Marquardt).
        Far from a minimum it would hold a compressed membrane in the wrinkles that grow first.
        """
        if accepted >= 1:
            damping *= 0.5
        elif accepted > 0 and 0.5 * self.product < NEAR:
            damping += (1 / accepted - 1) * stiffness
        return damping if damping > 1e-3 * stiffness else 0

    cdef bint follow_neighbours(self) except -1:
        """After a step: renew the lists when beads have moved far; True if the energy function changed."""
        if self.model.moved() <= self.model.reach:
            return False
        self.rebuilds += 1
        if not self.model.rebuild_lists():
            return False
        self.begin_search()
        return True

    cdef str nothing_found(self):
        """Status when steepest descent with a fresh preconditioner finds no lower energy.

        That is the end of what double precision can resolve, unless a decrease was predicted that would show.
        """
        cdef double size = 0
        cdef int i
        for i in range(self.model.interactions):
            size += fabs(self.model.energy[i])
        return "stalled" if 0.5 * self.product <= VISIBLE * size else "no descent"

    cdef str descend(self, Rule rule, Goal goal):
        """Step until nothing is left to gain; returns the status."""
        cdef EnergyModel model = self.model
        cdef Py_ssize_t n = 3 * model.net.free, limit = max(10000, 3 * model.net.free), age = 0, flat = 0
        limit = goal.evaluations or limit
        cdef double before, step = 1, accepted, longest, way = 0
        cdef double damping = 0, stiffness = 0
        cdef bint fresh, straight, membranes = model.net.free > model.net.beads + model.bubbles.movable
        with nogil:
            self.restart()
        while True:
            self.residual = self.matrix.largest(self.g.data)
            if self.residual < goal.force and 0.5 * self.product < goal.decrease:
                if damping == 0:
                    return "converged"
                damping = 0                       # the decrease was predicted with it
                self.matrix.build_matter(&model.net, model.x.data, damping)
                with nogil:
                    self.restart()
                continue
            if flat >= FLAT:
                return "stalled"
            if self.evaluations >= limit:
                return "limit"
            before = self.energy
            with nogil:
                straight = self.steepest
                stiffness = self.matrix.stiffness_of_matter(self.g.data, self.z.data)
                longest = self.limit_direction(step, REACH * goal.max_distance)
                accepted = self.line_search(step, longest)
                if accepted > 0:
                    if accepted >= longest:       # far from a minimum: curvatures found here mislead farther on
                        self.pairs.count = 0
                    elif rule == LIMITED_BFGS:
                        self.pairs.remember(model.x.data, self.best_x.data, self.g.data, self.best_g.data, self.matrix)
                    memcpy(model.x.data, self.best_x.data, n * sizeof(double))
                    memcpy(self.g.data, self.best_g.data, n * sizeof(double))
                    memcpy(self.d.data, self.best_d.data, n * sizeof(double))
            damping = self.damped(damping, accepted, stiffness)
            if accepted == 0 and straight and age == 0:
                return self.nothing_found()
            fresh = accepted == 0
            if accepted > 0:
                self.iterations += 1
                age += 1
                way += accepted * longest_vector(self.d.data, model.net.free)
                flat = flat + 1 if before - self.energy <= goal.relative * fabs(self.energy) else 0
                fresh = self.follow_neighbours() or age >= (SELDOM if membranes else REFRESH)
                fresh = fresh or (membranes and way > WAY)
            step = 1 if fresh or rule == LIMITED_BFGS or self.matrix.has_matter() else accepted
            if fresh:
                self.matrix.build(&model.net, model.x.data, model.integral, model.useful_crew(), damping)
                age = 0
                way = 0
            else:
                self.matrix.build_matter(&model.net, model.x.data, damping)
            with nogil:
                if accepted > 0 and (not fresh or rule == LIMITED_BFGS):
                    self.turn(rule)
                else:
                    self.pairs.count = 0
                    self.restart()

    cdef object run(self, Rule rule, Goal goal):
        cdef EnergyModel model = self.model
        cdef Py_ssize_t n = 3 * model.net.free
        for buffer in (self.g, self.z, self.d, self.trial_x, self.trial_g, self.trial_d, self.best_x, self.best_g,
                       self.best_d, self.start, self.bow):
            (<Doubles> buffer).resize(3 * model.net.points)
        if rule == LIMITED_BFGS:
            self.pairs.begin(n)
        # fixed points are read by the energy but never written by a step
        memcpy(self.trial_x.data, model.x.data, 3 * model.net.points * sizeof(double))
        self.evaluations = self.iterations = self.rebuilds = self.separated = 0
        memcpy(self.start.data, model.x.data, n * sizeof(double))
        self.begin_search()
        energies_before = model.energies()
        self.matrix.build(&model.net, model.x.data, model.integral, model.useful_crew(), 0)
        status = self.descend(rule, goal)
        model.total(model.x.data, self.g.data)
        return MinimisationRecord(
            status=status,
            iterations=self.iterations,
            evaluations=self.evaluations,
            energies_before=energies_before,
            energies_after=model.energies(),
            residual=self.residual,
            predicted_decrease=0.5 * self.product,
            largest_displacement=largest_move(model.x.data, self.start.data, model.net.free),
            rebuilds=self.rebuilds,
            separated=self.separated,
        )
