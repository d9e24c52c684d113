"""A matrix like the second derivative of the energy, cheap to solve with: filaments exactly, their links nearly.

A = B + C is made of positive parts of the second derivatives of stretching, bending, walls, pins, bonds, branches,
contacts and springs to bubbles, plus 0.05 pN/nm on the diagonal. B holds what couples the beads of one filament: a bead
couples to at most two on either side, so Cholesky factorisation and solution cost O(beads). The stiffest modes
(stretching of one-monomer end cylinders is forty times stiffer than of full ones) and the bending of whole filaments
become well scaled by it. C (``couplings.pyx``) is what couples one filament to another; rotation and sliding of linked
filaments are well scaled only with it.

P⁻¹ is B⁻¹ followed by steps of the Chebyshev iteration for A (Saad, Iterative Methods for Sparse Linear Systems (2003),
section 12.3). Every term couples two cylinders, so A ≤ 2 B, and the eigenvalues of B⁻¹A lie between 0 and 2. The
polynomial is made for LOWEST … 2 and stays positive below; P⁻¹ is one fixed symmetric positive matrix, as
conjugate gradients and BFGS want it. The steps of one solution cost about as much as an evaluation of the energy and
save more than one; docs/minimisation.md has the measurements. Vertices of membranes have a matrix of their own
(``membrane/stiffness.pyx``).
"""

from cython.parallel cimport prange
from libc.math cimport exp, fabs, sqrt
from libc.string cimport memcpy, memset

from medyan_py.core.mechanics.banded cimport WIDTH, factorise, substitute
from medyan_py.core.mechanics.bubble_forces cimport pair_screening, pair_strength
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.couplings cimport Couplings
from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.mechanics.springs cimport add_block, add_outer, spring_block
from medyan_py.core.mechanics.surfaces cimport Surface, surface_distance
from medyan_py.core.membrane.stiffness cimport SheetStiffness

cdef double FLOOR = 0.05           # pN/nm, keeps free translations finite
cdef int SWEEPS = 4                # Chebyshev steps
cdef double LOWEST = 0.1           # eigenvalues of B⁻¹A above are resolved


cdef void add_stretching(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t c, i, bead
    cdef double r[3]
    cdef double block[9]
    for c in range(net.cylinders):
        bead = net.cylinder_bead[c]
        for i in range(3):
            r[i] = x[3 * bead + 3 + i] - x[3 * bead + i]
        spring_block(r, net.stretching_k[c], net.rest_length[c], block)
        add_block(band, bead, bead, block, 1)
        add_block(band, bead + 1, bead + 1, block, 1)
        add_block(band, bead + 1, bead, block, -1)


cdef void add_bending(const Network *net, const double *x, double *band) noexcept nogil:
    """k times the squared linear change of the difference of unit tangents."""
    cdef Py_ssize_t n, i, j, k, bead, p, q
    cdef double la, lb
    cdef double a[3]
    cdef double b[3]
    cdef double change[3][9]         # of tangent difference with each of the three beads
    cdef double block[9]
    for n in range(net.hinges):
        bead = net.hinge[n]
        for i in range(3):
            a[i] = x[3 * bead + i] - x[3 * bead - 3 + i]
            b[i] = x[3 * bead + 3 + i] - x[3 * bead + i]
        la = 1 / sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
        lb = 1 / sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2])
        for i in range(3):
            for j in range(3):
                change[0][3 * i + j] = la * ((1 if i == j else 0) - a[i] * a[j] * la * la)
                change[2][3 * i + j] = lb * ((1 if i == j else 0) - b[i] * b[j] * lb * lb)
                change[1][3 * i + j] = -change[0][3 * i + j] - change[2][3 * i + j]
        for p in range(3):
            for q in range(p + 1):
                for i in range(3):
                    for j in range(3):
                        block[3 * i + j] = 0
                        for k in range(3):
                            block[3 * i + j] += change[p][3 * k + i] * change[q][3 * k + j]
                add_block(band, bead - 1 + p, bead - 1 + q, block, net.hinge_k[bead])


cdef void add_wall(const Network *net, const double *x, Py_ssize_t point, const Surface *surface, double offset,
                   double *band) noexcept nogil:
    cdef double normal[3]
    cdef double depth = (offset - surface_distance(surface, x + 3 * point, normal)) / net.boundary_screening
    cdef double weight = net.boundary_k / (net.boundary_screening * net.boundary_screening) * exp(min(depth, 30.0))
    add_outer(band, point, point, normal, normal, weight)


