"""Bubbles: repulsion, attached filaments, fixed ones, walls, relaxation."""

import numpy as np
import pytest
from mechanical_networks import arrays, assert_forces_match_energy, box, make_model, rotation
from numpy.testing import assert_allclose

FAR = [[[1e5, 0, 0], [1e5, 50, 0]]]  # a filament that feels no bubble


def bubble_model(planes=(), **settings):
    settings = {"excluded_volume": None, "bubble_cutoff": 500.0} | settings
    return make_model(
        planes,
        bubbles=True,
        bubble_repulsion="REPULSIONEXP",
        mtoc_attachment="ATTACHMENTHARMONIC",
        afm_attachment="ATTACHMENTHARMONIC",
        **settings,
    )


def table(x, radius, k=90.0, screening=15.0, **more):
    n = len(x)
    return {"x": x, "radius": np.broadcast_to(np.array(radius, float), n)} | {
        "k": np.broadcast_to(np.array(k, float), n), "screening": np.broadcast_to(np.array(screening, float), n)
    } | more  # fmt: skip


def test_bubble_and_bead():
    model = bubble_model()
    model.load(**arrays([[[750, 0, 0], [5e4, 0, 0]]]), bubbles=table([[0, 0, 0]], 740))
    energy = model.evaluate()
    assert energy["BubbleCylinderRepulsion"] == pytest.approx(46.2075407129, rel=1e-11)
    assert energy["BubbleBubbleRepulsion"] == 0
    assert_allclose(model.forces[0], [3.08050271420, 0, 0], rtol=1e-10)
    assert_allclose(model.bubble_forces, [[-3.08050271420, 0, 0]], rtol=1e-10)


def test_two_bubbles_are_one_pair():
    model = bubble_model()
    model.load(**arrays(FAR), bubbles=table([[0, 0, 0], [0, 270, 0]], [100, 150]))
    assert model.evaluate()["BubbleBubbleRepulsion"] == pytest.approx(23.7237424304, rel=1e-11)
    assert_allclose(model.bubble_forces, [[0, -1.58158282869, 0], [0, 1.58158282869, 0]], rtol=1e-10)


def test_unlike_bubbles_repel_with_mean_constants():
    for order in ([0, 1], [1, 0]):
        model = bubble_model()
        x, radius = np.array([[0, 0, 0], [0, 270, 0]])[order], np.array([100, 150])[order]
        k, screening = np.array([40, 90])[order], np.array([10, 20])[order]
        model.load(**arrays(FAR), bubbles=table(x, radius, k, screening))
        assert model.evaluate()["BubbleBubbleRepulsion"] == pytest.approx(60 * np.exp(-20 / 15))


def test_lone_bubble_does_not_repel_itself():
    model = bubble_model()
    model.load(**arrays(FAR), bubbles=table([[0, 0, 0]], 740))
    assert sum(model.evaluate().values()) == 0
    assert not model.bubble_forces.any()


@pytest.mark.parametrize("afm", [False, True])
@pytest.mark.parametrize(("distance", "sign"), [(104, -1), (96, 1)])
def test_attachment(afm, distance, sign):
    model = bubble_model()
    attached = {"bubble": [0], "filament": [0], "k": [40.0], "afm": [afm]}
    state = arrays([[[distance, 0, 0], [distance + 50, 0, 0]]])
    model.load(**state, bubbles=table([[0, 0, 0]], 100), attachments=attached)
    energy = model.evaluate()
    assert energy["AFMAttachment" if afm else "MTOCAttachment"] == pytest.approx(320)
    assert energy["MTOCAttachment" if afm else "AFMAttachment"] == 0
    assert energy["BubbleCylinderRepulsion"] == 0  # not of its own filament
    assert_allclose(model.forces, [[160 * sign, 0, 0], [0, 0, 0]])
    assert_allclose(model.attachment_force, [[-160 * sign, 0, 0]])
    model.load(**state, bubbles=table([[0, 0, 0]], 100))
    assert model.evaluate()["BubbleCylinderRepulsion"] > 0
    assert not model.attachment_force.any()


