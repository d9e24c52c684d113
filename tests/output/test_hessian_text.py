"""hessianmatrix.traj, hessianspectra.traj, projections.traj and the films of modes, to the letter."""

from types import SimpleNamespace

import numpy as np
import pytest
from fake_simulation import make_bonds, make_branchers, make_sim
from scipy.sparse import csr_matrix

from medyan_py.normal_modes import HessianRecord, Modes
from medyan_py.output.hessian_text import HessianMatrixRecorder, ProjectionsRecorder, RockingRecorder, SpectraRecorder
from medyan_py.rocking import Still

MATRIX = csr_matrix([[1 / 3, -5e-6, 0], [-5e-6, 2, -1.1e-5], [0, -1.1e-5, 0]])
MODES = Modes(np.array([-1e-12, 1 / 3, 2.0]), np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]))
FIRST = HessianRecord(0.0, MATRIX, MODES, None)
SECOND = HessianRecord(0.1 + 0.05, MATRIX, MODES, np.array([0.6, 0, -0.8]))
MATRIX_BLOCK = """\
     3     4
0     0     0.3333333333
1     1     2
1     2     -1.1e-05
2     1     -1.1e-05

"""
SPECTRUM_BLOCK = """\
     3
-1e-12     1     1
0.3333333333     1     1
2     1     1

"""


def recorded(recorder, *frames, eigenvalues=True, write_matrix=True):
    wishes = SimpleNamespace(eigenvalues=eigenvalues, write_matrix=write_matrix)
    sims = [make_sim(hessians=SimpleNamespace(wishes=wishes, records=records, last=None)) for records in frames]
    recorder.open(sims[0])
    for sim in sims:
        recorder.record(sim)
    recorder.close(sims[-1])
    return recorder.path.read_text() if recorder.path.exists() else None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (HessianMatrixRecorder, "0" + MATRIX_BLOCK + "0.15" + MATRIX_BLOCK),
        (SpectraRecorder, "0" + SPECTRUM_BLOCK + "0.15" + SPECTRUM_BLOCK),
        (ProjectionsRecorder, "0.15     3\n0.6\n0\n-0.8\n\n"),
    ],
)
def test_blocks(tmp_path, kind, text):
    """Whatever frame they are in; a frame without a new moment adds nothing."""
    (tmp_path / "apart").mkdir()
    assert recorded(kind(tmp_path), [FIRST, SECOND]) == text
    assert recorded(kind(tmp_path / "apart"), [FIRST], [], [SECOND]) == text


@pytest.mark.parametrize(
    ("kind", "wish"),
    [(HessianMatrixRecorder, "write_matrix"), (SpectraRecorder, "eigenvalues"), (ProjectionsRecorder, "eigenvalues")],
)
def test_no_file_unless_asked_for(tmp_path, kind, wish):
    assert recorded(kind(tmp_path), [FIRST, SECOND], **{wish: False}) is None


def test_a_film(tmp_path, pair):
    """A quarter of a period after the start everything is 15 nm along the mode: here a bead of filament 0."""
    pair.branchers = make_branchers([[(662.1, 500, 500), (500, 535, 500)]], ids=[4])
    pair.motors = make_bonds([[(500, 500, 500), (500, 535, 500)]], ids=[2])
    pair.bubbles.fixed = np.zeros(0, dtype=bool)
    beads = {"linkers": [[2, 0]], "motors": [[2, 0]]}  # of filament 0, which is listed last, and of filament 1
    legs = {"linkers": [[0.4, 0.4]], "motors": [[0.0, 0.0]]}
    still = Still.__new__(Still)
    still._filaments, still._bubbles = pair.filaments, pair.bubbles
    still._bonds = {name: (getattr(pair, name), np.array(beads[name]), np.array(legs[name])) for name in beads}
    still._branchers = pair.branchers, np.array([3]), np.array([0.5]), np.array([0])
    mode = np.zeros((15, 1))
    mode[3 * 3 + 1] = 1  # y of the middle bead of filament 0
    sim = make_sim(hessians=SimpleNamespace(last=(still, Modes(np.array([0.25]), mode))))
    RockingRecorder(tmp_path).close(sim)
    frames = (tmp_path / "rockingsnapshot_0.traj").read_text().split("\n\n")
    assert len(frames) == 101 and frames[-1] == ""
    form = (
        "{s} {s} 2 1 1 1 0 0\nFILAMENT 0 0 3 0 0\n500 500 500 608 {y} 500 716.2 500 500 \n"
        "FILAMENT 1 0 2 0 0\n500 535 500 608 535 500 \nLINKER 0 0\n543.2 {link} 500 543.2 535 500 \n"
        "MOTOR 2 0\n500 500 500 500 535 500 \nBRANCHER 4 0\n662.1 {branch} 500 500 535 500 "
    )
    assert frames[0] == form.format(s=0, y=500, link=500, branch=500)
    assert frames[25] == form.format(s=25, y=515, link=506, branch=507.5)
    assert frames[75] == form.format(s=75, y=485, link=494, branch=492.5)
