"""Membranes against theory: pressure of tense vesicles, flattening of sheets, shapes."""

import numpy as np
import pytest
from axisymmetric import tether_force, vesicle_energy
from numpy.testing import assert_allclose
from surfaces import disc, equilateral, make_mesh, make_model, no_filaments, table

from medyan_py.core.membrane.exchange import model_arrays
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.remeshing import Remesher
from medyan_py.core.membrane.shapes import icosphere


def relax(model, x, triangles, tolerance=1e-3, **constants):
    """Positions at rest: modes of shape are so soft that the default stop leaves radii 2 % apart."""
    model.load(**no_filaments(), membranes=table(x, triangles, **constants))
    for _ in range(20):
        record = model.minimise(gradient_tolerance=tolerance, predicted_decrease=1e-6, max_distance=1.0)
        if record.iterations == 0:
            break
    assert record.status in ("converged", "stalled")
    return model.vertex_positions


@pytest.mark.parametrize(("rest_radius", "tension", "radius"), [(800.0, 0.02, 799.98333), (100.0, 1.0, 99.15238)])
def test_laplace_pressure(rest_radius, tension, radius):
    """k (1 − (R/R₀)³) = 2 σ/R."""
    x, triangles = icosphere(4, rest_radius)
    start = Geometry(make_mesh((x, triangles)))
    x *= (4 / 3 * np.pi * rest_radius**3 / start.volume(0)) ** (1 / 3)
    rest = 4 / 3 * np.pi * rest_radius**3
    model = make_model(tension="CONSTANT", volume="MEMBRANE")
    x = relax(model, x, triangles, bending_k=[100.0], tension=[tension], volume_k=[0.8], rest_volume=[rest])
    loss = 1 - Geometry(make_mesh((x, triangles))).volume(0) / rest
    assert loss == pytest.approx(1 - (radius / rest_radius) ** 3, rel=4e-3)
    assert 0.8 * loss == pytest.approx(2 * tension / radius, rel=4e-3)


@pytest.mark.parametrize("curvature", [-0.005, 0.005])
def test_laplace_pressure_with_spontaneous_curvature(curvature):
    """P = 2 σ/R − 4 κ c₀ (1 − c₀R)/R²."""
    x, triangles = icosphere(4, 100.0)
    rest = 4 / 3 * np.pi * 1e6
    x *= (rest / Geometry(make_mesh((x, triangles))).volume(0)) ** (1 / 3)
    constants = {"tension": [0.02], "spontaneous_curvature": [curvature], "volume_k": [0.8], "rest_volume": [rest]}
    model = make_model(tension="CONSTANT", volume="MEMBRANE")
    x = relax(model, x, triangles, 1e-4, bending_k=[100.0], **constants)
    volume = Geometry(make_mesh((x, triangles))).volume(0)
    radius = (3 * volume / (4 * np.pi)) ** (1 / 3)
    expected = 2 * 0.02 / radius - 400 * curvature * (1 - curvature * radius) / radius**2
    assert 0.8 * (1 - volume / rest) == pytest.approx(expected, rel=0.015)


def test_bent_sheet_flattens():
    """A sheet with its border held in a plane has its least bending energy when it is flat."""
    x, triangles = equilateral(12, 12, 20.0)
    mesh = make_mesh((x, triangles))
    border = mesh.vertices["border"] != 0
    bent = x.copy()
    bent[:, 2] = np.where(border, 0, 15 * np.sin(x[:, 0] / 40) * np.cos(x[:, 1] / 50))
    model = make_model(tension="CONSTANT")
    found = relax(model, bent, triangles, 1e-4, bending_k=[100.0], tension=[0.02], fixed=border)
    assert np.abs(bent[:, 2]).max() > 10
    assert np.abs(found[:, 2]).max() < 0.5
    assert_allclose(found[border], x[border], rtol=0)


