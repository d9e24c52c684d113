"""Every interaction alone: forces are the exact derivative of the exact energy, from random to degenerate places.

The energies are those of ``exact_energies.py`` in sixty digits. Where a direction is undefined by symmetry (coinciding
points, parallel arms of an angle with a kink) there is nothing to compare; those places are in the tests of each
interaction.
"""

import exact_energies as formula
import numpy as np
import pytest
from exact_energies import exact
from mechanical_networks import arrays, branch_table, make_model, rotation

FORMS = ("COSINE", "QUADRATIC", "COSINEV2", "QUADRATICV2")
TINY = (1e-1, 1e-3, 1e-5, 1e-7, 1e-9)


def found(model, state):
    """Energy and forces on beads, then bubbles."""
    model.load(**state)
    energy = sum(model.evaluate().values())
    return energy, np.concatenate([model.forces, model.bubble_forces])


def agrees(model, state, energy, points, tolerance=1e-9, noise=0.0):
    """Whether energy and forces are the exact ones; ``noise``: what rounding of the coordinates does to forces, pN."""
    value, forces = found(model, state)
    expected, gradient = exact(energy, points)
    largest = np.abs(gradient).max()
    assert value == pytest.approx(expected, rel=tolerance, abs=1e-13 + noise)
    assert np.abs(forces + gradient).max() <= tolerance * largest + noise, (points, forces, gradient)


def balanced(model, state, move):
    """No net force and torque, and the same energy and turned forces after a rigid motion of ``state``."""
    energy, forces = found(model, state)
    beads = [state["x"], *([state["bubbles"]["x"]] if state.get("bubbles") else [])]
    x, scale = np.concatenate(beads), np.abs(forces).max()
    assert scale > 0
    assert np.abs(forces.sum(axis=0)).max() < 1e-10 * scale
    assert np.abs(np.cross(x - x[0], forces).sum(axis=0)).max() < 1e-8 * scale * np.abs(x - x[0]).max()
    turn = rotation(np.random.default_rng(99))
    again, turned = found(model, move(turn, np.array([30.0, -70.0, 50.0])))
    assert again == pytest.approx(energy, rel=1e-9)
    assert np.abs(turned - forces @ turn.T).max() < 1e-8 * scale


def plain(**settings):
    return make_model(excluded_volume=None, **settings)


# --- filaments


def chains(n, seed, size=54.0):
    rng = np.random.default_rng(seed)
    return [np.cumsum(rng.normal(size=(n, 3)) * size, axis=0) for _ in range(5)]


@pytest.mark.parametrize("k, rest", [(100, 108), (4000, 2.7)])
def test_stretching(k, rest):
    model = plain()
    short = [np.array([[5, 6, 7], [5 + d, 6, 7 - d]]) for d in (1e-6, 1e-3, 0.5)]
    at_rest = [np.array([[0, 0, 0], [rest * (1 + d), 0, 0]]) for d in (1e-9, -1e-5, 1e-3)]
    for beads in [*chains(2, 1), *short, *at_rest]:
        state = arrays([beads], rest=rest, stretching=k)
        # the length in double precision has a relative error of 1e-16, of which the force is k l times
        agrees(model, state, formula.spring(k, rest), beads, noise=k * rest * 1e-15)
    beads = chains(2, 1)[0]
    balanced(model, arrays([beads], rest=rest, stretching=k), lambda turn, shift: arrays(
        [beads @ turn.T + shift], rest=rest, stretching=k))  # fmt: skip


def hinge(angle, before=54.0, after=27.0):
    """Three beads with this angle between the arms, in an oblique plane."""
    a, b = np.array([2, 1, 2]) / 3, np.array([-1, -2, 2]) / 3
    middle = before * a
    return np.array([[0, 0, 0], middle, middle + after * (np.cos(angle) * a + np.sin(angle) * b)])


@pytest.mark.parametrize(("form", "theta"), [
    ("COSINE", 0.0), ("HARMONIC", 0.0), ("HARMONIC", 0.5), ("ANGLE", 0.0), ("COSINE", 0.5), ("ANGLE", 0.5),
])  # fmt: skip
def test_bending(form, theta):
    model = plain(bending=form)
    energy = formula.bend(672, theta, form)
    for beads in chains(3, 2):
        agrees(model, arrays([beads], hinge=672, theta=theta), energy, beads)
    for small in TINY:
        for beads in (hinge(small), hinge(np.pi - small), hinge(small, 108.0, 2.7)):
            # rounding of unit vectors, 1e-16, turns the plane of bending of nearly parallel arms
            agrees(model, arrays([beads], hinge=672, theta=theta), energy, beads,
                   tolerance=1e-6, noise=1e-15 * 672 / 2.7)  # fmt: skip
    beads = chains(3, 2)[0]
    balanced(model, arrays([beads], hinge=672, theta=theta), lambda turn, shift: arrays(
        [beads @ turn.T + shift], hinge=672, theta=theta))  # fmt: skip


