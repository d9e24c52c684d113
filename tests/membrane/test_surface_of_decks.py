"""Decks with species of membranes: what is read, what is made of it, a run, its files, its checkpoints."""

import h5py
import numpy as np
import pytest
from chance import assert_frequencies, assert_mean
from membrane_decks import CHEMISTRY, SHEET, SYSTEM, VESICLE, start
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import brentq
from surfaces import distorted, make_mesh, make_model, no_filaments, slopes, table

from medyan_py import Simulation, open_trajectory, read_deck
from medyan_py.analysis.convert import convert
from medyan_py.core.common.state import differences
from medyan_py.core.mechanics.errors import MechanicsError
from medyan_py.core.membrane.exchange import model_arrays
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.deck import Adsorption, DeckError, Mismatch, SpeciesRef, SurfaceReaction
from medyan_py.deck.plausible import check_plausible
from medyan_py.output import Recorders, VtkRecorder
from medyan_py.output.hdf5_file import Hdf5Recorder
from medyan_py.output.trajectory_text import ChemistryRecorder
from medyan_py.setup.surface import Proteins

SURFACE = """\
SPECIESDIFFUSING: D 300 1e6 0 0 REG
SPECIESBULK: B 400 0 0 REG
species-membrane-diffusing P 20000 40
species-membrane-diffusing Q 5000 0
reaction-surface 1e-4 -> Q
reaction-surface 300 P Q Q -> Q Q Q
reaction-surface 2 Q ->
reaction-adsorption-desorption 300 2 D <-> P
reaction-adsorption-desorption 100 1 B <-> P
"""
CARRIER = VESICLE.replace("300))", "300) (species P 500) (species Q 40))")


@pytest.fixture
def write(tmp_path):
    def deck(text, chemistry=CHEMISTRY + SURFACE):
        (tmp_path / "system.txt").write_text(SYSTEM + text)
        (tmp_path / "chemistry.txt").write_text(chemistry)
        return tmp_path / "system.txt"

    return deck


# --- reading


def test_what_is_read(write):
    deck = read_deck(write(CARRIER + "curvature-mismatch P 80 0.02\n"))
    assert [(s.name, s.diffusion, s.area) for s in deck.surface.species] == [("P", 20000, 40), ("Q", 5000, 0)]
    first, second, third = deck.surface.reactions
    assert (first.reactants, first.products, first.rate) == ((), ("Q",), 1e-4)
    assert second == SurfaceReaction(("P", "Q", "Q"), ("Q", "Q", "Q"), 300, second.line)
    assert (third.reactants, third.products) == (("Q",), ())
    line = deck.surface.adsorptions[0].line
    assert deck.surface.adsorptions[0] == Adsorption(SpeciesRef("diffusing", "D"), "P", 300, 2, line)
    assert deck.surface.adsorptions[1].free == SpeciesRef("bulk", "B")
    assert deck.surface.mismatches == (Mismatch("P", 80, 0.02),)
    assert deck.surface.sensing and deck.surface.generation
    assert deck.membranes.membranes[0].species == (("P", 500), ("Q", 40))


