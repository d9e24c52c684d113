"""Free energy that a simulation stores and dissipates, cycle by cycle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from medyan_py.units import KT


class Dissipation:
    """Running sums of free energy over the cycles done, in kT (Floyd, Papoian & Jarzynski 2019, Interface Focus
    9:20180078; arXiv:1901.10520).

    With G1 the mechanical energy after the minimisation before a cycle, Gm that after the cycle's chemistry, G2 that
    after its minimisation, and Gc the chemical free energy of what fired, a cycle adds Gc to ``chemenergy``, G2 − G1 to
    ``mechenergy``, Gc + Gm − G1 to ``chemdiss``, G2 − Gm to ``mechdiss``, and Gc + G2 − G1 to ``total``. What is
    dissipated counts negative. Molecules that are released or removed do not count, nor does what a remeshing of
    membranes changes in the energy.

    Attributes
    ----------
    total, chemdiss, mechdiss, chemenergy, mechenergy : float, kT
    reactions : dict of str to float
        Share of each account in ``chemenergy``, in the order in which they first occurred: the ID of the deck, with
        ``off`` for unbinding and ``m`` for steps back; with the species after them ``DIF_`` for diffusion, ``EMI_`` and
        ``ABS_`` for emission and absorption by bubbles, ``ADS_`` and ``DES_`` for adsorption and desorption.
    force_fields : dict of str to (float, float)
        Share of each force field in ``mechenergy`` and in ``mechdiss``; empty before the first cycle.
    """

    def __init__(self, names: Iterable[str], energies: Mapping[str, float]):
        """``names`` of force fields; ``energies`` (pN nm, by force field) when the first cycle begins."""
        self._relaxed = {name: energies.get(name, 0.0) / KT for name in names}
        self.reactions: dict[str, float] = {}
        self.force_fields: dict[str, tuple[float, float]] = {}
        self.chemenergy = self.mechenergy = self.mechdiss = 0.0

    @property
    def chemdiss(self) -> float:
        return self.chemenergy + self.mechenergy - self.mechdiss

    @property
    def total(self) -> float:
        return self.chemenergy + self.mechenergy

    def state(self) -> dict:
        """All sums."""
        return {
            "relaxed": dict(self._relaxed),
            "reactions": dict(self.reactions),
            "force_fields": {name: np.array(sums) for name, sums in self.force_fields.items()},
            "chemenergy": float(self.chemenergy),
            "mechenergy": float(self.mechenergy),
            "mechdiss": float(self.mechdiss),
        }

    def restore(self, saved: dict) -> None:
        """Take over the sums of a simulation of the same deck."""
        self._relaxed, self.reactions = dict(saved["relaxed"]), dict(saved["reactions"])
        self.force_fields = {name: tuple(sums.tolist()) for name, sums in saved["force_fields"].items()}
        self.chemenergy, self.mechenergy = saved["chemenergy"], saved["mechenergy"]
        self.mechdiss = saved["mechdiss"]

    def add_cycle(
        self,
        accounts: Mapping[str, float],
        before: Mapping[str, float],
        after: Mapping[str, float],
        remeshed: Mapping[str, float] | None = None,
    ) -> None:
        """Close the books of a cycle.

        Parameters
        ----------
        accounts : mapping of str to float, kT
            Chemical free energy of each account since the start.
        before, after : mapping of str to float, pN nm
            Energies by force field before and after the minimisation; one that is left out has none.
        remeshed : mapping of str to float, pN nm, optional
            Energies with which the next cycle begins, if they are not those after the minimisation.
        """
        begin = after if remeshed is None else remeshed
        self.reactions = dict(accounts)
        for name, relaxed in self._relaxed.items():
            strained, again = before.get(name, 0.0) / KT, after.get(name, 0.0) / KT
            stored, dissipated = self.force_fields.get(name, (0.0, 0.0))
            self.force_fields[name] = stored + again - relaxed, dissipated + again - strained
            self._relaxed[name] = begin.get(name, 0.0) / KT
        self.chemenergy = sum(self.reactions.values())
        self.mechenergy = sum(stored for stored, _ in self.force_fields.values())
        self.mechdiss = sum(dissipated for _, dissipated in self.force_fields.values())
