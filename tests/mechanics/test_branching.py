"""Branching points: worked numbers, gradients, invariances, rest at creation, no repulsion of mother and daughter."""

import numpy as np
import pytest
from mechanical_networks import (
    arrays,
    assert_forces_match_energy,
    branch_table,
    make_model,
    rotation,
)
from numpy.testing import assert_allclose

DIHEDRALS = ("COSINE", "QUADRATIC", "COSINEV2", "QUADRATICV2")
BEADS = np.array([[0, 0, 0], [108, 0, 0], [45, 6, 1], [85, 95, 20]], float)
ENERGIES = ("BranchingStretching", "BranchingBending", "BranchingDihedral", "BranchingPosition")


def branching_model(dihedral="COSINE", excluded_volume=None, **settings):
    return make_model(
        excluded_volume=excluded_volume,
        branching_stretching="HARMONIC",
        branching_bending="COSINE",
        branching_dihedral=dihedral,
        branching_position="COSINE",
        **settings,
    )


def one_branch(beads=BEADS, p=0.4, dihedral="COSINE", **constants):
    """A loaded model of one mother and one daughter, each a single cylinder, and its energies."""
    constants = {"length": 6.0} | constants
    model = branching_model(dihedral)
    model.load(**arrays([beads[:2], beads[2:]]), branches=branch_table([0], [1], [p], **constants))
    return model, model.evaluate()


def test_stretching():
    model, energy = one_branch(stretching_k=100)
    force = np.array([-9.747001498, -32.490004993, -5.415000832])
    assert energy["BranchingStretching"] == pytest.approx(5.89963348311, rel=1e-11)
    assert_allclose(model.forces, [-0.6 * force, -0.4 * force, force, [0, 0, 0]], atol=1e-9)
    assert_allclose(model.branch_force, [force], atol=1e-9)


def test_bending():
    model, energy = one_branch(bending_k=10, angle=1.22)
    assert energy["BranchingBending"] == pytest.approx(0.0200404038794, rel=1e-10)
    first, last = np.array([0, 0.005729928, 0.001223243]), np.array([-0.005827379, 0.002504887, 0.000534751])
    assert_allclose(model.forces, [first, -first, -last, last], atol=1e-9)
    _, energy = one_branch(bending_k=10)
    assert energy["BranchingBending"] == pytest.approx(10 * (1 - 0.402381093522), rel=1e-11)


def test_position():
    model, energy = one_branch(position_k=20)
    assert energy["BranchingPosition"] == pytest.approx(0.822063704437, rel=1e-11)
    expected = [
        [0.514715984, -0.098409162, -0.016401527],
        [0.343143990, -0.151993208, -0.025332201],
        [-0.857859974, 0.250402371, 0.041733728],
        [0, 0, 0],
    ]
    assert_allclose(model.forces, expected, atol=1e-9)


DIHEDRAL_FORCES = {
    "COSINE": (0.495977412056, {
        0: (0.654161769, 0.14239138, -2.031839462), 1: (0.436107846, 0.08669862, -1.305185841),
        2: (-1.160465534, -0.245375452, 3.561090676), 3: (0.070195919, 0.016285453, -0.224065373)}),
    "QUADRATIC": (1.00026482147, {
        0: (1.330391948, 0.28958639, -4.132223844), 3: (0.142759925, 0.033120303, -0.455689682)}),
    "COSINEV2": (0.0102031597585, {
        0: (0, 0.007503839, -0.044518124), 1: (0, 0.004702061, -0.028717276),
        2: (0, -0.013241972, 0.078088579), 3: (0, 0.001036072, -0.004853179)}),
    "QUADRATICV2": (0.0204097906105, {
        0: (0, 0.015012784, -0.089066542), 1: (0, 0.009407322, -0.057454095),
        2: (0, -0.026492955, 0.156230297), 3: (0, 0.002072849, -0.009709661)}),
}  # fmt: skip


@pytest.mark.parametrize("form", DIHEDRALS)
def test_dihedral(form):
    expected, forces = DIHEDRAL_FORCES[form]
    model, energy = one_branch(dihedral=form, dihedral_k=10)
    assert energy["BranchingDihedral"] == pytest.approx(expected, rel=1e-10)
    for bead, force in forces.items():
        assert_allclose(model.forces[bead], force, atol=2e-9)
    assert_allclose(model.branch_force[0], model.forces[2], atol=1e-15)


