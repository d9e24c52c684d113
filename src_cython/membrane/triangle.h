/* One triangle (a, b, c) and what its area depends on. Vectors are three consecutive doubles. */
#ifndef MEDYAN_TRIANGLE_H
#define MEDYAN_TRIANGLE_H

#include <math.h>

#include "mechanics/vectors.h"

typedef struct {
    double side[3], other[3]; /* b - a and c - a */
    double normal[3];         /* unit normal; zero for a triangle without area */
    double twice;             /* twice the area */
} Triangle;

static inline void measure_triangle(const double *a, const double *b, const double *c, Triangle *t) {
    sub3(b, a, t->side);
    sub3(c, a, t->other);
    cross3(t->side, t->other, t->normal);
    t->twice = sqrt(dot3(t->normal, t->normal));
    double inverse = t->twice > 0 ? 1 / t->twice : 0;
    for (int i = 0; i < 3; i++) t->normal[i] *= inverse;
}

/* Add the gradient of a function of the area vector N = side x other, given its derivative m with respect to N. */
static inline void add_through_area_vector(const Triangle *t, const double *m, double *ga, double *gb, double *gc) {
    double at_b[3], at_c[3];
    cross3(t->other, m, at_b);
    cross3(m, t->side, at_c);
    for (int i = 0; i < 3; i++) {
        gb[i] += at_b[i];
        gc[i] += at_c[i];
        ga[i] -= at_b[i] + at_c[i];
    }
}

/* Add weight times the gradient of the area. */
static inline void add_area_gradient(const Triangle *t, double weight, double *ga, double *gb, double *gc) {
    double m[3];
    for (int i = 0; i < 3; i++) m[i] = 0.5 * weight * t->normal[i];
    add_through_area_vector(t, m, ga, gb, gc);
}

/* Second derivative of the area while the corners move by u, v, w per unit of a parameter. */
static inline double area_acceleration(const Triangle *t, const double *u, const double *v, const double *w) {
    double side[3], other[3], first[3], by_other[3], second[3];
    sub3(v, u, side);
    sub3(w, u, other);
    cross3(side, t->other, first);
    cross3(t->side, other, by_other);
    cross3(side, other, second);
    for (int i = 0; i < 3; i++) first[i] += by_other[i];
    if (!(t->twice > 0)) return 0;
    double along = dot3(t->normal, first);
    return dot3(t->normal, second) + 0.5 * (dot3(first, first) - along * along) / t->twice;
}

/* Areas that belong to the three corners: Voronoi cells, or halves and quarters where the triangle is obtuse
   (Meyer, Desbrun, Schroeder & Barr 2003). */
static inline void mixed_areas(const Triangle *t, double *area) {
    double third[3];
    sub3(t->other, t->side, third);
    double e[3] = {dot3(third, third), dot3(t->other, t->other), dot3(t->side, t->side)}; /* opposite to a, b, c */
    for (int k = 0; k < 3; k++) {
        int i = (k + 1) % 3, j = (k + 2) % 3;
        if (e[k] >= e[i] + e[j]) {
            area[k] = 0.25 * t->twice;
            area[i] = area[j] = 0.125 * t->twice;
            return;
        }
    }
    for (int k = 0; k < 3; k++) {
        int i = (k + 1) % 3, j = (k + 2) % 3;
        /* e_j d_j + e_i d_i over 16 areas, d the dot product of the sides at the corner */
        area[k] = (e[i] * (e[j] + e[k] - e[i]) + e[j] * (e[i] + e[k] - e[j])) / (16 * t->twice);
    }
}

/* Add the gradient of the sum of weight times mixed area over the corners; its part through the area vector is added
   to m, the derivative with respect to that vector. */
static inline void add_mixed_area_gradient(const Triangle *t, const double *weight, double *m, double *ga, double *gb,
                                           double *gc) {
    double third[3];
    sub3(t->other, t->side, third);
    double e[3] = {dot3(third, third), dot3(t->other, t->other), dot3(t->side, t->side)};
    for (int k = 0; k < 3; k++) {
        int i = (k + 1) % 3, j = (k + 2) % 3;
        if (e[k] >= e[i] + e[j]) {
            double slope = 0.25 * weight[k] + 0.125 * (weight[i] + weight[j]);
            for (int n = 0; n < 3; n++) m[n] += slope * t->normal[n];
            return;
        }
    }
    double slope[3], total = 0; /* of the numerator with respect to the squared sides */
    double pair[3] = {weight[1] + weight[2], weight[0] + weight[2], weight[0] + weight[1]};
    for (int k = 0; k < 3; k++) {
        int i = (k + 1) % 3, j = (k + 2) % 3;
        slope[k] = pair[k] * (e[i] + e[j] - 2 * e[k]) + pair[i] * e[i] + pair[j] * e[j];
        total += pair[k] * e[k] * (e[i] + e[j] - e[k]);
    }
    double scale = 1 / (16 * t->twice);
    for (int n = 0; n < 3; n++) {
        double from_a = 2 * scale * slope[0] * third[n], from_b = 2 * scale * slope[1] * t->other[n];
        double from_c = 2 * scale * slope[2] * t->side[n];
        m[n] -= total * scale / t->twice * t->normal[n];
        gc[n] += from_a + from_b;
        gb[n] += from_c - from_a;
        ga[n] -= from_b + from_c;
    }
}

/* An edge from 0 to 1 with the triangles (0, 1, 2) on its left and (1, 0, 3) on its right, seen from outside. The
   angle between their normals is positive where the surface is convex. */
typedef struct {
    double angle, length;
    double along[3];              /* unit vector from 0 to 1 */
    Triangle left, right;
} Hinge;

static inline void measure_hinge(const double *x0, const double *x1, const double *x2, const double *x3, Hinge *h) {
    double turned[3];
    measure_triangle(x0, x1, x2, &h->left);
    measure_triangle(x1, x0, x3, &h->right);
    h->length = sqrt(dot3(h->left.side, h->left.side));
    for (int i = 0; i < 3; i++) h->along[i] = h->length > 0 ? h->left.side[i] / h->length : 0;
    cross3(h->left.normal, h->right.normal, turned);
    h->angle = atan2(dot3(turned, h->along), dot3(h->left.normal, h->right.normal));
}

/* Add weight times the gradient of length times angle. */
static inline void add_hinge_gradient(const Hinge *h, double weight, double *g0, double *g1, double *g2, double *g3) {
    double l = h->length, *d = (double *)h->along;
    double height_left = h->left.twice / l, height_right = h->right.twice / l;
    double left_at_0 = dot3(h->left.other, d) / l; /* foot of the third corner, as a fraction of the edge from 0 */
    double right_at_0 = 1 + dot3(h->right.other, d) / l;
    for (int i = 0; i < 3; i++) {
        double nl = h->left.normal[i] / height_left, nr = h->right.normal[i] / height_right;
        double by_length = weight * h->angle * d[i], scale = weight * l;
        g2[i] -= scale * nl;
        g3[i] -= scale * nr;
        g0[i] += scale * ((1 - left_at_0) * nl + (1 - right_at_0) * nr) - by_length;
        g1[i] += scale * (left_at_0 * nl + right_at_0 * nr) + by_length;
    }
}

#endif
