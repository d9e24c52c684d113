"""Vertices as cells: areas, and rates of passage that keep detailed balance on any mesh."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from surfaces import distorted, equilateral, make_mesh

from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.core.membrane.vertex_cells import VertexCells


def measured(*surfaces, energies=None):
    mesh = make_mesh(*surfaces)
    cells = VertexCells(mesh, 0 if energies is None else len(energies))
    cells.measure(energies)
    return cells


def rates(cells, kind=0):
    """Matrix of passages, (rows, rows)."""
    matrix = np.zeros((cells.rows, cells.rows))
    start, end, rate = cells.passages(kind)
    np.add.at(matrix, (start, end), rate)
    return matrix


def inner(columns, rows):
    """Row of a vertex in the middle of the lattice."""
    return rows // 2 * columns + columns // 2


@pytest.mark.parametrize(("edge", "rate"), [(40.0, 15.0), (30.0, 26.6667)])
def test_equilateral_lattice(edge, rate):
    """D = 36000: equal rates to six neighbours, and so a mean square displacement of 4 D t."""
    x, triangles = equilateral(7, 7, edge)
    cells, v = measured((x, triangles)), inner(7, 7)
    assert cells.areas[v] == pytest.approx({40.0: 1385.640646, 30.0: 779.423}[edge], rel=1e-6)
    out = 36000 * rates(cells)[v]
    assert np.count_nonzero(out) == 6
    assert_allclose(out[out > 0], rate, rtol=1e-5)
    assert (out * ((x - x[v]) ** 2).sum(1)).sum() == pytest.approx(4 * 36000)


def test_square_lattice_with_diagonals():
    i, j = np.meshgrid(np.arange(5), np.arange(5))
    x = 10.0 * np.stack([i, j, 0 * i], axis=-1).reshape(-1, 3)
    quads = [(5 * r + c, 5 * r + c + 1, 5 * r + c + 6, 5 * r + c + 5) for r in range(4) for c in range(4)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    out = rates(measured((x, triangles)))[12]
    assert_allclose(out[[7, 11, 13, 17]], 1 / 100)
    assert_allclose(out[[6, 18]], 0, atol=1e-15)
    assert out.sum() == pytest.approx(4 / 100)


def test_border_edge():
    cells = measured(equilateral(4, 2, 10.0))
    matrix = rates(cells) * cells.areas[:, None]
    assert matrix[1, 2] == pytest.approx(0.288675, rel=1e-5)
    assert matrix[1, 5] == pytest.approx(0.57735, rel=1e-5)


def test_drift_of_a_linear_energy():
    """Σ rate (x_j − x_i) = −D dE/dx, for B(x) − B(−x) = −x."""
    x, triangles = equilateral(7, 7, 40.0)
    for gradient in (0.01, 0.3):
        cells, v = measured((x, triangles), energies=[gradient * x[:, 0] / 4.1]), inner(7, 7)
        drift = 36000 * rates(cells, 1)[v] @ (x - x[v])
        assert_allclose(drift, [-87.804878 * gradient / 0.01, 0, 0], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(("step", "ratio"), [(0.5, 0.606531), (1.0, 0.367879), (2.0, 0.135335), (30.0, np.exp(-30))])
def test_ratio_of_forward_and_backward_rates(step, ratio):
    x, triangles = equilateral(7, 7, 40.0)
    v = inner(7, 7)
    energy = np.zeros(len(x))
    energy[v] = step
    matrix = rates(measured((x, triangles), energies=[energy]), 1)
    assert matrix[v - 1, v] / matrix[v, v - 1] == pytest.approx(ratio, rel=1e-5)


@pytest.mark.parametrize("closed", [True, False])
def test_equilibrium_is_boltzmann_on_any_mesh(closed):
    """Detailed balance edge by edge, obtuse triangles and energies of many kT included; a border is closed."""
    x, triangles = distorted(3, closed=closed, level=2, share=0.2)
    energies = np.random.default_rng(5).normal(size=(2, len(x))) * [[1], [8]]
    cells = measured((x, triangles), energies=energies)
    assert_allclose(cells.areas, Geometry(cells.mesh).vertex_area)
    edges = len(triangles) * 3 / 2 if closed else (len(triangles) * 3 + sum(map(len, cells.mesh.borders()))) / 2
    assert len(cells.passages()[0]) == 2 * edges
    for kind, energy in enumerate([0 * x[:, 0], *energies]):
        flow = (cells.areas * np.exp(-energy))[:, None] * rates(cells, kind)
        # running sums within a vertex are kept, so what passes is known to the last digits of all that leaves it
        rounding = 1e-14 * (flow.sum(1)[:, None] + flow.sum(1))
        assert (abs(flow - flow.T) <= 1e-12 * flow + rounding).all()
        assert (rates(cells, kind) >= 0).all()


def test_harmonics_decay_on_a_sphere():
    """The coordinates are the first harmonic of a sphere: rate 2 D/R², the area-weighted Rayleigh quotient."""
    cells = measured(icosphere(3, 100.0))
    z = cells.mesh.vertices["x"][:, 2]
    matrix = rates(cells)
    change = matrix @ z - matrix.sum(1) * z
    quotient = -(cells.areas * z) @ change / ((cells.areas * z) @ z)
    assert 1000 * quotient == pytest.approx(0.2, rel=1e-9)


def test_after_remeshing_rows_out_of_use_have_no_area():
    from medyan_py.core.membrane.surgery import Surgery

    mesh = make_mesh(icosphere(2, 100.0))
    a = int(mesh.vertices.rows[5])
    b = next(n for n in mesh.neighbours(a) if mesh.vertices["degree"][n] == 6)
    assert Surgery(mesh, 1, [True]).try_collapse(a, b)
    cells = VertexCells(mesh)
    cells.measure()
    assert cells.areas[b] == 0 and (np.delete(cells.areas, b) > 0).all()
    assert b not in np.concatenate(cells.passages()[:2])
    assert cells.areas.sum() == pytest.approx(Geometry(mesh).area(0))


def test_bad_energies_are_refused():
    cells = VertexCells(make_mesh(icosphere(1, 10.0)), 1)
    for energies in (np.zeros((2, 42)), np.zeros((1, 41)), np.full((1, 42), np.inf)):
        with pytest.raises(ValueError, match="energies"):
            cells.measure(energies)
    with pytest.raises(ValueError, match="kind"):
        cells.passages(2)
