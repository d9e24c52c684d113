from libc.math cimport exp, pow

# Unbinding laws. kT is 4.1 pN nm throughout.
cdef enum:
    CONSTANT = 0
    SLIP = 1
    CATCH_SLIP = 2
    DUTY_CATCH = 3
    SLIP_FORCE = 4
    DUTY_CATCH_SLIP = 5


cdef inline double ratchet_factor(double force, double length) noexcept nogil:
    return exp(-(force if force < 100.0 else 100.0) * length / 4.1)


cdef inline double slip_factor(double force, double length) noexcept nogil:
    return exp(force * length / 4.1)


cdef inline double catch_slip_factor(double force, double a1, double x1, double a2, double x2) noexcept nogil:
    return a1 * exp(-force * x1 / 4.1) + a2 * exp(force * x2 / 4.1)


cdef inline double bound_heads_of(double heads, double force, double on, double off, double beta) noexcept nogil:
    cdef double n = heads * on / (on + off) + beta * force / heads
    return n if n < heads else heads


cdef inline double ensemble_unbinding(double heads, double on, double off) noexcept nogil:
    return on * heads / (pow((on + off) / off, heads) - 1.0)


cdef inline double motor_unbinding(double heads, double force, double on, double off, double beta,
                                   double scale) noexcept nogil:
    cdef double factor = exp(-force / (bound_heads_of(heads, force, on, off, beta) * scale))
    return ensemble_unbinding(heads, on, off) * (factor if factor > 0.1 else 0.1)


cdef inline double motor_catch_slip(double heads, double force, double on, double off, double beta,
                                    double catch_force, double slip_force) noexcept nogil:
    # shares of the two ways out of the strongly bound state (Guo & Guilford 2006)
    cdef double load = force / bound_heads_of(heads, force, on, off, beta)
    return ensemble_unbinding(heads, on, off) * (0.92 * exp(-load / catch_force) + 0.08 * exp(load / slip_force))


cdef inline double stalled_walking(double off, double step_fraction, double force, double stall,
                                   double alpha) noexcept nogil:
    cdef double rate = off * step_fraction * (stall - force) / (stall + force / alpha)
    return rate if rate > 0.0 else 0.0
