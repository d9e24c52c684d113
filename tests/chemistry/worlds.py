"""Systems of random make-up for the tests of structural verbs, chosen by hypothesis."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from medyan_py.core.chemistry.descriptions import (
    Aging,
    Binding,
    Branching,
    Bulk,
    Destruction,
    Diffusing,
    Growth,
    Nucleation,
    Pool,
    Severing,
    Shrinkage,
    Walls,
)
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

SPECIES = ("actin", "tubulin", "linker", "motor", "brancher")
COPIES = (60, 30, 10, 6, 6)  # per compartment
BOX = 320.0
GRIDS = ((1, 1, 1), (2, 2, 1), (3, 1, 2))
SLIP = {"unbinding_law": "SLIP", "lengths": (0.24,)}
CATCH = {"unbinding_law": "CATCHSLIP", "lengths": (1.0, 0.5), "amplitudes": (0.9, 0.1)}
DUTY = ("LOWDUTY", "HIGHDUTY")
CATCHES = ("LOWDUTYCATCH", "HIGHDUTYCATCH", "LOWDUTYCATCHSLIP")
GROUPS = ("grow", "shrink", "age", "destroy", "sever", "nucleate", "branch", "link", "walk")


class World(NamedTuple):
    """What a system is made of; the fields read like the choices that were made."""

    seed: int
    types: tuple[tuple[int, tuple[int, ...]], ...]  # monomers of a full cylinder, slots of the binding sites
    filaments: int
    cylinders: int
    grid: tuple[int, int, int]
    volumes: tuple[float, ...]  # volume fractions, repeated over the compartments; 0 for one that is not active
    walls: bool
    same_filament: bool
    algorithm: str
    bulk: frozenset  # species that are bulk
    constant: bool  # whether the bulk ones never change
    off: frozenset  # groups of reactions left out
    linkers: tuple[tuple[int, int, bool], ...]  # flag, stride, law
    motor_flag: int
    motors: tuple[tuple[int, bool], ...]  # most heads, law
    branchers: tuple[tuple[int, str], ...]  # flag, zone

    def pool(self, name):
        bulk = sorted(self.bulk)
        return Pool(True, bulk.index(name)) if name in self.bulk else Pool(False, SPECIES.index(name))

    @property
    def end_kinds(self):
        return [(2, 2), (1, 1)][: len(self.types)]

    @property
    def ratchets(self):
        return [2.7, None][: len(self.types)] if self.walls else [None] * len(self.types)

    @property
    def constants(self):
        return {self.pool(name) for name in self.bulk} if self.constant else set()


def filament_reactions(world):
    """Keyword arguments of FilamentChemistry for everything that is no bond."""
    a, t = world.pool("actin"), world.pool("tubulin")
    b = world.pool("brancher")
    both = len(world.types) == 2
    per_actin = 0.06 if a.bulk else 0.15
    reactions = {
        "growths": [
            Growth(0, 1, a, 0, 0, 0, per_actin),
            Growth(0, 1, a, 1, 1, 0, per_actin / 2),  # an end kind that changes on growth
            Growth(0, 0, a, 0, 0, 0, per_actin / 2),
            Growth(0, 0, a, 1, 0, 0, per_actin / 2),
        ]
        + [Growth(1, 1, t, 0, 0, 0, 0.3), Growth(1, 0, t, 0, 0, 0, 0.1)] * both,
        "shrinkages": [Shrinkage(0, 1, a, end, inside, end, 9.0) for end in (0, 1) for inside in (0, 1)]
        + [Shrinkage(0, 0, a, end, inside, 0, 7.0) for end in (0, 1) for inside in (0, 1)]
        + [Shrinkage(1, 1, t, 0, 0, 0, 14.0), Shrinkage(1, 0, t, 0, 0, 0, 6.0)] * both,
        "agings": [
            Aging(0, -1, 0, 1, 0.3), Aging(0, -1, 1, 0, 0.5), Aging(0, 1, 0, 1, 2.0), Aging(0, 1, 1, 0, 1.0),
            Aging(0, 0, 0, 1, 0.5), Aging(0, 0, 1, 0, 2.0),
        ],
        "destructions": [Destruction(0, m, p, (a, a), 40.0) for m in (0, 1) for p in (0, 1)]
        + [Destruction(1, 0, 0, (t, t), 40.0)] * both,
        "severings": [Severing(0, 0, 0.7), Severing(0, 1, 0.7, minus_side=True)] + [Severing(1, 0, 0.5)] * both,
        "nucleations": [Nucleation(0, (a, a), 0, 0, 0, 1e-3 * (60 / 200 if a.bulk else 1.0) ** 2)]
        + [Nucleation(1, (t,), 0, 0, 0, 0.02)] * both,
        "branchings": [
            Branching(
                k, min(k, len(world.types) - 1), flag, b, (a, t)[min(k, len(world.types) - 1)], 0, 8e-3, 20.0,
                zone=zone, distance=90.0, length=6.0, unbinding_law=("SLIP", "SLIPF")[k],
                unbinding_parameter=(0.5, 10.0)[k],
            )
            for k, (flag, zone) in enumerate(world.branchers)
        ],
    }  # fmt: skip
    groups = {"growths": "grow", "shrinkages": "shrink", "agings": "age", "destructions": "destroy",
              "severings": "sever", "nucleations": "nucleate", "branchings": "branch"}  # fmt: skip
    return {name: () if groups[name] in world.off else value for name, value in reactions.items()}


def binding_reactions(world):
    if "link" in world.off:
        return []
    both = len(world.types) == 2
    bindings = []
    for k, (flag, stride, law) in enumerate(world.linkers):
        types = (0, 1) if both and k else (0, 0)
        laws = (SLIP, CATCH)[k % 2] if law else {}
        bindings.append(Binding(False, k, types, (flag, flag), world.pool("linker"), 0.2, 8.0, 10.0, 35.0, 8.0,
                                stride=stride, **laws))  # fmt: skip
    for k, (most, law) in enumerate(world.motors):
        flag = world.motor_flag
        types = (1, 0) if both and k else (0, 0)
        laws = {
            "unbinding_law": CATCHES[(k + most) % 3], "unbinding_forces": (12.0, 30.0),
            "walking_law": f"{DUTY[k % 2]}STALL", "walking_force": 50.0, "step_fraction": 2.5,
        } if law else {}  # fmt: skip
        still = (None, None)
        walking = {} if "walk" in world.off else {
            "walking": (15.0, None if k else 15.0), "walking_back": (12.0, 12.0) if k == 0 else still,
        }  # fmt: skip
        bindings.append(Binding(True, k, types, (flag, flag), world.pool("motor"), 0.12, 6.0, 20.0, 60.0, 2.5,
                                heads_min=1, heads_max=most, distinct_legs=k > 0, **laws, **walking))  # fmt: skip
    return bindings


def box_walls(inset=5.0):
    planes = []
    for axis in range(3):
        for at, sign in ((inset, 1.0), (BOX - inset, -1.0)):
            row = [0.0] * 6
            row[axis], row[3 + axis] = at, sign
            planes.append(tuple(row))
    return tuple(planes)


def build(world):
    """The chemistry of a world, started, and a random generator for what happens to it."""
    rng = np.random.default_rng(world.seed)
    filaments = Filaments([(2.7, 2.7 * n, n, sites) for n, sites in world.types])
    compartments = int(np.prod(world.grid))
    volumes = np.resize(world.volumes, compartments)
    chemistry = FilamentChemistry(
        world.grid,
        np.full(3, BOX) / world.grid,
        volumes > 0,
        [Diffusing(name, 1e4) for name in SPECIES],
        [Bulk(name, world.constant) for name in sorted(world.bulk)],
        [],
        world.seed,
        filaments=filaments,
        bindings=binding_reactions(world),
        ratchet_lengths=world.ratchets,
        end_kinds=world.end_kinds,
        walls=Walls(box_walls(), 41.0, 2.7, 300.0) if world.walls else None,
        same_filament_pairs=world.same_filament,
        algorithm=world.algorithm,
        volume_fraction=np.where(volumes > 0, volumes, 1.0),
        **filament_reactions(world),
    )
    for number in range(world.filaments):
        kind = number % len(world.types)
        length = filaments.kinds[kind][1]
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        start = rng.uniform(BOX / 3, 2 * BOX / 3, 3) - direction * length * world.cylinders / 2
        chemistry.add_filament(kind, start + length * np.arange(world.cylinders + 1)[:, None] * direction)
    for species, copies in enumerate(COPIES):
        if SPECIES[species] not in world.bulk:
            chemistry.spread(species, copies * compartments)
    for number, name in enumerate(sorted(world.bulk)):
        chemistry.set_bulk(number, 200 if name == "actin" else 20)
    chemistry.start()
    chemistry.update()
    chemistry.rebuild_candidates()
    return chemistry, rng


@st.composite
def filament_type(draw):
    slots = draw(st.integers(4, 12))
    sites = draw(st.sets(st.integers(1, slots - 1), min_size=1, max_size=5))
    return slots, tuple(sorted(sites))


flags = st.integers(0, 2)
worlds = st.builds(
    World,
    seed=st.integers(1, 2**32),
    types=st.lists(filament_type(), min_size=1, max_size=2).map(tuple),
    filaments=st.integers(4, 8),
    cylinders=st.integers(2, 6),
    grid=st.sampled_from(GRIDS),
    volumes=st.sampled_from([(1.0,), (1.0, 0.4), (1.0, 0.0, 0.7)]),
    walls=st.booleans(),
    same_filament=st.booleans(),
    algorithm=st.sampled_from(["NRM", "NRM", "GILLESPIE", "SIMPLEGILLESPIE"]),
    bulk=st.frozensets(st.sampled_from(SPECIES), max_size=2),
    constant=st.booleans(),
    off=st.frozensets(st.sampled_from(GROUPS), max_size=2),
    linkers=st.lists(st.tuples(flags, st.integers(1, 2), st.booleans()), max_size=2).map(tuple),
    motor_flag=flags,
    motors=st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=2).map(tuple),
    branchers=st.lists(
        st.tuples(flags, st.sampled_from(["ALL", "BOUNDARY", "TOPBOUNDARY", "SIDEBOUNDARY", "RIGHTBOUNDARY"])),
        max_size=2,
    ).map(tuple),
)
SCALED = ("grow", "shrink", "age", "age end", "destroy", "sever", "nucleate", "branch", "unbranch", "bind", "unbind",
          "walk", "walk back")  # fmt: skip
factors = st.sampled_from([0.0, 0.3, 1.0, 2.0])
# what happens between chunks of events
turns = st.one_of(
    st.tuples(st.just("move"), st.sampled_from([0.5, 2.0, 6.0])),
    st.just(("rebuild",)),
    st.just(("move and rebuild",)),
    st.tuples(st.just("scale"), st.sampled_from(SCALED), factors),
    st.tuples(st.just("scale growth"), st.integers(0, 1), factors),
    st.tuples(st.just("release"), st.integers(0, len(SPECIES) - 1), st.integers(1, 40)),
    st.tuples(st.just("remove"), st.integers(0, len(SPECIES) - 1)),
    st.tuples(st.just("walls"), st.sampled_from([0.0, 5.0, 12.0])),
)


def take_turn(turn, observer, rng):
    """Do to a chemistry what a simulation does between its windows of chemistry."""
    chemistry, (what, *arguments) = observer.chemistry, turn
    if what == "move" or what == "move and rebuild":
        beads = chemistry.filaments.beads
        beads["x"][beads.rows] += rng.normal(0, *(arguments or [2.0]), (beads.count, 3))
        chemistry.bonds["tension"][:] = rng.normal(3, 8, len(chemistry.bonds["tension"]))
        chemistry.branchers["force"][:] = abs(rng.normal(3, 3, len(chemistry.branchers["force"])))
        observer.update()
    if what == "rebuild" or what == "move and rebuild":
        observer.rebuild()
    if what == "scale":
        observer.scale(*arguments)
    if what == "scale growth":
        side, factor = arguments
        observer.scale_growth(chemistry.filaments.table.rows[::2].tolist(), side, factor)
    if what == "release":
        species, copies = arguments
        share = rng.multinomial(copies, chemistry.active_compartments / chemistry.active_compartments.sum())
        observer.set_copies(species, chemistry.counts[:, species] + share)
    if what == "remove":
        observer.set_copies(arguments[0], np.zeros(chemistry.compartments))
    if what == "walls" and chemistry.walls.planes:
        chemistry.set_planes(box_walls(*arguments))
        observer.update()
