"""Where branches start, at what angle, and how long branchers hold under a force."""

import numpy as np
import pytest
from chance import RARE, assert_exponential, assert_frequencies, assert_mean
from scipy.stats import kstest
from systems import LOCAL, step, straight, system

from medyan_py.core.chemistry.descriptions import Branching, Bulk, Diffusing, Pool, Walls

BRANCHER, MONOMER = Pool(True, 0), Pool(True, 1)
KT = 4.1
BOX = Walls(tuple((*[500.0 + s * 475.0 * (k == axis) for k in range(3)], *[-s * (k == axis) for k in range(3)])
                  for axis in range(3) for s in (-1.0, 1.0)))  # fmt: skip


def rule(off=1e6, **options):
    return Branching(0, 0, 0, BRANCHER, MONOMER, 0, 1.0, off, **options)


def tree(chains, kind=None, *, free=(1, 1), seed=1, **options):
    pools = {"bulk": [Bulk("B"), Bulk("M")], "free": free} if kind is None or kind.brancher.bulk else {}
    return system(chains, branchings=[kind or rule()], seed=seed, **{**pools, **options})


def starts(chemistry, n):
    """Sites, first points and directions of ``n`` branches one after the other; each lets go before the next."""
    filaments, branchers = chemistry.filaments, chemistry.branchers
    sites, points, directions = [], [], []
    for _ in range(n):
        step(chemistry)
        (row,) = branchers.rows
        sites.append(int(branchers["site"][row]))
        c = filaments.table["tip"][branchers["daughter"][row], 0]
        first, tip = (filaments.beads["x"][filaments.cylinders["bead"][c, side]] for side in (0, 1))
        points.append(first.copy())
        directions.append((tip - first) / np.linalg.norm(tip - first))
        step(chemistry)
        assert branchers.count == 0
    return np.array(sites), np.array(points), np.array(directions)


def test_branches_are_uniform_over_all_sites():
    chains = [straight((300, 300, 300), (1, 0, 0), 3), straight((300, 500, 700), (0, 1, 1), 2)]
    chemistry = tree(chains, seed=2)
    sites, *_ = starts(chemistry, 4000)
    assert_frequencies(np.bincount(sites, minlength=20), np.full(20, 1 / 20))


def test_branches_go_by_the_molecules_of_their_compartment():
    """Three quarters of the sites, but a third of the branchers, are in the left compartment."""
    kind = Branching(0, 0, 0, LOCAL, Pool(False, 1), 0, 1.0, 1e9)
    chemistry = system([straight((70, 300, 300), (1, 0, 0), 4)], branchings=[kind], seed=3, shape=(2, 1, 1),
                       size=(394.0, 788.0, 788.0), diffusing=[Diffusing("B", 0.0), Diffusing("M", 0.0)])  # fmt: skip
    for compartment, copies in ((0, 1), (1, 2)):
        chemistry.set_count(compartment, 0, copies)
        chemistry.set_count(compartment, 1, 5)
    sites, *_ = starts(chemistry, 3000)
    weights = np.repeat([1.0, 2.0], [12, 4])
    assert_frequencies(np.bincount(sites, minlength=16), weights / weights.sum())


@pytest.mark.parametrize(
    ("zone", "distance", "counts"),
    [
        ("RIGHTBOUNDARY", 300.0, lambda x: 975 - x[:, 0] < 300),
        ("SIDEBOUNDARY", 150.0, lambda x: np.minimum(x - 25, 975 - x)[:, :2].min(axis=1) < 150),
        ("BELOW", 300.0, lambda x: (np.minimum(x - 25, 975 - x).min(axis=1) < 300) & (x[:, 2] < 300)),
        ("BOUNDARY", 150.0, lambda x: np.minimum(x - 25, 975 - x).min(axis=1) < 150),
        ("TOPBOUNDARY", 150.0, lambda x: (np.minimum(x - 25, 975 - x).min(axis=1) < 150) & (x[:, 2] >= 500)),
    ],
)
def test_branches_are_uniform_over_the_sites_of_a_zone(zone, distance, counts):
    chains = [straight((100, 100, 100), (1, 1, 1), 12), straight((100, 500, 500), (1, 0, 0), 7)]
    chemistry = tree(chains, rule(zone=zone, distance=distance), walls=BOX, seed=4)
    allowed = counts(chemistry.site_positions(np.arange(76)))
    assert 4 < allowed.sum() < 60
    sites, *_ = starts(chemistry, 2500)
    assert_frequencies(np.bincount(sites, minlength=76), allowed / allowed.sum())


def test_daughters_stand_at_their_angle_all_around_the_mother():
    along = np.array([1.0, 2.0, 2.0]) / 3
    chemistry = tree([straight((300, 300, 300), along, 1)], rule(length=6.0, angle=1.22), seed=5)
    sites, points, directions = starts(chemistry, 3000)
    assert directions @ along == pytest.approx(np.full(3000, 0.343646), rel=1e-5)
    out = points - chemistry.site_positions(sites.astype(np.int32))
    assert np.linalg.norm(out, axis=1) == pytest.approx(np.full(3000, 6.0))
    assert out @ along == pytest.approx(np.zeros(3000), abs=1e-9)
    assert (directions * out).sum(axis=1) / 6 == pytest.approx(np.full(3000, 0.939099), rel=1e-5)
    e1 = np.cross(along, (0.0, 0.0, 1.0)) / np.linalg.norm(np.cross(along, (0.0, 0.0, 1.0)))
    azimuth = np.arctan2(out @ np.cross(along, e1), out @ e1)
    assert kstest(azimuth, "uniform", args=(-np.pi, 2 * np.pi)).pvalue > RARE


@pytest.mark.parametrize(
    ("law", "parameter", "factor"),
    [
        (None, 0.0, lambda f: 1.0),
        ("SLIP", 0.5, lambda f: np.exp(0.5 * f / KT)),
        ("SLIPF", 12.0, lambda f: np.exp(f / 12)),
    ],
)
@pytest.mark.parametrize("force", [0.0, 6.0, 25.0])
def test_branchers_under_force_let_go_earlier(law, parameter, factor, force):
    n, off = 400, 1.0
    kind = rule(off=off, unbinding_law=law, unbinding_parameter=parameter)._replace(on=1e12)
    chemistry = tree([straight((100, 500, 500), (1, 0, 0), 100)], kind, free=(n, n), size=(20000.0,) * 3, seed=6)
    step(chemistry, n)
    assert chemistry.branchers.count == n and chemistry.time < 1e-6
    chemistry.scale("no more", "branch", 0.0)
    chemistry.branchers["force"][chemistry.branchers.rows] = force
    chemistry.update()
    lifetimes = []
    while chemistry.branchers.count:
        step(chemistry)
        lifetimes.append(chemistry.time)
    rate = off * factor(force)
    assert_exponential(lifetimes, rate)
    assert_mean(lifetimes, 1 / rate, 1 / rate**2)
    assert chemistry.bulk_counts.tolist() == [n, n]  # the daughters were lone plus ends
