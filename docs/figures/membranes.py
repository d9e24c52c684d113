"""The figures of docs/membranes.md and inputs/filopodium/README.md; a few minutes.

python docs/figures/membranes.py          # membranes against theory, molecules on them
medyan run -s inputs/filopodium/systeminput.txt -o out/filopodium --seed-fixed 1
python docs/figures/membranes.py out/filopodium
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import NullFormatter
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/membrane"))
POLICIES = ("with-sign", "squared", "mem3dg", "mixed-voronoi")


def spheres(left, right):
    """Bending energy and curvature of icospheres against the length of their edges."""
    from surfaces import make_mesh, make_model, solve

    from medyan_py.core.membrane.geometry import Geometry
    from medyan_py.core.membrane.shapes import icosphere

    for policy in POLICIES:
        edges, energies, curvatures = [], [], []
        for level in range(1, 6):
            x, triangles = icosphere(level, 1.0)
            mesh = make_mesh((x, triangles))
            energy = solve(make_model(curvature_policy=policy), x, triangles, bending_k=[1.0])[0]["MembraneBending"]
            edges.append(np.sqrt(4 * np.pi / len(triangles) * 4 / 3**0.5))
            energies.append(abs(energy / (8 * np.pi) - 1))
            curvatures.append(np.abs(Geometry(mesh).mean_curvature(policy) - 1).max())
        left.loglog(edges, energies, ".-", label=policy)
        right.loglog(edges, curvatures, ".-")
    left.loglog(edges, 0.3 * np.array(edges) ** 2, "k:", label="order 2")
    left.set(xlabel="edge / R", ylabel="|U / 8πκ − 1|", title="Bending energy of spheres")
    left.legend(fontsize=6)
    right.set(xlabel="edge / R", ylabel="largest |HR − 1|", title="Curvature of single vertices", ylim=(1e-6, 1))
    for axes in (left, right):
        axes.xaxis.set_minor_formatter(NullFormatter())


def laplace(axes):
    """Pressure of tense vesicles."""
    from surfaces import make_mesh, make_model
    from test_membrane_physics import relax

    from medyan_py.core.membrane.geometry import Geometry
    from medyan_py.core.membrane.shapes import icosphere

    x, triangles = icosphere(4, 100.0)
    rest = 4 / 3 * np.pi * 1e6
    x *= (rest / Geometry(make_mesh((x, triangles))).volume(0)) ** (1 / 3)
    tensions, pressures = np.array([0.02, 0.05, 0.1, 0.2, 0.5, 1.0]), []
    model = make_model(tension="CONSTANT", volume="MEMBRANE")
    for tension in tensions:
        found = relax(model, x, triangles, bending_k=[100.0], tension=[tension], volume_k=[0.8], rest_volume=[rest])
        pressures.append(0.8 * (1 - Geometry(make_mesh((found, triangles))).volume(0) / rest))
    axes.loglog(tensions, 2 * tensions / 100, "k-", lw=0.8, label="2σ/R")
    axes.loglog(tensions, pressures, "o", ms=4, label="mesh")
    axes.set(xlabel="σ (pN/nm)", ylabel="pressure (pN/nm²)", title="Law of Laplace, R = 100 nm")
    axes.legend(fontsize=6)


def discocyte(axes):
    from axisymmetric import vesicle_energy
    from test_membrane_physics import deflate

    x, energy, volume = deflate((1, 1, 0.3), np.r_[0.7:0.6:-0.01, [0.6] * 5])
    expected, contour = vesicle_energy(volume)
    x = x - x.mean(0)
    axis = np.linalg.eigh(x.T @ x)[1][:, 0]
    height, radius = x @ axis, np.linalg.norm(x - np.outer(x @ axis, axis), axis=1)
    contour *= radius.max() / contour[:, 0].max()
    axes.plot(radius, height, ".", ms=2)
    for side in (1, -1):
        axes.plot(contour[:, 0], side * contour[:, 1], "k-", lw=0.8)
    axes.set(xlabel="r (nm)", ylabel="z (nm)", aspect="equal")
    axes.set_title(f"v = {volume:.3f}: U = {energy:.3f}, theory {expected:.3f} · 8πκ")


def tether(axes):
    from axisymmetric import tether_force
    from test_membrane_physics import TUBE, pull_tether

    heights = np.r_[0.05, 0.1:1:0.1, 1:12.01:0.25]
    axes.plot(heights, tether_force(heights), "k-", lw=0.8, label="shape equations")
    for policy in ("with-sign", "mem3dg"):
        mesh, found = pull_tether(np.r_[0.25:12.01:0.25], 0.35, policy)
        x = mesh.vertices["x"][mesh.vertices.rows]
        tube = x[(x[:, 2] > 4.5 * TUBE) & (x[:, 2] < 7.5 * TUBE), :2]
        radius = np.linalg.norm(tube - tube.mean(0), axis=1).mean() / TUBE
        axes.plot(*found.T, ".", ms=3, label=f"{policy}; radius at the end {radius:.2f} r₀")
    axes.axhline(1, color="k", ls=":", lw=0.8)
    axes.set(xlabel="height / r₀", ylabel="force / 2π√(2κσ)", title="Pulling a tether")
    axes.legend(fontsize=6)


def sheet(axes):
    from surfaces import equilateral, make_mesh, make_model, no_filaments, table

    x, triangles = equilateral(24, 24, 10.0)
    border = make_mesh((x, triangles)).vertices["border"] != 0
    x[:, 2] = np.where(border, 0, 15 * np.sin(x[:, 0] / 40) * np.cos(x[:, 1] / 50))
    model = make_model(tension="CONSTANT")
    roughness = [np.abs(x[:, 2]).max()]
    model.load(**no_filaments(), membranes=table(x, triangles, bending_k=[100.0], tension=[0.02], fixed=border))
    while roughness[-1] > 1e-4 and len(roughness) < 60:
        model.minimise(gradient_tolerance=1e-9, predicted_decrease=1e-12, evaluations=2)
        roughness.append(np.abs(model.vertex_positions[:, 2]).max())
    axes.semilogy(2 * np.arange(len(roughness)), roughness, ".-")
    axes.set(xlabel="evaluations", ylabel="largest |z| (nm)", title="A bent sheet flattens")


def displacement(axes):
    """Mean square displacement of molecules that began on one vertex of a sheet."""
    from surface_worlds import begin, columns, make_engine, plain
    from surfaces import equilateral

    x, triangles = equilateral(41, 47, 10.0)
    start, n, times = 23 * 41 + 20, 10000, np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0])
    square = ((x - x[start]) ** 2).sum(1)
    engine, first, found = make_engine([(x, triangles)], [plain("M", 1000.0)]), np.zeros((len(x), 1), dtype=int), []
    first[start] = n
    begin(engine, first)
    for time in times:
        engine.run(time)
        found.append(columns(engine.surface.cells.mesh)[:, 0] @ square / n)
    axes.loglog(times, 4 * 1000 * times, "k-", lw=0.8, label="4Dt")
    axes.loglog(times, found, "o", ms=4, label="10,000 molecules")
    axes.set(xlabel="time (s)", ylabel="⟨r²⟩ (nm²)", title="Diffusion, D = 1000 nm²/s")
    axes.legend(fontsize=6)


def prolate():
    """A vesicle twice as long as wide, half axes 60, 60 and 120 nm, the mean curvature and the area of its vertices."""
    from surfaces import make_mesh

    from medyan_py.core.membrane.geometry import Geometry
    from medyan_py.core.membrane.shapes import icosphere

    x, triangles = icosphere(3, 60.0)
    x[:, 2] *= 2
    shape = Geometry(make_mesh((x, triangles)))
    return x, triangles, shape.mean_curvature("mixed-voronoi"), shape.vertex_area


def proteins_on(x, triangles, energies):
    """Copies of 20,000 proteins per vertex in equilibrium, mean of 10 moments."""
    from surface_worlds import begin, columns, make_engine, plain

    engine = make_engine([(x, triangles)], [plain("P", 1e5, 0.0, True)])
    first = np.zeros((len(x), 1), dtype=np.int64)
    first[:, 0] = np.random.default_rng(1).multinomial(20000, np.ones(len(x)) / len(x))
    begin(engine, first, energies[None])
    found = np.zeros(len(x))
    for _ in range(10):
        engine.run(engine.time + 0.1)
        found += columns(engine.surface.cells.mesh)[:, 0] / 10
    return found


def boltzmann(axes):
    """Density of proteins on a prolate vesicle by their energy, over that of the mean vertex."""
    x, triangles, h, area = prolate()
    energies = 2 * 160 * (h - 0.05) ** 2 * 50 / 4.1
    density = proteins_on(x, triangles, energies) / area
    weight = np.exp(-energies)
    line = np.array([energies.min(), energies.max()])
    scale = density @ area / (weight @ area)
    axes.semilogy(energies, density, ".", ms=2, label="vertices")
    axes.semilogy(line, scale * np.exp(-line), "k-", lw=0.8, label="∝ exp(−E/kT)")
    axes.set(xlabel="E/kT at the vertex", ylabel="proteins per nm²", title="Equilibrium on a prolate vesicle")
    axes.legend(fontsize=6)


def sorting(axes):
    """How many times more proteins per area are on the ends of it than around its middle."""
    x, triangles, h, area = prolate()
    z = np.abs(x[:, 2])
    parts = [z > 0.8 * z.max(), z < 0.3 * z.max()]

    def ratio(amounts):
        ends, middle = (amounts[part].sum() / area[part].sum() for part in parts)
        return ends / middle

    for curvature, colour in ((0.05, "C0"), (0.0, "C1")):
        stiffness = np.linspace(0, 240, 25)
        energy = 2 * (h - curvature) ** 2 * 50 / 4.1
        axes.plot(stiffness, [ratio(area * np.exp(-k * energy)) for k in stiffness], "-", color=colour, lw=0.8)
        some = stiffness[::6]
        found = [ratio(proteins_on(x, triangles, k * energy)) for k in some]
        axes.plot(some, found, "o", color=colour, ms=4, label=f"ask for {curvature:g}/nm")
    axes.set(xlabel="stiffness of a protein (pN nm)", ylabel="density on ends / middle", yscale="log")
    axes.set_title("Proteins sort by curvature")
    axes.legend(fontsize=6)


def molecules():
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.8))
    displacement(axes[0])
    boltzmann(axes[1])
    sorting(axes[2])
    save(figure, "membrane_molecules.png")


def theory():
    figure, axes = plt.subplots(2, 3, figsize=(9, 5.4))
    spheres(axes[0, 0], axes[0, 1])
    laplace(axes[0, 2])
    discocyte(axes[1, 0])
    tether(axes[1, 1])
    sheet(axes[1, 2])
    save(figure, "membranes.png")


def filopodium(folder):
    """Outlines at three times and the length of the protrusion."""
    from medyan_py.analysis import read_snapshot

    frames = list(read_snapshot(Path(folder) / "snapshot.traj"))
    figure, axes = plt.subplots(1, 4, figsize=(9, 3.6), width_ratios=(1, 1, 1, 1.6))
    for place, n in zip(axes, (0, len(frames) // 2, len(frames) - 1), strict=False):
        (m,) = frames[n].membranes
        edges = np.concatenate([m.triangles[:, [0, 1]], m.triangles[:, [1, 2]], m.triangles[:, [2, 0]]])
        place.add_collection(LineCollection(m.vertices[edges][:, :, [0, 2]], colors="#4477aa", lw=0.15))
        for beads in lines(frames[n].filaments):
            place.plot(beads[:, 0], beads[:, 2], color="#cc3311", lw=0.8)
        place.set(xlim=(150, 850), ylim=(0, 1800), aspect="equal", title=f"{frames[n].time:.0f} s", xticks=[])
    axes[0].set_ylabel("z (nm)")
    tops = [max(m.vertices[:, 2].max() for m in frame.membranes) for frame in frames]
    axes[3].plot([frame.time for frame in frames], np.array(tops) - tops[0])
    axes[3].set(xlabel="time (s)", ylabel="length of the protrusion (nm)")
    save(figure, "filopodium.png")


def lines(filaments):
    """Beads of every filament, (n, 3) each."""
    return np.split(filaments.beads, filaments.start[1:-1])


def save(figure, name):
    figure.tight_layout()
    target = ROOT / "docs/images" / name
    figure.savefig(target, dpi=110)
    Image.open(target).convert("RGB").quantize(48).save(target, optimize=True)


if __name__ == "__main__":
    plt.rcParams.update({"font.size": 8, "axes.titlesize": 8})
    if len(sys.argv) > 1:
        filopodium(sys.argv[1])
    else:
        molecules()
        theory()
