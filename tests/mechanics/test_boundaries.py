"""Round walls, the wall that lies farther inside, moving planes, pins."""

import numpy as np
import pytest
from mechanical_networks import arrays, assert_forces_match_energy, box, make_model, solve
from numpy.testing import assert_allclose

NAME = "BoundaryCylinderRepulsion"
K, SCREENING = 41.0, 2.7
SHAPES = {
    "sphere": ("SPHERICAL", (100.0, 100.0, 100.0), 90.0),
    "cylinder": ("CYLINDER", (100.0, 100.0, 100.0), 60.0, 120.0),
    "capsule": ("CAPSULE", (100.0, 100.0, 100.0), 50.0, 80.0),
}


def bead(shape, place, **settings):
    """Energy and force on one bead; the other bead of the cylinder lies deep inside or is subtracted."""
    model = make_model(boundary_shape=shape, boundary_cutoff=1e6, **settings)
    centre = np.array(shape[1], float)
    state = arrays([[place, centre]])
    model.load(**state)
    return model, model.evaluate(), model.forces[0]


def test_sphere():
    shape = ("SPHERICAL", (1000, 1000, 1000), 1000.0)
    model, energy, force = bead(shape, [1000, 1000, 1980])
    assert energy[NAME] == pytest.approx(0.0248764093389, rel=1e-9)
    assert_allclose(force, [0, 0, -0.00921348494033], rtol=1e-9, atol=1e-15)
    assert_allclose(
        model.boundary_distance([[1000, 1000, 1980], [1000, 1000, 2010], [1000, 400, 1000]]), [20, -10, 400]
    )
    assert_allclose(model.boundary_force[0], force)


def test_cylinder_sums_side_and_lids():
    """Where only the nearest wall acted the energy would be K exp(−50/λ); side and far lid add less than 1e-8 of it."""
    shape = ("CYLINDER", (500, 500, 200), 500.0, 400.0)
    model, energy, force = bead(shape, [900, 500, 350])
    expected = K * sum(np.exp(-d / SCREENING) for d in (50, 100, 350))
    assert energy[NAME] == pytest.approx(expected, rel=1e-12)
    assert energy[NAME] == pytest.approx(3.717863589e-7, rel=2e-8)
    assert energy[NAME] > 3.717863589e-7 * (1 + 5e-9)
    assert_allclose(
        force, np.array([-np.exp(-100 / 2.7), 0, np.exp(-350 / 2.7) - np.exp(-50 / 2.7)]) * K / 2.7, rtol=1e-9
    )
    assert_allclose(model.boundary_distance([[900, 500, 350], [500, 500, -5], [1100, 500, 200]]), [50, -5, -100])


def test_capsule_is_a_cylinder_between_two_half_spheres():
    shape = ("CAPSULE", (100, 100, 100), 50.0, 80.0)
    model = make_model(boundary_shape=shape)
    points = [[140, 100, 100], [140, 100, 139], [100, 100, 180], [100, 100, 30], [130, 100, 180], [100, 100, 191]]
    assert_allclose(model.boundary_distance(points), [10, 10, 10, 20, 0, -1], atol=1e-12)


def test_walls_without_repulsion_still_know_distances():
    model = make_model(box([0] * 3, [100] * 3), boundary_repulsion=None, boundary_k=0.0)
    _, energy = solve([[[1, 50, 50], [2, 50, 50]]], model=model)
    assert NAME not in energy and not model.boundary_force.any()
    assert_allclose(model.boundary_distance([[30, 40, 95]]), [5])
    assert np.all(make_model().boundary_distance([[1, 2, 3]]) == np.inf)
    assert model.boundary_distance(np.zeros((0, 3))).shape == (0,)
    with pytest.raises(ValueError, match="points: shape"):
        model.boundary_distance([1, 2, 3])


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("repulsion", ["REPULSIONEXP", "REPULSIONEXPIN"])
def test_forces_are_the_gradient(name, repulsion):
    rng = np.random.default_rng(2)
    places = 100 + rng.uniform(-1, 1, (12, 2, 3)) * [40, 40, 80]
    centre = np.array([[100, 100, 100.0]])
    # at, very near and around the axis, and at the joints of side, lids and half spheres
    special = [
        [[100, 100, 100], [100.2, 100, 100.1]], [[100, 100, 120], [100, 100.3, 141]],
        [[159, 100, 159.5], [40, 100, 40.5]], [[150.0, 100, 140.0], [140.0, 100, 140.0001]],
    ]  # fmt: skip
    model = make_model(
        boundary_shape=SHAPES[name], boundary_repulsion=repulsion, boundary_cutoff=1e6, boundary_screening=15.0
    )
    for pair in [*places, *special]:
        state = arrays([np.array(pair, float)])
        model.load(**state)
        model.evaluate()
        if np.abs(model.forces).max() > 1e-9:
            # the third derivative jumps at the joints, so slopes by differences are less exact there
            assert_forces_match_energy(model, state, tolerance=1e-6, h=1e-4)
    assert np.isfinite(make_model(boundary_shape=SHAPES[name]).boundary_distance(centre)).all()


