"""HESSIANTRACKING and EIGENTRACKING: when, what, and in which files; eigenvalues against the dense solver."""

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_matrix
from small_run import distance_to_filaments

from medyan_py import DeckError
from medyan_py.analysis import read_snapshot
from medyan_py.normal_modes import Modes, normal_modes
from medyan_py.output import OutputError, claim_directory, standard_recorders

MODES = {"NUMFILAMENTS": "4", "FILAMENTLENGTH": "3", "SNAPSHOTTIME": "0.2"}
GROWTH = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 1.0\n"


def recorded(runner, tmp_path, tracking, duration=0.4, chemistry="", **changes):
    simulation = runner.start(chemistry, MODES | {"HESSIANTRACKING": tracking} | changes)
    out = claim_directory(tmp_path / "out")
    recorders = standard_recorders(out, vtk=False)
    recorders.open(simulation)
    simulation.run(duration, recorders=recorders)
    recorders.close(simulation)
    return simulation, out


def blocks(path):
    """Blocks of a file: lists of rows of numbers."""
    text = path.read_text()
    assert text == "" or text.endswith("\n\n")
    return [[list(map(float, row.split())) for row in block.splitlines()] for block in text.split("\n\n")[:-1]]


def test_files(runner, tmp_path):
    simulation, out = recorded(runner, tmp_path, "2 1 0 1")
    size = 3 * len(simulation.filaments.beads)
    spectra, matrices, projections = (
        blocks(out / f"{name}.traj") for name in ("hessianspectra", "hessianmatrix", "projections")
    )
    assert [block[0][0] for block in spectra] == pytest.approx([0, 0.2, 0.4])
    assert [block[0][0] for block in matrices] == pytest.approx([0, 0.2, 0.4])
    assert [block[0][0] for block in projections] == pytest.approx([0.2, 0.4])
    for spectrum, matrix in zip(spectra, matrices, strict=True):
        head, *rows = matrix
        assert head[1:] == [size, len(rows)]
        i, j, values = np.array(rows).T
        assert (np.abs(values) > 1e-5).all()
        dense = csr_matrix((values, (i.astype(int), j.astype(int))), shape=(size, size)).toarray()
        head, *rows = spectrum
        assert head[1] == size == len(rows)
        eigenvalues, components, points = np.array(rows).T
        expected = np.linalg.eigvalsh(dense)
        assert eigenvalues == pytest.approx(expected, abs=2e-5 * expected.max() ** 0.5 + 1e-3)
        assert eigenvalues.sum() == pytest.approx(np.trace(dense), rel=1e-6)
        assert ((components > 1 / size - 1e-9) & (components <= points + 1e-9) & (points <= 1 + 1e-9)).all()


def test_modes_of_free_filaments(runner):
    """Four straight filaments in free space: each moves and turns at no cost, five times zero, all else stiff."""
    simulation = runner.start(
        "", MODES | {"HESSIANTRACKING": "1 1 0 0", "FILCREATIONBOUNDS": "0.4 0.4 0.4 0.6 0.6 0.6"}
    )
    record = simulation.hessians.records[0]
    values = record.modes.eigenvalues
    assert len(values) == 48
    assert np.abs(values[:20]).max() < 1e-4 < 1e-2 < values[20]
    vectors = record.modes.vectors
    assert vectors.T @ vectors == pytest.approx(np.eye(48), abs=1e-10)
    assert record.matrix @ vectors == pytest.approx(vectors * values, abs=1e-8)
    assert record.projections is None
    x, y = np.zeros((16, 3)), np.zeros((16, 3))
    x[:4, 0] = y[:4, 1] = 0.5  # one of the filaments moves as a whole
    for shift in (x, y):
        assert (shift.ravel() @ vectors[:, :20] @ vectors[:, :20].T) == pytest.approx(shift.ravel(), abs=1e-6)


def test_every_skip_th_minimisation_and_only_the_latest_without_recorders(runner):
    simulation = runner.start("", MODES | {"HESSIANTRACKING": "3 0 0 0"})
    seen = []
    simulation.run(0.7, on_cycle=lambda s: seen.append([record.time for record in s.hessians.records]))
    assert seen == [pytest.approx([t]) for t in (0, 0, 0.3, 0.3, 0.3, 0.6, 0.6)]


