/* Repulsion of two segments: E = kappa * integral over s and t in [0, 1] of 1/r^4, r = c1 + s (c2-c1) - c3 - t (c4-c3).
 *
 * Two ways to the same number:
 *
 * - Closed form (Popov et al., PLoS Comput Biol 2016), written with cross products instead of differences of scalar
 *   products: each of its four arctangent brackets is the angle under which one segment is seen from an end of the
 *   other, so one angle per bracket suffices. It loses digits like (V/|v1||v2||v3|)^-3 where V is the
 *   triple product that vanishes for coplanar segments.
 * - Quadrature: the inner integral is elementary and regular for disjoint segments; the outer one is done by
 *   Gauss-Legendre on panels. A panel's error is governed by the largest ellipse around it (foci at its ends) free of
 *   singularities of the integrand (Trefethen, SIAM Review 2008). Those lie at s0 +- i h/|v|: the projections of the
 *   two ends of the inner segment (h: distance from the line) and the closest approach of the two lines. Panels are
 *   split until a table of at most MAX_NODES nodes reaches rounding level.
 *
 * Energy and gradient come from the same discrete expression in both.
 */
#ifndef MEDYAN_EXCLUDED_VOLUME_H
#define MEDYAN_EXCLUDED_VOLUME_H

#include <math.h>
#include <stddef.h>
#include "arctangent.h"
#include "vectors.h"

#if defined(__GNUC__)
#define INLINED inline __attribute__((always_inline))
#else
#define INLINED inline
#endif

#define BLOCK 8
#define MAX_NODES 20
#define MIN_NODES 3
#define MAX_PANELS 64
#define COPLANAR 1e-2     /* triple product over product of lengths below which the closed form is not used */
#define INTERSECTING 1e-10 /* closest distance over segment length that counts as none */
#define CANCELLATION 1e5  /* largest ratio of one bracket to the sum of the four that is accepted */

static double gauss_node[MAX_NODES + 1][MAX_NODES], gauss_weight[MAX_NODES + 1][MAX_NODES];

/* Fill the tables by Newton's method on Legendre polynomials; deterministic, so results do not depend on a library. */
static void gauss_tables(void) {
    for (int n = MIN_NODES; n <= MAX_NODES; n++)
        for (int i = 0; i < n; i++) {
            double z = -cos(3.14159265358979312 * (i + 0.75) / (n + 0.5)), slope = 1;
            for (int turn = 0; turn < 8; turn++) {
                double p = 1, before = 0;
                for (int k = 1; k <= n; k++) {
                    const double next = ((2 * k - 1) * z * p - (k - 1) * before) / k;
                    before = p;
                    p = next;
                }
                slope = n * (z * p - before) / (z * z - 1);
                z -= p / slope;
            }
            gauss_node[n][i] = z;
            gauss_weight[n][i] = 2 / ((1 - z * z) * slope * slope);
        }
}

/* One bracket: N theta/R and its derivatives with respect to N (A), R^2 (B), p (P) and q (Q); y, x: sine-like and
 * cosine-like part of its angle. */
static INLINED double bracket(double N, double R2, double x, double p, double q, double Dp, double Dq,
                              double *A, double *B, double *P, double *Q) {
    const double R = sqrt(R2), both = 1 / (Dp * Dq), iR = 1 / R;
    *A = upper_angle(R, x) * iR;
    *P = N * (both * Dq);
    *Q = -N * (both * Dp);
    const double term = N * *A;
    *B = -0.5 * (term + p * *P + q * *Q) * (iR * iR);
    return term;
}

/* The closed form for BLOCK pairs at once, in plain loops that vectorise over the pairs. c: coordinates of c1 ... c4;
 * grad: d/dc1 ... d/dc4; good: 1, or 0 where the closed form is ill-conditioned and the other results are void. */
