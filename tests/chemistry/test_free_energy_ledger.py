"""Free energies that fired reactions enter in the ledger (Floyd, Papoian & Jarzynski 2019), event by event."""

import numpy as np
import pytest
from systems import LOCAL, MINUS, PLUS, grow, molecules, shrink, step, straight, system

from medyan_py.core.chemistry.descriptions import Aging, Binding, Bulk, Diffusing, FreeEnergy, Pool, Reaction, Severing
from medyan_py.core.chemistry.engine import Engine

BOX = ((1, 1, 1), (500.0, 500.0, 500.0))
CHAIN = straight((100, 500, 500), (1, 0, 0), 2)
PAIR = [straight((100, 500, 500), (1, 0, 0), 1), straight((100, 535, 500), (1, 0, 0), 1)]
NEAR = {"r_min": 30.0, "r_max": 40.0}


def ell(n):
    return n * np.log(n) if n else 0.0


def fired(reaction, counts, *, events=1, volume=1.0, coefficient=0.0, bulk=(), **options):
    """The engine after some events of one reaction of diffusing species with these copy numbers."""
    engine = Engine(
        *BOX,
        [1],
        [Diffusing(f"S{i}", coefficient) for i in range(len(counts))],
        [Bulk(f"B{i}", constant) for i, (_, constant) in enumerate(bulk)],
        [reaction],
        1,
        volume_fraction=[volume],
        track_dissipation=True,
        **options,
    )
    for i, n in enumerate(counts):
        engine.set_count(0, i, n)
    for i, (n, _) in enumerate(bulk):
        engine.set_bulk(i, n)
    engine.start()
    step(engine, events)
    return engine


def reaction(reactants, products, g, rate=1.0):
    return Reaction(
        tuple(Pool(False, i) for i in reactants),
        tuple(Pool(False, i) for i in products),
        rate,
        True,
        FreeEnergy(g, "R"),
    )


@pytest.mark.parametrize(
    ("reactants", "products", "counts", "g", "volume", "expected"),
    [
        ((0,), (1,), (1000, 2000), -7.451, 1.0, -6.757103),
        ((0,), (1,), (2000, 500), -7.451, 1.0, -8.836045),
        ((0,), (1,), (1, 0), -7.451, 1.0, -7.451),  # the last of one kind becomes the first of another
        ((0, 1), (2,), (5, 7, 0), 2.0, 0.5, 2.0 + np.log(0.5) + ell(4) - ell(5) + ell(6) - ell(7)),
        ((0,), (), (3,), 0.5, 0.25, 0.5 + np.log(0.25) + ell(2) - ell(3)),
        ((), (0,), (3,), 0.5, 0.25, 0.5 - np.log(0.25) + ell(4) - ell(3)),
        ((0, 0), (1,), (2, 0), 1.0, 1.0, 1.0 - ell(2)),
        ((0, 1), (0, 2), (9, 4, 0), 1.0, 1.0, 1.0 + ell(3) - ell(4)),  # a catalyst does not count
    ],
)
def test_general_reactions(reactants, products, counts, g, volume, expected):
    engine = fired(reaction(reactants, products, g), counts, volume=volume)
    assert engine.events == 1
    assert engine.ledger.accounts == {"R": pytest.approx(expected, abs=2e-6)}


def test_many_molecules_lose_no_digits():
    n = 10**9
    engine = fired(reaction((0,), (), 0.0), (n,))
    assert engine.ledger.accounts["R"] == pytest.approx(-np.log(n) - 1.0, abs=1e-8)


def test_constant_bulk_species_do_not_count():
    made = Reaction((Pool(True, 0),), (Pool(False, 0),), 1.0, True, FreeEnergy(3.0, "R"))
    engine = fired(made, (4,), bulk=[(50, True)])
    assert engine.ledger.accounts["R"] == pytest.approx(3.0 + ell(5) - ell(4))
    engine = fired(made, (4,), bulk=[(50, False)], volume=0.5)
    assert engine.ledger.accounts["R"] == pytest.approx(3.0 - np.log(0.5) + ell(5) - ell(4) + ell(49) - ell(50))


@pytest.mark.parametrize(("counts", "expected"), [((10, 3), -1.001489), ((1, 0), 0.0)])
def test_one_hop(counts, expected):
    for seed in range(20):
        engine = two_boxes((1.0, 1.0), seed)
        for c, n in enumerate(counts):
            engine.set_count(c, 0, n)
        engine.start()
        step(engine)
        if engine.counts[0, 0] == counts[0] - 1:
            assert engine.ledger.accounts == {"DIF_A": pytest.approx(expected, abs=1e-6)}
            return
    raise AssertionError("no hop from the first compartment")


