"""Energies and forces of single interactions against worked numbers, exact formulas and finite differences."""

import numpy as np
import pytest
from mechanical_networks import arrays, box, make_model, rotation, slopes, solve
from numpy.testing import assert_allclose


def test_stretching_of_one_cylinder():
    model, energy = solve([[[0, 0, 0], [110, 0, 0]]], rest=108, stretching=100)
    assert energy["FilamentStretching"] == pytest.approx(200)
    assert_allclose(model.forces, [[200, 0, 0], [-200, 0, 0]])
    assert_allclose(model.cylinder_tension, [200])


@pytest.mark.parametrize(
    ("k", "rest", "end", "energy", "force"),
    [
        (400, 27, (28, 0, 0), 200, (-400, 0, 0)),
        (100, 108, (60, 80, 0), 3200, (480, 640, 0)),
        (100, 108, (0, 108, 0), 0, (0, 0, 0)),
    ],
)
def test_stretching_values(k, rest, end, energy, force):
    model, energies = solve([[[0, 0, 0], end]], rest=rest, stretching=k)
    assert energies["FilamentStretching"] == pytest.approx(energy)
    assert_allclose(model.forces[1], force, atol=1e-12)


BENT = [[0, 0, 0], [108, 0, 0], [108, 108, 0]]
RIGHT_ANGLE = np.array([[0, -6.2222222, 0], [-6.2222222, 6.2222222, 0], [6.2222222, 0, 0]])


def test_bending_by_a_right_angle():
    model, energy = solve([BENT], hinge=672)
    assert energy["FilamentBending"] == pytest.approx(672, rel=1e-12)
    assert_allclose(model.forces, RIGHT_ANGLE, atol=1e-7)
    model, energy = solve([BENT], hinge=672, theta=0.5)
    assert energy["FilamentBending"] == pytest.approx(349.826038058)
    assert_allclose(model.forces, 0.877582561890 * RIGHT_ANGLE, atol=1e-7)
    model, energy = solve([BENT], model=make_model(bending="HARMONIC"), hinge=672, theta=0.5)
    assert energy["FilamentBending"] == pytest.approx(672)


def test_bending_in_space():
    model, energy = solve([[[0, 0, 0], [108, 0, 0], [200, 50, 20]]], hinge=672)
    assert energy["FilamentBending"] == pytest.approx(92.0487512751, rel=1e-10)
    expected = [
        [0, -2.91843422, -1.16737369],
        [-1.60868286, 5.47013806, 2.18805522],
        [1.60868286, -2.55170384, -1.02068154],
    ]
    assert_allclose(model.forces, expected, atol=1e-8)


def test_bending_limits():
    _, straight = solve([[[0, 0, 0], [54, 0, 0], [108, 0, 0]]], hinge=672, theta=0.3)
    assert straight["FilamentBending"] == pytest.approx(672 * (1 - np.cos(0.3)))
    model, straight = solve([[[0, 0, 0], [54, 0, 0], [108, 0, 0]]], hinge=672)
    assert straight["FilamentBending"] == 0
    assert not model.forces.any()
    _, folded = solve([[[0, 0, 0], [108, 0, 0], [54, 0, 0]]], hinge=672)
    assert folded["FilamentBending"] == pytest.approx(1344)


def test_bending_can_be_switched_off():
    _, energy = solve([BENT], model=make_model(bending=None), hinge=672)
    assert "FilamentBending" not in energy


@pytest.mark.parametrize(("motor", "name"), [(False, "LinkerStretching"), (True, "MotorStretching")])
def test_bond_stretching(motor, name):
    filaments = [[[0, 0, 0], [108, 0, 0]], [[0, 40, 0], [0, 40, 108]]]
    model, energy = solve(filaments, [(0, 1, 0.25, 0.75, 8, 35, motor)])
    assert energy[name] == pytest.approx(14059.6969714)
    assert energy["MotorStretching" if not motor else "LinkerStretching"] == 0
    assert_allclose(model.bond_tension, [474.294372245])
    expected = [
        [-101.8643266, 150.9101135, 305.5929799],
        [-33.9547755, 50.3033712, 101.8643266],
        [33.9547755, -50.3033712, -101.8643266],
        [101.8643266, -150.9101135, -305.5929799],
    ]
    assert_allclose(model.forces, expected, atol=1e-7)