cdef void add_walls(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t n, bubble
    for n in range(net.wall_terms):
        add_wall(net, x, net.wall[2 * n], net.surface + net.wall[2 * n + 1], net.boundary_shift, band)
    for n in range(net.bubble_walls):
        bubble = net.bubble_wall[2 * n]
        if net.bubble_point[bubble] < net.free:
            add_wall(net, x, net.bubble_point[bubble], net.surface + net.bubble_wall[2 * n + 1],
                     net.bubble_radius[bubble], band)


cdef void add_pins(const Network *net, double *band) noexcept nogil:
    cdef double block[9]
    cdef Py_ssize_t n
    for n in range(9):
        block[n] = 1 if n % 4 == 0 else 0
    for n in range(net.pins):
        add_block(band, net.pin[n], net.pin[n], block, net.pin_k[n])


cdef void add_repulsion(const Network *net, const double *x, Py_ssize_t a, Py_ssize_t b, double contact, double k,
                        double screening, double *band) noexcept nogil:
    cdef double r[3]
    cdef double d2 = 0, weight
    cdef Py_ssize_t i
    for i in range(3):
        r[i] = x[3 * b + i] - x[3 * a + i]
        d2 += r[i] * r[i]
    if d2 == 0:
        return
    weight = k / (screening * screening) * exp(min((contact - sqrt(d2)) / screening, 30.0)) / d2
    if a < net.free:
        add_outer(band, a, a, r, r, weight)
    if b < net.free:
        add_outer(band, b, b, r, r, weight)


cdef void add_bubbles(const Network *net, const double *x, double *band) noexcept nogil:
    cdef Py_ssize_t n, a, b
    for n in range(net.bubble_beads):
        a = net.bubble_bead[2 * n]
        add_repulsion(net, x, net.bubble_point[a], net.bubble_bead[2 * n + 1], net.bubble_radius[a], net.bubble_k[a],
                      net.bubble_screening[a], band)
    for n in range(net.bubble_pairs):
        a = net.bubble_pair[2 * n]
        b = net.bubble_pair[2 * n + 1]
        add_repulsion(net, x, net.bubble_point[a], net.bubble_point[b], net.bubble_radius[a] + net.bubble_radius[b],
                      pair_strength(net, a, b), pair_screening(net, a, b), band)


cdef class Preconditioner:
    """``build`` at some positions, then ``solve`` as often as wanted."""

    def __cinit__(self):
        self.band, self.row, self.bound, self.couplings = Doubles(), Ints(), Ints(), Couplings()
        self.left, self.way, self.band_way, self.work = Doubles(), Doubles(), Doubles(), Doubles()
        self.sheets = SheetStiffness()
        self.crew = 1
        self.rows = 0

    cdef int build(self, const Network *net, const double *x, bint contacts, int crew, double damping) except -1:
        """Assemble and factorise; filaments are shared out among ``crew`` threads, which changes no digit.

        ``contacts``: whether the listed pairs of ``net`` are those of the integrated excluded volume.
        ``damping``, pN/nm, is added to the diagonal of vertices of matter.
        """
        cdef int t
        self.rows = 3 * (net.free - net.membranes.movable)
        for buffer in (self.left, self.way, self.band_way, self.work):
            (<Doubles> buffer).resize(self.rows)
        self.band.resize(WIDTH * self.rows)
        self.share_out(net, crew)
        self.assemble(net, x)
        self.couplings.find(net, x, self.band.data, contacts)
        with nogil:
            if crew == 1:
                self.factorise_run(0)
            else:
                for t in prange(crew, num_threads=crew, schedule="static", chunksize=1):
                    self.factorise_run(t)
        self.sheets.build(net.membranes, x + 3 * net.membranes.base, damping)
        return 0

    cdef int share_out(self, const Network *net, int crew) except -1:
        """First row of every filament and of what is no filament, and where the filaments of each thread begin."""
        cdef Py_ssize_t f
        cdef int t
        self.crew = crew
        self.row.resize(net.filaments + 2)
        for f in range(net.filaments + 1):
            self.row.data[f] = 3 * net.filament_start[f] if net.filaments else 0
        self.row.data[net.filaments + 1] = <int> self.rows
        self.bound.resize(crew + 1)
        self.bound.data[0] = 0
        f = 0
        for t in range(1, crew):
            while f < net.filaments and net.filament_start[f] < net.beads * t // crew:
                f += 1
            self.bound.data[t] = <int> f
        self.bound.data[crew] = <int> net.filaments + 1
        return 0

    cdef void assemble(self, const Network *net, const double *x) noexcept nogil:
        cdef double *band = self.band.data
        cdef Py_ssize_t i
        memset(band, 0, WIDTH * self.rows * sizeof(double))
        for i in range(self.rows):
            band[WIDTH * i + WIDTH - 1] = FLOOR
        add_stretching(net, x, band)
        add_bending(net, x, band)
        add_walls(net, x, band)
        add_pins(net, band)
        add_bubbles(net, x, band)

    cdef void factorise_run(self, int run) noexcept nogil:
        cdef Py_ssize_t f
        for f in range(self.bound.data[run], self.bound.data[run + 1]):
            factorise(self.band.data, self.row.data[f], self.row.data[f + 1])

    cdef void solve(self, const double *rhs, double *out) noexcept nogil:
        """out = P⁻¹ rhs."""
        cdef double middle = 0.5 * (2 + LOWEST), half = 0.5 * (2 - LOWEST), rho = half / middle, old = 0
        cdef double new = 1 / middle
        cdef int sweep, t, crew = self.crew
        self.sheets.solve(rhs + self.rows, out + self.rows)
        memcpy(self.left.data, rhs, self.rows * sizeof(double))
        memset(self.way.data, 0, self.rows * sizeof(double))
        memset(self.band_way.data, 0, self.rows * sizeof(double))
        memset(out, 0, self.rows * sizeof(double))
        for sweep in range(SWEEPS + 1):
            if sweep > 0:
                self.couplings.subtract(self.way.data, self.left.data)
                old = rho
                rho = 1 / (2 * middle / half - old)
                old *= rho
                new = 2 * rho / half
            if crew == 1:
                self.sweep_run(0, old, new, out)
            else:
                for t in prange(crew, num_threads=crew, schedule="static", chunksize=1):
                    self.sweep_run(t, old, new, out)

    cdef void sweep_run(self, int run, double old, double new, double *out) noexcept nogil:
        """A step in the filaments of one thread: way ← old way + new B⁻¹ left, out ← out + way, left ← left − B way."""
        cdef double *left = self.left.data
        cdef double *way = self.way.data
        cdef double *band_way = self.band_way.data     # B times way, which follows from left without a product
        cdef double *work = self.work.data
        cdef Py_ssize_t f, i
        for f in range(self.bound.data[run], self.bound.data[run + 1]):
            substitute(self.band.data, self.row.data[f], self.row.data[f + 1], left, work)
            for i in range(self.row.data[f], self.row.data[f + 1]):
                way[i] = old * way[i] + new * work[i]
                band_way[i] = old * band_way[i] + new * left[i]
                out[i] += way[i]
                left[i] -= band_way[i]

    cdef double largest(self, const double *g) noexcept nogil:
        """Largest force component in the directions in which points move."""
        cdef double most = self.sheets.largest(g + self.rows)
        cdef Py_ssize_t i
        for i in range(self.rows):
            most = max(most, fabs(g[i]))
        return most

    # --- vertices of matter (``membrane/matter.pyx``)

    cdef bint has_matter(self) noexcept nogil:
        return self.sheets.movable > 0 and self.sheets.matter.vertex.size > 0

    cdef int build_matter(self, const Network *net, const double *x, double damping) except -1:
        """Their part alone anew at ``x``, for it changes with every step."""
        if self.has_matter():
            self.sheets.matter.build(net.membranes, x + 3 * net.membranes.base, damping)
        return 0

    cdef double stiffness_of_matter(self, const double *g, const double *z) noexcept nogil:
        """zᵀPz/zᵀz of the vertices of matter, pN/nm; 0 without any."""
        cdef double product = 0, square = 0
        cdef Py_ssize_t n, i, v
        if not self.has_matter():
            return 0
        for n in range(self.sheets.matter.vertex.size):
            v = self.rows + 3 * self.sheets.matter.vertex.data[n]
            for i in range(v, v + 3):
                product += g[i] * z[i]
                square += z[i] * z[i]
        return product / square if square > 0 else 0

    cdef void steepest_for_matter(self, const double *z, double *d) noexcept nogil:
        """Let vertices of matter go along −z in the direction ``d``."""
        cdef Py_ssize_t n, i, v
        if not self.has_matter():
            return
        for n in range(self.sheets.matter.vertex.size):
            v = self.rows + 3 * self.sheets.matter.vertex.data[n]
            for i in range(3):
                d[v + i] = -z[v + i]

    cdef bint bow(self, const Network *net, const double *x, const double *d, double slope, double longest,
                  double *out) noexcept nogil:
        """Second-order part of a step of vertices along ``d``, whether there is any."""
        return self.sheets.bow(x + 3 * net.membranes.base, d + self.rows, slope, longest, out)