def two_boxes(volumes, seed):
    return Engine(
        (2, 1, 1), (500.0,) * 3, [1, 1], [Diffusing("A", 1e6)], [], [], seed,
        volume_fraction=volumes, track_dissipation=True,
    )  # fmt: skip


def test_hops_between_different_volumes_add_up_to_a_state_function():
    volumes = np.array([1.0, 0.3])
    engine = two_boxes(volumes, 3)
    engine.set_count(0, 0, 40)

    def chemical():
        return sum(ell(n) - n * np.log(v) for n, v in zip(engine.counts[:, 0], volumes, strict=True))

    engine.start()
    before = chemical()
    step(engine, 1000)
    assert engine.hops == 1000
    assert engine.ledger.accounts["DIF_A"] == pytest.approx(chemical() - before)


def test_a_closed_loop_dissipates_the_sum_of_its_constants():
    values = {"AB": -3.0, "BC": 1.25, "CA": -0.5}
    ring = [
        Reaction((Pool(False, i),), (Pool(False, (i + 1) % 3),), 1.0, True, FreeEnergy(g, name))
        for i, (name, g) in enumerate(values.items())
    ]
    engine = Engine(*BOX, [1], [Diffusing(s, 0.0) for s in "ABC"], [], ring, 1, track_dissipation=True)
    engine.set_count(0, 0, 1)
    engine.start()
    step(engine, 3)
    assert list(engine.ledger.accounts) == ["AB", "BC", "CA"]
    assert sum(engine.ledger.accounts.values()) == pytest.approx(sum(values.values()))
    step(engine, 297)
    assert sum(engine.ledger.accounts.values()) == pytest.approx(100 * sum(values.values()))


def test_reactions_of_one_name_share_an_account():
    pair = [
        Reaction((Pool(False, 0),), (Pool(False, 1),), 1.0, True, FreeEnergy(-1.0, "NA")),
        Reaction((Pool(False, 1),), (Pool(False, 0),), 1.0, True, FreeEnergy(-2.0, "NA")),
    ]
    engine = Engine(*BOX, [1], [Diffusing("A", 0.0), Diffusing("B", 0.0)], [], pair, 1, track_dissipation=True)
    engine.set_count(0, 0, 1)
    engine.start()
    step(engine, 10)
    assert engine.ledger.accounts == {"NA": pytest.approx(-15.0)}


# --- filaments


@pytest.mark.parametrize(
    ("change", "count", "volume", "expected"),
    [
        (grow(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(3.21, "P")), 100, 1.0, -2.390153),
        (grow(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(3.21, "P")), 100, 0.5, -3.083301),
        (grow(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(3.21, "P")), 2000, 1.0, -5.390652),
        (grow(MINUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(3.21, "P")), 1, 1.0, 3.21),
        (shrink(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(-3.21, "P")), 100, 1.0, 2.400154),
        (shrink(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(-3.21, "P")), 2000, 1.0, 5.391152),
        (shrink(MINUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(-3.21, "P")), 0, 0.5, -3.21 - np.log(0.5)),
    ],
)
def test_ends(change, count, volume, expected):
    kind = "growths" if type(change).__name__ == "Growth" else "shrinkages"
    options = {kind: [change], "volume_fraction": [volume], "track_dissipation": True}
    chemistry = system([CHAIN], diffusing=molecules(), free=[count], **options)
    step(chemistry)
    assert chemistry.ledger.accounts == {"P": pytest.approx(expected, abs=1e-6)}


def test_growth_and_shrinkage_cancel():
    growth = grow(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(3.21, "P"))
    shrinkage = shrink(PLUS, 10.0, LOCAL)._replace(free_energy=FreeEnergy(-3.21, "D"))
    chemistry = system(
        [CHAIN], diffusing=molecules(), free=[10], growths=[growth], shrinkages=[shrinkage], track_dissipation=True
    )
    step(chemistry, 2000)
    n = int(chemistry.counts[0, 0])
    total = sum(chemistry.ledger.accounts.values())
    assert total == pytest.approx(ell(n) - ell(10) + (10 - n) * 3.21, abs=1e-8)


def link(motor, value, **more):
    heads = {"heads_min": 15, "heads_max": 30} if motor else {}
    return Binding(
        motor, 0, (0, 0), (0, 0), LOCAL, 1.0, 1.0, stiffness=1.0, free_energy=FreeEnergy(value, "L"), **NEAR, **heads,
        **more,
    )  # fmt: skip