@pytest.mark.parametrize("policy", ["with-sign", "squared", "mem3dg"])
def test_area_elasticity_without_volume_gives_a_sphere(policy):
    """Bending is free of scale, so the rest area alone sets the radius: R = R₀ √f. The start is rough.

    Not with ``mixed-voronoi``, whose error, right as its curvatures are, lets obtuse triangles cost too little: on this
    mesh it finds a prolate shape 0.5 % below 8πκ.
    """
    x, triangles = icosphere(3, 100.0)
    x = x + np.random.default_rng(2).normal(size=x.shape)
    rest = 0.81 * Geometry(make_mesh((x, triangles))).area(0)
    model = make_model(curvature_policy=policy, stretching="GLOBAL_HARMONIC")
    x = relax(model, x, triangles, bending_k=[100.0], area_k=[400.0], rest_area=[rest])
    shape = Geometry(make_mesh((x, triangles)))
    assert shape.area(0) == pytest.approx(rest, rel=1e-4)
    radius = np.linalg.norm(x - x.mean(0), axis=1)
    assert_allclose(radius, radius.mean(), rtol=0.02)
    assert model.evaluate()["MembraneBending"] == pytest.approx(800 * np.pi, rel=0.005)


def deflate(squeeze, volumes):
    """Relax a squeezed sphere at fixed area and falling reduced volumes V/(4π/3 (A/4π)^{3/2}), remeshing in between.

    Returns vertices, bending energy over 8πκ and the reduced volume reached.
    """
    x, triangles = icosphere(3, 100.0)
    mesh = make_mesh((x * np.array(squeeze), triangles), species=1)
    mesh.vertices["copies"][mesh.vertices.rows] = 5
    molecules = mesh.vertices["copies"].sum()
    remesher = Remesher(mesh, 3, [False], max_size=18.0)
    model = make_model(stretching="GLOBAL_HARMONIC", volume="MEMBRANE")
    area = Geometry(mesh).area(0)
    sphere = area**1.5 / (6 * np.pi**0.5)
    for volume in volumes:
        remesher.adapt()
        arrays, rows, _ = model_arrays(mesh, ["border1"])
        constants = {"bending_k": [20.0], "area_k": [4.0], "rest_area": [area], "volume_k": [0.8]}
        model.load(**no_filaments(), membranes=arrays | constants | {"rest_volume": [volume * sphere]})
        record = model.minimise(gradient_tolerance=5e-2, max_distance=1.0, predicted_decrease=0.04)
        assert record.converged
        mesh.vertices["x"][rows] = model.vertex_positions
    mesh.check()
    assert mesh.vertices["copies"][mesh.vertices.rows].sum() == molecules
    shape = Geometry(mesh)
    found = shape.volume(0) / shape.area(0) ** 1.5 * 6 * np.pi**0.5
    assert found == pytest.approx(volumes[-1], abs=6e-3)
    return mesh.vertices["x"][rows], record.energies_after["MembraneBending"] / (8 * np.pi * 20.0), found


@pytest.mark.slow
def test_discocyte():
    """Biconcave at reduced volume 0.6, with the shape and energy of the axisymmetric one (Seifert et al. 1991).

    Edges are at most 0.3 radii of curvature long, for which meshes overestimate the energy of a sphere by 0.3 to 1 %.
    """
    assert vesicle_energy(0.6)[0] == pytest.approx(1.956, abs=2e-3)
    x, energy, volume = deflate((1, 1, 0.3), np.r_[0.7:0.6:-0.01, [0.6] * 5])
    expected, contour = vesicle_energy(volume)
    assert energy == pytest.approx(expected, rel=0.01)
    x = x - x.mean(0)
    axis = np.linalg.eigh(x.T @ x)[1][:, 0]
    height, radius = np.abs(x @ axis), np.linalg.norm(x - np.outer(x @ axis, axis), axis=1)
    contour *= radius.max() / contour[:, 0].max()
    away = np.sqrt(((np.stack([radius, height], axis=1)[:, None] - contour[None]) ** 2).sum(axis=2)).min(axis=1)
    assert away.max() < 0.04 * radius.max()
    assert height[radius < 0.2 * radius.max()].mean() < 0.6 * height.max()