@pytest.mark.parametrize("name", SHAPES)
def test_energy_is_smooth_through_centre_and_across_edges(name):
    """Along lines through the centre and through the edge of side and lid neither energy nor force jumps."""
    model = make_model(boundary_shape=SHAPES[name], boundary_cutoff=1e6, boundary_screening=20.0)
    lines = [([100, 100, 100], [1, 0, 0]), ([100, 100, 100], [1, 1, 1]), ([150, 100, 150], [0, 0, 1])]
    for middle, direction in lines:
        step = 0.01
        s = np.arange(-300, 301) * step
        places = np.array(middle, float) + s[:, None] * np.array(direction) / np.linalg.norm(direction)
        force = []
        for place in places:
            model.load(**arrays([[place, place + np.array([5.0, 0, 0])]]))
            model.evaluate()
            force.append(model.boundary_force[0])
        change = np.abs(np.diff(force, axis=0)).max()
        assert change < K / 20 / 20 * 3 * step * 10  # ≈ curvature × step, with room; a flip would be a whole force


def test_far_outside_round_walls_is_finite():
    for shape in SHAPES.values():
        _, energy, force = bead(shape, [1e6, 100, 100])
        assert np.isfinite(energy[NAME])
        assert force[0] < 0 and np.isfinite(force).all()


@pytest.mark.parametrize(("x", "value"), [(130, 6.43479648865), (120, 261.235922995)])
def test_wall_a_hundred_nanometres_inside(x, value):
    model = make_model(box([25] * 3, [975] * 3), boundary_repulsion="REPULSIONEXPIN")
    _, energy = solve([[[x, 500, 500], [x, 550, 500]]], model=model)
    assert NAME not in energy
    assert energy["BoundaryCylinderRepulsionIn"] == pytest.approx(2 * value, rel=1e-10)
    assert_allclose(model.forces[0], [value / SCREENING, 0, 0], atol=1e-12)
    assert_allclose(model.boundary_distance([[x, 500, 500]]), [x - 25])


def test_wall_a_hundred_nanometres_inside_that_reaches_less_than_that():
    """With a screening length of 1 nm a bead 99 nm from the plane is beyond the repelling wall."""
    settings = {"boundary_repulsion": "REPULSIONEXPIN", "boundary_screening": 1.0, "excluded_volume": None}
    model = make_model([[0, 0, 0, 1, 0, 0]], **settings)
    _, energy = solve([[[99, 0, 0], [101, 0, 0]]], model=model)
    assert energy["BoundaryCylinderRepulsionIn"] == pytest.approx(K * (np.exp(1) + np.exp(-1)))


@pytest.mark.parametrize("name", SHAPES)
def test_a_network_relaxes_inside(name):
    rng = np.random.default_rng(4)
    beads = 100 + rng.uniform(-1, 1, (12, 1, 3)) * [30, 30, 40]
    direction = rng.normal(size=(12, 1, 3))
    direction *= 27 / np.linalg.norm(direction, axis=2, keepdims=True)
    filaments = beads + np.arange(4)[None, :, None] * direction
    model = make_model(boundary_shape=SHAPES[name], boundary_cutoff=1e3, volume_cutoff=60.0)
    state = arrays(filaments, rest=27.0, stretching=400.0, hinge=672.0, volume=8.57)
    assert model.boundary_distance(state["x"]).min() < 0
    model.load(**state)
    record = model.minimise()
    assert record.converged
    assert record.energy_after < record.energy_before
    assert model.boundary_distance(model.positions).min() > 0


def test_planes_can_be_moved():
    planes = box([25] * 3, [975] * 3)
    model = make_model(planes)
    solve([[[30, 500, 500], [30, 550, 500]]], model=model)
    planes[0, 0] = 28
    model.set_planes(planes)
    assert model.evaluate()[NAME] == pytest.approx(2 * K * np.exp(-2 / SCREENING))
    assert_allclose(model.boundary_distance([[30, 500, 500]]), [2])
    with pytest.raises(ValueError, match="made with 6"):
        model.set_planes(planes[:5])
    with pytest.raises(ValueError, match="length 1"):
        model.set_planes(2 * planes)


