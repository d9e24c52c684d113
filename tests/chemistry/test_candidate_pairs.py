"""Which pairs of sites linkers and motors may join, and how fast they do."""

import numpy as np
import pytest
from chance import assert_frequencies
from systems import (
    BULK,
    LOCAL,
    PLUS,
    SITES,
    grow,
    length,
    local_propensity,
    molecules,
    step,
    straight,
    system,
    whole_propensity,
)

from medyan_py.core.chemistry.descriptions import Binding, Bulk

A = straight((500, 500, 500), (0, 0, 1), 9)
B = straight((500, 530, 1500), (0, 0, -1), 9)


def rule(r_min, r_max, *, motor=False, on=0.01, off=0.0, free=LOCAL, **options):
    return Binding(motor, 0, (0, 0), (int(motor),) * 2, free, on, off, r_min, r_max, 8.0, **options)


def antiparallel(bindings, *, chains=(A, B), n=1, **options):
    options = {"shape": (2, 2, 4), "size": (500.0,) * 3, "diffusing": molecules(), "free": (n,), **options}
    return system(chains, bindings=bindings, **options)


def pairs(chemistry, which=0):
    return {(int(a), int(b)) for a, b, _ in chemistry.candidates.pairs(which)}


@pytest.mark.parametrize("shape, edge", [((2, 2, 4), 500.0), ((1, 1, 2), 1000.0), ((8, 8, 16), 125.0)])
def test_numbers_of_pairs_do_not_depend_on_the_grid(shape, edge):
    chemistry = antiparallel([rule(30, 40), rule(175, 225, motor=True)], shape=shape, size=(edge,) * 3)
    assert [len(pairs(chemistry, k)) for k in (0, 1)] == [71, 114]
    assert local_propensity(chemistry, "bind", 0).sum() == pytest.approx(0.71)


