"""Decks with membranes: what is made of them, relaxation together with filaments, output, bad input."""

import numpy as np
import pytest
from membrane_decks import CHEMISTRY, REPULSION, SHEET, SYSTEM, VESICLE, start
from numpy.testing import assert_allclose, assert_array_equal

from medyan_py import Simulation, read_deck, standard_recorders
from medyan_py.analysis import read_snapshot
from medyan_py.cli import main
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.deck import DeckError
from medyan_py.output import Recorders, SnapshotRecorder, VtkRecorder

# --- reading


def test_profile_defaults(write):
    rules = read_deck(write("(membrane p1)\n(init-membrane p1 (mesh ELLIPSOID 500 500 500 200 200 200))\n")).membranes
    (m,) = rules.membranes
    assert (m.system, m.reservoir, m.pinning) == ("general", True, "border1")
    assert (m.area_k, m.bending_k, m.spontaneous_curvature, m.tension, m.volume_k) == (400, 100, 0, 0, 0.8)
    assert (m.rest_area_factor, m.volume_offset) == (1, 0)
    assert m.mesh == ("ELLIPSOID", (500, 500, 500, 200, 200, 200))
    assert (rules.policy, rules.max_size, rules.attachments) == ("with-sign", 60, ())
    assert rules.bending and not rules.tension and not rules.volume and rules.stretching is None


def test_rules(write):
    text = "membrane-bending-ff-type HELFRICH_QUADRATIC\n(mesh-adapter (max-size 30))\n" + VESICLE
    text += "init-fixed-vertex-attachment 1 2 3 50 10 4 5 6 50 20\n"
    rules = read_deck(write(text)).membranes
    assert (rules.policy, rules.max_size) == ("squared", 30)
    assert [(a.place, a.reach, a.k) for a in rules.attachments] == [((1, 2, 3), 50, 10), ((4, 5, 6), 50, 20)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(membrane p (vertex-system material))", "material needs has-lipid-reservoir false"),
        ("(membrane p (vertex-system normal))", "normal is not supported"),
        ("(membrane p (foo 1))", "foo"),
        ("(membrane p)\n(membrane p)", "twice"),
        ("(init-membrane q (mesh ELLIPSOID 1 2 3 4 5 6))", "no such profile"),
        ("(membrane p)\n(init-membrane p (mesh ELLIPSOID 500 500 500 200 0 200))", "semi-axes"),
        ("(membrane p)\n(init-membrane p (mesh ELLIPSOID 1 2 3 4 5 6) (volume-offset 5))", "volume-offset"),
        ("(membrane p)\n(init-membrane p (mesh PLANE 1 2 3 0 0 0 1 1 1 9 9 9))", "normal"),
        ("(membrane p)\n(init-membrane p (mesh PLANE 1 2 3 0 0 1 1 1 1 9 0 9))", "size of the box"),
        ("(membrane p)\n(init-membrane p)", "mesh is not set"),
        ("init-fixed-vertex-attachment 1 2 3 50 10 4", "6 values"),
        ("(mesh-adapter (min-size 3))", "min-size"),
        ("triangle-bead-volume-ff-type REPULSION", "cutoff"),
        ("triangle-bead-volume-ff-type REPULSION", "triangle-bead-volume-k: not set, needed"),
        ("(membrane p (bending-k 1e20))", "membrane: bending-k, found .1e20., allowed: a number ≥ 0 and ≤ 1e"),
        (SHEET.replace("))", ") (species M 5))"), "species"),
    ],
)
def test_bad_decks_are_refused(write, text, words):
    with pytest.raises(DeckError, match=words):
        read_deck(write(text + "\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SHEET.replace("830 800 800", "30 800 800"), "init-membrane: mesh"),
        (SHEET.replace("0 0 500 0 0 1", "0 0 5000 0 0 1"), "does not cut the box"),
        (
            SHEET.replace("830 800 800", "830 8e6 8e6"),
            "triangles with edges of .* nm, allowed: at most",
        ),
        ("(membrane p)\n(init-membrane p (mesh ELLIPSOID 500 500 500 1e20 300 300))", "triangles with edges of 60 nm"),
        ("(membrane p)\n(init-membrane p (mesh ELLIPSOID 500 500 500 1e-9 300 300))", "at its rim is too sharp"),
        (VESICLE.replace("300 300 300", "400 400 10"), "0.25 nm at its rim is too sharp .* at least 28.29 nm"),
        ("(membrane p)\n(init-membrane p (mesh file nowhere.txt))\n", r"nowhere\.txt is not there"),
        (VESICLE + "init-fixed-vertex-attachment 500 500 500 100 1\n", "no vertex within 100 nm of 500 500 500"),
        ("volume-conservation-ff-type MEMBRANE\n" + SHEET.replace("0 0 1 ", "0 0 -1 "), "volume-offset"),
    ],
)
def test_impossible_membranes_are_refused_with_their_line(write, text, words):
    path = write(text)
    line = next(n for n, row in enumerate(path.read_text().splitlines(), 1) if words[:4] == "no v" or "(init-" in row)
    with pytest.raises(DeckError, match=words) as caught:
        start(path)
    if words[:4] != "no v":
        assert f":{line}:" in str(caught.value)