@pytest.mark.slow
def test_vesicles_of_larger_volume_are_prolate():
    """At 0.75 a prolate costs 1.502, an oblate 1.574 times 8πκ; a slightly flattened sphere becomes a prolate."""
    x, energy, volume = deflate((1, 1, 0.8), np.r_[0.99:0.75:-0.015, [0.75] * 5])
    assert energy == pytest.approx(vesicle_energy(volume, oblate=False)[0], rel=0.01)
    extent = np.sort(np.sqrt(np.linalg.eigvalsh(np.cov(x.T))))
    assert extent[1] < 0.6 * extent[2]


TUBE, BENDING = 20.0, 100.0  # nm, pN nm
PULL = 2 * np.pi * np.sqrt(2 * BENDING * BENDING / (2 * TUBE**2))  # pN, of a long tube


def pull_tether(heights, edge, policy="with-sign"):
    """Lift the middle of a sheet, held at a ring of 6 tube radii; heights and edges in tube radii.

    Returns the mesh, and per height the height reached and the force over that of a long tube.
    """
    mesh = make_mesh(disc(6 * TUBE, edge * TUBE), species=1)
    mesh.vertices["copies"][mesh.vertices.rows] = 5
    molecules = mesh.vertices["copies"].sum()
    mesh.vertices["attachments"][0] = 1
    remesher = Remesher(mesh, 1, [True], max_size=edge * TUBE)
    model = make_model(curvature_policy=policy, tension="CONSTANT")
    stiffness, found = 5.0, []
    for height in heights:
        place = np.array([0, 0, height * TUBE + PULL / stiffness])
        for _ in range(6):
            arrays, rows, _ = model_arrays(mesh, ["border1"])
            spring = {"vertex": [int(np.flatnonzero(rows == 0)[0])], "place": [place], "k": [stiffness]}
            constants = {"bending_k": [BENDING], "tension": [BENDING / (2 * TUBE**2)], "attachments": spring}
            model.load(**no_filaments(), membranes=arrays | constants)
            assert model.minimise(gradient_tolerance=0.05, max_distance=1.0).converged
            mesh.vertices["x"][rows] = model.vertex_positions
            protection = model.evaluate()["MembraneTriangleProtect"]
            if remesher.adapt() == 0:
                break
        mesh.check()
        assert mesh.vertices["copies"][mesh.vertices.rows].sum() == molecules
        z = mesh.vertices["x"][0, 2]
        found.append((z / TUBE, stiffness * (place[2] - z) / PULL))
    assert protection == 0
    return mesh, np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "edge", "bound"), [("with-sign", 0.35, 0.03), ("mem3dg", 0.35, 0.03)])
def test_tether(policy, edge, bound):
    """A long tether pulls with 2π√(2κσ) and has the radius √(κ/2σ); a short one with up to 16 % more.

    The force rises above that of a long tether while the cone at its foot turns into a tube (by 13 % for a point,
    Derényi, Jülicher & Prost 2002; here the tip is as wide as an edge).
    """
    mesh, found = pull_tether(np.r_[0.25:12.01:0.25], edge, policy)
    height, force = found.T
    expected = tether_force(np.r_[0.05, 0.1:1:0.1, 1:12.51:0.25])
    assert force.max() == pytest.approx(expected.max(), rel=0.05)
    assert 3.5 < height[force.argmax()] < 6
    assert_allclose(force[height > 10], 1, atol=bound)
    x = mesh.vertices["x"][mesh.vertices.rows]
    tube = x[(x[:, 2] > 4.5 * TUBE) & (x[:, 2] < 7.5 * TUBE)]
    radius = np.linalg.norm(tube[:, :2] - tube[:, :2].mean(0), axis=1)
    assert radius.mean() == pytest.approx(TUBE, rel=0.06)
