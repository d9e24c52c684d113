"""Preconditioned non-linear conjugate gradients with a loose line search.

Direction: d = −P⁻¹g + β d with Polak–Ribière+ or Fletcher–Reeves β (in the inner product of the preconditioner P) or β = 0; Nocedal
& Wright, Numerical Optimization (2006), section 5.2. A step is accepted as soon as the energy falls (Armijo) and the slope along d has
shrunk to a fraction CURVATURE, which one or two evaluations reach on average; an exact search costs more than it saves.
An energy higher than the present one is never accepted.

Trust radius: no bead moves farther in one step than REACH × max_distance. The energy along a long step does not show that two
filaments have passed through each other, so steps stay below usual distances between filaments; one max_distance (1 nm in
most decks) itself would cut most steps, because the preconditioned direction is well scaled and its first step is 1.

The search stops as converged when the largest force component is below the tolerance and the predicted decrease ½ gᵀP⁻¹g is
below PREDICTED: the largest force alone says little about soft modes.
"""

from libc.math cimport INFINITY, fabs, isfinite, sqrt
from libc.string cimport memcpy

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel, largest_move
from medyan_py.core.mechanics.preconditioner cimport Preconditioner

from medyan_py.core.mechanics.record import MinimisationRecord

cdef double ARMIJO = 1e-4
cdef double CURVATURE = 0.3
cdef double REACH = 10           # trust radius in units of max_distance
cdef double PREDICTED = 0.41     # pN nm, a tenth of kT
cdef int TRIALS = 40             # evaluations of one line search; backtracking from any step to rounding level
cdef int FLAT = 20               # consecutive steps with negligible decrease that end a search
cdef int REFRESH = 50            # steps after which the preconditioner is built anew


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


cdef double longest_vector(const double *u, Py_ssize_t beads) noexcept nogil:
    cdef double largest = 0
    cdef Py_ssize_t b
    for b in range(beads):
        largest = max(largest, u[3 * b] * u[3 * b] + u[3 * b + 1] * u[3 * b + 1] + u[3 * b + 2] * u[3 * b + 2])
    return sqrt(largest)