def test_spontaneous_curvature_that_is_ignored_is_remarked(write):
    text = VESICLE.replace("(tension 0.02)", "(eq-curv 0.001)")
    for extra, remarked in (("", False), ("surface-curvature-policy squared\n", True)):
        warnings = "\n".join(map(str, read_deck(write(extra + text)).warnings))
        assert ("eq-curv: without effect" in warnings) == remarked


# --- what is made


def test_vesicle_has_the_shape_asked_for(write):
    (m,) = start(write(VESICLE)).membranes
    assert m.closed and m.borders == ()
    volume, area = 4 / 3 * np.pi * 300**3, 4 * np.pi * 300**2
    assert m.rest_volume == pytest.approx(volume, rel=1e-9)
    assert m.area == pytest.approx(area, rel=3e-3) and m.areas.sum() == pytest.approx(m.area)
    assert 300 < len(m.vertices) < 900
    assert_allclose(m.normals, (m.vertices - 500) / 300, atol=0.02)
    assert_allclose(np.average(m.curvatures, weights=m.areas), 1 / 300, rtol=5e-3)


def test_vesicle_obeys_the_law_of_laplace(write):
    """A pressure k (V₀ − V)/V₀ = 2 σ/R balances the tension."""
    (m,) = start(write(VESICLE.replace("0.02", "2") + "(mesh-adapter (max-size 40))\n")).membranes
    radius = (3 * m.volume / (4 * np.pi)) ** (1 / 3)
    assert 0.8 * (1 - m.volume / m.rest_volume) == pytest.approx(2 * 2 / radius, rel=0.02)


def test_sheet_lies_in_its_rounded_box(write):
    (m,) = start(write(SHEET)).membranes
    assert not m.closed and len(m.borders) == 1
    assert m.vertices[:, 0].max() == pytest.approx(900) and m.vertices[:, 2].max() == pytest.approx(500)
    assert m.area == pytest.approx(800**2)
    assert_allclose(m.normals, np.broadcast_to([0, 0, 1], m.normals.shape), atol=1e-6)
    assert np.isnan(m.curvatures[m.borders[0]]).all()


