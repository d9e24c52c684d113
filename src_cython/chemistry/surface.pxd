from libc.stdint cimport int64_t

from medyan_py.core.chemistry.ledger cimport Ledger
from medyan_py.core.common.random cimport RandomStream
from medyan_py.core.common.sumtree cimport SumTrees
from medyan_py.core.membrane.mesh cimport VertexTable
from medyan_py.core.membrane.vertex_cells cimport VertexCells


# A species that a surface reaction reads or changes: how many of it are consumed, or won (negative: lost).
cdef struct SurfacePart:
    int species
    int amount


cdef class Surface:
    cdef readonly VertexCells cells
    cdef readonly int species, reactions
    cdef readonly object names
    cdef readonly int64_t hops
    cdef bint through                     # molecules hop to vertices that others cover
    cdef VertexTable vertices             # has the copy numbers
    cdef double[::1] diffusion            # nm²/s per species
    cdef double[::1] size                 # nm² that a molecule of the species covers
    cdef int[::1] kind                    # of the species, among those with energies of their own; 0 without
    cdef double[::1] rate                 # of every reaction
    cdef double[::1] plain_rate           # without factors
    cdef int[::1] order                   # reactants of every reaction
    cdef int[::1] lifted                  # species whose energy speeds the reaction up, −1 for none
    cdef int[::1] read_start, change_start, reader_start, reader
    cdef SurfacePart *read
    cdef SurfacePart *change
    cdef double[::1] covered              # nm² per row

    cdef Ledger ledger                    # of free energies, None if none is kept
    cdef int[::1] hop_account             # per species
    cdef int[::1] account                 # per reaction, −1 if it is not entered
    cdef double[::1] free_energy          # kT per reaction
    cdef unsigned char[::1] stored        # per species: its energy is entered elsewhere

    cdef SumTrees own                     # per row: hops of every species, then reactions
    cdef SumTrees rows_tree               # totals of the rows

    cdef double propensity(self, int vertex, int reaction) noexcept nogil
    cdef void refresh_species(self, int vertex, int species) noexcept nogil
    cdef void refresh_vertex(self, int vertex) noexcept nogil
    cdef void refresh_all(self) noexcept nogil
    cdef void win(self, int vertex, int species, int64_t amount) noexcept nogil
    cdef int pick(self, double target, RandomStream random, int *leaf) noexcept nogil
    cdef int hop(self, int vertex, int species, RandomStream random) noexcept nogil
    cdef void react(self, int vertex, int reaction) noexcept nogil
    cdef double gain(self, int vertex, int species, int amount) noexcept nogil
    cdef void set_factor(self, int reaction, double factor) noexcept nogil

    cdef inline double total(self) noexcept nogil:
        """Summed propensity of all that happens within the surface and away from it, 1/s."""
        return self.rows_tree.total(0)

    cdef inline double room(self, int vertex) noexcept nogil:
        """Area (nm²) of a vertex that no molecule covers."""
        cdef double left = self.cells.area[vertex] - self.covered[vertex]
        return left if left > 0.0 else 0.0

    cdef inline void close(self, int vertex) noexcept nogil:
        """Form the sums above a vertex anew after its leaves have changed."""
        self.rows_tree.put(0, vertex, self.own.total(vertex))