static INLINED void closed_block(const double (*restrict c)[BLOCK], double *restrict energy,
                                 double (*restrict grad)[BLOCK], double *restrict good) {
    for (int k = 0; k < BLOCK; k++) {
        const double c1[3] = {c[0][k], c[1][k], c[2][k]}, c2[3] = {c[3][k], c[4][k], c[5][k]};
        const double c3[3] = {c[6][k], c[7][k], c[8][k]}, c4[3] = {c[9][k], c[10][k], c[11][k]};
        double v1[3], v2[3], u13[3], u14[3], u23[3], u24[3], n[3], w1[3], w2[3], w3[3], w4[3], V1[3], V2[3];
        sub3(c2, c1, v1); sub3(c4, c3, v2);
        sub3(c1, c3, u13); sub3(c1, c4, u14); sub3(c2, c3, u23); sub3(c2, c4, u24);
        cross3(v1, v2, n);
        cross3(v1, u13, w1); cross3(v1, u14, w2); cross3(v2, u13, w3); cross3(v2, u23, w4);
        const double a = dot3(v1, v1), b = dot3(v2, v2), d = dot3(v1, v2), e = dot3(v1, u13), f = dot3(v2, u13);
        const double r13 = dot3(u13, u13), r14 = dot3(u14, u14), r23 = dot3(u23, u23), r24 = dot3(u24, u24);
        const double V = dot3(n, u13);
        double A1, A2, A3, A4, B1, B2, B3, B4, P1, P2, P3, P4, Q1, Q2, Q3, Q4;
        const double t1 = bracket(-dot3(n, w1), dot3(w1, w1), dot3(u13, u23), a + e, e, a * r23, a * r13,
                                  &A1, &B1, &P1, &Q1);
        const double t2 = bracket(dot3(n, w2), dot3(w2, w2), dot3(u14, u24), a + e - d, e - d, a * r24, a * r14,
                                  &A2, &B2, &P2, &Q2);
        const double t3 = bracket(-dot3(n, w3), dot3(w3, w3), dot3(u13, u14), f, f - b, b * r13, b * r14,
                                  &A3, &B3, &P3, &Q3);
        const double t4 = bracket(dot3(n, w4), dot3(w4, w4), dot3(u23, u24), d + f, d + f - b, b * r23, b * r24,
                                  &A4, &B4, &P4, &Q4);
        const double S = (t1 + t2) + (t3 + t4), squares = t1 * t1 + t2 * t2 + t3 * t3 + t4 * t4;
        const double flat = V * V >= COPLANAR * COPLANAR * a * b * r13 ? 1.0 : 0.0;
        good[k] = squares <= CANCELLATION * CANCELLATION * (S * S) ? flat : 0.0;

        const double Sa = -f * A1 + (f - b) * A2 - b * A4 + r13 * B1 + r14 * B2 + b * B4 + P1 + P2;
        const double Sb = -a * A2 + e * A3 - (a + e) * A4 + a * B2 + r13 * B3 + r23 * B4 - Q3 - Q4;
        const double Sc = a * (B1 + B2) + b * (B3 + B4);
        const double Sd = e * A1 + (2 * d - e) * A2 - f * A3 + (2 * d + f) * A4 - 2 * (d - e) * B2 - 2 * (d + f) * B4
                          - P2 - Q2 + P4 + Q4;
        const double Se = d * (A1 - A2) + b * (A3 - A4) - 2 * e * B1 + 2 * (d - e) * B2 + 2 * b * B4
                          + P1 + Q1 + P2 + Q2;
        const double Sf = a * (A2 - A1) + d * (A4 - A3) - 2 * a * B2 - 2 * f * B3 - 2 * (d + f) * B4
                          + P3 + Q3 + P4 + Q4;
        cross3(v2, u13, V1);
        cross3(u13, v1, V2);
        const double iV = 1 / V, scale = -0.5 * (iV * iV), E = S * scale, slope = -2 * E * iV;
        energy[k] = E;
        for (int i = 0; i < 3; i++) {
            const double G1 = scale * (2 * Sa * v1[i] + Sd * v2[i] + Se * u13[i]) + slope * V1[i];
            const double G2 = scale * (2 * Sb * v2[i] + Sd * v1[i] + Sf * u13[i]) + slope * V2[i];
            const double G3 = scale * (2 * Sc * u13[i] + Se * v1[i] + Sf * v2[i]) + slope * n[i];
            grad[i][k] = G3 - G1;
            grad[3 + i][k] = G1;
            grad[6 + i][k] = -G2 - G3;
            grad[9 + i][k] = G2;
        }
    }
}

