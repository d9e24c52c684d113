/* exp(depth), continued along its tangent where depth is larger than 30, so that nothing overflows and the slope keeps
 * its sign. *slope: derivative with respect to depth. */
#ifndef MEDYAN_SCREENED_H
#define MEDYAN_SCREENED_H

#include <math.h>

#define STEEPEST 30.0

static inline double screened(double depth, double *slope) {
    *slope = exp(depth > STEEPEST ? STEEPEST : depth);
    return depth > STEEPEST ? *slope * (1 + depth - STEEPEST) : *slope;
}

#endif
