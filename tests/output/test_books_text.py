"""dissipation.traj, HRCD.traj, HRMD.traj and the event files, to the letter."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
from fake_simulation import make_sim

from medyan_py.output import (
    DissipationRecorder,
    EventRecorder,
    ForceFieldsRecorder,
    OutputError,
    ReactionsRecorder,
    standard_recorders,
)

SUMS = SimpleNamespace(
    total=-26.0,
    chemdiss=-20.0,
    mechdiss=-6.0,
    chemenergy=-30.0,
    mechenergy=4.0,
    reactions={"R18": -25.0, "DIF_A": -5.0},
    force_fields={"FilamentStretching": (3.0, -4.0), "LinkerStretching": (1.0, -2.0)},
)
NOTHING = SimpleNamespace(
    total=0.0, chemdiss=0.0, mechdiss=0.0, chemenergy=0.0, mechenergy=0.0, reactions={}, force_fields={}
)
DISSIPATION = """\
3 0.15
-26     -20     -6     -30     4
"""
REACTIONS = """\
3 0.15
R18     DIF_A    \x20
-25     -5    \x20

"""
FORCE_FIELDS = """\
3 0.15
FilamentStretching     LinkerStretching    \x20
3     1    \x20
-4     -2    \x20


"""
RECORDERS = [
    (DissipationRecorder, DISSIPATION, "0 0\n0     0     0     0     0\n"),
    (ReactionsRecorder, REACTIONS, "0 0\n\n\n\n"),
    (ForceFieldsRecorder, FORCE_FIELDS, "0 0\n\n\n\n\n\n"),
]


def recorded(recorder, *sims):
    recorder.open(sims[0])
    for sim in sims:
        recorder.record(sim)
    recorder.close(sims[-1])
    return recorder.path.read_text()


def events(*rows):
    """Structured array of (id, birth, time, coords)."""
    dtype = [("id", "i8"), ("birth_time", "f8"), ("time", "f8"), ("coords", "f8", 3)]
    return np.array([tuple(row) for row in rows], dtype=dtype)


@pytest.mark.parametrize(("kind", "text", "empty"), RECORDERS)
def test_a_frame(tmp_path, kind, text, empty):
    sims = make_sim(dissipation=NOTHING, frame=0, time=0.0), make_sim(dissipation=SUMS)
    assert recorded(kind(tmp_path), *sims) == empty + text


def test_sixteen_digits(tmp_path):
    sums = SimpleNamespace(**{**vars(SUMS), "total": -1.0 / 3.0})
    assert "-0.3333333333333333     -20" in recorded(DissipationRecorder(tmp_path), make_sim(dissipation=sums))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("linkerbinding", "0     0.05     543.2     517.5     500\n"),
        ("motorbinding", "0     0.05     543.2     517.5     500\n"),
        ("linkerunbinding", "0     0.01     0.05     543.2     517.5     500\n"),
        ("motorunbinding", "0     0.01     0.05     543.2     517.5     500\n"),
        ("motorwalking", "0     0.01     0.05     543.2     517.5     500\n"),
    ],
)
def test_events(tmp_path, kind, line):
    row = (0, 0.01, 0.05, (543.2, 517.5, 500.0))
    sims = [make_sim(events={kind: events(*rows)}) for rows in ([row], [], [row, row])]
    assert recorded(EventRecorder(tmp_path, kind), *sims) == 3 * line
    assert (tmp_path / f"{kind}events.traj").exists()


def test_no_files_without_books(tmp_path):
    recorders, sim = standard_recorders(tmp_path, ["snapshot", "dissipation", "events"]), make_sim()
    recorders.open(sim)
    recorders.close(sim)
    assert sorted(os.listdir(tmp_path)) == ["snapshot.traj"]


def test_results_are_never_mixed(tmp_path):
    (tmp_path / "HRCD.traj").write_text("old")
    with pytest.raises(OutputError, match="exists already"):
        ReactionsRecorder(tmp_path).open(make_sim(dissipation=SUMS))
