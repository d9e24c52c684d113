"""Which terms are responsible when a minimisation fails. Slow and thorough: it evaluates terms one by one."""

from libc.math cimport fabs, isfinite
from libc.string cimport memset

import numpy as np

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.interactions cimport (
    BRANCHING_POSITION,
    BRANCHING_STRETCHING,
    EXCLUDED_VOLUME,
    EXCLUDED_VOLUME_MONOMER,
    FILAMENT_BENDING,
    FILAMENT_STRETCHING,
    LINKER_STRETCHING,
    MOTOR_STRETCHING,
    Kind,
    describe,
    term_points,
    terms,
)

from medyan_py.core.mechanics.errors import Culprit, MechanicsError
from medyan_py.core.mechanics.interactions import NAMES


cdef tuple cylinders_of(EnergyModel model, Kind kind, Py_ssize_t term):
    """Cylinders concerned by a term, in the numbering of the model; those beside a bead for terms of single beads."""
    cdef Py_ssize_t bead
    if kind == FILAMENT_STRETCHING:
        return (term,)
    if kind == EXCLUDED_VOLUME or kind == EXCLUDED_VOLUME_MONOMER:
        return (model.net.pair[2 * term], model.net.pair[2 * term + 1])
    points = [point for point in term_points(&model.net, kind, term) if point < model.net.beads]
    if kind in (LINKER_STRETCHING, MOTOR_STRETCHING) or BRANCHING_STRETCHING <= kind <= BRANCHING_POSITION:
        return tuple(cylinder_after(model, bead) for bead in (points[0], points[2]))
    if kind == FILAMENT_BENDING:
        return (cylinder_after(model, points[0]), cylinder_after(model, points[1]))
    return tuple(sorted({cylinder_after(model, bead) for bead in points}))


cdef Py_ssize_t cylinder_after(EnergyModel model, Py_ssize_t bead):
    """Cylinder that begins at a bead, or the last one of the filament that ends there."""
    cdef Py_ssize_t f = 0
    while model.net.filament_start[f + 1] <= bead:
        f += 1
    return min(bead, model.net.filament_start[f + 1] - 2) - f


cdef object culprit(EnergyModel model, const double *x, Kind kind, Py_ssize_t term, Py_ssize_t point, double energy,
                    double force, double total):
    cdef object bond = None
    if kind == LINKER_STRETCHING:
        bond = model.net.linker[term]
    elif kind == MOTOR_STRETCHING:
        bond = model.net.motor[term]
    return Culprit(
        interaction=NAMES[<int> kind],
        energy=energy,
        force=force,
        total=total,
        point=point,
        cylinders=cylinders_of(model, kind, term),
        bond=bond,
        branch=term if BRANCHING_STRETCHING <= kind <= BRANCHING_POSITION else None,
        text=describe(&model.net, x, kind, term),
    )


cdef object not_finite(EnergyModel model, const double *x):
    """The error that names the first interaction and objects whose energy or gradient is not finite at ``x``."""
    cdef Py_ssize_t term, point, i
    cdef int n
    cdef double value
    cdef bint bad
    model.scratch.resize(3 * model.net.points)
    cdef double *g = model.scratch.data
    memset(g, 0, 3 * model.net.points * sizeof(double))
    for n in range(model.interactions):
        for term in range(terms(&model.net, model.kind[n])):
            value = model.function[n](&model.net, x, g, term, term + 1)
            bad = not isfinite(value)
            points = term_points(&model.net, model.kind[n], term)
            for point in points:
                for i in range(3 * point, 3 * point + 3):
                    bad = bad or not isfinite(g[i])
                    g[i] = 0
            if bad:
                found = culprit(model, x, model.kind[n], term, points[0], value, float("nan"), float("nan"))
                what = f"energy {value:.6g} pN nm or its force is not finite"
                return MechanicsError(f"{found.interaction}: {what} for {found.text}", [found])
    return MechanicsError("the sum of the energies is not finite although every term is")


cdef list largest_forces(EnergyModel model, Py_ssize_t count):
    """The term with the largest share in the force on each of the ``count`` points with the largest force component."""
    cdef Py_ssize_t term, axis, place
    cdef int n
    cdef double value, share
    cdef Doubles gradient = Doubles()
    gradient.resize(3 * model.net.points)
    model.total(model.x.data, gradient.data)
    force = np.abs(gradient.copy((-1, 3)))[:model.net.free]
    worst = [int(p) for p in np.argsort(-force.max(axis=1), kind="stable")[:count]]
    axes = {point: int(force[point].argmax()) for point in worst}
    best = {}
    model.scratch.resize(3 * model.net.points)
    cdef double *g = model.scratch.data
    memset(g, 0, 3 * model.net.points * sizeof(double))
    for n in range(model.interactions):
        for term in range(terms(&model.net, model.kind[n])):
            points = term_points(&model.net, model.kind[n], term)
            wanted = [point for point in points if point in axes]
            if not wanted:
                continue
            value = model.function[n](&model.net, model.x.data, g, term, term + 1)
            for point in wanted:
                axis = axes[point]
                share = fabs(g[3 * point + axis])
                if point not in best or share > best[point][0]:
                    best[point] = (share, n, term, value)
            for point in points:
                for axis in range(3):
                    g[3 * point + axis] = 0
    found = []
    for point in worst:
        if point in best:
            share, n, place, value = best[point]
            found.append(culprit(model, model.x.data, model.kind[n], place, point, value, share,
                                 force[point, axes[point]]))
    return found
