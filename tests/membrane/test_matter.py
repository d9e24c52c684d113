"""Membranes whose vertices are matter: every triangle resists changes of its area."""

import numpy as np
import pytest
from axisymmetric import vesicle_energy
from membrane_decks import CHEMISTRY, REPULSION, SYSTEM
from numpy.testing import assert_allclose
from surfaces import make_mesh, make_model, no_filaments, table

from medyan_py import Simulation
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.shapes import icosphere, plane


def minimise(model, x, triangles, tolerance, decrease, **constants):
    model.load(**no_filaments(), membranes=table(x, triangles, **constants))
    return model.minimise(gradient_tolerance=tolerance, max_distance=10.0, predicted_decrease=decrease)


def vesicle_of_matter(level, radius, share, volume_k=0.0, tolerance=1e-2):
    """A sphere whose triangles want ``share`` of their areas, relaxed; its record, vertices and triangles."""
    x, triangles = icosphere(level, radius)
    shape = Geometry(make_mesh((x, triangles)))
    model = make_model(stretching="LOCAL_HARMONIC", volume="MEMBRANE", curvature_policy="mixed-voronoi")
    record = minimise(
        model,
        x,
        triangles,
        tolerance,
        tolerance,
        bending_k=[82.0],
        triangle_stretching_k=np.full(len(triangles), 400.0),
        triangle_rest_area=share * shape.triangle_area,
        volume_k=[volume_k],
        rest_volume=[shape.volume(0)],
    )
    return record, model.vertex_positions, triangles


@pytest.mark.parametrize("level", [2, 3, 4])
@pytest.mark.parametrize("share", [0.9, 1.1])
def test_a_sphere_of_matter_takes_the_area_it_wants(level, share):
    """Its bending energy does not depend on its size."""
    record, x, _ = vesicle_of_matter(level, 300.0, share)
    assert record.converged and record.evaluations < 40
    assert_allclose(np.linalg.norm(x, axis=1), 300 * share**0.5, rtol=0.01)


@pytest.mark.parametrize("share", [0.95, 0.7])
def test_matter_under_tension_keeps_its_volume_as_laplace_says(share):
    """2 τ/R = ΔP, with τ = k (A − A₀)/A₀ and ΔP = k (V₀ − V)/V₀."""
    record, x, triangles = vesicle_of_matter(3, 300.0, share, volume_k=0.8)
    assert record.converged and record.evaluations < 40
    start, shape = (Geometry(make_mesh((y, triangles))) for y in (icosphere(3, 300.0)[0], x))
    rest = share * start.area(0)
    tension = 400 * (shape.area(0) - rest) / rest
    pressure = 0.8 * (start.volume(0) - shape.volume(0)) / start.volume(0)
    assert tension > 1
    assert pressure == pytest.approx(2 * tension * shape.area(0) / (3 * shape.volume(0)), rel=0.002)


@pytest.mark.parametrize("share", [1.02, 1.1])
def test_matter_with_too_much_area_finds_a_smooth_shape(share):
    """At the same volume it buckles, without wrinkles, whose bending energy would be a multiple of a sphere's."""
    record, x, triangles = vesicle_of_matter(2, 150.0, share, volume_k=0.8, tolerance=0.2)
    assert record.converged and record.evaluations < 300
    shape = Geometry(make_mesh((x, triangles)))
    assert shape.area(0) == pytest.approx(share * Geometry(make_mesh(icosphere(2, 150.0))).area(0), rel=2e-3)
    assert record.energy_after < 1.4 * 8 * np.pi * 82


@pytest.mark.slow
@pytest.mark.parametrize("share", [1.05, 1.1])
def test_a_vesicle_of_matter_becomes_the_prolate_of_theory(share):
    """Without shear a material is a fluid but for its mesh: Seifert, Berndl & Lipowsky 1991, Phys Rev A 44:1182.

    (The bending energy of edges of this length is one per cent too low.)
    """
    record, x, triangles = vesicle_of_matter(3, 300.0, share, volume_k=0.8, tolerance=0.1)
    assert record.converged and record.evaluations < 1000
    shape = Geometry(make_mesh((x, triangles)))
    volume = 6 * np.pi**0.5 * shape.volume(0) / shape.area(0) ** 1.5
    assert volume == pytest.approx(share**-1.5, abs=3e-3)
    energy = record.energies_after["MembraneBending"] / (8 * np.pi * 82)
    assert energy == pytest.approx(vesicle_energy(volume, oblate=False)[0], rel=0.02)


