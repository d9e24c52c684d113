"""The region inside closed membranes: whether a point is inside, and signed distances.

Triangles stand in a tree of boxes. A point is inside if the ray from it along x leaves the membranes once more often
than it enters them. Whether the ray meets a triangle is decided in the projection on the yz plane by counting the sides
that pass above the point, each with the end of its range left out and computed from its lower end: so triangles with a
common edge or corner cover its projection exactly once, and a ray through an edge or a corner counts right.
"""

from libc.math cimport INFINITY
from libc.string cimport memcpy

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.membrane.contacts cimport triangle_distance
from medyan_py.core.membrane.mesh cimport MembraneMesh

cnp.import_array()

cdef enum:
    LEAF = 4                          # most triangles of a leaf
    DEPTH = 64                        # of the tree, at most: every level halves the number


cdef class Interior:
    """Space inside closed membranes that do not cross each other; all of space when made.

    Membranes stand still until ``take`` is called again.

    Attributes
    ----------
    count : int
        Triangles; 0 where everything is inside.
    """

    def __cinit__(self):
        self.corner, self.box, self.node = Doubles(), Doubles(), Ints()

    def take(self, MembraneMesh mesh, members):
        """Take over membranes of a mesh as it is now, by number; of none, everything is inside.

        Raises ValueError for an open membrane.
        """
        cdef int n
        self.count = 0
        rows = mesh.triangles.rows
        rows = rows[np.isin(mesh.triangles["membrane"][rows], members)]
        n = len(rows)
        if n == 0:
            return
        if (mesh.triangles["opposite"][rows] < 0).any():
            raise ValueError("an open membrane has no inside")
        place = np.ascontiguousarray(mesh.vertices["x"][mesh.triangles["corner"][rows]])
        self.corner.resize(9 * n)
        memcpy(self.corner.data, cnp.PyArray_DATA(<cnp.ndarray> place), 9 * n * sizeof(double))
        self.box.resize(6 * 2 * n)
        self.node.resize(3 * 2 * n)
        self.nodes = 0
        with nogil:
            self.branch(0, n)
        self.count = n

    cdef int branch(self, int first, int last) noexcept nogil:
        """Make the node of triangles first to last − 1 and those below it, which follow it; returns its number."""
        cdef int at = self.nodes, axis = 0, i, k, middle = (first + last) // 2
        cdef double *low = self.box.data + 6 * at
        cdef double *high = low + 3
        cdef const double *a
        self.nodes += 1
        for k in range(3):
            low[k], high[k] = INFINITY, -INFINITY
        for i in range(first, last):
            a = self.corner.data + 9 * i
            for k in range(3):
                low[k] = min(low[k], min(a[k], min(a[3 + k], a[6 + k])))
                high[k] = max(high[k], max(a[k], max(a[3 + k], a[6 + k])))
        for k in range(1, 3):
            if high[k] - low[k] > high[axis] - low[axis]:
                axis = k
        self.node.data[3 * at], self.node.data[3 * at + 1], self.node.data[3 * at + 2] = first, last, 0
        if last - first > LEAF:
            divide(self.corner.data, axis, first, last, middle)
            self.branch(first, middle)
            self.node.data[3 * at + 2] = self.branch(middle, last)
        return at

    cdef bint contains(self, const double *point) noexcept nogil:
        """Whether a point is inside."""
        cdef int stack[DEPTH]
        cdef int depth = 1, node, right, i, crossings = 0
        cdef const double *box
        if self.count == 0:
            return True
        stack[0] = 0
        while depth:
            depth -= 1
            node = stack[depth]
            box = self.box.data + 6 * node
            if not (point[0] <= box[3] and box[1] <= point[1] <= box[4] and box[2] <= point[2] <= box[5]):
                continue
            right = self.node.data[3 * node + 2]
            if right:
                stack[depth], stack[depth + 1] = node + 1, right
                depth += 2
                continue
            for i in range(self.node.data[3 * node], self.node.data[3 * node + 1]):
                crossings += leaves(self.corner.data + 9 * i, point)
        return crossings > 0

    cdef double outside(self, int node, const double *p) noexcept nogil:
        """Squared distance of a point from the box of a node."""
        cdef const double *box = self.box.data + 6 * node
        cdef double d, total = 0
        cdef int k
        for k in range(3):
            d = max(0.0, max(box[k] - p[k], p[k] - box[3 + k]))
            total += d * d
        return total

    cdef double distance(self, const double *point) noexcept nogil:
        """Signed distance (nm) of a point from the membranes, negative inside; −∞ without any."""
        cdef int stack[DEPTH]
        cdef double far[DEPTH]
        cdef const double *a
        cdef double nearest = INFINITY, left_far, right_far
        cdef int depth = 1, node, left, right, i
        if self.count == 0:
            return -INFINITY
        stack[0], far[0] = 0, 0.0
        while depth:
            depth -= 1
            node = stack[depth]
            if far[depth] >= nearest * nearest:
                continue
            left, right = node + 1, self.node.data[3 * node + 2]
            if right:
                left_far, right_far = self.outside(left, point), self.outside(right, point)
                # the nearer one is looked at first
                if left_far < right_far:
                    left, right, left_far, right_far = right, left, right_far, left_far
                stack[depth], far[depth] = left, left_far
                stack[depth + 1], far[depth + 1] = right, right_far
                depth += 2
                continue
            for i in range(self.node.data[3 * node], self.node.data[3 * node + 1]):
                a = self.corner.data + 9 * i
                nearest = min(nearest, triangle_distance(a, a + 3, a + 6, point))
        return -nearest if self.contains(point) else nearest

    def distances(self, points):
        """Signed distances (nm) of points (n, 3) from the membranes, negative inside, float64 (n,); −∞ without any."""
        cdef double[:, ::1] x = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 3)
        cdef Py_ssize_t i
        found = np.empty(len(x))
        cdef double[::1] out = found
        with nogil:
            for i in range(x.shape[0]):
                out[i] = self.distance(&x[i, 0])
        return found

    def inside(self, points):
        """Whether points (n, 3), nm, are inside, bool (n,)."""
        cdef double[:, ::1] x = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 3)
        cdef Py_ssize_t i
        found = np.empty(len(x), dtype=np.uint8)
        cdef unsigned char[::1] out = found
        with nogil:
            for i in range(x.shape[0]):
                out[i] = self.contains(&x[i, 0])
        return found.astype(bool)