def test_projections_follow_points_that_stay(runner, tmp_path):
    """Growing filaments: the direction in which all beads have moved has length 1 on all modes."""
    _simulation, out = recorded(runner, tmp_path, "1 1 0 0", chemistry=GROWTH, duration=2.0)
    sizes = [block[0][1] for block in blocks(out / "hessianspectra.traj")]
    assert sizes[-1] > sizes[0]
    projections = blocks(out / "projections.traj")
    assert len(projections) == len(sizes) - 1
    for size, block in zip(sizes[1:], projections, strict=True):
        assert block[0][1] == size == len(block) - 1
    lengths = [np.square(block[1:]).sum() for block in projections]
    growing = [length == pytest.approx(1, abs=1e-6) for length in lengths]
    assert sum(growing) >= 3
    assert not any(length for length, moves in zip(lengths, growing, strict=True) if not moves)  # monomers are used up


def test_without_eigenvalues_or_matrix(runner, tmp_path):
    _simulation, out = recorded(runner, tmp_path, "1 0 0 1", EIGENTRACKING="OFF")
    names = {path.name for path in out.glob("*.traj")}
    assert "hessianmatrix.traj" in names and not names & {"hessianspectra.traj", "projections.traj"}
    assert len(blocks(out / "hessianmatrix.traj")) == 5


def test_all_but_one_mode_by_old_rules_and_no_more_than_needed_by_default(runner):
    for compatibility, dense, expected in (("none", "0", 47), ("none", "1", 48), ("medyan-5.4", "0", 47)):
        changes = MODES | {"HESSIANTRACKING": f"1 {dense} 0 0", "compatibility": compatibility}
        assert len(runner.start("", changes).hessians.records[0].modes.eigenvalues) == expected


def test_tracking_does_not_change_the_course(runner):
    plain, tracked = (runner.start(GROWTH, MODES | changes) for changes in ({}, {"HESSIANTRACKING": "1 0 0 0"}))
    for simulation in (plain, tracked):
        simulation.run(1.0)
    assert plain.hessians is None
    assert (plain.filaments.beads == tracked.filaments.beads).all()
    assert plain.chemistry.next_time == tracked.chemistry.next_time


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0 1 0 0", "SKIP, found 0, allowed: a whole number ≥ 1"),
        ("1.5 1 0 0", "SKIP, found 1.5"),
        ("1 1 0", "found 3 values"),
    ],
)
def test_wrong_lines_are_refused(runner, value, message):
    with pytest.raises(DeckError, match=f"HESSIANTRACKING: .*{message}"):
        runner.start("", {"HESSIANTRACKING": value})


def spring_network(seed, chains, beads):
    """Second derivatives of separate straight chains of springs and bends: three zeros of each are translations."""
    rng = np.random.default_rng(seed)
    chain = np.zeros((beads, beads))
    for i in range(beads - 1):
        step = np.zeros(beads)
        step[i : i + 2] = -1, 1
        chain += rng.uniform(50, 150) * np.outer(step, step)
    return block_diag([np.kron(chain, np.eye(3)) * (1 + 0.1 * c) for c in range(chains)], format="csr")


@pytest.mark.parametrize(("chains", "beads", "count"), [(1, 150, 7), (10, 20, 60), (20, 10, 100), (2, 100, 4)])
def test_sparse_solver_finds_the_softest_modes_with_all_their_copies(chains, beads, count):
    hessian = spring_network(1, chains, beads)
    modes = normal_modes(hessian, count)
    expected = np.linalg.eigvalsh(hessian.toarray())
    assert modes.eigenvalues == pytest.approx(expected[:count], abs=1e-7 * expected[-1])
    assert hessian @ modes.vectors == pytest.approx(modes.vectors * modes.eigenvalues, abs=1e-6 * expected[-1])


def test_lanczos_iterations_find_copies_in_one_piece():
    """A ring of springs with a weak coupling of all coordinates: pairs of equal eigenvalues, one connected part."""
    n = 400
    ring = 2 * np.eye(n) - np.roll(np.eye(n), 1, axis=0) - np.roll(np.eye(n), -1, axis=0)
    expected = np.sort(2 - 2 * np.cos(2 * np.pi * np.arange(n) / n))[:15]
    modes = normal_modes(csr_matrix(ring), 15)
    assert modes.eigenvalues == pytest.approx(expected, abs=1e-10)
    assert modes.vectors.T @ modes.vectors == pytest.approx(np.eye(15), abs=1e-8)


def test_sparse_solver_finds_unstable_directions_first():
    hessian = spring_network(2, 1, 120)
    shift = np.zeros(360)
    shift[180] = 400.0
    hessian = hessian - csr_matrix(np.diag(shift))
    expected = np.linalg.eigvalsh(hessian.toarray())
    assert expected[0] < -50
    assert normal_modes(hessian, 5).eigenvalues == pytest.approx(expected[:5], abs=1e-5)