def test_other_bubbles_still_repel_an_attached_filament():
    model = bubble_model()
    attached = {"bubble": [1], "filament": [0], "k": [40.0]}
    model.load(
        **arrays([[[104, 0, 0], [154, 0, 0]]]), bubbles=table([[0, 0, 0], [204, 0, 0]], 100), attachments=attached
    )
    only = 90 * (np.exp(-4 / 15) + np.exp(-54 / 15))
    assert model.evaluate()["BubbleCylinderRepulsion"] == pytest.approx(only)


@pytest.mark.parametrize(("cutoff", "felt"), [(20.01, True), (19.99, False)])
def test_cutoffs_are_counted_from_the_surfaces(cutoff, felt):
    """20 nm between two bubbles; 20 nm between a bubble and a bead."""
    model = bubble_model(bubble_cutoff=cutoff)
    pair = table([[0, 0, 0], [0, 270, 0]], [100, 150])
    model.load(**arrays(FAR), bubbles=pair)
    assert (model.evaluate()["BubbleBubbleRepulsion"] > 0) == felt
    model.load(**arrays([[[120, 0, 0], [220, 0, 0]]]), bubbles=table([[0, 0, 0]], 100))
    assert (model.evaluate()["BubbleCylinderRepulsion"] > 0) == felt


def test_wall_repels_the_surface_but_not_from_its_own_plane():
    planes = [[0, 0, 0, 1, 0, 0], [500, 0, 0, -1, 0, 0]]
    model = bubble_model(planes)
    x = [[110, 0, 0], [495, 400, 0]]
    model.load(**arrays(FAR), bubbles=table(x, [100, 10]))
    first, second = 41 * np.exp(-10 / 2.7), 41 * np.exp(5 / 2.7)
    assert model.evaluate()["BoundaryBubbleRepulsion"] == pytest.approx(first + second)
    model.load(**arrays(FAR), bubbles=table(x, [100, 10], plane=[-1, 1]))
    assert model.evaluate()["BoundaryBubbleRepulsion"] == pytest.approx(first)
    assert_allclose(model.bubble_forces[0], [first / 2.7, 0, 0], atol=1e-9)


def random_state(seed, fixed=(False, True, False)):
    rng = np.random.default_rng(seed)
    filaments = [rng.uniform(0, 200, 3) + np.arange(4)[:, None] * rng.normal(size=3) * 12 for _ in range(4)]
    state = arrays(filaments, rest=20.0, stretching=60.0, hinge=300.0)
    state["bubbles"] = table(rng.uniform(0, 200, (3, 3)), [40, 50, 60], [60, 90, 30], [15, 20, 25], fixed=fixed)
    state["attachments"] = {
        "bubble": [2, 0, 1],
        "filament": [0, 1, 3],
        "k": [4.0, 8.0, 2.0],
        "afm": [False, True, True],
    }
    return state


@pytest.mark.parametrize("seed", range(3))
def test_forces_are_the_gradient(seed):
    model = bubble_model(box([-60] * 3, [260] * 3), boundary_screening=20.0, boundary_cutoff=1e5, bubble_cutoff=1e5)
    assert_forces_match_energy(model, random_state(seed))


def test_forces_are_the_gradient_deep_inside_a_bubble():
    model = bubble_model(bubble_cutoff=1e5)
    state = arrays([[[-3, 2, 1], [40, 0, 0]]]) | {"bubbles": table([[0, 0, 0]], 740)}
    assert_forces_match_energy(model, state, h=1e-4)
    state["x"] = np.array([[0, 0, 0], [40, 0, 0.0]])
    model.load(**state)
    assert np.isfinite(sum(model.evaluate().values())) and not model.forces[0].any()


def test_no_net_force_or_torque_and_no_preferred_orientation():
    rng = np.random.default_rng(2)
    state = random_state(5)
    model = bubble_model(bubble_cutoff=1e5)
    model.load(**state)
    energy = model.evaluate()
    x, force = np.r_[state["x"], state["bubbles"]["x"]], np.r_[model.forces, model.bubble_forces]
    scale = np.abs(force).max()
    assert np.abs(force.sum(axis=0)).max() < 1e-9 * scale
    assert np.abs(np.cross(x, force).sum(axis=0)).max() < 1e-9 * scale * 200
    turn, shift = rotation(rng), np.array([10.0, -20.0, 30.0])
    bubbles = state["bubbles"] | {"x": state["bubbles"]["x"] @ turn.T + shift}
    model.load(**(state | {"x": state["x"] @ turn.T + shift, "bubbles": bubbles}))
    assert model.evaluate() == pytest.approx(energy, rel=1e-9)
    assert_allclose(model.bubble_forces, force[-3:] @ turn.T, atol=1e-8 * scale)


