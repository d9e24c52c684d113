"""What growth and shrinkage do to the ends of a filament."""

import numpy as np
import pytest
from systems import (
    BULK,
    LOCAL,
    MINUS,
    NO_REACH,
    PLUS,
    chain,
    constant,
    end_beads,
    grow,
    length,
    local_propensity,
    molecules,
    run_out,
    serials,
    shrink,
    step,
    straight,
    system,
    whole_propensity,
)

from medyan_py.core.chemistry.descriptions import Binding, Bulk, Destruction, Diffusing, Nucleation, Pool

ALONG_X = straight((300, 300, 300), (1, 0, 0), 1)
ALONG_Y = straight((300, 300, 300), (0, 1, 0), 1)
SINK = Bulk("S", True)


def shortened(side, by, points=ALONG_X, **options):
    """A filament that lost ``by`` monomers at one end and can win one there at once with ``set_bulk(1, 1)``."""
    chemistry = system(
        [points],
        bulk=[SINK, Bulk("M")],
        shrinkages=[shrink(side, 1.0)],
        growths=[grow(side, 1e15, Pool(True, 1))],
        **options,
    )
    step(chemistry, by)
    assert length(chemistry) == 40 - by
    return chemistry


def win_one(chemistry):
    chemistry.set_bulk(1, 1)
    step(chemistry)
    assert chemistry.bulk_counts[1] == 0


def x_of(chemistry, bead):
    return chemistry.filaments.beads["x"][bead]


def test_plus_end_advances_by_one_monomer():
    chemistry = shortened(PLUS, 20)
    minus, plus = end_beads(chemistry)
    assert x_of(chemistry, plus) == pytest.approx([354, 300, 300])
    win_one(chemistry)
    assert x_of(chemistry, plus) == pytest.approx([356.7, 300, 300])
    assert x_of(chemistry, minus) == pytest.approx([300, 300, 300])
    assert chemistry.filaments.cylinders["rest_length"][0] == pytest.approx(56.7)
    assert serials(chemistry).tolist() == [[0, 21]]


def test_minus_end_retreats_by_one_monomer():
    chemistry = shortened(MINUS, 20)
    minus, plus = end_beads(chemistry)
    assert x_of(chemistry, minus) == pytest.approx([354, 300, 300])
    step(chemistry)
    assert x_of(chemistry, minus) == pytest.approx([356.7, 300, 300])
    assert x_of(chemistry, plus) == pytest.approx([408, 300, 300])
    assert chemistry.filaments.cylinders["rest_length"][0] == pytest.approx(51.3)
    assert chemistry.filaments.cylinders["first"][0] == 21
    assert serials(chemistry).tolist() == [[21, 40]]
    win_one(chemistry)
    assert x_of(chemistry, minus) == pytest.approx([354, 300, 300])


@pytest.mark.parametrize("side", [PLUS, MINUS], ids=["plus", "minus"])
def test_a_full_end_cylinder_gets_a_new_neighbour(side):
    chemistry = system([ALONG_Y], growths=[grow(side, 1.0)], bulk=constant(), free=(1,))
    step(chemistry)
    cylinders = chemistry.filaments.cylinders
    rows, outer = chain(chemistry), end_beads(chemistry)[side]
    assert x_of(chemistry, outer) == pytest.approx([300, 410.7 if side == PLUS else 297.3, 300])
    new, old = (rows[-1], rows[0]) if side == PLUS else (rows[0], rows[-1])
    slot = 0 if side == PLUS else 39
    assert (cylinders["monomers"][new], cylinders["first"][new]) == (1, slot)
    assert cylinders["rest_length"][new] == pytest.approx(2.7)
    assert cylinders["position"][new] - cylinders["position"][old] == (1 if side == PLUS else -1)
    assert np.flatnonzero(cylinders["kind"][new]).tolist() == [slot]
    assert cylinders["kind"][new, slot] == (64 if side == PLUS else 128)
    assert (cylinders["kind"][old, 1:39] == 1).all() and cylinders["kind"][old, 39 - slot] == 1
    assert serials(chemistry).tolist() == ([[0, 41]] if side == PLUS else [[-1, 40]])
    assert chemistry.filaments.beads["birth"][outer] == chemistry.time > 0
    assert chemistry.filaments.table["gained"][0].tolist() == [int(side == MINUS), int(side == PLUS)]


