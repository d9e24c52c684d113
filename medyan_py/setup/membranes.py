"""The membranes of a deck: first meshes, what the mechanical model is told of them, remeshing between relaxations."""

from __future__ import annotations

import warnings

import numpy as np

from medyan_py.core.membrane.containment import containment
from medyan_py.core.membrane.crossings import Crossings
from medyan_py.core.membrane.ellipsoids import fitted_ellipsoid
from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.exchange import model_arrays
from medyan_py.core.membrane.geometry import Geometry
from medyan_py.core.membrane.interior import Interior
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.membrane.remeshing import Remesher
from medyan_py.core.membrane.shapes import plane
from medyan_py.core.membrane.terms import MembraneTerms
from medyan_py.core.membrane.tips import TipObstacles
from medyan_py.deck import Deck, DeckError, Diagnostic, Membrane
from medyan_py.setup.mesh_files import read_meshes
from medyan_py.setup.surface import Proteins, deal

LATTICE = 40.0  # nm; the box of a PLANE counts in whole multiples of it, as in MEDYAN 5.4
LEAST = 1.0  # nm² or nm³: rest values have to be positive
LOOK = 0.1  # of the largest edges: after vertices may have moved by so much it is looked whether membranes cross


def membrane_terms(deck: Deck) -> MembraneTerms:
    """Which energies the membranes of a deck have."""
    rules = deck.membranes
    return MembraneTerms(
        stretching=rules.stretching,
        tension="CONSTANT" if rules.tension else None,
        bending="HELFRICH" if rules.bending or deck.surface.bending_proteins else None,
        curvature_policy=rules.policy,
        volume="MEMBRANE" if rules.volume else None,
        bead_repulsion="REPULSION" if rules.bead_repulsion else None,
        bead_repulsion_k=rules.bead_k,
        bead_repulsion_cutoff=rules.bead_cutoff,
    )


