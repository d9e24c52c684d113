"""Rate laws written down a second time, straight from their publications; kT = 4.1 pN nm."""

import math

KT = 4.1
BETA = {"LOWDUTYCATCH": 2.0, "HIGHDUTYCATCH": 1.0, "LOWDUTYCATCHSLIP": 2.0}
ALPHA = {"LOWDUTYSTALL": 0.2, "HIGHDUTYSTALL": 0.3}


def ratchet(load, length):
    """Factor on polymerisation (Peskin et al. 1993); the load is cut at 100 pN."""
    return math.exp(-min(load, 100.0) * length / KT)


def bond_off_rate(binding, heads, tension):
    """Unbinding rate (1/s) of a linker (Bell 1978; catch-slip) or of a motor ensemble (Erdmann et al. 2013)."""
    force, law = max(0.0, tension), binding.unbinding_law
    if law is None:
        return binding.off
    if law == "SLIP":
        return binding.off * math.exp(force * binding.lengths[0] / KT)
    if law == "CATCHSLIP":
        signs = (-1.0, 1.0)
        return binding.off * sum(
            a * math.exp(sign * force * x / KT)
            for a, x, sign in zip(binding.amplitudes, binding.lengths, signs, strict=True)
        )
    duty = binding.on / (binding.on + binding.off)
    bound = min(heads, duty * heads + BETA[law] * force / heads)
    slowest = binding.on * heads / (((binding.on + binding.off) / binding.off) ** heads - 1.0)
    if law == "LOWDUTYCATCHSLIP":  # single heads: Guo & Guilford 2006
        catch, slip = (force / bound / scale for scale in binding.unbinding_forces)
        return slowest * (0.92 * math.exp(-catch) + 0.08 * math.exp(slip))
    return slowest * max(0.1, math.exp(-force / (bound * binding.unbinding_forces[0])))


def brancher_off_rate(branching, force):
    """Unbinding rate (1/s) of a brancher: SLIP over a length, SLIPF over a force."""
    if branching.unbinding_law == "SLIP":
        return branching.off * math.exp(force * branching.unbinding_parameter / KT)
    if branching.unbinding_law == "SLIPF":
        return branching.off * math.exp(force / branching.unbinding_parameter)
    return branching.off


def walking_rate(binding, force):
    """Stepping rate (1/s) against a load (Hill 1938; Erdmann et al. 2013)."""
    stall, alpha = binding.walking_force, ALPHA[binding.walking_law]
    return max(0.0, binding.off * binding.step_fraction * (stall - force) / (stall + force / alpha))
