"""Molecules and filaments inside closed membranes: where they are, how they spread, what a moving membrane does."""

import numpy as np
import pytest
from bubble_deck import BUBBLES, anchor
from numpy.testing import assert_allclose
from small_run import BRANCHERS, CHEMISTRY, SYSTEM

from medyan_py import Simulation, read_deck
from medyan_py.core.chemistry.grid import hop_table
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.interior import Interior
from medyan_py.deck import DeckError
from medyan_py.escape import LeftGridError
from medyan_py.setup.membranes import Membranes
from medyan_py.setup.regions import Region
from medyan_py.setup.space import SLIVER, space_of

RULES = """\
membrane-bending-ff-type HELFRICH
membrane-tension-ff-type CONSTANT
volume-conservation-ff-type MEMBRANE
(membrane p (tension 0.02))
"""
FIVE = {f"N{axis}": "5" for axis in "XYZ"} | {f"COMPARTMENTSIZE{axis}": "200" for axis in "XYZ"}
OLD = {"compatibility": "medyan-5.4"}
BOX = np.array([[0.0] * 3, [1000.0] * 3])


def vesicle(*numbers, more=""):
    return f"(init-membrane p (mesh ELLIPSOID {' '.join(map(str, numbers))}){more})\n"


SPHERE = vesicle(500, 500, 500, 300, 300, 300)


@pytest.fixture
def write(tmp_path):
    def deck(membranes=SPHERE, changes=None, chemistry="", filaments=None):
        settings = {**SYSTEM, **FIVE, **(changes or {})}
        if filaments is not None:
            settings["FILAMENTFILE"] = "filaments.txt"
            (tmp_path / "filaments.txt").write_text(filaments)
        lines = [f"{name}{':' if name.isupper() else ''} {value}" for name, value in settings.items()]
        (tmp_path / "system.txt").write_text("\n".join(lines) + "\n" + RULES + membranes)
        (tmp_path / "chemistry.txt").write_text(CHEMISTRY + chemistry)
        return tmp_path / "system.txt"

    return deck


@pytest.fixture
def start(write):
    return lambda *deck, seed=1, **more: Simulation.from_deck(write(*deck, **more), seed=seed)


@pytest.fixture
def region(write):
    """What a deck's first meshes, not yet relaxed, leave of its compartments: (Region, Membranes, Space)."""

    def cut(*deck):
        deck = read_deck(write(*deck))
        membranes = Membranes(deck, np.random.SeedSequence(1))
        made = Region(deck, membranes)
        return made, membranes, made.cut(space_of(deck), BOX)

    return cut


def whole_volume(membranes, members=(0,)):
    shape = Geometry(membranes.mesh)
    return sum(shape.volume(n) for n in members)


def room(space):
    """Volume (nm³) of the compartments that take part."""
    return space.volume[space.active == 1].sum() * 200.0**3


def inside_volume(simulation):
    chemistry = simulation.chemistry
    return chemistry.volume_fractions[chemistry.active_compartments].sum() * np.prod(chemistry.compartment_size)


def spread(simulation, window, species=0, samples=100):
    """Mean copy numbers over many moments, and what a uniform concentration gives; active compartments alone."""
    chemistry, mean = simulation.chemistry, 0.0
    for _ in range(samples):
        chemistry.run(chemistry.time + window)
        mean = mean + chemistry.counts[:, species] / samples
    active = chemistry.active_compartments
    room = chemistry.volume_fractions[active]
    return mean[active], mean.sum() * room / room.sum()


# --- space


@pytest.mark.parametrize("axes", [(300, 300, 300), (320, 150, 230), (90, 110, 40)])
def test_compartments_together_are_the_vesicle(region, axes):
    made, membranes, space = region(vesicle(500, 480, 510, *axes))
    volume, _ = made._fractions([np.arange(6) * 200.0] * 3)
    assert volume.sum() * 200.0**3 == pytest.approx(whole_volume(membranes), rel=1e-12)
    taken = space.active == 1
    assert_allclose(space.volume[taken], volume[taken])
    assert volume[~taken].max() < SLIVER and taken.sum() > 1
    interior = Interior()
    membranes.enclose(interior)
    middle = (np.array(np.unravel_index(np.arange(125), (5, 5, 5)))[::-1].T + 0.5) * 200.0
    assert taken[interior.inside(middle)].all()


