/* Angles and dihedral angles between vectors and their gradients, exact to rounding for every size of the angle. */
#ifndef MEDYAN_ANGLES_H
#define MEDYAN_ANGLES_H

#include <math.h>
#include "vectors.h"

#define PARALLEL 1e-9

/* Angle in [0, pi] between u and w and its gradients. Where the vectors are parallel the gradient has no direction and
 * is set to zero. */
static inline double angle_and_gradient(const double *u, const double *w, double *du, double *dw) {
    double a[3], b[3], n[3], across[3];
    const double iu = 1 / sqrt(dot3(u, u)), iw = 1 / sqrt(dot3(w, w));
    for (int i = 0; i < 3; i++) {
        a[i] = u[i] * iu;
        b[i] = w[i] * iw;
    }
    cross3(a, b, n);
    const double sine = sqrt(dot3(n, n)), scale = sine > 0 ? 1 / sine : 0;
    cross3(a, n, across);
    for (int i = 0; i < 3; i++) du[i] = across[i] * scale * iu;
    cross3(n, b, across);
    for (int i = 0; i < 3; i++) dw[i] = across[i] * scale * iw;
    return atan2(sine, dot3(a, b));
}

/* Angle in (-pi, pi] by which the half plane (b, w) is turned about b from the half plane (b, a), and its gradients
 * (Blondel & Karplus, J Comput Chem 17, 1132 (1996)). Where a or w is parallel to b (to PARALLEL radians) the turn is
 * rounding noise: angle and gradients are then zero. */
static inline double dihedral_and_gradient(const double *a, const double *b, const double *w,
                                           double *da, double *db, double *dw) {
    double n[3], m[3];
    cross3(a, b, n);
    cross3(w, b, m);
    const double nn = dot3(n, n), mm = dot3(m, m), bb = dot3(b, b), length = sqrt(bb);
    const double least = PARALLEL * PARALLEL * bb;
    if (!(nn > least * dot3(a, a) && mm > least * dot3(w, w))) {
        const double zero = 0 * (nn + mm); /* not a number if a coordinate is not a number */
        for (int i = 0; i < 3; i++) da[i] = db[i] = dw[i] = zero;
        return zero;
    }
    const double ga = length / nn, gw = -length / mm, along = dot3(a, b) / bb, along_w = dot3(w, b) / bb;
    for (int i = 0; i < 3; i++) {
        da[i] = ga * n[i];
        dw[i] = gw * m[i];
        db[i] = -along * da[i] - along_w * dw[i];
    }
    return atan2(-length * dot3(n, w), dot3(n, m));
}

/* How far a vector u is off the axis b: 0 along it, rising smoothly to 1 where the sine of their angle is AXIS or more,
 * and its gradients. Within AXIS of an axis a turn about it loses its meaning. */
#define AXIS 0.05

static inline double off_axis(const double *u, const double *b, double *gu, double *gb) {
    double n[3];
    cross3(u, b, n);
    const double sine = sqrt(dot3(n, n) / (dot3(u, u) * dot3(b, b))), t = sine / AXIS;
    for (int i = 0; i < 3; i++) gu[i] = gb[i] = 0;
    if (!(t < 1)) return 1;
    const double slope = 30 * t * t * (1 - t) * (1 - t) / AXIS;
    const double turn = slope * cos(angle_and_gradient(u, b, gu, gb));
    for (int i = 0; i < 3; i++) {
        gu[i] *= turn;
        gb[i] *= turn;
    }
    return t * t * t * (10 - 15 * t + 6 * t * t);
}

#endif