def test_membranes_from_files(write, tmp_path):
    tetrahedron = "4\n400 400 400\n600 400 400\n400 600 400\n400 400 600\n0 2 1\n0 1 3\n1 2 3\n0 3 2\n"
    (tmp_path / "two.txt").write_text(
        tetrahedron + "\n# second\n" + tetrahedron.replace("400", "700").replace("600", "900")
    )
    (tmp_path / "one.obj").write_text(
        "v 100 100 100\nv 300 100 100\nv 100 300 100\nv 100 100 300\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
    )
    text = "(membrane p (vertex-system material) (has-lipid-reservoir false))\n"
    (tmp_path / "one.off").write_text(
        "OFF\n4 4 0\n400 400 700\n600 400 700\n400 600 700\n400 400 900\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"
    )
    (tmp_path / "one.ply").write_text(
        "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 4\nproperty list uchar int vertex_indices\nend_header\n"
        "700 100 100\n900 100 100\n700 300 100\n700 100 300\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"
    )
    for name in ("two.txt", "one.obj", "one.off", "one.ply"):
        text += f"(init-membrane p (mesh file {name}))\n"
    sim = start(write(text))
    assert [len(m.triangles) for m in sim.membranes] == [4] * 5
    for m in sim.membranes[2:]:
        assert m.rest_volume == pytest.approx(200**3 / 6)
    (tmp_path / "broken.off").write_text("OFF\nnothing\n")
    with pytest.raises(DeckError, match=r"broken\.off:2: found .nothing., expected the numbers of points"):
        start(write("(membrane p)\n(init-membrane p (mesh file broken.off))\n"))
    text = "(membrane p (vertex-system material) (has-lipid-reservoir false))\n"
    (tmp_path / "cut.txt").write_text(tetrahedron.replace("600 400 400\n", "600 400 400\n# here\n"))
    with pytest.raises(DeckError, match=r"cut\.txt:1: 4 vertices announced"):
        start(write(text + "(init-membrane p (mesh file cut.txt))\n"))


def test_area_elasticity_sets_the_radius(write):
    """Without tension and volume the sphere relaxes to R √f."""
    text = VESICLE.replace("membrane-tension-ff-type CONSTANT\nvolume-conservation-ff-type MEMBRANE\n", "")
    text = text.replace("(tension 0.02)", "(has-lipid-reservoir false)").replace("300))", "300) (eq-area-factor 0.9))")
    (m,) = start(write("membrane-stretching-ff-type GLOBAL_HARMONIC\n" + text)).membranes
    assert m.area == pytest.approx(m.rest_area, rel=1e-3)
    assert m.rest_area == pytest.approx(0.9 * 4 * np.pi * 300**2, rel=3e-3)


# --- running


def test_random_filaments_start_inside(write):
    sim = start(write(VESICLE + REPULSION + "NUMFILAMENTS: 20\nFILAMENTLENGTH: 1\nFILAMENTTYPE: 0\n"))
    assert len(sim.filaments) == 20
    assert np.linalg.norm(sim.filaments.beads - 500, axis=1).max() < 300


def test_a_filament_pushes_the_membrane_out(write, tmp_path):
    """A filament nearly as long as the vesicle is wide stretches it; membrane and filament rest in one balance."""
    (tmp_path / "f.txt").write_text("FILAMENT 0 225 500 500 775 500 500\n")
    sim = start(write(VESICLE + REPULSION + "FILAMENTFILE: f.txt\n"))
    (m,) = sim.membranes
    beads = sim.filaments.beads
    reach = np.abs(m.vertices[:, 0] - 500).max()
    assert reach > 300 and reach > np.abs(beads[:, 0] - 500).max()
    assert np.abs(sim.filaments.beads[:, 1:] - 500).max() < 50
    assert sim.minimisation.converged
    assert sim.energies["TriangleBeadExcludedVolume"] > 1


def test_cycle_remeshes_and_keeps_the_books(write):
    sim = start(
        write(VESICLE.replace("300 300 300", "350 250 250") + "SPECIALPROTOCOL scale-membrane-eq-volume -5e7 1e3\n")
    )
    (before,) = sim.membranes
    sim.run()
    (after,) = sim.membranes
    assert sim.time == pytest.approx(0.2)
    assert after.rest_volume == pytest.approx(before.rest_volume - 1e7)
    assert after.volume < before.volume
    sim._membranes.mesh.check()
    assert set(sim.energies) >= {"MembraneBending", "MembraneTension", "VolumeConservation", "FixedVertexCoordinates"}
    assert sim.energies["FixedVertexCoordinates"] == 0 and sim.energies["MembraneBending"] > 800 * np.pi


