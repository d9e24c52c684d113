"""Several recorders as one."""

import copy

import numpy as np
import pytest

from medyan_py.output import OutputError, Recorders, standard_recorders


class Noting:
    """A recorder that notes how it is called, and fails when told to."""

    def __init__(self, name, calls, fails=()):
        self.name, self.calls, self.fails = name, calls, fails

    def _note(self, call):
        self.calls.append(f"{self.name}.{call}")
        if call in self.fails:
            raise OutputError(f"{self.name} cannot {call}")

    def open(self, sim):
        self._note("open")

    def record(self, sim):
        self._note("record")

    def close(self, sim):
        self._note("close")


def test_fixed_order(pair):
    calls = []
    recorders = Recorders([Noting("a", calls), Noting("b", calls)])
    recorders.open(pair)
    recorders.record(pair)
    recorders.close(pair)
    assert calls == ["a.open", "b.open", "a.record", "b.record", "a.close", "b.close"]


def test_failure_to_open_closes_the_others(pair):
    calls = []
    recorders = Recorders([Noting("a", calls), Noting("b", calls, fails=["open"]), Noting("c", calls)])
    with pytest.raises(OutputError, match="b cannot open"):
        recorders.open(pair)
    assert calls == ["a.open", "b.open", "a.close"]


def test_failure_to_close_does_not_keep_others_open(pair):
    calls = []
    recorders = Recorders([Noting("a", calls, fails=["close"]), Noting("b", calls)])
    recorders.open(pair)
    with pytest.raises(OutputError, match="a cannot close"):
        recorders.close(pair)
    assert calls[-2:] == ["a.close", "b.close"]


def test_recorders_only_read(network, tmp_path):
    def arrays():
        parts = (network.filaments, network.linkers, network.motors, network.grid)
        return {(i, k): v for i, p in enumerate(parts) for k, v in vars(p).items() if isinstance(v, np.ndarray)}

    before = copy.deepcopy(arrays())
    for array in arrays().values():
        array.flags.writeable = False  # as views of a simulation may be
    recorders = standard_recorders(tmp_path)
    recorders.open(network)
    recorders.record(network)
    recorders.close(network)
    for key, array in arrays().items():
        np.testing.assert_array_equal(array, before[key])


def test_standard_files(pair, tmp_path):
    for vtk in (True, False):
        directory = tmp_path / str(vtk)
        directory.mkdir()
        recorders = standard_recorders(directory, vtk=vtk)
        recorders.open(pair)
        recorders.record(pair)
        recorders.close(pair)
        names = "snapshot birthtimes forces tensions plusend monomers repulsion chemistry concentration CMGraph TMGraph"
        names += " datadump"
        expected = {f"{name}.traj" for name in names.split()} | {"traj.h5"} | ({"paraview"} if vtk else set())
        assert {p.name for p in directory.iterdir()} == expected
