"""The interpreter is free while a model works, and a model at work cannot be disturbed."""

import threading
import time

import numpy as np
import pytest
from mechanical_networks import arrays, make_model


def slow_model():
    """Two crumpled chains, far from rest."""
    rng = np.random.default_rng(0)
    model = make_model(excluded_volume=None)
    filaments = np.cumsum(rng.normal(size=(2, 400, 3)) * 20, axis=1) + np.array([[[0, 0, 0]], [[0, 0, 1e4]]])
    model.load(**arrays(filaments, rest=27.0, stretching=100.0, hinge=672.0))
    return model


def test_two_models_relax_in_two_threads_as_alone():
    alone = [slow_model(), slow_model()]
    records = [model.minimise() for model in alone]
    together = [slow_model(), slow_model()]
    found = [None, None]

    def work(i):
        found[i] = together[i].minimise()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == records
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.positions, other.positions)


def test_a_model_at_work_refuses_other_threads():
    model, state = slow_model(), arrays([[[0, 0, 0], [108, 0, 0]]])
    records = []
    thread = threading.Thread(target=lambda: records.append(model.minimise(max_distance=1e-5)))
    thread.start()
    refused = 0
    deadline = time.monotonic() + 20
    while thread.is_alive() and refused < 4 and time.monotonic() < deadline:
        for action in (lambda: model.load(**state), model.evaluate, model.minimise, model.clear):
            if not thread.is_alive():
                break
            with pytest.raises(RuntimeError, match="another thread"):
                action()
            refused += 1
        time.sleep(0)
    thread.join()
    assert refused >= 4
    assert len(records) == 1 and len(model.positions) == 800
    model.load(**state)
    assert len(model.positions) == 2