@pytest.mark.parametrize(
    ("system", "chemistry", "words"),
    [
        (CARRIER.replace("species P", "species R"), "", "no such species-membrane-diffusing, found 'R', allowed: P, Q"),
        (CARRIER.replace("P 500", "P -5"), "", "species P, found '-5', allowed: a whole number from 0"),
        (CARRIER.replace("P 500", "P 1e30"), "", "species P, found '1e30'"),
        (CARRIER.replace("P 500", "P 2.5"), "", "species P, found '2.5'"),
        (VESICLE + "curvature-mismatch R 1 1\n", "", "no such species-membrane-diffusing, found 'R'"),
        (VESICLE + "curvature-mismatch P -1 1\n", "", "K, found -1, allowed: a number ≥ 0"),
        (VESICLE + "curvature-mismatch P 1 1\ncurvature-mismatch P 2 1\n", "", "has one in line"),
        (VESICLE + "curvature-mismatch P x 1\n", "", "found 'x'"),
        (VESICLE, "species-membrane-diffusing A 1 1\n", "'A' is declared twice"),
        (VESICLE, "species-membrane-diffusing R -1 1\n", "found '-1'"),
        (VESICLE, "reaction-surface -1 P -> Q\n", "found '-1'"),
        (VESICLE, "reaction-surface 1 P -> D\n", "no such species-membrane-diffusing species, found 'D'"),
        (VESICLE, "reaction-adsorption-desorption 1 1 P <-> D\n", "no such diffusing or bulk species, found 'P'"),
        (VESICLE, "reaction-adsorption-desorption 1 1 D -> P\n", "'<->'"),
        (VESICLE, "reaction-adsorption-desorption 1 1 D <-> P P\n", "6 values"),
    ],
)
def test_mistakes(write, system, chemistry, words):
    with pytest.raises(DeckError) as caught:
        read_deck(write(system, CHEMISTRY + SURFACE + chemistry))
    assert words in str(caught.value).replace("\n", " ")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("curvature-mismatch Q 80 0.02\n", "'Q' covers no area"),
        ("DISSIPATIONTRACKING: ON\n", "without DELTAG:ID it is not in the books of free energy"),
        ("surface-curvature-policy squared\ncurvature-mismatch P 80 0.02\n", "do not bend a membrane"),
    ],
)
def test_remarks(write, more, words):
    assert words in "\n".join(map(str, read_deck(write(CARRIER + more)).warnings))
    off = "curvature-mismatch-enable-curvature-generation false\n"
    if "bend" in words:
        assert words not in "\n".join(map(str, read_deck(write(CARRIER + more + off)).warnings))


def test_species_without_a_membrane(write):
    sim = start(write(""))
    sim.run(0.1)
    assert sim.copy_numbers("P") == sim.copy_numbers("Q") == 0 and sim.copy_numbers("D").sum() == 300


# --- start


def test_initial_copies_are_dealt_by_area(write):
    text = CARRIER.replace("P 500", "P 100000") + SHEET.replace("0 0 500", "0 0 900").replace("))", ") (species P 7))")
    sim = start(write(text))
    vesicle, sheet = sim.membranes
    assert vesicle.copies["P"].sum() == 100000 and vesicle.copies["Q"].sum() == 40 and sheet.copies["P"].sum() == 7
    mesh = sim._membranes.mesh
    assert mesh.vertices["copies"].shape == (mesh.vertices.top, 2)
    # remeshing has changed a few vertices since; areas have hardly changed
    assert_frequencies(vesicle.copies["P"], vesicle.areas / vesicle.area)
    other = start(write(text), seed=2)
    assert (other.membranes[0].copies["P"][:50] != vesicle.copies["P"][:50]).any()


# --- running


def test_molecules_stay_or_go_where_they_are_counted(write):
    """Only exchange: volume and membrane together keep their number, through cycles of shrinking and remeshing."""
    lines = [line for line in SURFACE.splitlines() if not line.startswith("reaction-surface")]
    path = write(CARRIER + "SPECIALPROTOCOL scale-membrane-eq-volume -1e8 4e7\n", CHEMISTRY + "\n".join(lines) + "\n")
    sim = start(path)
    remeshed = 0
    for _ in range(4):
        sim.run(0.1)
        remeshed += sim._membranes.remeshed
        assert sim.copy_numbers("D").sum() + sim.copy_numbers("B") + sim.copy_numbers("P") == 1200
        assert sim.copy_numbers("Q") == 40 == sim.membranes[0].copies["Q"].sum()
        sim._membranes.mesh.check()
    assert remeshed > 0 and sim.copy_numbers("B") != 400 and sim.chemistry.surface.hops > 1000


def test_zero_order_reactions_fill_a_membrane(write):
    """reaction-surface k -> M: Poisson with mean k A t."""
    chemistry = CHEMISTRY + "species-membrane-diffusing M 100 0\nreaction-surface 0.01 -> M\n"
    sim = start(write(VESICLE, chemistry))
    sim.run(0.2)
    mean = 0.01 * sim.membranes[0].area * 0.2
    assert_mean([sim.copy_numbers("M")], mean, mean)


