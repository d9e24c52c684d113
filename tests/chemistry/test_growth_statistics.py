"""How fast filaments grow, shrink and treadmill; how walls slow them down."""

import numpy as np
import pytest
from chance import assert_distribution, assert_exponential, assert_frequencies, assert_mean, assert_variance
from scipy.linalg import expm
from scipy.stats import poisson, skellam
from systems import MINUS, PLUS, constant, end_beads, grow, serials, shrink, step, straight, system

from medyan_py.core.chemistry.descriptions import Bulk, Pool, Walls

ON = {PLUS: 0.154, MINUS: 0.0173}
OFF = {PLUS: 1.4, MINUS: 0.8}
REST = {"bulk": constant()}


def bundle(n, cylinders=2):
    return [straight((300, 300, 300), (1, 0, 0), cylinders)] * n


def won(chemistry, side, before):
    """Monomers won by every filament at one end."""
    return (serials(chemistry) - before)[:, side] * (1 if side == PLUS else -1)


@pytest.mark.parametrize("side", [PLUS, MINUS], ids=["plus", "minus"])
def test_growth_at_constant_concentration_is_a_poisson_process(side):
    chemistry = system(bundle(1500), growths=[grow(side, 0.5)], free=(6,), seed=2, **REST)
    before = serials(chemistry)
    waits, last = [], 0.0
    while chemistry.next_time <= 0.5:  # all filaments together
        step(chemistry)
        waits.append(chemistry.time - last)
        last = chemistry.time
    assert_exponential(waits, 1500 * 3.0)
    chemistry.run(15.0)
    assert_distribution(won(chemistry, side, before), lambda k: poisson.pmf(k, 45.0), 120)
    assert (won(chemistry, 1 - side, before) == 0).all()


@pytest.mark.parametrize("monomers", [0, 5, 9, 13, 46])
def test_both_ends_exchange_monomers_at_their_own_rates(monomers):
    chemistry = system(
        bundle(600, 1),
        growths=[grow(side, ON[side]) for side in ON],
        shrinkages=[shrink(side, OFF[side]) for side in OFF],
        free=(monomers,),
        seed=monomers,
        **REST,
    )
    before = serials(chemistry)
    time = 8.0  # short enough that no filament gets near its end
    chemistry.run(time)
    for side in (PLUS, MINUS):
        on, off = ON[side] * monomers * time, OFF[side] * time
        gains = won(chemistry, side, before)
        assert_mean(gains, on - off, on + off)
        assert_variance(gains, on + off)
        pmf = skellam.pmf if on else lambda k, _, mu: poisson.pmf(-k, mu)
        low, high = -40, 90
        p = pmf(np.arange(low, high), on, off)
        assert_frequencies(np.bincount(gains - low, minlength=high - low), p / p.sum())


def test_propensities_balance_at_the_critical_concentrations():
    assert OFF[PLUS] / ON[PLUS] == pytest.approx(9.09, abs=0.005)
    for side, balance in ((PLUS, 9.0909), (MINUS, 46.243)):
        low, high = int(balance), int(balance) + 1
        net = []
        for n in (low, high):
            chemistry = system(
                bundle(1), growths=[grow(side, ON[side])], shrinkages=[shrink(side, OFF[side])], free=(n,), **REST
            )
            on, off = chemistry.channel_propensities[1]
            net.append(on - off)
        assert net[0] < 0 < net[1]


def test_treadmilling_filament_keeps_its_free_monomers_at_the_balance():
    chemistry = system(
        bundle(1, 10),
        growths=[grow(side, ON[side]) for side in ON],
        shrinkages=[shrink(side, OFF[side]) for side in OFF],
        bulk=[Bulk("M")],
        free=(13,),
        seed=3,
    )
    balance = (OFF[PLUS] + OFF[MINUS]) / (ON[PLUS] + ON[MINUS])
    assert balance == pytest.approx(12.84, abs=0.005)
    before, samples = serials(chemistry)[0], []
    for k in range(1, 1501):
        chemistry.run(60.0 * k)  # ten relaxation times apart
        samples.append(int(chemistry.bulk_counts[0]))
        assert samples[-1] + np.diff(serials(chemistry)[0])[0] == 413
    assert_distribution(samples, lambda k: poisson.pmf(k, balance), 60)
    flux = ON[PLUS] * balance - OFF[PLUS]  # the plus end wins what the minus end loses
    treadmilled = (serials(chemistry)[0] - before).mean()
    assert treadmilled == pytest.approx(flux * chemistry.time, rel=0.05)