def test_hops_in_both_directions_balance(region):
    """f₁ k₁₂ = f₂ k₂₁, so a uniform concentration is the equilibrium."""
    _, _, space = region(vesicle(500, 480, 510, 320, 150, 230))
    target, rate = hop_table((5, 5, 5), (200.0,) * 3, *space)
    seen = 0
    for c, face in np.argwhere(target >= 0):
        other = target[c, face]
        back = rate[other, face ^ 1]
        assert target[other, face ^ 1] == c
        assert space.volume[c] * rate[c, face] == pytest.approx(space.volume[other] * back, rel=1e-12)
        seen += space.volume[c] < 1
    assert seen > 50


@pytest.mark.parametrize("old", [False, True], ids=["default", "medyan-5.4"])
def test_molecules_spread_evenly(start, old):
    """In equilibrium the copy numbers of all cut compartments are Poisson numbers around a uniform concentration."""
    simulation = start(changes=OLD if old else {}, chemistry="SPECIESDIFFUSING: B 5000 20e6 0 0 REG\n")
    simulation.chemistry.run(0.02)
    found, expected = spread(simulation, 0.002, species=1)
    assert found.sum() == pytest.approx(5000)
    # the slowest mode decays in a millisecond, so moments 2 ms apart are independent but for a factor of 1.3
    z = (found - expected) / np.sqrt(1.3 * expected / 100)
    assert np.abs(z).max() < 5
    assert len(z) >= 27 and expected.min() < 0.3 * expected.max()


def test_initial_copies_are_placed_in_proportion_to_the_volume(start):
    simulation = start(chemistry="SPECIESDIFFUSING: B 100000 0 0 0 REG\n")
    active = simulation.chemistry.active_compartments
    found = simulation.copy_numbers("B").transpose(2, 1, 0).reshape(-1)[active]
    room = simulation.chemistry.volume_fractions[active]
    expected = 100000 * room / room.sum()
    assert np.abs((found - expected) / np.sqrt(expected)).max() < 5


def test_reactions_see_the_volume_inside(start):
    simulation = start(chemistry="GENREACTION: A:DIFFUSING + A:DIFFUSING -> A:DIFFUSING 0.1\n")
    chemistry = simulation.chemistry
    active = chemistry.active_compartments
    n = chemistry.counts[active, 0]
    found = chemistry.channel_propensities[0][active, 1]
    assert found == pytest.approx(0.1 * n * (n - 1) / chemistry.volume_fractions[active], rel=1e-9)


def test_bulk_concentrations_are_held_in_the_volume_inside(start):
    simulation = start(chemistry="SPECIESBULK: D 5 0 0 REG BULKCONC 100\n")
    simulation.run(0.1)
    # 100 µM are 60221.4 molecules in 1 µm³
    assert simulation.copy_numbers("D") == pytest.approx(60221.4 * 4 / 3 * np.pi * 0.3**3, rel=1e-3)


def test_open_membranes_hold_nothing_back(start):
    sheet = "(init-membrane p (mesh PLANE 0 0 500 0 0 1 100 100 100 800 800 800))\n"
    simulation = start(sheet.replace(" p ", " q ").replace("(init", "(membrane q)\n(init"), {"NUMFILAMENTS": "5"})
    assert simulation.grid.active.all() and (simulation.chemistry.volume_fractions == 1).all()
    assert simulation.chemistry.interior.count == 0


def test_vesicles_inside_another_hold_nothing_back(start):
    both = start(vesicle(500, 500, 500, 120, 120, 120) + SPHERE)
    assert both._membranes.outermost == (1,)
    assert inside_volume(both) == pytest.approx(whole_volume(both._membranes, (1,)), rel=1e-3)


def test_molecules_do_not_pass_between_vesicles(start):
    """Two vesicles side by side, a compartment between them."""
    pair = vesicle(200, 500, 500, 150, 180, 180) + vesicle(800, 500, 500, 150, 180, 180)
    simulation = start(pair)
    assert inside_volume(simulation) == pytest.approx(whole_volume(simulation._membranes, (0, 1)), rel=1e-3)
    numbers = simulation.copy_numbers("A")
    before = numbers[:2].sum()
    simulation.chemistry.run(1.0)
    assert numbers[:2].sum() == before and numbers[3:].sum() == 400 - before and not numbers[2].any()