@pytest.mark.parametrize("algorithm", ["GILLESPIE", "SIMPLEGILLESPIE"])
def test_other_algorithms_run(write, algorithm):
    text = CARRIER.replace("P 500", "P 30").replace("300 300 300", "150 150 150")
    path = write(text)
    path.write_text(path.read_text().replace("CALGORITHM: NRM", f"CALGORITHM: {algorithm}"))
    sim = start(path)
    sim.run(0.02)
    assert sim.steps_done > 100 and sim.chemistry.surface.hops > 10


def test_bulk_volume_of_the_old_rules(write):
    """Bulk molecules are inside the vesicle; by the rules of MEDYAN 5.4 they adsorb as if all over the grid."""
    for rule in ("none", "medyan-5.4"):
        sim = start(write(CARRIER + f"compatibility {rule}\n"))
        chemistry, (m,) = sim.chemistry, sim.membranes
        rate = chemistry.channel_propensities[1][-1]
        area = chemistry.surface.free_areas.sum()
        volume = {"none": m.volume, "medyan-5.4": 1e9}[rule]
        assert rate == pytest.approx(100 * chemistry.bulk_counts[0] * area / volume, rel=1e-6)


def test_adsorption_from_compartments_that_the_membrane_cuts(write):
    """k N/V per free area with the volume inside, for every compartment, after the vesicle has shrunk."""
    text = CARRIER.replace("500 500 500 300 300 300", "480 510 530 300 280 200")
    path = write(text + "SPECIALPROTOCOL scale-membrane-eq-volume -1e8 2e7\n")
    path.write_text(path.read_text().replace("SIZEX: 500", "SIZEX: 250").replace("NX: 2", "NX: 4"))
    sim = start(path)
    sim.run(0.2)
    chemistry, vertices = sim.chemistry, sim._membranes.mesh.vertices
    size = np.array([250.0, 500.0, 500.0])
    active, fractions = chemistry.active_compartments, chemistry.volume_fractions
    assert (fractions[active] < 0.9).all() and not active.all()
    middles = size * (np.stack(np.unravel_index(np.arange(16), (2, 2, 4)), axis=1)[:, ::-1] + 0.5)
    rows, free = vertices.rows, chemistry.surface.free_areas
    own = (np.floor(vertices["x"][rows] / size) @ [1, 4, 8]).astype(int)
    distance = np.linalg.norm(middles[own][:, None] - middles[active], axis=2)
    room = np.bincount(np.flatnonzero(active)[distance.argmin(axis=1)], free[rows], minlength=16)
    number = sim.diffusing_counts[:, sim.diffusing_names.index("D")]
    assert number.sum() > 100 and number[~active].sum() == 0
    expected = 300 * number / (size.prod() * fractions) * room
    assert_allclose(chemistry.channel_propensities[0][:, -1], np.where(active, expected, 0), rtol=1e-9)


# --- proteins and curvature


def ellipsoid_with(write, more, copies=8000, policy="mixed-voronoi"):
    text = f"surface-curvature-policy {policy}\n(membrane p (bending-k 0))\n{more}"
    text += f"(init-membrane p (mesh ELLIPSOID 500 500 500 300 150 150) (species P {copies}))\n"
    return write(text, CHEMISTRY + "species-membrane-diffusing P 2e5 40\n")