@pytest.mark.parametrize("side", [PLUS, MINUS], ids=["plus", "minus"])
def test_growth_and_shrinkage_undo_each_other_across_junctions(side):
    chemistry = system(
        [straight((300, 300, 300), (1, 2, -1), 2, slots=8)],
        slots=8,
        sites=(2, 5),
        growths=[grow(side, 1.0, Pool(True, 1))],
        shrinkages=[shrink(side, 1.0, Pool(True, 1))],
        bulk=[SINK, Bulk("M")],
        free=(0, 21),
    )
    start = x_of(chemistry, end_beads(chemistry)[1 - side]).copy()
    sizes = set()
    for _ in range(400):
        step(chemistry)
        n = length(chemistry)
        sizes.add(len(chain(chemistry)))
        assert n + chemistry.bulk_counts[1] == 37
        outer, fixed = end_beads(chemistry)[side], end_beads(chemistry)[1 - side]
        assert np.linalg.norm(x_of(chemistry, outer) - x_of(chemistry, fixed)) == pytest.approx(2.7 * n)
        assert x_of(chemistry, fixed) == pytest.approx(start)
    assert len(sizes) > 1


@pytest.mark.parametrize("sites", [(10, 30), (6, 16, 26, 36)])
def test_sites_stay_on_their_monomers_when_ends_move(sites):
    for side in (PLUS, MINUS):
        chemistry = shortened(side, 20, sites=sites)
        for ordinal, slot in enumerate(sites):
            if (slot < 19) if side == PLUS else (slot > 20):
                assert chemistry.site_positions([ordinal])[0] == pytest.approx([300 + 2.7 * slot, 300, 300])


@pytest.mark.parametrize(
    ("full", "plus", "minus"), [(False, [16.2, 43.2], 16.2), (True, [8.1, 21.6], 32.4)], ids=["default", "medyan-5.4"]
)
def test_attachment_points_on_partial_cylinders(full, plus, minus):
    """Slots 6 and 16 of twenty monomers at a plus end; slot 16, a fifth of the way, where slot 10 is the minus end."""
    chemistry = shortened(PLUS, 20, full_cylinder_fractions=full)
    assert chemistry.site_positions([0, 1])[:, 0] - 300 == pytest.approx(plus)
    chemistry = shortened(MINUS, 10, full_cylinder_fractions=full)
    end = x_of(chemistry, end_beads(chemistry)[0])
    assert (chemistry.site_positions([1])[0] - end)[0] == pytest.approx(minus)
    assert (minus / (30 * 2.7) == pytest.approx(0.2)) == (not full)


def test_a_cylinder_belongs_to_the_compartment_of_its_middle():
    middle = np.array([500.0, 500.0, 999.9])  # on two faces, and 0.1 nm inside the last layer
    chemistry = system([middle + np.array([[-54.0, 0, 0], [54.0, 0, 0]])], size=(500.0,) * 3, shape=(2, 2, 2))
    assert chemistry.filaments.cylinders["compartment"][0] == 1 + 2 * (1 + 2 * 1)


@pytest.mark.parametrize("slots", [40, 50, 100])
def test_no_monomer_loses_its_number_to_rounding(slots):
    # trunc(i / M · M) is not i for i = 29 of 50, for 29, 57 and 58 of 100
    sites = tuple(range(1, slots - 1))
    chemistry = system([straight((300, 300, 300), (1, 0, 0), 1, slots=slots)], slots=slots, sites=sites)
    where = chemistry.site_positions(np.arange(len(sites)))[:, 0] - 300
    assert where == pytest.approx(2.7 * np.array(sites), rel=1e-12)


def test_two_monomers_are_never_taken_apart():
    places = set()
    for seed in range(120):
        chemistry = system(
            [straight((300, 300, 300), (0, 0, 1), 2, slots=8)],
            slots=8,
            sites=(2, 5),
            shrinkages=[shrink(PLUS, 1.0), shrink(MINUS, 1.0)],
            bulk=[Bulk("M")],
            seed=seed,
        )
        run_out(chemistry)
        assert length(chemistry) == 2 and chemistry.bulk_counts[0] == 14
        minus, plus = end_beads(chemistry)
        assert np.linalg.norm(x_of(chemistry, plus) - x_of(chemistry, minus)) == pytest.approx(5.4)
        states = chemistry.filaments.cylinders["kind"][chain(chemistry)]
        assert states[states > 0].tolist() == [128, 64]
        places.add(len(chain(chemistry)))
    assert places == {1, 2}, "the two monomers never lay on either side of a junction"