def test_rest_area_follows_its_protocol(write):
    text = VESICLE.replace("(tension 0.02)", "(has-lipid-reservoir false)")
    text = "membrane-stretching-ff-type GLOBAL_HARMONIC\n" + text.replace("membrane-tension-ff-type CONSTANT\n", "")
    text = text.replace("volume-conservation-ff-type MEMBRANE\n", "")
    sim = start(write(text + "SPECIALPROTOCOL scale-membrane-eq-area -4e5 1e6\n"))
    first = sim.membranes[0].rest_area
    sim.run(0.1)
    assert sim.membranes[0].rest_area == pytest.approx(first - 4e4)
    assert sim.membranes[0].area == pytest.approx(first - 4e4, rel=1e-3)
    sim.run(0.5)
    assert sim.membranes[0].rest_area == pytest.approx(1e6)


def test_same_seed_same_course(write):
    path = write(VESICLE + REPULSION + "NUMFILAMENTS: 5\nFILAMENTLENGTH: 1\nFILAMENTTYPE: 0\n")
    runs = [start(path, 4), start(path, 4)]
    for sim in runs:
        sim.run()
    assert_allclose(runs[0].membranes[0].vertices, runs[1].membranes[0].vertices, rtol=0)
    assert_allclose(runs[0].filaments.beads, runs[1].filaments.beads, rtol=0)


def test_output(write, tmp_path):
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    sim = start(write(VESICLE + SHEET.replace("0 0 500", "0 0 900")))
    recorders = Recorders([SnapshotRecorder(tmp_path), VtkRecorder(tmp_path)])
    recorders.open(sim)
    sim.run(0.1, recorders=recorders)
    recorders.close(sim)
    frames = list(read_snapshot(tmp_path / "snapshot.traj"))
    assert len(frames) == 2
    for frame in frames:
        assert [len(m.borders) for m in frame.membranes] == [0, 1]
    for written, view in zip(frames[-1].membranes, sim.membranes, strict=True):
        assert_allclose(written.vertices, view.vertices, rtol=1e-9)
        assert (written.triangles == view.triangles).all()
        assert [list(b) for b in written.borders] == [b.tolist() for b in view.borders]
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(tmp_path / "paraview/membranes/0000/membranes_000001.vtp"))
    reader.Update()
    surface = reader.GetOutput()
    assert surface.GetNumberOfPolys() == sum(len(m.triangles) for m in sim.membranes)
    area = vtk_to_numpy(surface.GetPointData().GetArray("area_nm2"))
    assert area.sum() == pytest.approx(sum(m.area for m in sim.membranes))
    assert vtk_to_numpy(surface.GetCellData().GetArray("membrane")).max() == 1
    tension = vtk_to_numpy(surface.GetPointData().GetArray("tension_pN_per_nm"))
    assert_allclose(tension, np.repeat([0.02, 0], [len(m.vertices) for m in sim.membranes]), rtol=1e-6)
    assert (tmp_path / "paraview/membranes.pvd").exists()


@pytest.mark.parametrize("system", ["general", "material"])
def test_tensions_are_what_the_area_pulls_with(write, system):
    """k (A − A₀)/A₀ of the whole, or of the triangles: a held sheet that wants 2 % less area."""
    text = f"membrane-stretching-ff-type {'GLOBAL' if system == 'general' else 'LOCAL'}_HARMONIC\n"
    text += f"(membrane s (has-lipid-reservoir false) (vertex-system {system}) (area-k 30))\n"
    text += "(init-membrane s (mesh PLANE 0 0 500 0 0 1 100 100 100 400 400 800) (eq-area-factor 0.98))\n"
    (m,) = start(write(text)).membranes
    assert_allclose(m.tensions, 30 * (1 / 0.98 - 1), rtol=0.02)
    (m,) = start(write(VESICLE.replace("membrane-tension-ff-type CONSTANT\n", ""))).membranes
    assert_allclose(m.tensions, 0)