# --- linkers and motors


def pair(beads):
    return [beads[:2], beads[2:]]


@pytest.mark.parametrize("motor", [False, True])
def test_bonds(motor):
    """Also between partly filled cylinders, at their ends, nearly touching, parallel, crossing and on one line."""
    model = plain()
    crossing = [[0, 0, 0], [108, 0, 0], [54, -54, 0], [54, 54, 0]]
    along = [[0, 0, 0], [108, 0, 0], [120, 0, 0], [122.7, 0, 0]]
    beside = [[0, 0, 0], [108, 0, 0], [0, 35, 0], [108, 35, 0]]
    places = [np.array(p, float) for p in (crossing, along, beside)] + chains(4, 3)
    for beads in places:
        for u, v in ((0.25, 0.75), (0.0, 1.0), (1.0, 0.0), (0.5, 0.5 + 1e-7), (0.3, 0.3)):
            rest, k = 35.0, 8.0
            energy = formula.bond(k, rest, u, v)
            state = arrays(pair(beads), [(0, 1, u, v, k, rest, motor)])
            if abs(float(energy(*map(list, beads.astype(object))))) == 0.5 * k * rest**2:
                continue  # the two points coincide
            agrees(model, state, energy, beads, noise=1e-13)
    beads = places[-1]
    balanced(model, arrays(pair(beads), [(0, 1, 0.25, 0.75, 8.0, 35.0, motor)]), lambda turn, shift: arrays(
        pair(beads @ turn.T + shift), [(0, 1, 0.25, 0.75, 8.0, 35.0, motor)]))  # fmt: skip


def test_a_bond_of_one_cylinder_to_its_neighbour():
    """Both ends of a linker may sit on cylinders that share a bead, or on the same cylinder."""
    beads = chains(3, 4)[0]
    for a, b, points in ((0, 1, [0, 1, 1, 2]), (0, 0, [0, 1, 0, 1])):
        state = arrays([beads], [(a, b, 0.2, 0.9, 8.0, 20.0, False)])
        _, forces = found(plain(), state)
        _, gradient = exact(formula.bond(8.0, 20.0, 0.2, 0.9), beads[points])
        expected = np.zeros((3, 3))
        np.add.at(expected, points, gradient)
        assert forces == pytest.approx(-expected, rel=1e-9, abs=1e-10)


# --- branching points

ENERGIES = ("stretching", "bending", "position", *FORMS)


def branch_terms(name, p):
    """Constants of the table of branches and the exact energy."""
    if name == "stretching":
        return {"stretching_k": 100.0, "length": 6.0}, formula.branch_stretching(100, 6, p)
    if name == "bending":
        return {"bending_k": 10.0, "angle": 1.22}, formula.branch_bending(10, 1.22, p)
    if name == "position":
        return {"position_k": 20.0}, formula.branch_position(20, p)
    return {"dihedral_k": 10.0}, formula.branch_dihedral(10, name, p)


def branched(name, beads, p):
    return arrays(pair(beads)) | {"branches": branch_table([0], [1], [p], **branch_terms(name, p)[0])}


def branch(arm, daughter, p, twist, r=6.0, w=27.0):
    """Mother along x; r and w at these angles to it, w turned by ``twist`` about the mother."""
    site = np.array([108.0 * p, 0, 0])
    first = site + r * np.array([np.cos(arm), np.sin(arm), 0])
    side = np.array([0, np.cos(twist), np.sin(twist)])
    return np.array(
        [[0, 0, 0], [108, 0, 0], first, first + w * (np.cos(daughter) * np.array([1, 0, 0]) + np.sin(daughter) * side)]
    )


@pytest.mark.parametrize("name", ENERGIES)
@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_branching(name, p):
    model = plain(
        branching_stretching="HARMONIC", branching_bending="COSINE", branching_position="COSINE",
        branching_dihedral=name if name in FORMS else "COSINE",
    )  # fmt: skip
    _, energy = branch_terms(name, p)
    for beads in chains(4, 5, 20.0):
        agrees(model, branched(name, beads, p), energy, beads, noise=1e-12)
    twists = (1e-7, 1e-3, 1.0, np.pi - 1e-3)
    angles = [(np.pi / 2, 1.22), (0.3, 2.5), (2.9, 0.2), (1.5, 1e-3), (1e-3, 1.5), (np.pi - 1e-3, np.pi - 1e-2)]
    for arm, daughter in angles:
        for twist in twists:
            beads = branch(arm, daughter, p, twist)
            _, gradient = exact(energy, beads)
            # angles of arms that are 1e-3 rad from parallel have lost three digits and their gradients three more
            agrees(model, branched(name, beads, p), energy, beads, noise=1e-9 * max(1.0, np.abs(gradient).max()))
    beads = chains(4, 5, 20.0)[0]
    balanced(model, branched(name, beads, p), lambda turn, shift: branched(name, beads @ turn.T + shift, p))