cdef void divide(double *corner, int axis, int first, int last, int middle) noexcept nogil:
    """Reorder triangles first to last − 1 so that none before ``middle`` lies beyond one after it, by their middles."""
    cdef double moved[9]
    cdef double pivot
    cdef int low, high
    last -= 1
    while first < last:
        pivot = along(corner, axis, (first + last) // 2)
        low, high = first, last
        while low <= high:
            while along(corner, axis, low) < pivot:
                low += 1
            while along(corner, axis, high) > pivot:
                high -= 1
            if low <= high:
                memcpy(moved, corner + 9 * low, sizeof(moved))
                memcpy(corner + 9 * low, corner + 9 * high, sizeof(moved))
                memcpy(corner + 9 * high, moved, sizeof(moved))
                low += 1
                high -= 1
        if middle <= high:
            last = high
        elif middle >= low:
            first = low
        else:
            return


cdef inline double along(const double *corner, int axis, int triangle) noexcept nogil:
    return corner[9 * triangle + axis] + corner[9 * triangle + 3 + axis] + corner[9 * triangle + 6 + axis]


cdef int leaves(const double *corner, const double *point) noexcept nogil:
    """1 if the ray from a point along x leaves through a triangle, −1 if it enters, 0 if it does not meet it."""
    cdef const double *a
    cdef const double *b
    cdef double u[3]
    cdef double v[3]
    cdef double n[3]
    cdef double level
    cdef int i, k
    cdef bint met = False
    for i in range(3):
        a, b = corner + 3 * i, corner + 3 * ((i + 1) % 3)
        if (a[1] <= point[1]) == (b[1] <= point[1]):
            continue
        if a[1] > b[1]:
            a, b = b, a
        if a[2] + (point[1] - a[1]) / (b[1] - a[1]) * (b[2] - a[2]) > point[2]:
            met = not met
    if not met:
        return 0
    for k in range(3):
        u[k], v[k] = corner[3 + k] - corner[k], corner[6 + k] - corner[k]
    for k in range(3):
        n[k] = u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3]
    # how far the triangle's plane lies ahead, times n_x
    level = (corner[0] - point[0]) * n[0] + (corner[1] - point[1]) * n[1] + (corner[2] - point[2]) * n[2]
    if n[0] > 0 and level >= 0:
        return 1
    if n[0] < 0 and level <= 0:
        return -1
    return 0