def test_participation():
    """One coordinate of two beads, and all of them alike."""
    modes = Modes(np.zeros(2), np.column_stack([np.eye(6)[0], np.full(6, 6**-0.5)]))
    assert modes.participation == pytest.approx([1, 1 / 6]) and modes.point_participation == pytest.approx([1, 1 / 2])


def test_nothing_to_move():
    modes = normal_modes(csr_matrix((0, 0)))
    assert len(modes.eigenvalues) == len(modes.participation) == len(modes.point_participation) == 0


def test_pins_have_an_energy_in_the_books(runner):
    """Two filaments pinned at their ends and pulled apart by what is between them: the sum of the energies by name."""
    crossing = "FILAMENT 0 400 500 500 616 500 500\nFILAMENT 0 508 392 503 508 608 503\n"
    changes = {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 0.1 600 0.0", "DISSIPATIONTRACKING": "ON"}
    changes |= {"VOLUMEFFTYPE": "integral", "VOLUMEK": "857", "VOLUMECUTOFF": "120"}
    simulation = runner.start("", changes, filaments=crossing)
    simulation.run(0.3)
    assert simulation.energies["BoundaryCylinderAttachment"] > 0
    assert sum(simulation.energies.values()) == pytest.approx(simulation.minimisation.energy_after)
    assert "BoundaryCylinderAttachment" in simulation.dissipation.force_fields


LINKS = """\
SPECIESDIFFUSING: LD 100 20e6 0 0 REG
SPECIESDIFFUSING: BD 4 20e6 0 0 REG
SPECIESLINKER: L 0
LINKERBINDINGSITE: EA 0
SPECIESBOUND: BEA 0
BRANCHERBINDINGSITE: BEA 0
SPECIESBRANCHER: BA 0
LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> L:LINKER:1 + L:LINKER:2 5.0 0.1 5.0 60.0
BRANCHINGREACTION: 0 BD:DIFFUSING + A:DIFFUSING + BEA:BOUND <-> BA:BRANCHER + PA:PLUSEND 0.02 0 ALL 0
"""


def test_films_of_modes(runner, tmp_path):
    """One period of each mode: linkers and branchers go with their filaments, the first frame is the state at rest."""
    filaments = "".join(f"FILAMENT 0 300 {y} 500 624 {y} 500\n" for y in (480, 520))
    changes = {"HESSIANTRACKING": "1 1 1 0", "SNAPSHOTTIME": "0.2", "LSTRETCHINGFFTYPE": "HARMONIC"}
    simulation = runner.start(LINKS, changes | {"LSTRETCHINGK": "8"}, filaments=filaments)
    out = claim_directory(tmp_path / "out")
    recorders = standard_recorders(out, vtk=False)
    recorders.open(simulation)
    simulation.run(0.4, recorders=recorders)
    recorders.close(simulation)
    modes = simulation.hessians.last[1]
    films = sorted(out.glob("rockingsnapshot_*.traj"))
    assert len(films) == len(modes.eigenvalues) == 3 * len(simulation.filaments.beads)
    assert len(simulation.linkers) > 2 and len(simulation.branchers) > 2
    last = list(read_snapshot(out / "snapshot.traj"))[-1]
    mode = len(films) // 2
    film = list(read_snapshot(out / f"rockingsnapshot_{mode}.traj"))
    assert len(film) == 100
    shift = 15 * modes.vectors[:, mode].reshape(-1, 3)
    still, outwards, back = film[0], film[25], film[75]
    assert still.filaments.beads == pytest.approx(last.filaments.beads, abs=1e-6)
    assert outwards.filaments.beads - still.filaments.beads == pytest.approx(shift, abs=1e-6)
    assert back.filaments.beads - still.filaments.beads == pytest.approx(-shift, abs=1e-6)
    view = simulation.filaments
    view.beads = outwards.filaments.beads
    for name in ("linkers", "branchers"):
        assert getattr(still, name).coords == pytest.approx(getattr(last, name).coords, abs=1e-6)
        for points in getattr(outwards, name).coords:
            for point in points[:1] if name == "branchers" else points:
                assert distance_to_filaments(point[None], view)[0] < 1e-5
    with pytest.raises(OutputError, match="already holds results"):
        claim_directory(out)
    claim_directory(out, overwrite=True)
    assert not list(out.glob("*.traj"))