def test_a_second_copy_of_a_filament_adds_its_own_pairs():
    chemistry = antiparallel([rule(30, 40), rule(175, 225, motor=True)], chains=(A, B, A))
    assert len(pairs(chemistry)) == 2 * 71
    n = chemistry.filaments.max_sites
    filament = chemistry.filaments.cylinders["filament"]
    crossing = [(a, b) for a, b in pairs(chemistry, 1) if {filament[a // n], filament[b // n]} != {0, 2}]
    assert len(crossing) == 2 * 114


@pytest.mark.parametrize("stride, expected", [(1, 71), (2, 17)])
def test_linkers_may_use_every_second_site_only(stride, expected):
    chemistry = antiparallel([rule(30, 40, stride=stride)])
    assert len(pairs(chemistry)) == expected
    n = chemistry.filaments.max_sites
    assert {s % n for pair in pairs(chemistry) for s in pair} == set(range(0, 4, stride))


@pytest.mark.parametrize(
    "r_max, allowed, expected", [(225, True, 0), (400, True, 105), (400, False, 0), (2000, False, 0)]
)
def test_pairs_of_one_filament_are_three_cylinders_apart(r_max, allowed, expected):
    chemistry = antiparallel([rule(175, r_max, motor=True)], chains=(A,), same_filament_pairs=allowed)
    assert len(pairs(chemistry)) == expected
    n, position = chemistry.filaments.max_sites, chemistry.filaments.cylinders["position"]
    assert all(abs(position[a // n] - position[b // n]) >= 3 for a, b in pairs(chemistry))


@pytest.mark.parametrize("r_min, r_max, expected", [(30, 31, 0), (29.999, 31, 4), (25, 30, 0), (25, 30.001, 4)])
def test_distances_at_the_limits_are_excluded(r_min, r_max, expected):
    parallel = A[:2] + np.array([0.0, 30.0, 0.0])
    chemistry = antiparallel([rule(r_min, r_max)], chains=(A[:2], parallel))
    assert len(pairs(chemistry)) == expected


def test_propensity_of_linkers():
    chemistry = antiparallel([rule(30, 40)], shape=(1, 1, 1), size=(2000.0,) * 3, n=50)
    assert local_propensity(chemistry, "bind").tolist() == pytest.approx([35.5])


def test_propensity_of_motors_counts_their_mean_number_of_heads():
    motor = rule(80, 95, motor=True, on=0.2, heads_min=15, heads_max=30)  # six pairs at 82.3 nm, four at 90.5 nm
    chemistry = antiparallel([motor], chains=(A[:3], B[-3:]), shape=(1, 1, 1), size=(2000.0,) * 3)
    assert len(pairs(chemistry)) == 10
    assert local_propensity(chemistry, "bind") == pytest.approx([45.0])


def test_binding_takes_all_pairs_of_both_sites_and_unbinding_brings_them_back():
    rules = [rule(30, 40, free=BULK, off=1.0), rule(175, 225, motor=True, free=BULK, on=0.0)]
    chemistry = antiparallel(rules, diffusing=(), bulk=[Bulk("L")])
    linkers, motors = pairs(chemistry), pairs(chemistry, 1)
    assert whole_propensity(chemistry, "bind") == pytest.approx(0.71)
    step(chemistry)
    a, b = (int(s) for s in chemistry.bonds["site"][chemistry.bonds.rows[0]])
    assert pairs(chemistry) == {p for p in linkers if not {a, b} & set(p)} != linkers
    assert pairs(chemistry, 1) == motors, "another binding-site species is not concerned"
    assert chemistry.bulk_counts[0] == 0
    step(chemistry)
    assert (pairs(chemistry), chemistry.bulk_counts[0], chemistry.bonds.count) == (linkers, 1, 0)
    assert whole_propensity(chemistry, "bind") == pytest.approx(0.71)


def test_linkers_and_motors_on_the_same_sites_exclude_each_other():
    shared = Binding(True, 0, (0, 0), (0, 0), LOCAL, 0.0, 0.0, 175.0, 225.0, 2.5)
    chemistry = antiparallel([rule(30, 40), shared])
    linkers, motors = pairs(chemistry), pairs(chemistry, 1)
    a, b = sorted(linkers)[0]
    chemistry.bind(0, a, b)
    assert pairs(chemistry, 1) == {p for p in motors if not {a, b} & set(p)} != motors


def bonds_one_after_the_other(chemistry, n):
    """Rows of ``n`` bonds; only one molecule is free, so each unbinds before the next binds."""
    for _ in range(n):
        chemistry.rebuild_candidates()  # always the same list in the same order
        step(chemistry)
        rows = chemistry.bonds.rows
        assert len(rows) == 1
        yield rows[0]
        step(chemistry)
        assert chemistry.bonds.count == 0


def test_every_pair_is_equally_likely():
    chemistry = antiparallel([rule(30, 40, free=BULK, off=1.0)], diffusing=(), bulk=[Bulk("L")], n=1, seed=2)
    chosen = sorted(pairs(chemistry))
    found = [chosen.index(tuple(sorted(chemistry.bonds["site"][row].tolist())))
             for row in bonds_one_after_the_other(chemistry, 5000)]  # fmt: skip
    assert_frequencies(np.bincount(found, minlength=71), np.full(71, 1 / 71))


def test_heads_of_motors_are_uniform():
    motor = rule(175, 225, motor=True, free=BULK, on=0.2, off=1.7, heads_min=15, heads_max=30)
    chemistry = antiparallel([motor], diffusing=(), bulk=[Bulk("L")], n=1, seed=3)
    heads = [int(chemistry.bonds["heads"][row]) for row in bonds_one_after_the_other(chemistry, 4000)]
    assert_frequencies(np.bincount(heads, minlength=32), [1 / 16 if 15 <= h <= 30 else 0.0 for h in range(32)])


def test_a_new_bond_is_at_rest():
    motor = rule(175, 225, motor=True, free=BULK, on=0.2, off=1.7, heads_min=15, heads_max=30,
                 unbinding_law="LOWDUTYCATCH", unbinding_forces=(12.62,))  # fmt: skip
    chemistry = antiparallel([motor], diffusing=(), bulk=[Bulk("L")], n=1)
    for row in bonds_one_after_the_other(chemistry, 50):
        bonds = chemistry.bonds
        p, q = chemistry.site_positions(bonds["site"][row])
        assert bonds["rest_length"][row] == pytest.approx(np.linalg.norm(p - q))
        assert bonds["tension"][row] == 0.0 and bonds["birth"][row] == chemistry.time
        assert bonds["bound_heads"][row] == pytest.approx(bonds["heads"][row] * 0.2 / 1.9)
        assert bonds["stiffness"][row] == pytest.approx(8.0 * bonds["bound_heads"][row])


def test_molecules_come_from_and_return_to_the_compartment_in_the_middle_of_the_pair():
    shift = np.array([0.0, 0.0, 0.25])  # so that no pair has its middle on a face
    chains = (A + shift, B + shift)
    chemistry = antiparallel([rule(30, 40, off=1.0)], chains=chains, n=3, seed=4)
    rates = local_propensity(chemistry, "bind")
    middles = np.array([chemistry.candidates.positions[list(p)].mean(axis=0) for p in pairs(chemistry)])
    expected = np.zeros(16)
    for x, y, z in middles:
        expected[int(x // 500) + 2 * (int(y // 500) + 2 * int(z // 500))] += 0.01 * 3
    assert rates == pytest.approx(expected)
    before = chemistry.counts[:, 0].copy()
    taken_from = set()
    for _ in range(300):
        step(chemistry)
        rows = chemistry.bonds.rows
        taken_from |= set(chemistry.bonds["compartment"][rows].tolist())
        bound = np.bincount(chemistry.bonds["compartment"][rows], minlength=16)
        assert (chemistry.counts[:, 0] + bound == before).all()
    assert taken_from == set(np.flatnonzero(expected).tolist()) and len(taken_from) == 2


def test_sites_that_grow_into_being_find_their_partners():
    chemistry = system(
        [A[:2], A[:3] + np.array([0.0, 35.0, 0.0])],
        bindings=[rule(30, 40, free=BULK, on=0.0)],
        growths=[grow(PLUS, 1.0)],
        bulk=[Bulk("M")],
        size=(3000.0,) * 3,
    )
    assert len(pairs(chemistry)) == 4
    chemistry.set_bulk(0, 400)
    for _ in range(400):
        step(chemistry)
        shorter = min(length(chemistry, f) for f in (0, 1))
        facing = [k for k in range(shorter - 1) if k % 40 in SITES]
        assert len(pairs(chemistry)) == len(facing)
    assert len(facing) > 12
