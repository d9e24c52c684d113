"""How long linkers and motors stay bound, and how motors walk."""

import numpy as np
import pytest
from chance import assert_distribution, assert_exponential
from scipy.stats import poisson
from systems import (
    BULK,
    NO_REACH,
    PLUS,
    constant,
    grow,
    length,
    run_out,
    shrink,
    step,
    step_until,
    straight,
    system,
    whole_propensity,
)

from medyan_py.core.chemistry.descriptions import Binding, Bulk, Pool

POOL = {"bulk": [Bulk("L")]}


def linker(off, **options):
    return Binding(False, 0, (0, 0), (0, 0), BULK, 0.0, off, **NO_REACH, stiffness=8.0, **options)


def motor(rate=5.0, *, on=0.0, off=0.0, flag=0, heads=(1, 1), **options):
    options = {"heads_min": heads[0], "heads_max": heads[1], "walking": (rate, rate), **options}
    return Binding(True, 0, (0, 0), (flag, flag), BULK, on, off, **NO_REACH, stiffness=2.5, **options)


def ladder(rungs, binding, *, seed=1, **options):
    """Two parallel filaments joined by ``rungs`` bonds, one at every site."""
    x, n = (100, 100, 100), rungs // 4
    y = (100, 130, 100)
    chemistry = system([straight(x, (1, 0, 0), n), straight(y, (1, 0, 0), n)], bindings=[binding], seed=seed, **POOL,
                       **options)  # fmt: skip
    for k in range(rungs):
        chemistry.bind(0, k, 4 * n + k)
    return chemistry


def pull(chemistry, tension):
    chemistry.bonds["tension"][chemistry.bonds.rows] = tension
    chemistry.update()


SLIP = {"unbinding_law": "SLIP", "lengths": (0.24,)}
CATCH_SLIP = {"unbinding_law": "CATCHSLIP", "lengths": (1.0, 0.5), "amplitudes": (0.9, 0.1)}
CATCH = {"unbinding_law": "LOWDUTYCATCH", "unbinding_forces": (12.62,), "heads": (15, 15), "on": 0.2, "off": 1.7}


@pytest.mark.parametrize(
    "binding, tension, rate",
    [
        (linker(0.3), 10.0, 0.3),
        (linker(0.3, **SLIP), 0.0, 0.3),
        (linker(0.3, **SLIP), 10.0, 0.538694),
        (linker(0.3, **SLIP), -10.0, 0.3),
        (linker(0.3, **CATCH_SLIP), 10.0, 0.3 * 0.417075),
        (motor(0.0, **CATCH), 0.0, 0.697092),
        (motor(0.0, **CATCH), 100.0, 0.409750),
    ],
    ids=["no law", "slip, slack", "slip", "slip, compressed", "catch-slip", "ensemble, slack", "ensemble"],
)
def test_lifetimes_are_exponential(binding, tension, rate):
    chemistry = ladder(1000, binding, seed=2)
    pull(chemistry, tension)
    assert whole_propensity(chemistry, "unbind") == pytest.approx(1000 * rate, rel=5e-6)
    lifetimes = []
    while chemistry.bonds.count:
        step(chemistry)
        lifetimes.append(chemistry.time)
    assert chemistry.bulk_counts[0] == 1000
    assert_exponential(lifetimes, rate)


def test_bonds_under_more_tension_break_earlier():
    chemistry = ladder(4000, linker(0.3, **SLIP), seed=3)
    rows = chemistry.bonds.rows
    chemistry.bonds["tension"][rows[::2]] = 30.0
    chemistry.update()
    chemistry.run(0.5)
    alive = chemistry.bonds.columns["alive"][rows]
    for left, rate in ((alive[::2].sum(), 0.3 * np.exp(30 * 0.24 / 4.1)), (alive[1::2].sum(), 0.3)):
        p = np.exp(-0.5 * rate)
        assert abs(left - 2000 * p) < 5 * np.sqrt(2000 * p * (1 - p))


TEARING = {"unbinding_law": "LOWDUTYCATCHSLIP", "unbinding_forces": (1.6, 10.0), "heads": (15, 15), "on": 0.2}


