from medyan_py.core.mechanics.bubbles cimport Bubbles
from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.interactions cimport KINDS, Kind
from medyan_py.core.mechanics.neighbours cimport NeighbourSearch
from medyan_py.core.mechanics.network cimport EnergyFunction, Network
from medyan_py.core.membrane.sheets cimport Sheets


cdef class EnergyModel:
    cdef Network net
    cdef Kind kind[KINDS]
    cdef EnergyFunction function[KINDS]
    cdef double energy[KINDS]         # of the last evaluation, pN nm
    cdef int interactions
    cdef double volume_cutoff, boundary_cutoff, bubble_cutoff
    cdef bint integral, sampled, walls, bubbles_repel
    cdef Bubbles bubbles
    cdef Sheets membranes
    cdef double reach                 # a point may move so far before the lists are rebuilt, nm
    cdef NeighbourSearch search
    cdef Doubles x, listed_at, pair_kappa, scratch
    cdef Ints pair, wall, other_pair, other_wall

    cdef int crew                     # threads
    cdef Doubles own_gradient, own_energy

    cdef int useful_crew(self) noexcept nogil
    cdef void evaluate_run(self, int run, const double *x) noexcept nogil
    cdef void gather_run(self, int run, double *g) noexcept nogil
    cdef int provide(self) except -1
    cdef double total(self, const double *x, double *g) noexcept nogil
    cdef bint rebuild_lists(self, bint lasting=*) except -1
    cdef int set_pair_constants(self) except -1
    cdef double moved(self) noexcept nogil
    cdef int separate(self) except -1
    cdef int part(self, Py_ssize_t a, Py_ssize_t b) except -1
    cdef dict energies(self)


cdef bint compiled_with_openmp() noexcept nogil
cdef double largest_move(const double *x, const double *y, Py_ssize_t points) noexcept nogil
