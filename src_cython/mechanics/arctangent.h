/* Angle of a point in the upper half plane, without branches so that loops over it vectorise.
 *
 * Written out rather than taken from the C library because the library's atan2 takes most of the time of an excluded
 * volume pair and differs in the last bit between systems. Error below 2e-16 relative to the angle's octant.
 */
#ifndef MEDYAN_ARCTANGENT_H
#define MEDYAN_ARCTANGENT_H

#include <math.h>

/* atan2(y, x) for y >= 0 and (x, y) not both zero: the angle in [0, pi]. */
static inline double upper_angle(double y, double x) {
    /* sums and differences are formed before choosing among them, or compilers will not vectorise the choice */
    const double ax = fabs(x);
    const double small = y < ax ? y : ax, large = y < ax ? ax : y;
    /* atan(small/large) = pi/4 + atan((small - large)/(small + large)) brings the argument below tan(pi/8) */
    const int fold = small > 0.41421356237309503 * large;
    const double difference = small - large, sum = small + large;
    const double top = fold ? difference : small, bottom = fold ? sum : large;
    const double z = top / bottom, u = z * z;
    const double u2 = u * u, u4 = u2 * u2;
    /* grouped so that the multiplications do not wait for one another */
    const double low = (-3.3333333333333124e-01 + 1.9999999999941232e-01 * u)
                       + u2 * (-1.4285714279274226e-01 + 1.1111110745924909e-01 * u);
    const double middle = (-9.0908968352110369e-02 + 7.6920457629788368e-02 * u)
                          + u2 * (-6.6629564055779485e-02 + 5.8469094889952891e-02 * u);
    const double high = (-5.0352330704797882e-02 + 3.7968324071198238e-02 * u) + u2 * -1.7808481476450382e-02;
    const double r = z + z * (u * (low + u4 * (middle + u4 * high)));
    const double folded = 0.78539816339744831 + r, octant = fold ? folded : r;
    const double across = 1.57079632679489662 - octant, quadrant = y < ax ? octant : across;
    const double behind = 3.14159265358979312 - quadrant;
    return x < 0 ? behind : quadrant;
}

#endif
