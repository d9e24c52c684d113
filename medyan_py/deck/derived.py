"""Quantities that follow from keywords."""

from __future__ import annotations

import math


def monomers_per_cylinder(cylinder_size: float, monomer_size: float) -> int:
    """Whole monomers in a full cylinder (sizes in nm); 108/2.7 counts as the 40 it means."""
    return math.floor(cylinder_size / monomer_size + 1e-6)


def binding_sites(monomers: int, requested: int) -> tuple[int, ...]:
    """Monomer slots of a full cylinder that can bind, for 1 ≤ requested ≤ monomers.

    Every (monomers // requested)-th slot. When the division leaves a remainder, there can be more or fewer sites
    than requested.
    """
    step = monomers // requested
    return tuple(range(step // 2 + 1, monomers, step))


def linker_sites(sites: tuple[int, ...], skip: int) -> tuple[int, ...]:
    """Those of the binding sites that linkers may use with LINKERBINDINGSKIP `skip` ≥ 2."""
    return sites[:: skip - 1]