def test_bond_at_rest_and_compressed():
    filaments = [[[0, 0, 0], [108, 0, 0]], [[0, 40, 0], [108, 40, 0]]]
    model, energy = solve(filaments, [(0, 1, 0.5, 0.5, 8, 40, False), (0, 1, 0.5, 0.5, 8, 42, True)])
    assert energy["LinkerStretching"] == 0
    assert energy["MotorStretching"] == pytest.approx(16)
    assert_allclose(model.bond_tension, [0, -16])


def test_bond_of_coinciding_points_has_no_direction_and_no_force():
    filaments = [[[0, 0, 0], [108, 0, 0]], [[54, -54, 0], [54, 54, 0]]]
    model, energy = solve(
        filaments, [(0, 1, 0.5, 0.5, 8, 10, False)], model=make_model(excluded_volume=None), stretching=1
    )
    assert energy["LinkerStretching"] == pytest.approx(400)
    assert not model.forces.any()


def wall(*beads, **settings):
    model = make_model(box([25] * 3, [975] * 3), **settings)
    return solve([np.array(beads)], model=model)


def test_boundary_repulsion_inside_and_outside():
    model, energy = wall([30, 500, 500], [60, 500, 500])
    far = 41 * np.exp(-35 / 2.7)
    assert energy["BoundaryCylinderRepulsion"] - far == pytest.approx(6.43479648865, rel=1e-10)
    assert model.forces[0] == pytest.approx([2.38325795876, 0, 0], rel=1e-10)
    model, energy = wall([23, 500, 500], [60, 500, 500])
    assert energy["BoundaryCylinderRepulsion"] - far == pytest.approx(85.9970340136, rel=1e-10)
    assert model.forces[0, 0] == pytest.approx(31.8507533384, rel=1e-10)


def test_boundary_far_outside_continues_along_the_tangent():
    model, energy = wall([25 - 2.7 * 50, 500, 500], [60, 500, 500])
    scale = 41 * np.exp(30)
    assert energy["BoundaryCylinderRepulsion"] == pytest.approx(scale * 21)
    assert model.forces[0, 0] == pytest.approx(scale / 2.7)
    model, energy = wall([-1e6, 500, 500], [60, 500, 500])
    assert np.isfinite(energy["BoundaryCylinderRepulsion"])


def test_every_bead_feels_a_wall_once():
    beads = [[30, 400 + 20 * i, 500] for i in range(4)]
    model, energy = solve([beads], model=make_model([[25, 0, 0, 1, 0, 0]]))
    assert energy["BoundaryCylinderRepulsion"] == pytest.approx(4 * 6.43479648865)
    assert sorted(map(tuple, model.wall_terms)) == [(0, 0), (1, 0), (2, 0), (3, 0)]


@pytest.mark.parametrize(("distance", "listed"), [(200.0, False), (199.9, True)])
def test_boundary_cutoff_is_exclusive_and_on_the_midpoint(distance, listed):
    model = make_model([[0, 0, 0, 1, 0, 0]], boundary_cutoff=200.0, boundary_screening=20.0)
    _, energy = solve([[[distance, 0, 0], [distance, 50, 0]]], model=model)
    assert (energy["BoundaryCylinderRepulsion"] > 0) == listed


def random_network(rng, bonds=12, volume=500.0):
    filaments = []
    for _ in range(4):
        steps = rng.normal(size=(5, 3)) * 6 + np.array([27, 0, 0])
        filaments.append(rng.uniform(30, 90, 3) + np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)]))
    links = [
        (*rng.choice(20, 2, replace=False), *rng.uniform(0, 1, 2), 8.0, rng.uniform(5, 60), bool(i % 2))
        for i in range(bonds)
    ]
    return arrays(filaments, links, rest=26.0, stretching=60.0, hinge=300.0, volume=volume)


@pytest.mark.parametrize("settings", [
    {"excluded_volume": None, "bending": None},
    {"excluded_volume": None},
    {"excluded_volume": "integral"},
    {"excluded_volume": "monomer"},
], ids=lambda s: "-".join(f"{v}" for v in s.values()))  # fmt: skip
@pytest.mark.parametrize("theta", [0.0, 0.4])
def test_forces_are_the_gradient_of_the_energy(settings, theta):
    rng = np.random.default_rng(5)
    state = random_network(rng) | {"hinge_theta": np.full(24, theta)}
    state["serial"] = np.tile(np.arange(-20, 40, 10), 4).astype(np.int32)
    state["monomer_interval"] = np.tile([2, 3, 2, 3, 1], 4).astype(np.int32)
    model = make_model(
        box([20] * 3, [250] * 3), volume_cutoff=1e4, boundary_cutoff=1e4, boundary_screening=15.0, **settings
    )
    expected = slopes(model, state)
    model.evaluate()
    assert np.abs(model.forces + expected).max() < 1e-6 * np.abs(expected).max()