class Membranes:
    """The membranes of one simulation.

    Parameters
    ----------
    deck : Deck
    seed : numpy.random.SeedSequence
        Of the streams that deal molecules, and divide them when the mesh changes.

    Attributes
    ----------
    mesh : MembraneMesh
        Has the copy numbers of species of membranes.
    rest_area, rest_volume : float64 (n,), nm², nm³
        Of every membrane.
    outermost : tuple of int
        Closed membranes that lie in no other one.
    noticed : list of Diagnostic
        Warnings about the deck.
    remeshed : int
        Flips, splits and collapses of the last remeshing.

    Raises
    ------
    DeckError
        For a mesh that is no surface, membranes that cross each other, a membrane without volume where the volume is
        conserved, and an attachment without a vertex in reach.
    """

    def __init__(self, deck: Deck, seed: np.random.SeedSequence):
        self._deck, self._rules = deck, deck.membranes
        self.mesh = MembraneMesh(len(deck.surface.species))
        self.noticed: list[Diagnostic] = []
        self._own = []  # per membrane of the mesh, its deck entry; a mesh file may hold several
        for membrane in self._rules.membranes:
            self._add(membrane)
        self._remesher = Remesher(
            self.mesh,
            seed,
            [m.reservoir for m in self._own],
            max_size=self._rules.max_size,
            adapted=[m.system == "general" for m in self._own],
        )
        self._adapt_first()
        self._moved = 0.0
        if crossing := self.crossing():
            self._refuse(self._own[crossing[1]], crossing[0])
        shape = Geometry(self.mesh)
        self.rest_area = np.array([m.rest_area_factor * shape.area(n) for n, m in enumerate(self._own)])
        self.rest_volume = np.array([shape.volume(n) + m.volume_offset for n, m in enumerate(self._own)])
        for n, m in enumerate(self._own):
            self.mesh.reset_rest_areas(m.rest_area_factor, n)
            if self._rules.volume and m.volume_k > 0 and not self.rest_volume[n] > 0:
                self._refuse(m, f"encloses {self.rest_volume[n]:g} nm³; turn its normal or set volume-offset")
        self._check_places()
        self._check_scaling()
        self._attach()
        self._deal(np.random.default_rng(np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, 0))))
        self._proteins = Proteins(deck, self.mesh, [m.spontaneous_curvature for m in self._own])
        self.outermost = self._outermost()
        self.remeshed = 0
        self._vertices = self._triangles = np.zeros(0, dtype=np.int32)
        self.forces = np.zeros((self.mesh.vertices.top, 3))

    @property
    def _file(self) -> str:
        """Of the lines of membranes."""
        return self._deck.source_lines.get("init-membrane", (str(self._deck.system_path),))[0]

    def _refuse(self, membrane: Membrane, message: str) -> None:
        raise DeckError([Diagnostic("error", self._file, membrane.line, "init-membrane", message)])

    def _add(self, membrane: Membrane) -> None:
        shape, given = membrane.mesh
        edge = self._rules.max_size
        try:
            if shape == "file":
                surfaces = read_meshes(given)
            elif shape == "ELLIPSOID":
                surfaces = [fitted_ellipsoid(given[:3], given[3:], edge)]
            else:
                size = LATTICE * np.floor(np.array(given[9:]) / LATTICE)
                surfaces = [plane(given[:3], given[3:6], given[6:9], size, edge)]
            for surface in surfaces:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    self.mesh.add(*surface)
                self._own.append(membrane)
                for warning in caught:
                    message = f"mesh: {given if shape == 'file' else shape}: {warning.message}"
                    self.noticed.append(Diagnostic("warning", self._file, membrane.line, "init-membrane", message))
        except (MeshError, ValueError) as error:
            self._refuse(membrane, f"mesh: {error}")

    def _adapt_first(self) -> None:
        """Remesh; then give ellipsoids the shape and the volume asked for, from which their rest values follow.

        A polyhedron with its corners on an ellipsoid encloses too little, so it is made larger by what is missing.
        """
        for _ in range(2):
            self._remesher.adapt()
            v = self.mesh.vertices
            for n, membrane in enumerate(self._own):
                if membrane.mesh[0] != "ELLIPSOID":
                    continue
                rows = v.rows[v["membrane"][v.rows] == n]
                centre, axes = np.array(membrane.mesh[1][:3]), np.array(membrane.mesh[1][3:])
                scaled = (v["x"][rows] - centre) / axes
                v["x"][rows] = centre + axes * scaled / np.linalg.norm(scaled, axis=1)[:, None]
                missing = 4 / 3 * np.pi * axes.prod() / Geometry(self.mesh).volume(n)
                v["x"][rows] = centre + (v["x"][rows] - centre) * missing ** (1 / 3)

    def crossing(self) -> tuple[str, int] | None:
        """Where a membrane passes through itself or another one, and the number of one of them; None if nowhere."""
        v, t = self.mesh.vertices, self.mesh.triangles
        found = Crossings(v["x"], t["corner"][t.rows]).of_itself()
        if found is None:
            return None
        one, other = sorted(int(v["membrane"][vertex]) for vertex in found)
        place = ", ".join(f"{c:.6g}" for c in v["x"][found[0]])
        both = f"membrane {one} passes through itself", f"membranes {one} and {other} cross each other"
        return f"{both[one != other]} at ({place}) nm", other

    def pierced(self, segments: np.ndarray) -> np.ndarray:
        """Membrane that each segment (n, 2, 3), nm, passes through, int (n,), −1 for none."""
        v, t = self.mesh.vertices, self.mesh.triangles
        found = Crossings(v["x"], t["corner"][t.rows]).of_segments(segments)
        return np.where(found < 0, -1, t["membrane"][t.rows[found]])

    def look_for_crossing(self, moved: float) -> str | None:
        """Where membranes cross after vertices have moved by up to ``moved`` nm, looked for when it may matter."""
        self._moved += moved
        if self._moved < LOOK * self._rules.max_size:
            return None
        self._moved = 0.0
        crossing = self.crossing()
        return None if crossing is None else crossing[0]

    def _outermost(self) -> tuple[int, ...]:
        try:
            parents = containment(self.mesh)
        except MeshError as error:
            self._refuse(self._own[-1], str(error))
        return tuple(n for n, parent in enumerate(parents) if parent < 0 and self.mesh.is_closed(n))

    def _check_places(self) -> None:
        """Warn of membranes that reach out of the grid, where no molecule goes and no boundary holds them."""
        v, size = self.mesh.vertices, self._deck.geometry.size
        for n, membrane in enumerate(self._own):
            x = v["x"][v.rows[v["membrane"][v.rows] == n]]
            out = [
                f"{axis} from {low:.4g} to {high:.4g} nm (grid: 0 to {most:.4g})"
                for axis, low, high, most in zip("xyz", x.min(axis=0), x.max(axis=0), size, strict=True)
                if low < 0 or high > most
            ]
            if out:
                message = f"membrane {n} reaches out of the grid: {', '.join(out)}"
                self.noticed.append(Diagnostic("warning", self._file, membrane.line, "init-membrane", message))

    def _check_scaling(self) -> None:
        """Warn of protocols whose least value is above what they begin with."""
        protocols = self._deck.protocols
        for protocol, name, what, unit, rest in (
            (protocols.membrane_area, "scale-membrane-eq-area", "rest area", "nm²", self.rest_area),
            (protocols.membrane_volume, "scale-membrane-eq-volume", "rest volume", "nm³", self.rest_volume),
        ):
            for n, membrane in enumerate(self._own):
                if protocol is None or rest[n] >= protocol.least or (unit == "nm²" and membrane.reservoir):
                    continue
                message = (
                    f"{name}: membrane {n} (init-membrane, line {membrane.line}) has a {what} of {rest[n]:.4g} {unit}, "
                    f"which is less than the least one, {protocol.least:.4g} {unit}, and becomes that at once"
                )
                self.noticed.append(Diagnostic("warning", self._file, protocol.line, "SPECIALPROTOCOL", message))

    def _attach(self) -> None:
        """Tie the nearest vertex to the place of every attachment."""
        v = self.mesh.vertices
        self._attached = []
        for attachment in self._rules.attachments:
            rows = v.rows
            distance = np.linalg.norm(v["x"][rows] - np.array(attachment.place), axis=1)
            if not len(rows) or distance.min() >= attachment.reach:
                name = "init-fixed-vertex-attachment"
                file, line = self._deck.source_lines[name]
                place = " ".join(f"{c:g}" for c in attachment.place)
                message = f"no vertex within {attachment.reach:g} nm of {place}"
                raise DeckError([Diagnostic("error", file, line, name, message)])
            row = int(rows[np.argmin(distance)])
            v["attachments"][row] += 1
            self._attached.append((row, attachment))

    def _deal(self, rng: np.random.Generator) -> None:
        """Initial copies of the species of membranes."""
        names = [s.name for s in self._deck.surface.species]
        for n, membrane in enumerate(self._own):
            for name, copies in membrane.species:
                deal(self.mesh, n, names.index(name), copies, rng)

    def protein_energies(self) -> np.ndarray | None:
        """Energies (kT) of the proteins that feel curvature, for ``update_surface`` of the chemistry."""
        return self._proteins.energies()

    # --- checkpoints

    def state(self) -> dict:
        """Meshes, rest values, attachments and the random stream of the remeshing."""
        return {
            "mesh": self.mesh.state(),
            "remesher": self._remesher.state(),
            "rest_area": self.rest_area.copy(),
            "rest_volume": self.rest_volume.copy(),
            "attached": np.array([row for row, _ in self._attached], dtype=np.int32),
            "remeshed": int(self.remeshed),
            "moved": float(self._moved),
            "forces": self.forces.copy(),
        }

    def restore(self, saved: dict) -> None:
        """Take over the state of the membranes of the same deck."""
        self.mesh.restore(saved["mesh"])
        self._remesher.restore(saved["remesher"])
        self.rest_area, self.rest_volume = saved["rest_area"].copy(), saved["rest_volume"].copy()
        places = [attachment for _, attachment in self._attached]
        self._attached = list(zip(saved["attached"].tolist(), places, strict=True))
        self.remeshed, self._moved = saved["remeshed"], saved["moved"]
        self.forces = saved["forces"].copy()

    # --- relaxation

    def arrays(self) -> dict:
        """``membranes`` of ``MechanicalModel.load``."""
        own, rules = self._own, self._rules
        arrays, self._vertices, self._triangles = model_arrays(self.mesh, [m.pinning for m in own])
        material = np.array([m.area_k if m.system == "material" else 0.0 for m in own])
        tense = [m.system == "general" and m.reservoir for m in own]
        elastic = [m.system == "general" and not m.reservoir for m in own]
        number = np.zeros(self.mesh.vertices.top, dtype=np.int64)
        number[self._vertices] = np.arange(len(self._vertices))
        return arrays | {
            "bending_k": [m.bending_k * rules.bending for m in own],
            "mismatch": self._proteins.mismatch(self._vertices),
            "spontaneous_curvature": [m.spontaneous_curvature for m in own],
            "tension": [m.tension * on for m, on in zip(own, tense, strict=True)],
            "area_k": [m.area_k * on for m, on in zip(own, elastic, strict=True)],
            "rest_area": self.rest_area,
            "volume_k": [m.volume_k if rules.volume else 0.0 for m in own],
            "rest_volume": self.rest_volume,
            "volume_offset": [m.volume_offset for m in own],
            "triangle_stretching_k": material[arrays["membrane"]],
            "attachments": {
                "vertex": number[[row for row, _ in self._attached]],
                "place": np.array([a.place for _, a in self._attached]).reshape(-1, 3),
                "k": [a.k for _, a in self._attached],
            },
        }

    def take(self, positions: np.ndarray) -> None:
        """Positions (nv, 3), nm, of the vertices in the order of the last ``arrays``."""
        self.mesh.vertices["x"][self._vertices] = positions

    def keep_forces(self, forces: np.ndarray) -> None:
        """Forces (nv, 3), pN, on the vertices in the order of the last ``arrays``, for whoever asks later."""
        self.forces = np.zeros((self.mesh.vertices.top, 3))
        self.forces[self._vertices] = forces

    def tensions(self) -> np.ndarray:
        """Tension (pN/nm) at every row of the vertices: the derivative of the energy by the area."""
        v, t, shape = self.mesh.vertices, self.mesh.triangles, Geometry(self.mesh)
        found = np.zeros(v.top)
        for n, m in enumerate(self._own):
            rows = v.rows[v["membrane"][v.rows] == n]
            if m.system == "material":
                if self._rules.stretching == "LOCAL_HARMONIC":
                    own = t.rows[t["membrane"][t.rows] == n]
                    area, rest = shape.triangle_area[own], t["rest_area"][own]
                    corners, pull = t["corner"][own], m.area_k * (area - rest) / rest * area / 3
                    for k in range(3):
                        np.add.at(found, corners[:, k], pull)
                    found[rows] /= shape.vertex_area[rows]
            elif m.reservoir:
                found[rows] = m.tension * self._rules.tension
            elif self._rules.stretching == "GLOBAL_HARMONIC":
                found[rows] = m.area_k * (shape.area(n) - self.rest_area[n]) / self.rest_area[n]
        return found

    def hinder(self, obstacles: TipObstacles) -> None:
        """Put the triangles where growing filament ends feel them."""
        if self._rules.bead_repulsion:
            corners = self.mesh.triangles["corner"][self.mesh.triangles.rows]
            step = max(t.monomer_size for t in self._deck.filament_types)
            obstacles.place(self.mesh.vertices["x"][corners], self._rules.bead_k, self._rules.tip_cutoff, step)

    def enclose(self, interior: Interior) -> None:
        """Put the outermost closed membranes where they hold filaments in."""
        interior.take(self.mesh, self.outermost)

    def adapt(self) -> bool:
        """Remesh; whether the mesh has changed, whose forces are then not known before they are kept anew."""
        self.remeshed = self._remesher.adapt()
        if self.remeshed > 0:
            self.forces = np.full((self.mesh.vertices.top, 3), np.nan)
        return self.remeshed > 0

    def scale(self, elapsed: float) -> None:
        """What special protocols do to rest areas and rest volumes in ``elapsed`` s.

        Rest areas of membranes without a reservoir: of the whole, of triangles and of vertices together. Rest volumes
        of all membranes.
        """
        area, volume = self._deck.protocols.membrane_area, self._deck.protocols.membrane_volume
        if volume is not None:
            self.rest_volume = np.maximum(max(volume.least, LEAST), self.rest_volume + volume.rate * elapsed)
        if area is None:
            return
        t, v = self.mesh.triangles, self.mesh.vertices
        for n, membrane in enumerate(self._own):
            if membrane.reservoir:
                continue
            new = max(area.least, LEAST, self.rest_area[n] + area.rate * elapsed)
            for table in (t, v):
                rows = table.rows[table["membrane"][table.rows] == n]
                table["rest_area"][rows] *= new / self.rest_area[n]
            self.rest_area[n] = new
