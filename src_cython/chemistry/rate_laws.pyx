"""How forces change rates. kT = 4.1 pN nm."""


def brownian_ratchet(double force, double length):
    """Factor on polymerisation against a load.

    exp(−F x / kT), with F (pN) cut at 100 pN and x = ``length`` (nm); Peskin, Odell & Oster 1993, Biophys J 65:316;
    Footer et al. 2007, PNAS 104:2181.
    """
    return ratchet_factor(force, length)


def slip(double force, double length):
    """Factor on linker unbinding under tension ``force`` (pN): exp(F x / kT); Bell 1978; Ferrer et al. 2008."""
    return slip_factor(force, length)


def catch_slip(double force, amplitudes, lengths):
    """Factor on linker unbinding: a₁ exp(−F x₁/kT) + a₂ exp(F x₂/kT), lengths in nm."""
    return catch_slip_factor(force, amplitudes[0], lengths[0], amplitudes[1], lengths[1])


def bound_heads(double heads, double force, double on, double off, double beta=2.0):
    """Mean number of bound heads of a motor ensemble: min(N, ρN + βF/N), ρ = on/(on + off); Erdmann et al. 2013."""
    return bound_heads_of(heads, force, on, off, beta)


def duty_catch(double heads, double force, double on, double off, double unbinding_force, double beta=2.0):
    """Unbinding rate (1/s) of a motor ensemble with per-head rates ``on``, ``off`` (Erdmann et al. 2013).

    ``beta`` is 2 for low-duty and 1 for high-duty ensembles.
    """
    return motor_unbinding(heads, force, on, off, beta, unbinding_force)


def duty_catch_slip(double heads, double force, double on, double off, double catch_force, double slip_force,
                    double beta=2.0):
    """Unbinding rate (1/s) of a motor ensemble whose heads are catch-slip bonds.

    k₀ (0.92 exp(−F/(N_b F_c)) + 0.08 exp(F/(N_b F_s))) with the unloaded rate k₀ and the bound heads N_b of
    ``duty_catch``, among which the force is shared, and the forces F_c = ``catch_force`` and F_s = ``slip_force`` (pN)
    of one head. Shares and form are those of single heads of skeletal myosin II, for which F_c = 1.6 pN and
    F_s = 10 pN (Guo & Guilford 2006, PNAS 103:9844).
    """
    return motor_catch_slip(heads, force, on, off, beta, catch_force, slip_force)


def duty_stall(double off, double step_fraction, double force, double stall_force, double alpha=0.2):
    """Walking rate (1/s) against an opposing force (pN): Hill curve (Komianos & Papoian 2018).

    ``alpha`` is 0.2 for low-duty and 0.3 for high-duty ensembles.
    """
    return stalled_walking(off, step_fraction, force, stall_force, alpha)
