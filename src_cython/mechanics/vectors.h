/* Products of 3-vectors stored as three consecutive doubles. */
#ifndef MEDYAN_VECTORS_H
#define MEDYAN_VECTORS_H

static inline double dot3(const double *u, const double *v) { return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]; }

static inline void sub3(const double *u, const double *v, double *out) {
    for (int i = 0; i < 3; i++) out[i] = u[i] - v[i];
}

static inline void cross3(const double *u, const double *v, double *out) {
    out[0] = u[1] * v[2] - u[2] * v[1];
    out[1] = u[2] * v[0] - u[0] * v[2];
    out[2] = u[0] * v[1] - u[1] * v[0];
}

#endif
