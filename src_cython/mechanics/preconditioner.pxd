from medyan_py.core.mechanics.buffers cimport Doubles, Ints
from medyan_py.core.mechanics.couplings cimport Couplings
from medyan_py.core.mechanics.network cimport Network
from medyan_py.core.membrane.stiffness cimport SheetStiffness


cdef class Preconditioner:
    cdef Doubles band, left, way, band_way, work
    cdef Couplings couplings
    cdef Ints row                     # first of every filament, of all that is no filament, and their number
    cdef Ints bound                   # filaments of thread t: bound[t] … bound[t + 1] − 1
    cdef SheetStiffness sheets
    cdef Py_ssize_t rows              # of points that are no vertices
    cdef int crew
    cdef int build(self, const Network *net, const double *x, bint contacts, int crew, double damping) except -1
    cdef int share_out(self, const Network *net, int crew) except -1
    cdef void assemble(self, const Network *net, const double *x) noexcept nogil
    cdef void factorise_run(self, int run) noexcept nogil
    cdef void solve(self, const double *rhs, double *out) noexcept nogil
    cdef void sweep_run(self, int run, double old, double new, double *out) noexcept nogil
    cdef double largest(self, const double *g) noexcept nogil
    cdef bint has_matter(self) noexcept nogil
    cdef int build_matter(self, const Network *net, const double *x, double damping) except -1
    cdef double stiffness_of_matter(self, const double *g, const double *z) noexcept nogil
    cdef void steepest_for_matter(self, const double *z, double *d) noexcept nogil
    cdef bint bow(self, const Network *net, const double *x, const double *d, double slope, double longest,
                  double *out) noexcept nogil
