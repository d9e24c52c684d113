cdef extern from "membrane/triangle.h" nogil:
    ctypedef struct Triangle:
        double side[3]
        double other[3]
        double normal[3]
        double twice

    ctypedef struct Hinge:
        double angle
        double length

    void measure_triangle(const double *a, const double *b, const double *c, Triangle *t)
    void add_through_area_vector(const Triangle *t, const double *m, double *ga, double *gb, double *gc)
    void add_area_gradient(const Triangle *t, double weight, double *ga, double *gb, double *gc)
    double area_acceleration(const Triangle *t, const double *u, const double *v, const double *w)
    void mixed_areas(const Triangle *t, double *area)
    void add_mixed_area_gradient(const Triangle *t, const double *weight, double *m, double *ga, double *gb, double *gc)
    void measure_hinge(const double *x0, const double *x1, const double *x2, const double *x3, Hinge *h)
    void add_hinge_gradient(const Hinge *h, double weight, double *g0, double *g1, double *g2, double *g3)