@pytest.mark.parametrize("radius", [15, 30])
def test_a_vesicle_smaller_than_any_compartment_that_takes_part(start, radius):
    """All its compartments are slivers; they take part, and molecules pass between them."""
    simulation = start(vesicle(600, 600, 600, *[radius] * 3) + f"(mesh-adapter (max-size {radius / 3:g}))\n")
    assert inside_volume(simulation) == pytest.approx(whole_volume(simulation._membranes), rel=1e-6)
    assert simulation.grid.active.sum() == 8
    found, expected = spread(simulation, 0.001)
    assert_allclose(found, expected, rtol=0.2)


def test_slivers_hold_a_thin_neck_together(region):
    """A needle along a diagonal, past the corner of eight compartments: slivers of others keep it in one piece."""
    made, membranes, _ = region(vesicle(600, 600, 600, 12, 12, 250) + "(mesh-adapter (max-size 8))\n")
    x = membranes.mesh.vertices["x"]
    tilt = np.linalg.qr(np.array([[1.0, 1.02, 0.98], [1, -1, 0], [0, 1, -1]]).T)[0][:, [1, 2, 0]]
    x[:] = 600 + np.array([1.0, -2.0, 0.5]) + (x - 600) @ (tilt * np.sign(np.linalg.det(tilt))).T
    volume, faces = made._fractions([np.arange(6) * 200.0] * 3)
    assert len(set(made._pieces(volume >= SLIVER, volume, faces).tolist())) > 2
    space = made.cut(space_of(made._deck), BOX)
    assert len(set(made._pieces(space.active == 1, space.volume, space.faces).tolist())) == 2  # it, and all others
    assert room(space) == pytest.approx(whole_volume(membranes), rel=1e-6)


# --- together with the walls


def test_a_vesicle_half_outside_the_grid(region):
    _, membranes, space = region(vesicle(0, 500, 500, 300, 300, 300))
    assert room(space) == pytest.approx(0.5 * whole_volume(membranes), rel=2e-3)


def test_planes_that_close_in_on_a_vesicle(start):
    moving = start(changes={"BOUNDARYMOVE": "LEFT", "BMOVESPEED": "4000", "RUNTIME": "0.1"})
    moving.run(0.1)
    assert moving._boundary.box[0, 0] == pytest.approx(400)
    radius, cap = 300.0, 200.0
    expected = 4 / 3 * np.pi * radius**3 - np.pi * cap**2 * (3 * radius - cap) / 3
    assert inside_volume(moving) == pytest.approx(expected, rel=5e-3)
    assert moving.copy_numbers("A").sum() == 400


@pytest.mark.parametrize(("x", "relative"), [(500, 2e-3), (700, 1e-2), (760, 1e-2)])
def test_round_walls_and_membranes_cut_together(region, x, relative):
    """A vesicle of 200 nm in a spherical boundary of 400, touching it, and sticking out: a lens of two spheres."""
    changes = {"BOUNDARYSHAPE": "SPHERICAL", "BOUNDARYDIAMETER": "800"}
    _, _, space = region(vesicle(x, 500, 500, 200, 200, 200), changes)
    d, r, s = x - 500.0, 400.0, 200.0
    expected = 4 / 3 * np.pi * s**3
    if d + s > r:
        expected = np.pi * (r + s - d) ** 2 * (d * d + 2 * d * (r + s) - 3 * (r - s) ** 2) / (12 * d)
    assert room(space) == pytest.approx(expected, rel=relative)


@pytest.mark.parametrize("centre", [-2000, 5000])
def test_a_vesicle_outside_the_grid_is_refused(start, centre):
    with pytest.raises(DeckError, match=r"init-membrane.*no compartment lies inside the membranes"):
        start(vesicle(centre, 500, 500, 200, 200, 200))


def test_vesicles_that_cross_are_refused(start):
    with pytest.raises(DeckError, match="membranes 0 and 1 cross each other"):
        start(SPHERE + vesicle(700, 500, 500, 150, 150, 150))


# --- by the rules of MEDYAN 5.4