@pytest.mark.parametrize(
    ("name", "constants", "form", "value"),
    [
        ("BranchingPosition", {"position_k": 20}, "COSINE", 18.0779026267),
        ("BranchingDihedral", {"dihedral_k": 10}, "COSINE", 0.00947710042656),
        ("BranchingDihedral", {"dihedral_k": 10}, "QUADRATIC", 0.0189571954577),
        ("BranchingDihedral", {"dihedral_k": 10}, "COSINEV2", 0.0102031597585),
        ("BranchingDihedral", {"dihedral_k": 10}, "QUADRATICV2", 0.0204097906105),
    ],
)
def test_site_at_the_end_of_the_mother(name, constants, form, value):
    _, energy = one_branch(p=1.0, dihedral=form, **constants)
    assert energy[name] == pytest.approx(value, rel=1e-9)


def creation(rng, theta, mother_length=108.0, length=6.0, p=None):
    """Beads of a branch as it is made: the daughter starts beside the site and leaves the mother at the angle theta."""
    turn = rotation(rng)
    p = rng.uniform(0, 1) if p is None else p
    first = np.array([p * mother_length, length, 0.0])
    beads = np.array(
        [[0, 0, 0], [mother_length, 0, 0], first, first + 2.7 * np.array([np.cos(theta), np.sin(theta), 0])]
    )
    return beads @ turn.T + rng.uniform(0, 1000, 3), p


@pytest.mark.parametrize("form", DIHEDRALS)
def test_new_branch_is_free_of_stress(form):
    rng = np.random.default_rng(1)
    for _ in range(20):
        beads, p = creation(rng, 1.22)
        constants = {"stretching_k": 100, "bending_k": 10, "angle": 1.22, "dihedral_k": 10, "position_k": 20}
        model, energy = one_branch(beads, p, form, **constants)
        assert max(abs(energy[name]) for name in ENERGIES) < 1e-20
        assert np.abs(model.forces).max() < 1e-9


def strained(rng, form, noise, theta=1.22, **constants):
    beads, p = creation(rng, theta)
    all_constants = {
        "stretching_k": 100, "length": 6.0, "bending_k": 10, "angle": 1.22, "dihedral_k": 10, "position_k": 20,
    } | constants  # fmt: skip
    beads = beads + rng.normal(size=(4, 3)) * noise
    return arrays([beads[:2], beads[2:]]) | {"branches": branch_table([0], [1], [p], **all_constants)}


@pytest.mark.parametrize("noise", [1e-2, 1.0, 20.0])
@pytest.mark.parametrize("form", DIHEDRALS)
def test_forces_are_the_gradient(form, noise):
    rng = np.random.default_rng(8)
    model = branching_model(form)
    for _ in range(6):
        state = strained(rng, form, noise)
        model.load(**state)
        model.evaluate()
        size = np.abs(model.forces).max()
        assert size > 0
        # rotations about a nearly parallel axis have steep slopes: the step follows the shortest length scale
        assert_forces_match_energy(model, state, h=1e-4 if noise < 1 else 3e-4, tolerance=1e-6 * max(1, 1 / size))


@pytest.mark.parametrize("angle", [1e-3, np.pi / 2, np.pi - 1e-2])
@pytest.mark.parametrize("preferred", [0.0, 1.22])
def test_bending_and_position_near_degenerate_angles(angle, preferred):
    lean = angle + 1e-3 if angle < 2 else angle - 1e-3
    first = np.array([43.2, 0, 0]) + 6 * np.array([np.cos(lean), np.sin(lean), 0])
    last = first + 27 * np.array([np.cos(angle), 0, np.sin(angle)])
    state = arrays([BEADS[:2], [first, last]]) | {
        "branches": branch_table([0], [1], [0.4], bending_k=10, angle=preferred, position_k=20)
    }
    assert_forces_match_energy(branching_model(), state, h=1e-4)


def test_bending_of_a_daughter_parallel_to_its_mother():
    """There is no plane to bend in: the energy of the kink, and no force."""
    beads = np.array([[0, 0, 0], [108, 0, 0], [43.2, 6, 0], [70.2, 6, 0]])
    model, energy = one_branch(beads, bending_k=10, angle=1.22)
    assert energy["BranchingBending"] == pytest.approx(10 * (1 - np.cos(1.22)))
    assert not model.forces.any()


