"""Forces on several threads: the same bits for the same number, the same forces for any."""

import numpy as np
import pytest
from mechanical_networks import arrays, box, make_model
from numpy.testing import assert_allclose

from medyan_py.core.mechanics.model import OPENMP

needs_openmp = pytest.mark.skipif(not OPENMP, reason="compiled without OpenMP")


def crowd(filaments=300, cylinders=5, side=900.0):
    """A dense network with bonds and walls, large enough to be worth several threads."""
    rng = np.random.default_rng(5)
    step = rng.normal(size=(filaments, 1, 3))
    step *= 54 / np.linalg.norm(step, axis=2, keepdims=True)
    x = rng.uniform(0, side, (filaments, 1, 3)) + np.arange(cylinders + 1)[:, None] * step
    x += rng.normal(size=x.shape)
    total = filaments * cylinders
    bonds = [(*rng.choice(total, 2, replace=False), *rng.random(2), 0.001, 40.0, i % 2) for i in range(total // 3)]
    return arrays(x, bonds, rest=54.0, stretching=100.0, hinge=672.0, volume=137.0)


def model_with(threads):
    model = make_model(box([0] * 3, [900] * 3), volume_cutoff=120.0, boundary_cutoff=200.0)
    model.threads = threads
    return model


def evaluated(threads, state):
    model = model_with(threads)
    model.load(**state)
    assert len(model.pairs) + len(state["rest_length"]) > 5000
    energies = model.evaluate()
    return energies, model.forces


@needs_openmp
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_forces_are_the_same_bits_each_time_and_those_of_one_thread(threads):
    state = crowd()
    energies, forces = evaluated(threads, state)
    alone, forces_alone = evaluated(1, state)
    assert energies == pytest.approx(alone, rel=1e-12)
    assert_allclose(forces, forces_alone, rtol=1e-9, atol=1e-9 * np.abs(forces_alone).max())
    assert not np.array_equal(forces, forces_alone)  # several runs of terms were summed
    for _ in range(20):
        again, forces_again = evaluated(threads, state)
        assert again == energies
        assert np.array_equal(forces_again, forces)


@needs_openmp
def test_minimisations_are_the_same_bits_each_time():
    state, ends = crowd(), []
    for _ in range(2):
        model = model_with(3)
        model.load(**state)
        ends.append((model.minimise(gradient_tolerance=3000.0, predicted_decrease=np.inf), model.positions))
    assert ends[0][0] == ends[1][0]
    assert ends[0][0].converged and ends[0][0].iterations > 3
    assert np.array_equal(ends[0][1], ends[1][1])


@needs_openmp
def test_small_systems_use_one_thread():
    state = crowd(filaments=12, cylinders=4) | {"volume_k": np.zeros(48)}
    ends = []
    for threads in (1, 5):
        model = model_with(threads)
        model.load(**state)
        model.minimise()
        ends.append(model.positions)
    assert np.array_equal(*ends)


def test_number_of_threads_is_checked():
    model = make_model()
    assert model.threads == 1
    for wrong in (0, -1, 1.5, 2000):
        with pytest.raises(ValueError, match="threads"):
            model.threads = wrong
    if not OPENMP:
        with pytest.raises(ValueError, match="without OpenMP"):
            model.threads = 2


def test_command_line_without_openmp(monkeypatch):
    import argparse

    from medyan_py.cli import numbers

    monkeypatch.setattr(numbers, "OPENMP", False)
    assert [numbers.thread_count(text) for text in ("1", "0", "-3")] == [1, 1, 1]
    with pytest.raises(argparse.ArgumentTypeError, match="compiled without OpenMP"):
        numbers.thread_count("2")
    monkeypatch.setattr(numbers, "OPENMP", True)
    monkeypatch.setattr(numbers, "available_processors", lambda: 6)
    assert [numbers.thread_count(text) for text in ("2", "0", "-3")] == [2, 6, 1]
