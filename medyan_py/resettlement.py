"""What becomes of molecules when compartments leave the system or enter it. None is lost, and none is made."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.chemistry.grid import hop_table, nearest_active
from medyan_py.setup.space import Space


def change_space(chemistry: FilamentChemistry, new: Space) -> None:
    """Give a chemistry other compartments.

    Molecules of a compartment that leaves go to those that stay and can be reached through the fewest faces, in
    proportion to their volume; if none can be reached, to the nearest one. A compartment that enters takes its share by
    volume of what a neighbour holds, from the inside outwards. All without a random number.
    """
    old, now = chemistry.active_compartments, new.active.astype(bool)
    if (old == now).all():
        chemistry.set_space(*new)
        return
    before = chemistry.counts.copy()
    after = before.copy()
    _empty(after, np.flatnonzero(old & ~now), now & old, now, chemistry, new.volume)
    target, _ = hop_table(chemistry.shape, chemistry.compartment_size, new.active, new.volume, new.faces)
    _fill(after, np.flatnonzero(now & ~old), now & old, target, new.volume)
    changed = np.argwhere(after != before).tolist()
    for compartment, species in changed:
        if not now[compartment]:
            chemistry.set_count(compartment, species, 0)
    chemistry.set_space(*new)
    for compartment, species in changed:
        if now[compartment]:
            chemistry.set_count(compartment, species, int(after[compartment, species]))


def _empty(counts, leaving, staying, now, chemistry: FilamentChemistry, volume) -> None:
    """Hand the molecules of compartments on; ``staying`` are those that were there and will be."""
    neighbours = chemistry.neighbours
    nearest = None
    for compartment in leaving.tolist():
        copies = counts[compartment].copy()
        if not copies.any():
            continue
        homes = _reached(compartment, staying, neighbours)
        if not homes:
            if nearest is None:
                nearest = nearest_active(chemistry.shape, chemistry.compartment_size, now)
            homes = [int(nearest[compartment])]
        counts[compartment] = 0
        for species, n in enumerate(copies.tolist()):
            counts[homes, species] += _shares(n, volume[homes])


def _reached(start: int, staying, neighbours) -> list[int]:
    """The compartments that stay and are the fewest steps away."""
    seen, ring = {start}, [start]
    while ring:
        ring = sorted({int(n) for c in ring for n in neighbours[c] if n >= 0} - seen)
        seen.update(ring)
        if found := [c for c in ring if staying[c]]:
            return found
    return []


def _shares(copies: int, weight: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to weights, by largest remainders; their sum is ``copies``."""
    exact = copies * weight / weight.sum()
    whole = np.floor(exact).astype(np.int64)
    rest = copies - int(whole.sum())
    if 0 <= rest <= len(whole):
        whole[np.argsort(whole - exact, kind="stable")[:rest]] += 1
    else:  # above 10^15 copies, where float64 does not count molecules
        whole[np.argmax(weight)] += rest
    return whole


def _fill(counts, entering, filled, target, volume) -> None:
    """Give each new compartment its share of what the first of its neighbours holds that is filled, in layers."""
    waiting, filled = set(entering.tolist()), filled.copy()
    while waiting:
        sources = {c: [n for n in target[c].tolist() if n >= 0 and filled[n]] for c in sorted(waiting)}
        layer = {c: found[0] for c, found in sources.items() if found}
        if not layer:
            return
        for compartment, source in layer.items():
            share = volume[compartment] / (volume[compartment] + volume[source])
            moved = (counts[source] * share + 0.5).astype(np.int64)
            counts[source] -= moved
            counts[compartment] += moved
            filled[compartment] = True
            waiting.discard(compartment)