@pytest.mark.parametrize("scheme", ["preconditioned", "backtracking"])
def test_fixed_bubbles_stay_and_keep_their_order(scheme):
    model = bubble_model(box([-60] * 3, [260] * 3))
    state = random_state(1)
    model.load(**state)
    assert_allclose(model.bubble_positions, state["bubbles"]["x"])
    record = model.minimise(scheme=scheme)
    moved = np.linalg.norm(model.bubble_positions - state["bubbles"]["x"], axis=1)
    assert moved[1] == 0 and moved[0] > 0.1 and moved[2] > 0.1
    assert record.energy_after < record.energy_before
    assert record.converged
    # the tolerance concerns what can move; the fixed bubble is under load
    assert max(np.abs(model.forces).max(), np.abs(model.bubble_forces[[0, 2]]).max()) < 1.0
    assert record.residual < 1.0
    displacement = max(np.linalg.norm(model.positions - state["x"], axis=1).max(), moved.max())
    assert record.largest_displacement == pytest.approx(displacement)


def test_a_heavy_load_on_a_fixed_bubble_does_not_keep_the_search_going():
    attached = {"bubble": [0], "filament": [0], "k": [40.0]}
    state = arrays([[[130, 0, 0], [184, 0, 0]]], stretching=100.0)
    pins = {"bead": [0, 1], "place": state["x"], "k": [1e5, 1e5]}
    model = bubble_model(pinning=True)
    model.load(**state, bubbles=table([[0, 0, 0]], 100, fixed=[True]), attachments=attached, pins=pins)
    record = model.minimise(gradient_tolerance=1e-4)
    assert record.converged and record.residual < 1e-4
    assert np.abs(model.attachment_force).max() > 1000


@pytest.mark.parametrize("fixed", [False, True])
def test_aster_relaxes_to_a_symmetric_shape(fixed):
    """Six filaments on the axes of a bubble, pushed off their places: the ends come to rest at the radius."""
    rng = np.random.default_rng(0)
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    filaments = [500 + axis * (120 + 54 * np.arange(4)[:, None]) + rng.normal(size=(4, 3)) for axis in axes]
    model = bubble_model(box([0] * 3, [1000] * 3))
    state = arrays(filaments, rest=54.0, stretching=200.0, hinge=1344.0)
    attached = {"bubble": [0] * 6, "filament": np.arange(6), "k": np.full(6, 40.0)}
    model.load(**state, bubbles=table([[500, 500, 500.0]], 100, fixed=[fixed]), attachments=attached)
    record = model.minimise(gradient_tolerance=1e-3)
    assert record.converged
    ends = model.positions[::4] - model.bubble_positions[0]
    assert_allclose(np.linalg.norm(ends, axis=1), 100, atol=1e-2)
    assert_allclose(model.attachment_force, 0, atol=0.1)
    assert record.energy_after < 1e-2


def test_bubbles_move_and_lists_follow():
    """A bubble pulled by its filament is stopped by another one that was out of reach at the start."""
    pins = {"bead": [0, 1], "place": [[0, 0, 0], [50, 0, 0]], "k": [1e4, 1e4]}
    bubbles = table([[-300, 0, 0], [0, 0, 0]], [50, 30], fixed=[False, True])
    model = bubble_model(pinning=True, bubble_cutoff=40.0)
    attached = {"bubble": [0, 1], "filament": [0, 1], "k": [1.0, 0.0]}
    state = arrays([[[0, 0, 0], [50, 0, 0]], [[0, 5000, 0], [50, 5000, 0]]], stretching=100.0)
    model.load(**state, bubbles=bubbles, attachments=attached, pins=pins)
    record = model.minimise(gradient_tolerance=1e-4)
    assert record.rebuilds > 0
    assert record.converged
    assert record.energies_before["BubbleBubbleRepulsion"] == 0
    assert record.energies_after["BubbleBubbleRepulsion"] > 0
    distance = -model.bubble_positions[0, 0]
    assert distance - 50 == pytest.approx(90 / 15 * np.exp((80 - distance) / 15), rel=1e-3)


