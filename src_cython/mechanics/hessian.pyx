"""Second derivatives of the energy as a sparse matrix, by differences of gradients.

Points that no term couples, directly or through a common partner, are displaced together: their columns share no row
(Curtis, Powell & Reid, J Inst Maths Applics 13, 117 (1974)). The number of gradients is then six times the number of
groups, which depends on how dense the network is and not on how large.
"""

from libc.string cimport memcpy

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.buffers cimport Doubles
from medyan_py.core.mechanics.energy cimport EnergyModel
from medyan_py.core.mechanics.interactions cimport term_points, terms

cnp.import_array()

cdef double STEP = 1e-4         # nm


cdef list coupled_points(EnergyModel model):
    """Per moving point the sorted moving points that share a term with it, itself included."""
    cdef Py_ssize_t term, free = model.net.free
    cdef int n
    partners = [{point} for point in range(free)]
    for n in range(model.interactions):
        for term in range(terms(&model.net, model.kind[n])):
            moving = [point for point in term_points(&model.net, model.kind[n], term) if point < free]
            for point in moving:
                partners[point].update(moving)
    return [sorted(own) for own in partners]


cdef list groups(list partners):
    """Sets of points with no common partner, greedily."""
    colour = [-1] * len(partners)
    found = []
    for point, own in enumerate(partners):
        taken = {colour[second] for first in own for second in partners[first]}
        free = 0
        while free in taken:
            free += 1
        colour[point] = free
        if free == len(found):
            found.append([])
        found[free].append(point)
    return found


cdef object sparse_hessian(EnergyModel model):
    """Symmetric csr matrix (3 free, 3 free), pN/nm, at the present positions with the present neighbour lists."""
    from scipy.sparse import csr_matrix  # here, for it takes longer to import than a small model to relax

    cdef Doubles x = Doubles(), ahead = Doubles(), behind = Doubles()
    cdef Py_ssize_t size = 3 * model.net.points, axis, point
    for buffer in (x, ahead, behind):
        (<Doubles> buffer).resize(size)
    memcpy(x.data, model.x.data, size * sizeof(double))
    partners = coupled_points(model)
    rows, columns, values = [], [], []
    for group in groups(partners):
        own_rows = np.concatenate([partners[point] for point in group])
        own_columns = np.repeat(group, [len(partners[point]) for point in group])
        for axis in range(3):
            for point in group:
                x.data[3 * point + axis] = model.x.data[3 * point + axis] + STEP
            model.total(x.data, ahead.data)
            for point in group:
                x.data[3 * point + axis] = model.x.data[3 * point + axis] - STEP
            model.total(x.data, behind.data)
            for point in group:
                x.data[3 * point + axis] = model.x.data[3 * point + axis]
            slope = (ahead.copy((-1, 3)) - behind.copy((-1, 3))) / (2 * STEP)
            rows.append((3 * own_rows[:, None] + np.arange(3)).ravel())
            columns.append(np.repeat(3 * own_columns + axis, 3))
            values.append(slope[own_rows].ravel())
    shape = (3 * model.net.free, 3 * model.net.free)
    if not rows:
        return csr_matrix(shape)
    matrix = csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    return 0.5 * (matrix + matrix.T)