def stapled(off, site, side):
    """Two filaments of two cylinders tied together at a site of their first or second cylinder, shrinking."""
    staple = Binding(False, 0, (0, 0), (0, 0), BULK, 0.0, off, **NO_REACH, stiffness=1.0)
    chemistry = system(
        [straight((300, 300, 300), (1, 0, 0), 2), straight((300, 330, 300), (1, 0, 0), 2)],
        sites=(0, 20, 39),
        bulk=[SINK],
        shrinkages=[shrink(side, 1e3)],
        bindings=[staple],
    )
    cylinder = 0 if side == PLUS else 1
    n = chemistry.filaments.max_sites
    a, b = chain(chemistry, 0)[cylinder], chain(chemistry, 1)[cylinder]
    chemistry.bind(0, a * n + site, b * n + site)
    return chemistry


@pytest.mark.parametrize(
    "site, side, left", [(2, PLUS, 41), (1, PLUS, 22), (0, MINUS, 41), (1, MINUS, 21)], ids=lambda v: str(v)
)
def test_an_occupied_monomer_stops_the_end_that_comes_near(site, side, left):
    chemistry = stapled(0.0, site, side)
    run_out(chemistry)
    assert [length(chemistry, f) for f in (0, 1)] == [left, left]
    assert len(chain(chemistry)) == (2 if left == 41 else 1)
    assert whole_propensity(chemistry, "shrink") == 0
    chemistry = stapled(1e-9, site, side)
    step(chemistry, 2 * (80 - left))
    assert chemistry.bonds.count == 1
    step(chemistry)
    assert chemistry.bonds.count == 0
    assert whole_propensity(chemistry, "shrink") == pytest.approx(2e3)
    run_out(chemistry)
    assert [length(chemistry, f) for f in (0, 1)] == [2, 2]