def test_matter_beside_a_fluid_membrane_relaxes_as_if_alone():
    x, triangles = icosphere(2, 100.0)
    areas = Geometry(make_mesh((x, triangles))).triangle_area
    model = make_model(stretching="LOCAL_HARMONIC", tension="CONSTANT", volume="MEMBRANE")
    record = minimise(
        model,
        np.concatenate([x * [1.1, 1.1, 0.8], x + 500]),
        np.concatenate([triangles, triangles + len(x)]),
        1e-3,
        1e-4,
        membrane=np.repeat([0, 1], len(triangles)),
        bending_k=[50.0, 50.0],
        tension=[0.02, 0.0],
        volume_k=[0.8, 0.0],
        rest_volume=[4.0e6, 1.0],
        triangle_stretching_k=np.repeat([0.0, 100.0], len(triangles)),
        triangle_rest_area=np.concatenate([areas, 0.9 * areas]),
    )
    assert record.converged and record.evaluations < 150
    fluid, matter = model.vertex_positions[: len(x)], model.vertex_positions[len(x) :]
    assert np.linalg.norm(fluid - fluid.mean(axis=0), axis=1).std() < 2
    assert_allclose(np.linalg.norm(matter - 500, axis=1), 100 * 0.9**0.5, rtol=0.01)


@pytest.mark.parametrize("share", [0.8, 1.2])
def test_a_free_sheet_of_matter_with_a_volume_takes_the_area_it_wants(share):
    """The cone below it keeps its volume: a border feels how its own height changes that, which no triangle tells."""
    x, triangles = plane((0, 0, 500), (0, 0, 1), (300, 300, 300), (400, 400, 400), 60.0)
    shape = Geometry(make_mesh((x, triangles)))
    model = make_model(stretching="LOCAL_HARMONIC", volume="MEMBRANE")
    record = minimise(
        model,
        x,
        triangles,
        0.1,
        0.1,
        bending_k=[82.0],
        triangle_stretching_k=np.full(len(triangles), 400.0),
        triangle_rest_area=share * shape.triangle_area,
        volume_k=[0.8],
        rest_volume=[shape.volume(0)],
    )
    assert record.converged and record.evaluations < 100
    after = Geometry(make_mesh((model.vertex_positions, triangles)))
    assert after.area(0) == pytest.approx(share * shape.area(0), rel=1e-3)
    assert after.volume(0) == pytest.approx(shape.volume(0), rel=1e-3)


@pytest.mark.parametrize("factor", [0.9, 1.05])
def test_a_vesicle_of_matter_in_a_deck(tmp_path, factor):
    """It keeps its volume and stays around a filament that is nearly as long as it is wide."""
    (tmp_path / "f.txt").write_text("FILAMENT 0 215 500 500 760 500 500\n")
    (tmp_path / "chemistry.txt").write_text(CHEMISTRY)
    (tmp_path / "system.txt").write_text(
        SYSTEM
        + f"""\
membrane-stretching-ff-type LOCAL_HARMONIC
volume-conservation-ff-type MEMBRANE
surface-curvature-policy mixed-voronoi
(membrane p (vertex-system material) (has-lipid-reservoir false) (area-k 40) (bending-k 82) (volume-k 0.8))
(init-membrane p (mesh ELLIPSOID 500 500 500 300 300 300) (eq-area-factor {factor}))
(mesh-adapter (max-size 60))
{REPULSION}FILAMENTFILE: f.txt
"""
    )
    sim = Simulation.from_deck(tmp_path / "system.txt", seed=1)
    assert sim.minimisation.converged and sim.minimisation.evaluations < 300
    before = sim.membranes[0].vertices.copy()
    sim.run(0.2)
    assert sim.minimisation.converged and sim.minimisation.evaluations < 30
    (m,) = sim.membranes
    assert np.abs(m.vertices - before).max() < 2
    assert m.volume == pytest.approx(m.rest_volume, rel=0.05)
    assert (m.area > 1.03 * m.rest_area) == (factor < 1)
    assert (sim.energies["TriangleBeadExcludedVolume"] > 0) == (factor < 1)  # the shape with more area is long
    assert np.linalg.norm(sim.filaments.beads - 500, axis=1).max() < np.linalg.norm(m.vertices - 500, axis=1).max()
