"""An organising centre whose filaments repel each other relaxes to the most symmetric shape there is."""

import numpy as np
import pytest

from medyan_py.core.mechanics.model import MechanicalModel

# angles between neighbouring filaments (degrees): a line, a triangle, a tetrahedron, an octahedron, an icosahedron
SHAPES = {2: 180.0, 3: 120.0, 4: np.degrees(np.arccos(-1 / 3)), 6: 90.0, 12: np.degrees(np.arctan(2))}


def aster(n, seed):
    """Model of n filaments of one cylinder in random directions from a bubble of 50 nm that is free to move."""
    direction = np.random.default_rng(seed).normal(size=(n, 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    model = MechanicalModel(
        planes=np.zeros((0, 6)),
        boundary_k=1.0,
        boundary_screening=1.0,
        boundary_cutoff=1.0,
        bending=None,
        excluded_volume="integral",
        volume_cutoff=1000.0,
        bubbles=True,
        mtoc_attachment="ATTACHMENTHARMONIC",
    )
    model.load(
        np.stack([50.0 * direction, 158.0 * direction], axis=1).reshape(-1, 3),
        2 * np.arange(n + 1),
        np.arange(n),
        np.zeros(n, int),
        np.full(n, 108.0),
        np.full(n, 100.0),
        np.zeros(2 * n),
        np.zeros(2 * n),
        np.full(n, 1e6),
        np.zeros(2 * n, int),
        np.full(n, 2.7),
        np.ones(n, int),
        np.zeros((0, 2), int),
        np.zeros((0, 2)),
        np.zeros(0),
        np.zeros(0),
        np.zeros(0, bool),
        bubbles={"x": [[0.0, 0.0, 0.0]], "radius": [50.0]},
        attachments={"bubble": np.zeros(n, int), "filament": np.arange(n), "k": np.full(n, 50.0)},
    )
    return model


@pytest.mark.parametrize("n", SHAPES)
@pytest.mark.parametrize("seed", [1, 2])
def test_aster_relaxes_to_its_symmetric_shape(n, seed):
    model = aster(n, seed)
    for _ in range(5):
        record = model.minimise(gradient_tolerance=1e-6, max_distance=20.0)
        if record.status == "converged":
            break
    assert record.status == "converged"
    minus, plus = (model.positions[side::2] - model.bubble_positions[0] for side in (0, 1))
    distance = np.linalg.norm(minus, axis=1)
    assert np.ptp(distance) < 0.01 and 50.0 < distance.mean() < 50.5  # springs pulled by the same repulsion
    for points in (minus, plus):
        directions = points / np.linalg.norm(points, axis=1)[:, None]
        cosines = np.clip(directions @ directions.T, -1, 1) - 2 * np.eye(n)
        np.testing.assert_allclose(np.degrees(np.arccos(cosines.max(axis=1))), SHAPES[n], atol=0.1)
    assert np.abs(model.attachment_force).max() < 1e-4