# ---- walls: z = 975, 41 pN nm, 2.7 nm

TABLE = [0.0587047132, 0.159575955, 0.433772419, 1.179115685, 3.205168741, 8.712551945, 23.68317163, 64.37753509]
FACTORS = [0.962078528, 0.900246554, 0.751521840, 0.460017468, 0.121150600, 3.22270501e-3, 1.68516e-7, 3.8735e-19]
CEILING = Walls(((0.0, 0.0, 975.0, 0.0, 0.0, -1.0),), 41.0, 2.7, 300.0)


def towards_ceiling(direction=(0, 0, 1), tip=(500, 500, 960), side=PLUS, n=1, walls=CEILING, **options):
    direction = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    points = straight(np.asarray(tip) - 216 * direction, direction, 2)
    points = points if side == PLUS else points[::-1]
    return system([points] * n, size=(1000.0, 1000.0, 1000.0), walls=walls, ratchet_lengths=[2.7], **options)


@pytest.mark.parametrize("side", [PLUS, MINUS], ids=["plus", "minus"])
def test_load_of_an_end_that_grows_against_a_wall(side):
    chemistry = towards_ceiling(side=side)
    loads = [chemistry.end_load(side, k) for k in range(8)]
    assert loads == pytest.approx(TABLE, rel=1e-8)
    assert chemistry.end_load(side, 8) == pytest.approx(174.996, rel=1e-5)
    assert chemistry.end_load(side, -1) == chemistry.end_load(side, 0)
    assert chemistry.end_load(side, 40) == chemistry.end_load(side, 39)
    assert [chemistry.end_load(1 - side, k) for k in range(8)] == [0.0] * 8


def test_load_of_an_end_that_grows_at_an_angle():
    chemistry = towards_ceiling((1, 0, 1))
    assert chemistry.end_load(PLUS, 0) == pytest.approx(0.0415105008, rel=1e-8)
    assert chemistry.end_load(PLUS, 3) == pytest.approx(0.346286605, rel=1e-8)
    corner = Walls((*CEILING.planes, (515.0, 0, 0, -1.0, 0.0, 0.0)), 41.0, 2.7, 300.0)
    assert towards_ceiling((1, 0, 1), walls=corner).end_load(PLUS, 0) == pytest.approx(2 * 0.0415105008, rel=1e-8)


def test_load_of_an_end_that_grows_against_a_sphere():
    sphere = Walls((), 41.0, 2.7, 300.0, ("SPHERICAL", (500.0, 500.0, 500.0), 475.0))
    chemistry = towards_ceiling(walls=sphere)
    assert [chemistry.end_load(PLUS, k) for k in range(8)] == pytest.approx(TABLE, rel=1e-8)
    # at the same distance, 45° aside: the sphere's normal is tilted by as much
    aside = tuple(500 + 460 * np.array([1, 0, 1]) / np.sqrt(2))
    assert towards_ceiling(tip=aside, walls=sphere).end_load(PLUS, 0) == pytest.approx(TABLE[0] / np.sqrt(2), rel=1e-8)
    assert towards_ceiling((0, 1, 0), walls=sphere).end_load(PLUS, 0) == pytest.approx(0.0, abs=1e-12)


def test_load_of_a_wall_that_repels_further_inside():
    inner = CEILING._replace(shift=100.0)
    chemistry = towards_ceiling(tip=(500, 500, 860), walls=inner)
    assert [chemistry.end_load(PLUS, k) for k in range(8)] == pytest.approx(TABLE, rel=1e-8)