/* The same instructions, two, four or eight pairs at a time: without contraction to fused operations, which is switched
 * off, the results are the same bits on every processor. */
typedef void (*closed_function)(const double (*)[BLOCK], double *, double (*)[BLOCK], double *);

static void closed_any(const double (*restrict c)[BLOCK], double *restrict energy,
                       double (*restrict grad)[BLOCK], double *restrict good) {
    closed_block(c, energy, grad, good);
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2"), flatten))
static void closed_by_four(const double (*restrict c)[BLOCK], double *restrict energy,
                           double (*restrict grad)[BLOCK], double *restrict good) {
    closed_block(c, energy, grad, good);
}

__attribute__((target("avx512f"), flatten))
static void closed_by_eight(const double (*restrict c)[BLOCK], double *restrict energy,
                            double (*restrict grad)[BLOCK], double *restrict good) {
    closed_block(c, energy, grad, good);
}

static closed_function widest(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") ? closed_by_eight
         : __builtin_cpu_supports("avx2") ? closed_by_four : closed_any;
}
#else
static closed_function widest(void) { return closed_any; }
#endif

static closed_function segments_closed = closed_any;

/* To be called once, before anything else here. */
static void prepare_segments(void) {
    gauss_tables();
    segments_closed = widest();
}

/* Moments over u in [u0, u1] of 1/(u^2+h^2)^2 (J2), 1/(u^2+h^2)^3 (J3) and u/(u^2+h^2)^3 (K3). */
static inline void line_moments(double u0, double u1, double h2, double *J2, double *J3, double *K3) {
    const double h = sqrt(h2), angle = upper_angle(h * (u1 - u0), h2 + u0 * u1);
    const double i0 = 1 / (u0 * u0 + h2), i1 = 1 / (u1 * u1 + h2), ih = 1 / h, half = 0.5 * (ih * ih);
    const double first = half * (u1 * i1 - u0 * i0 + angle * ih);
    *K3 = 0.25 * (i0 * i0 - i1 * i1);
    *J2 = first;
    *J3 = 0.5 * half * (3 * first + u1 * (i1 * i1) - u0 * (i0 * i0));
}

/* Whether the segment lies beyond its foot point within a cone of 17 degrees: then the arctangents cancel. */
static inline int in_line(double u0, double u1, double h2) {
    const double nearest = fabs(u0) < fabs(u1) ? u0 : u1;
    return u0 * u1 > 0 && h2 < 0.09 * nearest * nearest;
}

/* J2 and J3 there, as series in (h/u)^2 up to rounding. */
static void in_line_moments(double u0, double u1, double h2, double *J2, double *J3) {
    const double a0 = 1 / (u0 * u0), a1 = 1 / (u1 * u1), b0 = a0 / u0, b1 = a1 / u1, y0 = -h2 * a0, y1 = -h2 * a1;
    double s0 = 0, s1 = 0, t0 = 0, t1 = 0;
    for (int k = 15; k >= 0; k--) {
        const double g2 = (k + 1.0) / (2 * k + 3), g3 = (k + 1.0) * (k + 2) / (2 * (2 * k + 5.0));
        s0 = s0 * y0 + g2; s1 = s1 * y1 + g2;
        t0 = t0 * y0 + g3; t1 = t1 * y1 + g3;
    }
    *J2 = s0 * b0 - s1 * b1;
    *J3 = t0 * b0 * a0 - t1 * b1 * a1;
}

/* Semi-axis sum of the ellipse with foci -1 and 1 through x + iy. */
static inline double ellipse(double x, double y) {
    const double big = 0.5 * (sqrt((x - 1) * (x - 1) + y * y) + sqrt((x + 1) * (x + 1) + y * y));
    return big + sqrt(big > 1 ? big * big - 1 : 0);
}

/* Outer segment A + s v, inner segment B + t w; I and its derivatives with respect to q = A - B, v, w. */
static double segments_quadrature(const double *A, const double *v, const double *B, const double *w,
                                  double *dq, double *dv, double *dw) {
    double q0[3], unit[3], cq[3], cv[3];
    sub3(A, B, q0);
    const double L2 = dot3(w, w), L = sqrt(L2), v2 = dot3(v, v);
    for (int i = 0; i < 3; i++) unit[i] = w[i] / L;
    cross3(unit, q0, cq);
    cross3(unit, v, cv);
    const double hB = 2 * dot3(cq, cv), hC = dot3(cv, cv), f0 = dot3(unit, q0), fv = dot3(unit, v);

    /* singularities of the integrand in the complex s plane */
    double sx[3], sy[3], foot[3];
    int singular = 2;
    for (int end = 0; end < 2; end++) {
        double to[3], across[3];
        for (int i = 0; i < 3; i++) to[i] = (end ? w[i] : 0) - q0[i];
        cross3(to, v, across);
        sx[end] = dot3(to, v) / v2;
        sy[end] = sqrt(dot3(across, across)) / v2;
    }
    if (hC > 1e-20 * v2) {
        const double s = -0.5 * hB / hC, t = (f0 + s * fv) / L;
        if (t >= 0 && t <= 1) { /* beyond an end of the inner segment, that end's singularity is the nearer one */
            for (int i = 0; i < 3; i++) foot[i] = cq[i] + s * cv[i];
            sx[2] = s;
            sy[2] = sqrt(dot3(foot, foot) / hC);
            singular = 3;
        }
    }

    double from[MAX_PANELS], to[MAX_PANELS];
    int panels = 1;
    from[0] = 0; to[0] = 1;
    double I = 0, m0 = 0, m1s = 0, m2s = 0, n0 = 0, n1 = 0, p0 = 0;
    while (panels) {
        const double lo = from[--panels], hi = to[panels], half = 0.5 * (hi - lo), mid = 0.5 * (hi + lo);
        double rho = 1e9, cut = mid;
        for (int k = 0; k < singular; k++) {
            const double z = (sx[k] - mid) / half, r = ellipse(z, sy[k] / half);
            if (r < rho) {
                rho = r;
                cut = fabs(z) < 0.8 ? sx[k] : mid;
            }
        }
        const double wanted = 1 + 15.5 / log(rho);
        if (!(wanted <= MAX_NODES)) {
            if (half < INTERSECTING || panels + 2 > MAX_PANELS) return INFINITY;
            from[panels] = lo; to[panels++] = cut;
            from[panels] = cut; to[panels++] = hi;
            continue;
        }
        const int n = wanted < MIN_NODES ? MIN_NODES : wanted > MAX_NODES ? MAX_NODES : (int)ceil(wanted);
        double at[MAX_NODES], foot_t[MAX_NODES], h2[MAX_NODES], J2[MAX_NODES], J3[MAX_NODES], K3[MAX_NODES];
        for (int i = 0; i < n; i++) {
            const double s = mid + half * gauss_node[n][i];
            const double x = cq[0] + s * cv[0], y = cq[1] + s * cv[1], z = cq[2] + s * cv[2];
            at[i] = s;
            foot_t[i] = f0 + s * fv;
            h2[i] = x * x + y * y + z * z;
        }
        for (int i = 0; i < n; i++) line_moments(-foot_t[i], L - foot_t[i], h2[i], &J2[i], &J3[i], &K3[i]);
        for (int i = 0; i < n; i++) {
            if (in_line(-foot_t[i], L - foot_t[i], h2[i]))
                in_line_moments(-foot_t[i], L - foot_t[i], h2[i], &J2[i], &J3[i]);
            const double s = at[i], f = foot_t[i], weight = half * gauss_weight[n][i];
            const double M0 = weight * J3[i], M1 = weight * (K3[i] + f * J3[i]);
            const double M2 = weight * (J2[i] - h2[i] * J3[i] + 2 * f * K3[i] + f * f * J3[i]);
            I += weight * J2[i];
            m0 += M0; m1s += s * M0; m2s += s * s * M0;
            n0 += M1; n1 += s * M1;
            p0 += M2;
        }
    }
    /* inner parameter t = (u + foot)/L, dt = du/L */
    const double a = -4 / L, b = 4 / L2, c = -4 / (L2 * L);
    for (int i = 0; i < 3; i++) {
        dq[i] = a * (m0 * q0[i] + m1s * v[i]) + b * n0 * w[i];
        dv[i] = a * (m1s * q0[i] + m2s * v[i]) + b * n1 * w[i];
        dw[i] = b * (n0 * q0[i] + n1 * v[i]) + c * p0 * w[i];
    }
    return I / L;
}

/* Integral and its gradient (12 values) by quadrature; infinite where the segments intersect. */
static double segments_any(const double *c1, const double *c2, const double *c3, const double *c4, double *grad) {
    double v1[3], v2[3], dq[3], dv[3], dw[3], energy;
    sub3(c2, c1, v1);
    sub3(c4, c3, v2);
    if (dot3(v1, v1) <= dot3(v2, v2)) { /* fewer nodes along the shorter one */
        energy = segments_quadrature(c1, v1, c3, v2, dq, dv, dw);
        for (int i = 0; i < 3; i++) {
            grad[i] = dq[i] - dv[i]; grad[3 + i] = dv[i];
            grad[6 + i] = -dq[i] - dw[i]; grad[9 + i] = dw[i];
        }
    } else {
        energy = segments_quadrature(c3, v2, c1, v1, dq, dv, dw);
        for (int i = 0; i < 3; i++) {
            grad[6 + i] = dq[i] - dv[i]; grad[9 + i] = dv[i];
            grad[i] = -dq[i] - dw[i]; grad[3 + i] = dw[i];
        }
    }
    return energy;
}

/* kappa[k] times the integral of count <= BLOCK pairs, and its gradient, grad[i][k]. first[k], second[k]: offsets in x of
 * the two segments (six coordinates each). The energy of an intersecting pair is infinite and its gradient void. */
static inline void segments_each(int count, const double *x, const ptrdiff_t *first, const ptrdiff_t *second,
                                 const double *kappa, double *energy, double (*grad)[BLOCK]) {
    double c[12][BLOCK], good[BLOCK];
    for (int k = 0; k < BLOCK; k++) {
        const int from = k < count ? k : 0; /* a block is always full */
        for (int i = 0; i < 6; i++) {
            c[i][k] = x[first[from] + i];
            c[6 + i][k] = x[second[from] + i];
        }
    }
    segments_closed((const double(*)[BLOCK])c, energy, grad, good);
    for (int k = 0; k < count; k++) {
        if (good[k] != 1 && kappa[k] != 0) {
            const double *p = x + first[k], *q = x + second[k];
            double own[12];
            energy[k] = segments_any(p, p + 3, q, q + 3, own);
            for (int i = 0; i < 12; i++) grad[i][k] = own[i];
        }
        energy[k] = kappa[k] == 0 ? 0 : kappa[k] * energy[k];
        for (int i = 0; i < 12; i++) grad[i][k] = kappa[k] == 0 ? 0 : kappa[k] * grad[i][k];
    }
}

/* Their sum; its gradient is added to g. Stops with infinity at an intersecting pair. */
static double segments_repulsion(int count, const double *x, double *g, const ptrdiff_t *first,
                                 const ptrdiff_t *second, const double *kappa) {
    double grad[12][BLOCK], energy[BLOCK], total = 0;
    segments_each(count, x, first, second, kappa, energy, grad);
    for (int k = 0; k < count; k++) {
        if (!(energy[k] < INFINITY)) return INFINITY; /* also not a number */
        total += energy[k];
        for (int i = 0; i < 6; i++) {
            g[first[k] + i] += grad[i][k];
            g[second[k] + i] += grad[6 + i][k];
        }
    }
    return total;
}

#endif