@pytest.mark.parametrize("fixed", [[False] * 3, [True, False, False], [True, True, False]])
@pytest.mark.parametrize("scheme", ["preconditioned", "backtracking"])
def test_coinciding_bubbles_part(scheme, fixed):
    """Their repulsion has no direction; where two are fixed in one place nothing can be done about these."""
    model = bubble_model()
    model.load(**arrays(FAR), bubbles=table([[7, 8, 9]] * 3, [20, 30, 40], fixed=fixed))
    record = model.minimise(scheme=scheme)
    assert record.separated == (3 if sum(fixed) < 2 else 1) and record.converged
    x = model.bubble_positions
    distances = [np.linalg.norm(x[0] - x[2]), np.linalg.norm(x[1] - x[2])]
    assert min(distances) > 60 and (np.linalg.norm(x[0] - x[1]) > 50 or sum(fixed) == 2)


def test_a_bead_in_the_very_centre_of_a_bubble_is_pushed_out():
    model = bubble_model()
    model.load(**arrays([[[7, 8, 9], [60, 8, 9]]], stretching=1.0), bubbles=table([[7, 8, 9]], 40, fixed=[True]))
    record = model.minimise()
    assert record.separated == 1 and record.converged
    assert np.linalg.norm(model.positions[0] - [7, 8, 9]) > 40


@pytest.mark.parametrize(
    ("bubbles", "attachments", "message"),
    [
        (table([[0, 0]], 10), None, r"bubbles\['x'\]: shape"),
        (table([[0, 0, np.inf]], 10), None, r"bubbles\['x'\]: element 2"),
        (table([[0, 0, 0]], -1), None, r"bubbles\['radius'\]"),
        (table([[0, 0, 0]], 1, screening=0.0), None, r"bubbles\['screening'\]"),
        (table([[0, 0, 0]], 1, fixed=[2]), None, r"bubbles\['fixed'\]"),
        (table([[0, 0, 0]], 1, plane=[0]), None, r"bubbles\['plane'\]"),
        ({"x": [[0, 0, 0]]}, None, "bubbles: 'radius' is missing"),
        (None, {"bubble": [0], "filament": [0], "k": [1.0]}, "no bubbles"),
        (table([[0, 0, 0]], 1), {"bubble": [1], "filament": [0], "k": [1.0]}, r"attachments\['bubble'\]"),
        (table([[0, 0, 0]], 1), {"bubble": [0], "filament": [1], "k": [1.0]}, r"attachments\['filament'\]"),
        (table([[0, 0, 0]], 1), {"bubble": [0, 0], "filament": [0, 0], "k": [1.0, 1.0]}, "attached twice"),
        (table([[0, 0, 0]], 1), {"bubble": [0], "filament": [0], "k": [-1.0]}, r"attachments\['k'\]"),
    ],
)
def test_wrong_bubbles_are_refused_by_name(bubbles, attachments, message):
    model = bubble_model()
    with pytest.raises(ValueError, match=message):
        model.load(**arrays(FAR), bubbles=bubbles, attachments=attachments)
    assert len(model.positions) == len(model.bubble_positions) == 0
    assert model.minimise().converged


def test_a_model_without_bubbles_refuses_them():
    with pytest.raises(ValueError, match="made without them"):
        make_model().load(**arrays(FAR), bubbles=table([[0, 0, 0]], 1))
    with pytest.raises(ValueError, match="must be True for bubble_repulsion"):
        make_model(bubble_repulsion="REPULSIONEXP")
    with pytest.raises(ValueError, match="bubble_cutoff"):
        bubble_model(bubble_cutoff=0.0)
    with pytest.raises(ValueError, match="bubble_cutoff: None, must be a number"):
        bubble_model(bubble_cutoff=None)


def test_only_bubbles():
    model = bubble_model()
    model.load(**arrays([]), bubbles=table([[0, 0, 0], [10, 0, 0]], 40))
    record = model.minimise()
    assert record.converged and record.energy_after < record.energy_before
    assert model.positions.shape == (0, 3)