def test_head_on_and_slanted_loads_near_a_wall():
    head_on = towards_ceiling(tip=(500, 500, 975 - 2.7))
    assert head_on.end_load(PLUS, 0) == pytest.approx(5.586317, rel=1e-6)
    further = towards_ceiling(tip=(500, 500, 965))
    assert further.end_load(PLUS, 0) == pytest.approx(0.374043, rel=1e-5)
    slanted = towards_ceiling((np.sqrt(3), 0, 1), tip=(500, 500, 970))
    assert slanted.end_load(PLUS, 0) == pytest.approx(1.191629, rel=1e-6)


def test_walls_out_of_reach_exert_no_load():
    far = Walls(CEILING.planes, 41.0, 2.7, 60.0)  # the middle of the end cylinder is 69 nm away
    assert towards_ceiling(walls=far).end_load(PLUS, 0) == 0.0
    near = Walls(CEILING.planes, 41.0, 2.7, 70.0)
    assert towards_ceiling(walls=near).end_load(PLUS, 0) > 0.0


def growth_rate(chemistry):
    return chemistry.channel_propensities[1][0]


def test_growth_slows_down_monomer_by_monomer():
    chemistry = towards_ceiling(growths=[grow(PLUS, 2.0)], free=(5,), **REST)
    for k in range(7):
        assert chemistry.loads[PLUS] == k
        assert growth_rate(chemistry) == pytest.approx(10.0 * FACTORS[k], rel=1e-5)
        step(chemistry)
    chemistry.update()  # forces evaluated at the new place: the count starts again, the load is the same
    assert chemistry.loads[PLUS] == 0
    assert growth_rate(chemistry) == pytest.approx(10.0 * FACTORS[7], rel=1e-4)


def test_the_load_is_capped():
    chemistry = towards_ceiling(growths=[grow(PLUS, 2e29)], free=(5,), **REST)
    step(chemistry, 8)
    assert growth_rate(chemistry) == pytest.approx(25.12578, rel=1e-5)
    step(chemistry)
    assert growth_rate(chemistry) == pytest.approx(25.12578, rel=1e-5)


def test_shrinkage_does_not_feel_the_wall_and_takes_the_load_back():
    chemistry = towards_ceiling(
        growths=[grow(PLUS, 1e9, Pool(True, 1))],
        shrinkages=[shrink(PLUS, 1.4)],
        bulk=[Bulk("S", True), Bulk("M")],
        free=(0, 3),
    )
    step(chemistry, 3)
    assert chemistry.loads[PLUS] == 3
    step(chemistry)
    assert chemistry.loads[PLUS] == 2
    chemistry.set_bulk(1, 1)
    assert growth_rate(chemistry) == pytest.approx(1e9 * FACTORS[2], rel=1e-8)
    assert chemistry.channel_propensities[1][1] == pytest.approx(1.4)
    chemistry.set_bulk(1, 0)
    step(chemistry, 5)
    assert chemistry.loads[PLUS] == -3
    chemistry.set_bulk(1, 1)
    assert growth_rate(chemistry) == pytest.approx(1e9 * FACTORS[0], rel=1e-8)


def test_filaments_without_a_ratchet_grow_freely():
    points = straight((500, 500, 744), (0, 0, 1), 2)
    chemistry = system([points], walls=CEILING, ratchet_lengths=[None], growths=[grow(PLUS, 2.0)], free=(5,), **REST)
    step(chemistry, 6)
    assert growth_rate(chemistry) == pytest.approx(10.0)


def test_lengths_of_filaments_that_grow_against_a_wall():
    chemistry = towards_ceiling(n=2000, growths=[grow(PLUS, 2.0)], free=(5,), seed=4, **REST)
    before = serials(chemistry)
    chemistry.run(0.6)
    rates = 10.0 * np.array([*FACTORS, 0.0])
    q = np.diag(-rates) + np.diag(rates[:-1], -1)
    assert_distribution(won(chemistry, PLUS, before), expm(0.6 * q)[:, 0], 8)
    tips = chemistry.filaments.beads["x"][[end_beads(chemistry, f)[1] for f in range(2000)], 2]
    assert tips == pytest.approx(960 + 2.7 * won(chemistry, PLUS, before))
