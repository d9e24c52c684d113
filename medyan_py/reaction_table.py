"""Reactions as flat arrays, built from text in one pass: the form in which networks of any size fit into memory."""

from __future__ import annotations

from array import array
from numbers import Real

import numpy as np

from medyan_py.reaction_text import split_reaction


class Side:
    """What all reactions consume, or what they produce.

    Reaction i takes ``amount[k]`` copies of ``species[k]`` for k from ``start[i]`` to ``start[i + 1]``; each species
    stands there once, in the order of the text.
    """

    def __init__(self):
        self.start, self.species, self.amount = array("i", [0]), array("i"), array("i")

    def append(self, members) -> None:
        """Add a reaction: pairs (species, amount)."""
        for species, amount in members:
            self.species.append(species)
            self.amount.append(amount)
        self.start.append(len(self.species))

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(start, species, amount), int32."""
        return tuple(np.array(x, dtype=np.int32) for x in (self.start, self.species, self.amount))

    def of(self, reaction: int) -> list[tuple[int, int]]:
        """(species, amount) of one reaction."""
        part = slice(self.start[reaction], self.start[reaction + 1])
        return list(zip(self.species[part], self.amount[part], strict=True))


class ReactionTable:
    """Every direction of every reaction, and the numbers of the species that occur.

    Parameters
    ----------
    names : iterable of str
        Species that come first; others follow in the order of their appearance.
    reactions : sequence of (text, rate) or (text with '<->', (forward rate, backward rate))

    Attributes
    ----------
    names : dict of str → number
    rates : array of double, 1/s
    reactants, products : Side

    Raises
    ------
    ValueError
        For text that is not a reaction, or a rate that is not a number or negative.
    """

    def __init__(self, names, reactions):
        self.names = {name: i for i, name in enumerate(names)}
        self.rates, self.reactants, self.products = array("d"), Side(), Side()
        if isinstance(reactions, str) or not hasattr(reactions, "__iter__"):
            raise ValueError(f"reactions must be a list of (text, rate), got {reactions!r}")
        for entry in reactions:
            if isinstance(entry, str) or not hasattr(entry, "__len__") or len(entry) != 2:
                raise ValueError(f"a reaction must be a pair (text, rate), got {entry!r}")
            self._add(*entry)

    def text(self, reaction: int) -> str:
        """A direction of a reaction as it may be written."""
        names = list(self.names)
        sides = (self.reactants.of(reaction), self.products.of(reaction))
        left, right = (" + ".join(f"{n} {names[i]}" if n > 1 else names[i] for i, n in side) for side in sides)
        return f"{left} -> {right}".strip()

    def __len__(self) -> int:
        return len(self.rates)

    def _add(self, text, rate) -> None:
        left, right, reversible = split_reaction(text)
        reactants, products = self._numbered(left), self._numbered(right)
        if not reversible:
            self._add_direction(reactants, products, checked_rate(text, rate))
            return
        if isinstance(rate, Real | str) or not hasattr(rate, "__len__") or len(rate) != 2:
            raise ValueError(f"reaction {text!r} needs two rates, (forward, backward), got {rate!r}")
        self._add_direction(reactants, products, checked_rate(text, rate[0]))
        self._add_direction(products, reactants, checked_rate(text, rate[1]))

    def _numbered(self, amounts) -> list[tuple[int, int]]:
        names = self.names
        return [(names.setdefault(name, len(names)), amount) for name, amount in amounts.items()]

    def _add_direction(self, reactants, products, rate: float) -> None:
        self.rates.append(rate)
        self.reactants.append(reactants)
        self.products.append(products)


def checked_rate(text: str, value) -> float:
    """``value`` as a float; ValueError unless it is a real number not negative."""
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_) or not value >= 0:
        raise ValueError(f"reaction {text!r}: a rate must be a number not negative, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        text = f"reaction {text!r}: a rate is too large for a number; up to 1.8e308 is allowed, or infinity"
        raise ValueError(text) from None