def test_a_daughter_on_its_site_has_a_finite_energy_and_no_force_along_nowhere():
    beads = np.array([[0, 0, 0], [108, 0, 0], [54, 0, 0], [54, 20, 0]])
    model = plain(branching_stretching="HARMONIC")
    energy, forces = found(model, branched("stretching", beads, 0.5))
    assert energy == pytest.approx(0.5 * 100 * 36) and not forces.any()


# --- sampled excluded volume (the integrated one has its own file)


def test_sampled_excluded_volume():
    model = make_model(excluded_volume="monomer", volume_cutoff=1e6)
    first, second = ((-3, 37), 4, 2.7), ((5, 15), 3, 2.7)
    energy = formula.sampled_volume(8.57, first, second)
    changes = {"serial": np.array([-3, 37, 5, 15]), "monomer_interval": np.array([4, 3])}
    line = [[0, 0, 0], [108, 0, 0], [110, 0, 0], [137, 0, 0]]
    crossing = [[0, 0, 0], [108, 0, 0], [54, -13, 0.5], [54, 14, 0.5]]
    parallel = [[0, 0, 0], [108, 0, 0], [40, 3, 0], [67, 3, 0]]
    for beads in [*map(np.array, (line, crossing, parallel)), *chains(4, 6)]:
        agrees(model, arrays(pair(beads), volume=8.57, **changes), energy, beads)
    beads = chains(4, 6)[0]
    balanced(model, arrays(pair(beads), volume=8.57, **changes), lambda turn, shift: arrays(
        pair(beads @ turn.T + shift), volume=8.57, **changes))  # fmt: skip


# --- boundaries

