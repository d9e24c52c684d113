"""What recorders write is what readers read, ours and those of others."""

import numpy as np
import pytest
from fake_simulation import make_sim
from simulariumio import InputFileData
from simulariumio.medyan import MedyanConverter, MedyanData

from medyan_py.analysis import radius_of_gyration, read_chemistry, read_snapshot
from medyan_py.output import ChemistryRecorder, Recorders, SnapshotRecorder


@pytest.fixture
def directory(network, tmp_path):
    """Two frames of the network, and between them one without any object."""
    recorders = Recorders([SnapshotRecorder(tmp_path), ChemistryRecorder(tmp_path)])
    recorders.open(network)
    recorders.record(network)
    recorders.record(make_sim(frame=21, time=10.5))
    network.frame, network.time = 22, 11.0
    recorders.record(network)
    recorders.close(network)
    return tmp_path


def test_our_reader_gives_back_the_network(network, directory):
    first, empty, last = read_snapshot(directory / "snapshot.traj")
    assert [(f.frame, f.time) for f in (first, empty, last)] == [(20, 10.0), (21, 10.5), (22, 11.0)]
    assert len(empty.filaments.ids) == len(empty.linkers.ids) == 0
    read, true = last.filaments, network.filaments
    assert read.ids.tolist() == sorted(true.ids)
    for f, number in enumerate(read.ids):
        g = int(np.flatnonzero(true.ids == number)[0])
        beads = true.beads[true.start[g] : true.start[g + 1]]
        np.testing.assert_allclose(read.beads[read.start[f] : read.start[f + 1]], beads, rtol=1e-9)
    for name in ("linkers", "motors", "branchers"):
        read, true = getattr(last, name), getattr(network, name)
        order = np.argsort(true.ids)
        np.testing.assert_array_equal(read.ids, true.ids[order])
        np.testing.assert_allclose(read.coords, true.coords[order], rtol=1e-9)
    assert radius_of_gyration(last.filaments) == pytest.approx(radius_of_gyration(network.filaments), rel=1e-8)


def test_our_reader_gives_back_copy_numbers(directory):
    first, _empty, last = read_chemistry(directory / "chemistry.traj")
    assert (last.frame, last.time) == (22, 11.0)
    assert first.species == (("A", "DIFFUSING"), ("MD", "DIFFUSING"))
    assert last.counts.tolist() == [500, 20]


def test_simulariumio_reads_our_snapshots(network, directory):
    data = MedyanConverter(MedyanData(InputFileData(str(directory / "snapshot.traj")), center=False))._data
    agents = data.agent_data
    assert agents.times[:3].tolist() == [10.0, 10.5, 11.0]
    assert agents.n_agents[:3].tolist() == [82, 0, 82]
    kinds = [name.rstrip("0123456789") for name in agents.types[0]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"filament": 30, "linker": 40, "motor": 12}
    first = network.filaments.ids.argmin()
    n_beads = np.diff(network.filaments.start)[first]
    assert agents.n_subpoints[0][0] == 3 * n_beads