def expected_copies(areas, energies, size, copies):
    """Mean copies on every vertex, each covering ``size``, when the whole has ``copies`` on average."""
    n = np.arange(int(areas.max() // size) + 2)
    free = np.maximum(areas[:, None] - size * n, 0)
    with np.errstate(divide="ignore"):
        log_weight = np.cumsum(np.log(free) - np.log(n + 1), axis=1)
    log_weight = np.concatenate([np.zeros((len(areas), 1)), log_weight], axis=1)
    n = np.arange(log_weight.shape[1])

    def mean(activity):
        exponent = log_weight + n * (activity - energies[:, None])
        p = np.exp(exponent - exponent.max(axis=1, keepdims=True))
        return (p * n).sum(1) / p.sum(1)

    return mean(brentq(lambda activity: mean(activity).sum() - copies, -30, 10))


def test_proteins_sort_to_curvature(write):
    """Left alone on a prolate vesicle, which nothing bends back: as the weights A (A − a) (A − 2a) … exp(−nE)/n! say,
    with E = 2 k (H − c)² a/kT."""
    path = ellipsoid_with(
        write, "curvature-mismatch P 200 0.03\ncurvature-mismatch-enable-curvature-generation false\n"
    )
    sim = start(path)
    sim.run(0.7)
    (m,) = sim.membranes
    energy = 2 * 200 * (m.curvatures - 0.03) ** 2 * 40 / 4.1
    assert energy.max() - energy.min() > 1
    expected = expected_copies(m.areas, energy, 40, 8000)
    assert_frequencies(m.copies["P"], expected / expected.sum())
    tips = np.abs(m.vertices[:, 0] - 500) > 0.8 * np.abs(m.vertices[:, 0] - 500).max()
    density = m.copies["P"] / m.areas
    assert density[tips].mean() > 1.15 * density[~tips].mean()  # the vesicle is two thirds full


def test_curvature_that_proteins_feel_by_the_old_rules(write):
    """By the policy of the bending energy, here one that is 15 % too high where five edges meet."""
    for rule, spread in (("none", (0, 0.01)), ("medyan-5.4", (0.2, 1))):
        chemistry = CHEMISTRY + "species-membrane-diffusing P 1 40\n"
        deck = read_deck(write(VESICLE + f"curvature-mismatch P 80 0\ncompatibility {rule}\n", chemistry))
        _, proteins = proteins_on(icosphere(3, 100.0), deck, 0)
        (energy,) = proteins.energies()
        assert spread[0] <= energy.max() / np.median(energy) - 1 < spread[1]


def test_sensing_can_be_switched_off(write):
    off = "curvature-mismatch P 200 0.03\ncurvature-mismatch-enable-curvature-sensing false\n"
    sim = start(ellipsoid_with(write, off + "curvature-mismatch-enable-curvature-generation false\n", 10))
    assert sim._membranes.protein_energies() is None and sim.chemistry.surface.cells.kinds == 1
    assert sim._membranes.arrays()["mismatch"] is None


def proteins_on(surface, rules, copies):
    """Proteins of a deck on a mesh of ours."""
    mesh = make_mesh(surface, species=len(rules.surface.species))
    mesh.vertices["copies"].reshape(mesh.vertices.top, -1)[mesh.vertices.rows] = copies
    return mesh, Proteins(rules, mesh, [0.004])


def test_energy_by_number(write):
    """κ = 80, a = 40, H = 0.01, c = 0.02: 0.64 pN nm; κ = 20, c = 0.03, a = 50: 0.8, of three proteins 2.4."""
    for k, c, a, energy, lift in ((80, 0.02, 40, 0.64, 1.168940), (20, 0.03, 50, 0.8, 1.21545920)):
        chemistry = CHEMISTRY + f"species-membrane-diffusing P 1 {a}\n"
        deck = read_deck(write(VESICLE + f"curvature-mismatch P {k} {c}\n", chemistry))
        mesh, proteins = proteins_on(icosphere(3, 100.0), deck, 3)
        found = proteins.energies()[0]
        assert_allclose(found, energy / 4.1, rtol=1e-3)  # H of the mesh is 0.01 to a few 10⁻⁴
        assert np.exp(np.median(found)) == pytest.approx(lift, rel=1e-3)
        m = proteins.mismatch(mesh.vertices.rows)
        # spread evenly by area, they are not three on every vertex
        assert (m @ [1, 0.01, 1e-4]).sum() == pytest.approx(3 * len(m) * energy, rel=1e-9)


def test_the_named_species_bends(write):
    """Seven P and two Q on every vertex; the line names Q, so it is two that bend, on a border as well."""
    chemistry = CHEMISTRY + "species-membrane-diffusing P 1 10\nspecies-membrane-diffusing Q 1 10\n"
    deck = read_deck(write(VESICLE + "curvature-mismatch Q 20 0.03\n", chemistry))
    mesh, proteins = proteins_on(icosphere(2, 100.0), deck, (7, 2))
    found = proteins.mismatch(mesh.vertices.rows)
    total = found.sum(axis=0) / (2 * 20 * 10)
    assert_allclose(total, 2 * 162 * np.array([0.03**2, -0.06, 1.0]), rtol=1e-9)


@pytest.mark.parametrize("closed", [True, False])
def test_spreading_proteins_keeps_their_number(write, closed):
    chemistry = CHEMISTRY + "species-membrane-diffusing P 1 10\nspecies-membrane-diffusing Q 1 10\n"
    deck = read_deck(write(VESICLE + "curvature-mismatch Q 20 0.03\n", chemistry))
    surface = distorted(2, closed=closed, level=2, share=0.05)
    copies = np.zeros((len(surface[0]), 2), dtype=np.int64)
    copies[5] = 100, 1000
    mesh, proteins = proteins_on(surface, deck, copies)
    spread = proteins.spread(np.array([0, 1]))
    assert_allclose(spread.sum(0), [100, 1000], rtol=1e-12)
    assert spread.min() >= 0 and spread[5, 1] < 900
    area = Geometry(mesh).vertex_area
    mesh.vertices["copies"][:] = np.round(1e12 * area / area.sum())[:, None]
    even = proteins.spread(np.array([0]))[:, 0] / area
    assert_allclose(even, even.mean(), rtol=1e-8)  # as even as whole molecules are


@pytest.mark.parametrize("policy", ["with-sign", "mem3dg", "mixed-voronoi"])
def test_forces_of_proteins_are_the_slope_of_their_energy(write, policy):
    deck = read_deck(write(VESICLE + "curvature-mismatch P 80 0.02\n"))
    surface = distorted(6, level=1)
    copies = np.random.default_rng(1).integers(0, 9, (len(surface[0]), 2))
    mesh, proteins = proteins_on(surface, deck, copies)
    arrays, rows, _ = model_arrays(mesh, ["none"])
    mismatch, model = proteins.mismatch(rows), make_model(curvature_policy=policy)

    def energy(x):
        model.load(**no_filaments(), membranes=table(x, arrays["triangles"], mismatch=mismatch, bending_k=[0.0]))
        return model.evaluate()["MembraneBending"]

    base = arrays["x"]
    assert energy(base) > 0
    gradient = slopes(energy, base)
    energy(base)
    assert_allclose(-model.vertex_forces, gradient, atol=1e-6 * abs(gradient).max())


def test_a_curvature_instability_is_foreseen(write):
    """4 K² c² a φ (1 − φ)/kT against κ + K φ, with 1500 proteins of 40 nm² on a sphere of 300 nm: φ = 0.053."""
    text = VESICLE.replace("300))", "300) (species P 1500))")
    off = "curvature-mismatch-enable-curvature-generation false\n"
    for k, more, expected in ((200, "", True), (140, "", True), (60, "", False), (200, off, False)):
        remarks = check_plausible(read_deck(write(text + f"curvature-mismatch P {k} 0.05\n" + more)))
        found = [d for d in remarks if "so that the membrane buds" in d.message]
        assert len(found) == expected
        if k == 200 and expected:
            assert "of 111 pN nm by 196 pN nm" in found[0].message and found[0].keyword == "curvature-mismatch"


def test_a_vesicle_with_proteins_does_not_swim(write):
    """Proteins bend a prolate vesicle, all on one end at first; nothing pulls it anywhere, so its middle stays."""
    rules = "membrane-stretching-ff-type GLOBAL_HARMONIC\nvolume-conservation-ff-type MEMBRANE\n"
    rules += "(membrane p (has-lipid-reservoir false) (bending-k 82))\n(mesh-adapter (max-size 40))\n"
    rules += "(init-membrane p (mesh ELLIPSOID 500 500 500 300 110 110) (species P 0))\nMINIMIZATIONTIME: 0.02\n"
    chemistry = CHEMISTRY + "species-membrane-diffusing P 1e5 50\n"
    path = write(rules + "surface-curvature-policy mixed-voronoi\ncurvature-mismatch P 24 0.05\n", chemistry)
    path.write_text(
        path.read_text()
        .replace("MINIMIZATIONTIME: 0.1\n", "")
        .replace("NEIGHBORLISTTIME: 0.1", "NEIGHBORLISTTIME: 0.02")
    )
    sim = start(path)
    (m,) = sim.membranes
    sim.set_copy_numbers("P", np.where(m.vertices[:, 0] > 700, 10, 0), membrane=0)
    assert sim.copy_numbers("P") > 300
    for _ in range(16):
        sim.run(0.1)
        (m,) = sim.membranes
        middle = np.average(m.vertices, axis=0, weights=m.areas)
        assert np.abs(middle - 500).max() < 20  # one end is thicker at first
    assert np.abs(middle - 500).max() < 5


def test_proteins_bend_the_membrane(write):
    """Proteins that ask for more curvature than a sphere has: an energy of the run, which relaxes and goes on."""
    more = "membrane-tension-ff-type CONSTANT\nvolume-conservation-ff-type MEMBRANE\n"
    line = "curvature-mismatch P 4 0.03\n"
    bent, plain = (
        start(write(more + VESICLE.split("MEMBRANE\n")[1].replace("300))", f"300) (species P {n}))") + line))
        for n in (300, 0)
    )
    for sim in (bent, plain):
        sim.run(0.1)
        assert sim.minimisation.converged
    n, h = bent.copy_numbers("P") - plain.copy_numbers("P"), 1 / 300  # some have come from the volume
    assert n > 100
    extra = bent.energies["MembraneBending"] - plain.energies["MembraneBending"]
    assert extra == pytest.approx(2 * 4 * (h - 0.03) ** 2 * 40 * n, rel=0.2)


# --- scripts, files, checkpoints


def test_scripts_set_copies_by_vertex(write):
    sim = start(write(CARRIER))
    (m,) = sim.membranes
    wanted = np.arange(len(m.ids))
    sim.set_copy_numbers("Q", wanted, membrane=0)
    assert (sim.membranes[0].copies["Q"] == wanted).all() and sim.copy_numbers("Q") == wanted.sum()
    sim.run(0.1)
    for name, copies, more in (
        ("Q", wanted[1:], {"membrane": 0}),
        ("Q", wanted - 1, {"membrane": 0}),
        ("Q", wanted, {}),
        ("Q", wanted, {"membrane": 1}),
        ("Q", 5, {"membrane": 0}),
        ("Q", 5, {"compartment": (0, 0, 0)}),
        ("B", 5, {"membrane": 0}),
    ):
        with pytest.raises(ValueError):
            sim.set_copy_numbers(name, copies, **more)
    with pytest.raises(KeyError):
        sim.set_copy_numbers("R", 1)


def test_files(write, tmp_path):
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    sim = start(write(CARRIER))
    kinds = [(name, kind) for name, kind, _ in sim.species_totals()]
    first = [("A", "DIFFUSING"), ("D", "DIFFUSING"), ("B", "BULK"), ("P", "MEMBRANE"), ("Q", "MEMBRANE")]
    assert kinds[:5] == first and kinds[5] == ("AF", "FILAMENT")
    recorders = Recorders([ChemistryRecorder(tmp_path), Hdf5Recorder(tmp_path), VtkRecorder(tmp_path)])
    recorders.open(sim)
    sim.run(0.1, recorders=recorders)
    recorders.close(sim)
    frame = (tmp_path / "chemistry.traj").read_text().split("\n\n")[1].splitlines()
    assert frame[-1] and not any("MEMBRANE" in line for line in frame)  # as in files of MEDYAN
    with h5py.File(tmp_path / "traj.h5") as file:
        meta, one = file["header/meta"], file["snapshots/1/membranes/0"]
        assert list(meta["vertexColumnNamesInt64"].asstr()[()]) == ["copyNumber.P", "copyNumber.Q"]
        assert list(meta["vertexColumnNamesFloat64"].asstr()[5:]) == ["conc.P", "conc.Q"]
        numbers, columns = one["vertexDataInt64"][()], one["vertexDataFloat64"][()]
        names = list(meta["globalSpeciesNames"].asstr()[()])
        totals = dict(zip(names, file["snapshots/1/globalSpeciesCopyNumbers"][()].tolist(), strict=True))
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(tmp_path / "paraview/membranes/0000/membranes_000001.vtp"))
    reader.Update()
    points, (m,) = reader.GetOutput().GetPointData(), sim.membranes
    for name in ("P", "Q"):
        copies = vtk_to_numpy(points.GetArray(f"{name} (copies)"))
        assert (copies == m.copies[name]).all() and copies.sum() == sim.copy_numbers(name)
        density = vtk_to_numpy(points.GetArray(f"{name} (per um2)"))
        assert_allclose(density * m.areas / 1e6, copies, rtol=1e-5)
        assert totals[name] == copies.sum() > 0
    assert_array_equal(numbers, np.stack([m.copies["P"], m.copies["Q"]], axis=1))
    assert_allclose(columns[:, 5:] * m.areas[:, None], numbers)
    with open_trajectory(tmp_path / "traj.h5") as trajectory:
        convert(trajectory, tmp_path / "again.h5")
    with h5py.File(tmp_path / "again.h5") as file:
        assert_array_equal(file["snapshots/1/membranes/0/vertexDataInt64"][()], numbers)


def test_goes_on_bit_for_bit_from_a_checkpoint(write, tmp_path):
    """With remeshing in every cycle, proteins that bend, and exchange with the volume."""
    more = "SPECIALPROTOCOL scale-membrane-eq-volume -1.5e8 2e7\ncurvature-mismatch P 2 0.02\n"
    whole = start(write(CARRIER + more))
    whole.run(0.2)
    whole.save(tmp_path / "checkpoint.h5")
    other = Simulation.load(tmp_path / "checkpoint.h5")
    remeshed = 0
    for _ in range(2):
        for sim in (whole, other):
            sim.run(0.1)
        remeshed += whole._membranes.remeshed
        assert not differences(whole.state(), other.state())
    assert remeshed > 0 and whole.chemistry.surface.hops > 0


@pytest.mark.parametrize("reason", ["no way down", "crossing"])
def test_molecules_add_up_after_a_relaxation_that_fails(write, monkeypatch, reason):
    """Of a mesh that was changed before it failed the chemistry knows all vertices, or it is put back."""
    within = f"adapt-mesh-during-minimization {str(reason != 'crossing').lower()}\n"
    sim = start(write(CARRIER + within + "SPECIALPROTOCOL scale-membrane-eq-volume 1e9 1\n"))
    mesh, minimise = sim._membranes.mesh, sim._mechanics._minimise
    first, seen = mesh.vertices.count, {}

    def fails(*pieces):
        if mesh.vertices.count != seen.setdefault(sim.time, mesh.vertices.count) and reason != "crossing":
            raise MechanicsError(reason, [], "")
        return minimise(*pieces)

    monkeypatch.setattr(sim._mechanics, "_minimise", fails)
    monkeypatch.setattr("medyan_py.setup.mechanics.PIECE", 3)
    monkeypatch.setattr(
        sim._membranes, "look_for_crossing", lambda moved: "crossing" if mesh.vertices.count > first else None
    )
    with pytest.raises(MechanicsError, match=reason):
        sim.run(1.0)
    (m,) = sim.membranes
    for name in ("P", "Q"):
        assert sim.copy_numbers(name) == m.copies[name].sum() > 0
