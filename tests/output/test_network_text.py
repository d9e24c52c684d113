"""Trajectories that follow filaments: the text of a frame, number by number, and in running simulations."""

from types import SimpleNamespace

import numpy as np
import pytest
from fake_simulation import make_branchers, make_bubbles, make_filaments, make_sim

from medyan_py.output import RECORDERS, claim_directory, standard_recorders
from medyan_py.output.frame import Moment
from medyan_py.output.graph_text import LinkGraphRecorder, TensionGraphRecorder
from medyan_py.output.network_text import (
    BirthTimesRecorder,
    ForcesRecorder,
    MonomersRecorder,
    PlusEndRecorder,
    RepulsionRecorder,
    TensionsRecorder,
)
from medyan_py.output.trajectory_text import ConcentrationRecorder, SnapshotRecorder

HEAD = "3 0.15 2 1 0 0 0"


def test_birth_times(pair):
    pair.filaments.birth_times = np.array([0.01, 0.02, 0, 0, 0.1])  # of filament 1, then 0
    assert BirthTimesRecorder.text(pair) == (
        f"{HEAD}\nFILAMENT 0 0 3 0 0\n0 0 0.1\nFILAMENT 1 0 2 0 0\n0.01 0.02\nLINKER 0 0\n0.05 0.05\n\n"
    )


def test_forces(pair):
    pair.filaments.forces = np.array([[0, 0.04, 0], [0, 0, -0.02], [0.03, 0.04, 0], [0.12, 0, 0], [0, 0.03, 0]])
    assert ForcesRecorder.text(pair) == (
        f"{HEAD} 0\nFILAMENT 0 0 3 0 0\n0.05 0.12 0.03\nFILAMENT 1 0 2 0 0\n0.04 0.02\nLINKER 0 0\n8 8\n\n"
    )


def test_tensions_repeat_the_last_cylinder(pair):
    assert TensionsRecorder.text(pair) == (
        f"{HEAD}\nFILAMENT 0 0 3 0 0\n0 20 20\nFILAMENT 1 0 2 0 0\n0 0\nLINKER 0 0\n8 8\n\n"
    )


def test_repulsion_has_no_empty_line(pair):
    pair.filaments.wall_forces = np.array([[0, 0, 3], [0, 0, 0], [0, 4, 3], [0, 0, 0], [1, 0, 0]])
    assert RepulsionRecorder.text(pair) == (
        f"{HEAD}\nFILAMENT 0 0 3 0 0\n5 0 1\nFILAMENT 1 0 2 0 0\n3 0\nLINKER 0 0\n8 8\n"
    )


def test_ends(pair):
    pair.filaments.end_species = np.array([[-1, 2], [1, 0]])  # filament 1 is a branch at its brancher
    assert PlusEndRecorder.text(pair) == (
        f"{HEAD}\nFILAMENT 0 0 3 0 0\n716.2 500 500 \nPLUSEND: 0\n500 500 500 \nMINUSEND: 1\n"
        "FILAMENT 1 0 2 0 0\n608 535 500 \nPLUSEND: 2\n500 535 500 \n\n"
    )


def test_monomers(pair):
    filaments = pair.filaments
    filaments.monomers_won, filaments.monomers_lost = np.array([[0, 0], [5, 3]]), np.array([[1, 0], [0, 3]])
    filaments.nucleated, filaments.split_from = np.array([True, False]), np.array([0, -1])
    filaments.delta_plus = np.array([0, -1])
    assert MonomersRecorder.text(pair) == (
        f"{HEAD}\nFILAMENT 0 0 3 0 -1\n0 -1 5 3 0 3 0 80\nSEVERING 1\n1 \n"
        "FILAMENT 1 0 2 0 0\n0 0 0 0 1 0 1 40\nSEVERING 0\n-1\n\n"
    )