def test_a_minimisation_is_interrupted_by_remeshings_on_demand(write):
    """A thin ellipsoid of fixed area rounds up, farther than its first mesh can follow."""
    text = "membrane-stretching-ff-type GLOBAL_HARMONIC\n(membrane p (has-lipid-reservoir false))\n"
    text += "(init-membrane p (mesh ELLIPSOID 500 500 500 400 150 150))\n(mesh-adapter (max-size 45))\n"
    text = text.replace("(mesh-adapter", "GRADIENTTOLERANCE: 0.05\n(mesh-adapter")
    plain, adapting = (start(write(text + f"adapt-mesh-during-minimization {word}\n")) for word in ("false", "true"))
    assert adapting.minimisation.evaluations > 50  # after which it remeshes
    assert plain.minimisation.converged and adapting.minimisation.converged
    once, often = (s._membranes._remesher for s in (plain, adapting))
    assert often.flips + often.splits + often.collapses > once.flips + once.splits + once.collapses
    adapting._membranes.mesh.check()
    for sim in (plain, adapting):
        assert sim.minimisation.energy_before > sim.minimisation.energy_after > 0
        (m,) = sim.membranes
        assert m.area == pytest.approx(m.rest_area, rel=1e-3)
    assert adapting.energies["MembraneBending"] == pytest.approx(8 * np.pi * 100, rel=0.01)


KEYWORDS = {
    "area-k": ("(area-k 400)", "(area-k 4)"),
    "bending-k": ("(bending-k 100)", "(bending-k 50)"),
    "eq-curv": ("(eq-curv 0)", "(eq-curv 0.002)"),
    "tension": ("(tension 0.02)", "(tension 0.2)"),
    "volume-k": ("(volume-k 0.8)", "(volume-k 0.01)"),
    "has-lipid-reservoir": ("(has-lipid-reservoir true)", "(has-lipid-reservoir false)"),
    "vertex-system": ("(has-lipid-reservoir false)", "(has-lipid-reservoir false) (vertex-system material)"),
    "membrane-stretching-ff-type": ("membrane-stretching-ff-type GLOBAL_HARMONIC", ""),
    "membrane-tension-ff-type": ("membrane-tension-ff-type CONSTANT", ""),
    "membrane-bending-ff-type": ("membrane-bending-ff-type HELFRICH", ""),
    "volume-conservation-ff-type": ("volume-conservation-ff-type MEMBRANE", ""),
    "surface-curvature-policy": ("surface-curvature-policy with-sign", "surface-curvature-policy mem3dg"),
    "max-size": ("(mesh-adapter (max-size 60))", "(mesh-adapter (max-size 90))"),
    "eq-area-factor": ("(eq-area-factor 1)", "(eq-area-factor 0.9)"),
    "triangle-bead-volume-ff-type": ("triangle-bead-volume-ff-type REPULSION", ""),
    "triangle-bead-volume-k": ("triangle-bead-volume-k 650", "triangle-bead-volume-k 6500"),
    "triangle-bead-volume-cutoff-mech": ("cutoff-mech 60", "cutoff-mech 30"),
    "init-fixed-vertex-attachment": ("", "init-fixed-vertex-attachment 500 500 850 99 5"),
}


