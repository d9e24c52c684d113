"""The minimisation scheme of MEDYAN 5.4, step for step: conjugate gradients with a step that can only shrink.

It relaxes a network incompletely: steps are limited by the stiffest segment, so soft modes are left where they are
and act like a drag. Published shapes and speeds of contraction contain this. It serves to reproduce them; the
ordinary minimiser reaches the same tolerance with far fewer evaluations and a lower energy.

Neighbour lists stay as they are during the whole minimisation, so all walls and bubbles within their cutoffs are
listed.
"""

from libc.math cimport INFINITY, fabs, isfinite
from libc.string cimport memcpy

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel, largest_move
from medyan_py.core.mechanics.failure cimport not_finite
from medyan_py.core.mechanics.minimiser cimport (
    FLETCHER_REEVES,
    POLAK_RIBIERE,
    Goal,
    Rule,
    dot,
    finite,
    largest_component,
)

from medyan_py.core.mechanics.record import MinimisationRecord

cdef double ARMIJO = 0.4
cdef double SHRINK = 0.5
cdef double SMALLEST = 1e-8      # nm/pN; a smaller step is no step


cdef class BacktrackingMinimiser:
    """The scheme and its scratch memory for one model."""

    def __cinit__(self, EnergyModel model):
        self.model = model
        self.g, self.d, self.trial_x = Doubles(), Doubles(), Doubles()
        self.trial_g, self.saved_x, self.start = Doubles(), Doubles(), Doubles()

    cdef double line_search(self, double first, double armijo) noexcept nogil:
        """Halve the step from ``first`` until the energy falls enough; the step, or 0 when it became too small."""
        cdef Py_ssize_t i, n = 3 * self.model.net.free
        cdef double step = first, slope = dot(self.g.data, self.d.data, n)
        while step > SMALLEST:
            for i in range(n):
                self.trial_x.data[i] = self.model.x.data[i] + step * self.d.data[i]
            self.trial_energy = self.model.total(self.trial_x.data, self.trial_g.data)
            self.evaluations += 1
            if isfinite(self.trial_energy) and self.trial_energy - self.energy <= armijo * step * slope:
                return step
            step *= SHRINK
        return 0

    cdef int take_trial(self) noexcept nogil:
        cdef Py_ssize_t bytes = 3 * self.model.net.free * sizeof(double)
        memcpy(self.model.x.data, self.trial_x.data, bytes)
        memcpy(self.g.data, self.trial_g.data, bytes)
        self.energy = self.trial_energy
        self.forces += 1
        return 0

    cdef int steepest(self) noexcept nogil:
        cdef Py_ssize_t i
        for i in range(3 * self.model.net.free):
            self.d.data[i] = -self.g.data[i]
        return 0

    cdef int kick(self, double max_distance) except -1:
        """Move along d so far that the largest component moves by ``max_distance``, also uphill."""
        cdef Py_ssize_t i, n = 3 * self.model.net.free
        cdef double factor = INFINITY
        for i in range(n):
            if self.d.data[i] != 0:
                factor = min(factor, max_distance / fabs(self.d.data[i]))
        if factor == INFINITY:
            return 0
        for i in range(n):
            self.model.x.data[i] += factor * self.d.data[i]
        self.energy = self.model.total(self.model.x.data, self.g.data)
        self.evaluations += 1
        self.forces += 1
        if not (isfinite(self.energy) and finite(self.g.data, n)):
            raise not_finite(self.model, self.model.x.data)
        return 0

    cdef object run(self, Rule rule, Goal goal, double lambda_max, bint recover):
        cdef EnergyModel model = self.model
        cdef Py_ssize_t n = 3 * model.net.free, i, limit = max(10000, 3 * model.net.free)
        cdef double squares, old_squares, product, beta, residual, previous, change = INFINITY, step, saved = INFINITY
        cdef bint safe = False
        limit = goal.evaluations or limit
        for buffer in (self.g, self.d, self.trial_x, self.trial_g, self.saved_x, self.start):
            (<Doubles> buffer).resize(3 * model.net.points)
        memcpy(self.trial_x.data, model.x.data, 3 * model.net.points * sizeof(double))
        memcpy(self.start.data, model.x.data, n * sizeof(double))
        self.iterations = 0
        self.evaluations = self.forces = 1
        model.rebuild_lists(True)
        separated = model.separate()
        self.energy = previous = model.total(model.x.data, self.g.data)
        if not (isfinite(self.energy) and finite(self.g.data, n)):
            raise not_finite(model, model.x.data)
        energies_before = model.energies()
        self.steepest()
        old_squares = dot(self.g.data, self.g.data, n)
        status = "limit"
        while self.forces <= limit:
            residual = largest_component(self.g.data, n)
            if residual < goal.force:
                status = "converged"
                break
            if change < goal.relative:
                status = "stalled"
                break
            with nogil:
                step = self.line_search(min(lambda_max, goal.max_distance / residual), 0 if safe else ARMIJO)
            if step == 0 and not recover:
                status = "no descent"
                break
            if step == 0:
                if safe:
                    self.kick(goal.max_distance)
                safe = not safe
                self.steepest()
                old_squares = dot(self.g.data, self.g.data, n)
                continue
            if not finite(self.trial_g.data, n):
                raise not_finite(model, self.trial_x.data)
            product = -dot(self.g.data, self.trial_g.data, n)
            self.take_trial()
            self.iterations += 1
            change = fabs(self.energy - previous) / fabs(previous) if previous != 0 else INFINITY
            previous = self.energy
            squares = dot(self.g.data, self.g.data, n)
            beta = 0
            if rule == FLETCHER_REEVES:
                beta = squares / old_squares
            elif rule == POLAK_RIBIERE:
                beta = max(0, (squares + product) / old_squares)
            for i in range(n):
                self.d.data[i] = -self.g.data[i] + beta * self.d.data[i]
            if dot(self.g.data, self.d.data, n) >= 0:
                self.steepest()
            old_squares = squares
            if self.iterations > limit // 2 and self.energy < saved and \
                    largest_component(self.g.data, n) <= 10 * goal.force:
                saved = self.energy
                memcpy(self.saved_x.data, model.x.data, n * sizeof(double))
        if status == "limit" and saved < INFINITY:
            memcpy(model.x.data, self.saved_x.data, n * sizeof(double))
        model.total(model.x.data, self.g.data)
        return MinimisationRecord(
            status=status,
            iterations=self.iterations,
            evaluations=self.evaluations,
            energies_before=energies_before,
            energies_after=model.energies(),
            residual=largest_component(self.g.data, n),
            predicted_decrease=float("nan"),
            largest_displacement=largest_move(model.x.data, self.start.data, model.net.free),
            rebuilds=0,
            separated=separated,
        )