@pytest.mark.parametrize("form", DIHEDRALS)
def test_no_net_force_or_torque_and_no_preferred_orientation(form):
    rng = np.random.default_rng(3)
    for _ in range(5):
        state = strained(rng, form, 10.0)
        model = branching_model(form)
        model.load(**state)
        energy, force, x = model.evaluate(), model.forces, state["x"]
        scale = np.abs(force).max()
        assert np.abs(force.sum(axis=0)).max() < 1e-9 * scale
        assert np.abs(np.cross(x - x[0], force).sum(axis=0)).max() < 1e-7 * scale
        turn = rotation(rng)
        model.load(**(state | {"x": x @ turn.T + [300.0, -700.0, 50.0]}))
        for name, value in model.evaluate().items():
            assert value == pytest.approx(energy[name], rel=1e-8, abs=1e-10)
        assert_allclose(model.forces, force @ turn.T, atol=1e-7 * scale)


@pytest.mark.parametrize("form", DIHEDRALS)
def test_parallel_directions_give_finite_forces(form):
    """The daughter continues the mother; nothing fixes the turn about either axis: its energy is the mean."""
    beads = np.array([[0, 0, 0], [108, 0, 0], [60, 0, 0], [70, 0, 0]], float)
    model, energy = one_branch(beads, 0.5, form, bending_k=10, angle=1.22, dihedral_k=10, position_k=20)
    assert energy["BranchingDihedral"] == pytest.approx(10 if form.startswith("COSINE") else 10 * np.pi**2 / 3)
    assert energy["BranchingPosition"] == pytest.approx(20)
    assert np.isfinite(model.forces).all()


@pytest.mark.parametrize("form", DIHEDRALS)
@pytest.mark.parametrize("sine", [0.002, 0.01, 0.03, 0.049])
def test_dihedral_is_smooth_near_the_axis_of_the_turn(form, sine):
    """A daughter that leans little from the axis, r or the mother: force is the gradient and nothing jumps."""
    axis = np.array([1.0, 0, 0]) if form.endswith("V2") else np.array([0, 1.0, 0])
    energies = []
    for turn in 0.3 + np.linspace(0, 2 * np.pi, 7)[:-1]:  # not straight opposite, where ψ² has a cusp
        side = np.cross(axis, [0, 0, 1.0]) * np.cos(turn) + np.array([0, 0, 1.0]) * np.sin(turn)
        first = np.array([43.2, 6, 0])
        last = first + 27 * (np.sqrt(1 - sine**2) * axis + sine * side)
        branches = branch_table([0], [1], [0.4], dihedral_k=10)
        state = arrays([BEADS[:2], [first, last]]) | {"branches": branches}
        model = branching_model(form)
        assert_forces_match_energy(model, state, h=1e-4, tolerance=1e-5)
        model.load(**state)
        energies.append(model.evaluate()["BranchingDihedral"])
    mean = 10 if form.startswith("COSINE") else 10 * np.pi**2 / 3
    assert np.ptp(energies) < 10 * (sine / 0.05) ** 3 * 10 * mean
    if sine < 0.003:
        assert energies == pytest.approx([mean] * 6, rel=0.01)


def test_mothers_do_not_repel_any_of_their_daughters():
    mother = [[0, 0, 0], [108, 0, 0], [216, 0, 0]]
    daughters = [[[30, 6, 0], [40, 30, 0]], [[60, 6, 0], [70, 30, 0], [80, 60, 0]], [[150, 6, 0], [160, 30, 0]]]
    model = branching_model(excluded_volume="integral")
    state = arrays([mother, *daughters], volume=8.57)
    model.load(**state)
    assert [0, 2] in model.pairs.tolist()
    model.load(**state, branches=branch_table([0, 0, 1], [2, 3, 5], [30 / 108, 60 / 108, 42 / 108]))
    pairs = model.pairs.tolist()
    for pair in ([0, 2], [0, 3], [1, 5]):
        assert pair not in pairs
    for pair in ([1, 2], [0, 4], [2, 3], [0, 5]):
        assert pair in pairs
    model.load(**state)
    assert [0, 2] in model.pairs.tolist()


def test_forms_that_are_off_do_nothing():
    model = make_model()
    model.load(**arrays([BEADS[:2], BEADS[2:]]), branches=branch_table([0], [1], [0.4], stretching_k=100, length=1.0))
    energy = model.evaluate()
    assert not set(energy) & set(ENERGIES)
    assert sum(energy.values()) == 0
    assert not model.branch_force.any() and model.branch_force.shape == (1, 3)


@pytest.mark.parametrize("form", DIHEDRALS)
def test_relaxation_brings_a_strained_branch_to_rest(form):
    rng = np.random.default_rng(7)
    for noise in (1.0, 5.0):
        state = strained(rng, form, noise, bending_k=50, dihedral_k=30, position_k=40)
        state["rest_length"] = np.array([108.0, 2.7])
        state["stretching_k"] = np.array([100.0, 4000.0])
        model = branching_model(form)
        model.load(**state)
        record = model.minimise(gradient_tolerance=1e-5)
        assert record.converged, (noise, record)
        assert record.energy_after < 1e-4
        assert record.evaluations < 1000


