# Membranes as C arrays: what their energies read. Lengths nm, energies pN nm.
#
# Vertices are numbered from 0, movable ones before fixed ones, and stand together in the coordinate vector from the
# point ``base`` on. Triangles and edges are sorted by membrane.

from medyan_py.core.mechanics.buffers cimport Doubles, Ints

cdef enum Policy:
    WITH_SIGN
    SQUARED
    MEM3DG
    MIXED_VORONOI

cdef struct VertexSums:
    double p[3]                       # gradient of the area of the triangles around; later the slope of U by it
    double q[3]                       # a sixth of their area vectors; later the slope of U by it
    double area                       # of the triangles around; later the slope of U by it
    double extra                      # mixed Voronoi area or Σ length × angle; later the slope of U by it

cdef struct Sheet:
    Py_ssize_t first_triangle, last_triangle, first_edge, last_edge, first_member, last_member
    double bending_k                  # pN nm
    double curvature                  # spontaneous mean curvature, 1/nm
    double tension                    # pN/nm
    double area_k                     # pN/nm
    double rest_area                  # nm²
    double volume_k                   # pN/nm²
    double rest_volume                # nm³
    double volume_offset              # nm³
    double origin[3]                  # apex of the cones whose volumes are summed

cdef struct Membranes:
    Py_ssize_t sheets, vertices, movable, triangles, edges, attachments, contacts, base
    Policy policy
    const Sheet *sheet
    const int *corner                 # 3 vertices per triangle
    const int *edge                   # 4 vertices per edge: from, to, third on the left, third on the right or −1
    const int *member                 # vertices by membrane
    const int *border                 # per vertex: whether it lies on one
    const double *rest_area           # per triangle, nm²
    const double *stretching_k        # per triangle, pN/nm
    const double *first_area          # per triangle when loaded, nm²
    const double *mismatch            # 3 per vertex: E = m₀ + m₁ H + m₂ H²; NULL without
    const int *attached               # vertex of each spring
    const double *attached_place      # 3 per spring, nm
    const double *attached_k          # pN/nm
    const int *contact                # 2 per pair: triangle, bead
    double contact_k                  # pN nm³
    VertexSums *sums                  # scratch, per vertex


cdef class Sheets:
    cdef Doubles x, rest_area, stretching_k, first_area, mismatch, attached_place, attached_k, sheet_data, sums
    cdef Ints corner, edge, member, border, order, rank, attached, contact, other_contact
    cdef Membranes view
    cdef readonly Py_ssize_t count, movable

    cdef bint repels
    cdef double cutoff
    cdef object terms                 # a MembraneTerms
    cdef object topology, derived     # triangles of the last load, and what was found out about them
    cdef int set_terms(self, object terms) except -1
    cdef bint search(self, const double *x, Py_ssize_t beads) except -1
    cdef int load(self, object table) except -1
    cdef int load_vertices(self, dict table, Py_ssize_t n) except -1
    cdef int load_triangles(self, dict table, Py_ssize_t n, Py_ssize_t sheets) except -1
    cdef int connect(self, object given, object number, Py_ssize_t n, Py_ssize_t sheets) except -1
    cdef int load_constants(self, dict table, Py_ssize_t sheets) except -1
    cdef int load_attachments(self, object table, Py_ssize_t n) except -1
    cdef int place(self, Doubles x, Py_ssize_t base) except -1
    cdef object by_vertex(self, Doubles values)