def test_kinds_of_ends_change_on_growth_and_shrinkage():
    chemistry = system(
        [ALONG_X],
        bulk=[SINK, Bulk("T"), Bulk("D")],
        growths=[
            grow(PLUS, 1.0, Pool(True, 1), end=0, inside=2, new_end=1),
            grow(PLUS, 1.0, Pool(True, 2), end=1, inside=0, new_end=0),
        ],
        shrinkages=[shrink(PLUS, 1.0, end=0, inside=2, new_end=3), shrink(PLUS, 1.0, end=3, inside=1, new_end=0)],
    )
    filaments = chemistry.filaments

    def kinds():
        return [k[:4].tolist() for k in filaments.kind_counts(0)]

    assert kinds() == [[38, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    assert chemistry.next_time == np.inf  # the inner monomer has kind 0: no rule to shrink
    chemistry.set_bulk(1, 1)
    step(chemistry)
    assert kinds() == [[38, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    assert chemistry.next_time == np.inf
    chemistry.set_bulk(2, 1)
    step(chemistry)
    assert kinds() == [[39, 0, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    assert chemistry.next_time == np.inf  # inner monomer has kind 0 again
    chemistry.set_bulk(1, 1)
    step(chemistry)
    assert kinds() == [[39, 0, 2, 0], [0, 1, 0, 0], [1, 0, 0, 0]]


def test_an_end_shrinks_only_onto_the_kind_of_its_rule():
    chemistry = system(
        [ALONG_X],
        bulk=[SINK, Bulk("M")],
        growths=[grow(PLUS, 1e6, Pool(True, 1), inside=2)],
        shrinkages=[shrink(PLUS, 1.0, end=0, inside=2, new_end=3)],
    )
    chemistry.set_bulk(1, 1)
    step(chemistry, 2)
    assert length(chemistry) == 40
    assert chemistry.filaments.kind_counts(0)[1][:4].tolist() == [0, 0, 0, 1]
    assert chemistry.next_time == np.inf


def test_monomers_come_from_and_return_to_the_compartment_of_the_end():
    points = straight((150, 100, 100), (1, 0, 0), 2)  # minus end in compartment 0, plus end in compartment 1
    chemistry = system(
        [points],
        shape=(2, 1, 1),
        size=(255.0, 300.0, 300.0),
        diffusing=[Diffusing("M", 0.0)],
        growths=[grow(PLUS, 0.5, LOCAL), grow(MINUS, 0.25, LOCAL)],
        shrinkages=[shrink(PLUS, 1e-12, LOCAL)],
    )
    chemistry.set_count(0, 0, 3)
    chemistry.set_count(1, 0, 5)
    assert local_propensity(chemistry, "grow", 0).tolist() == [0.0, 2.5]
    assert local_propensity(chemistry, "grow", 1).tolist() == [0.75, 0.0]
    step(chemistry, 8)
    assert chemistry.counts[:, 0].tolist() == [0, 0]
    assert serials(chemistry).tolist() == [[-3, 85]]
    step(chemistry)
    assert chemistry.counts[:, 0].tolist() == [0, 1]


def test_a_new_cylinder_belongs_to_the_compartment_it_lies_in():
    chemistry = system(
        [straight((50, 100, 100), (1, 0, 0), 1)],
        shape=(2, 1, 1),
        size=(159.0, 300.0, 300.0),
        diffusing=[Diffusing("M", 0.0)],
        growths=[grow(PLUS, 0.5, LOCAL)],
        free=(4,),
    )
    assert local_propensity(chemistry, "grow").tolist() == [2.0, 0.0]
    step(chemistry)  # its middle lies at x = 159.35
    assert local_propensity(chemistry, "grow").tolist() == [0.0, 2.0]
    assert chemistry.counts[:, 0].tolist() == [3, 4]


def test_two_monomers_on_two_cylinders_go_free_where_each_was():
    destruction = Destruction(0, 0, 0, (Pool(False, 1), Pool(False, 0)), 1.0)  # of the plus and of the minus end
    chemistry = system([], shape=(2, 1, 1), size=(500.0,) * 3, diffusing=[*molecules("M"), *molecules("P")],
                       destructions=[destruction])  # fmt: skip
    chemistry.add_filament(0, [(497.3, 100, 100), (500, 100, 100), (502.7, 100, 100)], monomers=(1, 1))
    chemistry.update()
    chemistry.rebuild_candidates()
    step(chemistry)
    assert len(chemistry.filaments.table) == 0
    assert chemistry.counts.tolist() == [[1, 0], [0, 1]]


def test_two_monomers_only_fall_apart():
    chemistry = system([], diffusing=molecules(), shrinkages=[shrink(PLUS, 1e3, LOCAL), shrink(MINUS, 1e3, LOCAL)],
                       destructions=[Destruction(0, 0, 0, (LOCAL, LOCAL), 1.5)])  # fmt: skip
    chemistry.add_filament(0, [(500, 500, 500), (505.4, 500, 500)], monomers=(2,))
    chemistry.update()
    assert chemistry.channel_propensities[0].sum() + chemistry.channel_propensities[1].sum() == pytest.approx(1.5)
    step(chemistry)
    assert (len(chemistry.filaments.table), chemistry.filaments.beads.count) == (0, 0)
    assert chemistry.counts.tolist() == [[2]] and chemistry.next_time == np.inf


@pytest.mark.parametrize(("slots", "first"), [(40, 20), (3, 0), (4, 1), (5, 2)])
def test_a_nucleated_filament_lies_in_the_middle_of_its_cylinder(slots, first):
    nucleation = Nucleation(0, (LOCAL, LOCAL), 0, 0, 0, 1.0)
    chemistry = system([], slots=slots, sites=(1,), diffusing=molecules(), free=(2,), nucleations=[nucleation])
    step(chemistry)
    (kinds,) = chemistry.filaments.cylinders["kind"][chain(chemistry)]
    assert np.flatnonzero(kinds).tolist() == [first, first + 1, first + 2]
    assert kinds[first : first + 3].tolist() == [128, 1, 64]
    assert chemistry.filaments.cylinders["rest_length"][0] == pytest.approx(8.1)
    minus, plus = end_beads(chemistry)
    assert np.linalg.norm(x_of(chemistry, plus) - x_of(chemistry, minus)) == pytest.approx(8.1)
    assert chemistry.counts.tolist() == [[0]]


def test_bulk_monomers_are_one_pool_for_all_ends():
    chemistry = system(
        [ALONG_X, ALONG_Y],
        bulk=[Bulk("M")],
        free=(7,),
        growths=[grow(PLUS, 0.5), grow(MINUS, 0.25)],
        shrinkages=[shrink(PLUS, 2.0)],
    )
    assert whole_propensity(chemistry, "grow", 0) == pytest.approx(7.0)
    assert whole_propensity(chemistry, "grow", 1) == pytest.approx(3.5)
    assert whole_propensity(chemistry, "shrink") == pytest.approx(4.0)
    for _ in range(100):
        step(chemistry)
        n = chemistry.bulk_counts[0]
        assert n + length(chemistry, 0) + length(chemistry, 1) == 87
        assert whole_propensity(chemistry, "grow", 0) == pytest.approx(n)