@pytest.mark.parametrize("name", KEYWORDS)
def test_no_keyword_is_ignored(write, tmp_path, name):
    """Every value of a membrane keyword has a mechanical effect where it should: energies at rest differ."""
    plain, other = KEYWORDS[name]
    (tmp_path / "f.txt").write_text("FILAMENT 0 235 500 500 765 500 500\n")
    elastic = name in ("area-k", "eq-area-factor", "membrane-stretching-ff-type", "vertex-system")
    profile = "(has-lipid-reservoir false)" if elastic else "(has-lipid-reservoir true)"
    stretching = "LOCAL_HARMONIC" if name == "vertex-system" else "GLOBAL_HARMONIC"
    text = f"""\
membrane-stretching-ff-type {stretching}
membrane-tension-ff-type CONSTANT
volume-conservation-ff-type MEMBRANE
surface-curvature-policy with-sign
(membrane p (area-k 400) (bending-k 100) (eq-curv 0) (tension 0.02) (volume-k 0.8) {profile})
(init-membrane p (mesh ELLIPSOID 500 500 500 300 300 300) (eq-area-factor 1))
(mesh-adapter (max-size 60))
{REPULSION}FILAMENTFILE: f.txt
"""
    system = SYSTEM.replace("membrane-bending-ff-type HELFRICH\n", "").replace("TOLERANCE: 1\n", "TOLERANCE: 0.01\n")
    text = "membrane-bending-ff-type HELFRICH\n" + text
    assert plain in text
    changed = text.replace(plain, other) if plain else text + other + "\n"
    energies = []
    for version in (text, changed):
        (tmp_path / "system.txt").write_text(system + version)
        (tmp_path / "chemistry.txt").write_text(CHEMISTRY)
        energies.append(start(tmp_path / "system.txt").energies)
    change = max(abs(energies[0].get(term, 0) - energies[1].get(term, 0)) for term in energies[0])
    assert change > 0.1  # pN nm; rounding and what minimisations leave are far smaller


@pytest.mark.parametrize(("pinning", "free"), [("none", 0), ("border1", 1), ("border2", 2)])
def test_pinned_vertices_stay(write, pinning, free):
    """A sheet under area elasticity that wants to be smaller: what is not held follows."""
    text = "membrane-stretching-ff-type GLOBAL_HARMONIC\n"
    text += f"(membrane s (has-lipid-reservoir false) (vertex-pinning {pinning}))\n"
    text += "(init-membrane s (mesh PLANE 0 0 500 0 0 1 100 100 100 400 400 800) (eq-area-factor 0.98))\n"
    sim = start(write(text))
    (m,) = sim.membranes
    assert (m.area < 0.99 * 400**2) == (pinning == "none")
    fixed = sim._membranes.arrays()["fixed"].sum()
    border = len(m.borders[0])
    assert fixed == 0 if pinning == "none" else fixed == border if pinning == "border1" else fixed > 1.5 * border


def test_volume_offset_completes_an_open_membrane(write):
    text = "volume-conservation-ff-type MEMBRANE\n" + SHEET.replace("0 0 1 ", "0 0 -1 ")
    volume = 500 * 800**2 / 3
    sim = start(write(text.replace("800 800))", f"800 800) (volume-offset {2 * volume:.0f}))")))
    (m,) = sim.membranes
    assert m.rest_volume == pytest.approx(volume, rel=1e-6)


def test_growing_filaments_squeeze_stretch_and_pierce_a_vesicle(write, tmp_path):
    """Six filaments grow out in all directions while the vesicle loses volume: every rule of the mesh holds, tips stay
    inside, and the energy changes of remeshings are small and reported."""
    growth = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.5\n"
    chemistry = CHEMISTRY.replace("A 10 ", "A 20000 ") + growth
    lines = []
    for axis in range(3):
        for sign in (-1, 1):
            near, far = [500.0, 500.0, 500.0], [500.0, 500.0, 500.0]
            near[axis] += sign * 20
            far[axis] += sign * 236
            lines.append("FILAMENT 0 " + " ".join(map(str, near + far)))
    (tmp_path / "f.txt").write_text("\n".join(lines) + "\n")
    text = VESICLE + REPULSION + "FILAMENTFILE: f.txt\nDFPOLYMERIZATIONTYPE: BROWRATCHET\nDFPOLYMERIZATIONLEN: 2.7\n"
    text += "SPECIALPROTOCOL scale-membrane-eq-volume -1e7 5e7\nSPECIALPROTOCOL pin-initial-filament-below-z 10 1000\n"
    sim = start(write(text, chemistry))
    mesh = sim._membranes.mesh
    operations, changes = 0, []
    for _ in range(25):
        sim.run(0.1)
        mesh.check()
        assert sim.chemistry.interior.inside(sim.filaments.beads).all()
        operations += sim._membranes.remeshed
        changes.append(sim.remeshing_energy)
    (m,) = sim.membranes
    reach = np.abs(m.vertices - 500).max()
    assert operations > 20 and reach > 330
    assert m.volume == pytest.approx(m.rest_volume, rel=0.02)
    assert np.abs(changes).max() < 0.05 * sim.minimisation.energy_after