@pytest.mark.parametrize("old", [False, True], ids=["default", "medyan-5.4"])
def test_one_plane_for_each_compartment(region, old):
    """Two parallel sheets in one compartment: their distance counts, or the plane of their mean normal and place."""
    made, _, space = region(vesicle(500, 500, 500, 350, 350, 60), OLD if old else {})
    middle, between = space.volume.reshape(5, 5, 5)[2, 2, 2], 0.6 * (1 - 100**2 / 3 / 350**2)
    assert abs(middle - between) > 0.02 if old else middle == pytest.approx(between, rel=5e-3)
    made, _, space = region(vesicle(500, 500, 500, 300, 300, 300), OLD if old else {})
    corner = space.volume.reshape(5, 5, 5)[1, 1, 1]
    exact = made._fractions([np.arange(6) * 200.0] * 3)[0].reshape(5, 5, 5)[1, 1, 1]
    assert corner == pytest.approx(exact, abs=0.05) and (abs(corner - exact) > 1e-3) == old


# --- membranes that move


GROW = "SPECIALPROTOCOL scale-membrane-eq-volume 4e8 1\n"
SHRINK = "SPECIALPROTOCOL scale-membrane-eq-volume -3e8 1e7\n"


@pytest.mark.parametrize("protocol", [GROW, SHRINK], ids=["grow", "shrink"])
def test_a_vesicle_that_changes_its_volume_keeps_all_molecules(start, protocol):
    chemistry = "SPECIESDIFFUSING: B 1500 20e6 0 0 REG\nSPECIESDIFFUSING: C 300 0 0 0 REG\n"
    size = 220 if protocol == GROW else 330
    simulation = start(vesicle(500, 500, 500, size, size, size) + protocol, chemistry=chemistry)
    volume, sets = [], set()
    for _ in range(3):
        simulation.run(0.1)
        volume.append(inside_volume(simulation))
        sets.add(simulation.chemistry.active_compartments.tobytes())
        assert volume[-1] == pytest.approx(whole_volume(simulation._membranes), rel=5e-3)
        assert simulation.chemistry.counts.sum(axis=0).tolist() == [400, 1500, 300]
        assert simulation.chemistry.counts[~simulation.chemistry.active_compartments].sum() == 0
    assert len(sets) > 1
    assert np.sign(np.diff(volume)).tolist() == [1, 1] if protocol == GROW else [-1, -1]
    found, expected = spread(simulation, 0.002, species=1)
    assert np.abs((found - expected) / np.sqrt(1.3 * expected / 100)).max() < 5


def test_a_vesicle_that_leaves_the_grid_ends_the_run(start):
    simulation = start()
    simulation._membranes.mesh.vertices["x"][:] += [3000, 0, 0]
    with pytest.raises(LeftGridError, match="no compartment lies inside the membranes"):
        simulation.run(0.1)


def test_a_run_goes_on_bit_for_bit(start, tmp_path):
    lines = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 1.0\n"
    lines += "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 1e-3\n"
    whole = start(vesicle(500, 500, 500, 220, 220, 220) + GROW, chemistry=lines)
    whole.run(0.1)
    whole.save(tmp_path / "checkpoint.h5")
    other = Simulation.load(tmp_path / "checkpoint.h5")
    active = whole.chemistry.active_compartments
    for _ in range(2):
        for simulation in (whole, other):
            simulation.run(0.1)
        np.testing.assert_array_equal(whole.chemistry.counts, other.chemistry.counts)
        np.testing.assert_array_equal(whole.chemistry.volume_fractions, other.chemistry.volume_fractions)
        np.testing.assert_array_equal(whole.filaments.beads, other.filaments.beads)
    assert (active != whole.chemistry.active_compartments).any() and len(whole.filaments) > 0


# --- filaments


def test_random_filaments_lie_inside(start):
    simulation = start(vesicle(500, 500, 500, 200, 200, 200), {"NUMFILAMENTS": "15", "FILAMENTLENGTH": "2"})
    assert len(simulation.filaments) == 15
    assert np.linalg.norm(simulation.filaments.beads - 500, axis=1).max() < 202


