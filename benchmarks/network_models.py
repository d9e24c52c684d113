"""Reaction networks for ``networks.py``."""

import random
from typing import NamedTuple

PAIRS = (2, 4, 16, 100, 1000, 10_000, 100_000, 1_000_000)


class Network(NamedTuple):
    """Species with initial copies, reactions (reactants, products, rate), simulated time of an ordinary run (s)."""

    name: str
    species: dict[str, int]
    reactions: list[tuple[list[str], list[str], float]]
    duration: float

    def text_reactions(self) -> list[tuple[str, float]]:
        """The reactions as ``ReactionSystem`` takes them."""
        return [(f"{' + '.join(a)} -> {' + '.join(b)}", k) for a, b, k in self.reactions]


def networks(names=()):
    """The networks of these names, or all; small ones first, each made when it is its turn."""
    makers = {
        "birth-death": birth_death,
        "dimerisation": dimerisation,
        "vilar oscillator": vilar,
        "autocatalytic ring 50": lambda: autocatalytic_ring(50),
        "ring of 1000": lambda: ring(1000),
        "random 300 × 3700": lambda: random_network(300, 3700),
        **{f"{n} pairs": lambda n=n: independent_pairs(n) for n in PAIRS},
    }
    for name in names or makers:
        if name not in makers:
            raise SystemExit(f"no network {name!r}; there are {', '.join(makers)}")
        yield makers[name]()


def birth_death() -> Network:
    """Immigration and death around 1000 molecules."""
    return Network("birth-death", {"X": 1000}, [([], ["X"], 1000.0), (["X"], [], 1.0)], 1000.0)


def dimerisation() -> Network:
    """Two molecules join and part."""
    reactions = [(["P"] * 2, ["D"], 1e-3), (["D"], ["P"] * 2, 1.0)]
    return Network("dimerisation", {"P": 1000, "D": 0}, reactions, 1000.0)


def vilar() -> Network:
    """Circadian oscillator with repressor and activator (Vilar et al. 2002, PNAS 99:5988, table in figure 1)."""
    reactions = [
        (["A", "Da"], ["DaA"], 1.0),
        (["DaA"], ["A", "Da"], 50.0),
        (["A", "Dr"], ["DrA"], 1.0),
        (["DrA"], ["A", "Dr"], 100.0),
        (["Da"], ["Da", "Ma"], 50.0),
        (["DaA"], ["DaA", "Ma"], 500.0),
        (["Dr"], ["Dr", "Mr"], 0.01),
        (["DrA"], ["DrA", "Mr"], 50.0),
        (["Ma"], ["Ma", "A"], 50.0),
        (["Mr"], ["Mr", "R"], 5.0),
        (["A", "R"], ["C"], 2.0),
        (["C"], ["R"], 1.0),
        (["A"], [], 1.0),
        (["R"], [], 0.2),
        (["Ma"], [], 10.0),
        (["Mr"], [], 0.5),
    ]
    zero = dict.fromkeys(["DaA", "DrA", "Ma", "Mr", "A", "R", "C"], 0)
    return Network("vilar oscillator", {"Da": 1, "Dr": 1, **zero}, reactions, 200.0)


def autocatalytic_ring(n: int) -> Network:
    """Ring of species that each turn the one before into themselves (Togashi & Kaneko 2001, PRL 86:2459)."""
    names = [f"S{i}" for i in range(n)]
    reactions = [([names[i - 1], names[i]], [names[i], names[i]], 0.01) for i in range(n)]
    reactions += [([], [name], 10.0) for name in names] + [([name], [], 0.1) for name in names]
    return Network(f"autocatalytic ring {n}", dict.fromkeys(names, 100), reactions, 100.0)


def ring(n: int) -> Network:
    """n reactions in a ring, each handing molecules to the next species."""
    names = [f"S{i}" for i in range(n)]
    reactions = [([names[i - 1]], [names[i]], 1.0) for i in range(n)]
    return Network(f"ring of {n}", dict.fromkeys(names, 10), reactions, 100.0)


def random_network(species: int, reactions: int) -> Network:
    """Conversions and exchanges between randomly drawn species; the number of molecules stays."""
    draw = random.Random(1)
    names = [f"S{i}" for i in range(species)]
    table = []
    for _ in range(reactions):
        if draw.random() < 0.5:
            table.append(([draw.choice(names)], [draw.choice(names)], draw.uniform(0.1, 1.0)))
        else:
            table.append((draw.sample(names, 2), draw.sample(names, 2), draw.uniform(0.001, 0.01)))
    return Network(f"random {species} × {reactions}", dict.fromkeys(names, 100), table, 5.0)


def independent_pairs(n: int) -> Network:
    """A ↔ B, n times, 10 molecules each."""
    table = []
    for i in range(n):
        table += [([f"A{i}"], [f"B{i}"], 1.0), ([f"B{i}"], [f"A{i}"], 1.0)]
    start = {name: 10 for i in range(n) for name in (f"A{i}", f"B{i}")}
    return Network(f"{n} pairs", start, table, 1e6 / (20 * n))
