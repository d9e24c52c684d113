"""What the model accepts, refuses and hands back."""

import gc

import numpy as np
import pytest
from mechanical_networks import arrays, make_model, solve

from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.core.mechanics.model import MechanicalModel

FILAMENTS = [[[0, 0, 0], [50, 0, 0], [100, 0, 0]], [[0, 60, 0], [50, 60, 0]]]
BONDS = [(0, 2, 0.5, 0.5, 8.0, 35.0, False)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.zeros((5, 2))}, "x: shape"),
        ({"x": np.full((5, 3), np.nan)}, "x: element 0 is nan"),
        ({"x": [["a"] * 3] * 5}, "x: cannot be read"),
        ({"filament_start": [0, 3]}, "filament_start|filament_key"),
        ({"filament_start": [0, 4, 5]}, "filament 1 has 1 beads"),
        ({"filament_start": [0, 3, 6]}, "filament_start: element 2"),
        ({"filament_start": [1, 3, 5]}, "begins with 1"),
        ({"filament_start": [0, 5, 5]}, "filament 1 has 0 beads"),
        ({"filament_start": [[0, 3, 5]]}, "filament_start: shape"),
        ({"filament_key": [1]}, "filament_key: shape"),
        ({"filament_key": [1.5, 2.5]}, "filament_key: dtype"),
        ({"bond_rest": 3.0, "bond_k": [1.0, 2.0]}, "bond_k: shape"),
        ({"position": [0, 1]}, "position: shape"),
        ({"position": [0.0, 1.0, 0.5]}, "position: dtype"),
        ({"rest_length": [50, 0, 50]}, "rest_length: element 1"),
        ({"stretching_k": [1, np.inf, 1]}, "stretching_k: element 1"),
        ({"hinge_k": [1, -1, 1, 1, 1]}, "hinge_k: element 1"),
        ({"serial": [0]}, "serial: shape"),
        ({"monomer_interval": [1, 0, 1]}, "monomer_interval: element 1"),
        ({"bond_cylinders": [[0, 3]]}, "bond_cylinders: element 1 is 3"),
        ({"bond_cylinders": [[-1, 0]]}, "bond_cylinders: element 0"),
        ({"bond_cylinders": [[0, 2], [0, 2]]}, "bond_cylinders: shape"),
        ({"bond_fractions": [[0.5, 1.5]]}, "bond_fractions: element 1"),
        ({"bond_k": [np.nan]}, "bond_k: element 0"),
        ({"bond_is_motor": [2]}, "bond_is_motor: element 0"),
    ],
)
def test_wrong_arrays_are_refused_by_name(change, message):
    model = make_model()
    state = arrays(FILAMENTS, BONDS)
    model.load(**state)
    with pytest.raises(ValueError, match=message):
        model.load(**(state | change))
    assert len(model.positions) == 0
    assert model.minimise().converged
    assert sum(model.evaluate().values()) == 0
    model.load(**state)
    assert len(model.positions) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"planes": np.zeros((1, 5))}, "planes: shape"),
        ({"planes": np.ones((1, 6))}, "length 1"),
        ({"bending": "SPRINGY"}, "bending"),
        ({"excluded_volume": "hard"}, "excluded_volume"),
        ({"volume_cutoff": 0.0}, "volume_cutoff"),
        ({"boundary_k": -1.0, "planes": [[0, 0, 0, 1, 0, 0]]}, "boundary_k"),
        ({"boundary_screening": 0.0, "planes": [[0, 0, 0, 1, 0, 0]]}, "boundary_screening"),
        ({"boundary_cutoff": np.nan, "planes": [[0, 0, 0, 1, 0, 0]]}, "boundary_cutoff"),
    ],
)
def test_wrong_settings_are_refused_by_name(change, message):
    settings = {
        "planes": np.zeros((0, 6)), "boundary_k": 41.0, "boundary_screening": 2.7, "boundary_cutoff": 100.0,
        "bending": "COSINE", "excluded_volume": "integral", "volume_cutoff": 100.0,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        MechanicalModel(**(settings | change))


@pytest.mark.parametrize(
    "option",
    [{"method": "NEWTON"}, {"gradient_tolerance": 0}, {"max_distance": -1}, {"energy_change_relative_tolerance": -1}],
)
def test_wrong_minimiser_options_are_refused(option):
    model, _ = solve(FILAMENTS)
    with pytest.raises(ValueError, match=next(iter(option))):
        model.minimise(**option)


def test_infinite_energy_names_interaction_objects_and_places():
    model = make_model()
    model.load(**arrays([[[0, 0, 0], [108, 0, 0]], [[54, -54, 0], [54, 54, 0]]], volume=8.57))
    with pytest.raises(MechanicsError, match=r"CylinderExcludeVolume.*cylinders 0 and 1 .*bead 3 \(54, 54, 0\)"):
        model.evaluate()


def test_beads_in_one_place_name_the_cylinder():
    model = make_model(bending=None, excluded_volume=None)
    model.load(**arrays([[[5, 0, 0], [5, 0, 0]]], rest=10.0, stretching=100.0))
    for action in (model.evaluate, model.minimise):
        with pytest.raises(MechanicsError, match=r"FilamentStretching.*cylinder 0 .*\(5, 0, 0\)"):
            action()


def test_arrays_handed_out_are_safe_copies():
    model, _ = solve(FILAMENTS, BONDS, stretching=1.0)
    x, forces, pairs = model.positions, model.forces, model.pairs
    x[:] = np.nan
    assert np.isfinite(model.positions).all()
    rng = np.random.default_rng(0)
    model.load(**arrays([rng.uniform(0, 100, (50, 3)) for _ in range(50)]))
    del model
    gc.collect()
    assert forces.shape == (5, 3)
    assert pairs.shape[1] == 2


def test_input_arrays_of_any_layout_and_integer_type():
    state = arrays(FILAMENTS, BONDS, stretching=1.0)
    model, expected = solve(FILAMENTS, BONDS, stretching=1.0)
    state["x"] = np.asfortranarray(state["x"])
    state["position"] = state["position"].astype(np.uint16)
    state["bond_cylinders"] = state["bond_cylinders"].tolist()
    model.load(**state)
    assert model.evaluate() == expected


def test_names_and_order_of_the_energies():
    _, energy = solve(FILAMENTS, model=make_model([[0, -100, 0, 0, 1, 0]]))
    assert list(energy) == [
        "FilamentStretching", "FilamentBending", "LinkerStretching", "MotorStretching", "CylinderExcludeVolume",
        "BoundaryCylinderRepulsion",
    ]  # fmt: skip