@pytest.mark.parametrize("algorithm", ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
@pytest.mark.parametrize("binding", [linker(0.3, **SLIP), linker(0.3, **CATCH_SLIP), motor(0.0, off=1.7, **TEARING)])
def test_forces_beyond_all_exponentials_tear_bonds_at_once(binding, algorithm):
    chemistry = ladder(8, binding, algorithm=algorithm)
    slack = whole_propensity(chemistry, "unbind") / 8
    torn = chemistry.bonds.rows[::2]
    chemistry.bonds["tension"][torn] = 1e7
    chemistry.update()
    chemistry.run(1e-15)
    assert not chemistry.bonds.columns["alive"][torn].any()
    assert (chemistry.bonds.count, chemistry.events, chemistry.bulk_counts[0]) == (4, 4, 4)
    assert whole_propensity(chemistry, "unbind") == pytest.approx(4 * slack)
    assert chemistry.next_time > 1e-6


def test_the_stiffness_of_a_motor_follows_its_bound_heads():
    chemistry = ladder(
        4, motor(0.0, unbinding_law="LOWDUTYCATCH", unbinding_forces=(12.62,), heads=(20, 20), on=0.2, off=1.7)
    )
    for tension, heads in ((0.0, 2.10526316), (20.0, 4.10526316), (1000.0, 20.0), (-50.0, 2.10526316)):
        pull(chemistry, tension)
        assert chemistry.bonds["bound_heads"] == pytest.approx(np.full(4, heads))
        assert chemistry.bonds["stiffness"] == pytest.approx(np.full(4, 2.5 * heads))


@pytest.mark.parametrize("free", [1, 3])
def test_a_single_pair_of_sites_is_occupied_as_two_states_demand(free):
    binding = Binding(False, 0, (0, 0), (0, 0), BULK, 0.4, 1.1, 25.0, 35.0, 8.0)
    chains = [straight((100, y, 100), (1, 0, 0), 1) for y in (100, 130)]
    chemistry = system(chains, sites=(20,), bindings=[binding], free=(free,), seed=4, **POOL)
    occupied = 0
    for k in range(1, 4001):
        chemistry.run(8.0 * k)  # more than ten relaxation times apart
        occupied += chemistry.bonds.count
    p = 0.4 * free / (0.4 * free + 1.1)
    assert abs(occupied - 4000 * p) < 5 * np.sqrt(4000 * p * (1 - p))


def test_many_linkers_and_few_molecules():
    """Twelve separate pairs of sites and seven molecules: the exact distribution of a reversible association."""
    binding = Binding(False, 0, (0, 0), (0, 0), BULK, 0.1, 0.5, 25.0, 35.0, 8.0)
    chains = [straight((100, y, 100 + 200 * k), (1, 0, 0), 1) for k in range(12) for y in (100, 130)]
    chemistry = system(chains, sites=(20,), bindings=[binding], free=(7,), seed=5, size=(3000.0,) * 3, **POOL)
    samples = []
    for k in range(1, 2001):
        chemistry.run(12.0 * k)
        samples.append(chemistry.bonds.count)
    weights = [1.0]
    for b in range(7):
        weights.append(weights[-1] * 0.1 * (12 - b) * (7 - b) / (0.5 * (b + 1)))
    assert_distribution(samples, np.array(weights) / sum(weights), 7)


# ---- walking


def pairs_of_filaments(n, cylinders, binding, *, seed=1, **options):
    """``n`` pairs of filaments with a motor between the first sites of each pair; the other end of the box is far."""
    chains = [straight((100, 100, 100), (1, 0, 0), cylinders) for _ in range(2 * n)]
    chemistry = system(chains, bindings=[binding], seed=seed, **POOL, **options)
    per = 4 * cylinders
    for k in range(n):
        chemistry.bind(0, 2 * k * per, (2 * k + 1) * per)
    return chemistry, per


def test_steps_of_free_heads_form_a_poisson_process():
    chemistry, per = pairs_of_filaments(400, 12, motor(5.0), seed=6)
    assert whole_propensity(chemistry, "walk") == pytest.approx(800 * 5.0)
    waits, last = [], 0.0
    while chemistry.next_time <= 0.2:
        step(chemistry)
        waits.append(chemistry.time - last)
        last = chemistry.time
    assert_exponential(waits, 800 * 5.0)
    chemistry.run(2.4)
    steps = chemistry.bonds["site"].ravel() % per
    assert_distribution(steps, lambda k: poisson.pmf(k, 12.0), per - 1)
    assert chemistry.events == steps.sum()


def test_motors_stop_at_the_last_site():
    chemistry, per = pairs_of_filaments(3, 5, motor(5.0))
    run_out(chemistry)
    assert (chemistry.bonds["site"].ravel() % per == per - 1).all()
    assert chemistry.events == 6 * (per - 1), "every site was stepped on once, across every junction"
    occupied = np.argwhere(chemistry.filaments.cylinders["occupant"] >= 0)
    assert len(occupied) == 6
    assert whole_propensity(chemistry, "walk") == 0.0


def test_a_stepping_motor_keeps_its_rest_length_tension_and_identity():
    chemistry, _ = pairs_of_filaments(1, 2, motor(5.0))
    pull(chemistry, 3.0)
    before = {name: chemistry.bonds[name][0].copy() for name in ("ident", "rest_length", "tension", "birth", "heads")}
    step(chemistry, 5)
    assert {name: chemistry.bonds[name][0] for name in before} == before


def test_heads_do_not_pass_each_other():
    chains = [straight((100, 100 + 30 * k, 100), (1, 0, 0), 3) for k in range(4)]
    chemistry = system(chains, bindings=[motor(5.0), motor(0.0)], **POOL)
    first = chemistry.bind(0, 0, 12)
    chemistry.bind(1, 5, 24)  # does not move: rate 0
    run_out_of_steps(chemistry, 4 + 11)
    assert chemistry.bonds["site"][first].tolist() == [4, 23]


def run_out_of_steps(chemistry, steps):
    step(chemistry, steps)
    assert chemistry.next_time == np.inf


@pytest.mark.parametrize("flag, last", [(0, 4), (1, 11)], ids=["same site species", "another site species"])
def test_a_linker_blocks_a_motor_only_on_sites_of_the_same_species(flag, last):
    chains = [straight((100, 100 + 30 * k, 100), (1, 0, 0), 3) for k in range(3)]
    staple = Binding(False, 0, (0, 0), (flag, flag), BULK, 0.0, 1e-12, **NO_REACH, stiffness=8.0)
    chemistry = system(chains, bindings=[motor(5.0), staple], **POOL)
    chemistry.bind(0, 0, 12)
    chemistry.bind(1, 5, 29)
    step(chemistry, last + 11)
    assert chemistry.bonds["site"][0].tolist() == [last, 23]
    step(chemistry)  # the linker lets go
    assert chemistry.bonds.count == 1
    assert whole_propensity(chemistry, "walk") == pytest.approx(5.0 if last == 4 else 0.0)
    run_out(chemistry)
    assert chemistry.bonds["site"][0].tolist() == [11, 23]


def test_a_growing_filament_gives_a_waiting_motor_its_next_site():
    chains = [straight((100, 100 + 30 * k, 100), (1, 0, 0), 1) for k in range(2)]
    chemistry = system(
        chains,
        bulk=[Bulk("L"), Bulk("M")],
        bindings=[motor(1.0)],
        growths=[grow(PLUS, 1e15, Pool(True, 1))],
    )
    chemistry.bind(0, 3, 7)
    assert chemistry.next_time == np.inf
    for _ in range(15):  # eight on one filament, up to seven on the other
        if whole_propensity(chemistry, "walk") > 0.0:
            break
        chemistry.set_bulk(1, 1)
        step(chemistry)
    cylinders, tips = chemistry.filaments.cylinders, chemistry.filaments.table["tip"][:, PLUS]
    assert cylinders["monomers"][tips].max() == 8  # slot 6 has just become an inner monomer
    assert whole_propensity(chemistry, "walk") == pytest.approx(1.0)
    step(chemistry)
    assert chemistry.bonds["site"][0].max() >= 8


@pytest.mark.parametrize("site, left", [(2, 80 - 3), (3, 40 + 7)], ids=["on the last cylinder", "before a junction"])
def test_a_shrinking_filament_takes_the_next_site_away(site, left):
    """Sites 2 and 3 of the cylinder in question; the next one vanishes when its monomer becomes the end."""
    cylinders = 2
    chains = [straight((100, 100 + 30 * k, 100), (1, 0, 0), cylinders) for k in range(2)]
    chemistry = system(chains, bulk=constant(), bindings=[motor(1e-9)], shrinkages=[shrink(PLUS, 1.0)])
    ordinal = site + 4 if left > 60 else site
    chemistry.bind(0, ordinal, 4 * cylinders + ordinal)
    step_until(chemistry, lambda: whole_propensity(chemistry, "walk") < 1.5e-9)
    assert min(length(chemistry, f) for f in (0, 1)) == left


STALL = {"walking_law": "LOWDUTYSTALL", "walking_force": 90.0, "step_fraction": 6 / 27}
FREE_SPEED, AT_45 = 0.377778, 0.0539683


def stalled_heads(direction, tension):
    """Stepping rates of both heads of a motor between parallel filaments, one shifted by ``direction``."""
    start = np.array([300.0, 300.0, 300.0])
    chains = [straight(start, (1, 0, 0), 3), straight(start + direction, (1, 0, 0), 3)]
    chemistry = system(chains, bindings=[motor(5.0, off=1.7, **STALL)], **POOL)
    chemistry.bind(0, 0, 12)
    pull(chemistry, tension)
    rates = {}
    for k in range(chemistry.walking.sets):
        rates.update(zip(*(column.tolist() for column in chemistry.walking.members(k)), strict=True))
    return [rates[leg] for leg in (0, 1)]


@pytest.mark.parametrize(
    "direction, tension, first, second",
    [
        ((0, 50, 0), 45.0, FREE_SPEED, FREE_SPEED),
        ((50, 0, 0), 45.0, FREE_SPEED, AT_45),
        ((-50, 0, 0), 45.0, AT_45, FREE_SPEED),
        ((-50, 0, 0), -45.0, FREE_SPEED, FREE_SPEED),
        ((-50, 0, 0), 90.0, 0.0, FREE_SPEED),
        ((-50, 0, 0), 200.0, 0.0, FREE_SPEED),
        ((-30, 40, 0), 75.0, AT_45, FREE_SPEED),
        ((30, 0, 40), 75.0, FREE_SPEED, AT_45),
    ],
)
def test_only_load_towards_the_minus_end_slows_a_head_down(direction, tension, first, second):
    assert stalled_heads(np.array(direction, dtype=float), tension) == pytest.approx([first, second], rel=2e-6)


def test_heads_on_one_filament_do_not_close_up():
    chemistry = system([straight((100, 100, 100), (1, 0, 0), 6)], bindings=[motor(5.0)], **POOL)
    chemistry.bind(0, 2, 2 + 4 * 3)
    n = chemistry.filaments.max_sites
    seen = set()
    for _ in range(9 + 9):
        step(chemistry)
        trailing, leading = chemistry.bonds["site"][0] // n
        assert leading - trailing >= 3
        seen.add(int(leading - trailing))
    assert chemistry.next_time == np.inf
    assert chemistry.bonds["site"][0].tolist() == [11, 23] and len(seen) > 1


@pytest.mark.parametrize("a, b", [(0, 0), (-1, 4), (0, 8), (0, 10**6)])
def test_bonds_need_two_existing_sites(a, b):
    chains = [straight((100, 100 + 30 * k, 100), (1, 0, 0), 1) for k in range(2)]
    chemistry = system(chains, bindings=[motor(5.0)], **POOL)
    with pytest.raises(ValueError):
        chemistry.bind(0, a, b)
    assert chemistry.bonds.count == 0
    with pytest.raises(ValueError):
        chemistry.bind(1, 0, 4)


def test_a_motor_with_both_heads_side_by_side_leaves_nothing_behind():
    chemistry = system([straight((100, 100, 100), (1, 0, 0), 2)], bindings=[motor(5.0, off=1e9)], **POOL)
    chemistry.bind(0, 3, 2)
    step(chemistry)
    assert chemistry.bonds.count == 0
    assert chemistry.next_time == np.inf


@pytest.mark.parametrize(
    ("options", "message"),
    [({"walking": (5.0, None)}, "must be distinct"), ({"walking_back": (None, 5.0)}, "must be distinct")],
)
def test_legs_that_walk_differently_are_distinct(options, message):
    chain = straight((100, 100, 100), (1, 0, 0), 1)
    with pytest.raises(ValueError, match=message):
        system([chain], bindings=[motor(**options)], **POOL)
    system([chain], bindings=[motor(**options, distinct_legs=True)], **POOL)


def test_legs_on_one_filament_type_have_one_kind_of_site():
    binding = motor()._replace(flags=(0, 1))
    with pytest.raises(ValueError, match=r"filament type 0 but on sites \(0, 1\)"):
        system([straight((100, 100, 100), (1, 0, 0), 1)], bindings=[binding], **POOL)
