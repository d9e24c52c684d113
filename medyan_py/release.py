"""When molecules enter and leave the system."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.deck import Deck


class Releases:
    """Release and removal of the copy numbers that a deck asks for, each at its exact time.

    Copies of a diffusing species are spread over the active compartments, each independently, with probability in
    proportion to their volume (by the rules of MEDYAN 5.4: the same for all); copies of a bulk species are added to
    what is there. Removal deletes all copies. Bubbles have their molecules from the start.
    """

    def __init__(self, deck: Deck, chemistry: FilamentChemistry, rng: np.random.Generator):
        self._chemistry = chemistry
        self._rng = rng
        self._by_volume = deck.compatibility != "medyan-5.4"
        self._due = []
        for bulk, species in ((False, deck.diffusing), (True, deck.bulk)):
            for index, s in enumerate(species):
                if s.copies:
                    self._due.append((s.release, 0, bulk, index, s.copies))
                if s.removal:
                    self._due.append((s.removal, 1, bulk, index, 0))
        held = [e.copies for anchor in deck.bubbles.anchors for e in anchor.emissions]
        self._due += [(0.0, 0, True, len(deck.bulk) + number, copies) for number, copies in enumerate(held) if copies]
        self._due.sort(key=lambda entry: entry[:2])

    @property
    def next_time(self) -> float:
        """Time (s) of the next release or removal, infinity if there is none."""
        return self._due[0][0] if self._due else float("inf")

    def skip(self, time: float) -> None:
        """Take everything that is due at ``time`` (s) as done."""
        while self._due and self._due[0][0] <= time:
            self._due.pop(0)

    def apply(self, time: float) -> None:
        """Do everything that is due at ``time`` (s)."""
        while self._due and self._due[0][0] <= time:
            _, removal, bulk, index, copies = self._due.pop(0)
            if removal:
                self._remove(bulk, index)
            else:
                self._release(bulk, index, copies)

    def state(self) -> dict:
        """How much is still to come, and the random stream."""
        return {"left": len(self._due), "random": self._rng.bit_generator.state}

    def restore(self, saved: dict) -> None:
        """Take over the state of the releases of the same deck."""
        del self._due[: len(self._due) - saved["left"]]
        self._rng.bit_generator.state = saved["random"]

    def _release(self, bulk: bool, index: int, copies: int) -> None:
        chemistry = self._chemistry
        if bulk:
            chemistry.set_bulk(index, int(chemistry.bulk_counts[index]) + copies)
            return
        active = np.flatnonzero(chemistry.active_compartments)
        room = chemistry.volume_fractions[active] if self._by_volume else np.ones(len(active))
        share = self._rng.multinomial(copies, room / room.sum())
        for compartment, n in zip(active, share, strict=True):
            if n:
                chemistry.set_count(int(compartment), index, int(chemistry.counts[compartment, index] + n))

    def _remove(self, bulk: bool, index: int) -> None:
        if bulk:
            self._chemistry.set_bulk(index, 0)
            return
        for compartment in np.flatnonzero(self._chemistry.counts[:, index]):
            self._chemistry.set_count(int(compartment), index, 0)
