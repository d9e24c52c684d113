"""Tables of observables, of one run and of several."""

import numpy as np
import pytest

import medyan_py as md
from medyan_py.analysis import TrajectoryError, radius_of_gyration
from medyan_py.analysis.series import OBSERVABLES, ensemble_series, time_series


def test_series(run):
    with md.open_trajectory(run) as trajectory:
        table = time_series(trajectory)
        assert set(table) == {"time_s", *OBSERVABLES}
        assert table["time_s"].tolist() == trajectory.times.tolist()
        last = trajectory[-1]
        assert table["radius_of_gyration_nm"][-1] == radius_of_gyration(last.filaments)
        assert table["motors"][-1] == len(last.motors.ids) > 0
        assert table["clusters"][0] == table["filaments"][0] == 30
        assert table["largest_cluster_fraction"][-1] > 0.5
        with pytest.raises(KeyError):
            time_series(trajectory, ["nothing"])


def copy_of(run, path, words, frames):
    """A run with other numbers: the first ``frames`` frames, all coordinates scaled."""
    path.mkdir()
    blocks = (run / "snapshot.traj").read_text().split("\n\n")[:frames]
    (path / "snapshot.traj").write_text("\n\n".join(words(block) for block in blocks) + "\n\n")
    return path


def test_ensemble(run, tmp_path):
    def half(block):
        lines = block.splitlines()
        for i, line in enumerate(lines):
            if i and lines[i - 1][0].isalpha():
                lines[i] = " ".join(f"{float(x) / 2:.10g}" for x in line.split())
        return "\n".join(lines)

    other = copy_of(run, tmp_path / "b", half, 3)
    table = ensemble_series([run, other], ["total_length_nm", "filaments"])
    with md.open_trajectory(run) as trajectory:
        single = time_series(trajectory, ["total_length_nm"])["total_length_nm"][:3]
    assert table["time_s"].tolist() == [0, 0.5, 1.0] and table["runs"].tolist() == [2, 2, 2]
    np.testing.assert_allclose(table["total_length_nm_mean"], 0.75 * single, rtol=1e-8)
    np.testing.assert_allclose(table["total_length_nm_sd"], 0.25 * np.sqrt(2) * single, rtol=1e-8)
    assert table["filaments_sd"].tolist() == [0, 0, 0]


def test_nothing_in_common(run, tmp_path):
    def shifted(block):
        head, _, rest = block.partition("\n")
        words = head.split()
        return " ".join([words[0], str(float(words[1]) + 0.1), *words[2:]]) + "\n" + rest

    with pytest.raises(TrajectoryError, match="no time in common"):
        ensemble_series([run, copy_of(run, tmp_path / "c", shifted, 3)], ["filaments"])