def test_motors_and_branchers(network):
    """A motor has the flag of being bound, but not in the files of snapshots; a brancher has one value."""
    text = ForcesRecorder.text(network)
    first = network.motors.ids.min()
    tension = network.motors.tensions[network.motors.ids == first][0]
    kind = network.motors.types[network.motors.ids == first][0]
    assert f"MOTOR {first} {kind} 1\n{tension:.10g} {tension:.10g}\n" in text
    assert text.count("BRANCHER") == len(network.branchers.ids) > 0
    assert "BRANCHER" not in RepulsionRecorder.text(network)


def test_link_graphs(pair):
    bonds = SimpleNamespace(filaments=np.array([(5, 2), (2, 5), (1, 1), (0, 4)]), tensions=np.array([-1.5, 2, 0.25, 1]))
    pair.linkers, pair.motors = bonds, SimpleNamespace(filaments=np.array([(4, 0)]), tensions=np.array([3.0]))
    pair.branchers = make_branchers([np.zeros((2, 3))], [0], filaments=[(2, 7)])
    assert LinkGraphRecorder.text(pair) == "3 0.15\n0 4 1 1 0 1 1 1 0 0 2 5 2 0 0 2 7 0 0 1 \n\n"
    assert TensionGraphRecorder.text(pair) == "3 0.15\n0 4 4 1 1 0.25 2 5 3.5 \n\n"


def test_concentrations():
    sim = make_sim(shape=(2, 1, 2), compartment_size=(500.0, 400.0, 300.0), diffusing_names=("A", "50%"))
    sim.diffusing_counts = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
    sim.grid.active = np.array([True, True, False, True])
    assert ConcentrationRecorder.text(sim) == (
        "3 0.15\nCOMPARTMENT: 250 200 150\nA:DIFFUSING 1\n50%:DIFFUSING 2\nCOMPARTMENT: 750 200 150\nA:DIFFUSING 3\n"
        "50%:DIFFUSING 4\nCOMPARTMENT: 750 200 450\nA:DIFFUSING 7\n50%:DIFFUSING 8\n\n"
    )


@pytest.mark.parametrize(
    "recorder",
    [BirthTimesRecorder, ForcesRecorder, TensionsRecorder, PlusEndRecorder, MonomersRecorder, RepulsionRecorder],
)
def test_empty_system(recorder):
    sim = make_sim(filaments=make_filaments([], []))
    lines = recorder.text(sim).splitlines()
    assert lines[0].startswith("3 0.15 0 0 0 0 0") and not any(lines[1:])
    assert LinkGraphRecorder.text(sim) == TensionGraphRecorder.text(sim) == "3 0.15\n\n\n"


def test_what_files_share_is_the_same_as_made_for_each(network):
    moment = Moment(network)
    for recorder in (
        *(SnapshotRecorder, BirthTimesRecorder, ForcesRecorder, TensionsRecorder, PlusEndRecorder, MonomersRecorder),
        *(RepulsionRecorder, ConcentrationRecorder, LinkGraphRecorder, TensionGraphRecorder),
    ):
        assert recorder.text(moment) == recorder.text(network)


def test_unknown_recorder(tmp_path):
    with pytest.raises(ValueError, match="no recorder 'snapshots'; did you mean 'snapshot'"):
        standard_recorders(tmp_path, ["snapshots"])


def test_order_of_recorders_is_that_of_the_table(tmp_path):
    directory = claim_directory(tmp_path / "out")
    one, other = (standard_recorders(directory, names) for names in (RECORDERS, reversed(RECORDERS)))
    assert [type(r) for r in one] == [type(r) for r in other]


def test_bubbles():
    sim = make_sim(bubbles=make_bubbles([(1, 2, 3)], ids=[4], types=[1]))
    assert TensionsRecorder.text(sim) == BirthTimesRecorder.text(sim) == "3 0.15 0 0 0 0 1\nBUBBLE 4 1\n0\n\n"
    assert RepulsionRecorder.text(sim) == "3 0.15 0 0 0 0 1\n"