def test_linkers():
    chemistry = system(PAIR, diffusing=molecules(), free=[60], bindings=[link(False, 4.47)], track_dissipation=True)
    step(chemistry)
    assert chemistry.ledger.accounts == {"L": pytest.approx(-0.615965, abs=1e-6)}
    while len(chemistry.bonds):
        step(chemistry)
    assert sum(chemistry.ledger.accounts.values()) == pytest.approx(0.0, abs=1e-9)
    assert list(chemistry.ledger.accounts) == ["L", "Loff"]


@pytest.mark.parametrize(("ratio", "expected"), [(1.909 / 1.709, -2.40356), (2.117, -16.87500)])
def test_motors(ratio, expected):
    bindings = [link(True, ratio)]
    chemistry = system(PAIR, diffusing=molecules(), free=[60], bindings=bindings, track_dissipation=True)
    step(chemistry)
    assert chemistry.ledger.accounts == {"L": pytest.approx(expected, abs=1e-4)}
    heads = int(chemistry.bonds["heads"][chemistry.bonds.rows[0]])
    assert 15 <= heads <= 30
    bonds = 1
    while len(chemistry.bonds) >= bonds:
        bonds = len(chemistry.bonds)
        known = dict(zip(chemistry.bonds.rows, chemistry.bonds["heads"][chemistry.bonds.rows], strict=True))
        step(chemistry)
    (gone,) = set(known) - set(chemistry.bonds.rows)
    only_unbinding = np.log(ratio ** float(known[gone]) - 1.0)
    assert chemistry.ledger.accounts["Loff"] == pytest.approx(only_unbinding)


def test_steps_of_motors():
    walk = {
        "walking": (1.0, None),
        "walking_back": (None, 1.0),
        "walking_energy": (FreeEnergy(-120.649, "W"), None),
        "walking_back_energy": (None, FreeEnergy(0.0, "Wm")),
        "distinct_legs": True,
    }
    motor = link(True, 2.0, **walk)._replace(off=0.0)
    chemistry = system(PAIR, diffusing=molecules(), bindings=[motor], track_dissipation=True)
    n = chemistry.filaments.max_sites
    chemistry.bind(0, 1, n + 2)
    while chemistry.next_time < np.inf:
        step(chemistry)
    assert tuple(chemistry.bonds["site"][0]) == (3, n)
    assert chemistry.ledger.accounts == {"W": pytest.approx(2 * -120.649), "Wm": 0.0}


@pytest.mark.parametrize("severing", [0.0, 0.3])
def test_aging_counts_the_kinds_of_its_filament_type(severing):
    agings = [Aging(0, -1, 0, 1, 1.0, FreeEnergy(-2.0, "AGE")), Aging(0, -1, 1, 0, 0.5, FreeEnergy(1.0, "BACK"))]
    growths = [grow(PLUS, 1.0, LOCAL)]
    shrinkages = [shrink(PLUS, 40.0, LOCAL), shrink(PLUS, 40.0, LOCAL, inside=1)]
    chemistry = system(
        [CHAIN, straight((100, 700, 500), (1, 0, 0), 1)], diffusing=molecules(), free=[100],
        agings=agings, growths=growths, shrinkages=shrinkages, severings=[Severing(0, 0, severing)],
        track_dissipation=True,
    )  # fmt: skip
    expected = {"AGE": 0.0, "BACK": 0.0}
    for _ in range(500):
        before, sums = chemistry.filaments.kind_counts(0)[0][:2].copy(), chemistry.ledger.accounts
        step(chemistry)
        for name, g, i in (("AGE", -2.0, 0), ("BACK", 1.0, 1)):
            change = chemistry.ledger.accounts.get(name, 0.0) - sums.get(name, 0.0)
            if change:
                this = g + ell(before[i] - 1) - ell(before[i]) + ell(before[1 - i] + 1) - ell(before[1 - i])
                assert change == pytest.approx(this, abs=1e-9)
                expected[name] += this
    assert chemistry.ledger.accounts == pytest.approx(expected)
    assert all(expected.values())
    assert (len(chemistry.filaments.table) > 2) == (severing > 0)


def test_nothing_is_entered_unless_asked_for():
    growth = grow(PLUS, 1.0, LOCAL)._replace(free_energy=FreeEnergy(3.21, "P"))
    chemistry = system([CHAIN], diffusing=[Diffusing("M", 1e6)], shape=(2, 1, 1), free=[1000], growths=[growth])
    step(chemistry, 100)
    assert chemistry.hops and chemistry.ledger.accounts == {}


@pytest.mark.parametrize("ratio", [1.0, 0.5, np.inf, np.nan])
def test_motors_need_a_ratio_above_one(ratio):
    with pytest.raises(ValueError, match="must exceed 1"):
        system(PAIR, diffusing=molecules(), bindings=[link(True, ratio)], track_dissipation=True)