def test_what_crosses_is_refused_at_the_start(write, tmp_path):
    """A sheet through a vesicle; a filament of a file through one, if it repels filaments at all."""
    with pytest.raises(DeckError, match=r"membranes 0 and 1 cross each other at \(.*\) nm"):
        start(write(VESICLE + SHEET))
    (tmp_path / "f.txt").write_text("FILAMENT 0 500 500 500 608 500 500\nFILAMENT 0 500 500 500 500 900 500\n")
    with pytest.raises(DeckError, match=r"f.txt:2: FILAMENT: cylinder 2 passes through membrane 0"):
        start(write(VESICLE + REPULSION + "FILAMENTFILE: f.txt\n"))
    start(write(VESICLE + "FILAMENTFILE: f.txt\n"))


@pytest.mark.parametrize("normal", ["1 0 1", "1 1 1", "0 1 1", "1 1 1.1", "0.3 -0.2 1"])
def test_flat_sheets_of_any_direction_do_not_pass_through_themselves(write, normal):
    (m,) = start(
        write(f"(membrane s)\n(init-membrane s (mesh PLANE 500 500 500 {normal} 0 0 0 1000 1000 1000))\n")
    ).membranes
    along = np.array(normal.split(), float) / np.linalg.norm(np.array(normal.split(), float))
    assert np.abs((m.vertices - 500) @ along).max() < 1e-6


def test_modes_of_a_network_with_a_membrane(write, tmp_path):
    """The vertices are in the matrix and not in the films, which show snapshots of filaments."""
    text = VESICLE + "HESSIANTRACKING: 1 1 1 1\n(mesh-adapter (max-size 200))\nFILAMENTFILE: f.txt\n"
    (tmp_path / "f.txt").write_text("FILAMENT 0 450 500 500 560 500 500\n")
    sim, recorders = start(write(text)), standard_recorders(tmp_path)
    recorders.open(sim)
    sim.run(0.1, recorders=recorders)
    recorders.close(sim)
    film = list(read_snapshot(next(tmp_path.glob("rockingsnapshot*"))))
    assert len(film) >= 100 and all(len(frame.filaments.beads) == len(sim.filaments.beads) for frame in film)


def test_membranes_that_come_to_cross_end_the_run(write):
    """Two vesicles side by side that grow, with nothing between them that would repel them."""
    pair = "(init-membrane p (mesh ELLIPSOID 380 500 500 110 110 110))\n"
    text = VESICLE.replace("500 500 500 300 300 300", "620 500 500 110 110 110") + pair
    sim = start(write(text + "SPECIALPROTOCOL scale-membrane-eq-volume 1e7 1\n"))
    with pytest.raises(MechanicsError, match=r"membranes 0 and 1 cross each other at \(.*\) nm"):
        sim.run(1.0)
    assert 0 < sim.time < 0.9