cdef class Minimiser:
    """Search directions, line search and their scratch memory for one model."""

    def __cinit__(self, EnergyModel model):
        self.model = model
        self.matrix = Preconditioner()
        self.g = Doubles()
        self.z = Doubles()
        self.d = Doubles()
        self.trial_x = Doubles()
        self.trial_g = Doubles()
        self.best_x = Doubles()
        self.best_g = Doubles()
        self.start = Doubles()

    cdef int begin_search(self) except -1:
        """Energy, gradient and preconditioner at the model's positions and lists; raises MechanicsError if not finite."""
        cdef int moved = self.model.separate()
        self.separated += moved
        self.energy = self.model.total(self.model.x.data, self.g.data)
        self.evaluations += 1
        if not isfinite(self.energy) or not finite(self.g.data, 3 * self.model.net.beads):
            raise self.model.complain(self.model.x.data)
        self.matrix.build(&self.model.net, self.model.x.data)
        return 0

    cdef double line_search(self, double first, double longest) noexcept nogil:
        """Move along d; returns the step, 0 if no lower energy was found.

        On success ``best_x``, ``best_g`` and ``energy`` are those of the new point.
        """
        cdef Py_ssize_t i, n = 3 * self.model.net.beads
        cdef const double *x = self.model.x.data
        cdef double step = min(first, longest), lower = 0, upper = INFINITY, lower_slope = self.slope
        cdef double energy, slope, accepted = 0, accepted_energy = self.energy, next_step
        cdef int trial
        for trial in range(TRIALS):
            for i in range(n):
                self.trial_x.data[i] = x[i] + step * self.d.data[i]
            energy = self.model.total(self.trial_x.data, self.trial_g.data)
            self.evaluations += 1
            slope = dot(self.trial_g.data, self.d.data, n)
            if not (isfinite(energy) and isfinite(slope)):
                upper = step
                next_step = lower + 0.2 * (step - lower)
            elif energy > self.energy + ARMIJO * step * self.slope or energy > accepted_energy:
                if accepted > 0 and trial > 1:
                    break
                upper = step
                # minimum of the parabola through both energies and the slope at the lower end
                next_step = energy - accepted_energy - lower_slope * (step - lower)
                next_step = lower - 0.5 * lower_slope * (step - lower) * (step - lower) / next_step if next_step > 0 else 0
                next_step = min(max(next_step, lower + 0.1 * (step - lower)), lower + 0.6 * (step - lower))
            else:
                memcpy(self.best_x.data, self.trial_x.data, n * sizeof(double))
                memcpy(self.best_g.data, self.trial_g.data, n * sizeof(double))
                accepted = step
                accepted_energy = energy
                if fabs(slope) <= CURVATURE * fabs(self.slope) or trial >= 2 or (slope < 0 and step >= longest):
                    break
                # where the slope vanishes if it is linear
                if slope < 0:
                    next_step = step + (4 * step if slope <= lower_slope
                                        else min(4 * step, slope * (step - lower) / (lower_slope - slope)))
                    if slope > lower_slope:
                        next_step = step - slope * (step - lower) / (slope - lower_slope)
                    next_step = min(next_step, 5 * step, longest, 0.5 * (step + upper) if upper < INFINITY else INFINITY)
                    lower = step
                    lower_slope = slope
                else:
                    next_step = lower + (step - lower) * lower_slope / (lower_slope - slope)
                    next_step = max(next_step, lower + 0.1 * (step - lower))
                    upper = step
            if next_step == step or next_step <= 0:
                break
            step = next_step
        self.energy = accepted_energy
        return accepted

    cdef object run(self, Rule rule, double tolerance, double max_distance, double relative):
        cdef EnergyModel model = self.model
        cdef Py_ssize_t n = 3 * model.net.beads, i, limit = max(10000, 3 * model.net.beads), age = 0, flat = 0
        cdef double before, product, old_product, beta, step = 1, accepted, longest
        cdef bint fresh = True, steepest = True
        cdef str status = "limit"
        for buffer in (self.g, self.z, self.d, self.trial_x, self.trial_g, self.best_x, self.best_g, self.start):
            (<Doubles> buffer).resize(n)
        self.evaluations = self.iterations = self.rebuilds = self.separated = 0
        memcpy(self.start.data, model.x.data, n * sizeof(double))
        self.begin_search()
        energies_before = model.energies()

        while True:
            if fresh:
                self.matrix.solve(self.g.data, self.z.data)
                product = dot(self.g.data, self.z.data, n)
                for i in range(n):
                    self.d.data[i] = -self.z.data[i]
                self.slope = -product
                step = 1
                age = 0
                steepest = True
                fresh = False
            self.residual = largest_component(self.g.data, n)
            self.predicted = 0.5 * product
            if self.residual < tolerance and self.predicted < PREDICTED:
                status = "converged"
                break
            if self.evaluations >= limit:
                break
            before = self.energy
            longest = REACH * max_distance / longest_vector(self.d.data, model.net.beads)
            accepted = self.line_search(step, longest)
            if accepted == 0:
                if steepest and age == 0:
                    status = "stalled"
                    break
                self.matrix.build(&model.net, model.x.data)
                fresh = True
                continue
            self.iterations += 1
            age += 1
            memcpy(model.x.data, self.best_x.data, n * sizeof(double))
            if before - self.energy <= relative * fabs(self.energy):
                flat += 1
                if flat >= FLAT:
                    memcpy(self.g.data, self.best_g.data, n * sizeof(double))
                    self.residual = largest_component(self.g.data, n)
                    status = "stalled"
                    break
            else:
                flat = 0
            if model.moved() > model.reach:
                self.rebuilds += 1
                if model.rebuild_lists():
                    self.begin_search()
                    fresh = True
                    continue
            if age >= REFRESH:
                memcpy(self.g.data, self.best_g.data, n * sizeof(double))
                self.matrix.build(&model.net, model.x.data)
                fresh = True
                continue

            old_product = product
            beta = 0
            if rule == POLAK_RIBIERE:
                beta = -dot(self.best_g.data, self.z.data, n)     # z is still that of the previous gradient
            memcpy(self.g.data, self.best_g.data, n * sizeof(double))
            self.matrix.solve(self.g.data, self.z.data)
            product = dot(self.g.data, self.z.data, n)
            if rule == STEEPEST_DESCENT:
                beta = 0
            else:
                beta = max(0, (product + beta) / old_product)
            for i in range(n):
                self.d.data[i] = -self.z.data[i] + beta * self.d.data[i]
            self.slope = dot(self.g.data, self.d.data, n)
            steepest = beta == 0
            if self.slope >= 0:
                for i in range(n):
                    self.d.data[i] = -self.z.data[i]
                self.slope = -product
                steepest = True
            step = accepted

        model.total(model.x.data, self.g.data)
        return MinimisationRecord(
            status=status,
            iterations=self.iterations,
            evaluations=self.evaluations,
            energies_before=energies_before,
            energies_after=model.energies(),
            residual=self.residual,
            predicted_decrease=self.predicted,
            largest_displacement=largest_move(model.x.data, self.start.data, model.net.beads),
            rebuilds=self.rebuilds,
            separated=self.separated,
        )


def tune(**k):
    global ARMIJO, CURVATURE, REACH, PREDICTED, REFRESH
    CURVATURE = k.get("curvature", CURVATURE)
    REACH = k.get("reach", REACH)
    PREDICTED = k.get("predicted", PREDICTED)
    REFRESH = k.get("refresh", REFRESH)