K, SCREENING = 41.0, 2.7
BOX = [([0, 0, 0], n) for n in np.eye(3)] + [([200, 200, 200], n) for n in -np.eye(3)]
SHAPES = {
    "CUBIC": BOX,
    "SPHERICAL": ("SPHERICAL", (100.0, 100.0, 100.0), 90.0),
    "CYLINDER": ("CYLINDER", (100.0, 100.0, 100.0), 60.0, 120.0),
    "CAPSULE": ("CAPSULE", (100.0, 100.0, 100.0), 50.0, 80.0),
}
# deep inside, at walls, edges and corners, outside, far outside, on and beside axis and centre
PLACES = [
    [100, 100, 100], [100, 100, 130], [100.4, 99.9, 100.2], [100, 100, 187], [151, 100, 100], [158, 100, 158],
    [3, 2, 1], [-5, 100, 100], [100, 205, 195], [-300, 100, 100], [140, 130, 139.9], [100, 100, 30], [158, 101, 41],
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("repulsion", ["REPULSIONEXP", "REPULSIONEXPIN"])
def test_boundary_repulsion(shape, repulsion):
    planes = [[*point, *normal] for point, normal in BOX] if shape == "CUBIC" else ()
    model = plain(
        planes=planes, boundary_shape=None if shape == "CUBIC" else SHAPES[shape], boundary_repulsion=repulsion,
        boundary_k=K, boundary_screening=SCREENING, boundary_cutoff=1e9,
    )  # fmt: skip
    energy = formula.walls(SHAPES[shape], K, SCREENING, 100 if repulsion == "REPULSIONEXPIN" else 0)
    rng = np.random.default_rng(7)
    for place in [*PLACES, *rng.uniform(0, 200, (8, 3))]:
        beads = np.array([place, np.add(place, [3, -2, 4])], float)
        agrees(model, arrays([beads]), energy, beads, tolerance=1e-8, noise=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("repulsion", ["REPULSIONEXP", "REPULSIONEXPIN"])
def test_boundary_repulsion_of_bubbles(shape, repulsion):
    planes = [[*point, *normal] for point, normal in BOX] if shape == "CUBIC" else ()
    model = plain(
        planes=planes, boundary_shape=None if shape == "CUBIC" else SHAPES[shape], boundary_repulsion=repulsion,
        boundary_k=K, boundary_screening=SCREENING, boundary_cutoff=1e4, bubbles=True,
    )  # fmt: skip
    energy = formula.walls(SHAPES[shape], K, SCREENING, 20)  # the wall as the surface of a bubble of 20 nm feels it
    for place in PLACES:
        bubbles = {"x": np.array([place], float), "radius": np.array([20.0])}
        agrees(model, arrays([]) | {"bubbles": bubbles}, energy, bubbles["x"], tolerance=1e-8, noise=1e-12)


def test_pins():
    model = plain(pinning=True)
    for beads in chains(2, 8):
        pins = {"bead": [1, 0], "place": np.array([[3, 4, 5], [-1, 0, 1e-9]]), "k": [5.0, 7.0]}
        place = [list(map(float, p)) for p in pins["place"]]
        energy = lambda a, b, place=place: formula.spring(5, 0)(place[0], b) + formula.spring(7, 0)(place[1], a)  # noqa: E731
        agrees(model, arrays([beads]) | {"pins": pins}, energy, beads)
    state = arrays([chains(2, 8)[0]])
    _, forces = found(model, state | {"pins": {"bead": [0], "place": state["x"][:1], "k": [5.0]}})
    assert not forces.any()


# --- bubbles


def bubble_model(**settings):
    return plain(
        bubbles=True, bubble_repulsion="REPULSIONEXP", bubble_cutoff=1e9, mtoc_attachment="ATTACHMENTHARMONIC",
        afm_attachment="ATTACHMENTHARMONIC", **settings,
    )  # fmt: skip


FAR_BEAD = np.array([[1e6, 0, 0], [1e6, 50.0, 0]])


def bubbles(x, radius, k, screening):
    return {"x": np.array(x, float), "radius": np.array(radius, float)} | {
        "k": np.full(len(x), float(k)), "screening": np.full(len(x), float(screening))
    }  # fmt: skip


@pytest.mark.parametrize("distance", [1e-6, 3.0, 740.0, 740.0 + 1e-7, 750.0, 900.0])
def test_bubble_and_bead(distance):
    """At the centre, deep inside where the energy goes on along its tangent, on the surface, outside."""
    direction = np.array([2, -1, 2]) / 3
    beads = np.array([[5, 6, 7] + distance * direction, [5e5, 0, 0]])
    state = arrays([beads]) | {"bubbles": bubbles([[5, 6, 7]], [740], 90, 15)}

    def energy(a, b, centre):
        return formula.repulsion(90, 15, 740)(a, centre) + formula.repulsion(90, 15, 740)(b, centre)

    agrees(bubble_model(), state, energy, np.concatenate([beads, [[5, 6, 7]]]), noise=1e-13)
    if distance > 1:
        balanced(bubble_model(), state, lambda turn, shift: arrays([beads @ turn.T + shift]) | {
            "bubbles": bubbles(np.array([[5, 6, 7]]) @ turn.T + shift, [740], 90, 15)})  # fmt: skip


@pytest.mark.parametrize("distance", [1e-3, 100.0, 250.0, 270.0, 400.0])
def test_two_bubbles(distance):
    centres = np.array([[5, 6, 7], [5, 6, 7] + distance * np.array([1, 2, -2]) / 3])
    state = arrays([]) | {"bubbles": bubbles(centres, [100, 150], 90, 15)}
    agrees(bubble_model(), state, formula.repulsion(90, 15, 250), centres, noise=1e-13)
    if distance > 1:
        balanced(bubble_model(), state, lambda turn, shift: arrays([]) | {
            "bubbles": bubbles(centres @ turn.T + shift, [100, 150], 90, 15)})  # fmt: skip


@pytest.mark.parametrize("afm", [False, True])
@pytest.mark.parametrize("distance", [1e-5, 60.0, 100.0 + 1e-6, 104.0, 500.0])
def test_attachment(afm, distance):
    direction = np.array([2, -1, 2]) / 3
    beads = np.array([distance * direction, (distance + 54) * direction])
    attached = {"bubble": [0], "filament": [0], "k": [40.0], "afm": [afm]}
    state = arrays([beads]) | {"bubbles": bubbles([[0, 0, 0]], [100], 90, 15), "attachments": attached}
    energy = formula.spring(40, 100)
    points = np.concatenate([beads, [[0, 0, 0]]])
    agrees(bubble_model(), state, lambda a, b, centre: energy(centre, a), points, noise=1e-11)
    balanced(bubble_model(), state, lambda turn, shift: arrays([beads @ turn.T + shift]) | {
        "bubbles": bubbles([shift], [100], 90, 15), "attachments": attached})  # fmt: skip


def test_an_attached_end_at_the_very_centre_is_not_pushed_anywhere():
    attached = {"bubble": [0], "filament": [0], "k": [40.0]}
    state = arrays([[[0, 0, 0], [54, 0, 0]]]) | {
        "bubbles": bubbles([[0, 0, 0]], [100], 90, 15),
        "attachments": attached,
    }
    energy, forces = found(bubble_model(), state)
    assert energy == pytest.approx(0.5 * 40 * 100**2) and not forces.any()
