/* Repulsion of two segments: E = kappa * integral over s and t in [0, 1] of 1/r^4, r = c1 + s (c2-c1) - c3 - t (c4-c3).
 *
 * Two ways to the same number:
 *
 * - Closed form (Popov et al., PLoS Comput Biol 2016), written with cross products instead of differences of scalar
 *   products: each of its four arctangent brackets is the angle under which one segment is seen from an end of the
 *   other, so one angle per bracket suffices. It loses digits like (V/|v1||v2||v3|)^-3 where V is the
 *   triple product that vanishes for coplanar segments.
 * - Quadrature: the inner integral is elementary and regular for disjoint segments; the outer one is done by
 *   Gauss-Legendre on panels. A panel's error is governed by the largest ellipse around it (foci at its
 *   ends) free of singularities of the integrand (Trefethen, SIAM Review 2008). Those lie at s0 +- i h/|v|: the projections
 *   of the two ends of the inner segment (h: distance from the line) and the closest approach of the two lines. Panels are
 *   split until a table of at most MAX_NODES nodes reaches rounding level.
 *
 * Energy and gradient come from the same discrete expression in both.
 */
#ifndef MEDYAN_EXCLUDED_VOLUME_H
#define MEDYAN_EXCLUDED_VOLUME_H

#include <math.h>
#include "arctangent.h"
#include "vectors.h"

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

/* The closed form. Returns 0 without a result where it is ill-conditioned. grad: 12 values, d/dc1 ... d/dc4. */
static int segments_closed(const double *c1, const double *c2, const double *c3, const double *c4, double *energy, double *grad) {
    double v1[3], v2[3], u13[3], u14[3], u23[3], u24[3], n[3], w[3];
    sub3(c2, c1, v1); sub3(c4, c3, v2);
    sub3(c1, c3, u13); sub3(c1, c4, u14); sub3(c2, c3, u23); sub3(c2, c4, u24);
    cross3(v1, v2, n);
    const double a = dot3(v1, v1), b = dot3(v2, v2), c = dot3(u13, u13), d = dot3(v1, v2), e = dot3(v1, u13), f = dot3(v2, u13);
    const double V = dot3(n, u13);
    if (!(V * V >= COPLANAR * COPLANAR * a * b * c)) return 0;
    const double r14 = dot3(u14, u14), r23 = dot3(u23, u23), r24 = dot3(u24, u24);

    double N[4], R2[4], R[4], theta[4];
    const double x[4] = {dot3(u13, u23), dot3(u14, u24), dot3(u13, u14), dot3(u23, u24)};
    cross3(v1, u13, w); N[0] = -dot3(n, w); R2[0] = dot3(w, w);
    cross3(v1, u14, w); N[1] = dot3(n, w); R2[1] = dot3(w, w);
    cross3(v2, u13, w); N[2] = -dot3(n, w); R2[2] = dot3(w, w);
    cross3(v2, u23, w); N[3] = dot3(n, w); R2[3] = dot3(w, w);
    const double p[4] = {a + e, a + e - d, f, d + f}, q[4] = {e, e - d, f - b, d + f - b};
    const double Dp[4] = {a * r23, a * r24, b * c, b * r23}, Dq[4] = {a * c, a * r14, b * r14, b * r24};
    double A[4], B[4], P[4], Q[4], term[4];
    for (int k = 0; k < 4; k++) R[k] = sqrt(R2[k]);
    for (int k = 0; k < 4; k++) theta[k] = upper_angle(R[k], x[k]);
    for (int k = 0; k < 4; k++) {
        const double both = 1 / (Dp[k] * Dq[k]), ip = both * Dq[k], iq = both * Dp[k], iR = 1 / R[k];
        A[k] = theta[k] * iR;
        term[k] = N[k] * A[k];
        P[k] = N[k] * ip;
        Q[k] = -N[k] * iq;
        B[k] = -0.5 * (term[k] + p[k] * P[k] + q[k] * Q[k]) * (iR * iR);
    }
    const double S = (term[0] + term[1]) + (term[2] + term[3]);
    const double largest = fmax(fmax(fabs(term[0]), fabs(term[1])), fmax(fabs(term[2]), fabs(term[3])));
    if (!(largest <= CANCELLATION * fabs(S))) return 0;

    const double Sa = -f * A[0] + (f - b) * A[1] - b * A[3] + c * B[0] + r14 * B[1] + b * B[3] + P[0] + P[1];
    const double Sb = -a * A[1] + e * A[2] - (a + e) * A[3] + a * B[1] + c * B[2] + r23 * B[3] - Q[2] - Q[3];
    const double Sc = a * (B[0] + B[1]) + b * (B[2] + B[3]);
    const double Sd = e * A[0] + (2 * d - e) * A[1] - f * A[2] + (2 * d + f) * A[3] - 2 * (d - e) * B[1] - 2 * (d + f) * B[3]
                      - P[1] - Q[1] + P[3] + Q[3];
    const double Se = d * (A[0] - A[1]) + b * (A[2] - A[3]) - 2 * e * B[0] + 2 * (d - e) * B[1] + 2 * b * B[3]
                      + P[0] + Q[0] + P[1] + Q[1];
    const double Sf = a * (A[1] - A[0]) + d * (A[3] - A[2]) - 2 * a * B[1] - 2 * f * B[2] - 2 * (d + f) * B[3]
                      + P[2] + Q[2] + P[3] + Q[3];
    double V1[3], V2[3];
    cross3(v2, u13, V1);
    cross3(u13, v1, V2);
    const double E = -S / (2 * V * V), scale = -1 / (2 * V * V), slope = -2 * E / V;
    for (int i = 0; i < 3; i++) {
        const double G1 = scale * (2 * Sa * v1[i] + Sd * v2[i] + Se * u13[i]) + slope * V1[i];
        const double G2 = scale * (2 * Sb * v2[i] + Sd * v1[i] + Sf * u13[i]) + slope * V2[i];
        const double G3 = scale * (2 * Sc * u13[i] + Se * v1[i] + Sf * v2[i]) + slope * n[i];
        grad[i] = G3 - G1;
        grad[3 + i] = G1;
        grad[6 + i] = -G2 - G3;
        grad[9 + i] = G2;
    }
    *energy = E;
    return 1;
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
static double segments_quadrature(const double *A, const double *v, const double *B, const double *w, double *dq, double *dv, double *dw) {
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
            if (in_line(-foot_t[i], L - foot_t[i], h2[i])) in_line_moments(-foot_t[i], L - foot_t[i], h2[i], &J2[i], &J3[i]);
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

/* Integral and its gradient (12 values) for any two segments of positive length; infinite where they intersect. */
static double segments_repulsion(const double *c1, const double *c2, const double *c3, const double *c4, double *grad) {
    double energy;
    if (segments_closed(c1, c2, c3, c4, &energy, grad)) return energy;
    double v1[3], v2[3], dq[3], dv[3], dw[3];
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

#endif
