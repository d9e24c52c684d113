"""Random systems, random sequences: every event is one the rules allow, and afterwards everything agrees with them.

Hypothesis chooses the system and what is done to it between chunks of events: positions that change, rebuilt
candidates, rates, molecules that are released or removed, walls. After each event a second statement of the rules
(``verbs.py``) must name the verb that explains all that changed: monomer states, sizes of cylinders, beads, bonds,
branchers, copy numbers. Every few events lists, memberships and propensities are recomputed (``rules.py``).
"""

from collections import Counter

import pytest
from history import Observer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from systems import straight, system
from worlds import World, build, take_turn, turns, worlds

from medyan_py.core.chemistry.descriptions import Binding, Bulk, Pool, Severing

VERBS = {
    *(f"{verb} {side}" for verb in ("polymerise", "depolymerise", "extend", "retract") for side in ("minus", "plus")),
    *(f"{verb} {bond}" for verb in ("bind", "unbind") for bond in ("linker", "motor")),
    *(f"walk {way}{across}" for way in ("forward", "backward") for across in ("", " across")),
    *("age", "age end", "branch", "unbranch", "unbranch lone", "nucleate", "destroy", "sever"),
}
TURNS = {"move", "rebuild", "move and rebuild", "scale", "scale growth", "release", "remove", "walls"}


def follow(world, sequence, events, every):
    """Run a world through chunks of ``events`` with a turn after each; verbs and turns that occurred."""
    chemistry, rng = build(world)
    observer = Observer(chemistry, world.ratchets, end_kinds=world.end_kinds, constants=world.constants)
    observer.check()
    for turn in sequence:
        for k in range(events):
            if not observer.fire():
                break
            if k % every == every - 1:
                observer.check()
        observer.check()
        take_turn(turn, observer, rng)
        observer.check()
    return observer.verbs + Counter(turn[0] for turn in sequence)


def explore(examples, events, every):
    """Follow ``examples`` random worlds; how often each verb and turn occurred."""
    seen = Counter()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(worlds, st.lists(turns, min_size=3, max_size=8))
    def one(world, sequence):
        seen.update(follow(world, sequence, events, every))

    one()
    return seen


def test_every_event_follows_the_rules():
    seen = explore(60, 30, 15)
    assert {name: seen[name] for name in VERBS if seen[name] < 10} == {}
    assert {name: seen[name] for name in TURNS if seen[name] < 5} == {}


@pytest.mark.slow
def test_many_events_follow_the_rules():
    seen = explore(400, 60, 20)
    assert {name: seen[name] for name in VERBS if seen[name] < 100} == {}
    assert {name: seen[name] for name in TURNS if seen[name] < 10} == {}


def test_branchers_and_motors_may_share_a_kind_of_site():
    # a brancher then stands where a motor could, under a number that may be that of a motor which is gone
    world = World(
        seed=3170, types=((6, (2, 3)),), filaments=4, cylinders=3, grid=(1, 1, 1), volumes=(1.0,), walls=False,
        same_filament=False, algorithm="GILLESPIE", bulk=frozenset(), constant=True, off=frozenset({"grow", "destroy"}),
        linkers=(), motor_flag=2, motors=((3, True),), branchers=((2, "ALL"),),
    )  # fmt: skip
    seen = follow(world, [("move", 0.5)] * 3, 60, 2)
    assert seen["branch"] > 10 and seen["unbind motor"] > 3


def test_a_cut_lets_the_heads_across_it_walk():
    # heads on one filament may not close up to less than three cylinders; after a cut between them they may
    slots, sites = 10, (2, 5, 8)
    binding = Binding(True, 0, (0, 0), (0, 0), Pool(True, 0), 1e-9, 1e-9, 1.0, 200.0, 2.5, walking=(1.0, 1.0))
    cuts = 0
    for seed in range(40):
        chemistry = system(
            [straight((500, 500, 400), (0, 0, 1), 6, slots)], slots=slots, sites=sites, seed=seed,
            bulk=[Bulk("M", True)], free=[1], bindings=[binding], severings=[Severing(0, 0, 1e3)],
        )  # fmt: skip
        behind, ahead = 1 * len(sites) + 2, 4 * len(sites) + 1  # the last site of a cylinder, one three cylinders on
        chemistry.bind(0, behind, ahead)
        observer = Observer(chemistry, [None])
        observer.check()
        assert observer.fire()
        cuts += sorted(map(len, observer.picture.filaments.values())) == [3, 3]
        observer.check()
    assert cuts > 2


def test_motors_on_one_filament_type_share_a_kind_of_site():
    free = Pool(True, 0)
    motors = [Binding(True, k, (0, 0), (k, k), free, 1.0, 1.0, 1.0, 2.0, 2.5) for k in range(2)]
    with pytest.raises(ValueError, match="one kind of site"):
        system([], bulk=[Bulk("M")], bindings=motors)