def test_internal_forces_balance_and_ignore_rigid_motion():
    rng = np.random.default_rng(11)
    state = random_network(rng)
    model = make_model(volume_cutoff=1e4)
    model.load(**state)
    energy = model.evaluate()
    x, f = state["x"], model.forces
    scale = np.abs(f).max()
    assert np.abs(f.sum(axis=0)).max() < 1e-9 * scale
    assert np.abs(np.cross(x, f).sum(axis=0)).max() < 1e-9 * scale * np.abs(x).max()
    turn = rotation(rng)
    model.load(**(state | {"x": x @ turn.T + [300.0, -700.0, 50.0]}))
    moved = model.evaluate()
    for name, value in energy.items():
        assert moved[name] == pytest.approx(value, rel=1e-9), name
    assert_allclose(model.forces, f @ turn.T, atol=1e-8 * scale)


def test_sampled_monomers():
    crossing = [[[10, 0, 0], [-10, 0, 0]], [[0, 10, 5], [0, -10, 5]]]
    changes = {
        "serial": np.array([0, 40, -9, 31]),
        "monomer_interval": np.array([1, 4]),
        "monomer_size": np.full(2, 0.5),
    }
    _, energy = solve(crossing, model=make_model(excluded_volume="monomer"), volume=0.25, **changes)
    assert energy["CylinderExcludedVolumeMonomer"] == pytest.approx(0.0261249610997)
    skew = [[[0, 0, 0], [100, 0, 0]], [[30, 20, 15], [70, -60, 40]]]
    changes = {"serial": np.array([0, 40, -7, 33]), "monomer_interval": np.array([10, 10])}
    _, energy = solve(skew, model=make_model(excluded_volume="monomer"), volume=8.57, **changes)
    assert energy["CylinderExcludedVolumeMonomer"] == pytest.approx(0.0599943800241)


@pytest.mark.parametrize("theta", [0.0, 0.5])
@pytest.mark.parametrize("angle", [1e-9, 1e-4, 0.3, np.pi / 2, np.pi - 1e-2])
def test_bending_harmonic_in_the_angle(angle, theta):
    beads = np.array([[0, 0, 0], [54, 0, 0], [54 + 27 * np.cos(angle), 27 * np.sin(angle), 0]])
    model, energy = solve([beads], model=make_model(bending="ANGLE"), hinge=672, theta=theta)
    assert energy["FilamentBending"] == pytest.approx(0.5 * 672 * (angle - theta) ** 2, rel=1e-6)
    # torque about the middle bead
    assert_allclose(np.cross(beads[2] - beads[1], model.forces[2]), [0, 0, -672 * (angle - theta)], rtol=1e-5)
    assert np.abs(model.forces.sum(axis=0)).max() < 1e-9


@pytest.mark.parametrize("noise", [1e-3, 1.0, 15.0])
@pytest.mark.parametrize("theta", [0.0, 0.4])
def test_forces_of_harmonic_bending_are_the_gradient(noise, theta):
    rng = np.random.default_rng(1)
    beads = np.array([[27.0 * i, 0, 0] for i in range(6)]) + noise * rng.normal(size=(6, 3))
    state = arrays([beads], hinge=300.0, theta=theta)
    model = make_model(bending="ANGLE", excluded_volume=None)
    h = min(1e-3, 0.005 * noise)  # a preferred angle makes a kink at the straight filament
    expected = slopes(model, state, h)
    model.evaluate()
    scale = np.abs(expected).max()
    assert np.abs(model.forces + expected).max() < 1e-6 * scale


def test_harmonic_bending_is_defined_at_both_ends():
    straight = [[0, 0, 0], [54, 0, 0], [108, 0, 0]]
    folded = [[0, 0, 0], [108, 0, 0], [54, 0, 0]]
    for beads, energy in ((straight, 0), (folded, 0.5 * 672 * np.pi**2)):
        model, found = solve([beads], model=make_model(bending="ANGLE"), hinge=672)
        assert found["FilamentBending"] == pytest.approx(energy)
        assert not model.forces.any()