def test_a_crossing_after_a_remeshing_is_seen(write, monkeypatch):
    """The mesh has other vertices than when forces were found last."""
    sim = start(write(VESICLE + "SPECIALPROTOCOL scale-membrane-eq-volume 1e9 1\n"))
    before = len(sim.membranes[0].vertices)
    mesh = sim._membranes.mesh
    monkeypatch.setattr(
        sim._membranes, "look_for_crossing", lambda moved: "crossing" if mesh.vertices.count > before else None
    )
    with pytest.raises(MechanicsError, match="crossing"):
        sim.run(1.0)
    (m,) = sim.membranes
    assert len(m.vertices) == len(m.forces) > before and np.isfinite(m.forces).all()


def test_a_minimisation_that_fails_after_a_remeshing_leaves_the_state_before(write, monkeypatch):
    text = "adapt-mesh-during-minimization true\n"
    sim = start(write(VESICLE + text + "SPECIALPROTOCOL scale-membrane-eq-volume 1e9 1\n"))
    minimise, mesh = sim._mechanics._minimise, sim._membranes.mesh
    seen = {}  # time: vertices at the first piece of a minimisation

    def fails(*pieces):
        if mesh.vertices.count != seen.setdefault(sim.time, mesh.vertices.count):
            raise MechanicsError("no way down", [], "")
        return minimise(*pieces)

    monkeypatch.setattr(sim._mechanics, "_minimise", fails)
    monkeypatch.setattr("medyan_py.setup.mechanics.PIECE", 3)
    with pytest.raises(MechanicsError, match="no way down"):
        sim.run(1.0)
    (m,) = sim.membranes
    assert len(m.vertices) == len(m.forces) == seen[sim.time] and np.isfinite(m.forces).all()
    assert_array_equal(m.vertices, sim._mechanics.model.vertex_positions)


def test_a_run_whose_membranes_come_to_cross_leaves_that_state(write, tmp_path):
    pair = "(init-membrane p (mesh ELLIPSOID 380 500 500 110 110 110))\n"
    text = VESICLE.replace("500 500 500 300 300 300", "620 500 500 110 110 110") + pair
    deck = write(text + "SPECIALPROTOCOL scale-membrane-eq-volume 1e7 1\n")
    out = tmp_path / "out"
    assert main(["run", "-s", str(deck), "-o", str(out), "--runtime", "1", "--seed-fixed", "1"]) == 3
    log = (out / "medyan.log").read_text()
    assert "cross each other at" in log and "Traceback" not in log
    *_, last = read_snapshot(out / "snapshot.traj")
    assert len(last.membranes) == 2
    assert (out / "failed_minimisation.txt").exists()


# --- checkpoints


def test_a_vesicle_goes_on_bit_for_bit(write, tmp_path):
    """The volume shrinks, so that the mesh is changed in every cycle, while a filament grows inside."""
    more = "SPECIALPROTOCOL scale-membrane-eq-volume -1.5e8 2e7\ntriangle-bead-volume-ff-type REPULSION\n"
    more += "triangle-bead-volume-k 650\ntriangle-bead-volume-cutoff 150\ntriangle-bead-volume-cutoff-mech 60\n"
    more += "NUMFILAMENTS: 2\nFILAMENTLENGTH: 1\nFILAMENTTYPE: 0\n"
    growth = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 1.0\n"
    whole = start(write(VESICLE + more, CHEMISTRY + growth))
    whole.run(0.3)
    whole.save(tmp_path / "checkpoint.h5")
    other = Simulation.load(tmp_path / "checkpoint.h5")
    remeshed = 0
    for _ in range(3):
        for simulation in (whole, other):
            simulation.run(0.1)
        remeshed += whole._membranes.remeshed
        [one], [two] = whole.membranes, other.membranes
        np.testing.assert_array_equal(one.vertices, two.vertices)
        np.testing.assert_array_equal(one.triangles, two.triangles)
        np.testing.assert_array_equal(whole.filaments.beads, other.filaments.beads)
        assert whole.remeshing_energy == other.remeshing_energy
        assert whole.energies == other.energies and one.rest_volume == two.rest_volume
    assert remeshed > 0
