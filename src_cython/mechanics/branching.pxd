from medyan_py.core.mechanics.network cimport Network

cdef struct Branch:
    Py_ssize_t mother, daughter      # first of two consecutive beads each
    double p
    double u[3]                      # along the mother cylinder
    double r[3]                      # from the site to the daughter's first bead
    double w[3]                      # along the daughter's first cylinder

cdef double branching_stretching(const Network *net, const double *x, double *g,
                                 Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double branching_bending(const Network *net, const double *x, double *g,
                              Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double branching_dihedral(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef double branching_position(const Network *net, const double *x, double *g,
                               Py_ssize_t first, Py_ssize_t last) noexcept nogil
cdef void find_branch(const Network *net, const double *x, Py_ssize_t n, Branch *branch) noexcept nogil
cdef double dihedral(const Network *net, const Branch *b, double *du, double *dr, double *dw) noexcept nogil
cdef void spread(const Branch *b, double factor, const double *du, const double *dr, const double *dw,
                 double *mother, double *daughter) noexcept nogil