@pytest.mark.parametrize("repulsion", ["REPULSIONEXP", "REPULSIONEXPIN"])
def test_force_on_a_plane_is_the_slope_of_the_energy_as_it_moves(repulsion):
    """Of beads and bubbles near it, inside and outside, and of an oblique plane."""
    oblique = [0, 0, 60, *np.array([1, 2, 2]) / 3]
    planes = np.vstack([box([25] * 3, [975] * 3), oblique])
    model = make_model(planes, bubbles=True, boundary_repulsion=repulsion, boundary_screening=20.0)
    rng = np.random.default_rng(6)
    filaments = [np.cumsum(np.vstack([start, [[40, 20, -30]]]), axis=0) for start in rng.uniform(0, 160, (6, 1, 3))]
    state = arrays(filaments) | {"bubbles": {"x": [[70.0, 30, 60], [500, 940, 500]], "radius": [20.0, 10.0]}}
    model.load(**state)
    model.evaluate()
    forces, step = model.wall_force, 1e-3
    for n, row in enumerate(planes):
        energy = []
        for sign in (1, -1):
            moved = planes.copy()
            moved[n, :3] += sign * step * row[3:]
            model.set_planes(moved)
            energy.append(sum(model.evaluate().values()))
        slope = (energy[0] - energy[1]) / (2 * step)
        assert forces[n] @ row[3:] == pytest.approx(-slope, rel=1e-6, abs=1e-9)
        assert_allclose(forces[n], forces[n] @ row[3:] * row[3:], atol=1e-12)
    assert np.abs(forces[[0, 2, 4, 6]]).max(axis=1).min() > 0.1 and np.abs(forces[3]).max() > 0.1


@pytest.mark.parametrize(
    "shape",
    [
        ("SPHERE", (0, 0, 0), 1.0), ("SPHERICAL", (0, 0, 0)), ("SPHERICAL", (0, 0), 1.0),
        ("SPHERICAL", (0, 0, 0), -1.0), ("CYLINDER", (0, 0, 0), 1.0), ("CYLINDER", (0, 0, 0), 1.0, 0.0),
        ("CAPSULE", (0, np.nan, 0), 1.0, 1.0), "SPHERICAL", (),
    ],
)  # fmt: skip
def test_wrong_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="boundary_shape"):
        make_model(boundary_shape=shape)


def pins(beads, places, k):
    return {"bead": beads, "place": places, "k": k}


def test_pin():
    model = make_model(pinning=True)
    model.load(**arrays([[[3, 4, 0], [50, 4, 0]]]), pins=pins([0], [[0, 0, 0]], [5.0]))
    assert model.evaluate()["BoundaryCylinderAttachment"] == pytest.approx(62.5)
    assert_allclose(model.forces, [[-15, -20, 0], [0, 0, 0]])
    assert model.minimise(gradient_tolerance=1e-6).converged
    assert_allclose(model.positions[0], [0, 0, 0], atol=1e-6)
    model.load(**arrays([[[3, 4, 0], [50, 4, 0]]]))
    assert model.evaluate()["BoundaryCylinderAttachment"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [({"bead": [2]}, "pins.'bead'"), ({"place": [[0, 0]]}, "pins.'place'"), ({"k": [-1.0]}, "pins.'k'")],
)
def test_wrong_pins_are_refused(change, message):
    model = make_model(pinning=True)
    with pytest.raises(ValueError, match=message):
        model.load(**arrays([[[3, 4, 0], [50, 4, 0]]]), pins=pins([0], [[0, 0, 0]], [5.0]) | change)
    with pytest.raises(ValueError, match="without pinning"):
        make_model().load(**arrays([[[3, 4, 0], [50, 4, 0]]]), pins=pins([0], [[0, 0, 0]], [5.0]))


@pytest.mark.parametrize("shape", [None, ("CYLINDER", (500.0, 500.0, 500.0), 480.0, 900.0)])
def test_forces_on_walls_balance_those_of_walls(shape):
    """Wall by wall the sum over the beads and bubbles near it, with the opposite sign."""
    planes = box([25] * 3, [975] * 3)
    model = make_model(planes, boundary_shape=shape, bubbles=True, boundary_screening=20.0)
    rng = np.random.default_rng(3)
    filaments = [np.cumsum(np.vstack([start, [[0, 60, 30]]]), axis=0) for start in rng.uniform(30, 90, (6, 1, 3))]
    model.load(**arrays(filaments), bubbles={"x": [[60.0, 400, 60], [500, 500, 940]], "radius": [20.0, 10.0]})
    model.evaluate()
    walls = model.wall_force
    assert len(walls) == (6 if shape is None else 9)
    total = model.boundary_force.sum(axis=0) + model.bubble_forces.sum(axis=0)
    assert_allclose(walls.sum(axis=0), -total, atol=1e-9)
    for axis in range(3):  # planes are pushed along their normals, outwards
        low, high = walls[2 * axis], walls[2 * axis + 1]
        assert_allclose(np.delete([low, high], axis, axis=1), 0, atol=1e-12)
        assert low[axis] < -0.1 and high[axis] >= 0
    assert walls[5, 2] > 0.1  # of the second bubble
