"""Geometry of a membrane mesh, indexed by the stable rows of vertices and triangles.

Areas, normals and volumes follow from the triangles (normals point outward). The curvature of a vertex is measured as
in ``helfrich.pyx``; it is not defined (nan) on borders. Rows not in use hold nan.
"""

from libc.math cimport M_PI, atan

import numpy as np

from medyan_py.core.membrane.helfrich cimport mean_curvature
from medyan_py.core.membrane.mesh cimport MembraneMesh, next_of
from medyan_py.core.membrane.sheets cimport Policy, VertexSums
from medyan_py.core.membrane.triangle cimport Hinge, Triangle, measure_hinge, measure_triangle, mixed_areas

from medyan_py.core.membrane.terms import POLICIES


cdef inline double dot(const double *u, const double *v) noexcept nogil:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


cdef inline void measure(MembraneMesh mesh, int t, Triangle *shape) noexcept nogil:
    measure_triangle(mesh.place(mesh.triangles.corner[t, 0]), mesh.place(mesh.triangles.corner[t, 1]),
                     mesh.place(mesh.triangles.corner[t, 2]), shape)


cdef class Geometry:
    """Geometry of a mesh as it is now.

    Parameters
    ----------
    mesh : MembraneMesh

    Attributes
    ----------
    triangle_area : (rows,) float64, nm²
    triangle_normal : (rows, 3) float64
        Unit normals.
    cotangent : (rows, 3) float64
        Cotangent of the angle opposite to each half-edge.
    vertex_area : (rows,) float64, nm²
        A third of the area of the triangles around.
    mixed_area : (rows,) float64, nm²
        Mixed Voronoi area (Meyer, Desbrun, Schröder & Barr 2003).
    vertex_normal : (rows, 3) float64
        Mean of the normals of the triangles around, weighted by their angles there.
    area_gradient, volume_gradient : (rows, 3) float64, nm, nm²
        Derivatives of area and of enclosed volume by the vertex; the latter for inner vertices, nan on borders.
    angle_sum : (rows,) float64, rad
        Sum of the angles of the triangles at the vertex.
    """

    cdef readonly object triangle_area, triangle_normal, cotangent
    cdef readonly object vertex_area, mixed_area, vertex_normal, area_gradient, volume_gradient, angle_sum
    cdef MembraneMesh mesh
    cdef object hinges

    def __init__(self, MembraneMesh mesh):
        cdef int nt = mesh.triangles.top, nv = mesh.vertices.top
        self.mesh = mesh
        vacant_t, vacant_v = np.asarray(mesh.triangles["alive"]) == 0, np.asarray(mesh.vertices["alive"]) == 0
        self.triangle_area = np.where(vacant_t, np.nan, 0.0)
        self.triangle_normal = np.tile(self.triangle_area[:, None], 3)
        self.cotangent = np.tile(self.triangle_area[:, None], 3)
        self.vertex_area = np.where(vacant_v, np.nan, 0.0)
        self.mixed_area, self.angle_sum = self.vertex_area.copy(), self.vertex_area.copy()
        self.vertex_normal = np.tile(self.vertex_area[:, None], 3)
        self.area_gradient, self.volume_gradient = self.vertex_normal.copy(), self.vertex_normal.copy()
        if nt and nv:
            self.sum_triangles()
        length = np.linalg.norm(self.vertex_normal, axis=1)
        self.vertex_normal /= np.where(length > 0, length, 1)[:, None]
        self.volume_gradient[np.asarray(mesh.vertices["border"]) != 0] = np.nan

    cdef int sum_triangles(self) except -1:
        cdef MembraneMesh mesh = self.mesh
        cdef double[::1] area = self.triangle_area, around = self.vertex_area, mixed = self.mixed_area
        cdef double[::1] angles = self.angle_sum
        cdef double[:, ::1] normal = self.triangle_normal, cotangent = self.cotangent
        cdef double[:, ::1] p = self.area_gradient, q = self.volume_gradient, vn = self.vertex_normal
        cdef Triangle shape
        cdef double own[3]
        cdef double e[3]
        cdef double at[3][3]
        cdef double third[3]
        cdef double angle
        cdef int t, k, i, v
        for t in range(mesh.triangles.top):
            if not mesh.triangles.alive[t]:
                continue
            measure(mesh, t, &shape)
            mixed_areas(&shape, own)
            area[t] = 0.5 * shape.twice
            for i in range(3):
                normal[t, i] = shape.normal[i]
                third[i] = shape.other[i] - shape.side[i]
            e[0], e[1], e[2] = dot(third, third), dot(shape.other, shape.other), dot(shape.side, shape.side)
            for i in range(3):
                at[1][i] = shape.other[(i + 1) % 3] * shape.normal[(i + 2) % 3] \
                    - shape.other[(i + 2) % 3] * shape.normal[(i + 1) % 3]
                at[2][i] = shape.normal[(i + 1) % 3] * shape.side[(i + 2) % 3] \
                    - shape.normal[(i + 2) % 3] * shape.side[(i + 1) % 3]
                at[0][i] = -at[1][i] - at[2][i]
            for k in range(3):
                v = mesh.triangles.corner[t, k]
                # the half-edge opposite to corner k is the next one
                cotangent[t, (k + 1) % 3] = 0.5 * (e[(k + 1) % 3] + e[(k + 2) % 3] - e[k]) / shape.twice
                angle = 0.5 * M_PI - atan(cotangent[t, (k + 1) % 3])
                angles[v] += angle
                around[v] += 0.5 * shape.twice / 3
                mixed[v] += own[k]
                for i in range(3):
                    p[v, i] += 0.5 * at[k][i]
                    q[v, i] += shape.twice * shape.normal[i] / 6
                    vn[v, i] += angle * shape.normal[i]
        return 0

    def mean_curvature(self, policy="mixed-voronoi"):
        """Mean curvature of every vertex, float64 (rows,), 1/nm, positive for a sphere, nan on borders.

        ``policy`` is one of ``with-sign``, ``squared``, ``mem3dg``, ``mixed-voronoi``; ValueError for another one.
        """
        if policy not in POLICIES:
            raise ValueError(f"policy: {policy!r}, must be one of {', '.join(POLICIES)}")
        cdef Policy rule = <Policy> <int> POLICIES.index(policy)
        extra_values = self.mixed_area if policy == "mixed-voronoi" else self.length_times_angle
        result = np.full(self.mesh.vertices.top, np.nan)
        cdef double[::1] extra = extra_values, around = self.vertex_area, out = result
        cdef double[:, ::1] p = self.area_gradient, q = self.volume_gradient
        cdef VertexSums sums
        cdef int v, i
        for v in range(self.mesh.vertices.top):
            if not self.mesh.vertices.alive[v] or self.mesh.vertices.border[v]:
                continue
            for i in range(3):
                sums.p[i] = p[v, i]
                sums.q[i] = q[v, i]
            sums.area = 3 * around[v]
            sums.extra = extra[v]
            out[v] = mean_curvature(rule, &sums)
        return result

    @property
    def length_times_angle(self):
        """Sum over the edges of a vertex of length times dihedral angle, float64 (rows,), nm rad."""
        cdef MembraneMesh mesh = self.mesh
        cdef Hinge hinge
        cdef int h, g, t, a, b
        if self.hinges is None:
            self.hinges = np.where(np.isnan(self.vertex_area), np.nan, 0.0)
            if len(self.hinges) == 0:
                return self.hinges
        else:
            return self.hinges
        cdef double[::1] total = self.hinges
        for t in range(mesh.triangles.top):
            if not mesh.triangles.alive[t]:
                continue
            for h in range(3 * t, 3 * t + 3):
                g = mesh.triangles.opposite[t, h - 3 * t]
                if g < h:
                    continue
                a, b = mesh.start_of(h), mesh.end_of(h)
                measure_hinge(mesh.place(a), mesh.place(b), mesh.place(mesh.end_of(next_of(h))),
                              mesh.place(mesh.end_of(next_of(g))), &hinge)
                total[a] += hinge.length * hinge.angle
                total[b] += hinge.length * hinge.angle
        return self.hinges

    @property
    def gaussian_curvature(self):
        """Angle deficit 2π − Σ angles over the vertex area, float64 (rows,), 1/nm², nan on borders."""
        border = np.asarray(self.mesh.vertices["border"]) != 0
        return np.where(border, np.nan, (2 * np.pi - self.angle_sum) / self.mixed_area)

    def area(self, membrane):
        """Area of a membrane, nm²."""
        return float(self.triangle_area[self.rows_of(membrane)].sum())

    def volume(self, membrane):
        """Sum of the cones from the triangles of a membrane to one point, nm³.

        For a closed membrane that is the enclosed volume. For an open one the point is the origin.
        """
        corners = self.mesh.triangles["corner"][self.rows_of(membrane)]
        x = self.mesh.vertices["x"]
        if self.mesh.is_closed(membrane):
            x = x - x[corners.ravel()].mean(axis=0)
        a, b, c = (x[corners[:, k]] for k in range(3))
        return float((a * np.cross(b, c)).sum() / 6)

    def rows_of(self, membrane):
        """Rows of the triangles of a membrane."""
        rows = self.mesh.triangles.rows
        return rows[self.mesh.triangles["membrane"][rows] == membrane]