def branched_network(seed, mothers=10, branches=30):
    """Straight mothers of five cylinders with branches as they are made, every bead then displaced by about 1 nm."""
    rng = np.random.default_rng(seed)
    filaments, sites, first = [], [], []
    for _ in range(mothers):
        direction = rng.normal(size=3)
        direction *= 27 / np.linalg.norm(direction)
        filaments.append(500 + rng.uniform(-150, 150, 3) + (np.arange(6) - 2.5)[:, None] * direction)
    cylinders = 5 * mothers
    for _ in range(branches):
        mother, cylinder, p = rng.integers(mothers), rng.integers(5), rng.choice([0.1, 0.5, 0.9])
        a, b = filaments[mother][cylinder : cylinder + 2]
        along = (b - a) / np.linalg.norm(b - a)
        aside = np.cross(along, rng.normal(size=3))
        aside /= np.linalg.norm(aside)
        lengths = np.array([*[27.0] * rng.integers(3), 2.7 * rng.integers(1, 11)])
        path = np.concatenate([[0], np.cumsum(lengths)])[:, None] * (np.cos(1.22) * along + np.sin(1.22) * aside)
        filaments.append((1 - p) * a + p * b + 6 * aside + path)
        sites.append((5 * mother + cylinder, p))
        first.append(cylinders)
        cylinders += len(lengths)
    state = arrays(filaments, hinge=2688.0, volume=8.57)
    state["stretching_k"] = 10800 / state["rest_length"]
    state["x"] = state["x"] + rng.normal(size=state["x"].shape)
    constants = {"stretching_k": 100, "length": 6, "bending_k": 10, "angle": 1.22, "dihedral_k": 10, "position_k": 10}
    state["branches"] = branch_table([c for c, _ in sites], first, [p for _, p in sites], **constants)
    return state


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("form", DIHEDRALS)
def test_a_branched_network_relaxes_inside_a_sphere(form, seed):
    model = branching_model(
        form,
        excluded_volume="integral",
        volume_cutoff=60.0,
        boundary_shape=("SPHERICAL", (500, 500, 500), 300.0),
    )
    model.load(**branched_network(seed))
    record = model.minimise()
    assert record.converged
    assert record.energy_before > 1e4
    assert record.energy_after < 20
    assert record.evaluations < 1500
    assert model.boundary_distance(model.positions).min() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mother": [2]}, r"branches\['mother'\]: element 0 is 2"),
        ({"daughter": [-1]}, r"branches\['daughter'\]: element 0"),
        ({"daughter": 1}, r"branches\['daughter'\]: a single value"),
        ({"fraction": [1.5]}, r"branches\['fraction'\]"),
        ({"length": [np.nan]}, r"branches\['length'\]"),
        ({"length": [1.0, 2.0]}, r"branches\['length'\]: shape"),
        ({"colour": [1]}, "unknown key 'colour'"),
        ({"mother": [1]}, "branches from itself"),
    ],
)
def test_wrong_branches_are_refused_by_name(change, message):
    model = branching_model()
    state = arrays([BEADS[:2], BEADS[2:]])
    with pytest.raises(ValueError, match=message):
        model.load(**state, branches=branch_table([0], [1], [0.4]) | change)
    assert len(model.positions) == 0 and len(model.branch_force) == 0
    model.load(**state, branches=branch_table([0], [1], [0.4]))
    assert len(model.positions) == 4


def test_branches_that_cannot_be():
    model = branching_model()
    state = arrays([BEADS[:2], BEADS[2:], [[0, 0, 50], [50, 0, 50], [100, 0, 50]]])
    with pytest.raises(ValueError, match="two mothers"):
        model.load(**state, branches=branch_table([0, 2], [1, 1], [0.4, 0.4]))
    with pytest.raises(ValueError, match="not the first one of its filament"):
        model.load(**state, branches=branch_table([0], [3], [0.4]))
    with pytest.raises(ValueError, match="'mother' is missing"):
        model.load(**state, branches={"daughter": [1], "fraction": [0.4]})
    with pytest.raises(ValueError, match="expected a mapping"):
        model.load(**state, branches=[1, 2])
    with pytest.raises(ValueError, match="branching_dihedral"):
        make_model(branching_dihedral="COSINEV3")