def test_nucleation_is_uniform_inside(start):
    """Filaments form anywhere inside, nowhere else, though a reaction of bulk molecules knows no compartment."""
    lines = "SPECIESBULK: G 100000 0 0 CONST\n"
    lines += "NUCLEATIONREACTION: 0 G:BULK + G:BULK -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 1e-6\n"
    simulation = start(vesicle(500, 500, 500, 150, 150, 150), chemistry=lines)
    simulation.chemistry.run_events(10**6, simulation.time + 0.05)
    beads = simulation.filaments.beads
    r = np.linalg.norm(beads.reshape(-1, 2, 3) - 500, axis=2)
    assert len(r) > 400 and r.max() < 151
    share = (r[:, 0] / 150) ** 3  # uniform in (0, 1) but for the filament's own length of 8 nm
    assert np.abs(np.histogram(share, 4, (0, 1))[0] - len(r) / 4).max() < 5 * np.sqrt(len(r) * 3 / 16) + 0.02 * len(r)


@pytest.mark.parametrize("zone", ["ALL", "MEMBRANE"])
def test_branches_begin_inside(start, zone):
    """A filament that lies along the wall of the vesicle, and one that reaches out of it."""
    lines = BRANCHERS + "SPECIESBULK: BB 1000 0 0 CONST\nSPECIESBULK: GG 1000 0 0 CONST\n"
    lines += f"BRANCHINGREACTION: 0 BB:BULK + GG:BULK + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND 1e-3 0 {zone} 0\n"
    filaments = "FILAMENT 0 495 392 500 495 608 500\nFILAMENT 0 200 500 500 956 500 500\n"
    simulation = start(vesicle(500, 500, 500, 200, 120, 120), chemistry=lines, filaments=filaments)
    simulation.chemistry.run(0.05)
    branchers = simulation.chemistry.branchers
    sites = simulation.chemistry.site_positions(branchers["site"][branchers.rows])
    tables = simulation.chemistry.filaments
    first = tables.table["tip"][branchers["daughter"][branchers.rows], 0]
    starts = tables.beads["x"][tables.cylinders["bead"][first]].reshape(-1, 3)
    interior = simulation.chemistry.interior
    assert interior.inside(starts).all()
    outside = ~interior.inside(sites)
    assert len(sites) > 15 and outside.sum() <= 3
    if zone == "MEMBRANE":
        assert not outside.any()


def test_filaments_outside_react_with_the_nearest_compartment_inside(start):
    """A filament beside the vesicle grows from the molecules of the nearest active compartment, and nothing breaks."""
    lines = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 5.0\n"
    filaments = "FILAMENT 0 100 100 100 208 100 100\nFILAMENT 0 450 500 500 558 500 500\n"
    simulation = start(vesicle(500, 500, 500, 330, 330, 330) + SHRINK, chemistry=lines, filaments=filaments)
    before = simulation.copy_numbers("A").sum() + simulation.filaments.monomers.sum()
    rows = simulation.chemistry.filaments.cylinders
    for _ in range(3):
        simulation.run(0.1)
        assert simulation.chemistry.active_compartments[rows["compartment"][rows.rows]].all()
    assert simulation.copy_numbers("A").sum() + simulation.filaments.monomers.sum() == before
    assert simulation.filaments.monomers.sum() > 80


def test_attached_filaments_end_inside_with_their_bubble(start):
    """An organising centre near the wall of the vesicle: filaments of 216 nm only where there is room for them."""
    changes = {**BUBBLES, "BUBBLERADIUS": "20", "init-mtoc": anchor("620 500 500", filaments=30, cylinders=2)}
    simulation = start(vesicle(500, 500, 500, 280, 280, 280), changes)
    beads = simulation.filaments.beads
    assert len(simulation.filaments) == 30 and np.linalg.norm(beads - 500, axis=1).max() < 285
    assert beads[:, 0].min() < 420


def test_molecules_of_a_dump_are_put_inside(start):
    """The dump is of a vesicle of 300 nm; copies outside one of 180 nm go to the nearest compartment inside."""
    first = start()
    dump = first.restart_dump()
    second = start(vesicle(500, 500, 500, 180, 180, 180), {"RESTARTPHASE": ""}, filaments=dump)
    assert second.grid.active.sum() < first.grid.active.sum()
    assert second.copy_numbers("A").sum() == first.copy_numbers("A").sum() == 400
    assert second.chemistry.counts[~second.chemistry.active_compartments].sum() == 0
